"""Redemptions and new issues: payers and receivers."""

import numpy as np

from agents.arrays import Floats
from sim.accounting.ledger import Account, Ledger
from sim.accounting.securities import Holder, SecurityBook
from sim.bond_market.state import ResidualHolders
from sim.component import Changes

HOLDER_ACCOUNT = {
    Holder.FOREIGN: Account.FOREIGN_INVESTORS,
    Holder.BANKS: Account.BANKS,
    Holder.ASSET_MANAGERS: Account.ASSET_MANAGERS,
}


def redeem(book: Changes[SecurityBook], ledger: Changes[Ledger], payer: Account, by_class_bn: Floats) -> None:
    """Repay securities; every holder gets its share of each class."""
    book.redeemed_bn += by_class_bn
    with np.errstate(invalid="ignore", divide="ignore"):
        rate = np.where(book.opening_bn > 0.0, by_class_bn / book.opening_bn, 0.0)
    for holder, account in HOLDER_ACCOUNT.items():
        ledger.pay("redemption", payer, account, float((book.opening_holdings_bn[holder] * rate).sum()))


def sell_issue(holders: Changes[ResidualHolders], ledger: Changes[Ledger], seller: Account, amount_bn: float) -> None:
    """Residual holders pay for a new issue, in proportion to their holdings of all bonds."""
    share = holders.bank_share_of_purchases
    ledger.pay("issue proceeds", Account.BANKS, seller, amount_bn * share)
    ledger.pay("issue proceeds", Account.ASSET_MANAGERS, seller, amount_bn * (1.0 - share))
    holders.paid_by_banks_bn += amount_bn * share
