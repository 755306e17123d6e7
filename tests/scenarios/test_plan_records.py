"""Rows of the data files: a misspelt field, a wrong type or a word outside the vocabulary is refused by name."""

import copy
import re
import tomllib
from dataclasses import fields, is_dataclass
from functools import cache
from importlib.resources import files
from typing import Literal, get_args, get_origin, get_type_hints

import pytest

from scenarios import InputError, plan, plausible
from scenarios.plan.records import (
    SIGNS,
    Channel,
    Derived,
    External,
    Fact,
    Goal,
    Indicator,
    Lever,
    Measure,
    PlanHead,
    Redline,
    Secondary,
)
from scenarios.shocks import ShockKind
from scenarios.stresses import Stress
from scenarios.typed_rows import read_table, read_toml, with_tables

FILES = {f"plan/{name}.toml": tables for name, tables in plan.TABLES.items()}
FILES |= {
    "data/shocks.toml": ("shock",),
    "data/stresses.toml": ("stress",),
    plausible.PATH: ("driver", "unit", "limits"),
}
KINDS = {
    "lever": Lever,
    "channel": Channel,
    "measure": Measure,
    "indicator": Indicator,
    "redline": Redline,
    "secondary": Secondary,
    "goal": Goal,
    "plan": PlanHead,
    "fact": Fact,
    "derived": Derived,
    "external": External,
    "shock": ShockKind,
    "stress": Stress,
    "driver": plausible.DriverRange,
    "unit": plausible.UnitRange,
    "limits": plausible.Limits,
}
ROWS = {
    table: found if isinstance(found, list) else [found]
    for path, tables in FILES.items()
    for table, found in read_toml(path, tables).items()
}
WRONG = {str: 3, float: "0.5", int: 1.5, bool: "yes", tuple: "one", Literal: "sideways"}
"""A value that a field of a type cannot have, though it is like one; no field can have a table of whole numbers."""

hints = cache(get_type_hints)


def refused(rows, kind=Lever, table="lever"):
    with pytest.raises(InputError) as error:
        read_table(kind, rows, "mine.toml", table)
    return error.value.problems


def holders(kind, row, path=()):
    """Records of a row, itself and those that nest in it: one of each kind, with the keys that lead to it."""
    found = {kind: path}
    for name, type_ in hints(kind).items():
        inner = row.get(name)
        if is_dataclass(type_):
            found |= holders(type_, inner, (*path, name))
        elif get_origin(type_) is tuple and is_dataclass(get_args(type_)[0]) and inner:
            found |= holders(get_args(type_)[0], inner[0], (*path, name, 0))
    return found


def every_field(of=None):
    """Every field that some row of some table has: table, place of the row, keys that lead to the field, its record.

    With `of` those alone whose type is made of it.
    """
    cases = {}
    for table, kind in KINDS.items():
        for place, row in enumerate(ROWS[table]):
            for holder, path in holders(kind, row).items():
                for field in fields(holder):
                    if field.name in inside(row, path) and of in (None, get_origin(hints(holder)[field.name])):
                        cases.setdefault((table, holder.__name__, field.name), (table, place, path, holder, field.name))
    return [pytest.param(*case, id=".".join(names)) for names, case in cases.items()]


def inside(row, path):
    for key in path:
        row = row[key]
    return row


def with_record(table, place, path):
    """One row of a table, and the record in it that a path leads to."""
    row = copy.deepcopy(ROWS[table][place])
    name = row.get("id", row.get("name", 0))
    return row, inside(row, path), ".".join(map(str, (table, name, *path)))


@pytest.fixture
def lever_rows():
    return copy.deepcopy(ROWS["lever"])


def test_every_record_of_the_plan_has_rows_that_use_it():
    used = {case.values[3] for case in every_field()}
    assert {each.__name__ for each in used} >= {
        "Lever", "Effect", "Prerequisite", "Component", "Milestone", "Phase", "Channel", "Measure", "Instrument",
        "Interaction", "Indicator", "Redline", "Secondary", "Goal", "GoalTest", "Fact", "Derived", "External",
        "ShockKind", "ShockBasis",
    }  # fmt: skip


@pytest.mark.parametrize(("table", "place", "path", "holder", "name"), every_field())
def test_a_misspelt_field_of_any_record_is_refused_with_the_nearest_name_of_that_record(
    table, place, path, holder, name
):
    row, record, key = with_record(table, place, path)
    misspelt = name + "x"
    record[misspelt] = record.pop(name)
    told = refused([row], KINDS[table], table)
    (unknown,) = (problem for problem in told if problem.message == f"unknown field {misspelt!r}")
    assert unknown.key.endswith(misspelt) and unknown.nearest == name
    assert unknown.allowed == ", ".join(field.name for field in fields(holder))
    assert len(told) == 1 or [problem.message for problem in told if problem is not unknown] == ["is missing"]
    if "id" in row and name != "id":
        assert unknown.key == f"{key}.{misspelt}"


