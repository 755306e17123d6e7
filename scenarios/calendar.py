"""Months as integer ordinals: year * 12 + month - 1."""

from __future__ import annotations

import re

from scenarios.errors import InputError
from scenarios.problem_texts import coded

PLAN_START = "2021-01"
PLAN_END = "2025-12"
LAST_END = "2035-12"
"""The latest month a scenario may run to."""

_MONTH = re.compile(r"[12][0-9]{3}-(0[1-9]|1[0-2])")


def is_month(text: object) -> bool:
    """Whether `text` is a month written as year-month, such as 2021-07."""
    return isinstance(text, str) and _MONTH.fullmatch(text) is not None


def month_ordinal(text: str) -> int:
    """Turn a month such as "2021-07" into its ordinal.

    Raises
    ------
    InputError
        If the text is not a month.
    """
    if not is_month(text):
        raise InputError(coded("value.no_month", value=repr(text)), value=text, allowed=coded("allowed.month"))
    return int(text[:4]) * 12 + int(text[5:]) - 1


def month_text(ordinal: int) -> str:
    """Turn a month ordinal back into text such as "2021-07"."""
    year, month = divmod(ordinal, 12)
    return f"{year:04d}-{month + 1:02d}"


BASELINE = month_ordinal("2020-12")
"""The last month before any policy path departs from its 2020 intensity."""
