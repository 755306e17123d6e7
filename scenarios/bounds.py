"""How large seeds and counts may be: what a machine's whole numbers and a day's work can hold."""

from __future__ import annotations

from scenarios.errors import InputError
from scenarios.number_types import whole_number

SEEDS_APART = 1_000_000
"""Runs that a base seed has room for: run r of an ensemble takes the seed base * SEEDS_APART + r."""
LARGEST_SEED = 2**63 - 1
"""Largest seed of a run: what a store's columns of whole numbers hold."""
LARGEST_BASE_SEED = (LARGEST_SEED - (SEEDS_APART - 1)) // SEEDS_APART
"""Largest seed of an ensemble, design or search: the seeds of all its runs are at most LARGEST_SEED."""
MOST_RUNS = 200_000
"""Runs that one experiment may ask for in all: about ten gigabytes of parameters, and a week of one processor."""
MOST_WORKERS = 1_000
"""Processes that may be asked for."""


def checked_seed(seed: object, largest: int = LARGEST_SEED, key: str = "seed") -> int:
    """Return a seed that a run can take.

    Raises
    ------
    InputError
        If it is not a whole number from 0 to the largest.
    """
    number = whole_number(seed)
    if number is None or not 0 <= number <= largest:
        allowed = f"a whole number from 0 to {largest}"
        raise InputError(f"{shown_number(seed)} is not a seed", key=key, value=seed, allowed=allowed)
    return number


def checked_base_seed(seed: object, key: str = "seed") -> int:
    """Return a seed that leaves room for the seeds of an experiment's runs.

    Raises
    ------
    InputError
        If it is not a whole number from 0 to LARGEST_BASE_SEED.
    """
    return checked_seed(seed, LARGEST_BASE_SEED, key)


def checked_count(value: object, key: str, least: int = 1, most: int = MOST_RUNS) -> int:
    """Return a whole number within bounds.

    Raises
    ------
    InputError
        If it is anything else.
    """
    number = whole_number(value)
    if number is None or number < least:
        allowed = f"a whole number from {least}"
        raise InputError(f"{shown_number(value)} is not a number of {key}", key=key, value=value, allowed=allowed)
    if number > most:
        raise InputError(f"{shown_number(value)} {key} are too many", key=key, value=value, allowed=f"at most {most}")
    return number


def checked_total(runs: int, key: str = "runs") -> None:
    """Refuse an experiment of too many runs, before any of them is laid out.

    Raises
    ------
    InputError
        If it asks for more than MOST_RUNS in all.
    """
    if runs > MOST_RUNS:
        raise InputError(f"asks for {shown_number(runs)} runs in all", key=key, value=runs, allowed=f"at most {MOST_RUNS}")


def for_library(seed: int) -> int:
    """Return a seed for numpy's, SciPy's or scikit-learn's generators, which take 32 bits; below 2**32 it is the same."""
    return seed % 2**32


def shown_number(value: object) -> str:
    """Return a value for a message; numbers of more digits than anyone reads are not written out."""
    number = whole_number(value)
    if number is not None and abs(number) > 10**30:
        return "a number of more than thirty digits"
    text = repr(number if number is not None else value)
    return text if len(text) <= 60 else f"{text[:57]}..."
