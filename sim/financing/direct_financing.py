"""Direct financing of a month, in Shanghai and in the country."""

import numpy as np

from agents.arrays import sum_of_products
from agents.issuers import Instrument, exchange_share
from scenarios.parameters import Parameters
from sim.accounting.securities import SecurityBook, SecurityClass
from sim.base_year.base_year import BaseYear
from sim.base_year.derived import equity_share_of_sse
from sim.component import Changes
from sim.financing.state import DirectFinancing, FinancingConstants, Issuance
from sim.world.policy import Channels


def direct_financing_is_summed(
    parameters: Parameters,
    constants: FinancingConstants,
    base_year: BaseYear,
    channels: Channels,
    book: SecurityBook,
    issuance: Issuance,
    financing: Changes[DirectFinancing],
) -> None:
    """Direct financing of the month is summed."""
    financing.month_bn = direct_financing_bn(parameters, constants, base_year, channels, book, issuance)
    financing.recent_bn.append(financing.month_bn)
    financing.on_exchanges_bn.append(exchange_financing_bn(parameters, constants, base_year, channels, book, issuance))


def direct_financing_bn(
    parameters: Parameters,
    constants: FinancingConstants,
    base_year: BaseYear,
    channels: Channels,
    book: SecurityBook,
    issuance: Issuance,
) -> tuple[float, float]:
    """Direct financing of the month in Shanghai and in the country, CNY bn.

    Corporate and financial bonds, asset-backed securities, commercial paper, equity with follow-ons, REITs and Panda
    bonds; no certificates of deposit and no government bonds. All but sales on other exchanges count as
    Shanghai.
    """
    issued = issuance.issued_bn
    credit = issuance.financial_bonds_bn + issued[[Instrument.BOND, Instrument.GREEN_BOND, Instrument.ABS]].sum()
    equity = issued[[Instrument.IPO_MAIN, Instrument.IPO_STAR, Instrument.REIT]].sum() + issuance.follow_on_bn
    national = float(credit + issued[Instrument.COMMERCIAL_PAPER] + equity + issued[Instrument.PANDA])
    here, everywhere = exchange_financing_bn(parameters, constants, base_year, channels, book, issuance)
    return national - (everywhere - here), national


def exchange_credit_bn(book: SecurityBook, issuance: Issuance) -> float:
    """Bonds and asset-backed securities that are sold on exchanges in the month, CNY bn."""
    issued = issuance.issued_bn
    credit = np.array(
        [
            issuance.financial_bonds_bn,
            issued[Instrument.BOND] + issued[Instrument.GREEN_BOND],
            issued[Instrument.ABS],
        ]
    )
    classes = [SecurityClass.FINANCIAL, SecurityClass.CORPORATE, SecurityClass.ABS]
    return float(sum_of_products(credit, book.exchange_share_of_issues[classes]))


def exchange_share_of_offers(parameters: Parameters, channels: Channels, base_year: BaseYear) -> float:
    """Share of the month's main-board offers that is made in Shanghai."""
    later = parameters.queue_mainboard * (channels.ratio("listing_lead_time") - 1.0)
    return exchange_share(equity_share_of_sse(base_year), later, parameters.queue_disutility)


def exchange_financing_bn(
    parameters: Parameters,
    constants: FinancingConstants,
    base_year: BaseYear,
    channels: Channels,
    book: SecurityBook,
    issuance: Issuance,
) -> tuple[float, float]:
    """Sales on exchanges in the month, on Shanghai's and on all of the country, CNY bn.

    A part of exchange-traded credit and of main-board equity goes to Shenzhen and Beijing. Issuers of new offers choose
    the exchange; follow-ons stay where the shares are.
    """
    issued = issuance.issued_bn
    usual = equity_share_of_sse(base_year)
    chosen = exchange_share_of_offers(parameters, channels, base_year)
    sold = np.array(
        [
            exchange_credit_bn(book, issuance),
            issued[Instrument.IPO_MAIN],
            issuance.follow_on_bn,
            issued[Instrument.IPO_STAR],
            issued[Instrument.REIT],
        ]
    )
    shenzhen = constants.shenzhen_share_of_exchange_credit
    parts = np.array([1.0 - shenzhen, chosen, usual, 1.0, parameters.reit_share_of_sse])
    return float(sum_of_products(sold, parts)), float(sold.sum())
