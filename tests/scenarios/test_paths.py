import numpy as np
import pytest

from scenarios import load, plan
from scenarios.calendar import BASELINE, month_ordinal

FIRST, LAST = BASELINE - 11, BASELINE + 60
REITS = plan.lever_ids().index("reits_pilot")
START = 0.05


def reits(path, policy="frozen", after=None):
    table = load(policy).with_levers({"reits_pilot": path}, after=after).intensities(FIRST, LAST)
    return {month: table[month - FIRST, REITS] for month in range(FIRST, LAST + 1)}


def at(path, month):
    return path[month_ordinal(month)]


def test_the_table_has_a_row_a_month_and_a_column_a_lever_in_plan_order():
    table = load("plan").intensities(FIRST, LAST)
    assert table.shape == (72, 30)
    assert table.dtype == np.float64
    assert np.array_equal(table[:12], np.tile([lever.intensity_2020 for lever in plan.levers()], (12, 1)))
    assert np.allclose(table[-1], [lever.intensity_2025_plan for lever in plan.levers()])
    assert np.isfinite(table).all()


def test_months_long_before_and_after_the_horizon_are_defined():
    table = load("plan").intensities(month_ordinal("2015-01"), month_ordinal("2035-12"))
    assert np.array_equal(table[0], table[71])
    assert np.array_equal(table[-1], table[month_ordinal("2025-12") - month_ordinal("2015-01")])


def test_a_number_holds_from_the_first_month_of_the_horizon():
    path = reits(0.4)
    assert at(path, "2020-12") == START
    assert at(path, "2021-01") == at(path, "2025-12") == 0.4


def test_steps_hold_until_the_next_and_follow_the_policy_before_the_first():
    path = reits({"2023-01": 0.6, "2022-01": 0.5}, policy="plan")
    assert at(path, "2021-12") == pytest.approx(0.1)
    assert [at(path, month) for month in ("2022-01", "2022-12", "2023-01", "2025-12")] == [0.5, 0.5, 0.6, 0.6]


def test_a_ramp_starts_from_the_path_before_and_stays_at_its_last_value():
    path = reits({"ramp": {"2022-12": 0.29, "2023-12": 0.53}})
    assert at(path, "2020-12") == START
    assert at(path, "2021-12") == pytest.approx((START + 0.29) / 2)
    assert at(path, "2023-06") == pytest.approx(0.41)
    assert at(path, "2025-12") == 0.53


def test_a_ramp_may_keep_the_path_before_until_its_first_date():
    path = reits({"ramp": {"2021-12": "keep", "2023-12": 0.5}}, policy="plan")
    assert at(path, "2021-11") == pytest.approx(0.05 + 0.05 * 5 / 6)
    assert at(path, "2021-12") == pytest.approx(0.1)
    assert at(path, "2022-12") == pytest.approx(0.3)


def test_a_pulse_returns_to_the_path_before():
    path = reits({"pulse": {"from": "2022-03", "to": "2022-05", "value": 0.9}})
    inside = [month for month, intensity in path.items() if intensity == 0.9]
    assert inside == [month_ordinal(month) for month in ("2022-03", "2022-04", "2022-05")]
    assert set(path.values()) == {START, 0.9}


@pytest.mark.parametrize("arm", plan.ARMS)
def test_a_word_follows_that_arm_whatever_the_policy(arm):
    assert reits(arm, policy="stretch") == reits(arm, policy="frozen")
    assert list(reits(arm).values()) == [plan.levers()[REITS].intensity(arm, month) for month in range(FIRST, LAST + 1)]


def test_a_switch_follows_each_path_from_its_month_on():
    path = reits({"switch": {"2022-01": "plan", "2023-01": 0.9, "2024-01": {"ramp": {"2024-12": 0.3}}}})
    assert at(path, "2021-12") == START
    assert at(path, "2022-12") == pytest.approx(0.2)
    assert at(path, "2023-12") == 0.9
    assert at(path, "2024-06") == pytest.approx(0.6)
    assert at(path, "2025-12") == pytest.approx(0.3)


@pytest.mark.parametrize("path", [0.9, "plan", {"2023-06": 0.7}, {"ramp": {"2024-12": 0.9}}])
@pytest.mark.parametrize(
    "old", [None, 0.3, {"2022-01": 0.2, "2024-01": 0.4}, {"switch": {"2021-06": 0.6, "2023-03": 0.8}}]
)
def test_a_fork_keeps_the_past_and_only_the_past(path, old):
    scenario = load("plan") if old is None else load("plan").with_levers({"reits_pilot": old})
    forked = scenario.with_levers({"reits_pilot": path}, after="2023-01")
    fork = month_ordinal("2023-01") - FIRST
    before, after = scenario.intensities(FIRST, LAST), forked.intensities(FIRST, LAST)
    assert np.array_equal(before[:fork], after[:fork])
    assert not np.array_equal(before[fork:, REITS], after[fork:, REITS]) or (path == "plan" and old is None)
    assert np.array_equal(np.delete(before, REITS, axis=1), np.delete(after, REITS, axis=1))


def test_a_fork_of_a_fork_keeps_both_pasts_and_stays_flat():
    scenario = load("committed")
    for year in range(2021, 2026):
        scenario = scenario.with_levers({"reits_pilot": (year - 2020) / 10}, after=f"{year}-06")
    path = scenario.intensities(FIRST, LAST)[:, REITS]
    assert [path[month_ordinal(f"{year}-12") - FIRST] for year in range(2020, 2026)] == [START, 0.1, 0.2, 0.3, 0.4, 0.5]
    assert len(scenario.levers["reits_pilot"].values) == 5


def test_a_ramp_after_a_fork_starts_where_the_past_ended():
    path = reits({"ramp": {"2023-12": 0.5}}, policy="plan", after="2023-01")
    assert at(path, "2022-12") == pytest.approx(0.2)
    assert at(path, "2023-06") == pytest.approx(0.35)
