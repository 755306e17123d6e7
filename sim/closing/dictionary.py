"""The data dictionary: what every recorded indicator is called, measured in, and how its months become years."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cache
from typing import TYPE_CHECKING, Literal

from sim.base_year.tables import table
from sim.closing.indicators import COLUMNS
from sim.components import COMPONENTS, READINGS

if TYPE_CHECKING:
    import pandas as pd

type Kind = Literal["flow", "stock", "ratio", "index"]
LONGEST_SHORT_NAME = 32
"""Letters that the name of a variable may have in Stata."""
KINDS: Mapping[Kind, tuple[str, str]] = {
    "flow": ("flow of the month", "flow over twelve months"),
    "stock": ("stock at the end of the month", "stock at the end of December"),
    "ratio": ("ratio at the end of the month", "ratio in December"),
    "index": ("index at the end of the month", "index in December"),
}
"""What a kind of indicator is in a table of months, and in one of years."""
OVER_TWELVE_MONTHS = "twelve months"
"""Words of a definition by which a ratio is one over the twelve months that end with its month."""


@dataclass(frozen=True)
class Recorded:
    """A recorded indicator."""

    id: str
    """Column of a result."""
    short_name: str
    """The same name in at most 32 letters."""
    name: str
    name_zh: str
    kind: Kind
    monthly: str
    """What a value of a month is."""
    yearly: str
    """What a value of a year is."""
    unit: str
    """Unit of a year's value."""
    unit_of_month: str
    definition: str
    component: str
    """The part of the model that it is a reading of."""


@cache
def dictionary() -> Mapping[str, Recorded]:
    """Every recorded indicator by its name, in the order of a result's columns."""
    names = {row["indicator"]: row for row in table("indicator_names")}
    owners = {reading.name: component.name for component in COMPONENTS for reading in component.readings}
    found = {}
    for id in COLUMNS:
        reading, row = READINGS[id], names[id]
        kind = _kind(id)
        monthly, yearly = KINDS[kind]
        if kind == "ratio" and OVER_TWELVE_MONTHS in reading.definition:
            monthly, yearly = "ratio over the twelve months that end with it", "ratio over the year"
        found[id] = Recorded(
            id=id,
            short_name=row["short_name"],
            name=row["name"],
            name_zh=row["name_zh"],
            kind=kind,
            monthly=monthly,
            yearly=yearly,
            unit=reading.unit,
            unit_of_month=unit_of_month(id),
            definition=reading.definition,
            component=owners[id],
        )
    return found


def unit_of(indicator: str) -> str:
    """Unit of a year's value; empty for what this version does not record."""
    return READINGS[indicator].unit if indicator in READINGS else ""


def unit_of_month(indicator: str) -> str:
    """Unit of a value of a month: that of the month for flows, which are recorded by month."""
    reading = READINGS[indicator]
    if reading.kind != "flow":
        return reading.unit
    if reading.unit.startswith("index"):  # put on 100 by the sum of a year
        return "index points per month, sum of 2020 = 100"
    return reading.unit.replace("per year", "per month") if "per year" in reading.unit else f"{reading.unit} per month"


def _kind(indicator: str) -> Kind:
    """A flow is a flow in whatever unit; a stock or ratio in points of an index is an index."""
    reading = READINGS[indicator]
    return "index" if reading.kind != "flow" and reading.unit.startswith("index") else reading.kind


def data_dictionary() -> "pd.DataFrame":
    """The data dictionary as a table: a row for each recorded indicator, index indicator."""
    import pandas as pd

    rows = [asdict(each) for each in dictionary().values()]
    return pd.DataFrame(rows).rename(columns={"id": "indicator"}).set_index("indicator")
