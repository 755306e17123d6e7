"""The starting point: observations of 2019 and 2020 with their sources."""

from dataclasses import dataclass
from functools import cache

from sim.base_year.tables import table


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
def observations() -> dict[str, Observation]:
    """All baseline observations by id."""
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
        for row in table("baseline")
    ]
    return {row.id: row for row in rows}
