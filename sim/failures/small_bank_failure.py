"""Failure of a small bank by a dated shock."""

import numpy as np

from agents.arrays import Floats, Integers, rows_where
from agents.bank_supervision import loss_share_seen_late
from agents.certificates import BankTier
from agents.institutions import Institutions, Sector
from agents.issuers import Issuers
from scenarios.parameters import Parameters
from sim.accounting.securities import SecurityBook
from sim.banking.state import InterbankClaims
from sim.bond_market.state import BankStress
from sim.clock import Clock
from sim.component import Changes
from sim.failures.bank_issuer_failure import bank_issuer_fails
from sim.failures.institution_failure import bank_fails
from sim.failures.state import BankFailures
from sim.financing.state import Defaults
from sim.institutions.state import Adopters, EquityFlows, ManagedMoney, SeatFlows
from sim.side_markets.private_funds import Commitments
from sim.world.policy import Channels
from sim.world.shock_values import ShockValues


def small_banks_fail(
    clock: Clock,
    parameters: Parameters,
    channels: Channels,
    shocks: ShockValues,
    issuers: Changes[Issuers],
    institutions: Changes[Institutions],
    claims: Changes[InterbankClaims],
    failures: Changes[BankFailures],
    seats: Changes[SeatFlows],
    managed: Changes[ManagedMoney],
    adopters: Changes[Adopters],
    commitments: Changes[Commitments],
    equity_flows: Changes[EquityFlows],
    book: Changes[SecurityBook],
    defaults: Changes[Defaults],
    stress: Changes[BankStress],
) -> None:
    """A small bank fails if a shock demands it.

    In a month with a shock `small_bank_failure` one small bank fails, as an issuer and as an institution.

    Among issuers it is the one of the small banks with the median stock of certificates, of which the size of the
    shock is lost; among institutions of the city the bank with the median assets of the smaller half.
    """
    loss_share = min(shocks["small_bank_failure"], 1.0)
    if loss_share <= 0.0:
        return
    loss_share = loss_share_seen_late(
        loss_share,
        channels["risk_detection_lag"],
        channels.baseline("risk_detection_lag"),
        parameters.detection_loss_elasticity,
    )
    small = rows_where(issuers["bank_tier"] == int(BankTier.SMALL))
    row = middle_row(small, issuers["usual_certificates_bn"][small])
    bank_issuer_fails(issuers, book, defaults, stress, row, loss_share)
    banks = rows_where(institutions["sector"] == int(Sector.BANK))
    assets = institutions["assets_bn"][banks]
    smaller = assets <= np.median(assets)
    bank = middle_row(banks[smaller], assets[smaller])
    bank_fails(
        clock, parameters, institutions, claims, failures, seats, managed, adopters, commitments, equity_flows, bank
    )


def middle_row(rows: Integers, values: Floats) -> int:
    """Row with the middle value; the lower one of two."""
    return int(rows[np.argsort(values, kind="stable")[(len(rows) - 1) // 2]])
