"""From how many runs on a number says something: intervals, errors, verdicts, tails, weights, identification.

Below these numbers the command line, JSON and tables give no such number, and say "too few runs" with the count.
"""

from collections.abc import Sequence

import numpy as np

from agents.arrays import Floats

LEAST_FOR_INTERVAL = 8
"""Pairs or runs behind an interval, a quantile other than the median, a standard error or a share of variance saved.

The range of n runs holds the median of all possible runs with the chance 1 - 2^(1-n): 50 % for two, 97 % for six,
99 % for eight. Below eight a bootstrap interval, which cannot leave the range, is far too narrow (source: order
statistics; Efron and Tibshirani, 1993, An Introduction to the Bootstrap, chapter 14).
"""
LEAST_FOR_VERDICT = LEAST_FOR_INTERVAL
"""Runs behind a verdict: the sign of an effect, a fact that passes, the light of a goal."""
LEAST_FOR_WEIGHT = 16
"""Runs of each group that is weighted by data; and at least twice the number of moments that decide, since their
covariance is estimated from the runs and with fewer its inverse is mostly noise (source: Hartlap and others, 2007)."""
LEAST_PER_PARAMETER = 10
"""Runs for each parameter that a design varies before a fit's emulator can assess identification (source: Loeppky,
Sacks and Welch, 2009, Technometrics 51, "ten runs for each dimension")."""


def enough_for_quantile(count: int, q: float) -> bool:
    """Whether so many runs have a quantile: any but the median is half of an interval and needs as many as one."""
    return count >= (1 if q == 0.5 else LEAST_FOR_INTERVAL)


def quantiles_known(values: Floats, levels: Sequence[float]) -> list[float]:
    """Quantiles of finished runs, NaN for those that need more runs."""
    there = np.asarray(values, dtype=np.float64)
    there = there[np.isfinite(there)]
    return [float(np.quantile(there, q)) if enough_for_quantile(len(there), q) else float("nan") for q in levels]


def standard_error(values: Floats) -> float:
    """Standard error of a mean over runs; NaN below the least number."""
    there = values[np.isfinite(values)]
    return float(there.std(ddof=1) / np.sqrt(len(there))) if len(there) >= LEAST_FOR_INTERVAL else float("nan")


def error_of_share(met: int, runs: int) -> float:
    """Standard error of a share of runs; NaN below the least number.

    sqrt(p (1 - p) / n). At a share of 0 or 1 that is zero, which no number of runs can say: there the share is taken as
    (k + 2) / (n + 4) (source: Agresti and Coull, 1998).
    """
    if runs < LEAST_FOR_INTERVAL:
        return float("nan")
    if met in (0, runs):
        met, runs = met + 2, runs + 4
    share = met / runs
    return float(np.sqrt(share * (1.0 - share) / runs))


def too_few(count: int, least: int = LEAST_FOR_INTERVAL, of: str = "runs") -> str:
    """Text in place of a statistic that needs more runs."""
    return f"too few {of} ({count}; from {least} on)"


def few_runs_note(count: int, what: str, least: int = LEAST_FOR_INTERVAL, of: str = "runs") -> list[str]:
    """A line that says that there are too few runs for something, none where there are enough."""
    return [f"T{too_few(count, least, of)[1:]} for {what}."] if count < least else []
