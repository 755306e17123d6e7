"""A number is a number whatever library made it, and a truth value is none, in every place that takes one."""

from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import scenarios
from scenarios.bounds import LARGEST_BASE_SEED, LARGEST_SEED, SEEDS_APART
from scenarios.counts import checked_base_seed, checked_count, checked_level, checked_seed
from scenarios.drivers import parse_drivers
from scenarios.errors import InputError
from scenarios.number_types import is_number, real_number, whole_number
from scenarios.parameters import ParameterSet
from scenarios.schema import Scenario

HALVES = (0.5, np.float64(0.5), np.float32(0.5), np.float16(0.5), Fraction(1, 2))
ONES = (1, np.int64(1), np.int8(1), np.uint16(1))
NO_NUMBERS = (True, np.True_, "0.5", None, [0.5], np.array(0.5), 1j, Decimal(1))


def places(value):
    """Scenarios with the value in every field that takes a number that is no count."""
    trigger = {"indicator": "foreign_bond_share", "below": 0.03, "lever": "reits_pilot", "to": 0.5}
    shock = {"name": "world_volatility", "month": "2021-06"}
    yield "scale", lambda: Scenario(name="x", scale=value).scale
    yield "size", lambda: Scenario(name="x", shocks=[{**shock, "size": value}]).shocks[0].size
    yield "below", lambda: Scenario(name="x", triggers=[{**trigger, "below": value}]).triggers[0].below
    yield "to", lambda: Scenario(name="x", triggers=[{**trigger, "to": value}]).triggers[0].to
    yield (
        "cap",
        lambda: Scenario(name="x", budget={"unit": "yuan", "a_year": {"reits_pilot": 1}, "cap": value}).budget.cap,
    )
    yield (
        "cost",
        lambda: Scenario(name="x", budget={"unit": "yuan", "a_year": {"reits_pilot": value}}).budget.a_year[
            "reits_pilot"
        ],
    )
    yield "lever", lambda: scenarios.load("plan").with_levers({"reits_pilot": value}).levers["reits_pilot"].plain()
    yield (
        "dated",
        lambda: dict(
            scenarios.load("plan").with_levers({"reits_pilot": {"2022-01": value}}).levers["reits_pilot"].values
        )["2022-01"],
    )


@pytest.mark.parametrize("half", HALVES, ids=lambda value: type(value).__name__)
def test_a_number_of_any_library_is_taken_as_pythons_own(half):
    for name, found in places(half):
        if name not in ("cap",):
            assert found() == 0.5, name
        assert type(found()) is float, name


def test_a_truth_value_and_what_looks_like_a_number_are_refused_everywhere():
    for value in NO_NUMBERS:
        for name, found in places(value):
            if value is None and name in ("size", "cap", "below"):
                continue
            with pytest.raises(InputError):
                found()


@pytest.mark.parametrize("one", ONES, ids=lambda value: type(value).__name__)
def test_counts_take_whole_numbers_of_any_library(one):
    trigger = {"indicator": "foreign_bond_share", "below": 0.03, "lever": "reits_pilot", "to": one, "months": one}
    (made,) = Scenario(name="x", triggers=[trigger]).triggers
    assert type(made.months) is int and made.to == 1.0
    assert type(checked_count(one, "runs")) is int
    assert type(checked_seed(one)) is int
    with pytest.raises(InputError):
        Scenario(name="x", triggers=[{**trigger, "months": float(one)}])


def test_parameters_take_numbers_of_any_library_and_no_truth_value():
    central = ParameterSet.prior_2020().central()
    assert central.replace(fx_extrapolation=np.float32(0.25)) == central.replace(fx_extrapolation=0.25)
    for value in (True, np.True_, float("nan"), 10**400, "0.1"):
        with pytest.raises(InputError):
            central.replace(fx_extrapolation=value)


def test_drivers_take_numbers_of_any_library_and_no_truth_value():
    assert parse_drivers({"2021-01": {"vix": np.float64(20), "usdcny": np.int64(6)}}) == parse_drivers(
        {"2021-01": {"vix": 20.0, "usdcny": 6.0}}
    )
    for value in (True, np.True_, 10**400):
        with pytest.raises(InputError):
            parse_drivers({"2021-01": {"vix": value}})


@given(st.integers() | st.floats() | st.booleans() | st.text(max_size=5) | st.integers(0, 10**400))
@settings(max_examples=300, deadline=None)
def test_what_is_taken_as_a_number_is_finite_and_what_is_whole_is_whole(value):
    real, whole = real_number(value), whole_number(value)
    assert real is None or (type(real) is float and np.isfinite(real))
    assert whole is None or (type(whole) is int and whole == value)
    if isinstance(value, bool | str):
        assert real is None and whole is None and not is_number(value)


def test_the_largest_base_seed_leaves_room_for_the_seeds_of_all_runs():
    assert LARGEST_BASE_SEED * SEEDS_APART + SEEDS_APART - 1 <= LARGEST_SEED
    assert (LARGEST_BASE_SEED + 1) * SEEDS_APART + SEEDS_APART - 1 > LARGEST_SEED
    assert checked_base_seed(LARGEST_BASE_SEED) == LARGEST_BASE_SEED
    for seed in (LARGEST_BASE_SEED + 1, 20261128225204, 2**63, 10**400, -1, 1.0, True, "1", None):
        with pytest.raises(InputError) as refused:
            checked_base_seed(seed)
        (problem,) = refused.value.problems
        assert f"a whole number from 0 to {LARGEST_BASE_SEED}" in str(problem)
        assert len(str(problem)) < 200


def test_a_level_is_a_share_and_not_in_per_cent():
    assert checked_level(np.float32(0.5)) == 0.5
    for level in (0, 1, 95, -0.5, True, "0.95", float("nan")):
        with pytest.raises(InputError, match="is not a level"):
            checked_level(level)
    with pytest.raises(InputError, match=r"did you mean 0\.95"):
        checked_level(95)
