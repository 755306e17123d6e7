"""Readings of financing: issues, listings, credit and defaults."""

from collections.abc import Callable

import numpy as np

from agents.arrays import sum_of_products
from agents.issuers import ROUNDING_BN, Instrument, IssuerClass, Issuers, ListingRoute
from scenarios.parameters import Parameters
from sim.accounting.record import YEAR, Record
from sim.accounting.securities import COUNTED, SecurityBook
from sim.base_year.base_year import BaseYear
from sim.base_year.model_size import ModelSize
from sim.component import Reading
from sim.financing.issuance import green_spread_pp
from sim.financing.state import (
    Defaults,
    DirectFinancing,
    Issuance,
    ListingQueue,
    PandaProgramme,
    SmallFirmCredit,
)
from sim.world.policy import Channels


def direct_financing(financing: DirectFinancing) -> float:
    """Gross issues on the interbank market and the Shanghai exchange, without certificates and government bonds."""
    return financing.month_bn[0] / 1000.0


def direct_financing_national(financing: DirectFinancing) -> float:
    """Gross issues on the interbank market and all exchanges of the country."""
    return financing.month_bn[1] / 1000.0


def direct_financing_share(financing: DirectFinancing) -> float:
    """Direct financing in Shanghai over that of the country, twelve months."""
    recent = np.sum(financing.recent_bn, axis=0)
    return float(recent[0] / recent[1])


def exchange_financing_share(financing: DirectFinancing) -> float:
    """Bonds and shares sold on the Shanghai exchange over those sold on all exchanges, twelve months."""
    here, everywhere = np.sum(financing.on_exchanges_bn, axis=0)
    return float(here / everywhere)


def direct_financing_net(book: SecurityBook, issuance: Issuance) -> float:
    """National direct financing less redemptions and write-offs."""
    bonds = float((book.gross_bn - book.redeemed_bn - book.defaulted_bn)[COUNTED].sum())
    equity = float(issuance.issued_bn[Instrument.IPO_MAIN : Instrument.REIT + 1].sum()) + issuance.follow_on_bn
    return (bonds + equity) / 1000.0


def issued(instrument: Instrument) -> Callable[[Issuance], float]:
    """Reading of the gross issues of an instrument in the month, CNY bn."""

    def issued_bn(issuance: Issuance) -> float:
        return float(issuance.issued_bn[instrument])

    return issued_bn


def panda_cumulative(panda: PandaProgramme) -> float:
    """Gross issues of Panda bonds since the first as the plan counts them; redemptions are not deducted.

    `panda_issuance` and `panda_outstanding` are those of all onshore venues.
    """
    return panda.cumulative_bn


def equity_financing(issuance: Issuance) -> float:
    """Initial offers and follow-on offers of shares, national."""
    offers = issuance.issued_bn[Instrument.IPO_MAIN] + issuance.issued_bn[Instrument.IPO_STAR]
    return float(offers + issuance.follow_on_bn) / 1000.0


def equity_financing_share(record: Record) -> float:
    """Initial and follow-on offers over national direct financing, twelve months."""
    return sum(record.over_year("equity_financing")) / sum(record.over_year("direct_financing_national"))


def yrd_financing(issuance: Issuance) -> float:
    """Bonds, paper, asset-backed securities, shares and REITs sold by issuers of the Yangtze River Delta."""
    return issuance.delta_financing_bn / 1000.0


def star_new_listings(size: ModelSize, queue: ListingQueue) -> float:
    """Initial offers on the STAR market."""
    return float(queue.listings[ListingRoute.STAR] - queue.opening_star_listings) / size.scale


def star_listings(base_year: BaseYear, size: ModelSize, queue: ListingQueue) -> float:
    """Companies listed on the STAR market: those of the years before and offers since."""
    return base_year.observed("star_listed_2019") + float(queue.listings[ListingRoute.STAR]) / size.scale


def star_proceeds(issuance: Issuance, record: Record) -> float:
    """Proceeds of initial offers on the STAR market since January 2020."""
    return record.before("star_proceeds", 1) + float(issuance.issued_bn[Instrument.IPO_STAR])


