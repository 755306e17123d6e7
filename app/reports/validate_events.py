"""Report of the command `validate events`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from app.reports.past import PastAnswer, tab_separated
from app.terminal.numbers import between, known
from app.terminal.report import Part, Table, once


@dataclass(frozen=True)
class Events:
    """Events of policy and the moments around them, a row for each pair."""

    found: PastAnswer

    @property
    def _warnings(self) -> list[str]:
        from calibration.events import events as known_events
        from calibration.weighing import least_for_weight

        least = max(least_for_weight(len(event.moments)) for event in known_events())
        return self.found.warnings("weights and intervals", least)

    def as_dict(self) -> dict[str, Any]:
        """Return effects and weights."""
        return self.found.as_dict("events", self._warnings)

    def quiet_lines(self) -> Iterable[str]:
        """Return effects and weights."""
        return tab_separated(self.found.table, "event", "moment", "effect", "weight")

    def parts(self) -> Iterable[Part]:
        """Return a table of effects and weights."""
        rows = [
            [
                row["event"],
                row["month"],
                row["moment"],
                *(f"{row[key]:.3g}" for key in ("observed", "simulated", "without")),
                f"{row['effect']:+.3g} ({between(row['low'], row['high'], '+.2g')})",
                known(row["weight"], ".2f"),
            ]
            for row in self.found.table.to_dict("records")
        ]
        heads = ("event", "month", "moment", "observed", "with it", "without", "effect (90 %)", "weight of with")
        yield from once(self.found.conditions)
        yield Table.of_numbers("Events of policy and the moments around them", heads, rows)
        yield "A weight near 0.50: the data do not identify whether the event had the effect that the model gives it."
        yield from once(self._warnings)
