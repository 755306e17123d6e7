"""Tables that come with the package."""

import csv
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any


@cache
def table(name: str) -> tuple[Mapping[str, str], ...]:
    """Rows of one of the package's data files, by column name; all share them, so they are read-only."""
    here: Any = files("sim.base_year")  # in a folder or in an archive: the paths of both know their parent
    text = here.parent.joinpath("data", f"{name}.csv").read_text(encoding="utf-8")
    return tuple(MappingProxyType(row) for row in csv.DictReader(text.splitlines()))
