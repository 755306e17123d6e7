"""Named stresses as data."""

import pytest

from scenarios import load
from scenarios.calendar import month_ordinal
from scenarios.shocks import shock_kinds
from scenarios.stresses import MOST_SEVERITY, stresses

STRESSES = stresses()


@pytest.mark.parametrize("name", STRESSES)
@pytest.mark.parametrize("severity", [0.25, 1.0, MOST_SEVERITY])
def test_a_scenario_takes_every_stress_at_any_severity_and_month(name, severity):
    plan = load("plan")
    for month in ("2021-01", "2025-12"):
        shocks = STRESSES[name].at(month, severity, plan.end)
        struck = plan.with_shocks(shocks)
        assert len(struck.shocks) == len(STRESSES[name].shocks)
        for each in shocks:
            assert month_ordinal(each["from"]) <= month_ordinal(each["to"]) <= month_ordinal(plan.end)


def test_severity_multiplies_sizes_within_the_range_of_their_kind():
    kinds = shock_kinds()
    for severity in (0.5, 1.0, MOST_SEVERITY):
        sizes = {each["name"]: each["size"] for each in STRESSES["joint"].at("2023-01", severity, "2025-12")}
        assert sizes["equity"] == pytest.approx(severity * kinds["equity"].size)
        assert sizes["default_rate"] == pytest.approx(1.0 + severity * (kinds["default_rate"].size - 1.0))
        assert sizes["small_bank_failure"] == min(severity * kinds["small_bank_failure"].size, 1.0)
        assert sizes["china_yield"] == min(severity, kinds["china_yield"].high)


def test_the_joint_stress_holds_the_shocks_of_all_others():
    parts = {each.name for stress in STRESSES.values() if stress.name != "joint" for each in stress.shocks}
    assert {each.name for each in STRESSES["joint"].shocks} == parts


def test_basis_and_sizes_are_judgement_and_say_so():
    assert all(each.basis.startswith("judgement") for each in STRESSES.values())
