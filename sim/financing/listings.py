"""Filings wait, list or are stopped; listed firms sell more shares."""

import numpy as np

from agents.arrays import Floats, Integers, rows_where
from agents.authorities import Curb
from agents.draws import Draws, poisson
from agents.institutions import Institutions
from agents.issuers import Instrument, Issuers, ListingRoute, follow_on_rate
from agents.listing_queue import STAGES, next_gate, review_stage_probability, stage_months
from agents.underwriting import placed_first
from scenarios.parameters import Parameters
from sim.accounting.ledger import Account, Ledger
from sim.authorities.state import Curbs
from sim.base_year.base_year import BaseYear
from sim.base_year.derived import equity_share_of_sse
from sim.base_year.model_size import ModelSize
from sim.base_year.sums import LargeDeal
from sim.clock import Clock
from sim.component import Changes
from sim.financing.direct_financing import exchange_share_of_offers
from sim.financing.filing_stages import lead_times_2020, stage_shares, withdrawal_by_route
from sim.financing.provinces import in_delta
from sim.financing.state import (
    FinancingConstants,
    Issuance,
    ListingQueue,
    UsualDeals,
)
from sim.financing.underwriting import capacity_bn
from sim.trading.state import ShareMarket
from sim.world.conditions import equity_return_6m
from sim.world.interactions import Interactions
from sim.world.macro import MacroPath
from sim.world.policy import Channels
from sim.world.shock_values import ShockValues

ON_BOARDS = np.array([0.0, 1.0, 1.0, 0.0])
"""Routes that a suspension of listings stops: main board and STAR."""


def months_by_stage(parameters: Parameters, channels: Channels, shocks: ShockValues, queue: ListingQueue) -> Floats:
    """Mean months in each stage of the queue by route: none, main board, STAR, REIT; shape (4, STAGES).

    The gate of the regulator and of a shock lets more or fewer filings through to the two boards:
    months * exp(-log throughput). `listing_lead_time` shortens their stages; REITs have their own.
    """
    speed = channels.ratio("listing_lead_time")
    speed *= float(np.exp(-shocks["listing_gate"] - queue.log_gate))
    by_route = np.array([1.0, speed, speed, 1.0])
    return stage_months(by_route * lead_times_2020(parameters), stage_shares(parameters))


def lead_times(parameters: Parameters, channels: Channels, shocks: ShockValues, queue: ListingQueue) -> Floats:
    """Expected months from filing to listing by route: none, main board, STAR, REIT.

    While listings are suspended, filers expect to wait until they are approved again.
    """
    months = months_by_stage(parameters, channels, shocks, queue).sum(axis=1)
    return np.asarray(months + queue.suspended_months * ON_BOARDS)


def gate_moves(clock: Clock, parameters: Parameters, draws: Draws, curbs: Curbs, queue: Changes[ListingQueue]) -> None:
    """The regulator lets more or fewer filings through, or none while listings are suspended.

    In the base year and before, its throughput is the usual one.
    """
    if clock.in_base_year:
        return
    queue.suspended_months = curbs.months_left(Curb.LISTINGS)
    innovation = float(draws["issuer.listing_gate"].normals(clock.month, 1)[0])
    queue.log_gate = next_gate(
        queue.log_gate, parameters.listing_gate_persistence, parameters.listing_gate_spread, innovation
    )


