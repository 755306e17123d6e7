"""Filings wait, list or are stopped; listed firms sell more shares."""

from typing import TYPE_CHECKING

import numpy as np

from agents.arrays import Floats
from agents.draws import poisson
from agents.issuers import Instrument, ListingRoute, follow_on_rate
from agents.listing_queue import STAGES, next_gate, stage_months, stage_probability
from agents.underwriting import placed_first
from scenarios.calendar import BASELINE
from sim.ledger import Account
from sim.levels import Lump, lead_times_2020, stage_shares, withdrawal_by_route
from sim.starting_point import in_delta
from sim.trading.state import ForeignShareholdings
from sim.underwriting import capacity_bn

if TYPE_CHECKING:
    from sim.model import FinancialCenter


def months_by_stage(centre: "FinancialCenter") -> Floats:
    """Mean months in each stage of the queue by route: none, main board, STAR, REIT; shape (4, STAGES).

    The gate of the regulator and of a shock lets more or fewer filings through to the two boards:
    months * exp(-log throughput). `listing_lead_time` shortens their stages; REITs have their own.
    """
    parameters = centre.parameters
    speed = centre.channels["listing_lead_time"] / centre.policy.baseline["listing_lead_time"]
    speed *= float(np.exp(-centre.listing_gate_shift - centre.log_listing_gate))
    by_route = np.array([1.0, speed, speed, 1.0])
    return stage_months(by_route * lead_times_2020(parameters), stage_shares(parameters))


def lead_times(centre: "FinancialCenter") -> Floats:
    """Expected months from filing to listing by route: none, main board, STAR, REIT."""
    return np.asarray(months_by_stage(centre).sum(axis=1))


def gate_moves(centre: "FinancialCenter") -> None:
    """The regulator lets more or fewer filings through for a while; in 2020 and before its throughput was usual."""
    parameters = centre.parameters
    if centre.month <= BASELINE:
        return
    innovation = float(centre.luck.listing_gate.normals(centre.month, 1)[0])
    centre.log_listing_gate = next_gate(
        centre.log_listing_gate, parameters.listing_gate_persistence, parameters.listing_gate_spread, innovation
    )


def listing_queue_moves(centre: "FinancialCenter") -> None:
    """Filings pass a stage, are withdrawn, stopped at its end or listed as underwriters can place them.

    Listed firms may sell more shares. What underwriters cannot place in the month waits in the last stage.
    """
    issuers, parameters, levels = centre.issuers, centre.parameters, centre.levels
    month, keys = centre.month, issuers.luck
    waiting, stage = issuers["waiting_for"], issuers["queue_stage"]
    spread = np.exp(parameters.listing_size_spread * centre.luck.listing_size.normal(keys, month))
    follow_ons = _follow_ons(centre, spread)

    at = np.flatnonzero((waiting != ListingRoute.NONE) & (issuers["waiting_months"] > 0.0))
    route, luck = waiting[at], centre.luck.listing.uniform(keys[at], month, count=3)
    passing = stage_probability(months_by_stage(centre))
    withdrawal = withdrawal_by_route(parameters)
    weak = parameters.weak_filing_share * centre.channels["gatekeeper_screening"]
    screened = np.array([0.0, weak, weak, 0.0])
    withdrawn = luck[2] < withdrawal[route]
    passes = ~withdrawn & (luck[0] < passing[route, stage[at]])
    last = stage[at] == STAGES - 1
    stopped = passes & last & (luck[1] < screened[route])
    approved = passes & last & ~stopped
    medians = np.array(
        [0.0, levels.listing_size_main_bn, levels.listing_size_star_bn, parameters.reit_size / centre.scale]
    )
    lumps = np.array([1.0, centre.lump(Lump.MAIN_OFFERS), centre.lump(Lump.STAR_OFFERS), 1.0])
    amount = (medians * lumps)[route] * spread[at]
    listed = approved.copy()
    listed[approved] = placed_first(amount[approved], luck[1][approved], capacity_bn(centre)[1] - follow_ons.sum())
    centre.deferred_bn["equity"] = float(amount[approved & ~listed].sum())
    stage[at] += passes & ~last

    proceeds = np.zeros(len(issuers))
    proceeds[at[listed]] = amount[listed]
    raised_by_route = np.bincount(route, weights=np.where(listed, amount, 0.0), minlength=4)
    mean_size = float(np.exp(0.5 * parameters.listing_size_spread**2))
    in_last = np.bincount(route[last], minlength=4)
    expected = in_last * (1.0 - withdrawal) * passing[:, -1] * (1.0 - screened)
    centre.expected_listings = expected
    centre.expected_bn[Lump.MAIN_OFFERS] = expected[ListingRoute.MAIN] * medians[ListingRoute.MAIN] * mean_size
    centre.expected_bn[Lump.STAR_OFFERS] = expected[ListingRoute.STAR] * medians[ListingRoute.STAR] * mean_size
    for count, these in ((centre.listings, listed), (centre.stopped, stopped), (centre.withdrawn, withdrawn)):
        count += np.bincount(route[these], minlength=4)
    issuers["listed_firms"][at[listed & (route != ListingRoute.REIT)]] += 1.0 / centre.scale
    issuers["waiting_months"][:] += waiting != ListingRoute.NONE
    left = at[listed | stopped | withdrawn]
    waiting[left] = ListingRoute.NONE
    stage[left] = 0
    centre.issued_bn[Instrument.IPO_MAIN] = raised_by_route[ListingRoute.MAIN]
    centre.issued_bn[Instrument.IPO_STAR] = raised_by_route[ListingRoute.STAR]
    centre.issued_bn[Instrument.REIT] = raised_by_route[ListingRoute.REIT]
    centre.follow_on_bn = float(follow_ons.sum())
    raised = proceeds + follow_ons
    centre.delta_financing_bn += float(raised[in_delta(centre)].sum())
    centre.state(ForeignShareholdings).market_value_bn += float(raised.sum())
    fees = raised * parameters.fee_ipo / 100.0
    issuers["cash_bn"][:] += raised - fees
    centre.ledger.pay("equity proceeds", Account.SHAREHOLDERS, Account.ISSUERS, float(raised.sum()))
    centre.ledger.pay("underwriting fee", Account.ISSUERS, Account.UNDERWRITERS, float(fees.sum()))


def _follow_ons(centre: "FinancialCenter", spread: Floats) -> Floats:
    """Shares that listed firms sell this month, CNY bn, shape (issuers,)."""
    issuers, parameters, levels = centre.issuers, centre.parameters, centre.levels
    rate = follow_on_rate(parameters.follow_on_rate, centre.equity_return_6m, parameters.ipo_return_sensitivity)
    offers = np.zeros(len(issuers))
    firms = np.flatnonzero(issuers["listed_firms"])
    many = rate * issuers["listed_firms"][firms]
    chance = centre.luck.follow_on.uniform(issuers.luck[firms], centre.month)
    some = chance > np.exp(-many)  # most sell nothing: the count is worked out for the others only
    offers[firms[some]] = poisson(many[some], chance[some])
    mean_size = float(np.exp(0.5 * parameters.listing_size_spread**2))
    centre.expected_bn[Lump.FOLLOW_ONS] = (
        rate * float(issuers["listed_firms"].sum()) * levels.follow_on_size_bn * mean_size
    )
    return offers * levels.follow_on_size_bn * centre.lump(Lump.FOLLOW_ONS) * spread
