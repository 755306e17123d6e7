"""How well a forecast did: proper scores, coverage, and skill against naive rules."""

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING

import numpy as np

from agents.arrays import Floats
from calibration.later_observations import LaterObservation
from calibration.naive import NaiveForecast, naive_forecasts
from scenarios.plan import indicators
from sim.experiments.least_runs import quantiles_known

if TYPE_CHECKING:
    import pandas as pd

LEVELS = (0.5, 0.8, 0.9, 0.95)
FEW_MEMBERS = 100
"""Below this the estimator of the score allows for the ensemble's finite size."""

NEEDED = ("scoringrules", "statsmodels")
"""Libraries of the extra `calibrate` that scores and naive rules call."""

Members = Callable[[str, int], "Floats | None"]
"""Values of an indicator in a year over the runs of a forecast, shape (runs,); None where it has none."""

Row = dict[str, float | str | bool | None]


def crps(members: Floats, observed: float) -> float:
    """Continuous ranked probability score of an ensemble, in the unit of the value; 0 is perfect.

    Raises
    ------
    ValueError
        For an ensemble of fewer than two runs.
    """
    import scoringrules

    if len(members) < 2:
        raise ValueError("a score needs two runs or more")
    estimator = "fair" if len(members) < FEW_MEMBERS else "qd"
    return float(scoringrules.crps_ensemble(observed, members, estimator=estimator))


def crps_of_rule(forecast: NaiveForecast, observed: float) -> float:
    """Continuous ranked probability score of a naive rule's distribution, NaN where there is none."""
    import scoringrules

    if not forecast.distributed:
        return float("nan")
    if forecast.log_sd == 0.0:
        return abs(forecast.median - observed)
    return float(scoringrules.crps_lognormal(observed, np.log(forecast.median), forecast.log_sd))


def inside(members: Floats, observed: float, level: float) -> bool | None:
    """Whether the central interval of a level holds the observation; None where so few runs have no such interval."""
    low, high = quantiles_known(members, [0.5 - level / 2.0, 0.5 + level / 2.0])
    return bool(low <= observed <= high) if np.isfinite(low) else None


def scored(members: Floats, observed: float, naive: Mapping[str, NaiveForecast]) -> Row:
    """Scores of an ensemble on one observation beside those of naive rules: distributions with distributions.

    Keys: observed, median, error (median less observed), crps, runs, rank (share of runs below the observation),
    inside_50, inside_80, inside_90, inside_95; best_naive (the rule with the lowest CRPS), naive_crps (its CRPS), skill
    (1 - crps / naive_crps; below 0 the naive rule won), empty and NaN where no rule has a distribution; for each rule
    "crps, RULE" (NaN without a distribution) and "error, RULE" (absolute error of its median, for comparison with
    that of the ensemble's).
    """
    score = crps(members, observed)
    scores = {rule: crps_of_rule(forecast, observed) for rule, forecast in naive.items()}
    best = min((rule for rule in naive if naive[rule].distributed), key=lambda rule: scores[rule], default="")
    lowest = scores.get(best, float("nan"))
    middle = float(np.median(members))
    return {
        "observed": observed,
        "median": middle,
        "error": middle - observed,
        "crps": score,
        "runs": len(members),
        "rank": float((members < observed).mean()),
        **{f"inside_{level * 100:.0f}": inside(members, observed, level) for level in LEVELS},
        "best_naive": best,
        "naive_crps": lowest,
        "skill": skill_of(score, lowest),
        **{f"crps, {rule}": value for rule, value in scores.items()},
        **{f"error, {rule}": abs(forecast.median - observed) for rule, forecast in naive.items()},
    }


def skill_of(score: float, naive: float) -> float:
    """Share by which a score is below that of a naive rule; NaN without such a rule."""
    return 1.0 - score / naive if naive > 0.0 else float("nan")


def table_of(rows: list[Row]) -> "pd.DataFrame":
    """Table of scored forecasts; flags of intervals that so few runs do not have are missing."""
    import pandas as pd

    return pd.DataFrame(rows).astype({f"inside_{level * 100:.0f}": "boolean" for level in LEVELS} if rows else {})


def score_table(members: Members, observations: Iterable[LaterObservation]) -> "pd.DataFrame":
    """Scores of a forecast, one row an observation: indicator, year, source, and the columns of `scored`.

    Years that the forecast does not reach are left out.
    """
    known = {indicator.id: indicator for indicator in indicators()}
    rows: list[Row] = []
    for each in observations:
        runs = members(each.indicator, each.year)
        runs = None if runs is None else runs[np.isfinite(runs)]  # a forecast of an earlier version holds failed runs
        if runs is None or len(runs) < 2:
            continue
        rows.append(
            {
                "indicator": each.indicator,
                "year": each.year,
                **scored(runs, each.value, naive_forecasts(known[each.indicator], each.year)),
                "source": each.source,
            }
        )
    return table_of(rows)


def summary(table: "pd.DataFrame", by: tuple[str, ...] = ("indicator",)) -> "pd.DataFrame":
    """Scores by indicator, or by other columns too.

    Columns: those of `by`, forecasts, crps, inside_50, inside_80, inside_90, inside_95 (means); compared (forecasts
    beside which a naive rule has a distribution), naive_crps (mean over these, of the rule that was best each time),
    skill (1 - sum crps / sum naive_crps over these). The best rule is picked afterwards, which no forecaster can: a
    hard standard.

    For each rule: "skill, RULE", 1 - sum crps / sum of its CRPS where it has a distribution, and "median skill, RULE",
    1 - sum of absolute errors of the medians / sum of its own; NaN where the rule has no data. A share inside is NaN
    where no forecast has runs enough for that interval. A test of the difference of two forecasts is not given: with so
    few years it has no power.
    """
    import pandas as pd

    rules = [column.removeprefix("error, ") for column in table.columns if column.startswith("error, ")]
    rows = []
    for _, own in table.groupby(list(by), sort=False):
        compared = own[own["naive_crps"].notna()]
        naive = float(compared["naive_crps"].mean())
        row: Row = {
            **{name: own[name].iloc[0] for name in by},
            "forecasts": len(own),
            "crps": float(own["crps"].mean()),
            # where no year has runs enough for an interval the share is NaN, which `boolean` would give as NA
            **{
                f"inside_{level * 100:.0f}": float(own[f"inside_{level * 100:.0f}"].astype("float64").mean())
                for level in LEVELS
            },
            "compared": len(compared),
            "naive_crps": naive,
            "skill": skill_of(float(compared["crps"].mean()), naive),
        }
        for rule in rules:
            there = own[own[f"crps, {rule}"].notna()]
            row[f"skill, {rule}"] = skill_of(float(there["crps"].sum()), float(there[f"crps, {rule}"].sum()))
            there = own[own[f"error, {rule}"].notna()]
            row[f"median skill, {rule}"] = skill_of(
                float(there["error"].abs().sum()), float(there[f"error, {rule}"].sum())
            )
        rows.append(row)
    return pd.DataFrame(rows)
