"""Levers one by one and together: what their joint effect is beyond the sum of the single ones."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from agents.arrays import Floats
from scenarios.plan import lever_ids
from scenarios.schema import Scenario
from scenarios.whole_years import checked_year
from sim.closing.indicators import PLAN_INDICATORS
from sim.evidence.what_moves import indicators_2025
from sim.experiments.attribution import coalition_of, compared, players_of
from sim.experiments.intervals import RESAMPLES, interval
from sim.experiments.least_runs import LEAST_FOR_INTERVAL, standard_error
from sim.experiments.pool import mapped
from sim.experiments.requests import ensemble_requests

if TYPE_CHECKING:
    import pandas as pd

FIRST_MONTH = "2021-01"
FULL = 1.0


@dataclass(frozen=True, eq=False)
class LeversTogether:
    """Effects of levers alone and together on the seven indicators of 2025, or of the last whole year."""

    levers: tuple[str, ...]
    base: Floats
    """Indicators of the scenario that is compared with, shape (runs, 7)."""
    alone: Floats
    """Effect of each lever alone, shape (levers, runs, 7)."""
    together: Floats
    """Effect of all, shape (runs, 7)."""

    @property
    def table(self) -> "pd.DataFrame":
        """One row an indicator: sum_of_single, together, interaction (the difference) and its standard error, share.

        The share is that of the interaction in the joint effect, low and high its 95 % interval. NaN where the
        joint effect does not differ significantly from zero, and below eight runs.
        """
        import pandas as pd

        rows = []
        for place, name in enumerate(PLAN_INDICATORS):
            joint = self.together[:, place]
            beyond = joint - self.alone[:, :, place].sum(axis=0)
            least, most = interval(joint, statistic=np.mean)
            known = least > 0.0 or most < 0.0
            low, high = interval_of_ratio(beyond, joint) if known else (np.nan, np.nan)
            rows.append(
                {
                    "indicator": name,
                    "sum_of_single": float((joint - beyond).mean()),
                    "together": float(joint.mean()),
                    "interaction": float(beyond.mean()),
                    "standard_error": standard_error(beyond),
                    "share": float(beyond.mean() / joint.mean()) if known else np.nan,
                    "low": low,
                    "high": high,
                }
            )
        return pd.DataFrame(rows).set_index("indicator")


def levers_together(
    scenario: str | Path | Scenario = "plan",
    against: str | Path | Scenario = "committed",
    *,
    runs: int = 20,
    seed: int = 1,
    scale: float | None = None,
    workers: int | None = None,
) -> LeversTogether:
    """Effects of the levers in which two scenarios differ, alone and together, in runs with the same draws.

    Parameters
    ----------
    scenario, against
        As in `sim.attribute`.
    runs, seed, scale, workers
        As in `sim.ensemble`. All runs take the central point of the parameters.

    Raises
    ------
    scenarios.InputError
        If an argument cannot be used.
    """
    target, base = compared(scenario, against, scale)
    checked_year(base)
    players = players_of(target, base, "lever")
    members = list(players.values())
    coalitions = [frozenset[int](), *(frozenset({one}) for one in range(len(players))), frozenset(range(len(players)))]
    asked = [coalition_of(target, base, members, each) for each in coalitions]
    requests = ensemble_requests(asked, runs=runs, seed=seed, draws=0)
    found = np.stack(mapped(indicators_2025, requests, workers))[:, 1].reshape(runs, len(asked), -1)
    base_values = found[:, 0]
    moved = found[:, 1:] - base_values[:, None]
    return LeversTogether(tuple(players), base_values, np.moveaxis(moved[:, :-1], 1, 0), moved[:, -1])


def at_full_intensity(base: Scenario) -> Scenario:
    """The scenario with all levers at full intensity from January 2021 on."""
    paths = {lever: {FIRST_MONTH: FULL} for lever in lever_ids()}
    return base.with_levers(paths).model_copy(update={"name": "all at full"})


def interval_of_ratio(part: Floats, whole: Floats, level: float = 0.95) -> tuple[float, float]:
    """Bootstrap interval of mean(part) / mean(whole) over runs, with a fixed seed; NaN below the least number."""
    if len(part) < LEAST_FOR_INTERVAL or not whole.any():
        return np.nan, np.nan
    drawn = np.random.default_rng(0).integers(len(part), size=(RESAMPLES, len(part)))
    below, above = part[drawn].mean(axis=1), whole[drawn].mean(axis=1)
    ratio = np.divide(below, above, out=np.full(RESAMPLES, np.nan), where=above != 0.0)
    tail = (1.0 - level) / 2.0
    low, high = np.nanquantile(ratio, [tail, 1.0 - tail])
    return float(low), float(high)
