"""Designs: points in the space of levers and parameters, and the runs they ask for."""

import itertools
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from agents.arrays import Floats
from scenarios.errors import InputError, Problem, nearest_name
from scenarios.loader import load
from scenarios.parameters import parameter_set
from scenarios.plan import lever_ids
from scenarios.schema import Scenario
from scenarios.yaml_tree import read_yaml
from sim.experiments.requests import SEEDS_APART, RunRequest

if TYPE_CHECKING:
    import pandas as pd

KINDS = ("factorial", "latin_hypercube", "sobol", "morris", "points")
KEYS = ("title", "scenario", "kind", "samples", "levels", "seed", "runs", "scale", "factors", "points")
NEEDED = ("kind", "factors")
MOST_POINTS = 100_000


@dataclass(frozen=True)
class Factor:
    """What is varied: a lever's intensity from 2021-01 on, or a parameter."""

    name: str
    kind: str
    low: float
    high: float

    def at(self, share: Floats) -> Floats:
        """Values at shares 0..1 of the range."""
        return self.low + (self.high - self.low) * share


@dataclass(frozen=True)
class Design:
    """A sweep: base scenario, factors, and how points are chosen."""

    scenario: Scenario
    kind: str
    factors: tuple[Factor, ...]
    samples: int = 64
    levels: int = 4
    seed: int = 1
    runs: int = 1
    title: str = ""
    given: tuple[tuple[float, ...], ...] = ()
    """Points of a design of kind `points`."""

    def plain(self) -> dict[str, Any]:
        """The design as what JSON keeps to the bit."""
        return {
            "scenario": self.scenario.plain(),
            "kind": self.kind,
            "factors": [[factor.name, factor.kind, factor.low, factor.high] for factor in self.factors],
            "samples": self.samples,
            "levels": self.levels,
            "seed": self.seed,
            "runs": self.runs,
            "title": self.title,
            "given": [list(point) for point in self.given],
        }

    @classmethod
    def from_plain(cls, data: Mapping[str, Any]) -> Self:
        """The design that `plain` was made of."""
        return cls(
            **{
                **data,
                "scenario": Scenario(**data["scenario"]),
                "factors": tuple(Factor(*factor) for factor in data["factors"]),
                "given": tuple(tuple(point) for point in data["given"]),
            }
        )

    def points(self) -> "pd.DataFrame":
        """Points, one row each, a column for each factor; the same for the same design.

        factorial: all combinations of `levels` values; latin_hypercube and sobol: `samples` points (for sobol rounded
        up to a power of two); morris: `samples` trajectories of one step a factor; points: those that are given.
        """
        import pandas as pd

        count = len(self.factors)
        if self.kind == "points":
            return pd.DataFrame(list(self.given), columns=[factor.name for factor in self.factors])
        shares = self.shares(count)
        columns = {factor.name: factor.at(shares[:, place]) for place, factor in enumerate(self.factors)}
        return pd.DataFrame(columns)

    def shares(self, count: int) -> Floats:
        """Points as shares of each factor's range, shape (points, factors)."""
        from scipy.stats import qmc

        rng = np.random.default_rng(self.seed)
        if self.kind == "factorial":
            grid = np.linspace(0.0, 1.0, self.levels)
            return np.array(list(itertools.product(grid, repeat=count)))
        if self.kind == "latin_hypercube":
            return np.asarray(qmc.LatinHypercube(count, rng=rng).random(self.samples))
        if self.kind == "sobol":
            return np.asarray(qmc.Sobol(count, rng=rng).random_base2(int(np.ceil(np.log2(max(self.samples, 2))))))
        return np.asarray(_morris().sample(self.unit_problem(), self.samples, num_levels=self.levels, seed=self.seed))

    def unit_problem(self) -> dict[str, Any]:
        """The design as SALib wants it, each factor from 0 to 1."""
        names = [factor.name for factor in self.factors]
        return {"num_vars": len(names), "names": names, "bounds": [[0.0, 1.0]] * len(names)}

    def requests(self) -> list[RunRequest]:
        """Runs of all points: point p and repetition r make run p * runs + r; luck is the same at every point."""
        central = parameter_set(self.scenario.parameters).central()
        requests = []
        for number, point in enumerate(self.points().itertuples(index=False)):
            values = dict(zip((factor.name for factor in self.factors), point, strict=True))
            chosen = {f.name: float(values[f.name]) for f in self.factors if f.kind == "lever"}
            changed: dict[str, Any] = {f.name: float(values[f.name]) for f in self.factors if f.kind == "parameter"}
            scenario = self.scenario.with_levers(chosen) if chosen else self.scenario
            parameters = central.replace(**changed) if changed else central
            for repetition in range(self.runs):
                seed = self.seed * SEEDS_APART + repetition
                requests.append(RunRequest(scenario, seed, parameters, None, (), number * self.runs + repetition))
        return requests