@pytest.mark.parametrize(("table", "place", "path", "holder", "name"), every_field())
def test_a_value_that_a_field_cannot_have_is_refused_where_it_stands(table, place, path, holder, name):
    row, record, key = with_record(table, place, path)
    hint = hints(holder)[name]
    record[name] = WRONG.get(get_origin(hint) or hint, {"turnover_total": 3})
    told = refused([row], KINDS[table], table)
    assert told
    if "id" in row and name != "id":
        assert all(problem.key.startswith(f"{key}.{name}") for problem in told)


@pytest.mark.parametrize(("table", "place", "path", "holder", "name"), every_field(of=Literal))
def test_a_misspelt_word_of_any_vocabulary_is_refused_with_the_nearest_word(table, place, path, holder, name):
    row, record, _ = with_record(table, place, path)
    record[name] = misspelt = record[name] + "s"
    (problem,) = refused([row], KINDS[table], table)
    assert (problem.value, problem.nearest) == (misspelt, misspelt[:-1])
    assert problem.allowed == ", ".join(get_args(hints(holder)[name]))


@pytest.mark.parametrize(("path", "tables"), FILES.items())
def test_a_misspelt_table_is_refused_with_the_nearest_name_and_a_missing_one_is_told(path, tables):
    found = read_toml(path, tables)
    for name in tables:
        wrong = {**found, name + "s": found[name]}
        del wrong[name]
        with pytest.raises(InputError) as error:
            with_tables(wrong, path, tables)
        unknown, missing = error.value.problems
        assert (unknown.where, unknown.key, unknown.nearest) == (path, name + "s", name)
        assert (missing.key, missing.message) == (name, "is missing")


@pytest.mark.parametrize("form", ["Log", "logistic", "", 3])
def test_a_form_outside_the_vocabulary_is_no_addition_in_silence(lever_rows, form):
    lever_rows[1]["effects"][0]["form"] = form
    channels = copy.deepcopy(ROWS["channel"])
    channels[0]["form"] = form
    for problem in (*refused(lever_rows), *refused(channels, Channel, "channel")):
        assert problem.key.endswith(".form") and problem.allowed == "log, logit, add"
        assert problem.value == form


def test_a_direction_is_a_sign(lever_rows):
    for wrong in ("up", "++", 1, ""):
        lever_rows[0]["expected_sign"] = {"turnover_total": wrong}
        (problem,) = refused(lever_rows)
        assert problem.message == f"is not a table of signs by indicator ({', '.join(SIGNS)})"
    lever_rows[0]["expected_sign"] = dict(zip("abcd", SIGNS, strict=True))
    assert read_table(Lever, lever_rows, "mine.toml", "lever")[0].expected_sign["d"] == "+/-"


@pytest.mark.parametrize(
    ("field", "wrong"),
    [("intensity_2020", True), ("path_plan", 0.5), ("measures", "M01"), ("name", None), ("ramp_months", True)],
)
def test_values_of_like_types_are_told_apart(lever_rows, field, wrong):
    lever_rows[0][field] = wrong
    (problem,) = refused(lever_rows)
    assert problem.key.startswith(f"lever.bond_market_access.{field}")


def test_a_date_without_quotes_is_refused_by_name():
    row = tomllib.loads("id = 'x'\nvalue = 1.0\nunit = ''\nformula = 2021-07-01")
    (problem,) = refused([row], Derived, "derived")
    assert problem.key == "derived.x.formula" and problem.message == "input should be a valid string"


def test_every_problem_of_a_table_is_found_at_once(lever_rows):
    for row in lever_rows:
        row["strength"] = "huge"
    assert len(refused(lever_rows)) == len(lever_rows)


def test_optional_fields_have_their_defaults_and_lists_become_tuples():
    rows = [{"id": "G9", "kind": "goal", "name": "nine", "tests": [], "not_modelled": "all of it"}]
    (goal,) = read_table(Goal, rows, "mine.toml", "goal")
    assert goal.tests == () and isinstance(goal, Goal)
    schedule = next(field for field in fields(Lever) if field.name == "schedule")
    assert schedule.default == ()


PLACE = re.compile(
    r"table of indicators, row [1-7]|measure ([1-9]|[1-3]\d|4[0-4])|Box [1-5](, (paragraph \d|First))?"
    r"|section I, (First|Second|Third|Fourth)(, paragraph [2-4])?"
    r"|section (II|III|IV) \((I|II|III|IV|V|VI|VII|VIII)\)(, (opening paragraph|Redline|goal on [A-Za-z -]+))?"
    r"|preamble|date of the notice"
)
"""Headings, numbers and paragraphs that the text of the plan has in every edition."""


def test_places_in_the_plan_are_those_that_a_reader_finds():
    places = [each.location for each in (*plan.indicators(), *plan.facts())] + [plan.redline().location]
    places += [each.source for each in plan.measures()]
    assert len(places) > 90
    for place in places:
        for part in place.split("; "):
            assert PLACE.fullmatch(part.removeprefix("also ").removeprefix("three firms named in ")), place


def test_no_number_of_a_line_of_some_copy_of_the_plan_is_a_source():
    for file in (*files("scenarios").joinpath("plan").iterdir(), files("scenarios").joinpath("data", "parameters.csv")):
        if file.name.endswith((".toml", ".csv")):
            assert re.findall(r"\blines? \d+", file.read_text("utf-8")) == [], file.name
