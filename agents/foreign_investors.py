"""Foreign investors in the interbank bond market: entry, target weights and speed of adjustment.

One agent is one institution. Each belongs to a group with its own reason to hold onshore bonds:
a reserve manager moves slowly towards a reserve share, a benchmark-aware fund follows the index
weights that are live, active real money follows the yield gap and the currency, a hedged buyer
follows the pick-up after hedging.
"""

from enum import IntEnum

import numpy as np

from agents.arrays import Codes, Flags, Floats
from agents.columns import column
from agents.population import ArrayAgent, Population

LEAST_PICKUP_PP = 0.01
"""Pick-up at which the hedged position counts as closed; keeps its logarithm finite."""


class InvestorGroup(IntEnum):
    """Why an investor holds onshore bonds."""

    RESERVE_MANAGER = 0
    BENCHMARK_FUND = 1
    REAL_MONEY = 2
    HEDGED_BUYER = 3


class IndexFamily(IntEnum):
    """The benchmark index of a benchmark-aware fund."""

    NONE = 0
    GLOBAL_AGGREGATE = 1
    EMERGING_MARKETS = 2
    WORLD_GOVERNMENT = 3


class Bloc(IntEnum):
    """Political bloc of an investor's home country."""

    WEST = 0
    NEUTRAL = 1
    ALIGNED = 2


class ForeignInvestor(ArrayAgent):
    """A foreign institution admitted to the interbank bond market."""

    group = column("i1", unit="code", doc="InvestorGroup: reserve manager, benchmark fund, real money, hedged buyer")
    index_family = column("i1", unit="code", doc="IndexFamily that the investor is measured against")
    bloc = column("i1", unit="code", doc="Bloc of the investor's home: west, neutral, aligned")
    assets_usd_bn = column("f8", unit="USD bn", doc="Assets under management")
    base_log_weight = column("f8", unit="log share", doc="Log target weight of onshore bonds at the reference signals")
    weight = column("f8", unit="share", doc="Onshore bonds in assets under management")
    opening_weight = column("f8", unit="share", doc="Weight that the month's trade started from")
    target_weight = column("f8", unit="share", doc="Weight that the investor wanted this month")
    holdings_bn = column("f8", unit="CNY bn", doc="Onshore interbank bonds held, face value")
    net_purchases_bn = column("f8", unit="CNY bn a month", doc="Net purchases of the month")
    client_flow = column("f8", unit="log", doc="Net inflow from clients this month over assets")
    recent_buying = column("f8", unit="share a month", doc="Remembered net purchases over the holdings they added to")
    peer_shift = column("f8", unit="log", doc="Shift of the wanted weight by peers' purchases")
    own_view = column("f8", unit="log", doc="The investor's own view of onshore bonds")
    trust = column("f8", unit="share", doc="Part of the opening it expects to stay, less that at the end of 2020")
    inaction_band = column("f8", unit="log", doc="No trade while the log gap to the target is smaller than this")
    experience = column("f8", unit="0-1", doc="Knowledge of onshore bonds from holding them, from none to full")
    home_bias_shift = column("f8", unit="log", doc="Rise of the wanted weight as the bias towards home falls")


type ForeignInvestors = Population[ForeignInvestor]


GROUP_TERMS = ("yield gap and currency", "world volatility", "access", "hedged pick-up", "use as collateral")
"""Terms of the target that are the same for all investors of a group."""
TARGET_TERMS = (*GROUP_TERMS, "index weights", "geopolitics", "peers", "own view", "trust in the regime", "home bias")
"""Terms of the log target beside the normal weight, in the order of `target_terms`."""


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


def relative_value(usdcny: float, yield_gap_change_pp: float, duration_years: float) -> float:
    """Value in yuan of a dollar of assets abroad, over the value of onshore bonds, yuan per dollar.

    value = yuan per dollar * exp(duration / 100 * change of the yield gap)

    The gap is the yield of China less that of the United States, percentage points against the start: where it widens,
    onshore bonds have lost value against bonds abroad. Parameter `government_bond_duration`.
    """
    return float(usdcny * np.exp(duration_years / 100.0 * yield_gap_change_pp))


