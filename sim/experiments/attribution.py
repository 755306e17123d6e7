"""Which levers make the difference between two scenarios: Shapley values on common random numbers."""

import html
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from math import factorial
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np

from agents.arrays import Floats
from scenarios.counts import checked_base_seed, checked_count, checked_total
from scenarios.errors import InputError, nearest_name
from scenarios.loader import load
from scenarios.plan import ARMS, TASK_GROUPS
from scenarios.problem_texts import coded
from scenarios.schema import Scenario
from scenarios.whole_years import TARGET_YEAR, checked_year
from sim.closing.indicators import FLOWS, PLAN_INDICATORS
from sim.experiments.ensemble import run_into_store
from sim.experiments.least_runs import standard_error
from sim.experiments.pool import Cancel, Workers, run_many
from sim.experiments.requests import RunRequest, ensemble_requests
from sim.experiments.store import Store
from sim.runs.notebook_bar import notebook_bar

if TYPE_CHECKING:
    import pandas as pd

    from sim.experiments.outcomes import RunOutcome

RISK = "systemic_risk"
OUTCOMES = (*PLAN_INDICATORS, RISK)
"""Indicators that are split under the plan of the package: its own, and the index of systemic risk."""
By = Literal["group", "lever"]
KIND = "attribution"
"""Kind of the experiment of a store that holds the runs of an attribution."""
Coalition = frozenset[int]
OTHERS = "components of others"
"""Player of the levers of components of others that belong to no task group."""


SAME_IN_BOTH = (
    *("macro", "drivers", "shocks", "scale", "end", "parameters", "own_parameters", "rival_centres", "triggers"),
    *("components", "own_plan"),
)
"""Settings that must be the same in two scenarios whose difference is split."""


@dataclass(frozen=True, eq=False)
class Attribution:
    """Parts of the difference of two scenarios in the plan's target year, or in the last whole year that both cover."""

    players: tuple[str, ...]
    """Task groups or levers."""
    parts: Floats
    """Part of each player by run and outcome, shape (players, runs, outcomes)."""
    whole: Floats
    """Difference by run and outcome, shape (runs, outcomes)."""
    alone: Floats
    """Effect of each player alone, shape (players, runs, outcomes)."""
    year: int = TARGET_YEAR
    """Year of the values."""
    outcomes: tuple[str, ...] = OUTCOMES
    """Indicators that are split."""

    @property
    def table(self) -> "pd.DataFrame":
        """One row an indicator and player: part (mean over runs), standard_error (NaN below eight), share of the whole.

        Two more rows an indicator: `whole`, and `interaction`, the part of the whole that no player brings alone.
        """
        import pandas as pd

        rows = []

        def row(indicator: str, player: str, values: Floats, whole: float) -> dict[str, object]:
            part = float(values.mean())
            share = part / whole if whole else float("nan")
            error = standard_error(values)
            return {"indicator": indicator, "player": player, "part": part, "standard_error": error, "share": share}

        for place, indicator in enumerate(self.outcomes):
            whole = float(self.whole[:, place].mean())
            for number, player in enumerate(self.players):
                rows.append(row(indicator, player, self.parts[number, :, place], whole))
            rows.append(row(indicator, "whole", self.whole[:, place], whole))
            mixed = self.whole[:, place] - self.alone[:, :, place].sum(axis=0)
            rows.append(row(indicator, "interaction", mixed, whole))
        return pd.DataFrame(rows)

    def __repr__(self) -> str:
        return f"<Attribution to {len(self.players)} players over {self.whole.shape[0]} runs>"

    def _repr_html_(self) -> str:
        wide = self.table.pivot(index="indicator", columns="player", values="part")
        shown = wide.loc[list(self.outcomes), [*self.players, "interaction", "whole"]]
        return f"<p>{html.escape(repr(self))}</p>{shown.to_html(float_format='{:.4g}'.format)}"


