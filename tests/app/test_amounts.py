"""How tables on the terminal write values and changes of indicators."""

import json
import math

import numpy as np
import pandas as pd
import pytest

from app.reports.attribute import Attributed
from app.reports.compare import LEAST_FOR_GAIN, Comparison
from app.reports.discover import Question
from app.reports.effects import Effects
from app.reports.forecast import Forecast
from app.reports.goals import _looked_at
from app.reports.scored import observation_table
from app.reports.sensitivity import Sensitivity
from app.terminal import amounts
from app.terminal.answer import answer
from app.terminal.numbers import between, percent
from app.terminal.report import Cell, Table
from app.terminal.tables import show
from calibration.forecast_register import QUANTILES, RegisteredForecast
from scenarios import load
from scenarios.plan import shipped_plan
from sim.experiments.attribution import Attribution
from sim.experiments.run_conditions import conditions_of

NAN = math.nan
NAMES = amounts.names_of([shipped_plan()])


@pytest.mark.parametrize(
    ("indicator", "value", "told"),
    [
        ("foreign_bond_share", 0.03214, "3.21 %"),
        ("direct_financing_share", 0.8504, "85.0 %"),
        ("equity_financing_share", 0.07123, "7.12 %"),
        ("turnover_total", 2274.83, "2,275"),
        ("direct_financing", 17.64, "17.6"),
        ("leading_fintech_count", 23.0, "23"),
        ("foreign_bond_share", NAN, "n/a"),
    ],
)
def test_a_value_is_in_per_cent_where_it_is_a_share(indicator, value, told):
    assert amounts.level(indicator, value) == told


def test_a_range_has_its_unit_once():
    assert amounts.levels("foreign_bond_share", 0.0219, 0.0551) == "2.19 .. 5.51 %"
    assert amounts.levels("turnover_total", 3065.0, NAN) == "n/a"


@pytest.mark.parametrize(
    ("indicator", "numbers", "told"),
    [
        ("foreign_bond_share", (0.00541, 0.0031, 0.0079), ("+0.5 pp", "+0.3 .. +0.8 pp")),
        ("direct_financing_share", (-0.0009795, -0.0025, -0.0007), ("-0.10 pp", "-0.25 .. -0.07 pp")),
        ("turnover_total", (12.345, -20.1, 72.3), ("+12", "-20 .. +72")),
        ("turnover_total", (1.15e-9, 1e-9, 1.3e-9), ("0.000", "0.000 .. 0.000")),
        ("turnover_total", (123.456, NAN, NAN), ("+123", "n/a")),
        ("foreign_bond_share", (0.0054321, NAN, NAN), ("+0.54 pp", "n/a")),
        ("foreign_bond_share", (NAN, NAN, NAN), ("n/a", "n/a")),
    ],
)
def test_a_change_has_the_digits_of_its_interval_and_shares_change_in_percentage_points(indicator, numbers, told):
    assert amounts.change(indicator, *numbers) == told
    assert amounts.is_zero(told[0]) == (told[0] in ("0.000", "n/a"))


def test_a_change_has_the_digits_of_its_standard_error():
    assert amounts.change_with_error("foreign_bond_share", 0.0054321, 0.0008) == "+0.5 (0.1) pp"
    assert amounts.change_with_error("turnover_total", 123.456, 2.0) == "+123 (2)"
    assert amounts.change_with_error("turnover_total", 123.456, NAN) == "+123 (n/a)"
    assert amounts.change_with_error("turnover_total", NAN, NAN) == "n/a"


def test_a_distance_has_the_digits_of_the_value_beside_it():
    assert amounts.distance("foreign_bond_share", -0.01404, 0.05) == "-1.40 pp"
    assert amounts.distance("turnover_total", 1117.4, 2800.0, plus=True) == "+1,117"
    assert amounts.distance("turnover_total", NAN, 2800.0) == "n/a"


def test_an_indicator_has_name_id_and_unit():
    assert amounts.named("turnover_total", NAMES) == Cell(
        "Combined market turnover", "turnover_total, trn yuan per year"
    )
    assert amounts.named("foreign_bond_share", NAMES).faint == "foreign_bond_share, %"
    assert amounts.named("equity_financing_share", {}).text != "equity_financing_share"
    assert amounts.named("of_a_component", {}) == Cell("of_a_component", "")
    assert amounts.without_unit("all", NAMES) == Cell("all", "")
    assert amounts.name("turnover_total", {"turnover_total": "Trading"}) == "Trading"


def test_a_share_of_runs_has_a_space_before_the_sign():
    assert (percent(0.325, ".0%"), percent(NAN, ".0%"), between(0.1, 0.25, ".0%")) == ("32 %", "n/a", "10 % .. 25 %")


def printed(capsys, report):
    answer(report, json=False, quiet=False)
    return capsys.readouterr().out


def effect(pairs, indicator="foreign_bond_share"):
    numbers = {"median": 0.00541, "mean": 0.0055, "low": 0.0031, "high": 0.0079}
    told = {"runs": pairs, "share_positive": 1.0, "pairing": 2355.0, "year": 2025, "unit": "share"}
    return {"scenario": "plan", "indicator": indicator, **numbers, **told}


def comparison(pairs):
    empty = ("displacement", "targets", "redline", "regret", "triggers", "warnings", "failures")
    found = {
        **{each: [] for each in empty},
        "baseline": "committed",
        "done": {"plan": pairs},
        "conditions": {"notes": []},
        "caveat": "",
        "settings": {},
        "pairs": [{"scenario": "plan", "pairs": pairs, "year": 2025}],
        "effects": [effect(pairs)],
    }
    return Comparison(found, None, NAMES)


