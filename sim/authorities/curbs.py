"""Authorities answer falling shares, growing leverage and outflows with curbs that last for a time."""

import numpy as np

from agents.arrays import Floats, sum_of_products
from agents.authorities import (
    Curb,
    curb_probability,
    drawdown,
    next_curbs,
    outflow_speed,
    release_probability,
)
from agents.draws import Draws
from agents.foreign_investors import ForeignInvestors
from agents.institutions import Institutions
from scenarios.parameters import Parameters
from sim.authorities.state import Curbs
from sim.clock import Clock
from sim.component import Changes
from sim.world.interactions import Interactions
from sim.world.macro import MacroPath
from sim.world.policy import Channels
from sim.world.shock_values import ShockValues

YEAR = 12


def repo_leverage(institutions: Institutions) -> float:
    """Repo that institutions borrow over the bonds that they hold."""
    held = float(institutions["bonds_bn"].sum())
    return float(sum_of_products(institutions["leverage"], institutions["bonds_bn"])) / held


def signals_of_markets(clock: Clock, macro: MacroPath, investors: ForeignInvestors, curbs: Curbs) -> Floats:
    """What each authority looks at, as it stands after last month, by `Curb`, shape (4,).

    Fall of shares from the highest month of a year; log growth of repo leverage over a year, if it grew; net sales by
    foreigners over their holdings.
    """
    last = macro.position(clock.month) - 1
    fall = drawdown(macro.equity_index[last - YEAR : last + 1])
    past = curbs.leverage_of_year
    growth = max(0.0, float(np.log(past[-1] / past[0]))) if len(past) > YEAR else 0.0
    sold = outflow_speed(float(investors["net_purchases_bn"].sum()), float(investors["holdings_bn"].sum()))
    return np.array([fall, fall, growth, sold])


def hazard_shift(parameters: Parameters, channels: Channels) -> Floats:
    """Log change of the rate at which curbs begin, by what rules leave to discretion, against 2020, shape (4,).

    Registration leaves less to stop (`listing_discretion`); a standing framework replaces campaigns
    (`macropru_tightness`); an open account is a commitment that is dear to break (`fx_conversion_friction`).
    """
    shift = np.zeros(len(Curb))
    shift[Curb.LISTINGS] = np.log(channels.ratio("listing_discretion"))
    shift[Curb.LEVERAGE] = -parameters.curb_tightness_slope * (
        channels["macropru_tightness"] - channels.baseline("macropru_tightness")
    )
    shift[Curb.OUTFLOWS] = parameters.curb_openness_slope * np.log(channels.ratio("fx_conversion_friction"))
    return shift


def authorities_react(
    clock: Clock,
    parameters: Parameters,
    draws: Draws,
    channels: Channels,
    shocks: ShockValues,
    interactions: Interactions,
    macro: MacroPath,
    institutions: Institutions,
    investors: ForeignInvestors,
    curbs: Changes[Curbs],
) -> None:
    """Authorities begin or end curbs on listings, futures, leverage and outflows.

    The more shares have fallen, leverage has grown or foreigners have sold, the likelier a curb begins; a shock may
    impose one. None is in force in the base year: what happened in it is part of its figures.
    """
    curbs.leverage_of_year = [*curbs.leverage_of_year[-YEAR:], repo_leverage(institutions)]
    if clock.in_base_year:
        return
    imposed = np.zeros(len(Curb), dtype=bool)
    imposed[[Curb.LISTINGS, Curb.OUTFLOWS]] = shocks["listing_suspension"] > 0.0, shocks["outflow_curb"] > 0.0
    if interactions.on("authorities_react"):
        _answer(clock, parameters, draws, channels, macro, investors, curbs)
    curbs.in_force = curbs.drawn | imposed


def _answer(
    clock: Clock,
    parameters: Parameters,
    draws: Draws,
    channels: Channels,
    macro: MacroPath,
    investors: ForeignInvestors,
    curbs: Changes[Curbs],
) -> None:
    curbs.signals = signals_of_markets(clock, macro, investors, curbs)
    shift = hazard_shift(parameters, channels)
    curbs.months = np.array(parameters.curb_months) * np.exp(parameters.curb_duration_share * shift)
    begins = curb_probability(
        np.array(parameters.curb_hazard) * np.exp(shift), np.array(parameters.curb_slope), curbs.signals
    )
    keys = np.arange(len(Curb), dtype=np.uint64)
    uniform = draws["authority.curb"].uniform(keys, clock.month)
    now = next_curbs(curbs.drawn, begins, release_probability(curbs.months), uniform)
    curbs.begun += now & ~curbs.drawn
    curbs.drawn = now
