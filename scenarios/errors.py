"""Errors in users' input, reported together and completely."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from scenarios.printable import spelt_out
from scenarios.problem_texts import CodedText, coded

LONGEST_NAME = 60
"""Letters of a name that are quoted in a message."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One error in a user's input.

    `message` and `allowed`, which describes what would have been right, have a code where the package wrote them (see
    `scenarios.problem_texts`). `where` is the file and line or the argument, `key` the dotted path to the value,
    `nearest` is the valid name closest to the one given.
    """

    message: str
    where: str = ""
    key: str = ""
    value: Any = None
    allowed: str = ""
    nearest: str | None = None

    @property
    def code(self) -> str:
        """Code of the message, such as "lever.unknown"; empty for a message in words of its own."""
        return self.message.code if isinstance(self.message, CodedText) else ""

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
        The problems, a single one, or the message of a single one, whose other fields may follow by name.
    """

    def __init__(
        self,
        problems: str | Problem | Iterable[Problem],
        *,
        where: str = "",
        key: str = "",
        value: Any = None,
        allowed: str = "",
        nearest: str | None = None,
    ) -> None:
        if isinstance(problems, str):
            problems = (Problem(problems, where, key, value, allowed, nearest),)
        self.problems: tuple[Problem, ...] = (problems,) if isinstance(problems, Problem) else tuple(problems)
        super().__init__(self.problems)

    def __str__(self) -> str:
        return "\n".join(str(problem) for problem in self.problems)


def nearest_name(name: object, known: Iterable[str]) -> str | None:
    """Return the known name closest to the one given, or None if none is close."""
    matches = difflib.get_close_matches(str(name), list(known), n=1, cutoff=0.6)
    return matches[0] if matches else None


def unknown(
    what: str,
    name: object,
    known: Iterable[object],
    *,
    where: str = "",
    key: str = "",
    allowed: str | None = None,
) -> Problem:
    """Return the problem of a name that is not among those known.

    Parameters
    ----------
    what
        What it is the name of, as codes say it: "lever" for "lever.unknown".
    name
        The name given.
    known
        The valid names, the closest of which is proposed.
    where, key
        Where it was given.
    allowed
        What is allowed in place of the list of names, where that is long.
    """
    names = [str(each) for each in known]
    text = repr(name)
    named = text if len(text) <= LONGEST_NAME else f"{text[: LONGEST_NAME - 3]}..."
    message = coded(f"{what}.unknown", name=named)
    return Problem(
        message, where, key, name, ", ".join(names) if allowed is None else allowed, nearest_name(name, names)
    )