def test_compare_shows_names_points_and_the_gain_of_pairing_from_enough_pairs_on(capsys):
    few, enough = (printed(capsys, comparison(pairs)) for pairs in (LEAST_FOR_GAIN - 1, LEAST_FOR_GAIN))
    for text in (few, enough):
        assert "Foreign-held share of bonds outstanding" in text and "foreign_bond_share, %" in text
        assert "+0.5 pp" in text and "+0.3 .. +0.8 pp" in text and "100 %" in text and "0.0054" not in text
    assert "saved" not in few and "2355" not in few
    assert "saved" in enough and "2355 x" in enough
    answer(comparison(8), json=True, quiet=False)
    assert json.loads(capsys.readouterr().out)["effects"][0] == effect(8)


def test_forecast_shows_units_and_names(capsys):
    values = [0.02 + 0.0001 * place for place in range(len(QUANTILES))]
    quantiles = {"model": {"foreign_bond_share": [values, values]}}
    frozen = RegisteredForecast({}, (2024, 2025), {}, quantiles)
    report = Forecast("plan", 8, conditions_of([load("plan")]), frozen, "model", None, None, NAMES)
    text = printed(capsys, report)
    median = report.as_dict()["quantiles"][0]["q50"]
    assert f"{100 * median:.2f} %" in text and 0.02 < median < 0.03
    assert text.count("Foreign-held share") == 1 and "foreign_bond_share, %" in text and "2024" in text


def test_effects_shows_names_and_leaves_out_what_is_zero_as_shown(capsys):
    row = {"lever": "reits_pilot", "intensity": 1.0, "expected": "+", "verdict": "agrees", "through_agents": NAN}
    numbers = {"effect": 1.15e-9, "low": 1e-9, "high": 1.3e-9}
    shown = {"effect": 0.00541, "low": 0.0031, "high": 0.0079}
    rows = [
        {**row, **numbers, "indicator": "turnover_total"},
        {**row, **shown, "indicator": "foreign_bond_share"},
    ]
    text = printed(capsys, Effects(load("committed"), 8, rows))
    assert "+0.5 pp" in text and "foreign_bond_share, %" in text and "Foreign-held share" in text
    assert "turnover" not in text and "e-09" not in text


def test_attribute_names_its_columns_with_units(capsys):
    parts = np.full((1, 8, 1), 0.0054321) + 0.0008 * np.sqrt(7.0) * np.array([1.0, -1.0] * 4)[None, :, None]
    found = Attribution(("I",), parts, parts[0], parts, outcomes=("foreign_bond_share",))
    text = printed(capsys, Attributed(load("plan"), load("committed"), "group", 8, found))
    assert "+0.5 (0.1) pp" in text and "pp" in " ".join(text.split()) and "Foreign-held" in text


def test_effects_of_factors_are_in_the_unit_of_the_indicator_and_indices_have_none(capsys):
    morris = {"mean_effect": 0.0054321, "mean_absolute_effect": 0.0061, "interval": 0.0012, "spread": 0.002}
    factor = {"indicator": "foreign_bond_share", "factor": "peers"}
    rests = {"conditions": {"notes": []}, "year": 2025}
    text = printed(capsys, Sensitivity("morris", 8, rests, pd.DataFrame([{**factor, **morris}]), []))
    assert "+0.543 pp" in text and "0.610 pp" in text and "foreign_bond_share, %" in text and "Foreign-held" in text
    sobol = {"first": 0.25, "total": 0.5}
    text = printed(capsys, Sensitivity("sobol", 8, rests, pd.DataFrame([{**factor, **sobol}]), []))
    assert "0.25" in text and "pp" not in text and "%" not in text


def test_scores_are_in_the_unit_of_the_indicator():
    score = {"indicator": "foreign_bond_share", "year": 2024, "observed": 0.0321, "median": 0.0354, "error": 0.0033}
    rest = {"crps": 0.0012, "inside_80": True, "best_naive": "drift", "naive_crps": NAN, "skill": NAN}
    (row,) = observation_table("", pd.DataFrame([{**score, **rest}])).rows
    assert [str(each) for each in row[2:6]] == ["3.21 %", "3.54 %", "+0.33 pp", "0.120 pp"] and row[8] == "n/a"


def test_a_test_of_a_goal_is_in_the_unit_of_what_it_looks_at():
    row = {"indicator": "foreign_bond_share", "test": "level", "tested": 0.08, "threshold": 0.05}
    assert _looked_at(row, "tested") == "8.00 %" and _looked_at(row, "threshold") == "5.00 %"
    assert _looked_at({**row, "test": "change", "tested": 0.0123}, "tested") == "+1.23 pp"
    assert _looked_at({**row, "test": "ratio", "tested": 1.25}, "tested") == "1.25"


def test_the_question_of_discover_is_in_the_unit_of_the_tables():
    rests = {"year": 2025}
    assert Question("foreign_bond_share", 0.03, rests, []).title.endswith(
        "(foreign_bond_share) at or above 3.00 % in 2025"
    )
    assert Question("turnover_total", 2800.0, rests, []).title == (
        "Combined market turnover (turnover_total) at or above 2,800 trn yuan per year in 2025"
    )


def test_a_number_keeps_its_unit_on_its_line(capsys):
    names = "a name of many words that has to give way to the numbers beside it wherever the line is too short for both"
    cells = [(names, *["+2.36 .. +4.55 pp"] * 6)]
    show(Table.of_numbers("t", ("n", *"abcdef"), cells))
    assert capsys.readouterr().out.count("+2.36 .. +4.55 pp") == 6
