"""Report of the command `validate rivals`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from app.reports.past import PastAnswer, tab_separated, table_of_weights
from app.terminal.report import Part, once


@dataclass(frozen=True)
class Rivals:
    """Rules of foreign investors, a row each."""

    found: PastAnswer

    def as_dict(self) -> dict[str, Any]:
        """Return scores and weights."""
        return self.found.as_dict("rivals", self._warnings)

    def quiet_lines(self) -> Iterable[str]:
        """Return the weights."""
        return tab_separated(self.found.table, "rival", "weight")

    def parts(self) -> Iterable[Part]:
        """Return a table of scores and weights."""
        yield from once(self.found.conditions)
        yield table_of_weights("Rules of foreign investors on holdings of 2017-2020", "rule", "rival", self.found)
        yield from once(self._warnings)

    @property
    def _warnings(self) -> list[str]:
        from calibration.rivals import JUDGED_BY
        from calibration.weighing import least_for_weight, places_of

        return self.found.warnings("weights", least_for_weight(len(places_of((JUDGED_BY,)))))
