"""An ensemble in summary: outlook on each target, effects against a baseline, the redline, each with its verdict."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Self

import numpy as np

from agents.arrays import Floats
from scenarios.errors import InputError, nearest_name
from scenarios.plan import Plan
from scenarios.problem_texts import coded
from scenarios.run_conditions import REPLAY, RunConditions
from scenarios.schema import Scenario
from sim.experiments.attribution import Attribution
from sim.experiments.ensemble import Ensemble
from sim.experiments.least_runs import LEAST_FOR_VERDICT, enough_for_quantile
from sim.experiments.verdicts import Change, Reaching, change, reaching

QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
MOST_SCENARIOS = 4
"""Scenarios that one picture can show."""


@dataclass(frozen=True, eq=False)
class Outlook:
    """A scenario's outlook on one target."""

    by_year: Floats
    """Quantiles of QUANTILES by year, shape (years, 5), in the indicator's own unit; NaN where runs are too few."""
    at_target: Floats
    """The same in the year held against the targets, shape (5,)."""
    met: int
    """Runs that reach the target."""
    runs: int
    """Runs that can be judged."""
    verdict: Reaching
    first_month: str
    """Median month of reaching it for the first time; empty where fewer than half of the runs do."""


@dataclass(frozen=True)
class Effect:
    """Paired effect of a scenario against the baseline on one indicator, in its own unit."""

    median: float
    low: float
    high: float
    pairs: int
    verdict: Change


@dataclass(frozen=True, eq=False)
class Redline:
    """Share of runs in which an early warning was given, and the redline was broken, by the end of each year."""

    years: tuple[int, ...]
    warned: Floats
    broken: Floats
    broken_runs: int
    """Runs in which it was broken by the last of the years."""
    runs: int
    kept: Reaching
    """How sure the redline is to be kept."""


@dataclass(frozen=True, eq=False)
class Summary:
    """What an ensemble says about the targets: all that a report on it needs, computed."""

    main: str
    """Scenario that is reported on."""
    baseline: str | None
    """Scenario with which the others are compared; None where there is only one."""
    scenarios: Mapping[str, Scenario]
    """The main scenario first, the baseline last."""
    runs: Mapping[str, int]
    """Finished runs by scenario."""
    years: tuple[int, ...]
    target_years: Mapping[str, int | None]
    outlooks: Mapping[str, Mapping[str, Outlook]]
    """By scenario and indicator."""
    all_met: Mapping[str, tuple[int, int]]
    """By scenario the runs that reach all targets at once, and those that can be judged."""
    effects: Mapping[str, Mapping[str, Effect]]
    """By scenario and indicator; without the baseline and scenarios that cannot be compared."""
    not_compared: Mapping[str, str]
    """Scenarios that cannot be compared with the baseline, with the reason."""
    redlines: Mapping[str, Redline]
    """By scenario; empty for a store that did not record the redline."""
    conditions: RunConditions
    provenance: Mapping[str, Any]
    failures: tuple[str, ...]
    attribution: Attribution | None = None
    attribution_scale: float | None = None
    """Scale of the runs behind the attribution."""

    @classmethod
    def of(
        cls,
        ensemble: Ensemble,
        *,
        provenance: Mapping[str, Any],
        scenario: str | None = None,
        baseline: str | None = None,
    ) -> Self:
        """Return the summary of an ensemble of at most four scenarios.

        Parameters
        ----------
        ensemble
            The runs.
        provenance
            Conditions of the numbers, such as those of `sim.experiments.export.provenance`.
        scenario
            Scenario that is reported on; the first one that is not the baseline by default.
        baseline
            Scenario with which the others are compared; `committed` by default where it is there, else the last one.

        Raises
        ------
        scenarios.InputError
            For an unknown scenario or baseline, more than four scenarios, or a main scenario without a finished run.
        """
        names = list(ensemble.values)
        main, against = _chosen(names, scenario, baseline)
        order = [main, *(name for name in names if name not in (main, against))]
        order = order if against is None else [*order, against]
        if len(order) > MOST_SCENARIOS:
            raise InputError(
                coded("summary.too_many", count=len(order), most=MOST_SCENARIOS),
                key="scenario",
                value=", ".join(order),
                allowed=coded("allowed.at_most", most=MOST_SCENARIOS),
            )
        if not ensemble.done(main).any():
            raise InputError(
                coded("ensemble.no_run_of", scenario=main),
                key="scenario",
                value=main,
                allowed=coded("allowed.one_run"),
            )
        effects, apart = _effects(ensemble, [name for name in order if name != against], against)
        met = {name: ensemble.met(name)["all"].dropna() for name in order}
        return cls(
            main=main,
            baseline=against,
            scenarios={name: ensemble.scenarios[name] for name in order},
            runs={name: int(ensemble.done(name).sum()) for name in order},
            years=ensemble.years,
            target_years={name: ensemble.target_year_of(name) for name in order},
            outlooks=_outlooks(ensemble, order),
            all_met={name: (int(known.sum()), len(known)) for name, known in met.items()},
            effects=effects,
            not_compared=apart,
            redlines=_redlines(ensemble, order),
            conditions=ensemble.conditions,
            provenance=provenance,
            failures=ensemble.failures,
        )

    def with_attribution(self, found: Attribution, scale: float) -> Self:
        """Return the summary with the parts of the effect of the main scenario, from runs of this scale."""
        return replace(self, attribution=found, attribution_scale=scale)

    @property
    def year(self) -> int:
        """Year in which the main scenario is held against the targets; the plan's where it covers no whole year."""
        return self.target_years[self.main] or self.plan.target_year

    @property
    def plan(self) -> Plan:
        """Plan whose targets the main scenario is held against."""
        return self.scenarios[self.main].plan

    @property
    def is_replay(self) -> bool:
        """Whether external drivers follow history after 2020: then no number is a forecast."""
        return REPLAY in self.conditions.kind

    @property
    def pairs(self) -> int:
        """Pairs behind the effects of the main scenario; zero without any."""
        return max((each.pairs for each in self.effects.get(self.main, {}).values()), default=0)

    def verdicts(self, scenario: str) -> dict[Reaching, list[str]]:
        """Return the indicators by the verdict on their targets, in the plan's order."""
        found: dict[Reaching, list[str]] = {}
        for indicator, outlook in self.outlooks[scenario].items():
            found.setdefault(outlook.verdict, []).append(indicator)
        return found

    def changes(self, scenario: str) -> dict[Change, list[str]]:
        """Return the indicators by what a scenario does to them against the baseline; the largest effects first."""
        targets = self.scenarios[scenario].plan.targets
        effects = self.effects.get(scenario, {})
        found: dict[Change, list[str]] = {}
        for indicator in sorted(effects, key=lambda each: -abs(effects[each].median / targets[each])):
            found.setdefault(effects[indicator].verdict, []).append(indicator)
        return found


