"""Report of the command `export`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.terminal.numbers import size_of_file
from app.terminal.report import Part


@dataclass(frozen=True)
class Exported:
    """Files that were written."""

    files: Sequence[Path]

    def as_dict(self) -> dict[str, Any]:
        """Return their paths."""
        return {"files": [str(path) for path in self.files]}

    def quiet_lines(self) -> Iterable[str]:
        """Return their paths."""
        return [str(path) for path in self.files]

    def parts(self) -> Iterable[Part]:
        """Return their paths and sizes."""
        return [f"{path}  {size_of_file(path)}" for path in self.files]
