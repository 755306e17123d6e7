"""Plausibility of users' figures: ranges of drivers and thresholds, and the unit that was probably meant outside them.

Yields as fractions, dollars per yuan, a VIX of 0.2 or a share of 3 are numbers like any other and would be run. They
are refused with their probable meaning. The ranges are data: `scenarios/data/plausible.toml`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from scenarios.problem_texts import coded
from scenarios.typed_rows import TYPED, read_record, read_table, read_toml

PATH = "data/plausible.toml"


@dataclass(frozen=True, slots=True)
class DriverRange:
    """Range of a driver of world finance."""

    __pydantic_config__ = TYPED

    name: str
    unit: str
    observed: tuple[float, float]
    """Lowest and highest month observed to 2020."""
    end_2020: float
    low: float
    high: float
    basis: str

    def holds(self, value: float) -> bool:
        """Whether a value is within the range."""
        return self.low <= value <= self.high

    @property
    def allowed(self) -> str:
        """The range in words."""
        return coded("allowed.range_in_unit", low=self.low, high=self.high, unit=self.unit)


@dataclass(frozen=True, slots=True)
class UnitRange:
    """Range of a figure by the definition of its unit."""

    __pydantic_config__ = TYPED

    name: str
    low: float
    high: float
    basis: str


@dataclass(frozen=True, slots=True)
class Limits:
    """Figures beside the ranges, each with its basis."""

    __pydantic_config__ = TYPED

    least_yield: float
    least_yield_basis: str
    highest_multiple: float
    highest_multiple_basis: str
    lowest_part: float
    lowest_part_basis: str
    least_meant: float
    least_meant_basis: str


@cache
def _data() -> dict[str, Any]:
    return read_toml(PATH, ("driver", "unit", "limits"))


@cache
def driver_ranges() -> dict[str, DriverRange]:
    """Return the range of every driver by name."""
    return {each.name: each for each in read_table(DriverRange, _data()["driver"], PATH, "driver")}


@cache
def unit_ranges() -> dict[str, tuple[float, float]]:
    """Return the range of every unit that has one by its definition."""
    return {each.name: (each.low, each.high) for each in read_table(UnitRange, _data()["unit"], PATH, "unit")}


@cache
def limits() -> Limits:
    """Return the figures beside the ranges."""
    return read_record(Limits, _data()["limits"], PATH, "limits")


def driver_meant(name: str, value: float) -> str:
    """Return the probable meaning of a value outside the range of a driver; empty if nothing comes near."""
    known = driver_ranges()[name]
    likely: list[tuple[str, float]] = []
    if name.endswith("_pct"):
        likely = [(coded("meaning.per_cent"), value / 100.0)]
    elif name == "usdcny" and value:
        likely = [(coded("meaning.yuan_per_dollar"), 1.0 / value)]
    elif name == "vix":
        likely = [(coded("meaning.index_points"), value * 100.0)]
    elif name == "csi300_close":
        likely = [(coded("meaning.in_full"), value * 1000.0), (coded("meaning.index"), value / 100.0)]
    return _meant(likely, *known.observed, wider=2.0)


def column_of_fractions(name: str, values: Mapping[str, float]) -> str:
    """Return a likely meaning where all values of a yield are so low that they are probably fractions, else nothing.

    One value alone may be a low yield.

    Parameters
    ----------
    name
        The driver.
    values
        Its values by month.
    """
    least = limits().least_yield
    if not name.endswith("_pct") or len(values) < 2 or not all(0.0 < value < least for value in values.values()):
        return ""
    first = next(iter(values.values()))
    return coded("meaning.fractions", value=first * 100.0, given=first)


def threshold_problem(unit: str, value_2020: float | None, value: float) -> tuple[str, str] | None:
    """Return the problem with a threshold of an indicator, and the allowed values; None if it can be met.

    Parameters
    ----------
    unit
        Unit of the indicator.
    value_2020
        The indicator at the end of 2020, where it is known.
    value
        The threshold.
    """
    if unit in unit_ranges():
        low, high = unit_ranges()[unit]
        if low <= value <= high:
            return None
        is_per_cent = high == 1.0 and 1.0 < value <= 100.0
        meant = coded("meaning.share_of_per_cent", value=value / 100.0, given=value) if is_per_cent else ""
        return coded("threshold.not_of_unit", value=value, unit=unit, meant=meant), coded(
            "allowed.range_in_unit", low=low, high=high, unit=unit
        )
    if value_2020 is None or value_2020 <= 0.0 or value <= limits().highest_multiple * value_2020:
        return None
    likely = [(unit, value / 1000.0), (unit, value / 100.0)]
    meant = _meant(likely, value_2020, value_2020, wider=4.0)
    return coded("threshold.out_of_reach", value=value, meant=meant), coded(
        "allowed.value_2020", value=value_2020, unit=unit
    )


def shock_meant(unit: str, value: float, low: float, high: float) -> str:
    """Return the probable meaning of a size outside the range of a shock; empty if nothing comes near."""
    factors = {
        "pp": (0.01, coded("meaning.percentage_points")),
        "pp a year": (0.01, coded("meaning.percentage_points")),
        "log": (0.01, coded("meaning.logarithm")),
        "log a month": (0.01, coded("meaning.logarithm")),
        "share": (0.01, coded("meaning.share")),
        "CNY trn": (0.001, coded("meaning.trillions")),
    }
    if unit not in factors:
        return ""
    factor, words = factors[unit]
    near = low <= value * factor <= high and abs(value * factor) >= limits().least_meant * max(abs(low), abs(high))
    return coded("meaning.did_you_mean", value=f"{value * factor:g}", words=words) if near else ""


def _meant(likely: Sequence[tuple[str, float]], low: float, high: float, wider: float) -> str:
    """The first of some readings that is within a range, widened by a factor at both ends."""
    for words, value in likely:
        if low / wider <= value <= high * wider:
            return coded("meaning.did_you_mean", value=f"{value:.4g}", words=words)
    return ""
