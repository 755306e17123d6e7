"""A refused value of a scenario is answered with what that very key may hold, read from the model that refuses it."""

from types import UnionType
from typing import Annotated, Literal, TypeAliasType, Union, get_args, get_origin

import numpy as np
import pytest
from pydantic import BaseModel, TypeAdapter

from scenarios import InputError, Scenario, load
from scenarios.errors import nearest_name
from scenarios.plan import lever_ids

WHOLE = {
    "name": "whole",
    "policy": "plan",
    "levers": {"reits_pilot": 0.5},
    "shocks": [{"name": "us_yield", "from": "2022-01", "to": "2022-03", "size": 1.0}],
    "triggers": [
        {"indicator": "turnover_total", "below": 1.0, "months": 2, "lever": "reits_pilot", "to": 0.5, "cooldown": 3}
    ],
    "budget": {"unit": "yuan", "a_year": {"reits_pilot": 1.0}, "cap": 1e9},
}
"""A scenario that names something under every key that holds more keys."""


def plain_type(annotation):
    """An annotation without aliases, marks and None."""
    if isinstance(annotation, TypeAliasType):
        return plain_type(annotation.__value__)
    if get_origin(annotation) is Annotated:
        return plain_type(get_args(annotation)[0])
    if get_origin(annotation) in (Union, UnionType):
        (only,) = (each for each in get_args(annotation) if each is not type(None))
        return plain_type(only)
    return annotation


def fields(model=Scenario, path=()):
    """Path and annotation of every field of a model and of the models within it, those of lists under place 0."""
    for name, info in model.model_fields.items():
        here = (*path, info.alias or name)
        plain = plain_type(info.annotation)
        if get_origin(plain) is tuple:
            here, plain = (*here, 0), plain_type(get_args(plain)[0])
        if isinstance(plain, type) and issubclass(plain, BaseModel):
            yield from fields(plain, here)
        else:
            yield here, Annotated[info.annotation, info], plain


def limits_of(annotation):
    """Bounds of a field by the schema that pydantic itself makes of it."""
    schema = TypeAdapter(annotation).json_schema()
    part = next(each for each in schema.get("anyOf", [schema]) if each.get("type") != "null")
    names = ("minimum", "exclusiveMinimum", "maximum", "exclusiveMaximum")
    return {name: part[name] for name in names if name in part}


def refused(path, value):
    data = {key: list(each) if isinstance(each, list) else each for key, each in WHOLE.items()}
    inner = data
    for part, following in zip(path, [*path[1:], None], strict=True):
        if following is None:
            inner[part] = value
        else:
            inner[part] = inner[part].copy()
            inner = inner[part]
    with pytest.raises(InputError) as caught:
        Scenario(**data)
    dotted = ".".join(map(str, path))
    return [problem for problem in caught.value.problems if problem.key == dotted]


NUMBERS = [(path, annotation, plain) for path, annotation, plain in fields() if plain in (int, float)]
CHOICES = [(path, get_args(plain)) for path, _, plain in fields() if get_origin(plain) is Literal]
BOUNDS = [
    (path, plain, name, bound) for path, annotation, plain in NUMBERS for name, bound in limits_of(annotation).items()
]


def test_the_walk_finds_the_numbers_of_every_part_of_a_scenario():
    assert Scenario(**WHOLE).budget
    found = {".".join(map(str, path)) for path, _, _ in NUMBERS}
    assert {
        "scale",
        "shocks.0.size",
        "triggers.0.to",
        "triggers.0.months",
        "triggers.0.cooldown",
        "budget.cap",
    } <= found
    assert len(BOUNDS) >= 9 and len(CHOICES) >= 4


@pytest.mark.parametrize(("path", "plain", "name", "bound"), BOUNDS, ids=lambda each: str(each))
def test_a_number_just_outside_a_bound_is_answered_with_the_bounds_of_that_key(path, plain, name, bound):
    up = name in ("maximum", "exclusiveMaximum")
    if name.startswith("exclusive"):
        outside = bound
    else:
        outside = bound + (1 if up else -1) if plain is int else float(np.nextafter(bound, np.inf if up else -np.inf))
    (problem,) = refused(path, outside)
    annotation = next(each for where, each, _ in NUMBERS if where == path)
    for limit in limits_of(annotation).values():
        assert f"{limit:g}" in problem.allowed.replace(",", " ").split()
    assert ".".join(map(str, path)) in str(problem) and problem.allowed in str(problem)


