"""The ledger: every flow of money has a payer and a receiver."""

from collections import defaultdict
from enum import IntEnum

import numpy as np

from agents.arrays import Floats


class Account(IntEnum):
    """Sectors between which money flows."""

    GOVERNMENT = 0
    ISSUERS = 1
    FOREIGN_ISSUERS = 2
    BANKS = 3
    ASSET_MANAGERS = 4
    FOREIGN_INVESTORS = 5
    UNDERWRITERS = 6
    SHAREHOLDERS = 7
    REAL_ECONOMY = 8
    REST_OF_WORLD = 9


class Ledger:
    """Flows of the current month, and the cash that each account gained since the start."""

    def __init__(self) -> None:
        self.cash_bn: Floats = np.zeros(len(Account))
        self.month_cash_bn: Floats = np.zeros(len(Account))
        self.flows: dict[tuple[str, Account, Account], float] = defaultdict(float)

    def open_month(self) -> None:
        """Forget the flows of the month before."""
        self.flows.clear()
        self.month_cash_bn[:] = 0.0

    def pay(self, what: str, payer: Account, receiver: Account, amount_bn: float) -> None:
        """Book a payment; a negative amount is refused because it would hide payer and receiver.

        Raises
        ------
        ValueError
            If the amount is negative or not a finite number.
        """
        if not 0.0 <= amount_bn < np.inf:
            raise ValueError(f"payment '{what}' from {payer.name} to {receiver.name} is {amount_bn}")
        self.flows[what, payer, receiver] += amount_bn
        self.month_cash_bn[payer] -= amount_bn
        self.month_cash_bn[receiver] += amount_bn
        self.cash_bn[payer] -= amount_bn
        self.cash_bn[receiver] += amount_bn

    def trade(self, what: str, buyer: Account, seller: Account, amount_bn: float) -> None:
        """Book a purchase at face value; a negative amount is a sale back by the buyer."""
        if amount_bn >= 0.0:
            self.pay(what, buyer, seller, amount_bn)
        else:
            self.pay(what, seller, buyer, -amount_bn)

    def net(self, what: str, payer: Account) -> float:
        """Payments of an account in the month under one name less its receipts, CNY bn."""
        paid = sum(amount for (name, by, _), amount in self.flows.items() if name == what and by == payer)
        got = sum(amount for (name, _, to), amount in self.flows.items() if name == what and to == payer)
        return paid - got

    def total(self, what: str) -> float:
        """Sum of the month's flows with one name, CNY bn."""
        return sum(amount for (name, _, _), amount in self.flows.items() if name == what)
