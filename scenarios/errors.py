"""Errors in users' input, reported together and completely."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from scenarios.printable import spelt_out


@dataclass(frozen=True, slots=True)
class Problem:
    """One error in a user's input.

    `where` is the file and line or the argument, `key` the dotted path to the value, `allowed` describes what would
    have been right, `nearest` is the valid name closest to the one given.
    """

    message: str
    where: str = ""
    key: str = ""
    value: Any = None
    allowed: str = ""
    nearest: str | None = None

    def __str__(self) -> str:
        text = ": ".join(part for part in (self.where, self.key, self.message) if part)
        if self.nearest is not None:
            text += f"; did you mean {self.nearest!r}?"
        if self.allowed and self.allowed not in self.message:
            text += f" ({self.allowed})"
        return spelt_out(text)


class InputError(ValueError):
    """Input that cannot be used, with every problem found in it.

    The command line prints it without a traceback and exits with 2.

    Parameters
    ----------
    problems
        The problems, or the message of a single one, whose other fields may follow by name.
    """

    def __init__(
        self,
        problems: str | Iterable[Problem],
        *,
        where: str = "",
        key: str = "",
        value: Any = None,
        allowed: str = "",
        nearest: str | None = None,
    ) -> None:
        if isinstance(problems, str):
            problems = (Problem(problems, where, key, value, allowed, nearest),)
        self.problems: tuple[Problem, ...] = tuple(problems)
        super().__init__(self.problems)

    def __str__(self) -> str:
        return "\n".join(str(problem) for problem in self.problems)


def nearest_name(name: object, known: Iterable[str]) -> str | None:
    """Return the known name closest to the one given, or None if none is close."""
    matches = difflib.get_close_matches(str(name), list(known), n=1, cutoff=0.6)
    return matches[0] if matches else None
