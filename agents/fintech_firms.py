"""Fintech firms: growth, funding, exit and the rank that makes a firm a leading one.

Firms of the rest of China live in the same population and follow the same rules, because "leading" is a national rank.
"""

from enum import IntEnum

import numpy as np

from agents.arrays import Codes, Flags, Floats, Integers, one_of
from agents.columns import column
from agents.districts import NOWHERE
from agents.fintech_clients import CLIENT_TERMS
from agents.fintech_location import ATTRACTION_TERMS, MOVE_TERMS
from agents.population import ArrayAgent, Population
from agents.sandbox import NOT_ADMITTED

LEADING_RANKS = 100
"""Length of the national list whose members count as leading."""
GROWTH_TERMS = ("drift", "age", "funding round", "clients", "rules for platforms", "random term")
"""Terms of a month's growth, in the order of `growth_terms`."""
FUNDING_TERMS = ("usual rate", "growth", "venture capital", "cost of scaling", "sandbox", "like firms", "shock")
"""Terms of the log rate of closing a round, in the order of `funding_terms`."""
SCORE_TERMS = ("size", "capital", "capability")
"""Terms of the score that ranks firms, in the order of `score_terms`."""


class Origin(IntEnum):
    """Where a fintech firm comes from."""

    ELSEWHERE = 0
    SHANGHAI = 1
    SUBSIDIARY = 2
    """Founded by an institution of Shanghai."""
    SUBSIDIARY_ELSEWHERE = 3


class FintechFirm(ArrayAgent):
    """A fintech firm, in Shanghai or elsewhere in China."""

    kind = column("i1", unit="code", doc="Origin; newcomers of each origin have random numbers of their own")
    in_shanghai = column("?", unit="flag", doc="Located in Shanghai")
    centre = column("i1", unit="code", doc="Financial centre where it is located")
    log_size = column("f8", unit="log", doc="Log size relative to an entrant")
    growth = column("f8", unit="log a month", doc="Growth of log size in the month")
    growth_terms = column("f8", unit="log", doc="Terms of the month's growth", shape=(len(GROWTH_TERMS),))
    age_months = column("f8", unit="month", doc="Age")
    funding_round = column("i2", unit="count", doc="Funding rounds closed")
    funding_terms = column(
        "f8", unit="log", doc="Terms of the log rate of closing a round", shape=(len(FUNDING_TERMS),)
    )
    capital = column("f8", unit="entrant sizes", doc="Capital raised so far")
    months_since_round = column("f8", unit="month", doc="Months since the last funding round")
    capability = column("f8", unit="standard deviations", doc="Licences and patents, z-score")
    sandbox_months = column("i2", unit="month", doc="Months since admission to the sandbox", default=NOT_ADMITTED)
    district = column("i1", unit="code", doc="District of Shanghai", default=NOWHERE)
    parent = column("i8", unit="unique id", doc="Institution of Shanghai that founded it", default=-1)
    clients_here = column("i4", unit="count", doc="Institutions of Shanghai that it supplies")
    clients_elsewhere = column("i4", unit="count", doc="Contracts with institutions elsewhere")
    client_terms = column("f8", unit="count", doc="Terms of the month's change of clients", shape=(len(CLIENT_TERMS),))
    volatility_by_clients = column("f8", unit="1/year", doc="Standard deviation of growth that clients bring")
    growth_by_clients = column("f8", unit="log a month", doc="Growth by clients won beyond the usual in the month")
    attraction_seen = column(
        "f8", unit="log", doc="Terms of Shanghai's attraction as it has seen them", shape=(len(ATTRACTION_TERMS),)
    )
    move_terms = column(
        "f8", unit="log odds", doc="Terms of moving when it last weighed its city", shape=(len(MOVE_TERMS),)
    )
    city_weighed_month = column("i4", unit="month", doc="Month in which it last weighed its city", default=-1)


type FintechFirms = Population[FintechFirm]


def is_subsidiary(kind: Codes) -> Flags:
    """Which firms were founded by an institution, shape (n,)."""
    return one_of(kind, (Origin.SUBSIDIARY, Origin.SUBSIDIARY_ELSEWHERE))


