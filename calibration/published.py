"""Published figures to 2020, month by month and year by year, with source and quotation; and the calendar of policy.

`annual_to_2020.csv` and `earlier_levels.csv` hold one figure a series and year, chosen from these and from others;
moments that compare published months are computed from the rows here.
"""

import csv
from dataclasses import dataclass
from functools import cache
from importlib import resources

import numpy as np

from scenarios.calendar import is_month
from scenarios.plan import lever_ids

LAST_MONTH = "2020-12"
STATUSES = ("published", "derived")
CALENDAR_STATUSES = ("published", "recalled")
TIERS = ("A", "B", "C")


def _rows(name: str) -> list[dict[str, str]]:
    text = resources.files("calibration").joinpath("data", name).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


@dataclass(frozen=True)
class Published:
    """One published figure of a month or year.

    `status` is published, or derived by the arithmetic in `definition`. `tier` is A for an official page, B for a
    reprint or a report of one, C where rounding leaves little. The address is withheld where the page also states
    figures after 2020.
    """

    series: str
    component: str
    date: str
    value: float
    unit: str
    definition: str
    source: str
    address: str
    status: str
    tier: str
    quote: str


@cache
def published() -> tuple[Published, ...]:
    """Every published figure, in the order of the file.

    Raises
    ------
    ValueError
        If a row is later than 2020-12 or has an unknown status: the file is part of the package and must be sound.
    """
    rows = tuple(Published(**{**row, "value": float(row["value"])}) for row in _rows("published_to_2020.csv"))  # type: ignore[arg-type]
    for row in rows:
        dated = is_month(row.date) or (row.date.isdecimal() and len(row.date) == 4)
        if not dated or row.date > LAST_MONTH or row.status not in STATUSES or row.tier not in TIERS:
            raise ValueError(f"published_to_2020.csv: {row.series} {row.component} {row.date} is not usable")
    return rows


def published_value(series: str, components: str, date: str) -> float:
    """Figure of a date, the sum of components "one & other"; the median where several sources give one.

    Raises
    ------
    KeyError
        If one of them is not known.
    """
    total = 0.0
    for component in components.split(" & "):
        found = [row.value for row in published() if (row.series, row.component, row.date) == (series, component, date)]
        if not found:
            raise KeyError(f"{series} {component} {date}")
        total += float(np.median(found))
    return total


@dataclass(frozen=True)
class PolicyEvent:
    """An entry of the calendar of policy 2010-2020: what came into force in a month, and the lever that it moves.

    `lever` is empty where the plan has none. `status` is published where a source here states the date, else recalled.
    """

    month: str
    what: str
    lever: str
    status: str
    source: str


@cache
def policy_calendar() -> tuple[PolicyEvent, ...]:
    """Every event, in the order of months.

    Raises
    ------
    ValueError
        If an entry is not of 2010-2020 or names an unknown lever.
    """
    rows = tuple(PolicyEvent(**row) for row in _rows("policy_calendar_2010_2020.csv"))
    for row in rows:
        known = not row.lever or row.lever in lever_ids()
        dated = is_month(row.month) and "2010-01" <= row.month <= LAST_MONTH
        if not (known and dated and row.status in CALENDAR_STATUSES):
            raise ValueError(f"policy_calendar_2010_2020.csv: {row.month} {row.what} is not usable")
    return rows


def monthly_table(name: str) -> dict[str, dict[str, float]]:
    """Figures by month of one of the monthly tables, "shibor" or "sse_listings", each by column.

    Raises
    ------
    ValueError
        If a month is missing, twice, or later than 2020-12.
    """
    rows = _rows(f"{name}_monthly_to_2020.csv")
    months = [row["month"] for row in rows]
    if months != sorted(set(months)) or not all(is_month(each) and each <= LAST_MONTH for each in months):
        raise ValueError(f"{name}_monthly_to_2020.csv: months are not usable")
    return {
        row["month"]: {key: float(value) for key, value in row.items() if key not in ("month", "source")}
        for row in rows
    }
