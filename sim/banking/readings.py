"""Readings of banks and of institutions that borrow repo."""

from agents.institutions import Institutions
from sim.accounting.securities import SecurityBook
from sim.banking.leverage import repo_outstanding_bn
from sim.banking.state import BankingConstants
from sim.component import Reading


def repo_outstanding(institutions: Institutions, book: SecurityBook) -> float:
    """Repo outstanding in the interbank market of the country."""
    return repo_outstanding_bn(institutions, book)[0] / 1000.0


def repo_leverage(constants: BankingConstants, institutions: Institutions) -> float:
    """Repo borrowed over bonds held by the borrowers, against the normal ratio of 2020."""
    borrower = institutions["normal_leverage"] > 0.0
    ratio = institutions["repo_borrowed_bn"].sum() / institutions["bonds_bn"][borrower].sum()
    return float(ratio / constants.repo_leverage) * 100.0


def leverage(institutions: Institutions) -> float:
    """Assets over equity of institutions in the city, mean weighted by assets."""
    assets, equity = institutions["assets_bn"], institutions["equity_bn"]
    return float((assets**2 / equity).sum() / assets.sum())


def interbank_exposures(institutions: Institutions) -> float:
    """Interbank loans outstanding among institutions of the city."""
    return float(institutions["interbank_lent_bn"].sum())


READINGS = (
    Reading("repo_outstanding", "trn yuan", "stock", repo_outstanding),
    Reading("repo_leverage", "index, normal ratio of 2020 = 100", "ratio", repo_leverage),
    Reading("leverage", "ratio", "ratio", leverage),
    Reading("interbank_exposures", "bn yuan", "stock", interbank_exposures),
)
