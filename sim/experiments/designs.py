"""Designs: points in the space of levers and parameters, and their runs."""

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil, log2, prod
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from agents.arrays import Floats
from scenarios.bounds import LARGEST_BASE_SEED, MOST_RUNS, SEEDS_APART, for_library
from scenarios.counts import checked_total
from scenarios.errors import InputError, unknown
from scenarios.extras import needs_extra
from scenarios.loader import load
from scenarios.number_types import real_number
from scenarios.parameters import Parameters, unused_parameters
from scenarios.paths import shown
from scenarios.problem_texts import coded
from scenarios.schema import Scenario
from sim.experiments.lever_parts import clashes, component_names, component_problem, lever_paths
from sim.experiments.requests import RunRequest, parameter_draw
from sim.experiments.spec import Spec

if TYPE_CHECKING:
    import pandas as pd

KINDS = ("factorial", "latin_hypercube", "sobol", "morris", "points")
KEYS = ("title", "scenario", "kind", "samples", "levels", "seed", "runs", "draws", "scale", "factors", "points")
CHOSEN = ("macro", "scenario")
"""Factors whose values are names."""
INTENSITIES = ("lever", "component")
"""Kinds of factors whose values are intensities from 2021-01 on."""
NEEDED = ("kind", "factors")
MOST_POINTS = 100_000
MOST_LEVELS = 1_000


@dataclass(frozen=True)
class Factor:
    """A varied quantity: intensity of a lever or a component from 2021-01 on, parameter, macro path or scenario.

    A component is named `lever.component`. Names are counted from 0 in the order given.
    """

    name: str
    kind: str
    low: float
    high: float
    names: tuple[str, ...] = ()
    scenarios: tuple[Scenario, ...] = ()
    """Scenarios behind the names of a factor of scenarios, in their order."""

    @classmethod
    def of_names(cls, kind: str, names: Sequence[str], scenarios: Sequence[Scenario] = ()) -> Self:
        """The macro path or the scenario as a factor; scenarios that are not given are looked up by their names."""
        if kind == "scenario" and not scenarios:
            scenarios = [load(name) for name in names]
        return cls(kind, kind, 0.0, float(len(names) - 1), tuple(names), tuple(scenarios))

    def plain(self) -> list[Any]:
        """The factor as JSON data that preserve every bit; reading it back needs no file."""
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
        return cls(name, kind, low, high, tuple(names), tuple(Scenario.from_plain(each) for each in scenarios))

    def at(self, share: Floats) -> Floats:
        """Values at shares 0..1 of the range; each name has an equal part of it."""
        if self.names:
            return np.minimum(np.floor(np.asarray(share) * len(self.names)), self.high)
        return self.low + (self.high - self.low) * share

    def name_at(self, value: float) -> str:
        """The name that a value stands for.

        Raises
        ------
        scenarios.InputError
            If it is no whole number, or there is no such name.
        """
        problem = self.problem_with(value)
        if problem:
            raise InputError(problem[0], key=f"factors.{self.name}", value=value, allowed=problem[1])
        return self.names[int(value)]

    def problem_with(self, value: float) -> tuple[str, str] | None:
        """Problem with a value of a point, and the allowed values; None if it can be used."""
        if self.names and (value != int(value) or not 0 <= value < len(self.names)):
            named = ", ".join(f"{place} {name}" for place, name in enumerate(self.names))
            return coded("design.no_such_name", value=value, factor=self.name), named
        if not self.names and not self.low <= value <= self.high:
            return coded("design.outside_factor", value=value, factor=self.name), f"{self.low:g}..{self.high:g}"
        return None

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
        """The design as JSON data that preserve every bit."""
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
                "scenario": Scenario.from_plain(data["scenario"]),
                "factors": tuple(Factor.from_plain(*each) for each in data["factors"]),
                "given": tuple(tuple(point) for point in data["given"]),
            }
        )

    @property
    def size(self) -> int:
        """Number of points, known without laying them out."""
        return number_of_points(self.kind, self.factors, self.samples, self.levels, len(self.given))

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
            return np.asarray(qmc.Sobol(count, rng=rng).random_base2(_power_of_two(self.samples)))
        return np.asarray(
            _morris().sample(self.unit_problem(), self.samples, num_levels=self.levels, seed=for_library(self.seed))
        )

    def unit_problem(self) -> dict[str, Any]:
        """The design as SALib wants it, each factor from 0 to 1."""
        names = [factor.name for factor in self.factors]
        return {"num_vars": len(names), "names": names, "bounds": [[0.0, 1.0]] * len(names)}

    def requests(self) -> list[RunRequest]:
        """Runs of all points: point p and repetition r make run p * runs + r; seeds are the same at every point."""
        checked_total(self.size * self.runs)
        bases = self._bases()
        requests = []
        drawn: dict[tuple[object, ...], Parameters] = {}
        for number, point in enumerate(self.points().itertuples(index=False)):
            values = dict(zip((factor.name for factor in self.factors), point, strict=True))
            chosen = {f.name: float(values[f.name]) for f in self.factors if f.kind in INTENSITIES}
            changed: dict[str, Any] = {f.name: float(values[f.name]) for f in self.factors if f.kind == "parameter"}
            base = bases[tuple(f.name_at(float(values[f.name])) for f in self.factors if f.names)]
            scenario = base.with_levers(lever_paths(chosen)) if chosen else base
            for repetition in range(self.runs):
                draw = repetition % self.draws if self.draws else 0
                basis = base.parameters_told, base.components, base.own_plan, draw
                if basis not in drawn:
                    drawn[basis] = (
                        parameter_draw(base, self.seed, draw) if self.draws else base.set_of_parameters().central()
                    )
                parameters = drawn[basis]
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
                    base = Scenario(**{**chosen.as_given(), "scale": self.scenario.scale})
                else:
                    base = base.with_macro(name)
            bases[names] = base
        return bases


