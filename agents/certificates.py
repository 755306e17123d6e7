"""Certificates of deposit: the target stock of each bank, and the effect of a bank failure on stock and price."""

from enum import IntEnum

import numpy as np

from agents.arrays import Codes, Floats, Integers


class BankTier(IntEnum):
    """Kind of bank, by size."""

    LARGE = 0
    JOINT_STOCK = 1
    SMALL = 2


def certificate_target_growth(
    liability_growth_per_month: float, loan_yield_gap_change_pp: float, yield_sensitivity_per_year: float
) -> float:
    """Log growth of the stock of certificates of deposit that banks aim at in a month.

    growth = growth of liabilities + sensitivity / 12 * change of (loan yield - certificate yield) against 2020

    Yields in per cent. Parameters `bank_asset_growth`, `certificate_yield_sensitivity`.
    """
    return liability_growth_per_month + yield_sensitivity_per_year / 12.0 * loan_yield_gap_change_pp


def tenor_weights(usual: Floats, tenor_months: Integers, tilt: float) -> Floats:
    """Shares of tenors in certificates issued, shape (tenors,); they add up to one and none is negative.

    weight = usual weight * exp(tilt * tenor / 12) / sum over tenors

    A positive tilt lengthens certificates, so that they are renewed less often. Parameter `certificate_tenor_weights`.
    """
    weights = usual * np.exp(tilt * tenor_months / 12.0)
    return np.asarray(weights / weights.sum())


def stress_spread_pp(stress: float, spread_bp: Floats) -> Floats:
    """Effect of recent bank failures on the yield of certificates by tier, percentage points, shape (3,).

    spread = bp of the tier for a new failure * stress / 100

    One unit of stress is one small bank that has just failed. Parameters `bank_stress_spread_small` and
    `bank_stress_spread_joint_stock`; large banks pay no premium. Known case: Baoshang, 2019-05.
    """
    return stress * spread_bp / 100.0


def wanted_certificates_bn(usual_bn: Floats, tier: Codes, stress_spread: Floats, flight_per_pp: float) -> Floats:
    """Target stock of certificates of each bank, shape (n,), CNY bn.

    wanted = usual stock * exp(-flight * stress spread of its tier)

    The usual stock grows with liabilities; it comes back once the stress has faded. Spread in percentage points.
    Parameter `certificate_flight`, judgement.
    """
    wanted: Floats = usual_bn * np.take(np.exp(-flight_per_pp * stress_spread), tier)
    return wanted


def certificates_issued_bn(wanted_bn: Floats, stock_bn: Floats) -> Floats:
    """Certificates sold by each bank, shape (n,), CNY bn: max(0, wanted - stock after redemption)."""
    return np.maximum(0.0, wanted_bn - stock_bn)


def faded_stress(stress: float, half_life_months: float) -> float:
    """Stress a month later: stress * 2 ** (-1 / half-life). Parameter `bank_stress_half_life`."""
    return float(stress * 2.0 ** (-1.0 / half_life_months))
