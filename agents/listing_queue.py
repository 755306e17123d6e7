"""The queue of filings: stages of review, withdrawal, and expected waiting time."""

import numpy as np

from agents.arrays import Floats

STAGES = 4
"""Stages of review on every route, from filing to listing."""


def stage_months(lead_time_months: Floats, stage_share: Floats) -> Floats:
    """Mean months in each stage, shape (routes, stages): lead time * share of the stage.

    Lead times by route in months; shares of each route, shape (routes, stages), add up to one.
    Source: stages of STAR listings in 2019 and 2020; parameters `queue_star`, `queue_mainboard`, `queue_reit`.
    """
    return lead_time_months[:, None] * stage_share


def review_stage_probability(months: Floats) -> Floats:
    """Monthly probability of passing a stage of mean length `months`: 1 - exp(-1 / months); 1 where it has none."""
    return -np.expm1(-1.0 / np.maximum(months, 1e-9))


def listed_share(passes: Floats, withdrawal: Floats) -> Floats:
    """Share of filings that reach the end of all stages, shape (routes,), if a part of them is withdrawn each month.

    product over stages of (1 - w) p / (1 - (1 - w) (1 - p))

    Passing probabilities p of shape (routes, stages), withdrawal w a month of shape (routes,). Parameter
    `withdraw_hazard_star`.
    """
    stays = 1.0 - withdrawal[:, None]
    share: Floats = (stays * passes / (1.0 - stays * (1.0 - passes))).prod(axis=1)
    return share


def next_gate(log_gate: float, persistence: float, spread: float, innovation: float) -> float:
    """Log of the regulator's throughput in the next month: persistence * gate + spread * sqrt(1 - persistence^2) * e.

    `innovation` is standard normal, so that the gate has the standard deviation `spread` in the long run. Parameters
    `listing_gate_persistence`, `listing_gate_spread`; judgement.
    """
    return persistence * log_gate + spread * float(np.sqrt(1.0 - persistence**2)) * innovation
