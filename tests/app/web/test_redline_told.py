"""The redline in words, for scenarios that end in different years."""

import numpy as np
import pytest

from app.web.failure_shown import whole_years
from app.web.redline_told import redline_card, redline_told
from app.web.words import Words
from scenarios import InputError, Scenario, load
from scenarios.calendar import month_ordinal
from sim.closing.indicators import PLAN_INDICATORS
from sim.experiments.ensemble import Ensemble
from sim.experiments.pairing import Pairing

RUNS = 10
COLUMNS = (*PLAN_INDICATORS, "redline_warning", "redline_broken")


def ending(name, end):
    return Scenario(**{**load(name).plain(), "end": end})


def ensemble_to(ends, broken):
    """Runs of scenarios to a month each; in the first `broken` of them the redline breaks in June 2022."""
    values, scenarios = {}, {}
    for name, end in ends.items():
        months = np.full((RUNS, 72, len(COLUMNS)), np.nan)
        months[:, : month_ordinal(end) - month_ordinal("2020-01") + 1] = 0.0
        months[: broken[name], 29, -2:] = 1.0
        values[name], scenarios[name] = months, ending(name, end)
    pairing = tuple(Pairing(run, "p", "neutral", 1.0, (), "", "m") for run in range(RUNS))
    first = month_ordinal("2020-01")
    return Ensemble(values, COLUMNS, first, tuple(range(RUNS)), scenarios, dict.fromkeys(values, pairing))


def test_scenarios_of_different_ends_are_compared_in_the_last_year_of_both():
    made = ensemble_to({"plan": "2025-12", "committed": "2023-12"}, {"plan": 3, "committed": 1})
    told = redline_told(made, "plan", "committed", Words("en"))
    assert "by 2023 in 3 of 10 runs, in 1 under" in told
    card = redline_card(made, "plan", "committed", Words("en"))
    assert card["value"] == "3" and "2023" in card["unit"] and card["share"].startswith("early warnings: 3 of the runs")


def test_a_scenario_without_a_whole_year_is_no_comparison_and_has_no_bank_to_fail():
    made = ensemble_to({"plan": "2025-12", "committed": "2021-06"}, {"plan": 3, "committed": 0})
    with pytest.raises(InputError):
        redline_told(made, "plan", "committed", Words("en"))
    assert whole_years(ending("plan", "2021-06")) == []
    assert whole_years(ending("plan", "2023-06")) == ["2021", "2022"]