def _chosen(names: Sequence[str], scenario: str | None, baseline: str | None) -> tuple[str, str | None]:
    for key, name in (("scenario", scenario), ("baseline", baseline)):
        if name is not None and name not in names:
            raise InputError(
                coded("ensemble.no_runs", scenario=name),
                key=key,
                value=name,
                allowed=", ".join(names),
                nearest=nearest_name(name, names),
            )
    if scenario is not None and scenario == baseline:
        raise InputError(coded("summary.same"), key="baseline", value=scenario, allowed=", ".join(names))
    if len(names) == 1:
        return names[0], None
    left = [name for name in names if name != scenario]
    against = baseline or ("committed" if "committed" in left else left[-1])
    return scenario or next(name for name in names if name != against), against


def _outlooks(ensemble: Ensemble, names: Sequence[str]) -> dict[str, dict[str, Outlook]]:
    first_months = {
        (row["scenario"], row["indicator"]): str(row["expected_month"])
        for row in ensemble.probability_of_target().to_dict("records")
    }
    found: dict[str, dict[str, Outlook]] = {}
    for name in names:
        met, done = ensemble.met(name), ensemble.done(name)
        has_year = ensemble.target_year_of(name) is not None
        for indicator in ensemble.plan_of(name).indicator_ids:
            if indicator not in ensemble.columns:
                continue
            known = met[indicator].dropna()
            reached, judged = int(known.sum()), len(known)
            found.setdefault(name, {})[indicator] = Outlook(
                by_year=_quantiles(ensemble.yearly(name, indicator)[done]),
                at_target=_quantiles(ensemble.at_target(name, indicator)[done][:, None])[0],
                met=reached,
                runs=judged,
                verdict=reaching(reached, judged) if has_year else "no year",
                first_month=first_months[name, indicator],
            )
    return found


def _quantiles(values: Floats) -> Floats:
    """Quantiles over runs by year, shape (years, 5), of values of the shape (runs, years)."""
    found = np.full((values.shape[1], len(QUANTILES)), np.nan)
    for year, column in enumerate(values.T):
        there = column[np.isfinite(column)]
        for place, q in enumerate(QUANTILES):
            if enough_for_quantile(len(there), q):
                found[year, place] = np.quantile(there, q)
    return found


def _effects(
    ensemble: Ensemble, names: Sequence[str], baseline: str | None
) -> tuple[dict[str, dict[str, Effect]], dict[str, str]]:
    if baseline is None:
        return {}, {}
    found: dict[str, dict[str, Effect]] = {}
    apart: dict[str, str] = {}
    for name in names:
        targets = ensemble.plan_of(name).targets
        known = [indicator for indicator in targets if indicator in ensemble.columns]
        try:
            rows = ensemble.difference(name, baseline, indicators=known).to_dict("records")
        except InputError as error:
            apart[name] = error.problems[0].message
            continue
        found[name] = {
            str(row["indicator"]): Effect(
                row["median"],
                row["low"],
                row["high"],
                row["runs"],
                change(row["low"], row["high"], row["runs"], targets[str(row["indicator"])]),
            )
            for row in rows
        }
    return found, apart


def _redlines(ensemble: Ensemble, names: Sequence[str]) -> dict[str, Redline]:
    table = ensemble.redline()
    found = {}
    for name in names:
        mine = table[table["scenario"] == name]
        warned, broken = (mine[mine["line"] == line] for line in ("early warning", "redline"))
        if not len(broken):
            continue
        runs = int(broken["runs"].iloc[-1])
        broken_runs = round(float(broken["by_year"].iloc[-1]) * runs)
        found[name] = Redline(
            years=tuple(int(year) for year in broken["year"]),
            warned=warned["by_year"].to_numpy(dtype=np.float64),
            broken=broken["by_year"].to_numpy(dtype=np.float64),
            broken_runs=broken_runs,
            runs=runs,
            kept=reaching(runs - broken_runs, runs) if runs >= LEAST_FOR_VERDICT else "too few runs",
        )
    return found