def rebalanced_value(rebalanced: Floats, value: float, months: Floats) -> Floats:
    """Relative value to which portfolios of each group have been rebalanced, a month later, yuan per dollar.

    ln rebalanced' = ln rebalanced + (1 - exp(-1 / months)) * (ln value - ln rebalanced)

    A change of prices or of the currency alone moves the value of what is held and its weight together, in an index as
    in a portfolio, so that nobody has to trade; over `months` investors trade the change back, those who track an index
    never (infinite months). Source: buying and holding of index funds (Raddatz, Schmukler and Williams 2017); slow
    rebalancing (Calvet, Campbell and Sodini 2009); parameter `rebalancing_months`.
    """
    part: Floats = -np.expm1(-1.0 / months)
    moved: Floats = rebalanced * (value / rebalanced) ** part
    return moved


def collateral_shift(haircut_pct: float, haircut_2020_pct: float, elasticity: float) -> float:
    """Log shift of the weight that reserve managers and banks want when onshore bonds serve as collateral abroad.

    shift = -elasticity * ln(haircut / haircut of 2020)

    Haircuts in per cent. Channel `collateral_haircut`; parameter `collateral_elasticity`.
    """
    return -elasticity * float(np.log(haircut_pct / haircut_2020_pct))


def hedged_room(pickup_pp: float, threshold_pp: float, pickup_baseline_pp: float) -> float:
    """Log change of the hedged position that the pick-up after hedging supports.

    room = ln(max(LEAST_PICKUP_PP, pickup - threshold) / (pickup_baseline - threshold))

    Capacity is linear in the pick-up above a threshold; percentage points. Parameters `hedged_capacity`,
    `hedged_threshold`. The pick-up moves with the covered gap (`agents.covered_parity`) and the channel `hedging_cost`.
    """
    return float(np.log(max(LEAST_PICKUP_PP, pickup_pp - threshold_pp) / (pickup_baseline_pp - threshold_pp)))


def bloc_of(uniform: Floats, group: Codes, shares: Floats) -> Codes:
    """Bloc of each investor from one uniform number each, shape (n,); `shares` by group and bloc, shape (4, 3)."""
    bounds = np.cumsum(shares, axis=1)[group, :-1]
    return (uniform[:, None] >= bounds).sum(axis=1).astype(np.int8)


def event_probability(hazard: float) -> float:
    """Probability that at least one geopolitical event falls into a month.

    probability = 1 - exp(-hazard)

    Hazard in events a month; parameter `geopolitical_hazard`.
    """
    return float(-np.expm1(-hazard))


def tension_after(tension: float, events: float, half_life_months: float) -> float:
    """Discounted number of geopolitical events: the weight of each halves in a half-life.

    tension = tension of last month * 2 ** (-1 / half_life) + events of the month

    Parameter `geopolitical_half_life`.
    """
    return float(tension * 2.0 ** (-1.0 / half_life_months) + events)


def geopolitical_shift(tension: float, jump_west: float, jump_nonaligned: float) -> Floats:
    """Log shift of the wanted weight by investor group and bloc, shape (4, 3).

    shift = jump * tension: for every investor of the west its jump; for reserve managers of neutral countries, who
    diversify their reserves, theirs; for others zero

    Parameters `geopolitical_jump_west`, `geopolitical_jump_nonaligned`: log shift at one event.
    """
    shift = np.zeros((len(InvestorGroup), len(Bloc)))
    shift[:, Bloc.WEST] = jump_west * tension
    shift[InvestorGroup.RESERVE_MANAGER, Bloc.NEUTRAL] = jump_nonaligned * tension
    return shift


def remembered_buying(
    remembered: Floats, net_purchases_bn: Floats, holdings_before_bn: Floats, memory_months: float
) -> Floats:
    """Exponential mean of net purchases over holdings, share a month, shape (n,).

    memory = memory of last month + (1 - exp(-1 / months)) * (net purchases / holdings before - memory of last month)

    A first purchase has no holdings to be compared with and does not change the mean. Parameter `peer_memory`.
    """
    held = holdings_before_bn > 0.0
    rate = np.divide(net_purchases_bn, holdings_before_bn, out=remembered.copy(), where=held)
    return remembered - float(np.expm1(-1.0 / memory_months)) * (rate - remembered)


