"""Verdicts by rule: what the runs of an ensemble say about a target, and about the effect of a policy."""

from typing import Literal

import numpy as np

from sim.experiments.least_runs import LEAST_FOR_VERDICT

type Reaching = Literal["reaches", "likely", "unclear", "unlikely", "misses", "too few runs", "no year"]
"""How sure a target is to be reached."""
type Change = Literal["better", "worse", "no clear effect", "no effect", "too few runs"]
"""What a policy does to an indicator of which more is better."""

NEARLY_ALL = 0.9
"""Share of runs that the interval has to reach for a target to count as reached, and on the other side as missed."""
TWO_THIRDS = 2.0 / 3.0
"""Share of runs from which reaching a target is likely. Both bounds are the Intergovernmental Panel on Climate Change's
"very likely" and "likely" (source: Mastrandrea and others, 2010, Guidance Note on Consistent Treatment of
Uncertainties)."""
NEGLIGIBLE = 0.001
"""Effect, as a share of the target, below which a policy counts as without effect, however sure the effect is."""


def reaching(met: int, runs: int) -> Reaching:
    """Return how sure a target is to be reached.

    It is reached if the whole interval of the share lies from nine in ten on: in none or all of few runs a share is not
    yet known to that. From two thirds on reaching it is likely, if the interval lies above one half. Missing it mirrors
    that, and between them it is unclear.

    Parameters
    ----------
    met
        Runs that reach the target.
    runs
        Runs that can be judged.
    """
    if runs < LEAST_FOR_VERDICT:
        return "too few runs"
    low, high = share_interval(met, runs)
    if low >= NEARLY_ALL:
        return "reaches"
    if high <= 1.0 - NEARLY_ALL:
        return "misses"
    if met / runs >= TWO_THIRDS and low > 0.5:
        return "likely"
    if (runs - met) / runs >= TWO_THIRDS and high < 0.5:
        return "unlikely"
    return "unclear"


def share_interval(met: int, runs: int, z: float = 1.96) -> tuple[float, float]:
    """Return the Wilson interval of a share of runs, at 95 % by default.

    (p + z^2 / 2n -+ z sqrt(p (1 - p) / n + z^2 / 4n^2)) / (1 + z^2 / n)

    Source: Wilson, 1927, Journal of the American Statistical Association 22. NaN without runs.
    """
    if runs == 0:
        return float("nan"), float("nan")
    share, part = met / runs, z * z / runs
    middle = share + part / 2.0
    reach = z * float(np.sqrt(share * (1.0 - share) / runs + part / (4.0 * runs)))
    return max(0.0, (middle - reach) / (1.0 + part)), min(1.0, (middle + reach) / (1.0 + part))


def change(low: float, high: float, pairs: int, target: float) -> Change:
    """Return what a policy does to an indicator of which more is better.

    Parameters
    ----------
    low, high
        Interval of the median paired effect, in the indicator's own unit.
    pairs
        Pairs of runs behind it.
    target
        The indicator's target, which sets the size below which an effect is none.
    """
    if pairs < LEAST_FOR_VERDICT or not np.isfinite([low, high]).all():
        return "too few runs"
    if max(abs(low), abs(high)) <= NEGLIGIBLE * abs(target):
        return "no effect"
    if low > 0.0:
        return "better"
    return "worse" if high < 0.0 else "no clear effect"
