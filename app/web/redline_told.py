"""The redline of systemic risk in a sentence."""

from typing import Any

from app.web import charts
from app.web.words import Words
from sim.experiments.ensemble import Ensemble

CARD = "redline"
"""Name of the redline among the cards of the indicators."""


def redline_told(ensemble: Ensemble, scenario: str, baseline: str, words: Words) -> str:
    """In how many runs of a scenario and of its baseline the redline is broken by the year that is compared."""
    (broken, theirs), runs, year = _crossed(ensemble, "redline", (scenario, baseline))
    return words(
        "desk.redline",
        year=year,
        broken=broken,
        theirs=theirs,
        runs=runs,
        baseline=charts.scenario_name(baseline, words),
    )


def redline_card(ensemble: Ensemble, scenario: str, baseline: str, words: Words) -> dict[str, Any]:
    """The redline as a card beside those of the plan's indicators."""
    (broken, theirs), runs, year = _crossed(ensemble, "redline", (scenario, baseline))
    warned = _crossed(ensemble, "early warning", (scenario, baseline))[0][0]
    return {
        "id": CARD,
        "name": words("risk.card"),
        "unit": words("risk.card_unit", runs=runs, year=year),
        "value": str(broken),
        "change": words("risk.card_against", theirs=theirs, baseline=charts.scenario_name(baseline, words)),
        "target": words("risk.card_target"),
        "share": words("risk.card_warned", warned=warned),
        "verdict": words("risk.card_kept" if not broken else "risk.card_broken"),
        "tone": "good" if not broken else "poor",
        "bullet": "",
        "chosen": False,
    }


def _crossed(ensemble: Ensemble, line: str, scenarios: tuple[str, str]) -> tuple[list[int], int, int]:
    """Runs of each scenario that cross a line by the year in which they are compared, runs of the first, and the year.

    Raises
    ------
    scenarios.InputError
        If one of them covers no whole year after 2020.
    """
    year = ensemble.year_compared(*scenarios)
    rows: list[dict[Any, Any]] = ensemble.redline().to_dict("records")
    last = {row["scenario"]: row for row in rows if row["line"] == line and row["year"] == year}
    return [round(last[name]["by_year"] * last[name]["runs"]) for name in scenarios], last[scenarios[0]]["runs"], year
