"""The redline of systemic risk in a sentence."""

from typing import Any

from app.web import charts
from app.web.words import Words
from sim.experiments.ensemble import Ensemble

CARD = "redline"
"""Name of the redline among the cards of the indicators."""


def redline_told(ensemble: Ensemble, scenario: str, baseline: str, words: Words) -> str:
    """In how many runs of a scenario and of its baseline the redline is broken by the year that is compared."""
    (broken, theirs), runs = _crossed(ensemble, "redline", (scenario, baseline))
    return words(
        "desk.redline",
        year=ensemble.years[ensemble.target_year],
        broken=broken,
        theirs=theirs,
        runs=runs,
        baseline=charts.scenario_name(baseline, words),
    )


def redline_card(ensemble: Ensemble, scenario: str, baseline: str, words: Words) -> dict[str, Any]:
    """The redline as a card beside those of the plan's indicators."""
    (broken, theirs), runs = _crossed(ensemble, "redline", (scenario, baseline))
    warned = _crossed(ensemble, "early warning", (scenario,))[0][0]
    year = ensemble.years[ensemble.target_year]
    return {
        "id": CARD,
        "name": words("risk.card"),
        "unit": words("risk.card_unit", runs=runs, year=year),
        "value": str(broken),
        "change": words("risk.card_against", theirs=theirs, baseline=charts.scenario_name(baseline, words)),
        "target": words("risk.card_target"),
        "share": words("risk.card_warned", warned=warned),
        "chosen": False,
    }


def _crossed(ensemble: Ensemble, line: str, scenarios: tuple[str, ...]) -> tuple[list[int], int]:
    """Runs of each scenario that cross a line by the year that is compared, and the runs of the first."""
    year = ensemble.years[ensemble.target_year]
    rows: list[dict[Any, Any]] = ensemble.redline().to_dict("records")
    last = {row["scenario"]: row for row in rows if row["line"] == line and row["year"] == year}
    return [round(last[name]["by_year"] * last[name]["runs"]) for name in scenarios], last[scenarios[0]]["runs"]
