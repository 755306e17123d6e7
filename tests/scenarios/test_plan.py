import math
import pickle
from copy import deepcopy
from itertools import pairwise

import pytest

from scenarios import plan
from scenarios.calendar import BASELINE, is_month, month_ordinal
from scenarios.plan import ARMS, TASK_GROUPS

MONTHS = range(BASELINE - 12, BASELINE + 181)
CHANNELS = {channel.id for channel in plan.channels()}
INDICATORS = {indicator.id for indicator in plan.indicators()} | {row.id for row in plan.secondary_indicators()}


def test_the_whole_plan_is_there():
    assert len(plan.levers()) == 30
    assert len(plan.channels()) == 54
    assert [measure.id for measure in plan.measures()] == [f"M{n:02d}" for n in range(1, 45)] + ["S1", "S2", "S3"]
    assert len(plan.indicators()) == 7
    assert len(plan.secondary_indicators()) == 43
    assert (len(plan.facts()), len(plan.derived_figures()), len(plan.external_figures())) == (44, 22, 13)
    assert plan.redline().id == "systemic_risk"


@pytest.mark.parametrize(
    "rows",
    [plan.levers(), plan.channels(), plan.measures(), plan.indicators(), plan.secondary_indicators(), plan.facts()],
)
def test_no_id_is_used_twice(rows):
    assert len({row.id for row in rows}) == len(rows)


def test_the_plan_is_read_once_and_cannot_change():
    assert plan.levers() is plan.levers()
    with pytest.raises(AttributeError):
        plan.levers()[0].intensity_2020 = 1.0
    with pytest.raises(TypeError):
        plan.levers()[0].expected_sign["turnover_total"] = "-"


def test_the_plan_can_be_copied_pickled_and_hashed():
    assert deepcopy(plan.levers()) == plan.levers() == pickle.loads(pickle.dumps(plan.levers()))
    assert len({hash(lever) for lever in plan.levers()}) == 30


def test_every_measure_is_carried_by_levers_that_list_it_in_turn():
    levers = {lever.id: lever for lever in plan.levers()}
    for measure in plan.measures():
        assert all(measure.id in levers[lever].measures for lever in measure.levers), measure.id
    carried = {(lever, measure.id) for measure in plan.measures() for lever in measure.levers}
    assert carried == {(lever.id, measure) for lever in plan.levers() for measure in lever.measures}


def test_only_supporting_measures_and_context_go_without_a_lever():
    assert [measure.id for measure in plan.measures() if not measure.levers] == ["S1", "S2", "S3"]


def test_every_instrument_has_one_home():
    homes = set(plan.lever_ids()) | {"context", "delivery"}
    components = {lever.id: {component.id for component in lever.components} for lever in plan.levers()}
    for measure in plan.measures():
        for instrument in measure.instruments:
            assert instrument.lever in homes
            assert instrument.component in components.get(instrument.lever, {""}), (measure.id, instrument)


def test_measures_that_are_not_one_clause_have_components_of_their_own():
    """Most measures differ from all others in what they move; before components counted, 33 of 47 did."""
    sets = {
        frozenset(measure.components) or frozenset(i.lever for i in measure.instruments)
        for measure in plan.measures()
        if measure.modelled_as != "context" or measure.levers
    }
    assert len({frozenset(measure.levers) for measure in plan.measures()}) == 33
    assert len(sets) >= 40
    by_set = {}
    for measure in plan.measures():
        by_set.setdefault(frozenset(measure.components), []).append(measure.id)
    assert {tuple(same) for same in by_set.values() if len(same) > 1} == {("S1", "S2", "S3")}


def test_every_component_carries_part_of_an_effect():
    for lever in plan.levers():
        carriers = {component.id for effect in lever.effects for component in lever.carriers(effect)}
        assert carriers == {component.id for component in lever.components}, lever.id
        for effect in lever.effects:
            assert set(effect.carried_by) <= carriers
            assert all(each.i2025 > each.i2020 for each in lever.carriers(effect) if effect.carried_by)


def test_where_components_have_lags_of_their_own_every_effect_names_its_components():
    for lever in plan.levers():
        if any(component.lag_months is not None for component in lever.components):
            assert all(effect.carried_by for effect in lever.effects), lever.id
            for component in lever.components:
                ours = [m.lag_months for m in plan.measures() if (lever.id, component.id) in m.components]
                assert lever.lag_of(component) in ours, component.id


