"""Every measure of the plan has its chain to a decision, and the chain acts."""

import importlib
from pathlib import Path

import pytest

import sim
from app.commands.register import page
from scenarios import plan
from scenarios.loader import load
from scenarios.parameters import ParameterSet
from scenarios.plan.register import chain, register

ROOT = Path(sim.__file__).parent.parent
CHAINS = register()
ACTING = [each for each in CHAINS if each.links]
EVENTS = [{"name": "small_bank_failure", "month": "2022-06", "size": 0.3}]
"""Detection and resolution of failing banks matter only where one fails."""

QUICK = ParameterSet.prior_2020().central().replace(effect_lag_scale=0.25)
"""Short lags, so that two years are enough to feel every lever."""


def run(levers=None, parameters=None):
    model = sim.FinancialCenter(
        sim.Scenario(
            **{
                **load("frozen").with_levers(levers or {}).with_shocks(EVENTS).plain(),
                "scale": 0.05,
                "end": "2023-06",
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
    known = sim.FinancialCenter("frozen").parameters
    for link in each.links:
        module, function = link.rule.split(":")
        assert callable(getattr(importlib.import_module(module), function)), link
        assert link.term and link.coefficient in known, link


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
    """With its levers at full intensity its channels leave their baseline and the run is another one."""
    full = dict.fromkeys(each.measure.levers, 1.0)
    model = run(full)
    last = model.policy.at(model.month)
    moved = {channel for channel in last if last[channel] != model.policy.baseline[channel]}
    assert {link.channel for link in each.links if plan_room(link.lever)} & moved
    assert model.records != frozen.records


def plan_room(lever):
    """Whether a lever was not in full force in 2020."""
    return next(each for each in plan.levers() if each.id == lever).intensity_2020 < 1.0


@pytest.mark.parametrize(
    ("measure", "parameter", "value"), [("S1", "delivery_slippage_months", 12.0), ("S3", "municipal_fidelity", 0.2)]
)
def test_a_supporting_measure_delays_or_scales_what_levers_do(measure, parameter, value, frozen):
    assert chain(next(each.measure for each in CHAINS if each.measure.id == measure)).links[0].coefficient == parameter
    levers = {"bond_market_access": 1.0, "headquarters_incentives": 1.0}
    usual, slow = run(levers), run(levers, frozen.parameters.replace(**{parameter: value}))
    assert usual.records != slow.records


def test_the_proofs_that_the_register_names_are_tests_of_this_file():
    source = Path(__file__).read_text(encoding="utf-8")
    for each in ACTING:
        path, rest = each.test.split("::")
        assert (ROOT / path).resolve() == Path(__file__).resolve()
        assert f"def {rest.split('[')[0]}(" in source


def test_the_page_of_measures_is_current():
    assert (ROOT / "docs" / "measures.md").read_text(encoding="utf-8") == page()
