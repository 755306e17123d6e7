"""What each plan indicator is meant to measure: a companion that is harder to raise without the function behind it.

Turnover can rise with the churn of overnight repo, gross issuance with the rollover of old debt, and a cumulative total
never falls. A companion beside the indicator shows the gap.
"""

from dataclasses import dataclass

import numpy as np

from agents.issuers import Instrument
from scenarios.parameters import Parameters
from sim.financing.state import DirectFinancing, Issuance
from sim.markets import Product
from sim.securities import SecurityBook, SecurityClass
from sim.trading.state import PriceDiscovery, Turnover

REPO = (Product.INTERBANK_MONEY, Product.SSE_REPO_BONDS_FUNDS)
"""Products that are mostly overnight borrowing against bonds."""
COUNTED = slice(SecurityClass.FINANCIAL, SecurityClass.PANDA + 1)
"""Classes of bonds that direct financing counts."""


@dataclass(frozen=True)
class Companion:
    """A recorded indicator that says what a plan indicator is meant to measure."""

    id: str
    unit: str
    meaning: str


COMPANIONS = {
    "turnover_total": Companion(
        "trading_without_repo",
        "trn yuan a year",
        "Turnover without money market and exchange repo: trading that moves risk, not overnight borrowing",
    ),
    "direct_financing": Companion(
        "direct_financing_net",
        "trn yuan a year",
        "National direct financing less what is repaid or defaults: new money, not the rollover of old debt",
    ),
    "direct_financing_share": Companion(
        "exchange_financing_share",
        "share",
        "Shanghai's share of what is sold on exchanges: the interbank market counts as Shanghai's whoever issues",
    ),
    "foreign_bond_share": Companion(
        "foreign_net_purchases",
        "bn yuan a year",
        "What foreigners bought on balance: a share can also rise because the market shrinks",
    ),
    "panda_cumulative": Companion(
        "panda_outstanding", "bn yuan", "Panda bonds outstanding: a running total never falls, a market can"
    ),
    "shanghai_price_influence": Companion(
        "price_influence_equal_weights",
        "index, 2020 = 100",
        "The four contracts with equal weights: the weights are judgement",
    ),
    "leading_fintech_count": Companion(
        "leading_fintech_absolute",
        "firms",
        "Firms that reach the score of the hundredth of 2020: a rank says nothing of size",
    ),
}
"""Companions by plan indicator."""


def companion_indicators(
    parameters: Parameters,
    book: SecurityBook,
    issuance: Issuance,
    financing: DirectFinancing,
    turnover: Turnover,
    prices: PriceDiscovery,
) -> dict[str, float]:
    """Companions of the month that nothing else records, in their units; flows of the month."""
    traded, issued = turnover.turnover_trn, issuance.issued_bn
    bonds = float((book.gross_bn - book.redeemed_bn - book.defaulted_bn)[COUNTED].sum())
    equity = float(issued[Instrument.IPO_MAIN : Instrument.REIT + 1].sum()) + issuance.follow_on_bn
    here, everywhere = np.sum(financing.on_exchanges_bn, axis=0)
    start = np.array([*parameters.price_discovery_share_2020, parameters.rate_benchmark_share])
    return {
        "trading_without_repo": float(traded.sum() - traded[list(REPO)].sum()),
        "direct_financing_net": (bonds + equity) / 1000.0,
        "exchange_financing_share": float(here / everywhere),
        "panda_outstanding": float(book.outstanding_bn[SecurityClass.PANDA]),
        "price_influence_equal_weights": 100.0 * float(np.exp(np.mean(np.log(prices.shares / start)))),
    }