def test_a_measure_sets_its_own_components_and_no_others():
    (training,) = (measure for measure in plan.measures() if measure.id == "M32")
    assert training.settings(0.8) == {"talent_programme": {"components": {"training": 0.8, "certification": 0.8}}}


def test_measures_act_through_channels_that_exist():
    outside = {"delivery_slippage_months", "municipal_fidelity", "none"}
    for measure in plan.measures():
        assert {measure.channel, *measure.channels_secondary} <= CHANNELS | outside, measure.id
        assert set(measure.kpis) <= INDICATORS | {"systemic_risk"}, measure.id
        assert {other.measure for other in measure.interactions} <= {m.id for m in plan.measures()}


@pytest.mark.parametrize("lever", plan.levers(), ids=lambda lever: lever.id)
def test_a_lever_moves_known_channels_in_their_own_form_with_ordered_betas(lever):
    forms = {channel.id: channel.form for channel in plan.channels()}
    assert lever.effects
    for effect in lever.effects:
        assert effect.form == forms[effect.channel]
        assert effect.beta_min <= effect.beta <= effect.beta_max
        assert effect.beta_min < effect.beta_max


@pytest.mark.parametrize("lever", plan.levers(), ids=lambda lever: lever.id)
def test_a_lever_is_the_weighted_mean_of_its_components(lever):
    assert math.isclose(sum(part.weight for part in lever.components), 1.0, abs_tol=1e-9)
    assert math.isclose(sum(part.weight * part.i2020 for part in lever.components), lever.intensity_2020, abs_tol=2e-3)
    assert math.isclose(
        sum(part.weight * part.i2025 for part in lever.components), lever.intensity_2025_plan, abs_tol=2e-3
    )


@pytest.mark.parametrize("lever", plan.levers(), ids=lambda lever: lever.id)
def test_a_lever_names_other_levers_and_groups_that_exist(lever):
    others = set(plan.lever_ids()) - {lever.id}
    assert set(lever.complements) | set(lever.substitutes) | {need.lever for need in lever.prerequisites} <= others
    assert lever.task_group in TASK_GROUPS
    assert {lever.main_kpi, *lever.expected_sign, *lever.expected_sign_secondary} <= INDICATORS | {"systemic_risk"}


def test_every_task_group_of_the_plan_has_measures_and_levers():
    assert {measure.section for measure in plan.measures()} == {*TASK_GROUPS, "IV"}
    assert {lever.task_group for lever in plan.levers()} == set(TASK_GROUPS)


def test_a_lever_belongs_to_the_group_that_holds_most_of_its_instruments():
    for lever in plan.levers():
        held = [measure.section for measure in plan.measures() for i in measure.instruments if i.lever == lever.id]
        assert not held or held.count(lever.task_group) == max(held.count(group) for group in TASK_GROUPS), lever.id


@pytest.mark.parametrize("channel", plan.channels(), ids=lambda channel: channel.id)
def test_some_lever_moves_a_channel_and_its_value_of_2020_fits_its_form(channel):
    assert plan.levers_moving(channel.id)
    if channel.form == "log":
        assert channel.baseline_2020 > 0
    if channel.form == "logit":
        assert 0 < channel.baseline_2020 < 1


def test_no_channel_states_an_outcome():
    assert not [name for name in CHANNELS if name.endswith(("_entry_rate", "_scaling_rate", "_adoption", "_inflow"))]


@pytest.mark.parametrize("lever", plan.levers(), ids=lambda lever: lever.id)
def test_the_monthly_plan_path_passes_through_the_end_of_year_points(lever):
    reached = [round(lever.intensity("plan", BASELINE + 12 * year), 3) for year in range(6)]
    assert reached == list(lever.path_plan)
    assert lever.path_plan[0] == lever.intensity_2020
    assert lever.path_plan[-1] == lever.intensity_2025_plan


@pytest.mark.parametrize("lever", plan.levers(), ids=lambda lever: lever.id)
def test_nothing_moves_before_the_plan_and_everything_stays_after_it(lever):
    for arm in ARMS:
        path = [lever.intensity(arm, month) for month in MONTHS]
        assert all(0.0 <= intensity <= 1.0 for intensity in path)
        assert path[:13] == [lever.intensity_2020] * 13
        assert path[72:] == [path[72]] * len(path[72:])


