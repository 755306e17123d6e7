"""The regulatory sandbox: which fintech firms may try out a product under watch, and for how long it helps them."""

import numpy as np

from agents.arrays import Flags, Floats, Integers, rows_where

NOT_ADMITTED = -1
"""Months in the sandbox of a firm that was never admitted."""


def admissions_per_month(slots_per_year: float, lead_time_ratio: float) -> float:
    """Admissions a month: slots / 12 / (lead time over that of 2020).

    The regulator watches as many firms at a time as in 2020. Each stays for the part of the way from prototype to
    permitted launch that runs through the sandbox, so a shorter way makes room for more firms a year. Parameter
    `sandbox_slots`; channel `compliance_lead_time`.
    """
    return slots_per_year / 12.0 / lead_time_ratio


def applicants(in_shanghai: Flags, age_months: Floats, sandbox_months: Integers, age_bound_months: float) -> Integers:
    """Rows of the firms that apply: young ones of Shanghai that were never admitted. Parameter `sandbox_age_bound`."""
    return rows_where(in_shanghai & (age_months <= age_bound_months) & (sandbox_months == NOT_ADMITTED))


def admitted(rows: Integers, merit: Floats, places: int) -> Integers:
    """Rows of the applicants with the highest merit, as many as there are places."""
    if places >= len(rows):
        return rows
    return rows[np.argsort(-merit, kind="stable")[:places]]


def merit(capability: Floats, normal: Floats, weight: float) -> Floats:
    """Merit by which applicants are ranked, shape (n,): weight * capability + sqrt(1 - weight ** 2) * normal.

    `normal` is standard normal, as is capability, and so is merit. Parameter `sandbox_merit_weight`.
    """
    return np.asarray(weight * capability + np.sqrt(1.0 - weight**2) * normal, dtype=np.float64)


def in_sandbox(sandbox_months: Integers, effect_months: float) -> Flags:
    """Whether an admission still helps a firm to raise funds, shape (n,). Parameter `sandbox_effect_months`."""
    return np.asarray((sandbox_months != NOT_ADMITTED) & (sandbox_months < effect_months))
