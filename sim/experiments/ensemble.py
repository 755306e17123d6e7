"""Ensembles: paired runs of several scenarios, and their statistics."""

import html
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from agents.arrays import Flags, Floats
from scenarios.drivers import Drivers
from scenarios.errors import InputError, nearest_name
from scenarios.parameters import Parameters
from scenarios.paths import shown
from scenarios.plan import Plan, shipped_plan
from scenarios.problem_texts import coded
from scenarios.run_conditions import RunConditions
from scenarios.schema import Scenario
from scenarios.whole_years import BASE_YEAR, answering_year, earliest, whole_years, year_named
from sim.closing.indicators import FLOWS, REDLINE_INDICATORS
from sim.experiments.intervals import interval
from sim.experiments.least_runs import LEAST_FOR_INTERVAL, enough_for_quantile, error_of_share
from sim.experiments.outcomes import RunOutcome, month_index
from sim.experiments.pairing import Pairing, Pairs, pairs_of
from sim.experiments.pool import Cancel, Workers, run_many
from sim.experiments.requests import RunRequest, ensemble_requests
from sim.experiments.run_conditions import conditions_of
from sim.experiments.store import INTO_A_STORE, Store, missing
from sim.experiments.stored_design import AskedRun, same_name_twice
from sim.moved import unknown_indicator
from sim.provenance.loaded_code import refuse_altered
from sim.runs.notebook_bar import notebook_bar

if TYPE_CHECKING:
    from concurrent.futures import Executor

    import pandas as pd

    from sim.experiments.ensemble_plots import EnsemblePlots

Progress = Callable[[RunOutcome, int, int], None]
"""Called after each run with its outcome, the runs done and the runs in all."""
PART = 96
"""Runs kept in memory before a part of the store is written."""
PART_SECONDS = 20.0
"""Longest time between two writes of finished runs."""


def thresholds() -> dict[str, float]:
    """Value from which each indicator of the plan of the package counts as met."""
    return shipped_plan().met_from


def ensemble(
    scenarios: str | Path | Scenario | Sequence[str | Path | Scenario],
    *,
    runs: int = 200,
    seed: int = 1,
    draws: int | None = None,
    parameters: str | Parameters | None = None,
    store: str | Path | None = None,
    workers: int | Workers | None = None,
    executor: "Executor | None" = None,
    levers: Mapping[str, Any] | None = None,
    macro: str | Path | Drivers | None = None,
    scale: float | None = None,
    interactions_off: Iterable[str] = (),
    fork_at: str | None = None,
    components: Iterable[Any] = (),
    plan: "str | Path | Plan | None" = None,
    progress: Progress | None = None,
    cancel: Cancel | None = None,
) -> "Ensemble":
    """Run scenarios many times, each run with its own seed and parameter draw, the same for every scenario.

    Parameters
    ----------
    scenarios
        One or more: names of ready scenarios, paths of files, `scenarios.Scenario` objects.
    runs
        Runs of each scenario.
    seed
        Base seed. A larger ensemble of the same seed contains a smaller one.
    draws
        Number of parameter draws that the runs share in turn; None gives every run its own, 0 takes the central point.
    parameters
        Name of a parameter set, or `Parameters` that all runs take.
    store
        Folder for results. Stored runs are not computed again.
    workers
        Number of processes; 1 runs in this process, None takes all processors. A `Workers` pool is used and kept.
    executor
        An executor of `concurrent.futures` in place of processes, such as that of a Dask client.
    levers, macro, scale, interactions_off, components, plan
        As in `sim.run`, for every scenario.
    fork_at
        First month in which the scenarios differ, such as "2023-01": earlier months are simulated once for all.
        Results are the same to the bit.
    progress
        Called after each run; None shows a bar in a notebook.
    cancel
        Called now and then; once it returns True the ensemble ends with the finished runs.

    Returns
    -------
    Ensemble
        Of all runs that are done. Runs that failed are listed in `failures`.

    Raises
    ------
    scenarios.InputError
        If an argument cannot be used.
    """
    single = isinstance(scenarios, str | Path | Scenario)
    if not single and not isinstance(scenarios, Iterable):
        raise InputError(
            coded("requests.no_scenarios", value=shown(scenarios)),
            key="scenarios",
            value=scenarios,
            allowed=coded("allowed.scenarios_in_a_list"),
        )
    asked = ensemble_requests(
        [scenarios] if single else list(scenarios),  # type: ignore[list-item, arg-type]
        runs=runs,
        seed=seed,
        draws=draws,
        parameters=parameters,
        levers=levers,
        macro=macro,
        scale=scale,
        interactions_off=interactions_off,
        fork_at=fork_at,
        components=components,
        plan=plan,
    )
    return run_requests(asked, store=store, workers=workers, executor=executor, progress=progress, cancel=cancel)


