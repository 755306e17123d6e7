"""Foreign investors in the interbank bond market: who enters, the weight they want, how fast they move.

One agent is one institution. Each belongs to a group with its own reason to hold onshore bonds:
a reserve manager moves slowly towards a reserve share, a benchmark-aware fund follows the index
weights that are live, active real money follows the yield gap and the currency, a hedged buyer
follows the pick-up that is left after hedging.
"""

from enum import IntEnum

import numpy as np

from agents.arrays import Codes, Flags, Floats
from agents.columns import column
from agents.population import ArrayAgent

LEAST_PICKUP_PP = 0.01
"""Pick-up at which the hedged position counts as closed; keeps its logarithm finite."""


class InvestorGroup(IntEnum):
    """Why an investor holds onshore bonds."""

    RESERVE_MANAGER = 0
    BENCHMARK_FUND = 1
    REAL_MONEY = 2
    HEDGED_BUYER = 3


class IndexFamily(IntEnum):
    """The index that a benchmark-aware fund is measured against."""

    NONE = 0
    GLOBAL_AGGREGATE = 1
    EMERGING_MARKETS = 2
    WORLD_GOVERNMENT = 3


class ForeignInvestor(ArrayAgent):
    """A foreign institution admitted to the interbank bond market."""

    group = column("i1", unit="code", doc="InvestorGroup: reserve manager, benchmark fund, real money, hedged buyer")
    index_family = column("i1", unit="code", doc="IndexFamily that the investor is measured against")
    assets_usd_bn = column("f8", unit="USD bn", doc="Assets under management")
    base_log_weight = column("f8", unit="log share", doc="Log target weight of onshore bonds at the reference signals")
    weight = column("f8", unit="share", doc="Onshore bonds in assets under management")
    target_weight = column("f8", unit="share", doc="Weight that the investor wanted this month")
    holdings_bn = column("f8", unit="CNY bn", doc="Onshore interbank bonds held, face value")
    net_purchases_bn = column("f8", unit="CNY bn a month", doc="Net purchases of the month")
    inaction_band = column("f8", unit="log", doc="No trade while the log gap to the target is smaller than this")


def unhedged_signal_pp(
    china_yield_pct: float, us_yield_pct: float, appreciation_12m_pct: float, extrapolation: float
) -> float:
    """Yield gap plus the expected currency gain of an investor who does not hedge, percentage points.

    signal = china_yield - us_yield + extrapolation * appreciation over the last twelve months

    Source: trend following in flows (Froot, O'Connell and Seasholes); parameter `fx_extrapolation`.
    """
    return china_yield_pct - us_yield_pct + extrapolation * appreciation_12m_pct


def risk_aversion_shift(
    log_volatility: float, reference: float, threshold: float, elasticity: float, elasticity_high: float
) -> float:
    """Log fall of the target weight when world volatility rises; steeper above a threshold.

    shift = elasticity * (ln V - ln V_ref) + elasticity_high * max(0, ln V - ln threshold)

    Source: non-linear effect of volatility on flows (IMF working paper 14/196); parameters `vix_elasticity`,
    `vix_elasticity_high`, `vix_threshold`.
    """
    return elasticity * (log_volatility - reference) + elasticity_high * max(0.0, log_volatility - threshold)


def access_shift(
    access_cost_bp: float,
    access_cost_baseline_bp: float,
    friction_baseline: float,
    access_elasticity: float,
    eligible_universe: float,
    eligible_universe_baseline: float,
    universe_elasticity: float,
) -> float:
    """Log shift of the wanted weight when access gets cheaper or more paper may be held.

    shift = -access_elasticity * friction * (cost / cost_baseline - 1) + universe_elasticity * ln(universe / baseline)

    Friction is the index 0..1 of access barriers that `access_elasticity` was estimated on (0.25 at end-2020); it is
    taken to move in proportion to the all-in cost of access. Channels `foreign_access_cost`, `eligible_universe`.
    """
    friction_change = friction_baseline * (access_cost_bp / access_cost_baseline_bp - 1.0)
    return -access_elasticity * friction_change + universe_elasticity * float(
        np.log(eligible_universe / eligible_universe_baseline)
    )


def benchmark_weight_gain(
    live_weight: Floats, live_weight_baseline: Floats, off_benchmark_weight: float, pass_through: float
) -> Floats:
    """Log gain of a benchmark fund's target when more of the index weight is live, by index family (shape (4,)).

    gain = ln((off_benchmark + pass_through * live) / (off_benchmark + pass_through * live_baseline))

    Shares of assets. Source: Raddatz, Schmukler and Williams (2017), pass-through 0.7; parameter
    `benchmark_passthrough`. Channel `index_tracking_demand`.
    """
    return np.log(
        (off_benchmark_weight + pass_through * live_weight)
        / (off_benchmark_weight + pass_through * live_weight_baseline)
    )


def hedged_room(pickup_pp: float, threshold_pp: float, pickup_baseline_pp: float) -> float:
    """Log change of the hedged position that the pick-up after hedging supports.

    room = ln(max(LEAST_PICKUP_PP, pickup - threshold) / (pickup_baseline - threshold))

    Capacity is linear in the pick-up above a threshold; percentage points. Parameters `hedged_capacity`,
    `hedged_threshold`; channel `hedging_cost` moves the pick-up.
    """
    return float(np.log(max(LEAST_PICKUP_PP, pickup_pp - threshold_pp) / (pickup_baseline_pp - threshold_pp)))


def target_log_weight(
    base_log_weight: Floats, group_shift: Floats, group: Codes, benchmark_gain: Floats, index_family: Codes
) -> Floats:
    """Log of the wanted share of onshore bonds in assets, shape (n,).

    ln w* = base + shift of the investor's group + gain from index weights that went live
    """
    target: Floats = base_log_weight + group_shift[group] + benchmark_gain[index_family]
    return target


def traded_log_gap(gap: Floats, adjustment_speed: Floats, inaction_band: Floats) -> Floats:
    """Part of the log gap to the target that is traded this month, shape (n,).

    trade = speed * gap where |gap| exceeds the inaction band, else 0
    """
    act: Flags = np.abs(gap) > inaction_band
    return np.where(act, adjustment_speed * gap, 0.0)


def entry_rate_per_month(base_rate: float, access_friction_change: float, entry_access_elasticity: float) -> float:
    """Expected number of institutions that enter in a month.

    rate = base_rate * exp(-entry_access_elasticity * change of access friction)

    Parameters `foreign_entry_rate`, `entry_access_coefficient`; channel `foreign_access_cost`.
    """
    return base_rate * float(np.exp(-entry_access_elasticity * access_friction_change))


def yield_impact_pp(foreign_share: float, foreign_share_baseline: float, impact_bp_per_pp: float) -> float:
    """Change of the ten-year yield when foreigners hold a larger share of the market, percentage points.

    impact = -impact_bp_per_pp / 100 * 100 * (share - share_baseline)

    Source: IMF working paper 12/158, 25 to 40 bp for ten points of share; parameter `yield_impact`.
    """
    return -impact_bp_per_pp * (foreign_share - foreign_share_baseline)
