"""Designs: points in the space of levers and parameters, and the runs they ask for."""

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from agents.arrays import Floats
from scenarios.errors import InputError, nearest_name
from scenarios.loader import load
from scenarios.parameters import Parameters, parameter_set
from scenarios.plan import lever_ids
from scenarios.schema import Scenario
from sim.experiments.requests import SEEDS_APART, RunRequest, parameter_draw
from sim.experiments.spec import Spec

if TYPE_CHECKING:
    import pandas as pd

KINDS = ("factorial", "latin_hypercube", "sobol", "morris", "points")
KEYS = ("title", "scenario", "kind", "samples", "levels", "seed", "runs", "draws", "scale", "factors", "points")
CHOSEN = ("macro", "scenario")
"""Factors whose values are names."""
NEEDED = ("kind", "factors")
MOST_POINTS = 100_000


@dataclass(frozen=True)
class Factor:
    """What is varied: a lever's intensity from 2021-01 on, a parameter, the macro path or the scenario.

    Names are counted from 0 in the order given.
    """

    name: str
    kind: str
    low: float
    high: float
    names: tuple[str, ...] = ()
    scenarios: tuple[Scenario, ...] = ()
    """What the names of a factor of scenarios stand for, in their order."""

    @classmethod
    def of_names(cls, kind: str, names: Sequence[str], scenarios: Sequence[Scenario] = ()) -> Self:
        """The macro path or the scenario as a factor; scenarios that are not given are looked up by their names."""
        if kind == "scenario" and not scenarios:
            scenarios = [load(name) for name in names]
        return cls(kind, kind, 0.0, float(len(names) - 1), tuple(names), tuple(scenarios))

    def plain(self) -> list[Any]:
        """The factor as what JSON keeps to the bit; it needs no file to be read back."""
        scenarios = [scenario.plain() for scenario in self.scenarios]
        return [self.name, self.kind, self.low, self.high, list(self.names), *([scenarios] if scenarios else [])]

    @classmethod
    def from_plain(
        cls,
        name: str,
        kind: str,
        low: float,
        high: float,
        names: Sequence[str] = (),
        scenarios: Sequence[Mapping[str, Any]] = (),
    ) -> Self:
        """The factor that `plain` was made of."""
        return cls(name, kind, low, high, tuple(names), tuple(Scenario(**each) for each in scenarios))

    def at(self, share: Floats) -> Floats:
        """Values at shares 0..1 of the range; each name has an equal part of it."""
        if self.names:
            return np.minimum(np.floor(np.asarray(share) * len(self.names)), self.high)
        return self.low + (self.high - self.low) * share

    def names_within(self, low: float, high: float) -> str:
        """Names between two values; empty for a factor of numbers."""
        return ", ".join(name for place, name in enumerate(self.names) if low <= place <= high)


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
    draws: int | None = None
    """Parameter draws that the repetitions share in turn; None takes the central point."""
    title: str = ""
    given: tuple[tuple[float, ...], ...] = ()
    """Points of a design of kind `points`."""

    def plain(self) -> dict[str, Any]:
        """The design as what JSON keeps to the bit."""
        return {
            "scenario": self.scenario.plain(),
            "kind": self.kind,
            "factors": [factor.plain() for factor in self.factors],
            "samples": self.samples,
            "levels": self.levels,
            "seed": self.seed,
            "runs": self.runs,
            "draws": self.draws,
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
                "factors": tuple(Factor.from_plain(*each) for each in data["factors"]),
                "given": tuple(tuple(point) for point in data["given"]),
            }
        )

    def points(self) -> "pd.DataFrame":
        """Points, one row each, a column for each factor; the same for the same design.

        factorial: all combinations of `levels` values, or of all names; latin_hypercube, sobol: `samples` points (for
        sobol rounded up to a power of two); morris: `samples` trajectories of one step a factor; points:
        those that are given.
        """
        import pandas as pd

        if self.kind == "points":
            return pd.DataFrame(list(self.given), columns=[factor.name for factor in self.factors])
        shares = self.shares()
        columns = {factor.name: factor.at(shares[:, place]) for place, factor in enumerate(self.factors)}
        return pd.DataFrame(columns)

    def shares(self) -> Floats:
        """Points as shares of each factor's range, shape (points, factors)."""
        from scipy.stats import qmc

        rng, count = np.random.default_rng(self.seed), len(self.factors)
        if self.kind == "factorial":
            sides = [len(factor.names) or self.levels for factor in self.factors]
            return np.array(list(itertools.product(*(np.linspace(0.0, 1.0, side) for side in sides))))
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
        bases = self._bases()
        requests = []
        drawn: dict[tuple[str, int], Parameters] = {}
        for number, point in enumerate(self.points().itertuples(index=False)):
            values = dict(zip((factor.name for factor in self.factors), point, strict=True))
            chosen = {f.name: float(values[f.name]) for f in self.factors if f.kind == "lever"}
            changed: dict[str, Any] = {f.name: float(values[f.name]) for f in self.factors if f.kind == "parameter"}
            base = bases[tuple(f.names[int(values[f.name])] for f in self.factors if f.names)]
            scenario = base.with_levers(chosen) if chosen else base
            for repetition in range(self.runs):
                draw = repetition % self.draws if self.draws else 0
                if (base.parameters, draw) not in drawn:
                    drawn[base.parameters, draw] = (
                        parameter_draw(base.parameters, self.seed, draw)
                        if self.draws
                        else parameter_set(base.parameters).central()
                    )
                parameters = drawn[base.parameters, draw]
                parameters = parameters.replace(**changed) if changed else parameters
                known = draw if self.draws and not changed else None
                seed = self.seed * SEEDS_APART + repetition
                requests.append(RunRequest(scenario, seed, parameters, known, (), number * self.runs + repetition))
        return requests

    def _bases(self) -> dict[tuple[str, ...], Scenario]:
        """Scenarios that levers are set in, by the names chosen of the factors that have names."""
        bases = {}
        named = [factor for factor in self.factors if factor.names]
        for names in itertools.product(*(factor.names for factor in named)):
            base = self.scenario
            for factor, name in sorted(zip(named, names, strict=True), key=lambda pair: pair[0].kind != "scenario"):
                if factor.kind == "scenario":
                    chosen = factor.scenarios[factor.names.index(name)]
                    base = Scenario(**{**chosen.plain(), "scale": self.scenario.scale})
                else:
                    base = base.with_macro(name)
            bases[names] = base
        return bases


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
    spec = Spec(path, "a design", KEYS, NEEDED)
    data, wrong = spec.data, spec.wrong
    kind = data.get("kind", KINDS[0])
    if kind not in KINDS:
        wrong(f"unknown kind {kind!r}", "kind", kind, ", ".join(KINDS), nearest_name(kind, KINDS))
    usual = {"samples": 64, "levels": 4, "seed": 1, "runs": 1, **({"draws": 1} if "draws" in data else {})}
    counts = {key: spec.whole_number(key, value, least=1) for key, value in usual.items()}
    if counts["levels"] < 2:
        wrong("is too small", "levels", counts["levels"], "at least 2")
    scenario = spec.scenario("plan")
    factors = _factors(data.get("factors"), spec)
    given = _given(data.get("points"), len(factors), kind, wrong)
    sides = [len(factor.names) or counts["levels"] for factor in factors]
    size = prod(sides) if kind == "factorial" else counts["samples"]
    if size > MOST_POINTS:
        wrong(f"asks for {size} points", "samples", size, f"at most {MOST_POINTS}")
    spec.check()
    return Design(scenario, kind, factors, **counts, title=str(data.get("title", "")), given=given)


