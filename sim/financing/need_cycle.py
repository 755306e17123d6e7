"""Nominal growth, the cycle of needs and the market's appetite for debt."""

from dataclasses import dataclass
from functools import cache

import numpy as np

from agents.draws import Draws
from agents.need_cycle import next_deviation
from scenarios.parameters import Parameters
from sim.base_year.base_year import BaseYear
from sim.base_year.tables import table
from sim.clock import Clock
from sim.component import Changes
from sim.world.interactions import Interactions
from sim.world.shock_values import ShockValues


@dataclass
class NeedCycle:
    """State of the cycle that all issuers share."""

    nominal_growth_pct: float = 0.0
    """Nominal growth of the economy a year."""
    need: float = 0.0
    """Deviation of the growth of all needs from what nominal growth makes of it, 1/year."""
    appetite: float = 0.0
    """How much better the market takes up issuers' debt than usual, utility of an instrument over a bank loan."""
    base_year_appetite: float = 0.0
    """Appetite of the base year, which the solved constants of the instruments contain."""

    @property
    def appetite_change(self) -> float:
        """Appetite less that of the base year."""
        return self.appetite - self.base_year_appetite


@cache
def nominal_gdp_trn() -> dict[int, float]:
    """Nominal product of the economy by calendar year to 2020, CNY trn."""
    return {int(row["year"]): float(row["gdp_trn"]) for row in table("nominal_growth")}


@cache
def nominal_growth_observed() -> dict[int, float]:
    """Nominal growth by calendar year to 2020, per cent."""
    levels = nominal_gdp_trn()
    return {year: 100.0 * (levels[year] / levels[year - 1] - 1.0) for year in levels if year - 1 in levels}


def normal_nominal_growth_pct(base_year: BaseYear) -> float:
    """Mean of the years to the base year, per cent: the growth at which needs grow at their trend."""
    return float(np.mean([rate for year, rate in nominal_growth_observed().items() if year <= base_year.year]))


def nominal_gap_pp(
    clock: Clock, interactions: Interactions, base_year: BaseYear, shocks: ShockValues, cycle: NeedCycle
) -> float:
    """Nominal growth less its normal rate, percentage points, with a shock to growth.

    Without a shock it is zero in the base year, whose needs are as observed.
    """
    if clock.in_base_year or not interactions.on("need_cycle"):
        return shocks["economic_growth"]
    return cycle.nominal_growth_pct - normal_nominal_growth_pct(base_year) + shocks["economic_growth"]


def start_need_cycle(parameters: Parameters, cycle: Changes[NeedCycle]) -> None:
    """Nominal growth at the end of the base year, and the appetite of the market in it."""
    cycle.nominal_growth_pct = parameters.nominal_growth_2020
    cycle.appetite = cycle.base_year_appetite = parameters.market_appetite_2020


def need_cycle_moves(
    clock: Clock,
    parameters: Parameters,
    interactions: Interactions,
    base_year: BaseYear,
    draws: Draws,
    cycle: Changes[NeedCycle],
) -> None:
    """Nominal growth, the growth of needs and the appetite for issuers' debt move.

    Nominal growth reverts to its regime; a replay of years before 2021 takes it as it was. The appetite of the base
    year is not taken as normal: its excess fades. Nothing moves in the base year.
    """
    if clock.in_base_year or not interactions.on("need_cycle"):
        return
    growth, need, appetite = draws["issuer.cycle"].normals(clock.month, 3).tolist()
    seen = nominal_growth_observed().get(base_year.calendar_month(clock.month) // 12) if base_year.replays else None
    mean = parameters.nominal_growth_mean
    cycle.nominal_growth_pct = (
        mean
        + next_deviation(
            cycle.nominal_growth_pct - mean,
            parameters.nominal_growth_persistence,
            parameters.nominal_growth_spread,
            growth,
        )
        if seen is None
        else seen
    )
    cycle.need = next_deviation(cycle.need, parameters.need_cycle_persistence, parameters.need_cycle_spread, need)
    cycle.appetite = next_deviation(
        cycle.appetite, parameters.market_appetite_persistence, parameters.market_appetite_spread, appetite
    )
