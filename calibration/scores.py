"""How well a forecast did: proper scores, coverage, and skill against naive rules."""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

import numpy as np

from agents.arrays import Floats
from calibration.later_observations import LaterObservation
from calibration.naive import naive_forecasts
from scenarios.plan import indicators
from sim.experiments.least_runs import quantiles_known

if TYPE_CHECKING:
    import pandas as pd

LEVELS = (0.5, 0.8, 0.95)
FEW_MEMBERS = 100
"""Below this the estimator of the score allows for the ensemble's finite size."""

NEEDED = ("scoringrules", "statsmodels")
"""Libraries of the extra `calibrate` that scores and naive rules call."""

Members = Callable[[str, int], "Floats | None"]
"""Values of an indicator in a year over the runs of a forecast, shape (runs,); None where it has none."""


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


def inside(members: Floats, observed: float, level: float) -> bool | None:
    """Whether the central interval of a level holds the observation; None where so few runs have no such interval."""
    low, high = quantiles_known(members, [0.5 - level / 2.0, 0.5 + level / 2.0])
    return bool(low <= observed <= high) if np.isfinite(low) else None


def score_table(members: Members, observations: Iterable[LaterObservation]) -> "pd.DataFrame":
    """Scores of a forecast, one row an observation.

    Columns: indicator, year, observed, median, error (median less observed), crps, runs, rank (share of runs below the
    observation), inside_50, inside_80, inside_95, best_naive, naive_error (absolute), skill (1 - crps / naive_error;
    below 0 the naive rule won), source, and the absolute error of each naive rule as "error, RULE". The score of a
    single number is its absolute error, so both are comparable.
    Years that the forecast does not reach are left out.
    """
    import pandas as pd

    known = {indicator.id: indicator for indicator in indicators()}
    rows = []
    for each in observations:
        runs = members(each.indicator, each.year)
        runs = None if runs is None else runs[np.isfinite(runs)]  # a forecast of an earlier version holds failed runs
        if runs is None or len(runs) < 2:
            continue
        naive = {
            rule: abs(value - each.value) for rule, value in naive_forecasts(known[each.indicator], each.year).items()
        }
        best = min(naive, key=lambda rule: naive[rule])
        score = crps(runs, each.value)
        rows.append(
            {
                "indicator": each.indicator,
                "year": each.year,
                "observed": each.value,
                "median": float(np.median(runs)),
                "error": float(np.median(runs)) - each.value,
                "crps": score,
                "runs": len(runs),
                "rank": float((runs < each.value).mean()),
                **{f"inside_{level * 100:.0f}": inside(runs, each.value, level) for level in LEVELS},
                "best_naive": best,
                "naive_error": naive[best],
                "skill": 1.0 - score / naive[best] if naive[best] > 0.0 else float("nan"),
                "source": each.source,
                **{f"error, {rule}": error for rule, error in naive.items()},
            }
        )
    return pd.DataFrame(rows).astype({f"inside_{level * 100:.0f}": "boolean" for level in LEVELS} if rows else {})


def summary(table: "pd.DataFrame") -> "pd.DataFrame":
    """Scores by indicator: observations, mean crps, share inside each interval, skill against each naive rule.

    Columns: indicator, observations, crps, inside_50, inside_80, inside_95, and one for each naive rule with the skill
    over all years, NaN where the rule has no data. A share inside is NaN where no year has runs enough for that
    interval. A test of the difference of two forecasts is not given: with five years it has no power.
    """
    import pandas as pd

    rules = [column.removeprefix("error, ") for column in table.columns if column.startswith("error, ")]
    rows = []
    for name, own in table.groupby("indicator", sort=False):
        row: dict[str, float | str] = {
            "indicator": str(name),
            "observations": len(own),
            "crps": float(own["crps"].mean()),
            # where no year has runs enough for an interval the share is NaN, which `boolean` would give as NA
            **{
                f"inside_{level * 100:.0f}": float(own[f"inside_{level * 100:.0f}"].astype("float64").mean())
                for level in LEVELS
            },
        }
        for rule in rules:
            total = float(own[f"error, {rule}"].sum(min_count=1))
            row[f"skill, {rule}"] = 1.0 - float(own["crps"].sum()) / total if total > 0.0 else float("nan")
        rows.append(row)
    return pd.DataFrame(rows)
