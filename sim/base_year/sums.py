"""Sums over the simulated base year, on which constants are solved."""

from dataclasses import dataclass, field
from enum import IntEnum

import numpy as np

from agents.arrays import Floats
from agents.issuers import Instrument
from sim.markets import Product


class LargeDeal(IntEnum):
    """Flows of few large deals, whose sum over one year is mostly sampling noise."""

    MAIN_OFFERS = 0
    STAR_OFFERS = 1
    FOLLOW_ONS = 2
    PANDA_BONDS = 3


@dataclass
class BaseYearSums:
    """Flows of the simulated base year so far, and some of its stocks at the last month."""

    issued: Floats = field(default_factory=lambda: np.zeros(len(Instrument)))
    large_deals_bn: Floats = field(default_factory=lambda: np.zeros(len(LargeDeal)))
    expected_bn: Floats = field(default_factory=lambda: np.zeros(len(LargeDeal)))
    expected_listings: Floats = field(default_factory=lambda: np.zeros(4))
    certificates_bn: float = 0.0
    expected_defaults: Floats = field(default_factory=lambda: np.zeros(2))
    """Defaults expected at the month's chances, and at those of the ratings alone."""
    financial_bonds_bn: float = 0.0
    mean_sovereign_bn: float = 0.0
    exchange_credit_bn: float = 0.0
    equity_elsewhere_bn: float = 0.0
    direct_financing_bn: float = 0.0
    direct_financing_national_bn: float = 0.0
    activity: Floats = field(default_factory=lambda: np.zeros(len(Product)))
    foreign_by_group: Floats = field(default_factory=lambda: np.zeros(4))
    leading_fintech: int = 0
    repo_outstanding_bn: float = 0.0
    debt_deals_bn: float = 0.0
    equity_deals_bn: float = 0.0
