"""What a scenario changes against another: levers with size and months, and the outcomes that moved levers aim at."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from scenarios.calendar import PLAN_START, month_ordinal, month_text
from scenarios.plan import Lever
from scenarios.schema import Scenario
from sim.closing.dictionary import dictionary
from sim.experiments.ensemble import Ensemble
from sim.experiments.summary import Effect
from sim.experiments.verdicts import change

FEW = 3
"""Levers that differ up to which a brief names the outcome of each; more of them is a programme, not a measure."""
SAME = 5e-4
"""Difference of intensity that no text shows, since it has two decimal places."""


@dataclass(frozen=True)
class Move:
    """A lever that has another path than in the baseline."""

    lever: Lever
    before: float
    """Intensity in the baseline at the end of the year that is compared."""
    after: float
    gap: float
    """Difference where it is largest; zero where components differ and their mean, the lever's intensity, does not."""
    first: str
    last: str
    """First and last month in which they differ."""


def moves(scenario: Scenario, baseline: Scenario, year: int) -> list[Move]:
    """Return the levers that differ, the largest differences first.

    Parameters
    ----------
    scenario, baseline
        The two scenarios.
    year
        Last year that is compared.
    """
    first, last = month_ordinal(PLAN_START), month_ordinal(f"{year}-12")
    mine, theirs = (each.intensities(first, last) for each in (scenario, baseline))
    parts_of_mine, parts_of_theirs = (each.departures(first, last) for each in (scenario, baseline))
    columns = {lever.id: place for place, lever in enumerate(baseline.all_levers)}
    parts = _slices(baseline)
    found = []
    for place, (lever, part) in enumerate(zip(scenario.all_levers, _slices(scenario).values(), strict=True)):
        if lever.id not in columns:  # a component of one side alone brings its lever
            continue
        gap = mine[:, place] - theirs[:, columns[lever.id]]
        inner = np.abs(parts_of_mine[:, part] - parts_of_theirs[:, parts[lever.id]]).max(axis=1, initial=0.0)
        differ = np.flatnonzero((np.abs(gap) > SAME) | (inner > SAME))
        if not len(differ):
            continue
        found.append(
            Move(
                lever,
                before=float(theirs[-1, columns[lever.id]]),
                after=float(mine[-1, place]),
                gap=float(gap[np.abs(gap).argmax()]) if np.abs(gap).max() > SAME else 0.0,
                first=month_text(first + int(differ[0])),
                last=month_text(first + int(differ[-1])),
            )
        )
    return sorted(found, key=lambda each: -abs(each.gap))


def _slices(scenario: Scenario) -> dict[str, slice]:
    """Columns of the components of each lever."""
    ends = np.cumsum([len(lever.components) for lever in scenario.all_levers])
    return {
        lever.id: slice(int(end) - len(lever.components), int(end))
        for lever, end in zip(scenario.all_levers, ends, strict=True)
    }


def outcomes_of(levers: Iterable[Lever], known: Collection[str]) -> dict[str, list[str]]:
    """Return the outcomes that levers aim at, each with the levers: recorded indicators that are not among the known.

    Parameters
    ----------
    levers
        Levers that are moved.
    known
        Indicators of the plan.
    """
    found: dict[str, list[str]] = {}
    for lever in levers:
        if lever.main_kpi in dictionary() and lever.main_kpi not in known:
            found.setdefault(lever.main_kpi, []).append(lever.id)
    return found


def outcome_effects(
    ensemble: Ensemble, scenario: str, baseline: str | None, levers: Iterable[Lever]
) -> Mapping[str, Effect]:
    """Return the effects of a scenario on the outcomes that the moved levers aim at, beside the targets of the plan.

    An outcome has no target, so that only an effect of exactly zero in all pairs is none. Where more than a few levers
    are moved there is none: an outcome then answers to all of them.
    """
    levers = list(levers)
    if len(levers) > FEW:
        return {}
    wanted = outcomes_of(levers, ensemble.plan_of(scenario).indicator_ids)
    there = [each for each in wanted if each in ensemble.columns]
    if baseline is None or not there:
        return {}
    rows = ensemble.difference(scenario, baseline, indicators=there).to_dict("records")
    return {
        str(row["indicator"]): Effect(
            row["median"], row["low"], row["high"], row["runs"], change(row["low"], row["high"], row["runs"], 0.0)
        )
        for row in rows
    }
