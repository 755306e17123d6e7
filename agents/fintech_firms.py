"""Fintech firms: births, growth, funding, exit and the rank that makes a firm a leading one.

Firms of the rest of China live in the same population and obey the same law, because "leading" is a national rank.
"""

import numpy as np

from agents.arrays import Floats, Integers
from agents.columns import column
from agents.population import ArrayAgent

LEADING_RANKS = 100
"""Length of the national list whose members count as leading."""


class FintechFirm(ArrayAgent):
    """A fintech firm, in Shanghai or elsewhere in China."""

    in_shanghai = column("?", unit="flag", doc="Located in Shanghai")
    log_size = column("f8", unit="log", doc="Log size relative to an entrant")
    growth = column("f8", unit="log a month", doc="Growth of log size in the month")
    age_months = column("f8", unit="month", doc="Age")
    funding_round = column("i2", unit="count", doc="Funding rounds closed")
    capital = column("f8", unit="entrant sizes", doc="Capital raised so far")
    months_since_round = column("f8", unit="month", doc="Months since the last funding round")
    capability = column("f8", unit="standard deviations", doc="Licences and patents, z-score")


def births_per_month(
    firms: float,
    birth_rate_per_year: float,
    institutions_ratio: float,
    spillover_elasticity: float,
    setup_cost: float,
    setup_cost_elasticity: float,
    data_access_change: float,
    data_elasticity: float,
) -> float:
    """Expected births in a month.

    births = rate / 12 * firms * (institutions / institutions_2020) ** spillover
             * (setup_cost / 100) ** setup_cost_elasticity * exp(data_elasticity * data_access_change)

    Index 2020 = 100; the setup cost elasticity is negative; data access changes in log odds against 2020. Parameters
    `fintech_birth_rate`, `fintech_birth_spillover`, `fintech_setup_cost_elasticity`, `data_birth_elasticity`; channels
    `fintech_startup_cost`, `data_access`.
    """
    return float(
        birth_rate_per_year
        / 12.0
        * firms
        * institutions_ratio**spillover_elasticity
        * (setup_cost / 100.0) ** setup_cost_elasticity
        * np.exp(data_elasticity * data_access_change)
    )


def log_growth(
    age_months: Floats,
    shock: Floats,
    drift_per_year: float,
    age_drift_per_year: float,
    age_scale_years: float,
    volatility_per_year: float,
) -> Floats:
    """Growth of log size in a month, shape (n,).

    growth = (drift + age_drift * exp(-age / age_scale)) / 12 + volatility * sqrt(1 / 12) * shock

    The shock is Laplace with unit variance (tent-shaped growth rates). Parameters `fintech_growth_drift`,
    `fintech_age_drift`, `fintech_age_scale`, `fintech_growth_sd`.
    """
    drift = drift_per_year + age_drift_per_year * np.exp(-age_months / 12.0 / age_scale_years)
    growth: Floats = drift / 12.0 + volatility_per_year * np.sqrt(1.0 / 12.0) * shock
    return growth


def exit_probability(
    log_size: Floats,
    age_months: Floats,
    mean_log_size: float,
    exit_rate_per_year: float,
    size_slope: float,
    age_slope_per_year: float,
    age_bound_years: float,
) -> Floats:
    """Monthly probability of exit; smaller and younger firms leave more often. Shape (n,).

    p = 1 - exp(-rate / 12 * exp(-size slope * (log_size - mean) - age slope * min(age in years, bound)))

    The closed form of the Pareto tail, from which the growth drift is taken, holds where the exit rate is the same for
    all firms (both slopes zero). Here large firms hardly ever leave, so their tail is thicker than Zipf's in the long
    run. Parameters `fintech_exit_hazard`, `fintech_exit_size_slope`, `fintech_exit_age_slope`,
    `fintech_exit_age_bound`.
    """
    years = np.minimum(age_months / 12.0, age_bound_years)
    slowed = np.exp(-size_slope * (log_size - mean_log_size) - age_slope_per_year * years)
    return -np.expm1(-exit_rate_per_year / 12.0 * slowed)


def funding_probability(
    growth: Floats,
    volatility_per_year: float,
    follow_on_share: float,
    months_between_rounds: float,
    ease: Floats,
    growth_slope: float,
    growth_bound: float,
) -> Floats:
    """Monthly probability of closing a further funding round, shape (n,).

    p = 1 - exp(-share / gap * exp(slope * growth z-score) * ease)

    The z-score of the month's growth counts between plus and minus the bound. `ease` is one at the 2020 cost of growth
    capital and above one where it got cheaper. Parameters `funding_round_followon_share`, `funding_round_gap`,
    `funding_growth_slope`, `funding_growth_bound`; channels `fintech_scaling_cost`, `venture_funding_supply`.
    """
    z = np.clip(growth / (volatility_per_year * np.sqrt(1.0 / 12.0)), -growth_bound, growth_bound)
    rate = follow_on_share / months_between_rounds * np.exp(growth_slope * z) * ease
    return np.asarray(-np.expm1(-rate), dtype=np.float64)


def composite_score(
    log_size: Floats, capital: Floats, capability: Floats, weights: tuple[float, float, float]
) -> Floats:
    """Score that ranks firms nationally, from size, capital raised, and licences and patents. Shape (n,).

    score = weights[0] * log_size + weights[1] * ln(1 + capital) + weights[2] * capability

    The rule is ours; there is no official one. Parameter `leading_score_weights`.
    """
    of_size, of_capital, of_capability = weights
    return of_size * log_size + of_capital * np.log1p(capital) + of_capability * capability


def leading_rows(score: Floats, ranks: int = LEADING_RANKS) -> Integers:
    """Rows of the firms with the highest scores, at most `ranks` of them."""
    if len(score) <= ranks:
        return np.arange(len(score))
    return np.argpartition(-score, ranks)[:ranks]
