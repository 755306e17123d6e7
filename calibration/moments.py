"""Moments of 2016-2020: observed value, tolerance, and the same figure from a run."""

import csv
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

import numpy as np

from agents.arrays import Floats
from scenarios.calendar import month_ordinal, month_text

if TYPE_CHECKING:
    import pandas as pd

LAST_YEAR = 2020
FORMS = ("log_growth", "change", "level")


@dataclass(frozen=True)
class Moment:
    """One figure that a run of the past is held against.

    `simulated` names indicators to add up. `first` and `last` are years or months: one, a span "2017..2018" or
    "2019-01..2019-06", or several "2018-08+2018-11", whose mean is taken. log_growth = ln(last / first), change = last
    - first, level = last. `tolerance` is the standard deviation of errors of data and structure, in the unit of the
    moment. `published` is the series and components "series|one & other" of the published months that the observed
    value is computed from; empty where it has other sources.
    """

    id: str
    simulated: tuple[str, ...]
    form: str
    first: str
    last: str
    observed: float
    tolerance: float
    unit: str
    status: str
    source: str
    published: str = ""


def dates_of(when: str) -> tuple[str, ...]:
    """Years or months of a text such as "2017", "2017..2018", "2019-01..2019-06" or "2018-08+2018-11"."""
    dates: list[str] = []
    for part in when.split("+"):
        first, _, last = part.partition("..")
        if not last:
            dates.append(first)
        elif "-" in first:
            span = range(month_ordinal(first), month_ordinal(last) + 1)
            dates += [month_text(month) for month in span]
        else:
            dates += [str(year) for year in range(int(first), int(last) + 1)]
    return tuple(dates)


@cache
def moments() -> tuple[Moment, ...]:
    """Every moment, in the order of the file.

    Raises
    ------
    ValueError
        If a moment has an unknown form, no tolerance or looks beyond 2020: the file is part of the package.
    """
    text = resources.files("calibration").joinpath("data", "moments.csv").read_text(encoding="utf-8")
    rows = tuple(
        Moment(
            row["moment"],
            tuple(row["simulated"].split("+")),
            row["form"],
            row["first"],
            row["last"],
            float(row["observed"]),
            float(row["tolerance"]),
            row["unit"],
            row["status"],
            row["source"],
            row["published"],
        )
        for row in csv.DictReader(text.splitlines())
    )
    for row in rows:
        if row.form not in FORMS or not row.tolerance > 0.0 or int(max(dates_of(row.last))[:4]) > LAST_YEAR:
            raise ValueError(f"moments.csv: {row.id} is not usable")
    return rows


def moments_digest() -> str:
    """Digest of the moments and their tolerances, 16 hex digits."""
    content = resources.files("calibration").joinpath("data", "moments.csv").read_bytes()
    return hashlib.blake2b(content, digest_size=8).hexdigest()


def observed_moments(wanted: Sequence[Moment] | None = None) -> Floats:
    """Observed values of some moments, by default those of the package, shape (moments,)."""
    return np.array([moment.observed for moment in wanted or moments()])


def tolerances(wanted: Sequence[Moment] | None = None) -> Floats:
    """Tolerances of some moments, by default those of the package, shape (moments,)."""
    return np.array([moment.tolerance for moment in wanted or moments()])


def moments_of(annual: "pd.DataFrame", monthly: "pd.DataFrame", wanted: Sequence[Moment] | None = None) -> Floats:
    """The same figures from a run, shape (moments,).

    Parameters
    ----------
    annual
        Indicators by year of the calendar that is meant, as `Result.annual` gives them.
    monthly
        Indicators by month, with the months as text such as "2019-06" in the index.
    wanted
        Moments to compute; those of the package by default.
    """
    tables = {}
    for table in (annual, monthly):  # by name and date at once: pandas would look up each figure in a millisecond
        rows = {str(date): row for row, date in enumerate(table.index)}
        columns = {str(name): column for column, name in enumerate(table.columns)}
        tables[table is monthly] = table.to_numpy(dtype=np.float64), rows, columns

    def value(moment: Moment, when: str) -> float:
        values, rows, columns = tables["-" in when]
        found = values[np.ix_([rows[date] for date in dates_of(when)], [columns[name] for name in moment.simulated])]
        return float(found.sum(axis=1).mean())

    asked = wanted or moments()
    result = np.empty(len(asked))
    for place, moment in enumerate(asked):
        first, last = value(moment, moment.first), value(moment, moment.last)
        if moment.form == "log_growth":
            result[place] = np.log(max(last, 1e-9) / max(first, 1e-9))
        else:
            result[place] = last - first if moment.form == "change" else last
    return result