def peer_buying(buying: Floats, holdings_bn: Floats, group: Codes, bloc: Codes, own_share: float) -> Floats:
    """Recent purchases of each investor's peers over their holdings, share a month, shape (n,).

    peers = own_share * mean over the others of the same group and bloc + (1 - own_share) * mean over all others

    Means are weighted by holdings, as in published totals, and exclude the investor itself. If one of the two groups is
    empty, the other counts alone; if both are, the result is 0. Source: model of herding in
    Borensztein and Gelos (2000); parameter `peer_network_overlap`.
    """
    cell = group.astype(np.intp) * len(Bloc) + bloc
    cells = len(InvestorGroup) * len(Bloc)
    bought = buying * holdings_bn
    holds = holdings_bn > 0.0
    bought_by_cell = np.bincount(cell, weights=bought, minlength=cells)
    held_by_cell = np.bincount(cell, weights=holdings_bn, minlength=cells)
    # Counted, not subtracted: the difference of sums of floats need not be exactly zero.
    members = np.bincount(cell, weights=holds, minlength=cells)
    others = members[cell] > holds
    outside = members.sum() > members
    own: Floats = np.divide(
        bought_by_cell[cell] - bought, held_by_cell[cell] - holdings_bn, out=np.zeros(len(cell)), where=others
    )
    elsewhere = np.divide(
        bought_by_cell.sum() - bought_by_cell, held_by_cell.sum() - held_by_cell, out=np.zeros(cells), where=outside
    )
    share_of_own = np.where(outside, own_share, 1.0)
    weight = np.where(others, share_of_own[cell], 0.0)
    peers: Floats = weight * own + (1.0 - weight) * elsewhere[cell]
    return peers


def shift_by_peers(peers: Floats, spread: float, bound: float, coefficient: float, group: Codes) -> Floats:
    """Log shift of the wanted weight by peers' purchases, shape (n,).

    shift = coefficient * tanh(bound * peers / spread) for those who decide at their own discretion (real money,
    hedged buyers); 0 for reserve managers and benchmark funds, who have a share or an index to follow

    Peers and their long-run spread in shares a month. Source: herding of funds is significant but moderate
    (Borensztein and Gelos, 2000); parameters `peer_coefficient_foreign`, `peer_bound`, `peer_flow_spread`.
    """
    return np.where(group >= int(InvestorGroup.REAL_MONEY), coefficient * np.tanh(bound * peers / spread), 0.0)


def shift_by_trust(trust: Floats, slope: float, group: Codes) -> Floats:
    """Log shift of the wanted weight by trust in the regime, shape (n,).

    shift = slope * trust for all but benchmark funds, who have an index to follow

    Trust is the part of the opening that an investor expects to stay, less that at the end of 2020. Parameter
    `trust_demand`.
    """
    return np.where(group == int(InvestorGroup.BENCHMARK_FUND), 0.0, slope * trust)


def target_terms(
    group_terms: Floats,
    benchmark_gain: Floats,
    geopolitics: Floats,
    group: Codes,
    index_family: Codes,
    bloc: Codes,
    peer_shift: Floats,
    own_view: Floats,
    trust_shift: Floats,
    home_bias: Floats,
) -> Floats:
    """Terms of each investor's log target beside its normal weight, shape (terms, n); see `TARGET_TERMS`.

    `group_terms` has shape (5 terms, 4 groups), `benchmark_gain` (4 families,), `geopolitics` (4 groups, 3 blocs),
    `peer_shift`, `own_view`, `trust_shift` and `home_bias` (n,).
    """
    terms = np.empty((len(TARGET_TERMS), len(group)))
    terms[: len(GROUP_TERMS)] = group_terms.take(group, axis=1)
    terms[len(GROUP_TERMS)] = benchmark_gain[index_family]
    terms[len(GROUP_TERMS) + 1] = geopolitics[group, bloc]
    terms[len(GROUP_TERMS) + 2] = peer_shift
    terms[len(GROUP_TERMS) + 3] = own_view
    terms[len(GROUP_TERMS) + 4] = trust_shift
    terms[len(GROUP_TERMS) + 5] = home_bias
    return terms


def target_log_weight(base_log_weight: Floats, terms: Floats) -> Floats:
    """Log of the wanted share of onshore bonds in assets, shape (n,).

    ln w* = base + sum of the target's terms
    """
    target: Floats = base_log_weight + terms.sum(axis=0)
    return target