def reits_cap(issuance: Issuance, record: Record) -> float:
    """REITs listed since January 2020 at their value at issue."""
    return record.before("reits_cap", 1) + float(issuance.issued_bn[Instrument.REIT])


def green_financing(issuers: Issuers) -> float:
    """Green bonds outstanding."""
    return float(issuers["debt_bn"][Instrument.GREEN_BOND].sum()) / 1000.0


def greenium(parameters: Parameters, channels: Channels) -> float:
    """Cost of an ordinary bond less that of a green bond of the same issuer, label and information included."""
    return -100.0 * green_spread_pp(parameters, channels)


def strategic_credit(issuers: Issuers) -> float:
    """Bank loans outstanding to firms of hard technology."""
    return float(sum_of_products(issuers["debt_bn"][Instrument.LOAN], issuers["hard_technology"]))


def msme_credit(issuers: Issuers) -> float:
    """Bank loans outstanding to small firms."""
    small = issuers["issuer_class"] == int(IssuerClass.MSME)
    return float(sum_of_products(issuers["debt_bn"][Instrument.LOAN], small))


def msme_acceptance_rate(credit: SmallFirmCredit) -> float:
    """Share of the demand of small firms for loans that banks accept."""
    return credit.acceptance_rate


def msme_spread(credit: SmallFirmCredit) -> float:
    """Mean spread over the loan prime rate of loans newly granted to small firms."""
    return 100.0 * credit.loan_spread_pp


def defaults_cumulative(defaults: Defaults) -> float:
    """Firms that have defaulted since January 2020."""
    return float(defaults.count)


def default_rate(issuers: Issuers, defaults: Defaults, record: Record) -> float:
    """Firms that defaulted in twelve months over firms with market debt."""
    months = min(len(record.months) + 1, YEAR)
    indebted = float(issuers["firms"][issuers["debt_bn"][1:].sum(axis=0) > ROUNDING_BN].sum())
    return 100.0 * (defaults.count - record.before("defaults_cumulative", YEAR)) / indebted * (YEAR / months)


READINGS = (
    Reading("direct_financing", "trn yuan per year", "flow", direct_financing),
    Reading("direct_financing_national", "trn yuan per year", "flow", direct_financing_national),
    Reading("direct_financing_share", "share", "ratio", direct_financing_share),
    Reading("exchange_financing_share", "share", "ratio", exchange_financing_share),
    Reading("direct_financing_net", "trn yuan per year", "flow", direct_financing_net),
    Reading("panda_cumulative", "bn yuan, gross, since inception", "stock", panda_cumulative),
    *(
        Reading(name, "bn yuan per year", "flow", issued(instrument), definition=f"Gross issues of {what}")
        for name, instrument, what in (
            ("panda_issuance", Instrument.PANDA, "Panda bonds by foreign issuers"),
            ("green_bond_issuance", Instrument.GREEN_BOND, "green bonds"),
            ("abs_issuance", Instrument.ABS, "asset-backed securities"),
            ("reit_issuance", Instrument.REIT, "real estate investment trusts"),
        )
    ),
    Reading("equity_financing", "trn yuan per year", "flow", equity_financing),
    Reading("equity_financing_share", "share", "ratio", equity_financing_share),
    Reading("yrd_financing", "trn yuan per year", "flow", yrd_financing),
    Reading("star_new_listings", "listings per year", "flow", star_new_listings),
    Reading("star_listings", "companies", "stock", star_listings),
    Reading("star_proceeds", "bn yuan since 2020-01", "stock", star_proceeds),
    Reading("reits_cap", "bn yuan", "stock", reits_cap),
    Reading("green_financing", "trn yuan", "stock", green_financing),
    Reading("greenium", "bp", "ratio", greenium),
    Reading("strategic_credit", "index, 2020 = 100", "stock", strategic_credit, indexed=True),
    Reading("msme_credit", "index, 2020 = 100", "stock", msme_credit, indexed=True),
    Reading("msme_acceptance_rate", "share", "ratio", msme_acceptance_rate),
    Reading("msme_spread", "bp", "ratio", msme_spread),
    Reading("defaults_cumulative", "firms", "stock", defaults_cumulative),
    Reading("default_rate", "percent per year", "ratio", default_rate),
)
