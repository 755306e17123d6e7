"""The contract: a signature is a declaration, and what it does not declare cannot happen unnoticed."""

from dataclasses import dataclass, field

import numpy as np
import pytest

from scenarios.parameters import Parameters
from sim.accounting.ledger import Ledger
from sim.accounting.securities import SecurityBook
from sim.component import Changes, ContractError, Month, Part, Step
from sim.components import open_components
from sim.declared import fingerprint, run_checked
from sim.month import MONTH, refuse_missing_states, simulate_month
from sim.world.policy import Channels, Policy


@dataclass
class Till:
    cash: float = 1.0
    coins: np.ndarray = field(default_factory=lambda: np.zeros(3))


@dataclass
class Shelf:
    goods: int = 5


def somebody_buys(shelf: Changes[Shelf], till: Changes[Till]) -> None:
    """Somebody buys a good.

    The price is one.
    """
    shelf.goods -= 1
    till.cash += 1.0


def somebody_looks(shelf: Shelf, till: Changes[Till]) -> None:
    """Somebody looks and pays."""
    till.cash += shelf.goods


def somebody_steals(shelf: Changes[Shelf], till: Till) -> None:
    """Somebody takes coins."""
    shelf.goods -= 1
    till.coins[0] += 1.0


def somebody_guesses(shelf, till: Till) -> None:
    """A parameter has no type."""


def test_the_table_is_made_from_the_signature():
    step = Step(somebody_buys, owner="Customer")
    assert (step.name, step.what) == ("somebody_buys", "Somebody buys a good")
    assert step.changes == (Shelf, Till) and step.reads == ()
    assert Step(somebody_looks).reads == (Shelf,) and Step(somebody_looks).changes_named == "Till"


def test_a_step_receives_its_states_and_nothing_else():
    states = {Till: Till(), Shelf: Shelf(), str: "unused"}
    Step(somebody_buys).on(states)
    assert (states[Till].cash, states[Shelf].goods) == (2.0, 4)


def test_a_missing_state_is_named():
    with pytest.raises(ContractError, match="'somebody_buys' needs Till, which no component brings"):
        Step(somebody_buys).on({Shelf: Shelf()})


def test_a_parameter_without_a_type_is_refused():
    with pytest.raises(ContractError, match="the parameter 'shelf' has no type"):
        Part(somebody_guesses).needs  # noqa: B018


def test_an_undeclared_change_is_refused_and_a_declared_one_is_not():
    run_checked(Step(somebody_buys), {Till: Till(), Shelf: Shelf()})
    run_checked(Step(somebody_looks), {Till: Till(), Shelf: Shelf()})
    with pytest.raises(ContractError, match="'somebody_steals' changed Till without declaring it"):
        run_checked(Step(somebody_steals), {Till: Till(), Shelf: Shelf()})


@pytest.mark.parametrize("change", [lambda t: setattr(t, "cash", 1.0 + 2**-52), lambda t: t.coins.__setitem__(2, -0.0)])
def test_a_fingerprint_sees_the_last_bit(change):
    till = Till()
    before = fingerprint(till)
    assert before == fingerprint(Till())
    change(till)
    assert fingerprint(till) != before


def test_a_step_of_the_month_can_be_replaced_or_followed():
    month = Month((Step(somebody_buys), Step(somebody_looks)))
    assert [step.name for step in month.replacing("somebody_buys", Step(somebody_steals))] == [
        "somebody_steals",
        "somebody_looks",
    ]
    assert [step.name for step in month.after("somebody_buys", Step(somebody_steals))] == [
        "somebody_buys",
        "somebody_steals",
        "somebody_looks",
    ]
    with pytest.raises(ContractError, match="no step 'somebody_bys'; did you mean 'somebody_buys'"):
        month.replacing("somebody_bys", Step(somebody_steals))


def test_steps_of_the_month_change_what_they_declare_and_nothing_else(centre):
    model = centre("plan", rng=3)
    model.run_for(12)
    states = model.states
    states[Ledger].open_month()
    open_components(states)
    for step in MONTH:
        run_checked(step, states, (Policy, Channels))


def yields_are_forged(book: SecurityBook) -> None:
    """A step writes into a state that it only reads."""
    book.premium_pp[0] += 0.1


def test_where_every_check_is_wanted_a_model_refuses_a_change_that_a_step_has_not_declared(centre):
    month = MONTH.after("bond_market_clears", Step(yields_are_forged))
    simulate_month(centre("plan", rng=3).states, month=month)
    with pytest.raises(ContractError, match="'yields_are_forged' changed SecurityBook without declaring it"):
        simulate_month(centre("plan", rng=3, verify=True).states, month=month)


def test_checks_do_not_change_the_results(centre):
    usual, checked = centre("plan", rng=3), centre("plan", rng=3, verify=True)
    for model in (usual, checked):
        model.run_for(2)
    assert usual.records == checked.records and checked.largest_error > 0.0


def test_a_state_of_a_model_is_replaced_under_its_name_and_its_attributes_are_not(centre):
    model = centre("plan", rng=3)
    model.parameters = model.parameters.replace(repo_haircut=0.05)
    assert model.state(Parameters).repo_haircut == 0.05
    with pytest.raises(AttributeError, match="off is set through the state Interactions"):
        model.interactions_off = ("peers",)


def test_a_model_is_not_built_where_a_step_needs_a_state_that_is_not_there(centre):
    states = centre("plan", rng=3).states
    refuse_missing_states(states)
    with pytest.raises(ContractError, match="the step 'somebody_buys' needs Shelf, which no component brings"):
        refuse_missing_states(states, MONTH.after("accounts_close", Step(somebody_buys)))
