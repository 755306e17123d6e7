"""Priors that know what came after 2020: for replays alone."""

import pytest

import sim
from scenarios import load
from scenarios.errors import InputError
from scenarios.parameters import ParameterSet, parameter_set, parameter_table
from sim.experiments.requests import ensemble_requests


def replay(**changes):
    return sim.Scenario(**{**load("plan").plain(), "macro": "realised", **changes})


def test_it_differs_from_the_prior_of_2020_where_evidence_is_later_and_nowhere_else():
    late = {row.id for row in parameter_table() if row.hindsight}
    mine, plain = ParameterSet.prior_hindsight(), ParameterSet.prior_2020()
    differ = {name for name in plain.parameters if mine.parameters[name] != plain.parameters[name]}
    assert differ and differ <= late
    assert mine.betas == plain.betas
    assert "no forecast" in parameter_set("prior_hindsight").rests_on


@pytest.mark.parametrize("macro", ["neutral", "adverse"])
def test_a_run_that_is_no_replay_does_not_get_it(macro):
    with pytest.raises(InputError, match="conditional replays only"):
        replay(macro=macro, parameters="prior_hindsight")
    with pytest.raises(InputError, match="conditional replays only"):
        sim.run(replay(macro=macro), parameters="prior_hindsight")
    for draws in (0, None):
        with pytest.raises(InputError, match="conditional replays only"):
            ensemble_requests(
                [replay(), replay(macro=macro, name="no replay")], runs=1, draws=draws, parameters="prior_hindsight"
            )


def test_a_replay_may_take_it_and_each_scenario_keeps_its_own_set():
    known, blind = replay(name="known", parameters="prior_hindsight"), replay(name="blind", parameters="prior_2020")
    asked = ensemble_requests([known, blind], runs=1)
    names = [name for name in asked[0].parameters if asked[0].parameters[name] != asked[1].parameters[name]]
    assert names and set(names) <= {row.id for row in parameter_table() if row.hindsight}
