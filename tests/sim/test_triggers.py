"""Adaptive levers inside a run."""

import numpy as np
import pytest

import sim
from scenarios import InputError, load
from scenarios.plan import lever_ids
from sim.experiments.requests import ensemble_requests
from sim.opening.triggers import is_due, watched_value
from sim.runs.shared_past import checked_fork, run_sharing_past

TRIGGER = {"indicator": "foreign_bond_share", "below": 0.9, "months": 2, "lever": "bond_market_access", "to": 0.95}

RESTED = "2023-03"
"""Two months after a trigger that fired at once and rests for two years fires again."""


def with_triggers(*triggers, **more):
    base = load("committed")
    return type(base)(**{**base.plain(), "name": "adaptive", "scale": 0.05, "triggers": list(triggers), **more})


@pytest.fixture(scope="module")
def runs():
    asked = with_triggers({**TRIGGER, "cooldown": 24}, end=RESTED)
    plain = with_triggers(end=RESTED)
    return sim.run(asked, seed=3), sim.run(plain, seed=3)


def test_a_trigger_fires_at_once_where_it_is_due_rests_and_is_noted(runs):
    adaptive, plain = runs
    assert adaptive.events["month"].tolist() == ["2021-01", "2023-01"]
    first = adaptive.events.iloc[0]
    assert first["lever"] == "bond_market_access"
    assert (first["before"], first["after"]) == (0.54, 0.95)
    assert first["value"] == pytest.approx(adaptive.indicators["foreign_bond_share"].loc["2020-12-31"])
    assert adaptive.events.iloc[1]["before"] == 0.95
    assert plain.events.empty


def test_it_does_what_the_lever_does(runs):
    adaptive, plain = runs
    by_hand = sim.run(with_triggers(end=RESTED, levers={"bond_market_access": 0.95}), seed=3)
    assert np.array_equal(adaptive.indicators.to_numpy(), by_hand.indicators.to_numpy())
    assert adaptive.indicators["foreign_bond_share"].iloc[-1] > plain.indicators["foreign_bond_share"].iloc[-1]


def test_a_threshold_that_is_never_passed_changes_nothing(runs):
    _, plain = runs
    never = sim.run(with_triggers({**TRIGGER, "below": 0.0001}, end=RESTED), seed=3)
    assert never.events.empty
    assert np.array_equal(never.indicators.to_numpy(), plain.indicators.to_numpy())


def test_the_past_stays_when_a_trigger_fires_later():
    asked = with_triggers({**TRIGGER, "indicator": "panda_cumulative", "below": None, "above": 420.0}, end="2022-12")
    asked = type(asked)(**asked.plain())
    adaptive, plain = sim.run(asked, seed=3), sim.run(with_triggers(end="2022-12"), seed=3)
    month = adaptive.events["month"].iloc[0]
    before = adaptive.indicators.index < f"{month}-01"
    assert before.sum() > 12
    assert np.array_equal(adaptive.indicators[before].to_numpy(), plain.indicators[before].to_numpy())
    passed = plain.indicators["panda_cumulative"] > 420.0
    assert f"{passed.index[passed.to_numpy().argmax() + 2]:%Y-%m}" == month


def test_a_fork_keeps_the_triggers(runs):
    adaptive, _ = runs
    branch = adaptive.fork("2022-06", {"fintech_hub": 0.8})
    assert branch.events["month"].tolist() == adaptive.events["month"].tolist()


def fired(result, lever):
    return result.events.loc[result.events["lever"] == lever, "month"].tolist()


def test_a_fork_takes_its_lever_out_of_the_hands_of_triggers_from_its_month_on():
    other = {**TRIGGER, "indicator": "panda_cumulative", "below": None, "above": 400.0, "lever": "fintech_hub"}
    adaptive = sim.run(with_triggers({**TRIGGER, "cooldown": 12}, other, end="2022-09"), seed=3)
    assert fired(adaptive, "bond_market_access") == ["2021-01", "2022-01"]
    branch = adaptive.fork("2021-10", {"bond_market_access": 0.3})
    before = adaptive.indicators.index < "2021-10-01"
    assert np.array_equal(adaptive.indicators[before].to_numpy(), branch.indicators[before].to_numpy())
    assert fired(branch, "bond_market_access") == ["2021-01"]
    assert fired(branch, "fintech_hub") == fired(adaptive, "fintech_hub") != []

    by_hand = with_triggers(other, end="2022-09", levers={"bond_market_access": {"2021-01": 0.95, "2021-10": 0.3}})
    assert np.array_equal(branch.indicators.to_numpy(), sim.run(by_hand, seed=3).indicators.to_numpy())
    asked = [adaptive.scenario, branch.scenario.model_copy(update={"name": "branch"})]
    shared = list(run_sharing_past(asked, checked_fork(asked, "2021-10"), seed=3, parameters=adaptive.parameters))
    for alone, together in zip((adaptive, branch), shared, strict=True):
        assert np.array_equal(alone.indicators.to_numpy(), together.indicators.to_numpy())


