"""Bounds of seeds and counts: sizes of integers and computing time."""

SEEDS_APART = 1_000_000
"""Runs that a base seed has room for: run r of an ensemble takes the seed base * SEEDS_APART + r."""
LARGEST_SEED = 2**63 - 1
"""Largest seed of a run: the largest integer in a store's columns."""
LARGEST_BASE_SEED = (LARGEST_SEED - (SEEDS_APART - 1)) // SEEDS_APART
"""Largest seed of an ensemble, design or search: the seeds of all its runs are at most LARGEST_SEED."""
MOST_RUNS = 200_000
"""Largest number of runs of one experiment: about ten gigabytes of parameters, and a week of one processor."""
MOST_WORKERS = 1_024
"""Largest number of processes."""


LEAST_SCALE = 0.01
"""Smallest part of the issuers that a run may have.

Measured with the central point and three draws of the prior: from a hundredth on, stocks of 2020 are met within 1 % and
flows within 3 %, but for asset-backed securities, which few issuers sell. With half of that, shares raised in 2020 are
missed by 15 %, with a thousandth by 15 to 30 %: too few issuers list at all."""
LARGEST_SCALE = 300.0
"""Largest size: nearly a million issuers, more than which no machine was tried with (docs/speed.md)."""


def for_library(seed: int) -> int:
    """Return a seed for generators of other libraries, which take 32 bits; a small one stays as it is."""
    return seed % 2**32
