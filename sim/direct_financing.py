"""Direct financing of a month, in Shanghai and in the country."""

from typing import TYPE_CHECKING

import numpy as np

from agents.issuers import Instrument, exchange_share
from sim.levels import equity_share_of_sse
from sim.securities import SecurityClass

if TYPE_CHECKING:
    from sim.model import FinancialCenter


def direct_financing_bn(centre: "FinancialCenter") -> tuple[float, float]:
    """Direct financing of the month in Shanghai and in the country, CNY bn.

    Corporate and financial bonds, asset-backed securities, commercial paper, equity with follow-ons, REITs and Panda
    bonds; no certificates of deposit and no government bonds. The interbank market and the Shanghai exchange count as
    Shanghai; a part of exchange-traded credit and of main-board equity goes to Shenzhen and Beijing. Issuers of new
    offers choose the exchange; follow-ons stay where the shares are.
    """
    issued = centre.issued_bn
    corporate = issued[Instrument.BOND] + issued[Instrument.GREEN_BOND]
    credit = np.array([centre.financial_bonds_bn, corporate, issued[Instrument.ABS]])
    on_exchange = (
        credit
        @ centre.book.exchange_share_of_issues[[SecurityClass.FINANCIAL, SecurityClass.CORPORATE, SecurityClass.ABS]]
    )
    usual = equity_share_of_sse()
    quicker = centre.channels["listing_lead_time"] / centre.policy.baseline["listing_lead_time"] - 1.0
    chosen = exchange_share(usual, quicker * centre.parameters.queue_mainboard, centre.parameters.queue_disutility)
    centre.exchange_credit_bn = float(on_exchange)
    national = float(
        credit.sum()
        + issued[Instrument.COMMERCIAL_PAPER]
        + issued[Instrument.IPO_MAIN]
        + centre.follow_on_bn
        + issued[Instrument.IPO_STAR]
        + issued[Instrument.REIT]
        + issued[Instrument.PANDA]
    )
    elsewhere = (
        centre.levels.shenzhen_share_of_exchange_credit * on_exchange
        + (1.0 - chosen) * issued[Instrument.IPO_MAIN]
        + (1.0 - usual) * centre.follow_on_bn
        + (1.0 - centre.parameters.reit_share_of_sse) * issued[Instrument.REIT]
    )
    return national - float(elsewhere), national
