"""States of the bond market beside the book of securities."""

from dataclasses import dataclass, field

import numpy as np

from agents.arrays import Floats
from sim.clock import Clock
from sim.macro import MacroPath
from sim.securities import SecurityBook, SecurityClass


@dataclass
class ResidualHolders:
    """Banks and asset managers, who hold the bonds that foreigners do not hold."""

    size: Floats = field(default_factory=lambda: np.ones(2))
    """Size of banks and of asset managers over that of the base year."""
    bank_share_of_purchases: float = 0.0


@dataclass
class GovernmentYield:
    """What moves the ten-year government yield beside the path of world finance, percentage points."""

    foreign_impact_pp: float = 0.0
    """Effect of the share that foreigners hold."""
    last_month_pct: float = 0.0
    change_1m_pp: float = 0.0
    """Change of the yield over the month."""


@dataclass
class ForeignFlow:
    """Net purchases of bonds by foreigners, CNY bn a month."""

    net_purchases_bn: float = 0.0
    base_year_bn: float = 0.0
    """Mean of the base year, as observed."""


def china_yield_pct(clock: Clock, macro: MacroPath, book: SecurityBook, government: GovernmentYield) -> float:
    """Ten-year government yield with the effects of foreign holdings and public supply, per cent."""
    return float(
        macro.china_yield_pct[macro.position(clock.month)]
        + government.foreign_impact_pp
        + book.premium_pp[SecurityClass.SOVEREIGN]
    )
