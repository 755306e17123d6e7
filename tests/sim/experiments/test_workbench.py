"""The adapter drives the real EMA workbench, and Mesa's own batch runner drives the model."""

import warnings

import pytest

from scenarios.errors import InputError
from sim.closing.indicators import PLAN_INDICATORS
from sim.experiments.requests import RunRequest
from sim.experiments.workbench import answer, workbench_model


@pytest.fixture
def workbench():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        import ema_workbench
    return ema_workbench


@pytest.mark.slow
def test_the_workbench_runs_scenarios_against_policies(workbench, short):
    model = workbench_model(
        short("committed"), levers={"bond_market_access": (0.5, 1.0)}, uncertainties={"sovereign_growth": (0.08, 0.14)}
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the workbench's own, about itself
        with workbench.SequentialEvaluator(model) as evaluator:
            experiments, outcomes = evaluator.perform_experiments(scenarios=2, policies=2)
    assert len(experiments) == 4 and set(outcomes) == set(PLAN_INDICATORS)
    assert {"bond_market_access", "sovereign_growth"} <= set(experiments.columns)
    assert outcomes["turnover_total"].min() > 1000.0
    first = experiments.iloc[0]
    again = answer(
        short("committed"),
        ("bond_market_access",),
        (0,),
        bond_market_access=first["bond_market_access"],
        sovereign_growth=first["sovereign_growth"],
    )
    assert again["foreign_bond_share"] == outcomes["foreign_bond_share"][0]


def test_an_answer_is_that_of_a_single_run(short, central):
    scenario = short("committed")
    told = answer(scenario, (), (3,))
    assert told["direct_financing"] == RunRequest(scenario, 3, central).execute().annual().iloc[-1]["direct_financing"]


def test_unknown_names_are_refused():
    with pytest.raises(InputError, match="did you mean 'reits_pilot'"):
        workbench_model(levers={"reit_pilot": (0.0, 1.0)})
    with pytest.raises(InputError, match="did you mean 'sovereign_growth'"):
        workbench_model(levers={}, uncertainties={"sovereign_grwth": (0.0, 1.0)})
