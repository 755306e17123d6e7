"""Dated shocks in a month: what rules read of them, and the failure of a small bank."""

from typing import TYPE_CHECKING

import numpy as np

from agents.arrays import Floats, Integers
from agents.bank_supervision import loss_share_seen_late
from agents.certificates import BankTier
from agents.institutions import Sector
from sim.bank_failures import bank_issuer_fails
from sim.banking.failure import bank_fails
from sim.component import Part

if TYPE_CHECKING:
    from sim.model import FinancialCenter


def small_banks_fail(centre: "FinancialCenter") -> None:
    """In a month with a shock `small_bank_failure` one small bank fails, as an issuer and as an institution.

    Among issuers it is the one of the small banks with the median stock of certificates, of which the size of the
    shock is lost; among institutions of the city the bank with the median assets of the smaller half.
    """
    loss_share = min(centre.shock["small_bank_failure"], 1.0)
    if loss_share <= 0.0:
        return
    loss_share = loss_share_seen_late(
        loss_share,
        centre.channels["risk_detection_lag"],
        centre.policy.baseline["risk_detection_lag"],
        centre.parameters.detection_loss_elasticity,
    )
    issuers, institutions = centre.issuers, centre.institutions
    small = np.flatnonzero(issuers["bank_tier"] == BankTier.SMALL)
    bank_issuer_fails(centre, middle_row(small, issuers["usual_certificates_bn"][small]), loss_share)
    banks = np.flatnonzero(institutions["sector"] == Sector.BANK)
    assets = institutions["assets_bn"][banks]
    smaller = assets <= np.median(assets)
    Part(bank_fails).on(centre.states_now(), middle_row(banks[smaller], assets[smaller]))


def middle_row(rows: Integers, values: Floats) -> int:
    """Row with the middle value; the lower one of two."""
    return int(rows[np.argsort(values, kind="stable")[(len(rows) - 1) // 2]])


def shocks_strike(centre: "FinancialCenter") -> None:
    """The month's shocks are known: rules read them from `centre.shock`, the listing gate as a shift of its own."""
    centre.shock = centre.shock_paths.at(centre.month)
    centre.listing_gate_shift = centre.shock["listing_gate"]