@pytest.mark.parametrize(("path", "annotation", "plain"), NUMBERS, ids=lambda each: str(each))
@pytest.mark.parametrize("wrong", ["many", True, [1], {"a": 1}])
def test_what_is_no_number_is_answered_with_the_kind_of_number_that_is_meant(path, annotation, plain, wrong):
    (problem,) = refused(path, wrong)
    assert ("is not a whole number" if plain is int else "is not a number") in problem.message
    for limit in limits_of(annotation).values():
        assert f"{limit:g}" in problem.allowed.replace(",", " ").split()


@pytest.mark.parametrize(("path", "choices"), CHOICES, ids=lambda each: str(each))
def test_a_word_out_of_a_list_is_answered_with_the_list_and_the_nearest_word(path, choices):
    odd = f"{choices[0][:-1]}~"
    (problem,) = refused(path, odd)
    assert problem.allowed == "one of: " + ", ".join(choices)
    assert problem.nearest == nearest_name(odd, choices) is not None
    (problem,) = refused(path, 7)
    assert problem.allowed == "one of: " + ", ".join(choices)


def parts(model=Scenario, path=()):
    """Every model within a scenario with its path."""
    yield path, model
    for name, info in model.model_fields.items():
        plain = plain_type(info.annotation)
        here = (*path, info.alias or name)
        if get_origin(plain) is tuple:
            here, plain = (*here, 0), plain_type(get_args(plain)[0])
        if isinstance(plain, type) and issubclass(plain, BaseModel):
            yield from parts(plain, here)


@pytest.mark.parametrize(("path", "model"), list(parts()), ids=lambda each: str(each))
def test_an_unknown_key_is_answered_with_the_keys_of_its_own_part(path, model):
    own = [info.alias or name for name, info in model.model_fields.items()]
    misspelt = own[0] + own[0][-1]
    (problem,) = refused((*path, misspelt), 1)
    assert problem.message == f"unknown key {misspelt!r}" and problem.nearest == own[0]
    told = problem.allowed.removeprefix("keys: ").split(", ")
    assert told == (own if path else [*own, "extends"])


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("shocks:\n  - {size: 1}", "my.yaml:2: shocks.0.name: is missing (text of 1 to 100 characters)"),
        (
            "triggers:\n  - {indicator: turnover_total, below: 1, lever: reits_pilot}",
            "my.yaml:2: triggers.0.to: is missing (from 0 to 1)",
        ),
        ("\nbudget: {unit: yuan}", "my.yaml:2: budget.a_year: is missing"),
        ("title: [x]", "my.yaml:1: title: ['x'] is not text (put quotes around it)"),
        ('name: ""', "my.yaml:1: name: has 0 characters (text of 1 to 200 characters)"),
        ("triggers: [hello]", "my.yaml:1: triggers.0: 'hello' is not a trigger such as {indicator: ..., below: ..."),
        ("budget: 5", "my.yaml:1: budget: 5 is not a budget such as {unit: ..., a_year: {talent_programme: 300}}"),
        (
            "triggers:\n- {indicator: turnover_total, below: .inf, lever: reits_pilot, to: 0}",
            "my.yaml:2: triggers.0.below: inf is not a finite number",
        ),
        (
            "budget: {unit: yuan, a_year: {reits_pilott: 1}}",
            "my.yaml:1: budget.a_year.reits_pilott: unknown lever 'reits_pilott'; did you mean 'reits_pilot'?",
        ),
    ],
)
def test_a_message_names_file_line_and_key_and_what_is_missing_or_meant(tmp_path, text, told):
    file = tmp_path / "my.yaml"
    file.write_text(text)
    with pytest.raises(InputError) as caught:
        load(file)
    (problem,) = caught.value.problems
    assert str(problem).removeprefix(f"{tmp_path}/").startswith(told)


@pytest.mark.parametrize("lever", lever_ids()[:3])
@pytest.mark.parametrize("cost", [-1e-9, float("nan"), float("inf"), True, "much", pytest.param(10**400, id="huge")])
def test_a_cost_is_answered_with_what_a_cost_is(lever, cost):
    (problem,) = refused(("budget", "a_year", lever), cost)
    assert problem.allowed == "a finite number from 0, in the unit"