def run_requests(
    requests: Sequence[RunRequest],
    *,
    store: str | Path | None = None,
    workers: int | Workers | None = None,
    executor: "Executor | None" = None,
    progress: Progress | None = None,
    cancel: Cancel | None = None,
    kind: str = "batch",
    label: str = "",
) -> "Ensemble":
    """Run requests, in a store or in memory, and give them back as an ensemble; see `ensemble`.

    A store records the requests as an experiment of this kind and label, unless they equal those of the last one.
    """
    progress = progress or notebook_bar()
    if store is not None:
        refuse_altered(INTO_A_STORE)
        with Store.writing(store) as written:
            written.keep_design(requests, kind=kind, label=label)
        run_into_store(requests, store, workers=workers, executor=executor, progress=progress, cancel=cancel)
        return Ensemble.of_store(Store.open(store), requests)
    outcomes: list[RunOutcome] = []
    for outcome in run_many(requests, workers=workers, executor=executor, cancel=cancel):
        outcomes.append(outcome)
        if progress is not None:
            progress(outcome, len(outcomes), len(requests))
    return Ensemble.of_outcomes(outcomes)


def run_into_store(
    requests: Sequence[RunRequest],
    store: str | Path,
    *,
    workers: int | Workers | None = None,
    executor: "Executor | None" = None,
    progress: Progress | None = None,
    cancel: Cancel | None = None,
) -> None:
    """Run the requests that a store does not hold yet, and add their outcomes to it a part at a time.

    Equal requests under several names or numbers are run once.
    """
    from time import monotonic

    refuse_altered(INTO_A_STORE)
    with Store.writing(store) as kept:
        todo = {request.key: request for request in reversed(missing(requests, kept))}
        times = Counter(request.key for request in requests)
        done = sum(count for key, count in times.items() if key not in todo)
        buffer: list[RunOutcome] = []
        written = monotonic()
        try:
            ordered = list(reversed(todo.values()))
            for outcome in run_many(ordered, workers=workers, executor=executor, cancel=cancel):
                done += times[outcome.key]
                buffer.append(outcome)
                if len(buffer) >= PART or monotonic() - written > PART_SECONDS:
                    kept.append(buffer)  # stopped in the middle of this they are appended once more below
                    buffer = []
                    written = monotonic()
                if progress is not None:
                    progress(outcome, done, len(requests))
        except InputError:
            buffer = []  # the store cannot take them
            raise
        finally:
            kept.append(buffer)


