"""Every measure of the plan has its chain to a decision, and the chain acts."""

import importlib
from pathlib import Path

import numpy as np
import pytest

import sim
from app.commands.register import page
from scenarios import plan
from scenarios.loader import load
from scenarios.parameters import ParameterSet
from scenarios.plan.register import chain, register
from sim.components import READINGS

ROOT = Path(sim.__file__).parent.parent
CHAINS = register()
ACTING = [each for each in CHAINS if each.links]
EVENTS = [{"name": "small_bank_failure", "month": "2022-06", "size": 0.3}]
"""Detection and resolution of failing banks are read only where one fails."""
SMALLEST_CHANGE = 1e-7
"""A change below is rounding."""

QUICK = ParameterSet.prior_2020().central().replace(effect_lag_scale=0.25)
"""Short lags, so that three years are enough to feel every lever."""


OPENED = {"bond_market_access": 1.0, "headquarters_incentives": 1.0}


def run(levers=None, parameters=None):
    model = sim.FinancialCenter(
        sim.Scenario(
            **{
                **load("frozen").with_levers(levers or {}).with_shocks(EVENTS).plain(),
                "scale": 0.1,
                "end": "2023-12",
            }
        ),
        rng=3,
        parameters=parameters or QUICK,
    )
    model.run_to_end()
    return model


@pytest.fixture(scope="module")
def frozen():
    return run()


def test_all_measures_are_listed_and_nearly_all_act():
    assert len(CHAINS) == 47
    assert [each.measure.id for each in CHAINS if not each.links] == ["S2"]
    assert sum(each.modelled_as == "lever" for each in CHAINS) == 44
    assert sum(each.modelled_as == "switch" for each in CHAINS) == 2


def test_context_gives_its_reason():
    (context,) = (each for each in CHAINS if each.modelled_as == "context")
    assert context.measure.modelled_note and not context.test


@pytest.mark.parametrize("each", ACTING, ids=lambda each: each.measure.id)
def test_every_link_ends_in_a_function_that_is_there_and_a_parameter_that_is_known(each):
    for link in each.links:
        module, function = link.rule.split(":")
        assert callable(getattr(importlib.import_module(module), function)), link
        assert link.term and link.coefficient in QUICK, link


def test_every_channel_is_read_while_a_run_goes_on(frozen):
    """Mechanically: the rules asked for every channel that a lever moves."""
    moved = {effect.channel for lever in plan.levers() for effect in lever.effects}
    assert moved <= frozen.policy.read
    assert {channel.id for channel in plan.channels()} == moved


def test_no_lever_and_no_channel_is_without_a_measure_or_a_lever():
    carried = {lever for each in CHAINS for lever in each.measure.levers}
    # The index families decide on inclusion: no measure of the city carries it.
    assert {lever.id for lever in plan.levers()} - carried == {"index_inclusion"}
    for each in CHAINS:
        for instrument in each.measure.instruments:
            assert instrument.lever in {*(lever.id for lever in plan.levers()), "context", "delivery"}
    assert {lever.task_group for lever in plan.levers()} == set(plan.TASK_GROUPS)


@pytest.mark.parametrize(
    "each", [each for each in ACTING if each.modelled_as == "lever"], ids=lambda each: each.measure.id
)
def test_a_measure_moves_what_its_chain_says(each, frozen):
    """Its components at full intensity move the channels of its chain, and its indicators as it declares.

    Declared signs that paired runs do not show are named in the measure with the reason.
    """
    measure = each.measure
    model = run(measure.settings(1.0))
    last = model.policy.at(model.month)
    moved = {channel for channel in last if last[channel] != model.policy.baseline[channel]}
    assert moved == {link.channel for link in each.links}
    wrong = {}
    for indicator, sign in measure.direction.items():
        if sign in ("+", "-") and indicator not in measure.not_shown:
            change = change_of(indicator, model, frozen)
            if not (change if sign == "+" else -change) > SMALLEST_CHANGE:
                wrong[indicator] = (sign, change)
    assert not wrong
    shown = [name for name, sign in measure.direction.items() if sign in ("+", "-") and name not in measure.not_shown]
    assert shown, "a measure that shows nothing is not modelled"


def change_of(indicator, model, frozen):
    """Change of an indicator over the last two years, relative to its size, or in its unit where that is below one."""
    now, before = (np.mean([month[indicator] for month in one.records[-24:]]) for one in (model, frozen))
    return (now - before) / max(abs(before), 1e-3)


def test_reasons_belong_to_declared_signs():
    recorded = {*READINGS}
    for each in plan.measures():
        assert set(each.not_shown) <= {name for name, sign in each.direction.items() if sign in ("+", "-")}, each.id
        assert {name for name in each.direction if name not in recorded} <= {
            *each.not_shown,
            *(name for name, sign in each.direction.items() if sign not in ("+", "-")),
        }, each.id
        assert {each.direction[name] for name in each.sign_reasons} <= {"+/-"}, each.id


@pytest.fixture(scope="module")
def opened():
    return run(OPENED)


@pytest.mark.parametrize(
    ("measure", "parameter", "value"), [("S1", "delivery_slippage_months", 12.0), ("S3", "municipal_fidelity", 0.2)]
)
def test_a_supporting_measure_delays_or_scales_what_levers_do(measure, parameter, value, opened):
    assert chain(next(each.measure for each in CHAINS if each.measure.id == measure)).links[0].coefficient == parameter
    slow = run(OPENED, QUICK.replace(**{parameter: value}))
    assert opened.records != slow.records


def test_the_proofs_that_the_register_names_are_tests_of_this_file():
    source = Path(__file__).read_text(encoding="utf-8")
    for each in ACTING:
        path, rest = each.test.split("::")
        assert (ROOT / path).resolve() == Path(__file__).resolve()
        assert f"def {rest.split('[')[0]}(" in source


def test_the_page_of_measures_is_current():
    assert (ROOT / "docs" / "measures.md").read_text(encoding="utf-8") == page()
