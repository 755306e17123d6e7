"""Placebo test of the timing of policy: the dated steps of 2017-2020 at other dates, or left out."""

from typing import TYPE_CHECKING

from calibration.calibrate import spread_requests
from calibration.past_runs import BASE_YEAR, PastRuns, Progress
from calibration.weighing import places_of, weighed

if TYPE_CHECKING:
    import pandas as pd

SHIFTS = (-12, -6, 0, 6, 12)
"""Months by which all dated steps of policy are moved; 0 leaves them where they were."""
NO_STEPS = 10_000
"""Months by which steps are moved beyond the simulated years."""
JUDGED_BY = ("foreign_holdings", "money_market", "panda_issue", "institution")
"""Moments that one of the dated steps can move."""


def placebo_dates(
    store: PastRuns, runs: int, workers: int, scale: float = 1.0, progress: Progress | None = None
) -> "pd.DataFrame":
    """Weights of the true dates of policy, of dates that are wrong on purpose, and of no steps at all.

    If false dates predict 2017-2020 as well as the true ones, the data do not identify the effects of the steps.

    Parameters
    ----------
    store
        Where runs are kept.
    runs
        Runs of each set of dates, at least twice as many as there are moments to judge by.
    workers, scale, progress
        As in `calibrate`.

    Returns
    -------
    As `weighing.weighed` with the column `dates`.
    """
    named = {("true dates" if shift == 0 else f"{shift:+d} months"): shift for shift in SHIFTS} | {"no steps": NO_STEPS}
    asked = {name: spread_requests(runs, BASE_YEAR, scale=scale, policy_shift=shift) for name, shift in named.items()}
    return weighed("dates", asked, places_of(JUDGED_BY), store, workers, progress)
