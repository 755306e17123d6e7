"""Issuance of certificates of deposit towards the target stock of each bank."""

from functools import cache

import numpy as np

from agents.arrays import Codes, Floats, rows_where
from agents.bank_supervision import stress_half_life_months
from agents.certificates import (
    BankTier,
    certificate_target_growth,
    certificates_issued_bn,
    faded_stress,
    stress_spread_pp,
    tenor_weights,
    wanted_certificates_bn,
)
from agents.issuers import CERTIFICATE_MONTHS, Issuers
from scenarios.parameters import Parameters
from sim.accounting.ledger import Account, Ledger
from sim.accounting.securities import SecurityBook, SecurityClass
from sim.base_year.base_year import BaseYear
from sim.base_year.tables import table
from sim.bond_market.primary_market import redeem, sell_issue
from sim.bond_market.state import BankStress, BondMarketConstants, ResidualHolders
from sim.clock import Clock
from sim.component import Changes
from sim.world.policy import Channels

TENORS = (1, 3, 6, 9, 12)
"""Tenors of certificates, months."""


def certificate_weights(parameters: Parameters, constants: BondMarketConstants) -> Floats:
    """Shares of tenors 1, 3, 6, 9 and 12 months in certificates issued, shape (5,)."""
    return tenor_weights(
        np.array(parameters.certificate_tenor_weights), np.array(TENORS), constants.certificate_tenor_tilt
    )


@cache
def bank_tiers() -> dict[str, Floats]:
    """Number of banks, share of certificates and spread over large banks in bp, each by tier, shape (3,)."""
    rows = {row["tier"]: row for row in table("bank_tiers")}
    names = ("banks", "certificate_share", "spread_2020_bp")
    return {name: np.array([float(rows[tier.name][name]) for tier in BankTier]) for name in names}


def tier_by_rank(rank: Floats) -> Codes:
    """Tier of banks by their rank, 0 for the largest and 1 for the smallest, shape (n,); no tier is empty."""
    count = len(rank)
    place = np.argsort(np.argsort(rank))
    part = np.cumsum(bank_tiers()["banks"]) / bank_tiers()["banks"].sum()
    first = np.maximum(np.round(part[:-1] * count), [1, 2])
    return np.searchsorted(first, place, side="right").astype(np.int8)


def certificates_2019_bn(base_year: BaseYear, tier: Codes, size: Floats) -> Floats:
    """Certificates of each bank at end-2019, shape (n,), CNY bn: those of its tier in proportion to its size."""
    of_tier = np.bincount(tier, weights=size, minlength=len(BankTier))
    share = bank_tiers()["certificate_share"] / bank_tiers()["certificate_share"].sum()
    return base_year.observed("ncd_outstanding_2019") * np.take(share / of_tier, tier) * size


def certificate_ladder(parameters: Parameters, constants: BondMarketConstants, stock_bn: Floats, month: int) -> Floats:
    """Certificates by month of maturity in the steady state of the tenor mix, shape (slots, n), CNY bn."""
    weights = certificate_weights(parameters, constants)
    ahead = np.arange(1, CERTIFICATE_MONTHS)
    shape = np.array([weights[np.array(TENORS) >= month_ahead].sum() for month_ahead in ahead])
    ladder = np.zeros((CERTIFICATE_MONTHS, len(stock_bn)))
    ladder[(month + ahead) % CERTIFICATE_MONTHS] = (shape / shape.sum())[:, None] * stock_bn
    return ladder


def banks_roll_certificates(
    clock: Clock,
    parameters: Parameters,
    constants: BondMarketConstants,
    channels: Channels,
    issuers: Changes[Issuers],
    book: Changes[SecurityBook],
    holders: Changes[ResidualHolders],
    ledger: Changes[Ledger],
    bank_stress: Changes[BankStress],
) -> None:
    """Banks renew certificates of deposit.

    They repay those of the month and sell new ones up to their target stock.

    Sales are spread over tenors of 1, 3, 6, 9 and 12 months. Recent bank failures raise the yield of small banks'
    certificates and reduce their volume.
    """
    rows = rows_where(issuers["bank_tier"] >= 0)
    tier = issuers["bank_tier"][rows]
    ladder = issuers["certificates_bn"][:, rows]
    slot = clock.month % CERTIFICATE_MONTHS
    by_class = np.zeros(len(SecurityClass))
    by_class[SecurityClass.CERTIFICATE] = ladder[slot].sum()
    ladder[slot] = 0.0
    redeem(book, ledger, Account.BANKS, by_class)
    growth = certificate_target_growth(
        parameters.bank_asset_growth / 12.0,
        -float(book.yield_premia_pp()[SecurityClass.CERTIFICATE]),
        parameters.certificate_yield_sensitivity,
    )
    issuers["usual_certificates_bn"][rows] *= np.exp(growth)
    stress = stress_spread_pp(
        bank_stress.stress,
        np.array([0.0, parameters.bank_stress_spread_joint_stock, parameters.bank_stress_spread_small]),
    )
    bank_stress.certificate_spread_pp = bank_tiers()["spread_2020_bp"] / 100.0 + stress
    issue = certificates_issued_bn(
        wanted_certificates_bn(issuers["usual_certificates_bn"][rows], tier, stress, parameters.certificate_flight),
        ladder.sum(axis=0),
    )
    weights = certificate_weights(parameters, constants)
    for tenor, weight in zip(TENORS, weights, strict=True):
        ladder[(clock.month + tenor) % CERTIFICATE_MONTHS] += issue * weight
    issuers["certificates_bn"][:, rows] = ladder
    sold = float(issue.sum())
    book.gross_bn[SecurityClass.CERTIFICATE] += sold
    sell_issue(holders, ledger, Account.BANKS, sold)
    half_life = stress_half_life_months(
        parameters.bank_stress_half_life,
        channels["resolution_lag"],
        channels.baseline("resolution_lag"),
    )
    bank_stress.stress = faded_stress(bank_stress.stress, half_life)
