"""The whole lesson of the earlier origins: discrepancies, weights and their scores, and the files that ship."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from calibration.calibrate import spread_requests
from calibration.history import SCORED, history_digest
from calibration.learned import Learned, learned, learned_by_indicator
from calibration.leave_one_out import distributions, histogram, scored_forecast
from calibration.origin_forecasts import OriginForecast, forecasts_made
from calibration.origins import ORIGINS, origins_summary
from calibration.past_runs import PastRuns, Progress, data_digest
from calibration.scores import table_of
from calibration.shipped_discrepancy import ABOUT, DISCREPANCY, POOL, SCORES, file_digest
from sim.closing.indicators import PLAN_INDICATORS
from sim.provenance.model_digest import model_digest
from sim.runs.one_run import model_version

if TYPE_CHECKING:
    import pandas as pd

UNIT = "log per root year"
LEARNED_FROM = "maximum likelihood at forecasts from the ends of 2016-2019 of years to 2020"
WEIGHED = {
    "unit": "share",
    "status": "estimated",
    "source": "log scores of the same forecasts, shrunk to equal weights",
}
NO_HISTORY = "too few forecasts of known years from the ends of 2016-2019; the model alone is given"
SCORES_SHOWN = (
    "kind",
    "indicator",
    "forecasts",
    "inside_50",
    "inside_80",
    "inside_90",
    "crps",
    "compared",
    "naive_crps",
    "skill",
    "skill, no change",
    "skill, drift",
)
"""Columns of the summary that ship."""
WEIGHTS_SHOWN = ("indicator", "component", "weight", "unit", "status", "source")


@dataclass(frozen=True)
class Lesson:
    """What was learned, how it scores on origins that are left out, and what it rests on."""

    by_indicator: Mapping[str, Learned]
    discrepancies: "pd.DataFrame"
    weights: "pd.DataFrame"
    scores: "pd.DataFrame"
    about: Mapping[str, Any]


def learn(store: PastRuns, runs: int, workers: int, scale: float = 1.0, progress: Progress | None = None) -> Lesson:
    """Learn discrepancies and weights from the forecasts of `rolling_origins`.

    Parameters
    ----------
    store
        Where runs are kept.
    runs
        Runs from each of four origins, over draws of the prior.
    workers, scale, progress
        As in `calibrate`.
    """
    asked = {
        origin: spread_requests(runs, origin, base_year=origin, conditional=False, scale=scale) for origin in ORIGINS
    }
    store.of([each for group in asked.values() for each in group], workers, progress)
    made = [each for origin, group in asked.items() for each in forecasts_made(store.of(group), origin)]
    failed = sum(len(group) - len(store.of(group)) for group in asked.values())
    return lesson_of(made, basis(runs, failed, scale))


def basis(runs: int, failed: int, scale: float) -> dict[str, Any]:
    """What a lesson rests on: runs from each origin, those that failed in all, and the digests of model and data."""
    return {
        "origins": list(ORIGINS),
        "runs": runs,
        "runs_that_failed": failed,
        "scale": scale,
        "parameters": "prior_2020",
        "model_version": model_version(),
        "model_digest": model_digest(),
        "data_digest": data_digest(),
        "history_digest": history_digest(),
        "information_until": "2020-12",
    }


def lesson_of(made: Sequence[OriginForecast], about: Mapping[str, Any]) -> Lesson:
    """The lesson of forecasts that were made."""
    import pandas as pd

    found = learned_by_indicator(made)
    rows = []
    for indicator in dict.fromkeys((*PLAN_INDICATORS, *SCORED)):
        own = [each for each in made if each.indicator == indicator]
        known = found.get(indicator)
        row = {"indicator": indicator, "discrepancy": float("nan"), "unit": UNIT, "low": float("nan")}
        row |= {"high": float("nan"), "forecasts": len(own), "origins": len({each.origin for each in own})}
        if known is None or not known.identified:
            rows.append({**row, "status": "not identified", "source": NO_HISTORY})
            continue
        without = [
            learned([each for each in own if each.origin != origin], leaving_out=True).discrepancy
            for origin in sorted({each.origin for each in own})
        ]
        row |= {"discrepancy": known.discrepancy, "low": min(without), "high": max(without)}
        rows.append({**row, "status": "estimated", "source": LEARNED_FROM})
    weights = [
        {"indicator": indicator, "component": name, "weight": weight, **WEIGHED}
        for indicator, known in found.items()
        for name, weight in known.weights.items()
    ]
    scored = table_of(
        [
            scored_forecast(each, kind, values)
            for indicator in SCORED
            for each, kind, values in distributions([one for one in made if one.indicator == indicator])
        ]
    )
    scores = pd.DataFrame(columns=list(SCORES_SHOWN))
    if not scored.empty:
        scores = origins_summary(scored)[list(SCORES_SHOWN)].merge(histogram(scored), on=["kind", "indicator"])
    return Lesson(found, pd.DataFrame(rows), pd.DataFrame(weights, columns=list(WEIGHTS_SHOWN)), scores, about)


def write_lesson(lesson: Lesson, folder: Path, date: str) -> list[Path]:
    """Write what was learned in the form that the package ships, and return the files.

    Parameters
    ----------
    lesson
        The lesson.
    folder
        `calibration/data` of a checkout, or another.
    date
        Day of the runs, such as "2026-11-29".
    """
    folder.mkdir(parents=True, exist_ok=True)
    tables = {DISCREPANCY: lesson.discrepancies, POOL: lesson.weights, SCORES: lesson.scores}
    for name, table in tables.items():
        (folder / name).write_text(_file_text(table), encoding="utf-8", newline="\n")
    about = {
        **lesson.about,
        # What joins the data after these runs is named here, until the next.
        "data_since": "",
        "date": date,
        "files": {name: file_digest((folder / name).read_bytes()) for name in tables},
    }
    (folder / ABOUT).write_text(json.dumps(about, indent=1) + "\n", encoding="utf-8")
    return [folder / name for name in (*tables, ABOUT)]


def _file_text(table: "pd.DataFrame") -> str:
    return str(table.to_csv(index=False, float_format="%.6g", lineterminator="\n"))


def scores_digest(lesson: Lesson) -> str:
    """Digest of the file of scores that `write_lesson` writes of a lesson, 16 hex digits."""
    return file_digest(_file_text(lesson.scores).encode())
