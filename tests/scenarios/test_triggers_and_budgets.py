"""Triggers and budgets in scenario files: read, refused, written back, counted."""

import pytest

from scenarios import InputError, load
from scenarios.budget import Budget
from scenarios.plan import levers
from scenarios.triggers import Trigger, watchable

TEXT = """
extends: committed
triggers:
  - {indicator: foreign_bond_share, below: 0.035, months: 3, lever: bond_market_access, to: 0.9}
budget:
  unit: mn yuan
  a_year: {bond_market_access: 100, talent_programme: 300.5}
  cap: 1000
levers:
  talent_programme: 0.62
"""


def scenario(tmp_path, text):
    file = tmp_path / "mine.yaml"
    file.write_text(text, encoding="utf-8")
    return load(file)


def test_a_file_with_triggers_and_a_budget_comes_back_the_same(tmp_path):
    mine = scenario(tmp_path, TEXT)
    assert mine.triggers[0] == Trigger(
        indicator="foreign_bond_share", below=0.035, months=3, lever="bond_market_access", to=0.9
    )
    again = scenario(tmp_path, mine.to_yaml())
    assert again.content_hash() == mine.content_hash()
    assert again.budget == mine.budget


def test_triggers_count_in_the_address_and_costs_do_not(tmp_path):
    mine = scenario(tmp_path, TEXT)
    without_triggers = type(mine)(**{**mine.plain(), "triggers": []})
    without_budget = type(mine)(**{key: value for key, value in mine.plain().items() if key != "budget"})
    assert without_triggers.content_hash() != mine.content_hash()
    assert without_budget.content_hash() == mine.content_hash()


def test_costs_follow_the_formula(tmp_path):
    costs = scenario(tmp_path, TEXT).costs()
    start = next(lever.intensity_2020 for lever in levers() if lever.id == "talent_programme")
    assert costs["talent_programme"] == pytest.approx(300.5 * (0.62 - start) * 5)
    assert costs["bond_market_access"] == 0.0
    assert load("plan").costs() == {}


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (("foreign_bond_share", "foreign_bond_shar"), "foreign_bond_share"),
        (("lever: bond_market_access", "lever: bond_market_acces"), "bond_market_access"),
        (("below: 0.035, ", ""), "either below or above"),
        (("below: 0.035", "below: .nan"), "mine.yaml"),
        (("to: 0.9", "to: 1.9"), "mine.yaml"),
        (("months: 3", "months: 0"), "mine.yaml"),
        (("cap: 1000", "cap: 10"), "talent_programme"),
        (("talent_programme: 300.5", "talent_program: 300.5"), "talent_programme"),
        (("bond_market_access: 100,", "bond_market_access: -1,"), "from 0"),
        (("unit: mn yuan", "units: mn yuan"), "unit"),
    ],
)
def test_bad_triggers_and_budgets_are_refused(tmp_path, change, told):
    with pytest.raises(InputError) as error:
        scenario(tmp_path, TEXT.replace(*change))
    assert told in "; ".join(str(problem) for problem in error.value.problems)


def test_a_trigger_says_what_it_does():
    trigger = Trigger(indicator="panda_cumulative", above=500.0, months=2, lever="fintech_hub", to=0.5)
    assert str(trigger) == "panda_cumulative above 500 for 2 months: fintech_hub to 0.5"
    assert trigger.is_met(501.0)
    assert not trigger.is_met(500.0)
    assert "panda_cumulative" in watchable()


def test_a_budget_is_data():
    assert Budget(unit="mn", a_year={"fintech_hub": 2}).plain() == {"unit": "mn", "a_year": {"fintech_hub": 2.0}}


def test_a_lever_set_later_is_held_to_the_cap_too(tmp_path):
    mine = scenario(tmp_path, TEXT)
    assert mine.with_levers({"talent_programme": 0.7}).costs()["talent_programme"] < 1000
    with pytest.raises(InputError, match="more than the cap"):
        mine.with_levers({"talent_programme": 1.0, "bond_market_access": 1.0})


def test_another_policy_in_the_same_world_brings_all_of_policy_and_nothing_else(tmp_path):
    world = "extends: hard_landing\nrival_centres: matching\nparameters: prior_2020\nend: 2024-12\nscale: 0.1\n"
    mine = scenario(tmp_path, world + TEXT.replace("extends: committed\n", ""))
    beside = mine.with_policy_of(load("committed"))
    assert (beside.name, beside.policy, beside.levers) == ("committed", "committed", load("committed").levers)
    assert beside.triggers == () and beside.budget is None
    for part in ("macro", "shocks", "parameters", "rival_centres", "end", "scale"):
        assert getattr(beside, part) == getattr(mine, part), part
    assert load("committed").with_policy_of(mine).triggers == mine.triggers
