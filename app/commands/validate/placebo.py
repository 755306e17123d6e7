"""The command `validate placebo`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from app.commands.validate.past import PastAnswer, past_answer, tab_separated, table_of_weights
from app.terminal.options import PAST_RUNS, ForecastRuns, Json, PastStore, Quiet, Scale, Workers
from app.terminal.report import Part, answer, once


def placebo(
    runs: ForecastRuns = 100,
    scale: Scale = None,
    store: PastStore = PAST_RUNS,
    workers: Workers = None,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Compare the true dates of policy in 2017-2020 with placebo dates by their predictive score."""
    from calibration.placebo import placebo_dates

    found = past_answer(placebo_dates, runs, scale, store, workers, hidden=json or quiet)
    answer(Placebo(found), json, quiet)


@dataclass(frozen=True)
class Placebo:
    """True and placebo dates of policy, a row each."""

    found: PastAnswer

    def as_dict(self) -> dict[str, Any]:
        """Return scores and weights."""
        return self.found.as_dict("placebo", self._warnings)

    def quiet_lines(self) -> Iterable[str]:
        """Return the weights."""
        return tab_separated(self.found.table, "dates", "weight")

    def parts(self) -> Iterable[Part]:
        """Return a table of scores and weights."""
        yield from once(self.found.conditions)
        yield table_of_weights("Dates of policy on moments of 2017-2020", "steps of policy at", "dates", self.found)
        yield "Where wrong dates weigh as much as the true ones, the data do not identify the effect of the steps."
        yield from once(self._warnings)

    @property
    def _warnings(self) -> list[str]:
        from calibration.placebo import JUDGED_BY
        from calibration.weighing import least_for_weight, places_of

        return self.found.warnings("weights", least_for_weight(len(places_of(JUDGED_BY))))
