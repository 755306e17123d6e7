"""Fintech firms grow, raise funds, leave and start."""

from typing import TYPE_CHECKING

import numpy as np

from agents.adoption import adoption_probability, neighbours_share
from agents.draws import poisson
from agents.fintech_firms import (
    births_per_month,
    composite_score,
    exit_probability,
    funding_probability,
    leading_rows,
    log_growth,
)

if TYPE_CHECKING:
    from sim.model import FinancialCenter

NEVER_FUNDED_MONTHS = 60.0
"""Months since the last round of a firm that has had none: any number beyond the window in which a round helps."""


def firms_grow_and_raise_funds(centre: "FinancialCenter") -> None:
    """Firms grow by luck and age, faster for a while after a funding round; growth makes the next round likelier."""
    parameters, channels, firms = centre.parameters, centre.channels, centre.fintech
    baseline = centre.policy.baseline
    shock = centre.luck.fintech_growth.laplace(firms.luck, centre.month)
    growth = log_growth(
        firms["age_months"],
        shock,
        parameters.fintech_growth_drift,
        parameters.fintech_age_drift,
        parameters.fintech_age_scale,
        parameters.fintech_growth_sd,
    )
    funded = firms["months_since_round"] < parameters.funding_boost_months
    growth = growth + np.where(funded, parameters.funding_growth_boost / 12.0, 0.0)
    firms["growth"][:] = growth
    firms["log_size"][:] += growth
    firms["age_months"][:] += 1.0
    firms["months_since_round"][:] += 1.0
    ease_here = (
        channels["venture_funding_supply"]
        / baseline["venture_funding_supply"]
        * (channels["fintech_scaling_cost"] / baseline["fintech_scaling_cost"]) ** -1.0
    )
    ease = np.where(firms["in_shanghai"], ease_here, 1.0)
    chance = funding_probability(
        growth,
        parameters.fintech_growth_sd,
        parameters.funding_round_followon_share,
        parameters.funding_round_gap,
        ease,
        parameters.funding_growth_slope,
        parameters.funding_growth_bound,
    )
    closes = (centre.luck.funding.uniform(firms.luck, centre.month) < chance) & (
        firms["funding_round"] < parameters.most_funding_rounds
    )
    firms["capital"][:] += np.where(closes, parameters.round_size * np.exp(firms["log_size"]), 0.0)
    firms["funding_round"][:] += closes
    firms["months_since_round"][:] = np.where(closes, 0.0, firms["months_since_round"])


def firms_exit_and_start(centre: "FinancialCenter") -> None:
    """Small and young firms leave more often; new ones start, in Shanghai at a rate that policy moves."""
    parameters, channels, firms = centre.parameters, centre.channels, centre.fintech
    mean = float(firms["log_size"].mean())
    chance = exit_probability(
        firms["log_size"],
        firms["age_months"],
        mean,
        parameters.fintech_exit_hazard,
        parameters.fintech_exit_size_slope,
        parameters.fintech_exit_age_slope,
        parameters.fintech_exit_age_bound,
    )
    firms.remove(centre.luck.fintech_exit.uniform(firms.luck, centre.month) < chance)
    inside = int(firms["in_shanghai"].sum())
    data = channels["data_access"]
    data_2020 = centre.policy.baseline["data_access"]
    here = births_per_month(
        inside,
        parameters.fintech_birth_rate,
        len(centre.institutions) / centre.institutions_2020,
        parameters.fintech_birth_spillover,
        channels["fintech_startup_cost"] / centre.policy.baseline["fintech_startup_cost"] * 100.0,
        parameters.fintech_setup_cost_elasticity,
        float(np.log(data / (1 - data)) - np.log(data_2020 / (1 - data_2020))),
        parameters.data_birth_elasticity,
    )
    elsewhere = (len(firms) - inside) * parameters.fintech_birth_rate / 12.0
    here *= centre.shock["lockdown"]
    for place, expected in ((True, here), (False, elsewhere)):
        count = int(poisson(expected, centre.luck.fintech_birth.scalar(centre.month, index=int(place))))
        if count == 0:
            continue
        rows = firms.add(count, centre.month, in_shanghai=place, months_since_round=NEVER_FUNDED_MONTHS)
        spread = centre.luck.population.normal(firms.luck[rows], centre.month, count=2)
        firms["log_size"][rows] = parameters.fintech_entrant_spread * spread[0]
        firms["capability"][rows] = spread[1]


def institutions_adopt(centre: "FinancialCenter") -> None:
    """Institutions without financial technology take it up as their neighbours did and as local firms supply it."""
    parameters, institutions = centre.parameters, centre.institutions
    adopted = institutions["adopted"]
    without = np.flatnonzero(~adopted)
    log_assets = np.log(institutions["assets_bn"])
    neighbours = institutions.rows_of(institutions["neighbours"][:, without])
    chance = adoption_probability(
        neighbours_share(adopted, neighbours),
        (log_assets[without] - log_assets.mean()) / log_assets.std(),
        parameters.bass_innovation,
        parameters.bass_imitation,
        parameters.adoption_size_effect,
        float(centre.fintech["in_shanghai"].sum()) / parameters.fintech_firms_2020,
        parameters.adoption_supply_elasticity,
    )
    takes = without[centre.luck.adoption.uniform(institutions.luck[without], centre.month) < chance]
    adopted[takes] = True
    centre.adopters["adopted"] += len(takes)


def leading_in_shanghai(centre: "FinancialCenter") -> int:
    """Firms of Shanghai among the hundred with the highest composite score in the country."""
    firms = centre.fintech
    score = composite_score(
        firms["log_size"], firms["capital"], firms["capability"], centre.parameters.leading_score_weights
    )
    return int(firms["in_shanghai"][leading_rows(score)].sum())
