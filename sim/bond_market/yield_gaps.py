"""Yields of onshore paper over those abroad at one tenor, with and without a hedge of the currency."""

from dataclasses import dataclass

from agents.covered_parity import basis_pp, covered_gap_pp, parity_premium_pp, yield_at_tenor_pp
from scenarios.parameters import Parameters
from sim.accounting.securities import SecurityBook, SecurityClass
from sim.clock import Clock
from sim.world.conditions import YieldsAndCurrency, appreciation_12m_pct, us_yield_pct
from sim.world.macro import MacroPath


@dataclass(frozen=True)
class YieldGaps:
    """Yield of onshore paper over foreign paper of the same tenor, change against usual, percentage points a year."""

    raw_pp: float
    covered_pp: float
    """What is left of it once the currency is hedged."""


def yield_gaps(
    clock: Clock,
    parameters: Parameters,
    macro: MacroPath,
    book: SecurityBook,
    usual: YieldsAndCurrency,
    tenor_slope: float,
    security: SecurityClass,
) -> YieldGaps:
    """Gaps of a class of onshore paper at the tenor to which `tenor_slope` belongs, against those of usual conditions.

    The forward is priced on yields without local effects, as swaps are. What supply adds counts, hedged or not: of the
    premium on ten-year government bonds the part that reaches the tenor, and the spread of the class over them.
    """
    change = float(macro.china_yield_pct[macro.position(clock.month)]) - usual.china_yield_pct
    government = yield_at_tenor_pp(change, tenor_slope)
    premium = yield_at_tenor_pp(float(book.premium_pp[SecurityClass.SOVEREIGN]), tenor_slope)
    foreign = yield_at_tenor_pp(us_yield_pct(clock, macro) - usual.us_yield_pct, tenor_slope)
    gained = appreciation_12m_pct(clock, macro) - usual.appreciation_12m_pct
    parity = parity_premium_pp(government, foreign)
    basis = basis_pp(parity, parameters.fx_extrapolation * gained, parameters.covered_parity_weight)
    paper = government + premium + float(book.premium_pp[security])
    return YieldGaps(paper - foreign, covered_gap_pp(paper, foreign, parity, basis))
