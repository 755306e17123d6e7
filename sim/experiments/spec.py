"""Reading designs and searches from YAML files, with all problems of a file reported together."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from scenarios.bounds import MOST_RUNS
from scenarios.errors import InputError, Problem, unknown
from scenarios.loader import load
from scenarios.number_types import whole_number
from scenarios.paths import shown
from scenarios.problem_texts import coded
from scenarios.schema import MACRO_PATHS, Scenario
from scenarios.yaml_tree import read_yaml


class Spec:
    """Contents of a file, and its problems so far.

    Parameters
    ----------
    path
        The file.
    what
        Expected kind of file, for messages, such as "a design".
    keys, needed
        Keys that it may have, and those that it must have.
    """

    def __init__(self, path: str | Path, what: str, keys: Sequence[str], needed: Sequence[str]) -> None:
        self._path = Path(path)
        self._tree = read_yaml(self._path)
        self.problems: list[Problem] = list(self._tree.problems)
        self.data: Mapping[str, Any] = self._tree.data if isinstance(self._tree.data, Mapping) else {}
        if not isinstance(self._tree.data, Mapping):
            self.wrong(
                coded("spec.not", what=what), "", self._tree.data, coded("allowed.keys_of_spec", keys=", ".join(keys))
            )
        for key in self.data:
            if key not in keys:
                self.add(unknown("key", key, keys, key=key))
        if isinstance(self._tree.data, Mapping):
            for key in needed:
                if key not in self.data:
                    self.wrong(coded("value.missing"), key, None)

    def wrong(self, message: str, key: str, value: object, allowed: str = "", nearest: str | None = None) -> None:
        """Add a problem, with its place in the file."""
        where = self._tree.where(key)
        self.problems.append(Problem(message, where=where, key=key, value=value, allowed=allowed, nearest=nearest))

    def add(self, problem: Problem) -> None:
        """Add a problem under the place of its key in the file."""
        self.problems.append(replace(problem, where=self._tree.where(problem.key)))

    def refused(self, error: InputError, key: str) -> None:
        """Add the problems of the file that a key names; those without a place of their own take that of the key."""
        self.problems += [
            each if each.where else replace(each, where=self._tree.where(key), key=key) for each in error.problems
        ]

    def whole_number(self, key: str, usual: int, least: int, most: int = MOST_RUNS) -> int:
        """A number of the file from `least` to `most`; the usual one where it is not given or wrong."""
        value = self.data.get(key, usual)
        number = whole_number(value)
        if number is None or number < least:
            self.wrong(coded("value.no_whole_number", value=shown(value), least=least), key, value)
        elif number > most:
            self.wrong(coded("value.too_large", value=shown(value)), key, value, coded("allowed.at_most", most=most))
        else:
            return number
        return usual

    def scenario(self, usual: str) -> Scenario:
        """The scenario of the file, at its scale."""
        found = self.named_scenario(self.data["scenario"], "scenario") if "scenario" in self.data else load(usual)
        found = load(usual) if found is None else found
        if "scale" in self.data:
            try:
                return Scenario(**{**found.as_given(), "scale": self.data["scale"]})
            except InputError as error:
                self.refused(error, "scale")
        return found

    def named_scenario(self, name: Any, key: str) -> Scenario | None:
        """The scenario that a key names, a ready one or a file by a path relative to this one; None if it is bad."""
        try:
            return load(name, named_in=self._path)
        except InputError as error:
            self.refused(error, key)
            return None

    def is_macro_path(self, name: object, key: str) -> bool:
        """Whether a name is that of a macro path; if not that is a problem."""
        if name in MACRO_PATHS:
            return True
        self.add(unknown("macro_path", name, MACRO_PATHS, key=key))
        return False

    def check(self) -> None:
        """End the reading.

        Raises
        ------
        scenarios.InputError
            With every problem found.
        """
        if self.problems:
            raise InputError(self.problems)
