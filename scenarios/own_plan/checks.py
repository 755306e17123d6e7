"""Whether the tables of a user's plan fit one another and the model."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Any

from scenarios.added.checks import NAME, effect_problems, instrument_problems, reference_problems
from scenarios.calendar import BASELINE, is_month, month_ordinal
from scenarios.errors import Problem, unknown
from scenarios.plan import channels, secondary_indicators, shipped_plan
from scenarios.plan.records import Goal, Group, Indicator, Lever, Measure, PlanHead
from scenarios.plausible import threshold_problem
from scenarios.problem_texts import coded

ROUNDING = 1e-3
"""Difference of weighted intensities from that of their lever that is rounding."""


def indicator_problems(
    indicators: Sequence[Indicator], rows: Sequence[Mapping[str, Any]], start: Mapping[str, float]
) -> Iterable[Problem]:
    """Yield targets that are no figures of their indicators, and changed units, kinds or values of 2020.

    `start` has the values of 2020 that the plan's own observations change.
    """
    given = {row.get("id") for row in rows}
    of_package = {each.id: each for each in shipped_plan().indicators}
    units = {each.id: each.unit for each in secondary_indicators()} | {i: each.unit for i, each in of_package.items()}
    for each in indicators:
        if each.id not in given:
            continue
        key = f"indicator.{each.id}"
        if each.unit != units[each.id]:
            message = coded("parameter.other_unit", name=each.id, unit=each.unit)
            yield Problem(message, key=f"{key}.unit", value=each.unit, allowed=units[each.id])
            continue
        own = of_package.get(each.id)
        usual = {} if own is None else {"kind": own.kind, "value_2020": start.get(each.id, own.value_2020)}
        for name, value in usual.items():
            if getattr(each, name) != value:
                message = coded("plan.of_the_model", name=name)
                yield Problem(message, key=f"{key}.{name}", value=getattr(each, name), allowed=str(value))
        for name in ("target_value", "met_from"):
            problem = threshold_problem(each.unit, each.value_2020, getattr(each, name))
            if problem:
                yield Problem(problem[0], key=f"{key}.{name}", value=getattr(each, name), allowed=problem[1])
        if each.met_from > each.target_value:
            allowed = coded("allowed.at_most", most=each.target_value)
            message = coded("value.outside_range", value=each.met_from)
            yield Problem(message, key=f"{key}.met_from", value=each.met_from, allowed=allowed)


def lever_problems(levers: Sequence[Lever], rows: Sequence[Mapping[str, Any]], head: PlanHead) -> Iterable[Problem]:
    """Yield levers of the folder with paths, parts, effects or references that do not fit."""
    given = {row.get("id") for row in rows}
    known = {lever.id for lever in levers}
    of_id = {channel.id: channel for channel in channels()}
    old = {lever.id for lever in shipped_plan().levers}
    for lever in levers:
        if lever.id not in given:
            continue
        key = f"lever.{lever.id}"
        if lever.id not in old and not NAME.fullmatch(lever.id):
            message = coded("added.no_name", kind="lever", name=lever.id)
            yield Problem(message, key=f"{key}.id", value=lever.id, allowed=coded("allowed.short_name"))
        yield from _path_problems(lever, head)
        yield from _schedule_problems(lever)
        yield from _part_problems(lever)
        yield from effect_problems("", lever, of_id)
        yield from reference_problems("", lever, known)


def _path_problems(lever: Lever, head: PlanHead) -> Iterable[Problem]:
    key = f"lever.{lever.id}"
    for name, value in (("intensity_2020", lever.intensity_2020), ("intensity_2025_plan", lever.intensity_2025_plan)):
        if not 0.0 <= value <= 1.0:
            yield _outside(value, f"{key}.{name}")
    years = head.target_year - BASELINE // 12 + 1
    path = lever.path_plan
    # An inherited path may end before: the lever stays where it ends.
    if len(path) != years and path not in (_inherited(lever.id), (lever.intensity_2020,)):
        message = coded("plan.points", count=len(path), first=BASELINE // 12, last=head.target_year)
        yield Problem(message, key=f"{key}.path_plan", value=list(path), allowed=coded("allowed.points", count=years))
        return
    for place, value in enumerate(path):
        if not 0.0 <= value <= 1.0:
            yield _outside(value, f"{key}.path_plan.{place}")
    if abs(path[0] - lever.intensity_2020) > 1e-9:
        message = coded("plan.path_start", value=path[0])
        yield Problem(message, key=f"{key}.path_plan", value=path[0], allowed=f"{lever.intensity_2020:g}")
        return
    if not is_month(lever.start):
        message = coded("value.no_month", value=repr(lever.start))
        yield Problem(message, key=f"{key}.start", value=lever.start, allowed=coded("allowed.month"))
        return
    before = [value for year, value in enumerate(path) if BASELINE + 12 * year < month_ordinal(lever.start)]
    if not before or any(abs(value - lever.intensity_2020) > 1e-9 for value in before):
        message = coded("plan.late_start", month=lever.start)
        yield Problem(message, key=f"{key}.start", value=lever.start)


def _inherited(name: str) -> tuple[float, ...]:
    return next((lever.path_plan for lever in shipped_plan().levers if lever.id == name), ())


def _schedule_problems(lever: Lever) -> Iterable[Problem]:
    parts = [component.id for component in lever.components]
    for place, phase in enumerate(lever.schedule):
        key = f"lever.{lever.id}.schedule.{place}"
        if phase.component not in parts:
            yield unknown("component", phase.component, parts, key=f"{key}.component")
        months = [("after", phase.after), ("until", phase.until)]
        months += [("announced", phase.announced)] if phase.announced else []
        wrong = [(name, month) for name, month in months if not is_month(month)]
        for name, month in wrong:
            message = coded("value.no_month", value=repr(month))
            yield Problem(message, key=f"{key}.{name}", value=month, allowed=coded("allowed.month"))
        if not wrong and phase.until <= phase.after:
            yield Problem(coded("plan.phase_ends", month=phase.until), key=f"{key}.until", value=phase.until)


def _part_problems(lever: Lever) -> Iterable[Problem]:
    key = f"lever.{lever.id}.components"
    if not lever.components or abs(sum(each.weight for each in lever.components) - 1.0) > ROUNDING:
        yield Problem(coded("added.weights"), key=key)
        return
    for field, whole in (("i2020", lever.intensity_2020), ("i2025", lever.intensity_2025_plan)):
        total = sum(each.weight * getattr(each, field) for each in lever.components)
        if abs(total - whole) > ROUNDING:
            message = coded("plan.parts_add_up", field=field, total=f"{total:.4g}")
            yield Problem(message, key=key, value=round(total, 4), allowed=f"{whole:g}")
    known = [each.id for each in lever.components]
    rises = {each.id: each.i2025 - each.i2020 for each in lever.components}
    for effect in lever.effects:
        where = f"lever.{lever.id}.effects"
        for name in effect.carried_by:
            if name not in known:
                yield unknown("component", name, known, key=where)
            elif rises[name] == 0.0:
                yield Problem(coded("plan.carrier_rests", component=name, channel=effect.channel), key=where)


def _outside(value: float, key: str) -> Problem:
    allowed = coded("allowed.between", least=0, most=1)
    return Problem(coded("value.outside_range", value=value), key=key, value=value, allowed=allowed)


def measure_problems(measures: Sequence[Measure], levers: Sequence[Lever]) -> Iterable[Problem]:
    """Yield instruments on levers or components that are not there, and numbers that two measures have."""
    yield from instrument_problems("", measures, levers)
    for first, second in pairwise(sorted(measures, key=lambda each: each.number)):
        if first.number == second.number:
            key = f"measure.{second.id}.number"
            yield Problem(coded("plan.twice", name=second.number), key=key, value=second.number)


def goal_problems(goals: Sequence[Goal]) -> Iterable[Problem]:
    """Yield tests of indicators that no run records, and tests without a threshold."""
    recorded = (each.id for each in secondary_indicators() if each.recorded)
    tested = (
        name for goal in shipped_plan().goals for test in goal.tests for name in (test.indicator, test.over) if name
    )
    known = dict.fromkeys((*(each.id for each in shipped_plan().indicators), *recorded, *tested))
    for goal in goals:
        for place, test in enumerate(goal.tests):
            key = f"goal.{goal.id}.tests.{place}"
            for name in ("indicator", "over"):
                value = getattr(test, name)
                if value and value not in known:
                    allowed = coded("allowed.see_indicators")
                    yield unknown("indicator", value, known, key=f"{key}.{name}", allowed=allowed)
            if (test.at_least is None) == (test.at_most is None):
                yield Problem(coded("plan.one_threshold"), key=key, allowed="at_least, at_most")


def group_problems(groups: Sequence[Group], levers: Sequence[Lever]) -> Iterable[Problem]:
    """Yield groups that no lever is in."""
    known = dict.fromkeys(lever.task_group for lever in levers)
    for group in groups:
        if group.id not in known:
            yield unknown("group", group.id, known, key=f"group.{group.id}.id")
