"""Common random numbers: policy changes decisions, never draws; a fork keeps its past."""

import copy
from functools import partial

import numpy as np
import pytest

import sim
from agents.issuers import IssuerClass
from scenarios import plan
from scenarios.calendar import month_ordinal, month_text
from scenarios.loader import load
from sim.bond_market.state import ForeignDemand
from sim.components import COMPONENTS
from sim.financing.state import PandaProgramme
from sim.world.interactions import INTERACTIONS
from sim.world.random_streams import STREAMS

MONTH = 2021 * 12 + 3
ALL_MOVED = "2022-12"
"""A year after the last lever of any arm has left its place."""


@pytest.fixture(scope="module")
def frozen(small):
    return small("frozen", ALL_MOVED, seed=5).indicators


@pytest.fixture(scope="module")
def plan_five(small):
    return small("plan", ALL_MOVED, seed=5).indicators


@pytest.fixture(scope="module")
def nothing(small, without_effects):
    return small("frozen", ALL_MOVED, seed=5, parameters=without_effects).indicators


@pytest.fixture(scope="module")
def seed_six(small):
    """The plan with a seed that several forks start from."""
    return small("plan", "2023-12", seed=6)


@pytest.fixture(scope="module")
def committed_six(small):
    """The committed path with that seed."""
    return small("committed", "2023-12", seed=6)


def test_every_lever_of_an_arm_has_left_its_place_a_year_before_the_runs_end():
    first, last = month_ordinal("2020-12"), month_ordinal(ALL_MOVED)
    unmoved = load("frozen").intensities(first, last)
    for scenario in ("plan", "committed", "stretch"):
        moved = load(scenario).intensities(first, month_ordinal("2025-12")) != unmoved[0]
        assert (moved.any(axis=0) == moved[:-48].any(axis=0)).all(), scenario


@pytest.mark.parametrize("scenario", ["plan", "committed", "stretch"])
def test_levers_without_effect_leave_the_frozen_path_to_the_bit(small, bits, without_effects, nothing, scenario):
    assert bits(small(scenario, ALL_MOVED, seed=5, parameters=without_effects).indicators) == bits(nothing)


def test_the_plan_with_its_effects_is_another_path(bits, frozen, plan_five):
    assert bits(plan_five) != bits(frozen)


def test_what_a_rule_reads_is_what_the_channel_table_says(centre):
    """One channel, how late trouble is seen, is asked for only where a bank fails."""
    model = centre(load("plan").with_shocks([{"name": "small_bank_failure", "month": "2022-06"}]), rng=1)
    model.run_to_end()
    assert model.policy.read == {channel.id for channel in plan.channels() if channel.rule}


def first_difference(one, other):
    differs = (one.to_numpy() != other.to_numpy()).any(axis=1)
    return one.index[differs][0].strftime("%Y-%m")


def test_plan_and_committed_are_one_path_until_the_first_effect(small, centre, plan_five):
    models = [centre(name, rng=5) for name in ("plan", "committed")]
    read = [place for place, channel in enumerate(plan.channels()) if channel.rule]
    paths = [model.policy.paths[:, read] for model in models]
    expected = month_text(month_ordinal("2021-01") + int((paths[0] != paths[1]).any(axis=1).argmax()))
    runs = [plan_five, small("committed", ALL_MOVED, seed=5).indicators]
    # Some effects reach an indicator only in later months, none before its channel moves.
    assert expected > "2021-07"
    assert expected <= first_difference(*runs) <= ALL_MOVED


def test_a_lever_of_the_bond_market_touches_no_fintech_firm(centre):
    """Without subsidiaries and contracts of institutions nothing in fintech reads bonds: firms live alike."""
    alone = {"rng": 5, "interactions_off": ("fintech_spin_offs", "supplier_choice")}
    models = [centre("frozen", "2023-12", **alone), centre("panda_bond_framework", "2023-12", **alone)]
    for model in models:
        model.run_to_end()
    first, second = (model.fintech for model in models)
    assert first.draw_keys.tobytes() == second.draw_keys.tobytes()
    assert first["log_size"].tobytes() == second["log_size"].tobytes()
    issued = [model.state(PandaProgramme).cumulative_bn for model in models]
    assert issued[0] < issued[1]
    # The foreign issuers that sell anyway sell the same bonds: those of the frozen path are among the others.
    sold = [model.issuers["debt_bn"][1] for model in models]
    foreign = models[0].issuers["issuer_class"] == IssuerClass.FOREIGN
    assert np.all(sold[1][foreign] >= sold[0][foreign] - 1e-9)


