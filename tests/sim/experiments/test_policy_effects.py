"""Effects of levers and the attribution of a difference: what follows from logic alone."""

import numpy as np
import pandas as pd
import pytest

import sim
from scenarios import Scenario, load
from scenarios.bounds import SEEDS_APART
from scenarios.calendar import month_ordinal
from scenarios.errors import InputError
from scenarios.plan import levers
from sim.closing.indicators import PLAN_INDICATORS
from sim.experiments.attribution import _exact, _sampled, coalition_of, compared, players_of
from sim.experiments.effects import by_agents, by_formulas, drawn_betas, verdict
from sim.experiments.requests import RunRequest, ensemble_requests


@pytest.fixture(scope="module")
def attributed(short):
    """Plan against committed with three levers of two groups on the plan's paths, the others alike."""
    base = short("committed")
    three = base.with_levers(dict.fromkeys(("bond_market_access", "reits_pilot", "futures_market_opening"), 1.0))
    target = three.model_copy(update={"name": "three levers"})
    return {by: sim.attribute(target, base, by=by, runs=2, permutations=2, workers=1) for by in ("group", "lever")}


@pytest.mark.parametrize("by", ["group", "lever"])
def test_the_parts_add_up_to_the_whole(attributed, by):
    found = attributed[by]
    scale = np.maximum(np.abs(found.whole), 1.0)
    assert (np.abs(found.parts.sum(axis=0) - found.whole) / scale).max() < 1e-12
    assert (found.whole[:, PLAN_INDICATORS.index("foreign_bond_share")] > 0.0).all()


def test_systemic_risk_is_split_like_the_indicators_of_the_plan(attributed):
    for found in attributed.values():
        table = found.table
        assert list(dict.fromkeys(table["indicator"])) == [*PLAN_INDICATORS, "systemic_risk"]
        risk = table[table["indicator"] == "systemic_risk"].set_index("player")["part"]
        assert risk[list(found.players)].sum() == pytest.approx(risk["whole"], abs=1e-9)


def test_a_lever_that_changes_nothing_gets_nothing_and_the_table_says_all(attributed):
    table = attributed["lever"].table
    assert set(table["player"]) == {
        "bond_market_access",
        "reits_pilot",
        "futures_market_opening",
        "whole",
        "interaction",
    }
    share = table[table["indicator"] == "foreign_bond_share"].set_index("player")["part"]
    assert abs(share["reits_pilot"]) < 0.2 * share["bond_market_access"]
    assert "3 players" in repr(attributed["lever"])


def test_shapley_values_of_a_game_whose_answer_is_known():
    """Two gloves on the left hand, one on the right: a pair is worth one."""
    worth = {}
    for mask in range(8):
        members = frozenset(one for one in range(3) if mask >> one & 1)
        worth[members] = np.full((1, 1), float(2 in members and len(members) > 1))
    assert _exact(worth, 3)[:, 0, 0] == pytest.approx([1 / 6, 1 / 6, 4 / 6])
    orders = [(0, 1, 2), (2, 1, 0), (0, 2, 1), (1, 2, 0), (1, 0, 2), (2, 0, 1)]
    assert _sampled(worth, orders)[:, 0, 0] == pytest.approx([1 / 6, 1 / 6, 4 / 6])


DRIVERS = {"macro": "drivers", "drivers": {"2021-01": {"vix": 30}}}
WORLD = {"macro": "adverse", "rival_centres": "matching", "parameters": "prior_2020", "shocks": [{"name": "us_yield"}]}


def test_an_arm_is_compared_in_the_world_of_the_scenario_and_a_scenario_in_its_own(short):
    mine = Scenario(**{**short("plan").plain(), **WORLD, "end": "2023-12"})
    target, base = compared(mine, "committed")
    assert target == mine
    assert base == mine.with_policy_of(load("committed"))
    assert compared(mine, load("committed"))[1] == load("committed")
    assert [each.scale for each in compared(mine, "frozen", 0.5)] == [0.5, 0.5]


