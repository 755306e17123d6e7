"""Values of the dated shocks in the current month."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class ShockValues:
    """Value of every kind of shock in the month by name: 1 for a factor and 0 for a sum where none strikes."""

    values: Mapping[str, float]

    def __getitem__(self, name: str) -> float:
        """Value of a kind of shock, in its unit."""
        return self.values[name]
