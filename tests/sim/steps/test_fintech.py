"""Steps of the fintech firms alone."""

import numpy as np
import pytest

from agents.city_state import CityState
from agents.districts import District
from agents.draws import Draws, poisson
from agents.fintech_firms import FintechFirms, Origin, is_subsidiary, round_probability
from agents.institutions import Centre, Institutions
from agents.sandbox import NOT_ADMITTED
from scenarios.calendar import month_ordinal, month_text
from scenarios.parameters import Parameters
from sim.base_year.base_year import BaseYear
from sim.base_year.dated_events import SANDBOX_OPENED
from sim.base_year.tables import table
from sim.clock import Clock
from sim.fintech.adoption import institutions_adopt
from sim.fintech.cities import firms_reconsider_their_city
from sim.fintech.component import FINTECH
from sim.fintech.firms import firms_exit_and_start, firms_grow_and_raise_funds
from sim.fintech.sandbox import firms_enter_the_sandbox
from sim.fintech.state import FintechFlows, FundingMemory, Sandbox
from sim.fintech.subsidiaries import FOUNDINGS_OVER_YEARS, founded_by, institutions_found_subsidiaries
from sim.institutions.component import INSTITUTIONS
from sim.institutions.state import Adopters, City
from tests.sim.steps.by_hand import FINTECH_ELSEWHERE, FINTECH_HERE, closes, run

PLACES = ((1, FINTECH_HERE), (0, FINTECH_ELSEWHERE))
EAGER = {"funding_round_gap": 2.0}
"""Rounds that are frequent enough for a month of a few firms."""


# Sandbox


def admitted(on):
    return np.flatnonzero(run(firms_enter_the_sandbox, on)[FintechFirms]["sandbox_months"] == 0)


def test_the_sandbox_opens_in_its_month(city):
    assert len(admitted(city(month_text(SANDBOX_OPENED.starts - 1)))) == 0
    assert len(admitted(city(month_text(SANDBOX_OPENED.starts)))) == 1


def test_places_are_taken_by_young_firms_of_the_city_and_parts_of_a_place_are_kept(city):
    on = city(on_parameters={"sandbox_slots": 42.0})
    rows, firms = admitted(on), on[FintechFirms]
    assert len(rows) == 3 and on[Sandbox].places == pytest.approx(0.5)
    assert firms["in_shanghai"][rows].all() and firms["age_months"][rows].max() <= on[Parameters].sandbox_age_bound
    assert len(admitted(on)) == 4


def test_where_merit_is_capability_the_most_capable_applicants_enter(city):
    on = city(on_parameters={"sandbox_slots": 60.0, "sandbox_merit_weight": 1.0})
    rows, firms = admitted(on), on[FintechFirms]
    applies = firms["in_shanghai"] & (firms["age_months"] <= on[Parameters].sandbox_age_bound)
    applies[rows] = False
    assert firms["capability"][rows].min() > firms["capability"][applies].max()


def test_a_shorter_way_to_launch_makes_room_for_more_firms_a_year(city):
    counts = [len(admitted(city(on_channels={"compliance_lead_time": months}))) for months in (18.0, 6.0)]
    assert counts == [1, 3]


def test_no_firm_is_admitted_twice(city):
    on = city(on_parameters={"sandbox_slots": 1e6})
    first = admitted(on)
    assert len(first) > 10 and len(admitted(on)) == 0
    assert (on[FintechFirms]["sandbox_months"][first] == 1).all()
    assert (np.delete(on[FintechFirms]["sandbox_months"], first) == NOT_ADMITTED).all()


def test_in_a_year_as_many_firms_enter_as_the_sandbox_has_places_for_a_year(city):
    on = city("2021-01", on_parameters={"sandbox_slots": 24.0})
    for month in range(12):
        on[Clock] = Clock(month_ordinal("2021-01") + month)
        run(firms_enter_the_sandbox, on)
    inside = on[FintechFirms]["sandbox_months"]
    assert np.bincount(inside[inside != NOT_ADMITTED]).tolist() == [2] * 12


# Growth and rounds


def rounds(on):
    """Rounds closed in the month by firm."""
    before = on[FintechFirms]["funding_round"].copy()
    run(firms_grow_and_raise_funds, on)
    return on[FintechFirms]["funding_round"] - before


