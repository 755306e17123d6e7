"""Repo leverage of institutions: carry and regulation change it slowly, volatility fast.

Leverage is the repo an institution borrows over the bonds it holds. Wealth managers, brokers, funds, private funds and
banks outside the core of the interbank market borrow; for all others it is zero.
"""

import numpy as np

from agents.arrays import Floats

LEVERAGE_TERMS = (
    "carry",
    "macroprudential rules",
    "volatility",
    "return to normal",
    "common random term",
    "own random term",
    "capital below the minimum",
    "limit of collateral",
)
"""Terms of the change of an institution's log leverage in a month."""
FORCED = [LEVERAGE_TERMS.index(name) for name in ("volatility", "capital below the minimum")]
"""Places of the terms by which limits force institutions to sell what repo financed."""


def next_risk_limit(risk_limit: float, log_volatility_change: float, procyclicality: float, adjustment: float) -> float:
    """Log leverage that risk limits add or take off, a month later.

    limit' = limit + adjustment * (procyclicality * (ln volatility - mean) - limit)

    Value-at-risk limits bind when volatility is high (Adrian and Shin): the elasticity is negative. Parameters
    `leverage_procyclicality`, `leverage_adjustment`.
    """
    return risk_limit + adjustment * (procyclicality * log_volatility_change - risk_limit)


def leverage_terms(
    leverage: Floats,
    normal_leverage: Floats,
    risk_limit: float,
    risk_limit_before: float,
    carry_change_pp: float,
    tightness_change: float,
    persistence: float,
    carry_sensitivity: float,
    tightness_sensitivity: float,
    common_noise: float,
    own_noise: Floats,
    capital_cut: Floats,
    largest: Floats | float,
) -> Floats:
    """Terms of the change of log leverage, in the order of `LEVERAGE_TERMS`, shape (8, n).

    change = (1 - persistence) * (carry_sensitivity * carry change - tightness_sensitivity * tightness change)
        + risk limit - risk limit before
        - (1 - persistence) * (ln leverage - risk limit before - ln normal leverage)
        + common random term + own random term - capital cut, bounded by the change that brings leverage to `largest`

    The mandate part of leverage follows carry and regulation with persistence; the risk limit is added. Where capital
    is below the minimum, repo is repaid as assets are sold, so the lower of the limits by volatility and by capital
    binds. Carry is the ten-year yield less overnight funding, percentage points against 2020; `largest` is one less the
    haircut, or all liabilities over bonds where they are less. With equal institutions, no own random term, no response
    to volatility and capital above the minimum the mean follows

    ln leverage' = persistence * ln leverage + (1 - persistence) * (ln normal + carry and tightness terms)
    + common random term.

    Parameters `leverage_persistence`, `carry_leverage`, `macropru_leverage`, `leverage_noise`, `leverage_own_noise`,
    `repo_haircut`; channel `macropru_tightness`.
    """
    adjusts = 1.0 - persistence
    log_leverage = np.log(leverage)
    terms = np.empty((len(LEVERAGE_TERMS), len(leverage)))
    terms[0] = adjusts * carry_sensitivity * carry_change_pp
    terms[1] = -adjusts * tightness_sensitivity * tightness_change
    terms[2] = risk_limit - risk_limit_before
    terms[3] = -adjusts * (log_leverage - risk_limit_before - np.log(normal_leverage))
    terms[4] = common_noise
    terms[5] = own_noise
    terms[6] = -capital_cut
    terms[7] = np.minimum(np.log(largest) - log_leverage - terms[:7].sum(axis=0), 0.0)
    return terms


def unsecured_lending_factor(tightness_change: float, repo_sensitivity: float, ratio: float) -> float:
    """Interbank loans without collateral over those under the rules of 2020.

    factor = exp(-ratio * repo sensitivity * change of macroprudential tightness)

    Loans without collateral use up more capital and are watched more closely than repo: when supervision tightened in
    2017 they fell by `ratio` times as much, in logs. Parameters `macropru_leverage`, `unsecured_tightness_ratio`;
    channel `macropru_tightness`.
    """
    return float(np.exp(-ratio * repo_sensitivity * tightness_change))


def money_market_activity(
    repo_bn: float, turns: float, unsecured_share_2020: float, relative_unsecured: float
) -> float:
    """Turnover of a month's money market, CNY bn: repo and loans without collateral.

    activity = repo * turns * (1 - share + share * relative)

    `unsecured_share_2020` is the share of loans in the turnover of 2020; `relative` is loans against repo over its
    value under the rules of 2020. At one, activity is repo * turns, which the velocity of 2020 scales to the whole.
    """
    return repo_bn * turns * (1.0 - unsecured_share_2020 + unsecured_share_2020 * relative_unsecured)
