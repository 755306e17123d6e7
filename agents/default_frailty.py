"""Frailty: a factor of default that all firms share, that nobody observes, and that lasts for years.

Defaults cluster more than the leverage of firms, their returns and the cycle explain (Das, Duffie, Kapadia and Saita
2007). The rest is a common latent factor of the rate of default, a mean-reverting process in logs (Duffie, Eckner,
Horel and Saita 2009).
"""

import numpy as np


def next_frailty(frailty: float, volatility: float, reversion: float, normal: float) -> float:
    """Latent factor of the log default rate one month later.

    frailty' = exp(-reversion) * frailty + sqrt(variance of a month) * normal

    An Ornstein-Uhlenbeck process at the end of a month, exactly; see `next_variance` for the variance of a month.

    Parameters
    ----------
    frailty
        Factor of this month, log.
    volatility
        Standard deviation of its news in a month, log. Parameter `frailty_volatility`.
    reversion
        Part by which it returns to zero, 1/month, above zero. Parameter `frailty_reversion`.
    normal
        Standard normal number of the month.

    Notes
    -----
    Duffie, Eckner, Horel and Saita (2009), Frailty Correlated Default, Journal of Finance 64.
    """
    return float(np.exp(-reversion) * frailty + np.sqrt(next_variance(0.0, volatility, reversion)) * normal)


def next_variance(variance: float, volatility: float, reversion: float) -> float:
    """Variance of the factor between possible paths one month later, log squared.

    variance' = exp(-2 * reversion) * variance + volatility^2 * (1 - exp(-2 * reversion)) / (2 * reversion)

    It is zero where the factor is known, and tends to volatility^2 / (2 * reversion). Parameters as in `next_frailty`.
    """
    kept = float(np.exp(-2.0 * reversion))
    return kept * variance + volatility**2 * (1.0 - kept) / (2.0 * reversion)


def log_multiplier(frailty: float, variance: float) -> float:
    """Effect of the factor on the log default rate: frailty - variance / 2.

    Exp of it has mean one over the possible paths, at every horizon, so that frailty moves defaults together and leaves
    the expected rate as it is.
    """
    return frailty - 0.5 * variance
