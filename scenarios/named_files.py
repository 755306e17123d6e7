"""Files that other files name: a path together with the file that contains it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from scenarios.errors import InputError, Problem
from scenarios.problem_texts import coded

SUFFIXES = (".yaml", ".yml")
"""How the name of a scenario file ends."""


@dataclass(frozen=True, slots=True)
class NamedFile:
    """A file by the words in which another file names it.

    A relative path goes out from the folder of the file that names it, wherever the work is done from.
    """

    words: str
    """The path as it is written."""
    namer: Path | None
    """The file that names it; None for uploaded text, which may not name files."""

    @property
    def path(self) -> Path:
        """Where the file is.

        Raises
        ------
        InputError
            If there is no such file, or its source may not name files.
        """
        if self.namer is None:
            raise InputError(
                coded("file.named_in_text", file=self.words),
                value=self.words,
                allowed=coded("allowed.content_of_file"),
            )
        path = self.namer.parent / self.words
        if not _exists(path):
            raise InputError(
                coded("file.not_found_there", file=self.words), value=self.words, allowed=coded("allowed.relative_path")
            )
        return path

    def read[Content](self, reader: Callable[[Path], Content]) -> Content:
        """Return the result of a reader of the file.

        Raises
        ------
        InputError
            Problems that the reader finds. A problem of the file as a whole has no place: it belongs to the key that
            names the file.
        """
        path = self.path
        try:
            return reader(path)
        except InputError as error:
            raise InputError(self._placed(problem, str(path)) for problem in error.problems) from None

    def _placed(self, problem: Problem, path: str) -> Problem:
        if problem.where != path:
            return problem
        return replace(problem, message=f"{self.words}: {problem.message}", where="", key="", value=self.words)


def names_a_scenario_file(words: Any) -> bool:
    """Whether the name of a scenario is that of a file and not that of a ready one."""
    return isinstance(words, str) and (words.lower().endswith(SUFFIXES) or "/" in words or "\\" in words)


def names_a_drivers_file(words: Any) -> bool:
    """Whether the name of a macro path is that of a file of drivers."""
    return isinstance(words, str) and words.lower().endswith(".csv")


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except (OSError, ValueError):  # no file can have such a name
        return False
