"""Parameters of the user's own, from a file of rows or from a fit, as values without reference to their file.

A file is read once, where a scenario names it. From then on its rows are part of the scenario.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from scenarios.added.parameter_file import checked_rows, read_parameters
from scenarios.added.records import AddedParameter, AddedParts, levers_of, parameters_of
from scenarios.csv_rows import number_in, read_csv
from scenarios.distributions import Distribution
from scenarios.errors import InputError, Problem, unknown
from scenarios.parameters import PARAMETER_SETS, JointDraws, Parameters, parameter_table, unused_parameters
from scenarios.paths import shown
from scenarios.plan import Plan, levers
from scenarios.problem_texts import coded, said
from scenarios.typed_rows import read_table
from scenarios.user_files import read_json

FIT = ("posterior_2020.csv", "posterior_2020.json")
"""Files of a fit in its folder, as `lujiazui calibrate --out` writes them."""
LARGEST_FIT = 50_000_000
"""Most bytes of a file of draws."""


@dataclass(frozen=True, eq=False)
class OwnParameters:
    """Distributions of single parameters, or joint draws of several, that replace those of a set."""

    name: str
    """Name of the file, or of the folder of a fit."""
    rows: tuple[AddedParameter, ...] = ()
    joint: JointDraws | None = None

    @cached_property
    def digest(self) -> str:
        """A hash of all of it but the name, 16 hex digits."""
        content = {key: value for key, value in self.plain().items() if key != "name"}
        text = json.dumps(content, sort_keys=True, separators=(",", ":"), allow_nan=False)
        return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, OwnParameters) and (self.name, self.digest) == (other.name, other.digest)

    def __hash__(self) -> int:
        return hash((self.name, self.digest))

    @property
    def identity(self) -> str:
        """Name and digest in one line."""
        return f"{self.name} ({self.digest})"

    @property
    def rests_on(self) -> str:
        """Basis in one line: the statuses of the rows, or the fit."""
        if self.joint is not None:
            date = self.joint.about.get("date", "unknown date")
            return f"{len(self.joint.names)} parameters of the fit {self.identity} of {date}"
        counts = Counter(row.status for row in self.rows)
        statuses = ", ".join(f"{count} {status}" for status, count in counts.items())
        return f"{len(self.rows)} parameters of {self.identity}: {statuses}"

    @property
    def told(self) -> dict[str, Any]:
        """Name, digest and sources, as the provenance of a run gives them."""
        kept = {"id": "id", "value": "distribution", "unit": "unit", "status": "status", "source": "source"}
        rows = [{key: getattr(row, name) for key, name in kept.items()} for row in self.rows]
        fit = None if self.joint is None else {"parameters": list(self.joint.names), **self.joint.about}
        return {"name": self.name, "digest": self.digest, "rows": rows, "fit": fit}

    def plain(self) -> dict[str, Any]:
        """Return it as plain data."""
        rows = [
            {key: getattr(row, key) for key in ("id", "unit", "distribution", "status", "source", "description")}
            for row in self.rows
        ]
        if self.joint is None:
            return {"name": self.name, "rows": rows}
        joint = {"names": list(self.joint.names), "rows": [list(row) for row in self.joint.rows]}
        return {"name": self.name, "rows": rows, "joint": {**joint, "about": dict(self.joint.about)}}


def parse_own_parameters(plain: Any) -> OwnParameters:
    """Read parameters of one's own from plain data; those that are read pass through.

    Raises
    ------
    InputError
        With every problem.
    """
    if isinstance(plain, OwnParameters):
        return plain
    if not isinstance(plain, Mapping) or not isinstance(plain.get("name"), str):
        raise InputError(coded("parameters.not", value=shown(plain)), value=shown(plain))
    rows = read_table(AddedParameter, plain.get("rows", ()), "", "rows")
    checked_rows(rows, "")
    joint = plain.get("joint")
    if joint is None:
        return OwnParameters(plain["name"], rows)
    try:
        draws = JointDraws(
            tuple(map(str, joint["names"])),
            tuple(tuple(float(value) for value in row) for row in joint["rows"]),
            dict(joint["about"]),
        )
    except (AttributeError, KeyError, TypeError, ValueError):
        raise InputError(coded("parameters.no_draws"), key="joint") from None
    return OwnParameters(plain["name"], rows, _sound(draws, "", plain["name"]))


def names_own_parameters(words: Any) -> bool:
    """Whether what stands for a parameter set is the path of a file of parameters or of the folder of a fit."""
    if isinstance(words, Path):
        return True
    return isinstance(words, str) and (words.lower().endswith(".csv") or "/" in words or "\\" in words)


def checked_parameters_argument(given: Any) -> None:
    """Refuse what cannot stand for the parameters of a run.

    Raises
    ------
    InputError
        If it is neither the name of a set, nor a path, nor `Parameters`, nor None.
    """
    if given is not None and not isinstance(given, str | Path | Parameters):
        allowed = coded("allowed.parameters", sets=", ".join(PARAMETER_SETS))
        message = coded("parameters.kind", value=shown(given))
        raise InputError(message, key="parameters", value=shown(given), allowed=allowed)


def read_own_parameters(path: str | Path) -> OwnParameters:
    """Read parameters from a CSV file with the columns id, value, unit, status and source, or the folder of a fit.

    Raises
    ------
    InputError
        With every problem, each with file, line, column and what is allowed.
    """
    path = Path(path)
    if path.is_dir():
        return _read_fit(path)
    return OwnParameters(path.name, read_parameters(path))


def _read_fit(folder: Path) -> OwnParameters:
    about = read_json(folder / FIT[1], what=coded("what.fit_basis"))
    if not isinstance(about, Mapping):
        raise InputError(coded("parameters.no_draws"), where=str(folder / FIT[1]))
    table = read_csv(folder / FIT[0], (), what=coded("what.draws"), largest=LARGEST_FIT)
    rows = []
    for row in table.rows:
        try:
            rows.append(tuple(number_in(row[name]) for name in table.columns))
        except ValueError as error:
            table.problems.append(Problem(said(error), row.where))
    table.check()
    draws = JointDraws(table.columns, tuple(rows), dict(about))
    return OwnParameters(folder.name, (), _sound(draws, str(folder / FIT[0]), folder.name))


def _sound(draws: JointDraws, where: str, name: str) -> JointDraws:
    """Joint draws whose parameters are known, of which there are some, and which are finite.

    Raises
    ------
    InputError
        If they are not.
    """
    known = [row.id for row in parameter_table()]
    problems = [unknown("parameter", each, known, where=where, allowed="") for each in draws.names if each not in known]
    whole = all(len(row) == len(draws.names) for row in draws.rows)
    if not draws.rows or not whole or not all(math.isfinite(value) for row in draws.rows for value in row):
        problems.append(Problem(coded("parameters.no_draws"), where, value=name))
    if problems:
        raise InputError(problems)
    return draws


def checked_against(own: OwnParameters, components: Iterable[AddedParts], plan: Plan | None = None) -> None:
    """Refuse rows that name no parameter of the model, its components or its plan, or state another unit.

    Raises
    ------
    InputError
        With every problem.
    """
    added = tuple(components)
    units = {row.id: row.unit for row in parameter_table()} | {row.id: row.unit for row in parameters_of(added)}
    usual = {row.id: row.prior_2020 for row in parameter_table()} | {row.id: row.prior for row in parameters_of(added)}
    of_plan = levers() if plan is None else plan.levers
    effects = {f"{lever.id}.{each.channel}" for lever in (*of_plan, *levers_of(added)) for each in lever.effects}
    problems = []
    for row in own.rows:
        if row.id in effects:
            if not isinstance(row.prior.central(), float):
                problems.append(_misshaped(own.name, row, 1))
            continue
        if row.id not in units:
            names = [*units, *effects] if "." in row.id else units
            problems.append(unknown("parameter", row.id, names, where=own.name, key=row.id, allowed=""))
        elif row.unit != units[row.id]:
            message = coded("parameter.other_unit", name=row.id, unit=row.unit)
            problems.append(Problem(message, own.name, row.id, row.unit, units[row.id]))
        elif row.id in unused_parameters():
            problems.append(Problem(coded("parameter.unused", name=row.id), own.name, row.id, row.id))
        elif _count(row.prior) != _count(usual[row.id]):
            problems.append(_misshaped(own.name, row, _count(usual[row.id])))
    if problems:
        raise InputError(problems)


def _count(distribution: Distribution) -> int:
    value = distribution.central()
    return 1 if isinstance(value, float) else len(value)


def _misshaped(where: str, row: AddedParameter, count: int) -> Problem:
    allowed = coded("allowed.finite_number") if count == 1 else coded("allowed.finite_numbers", count=count)
    return Problem(coded("parameter.does_not_fit", value=row.distribution), where, row.id, row.distribution, allowed)
