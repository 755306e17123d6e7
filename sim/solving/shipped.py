"""Solved constants that come with the model: of the first draws of its posterior and of its central point.

For these the constants are part of the model's data and no memory of earlier work. They are taken whatever cache is
set, and whatever processor solved them, as long as the year 2020 simulated with them is met here as it was there.
`python -P -m sim.experiments.solved_draws` solves them anew for a changed model; those of another model are not taken.
"""

import io
import json
import zipfile
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from scenarios.parameters import Parameters
from sim.base_year.base_year import BaseYear
from sim.components import OURS, Components
from sim.provenance.loaded_code import alterations
from sim.provenance.model_digest import model_digest
from sim.solved_constants import Constants, Solution
from sim.solving.cache import constants_from

FILE = "solved_draws.zip"
ABOUT = "about.json"
"""Member that says which model and processor solved the constants, and for which draws and scales."""


@dataclass(frozen=True)
class Shipped:
    """Constants of a draw, and how far the year 2020 met its observations where they were solved."""

    constants: Constants
    worst_miss: float
    """Largest miss of an observation, in tolerances."""

    def met_by(self, solution: Solution) -> bool:
        """Whether the observations are met as well here as there: within tolerances, or not worse than there."""
        return solution.worst_match.scaled_miss <= max(1.0, self.worst_miss * (1.0 + 1e-9))


def member_name(parameters: Parameters, scale: float) -> str:
    """Name of a draw's constants in the archive."""
    return f"{scale:g}/{parameters.history_hash}.json"


def shipped_constants(
    parameters: Parameters,
    scale: float,
    interactions_off: tuple[str, ...],
    base_year: BaseYear,
    components: Components = OURS,
) -> Shipped | None:
    """The constants that come with the model for these parameters and this scale; None where there are none."""
    if interactions_off or base_year.digest or components.added or alterations():
        return None
    archive = _archive(model_digest())
    if archive is None:
        return None
    try:
        kept = json.loads(archive.read(member_name(parameters, scale)))
        return Shipped(constants_from(kept["constants"], components), float(kept["worst_miss"]))
    except KeyError:
        return None


def about_shipped() -> dict[str, Any] | None:
    """Model, processor, draws and scales of the constants; None where there are none of this model."""
    archive = _archive(model_digest())
    if archive is None:
        return None
    about: dict[str, Any] = json.loads(archive.read(ABOUT))
    return about


@cache
def _archive(model: str) -> zipfile.ZipFile | None:
    """The archive in memory, since workers are copies of one process and would share the place in an open file."""
    try:
        content = resources.files("sim.solving").joinpath(FILE).read_bytes()
        archive = zipfile.ZipFile(io.BytesIO(content))
        return archive if json.loads(archive.read(ABOUT))["model"] == model else None
    except (OSError, zipfile.BadZipFile, KeyError, ValueError):
        return None
