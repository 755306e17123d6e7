"""The starting point: observations of 2019 and 2020 with their sources, with which a simulated 2020 begins and ends."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from types import MappingProxyType


@dataclass(frozen=True)
class Observation:
    """One observed or assumed level with its provenance.

    `date` is the period that the level describes, `evidence_to` the last month that its evidence describes.
    """

    id: str
    value: float
    unit: str
    date: str
    status: str
    confidence: int
    definition: str
    source: str
    evidence_to: str


@cache
def baseline_rows() -> tuple[Mapping[str, str], ...]:
    """Return the rows of the package's table, by column name; all share them, so they are read-only."""
    text = resources.files("scenarios").joinpath("data", "baseline.csv").read_text(encoding="utf-8")
    return tuple(MappingProxyType(row) for row in csv.DictReader(text.splitlines()))


@cache
def observations() -> dict[str, Observation]:
    """Return all baseline observations by id."""
    rows = [
        Observation(
            id=row["id"],
            value=float(row["value"]),
            unit=row["unit"],
            date=row["date"],
            status=row["status"],
            confidence=int(row["confidence"]),
            definition=row["definition"],
            source=row["source"],
            evidence_to=row["evidence_to"],
        )
        for row in baseline_rows()
    ]
    return {row.id: row for row in rows}