def test_rounds_bring_capital_to_those_who_close_them_and_to_nobody_else(city):
    on = city(on_parameters=EAGER)
    closed, firms = rounds(on), on[FintechFirms]
    assert set(closed.tolist()) == {0, 1} and on[FintechFlows].rounds == closed.sum()
    assert ((firms["capital"] > 0.0) == (closed == 1)).all()
    assert ((firms["months_since_round"] == 0.0) == (closed == 1)).all()
    local = (closed == 1) & firms["in_shanghai"]
    assert on[FintechFlows].capital_raised == pytest.approx(firms["capital"][local].sum())
    closes(FINTECH, on)


def test_size_moves_by_the_terms_of_growth_and_without_noise_young_firms_grow_faster(city):
    on = city(on_parameters={"fintech_growth_sd": 1e-9, "funding_growth_boost": 0.0})
    before = on[FintechFirms]["log_size"].copy()
    rounds(on)
    firms = on[FintechFirms]
    np.testing.assert_allclose(firms["log_size"] - before, firms["growth_terms"].sum(axis=0), atol=1e-12)
    by_age = firms["growth"][np.argsort(firms["age_months"])]
    assert (np.diff(by_age) < 1e-9).all() and by_age[0] > by_age[-1]


def test_a_month_makes_firms_older_and_their_last_round_more_distant(city):
    on = city(on_parameters={"funding_round_gap": 1e9})
    before = {name: on[FintechFirms][name].copy() for name in ("age_months", "months_since_round")}
    assert not rounds(on).any()
    for name, column in before.items():
        np.testing.assert_array_equal(on[FintechFirms][name], column + 1.0)


def test_firms_in_the_sandbox_close_rounds_more_often_and_raise_more_in_them(city):
    certain = {"funding_round_gap": 0.01, "sandbox_capital": 25.0, "sandbox_effect_months": 6.0}
    on = city(on_parameters=certain)
    on[FintechFirms]["sandbox_months"][:3] = (0, 5, 6)
    rounds(on)
    firms = on[FintechFirms]
    size = on[Parameters].round_size * np.exp(firms["log_size"])
    np.testing.assert_allclose(firms["capital"] / size, np.where(np.arange(len(firms)) < 2, 1.25, 1.0))
    assert (firms["funding_terms"][4] > 0.0).sum() == 2


def test_a_firm_that_closed_all_rounds_it_can_closes_no_more(city):
    on = city(on_parameters={"funding_round_gap": 0.01, "most_funding_rounds": 3.0})
    limit = on[FintechFirms]["funding_round"] == 3
    closed = rounds(on)
    assert not closed[limit].any() and closed[~limit].all()


def test_venture_capital_of_the_city_helps_its_own_firms_alone(city):
    usual, more = (city(on_parameters=EAGER, on_channels={"venture_funding_supply": s}) for s in (100.0, 1e4))
    extra = rounds(more) - rounds(usual)
    here = usual[FintechFirms]["in_shanghai"]
    assert extra[here].sum() > 0 and extra.min() == 0 and not extra[~here].any()


def test_rules_for_platforms_slow_rounds_in_the_whole_country(city):
    usual, tight = (city(on_parameters=EAGER, on_shocks={"platform_rules": shift}) for shift in (0.0, -3.0))
    lost = rounds(usual) - rounds(tight)
    here = usual[FintechFirms]["in_shanghai"]
    assert lost.min() == 0 and lost[here].sum() > 0 and lost[~here].sum() > 0


def test_like_firms_matter_after_a_surprise_unless_the_interaction_is_off(city):
    for off, moved in (((), True), (("funding_peers",), False)):
        on = city(on_parameters=EAGER, off=off)
        rounds(on)
        assert not on[FintechFirms]["funding_terms"][5].any()
        rounds(on)
        assert on[FintechFirms]["funding_terms"][5].any() == moved


def rounds_of_a_year(on):
    """Rounds that firms of the city close in a year in which the sandbox is open and nobody comes or goes."""
    before = on[FintechFirms]["funding_round"].copy()
    for month in range(12):
        on[Clock] = Clock(month_ordinal("2021-01") + month)
        run(firms_enter_the_sandbox, on)
        run(firms_grow_and_raise_funds, on)
    return int((on[FintechFirms]["funding_round"] - before)[on[FintechFirms]["in_shanghai"]].sum())


