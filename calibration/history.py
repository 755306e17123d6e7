"""Known years to 2020 of the indicators that forecasts from earlier origins are scored on."""

import hashlib

import numpy as np

from agents.arrays import Floats
from calibration.earlier_years import earlier_levels, level
from calibration.observations import series
from sim.base_year.base_year import FIRST_BASE_YEAR, LAST_BASE_YEAR
from sim.financing.need_cycle import nominal_gdp_trn

SCORED = {
    "turnover_total": ("turnover_total",),
    "direct_financing": ("direct_financing",),
    "foreign_bond_holdings": ("foreign_bond_holdings",),
    "foreign_bond_share": ("foreign_bond_holdings", "bond_custody_interbank"),
    "institution_count": ("institutions",),
    "panda_issuance": ("panda_issuance",),
    "panda_cumulative": ("panda_cumulative",),
}
"""Indicators with a series of their own before 2020, and its name among the earlier observations; of two names the
first is divided by the second."""
BEFORE = {
    "turnover_total": "turnover_total",
    "direct_financing": "direct_financing",
    "institution_count": "licensed_fi",
}
"""Series of annual observations that reach further back, for naive rules."""
PER_UNIT = {"foreign_bond_holdings": 1000.0}
"""Divisor of a series that gives the indicator's unit."""
TURNOVER = ("turnover_interbank_total", "turnover_sse_total", "turnover_shfe", "turnover_cffex", "turnover_sge")


CUMULATIVE = ("panda_cumulative",)
"""Indicators that add up since the first and cannot fall."""


def not_below_origin(points: Floats, indicator: str, origin: int) -> Floats:
    """Points of a distribution, for a cumulative indicator none below what there was at the origin."""
    return np.maximum(points, known_series(indicator)[origin]) if indicator in CUMULATIVE else points


def known_series(indicator: str) -> dict[int, float]:
    """Known years of an indicator to 2020 in its own unit; interpolated years are left out.

    From 2016 on total turnover is the sum of its venues with one side of gold; years before are as published.
    """
    earlier = {year: row.value for year, row in series(BEFORE.get(indicator, "")).items() if row.weight > 0.0}
    known = {year: value for year, value in earlier.items() if year < FIRST_BASE_YEAR}
    if indicator == "turnover_total":
        years = range(FIRST_BASE_YEAR, LAST_BASE_YEAR + 1)
        return known | {year: sum(level(part, year) for part in TURNOVER) for year in years}
    name, *divisors = SCORED[indicator]
    given = [{row.year for row in earlier_levels() if row.series == each} for each in (name, *divisors)]
    for year in sorted(set.intersection(*given) | {LAST_BASE_YEAR}):
        known[year] = level(name, year) / PER_UNIT.get(indicator, 1.0)
        for each in divisors:
            known[year] /= level(each, year)
    return known


def history_digest() -> str:
    """Digest of all known years of all scored indicators and of nominal product, 16 hex digits."""
    rows = {name: known_series(name) for name in SCORED} | {"nominal_gdp": nominal_gdp_trn()}
    text = "\n".join(f"{name} {year} {value:.9g}" for name, known in rows.items() for year, value in known.items())
    return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()
