"""Covered interest parity: what a yield gap is worth to those who hedge the currency.

A foreign buyer of onshore paper who sells the yuan forward, and a foreign issuer who swaps the yuan it raises into
dollars, trade the same forward in opposite directions. Both are described by one gap, each at the tenor of its paper.
All rates are in per cent a year, or their changes in percentage points.
"""

import numpy as np

from agents.arrays import Flags, Floats


def yield_at_tenor_pp(ten_year_yield_pp: float, slope: float) -> float:
    """Change of a government yield at a shorter tenor that goes with one at ten years, percentage points.

    yield = slope * ten-year yield

    Parameters `gap_slope_one_year`, `gap_slope_three_years`.
    """
    return slope * ten_year_yield_pp


def parity_premium_pp(home_yield_pp: float, foreign_yield_pp: float) -> float:
    """Forward premium on the foreign currency at covered parity, a year at the tenor of the yields, percentage points.

    premium = home - foreign government yield
    """
    return home_yield_pp - foreign_yield_pp


def basis_pp(parity_premium_pp: float, expected_appreciation_pp: float, parity_weight: float) -> float:
    """Deviation from covered parity: how much less than at parity the foreign currency costs forward, a year.

    basis = (1 - weight) * (parity premium + expected appreciation of the home currency)

    The forward lies between parity and the expected spot rate where capital controls limit those who would close the
    difference: premium = weight * parity premium - (1 - weight) * expected appreciation. With a weight of one parity
    holds. Source: Wang (2010, Stanford Center for International Development, working paper 414), on the yuan;
    parameter `covered_parity_weight`.
    """
    return (1.0 - parity_weight) * (parity_premium_pp + expected_appreciation_pp)


def covered_gap_pp(home_yield_pp: float, foreign_yield_pp: float, parity_premium_pp: float, basis_pp: float) -> float:
    """Yield of home paper over foreign paper of the same tenor once the currency is hedged, percentage points a year.

    gap = home - foreign - (parity premium - basis)

    Where the paper's yield moves with the government yields that make the premium, what remains is the basis.
    """
    return home_yield_pp - foreign_yield_pp - (parity_premium_pp - basis_pp)


def issuer_advantage_pp(
    raw_gap_pp: float, covered_gap_pp: float, hedging_cost_change_bp: float, needs_yuan: Flags
) -> Floats:
    """Advantage of onshore paper over borrowing in dollars by foreign issuer, percentage points a year, shape (n,).

    advantage = -raw gap for those who need yuan; -covered gap - change of the cost of hedging / 100 for those who
    swap the yuan into dollars

    What a hedged buyer of the same paper gains is what an issuer who swaps pays. Channel `hedging_cost`, parameter
    `panda_unswapped_share`.
    """
    return np.where(needs_yuan, -raw_gap_pp, -covered_gap_pp - hedging_cost_change_bp / 100.0)