def test_more_places_in_the_sandbox_bring_more_rounds_with_the_same_draws(city):
    slots = {"sandbox_probability": 400.0, "sandbox_age_bound": 1e6, "funding_round_gap": 20.0}
    none, few, many = (
        rounds_of_a_year(city("2021-01", on_parameters={**slots, "sandbox_slots": each}, off=("funding_peers",)))
        for each in (1e-9, 120.0, 1e6)
    )
    assert none < few < many


def test_help_of_the_sandbox_raises_the_rate_of_rounds_of_those_inside_by_its_part(city):
    on = city(on_parameters={"sandbox_probability": 50.0, "sandbox_effect_months": 6.0})
    on[FintechFirms]["sandbox_months"][:4] = (0, 5, 6, 40)
    rounds(on)
    helped = on[FintechFirms]["funding_terms"][4]
    np.testing.assert_allclose(helped[:4], np.log(1.5) * np.array([1.0, 1.0, 0.0, 0.0]))
    assert not helped[4:].any()


def test_a_higher_ease_of_funding_brings_more_rounds_in_a_year_with_peers_and_without(city):
    for off in ((), ("funding_peers",)):
        counts = [
            rounds_of_a_year(city("2021-01", on_parameters=EAGER, on_shocks={"platform_rules": shift}, off=off))
            for shift in (-1.5, 0.0, 1.5)
        ]
        assert counts[0] < counts[1] < counts[2]


def surprised(on, surprise):
    """Two expected rounds in every cell of like firms; in one of them so many times as many were closed."""
    on[FundingMemory].expected[:] = on[FundingMemory].closed[:] = 2.0
    on[FundingMemory].closed[1, 1] *= surprise
    rounds(on)
    return on[FintechFirms]["funding_terms"][5]


def test_firms_follow_a_wave_among_those_of_their_place_and_stage_up_to_a_bound(city):
    on = city(on_parameters={"funding_round_gap": 1e9})
    firms = on[FintechFirms]
    like = firms["in_shanghai"] & (firms["funding_round"] == 1)
    shift, most = surprised(on, 50.0), on[Parameters].peer_coefficient_funding
    assert like.any() and not shift[~like].any()
    np.testing.assert_allclose(shift[like], most, rtol=1e-3)
    calm = city(on_parameters={"funding_round_gap": 1e9})
    assert not surprised(calm, 1.0).any()
    assert (surprised(city(on_parameters={"funding_round_gap": 1e9}), 0.5)[like] < 0.0).all()


def test_memory_of_rounds_fades_and_gains_what_was_closed_and_what_was_expected(city):
    on = city(on_parameters=EAGER)
    firms, memory = on[FintechFirms], on[FundingMemory]
    memory.closed[:], memory.expected[:] = 4.0, 6.0
    stage, here = firms["funding_round"].copy(), firms["in_shanghai"].astype(int)
    may_close = stage < on[Parameters].most_funding_rounds
    closed, kept = rounds(on), np.exp(-1.0 / on[Parameters].peer_memory)
    new = np.zeros_like(memory.closed)
    np.add.at(new, (here, stage), closed)
    np.testing.assert_allclose(memory.closed, kept * 4.0 + new)
    chance = round_probability(firms["funding_terms"])[may_close].mean()
    np.testing.assert_allclose(memory.expected.sum(), kept * 6.0 * memory.expected.size + chance * may_close.sum())


# Exit and birth


def test_firms_come_and_go_and_their_rounds_leave_with_them(city):
    on = city(on_parameters={"fintech_exit_hazard": 3.0, "fintech_birth_rate": 3.0})
    run(firms_exit_and_start, on)
    assert on[FintechFlows].left > 5 and on[FintechFlows].started > 5 and on[FintechFlows].rounds_of_leavers > 0
    assert (on[FintechFirms]["district"][on[FintechFirms]["in_shanghai"]] >= 0).all()
    assert (on[FintechFirms]["district"][~on[FintechFirms]["in_shanghai"]] == -1).all()
    closes(FINTECH, on)


