"""Rows of the plan's tables: a misspelt field, a wrong type or a word outside the vocabulary is refused by name."""

import copy
from dataclasses import fields

import pytest

from scenarios import InputError, plan
from scenarios.plan.reading import read_table
from scenarios.plan.records import Channel, Goal, Lever


@pytest.fixture
def lever_rows():
    return copy.deepcopy(plan._read("levers")["lever"])


def refused(rows, kind=Lever, table="lever"):
    with pytest.raises(InputError) as error:
        read_table(kind, rows, "mine.toml", table)
    return error.value.problems


def test_a_misspelt_field_is_refused_with_the_nearest_name(lever_rows):
    lever_rows[0]["intensity2020"] = lever_rows[0].pop("intensity_2020")
    unknown, missing = sorted(refused(lever_rows), key=lambda problem: problem.message, reverse=True)
    assert str(unknown).startswith("mine.toml: lever.bond_market_access.intensity2020: unknown field 'intensity2020'")
    assert unknown.nearest == "intensity_2020"
    assert (missing.key, missing.message) == ("lever.bond_market_access.intensity_2020", "is missing")


def test_a_field_of_a_nested_row_is_refused_with_its_own_names(lever_rows):
    lever_rows[2]["effects"][0]["beta_maxx"] = 1.0
    (problem,) = refused(lever_rows)
    assert problem.key == f"lever.{lever_rows[2]['id']}.effects.0.beta_maxx"
    assert problem.nearest == "beta_max" and "path_plan" not in problem.allowed


@pytest.mark.parametrize("form", ["Log", "logistic", "", 3])
def test_a_form_outside_the_vocabulary_is_no_addition_in_silence(lever_rows, form):
    lever_rows[1]["effects"][0]["form"] = form
    channels = copy.deepcopy(plan._read("channels")["channel"])
    channels[0]["form"] = form
    for problem in (*refused(lever_rows), *refused(channels, Channel, "channel")):
        assert problem.key.endswith(".form") and problem.allowed == "log, logit, add"
        assert problem.value == form


@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        ("intensity_2020", "0.5"),
        ("intensity_2020", True),
        ("ramp_months", 1.5),
        ("path_plan", 0.5),
        ("measures", "M01"),
        ("expected_sign", {"turnover_total": 1}),
        ("name", None),
    ],
)
def test_a_value_of_another_type_is_refused(lever_rows, field, wrong):
    lever_rows[0][field] = wrong
    (problem,) = refused(lever_rows)
    assert problem.key.startswith(f"lever.bond_market_access.{field}")


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
