"""A plan made of the tables of a user's folder, and of the tables that it inherits from the plan of the package."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass, replace
from typing import Any

from scenarios.added.reading import whole_lever, whole_measure
from scenarios.calendar import BASELINE, LAST_END
from scenarios.errors import InputError, Problem, unknown
from scenarios.own_plan.baseline import baseline_problems, read_baseline, values_2020
from scenarios.own_plan.checks import (
    goal_problems,
    group_problems,
    indicator_problems,
    lever_problems,
    measure_problems,
)
from scenarios.paths import shown
from scenarios.plan import Plan, channels, secondary_indicators, shipped_plan
from scenarios.plan.records import Goal, Group, Indicator, Lever, Measure, OwnObservation, PlanHead, Secondary
from scenarios.problem_texts import coded
from scenarios.typed_rows import read_record, read_table

TABLES = ("plan", "indicator", "lever", "measure", "goal", "group", "baseline")
"""Tables of the user's folder; `plan` is a single one."""
FIRST_YEAR, LAST_YEAR = BASELINE // 12 + 1, int(LAST_END[:4])
"""Years that targets can be of."""
AROUND_FROM = 0.975
"""Share of a target from which it counts as met where the plan says around, as in the plan of the package."""


def plan_of(tables: Mapping[str, Any]) -> Plan:
    """Return the plan that tables of a user's folder make.

    Observations of the base year replace those of the package by their ids. Indicators, measures and goals that are
    given are all that the plan has. Levers change those of the package by their ids, and new ones are added. With
    `extends` everything else is inherited; without it the levers that are not given
    stay where they were at the end of 2020.

    Raises
    ------
    InputError
        With all problems, whose keys begin with the name of a table.
    """
    given = _as_data(tables)
    head = _head(given["plan"])
    base = shipped_plan()
    problems: list[Problem] = []

    def take(table: str, made: Any, otherwise: Any) -> Any:
        if table not in given:
            return otherwise
        try:
            return made(_rows(given[table], table))
        except InputError as error:
            problems.extend(error.problems)
            return otherwise

    levers = take("lever", lambda rows: _levers(rows, head), _unnamed(base, head))
    inherited = base if head.extends else replace(base, indicators=(), measures=(), goals=())
    baseline = take("baseline", _baseline, ())
    start = values_2020({each.id: each.value for each in baseline})
    inherited = replace(inherited, indicators=_starting_at(inherited.indicators, start))
    indicators = take("indicator", lambda rows: _indicators(rows, start), inherited.indicators)
    measures = take("measure", _measures, inherited.measures)
    goals = take("goal", lambda rows: read_table(Goal, rows, "", "goal"), inherited.goals)
    groups = take("group", lambda rows: read_table(Group, rows, "", "group"), ())
    if not indicators and not problems:
        problems.append(Problem(coded("plan.no_indicators"), key="plan.extends", allowed=base.name))
    if not problems:
        problems += indicator_problems(indicators, given.get("indicator", ()), start)
        problems += lever_problems(levers, given.get("lever", ()), head)
        problems += measure_problems(measures if "measure" in given else (), levers)
        problems += group_problems(groups, levers)
        problems += goal_problems(goals if "goal" in given else ())
    if problems:
        raise InputError(problems)
    return Plan(head, indicators, levers, channels(), measures, goals, groups, baseline, given)


def _as_data(tables: Mapping[str, Any]) -> dict[str, Any]:
    """Tables as plain data of numbers, texts, lists and tables alone.

    Raises
    ------
    InputError
        For an unknown table, a missing head, and numbers that are not finite or dates without quotes.
    """
    problems = [unknown("table", name, TABLES, key=str(name)) for name in tables if name not in TABLES]
    if "plan" not in tables:
        problems.append(Problem(coded("value.missing"), key="plan"))
    for table, content in tables.items():
        rows = content if isinstance(content, list) else [content]
        for place, row in enumerate(rows):
            name = (
                f"{table}.{row.get('id', place)}" if isinstance(content, list) and isinstance(row, Mapping) else table
            )
            problems += _no_data(row, name)
    if problems:
        raise InputError(problems)
    data: dict[str, Any] = json.loads(json.dumps(tables))
    return data