@dataclass(frozen=True, eq=False)
class Ensemble:
    """Runs of one or more scenarios; two are a pair if they share draws, parameters and world, see `pairings`."""

    values: Mapping[str, Floats]
    """Indicators by scenario, shape (runs, months, indicators); a run that is not done is all NaN."""
    columns: tuple[str, ...]
    first_month: int
    runs: tuple[int, ...]
    """Numbers of the runs, the first axis of `values`."""
    scenarios: Mapping[str, Scenario]
    pairings: Mapping[str, tuple[Pairing | None, ...]]
    """By scenario, for each of `runs`, the attributes that its pair must share; None if the run is not done."""
    failures: tuple[str, ...] = ()
    """Scenario, run and error of each run that failed."""
    kinds: frozenset[str] = frozenset()
    altered: tuple[str, ...] = ()
    """Names of altered parts of the model during these runs; empty for the installed model."""

    @classmethod
    def of_outcomes(cls, outcomes: Sequence[RunOutcome]) -> Self:
        """Ensemble of outcomes in memory; a run that failed is all NaN and has no pairing.

        Raises
        ------
        scenarios.InputError
            If none is done, or two that differ have the same scenario and number.
        """
        done = [outcome for outcome in outcomes if outcome.status == "done"]
        failures = tuple(
            f"{o.request.scenario.name}, run {o.request.run}: {o.error}" for o in outcomes if o.status != "done"
        )
        if not done:
            told = coded("ensemble.first_failed", reason=failures[0]) if failures else coded("ensemble.nothing_done")
            raise InputError(told, key="runs")
        _checked_once(done)
        columns = tuple(dict.fromkeys(name for outcome in done for name in outcome.indicators))
        at = {name: column for column, name in enumerate(columns)}
        first = min(outcome.first_month for outcome in done)
        numbers = tuple(sorted({outcome.request.run for outcome in outcomes}))
        place = {number: row for row, number in enumerate(numbers)}
        months = max(outcome.first_month + len(outcome.values) for outcome in done) - first
        scenarios = {outcome.request.scenario.name: outcome.request.scenario for outcome in outcomes}
        values = {name: np.full((len(numbers), months, len(columns)), np.nan) for name in scenarios}
        pairings: dict[str, list[Pairing | None]] = {name: [None] * len(numbers) for name in scenarios}
        for outcome in done:
            start = outcome.first_month - first
            name, row = outcome.request.scenario.name, place[outcome.request.run]
            target = values[name][row, start : start + len(outcome.values)]
            target[:, [at[each] for each in outcome.indicators]] = outcome.values
            pairings[name][row] = outcome.request.pairing
        kinds = frozenset(outcome.kind for outcome in done)
        altered = tuple(dict.fromkeys(name for outcome in done for name in outcome.altered))
        return cls(values, columns, first, numbers, scenarios, _fixed(pairings), failures, kinds, altered)

    @classmethod
    def of_store(cls, store: Store, requests: Sequence[RunRequest] | None = None, *, design: int | None = None) -> Self:
        """Ensemble of a store: of its last design, of another one, or of some requests.

        Runs have the names and numbers of their requests. One that is not done is all NaN and has no
        pairing; one that failed is in `failures`.

        Parameters
        ----------
        store
            The store.
        requests
            The requests; None takes a design.
        design
            Number of a design of `Store.designs`; None takes the last one. Of a store without designs all runs are
            taken.

        Raises
        ------
        scenarios.InputError
            If none of the runs is done, two of them have the same scenario and number, or something in the store is
            missing or damaged.
        """
        if not isinstance(store, Store):
            raise InputError(
                coded("ensemble.no_store", value=shown(store)),
                key="store",
                value=store,
                allowed=coded("allowed.opened_store"),
            )
        where = str(store.folder)
        asked = store.asked(design) if requests is None else tuple(AskedRun.of(request) for request in requests)
        twice = same_name_twice(asked)
        if twice is not None:
            raise InputError(
                coded("ensemble.several", scenario=twice[0]),
                where=where,
                key="store",
                value=where,
            )
        rows = store.rows()
        found_rows = [(run, rows[run.key]) for run in asked if run.key in rows]
        failures = tuple(
            f"{run.scenario}, run {run.run}: {row['error']}" for run, row in found_rows if row["status"] != "done"
        )
        done = [(run, row) for run, row in found_rows if row["status"] == "done"]
        if not done:
            raise InputError(coded("ensemble.no_run"), where=where, key="store", value=where)
        stored = {run.key: run for run in store.stored_runs(run.key for run, _ in done)}
        columns = tuple(dict.fromkeys(name for run in stored.values() for name in run.columns))
        first = min(run.first_month for run in stored.values())
        months = max(run.first_month + len(run.values) for run in stored.values()) - first
        numbers = tuple(sorted({run.run for run in asked}))
        place = {number: row for row, number in enumerate(numbers)}
        names = tuple(dict.fromkeys(run.scenario for run in asked))
        values = {name: np.full((len(numbers), months, len(columns)), np.nan) for name in names}
        pairings: dict[str, list[Pairing | None]] = {name: [None] * len(numbers) for name in names}
        at = {name: column for column, name in enumerate(columns)}
        for run, row in done:
            found = stored[run.key]
            start = found.first_month - first
            target = values[run.scenario][place[run.run], start : start + len(found.values)]
            target[:, [at[name] for name in found.columns]] = found.values
            pairings[run.scenario][place[run.run]] = _pairing_of(row)
        scenarios = _scenarios_of(store, asked, requests, design)
        kinds = frozenset(row["kind"] for _, row in done)
        return cls(values, columns, first, numbers, scenarios, _fixed(pairings), failures, kinds)

    def __repr__(self) -> str:
        names = ", ".join(f"{name!r}" for name in self.values)
        failed = f", {len(self.failures)} failed" if self.failures else ""
        altered = f", not of the installed model: {', '.join(self.altered)}" if self.altered else ""
        return f"<Ensemble of {names}: {len(self.runs)} runs each{failed}, {len(self.columns)} indicators{altered}>"

    def _repr_html_(self) -> str:
        return f"<p>{html.escape(repr(self))}</p>{self.probability_of_target().to_html(index=False)}"

    @property
    def plot(self) -> "EnsemblePlots":
        """Pictures for notebooks: `plot.fan(indicator)` and `plot.effects()`."""
        from sim.experiments.ensemble_plots import EnsemblePlots

        return EnsemblePlots(self)

    def _column(self, indicator: str) -> int:
        if not isinstance(indicator, str):
            raise InputError(
                coded("indicator.no_name", value=shown(indicator)),
                key="indicator",
                value=indicator,
                allowed=coded("allowed.name_of_indicator"),
            )
        if indicator not in self.columns:
            raise InputError(unknown_indicator(indicator, self.columns, "indicator"))
        return self.columns.index(indicator)

    def _of(self, scenario: str) -> Floats:
        if scenario not in self.values:
            raise InputError(
                coded("ensemble.no_runs", scenario=scenario),
                key="scenario",
                value=scenario,
                allowed=", ".join(self.values),
                nearest=nearest_name(scenario, self.values),
            )
        return self.values[scenario]

    @cached_property
    def months(self) -> "pd.DatetimeIndex":
        """Month-ends of the second axis of `values`."""
        return month_index(self.first_month, next(iter(self.values.values())).shape[1])

    @cached_property
    def years(self) -> tuple[int, ...]:
        """Years that the months of the longest scenario cover in whole."""
        return whole_years(self.first_month, self.first_month + len(self.months) - 1)

    @cached_property
    def target_year(self) -> int:
        """Place among the years of the one compared with the targets in the scenario with the longest horizon.

        Scenarios may end in different years: see `target_year_of`.
        """
        last = max(self.plan_of(name).target_year for name in self.values)
        return max(place for place, year in enumerate(self.years) if year <= last)

    def plan_of(self, scenario: str) -> Plan:
        """Plan against whose targets a scenario is held."""
        asked = self.scenarios.get(scenario)
        return shipped_plan() if asked is None else asked.plan

    @cached_property
    def _reached(self) -> dict[str, tuple[int | None, Flags]]:
        """By scenario its last month, and which runs are done: those that reach it, shape (runs,)."""
        found: dict[str, tuple[int | None, Flags]] = {}
        for name, values in self.values.items():
            there = np.array([each is not None for each in self.pairings[name]], dtype=bool)
            months = np.isfinite(values).any(axis=2) & there[:, None]
            lasts = np.where(months.any(axis=1), months.shape[1] - 1 - months[:, ::-1].argmax(axis=1), -1)
            last = int(lasts.max(initial=-1))
            found[name] = (None, np.zeros(len(there), dtype=bool)) if last < 0 else (last, lasts == last)
        return found

    def done(self, scenario: str) -> Flags:
        """Which runs of a scenario are done, shape (runs,): those that reach the last month of their scenario."""
        self._of(scenario)
        return self._reached[scenario][1]

    def last_month(self, scenario: str) -> int | None:
        """Ordinal of the last month of a scenario; None if none of its runs is done."""
        self._of(scenario)
        place = self._reached[scenario][0]
        return None if place is None else self.first_month + place

    def target_year_of(self, scenario: str) -> int | None:
        """Year held against the targets: the plan's, or the scenario's last whole year before; None without one."""
        return answering_year(self.last_month(scenario), self.plan_of(scenario).target_year)

    def target_year_told(self, scenario: str) -> str:
        """The same year in words, with the reason where it is not that of the plan."""
        return year_named(self.last_month(scenario), self.plan_of(scenario).target_year)

    def common_year(self, *scenarios: str) -> int | None:
        """Year in which scenarios are compared: the latest that answers for each; None where one has none."""
        return earliest(self.target_year_of(name) for name in scenarios or self.values)

    @cached_property
    def conditions(self) -> RunConditions:
        """Conditions of the runs."""
        known = [each for of_runs in self.pairings.values() for each in of_runs if each is not None]
        return conditions_of(self.scenarios.values(), pairings=known, kinds=sorted(self.kinds))

    @cached_property
    def flows(self) -> frozenset[str]:
        """Indicators that are summed over a year."""
        return FLOWS.union(*(each.flows for each in self.scenarios.values()))

    def yearly(self, scenario: str, indicator: str) -> Floats:
        """An indicator by run and year, shape (runs, years): flows summed, December for stocks and ratios.

        NaN for runs that are not done and years that the scenario does not cover in whole.
        """
        series = self._of(scenario)[:, :, self._column(indicator)]
        decembers = np.array([year * 12 + 11 - self.first_month for year in self.years], dtype=np.int64)
        if indicator not in self.flows:
            return series[:, decembers]
        return np.stack([series[:, december - 11 : december + 1].sum(axis=1) for december in decembers], axis=1)

    def in_year(self, scenario: str, indicator: str, year: int | None) -> Floats:
        """An indicator of a year by run, shape (runs,): NaN for runs that are not done and for years not covered."""
        known = self.yearly(scenario, indicator)
        if year not in self.years:
            return np.full(len(self.runs), np.nan)
        return np.where(self.done(scenario), known[:, self.years.index(year)], np.nan)

    def at_target(self, scenario: str, indicator: str) -> Floats:
        """An indicator in the scenario's own year held against the targets, by run, shape (runs,); NaN without one."""
        return self.in_year(scenario, indicator, self.target_year_of(scenario))

    @property
    def indicators(self) -> "pd.DataFrame":
        """Every indicator by scenario, run and month, one row each month of a run."""
        import pandas as pd

        tables = []
        for name, values in self.values.items():
            flat = values.reshape(-1, len(self.columns))
            table = pd.DataFrame(flat, columns=list(self.columns))
            table.insert(0, "month", np.tile(self.months, len(self.runs)))
            table.insert(0, "run", np.repeat(self.runs, len(self.months)))
            table.insert(0, "scenario", name)
            tables.append(table)
        return pd.concat(tables, ignore_index=True)

    def annual(self, indicators: Iterable[str] | None = None) -> "pd.DataFrame":
        """Tidy table: scenario, run, year, indicator, value; flows summed, December for stocks and ratios."""
        import pandas as pd

        wanted = list(self.columns if indicators is None else indicators)
        tables = []
        for name in self.values:
            for indicator in wanted:
                values = self.yearly(name, indicator)
                tables.append(
                    pd.DataFrame(
                        {
                            "scenario": name,
                            "run": np.repeat(self.runs, len(self.years)),
                            "year": np.tile(self.years, len(self.runs)),
                            "indicator": indicator,
                            "value": values.ravel(),
                        }
                    )
                )
        return pd.concat(tables, ignore_index=True)

    def quantiles(
        self, indicator: str, q: Sequence[float] = (0.05, 0.25, 0.5, 0.75, 0.95), *, monthly: bool = False
    ) -> "pd.DataFrame":
        """Quantiles of an indicator over the runs: index scenario and year (or month), a column for each of `q`."""
        import pandas as pd

        for each in q:
            if not 0.0 <= each <= 1.0:
                raise InputError(
                    coded("value.no_quantile", value=each), key="q", value=each, allowed=coded("allowed.quantile")
                )
        self._column(indicator)
        key = (indicator, tuple(q), monthly)
        if key not in self._quantiles:
            times = self.months if monthly else self.years
            index = pd.MultiIndex.from_product(
                [list(self.values), times], names=["scenario", "month" if monthly else "year"]
            )
            rows = []
            for name in self.values:
                values = self._of(name)[:, :, self._column(indicator)] if monthly else self.yearly(name, indicator)
                rows.append(_quantiles_by_time(values, q))
            self._quantiles[key] = pd.DataFrame(np.concatenate(rows), index=index, columns=list(q))
        return self._quantiles[key].copy()

    @cached_property
    def _quantiles(self) -> "dict[tuple[Any, ...], pd.DataFrame]":
        """Tables computed so far; pages use each several times."""
        return {}

    def pairs(self, scenario: str, baseline: str) -> Pairs:
        """Pairs of runs of two scenarios: both done, with the same draws, parameters and world; see `pairs_of`.

        Raises
        ------
        scenarios.InputError
            If a scenario is not there or none of its runs is done, or if no run of one is a pair with a run of the
            other; the message names the differences.
        """
        sides = []
        for name in (scenario, baseline):
            done = self.done(name)
            if not done.any():
                raise InputError(
                    coded("ensemble.no_run_of", scenario=name),
                    key="scenario",
                    value=name,
                    allowed=coded("allowed.one_run"),
                )
            sides.append([each if there else None for each, there in zip(self.pairings[name], done, strict=True)])
        found = pairs_of(*sides)
        if not len(found):
            raise InputError(
                coded("ensemble.no_pair", scenario=scenario, baseline=baseline, reason=found.reason),
                key="scenario",
                value=scenario,
                allowed=coded("allowed.paired_runs"),
            )
        return found

    def paired(self, scenario: str, baseline: str) -> Flags:
        """Which runs of a scenario have a partner among those of another, shape (runs,).

        Raises
        ------
        scenarios.InputError
            As `pairs` does.
        """
        has_one = np.zeros(len(self.runs), dtype=bool)
        has_one[list(self.pairs(scenario, baseline).here)] = True
        return has_one

    def year_compared(self, *scenarios: str) -> int:
        """Year in which scenarios are compared.

        Raises
        ------
        scenarios.InputError
            If one of them covers no whole year after 2020.
        """
        year = self.common_year(*scenarios)
        if year is None:
            told = "; ".join(f"{name}: {self.target_year_told(name)}" for name in dict.fromkeys(scenarios))
            raise InputError(
                coded("ensemble.no_year", years=told),
                key="end",
                value=", ".join(dict.fromkeys(scenarios)),
                allowed=coded("allowed.later_end"),
            )
        return year

    def of_pairs(self, scenario: str, baseline: str, indicator: str) -> tuple[Floats, Floats]:
        """An indicator in the pairs of two scenarios, in the year in which they are compared, shape (pairs,) each.

        Raises
        ------
        scenarios.InputError
            If there is no pair or no such year.
        """
        pairs, year = self.pairs(scenario, baseline), self.year_compared(scenario, baseline)
        here, there = (self.in_year(name, indicator, year) for name in (scenario, baseline))
        return here[list(pairs.here)], there[list(pairs.there)]

    def difference(
        self, scenario: str, baseline: str, *, indicators: Iterable[str] | None = None, level: float = 0.95
    ) -> "pd.DataFrame":
        """Effect of a scenario against another in 2025, pair by pair with the same draws and parameters.

        The indicators are those of the scenario's plan unless others are named, the year is that of its targets.

        Columns: indicator, median, mean, low and high (a bootstrap interval of the median; NaN below eight pairs), runs
        (the pairs), share_positive, pairing: by how much the variance of the difference falls against independent runs;
        year (that of the values: 2025, or the last whole year that both cover), left_out (runs of either that are done
        and have no partner) and why.

        Raises
        ------
        scenarios.InputError
            If a scenario or an indicator is not there, no run is a pair with another, the two have no whole year after
            2020 in common, or `level` is not between 0 and 1.
        """
        import pandas as pd

        pairs, year = self.pairs(scenario, baseline), self.year_compared(scenario, baseline)
        rows = []
        for indicator in self.plan_of(scenario).indicator_ids if indicators is None else indicators:
            here, there = self.of_pairs(scenario, baseline, indicator)
            both = np.isfinite(here) & np.isfinite(there)
            gap = here[both] - there[both]
            low, high = interval(gap, level)
            apart = here[both].var() + there[both].var() if len(gap) else np.nan
            enough = len(gap) >= LEAST_FOR_INTERVAL and gap.var() > 0.0
            rows.append(
                {
                    "indicator": indicator,
                    "median": float(np.median(gap)) if len(gap) else np.nan,
                    "mean": float(gap.mean()) if len(gap) else np.nan,
                    "low": low,
                    "high": high,
                    "runs": len(gap),
                    "share_positive": float((gap > 0.0).mean()) if len(gap) else np.nan,
                    "pairing": float(apart / gap.var()) if enough else np.nan,
                    "year": year,
                    "left_out": pairs.left_out,
                    "why": pairs.reason,
                }
            )
        return pd.DataFrame(rows)

    def met(self, scenario: str) -> "pd.DataFrame":
        """Which runs meet which target: index run, a column for each plan indicator, and `all`.

        Of 2025, or of the scenario's last whole year (`target_year_of`). NA for a run that is not done, for an
        indicator that it does not have, and for `all` where one of the indicators is NA.
        """
        import pandas as pd

        table = pd.DataFrame(index=pd.Index(self.runs, name="run"))
        for name, met_from in self.plan_of(scenario).met_from.items():
            lacks = name not in self.columns
            value = np.full(len(self.runs), np.nan) if lacks else self.at_target(scenario, name)
            known = pd.Series(value >= met_from, index=table.index, dtype="boolean")
            table[name] = known.where(np.isfinite(value))
        table["all"] = table.all(axis=1).astype("boolean").where(table.notna().all(axis=1))
        return table

    def probability_of_target(self) -> "pd.DataFrame":
        """Share of runs that meet each target in 2025, and all of them, with the median month of first meeting.

        Columns: scenario, indicator, probability (NaN without a run that can be judged), standard_error (NaN below
        eight runs), expected_month (for `all`, of meeting all at once; empty where fewer than half of the runs ever get
        there; ratios and flows are taken over the year that ends with the month), runs (those that are judged) and year
        (see `target_year_of`; NA without one).
        """
        import pandas as pd

        rows = []
        for name in self.values:
            met, asked = self.met(name), self.plan_of(name).indicator_ids
            for indicator in (*asked, "all"):
                known = met[indicator].dropna()
                judged, good = len(known), int(known.sum())
                rows.append(
                    {
                        "scenario": name,
                        "indicator": indicator,
                        "probability": good / judged if judged else np.nan,
                        "standard_error": error_of_share(good, judged),
                        "expected_month": self._first_month(name, asked if indicator == "all" else (indicator,))
                        if judged
                        else "",
                        "runs": judged,
                        "year": self.target_year_of(name),
                    }
                )
        return pd.DataFrame(rows).astype({"year": "Int64"})

    def redline(self) -> "pd.DataFrame":
        """Probability that the redline of systemic risk is broken, and that an early warning is given, by year.

        Columns: scenario, line (`early warning` or `redline`), year, in_year (share of runs in which it holds in some
        month of the year), by_year (in some month since 2021), standard_error (of by_year; NaN below eight runs) and
        runs. Only whole years after 2020 that the scenario covers; no row for a store that did not record the redline.
        """
        import pandas as pd

        rows = []
        for name in self.values:
            done = self.done(name)
            for line, indicator in REDLINE_INDICATORS.items():
                if indicator not in self.columns:
                    continue
                months = self.yearly(name, indicator)[done]
                over = np.zeros(len(months), dtype=bool)
                for place, year in enumerate(self.years):
                    if year <= BASE_YEAR or not np.isfinite(months[:, place]).any():
                        continue
                    held = months[:, place] > 0.0
                    over |= held
                    rows.append(
                        {
                            "scenario": name,
                            "line": line,
                            "year": year,
                            "in_year": float(held.mean()),
                            "by_year": float(over.mean()),
                            "standard_error": error_of_share(int(over.sum()), len(over)),
                            "runs": len(over),
                        }
                    )
        columns = ["scenario", "line", "year", "in_year", "by_year", "standard_error", "runs"]
        return pd.DataFrame(rows, columns=columns)

    def goals(self, scenario: str) -> "pd.DataFrame":
        """The plan's goals and shortcomings in 2025, by the share of runs that meet all tests of each.

        Index id; columns kind, name, light, green, amber, red, runs, worst, not_modelled. Of a scenario that ends
        earlier, in its last whole year; without a run that is done, or without such a year, there is no light.
        """
        from sim.experiments.goals import lights

        return lights(self._of_year(scenario), self.target_year_of(scenario), self.plan_of(scenario).goals)

    def goal_tests(self, scenario: str) -> "pd.DataFrame":
        """The tests behind `goals`, one row each: id, then the columns of `sim.experiments.goals.judged`."""
        import pandas as pd

        from sim.experiments.goals import judged

        tables = []
        for goal in self.plan_of(scenario).goals:
            if goal.tests:
                tests = judged(goal, self._of_year(scenario), self.target_year_of(scenario))
                tests.insert(0, "id", goal.id)
                tables.append(tests)
        return pd.concat(tables, ignore_index=True)

    def _of_year(self, scenario: str) -> Callable[[str, int | None], Floats]:
        done = self.done(scenario)
        return lambda indicator, year: self.in_year(scenario, indicator, year)[done]

    def fired(self, scenario: str) -> "pd.DataFrame":
        """The triggers of a scenario: in which part of the runs each fires, and when for the first time.

        Index trigger; columns share, first_month (the median over the runs in which it fires; empty where it does in
        none).
        """
        import pandas as pd

        rows, done = [], self.done(scenario)
        for trigger in self.scenarios[scenario].triggers:
            series = self._over_a_year(scenario, trigger.indicator)
            met = series < trigger.below if trigger.below is not None else series > float(trigger.above or 0.0)
            times_met = np.cumsum(np.pad(met, ((0, 0), (1, 0))), axis=1)
            # A trigger looks at the months before, of which there must be enough.
            asked, long_enough = trigger.months, np.zeros_like(met)
            long_enough[:, asked:] = times_met[:, asked:-1] - times_met[:, : -asked - 1] == asked
            due = long_enough[done] & np.asarray(self.months.year > 2020)
            first = due.argmax(axis=1)[due.any(axis=1)]
            middle = f"{self.months[int(np.quantile(first, 0.5, method='lower'))]:%Y-%m}" if len(first) else ""
            rows.append((str(trigger), len(first) / len(due) if len(due) else np.nan, middle))
        table = pd.DataFrame(rows, columns=["trigger", "share", "first_month"])
        return table.set_index("trigger")

    def _over_a_year(self, scenario: str, indicator: str) -> Floats:
        """An indicator by run and month, flows over the twelve months that end with it: NaN where there are fewer."""
        series = self._of(scenario)[:, :, self._column(indicator)]
        if indicator not in self.flows:
            return series
        total = np.cumsum(np.pad(series, ((0, 0), (1, 0))), axis=1)
        return np.concatenate([np.full((len(series), 11), np.nan), total[:, 12:] - total[:, :-12]], axis=1)

    def _at_target(self, scenario: str, indicator: str) -> Flags:
        """Whether an indicator is at its threshold: shape (run, month); never before 2021."""
        series = self._over_a_year(scenario, indicator)
        return (series >= self.plan_of(scenario).met_from[indicator]) & np.asarray(self.months.year > 2020)

    def _first_month(self, scenario: str, indicators: Sequence[str]) -> str:
        """Median over the runs of the first month after 2020 at which all of the indicators are at their thresholds."""
        at = np.logical_and.reduce([self._at_target(scenario, name) for name in indicators])[self.done(scenario)]
        first = np.where(at.any(axis=1), at.argmax(axis=1), len(self.months)).astype(float)
        middle = int(np.quantile(first, 0.5, method="higher"))
        return "" if middle >= len(self.months) else f"{self.months[middle]:%Y-%m}"

    def displacement(self, scenario: str, baseline: str) -> "pd.DataFrame":
        """Shanghai's gains in 2025 against another scenario, and other centres' losses, over the pairs.

        Columns: measure (`institutions`, `direct_financing` in CNY trn a year), centre, change (mean over the pairs),
        low and high (a bootstrap interval of the mean; NaN below eight pairs), share_of_gain (the part of Shanghai's
        gain that is this centre's loss; negative if it gains too, NaN where the interval of Shanghai's own change holds
        zero or there is none), runs (the pairs) and year.

        Raises
        ------
        scenarios.InputError
            If a scenario is missing, no run is a pair with another, or the store lacks an indicator.
        """
        from sim.experiments.displacement import displaced

        year = self.year_compared(scenario, baseline)
        table = displaced(lambda indicator: np.subtract(*self.of_pairs(scenario, baseline, indicator)))
        return table.assign(year=year)

    def regret(self) -> "pd.DataFrame":
        """Regret of each scenario: how far it stays behind the best one of the same run, as a share of the target.

        Columns: scenario, indicator, mean, p95 (the loss that one run in twenty exceeds; NaN below eight), runs, year
        and with (the scenarios it is compared with); a run's best scenario has zero. `all` is the mean over the
        indicators of the plan. Only scenarios whose runs are pairs are compared, in the runs that all of them
        have; one that has no partner has no regret (NaN, no runs).
        """
        import pandas as pd

        rows = []
        for names, places in self._comparable:
            year = self.common_year(*names) if len(names) > 1 else None
            losses: dict[str, Floats] = {}
            met_from = self.plan_of(names[0]).met_from
            for indicator in met_from:
                lacks = indicator not in self.columns
                last = np.stack(
                    [
                        np.full(len(rows_of), np.nan) if lacks else self.in_year(name, indicator, year)[rows_of]
                        for name, rows_of in zip(names, places, strict=True)
                    ]
                )
                losses[indicator] = (last.max(axis=0) - last) / met_from[indicator]
            losses["all"] = np.mean([losses[indicator] for indicator in met_from], axis=0)
            for indicator, loss in losses.items():
                for name, of_scenario in zip(names, loss, strict=True):
                    known = of_scenario[np.isfinite(of_scenario)]
                    rows.append(
                        {
                            "scenario": name,
                            "indicator": indicator,
                            "mean": float(known.mean()) if len(known) else np.nan,
                            "p95": float(np.quantile(known, 0.95)) if enough_for_quantile(len(known), 0.95) else np.nan,
                            "runs": len(known),
                            "year": year,
                            "with": ", ".join(other for other in names if other != name),
                        }
                    )
        table = pd.DataFrame(rows).astype({"year": "Int64"})
        order = {name: place for place, name in enumerate((*self._indicators, "all"))}
        return table.sort_values("indicator", key=lambda names: names.map(order), kind="stable", ignore_index=True)

    @property
    def _indicators(self) -> tuple[str, ...]:
        """Indicators of the plans of all scenarios, in their order."""
        return tuple(dict.fromkeys(each for name in self.values for each in self.plan_of(name).indicator_ids))

    @cached_property
    def _comparable(self) -> list[tuple[tuple[str, ...], list[list[int]]]]:
        """Scenarios that are compared with one another, and for each the places of the runs that all of them have."""
        left, found = list(self.values), []
        while left:
            names = [left.pop(0)]
            reached = 0
            while reached < len(names):  # a partner of a partner belongs to them too
                for other in list(left):
                    if len(self._pairs_or_none(names[reached], other)):
                        names.append(other)
                        left.remove(other)
                reached += 1
            names.sort(key=list(self.values).index)
            partners = [
                dict(zip(p.here, p.there, strict=True)) for p in (self._pairs_or_none(names[0], n) for n in names)
            ]
            shared = [run for run in partners[0] if all(run in each for each in partners)]
            found.append((tuple(names), [[each[run] for run in shared] for each in partners]))
        return found

    def _pairs_or_none(self, scenario: str, baseline: str) -> Pairs:
        try:
            return self.pairs(scenario, baseline)
        except InputError:
            return Pairs((), (), 0, ())


