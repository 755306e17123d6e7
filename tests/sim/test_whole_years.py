"""Whole years: a year counts with all of its months, one of them answers for 2025, and it is named."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import sim
from app.commands.compare import compared
from app.reports.compare import Comparison
from app.reports.run import RunReport
from app.terminal.answer import answer as answer_in_terminal
from scenarios.calendar import BASELINE, month_ordinal, month_text
from scenarios.errors import InputError
from scenarios.loader import load
from scenarios.plan import goals
from scenarios.whole_years import answering_year, common_year, whole_years, year_named
from sim.closing.companions import COMPANIONS
from sim.closing.indicators import FLOWS, PLAN_INDICATORS
from sim.experiments.attribution import OUTCOMES, _values
from sim.experiments.ensemble import Ensemble
from sim.experiments.outcomes import RunOutcome, month_index
from sim.experiments.pairing import Pairing
from sim.experiments.requests import RunRequest, ensemble_requests
from sim.experiments.workbench import answer, workbench_model
from sim.runs.result import REDLINE_INDICATORS, by_year

FIRST = month_ordinal("2020-01")
OF_GOALS = {name for goal in goals() for test in goal.tests for name in (test.indicator, test.over) if name}
READ = (*PLAN_INDICATORS, *sorted(OF_GOALS), *(each.id for each in COMPANIONS.values()), *REDLINE_INDICATORS.values())
COLUMNS = tuple(dict.fromkeys(READ))
ENDS = st.integers(month_ordinal("2021-01"), month_ordinal("2035-12"))


def ending(name, last):
    scenario = load(name)
    # Levers dated after an early end would be refused; what is asked does not matter to made-up values.
    return type(scenario)(name=name, policy=scenario.policy, end=month_text(last))


def made_up(last, seed=0):
    return np.random.default_rng(seed).uniform(0.1, 40.0, (last - FIRST + 1, len(COLUMNS)))


def result_of(scenario, values):
    frame = pd.DataFrame(values, columns=list(COLUMNS), index=month_index(FIRST, len(values)))
    provenance = {
        "kind": "simulation",
        "carried_forward": [],
        "drivers_drawn": [],
        "interactions_off": [],
        "parameter_set": scenario.parameters,
        "version": "0",
    }
    return sim.Result(scenario, 1, None, frame, provenance, 0.0, {})


def ensemble_of(values, scenarios, runs=9):
    """Runs of made-up values; scenarios may end in different months."""
    months = max(len(each) for each in values.values())
    arrays = {}
    for name, own in values.items():
        arrays[name] = np.full((runs, months, len(COLUMNS)), np.nan)
        arrays[name][:, : len(own)] = own + 0.001 * np.arange(runs)[:, None, None]
    pairings = {name: tuple(Pairing(run, "p", "neutral", 1.0, (), "", "m") for run in range(runs)) for name in values}
    return Ensemble(arrays, COLUMNS, FIRST, tuple(range(runs)), scenarios, pairings)


@given(st.integers(FIRST - 400, FIRST + 400), st.integers(0, 200))
def test_a_year_is_whole_with_its_twelve_months(first, more):
    last = first + more
    covered = [month // 12 for month in range(first, last + 1)]
    assert list(whole_years(first, last)) == [year for year in sorted(set(covered)) if covered.count(year) == 12]


@pytest.mark.parametrize(
    ("end", "year", "told"),
    [
        ("2025-12", 2025, "2025"),
        ("2030-06", 2025, "2025"),
        ("2025-06", 2024, "2024 (last whole year; the scenario ends 2025-06)"),
        ("2021-12", 2021, "2021 (last whole year; the scenario ends 2021-12)"),
        ("2021-03", None, "no whole year after 2020; the scenario ends 2021-03"),
    ],
)
def test_the_year_that_answers_is_named(end, year, told):
    assert answering_year(month_ordinal(end)) == year and year_named(month_ordinal(end)) == told


def test_scenarios_are_compared_in_a_year_that_all_cover():
    assert common_year([month_ordinal("2030-12"), month_ordinal("2024-05")]) == 2023
    assert common_year([month_ordinal("2030-12"), month_ordinal("2021-03")]) is None
    assert common_year([month_ordinal("2030-12"), None]) is None


@settings(max_examples=60)
@given(ENDS, st.integers(0, 1000))
def test_a_result_and_an_ensemble_of_the_same_run_never_disagree(last, seed):
    scenario, values = ending("plan", last), made_up(last, seed)
    result = result_of(scenario, values)
    ensemble = ensemble_of({"plan": values}, {"plan": scenario}, runs=1)
    targets, met = result.targets(), ensemble.met("plan").loc[0]
    year = answering_year(last)
    assert ensemble.target_year_of("plan") == result.target_year == year
    assert ensemble.target_year_told("plan") == result.target_year_told
    assert list(result.annual().index) == list(ensemble.years)
    for name in PLAN_INDICATORS:
        if year is None:
            assert np.isnan(targets.loc[name, "value_2025"]) and targets["year"].isna().all()
            assert targets.loc[name, "met"] is pd.NA and met[name] is pd.NA
            continue
        months = values[year * 12 - FIRST : year * 12 - FIRST + 12, COLUMNS.index(name)]
        expected = months.sum() if name in FLOWS else months[-1]
        assert targets.loc[name, "value_2025"] == pytest.approx(expected)
        assert ensemble.at_target("plan", name)[0] == pytest.approx(expected)
        assert targets.loc[name, "year"] == year and targets.loc[name, "met"] == met[name]


def test_a_year_in_part_is_in_no_table_of_years():
    last = month_ordinal("2023-06")
    frame = result_of(ending("plan", last), made_up(last)).indicators
    assert list(by_year(frame).index) == [2020, 2021, 2022]


@settings(max_examples=25)
@given(ENDS, ENDS)
def test_a_longer_scenario_beside_it_changes_no_answer_of_a_scenario(last, other):
    values = {"plan": made_up(last), "other": made_up(other, 1)}
    scenarios = {"plan": ending("plan", last), "other": ending("committed", other)}
    beside, alone = ensemble_of(values, scenarios), ensemble_of({"plan": values["plan"]}, scenarios)
    assert beside.done("plan").all() and beside.done("other").all()
    pd.testing.assert_frame_equal(beside.met("plan"), alone.met("plan"))
    mine = beside.probability_of_target().query("scenario == 'plan'")
    pd.testing.assert_frame_equal(mine, alone.probability_of_target())
    pd.testing.assert_frame_equal(beside.goals("plan"), alone.goals("plan"))
    if common_year([last, other]) is None:
        with pytest.raises(InputError, match="there is no year for a comparison"):
            beside.difference("plan", "other")
    else:
        table = beside.difference("plan", "other")
        assert (table["year"] == common_year([last, other])).all() and table["median"].notna().all()


def test_without_a_run_or_a_whole_year_there_is_no_light():
    for last in (month_ordinal("2021-03"), month_ordinal("2025-12")):
        values = {"plan": made_up(last)}
        ensemble = ensemble_of(values, {"plan": ending("plan", last)})
        if last == month_ordinal("2025-12"):
            ensemble.values["plan"][:] = np.nan
        table = ensemble.goals("plan")
        assert set(table["light"]) == {"no run", "not modelled"}
        assert table[["green", "amber", "red"]].isna().all(axis=None)
        assert ensemble.goal_tests("plan")[["met", "half_way", "value"]].isna().all(axis=None)


def test_a_run_is_done_at_the_end_of_its_own_scenario_and_not_before():
    last = month_ordinal("2025-12")
    ensemble = ensemble_of(
        {"plan": made_up(last), "long": made_up(last + 60)},
        {"plan": ending("plan", last), "long": ending("committed", last + 60)},
    )
    ensemble.values["plan"][3, 50:] = np.nan
    assert ensemble.done("plan").tolist() == [run != 3 for run in range(9)]
    assert ensemble.done("long").all()
    assert ensemble.probability_of_target().query("scenario == 'plan'")["runs"].unique().tolist() == [8]


def test_no_table_of_a_comparison_shows_nan(capsys):
    lasts = {"plan": month_ordinal("2025-06"), "committed": month_ordinal("2030-12"), "early": month_ordinal("2021-03")}
    scenarios = {name: ending("plan", last) for name, last in lasts.items()}
    ensemble = ensemble_of({name: made_up(last, last) for name, last in lasts.items()}, scenarios)
    told = compared(ensemble, "committed")
    answer_in_terminal(Comparison(told), json=False, quiet=False)
    printed = capsys.readouterr().out
    assert "nan" not in printed.lower().replace("financ", "") and "n/a" in printed
    assert "plan is held against the targets of 2025 in 2024 (last whole year; the scenario ends 2025-06)" in printed
    assert "early is not compared: there is no year for a comparison" in printed
    assert told["years"] == {"plan": 2024, "committed": 2025, "early": None}


@pytest.mark.parametrize("end", ["2025-06", "2021-03"])
def test_a_report_names_the_year_in_its_heading_and_gives_no_verdict_without_one(end, capsys):
    last = month_ordinal(end)
    result = result_of(ending("plan", last), made_up(last))
    report = RunReport(result, result, settings=(), out=None, with_timings=False)
    answer_in_terminal(report, json=False, quiet=False)
    printed = capsys.readouterr().out
    assert f"{year_named(last)} against the plan" in printed and "nan" not in printed.replace("inan", "")
    assert ("n/a" in printed) == (end == "2021-03")
    told = report.as_dict()
    assert told["year"] == answering_year(last) and told["year_told"] == year_named(last)
    answer_in_terminal(report, json=False, quiet=True)
    assert "nan" not in capsys.readouterr().out.replace("inan", "")


def test_the_adapter_of_the_workbench_gives_the_year_it_names(monkeypatch):
    last = month_ordinal("2030-12")
    values = made_up(last)
    monkeypatch.setattr(RunRequest, "execute", lambda request: result_of(request.scenario, values))
    told = answer(ending("plan", last), (), (0, 1))
    for name in PLAN_INDICATORS:
        months = values[60:72, COLUMNS.index(name)]
        assert told[name] == pytest.approx(months.sum() if name in FLOWS else months[-1])
    with pytest.raises(InputError, match="no whole year after 2020"):
        workbench_model(ending("plan", month_ordinal("2021-06")), levers={})


def test_an_attribution_is_of_a_whole_year(monkeypatch):
    last = month_ordinal("2023-06")
    values = made_up(last)
    scenario = ending("plan", last)

    def ran(requests, **_):
        for request in requests:
            yield RunOutcome(request, "done", 0.0, COLUMNS, FIRST, values)

    monkeypatch.setattr("sim.experiments.attribution.run_many", ran)
    found = _values(
        [frozenset()],
        lambda _: scenario,
        lambda asked: ensemble_requests([asked], runs=1, draws=0),
        (2022, OUTCOMES),
        1,
        None,
        None,
    )
    for place, name in enumerate(PLAN_INDICATORS):
        months = values[24:36, COLUMNS.index(name)]
        assert found[frozenset()][0, place] == pytest.approx(months.sum() if name in FLOWS else months[-1])


def test_the_months_before_the_first_whole_year_have_no_answer():
    assert answering_year(BASELINE) is None and answering_year(BASELINE + 11) is None
    assert answering_year(BASELINE + 12) == 2021