def attribute(
    scenario: str | Path | Scenario,
    against: str | Path | Scenario = "committed",
    *,
    by: By = "group",
    runs: int = 4,
    seed: int = 1,
    scale: float | None = None,
    permutations: int = 8,
    draws: int | None = 0,
    store: str | Path | None = None,
    workers: int | Workers | None = None,
    progress: "Callable[[RunOutcome, int, int], None] | None" = None,
    cancel: Cancel | None = None,
) -> Attribution:
    """Split the difference between two scenarios among the plan's task groups or among levers.

    Parameters
    ----------
    scenario, against
        Scenarios that differ in lever paths alone. The name of an arm stands for that policy in the world of the other:
        its macro path, shocks, parameters, rivals, scale and horizon.
    by
        `group` is exact: all coalitions of the task groups that differ. `lever` draws permutations of the levers that
        differ, each with its reverse.
    runs, seed, scale, draws, store, workers
        As in `sim.ensemble`; an exact attribution in a store can be read from it again, see `stored_attribution`.
    permutations
        Permutations drawn for `lever`, each run forwards and backwards.
    progress, cancel
        As in `sim.ensemble`.

    Returns
    -------
    Attribution
        The parts of every run add up to its whole.

    Raises
    ------
    scenarios.InputError
        If the scenarios differ in more than lever paths, or in none, cover no whole year after 2020, or a run failed.
    """
    target, base = compared(scenario, against, scale)
    for name in SAME_IN_BOTH:
        if getattr(target, name) != getattr(base, name):
            raise InputError(
                coded("attribution.other_world", target=target.name, base=base.name),
                key=name,
                value=getattr(target, name),
                allowed=coded("allowed.same_in_both", what=name.replace("_", " ")),
            )
    year = checked_year(base)
    if by not in ("group", "lever"):
        nearest = nearest_name(by, ("group", "lever"))
        raise InputError(
            coded("attribution.kind", value=by), key="by", value=by, allowed="group, lever", nearest=nearest
        )
    permutations = checked_count(permutations, "permutations")
    runs, seed = checked_count(runs, "runs"), checked_base_seed(seed)
    players = players_of(target, base, by)
    if not players:
        raise InputError(coded("attribution.same_paths", target=target.name, base=base.name), key="scenario")
    count = len(players)
    checked_total(runs * (2**count if by == "group" else 2 * permutations * count))
    orders = _orders(count, permutations, seed) if by == "lever" else []
    coalitions = all_coalitions(count) if by == "group" else _prefixes(orders, count)
    values = _values(
        coalitions,
        lambda coalition: coalition_of(target, base, [players[name] for name in players], coalition),
        lambda asked: ensemble_requests([asked], runs=runs, seed=seed, draws=draws),
        (year, outcomes_of(target)),
        workers,
        progress,
        cancel,
        store=store,
        label=f"{target.name} against {base.name}, by {by}",
    )
    if by == "lever":
        return _split(tuple(players), values, _sampled(values, orders), year, outcomes_of(target))
    return exactly_split(tuple(players), values, year, outcomes_of(target))


def outcomes_of(scenario: Scenario) -> tuple[str, ...]:
    """Indicators that are split: those of the scenario's plan, and the index of systemic risk."""
    return tuple(dict.fromkeys((*scenario.plan.indicator_ids, RISK)))


def exactly_split(
    players: tuple[str, ...], values: dict[Coalition, Floats], year: int, outcomes: tuple[str, ...]
) -> Attribution:
    """The attribution that follows from the outcomes of all coalitions, shape (runs, outcomes) each."""
    return _split(players, values, _exact(values, len(players)), year, outcomes)


def _split(
    players: tuple[str, ...],
    values: dict[Coalition, Floats],
    parts: Floats,
    year: int,
    outcomes: tuple[str, ...],
) -> Attribution:
    empty, full = values[frozenset()], values[frozenset(range(len(players)))]
    alone = np.stack([values[frozenset({one})] - empty for one in range(len(players))])
    return Attribution(players, parts, full - empty, alone, year, outcomes)


def compared(
    scenario: str | Path | Scenario, against: str | Path | Scenario, scale: float | None = None
) -> tuple[Scenario, Scenario]:
    """The two scenarios whose difference is split, see `attribute`."""
    target = load(scenario)
    base = target.with_policy_of(load(against)) if against in ARMS else load(against)
    if scale is not None:
        target, base = (Scenario(**{**each.as_given(), "scale": scale}) for each in (target, base))
    return target, base


def players_of(target: Scenario, base: Scenario, by: By) -> dict[str, list[str]]:
    """Levers of each player whose path differs."""
    from scenarios.calendar import BASELINE, month_ordinal

    paths = [each.intensities(BASELINE + 1, month_ordinal(each.end)) for each in (target, base)]
    departures = [each.departures(BASELINE + 1, month_ordinal(each.end)) for each in (target, base)]
    levers = target.all_levers
    of_component = np.repeat(np.arange(len(levers)), [len(lever.components) for lever in levers])
    apart = {*np.flatnonzero((paths[0] != paths[1]).any(axis=0)).tolist()}
    apart |= {*of_component[(departures[0] != departures[1]).any(axis=0)].tolist()}
    differ = [lever for place, lever in enumerate(levers) if place in apart]
    if by == "lever":
        return {lever.id: [lever.id] for lever in differ}
    named = [*TASK_GROUPS, *(lever.task_group for lever in differ if lever.task_group not in TASK_GROUPS)]
    groups = {group or OTHERS: [lever.id for lever in differ if lever.task_group == group] for group in named}
    return {group: members for group, members in groups.items() if members}


def coalition_of(target: Scenario, base: Scenario, members: Sequence[Sequence[str]], coalition: Coalition) -> Scenario:
    """The base with the levers of a coalition on the target's paths."""
    changed = {lever: target.whole_path(lever) for one in coalition for lever in members[one]}
    mixed = base.with_levers(changed) if changed else base
    return mixed.model_copy(update={"name": coalition_name(coalition)})


def coalition_name(coalition: Coalition) -> str:
    """Name under which the runs of a coalition are requested."""
    return f"coalition {sorted(coalition)}"