def _quantiles_by_time(values: Floats, q: Sequence[float]) -> Floats:
    """Quantiles over the runs that are done, shape (times, quantiles); NaN where none is."""
    unknown = np.isnan(values)
    if not unknown.any():  # the search for unfinished runs is ten times slower than the rest
        return np.asarray(np.quantile(values, list(q), axis=0).T)
    found = np.full((values.shape[1], len(q)), np.nan)
    some = ~unknown.all(axis=0)
    if some.any():
        found[some] = np.nanquantile(values[:, some], list(q), axis=0).T
    return found


def _checked_once(outcomes: Sequence[RunOutcome]) -> None:
    """Refuse two runs that differ under one scenario and number.

    Raises
    ------
    scenarios.InputError
        If there are such: one would hide the other.
    """
    seen: dict[tuple[str, int], str] = {}
    for outcome in outcomes:
        name, run = outcome.request.scenario.name, outcome.request.run
        if seen.setdefault((name, run), outcome.key) != outcome.key:
            raise InputError(
                coded("ensemble.same_number", scenario=name, run=run),
                key="run",
                value=run,
                allowed=coded("allowed.different_names_or_numbers"),
            )


def _fixed(pairings: Mapping[str, Sequence[Pairing | None]]) -> dict[str, tuple[Pairing | None, ...]]:
    return {name: tuple(of_runs) for name, of_runs in pairings.items()}


def _scenarios_of(
    store: Store, asked: Sequence[AskedRun], requests: Sequence[RunRequest] | None, design: int | None
) -> dict[str, Scenario]:
    """Requested scenarios by name; those kept by the store are checked."""
    hashes = {run.scenario: run.scenario_hash for run in asked}
    for digest in dict.fromkeys(run.scenario_hash for run in asked):
        store.check_address("scenarios", digest)
    if requests is not None:
        return {request.scenario.name: request.scenario for request in requests}
    heads = store.design(design).heads if design is not None or store.designs() else ()
    by_name = {str(head["name"]): head for head in heads}
    return {name: store.scenario(digest, by_name.get(name, {"name": name})) for name, digest in hashes.items()}


def _pairing_of(row: Mapping[str, Any]) -> Pairing:
    """Pairing of a row of a store's table of runs."""
    return Pairing(
        seed=int(row["seed"]),
        parameters=row["parameters_hash"],
        macro=row["macro"],
        scale=float(row["scale"]),
        interactions_off=tuple(name for name in row["interactions_off"].split(",") if name),
        base_year=row["vintage"],
        model=row["model"],
        components=row["components"],
    )
