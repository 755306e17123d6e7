"""Filings wait, list or are stopped; listed firms sell more shares."""

from typing import TYPE_CHECKING

import numpy as np

from agents.arrays import Floats
from agents.draws import poisson
from agents.issuers import (
    Instrument,
    ListingRoute,
    follow_on_rate,
    listing_probability,
)
from sim.ledger import Account
from sim.levels import Lump

if TYPE_CHECKING:
    from sim.model import FinancialCenter


def lead_times(centre: "FinancialCenter") -> Floats:
    """Expected months from filing to listing by route: none, main board, STAR, REIT.

    The gate of a shock lets more or fewer filings through to the two boards: months * exp(-shift of log throughput).
    """
    parameters, channels = centre.parameters, centre.channels
    speed = channels["listing_lead_time"] / centre.policy.baseline["listing_lead_time"]
    speed *= float(np.exp(-centre.listing_gate_shift))
    return np.array(
        [1.0, parameters.queue_mainboard * speed, sum(parameters.queue_star) / 30.4 * speed, parameters.queue_reit]
    )


def listing_queue_moves(centre: "FinancialCenter") -> None:
    """Filed issuers list, wait or are stopped; listed firms may sell more shares."""
    issuers, parameters, levels = centre.issuers, centre.parameters, centre.levels
    month, keys = centre.month, issuers.luck
    waiting = issuers["waiting_for"]
    ready = (waiting != ListingRoute.NONE) & (issuers["waiting_months"] > 0.0)
    luck = centre.luck.listing.uniform(keys, month, count=2)
    by_route = listing_probability(lead_times(centre))
    weak = parameters.weak_filing_share * centre.channels["gatekeeper_screening"]
    screened = np.array([0.0, weak, weak, 0.0])
    leaves = ready & (luck[0] < by_route[waiting])
    stopped = leaves & (luck[1] < screened[waiting])
    listed = leaves & ~stopped
    spread = np.exp(parameters.listing_size_spread * centre.luck.listing_size.normal(keys, month))
    medians = np.array([0.0, levels.listing_size_main_bn, levels.listing_size_star_bn, parameters.reit_size])
    lumps = np.array([1.0, centre.lump(Lump.MAIN_OFFERS), centre.lump(Lump.STAR_OFFERS), 1.0])
    proceeds = np.where(listed, (medians * lumps)[waiting] * spread, 0.0)
    raised_by_route = np.bincount(waiting, weights=proceeds, minlength=4)
    mean_size = float(np.exp(0.5 * parameters.listing_size_spread**2))
    expected = np.bincount(waiting[ready], minlength=4) * by_route * (1.0 - screened)
    centre.expected_listings = expected
    centre.expected_bn[Lump.MAIN_OFFERS] = expected[ListingRoute.MAIN] * medians[ListingRoute.MAIN] * mean_size
    centre.expected_bn[Lump.STAR_OFFERS] = expected[ListingRoute.STAR] * medians[ListingRoute.STAR] * mean_size
    for way in (ListingRoute.MAIN, ListingRoute.STAR, ListingRoute.REIT):
        centre.listings[way] += int((listed & (waiting == way)).sum())
        centre.stopped[way] += int((stopped & (waiting == way)).sum())
    issuers["listed_firms"][:] += listed & (waiting != ListingRoute.REIT)
    issuers["waiting_months"][:] += waiting != ListingRoute.NONE
    waiting[leaves] = ListingRoute.NONE
    centre.issued_bn[Instrument.IPO_MAIN] = raised_by_route[ListingRoute.MAIN]
    centre.issued_bn[Instrument.IPO_STAR] = raised_by_route[ListingRoute.STAR]
    centre.issued_bn[Instrument.REIT] = raised_by_route[ListingRoute.REIT]

    rate = follow_on_rate(parameters.follow_on_rate, centre.equity_return_6m, parameters.ipo_return_sensitivity)
    offers = np.zeros(len(issuers))
    firms = np.flatnonzero(issuers["listed_firms"])
    many = rate * issuers["listed_firms"][firms]
    chance = centre.luck.follow_on.uniform(keys[firms], month)
    some = chance > np.exp(-many)  # most sell nothing: the count is worked out for the others only
    offers[firms[some]] = poisson(many[some], chance[some])
    more = offers * levels.follow_on_size_bn * centre.lump(Lump.FOLLOW_ONS) * spread
    centre.expected_bn[Lump.FOLLOW_ONS] = (
        rate * float(issuers["listed_firms"].sum()) * levels.follow_on_size_bn * mean_size
    )
    centre.follow_on_bn = float(more.sum())
    raised = proceeds + more
    fees = raised * parameters.fee_ipo / 100.0
    issuers["cash_bn"][:] += raised - fees
    centre.ledger.pay("equity proceeds", Account.SHAREHOLDERS, Account.ISSUERS, float(raised.sum()))
    centre.ledger.pay("underwriting fee", Account.ISSUERS, Account.UNDERWRITERS, float(fees.sum()))
