"""Delta-CoVaR: what the distress of one institution adds to the loss of the system in bad times."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from agents.arrays import Floats
from scenarios.counts import checked_level
from scenarios.errors import InputError
from scenarios.problem_texts import coded
from sim.stress.checked import checked_vector

MEDIAN = 0.5
LEAST = 20
"""Fewest observations behind a quantile regression."""


@dataclass(frozen=True)
class DeltaCoVaR:
    """Losses at a level of probability, in the units of the losses given."""

    value_at_risk: float
    """Loss of the institution that it exceeds with the probability 1 - level."""
    median_loss: float
    """Median loss of the institution."""
    slope: float
    """Rise of the system's quantile for each unit that the institution loses."""
    covar: float
    """Loss of the system that it exceeds with the probability 1 - level if the institution loses its value at risk."""
    delta: float
    """That loss less the one while the institution loses its median."""


def delta_covar(system_loss: Any, institution_loss: Any, level: float = 0.95) -> DeltaCoVaR:
    """Conditional value at risk of a system by quantile regression on the loss of an institution.

    quantile of the system's loss = a + b * loss of the institution
    CoVaR = a + b * VaR,  delta CoVaR = b * (VaR - median loss)

    If both losses are normal, delta CoVaR is z * correlation * standard deviation of the system, with z the quantile of
    the standard normal at `level`.

    Parameters
    ----------
    system_loss, institution_loss
        Losses in the same months or runs, shape (observations,), gains below zero; at least twenty.
    level
        Probability of a loss that is not exceeded, between 0 and 1: 0.95 or 0.99.

    Raises
    ------
    scenarios.InputError
        If an array has another shape or holds what is no finite number, or the level is not between 0 and 1.

    References
    ----------
    Adrian, T. and Brunnermeier, M. (2016), CoVaR, American Economic Review 106(7). Koenker, R. and Bassett, G. (1978),
    Regression quantiles, Econometrica 46.
    """
    system = checked_vector(system_loss, "system_loss", low=-np.inf)
    own = checked_vector(institution_loss, "institution_loss", len(system), low=-np.inf)
    if len(own) < LEAST:
        raise InputError(
            coded("array.shape", shape=own.shape),
            key="institution_loss",
            value=own.shape,
            allowed=coded("allowed.vector", size=f">= {LEAST}"),
        )
    level = checked_level(level)
    constant, slope = regression_quantile(system, own, level)
    risk, median = (float(np.quantile(own, share)) for share in (level, MEDIAN))
    return DeltaCoVaR(risk, median, slope, constant + slope * risk, slope * (risk - median))


def regression_quantile(outcome: Floats, cause: Floats, level: float) -> tuple[float, float]:
    """Constant and slope of the quantile of an outcome given a cause, both of shape (observations,).

    They minimise the sum of level * max(e, 0) + (1 - level) * max(-e, 0) over the errors e. The dual is solved, which
    has two equations: find weights d from 0 to 1 that maximise outcome'd with sum d = (1 - level) n and
    cause'd = (1 - level) sum of cause. A cause that does not vary has the slope 0.
    """
    from scipy.optimize import linprog

    spread = float(cause.std())
    if spread == 0.0:
        return float(np.quantile(outcome, level)), 0.0
    centre = float(cause.mean())
    scaled = (cause - centre) / spread
    sides = np.stack([np.ones_like(scaled), scaled])
    found = linprog(-outcome, A_eq=sides, b_eq=(1.0 - level) * sides.sum(axis=1), bounds=(0.0, 1.0), method="highs")
    at_centre, slope = (-float(each) for each in found.eqlin.marginals)
    return at_centre - slope * centre / spread, slope / spread
