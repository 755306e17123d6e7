"""Defaults and their effects: higher spreads in the same industry and province, and distress.

An issuer whose market debt falls due while its spread is high, or whose need goes unmet for months, defaults more
often. Unexpected write-offs raise spreads, with an effect that halves within some months.
"""

import numpy as np

from agents.arrays import Codes, Flags, Floats, Integers

NO_PROVINCE = -1
"""Code of issuers that belong to no province. Spreads by province carry a last place for them, always zero."""


def rollover_pressure(due_bn: Floats, debt_bn: Floats) -> Floats:
    """Refinancing pressure of an issuer this month, 0..1, shape (n,): min(1, 12 * market debt due / market debt).

    One stands for a twelfth of the market debt or more, CNY bn.
    """
    return np.minimum(1.0, 12.0 * due_bn / np.maximum(debt_bn, np.finfo(np.float64).tiny))


def log_default_terms(
    pressure: Floats, spread_pp: Floats, distressed: Flags, rollover_sensitivity: float, distress_multiplier: float
) -> tuple[Floats, Floats]:
    """Effects of rollover and distress on the log of an issuer's default rate, two arrays of shape (n,).

    rollover = sensitivity * pressure * contagion spread;   distress = ln(multiplier) where distressed

    Pressure 0..1, spread in percentage points. Parameters `rollover_default_sensitivity`, `distress_multiplier`;
    the sign is that of He and Xiong (2012), the sizes are judgement.
    """
    return rollover_sensitivity * pressure * spread_pp, np.where(distressed, np.log(distress_multiplier), 0.0)


def default_probability(rate_per_year: Floats, log_multiplier: Floats | float = 0.0) -> Floats:
    """Monthly probability of default, shape (n,): 1 - (1 - rate) ** (exp(log multiplier) / 12).

    Without a multiplier twelve months make the yearly rate. Parameter `default_rate`.
    """
    return np.asarray(1.0 - (1.0 - rate_per_year) ** (np.exp(log_multiplier) / 12.0))


def felt_losses_pct(
    felt_pct: Floats, written_off_bn: Floats, expected_bn: Floats, debt_bn: Floats, half_life_months: float
) -> Floats:
    """Discounted sum of unexpected losses of a group of issuers, per cent of its market debt, shape (groups,).

    felt = felt * 2 ** (-1 / half-life) + 100 * (written off - expected) / debt

    A month with fewer losses than expected lowers it. Amounts in CNY bn; expected is at the rates of the ratings alone.
    Parameter `contagion_half_life`.
    """
    news = 100.0 * np.divide(written_off_bn - expected_bn, debt_bn, out=np.zeros(debt_bn.shape), where=debt_bn > 0.0)
    felt: Floats = felt_pct * np.exp2(-1.0 / half_life_months) + news
    return felt


def contagion_spread_pp(felt_pct: Floats, spread_bp_per_pct: float, bound_bp: float) -> Floats:
    """Spread on the bonds of a group due to its losses, percentage points, shape (groups,).

    spread = bound * tanh(slope * felt / bound)

    Parameters `contagion_spread`, `contagion_spread_bound`, in bp; judgement.
    """
    return bound_bp * np.tanh(spread_bp_per_pct * felt_pct / bound_bp) / 100.0


def spread_of_issuers_pp(
    industry_spread_pp: Floats, province_spread_pp: Floats, industry: Codes, province: Codes
) -> Floats:
    """Contagion spread of each issuer, shape (n,): that of its industry plus that of its province."""
    return industry_spread_pp.take(industry) + province_spread_pp.take(province)


def months_of_unmet_need(months: Integers, need_bn: Floats, raised_bn: Floats, least_unmet_share: float) -> Integers:
    """Successive months in which a large part of the need was not met, this month included, shape (n,).

    A month counts where need - raised > share * need. Parameter `distress_unmet_share`.
    """
    return np.where(need_bn - raised_bn > least_unmet_share * need_bn, months + 1, 0)