def _no_data(value: Any, key: str) -> list[Problem]:
    match value:
        case Mapping():
            return [each for name, part in value.items() for each in _no_data(part, f"{key}.{name}")]
        case list() | tuple():
            return [each for place, part in enumerate(value) for each in _no_data(part, f"{key}.{place}")]
        case float() if not math.isfinite(value):
            return [Problem(coded("value.not_finite", value=repr(value)), key=key, value=value)]
        case str() | bool() | int() | float():
            return []
    return [Problem(coded("plan.no_value", value=shown(value)), key=key, value=value)]


def _rows(content: Any, table: str) -> list[Mapping[str, Any]]:
    if not isinstance(content, list) or not all(isinstance(row, Mapping) for row in content):
        raise InputError(coded("plan.no_rows", table=table), key=table, allowed=f"[[{table}]]")
    problems, seen = [], set[Any]()
    for place, row in enumerate(content):
        name = row.get("id")
        if not isinstance(name, str) or not name:
            problems.append(Problem(coded("value.missing"), key=f"{table}.{place}.id"))
        elif name in seen:
            problems.append(Problem(coded("plan.twice", name=name), key=f"{table}.{name}.id", value=name))
        seen.add(name)
    if problems:
        raise InputError(problems)
    return content


def _head(content: Any) -> PlanHead:
    if not isinstance(content, Mapping):
        raise InputError(coded("plan.no_rows", table="plan"), key="plan", allowed="[plan]")
    head = read_record(PlanHead, content, "", "plan")
    problems = [
        Problem(coded("value.missing"), key=f"plan.{name}")
        for name in ("name", "title", "basis")
        if not getattr(head, name)
    ]
    base = shipped_plan().name
    if head.name == base:
        problems.append(Problem(coded("plan.name_taken", name=head.name), key="plan.name", value=head.name))
    if not FIRST_YEAR <= head.target_year <= LAST_YEAR:
        message = coded("value.outside_range", value=head.target_year)
        allowed = coded("allowed.between", least=FIRST_YEAR, most=LAST_YEAR)
        problems.append(Problem(message, key="plan.target_year", value=head.target_year, allowed=allowed))
    if head.extends not in ("", base):
        problems.append(unknown("plan", head.extends, (base,), key="plan.extends"))
    if problems:
        raise InputError(problems)
    return head


def _unnamed(base: Plan, head: PlanHead) -> tuple[Lever, ...]:
    """Levers that the folder does not name: as in the plan of the package, or as they were at the end of 2020."""
    if head.extends:
        return base.levers
    return tuple(_held(lever) for lever in base.levers)


def _held(lever: Lever) -> Lever:
    """A lever that no plan moves; what was announced by the end of 2020 stays known to the committed path."""
    known = tuple(phase for phase in lever.schedule if phase.announced and phase.announced <= "2020-12")
    return replace(lever, path_plan=(lever.intensity_2020,), schedule=known, measures=())


def _levers(rows: Sequence[Mapping[str, Any]], head: PlanHead) -> tuple[Lever, ...]:
    base = {lever.id: lever for lever in _unnamed(shipped_plan(), head)}
    forms = {channel.id: channel.form for channel in channels()}
    years = head.target_year - BASELINE // 12 + 1
    whole, problems = [], []
    for row in rows:
        before = base.get(str(row["id"]))
        if before is None:
            whole.append(whole_lever(row, forms, years))
            continue
        if "path_plan" in row and before.schedule and "schedule" not in row:
            key = f"lever.{before.id}.path_plan"
            problems.append(Problem(coded("plan.has_schedule", lever=before.id), key=key, allowed="schedule = []"))
        merged = {**_plain(before), **_with_forms(row, forms)}
        if "schedule" in row and "path_plan" not in row:
            merged.pop("path_plan")
        whole.append(merged)
    if problems:
        raise InputError(problems)
    for row in whole:
        row.setdefault("path_plan", [])
    read = {lever.id: _with_path(lever, years) for lever in read_table(Lever, whole, "", "lever")}
    return tuple({**base, **read}.values())


