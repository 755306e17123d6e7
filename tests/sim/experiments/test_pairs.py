"""Pairs: what is subtracted shares draws, parameters and world, and what has no partner is left out and counted."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.commands.compare import compared
from app.reports.compare import Comparison
from app.terminal.answer import answer
from scenarios.calendar import month_ordinal
from scenarios.errors import InputError
from scenarios.loader import load
from scenarios.parameters import central_parameters
from sim.closing.indicators import FLOWS, PLAN_INDICATORS
from sim.experiments.ensemble import Ensemble, thresholds
from sim.experiments.outcomes import RunOutcome
from sim.experiments.pairing import NOT_DONE, Pairing, pairs_of
from sim.experiments.requests import RunRequest

FIRST = month_ordinal("2020-01")
MONTHS = 24
CHOICES = st.builds(
    Pairing,
    seed=st.sampled_from([1, 2, 3]),
    parameters=st.sampled_from(["p", "q"]),
    macro=st.sampled_from(["neutral", "realised"]),
    scale=st.sampled_from([1.0, 0.1]),
    interactions_off=st.sampled_from([(), ("peers",)]),
    base_year=st.just(""),
    model=st.sampled_from(["m", "n"]),
)
RUNS = st.lists(st.none() | CHOICES, min_size=6, max_size=6)


def pairing(seed, **how):
    return replace(Pairing(seed, "p", "neutral", 1.0, (), "", "m"), **how)


def ensemble_of(pairings, seed=0, months=MONTHS, columns=PLAN_INDICATORS, scenarios=None, **how):
    """An ensemble of made-up values, with nothing but NaN in runs that are not done."""
    rng = np.random.default_rng(seed)
    runs = len(next(iter(pairings.values())))
    values = {}
    for name, of_runs in pairings.items():
        values[name] = rng.normal(10.0, 3.0, (runs, months, len(columns)))
        values[name][[each is None for each in of_runs]] = np.nan
    fixed = {name: tuple(of_runs) for name, of_runs in pairings.items()}
    return Ensemble(values, tuple(columns), FIRST, tuple(range(runs)), scenarios or {}, fixed, **how)


def year_of(values, indicator):
    """The last whole year of one run, the slow way."""
    months = values[12:24, PLAN_INDICATORS.index(indicator)]
    return float(sum(months.tolist())) if indicator in FLOWS else float(months[-1])


def partners(here, there):
    """Pairs the slow way: the same number, else the only two left of their kind."""
    pairs = [(place, place) for place in range(len(here)) if here[place] is not None and here[place] == there[place]]
    used = {place for place, _ in pairs}
    left, right = ([p for p in range(len(side)) if side[p] is not None and p not in used] for side in (here, there))
    for one in left:
        same_here = [p for p in left if here[p] == here[one]]
        same_there = [p for p in right if there[p] == here[one]]
        if len(same_here) == len(same_there) == 1:
            pairs.append((one, same_there[0]))
    return sorted(pairs)


@settings(max_examples=100)
@given(RUNS, RUNS, st.integers(0, 100))
def test_differences_are_those_of_the_pairs_found_one_by_one(here, there, seed):
    ensemble = ensemble_of({"plan": here, "committed": there}, seed)
    expected = partners(here, there)
    if not expected:
        with pytest.raises(InputError, match="run of"):
            ensemble.difference("plan", "committed")
        return
    table = ensemble.difference("plan", "committed").set_index("indicator")
    for name in PLAN_INDICATORS:
        gaps = [
            year_of(ensemble.values["plan"][one], name) - year_of(ensemble.values["committed"][other], name)
            for one, other in expected
        ]
        assert table.loc[name, "runs"] == len(expected)
        assert table.loc[name, "median"] == pytest.approx(np.median(gaps))
        assert table.loc[name, "mean"] == pytest.approx(np.mean(gaps))
        assert table.loc[name, "low"] != table.loc[name, "low"]  # six runs at most have no interval
    done = sum(each is not None for each in (*here, *there))
    assert (table["left_out"] == done - 2 * len(expected)).all()
    assert ensemble.paired("plan", "committed").sum() == len(expected)


DESIGNS = st.lists(
    st.tuples(
        st.sampled_from(["plan", "committed"]),
        st.integers(0, 3),
        st.integers(1, 3),
        st.integers(0, 1),
        st.sampled_from(["neutral", "realised"]),
        st.sampled_from([1.0, 0.1]),
        st.sampled_from([(), ("peers",)]),
    ),
    min_size=2,
    max_size=10,
    unique_by=lambda each: each[:2],
)
CENTRAL = central_parameters("prior_2020")
PARAMETERS = (CENTRAL, CENTRAL.replace(peer_bound=1.0))
SCENARIOS = {
    (name, macro, scale): type(load(name))(
        **{**load(name).plain(), "macro": macro, "scale": scale, "end": "2021-12", "parameters": "prior_2020"}
    )
    for name in ("plan", "committed")
    for macro in ("neutral", "realised")
    for scale in (1.0, 0.1)
}


@settings(max_examples=60)
@given(DESIGNS)
def test_outcomes_of_several_designs_are_paired_by_what_they_are(designs):
    outcomes = []
    for place, (name, run, seed, drawn, macro, scale, off) in enumerate(designs):
        request = RunRequest(SCENARIOS[name, macro, scale], seed, PARAMETERS[drawn], None, off, run)
        values = np.random.default_rng(place).normal(10.0, 3.0, (MONTHS, len(PLAN_INDICATORS)))
        outcomes.append(RunOutcome(request, "done", 0.0, PLAN_INDICATORS, FIRST, values, "simulation"))
    ensemble = Ensemble.of_outcomes(outcomes)
    by_number = {(o.request.scenario.name, o.request.run): o for o in outcomes}
    sides = [
        [by_number[name, run].request.pairing if (name, run) in by_number else None for run in ensemble.runs]
        for name in ("plan", "committed")
    ]
    expected = partners(*sides)
    if not expected:
        with pytest.raises(InputError):
            ensemble.difference("plan", "committed")
        return
    gaps = [
        year_of(by_number["plan", ensemble.runs[one]].values, "panda_cumulative")
        - year_of(by_number["committed", ensemble.runs[other]].values, "panda_cumulative")
        for one, other in expected
    ]
    row = ensemble.difference("plan", "committed").set_index("indicator").loc["panda_cumulative"]
    assert row["runs"] == len(expected) and row["median"] == pytest.approx(np.median(gaps))


def test_a_run_finds_its_partner_under_another_number_only_where_nothing_else_could_be_meant():
    here, there = [pairing(1), pairing(2), None], [pairing(2), None, pairing(1)]
    found = pairs_of(here, there)
    assert (found.here, found.there, found.left_out) == ((0, 1), (2, 0), 0)
    twice = pairs_of([pairing(1), None], [None, pairing(1)])
    assert twice.here == (0,)
    ambiguous = pairs_of([pairing(1), None, pairing(9)], [None, pairing(1), pairing(1)])
    assert not ambiguous.here and ambiguous.left_out == 4
    assert ambiguous.why == (NOT_DONE, "seed")


def test_two_designs_under_one_name_and_number_are_refused_and_not_mixed():
    request = RunRequest(SCENARIOS["plan", "neutral", 1.0], 1, CENTRAL)
    values = np.ones((MONTHS, len(PLAN_INDICATORS)))
    outcomes = [RunOutcome(replace(request, seed=seed), "done", 0.0, PLAN_INDICATORS, FIRST, values) for seed in (1, 2)]
    with pytest.raises(InputError, match="two runs of 'plan' that differ have the number 0"):
        Ensemble.of_outcomes(outcomes)


@pytest.fixture
def three():
    """Plan and committed with ten pairs of twelve runs, and a replay that has none."""
    neutral = [pairing(run) for run in range(12)]
    others = [pairing(run) if run < 10 else pairing(run + 100) for run in range(12)]
    apart = [pairing(run, macro="realised") for run in range(12)]
    pairings = {"plan": neutral, "committed": others, "replayed": apart}
    worlds = {"plan": ("plan", "neutral"), "committed": ("committed", "neutral"), "replayed": ("plan", "realised")}
    scenarios = {name: SCENARIOS[*asked, 1.0] for name, asked in worlds.items()}
    return ensemble_of(pairings, scenarios=scenarios, kinds=frozenset({"simulation", "conditional replay"}))


def test_regret_is_that_of_runs_that_are_pairs_and_the_others_have_none(three):
    table = three.regret().set_index(["scenario", "indicator"])
    here, there = (
        np.array([year_of(three.values[name][run], "turnover_total") for run in range(10)])
        for name in ("plan", "committed")
    )
    expected = (np.maximum(here, there) - here).mean() / thresholds()["turnover_total"]
    assert table.loc[("plan", "turnover_total"), "mean"] == pytest.approx(expected)
    assert table.loc[("plan", "turnover_total"), "runs"] == 10
    assert table.loc[("plan", "turnover_total"), "with"] == "committed"
    assert np.isnan(table.loc[("replayed", "turnover_total"), "mean"])
    assert table.loc[("replayed", "turnover_total"), "runs"] == 0


def test_displacement_is_that_of_runs_that_are_pairs():
    columns = (*PLAN_INDICATORS, "institution_count", "direct_financing_national")
    columns += tuple(f"seats_{name}" for name in ("beijing", "shenzhen", "hong_kong", "singapore", "other_mainland"))
    neutral = [pairing(run) for run in range(12)]
    others = [pairing(run) if run < 9 else pairing(run + 100) for run in range(12)]
    ensemble = ensemble_of({"plan": neutral, "committed": others}, columns=columns)
    table = ensemble.displacement("plan", "committed").set_index(["measure", "centre"])
    at = columns.index("institution_count")
    gap = ensemble.values["plan"][:9, 23, at] - ensemble.values["committed"][:9, 23, at]
    assert table.loc[("institutions", "shanghai"), "change"] == pytest.approx(gap.mean())
    assert (table["runs"] == 9).all() and (table["year"] == 2021).all()


def test_a_comparison_names_who_is_left_out_counts_pairs_and_shows_the_others(three, capsys):
    told = compared(three, "committed")
    assert told["not_compared"] == [{"scenario": "replayed", "why": told["not_compared"][0]["why"]}]
    assert "differ in macro" in told["not_compared"][0]["why"]
    assert told["pairs"] == [
        {"scenario": "plan", "pairs": 10, "left_out": 4, "why": "they differ in seed", "year": 2021}
    ]
    assert {row["scenario"] for row in told["effects"]} == {"plan"}
    assert {row["runs"] for row in told["effects"]} == {10}
    answer(Comparison(told), json=False, quiet=False)
    printed = capsys.readouterr().out
    assert "10 paired runs" in printed and "12 paired runs" not in printed
    assert "replayed is not compared" in printed
    assert "Conditional replay in part of the runs" in printed
    assert "4 runs without a partner are left out: they differ in seed" in printed


def test_a_comparison_without_any_pair_is_refused(three):
    alone = Ensemble(
        {name: three.values[name] for name in ("plan", "replayed")},
        three.columns,
        FIRST,
        three.runs,
        three.scenarios,
        {name: three.pairings[name] for name in ("plan", "replayed")},
    )
    with pytest.raises(InputError, match="no run of 'replayed' is a pair with one of 'plan': they differ in macro"):
        compared(alone, "plan")


def test_runs_that_are_not_there_are_no_misses():
    pairings = {"plan": [pairing(run) if run % 3 else None for run in range(30)]}
    ensemble = ensemble_of(pairings)
    ensemble.values["plan"][:] = np.where(np.isfinite(ensemble.values["plan"]), 1e9, np.nan)
    met = ensemble.met("plan")
    assert str(met["all"].dtype) == "boolean"
    assert met.loc[[0, 3, 6]].isna().all(axis=None) and met.loc[1].all()
    table = ensemble.probability_of_target()
    assert (table["probability"] == 1.0).all() and (table["runs"] == 20).all()
    assert (table["expected_month"] == "2021-01").sum() >= 1 and (table["expected_month"] != "").all()


def test_an_indicator_that_older_parts_lack_has_no_chance():
    columns = [name for name in PLAN_INDICATORS if name != "panda_cumulative"]
    for ensemble in (
        ensemble_of({"plan": [pairing(run) for run in range(9)]}, columns=columns),
        ensemble_of({"plan": [pairing(run) for run in range(9)]}),
    ):
        if "panda_cumulative" in ensemble.columns:
            ensemble.values["plan"][:, :, ensemble.columns.index("panda_cumulative")] = np.nan
        table = ensemble.probability_of_target().set_index("indicator")
        assert np.isnan(table.loc["panda_cumulative", "probability"]) and table.loc["panda_cumulative", "runs"] == 0
        assert np.isnan(table.loc["all", "probability"])
        assert table.loc["turnover_total", "runs"] == 9
        assert ensemble.met("plan")["panda_cumulative"].isna().all()
