"""The redline of systemic risk in a sentence."""

from typing import Any

from app.web import charts
from app.web.words import Words
from sim.experiments.ensemble import Ensemble


def redline_told(ensemble: Ensemble, scenario: str, baseline: str, words: Words) -> str:
    """In how many runs of a scenario and of its baseline the redline is broken by the year that is compared."""
    year = ensemble.years[ensemble.target_year]
    rows: list[dict[Any, Any]] = ensemble.redline().to_dict("records")
    last = {row["scenario"]: row for row in rows if row["line"] == "redline" and row["year"] == year}
    broken, theirs = (round(last[name]["by_year"] * last[name]["runs"]) for name in (scenario, baseline))
    return words(
        "desk.redline",
        year=year,
        broken=broken,
        theirs=theirs,
        runs=last[scenario]["runs"],
        baseline=charts.scenario_name(baseline, words),
    )