def _baseline(rows: Sequence[Mapping[str, Any]]) -> tuple[OwnObservation, ...]:
    read = read_baseline(rows)
    problems = list(baseline_problems(read))
    if problems:
        raise InputError(problems)
    return read


def _starting_at(indicators: Sequence[Indicator], start: Mapping[str, float]) -> tuple[Indicator, ...]:
    """Indicators of the plan of the package, with the value of 2020 that the user's observations give them."""
    return tuple(replace(each, value_2020=start[each.id]) if each.id in start else each for each in indicators)


def _with_path(lever: Lever, years: int) -> Lever:
    """A lever that gives a schedule and no path, with the path that its schedule makes."""
    if lever.path_plan:
        return lever
    ends = (BASELINE + 12 * year for year in range(years))
    path = tuple(lever.intensity_2020 + sum(phase.gained(month) for phase in lever.schedule) for month in ends)
    return replace(lever, path_plan=path)


def _with_forms(row: Mapping[str, Any], forms: Mapping[str, str]) -> dict[str, Any]:
    """A row whose effects have the form of their channel where they name none."""
    effects = row.get("effects")
    if not isinstance(effects, list):
        return dict(row)
    named = [
        {"form": forms.get(str(each.get("channel")), "add"), **each} if isinstance(each, Mapping) else each
        for each in effects
    ]
    return {**row, "effects": named}


def _indicators(rows: Sequence[Mapping[str, Any]], start: Mapping[str, float]) -> tuple[Indicator, ...]:
    of_package = {each.id: each for each in _starting_at(shipped_plan().indicators, start)}
    recorded = {each.id: each for each in secondary_indicators() if each.recorded}
    whole, problems = [], []
    for place, row in enumerate(rows, start=1):
        name = str(row["id"])
        if name in of_package:
            usual = _plain(of_package[name])
            for key in ("target_value", "met_from", "qualifier"):
                usual.pop(key)
        elif name in recorded:
            usual = _of_secondary(recorded[name])
        else:
            known = [*of_package, *recorded]
            key, allowed = f"indicator.{name}.id", coded("allowed.see_indicators")
            problems.append(unknown("indicator", name, known, key=key, allowed=allowed))
            continue
        merged = {**usual, "number": place, **row}
        target = merged.get("target_value")
        if isinstance(target, float):
            share = AROUND_FROM if merged.get("qualifier") == "around" else 1.0
            merged.setdefault("met_from", share * target)
        whole.append(merged)
    if problems:
        raise InputError(problems)
    missing = [
        Problem(coded("value.missing"), key=f"indicator.{row['id']}.{name}")
        for row in whole
        for name in ("target_value", "qualifier", "value_2020", "kind")
        if name not in row
    ]
    if missing:
        raise InputError(missing)
    for row in whole:
        row.setdefault("met_from", row["target_value"])
    return read_table(Indicator, whole, "", "indicator")


def _of_secondary(recorded: Secondary) -> dict[str, Any]:
    """The fields of an indicator that every run records beside those of the plan of the package."""
    texts = {"dimension": "", "location": "", "proxy_basis": "", "alternative": "", "note": ""}
    return {**texts, "name": recorded.name, "unit": recorded.unit, "definition": recorded.model_measure}


def _measures(rows: Sequence[Mapping[str, Any]]) -> tuple[Measure, ...]:
    whole = [whole_measure(row, place) for place, row in enumerate(rows, start=1)]
    return read_table(Measure, whole, "", "measure")


def _plain(value: Any) -> Any:
    """A record as plain data."""
    if is_dataclass(value):
        return {each.name: _plain(getattr(value, each.name)) for each in fields(value)}
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    return [_plain(item) for item in value] if isinstance(value, tuple) else value
