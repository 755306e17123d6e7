"""Repo as money for bonds: what institutions borrow pays for part of the demand of the country's holders."""

from agents.institutions import Institutions
from sim.banking.leverage import mean_leverage
from sim.bond_market.state import ResidualHolders
from sim.component import Changes


def repo_funds_bond_holders(institutions: Institutions, holders: Changes[ResidualHolders]) -> None:
    """Repo funds holders of bonds.

    Banks and others in the city stand for those of the country. Their leverage decides what pays for the bonds that
    the country's banks and asset managers want next month: own money, and repo against the bonds.
    """
    holders.leverage = mean_leverage(institutions)
