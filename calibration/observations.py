"""Observations to 2020: annual series with unit, definition, source and weight by reliability.

Traps that the series avoid: gold counts one side; the futures exchange is with INE throughout; Panda bonds have two
series that are never mixed; interbank totals that were back-solved from others have weight zero.
"""

import csv
from dataclasses import dataclass
from functools import cache
from importlib import resources

from scenarios.plan import Plan
from sim.base_year.base_year import YEAR_2020

LAST_YEAR = 2020
"""No later year may be observed here: nothing that is known after 2020 reaches a prior, a fit or a default."""

STATUSES = ("published", "derived", "recalled")


@dataclass(frozen=True)
class AnnualObservation:
    """One observed value of a year.

    `status` is published, derived or recalled; `weight` from 0 (not fitted to) to 1 falls with it.
    """

    series: str
    year: int
    value: float
    unit: str
    definition: str
    source: str
    status: str
    tier: str
    weight: float
    note: str


@cache
def annual_observations() -> tuple[AnnualObservation, ...]:
    """Every annual observation, in the order of series and years.

    Raises
    ------
    ValueError
        If a row is later than 2020 or has an unknown status: the file is part of the package and must be sound.
    """
    text = resources.files("calibration").joinpath("data", "annual_to_2020.csv").read_text(encoding="utf-8")
    rows = tuple(
        AnnualObservation(
            **{**row, "year": int(row["year"]), "value": float(row["value"]), "weight": float(row["weight"])}  # type: ignore[arg-type]
        )
        for row in csv.DictReader(text.splitlines())
    )
    for row in rows:
        if row.year > LAST_YEAR or row.status not in STATUSES:
            raise ValueError(f"annual_to_2020.csv: {row.series} {row.year} is not usable")
    return rows


def series(name: str) -> dict[int, AnnualObservation]:
    """Observations of one series by year; empty where there are none."""
    return {row.year: row for row in annual_observations() if row.series == name}


def observed_under(plan: Plan, indicator: str) -> dict[int, float]:
    """Observed years of an indicator; where the plan has observations of its own, 2020 of its indicators alone."""
    observed = observed_indicator(indicator)
    if not plan.baseline or not observed:
        return observed
    own = next((each for each in plan.indicators if each.id == indicator), None)
    return {} if own is None else {LAST_YEAR: own.value_2020}


def observed_indicator(indicator: str) -> dict[int, float]:
    """Observed years of a plan indicator in its own unit; years whose series would be mixed are left out.

    The foreign share before 2020 divides holdings by custody of all markets, which is another measure: only 2020 is
    given. Panda bonds have the plan's series in 2020 alone. The count of leading firms was made once.
    """
    observed = YEAR_2020.observed
    if indicator in ("turnover_total", "direct_financing"):
        return {year: row.value for year, row in series(indicator).items() if row.weight > 0.0}
    if indicator == "direct_financing_share":
        return {2020: observed("direct_financing_share")}
    if indicator == "foreign_bond_share":
        return {2020: observed("foreign_bond_holdings") / observed("bond_custody_interbank")}
    if indicator == "panda_cumulative":
        return {2020: observed("panda_cumulative")}
    if indicator == "leading_fintech_count":
        return {2020: observed("fintech_leading")}
    return {}
