"""Robust search: lever paths that do well over many worlds, by several objectives at once (NSGA-II, with pymoo)."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from agents.arrays import Floats
from scenarios.added.records import indicators_of
from scenarios.bounds import LARGEST_BASE_SEED, MOST_RUNS, SEEDS_APART, for_library
from scenarios.calendar import PLAN_START, is_month, month_ordinal, month_text
from scenarios.errors import InputError, unknown
from scenarios.extras import needs_extra
from scenarios.number_types import real_number
from scenarios.parameters import Parameters
from scenarios.paths import shown
from scenarios.problem_texts import coded
from scenarios.schema import Scenario
from scenarios.triggers import watchable
from scenarios.whole_years import checked_year
from sim.experiments.ensemble import Ensemble, run_requests
from sim.experiments.lever_parts import clashes, component_names, component_problem, lever_paths
from sim.experiments.pool import Workers
from sim.experiments.requests import RunRequest, parameter_draw
from sim.experiments.spec import Spec
from sim.moved import unknown_indicator

if TYPE_CHECKING:
    import pandas as pd

KEYS = (
    "title",
    "scenario",
    "levers",
    "highest",
    "lowest",
    "worlds",
    "check_worlds",
    "macro",
    "population",
    "generations",
    "seed",
    "scale",
)
NEEDED = ("levers", "highest")
COUNTS = {"worlds": 8, "check_worlds": 24, "population": 16, "generations": 8, "seed": 1}
MEASURES = ("mean", "p10", "median", "p90", "chance")
"""Statistics of an indicator in 2025 over the worlds; chance is the share of worlds that meet the plan's target."""
OF_POLICY = ("effort", "cost")
"""Objectives that measure the effort of a policy: the rise of intensity, or the cost by the scenario's budget."""
STEP = 0.01
"""Intensities are searched in steps of this size, so that results can be written exactly."""
Progress = Callable[[int, int, int, int], None]
"""Called with the generation, the generations, the runs of it that are done and its runs."""


@dataclass(frozen=True)
class Choice:
    """Search range of a lever, or of a component `lever.component`: its new intensity, and the month of the change."""

    lever: str
    low: float
    high: float
    first: str = PLAN_START
    last: str = PLAN_START

    @property
    def dated(self) -> bool:
        """Whether the month is searched as well."""
        return self.first != self.last

    def path(self, intensity: float, month: float) -> dict[str, Any] | float:
        """Path of the lever in the form of a scenario file."""
        start = month_text(month_ordinal(self.first) + round(month))
        return intensity if start == PLAN_START else {start: intensity}


@dataclass(frozen=True)
class Objective:
    """An indicator or the effort of a policy, its statistic over the worlds, and the better direction."""

    name: str
    measure: str
    highest: bool

    @property
    def title(self) -> str:
        """Name of its column."""
        return self.name if self.name in OF_POLICY else f"{self.name}_{self.measure}"