def _morris() -> Any:
    needs_extra("explore", "SALib", what="what.morris", key="kind")
    from SALib.sample import morris

    return morris


def read_design(path: str | Path) -> Design:
    """A design from a YAML file; see docs/sweeps.md.

    Raises
    ------
    scenarios.InputError
        With all problems found, each with file, line, key, value and allowed values.
    """
    spec = Spec(path, coded("what.design"), KEYS, NEEDED)
    data, wrong = spec.data, spec.wrong
    kind = data.get("kind", KINDS[0])
    if kind not in KINDS:
        spec.add(unknown("design_kind", kind, KINDS, key="kind"))
    usual = {"samples": 64, "levels": 4, "seed": 1, "runs": 1, **({"draws": 1} if "draws" in data else {})}
    most = {"seed": LARGEST_BASE_SEED, "levels": MOST_LEVELS, "samples": 10**15}
    counts = {key: spec.whole_number(key, value, 1, most.get(key, MOST_RUNS)) for key, value in usual.items()}
    if counts["levels"] < 2:
        wrong(coded("design.too_few_levels"), "levels", counts["levels"], coded("allowed.at_least", least=2))
    scenario = spec.scenario("plan")
    factors = _factors(data.get("factors"), spec, scenario)
    asked = data.get("factors")
    refused = isinstance(asked, Mapping) and len(factors) < len(asked)
    # Points fit the factors of the file, not those that are left of them.
    given = () if refused and kind == "points" else _given(data.get("points"), factors, kind, spec)
    size = number_of_points(kind, factors, counts["samples"], counts["levels"], len(given))
    if kind == "sobol" and counts["samples"] > MOST_POINTS:
        size = counts["samples"]  # as requested, not as rounded up
    if size > MOST_POINTS:
        key = {"factorial": "levels", "points": "points"}.get(kind, "samples")
        wrong(coded("design.too_many_points", count=shown(size)), key, size, coded("allowed.at_most", most=MOST_POINTS))
    elif size * counts["runs"] > MOST_RUNS:
        wrong(
            coded("runs.too_many", count=shown(size * counts["runs"])),
            "runs",
            counts["runs"],
            coded("allowed.at_most", most=MOST_RUNS),
        )
    spec.check()
    return Design(scenario, kind, factors, **counts, title=str(data.get("title", "")), given=given)