def growth_from_rounds(
    boost_per_year: float, boost_months: float, follow_on_share: float, months_between_rounds: float
) -> float:
    """Log growth a year that rounds at their usual rate bring on average.

    growth = boost * (1 - exp(-share / gap * months)), the boost times the part of time that is near a round

    Parameters `funding_growth_boost`, `funding_boost_months`, `funding_round_followon_share`, `funding_round_gap`.
    """
    return float(-boost_per_year * np.expm1(-follow_on_share / months_between_rounds * boost_months))


def zipf_drift(
    size_tail: float, large_exit_per_year: float, volatility_per_year: float, rounds_growth_per_year: float
) -> float:
    """Drift of log size of a mature firm at which sizes keep their Pareto tail, log a year relative to entrants.

    drift = d / tail - tail * volatility ** 2 / 2 - growth from rounds

    With d the exit rate of large firms this solves tail = (-mu + sqrt(mu ** 2 + 2 d volatility ** 2)) / volatility ** 2
    for the mean growth mu of a mature firm (Gabaix 2009), while the number of firms is steady. Parameters
    `fintech_size_tail`, `fintech_growth_sd`, `fintech_exit_hazard`, `fintech_acquired_share`.
    """
    return large_exit_per_year / size_tail - size_tail * volatility_per_year**2 / 2.0 - rounds_growth_per_year


def growth_terms(
    age_months: Floats,
    months_since_round: Floats,
    shock: Floats,
    by_clients: Floats,
    rules_per_year: Floats,
    drift_per_year: float,
    age_drift_per_year: float,
    age_scale_years: float,
    boost_per_year: float,
    boost_months: float,
    own_volatility_per_year: Floats,
) -> Floats:
    """Terms of the growth of log size in a month, shape (6, n), in the order of `GROWTH_TERMS`.

    growth = (drift + age_drift * exp(-age / age_scale) + boost near a round + rules) / 12 + clients
             + own_volatility * sqrt(1 / 12) * shock

    A round helps in the `boost_months` after it. The shock is Laplace with unit variance (tent-shaped growth rates).
    The term of clients is `agents.fintech_clients.growth_by_clients`, the own volatility `own_volatility` there; rules
    count for platforms alone.
    Parameters `fintech_age_drift`, `fintech_age_scale`, `funding_growth_boost`, `funding_boost_months`,
    `fintech_growth_sd`; the drift is `zipf_drift`.
    """
    terms = np.empty((len(GROWTH_TERMS), len(age_months)))
    terms[0] = drift_per_year / 12.0
    terms[1] = age_drift_per_year / 12.0 * np.exp(-age_months / 12.0 / age_scale_years)
    terms[2] = np.where(months_since_round < boost_months, boost_per_year / 12.0, 0.0)
    terms[3] = by_clients
    terms[4] = rules_per_year / 12.0
    terms[5] = own_volatility_per_year * np.sqrt(1.0 / 12.0) * shock
    return terms


def fintech_exit_probability(
    log_size: Floats,
    age_months: Floats,
    mean_log_size: float,
    exit_rate_per_year: float,
    acquired_share: float,
    size_slope: float,
    age_slope_per_year: float,
    age_bound_years: float,
) -> Floats:
    """Monthly probability of leaving, shape (n,).

    p = 1 - exp(-rate / 12 * (acquired + (1 - acquired) * exp(-size_slope * (log_size - mean) - age_slope * age)))

    Age counts up to the bound. The acquired part of the rate hits every firm, so that the exit rate of large firms
    tends to rate * acquired and sizes keep a Pareto tail (see `zipf_drift`). Parameters `fintech_exit_hazard`,
    `fintech_acquired_share`, `fintech_exit_size_slope`, `fintech_exit_age_slope`, `fintech_exit_age_bound`.
    """
    years = np.minimum(age_months / 12.0, age_bound_years)
    slowed = np.exp(-size_slope * (log_size - mean_log_size) - age_slope_per_year * years)
    return -np.expm1(-exit_rate_per_year / 12.0 * (acquired_share + (1.0 - acquired_share) * slowed))


