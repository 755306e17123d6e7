"""Size of a model against the full one."""

from dataclasses import dataclass


@dataclass(frozen=True)
class ModelSize:
    """Number of issuers over that of the full model; weights keep the totals."""

    scale: float