def _factors(listed: Any, spec: Spec, scenario: Scenario) -> tuple[Factor, ...]:
    """Factors of a file: name to a range [low, high], or `prior` for the central 90 % of a parameter's prior."""
    wrong = spec.wrong
    if not isinstance(listed, Mapping) or not listed:
        if "factors" in spec.data:  # else the file was told that they are missing
            wrong(coded("design.no_factors"), "factors", listed, coded("allowed.range_of_factors"))
        return ()
    central = scenario.set_of_parameters("prior_2020").central()
    lever_ids = [lever.id for lever in scenario.all_levers]
    components = component_names(scenario)
    single = [name for name, value in central.items() if isinstance(value, float)]
    factors = []
    for name, asked in listed.items():
        key = f"factors.{name}"
        if name in CHOSEN:
            factor = _named(name, key, asked, spec)
            if factor is not None:
                factors.append(factor)
            continue
        kind = "lever" if name in lever_ids else "component" if name in components else "parameter"
        if kind == "parameter" and name not in single:
            known = [*CHOSEN, *lever_ids, *components, *single]
            problem = component_problem(name, scenario, key)
            spec.add(problem or unknown("lever_or_parameter", name, known, key=key, allowed=""))
            continue
        if name in unused_parameters():
            wrong(coded("parameter.unused", name=name), key, name, coded("allowed.used_parameter"))
            continue
        limits = _prior_range(name, scenario) if asked == "prior" and kind == "parameter" else asked
        if (
            not isinstance(limits, list | tuple)
            or len(limits) != 2
            or any(real_number(each) is None for each in limits)
        ):
            wrong(
                coded("design.no_range", value=asked),
                key,
                asked,
                coded("allowed.range_or_prior") if kind == "parameter" else "[low, high]",
            )
            continue
        low, high = (float(each) for each in limits)
        if not low < high or (kind in INTENSITIES and not 0.0 <= low < high <= 1.0):
            wrong(
                coded("design.no_range", value=asked),
                key,
                asked,
                coded("allowed.low_below_high_within") if kind in INTENSITIES else coded("allowed.low_below_high"),
            )
            continue
        factors.append(Factor(name, kind, low, high))
    for problem in clashes(listed, "factors"):
        spec.add(problem)
    return tuple(factors)


def _named(kind: str, key: str, asked: Any, spec: Spec) -> Factor | None:
    """A factor of names, such as [neutral, adverse]."""
    if not isinstance(asked, list) or len(asked) < 2 or len({str(each) for each in asked}) < len(asked):
        spec.wrong(coded("design.no_names", value=asked), key, asked, coded("allowed.names_each_once"))
        return None
    names = [str(each) for each in asked]
    if kind == "macro":
        good = [spec.is_macro_path(each, key) for each in asked]
        return Factor.of_names(kind, names) if all(good) else None
    found = [spec.named_scenario(each, f"{key}.{place}") for place, each in enumerate(asked)]
    scenarios = [each for each in found if each is not None]
    return Factor.of_names(kind, names, scenarios) if len(scenarios) == len(names) else None


def _prior_range(name: str, scenario: Scenario) -> list[float]:
    distribution: Any = scenario.set_of_parameters("prior_2020").parameters[name]
    return [float(distribution.quantile([share])) for share in (0.05, 0.95)]


def _given(listed: Any, factors: Sequence[Factor], kind: str, spec: Spec) -> tuple[tuple[float, ...], ...]:
    """Points of a file, each of which gives every factor a number within its range, or one of its names."""
    if kind != "points":
        if listed is not None:
            spec.wrong(coded("design.points_alone"), "points", "...")
        return ()
    rows = listed if isinstance(listed, list) else []
    allowed = coded("allowed.lists_of_numbers", count=len(factors))
    if not rows:
        spec.wrong(coded("design.no_points"), "points", "...", allowed)
    points = []
    for place, row in enumerate(rows):
        key = f"points.{place}"
        if not isinstance(row, list) or len(row) != len(factors):
            spec.wrong(coded("design.no_point", value=shown(row)), key, row, allowed)
            continue
        numbers = [_value_of(factor, each, key, spec) for factor, each in zip(factors, row, strict=True)]
        points.append(tuple(number for number in numbers if number is not None))
    return tuple(points)


def _value_of(factor: Factor, cell: object, key: str, spec: Spec) -> float | None:
    """Number of a cell of a point, which may be a name; None, with a problem, if it cannot be used."""
    if isinstance(cell, str) and cell in factor.names:
        return float(factor.names.index(cell))
    number = real_number(cell)
    if number is None:
        spec.wrong(
            coded("design.no_number", value=shown(cell), factor=factor.name),
            key,
            cell,
            ", ".join(factor.names) or coded("allowed.number"),
        )
        return None
    problem = factor.problem_with(number)
    if problem:
        spec.wrong(problem[0], key, cell, problem[1])
        return None
    return number


def number_of_points(kind: str, factors: Sequence[Factor], samples: int, levels: int, given: int) -> int:
    """How many points a design of a kind has."""
    match kind:
        case "factorial":
            return prod(len(factor.names) or levels for factor in factors)
        case "sobol":
            return int(2 ** _power_of_two(samples))
        case "morris":
            return samples * (len(factors) + 1)
        case "points":
            return given
    return samples


def _power_of_two(samples: int) -> int:
    """Exponent of the least power of two that is no smaller than a number of samples, at least 1."""
    return ceil(log2(max(samples, 2)))
