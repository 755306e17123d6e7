"""Home bias of foreign investors: what keeps them below the weight of the market in the world, and what lifts them."""

import numpy as np

from agents.arrays import Codes, Flags, Floats
from agents.foreign_investors import InvestorGroup


def experience_at_start(uniform: Floats, months_in_market: float, months_to_learn: float) -> Floats:
    """Experience of investors that have been in the market for a random time, shape (n,).

    experience = 1 - u ** (months in market / months to learn)

    The time is exponential with mean `months_in_market`; u is a uniform draw of the investor's own. Parameters
    `incumbent_months_2019`, `experience_months`.
    """
    return np.asarray(1.0 - uniform ** (months_in_market / months_to_learn))


def mean_experience_at_start(months_in_market: float, months_to_learn: float) -> float:
    """Mean of `experience_at_start`: ratio / (1 + ratio) of the time in the market over the time to learn."""
    ratio = months_in_market / months_to_learn
    return ratio / (1.0 + ratio)


def next_experience(experience: Floats, holds: Flags, months_to_learn: float) -> Floats:
    """Experience a month later: those who hold bonds learn about them, shape (n,).

    experience' = experience + (1 - exp(-1 / months to learn)) * (1 - experience) where bonds are held

    Parameter `experience_months`.
    """
    return np.where(holds, experience - float(np.expm1(-1.0 / months_to_learn)) * (1.0 - experience), experience)


def home_bias_shift(
    home_bias: float,
    experience_gain: Floats,
    hedging_cost_ratio: float,
    law_change_log_odds: float,
    settlement_cost_ratio: float,
    by_experience: float,
    by_hedging: float,
    by_law: float,
    by_settlement: float,
    group: Codes,
) -> Floats:
    """Log rise of the wanted weight as the bias towards home falls, shape (n,).

    reasons = by experience * gain of experience - by hedging * ln(hedging cost / cost of 2020)
        + by law * change of the log odds of legal certainty - by settlement * ln(settlement cost / cost of 2020)
    shift = -ln(1 - home bias) * (1 - exp(-reasons));  0 for reserve managers, who follow their share of reserves

    A weight is (1 - home bias) times that of the market in the world, so at the most the whole log gap can close.
    Unfamiliarity and barriers of information, law and settlement explain holdings across borders (Portes and Rey 2005).
    Parameters `home_bias`, `home_bias_experience`, `home_bias_hedging`, `home_bias_law`, `home_bias_settlement`;
    channels `hedging_cost`, `legal_certainty`, `settlement_cost`.
    """
    common = (
        -by_hedging * float(np.log(hedging_cost_ratio))
        + by_law * law_change_log_odds
        - by_settlement * float(np.log(settlement_cost_ratio))
    )
    reasons = by_experience * experience_gain + common
    gap = -float(np.log(1.0 - home_bias))
    return np.where(group == int(InvestorGroup.RESERVE_MANAGER), 0.0, -gap * np.expm1(-reasons))
