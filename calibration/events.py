"""Policy events of 2017-2020 one by one: their effects on moments, and the evidence of the moments on them."""

import csv
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

from calibration.calibrate import spread_requests
from calibration.moments import moments
from calibration.past_runs import BASE_YEAR, PastRequest, PastRuns, Progress, moment_matrix
from calibration.weighing import weighed
from sim.experiments.least_runs import quantiles_known

if TYPE_CHECKING:
    import pandas as pd

WITH, WITHOUT = "with", "without"
INTERVAL = (0.05, 0.95)


@dataclass(frozen=True)
class Event:
    """A dated step of a lever, or an index that takes in Chinese bonds, and the moments in whose span it falls.

    `lever` is that of a step in policy_2017_2020.csv; `parameter` is the weight in the index, zero without the event.
    """

    id: str
    month: str
    what: str
    lever: str
    parameter: str
    moments: tuple[str, ...]

    def taken_out_of(self, request: PastRequest) -> PastRequest:
        """The same run, with the same draws, without the event; all other events happen."""
        if self.parameter:
            return replace(request, changes=(*request.changes, (self.parameter, 0.0)))
        return replace(request, without=(self.lever, self.month))


@cache
def events() -> tuple[Event, ...]:
    """Every event, in the order of the file."""
    text = resources.files("calibration").joinpath("data", "events.csv").read_text(encoding="utf-8")
    return tuple(
        Event(
            row["event"],
            row["month"],
            row["what"],
            row["lever"],
            row["parameter"],
            tuple(row["moments"].split("+")),
        )
        for row in csv.DictReader(text.splitlines())
    )


def event_moments(
    store: PastRuns, runs: int, workers: int, scale: float = 1.0, progress: Progress | None = None
) -> "pd.DataFrame":
    """Effect of each event on the moments around it, run by run, and their predictive score with and without it.

    Parameters
    ----------
    store
        Where runs are kept.
    runs
        Runs over the prior, each with all events and without each of them in turn.
    workers, scale, progress
        As in `calibrate`.

    Returns
    -------
    One row an event and moment: event, month, what, moment, observed, tolerance, simulated and without (means with all
    events and without this one), effect (mean of the paired differences), low, high (5 and 95 % of them; NaN below
    eight), weight: of the world with the event against that without, by the event's moments together
    (`weighing.weighed`; NaN with too few pairs), and pairs. Near one half the data do not
    discriminate between the model with and without the event.
    """
    import pandas as pd

    whole = spread_requests(runs, BASE_YEAR, scale=scale)
    without = {event.id: [event.taken_out_of(request) for request in whole] for event in events()}
    store.of([*whole, *(each for group in without.values() for each in group)], workers, progress)
    rows = []
    for event in events():
        places = [place for place, moment in enumerate(moments()) if moment.id in event.moments]
        pair = _pairs(store, whole, without[event.id])
        weights = weighed("world", dict(zip((WITH, WITHOUT), pair, strict=True)), places, store, workers)
        weight = float(weights.loc[weights["world"] == WITH, "weight"].iloc[0])
        here, there = (moment_matrix(store.of(group)) for group in pair)
        for place in places:
            moment, gap = moments()[place], here[:, place] - there[:, place]
            low, high = quantiles_known(gap, INTERVAL)
            rows.append(
                {
                    "event": event.id,
                    "month": event.month,
                    "what": event.what,
                    "moment": moment.id,
                    "observed": moment.observed,
                    "tolerance": moment.tolerance,
                    "simulated": float(here[:, place].mean()),
                    "without": float(there[:, place].mean()),
                    "effect": float(gap.mean()),
                    "low": low,
                    "high": high,
                    "weight": weight,
                    "pairs": len(gap),
                }
            )
    return pd.DataFrame(rows)


def _pairs(
    store: PastRuns, whole: Sequence[PastRequest], without: Sequence[PastRequest]
) -> tuple[list[PastRequest], list[PastRequest]]:
    """The requests of which both members of a pair could be finished."""
    done = [
        (one, other)
        for one, other in zip(whole, without, strict=True)
        if one not in store.failed and other not in store.failed
    ]
    return [one for one, _ in done], [other for _, other in done]
