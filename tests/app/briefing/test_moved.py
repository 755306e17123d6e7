"""What a scenario changes against another, held against scenarios written by hand."""

import pytest

from app.briefing.moved import moves, outcomes_of
from scenarios.loader import load
from scenarios.plan import indicators, levers

PLAN, FROZEN = load("plan"), load("frozen")
TARGETS = [each.id for each in indicators()]


def test_a_scenario_differs_from_itself_in_nothing():
    assert moves(PLAN, load("plan"), 2025) == []


def test_a_step_is_told_with_its_size_and_months():
    changed = FROZEN.with_changes(levers={"reits_pilot": {"2022-07": 0.9}})
    (found,) = moves(changed, FROZEN, 2025)
    start = next(each.intensity_2020 for each in levers() if each.id == "reits_pilot")
    assert (found.lever.id, found.first, found.last) == ("reits_pilot", "2022-07", "2025-12")
    assert (found.before, found.after, found.gap) == pytest.approx((start, 0.9, 0.9 - start))


def test_what_is_taken_back_ends_where_it_was():
    start = next(each.intensity_2020 for each in levers() if each.id == "reits_pilot")
    changed = FROZEN.with_changes(levers={"reits_pilot": {"2022-07": 0.9, "2023-01": start}})
    (found,) = moves(changed, FROZEN, 2025)
    assert (found.first, found.last) == ("2022-07", "2022-12")
    assert (found.after, found.gap) == pytest.approx((found.before, 0.9 - start))


def test_components_that_move_against_each_other_are_a_change_without_a_size():
    lever = next(each for each in levers() if each.id == "derivatives_expansion")
    one, other = lever.components[:2]
    still = {each.id: {"2021-01": 0.5} for each in lever.components}
    less = 0.5 - 0.1 * one.weight / other.weight
    turned = {one.id: {"2021-01": 0.5, "2023-01": 0.6}, other.id: {"2021-01": 0.5, "2023-01": less}}
    base, changed = (
        FROZEN.with_changes(levers={lever.id: {"components": each}}) for each in (still, {**still, **turned})
    )
    (found,) = moves(changed, base, 2025)
    assert (found.lever.id, found.first, found.last, found.gap) == (lever.id, "2023-01", "2025-12", 0.0)


def test_the_largest_difference_comes_first():
    changed = FROZEN.with_changes(levers={"talent_programme": {"2022-01": 1.0}, "reits_pilot": {"2022-01": 0.3}})
    found = moves(changed, FROZEN, 2025)
    assert [abs(each.gap) for each in found] == sorted((abs(each.gap) for each in found), reverse=True)
    assert {each.lever.id for each in found} == {"talent_programme", "reits_pilot"}


def test_levers_aim_at_outcomes_beside_the_targets():
    by_id = {each.id: each for each in levers()}
    asked = [by_id[name] for name in ("reits_pilot", "bond_market_access", "rmb_convertibility", "ftz_lingang_pilot")]
    assert outcomes_of(asked, TARGETS) == {
        "reits_cap": ["reits_pilot"],
        "rmb_cross_border_share": ["rmb_convertibility", "ftz_lingang_pilot"],
    }