def test_the_plan_begins_to_move_in_july_2021():
    lever = plan.levers()[0]
    assert lever.intensity("plan", month_ordinal("2021-06")) == lever.intensity_2020
    first = lever.intensity("plan", month_ordinal("2021-07"))
    assert math.isclose(first, lever.intensity_2020 + (lever.path_plan[1] - lever.intensity_2020) / 6)


@pytest.mark.parametrize("lever", plan.levers(), ids=lambda lever: lever.id)
def test_stretch_has_the_shape_of_the_plan_and_ends_half_way_to_one(lever):
    end = BASELINE + 60
    assert math.isclose(lever.intensity("stretch", end), (lever.intensity_2025_plan + 1) / 2, abs_tol=1e-9)
    for month in range(month_ordinal("2021-12"), end + 1):
        assert lever.intensity("stretch", month) > lever.intensity("plan", month) > lever.intensity_2020


def test_committed_differs_from_frozen_only_by_the_index_phase_in():
    moved = {lever.id for lever in plan.levers() if lever.intensity("committed", BASELINE + 60) != lever.intensity_2020}
    assert moved == {"index_inclusion"} == {lever.id for lever in plan.levers() if lever.kind == "schedule"}


def test_the_announced_phase_in_takes_thirty_six_equal_steps():
    (lever,) = (lever for lever in plan.levers() if lever.id == "index_inclusion")
    months = range(month_ordinal("2021-10"), month_ordinal("2024-10") + 1)
    path = [lever.intensity("committed", month) for month in months]
    steps = [later - earlier for earlier, later in pairwise(path)]
    assert path[0] == lever.intensity_2020
    assert len(steps) == 36
    assert all(math.isclose(step, 0.3 / 36, rel_tol=1e-9) for step in steps)
    assert lever.intensity("committed", BASELINE + 60) == path[-1]


def test_prerequisites_hold_a_lever_where_it_is_and_never_block_2020():
    levers = {lever.id: lever for lever in plan.levers()}
    needs = [(lever, need) for lever in plan.levers() for need in lever.prerequisites]
    assert len(needs) == 8
    for lever, need in needs:
        assert levers[need.lever].intensity_2020 >= need.at_least or need.cap > lever.intensity_2020
        assert need.cap >= lever.intensity_2020
        assert need.what
        assert need.basis.startswith("judgement")


def test_full_convertibility_needs_macroprudential_capacity_first():
    (lever,) = (lever for lever in plan.levers() if lever.id == "rmb_convertibility")
    (need,) = lever.prerequisites
    assert (need.lever, need.at_least, need.cap) == ("macroprudential_framework", 0.5, 0.553)


def test_milestones_after_the_plan_are_marked_as_hindsight():
    milestones = [milestone for lever in plan.levers() for milestone in lever.milestones]
    assert all(is_month(milestone.date) for milestone in milestones)
    assert all(milestone.hindsight == (milestone.date > "2021-07") for milestone in milestones)
    assert any(milestone.hindsight for milestone in milestones)


def test_targets_count_as_met_from_97_5_percent_or_at_the_floor():
    for row in plan.indicators():
        share = {"around": 0.975, "at least": 1.0, "qualitative": 1.0}[row.qualifier]
        assert math.isclose(row.met_from, share * row.target_value), row.id
        assert row.value_2020 <= row.target_value


def test_unit_systems_agree_between_indicators_and_facts():
    facts = {fact.id: fact.value for fact in plan.facts()}
    indicators = {row.id: row for row in plan.indicators()}
    assert indicators["panda_cumulative"].value_2020 == facts["panda_cumulative_2020"]
    assert round(indicators["foreign_bond_share"].value_2020, 2) == 0.03
    venues = [row.value for row in plan.external_figures() if row.id.startswith("turnover_")]
    assert math.isclose(sum(venues), indicators["turnover_total"].value_2020, rel_tol=1e-4)


DECIDES_IN = {
    "agents.issuers": "Issuer",
    "agents.foreign_investors": "ForeignInvestor",
    "agents.equity_investors": "ForeignEquityInvestor",
    "agents.fintech_firms": "FintechFirm",
    "agents.institutions": "FinancialInstitution",
}


@pytest.mark.parametrize("channel", plan.channels(), ids=lambda channel: channel.id)
def test_whoever_decides_by_the_rule_of_a_channel_is_among_its_readers(channel):
    reader = DECIDES_IN.get(channel.rule.partition(":")[0])
    assert reader is None or reader in {each.partition(":")[0] for each in channel.read_by}