@pytest.mark.slow
def test_scenarios_of_one_seed_differ_far_less_than_seeds_do(small):
    ends = {name: [small(name, seed=seed).annual().loc[2025] for seed in range(6)] for name in ("committed", "reits")}
    for column in ("turnover_total", "foreign_bond_holdings", "institution_count", "fintech_total"):
        base, other = (np.array([row[column] for row in rows]) for rows in ends.values())
        assert np.std(other - base) < 0.25 * np.std(base), column


def test_a_fork_keeps_the_past_to_the_bit_and_the_future_too_if_nothing_is_changed(seed_six, bits):
    result = seed_six
    branch = result.fork("2023-01", {"bond_market_access": "plan", "reits_pilot": "plan"})
    assert bits(branch.indicators) == bits(result.indicators)


def test_a_fork_with_other_levers_differs_only_from_its_date_on(seed_six):
    result = seed_six
    lag = plan.levers()[plan.lever_ids().index("panda_bond_framework")].effect_lag_months
    branch = result.fork("2022-03", {"panda_bond_framework": 1.0})
    begins = first_difference(branch.indicators, result.indicators)
    assert begins >= "2022-03"
    assert month_ordinal(begins) >= month_ordinal("2022-03") + lag
    assert branch.annual().loc[2023, "panda_cumulative"] > result.annual().loc[2023, "panda_cumulative"]
    assert branch.seed == result.seed and branch.parameters == result.parameters


def test_a_fork_keeps_macro_scale_and_parameters(short, bits, without_effects):
    result = sim.run(short("plan"), seed=6, macro="adverse", parameters=without_effects)
    branch = result.fork("2021-06", {"bond_market_access": 1.0})
    assert bits(branch.indicators) == bits(result.indicators)
    assert branch.provenance["macro"] == "adverse" and branch.provenance["scale"] == 0.05


def copy_last(population, month):
    """Add one more agent like the last row."""
    values = {name: population[name][..., -1].copy() for name in type(population[0]).columns}
    return population.add(1, month, **values)


POPULATIONS = {
    "issuers": ("need_bn", "last_choice", "waiting_for", "waiting_months", "listed_firms"),
    "investors": ("assets_usd_bn", "target_weight", "weight", "holdings_bn", "net_purchases_bn"),
    "institutions": ("assets_bn", "normal_equity_ratio", "profitability", "trailing_excess_return"),
    "fintech": ("growth", "log_size", "capital", "funding_round", "age_months"),
}


@pytest.mark.parametrize("name", POPULATIONS)
def test_one_more_agent_leaves_every_other_agents_draws_untouched(centre, name):
    # The added issuer's debt has no holders, which the accounts would refuse; and peers feel what one more does.
    plain = centre("plan", rng=7, verify=False, interactions_off=INTERACTIONS)
    plain.run_for(4)
    crowded = copy.deepcopy(plain)
    copy_last(getattr(crowded, name), crowded.month)
    plain.step()
    crowded.step()
    for each, columns in POPULATIONS.items():
        first, second = getattr(plain, each), getattr(crowded, each)
        # Births may differ, because their number answers to how many there are; those who were there must not.
        there = first.unique_ids[first["birth_month"] < plain.month]
        rows, others = first.rows_of(there), second.rows_of(there)
        assert (others >= 0).mean() > 0.999
        kept = others >= 0
        assert first.draw_keys[rows][kept].tobytes() == second.draw_keys[others][kept].tobytes()
        for column in columns:
            one, other = first[column][..., rows][..., kept], second[column][..., others][..., kept]
            assert one.tobytes() == other.tobytes(), f"{each}.{column}"
    assert len(getattr(crowded, name)) > len(getattr(plain, name)) - 1


def test_one_more_agent_today_leaves_those_born_later_with_their_draws(centre):
    """Without subsidiaries of institutions one more issuer moves the numbers of later firms and nothing else."""
    plain = centre("plan", rng=7, verify=False, interactions_off=("fintech_spin_offs",))
    plain.run_for(2)
    crowded = copy.deepcopy(plain)
    copy_last(crowded.issuers, crowded.month)
    plain.run_for(12)
    crowded.run_for(12)
    born = plain.fintech["birth_month"] > month_ordinal("2021-02")
    assert born.sum() > 50
    assert (plain.fintech.unique_ids[born] != crowded.fintech.unique_ids[born]).all()
    for column in ("draw_key", "log_size", "capability", "capital", "age_months"):
        assert plain.fintech[column].tobytes() == crowded.fintech[column].tobytes(), column


