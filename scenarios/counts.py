"""Seeds and counts of an experiment as whole numbers within their bounds."""

from __future__ import annotations

from scenarios.bounds import LARGEST_BASE_SEED, LARGEST_SEED, MOST_RUNS
from scenarios.errors import InputError
from scenarios.number_types import real_number, whole_number
from scenarios.paths import shown
from scenarios.problem_texts import coded


def checked_seed(seed: object, largest: int = LARGEST_SEED, key: str = "seed") -> int:
    """Return a seed that a run can take.

    Raises
    ------
    InputError
        If it is not a whole number from 0 to the largest.
    """
    number = whole_number(seed)
    if number is None or not 0 <= number <= largest:
        allowed = coded("allowed.whole_number_between", least=0, most=largest)
        message = (
            coded("seed.not", value=shown(seed))
            if number is None or number < 0
            else coded("seed.too_large", seed=shown(seed))
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
        allowed = coded("allowed.whole_number_from", least=least)
        raise InputError(coded("value.no_count", value=shown(value), key=key), key=key, value=value, allowed=allowed)
    if number > most:
        raise InputError(
            coded("counts.too_many", value=shown(value), key=key),
            key=key,
            value=value,
            allowed=coded("allowed.at_most", most=most),
        )
    return number


def checked_total(runs: int, key: str = "runs") -> None:
    """Refuse an experiment of too many runs, before any of them is laid out.

    Raises
    ------
    InputError
        If it asks for more than MOST_RUNS in all.
    """
    if runs > MOST_RUNS:
        raise InputError(
            coded("runs.too_many", count=shown(runs)),
            key=key,
            value=runs,
            allowed=coded("allowed.at_most", most=MOST_RUNS),
        )


def checked_level(value: object, key: str = "level") -> float:
    """Return the level of an interval, a number between 0 and 1, such as 0.95.

    Raises
    ------
    InputError
        If it is anything else; a level in per cent is refused with the share that was meant.
    """
    level = real_number(value)
    if level is None or not 0.0 < level < 1.0:
        is_per_cent = level is not None and 1.0 < level < 100.0
        meant = coded("meaning.level", value=level / 100.0) if level is not None and is_per_cent else ""
        raise InputError(
            coded("value.no_level", value=shown(value), meant=meant),
            key=key,
            value=value,
            allowed=coded("allowed.level"),
        )
    return level