def _morris() -> Any:
    try:
        from SALib.sample import morris
    except ImportError:
        raise InputError(
            "needs the extra 'explore': pip install 'lujiazui[explore]'", key="kind", value="morris"
        ) from None
    return morris


def read_design(path: str | Path) -> Design:
    """A design from a YAML file; see docs/sweeps.md.

    Raises
    ------
    scenarios.InputError
        With every problem found, each with file, line, key, value and what is allowed.
    """
    tree = read_yaml(Path(path))
    problems = list(tree.problems)

    def wrong(message: str, key: str, value: object, allowed: str = "", nearest: str | None = None) -> None:
        problems.append(Problem(message, where=tree.where(key), key=key, value=value, allowed=allowed, nearest=nearest))

    data = tree.data if isinstance(tree.data, dict) else {}
    if not isinstance(tree.data, dict):
        wrong("is not a design", "", tree.data, "keys " + ", ".join(KEYS))
    for key in data:
        if key not in KEYS:
            wrong(f"unknown key {key!r}", key, key, ", ".join(KEYS), nearest_name(key, KEYS))
    for key in NEEDED:
        if key not in data:
            wrong("is missing", key, None)
    kind = data.get("kind", KINDS[0])
    if kind not in KINDS:
        wrong(f"unknown kind {kind!r}", "kind", kind, ", ".join(KINDS), nearest_name(kind, KINDS))
    counts = {"samples": 64, "levels": 4, "seed": 1, "runs": 1}
    for key, usual in counts.items():
        value = data.get(key, usual)
        if isinstance(value, bool) or not isinstance(value, int) or value < 1:
            wrong(f"{value!r} is not a whole number from 1", key, value)
        else:
            counts[key] = value
    if counts["levels"] < 2:
        wrong("is too small", "levels", counts["levels"], "at least 2")
    scenario = load("plan")
    try:
        scenario = load(data.get("scenario", "plan"))
        if "scale" in data:
            scenario = Scenario(**{**scenario.plain(), "scale": data["scale"]})
    except InputError as error:
        problems += error.problems
    factors = _factors(data.get("factors"), wrong)
    given = _given(data.get("points"), len(factors), kind, wrong)
    size = counts["levels"] ** len(factors) if kind == "factorial" else counts["samples"]
    if size > MOST_POINTS:
        wrong(f"asks for {size} points", "samples", size, f"at most {MOST_POINTS}")
    if problems:
        raise InputError(problems)
    return Design(scenario, kind, factors, **counts, title=str(data.get("title", "")), given=given)


def _factors(listed: Any, wrong: Any) -> tuple[Factor, ...]:
    """Factors of a file: name to a range [low, high], or `prior` for the central 90 % of a parameter's prior."""
    if not isinstance(listed, Mapping) or not listed:
        wrong("are no factors", "factors", listed, "NAME: [low, high]")
        return ()
    central = parameter_set("prior_2020").central()
    single = [name for name, value in central.items() if isinstance(value, float)]
    factors = []
    for name, asked in listed.items():
        key = f"factors.{name}"
        kind = "lever" if name in lever_ids() else "parameter"
        if kind == "parameter" and name not in single:
            known = [*lever_ids(), *single]
            wrong(f"unknown lever or parameter {name!r}", key, name, "", nearest_name(name, known))
            continue
        limits = _prior_range(name) if asked == "prior" and kind == "parameter" else asked
        if not isinstance(limits, list | tuple) or len(limits) != 2 or not all(_is_number(each) for each in limits):
            wrong(f"{asked!r} is no range", key, asked, "[low, high]" + (", or prior" if kind == "parameter" else ""))
            continue
        low, high = (float(each) for each in limits)
        if not low < high or (kind == "lever" and not 0.0 <= low < high <= 1.0):
            wrong(f"{asked!r} is no range", key, asked, "low < high" + (", within 0..1" if kind == "lever" else ""))
            continue
        factors.append(Factor(name, kind, low, high))
    return tuple(factors)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and bool(np.isfinite(value))


def _prior_range(name: str) -> list[float]:
    distribution: Any = parameter_set("prior_2020").parameters[name]
    return [float(distribution.quantile([share])) for share in (0.05, 0.95)]


def _given(listed: Any, count: int, kind: str, wrong: Any) -> tuple[tuple[float, ...], ...]:
    if kind != "points":
        if listed is not None:
            wrong("go with the kind 'points' alone", "points", "...")
        return ()
    rows = listed if isinstance(listed, list) else []
    good = [
        row for row in rows if isinstance(row, list) and len(row) == count and all(_is_number(each) for each in row)
    ]
    if not good or len(good) < len(rows):
        wrong("are not lists of one number a factor", "points", "...", f"lists of {count} numbers")
    return tuple(tuple(float(each) for each in row) for row in good)