def test_in_the_frozen_path_every_channel_stays_at_its_baseline(centre):
    model = centre("frozen", rng=1)
    baseline = np.array([channel.baseline_2020 for channel in plan.channels()])
    assert model.policy.paths.shape == (60, len(baseline))
    assert (model.policy.paths == baseline).all()
    model.step()
    assert dict(model.channels) == dict(model.policy.baseline)


def recorded(model, stream, seen):
    """Note what every agent draws from a stream."""
    original = stream.uniform

    def noted(keys, month, count=None):
        drawn = original(keys, month, count)
        for row in np.atleast_2d(drawn)[:1]:
            seen.update(zip(((key, month) for key in keys.tolist()), row.tolist(), strict=True))
        return drawn

    stream.uniform = noted
    return model


def test_no_policy_changes_any_draw(centre):
    """Agents draw by their own key and the month alone: whoever meets the same decision draws the same number."""
    streams = (
        "issuer.panda",
        "institution.exit_and_move",
        "fintech.exit",
        "fintech.funding",
        "issuer.listing",
        "issuer.default",
    )
    notes = {}
    for scenario in ("frozen", "stretch"):
        model = centre(scenario, rng=3)
        notes[scenario] = {name: {} for name in streams}
        for name in streams:
            recorded(model, model.draws[name], notes[scenario][name])
        model.run_for(40)
    for name in streams:
        one, other = notes["frozen"][name], notes["stretch"][name]
        common = one.keys() & other.keys()
        assert len(common) > 0.8 * len(one)
        assert all(one[key] == other[key] for key in common)


def test_no_agent_meets_the_same_number_in_two_decisions(centre):
    """Each stream has its own numbers: what decides an exit doesn't decide growth."""
    model = centre("plan", rng=3)
    keys = model.fintech.draw_keys[:500]
    draws = model.draws
    drawn = [draws[name].uniform(keys, MONTH) for name in draws]
    of_components = [stream for component in COMPONENTS for stream in component.streams]
    assert len(drawn) == len({array.tobytes() for array in drawn}) == len(STREAMS) + len(of_components)
    assert np.abs(np.corrcoef(drawn) - np.eye(len(drawn))).max() < 0.2


def test_newcomers_index_and_wanted_weight_are_not_one_draw(centre):
    model = centre("frozen", rng=3)
    model.run_to_end()
    investors = model.investors
    new = investors["birth_month"] >= month_ordinal("2020-01")
    fund = new & (investors["group"] == 1)
    world = fund & (investors["index_family"] == 3)
    other = fund & (investors["index_family"] == 1)
    assert min(world.sum(), other.sum()) > 15
    index_weight = model.state(ForeignDemand).index_weights_base_year[investors["index_family"]]
    normal = model.parameters.off_benchmark_weight + model.parameters.benchmark_passthrough * index_weight
    weight = investors["base_log_weight"] - np.log(normal)
    gap = abs(weight[world].mean() - weight[other].mean())
    assert gap < 3.5 * weight[fund].std() * np.sqrt(1 / world.sum() + 1 / other.sum())


def test_forks_can_be_forked(committed_six):
    first = committed_six.fork("2022-01", {"bond_market_access": 1.0})
    second = first.fork("2023-06", {"bond_market_access": "committed"})
    assert first_difference(second.indicators, first.indicators) >= "2023-06"
    partial_year = second.indicators.loc[:"2023-05"]
    assert partial_year.equals(first.indicators.loc[:"2023-05"])


fork_refused = partial(pytest.raises, sim.InputError)


@pytest.mark.parametrize(
    ("date", "levers", "named"),
    [
        ("2020-06", {"reits_pilot": 1.0}, "2020-06"),
        ("2022-01", {"reit_pilot": 1.0}, "reits_pilot"),
        ("2022-01", {"reits_pilot": 1.4}, "1.4"),
        ("2023-01", {"reits_pilot": {"2022-01": 0.5}}, "2022-01"),
    ],
)
def test_a_fork_that_cannot_be_is_refused_with_what_is_allowed(committed_six, date, levers, named):
    with fork_refused() as refusal:
        committed_six.fork(date, levers)
    assert named in str(refusal.value)
