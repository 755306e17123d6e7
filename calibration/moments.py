"""Moments of 2016-2020: observed value, tolerance, and the same figure from a run."""

import csv
import hashlib
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

import numpy as np

from agents.arrays import Floats

if TYPE_CHECKING:
    import pandas as pd

LAST_YEAR = 2020
FORMS = ("log_growth", "change")


@dataclass(frozen=True)
class Moment:
    """One figure that a run of the past is held against.

    `simulated` names indicators to add up. `first` and `last` are a year, a month or a span of years "2017..2018",
    whose mean is taken. log_growth = ln(last / first), change = last - first. `tolerance` is one standard deviation of
    the standard deviation of errors of data and structure, in the unit of the moment.
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
        )
        for row in csv.DictReader(text.splitlines())
    )
    for row in rows:
        if row.form not in FORMS or not row.tolerance > 0.0 or int(row.last.split("..")[-1][:4]) > LAST_YEAR:
            raise ValueError(f"moments.csv: {row.id} is not usable")
    return rows


def moments_digest() -> str:
    """Digest of the moments and their tolerances, 16 hex digits."""
    content = resources.files("calibration").joinpath("data", "moments.csv").read_bytes()
    return hashlib.blake2b(content, digest_size=8).hexdigest()


def observed_moments() -> Floats:
    """Observed values, shape (moments,)."""
    return np.array([moment.observed for moment in moments()])


def tolerances() -> Floats:
    """Tolerances, shape (moments,)."""
    return np.array([moment.tolerance for moment in moments()])


def moments_of(annual: "pd.DataFrame", monthly: "pd.DataFrame") -> Floats:
    """The same figures from a run, shape (moments,).

    Parameters
    ----------
    annual
        Indicators by year of the calendar that is meant, as `Result.annual` gives them.
    monthly
        Indicators by month, with the months as text such as "2019-06" in the index.
    """

    def value(moment: Moment, when: str) -> float:
        columns = list(moment.simulated)
        if ".." in when:
            first, last = (int(year) for year in when.split(".."))
            return float(annual.loc[first:last, columns].sum(axis=1).mean())
        if "-" in when:
            return float(np.sum(monthly.loc[when, columns].to_numpy()))
        return float(np.sum(annual.loc[int(when), columns].to_numpy()))

    result = np.empty(len(moments()))
    for place, moment in enumerate(moments()):
        first, last = value(moment, moment.first), value(moment, moment.last)
        result[place] = last - first if moment.form == "change" else np.log(max(last, 1e-9) / max(first, 1e-9))
    return result
