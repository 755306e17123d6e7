"""Results of runs that nobody ran: numbers made of the key, so that a store is tested without the model."""

import numpy as np

from scenarios.calendar import BASELINE
from sim.closing.indicators import PLAN_INDICATORS
from sim.experiments.outcomes import RunOutcome, failed

COLUMNS = PLAN_INDICATORS
MONTHS = 24


def fabricated(request, columns=COLUMNS, months=MONTHS):
    """A run that is done, with numbers that are the same for the same key."""
    rng = np.random.default_rng(int(request.key[:12], 16))
    values = rng.random((months, len(columns)))
    kind = "conditional replay" if request.scenario.macro == "realised" else "simulation"
    return RunOutcome(request, "done", 0.5, columns, BASELINE - 11, values, kind, kernels="tests")


def failing(request):
    """A run that failed."""
    return failed(request, "ValueError: made to fail")