def listing_queue_moves(
    clock: Clock,
    parameters: Parameters,
    constants: FinancingConstants,
    draws: Draws,
    channels: Channels,
    shocks: ShockValues,
    interactions: Interactions,
    base_year: BaseYear,
    macro: MacroPath,
    size: ModelSize,
    institutions: Institutions,
    usual: UsualDeals,
    issuers: Changes[Issuers],
    queue: Changes[ListingQueue],
    issuance: Changes[Issuance],
    market: Changes[ShareMarket],
    ledger: Changes[Ledger],
) -> None:
    """Filings pass a stage, list, wait or end; listed firms sell more shares.

    Filings may be withdrawn, or stopped at the end of a stage. Offers that underwriters cannot place in the month wait
    in the last stage, as do all filings for the two boards while listings are suspended.
    """
    month, keys = clock.month, issuers.draw_keys
    waiting, stage = issuers["waiting_for"], issuers["queue_stage"]
    follow_ons = _follow_ons(clock, parameters, constants, draws, macro, issuers, issuance)

    at = rows_where((waiting != int(ListingRoute.NONE)) & (issuers["waiting_months"] > 0.0))
    route, uniform = waiting[at], draws["issuer.listing"].uniform(keys[at], month, count=3)
    passing = review_stage_probability(months_by_stage(parameters, channels, shocks, queue))
    if queue.suspended_months > 0.0:
        passing[:, -1] *= 1.0 - ON_BOARDS
    withdrawal = withdrawal_by_route(parameters)
    weak = parameters.weak_filing_share * channels["gatekeeper_screening"]
    screened = np.array([0.0, weak, weak, 0.0])
    withdrawn = uniform[2] < withdrawal[route]
    passes = ~withdrawn & (uniform[0] < passing[route, stage[at]])
    last = stage[at] == STAGES - 1
    stopped = passes & last & (uniform[1] < screened[route])
    approved = passes & last & ~stopped
    main, star = LargeDeal.MAIN_OFFERS, LargeDeal.STAR_OFFERS
    sizes = constants.deal_sizes_bn
    medians = np.array([0.0, sizes[main], sizes[star], parameters.reit_size])
    factors = np.array([1.0, constants.deal_factor(clock, main), constants.deal_factor(clock, star), 1.0])
    amount = (medians * factors)[route] * _size_factors(clock, parameters, draws, issuers, at)
    listed = approved.copy()
    room = capacity_bn(parameters, interactions, institutions, usual)[1] - follow_ons.sum()
    listed[approved] = placed_first(amount[approved], uniform[1][approved], room)
    issuance.deferred_equity_bn = float(amount[approved & ~listed].sum())
    stage[at] += passes & ~last

    proceeds = np.zeros(len(issuers))
    proceeds[at[listed]] = amount[listed]
    raised_by_route = np.bincount(route, weights=np.where(listed, amount, 0.0), minlength=4)
    mean_size = float(np.exp(0.5 * parameters.listing_size_spread**2))
    in_last = np.bincount(route[last], minlength=4)
    expected = in_last * (1.0 - withdrawal) * passing[:, -1] * (1.0 - screened)
    queue.expected = expected
    issuance.expected_bn[LargeDeal.MAIN_OFFERS] = expected[ListingRoute.MAIN] * medians[ListingRoute.MAIN] * mean_size
    issuance.expected_bn[LargeDeal.STAR_OFFERS] = expected[ListingRoute.STAR] * medians[ListingRoute.STAR] * mean_size
    for count, these in ((queue.listings, listed), (queue.stopped, stopped), (queue.withdrawn, withdrawn)):
        count += np.bincount(route[these], minlength=4)
    issuers["listed_firms"][at[listed & (route != int(ListingRoute.REIT))]] += 1.0 / size.scale
    issuers["waiting_months"][:] += waiting != int(ListingRoute.NONE)
    left = at[listed | stopped | withdrawn]
    waiting[left] = ListingRoute.NONE
    stage[left] = 0
    issuance.issued_bn[Instrument.IPO_MAIN] = raised_by_route[ListingRoute.MAIN]
    issuance.issued_bn[Instrument.IPO_STAR] = raised_by_route[ListingRoute.STAR]
    issuance.issued_bn[Instrument.REIT] = raised_by_route[ListingRoute.REIT]
    issuance.follow_on_bn = float(follow_ons.sum())
    raised = proceeds + follow_ons
    issuance.delta_financing_bn += float(raised[in_delta(issuers)].sum())
    main = exchange_share_of_offers(parameters, channels, base_year) * raised_by_route[ListingRoute.MAIN]
    sold = main + raised_by_route[ListingRoute.STAR] + equity_share_of_sse(base_year) * issuance.follow_on_bn
    market.listed_bn += float(sold)
    market.value_bn += float(sold)
    market.reit_units_bn += float(parameters.reit_share_of_sse * raised_by_route[ListingRoute.REIT])
    fees = raised * parameters.fee_ipo / 100.0
    issuers["cash_bn"][:] += raised - fees
    ledger.pay("equity proceeds", Account.SHAREHOLDERS, Account.ISSUERS, float(raised.sum()))
    ledger.pay("underwriting fee", Account.ISSUERS, Account.UNDERWRITERS, float(fees.sum()))


def _follow_ons(
    clock: Clock,
    parameters: Parameters,
    constants: FinancingConstants,
    draws: Draws,
    macro: MacroPath,
    issuers: Issuers,
    issuance: Changes[Issuance],
) -> Floats:
    """Shares that listed firms sell this month, CNY bn, shape (issuers,)."""
    gain = equity_return_6m(clock, macro)
    rate = follow_on_rate(parameters.follow_on_rate, gain, parameters.ipo_return_sensitivity)
    offers = np.zeros(len(issuers))
    firms = rows_where(issuers["listed_firms"])
    many = rate * issuers["listed_firms"][firms]
    chance = draws["issuer.follow_on"].uniform(issuers.draw_keys[firms], clock.month)
    some = chance > np.exp(-many)  # most sell nothing: the count is worked out for the others only
    sellers = firms[some]
    mean_size = float(np.exp(0.5 * parameters.listing_size_spread**2))
    deal = LargeDeal.FOLLOW_ONS
    median = float(constants.deal_sizes_bn[deal])
    issuance.expected_bn[deal] = rate * float(issuers["listed_firms"].sum()) * median * mean_size
    sizes = _size_factors(clock, parameters, draws, issuers, sellers)
    offers[sellers] = poisson(many[some], chance[some]) * median * constants.deal_factor(clock, deal) * sizes
    return offers


def _size_factors(clock: Clock, parameters: Parameters, draws: Draws, issuers: Issuers, rows: Integers) -> Floats:
    """Size of each issuer's offers over the median, shape (rows,)."""
    normal = draws["issuer.listing_size"].normal(issuers.draw_keys[rows], clock.month)
    return np.asarray(np.exp(parameters.listing_size_spread * normal), dtype=np.float64)
