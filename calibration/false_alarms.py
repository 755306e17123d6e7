"""False alarms of the redline: warnings in simulated years in which no crisis arose."""

from typing import TYPE_CHECKING

import numpy as np

from calibration.calibrate import spread_requests
from calibration.past_runs import BASE_YEAR, PastRuns, Progress
from sim.closing.indicators import REDLINE_INDICATORS
from sim.experiments.intervals import interval
from sim.experiments.least_runs import error_of_share

if TYPE_CHECKING:
    import pandas as pd

HISTORIES = {True: "drivers and dated policy as they were", False: "drivers drawn, no policy"}
"""What the runs take as given, by whether they are conditional."""
MOST = 0.05
"""Share of months with a false alarm that is accepted."""


def false_alarms(
    store: PastRuns, runs: int, workers: int, scale: float = 1.0, progress: Progress | None = None
) -> "pd.DataFrame":
    """Early warnings and broken redlines in 2017-2020, years without a regional crisis; all of them are false.

    Parameters
    ----------
    store
        Where runs are kept.
    runs
        Runs of each history, each with its own draw from the prior.
    workers, scale, progress
        As in `calibrate`.

    Returns
    -------
    One row a history and line: `history`; `line`, early warning or redline; `months`, share of the months after the
    base year, with `low` and `high` (95 % over resampled runs; NaN below eight); `runs_with`, share of runs with one,
    and its `standard_error`; `accepted`, whether the share of months is below a twentieth; `runs`.
    """
    import pandas as pd

    asked = {kept: spread_requests(runs, BASE_YEAR, scale=scale, conditional=kept) for kept in HISTORIES}
    found = store.of([each for requests in asked.values() for each in requests], workers, progress)
    rows = []
    for kept, history in HISTORIES.items():
        own = [run.indicators for run in found if run.request.conditional == kept]
        for line, indicator in REDLINE_INDICATORS.items():
            after = [table.loc[f"{BASE_YEAR + 1}-01" :, indicator].to_numpy() > 0.0 for table in own]
            shares = np.array([months.mean() for months in after])
            low, high = interval(shares, statistic=np.mean)
            with_one = int((shares > 0.0).sum())
            rows.append(
                {
                    "history": history,
                    "line": line,
                    "months": float(shares.mean()),
                    "low": low,
                    "high": high,
                    "runs_with": with_one / len(shares),
                    "standard_error": error_of_share(with_one, len(shares)),
                    "accepted": bool(shares.mean() < MOST),
                    "runs": len(shares),
                }
            )
    return pd.DataFrame(rows)