def _factors(listed: Any, spec: Spec) -> tuple[Factor, ...]:
    """Factors of a file: name to a range [low, high], or `prior` for the central 90 % of a parameter's prior."""
    wrong = spec.wrong
    if not isinstance(listed, Mapping) or not listed:
        wrong("are no factors", "factors", listed, "NAME: [low, high]")
        return ()
    central = parameter_set("prior_2020").central()
    single = [name for name, value in central.items() if isinstance(value, float)]
    factors = []
    for name, asked in listed.items():
        key = f"factors.{name}"
        if name in CHOSEN:
            factor = _named(name, key, asked, spec)
            if factor is not None:
                factors.append(factor)
            continue
        kind = "lever" if name in lever_ids() else "parameter"
        if kind == "parameter" and name not in single:
            known = [*CHOSEN, *lever_ids(), *single]
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


def _named(kind: str, key: str, asked: Any, spec: Spec) -> Factor | None:
    """A factor of names, such as [neutral, adverse]."""
    if not isinstance(asked, list) or len(asked) < 2 or len({str(each) for each in asked}) < len(asked):
        spec.wrong(f"{asked!r} are no names to choose from", key, asked, "a list of two or more names, each once")
        return None
    names = [str(each) for each in asked]
    if kind == "macro":
        good = [spec.is_macro_path(each, key) for each in asked]
        return Factor.of_names(kind, names) if all(good) else None
    found = [spec.named_scenario(each, f"{key}.{place}") for place, each in enumerate(asked)]
    scenarios = [each for each in found if each is not None]
    return Factor.of_names(kind, names, scenarios) if len(scenarios) == len(names) else None


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