def test_without_a_hazard_nobody_leaves_and_a_locked_city_starts_no_firm(city):
    on = city(on_parameters={"fintech_exit_hazard": 0.0, "fintech_birth_rate": 3.0}, on_shocks={"lockdown": 0.0})
    run(firms_exit_and_start, on)
    here = on[FintechFirms]["in_shanghai"]
    assert on[FintechFlows].left == 0 and here.sum() == FINTECH_HERE
    assert (~here).sum() == FINTECH_ELSEWHERE + on[FintechFlows].started > FINTECH_ELSEWHERE


def test_small_firms_leave_first(city):
    on = city(on_parameters={"fintech_exit_hazard": 6.0, "fintech_birth_rate": 0.0, "fintech_exit_size_slope": 20.0})
    sizes = dict(zip(on[FintechFirms].unique_ids.tolist(), on[FintechFirms]["log_size"].tolist(), strict=True))
    run(firms_exit_and_start, on)
    stays = [sizes.pop(identity) for identity in on[FintechFirms].unique_ids.tolist()]
    assert np.mean(list(sizes.values())) < np.mean(stays)
    assert min(stays) > min(sizes.values())


def test_at_the_conditions_of_2020_firms_start_at_the_usual_rate_here_and_elsewhere(city):
    on = city(on_parameters={"fintech_exit_hazard": 0.0, "fintech_birth_rate": 3.0, "fintech_birth_spillover": 0.0})
    stream = on[Draws]["fintech.birth"]
    usual = [poisson(count * 3.0 / 12.0, stream.scalar(on[Clock].month, index=place)) for place, count in PLACES]
    run(firms_exit_and_start, on)
    here = on[FintechFirms]["in_shanghai"]
    assert [here.sum() - FINTECH_HERE, (~here).sum() - FINTECH_ELSEWHERE] == usual


def test_talent_and_institutions_of_2020_and_more_of_them_bring_firms_here(city):
    def started(talent, institutions_ratio):
        on = city(on_parameters={"fintech_exit_hazard": 0.0, "fintech_birth_rate": 3.0, "fintech_birth_spillover": 1.0})
        missing = round(institutions_ratio * on[BaseYear].observed("institutions")) - len(on[Institutions])
        on[Institutions].add(missing, 0, district=int(District.REST_OF_CITY))
        on[City].slow_states[CityState.TALENT, Centre.SHANGHAI] = talent
        run(firms_exit_and_start, on)
        return int(on[FintechFirms]["in_shanghai"].sum()) - FINTECH_HERE

    assert started(0.0, 2.0) == started(np.log(2.0), 1.0) > started(0.0, 1.0)


def test_new_firms_differ_in_size_and_capability_and_have_raised_nothing(city):
    on = city(on_parameters={"fintech_exit_hazard": 0.0, "fintech_birth_rate": 80.0, "fintech_entrant_spread": 0.5})
    run(firms_exit_and_start, on)
    new = slice(FINTECH_HERE + FINTECH_ELSEWHERE, None)
    firms = on[FintechFirms]
    assert firms["log_size"][new].std() == pytest.approx(0.5, rel=0.1)
    assert firms["capability"][new].std() == pytest.approx(1.0, rel=0.1)
    assert not firms["capital"][new].any() and not firms["age_months"][new].any()


def test_with_the_same_draws_cheaper_starts_and_wider_access_to_data_bring_more_firms_here(city):
    def started(**values):
        on = city(on_parameters={"fintech_exit_hazard": 0.0, "fintech_birth_rate": 3.0}, on_channels=values)
        run(firms_exit_and_start, on)
        return int(on[FintechFirms]["in_shanghai"].sum()) - FINTECH_HERE

    usual = started()
    assert started(fintech_startup_cost=50.0) > usual > 0
    assert started(data_access=0.95) > usual
    assert started(data_access=0.05) < usual


# Cities of firms

WEIGHS = {"fintech_city_review_rate": 1e3, "fintech_city_bond": 0.0, "fintech_birth_spillover": 0.0}


def moves(on):
    """Firms that move in and out in a month."""
    run(firms_reconsider_their_city, on)
    closes(FINTECH, on)
    return on[FintechFlows].moved_in, on[FintechFlows].moved_out


def test_at_the_conditions_of_2020_about_as_many_firms_move_in_as_out(city):
    into, out = moves(city(on_parameters=WEIGHS))
    assert into > 5 and out == pytest.approx(into, rel=0.5)


