"""The queue for a licence, between an entrant's choice of Shanghai and its first day of business."""

import numpy as np

from agents.arrays import Floats

LICENCE_STAGES = 3
"""Stages of equal mean length, so that the whole wait is Erlang distributed."""


def licence_stage_probability(mean_months: float) -> float:
    """Monthly probability that a filing passes its stage: stages / mean wait, at most one.

    The wait from filing to licence then has the given mean: it is Erlang in months. Parameter `licence_queue_months`.
    """
    return min(1.0, LICENCE_STAGES / mean_months)


def licensed_share(passes: float, withdraws: float) -> float:
    """Share of filings that end in a licence.

    share = (passes * (1 - withdraws) / (withdraws + passes * (1 - withdraws))) ** stages

    Monthly probabilities; withdrawal comes first in a month. Parameter `licence_withdrawal`.
    """
    moves = passes * (1.0 - withdraws)
    return float((moves / (withdraws + moves)) ** LICENCE_STAGES)


def steady_queue(filings_per_month: Floats, passes: float, withdraws: float) -> Floats:
    """Filings that wait by stage if filings are constant, shape (3, ...) for filings of shape (...).

    waiting in stage s = filings * share that passes a stage ** s / probability of leaving a stage in a month
    """
    moves = passes * (1.0 - withdraws)
    leaves = withdraws + moves
    into = (moves / leaves) ** np.arange(LICENCE_STAGES)
    waiting: Floats = np.multiply.outer(into, filings_per_month) / leaves
    return waiting


def licence_scope_shift(scope_ratio: float, elasticity: float) -> float:
    """Contribution of the scope of licences to the utility of Shanghai for a foreign-funded institution, log points.

    shift = elasticity * ln(share of licence types open on equal terms / share of 2020)

    A wider scope is more business for the same cost of entry. Parameter `licence_scope_elasticity`; channel
    `licence_scope`.
    """
    return float(elasticity * np.log(scope_ratio))