@dataclass(frozen=True)
class Search:
    """A requested robust search."""

    scenario: Scenario
    choices: tuple[Choice, ...]
    objectives: tuple[Objective, ...]
    worlds: int = COUNTS["worlds"]
    check_worlds: int = COUNTS["check_worlds"]
    macro: tuple[str, ...] = ()
    """Macro paths under which each world is run; that of the scenario if empty."""
    population: int = COUNTS["population"]
    generations: int = COUNTS["generations"]
    seed: int = COUNTS["seed"]
    title: str = ""

    @cached_property
    def lows(self) -> Floats:
        """Least value of each variable, shape (variables,)."""
        return np.array([low for choice in self.choices for low, _ in _limits(choice)])

    @cached_property
    def highs(self) -> Floats:
        """Greatest value of each variable, shape (variables,)."""
        return np.array([high for choice in self.choices for _, high in _limits(choice)])

    @cached_property
    def steps(self) -> Floats:
        """Step of each variable: a hundredth of intensity, a month."""
        return np.array(
            [step for choice in self.choices for step in ((STEP, 1.0) if choice.dated else (STEP,))], dtype=float
        )

    def rounded(self, points: Floats) -> Floats:
        """Points on the grid of the search, shape (points, variables)."""
        return np.clip(np.round(points / self.steps) * self.steps, self.lows, self.highs).round(6)

    def policy(self, point: Sequence[float] | Floats) -> Scenario:
        """The scenario of a point."""
        return self.scenario.with_levers(self._paths(point))

    @property
    def capped(self) -> bool:
        """Whether a budget with a cap bounds the search."""
        return self.scenario.budget is not None and self.scenario.budget.cap is not None

    def excess(self, point: Sequence[float] | Floats) -> float:
        """Cost of a point above the cap of the budget, in its unit; at most 0 where it can be afforded."""
        budget = self.scenario.budget
        if budget is None or budget.cap is None:
            return 0.0
        open_ended = self.scenario.model_copy(update={"budget": budget.model_copy(update={"cap": None})})
        return sum(open_ended.with_levers(self._paths(point)).costs().values()) - budget.cap

    def _paths(self, point: Sequence[float] | Floats) -> dict[str, Any]:
        values = iter(np.asarray(point, dtype=float).tolist())
        paths = {}
        for choice in self.choices:
            intensity = next(values)
            paths[choice.lever] = choice.path(intensity, next(values) if choice.dated else 0.0)
        return lever_paths(paths)

    def requests(self, points: Floats, worlds: range) -> list[RunRequest]:
        """Runs of some points in some worlds, those of a world next to one another; the same seeds for every point.

        Run numbers say the place of the point, of the macro path and of the world.
        """
        paths = self.macro or (self.scenario.macro,)
        policies = [self.policy(point) for point in points]
        asked = []
        drawn: dict[int, Parameters] = {}
        for world in worlds:
            drawn[world] = parameter_draw(self.scenario, self.seed, world)
            for place, policy in enumerate(policies):
                for number, path in enumerate(paths):
                    under = policy if path == policy.macro else policy.with_macro(path)
                    run = (place * len(paths) + number) * len(worlds) + world - worlds.start
                    seed = self.seed * SEEDS_APART + world
                    asked.append(RunRequest(under, seed, drawn[world], world, (), run))
        return asked

    def measured(self, points: Floats, ensemble: Ensemble, requests: Sequence[RunRequest]) -> "pd.DataFrame":
        """Objectives of each point over its worlds, one column each."""
        import pandas as pd

        table = pd.DataFrame(index=pd.RangeIndex(len(points), name="policy"))
        of_point = {request.run: request.run // (len(requests) // len(points)) for request in requests}
        (name,) = ensemble.values
        met_from = self.scenario.plan.met_from
        owner = np.array([of_point[run] for run in ensemble.runs])
        for objective in self.objectives:
            if objective.name == "effort":
                table[objective.title] = [self._effort(point) for point in points]
            elif objective.name == "cost":
                table[objective.title] = [sum(self.policy(point).costs().values()) for point in points]
            else:
                values = ensemble.at_target(name, objective.name)
                of_points = (values[owner == place] for place in range(len(points)))
                table[objective.title] = [_measure(each, objective, met_from) for each in of_points]
        return table

    def _effort(self, point: Sequence[float] | Floats) -> float:
        """Mean over the levers searched and the months from 2021-01 of intensity above that of end-2020.

        A lever of which components are searched counts with the intensity that their weights give it.
        """
        policy = self.policy(point)
        intensities = policy.intensities(month_ordinal(PLAN_START), month_ordinal(policy.end))
        rises = [
            (intensities[:, column] - lever.intensity_2020).clip(0.0).mean()
            for column, lever in enumerate(self.scenario.all_levers)
            if lever.id in {choice.lever.partition(".")[0] for choice in self.choices}
        ]
        return float(np.mean(rises))


@dataclass(frozen=True, eq=False)
class Found:
    """Result of a search: policies that no other one dominates in all objectives."""

    search: Search
    policies: "pd.DataFrame"
    """One row a policy: `<lever>` and `<lever>_from`, each objective over the worlds of the search, and
    `<objective>_check` over worlds that the search has not seen."""
    generations: "pd.DataFrame"
    """generation, policies (tried so far), hypervolume (share of the box between the worst and best values seen)."""
    runs: int

    def scenario(self, policy: int) -> Scenario:
        """The scenario of a row of `policies`.

        Raises
        ------
        scenarios.InputError
            If there is no such row.
        """
        if policy not in self.policies.index:
            raise InputError(
                coded("search.no_policy", policy=policy),
                key="policy",
                value=policy,
                allowed=f"0..{len(self.policies) - 1}",
            )
        row: Any = self.policies.loc[policy]
        point: list[float] = []
        for choice in self.search.choices:
            point.append(float(row[choice.lever]))
            if choice.dated:
                point.append(float(month_ordinal(str(row[f"{choice.lever}_from"])) - month_ordinal(choice.first)))
        found = self.search.policy(point).plain()
        name, title = f"{found['name']}_policy_{policy}", f"{found['title']}, policy {policy}"
        return Scenario(**{**found, "name": name, "title": title})


def robust_search(
    search: Search,
    *,
    store: str | Path | None = None,
    workers: int | Workers | None = None,
    progress: Progress | None = None,
) -> Found:
    """Search lever paths by several objectives over many worlds, and evaluate the results in other worlds.

    A world is a draw of the parameters with a seed of its own under each requested macro path; every policy is tried in
    the same worlds. NSGA-II goes from generation to generation. The best policies are partly selected by chance, so
    each policy found is run again in `check_worlds` others: trust those columns. Policies above the cap of a budget are
    infeasible: they are not run, and those with less excess are preferred until some can be afforded.

    Parameters
    ----------
    search
        The search: levers, objectives, worlds.
    store
        Folder of a store: stored runs are not computed again, so an interrupted search resumes.
    workers
        Number of processes or a pool that is kept; None takes all processors.
    progress
        Called after each run.

    Returns
    -------
    Found
        Equal to the bit for the same search, with any number of workers, interrupted or not.

    Raises
    ------
    scenarios.InputError
        If a run fails, no policy that was tried can be afforded, the scenario has no whole year after 2020, the store
        cannot be used, or the extra `explore` is not there.
    """
    checked_year(search.scenario)
    nsga2, problem_class, hypervolume, sorting = _pymoo()
    seen: dict[tuple[float, ...], Floats] = {}
    excess: dict[tuple[float, ...], float] = {}
    history = []
    signs = np.array([-1.0 if objective.highest else 1.0 for objective in search.objectives])
    runs = 0
    with ExitStack() as stack:
        pool = workers
        if not isinstance(pool, Workers) and pool != 1:
            pool = stack.enter_context(Workers(pool))

        def tried(points: Floats, worlds: range, generation: int) -> "pd.DataFrame":
            nonlocal runs
            requests = search.requests(points, worlds)
            runs += len(requests)
            ensemble = _ran(search, requests, store, pool, generation, progress)
            return search.measured(points, ensemble, requests)

        problem = problem_class(
            n_var=len(search.lows),
            n_obj=len(search.objectives),
            n_ieq_constr=int(search.capped),
            xl=search.lows,
            xu=search.highs,
        )
        algorithm = nsga2(pop_size=search.population, repair=_on_grid(search))
        algorithm.setup(
            problem, termination=("n_gen", search.generations), seed=for_library(search.seed), verbose=False
        )
        generation = 0
        while algorithm.has_next():
            generation += 1
            population = algorithm.ask()
            asked = search.rounded(np.atleast_2d(population.get("X")))
            new = [key for key in dict.fromkeys(map(_key, asked)) if key not in excess]
            excess |= {key: search.excess(key) for key in new}
            fresh = [key for key in new if excess[key] <= 0.0]
            if fresh:
                table = tried(np.array(fresh), range(search.worlds), generation)
                seen |= dict(zip(fresh, table.to_numpy(dtype=float), strict=True))
            infeasible = np.zeros(len(search.objectives))  # its excess alone decides its rank
            population.set("F", np.array([seen.get(_key(point), infeasible) for point in asked]) * signs)
            if search.capped:
                population.set("G", np.array([[excess[_key(point)]] for point in asked]))
            algorithm.tell(infills=population)
            history.append((generation, len(seen)))
        if not seen:
            raise InputError(coded("search.none_affordable", count=len(excess)), key="budget.cap")
        points, values = np.array(list(seen)), np.array(list(seen.values()))
        best = sorting().do(values * signs, only_non_dominated_front=True)
        order = sorted(best.tolist(), key=lambda place: tuple((values[place] * signs).tolist()))
        front = points[order]
        # Worlds after those of the search: another draw of the parameters and other seeds.
        checked = tried(front, range(search.worlds, search.worlds + search.check_worlds), search.generations + 1)
    return Found(
        search,
        _front_table(search, front, values[order], checked),
        _progress_of(values * signs, history, hypervolume, sorting),
        runs,
    )


def _ran(
    search: Search,
    requests: list[RunRequest],
    store: str | Path | None,
    pool: int | Workers | None,
    generation: int,
    progress: Progress | None,
) -> Ensemble:
    def note(_: object, done: int, total: int) -> None:
        if progress is not None:
            progress(generation, search.generations + 1, done, total)

    label = f"generation {generation} of {search.generations}" if generation <= search.generations else "check"
    ensemble = run_requests(requests, store=store, workers=pool, progress=note, kind="search", label=label)
    done = sum(int(ensemble.done(name).sum()) for name in ensemble.values)
    if done < len(requests):
        count, failures = len(requests) - done, ensemble.failures
        if failures:
            raise InputError(coded("search.runs_failed", count=count, reason=failures[0]), key="worlds")
        raise InputError(coded("search.runs_not_done", count=count), key="worlds")
    return ensemble


def _key(point: Floats) -> tuple[float, ...]:
    return tuple(float(value) for value in point)


def _limits(choice: Choice) -> list[tuple[float, float]]:
    months = month_ordinal(choice.last) - month_ordinal(choice.first)
    return [(choice.low, choice.high), *([(0.0, float(months))] if choice.dated else [])]


def _cheapest(choice: Choice) -> list[float]:
    """Least intensity of a lever and its last month, as variables of a point."""
    (low, _), *months = _limits(choice)
    return [low, *(last for _, last in months)]


def _measure(values: Floats, objective: Objective, met_from: Mapping[str, float]) -> float:
    if objective.measure == "mean":
        return float(values.mean())
    if objective.measure == "chance":
        return float((values >= met_from[objective.name]).mean())
    share = {"p10": 0.1, "median": 0.5, "p90": 0.9}[objective.measure]
    return float(np.quantile(values, share))


def _front_table(search: Search, points: Floats, values: Floats, checked: "pd.DataFrame") -> "pd.DataFrame":
    import pandas as pd

    columns: dict[str, Any] = {}
    at = 0
    for choice in search.choices:
        columns[choice.lever] = points[:, at]
        at += 1
        if choice.dated:
            start = month_ordinal(choice.first)
            columns[f"{choice.lever}_from"] = [month_text(start + round(month)) for month in points[:, at]]
            at += 1
    for place, objective in enumerate(search.objectives):
        columns[objective.title] = values[:, place]
        if objective.name not in OF_POLICY:
            columns[f"{objective.title}_check"] = checked[objective.title].to_numpy()
    return pd.DataFrame(columns, index=pd.RangeIndex(len(points), name="policy"))


def _progress_of(costs: Floats, history: Sequence[tuple[int, int]], hypervolume: Any, sorting: Any) -> "pd.DataFrame":
    """How the front grew: hypervolume in the box between the best and the worst values of all policies tried."""
    import pandas as pd

    low, high = costs.min(axis=0), costs.max(axis=0)
    scaled = (costs - low) / np.where(high > low, high - low, 1.0)
    measure = hypervolume(ref_point=np.ones(costs.shape[1]))
    rows = []
    for generation, tried in history:
        if not tried:
            rows.append({"generation": generation, "policies": 0, "hypervolume": 0.0})
            continue
        front = scaled[:tried][sorting().do(scaled[:tried], only_non_dominated_front=True)]
        rows.append({"generation": generation, "policies": tried, "hypervolume": float(measure(front))})
    return pd.DataFrame(rows)


def _on_grid(search: Search) -> Any:
    from pymoo.core.repair import Repair

    class OnGrid(Repair):  # type: ignore[misc]
        """Keeps offspring on the grid, so that equal policies are seen as equal."""

        def _do(self, problem: Any, points: Floats, **_: Any) -> Floats:  # noqa: ARG002
            return search.rounded(points)

    return OnGrid()


def _pymoo() -> tuple[Any, Any, Any, Any]:
    needs_extra("explore", "pymoo", what="what.search")
    from pymoo.algorithms.moo.nsga2 import NSGA2
    from pymoo.core.problem import Problem as PymooProblem
    from pymoo.indicators.hv import HV
    from pymoo.util.nds.non_dominated_sorting import NonDominatedSorting

    return NSGA2, PymooProblem, HV, NonDominatedSorting


def read_search(path: str | Path) -> Search:
    """A search from a YAML file; see docs/sweeps.md.

    Raises
    ------
    scenarios.InputError
        With all problems found, each with file, line, key, value and allowed values.
    """
    spec = Spec(path, coded("what.search"), KEYS, NEEDED)
    data, wrong = spec.data, spec.wrong
    counts = {
        key: spec.whole_number(key, usual, 0, LARGEST_BASE_SEED) if key == "seed" else spec.whole_number(key, usual, 2)
        for key, usual in COUNTS.items()
    }
    scenario = spec.scenario("committed")
    named = data.get("macro", [])
    macro = tuple(named) if isinstance(named, list) else (named,)
    known = all(spec.is_macro_path(name, "macro") for name in macro)
    if known and len(set(macro)) < len(macro):
        wrong(coded("search.path_twice"), "macro", named, coded("allowed.each_path_once"))
    choices = _choices(data.get("levers", {}), scenario, spec)
    objectives = _objectives(data, scenario, spec)
    size = counts["population"] * counts["generations"] * counts["worlds"] * max(1, len(macro))
    if size > MOST_RUNS:
        wrong(
            coded("search.too_many_runs", count=shown(size)),
            "generations",
            counts["generations"],
            coded("allowed.at_most", most=MOST_RUNS),
        )
    size = counts["population"] * counts["check_worlds"] * max(1, len(macro))
    if size > MOST_RUNS:
        wrong(
            coded("search.too_many_runs", count=shown(size)),
            "check_worlds",
            counts["check_worlds"],
            coded("allowed.at_most", most=MOST_RUNS),
        )
    if not spec.problems:
        search = Search(scenario, choices, objectives, **counts, macro=macro, title=str(data.get("title", "")))
        try:
            # The cheapest policy, everything low and as late as can be, has to be a scenario that may be run.
            search.policy([value for choice in choices for value in _cheapest(choice)])
        except InputError as error:
            spec.refused(error, "levers")
    spec.check()
    return search


def _choices(listed: Any, scenario: Scenario, spec: Spec) -> tuple[Choice, ...]:
    """Levers and components of a file: a range [low, high], or {intensity: [low, high], from: [first, last]}."""
    if not isinstance(listed, Mapping) or not listed:
        if "levers" in spec.data:  # else the file was told that they are missing
            spec.wrong(coded("search.no_levers"), "levers", listed, coded("allowed.intensity_range_of_levers"))
        return ()
    ids = [*(lever.id for lever in scenario.all_levers), *component_names(scenario)]
    found = []
    for name, asked in listed.items():
        key = f"levers.{name}"
        if name not in ids:
            problem = component_problem(name, scenario, key)
            spec.add(problem or unknown("lever", name, ids, key=key, allowed=coded("allowed.see_levers")))
            continue
        dated = isinstance(asked, Mapping)
        limits = asked.get("intensity") if dated else asked
        if not _is_range(limits):
            spec.wrong(coded("search.no_intensity_range", value=limits), key, asked, coded("allowed.intensity_range"))
            continue
        months = asked.get("from", [PLAN_START, PLAN_START]) if dated else [PLAN_START, PLAN_START]
        odd = [each for each in asked if each not in ("intensity", "from")] if dated else []
        if odd:
            spec.add(unknown("key", odd[0], ("intensity", "from"), key=key))
            continue
        if not _is_window(months, scenario):
            spec.wrong(
                coded("search.no_months_range", value=months),
                key,
                months,
                coded("allowed.months_range", first=PLAN_START, last=scenario.end),
            )
            continue
        found.append(Choice(name, float(limits[0]), float(limits[1]), months[0], months[1]))
    for problem in clashes(listed, "levers"):
        spec.add(problem)
    return tuple(found)


def _is_range(limits: object) -> bool:
    if not isinstance(limits, list) or len(limits) != 2:
        return False
    low, high = (real_number(each) for each in limits)
    return low is not None and high is not None and 0.0 <= low < high <= 1.0


def _is_window(months: object, scenario: Scenario) -> bool:
    if not isinstance(months, list) or len(months) != 2 or not all(is_month(each) for each in months):
        return False
    return bool(PLAN_START <= months[0] <= months[1] <= scenario.end)


def _objectives(data: Mapping[str, Any], scenario: Scenario, spec: Spec) -> tuple[Objective, ...]:
    """Objectives of a file: under highest and lowest, INDICATOR: MEASURE."""
    found = []
    known = tuple(dict.fromkeys((*watchable(), *indicators_of(scenario.components))))
    for group in ("highest", "lowest"):
        listed = data.get(group, {})
        if not isinstance(listed, Mapping):
            spec.wrong(
                coded("search.no_objectives"), group, listed, coded("allowed.objectives", measures=" | ".join(MEASURES))
            )
            continue
        for name, measure in listed.items():
            key = f"{group}.{name}"
            if name in OF_POLICY:
                if group == "highest":
                    spec.wrong(coded("search.policy_property", name=name), key, name, coded("allowed.under_lowest"))
                if measure != "mean":
                    spec.add(unknown("measure", measure, (), key=key, allowed=coded("allowed.mean_alone")))
                if name == "cost" and scenario.budget is None:
                    spec.wrong(coded("search.no_budget"), key, name, coded("allowed.see_budgets"))
            elif name not in known:
                spec.add(unknown_indicator(name, known, key))
                continue
            elif measure not in MEASURES:
                spec.add(unknown("measure", measure, MEASURES, key=key))
                continue
            elif measure == "chance" and name not in scenario.plan.indicator_ids:
                spec.wrong(coded("indicator.no_target", indicator=name), key, measure, ", ".join(MEASURES[:-1]))
                continue
            found.append(Objective(name, str(measure), group == "highest"))
    if len(found) == 1:
        spec.wrong(
            coded("search.one_objective"),
            "highest",
            data.get("highest"),
            coded("allowed.two_objectives"),
        )
    return tuple(found)
