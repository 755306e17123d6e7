"""Report of the command `month`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from app.terminal.report import Part, Table

HEADINGS = ("order", "step", "owner", "module", "what", "reads", "changes")


@dataclass(frozen=True)
class Steps:
    """Steps of a month in their order."""

    rows: list[dict[str, Any]]

    def as_dict(self) -> list[dict[str, Any]]:
        """Return the steps."""
        return self.rows

    def quiet_lines(self) -> Iterable[str]:
        """Return the names of their functions."""
        return [str(row["function"]) for row in self.rows]

    def parts(self) -> Iterable[Part]:
        """Return the table of the month."""
        cells = [
            [
                str(row["order"]),
                row["step"],
                row["owner"],
                row["function"].split(":")[0],  # the function in it has the name of the step
                row["what"],
                _listed(row["reads"]),
                _listed(row["writes"]),
            ]
            for row in self.rows
        ]
        yield Table("A month, step by step", HEADINGS, cells, right=("order",))


def _listed(value: Any) -> str:
    return ", ".join(str(item) for item in value) if isinstance(value, tuple | list) else str(value)
