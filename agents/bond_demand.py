"""Demand of domestic holders for bonds: how much in all, of which class, and the yields at which it meets supply.

Holders are sectors: banks, and asset managers with insurers. Each has money for bonds, of its own and borrowed in repo,
and spreads it over the classes. Premia are yields over their usual level, percentage points, by class.
"""

import numpy as np

from agents.arrays import Floats

TOLERANCE = 1e-12
"""Largest log gap between demand and supply of a class at which the market has cleared."""
MOST_ITERATIONS = 60
LARGEST_STEP_PP = 4.0
"""Largest move of a yield in one iteration; keeps exponentials finite where a class has nearly vanished."""
LEAST_SUPPLY_BN = 1e-9


class ClearingError(ArithmeticError):
    """No yields were found at which holders take the supply."""


def funded_by_repo(leverage: Floats, leverage_usual: Floats) -> Floats:
    """Bonds that a sector's own money buys, over those it buys at its usual leverage; shape of `leverage`.

    factor = (1 - usual leverage) / (1 - leverage)

    Leverage is repo borrowed over bonds held. Own money pays for the part of bonds that is not borrowed, so that
    bonds are own money over one less leverage.
    """
    factor: Floats = (1.0 - leverage_usual) / (1.0 - leverage)
    return factor


def usual_demand_growth(supply_growth: Floats, season: Floats, funds_growth: Floats) -> Floats:
    """Monthly log growth of what a sector of unchanged size takes at its usual yields, shape (sectors, classes).

    growth[h, k] = ln(1 + supply growth[k] / 12 * season[k]) - funds growth[h] / 12

    Expected growth a year of the supply of each class, with its season, and of each sector's funds. What everybody
    expects of them is in the yields already; premia answer departures from it. Source: expected supply is priced when
    it is expected (Greenwood and Vayanos 2014). Parameters `sovereign_growth`, `need_growth`, `bank_asset_growth`,
    `assets_organic_growth`.
    """
    growth: Floats = np.log1p(supply_growth / 12.0 * season) - funds_growth[:, None] / 12.0
    return growth


def demand_bn(usual_bn: Floats, premium_pp: Floats, substitution: float, semielasticity: float) -> Floats:
    """Demand of each sector for each class of bonds, CNY bn, shape (sectors, classes).

    demand[h, k] = usual total[h] * exp(semielasticity * I[h]) * share[h, k],
    share[h, k] = usual share[h, k] * exp(substitution * premium[k]) / sum over classes,
    I[h] = ln(sum of usual share[h, k] * exp(substitution * premium[k])) / substitution

    A nested logit: a sector takes more bonds when they yield more on the whole, and of them more of the class whose
    yield has risen. With `substitution` equal to `semielasticity` each class has a demand of its own, which no other
    yield moves. `usual_bn`, shape (sectors, classes), is the demand at premia of zero. Source: demand systems of Koijen
    and Yogo (2019). Parameters `bond_substitution`, `demand_semielasticity`, both per percentage point.
    """
    total = usual_bn.sum(axis=1, keepdims=True)
    # Anchored at the highest yield, so that no exponential overflows.
    highest = float(premium_pp.max())
    weight = usual_bn / total * np.exp(substitution * (premium_pp - highest))
    weights = weight.sum(axis=1, keepdims=True)
    inclusive = highest + np.log(weights) / substitution
    demand: Floats = total * np.exp(semielasticity * inclusive) * weight / weights
    return demand


def clearing_premia_pp(
    usual_bn: Floats, supply_bn: Floats, substitution: float, semielasticity: float, start_pp: Floats
) -> Floats:
    """Premia at which the sectors together take the supply of every class, shape (classes,), percentage points.

    sum over sectors of demand[h, k](premia) = supply[k] for every class k

    Newton's method in logs from `start_pp`, the premia of last month. Off the diagonal a higher yield of one class
    lowers the demand for another, and all yields together raise the demand for each, so that the premia are unique.

    Raises
    ------
    ClearingError
        If no premia are found.
    """
    supply = np.log(np.maximum(supply_bn, LEAST_SUPPLY_BN))
    premium = start_pp.copy()
    classes = len(premium)
    for _ in range(MOST_ITERATIONS):
        demand = demand_bn(usual_bn, premium, substitution, semielasticity)
        total = demand.sum(axis=0)
        gap = np.log(np.maximum(total, LEAST_SUPPLY_BN)) - supply
        if np.abs(gap).max() < TOLERANCE:
            return premium
        of_class = demand / np.maximum(total, LEAST_SUPPLY_BN)
        mix = demand / demand.sum(axis=1, keepdims=True)
        slope = substitution * np.eye(classes)
        slope -= (substitution - semielasticity) * (of_class[:, :, None] * mix[:, None, :]).sum(axis=0)
        premium = premium - np.clip(_solved(slope, gap), -LARGEST_STEP_PP, LARGEST_STEP_PP)
    raise ClearingError(f"after {MOST_ITERATIONS} iterations demand misses supply by {np.abs(gap).max():.1e} in logs")


def _solved(matrix: Floats, right: Floats) -> Floats:
    """Solve a diagonally dominant system by elimination; library solvers round differently on other processors."""
    rows = np.concatenate([matrix, right[:, None]], axis=1)
    for pivot in range(len(right)):
        rows[pivot] /= rows[pivot, pivot]
        factor = rows[:, pivot].copy()
        factor[pivot] = 0.0
        rows -= factor[:, None] * rows[pivot]
    return rows[:, -1]


def adapted_mix(usual_bn: Floats, held_bn: Floats, months: float) -> Floats:
    """Usual demand by class a month later, CNY bn, shape (sectors, classes); the total of each sector stays.

    share' = share + (1 - exp(-1 / months)) * (share held - share)

    Mandates and benchmarks follow the market's composition, and capital moves slowly from one market to another, so
    that a class which has grown needs a higher yield only for a time. Source: slow-moving capital (Duffie 2010;
    Greenwood, Hanson and Liao 2018); parameter `mix_adaptation_months`.
    """
    total = usual_bn.sum(axis=1, keepdims=True)
    usual = usual_bn / total
    held = held_bn / held_bn.sum(axis=1, keepdims=True)
    adapted: Floats = total * (usual - float(np.expm1(-1.0 / months)) * (held - usual))
    return adapted


def supply_at_cost(premium_pp: float, elasticity: float) -> float:
    """Issue at a premium over the issue at the usual yield, a factor.

    factor = exp(-elasticity * premium)

    Parameters `public_supply_cost_elasticity`, `bank_bond_cost_elasticity`, per percentage point.
    """
    return float(np.exp(-elasticity * premium_pp))