@pytest.mark.parametrize(
    ("better", "worse"),
    [
        ({"fintech_startup_cost": 10.0}, {"fintech_startup_cost": 1000.0}),
        ({"data_access": 0.999}, {"data_access": 0.001}),
        ({"venture_funding_supply": 1e4}, {"venture_funding_supply": 1.0}),
        ({"fintech_scaling_cost": 1.0}, {"fintech_scaling_cost": 1e4}),
        ({"compliance_lead_time": 0.01}, {"compliance_lead_time": 3e4}),
    ],
)
def test_better_conditions_draw_firms_in_and_keep_them_with_the_same_draws(city, better, worse):
    quick = {**WEIGHS, "fintech_news_months": 1.0}
    good, usual, bad = (moves(city(on_parameters=quick, on_channels=each)) for each in (better, {}, worse))
    assert good[0] >= usual[0] >= bad[0] and good[1] <= usual[1] <= bad[1]
    assert good[0] - good[1] > bad[0] - bad[1]


def test_talent_of_rivals_draws_firms_away(city):
    def balance(talent):
        on = city(on_parameters={**WEIGHS, "fintech_birth_spillover": 1.0})
        on[City].slow_states[CityState.TALENT, Centre.SHANGHAI + 1 :] = talent
        into, out = moves(on)
        return into - out

    assert balance(3.0) < balance(-3.0)


def test_those_who_move_have_a_centre_and_a_district_of_it_and_the_terms_of_their_odds(city):
    on = city(on_parameters=WEIGHS)
    before = on[FintechFirms]["in_shanghai"].copy()
    moves(on)
    firms = on[FintechFirms]
    here = firms["in_shanghai"]
    np.testing.assert_array_equal(here, firms["centre"] == Centre.SHANGHAI)
    np.testing.assert_array_equal(here, firms["district"] >= 0)
    weighed = firms["city_weighed_month"] == on[Clock].month
    assert (before != here).any() and weighed[before != here].all()


def test_without_the_interaction_nobody_moves_and_financing_brings_no_founders(city):
    assert moves(city(on_parameters=WEIGHS, off=("fintech_attraction",))) == (0, 0)

    def started(off, **values):
        eager = {"fintech_exit_hazard": 0.0, "fintech_birth_rate": 3.0, "fintech_financing_elasticity": 2.0}
        on = city(on_parameters=eager, on_channels=values, off=off)
        run(firms_exit_and_start, on)
        return on[FintechFlows].started_here

    off = ("fintech_attraction",)
    assert started(off, venture_funding_supply=900.0) == started(off)
    assert started((), venture_funding_supply=900.0) > started(())


def test_in_a_game_of_zero_sum_founders_won_are_lost_elsewhere(city):
    def started_elsewhere(weight, **values):
        eager = {"fintech_exit_hazard": 0.0, "fintech_birth_rate": 6.0, "fintech_birth_spillover": 0.0}
        on = city(on_parameters={**eager, "inclusive_value_weight": weight}, on_channels=values)
        run(firms_exit_and_start, on)
        return on[FintechFlows].started - on[FintechFlows].started_here

    cheap = {"fintech_startup_cost": 20.0}
    assert started_elsewhere(0.0, **cheap) < started_elsewhere(0.0) == started_elsewhere(1.0, **cheap)


# Subsidiaries

LIKELY = {"fintech_subsidiary_rate": 12.0, "fintech_parent_size": 1.0}


def founded(on):
    """Rows of the subsidiaries of Shanghai after a month."""
    run(institutions_found_subsidiaries, on)
    closes(FINTECH, on)
    return np.flatnonzero(on[FintechFirms]["kind"] == Origin.SUBSIDIARY)


def test_large_institutions_found_one_subsidiary_each_and_smaller_ones_none(city):
    on = city(on_parameters=LIKELY)
    assets = on[Institutions]["assets_bn"]
    assets[:] = np.where(np.arange(len(assets)) < 10, 100.0, 1.0)
    for month in range(12):
        on[Clock] = Clock(month_ordinal("2021-01") + month)
        rows = founded(on)
    parents = on[FintechFirms]["parent"][rows].tolist()
    assert set(parents) <= set(on[Institutions].unique_ids[:10].tolist())
    assert len(parents) == len(set(parents)) > 5


