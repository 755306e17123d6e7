"""Banks bring their certificates of deposit to a target stock."""

from typing import TYPE_CHECKING

import numpy as np

from agents.issuers import (
    certificate_target_growth,
)
from sim.ledger import Account
from sim.levels import certificate_weights
from sim.primary_market import redeem, sell_issue
from sim.securities import SecurityClass

if TYPE_CHECKING:
    from sim.model import FinancialCenter


def banks_roll_certificates(centre: "FinancialCenter") -> None:
    """Banks bring their certificates of deposit to a target stock.

    issue = max(0, target - stock after redemption), spread over tenors of 1, 3, 6, 9 and 12 months
    """
    parameters, book = centre.parameters, centre.book
    ladder = centre.certificate_ladder_bn
    slot = centre.month % len(ladder)
    due = float(ladder[slot])
    ladder[slot] = 0.0
    by_class = np.zeros(len(SecurityClass))
    by_class[SecurityClass.CERTIFICATE] = due
    redeem(centre, Account.BANKS, by_class)
    growth = certificate_target_growth(
        parameters.bank_asset_growth / 12.0,
        -book.premium_pp[SecurityClass.CERTIFICATE],
        parameters.certificate_yield_sensitivity,
    )
    stock = float(ladder.sum())
    issue = max(0.0, book.opening_bn[SecurityClass.CERTIFICATE] * np.exp(growth) - stock)
    weights = certificate_weights(parameters, centre.levels)
    for tenor, weight in zip((1, 3, 6, 9, 12), weights, strict=True):
        ladder[(centre.month + tenor) % len(ladder)] += issue * weight
    book.gross_bn[SecurityClass.CERTIFICATE] += issue
    sell_issue(centre, Account.BANKS, issue)