def test_a_coalition_of_all_levers_has_the_whole_policy_of_the_target_also_across_arms(short):
    levers = {
        "bond_market_access": {"2022-07": 0.9},
        "panda_bond_framework": {"ramp": {"2022-01": "keep", "2023-01": 1}},
    }
    target = Scenario(**{**short("plan").plain(), "end": "2023-12", "levers": levers})
    base = Scenario(
        **{
            **short("committed").plain(),
            "end": "2023-12",
            "levers": {"bond_market_access": 0.2, "reits_pilot": {"2022-01": 1}},
        }
    )
    players = players_of(target, base, "lever")
    whole = coalition_of(target, base, list(players.values()), frozenset(range(len(players))))
    none = coalition_of(target, base, list(players.values()), frozenset())
    months = (month_ordinal("2020-12"), month_ordinal(target.end))
    assert np.array_equal(whole.intensities(*months), target.intensities(*months))
    assert np.array_equal(none.intensities(*months), base.intensities(*months))


def test_scenarios_that_differ_in_more_than_levers_are_refused(short):
    trigger = {"indicator": "foreign_bond_share", "below": 0.9, "lever": "fintech_hub", "to": 0.9}
    for more in ({"triggers": [trigger]}, {"rival_centres": "matching"}, DRIVERS):
        with pytest.raises(InputError, match="differ in more than lever paths"):
            sim.attribute(Scenario(**{**short("plan").plain(), **more}), short("committed"))
    with pytest.raises(InputError, match="differ in more than lever paths"):
        sim.attribute(short("plan"), short("committed", end="2022-12"))
    with pytest.raises(InputError, match="have the same lever paths"):
        sim.attribute(short("plan"), short("plan"))
    with pytest.raises(InputError, match="not a kind of part"):
        sim.attribute(short("plan"), short("committed"), by="measure")


@pytest.fixture
def three_suffice(monkeypatch):
    """Let three pairs be enough for an interval and a verdict."""
    for module in ("effects.LEAST_FOR_VERDICT", "intervals.LEAST_FOR_INTERVAL"):
        monkeypatch.setattr(f"sim.experiments.{module}", 3)


@pytest.mark.usefixtures("three_suffice")
def test_effects_have_an_interval_an_expectation_and_a_verdict(short):
    measured = sim.effects(["bond_market_access"], baseline=short("committed"), runs=4, intensities=2, workers=1)
    assert len(measured) == 2 * len(PLAN_INDICATORS)
    share = measured[measured["indicator"] == "foreign_bond_share"]
    assert (share["effect"].diff().dropna() > 0.0).all()
    assert set(share["expected"]) == {"+"}
    assert share.iloc[0]["verdict"] == share.iloc[-1]["verdict"] == "agrees"
    assert (measured["low"] <= measured["effect"]).all() and (measured["effect"] <= measured["high"]).all()


@pytest.mark.slow
@pytest.mark.usefixtures("three_suffice")
def test_the_part_of_an_effect_through_agents_is_all_some_or_none(short):
    """One lever is read by agents alone, one by agents and a market's formula, which agrees with muting by hand."""
    assert by_agents("panda_bond_framework") and not by_formulas("panda_bond_framework")
    lever = "futures_market_opening"
    assert by_formulas(lever)
    base = short("committed", end="2022-12")
    found = sim.effects([lever, "panda_bond_framework"], baseline=base, runs=3, intensities=2, workers=1)
    found = found.set_index(["lever", "intensity", "indicator"])["through_agents"]
    assert found["panda_bond_framework", 1.0, "panda_cumulative"] == 1.0
    turnover = found[lever, 1.0, "turnover_total"]
    assert turnover < 0.9
    kept = drawn_betas(3, 1)
    muted = [each.replace(betas=dict.fromkeys(by_formulas(lever), 0.0)) for each in kept]
    moved = base.with_levers({lever: {"2021-01": 1.0}})

    def mean_gap(drawn):
        runs = [
            [
                RunRequest(scenario, SEEDS_APART + run, each).execute().annual()["turnover_total"].iloc[-1]
                for scenario in (moved, base)
            ]
            for run, each in enumerate(drawn)
        ]
        return np.mean([here - there for here, there in runs])

    assert turnover == pytest.approx(mean_gap(muted) / mean_gap(kept))