def traded_log_gap(gap: Floats, adjustment_speed: Floats, inaction_band: Floats) -> Floats:
    """Part of the log gap to the target that is traded this month, shape (n,).

    trade = speed * gap where |gap| exceeds the inaction band, else 0
    """
    act: Flags = np.abs(gap) > inaction_band
    return np.where(act, adjustment_speed * gap, 0.0)


def traded_log_weight(gap: Floats, index_step: Floats, adjustment_speed: Floats, inaction_band: Floats) -> Floats:
    """Log change of the weight that is traded this month, shape (n,).

    trade = index step + part of the rest of the gap, as in `traded_log_gap`

    A fund trades a change of its index when it happens, not little by little. `index_step` is the month's change of
    the gain from index weights, shape (n,), zero for those without an index.
    """
    return index_step + traded_log_gap(gap - index_step, adjustment_speed, inaction_band)


def exit_speed(adjustment_speed: Floats, friction_ratio: float, elasticity: float) -> Floats:
    """Part of a gap that investors close in a month by selling, by group, shape (4,).

    speed = min(1, adjustment speed * friction ratio ** -elasticity) for those who decide at their own discretion (real
    money, hedged buyers); the usual speed for reserve managers and benchmark funds

    Where money is easier to convert it leaves faster when sentiment turns: openness draws in more money that is ready
    to go (Calvo 1998; Rey 2015). The ratio is the cost of conversion over that of 2020; channel
    `fx_conversion_friction`, parameter `hot_money_elasticity`.
    """
    speed = adjustment_speed.copy()
    speed[InvestorGroup.REAL_MONEY :] *= friction_ratio**-elasticity
    return np.minimum(speed, 1.0)


def held_back(trade: Floats, part_of_sales: float) -> Floats:
    """Log change of the weight where a curb lets only a part of the sales through, shape (n,)."""
    return np.where(trade < 0.0, part_of_sales * trade, trade)


def within_assets(trade: Floats, log_weight: Floats) -> Floats:
    """Log change of the weight that stops where all assets are onshore bonds: min(trade, -log weight)."""
    return np.minimum(trade, -log_weight)


def client_flow(normal: Floats, spread: float, group: Codes) -> Floats:
    """Net inflow from each investor's clients this month over its assets, log, shape (n,).

    flow = spread * z - spread^2 / 2 for those who manage money of others; 0 for reserve managers

    z is a standard normal draw of the investor's own. Parameter `client_flow_spread`.
    """
    return np.where(group == int(InvestorGroup.RESERVE_MANAGER), 0.0, spread * normal - spread**2 / 2.0)


def next_view(view: Floats, normal: Floats, spread: float, persistence: float, group: Codes) -> Floats:
    """View of each investor in the next month, log of the wanted weight, shape (n,).

    view = mean + persistence * (view - mean) + spread * sqrt(1 - persistence^2) * z for those who decide at their own
    discretion (real money, hedged buyers); 0 for the others

    z is a standard normal draw of the investor's own, so that views have the standard deviation `spread`; their mean is
    -spread^2 / 2, so that they change the distribution of holdings, not the mean demand. A persistence of 0 draws a
    first view. Investors disagree about the same data (Giglio and others 2021). Parameters `investor_view_spread`,
    `investor_view_persistence`.
    """
    mean = -(spread**2) / 2.0
    moved = mean + persistence * (view - mean) + spread * float(np.sqrt(1.0 - persistence**2)) * normal
    return np.where(group >= int(InvestorGroup.REAL_MONEY), moved, 0.0)


def entry_by_peers(buying: float, spread: float, bound: float, coefficient: float) -> float:
    """Effect of recent purchases by all present investors on the log rate of entry.

    shift = coefficient * tanh(bound * buying / spread)

    Buying and its long-run spread in shares of holdings a month. Parameters `peer_coefficient_foreign`, `peer_bound`,
    `peer_flow_spread`.
    """
    return coefficient * float(np.tanh(bound * buying / spread))


def entry_rate_per_month(base_rate: float, ready: float, outside: float) -> float:
    """Expected number of institutions that enter in a month.

    rate = base_rate * share of those outside who are ready * those outside, both over 2020

    Parameter `foreign_entry_rate`; the readiness is that of `agents.coordination.ready_ratio`.
    """
    return base_rate * ready * outside
