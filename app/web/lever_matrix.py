"""Effect of every lever alone on every indicator of the plan, computed once for a version of the model and shipped.

`python -P -m app.web.lever_matrix STORE` writes the file anew from the store of `lujiazui frontier --store STORE`.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

from scenarios.plan import lever_ids
from sim.closing.indicators import PLAN_INDICATORS
from sim.experiments.ensemble import Ensemble
from sim.experiments.store import Store
from sim.provenance.model_digest import model_digest
from sim.runs.one_run import model_version

BASE = "plan"
"""Scenario in which one lever at a time is changed."""
FILE = "lever_matrix.json"
KEYS = ("median", "low", "high")
DIGITS = 6
"""Significant digits of the file."""


@dataclass(frozen=True)
class LeverMatrix:
    """Median paired effects in 2025 with their 95 % intervals, in each indicator's own unit."""

    version: str
    model: str
    """Digest of the model that computed them."""
    parameters: str
    scale: float
    pairs: int
    """Paired runs behind each effect."""
    effects: Mapping[str, Mapping[str, tuple[float, float, float]]]
    """By lever and indicator: median, low, high."""

    @property
    def current(self) -> bool:
        """Whether the model is the one that computed them."""
        return self.model == model_digest()


@cache
def shipped_matrix() -> LeverMatrix:
    """The matrix that the app shows."""
    plain = json.loads(resources.files("app.web").joinpath(FILE).read_text(encoding="utf-8"))
    effects = {
        lever: {indicator: (row[0], row[1], row[2]) for indicator, row in found.items()}
        for lever, found in plain.pop("effects").items()
    }
    return LeverMatrix(**plain, effects=effects)


def matrix_of(ensemble: Ensemble) -> dict[str, Any]:
    """The matrix of an ensemble with the scenarios `plan` and `plan + LEVER`, as plain data.

    Raises
    ------
    scenarios.InputError
        If a scenario is missing or has too few pairs.
    """
    effects: dict[str, dict[str, list[float]]] = {}
    pairs = set()
    for lever in lever_ids():
        found = ensemble.difference(f"{BASE} + {lever}", BASE, indicators=list(PLAN_INDICATORS))
        rows = found.to_dict("records")
        pairs |= {int(row["runs"]) for row in rows}
        effects[lever] = {
            str(row["indicator"]): [float(f"{row[key]:.{DIGITS}g}") for key in ("median", "low", "high")]
            for row in rows
        }
    base = ensemble.scenarios[BASE]
    drawn = next(each for each in ensemble.pairings[BASE] if each is not None)
    return {
        "version": model_version(),
        "model": drawn.model,
        "parameters": base.parameters_told,
        "scale": base.scale,
        "pairs": min(pairs),
        "effects": effects,
    }


if __name__ == "__main__":
    made = matrix_of(Ensemble.of_store(Store.open(Path(sys.argv[1]))))
    (Path(__file__).parent / FILE).write_text(json.dumps(made, indent=1) + "\n", encoding="utf-8")