def test_a_measurement_that_was_interrupted_goes_on_in_its_store(short, tmp_path):
    base, seen = short("committed"), []
    asked = {"baseline": base, "runs": 2, "intensities": 2, "workers": 1}
    whole = sim.effects(["panda_bond_framework"], **asked)
    sim.effects(["panda_bond_framework"], **asked | {"runs": 1}, store=tmp_path / "runs")
    again = sim.effects(
        ["panda_bond_framework"], **asked, store=tmp_path / "runs", progress=lambda outcome, *_: seen.append(outcome)
    )
    assert {outcome.request.run for outcome in seen} == {1}
    pd.testing.assert_frame_equal(whole, again)


def test_one_run_that_fails_ends_the_measurement(short, monkeypatch):
    tried = []

    def fails(request):
        tried.append(request)
        raise ArithmeticError("no number")

    monkeypatch.setattr(RunRequest, "execute", fails)
    with pytest.raises(InputError, match="no number"):
        sim.effects(["benchmark_reform"], baseline=short("committed"), runs=9, workers=1)
    assert len(tried) == 1


def test_bad_requests_are_refused():
    with pytest.raises(InputError, match="did you mean 'reits_pilot'"):
        sim.effects(["reit_pilot"])
    with pytest.raises(InputError, match="intensities"):
        sim.effects(["reits_pilot"], intensities=1)


@pytest.mark.parametrize(
    ("low", "high", "expected", "change", "said"),
    [
        (0.1, 0.3, "+", 0.5, "agrees"),
        (0.1, 0.3, "+", -0.5, "disagrees"),
        (-0.3, -0.1, "-", 0.5, "agrees"),
        (0.1, 0.3, "0", 0.5, "disagrees"),
        (-0.1, 0.3, "+", 0.5, "indistinguishable from zero"),
        (0.1, 0.3, "+/-", 0.5, "no expectation"),
        (0.1, 0.3, "", 0.5, "no expectation"),
    ],
)
def test_a_verdict_compares_the_interval_with_the_sign(low, high, expected, change, said):
    assert verdict(low, high, expected, change) == said


def last(scenario, parameters, seed=4):
    return RunRequest(scenario, seed, parameters).execute().indicators.iloc[-1]


def test_draws_of_effects_share_the_year_2020():
    drawn = drawn_betas(3, 1)
    assert len({each.hash for each in drawn}) == 3 and len({each.history_hash for each in drawn}) == 1


def test_an_unchanged_intensity_has_no_effect_to_the_bit(short, central):
    base = short("frozen")
    same = base.with_levers({lever.id: lever.intensity_2020 for lever in levers()})
    assert (last(base, central) == last(same, central)).all()


def test_without_effects_the_plan_is_the_committed_path(short, without_effects):
    assert (last(short("plan"), without_effects) == last(short("committed"), without_effects)).all()


def test_a_flipped_effect_flips_what_the_lever_does(short, central):
    """More access raises holdings; with its effects turned round it lowers them."""
    flipped = central.replace(
        betas={pair: -beta for pair, beta in central.betas.items() if pair[0] == "bond_market_access"}
    )
    base = short("frozen")
    more = base.with_levers({"bond_market_access": 1.0})
    gaps = [
        last(more, parameters)["foreign_bond_holdings"] - last(base, parameters)["foreign_bond_holdings"]
        for parameters in (central, flipped)
    ]
    assert gaps[0] > 0.0 > gaps[1]


@pytest.mark.parametrize("lever", ["star_registration_reform", "reits_pilot"])
def test_a_lever_raises_the_share_of_the_country_only_where_what_it_adds_has_more_of_shanghai(short, lever):
    """What an instrument adds in Shanghai over what it adds in the country, against the average."""
    base = short("frozen", end="2022-12")
    pairs = ensemble_requests(
        [base, base.with_levers({lever: 1.0}).model_copy(update={"name": lever})], runs=2, draws=0
    )
    results = [request.execute().annual().loc[2022] for request in pairs]
    for before, after in (results[:2], results[2:]):
        here = after["direct_financing"] - before["direct_financing"]
        country = after["direct_financing_national"] - before["direct_financing_national"]
        share = after["direct_financing_share"] - before["direct_financing_share"]
        if abs(country) > 1e-6:
            expected = np.sign(country) * np.sign(here / country - before["direct_financing_share"])
            assert np.sign(share) == expected or abs(share) < 1e-9