def test_subsidiaries_are_born_large_with_capital_and_raise_none_in_rounds(city):
    on = city(on_parameters={**LIKELY, "funding_round_gap": 0.01})
    assert len(founded(on)) > 0
    firms = on[FintechFirms]
    subsidiary = is_subsidiary(firms["kind"])
    assert firms["log_size"][subsidiary].mean() > firms["log_size"][~subsidiary].mean() + 1.0
    assert (firms["capital"][subsidiary] > 0.0).all()
    np.testing.assert_array_equal(firms["district"] >= 0, firms["in_shanghai"])
    closed = rounds(on)
    assert closed[~subsidiary].all() and not closed[subsidiary].any()


def test_a_cheaper_start_brings_more_subsidiaries_with_the_same_draws(city):
    def count(cost):
        rare = {**LIKELY, "fintech_subsidiary_rate": 3.0}
        return len(founded(city(on_parameters=rare, on_channels={"fintech_startup_cost": cost})))

    assert count(300.0) < count(5.0)


def test_without_the_interaction_nobody_founds_a_subsidiary(city):
    on = city(on_parameters=LIKELY, off=("fintech_spin_offs",))
    assert not len(founded(on)) and on[FintechFlows].started == 0


def test_a_subsidiary_stays_with_its_parent(city):
    on = city(on_parameters={**LIKELY, **WEIGHS})
    rows = founded(on)
    run(firms_reconsider_their_city, on)
    assert len(rows) and on[FintechFirms]["in_shanghai"][rows].all()


def test_the_rate_founds_as_many_in_six_years_as_the_plan_names(central):
    """Among 23 institutions of the size in the city of 2020, the count that the source of the parameter gives."""
    named = table("fintech_subsidiaries")
    assert 23 * central.fintech_subsidiary_rate * FOUNDINGS_OVER_YEARS == pytest.approx(len(named), rel=0.05)
    assert [row["subsidiary"] for row in named] == ["CCB Fintech", "BOC Fintech", "BOCOM Fintech"]
    assert len(founded_by(month_ordinal("2019-12"))) == 2 and len(founded_by(month_ordinal("2015-12"))) == 0


# Adoption


def adopters(on):
    run(institutions_adopt, on)
    closes(INSTITUTIONS, on)
    return on[Institutions]["adopted"]


def test_where_nobody_innovates_nobody_adopts_first(city):
    assert not adopters(city(on_parameters={"bass_innovation": 0.0, "bass_imitation": 1e6})).any()


def test_imitation_reaches_exactly_those_who_look_at_an_adopter(city):
    on = city(on_parameters={"bass_innovation": 0.0, "bass_imitation": 1e6})
    pioneer = 5
    on[Institutions]["adopted"][pioneer] = True
    institutions = on[Institutions]
    looks = (institutions["neighbours"] == institutions.unique_ids[pioneer]).any(axis=0)
    after = adopters(on)
    assert looks.any() and not looks.all()
    np.testing.assert_array_equal(np.flatnonzero(after), np.union1d(np.flatnonzero(looks), [pioneer]))


def test_without_the_network_neighbours_change_nothing(city):
    on = city(on_parameters={"bass_innovation": 0.0, "bass_imitation": 1e6}, off=("adoption_network",))
    on[Institutions]["adopted"][::2] = True
    pioneers = on[Institutions]["adopted"].sum()
    assert adopters(on).sum() == pioneers and on[Adopters].adopted == 0


def test_more_local_fintech_firms_spread_technology_faster(city):
    def spread(here):
        on = city(on_parameters={"bass_innovation": 12.0, "adoption_supply_elasticity": 1.0})
        on[FintechFirms]["in_shanghai"] = np.arange(len(on[FintechFirms])) < here
        return adopters(on)

    few, many = spread(40), spread(200)
    assert few.sum() < many.sum() and not (few & ~many).any()


def test_large_institutions_adopt_first_whatever_the_currency(city):
    def adopt(unit):
        on = city(
            on_parameters={"bass_innovation": 6.0, "adoption_size_effect": 20.0, "adoption_supply_elasticity": 0.0}
        )
        on[Institutions]["assets_bn"] *= unit
        return adopters(on).copy(), on[Institutions]["assets_bn"]

    (once, assets), (other, _) = adopt(1.0), adopt(7.0)
    assert assets[once].min() > assets[~once].max()
    np.testing.assert_array_equal(once, other)
