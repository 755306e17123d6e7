"""Choice of a city by fintech firms: founders choose among centres, firms reconsider where they are.

Every centre is an aggregate of places, customers and partners for a firm, so it enters a choice with the log of its
firms beside its attraction (the size variable of an aggregate alternative; Ben-Akiva and Lerman 1985). Attraction is
measured against end-2020: at the conditions of that date founders start where firms are, and as many firms move into a
city as leave it.
"""

import numpy as np

from agents.arrays import Flags, Floats, Integers
from agents.institutions import Centre

ATTRACTION_TERMS = ("talent and institutions", "cost of starting", "open data", "financing", "rules")
"""Terms of the attraction of a centre, in the order of `attraction_terms`."""
FINANCING, RULES = ATTRACTION_TERMS.index("financing"), ATTRACTION_TERMS.index("rules")
MOVE_TERMS = (*ATTRACTION_TERMS, "bond to the city", "age", "score")
"""Terms of the log odds of moving, in the order of `move_terms`."""


def attraction_terms(
    log_institutions: Floats,
    talent: Floats,
    startup_cost_ratio: float,
    data_access_change: float,
    venture_supply_ratio: float,
    scaling_cost_ratio: float,
    lead_time_ratio: float,
    spillover: float,
    startup_cost_elasticity: float,
    data_elasticity: float,
    financing_elasticity: float,
    rules_elasticity: float,
) -> Floats:
    """Terms of the attraction of each centre against end-2020, log points, shape (5, 6).

    talent and institutions = spillover * (ln institutions + talent), of each centre; in Shanghai alone:
    cost of starting        = startup_cost_elasticity * ln startup cost
    open data               = data_elasticity * change of data access
    financing               = financing_elasticity * (ln venture supply - ln scaling cost)
    rules                   = - rules_elasticity * ln lead time

    Institutions, cost, supply and lead time are ratios to end-2020, talent is in standard deviations against it, data
    access changes in log odds; the elasticity to the startup cost is negative. Parameters `fintech_birth_spillover`,
    `fintech_setup_cost_elasticity`, `data_birth_elasticity`, `fintech_financing_elasticity`,
    `fintech_rules_elasticity`; channels `fintech_startup_cost`, `data_access`, `venture_funding_supply`,
    `fintech_scaling_cost`, `compliance_lead_time`. Starts follow venture capital: Samila and Sorenson (2011).
    """
    terms = np.zeros((len(ATTRACTION_TERMS), len(Centre)))
    terms[0] = spillover * (log_institutions + talent)
    terms[1:, Centre.SHANGHAI] = (
        startup_cost_elasticity * np.log(startup_cost_ratio),
        data_elasticity * data_access_change,
        financing_elasticity * (np.log(venture_supply_ratio) - np.log(scaling_cost_ratio)),
        -rules_elasticity * np.log(lead_time_ratio),
    )
    return terms


def founders_by_centre(
    firms: Floats, attraction: Floats, birth_rate_per_year: float, inclusive_value_weight: float
) -> Floats:
    """Expected founders of a month by centre, shape (6,).

    share[c]  = firms[c] * exp(attraction[c]) / sum(firms * exp(attraction))
    founders  = rate / 12 * sum(firms) * (sum(firms * exp(attraction)) / sum(firms)) ** weight

    A logit with the log of firms as the size of each alternative. With weight one an attractive centre takes no
    founders from others, with zero it takes all that it wins. Parameters `fintech_birth_rate`,
    `inclusive_value_weight`.
    """
    drawn = firms * np.exp(attraction)
    gain = drawn.sum() / firms.sum()
    return np.asarray(birth_rate_per_year / 12.0 * drawn * gain ** (inclusive_value_weight - 1.0), dtype=np.float64)


def attraction_of_shanghai(
    terms: Floats,
    rounds: Integers,
    most_rounds: float,
    may_apply: Flags,
    elsewhere: Flags,
    months_of_news: float,
    seen: Floats,
) -> Floats:
    """Terms of Shanghai's attraction as firms see them a month later, shape (5, n).

    Financing counts by the part of its rounds that a firm has yet to close, rules for those that may apply to the
    sandbox. Firms of the city see its terms, those elsewhere hear of them:
    seen' = seen + (terms - seen) / months of news. Parameters `most_funding_rounds`, `fintech_news_months`.
    """
    own = np.repeat(terms[:, None], len(rounds), axis=1)
    own[FINANCING] *= 1.0 - rounds / most_rounds
    own[RULES] *= may_apply
    return np.asarray(seen + (own - seen) * np.where(elsewhere, 1.0 / max(months_of_news, 1.0), 1.0), dtype=np.float64)


def move_terms(
    seen: Floats,
    rival_talent: Floats,
    into_shanghai: Flags,
    age_months: Floats,
    score: Floats,
    mean_score: float,
    bond: float,
    bond_per_year: float,
    years_bound: float,
    bond_per_score: float,
) -> Floats:
    """Terms of the log odds that a firm which weighs its city against another one moves, shape (8, n).

    log odds = +-(Shanghai's attraction as seen - the rival's) - bond - bond_per_year * age - bond_per_score * score

    The sign is plus for a firm elsewhere, which weighs Shanghai, and minus for one of Shanghai, which weighs a rival.
    Old and large firms are bound most (Brouwer, Mariotti and van Ommeren 2004); age counts up to the bound, the score
    against the mean. Parameters `fintech_city_bond`, `fintech_city_bond_age`, `fintech_exit_age_bound`,
    `fintech_city_bond_score`.
    """
    terms = np.empty((len(MOVE_TERMS), seen.shape[1]))
    sign = np.where(into_shanghai, 1.0, -1.0)
    terms[: len(ATTRACTION_TERMS)] = sign * seen
    terms[0] -= sign * rival_talent
    terms[-3] = -bond
    terms[-2] = -bond_per_year * np.minimum(age_months / 12.0, years_bound)
    terms[-1] = -bond_per_score * (score - mean_score)
    return terms


def weighs_another_city(in_shanghai: Flags, review_rate_per_year: float) -> Floats:
    """Chance that a firm weighs its city against another one this month, shape (n,).

    p = (1 - exp(-rate / 12)) * share of the country's firms on the other side

    A firm meets Shanghai, or a rival, in proportion to the firms there; among equals as many move one way as the other.
    Parameter `fintech_city_review_rate`.
    """
    share = float(in_shanghai.mean())
    weighs = -np.expm1(-review_rate_per_year / 12.0)
    return np.asarray(np.where(in_shanghai, 1.0 - share, share) * weighs, dtype=np.float64)
