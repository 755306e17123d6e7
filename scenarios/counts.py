"""Seeds and counts of an experiment as whole numbers within their bounds."""

from __future__ import annotations

from scenarios.bounds import LARGEST_BASE_SEED, LARGEST_SEED, MOST_RUNS
from scenarios.errors import InputError
from scenarios.number_types import real_number, whole_number
from scenarios.paths import shown


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
        message = (
            f"{shown(seed)} is not a seed" if number is None or number < 0 else f"the seed {shown(seed)} is too large"
        )
        raise InputError(message, key=key, value=seed, allowed=allowed)
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
        raise InputError(f"{shown(value)} is not a number of {key}", key=key, value=value, allowed=allowed)
    if number > most:
        raise InputError(f"{shown(value)} {key} are too many", key=key, value=value, allowed=f"at most {most}")
    return number


def checked_total(runs: int, key: str = "runs") -> None:
    """Refuse an experiment of too many runs, before any of them is laid out.

    Raises
    ------
    InputError
        If it asks for more than MOST_RUNS in all.
    """
    if runs > MOST_RUNS:
        raise InputError(f"asks for {shown(runs)} runs in all", key=key, value=runs, allowed=f"at most {MOST_RUNS}")


def checked_level(value: object, key: str = "level") -> float:
    """Return the level of an interval, a number between 0 and 1, such as 0.95.

    Raises
    ------
    InputError
        If it is anything else; a level in per cent is refused with the share that was meant.
    """
    level = real_number(value)
    if level is None or not 0.0 < level < 1.0:
        meant = f"; did you mean {level / 100.0:g}?" if level is not None and 1.0 < level < 100.0 else ""
        raise InputError(
            f"{shown(value)} is no level{meant}", key=key, value=value, allowed="above 0, below 1, such as 0.95"
        )
    return level