def funding_terms(
    growth: Floats,
    volatility_per_year: float,
    follow_on_share: float,
    months_between_rounds: float,
    growth_slope: float,
    growth_bound: float,
    in_shanghai: Flags,
    venture_supply_ratio: float,
    scaling_cost_ratio: float,
    in_sandbox: Flags,
    sandbox_percent: float,
    peers: Floats,
    shock: float,
) -> Floats:
    """Terms of the log of the monthly rate of closing a further round, shape (7, n), in the order of `FUNDING_TERMS`.

    ln rate = ln(share / gap) + slope * growth z-score + [Shanghai] (ln supply - ln cost)
              + [sandbox] ln(1 + percent / 100) + peers + shock

    The z-score of the month's growth counts between plus and minus the bound; supply and cost are ratios to 2020.
    Parameters `funding_round_followon_share`, `funding_round_gap`, `funding_growth_slope`, `funding_growth_bound`,
    `sandbox_probability`; channels `venture_funding_supply`, `fintech_scaling_cost`. A dated shock shifts the rate of
    all firms.
    """
    terms = np.empty((len(FUNDING_TERMS), len(growth)))
    z = growth / (volatility_per_year * np.sqrt(1.0 / 12.0))
    terms[0] = np.log(follow_on_share / months_between_rounds)
    terms[1] = growth_slope * np.clip(z, -growth_bound, growth_bound)
    terms[2] = np.log(venture_supply_ratio) * in_shanghai
    terms[3] = -np.log(scaling_cost_ratio) * in_shanghai
    terms[4] = np.log1p(sandbox_percent / 100.0) * in_sandbox
    terms[5] = peers
    terms[6] = shock
    return terms


def round_probability(terms: Floats) -> Floats:
    """Monthly probability of closing a round from the terms of its log rate (k, n), shape (n,): 1 - exp(-rate)."""
    return np.asarray(-np.expm1(-np.exp(terms.sum(axis=0))), dtype=np.float64)


def peers_in_funding(closed: Floats, expected: Floats, coefficient: float) -> Floats:
    """Shift of the log rate of funding rounds by recent rounds of similar firms, of the shape of `closed`.

    shift = coefficient * tanh((closed - expected) / sqrt(expected))

    Similar firms are in the same place and have closed as many rounds. `closed` is the number of their recent rounds,
    `expected` the number implied by the national mean probability, both discounted over time: the surprise is in
    standard deviations. Parameters `peer_coefficient_funding`, `peer_memory`.
    """
    surprise = (closed - expected) / np.sqrt(np.where(expected > 0.0, expected, 1.0))
    return np.asarray(coefficient * np.tanh(surprise), dtype=np.float64)


def capital_raised(log_size: Floats, in_sandbox: Flags, round_size: float, sandbox_percent: float) -> Floats:
    """Capital of one round, entrant sizes, shape (n,).

    capital = round_size * exp(log_size) * (1 + percent / 100 in the sandbox)

    Parameters `round_size`, `sandbox_capital`.
    """
    return round_size * np.exp(log_size) * (1.0 + sandbox_percent / 100.0 * in_sandbox)


def score_terms(log_size: Floats, capital: Floats, capability: Floats, weights: tuple[float, float, float]) -> Floats:
    """Terms of the score that ranks firms nationally, shape (3, n), in the order of `SCORE_TERMS`.

    score = weights[0] * log_size + weights[1] * ln(1 + capital) + weights[2] * capability

    Capability stands for licences and patents. The rule is ours; there is no official one. Parameter
    `leading_score_weights`.
    """
    of_size, of_capital, of_capability = weights
    return np.stack([of_size * log_size, of_capital * np.log1p(capital), of_capability * capability])


def leading_rows(score: Floats, ranks: int = LEADING_RANKS) -> Integers:
    """Rows of the firms with the highest scores, at most `ranks` of them."""
    if len(score) <= ranks:
        return np.arange(len(score))
    return np.argpartition(-score, ranks)[:ranks]
