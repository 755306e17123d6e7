"""Rules for platforms: large fintech firms that live from payments and lending to households.

Their growth depends on what rules allow. Rules change at times that nobody knows, in either direction; firms adapt.
"""

import numpy as np

from agents.arrays import Flags, Floats


def is_platform(log_size: Floats, subsidiary: Flags, platform_size: float) -> Flags:
    """Which firms are platforms, shape (n,): at least `platform_size` times an entrant, and of no institution.

    Subsidiaries of institutions are under the rules of their parents. Parameter `platform_size`.
    """
    return np.asarray((log_size >= np.log(platform_size)) & ~subsidiary, dtype=np.bool_)


def rule_change_probability(rate_per_year: float) -> float:
    """Probability that rules for platforms change in a month, 1 - exp(-rate / 12). Parameter `platform_rule_rate`."""
    return float(-np.expm1(-rate_per_year / 12.0))


def next_stance(stance: Floats, change: float, half_life_months: float, lead_time_ratio: Floats) -> Floats:
    """What rules give platforms in growth or, below zero, take from it, log a year, by place, shape (2,).

    stance' = stance * 0.5 ** (1 / months) + change
    months  = half_life, times the lead time against 2020 where the stance is below zero

    Platforms adapt to tighter rules by licensed services in place of forbidden ones, for which they need permission.
    Parameter `platform_rule_half_life`; channel `compliance_lead_time` in Shanghai.
    """
    months = half_life_months * np.where(stance < 0.0, lead_time_ratio, 1.0)
    return np.asarray(stance * 0.5 ** (1.0 / months) + change, dtype=np.float64)