def test_what_a_trigger_has_set_ends_with_the_month_until_which_it_acts():
    centre = sim.FinancialCenter(with_triggers({**TRIGGER, "until": "2021-02"}, end="2021-06"), rng=1)
    at, plain = lever_ids().index("bond_market_access"), with_triggers(end="2021-06")
    centre.step()
    path = plain.intensities(centre.policy.first_month, centre.last_month)[:, at]
    assert centre.policy.intensities[:, at].tolist() == [0.95, 0.95, *path[2:]]


@pytest.mark.parametrize(
    ("until", "date", "kept"),
    [(None, "2022-06", "2022-05"), ("2023-01", "2022-06", "2022-05"), ("2021-03", "2022-06", "2021-03")],
)
def test_a_fork_ends_the_triggers_on_its_levers_and_no_others(until, date, kept):
    mine, other = {**TRIGGER, "until": until}, {**TRIGGER, "lever": "fintech_hub"}
    forked = with_triggers(mine, other).with_levers({"bond_market_access": 0.3}, after=date)
    assert [trigger.until for trigger in forked.triggers] == [kept, None]
    assert type(forked)(**forked.plain()) == forked
    at_once = with_triggers(mine, other).with_levers({"bond_market_access": 0.3}, after="2021-01")
    assert [trigger.lever for trigger in at_once.triggers] == ["fintech_hub"]


@pytest.mark.parametrize("until", ["2020-12", "soon", 2022])
def test_a_trigger_acts_until_a_month_of_the_run(until):
    with pytest.raises(InputError, match="until"):
        with_triggers({**TRIGGER, "until": until})


def test_the_later_trigger_in_the_file_holds():
    asked = with_triggers(TRIGGER, {**TRIGGER, "to": 0.2}, end="2021-02")
    centre = sim.FinancialCenter(asked, rng=1)
    centre.step()
    at = lever_ids().index("bond_market_access")
    assert centre.policy.intensities[0, at] == 0.2
    assert [event["after"] for event in centre.events] == [0.95, 0.2]


def test_flows_are_taken_over_a_year():
    records = [{"turnover_total": 200.0, "foreign_bond_share": 0.03 + at / 1000} for at in range(13)]
    assert watched_value(records, "turnover_total", 0) == 2400.0
    assert watched_value(records, "turnover_total", 2) is None
    assert watched_value(records, "foreign_bond_share", 12) == 0.03
    trigger = with_triggers({**TRIGGER, "indicator": "turnover_total", "below": 2500.0}).triggers[0]
    assert is_due(records, trigger)
    assert not is_due(records[:-1], trigger)


def test_an_ensemble_tells_how_often_and_when_triggers_fire_first():
    panda = {"indicator": "panda_cumulative", "above": 430.0, "months": 3, "lever": "fintech_hub", "to": 0.9}
    flow = {"indicator": "turnover_total", "above": 2400.0, "months": 2, "lever": "talent_programme", "to": 1.0}
    never = {"indicator": "foreign_bond_share", "below": 0.0001, "lever": "bond_market_access", "to": 1.0}
    asked = with_triggers(panda, flow, never, end="2022-12")
    ensemble = sim.ensemble([asked], runs=4, draws=0, workers=1)
    fired = ensemble.fired("adaptive")
    first = {str(trigger): [] for trigger in asked.triggers}
    for request in ensemble_requests([asked], runs=4, draws=0):
        events = sim.run(asked, seed=request.seed).events
        for trigger in first:
            first[trigger] += events.loc[events["trigger"] == trigger, "month"].iloc[:1].tolist()
    assert fired.index.tolist() == list(first)
    assert fired["share"].tolist() == [len(months) / 4 for months in first.values()]
    middle = [sorted(months)[(len(months) - 1) // 2] if months else "" for months in first.values()]
    assert fired["first_month"].tolist() == middle
    assert fired["share"].iloc[0] == 1.0 and fired["share"].iloc[2] == 0.0