def all_coalitions(count: int) -> list[Coalition]:
    """All coalitions of so many players, the empty one first."""
    return [frozenset(one for one in range(count) if mask >> one & 1) for mask in range(2**count)]


def _orders(count: int, permutations: int, seed: int) -> list[tuple[int, ...]]:
    """Permutations, each with its reverse, which removes most of the sampling noise of the order."""
    rng = np.random.default_rng(seed)
    drawn = [tuple(int(one) for one in rng.permutation(count)) for _ in range(permutations)]
    return [order for forward in drawn for order in (forward, forward[::-1])]


def _prefixes(orders: Iterable[Sequence[int]], count: int) -> list[Coalition]:
    alone = [frozenset({one}) for one in range(count)]
    prefixes = [frozenset(order[:length]) for order in orders for length in range(count + 1)]
    return list(dict.fromkeys([frozenset(), *alone, *prefixes, frozenset(range(count))]))


def _values(
    coalitions: Sequence[Coalition],
    scenario_of: Callable[[Coalition], Scenario],
    requests_of: Callable[[Scenario], list[RunRequest]],
    asked: tuple[int, tuple[str, ...]],
    workers: int | Workers | None,
    progress: "Callable[[RunOutcome, int, int], None] | None",
    cancel: Cancel | None,
    *,
    store: str | Path | None = None,
    label: str = "",
) -> dict[Coalition, Floats]:
    """Outcomes by coalition, shape (runs, outcomes) each; `asked` are their year and their names."""
    progress = progress or notebook_bar()
    of_coalition = {coalition: requests_of(scenario_of(coalition)) for coalition in coalitions}
    requests = [request for each in of_coalition.values() for request in each]
    requests.sort(key=lambda request: request.run)
    by_key: dict[str, Floats] = {}
    if store is not None:
        with Store.writing(store) as kept:
            kept.keep_design(requests, kind=KIND, label=label)
        run_into_store(requests, store, workers=workers, progress=progress, cancel=cancel)
        by_key = stored_outcomes(Store.open(store), [request.key for request in requests], *asked)
    else:
        for done, outcome in enumerate(run_many(requests, workers=workers, cancel=cancel), start=1):
            if outcome.status != "done":
                raise _failed(outcome.error, outcome.request.scenario.name)
            by_key[outcome.key] = _outcomes(outcome.indicators, outcome.first_month, outcome.values, *asked)
            if progress is not None:
                progress(outcome, done, len(requests))
    if len(by_key) < len({request.key for request in requests}):
        raise InputError(coded("runs.cancelled"), key="runs")
    return {coalition: np.stack([by_key[each.key] for each in runs]) for coalition, runs in of_coalition.items()}


def stored_outcomes(store: Store, keys: Sequence[str], year: int, outcomes: Sequence[str]) -> dict[str, Floats]:
    """Outcomes of a year by key of those runs that a store holds, shape (outcomes,) each.

    Raises
    ------
    scenarios.InputError
        If one of the runs failed.
    """
    rows = store.rows()
    there = [key for key in dict.fromkeys(keys) if key in rows]
    for key in there:
        if rows[key]["status"] != "done":
            raise _failed(str(rows[key]["error"]), str(rows[key]["scenario"]))
    return {
        run.key: _outcomes(run.columns, run.first_month, run.values, year, outcomes) for run in store.stored_runs(there)
    }


def _failed(reason: str, scenario: str) -> InputError:
    return InputError(coded("run.failed", reason=reason), key="scenario", value=scenario)


def _outcomes(
    indicators: Sequence[str], first_month: int, values: Floats, year: int, outcomes: Sequence[str]
) -> Floats:
    """Outcomes of a year from the months of a run, shape (outcomes,)."""
    columns = [indicators.index(name) for name in outcomes]
    january = year * 12 - first_month
    last = values[january : january + 12, columns]
    flow = np.array([name in FLOWS for name in outcomes])
    return np.asarray(np.where(flow, last.sum(axis=0), last[-1]))


def _exact(values: dict[Coalition, Floats], count: int) -> Floats:
    """Shapley values from all coalitions, shape (players, runs, outcomes)."""
    parts = np.zeros((count, *values[frozenset()].shape))
    for coalition, value in values.items():
        size = len(coalition)
        for one in range(count):
            if one in coalition:
                weight = factorial(size - 1) * factorial(count - size) / factorial(count)
                parts[one] += weight * (value - values[coalition - {one}])
    return parts


def _sampled(values: dict[Coalition, Floats], orders: Sequence[Sequence[int]]) -> Floats:
    """Mean marginal contributions over permutations, shape (players, runs, outcomes)."""
    parts = np.zeros((len(orders[0]), *values[frozenset()].shape))
    for order in orders:
        for length, one in enumerate(order):
            before, after = frozenset(order[:length]), frozenset(order[: length + 1])
            parts[one] += (values[after] - values[before]) / len(orders)
    return parts
