"""Shares and intensities as they are typed on the command line: 0.032, 3.2% or "3.2 %"."""

from __future__ import annotations

import math
import re
from decimal import Decimal

from scenarios.errors import InputError, Problem
from scenarios.problem_texts import coded

SHARE = "share"
"""Unit of a share of 1, and of the intensity of a lever, which is a share of its full step."""
SHARES_IN = "Shares and intensities: 0.032, 3.2% or '3.2 %'."
"""The convention as the help of an option says it."""
_PERCENTAGE = re.compile(r"([+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)) ?%", re.ASCII)


def decimal_text(text: str, unit: str, what: str) -> str:
    """Return a number as it is typed, a percentage as the decimal that it stands for: "0.032" for "3.2%".

    Parameters
    ----------
    text
        A number, or other text, which stays as it is for whoever reads it next.
    unit
        Unit of the number; a percentage is a value of a share alone.
    what
        What the number is of, for the error.

    Raises
    ------
    InputError
        For a percentage of something that is no share.
    """
    found = _PERCENTAGE.fullmatch(text.strip())
    if found is None:
        return text
    if not unit.startswith(SHARE):
        reason = f"{text!r} is a percentage, and {what} is no share"
        raise InputError(coded("value.refused", reason=reason), value=text, allowed=f"its unit: {unit}")
    # In decimals, so that 3.2% is the same number as 0.032.
    return str(Decimal(found[1]).scaleb(-2))


def number_asked(text: str, option: str, unit: str, what: str) -> float:
    """Return the number that an option gives in a unit.

    Raises
    ------
    InputError
        If it is no number, or a percentage of something that is no share.
    """
    try:
        return float(decimal_text(text, unit, what))
    except InputError as error:
        raise InputError(Problem(each.message, "", option, text, each.allowed) for each in error.problems) from None
    except ValueError:
        allowed = coded("allowed.number")
        raise InputError(coded("value.no_number", value=repr(text)), key=option, value=text, allowed=allowed) from None


def share_asked(text: str, option: str) -> float:
    """Return the share from 0 to 1 that an option gives.

    Raises
    ------
    InputError
        If it is no number, or outside.
    """
    share = number_asked(text, option, SHARE, option)
    if math.isnan(share) or not 0.0 <= share <= 1.0:
        allowed = coded("allowed.number_0_to_1")
        raise InputError(coded("value.outside_range", value=repr(text)), key=option, value=text, allowed=allowed)
    return share


def setting_in_decimals(text: str) -> str:
    """Return a setting such as "reits_pilot=50%@2022-01" with its intensity as a decimal."""
    name, equals, rest = text.partition("=")
    value, at, month = rest.partition("@")
    return f"{name}{equals}{decimal_text(value, SHARE, name)}{at}{month}"


def shock_in_decimals(text: str) -> str:
    """Return a shock such as "lockdown=30%@2022-04" with its size as a decimal, where the size is a share.

    Raises
    ------
    InputError
        For a percentage where the size of the shock has another unit.
    """
    from scenarios.shocks import shock_kinds

    head, at, when = text.partition("@")
    name, equals, size = head.partition("=")
    kind = shock_kinds().get(name.strip())
    if kind is None:  # refused with the scenario, with the name that comes closest
        return text
    try:
        return f"{name}{equals}{decimal_text(size, kind.unit, f'the size of {kind.name}')}{at}{when}"
    except InputError as error:
        raise InputError(
            Problem(each.message, "--shock", kind.name, size, each.allowed) for each in error.problems
        ) from None
