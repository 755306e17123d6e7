"""The base year: simulated once for each parameter set, with its constants solved, then shared by all runs."""

import copy
from collections import OrderedDict
from dataclasses import dataclass
from typing import Any

from agents.population import PopulationModel
from scenarios.errors import InputError
from scenarios.parameters import Parameters
from scenarios.problem_texts import coded
from sim.base_year.base_year import YEAR_2020, BaseYear
from sim.clock import Clock
from sim.component import ContractError, States
from sim.components import OURS, Components
from sim.month import refuse_missing_states, simulate_month
from sim.opening.beginning import history_seed, states_at_the_beginning
from sim.provenance.loaded_code import altered_values
from sim.solved_constants import Constants, Matches, Solution, StepSize
from sim.solving.cache import cached_solution, keep_solution
from sim.solving.shipped import shipped_constants
from sim.solving.solve import corrected, first_guess, matches_of, solve
from sim.world.macro import MacroPath
from sim.world.policy import Policy

KEPT = 8
"""Parameter sets whose end-2020 state stays in memory."""


def shared(states: States) -> dict[int, Any]:
    """States that nothing changes in place, by their identity, as `copy.deepcopy` takes what copies share."""
    kinds = (Parameters, Solution, MacroPath, Policy, *states[Solution].constants)
    return {id(states[kind]): states[kind] for kind in kinds}


@dataclass(frozen=True)
class Past:
    """The states at the end of the base year; the agents belong to a model of their own until they are copied."""

    model: PopulationModel
    states: dict[Any, Any]

    def copied_into(self, model: PopulationModel) -> dict[Any, Any]:
        """Copies of the states, whose agents belong to `model`."""
        memo: dict[int, Any] = {id(self.model): model, **shared(self.states)}
        states: dict[Any, Any] = copy.deepcopy(self.states, memo)
        for kind in self.model.populations:
            model.register_population(memo[id(self.model.populations[kind])])
        model.agent_id_counter = self.model.agent_id_counter
        return states

    def let_go(self) -> None:
        """Forget the states: agents and model refer to one another and would stay in memory until a collection."""
        self.states.clear()
        self.model.populations.clear()


_pasts: OrderedDict[tuple[object, ...], Past] = OrderedDict()


def state_at_baseline(
    parameters: Parameters,
    scale: float = 1.0,
    interactions_off: tuple[str, ...] = (),
    base_year: BaseYear = YEAR_2020,
    components: Components = OURS,
) -> Past:
    """The states at end-2020; copy them before use.

    The draws of the year are history's and the same for every seed: 2020 happened once. Constants are solved by running
    the year until each observation is met. For the draws whose constants come with the model it runs once. The state
    belongs to the parameters without the effects of levers (none of them moves before 2021), the scale, the
    interactions that are switched off and the base year.
    """
    key = (
        parameters.history_hash,
        scale,
        interactions_off,
        base_year.digest,
        components.added,
        components.identity,
        altered_values(),
    )
    if key in _pasts:
        _pasts.move_to_end(key)
        return _pasts[key]
    asked = (parameters, scale, interactions_off, base_year, components)
    past = _shipped_2020(*asked)
    if past is None:
        solution = cached_solution(*asked)
        if solution is None:
            past = solved_2020(*asked)
            keep_solution(past.states[Solution], *asked)
        else:
            past = simulate_2020(parameters, solution, scale, interactions_off, base_year, components)
    _pasts[key] = past
    while len(_pasts) > KEPT:
        _, oldest = _pasts.popitem(last=False)
        oldest.let_go()
    return past


def _shipped_2020(
    parameters: Parameters,
    scale: float,
    interactions_off: tuple[str, ...],
    base_year: BaseYear,
    components: Components,
) -> Past | None:
    """The base year simulated with the constants that come with the model; None where there are none that serve."""
    shipped = shipped_constants(parameters, scale, interactions_off, base_year, components)
    if shipped is None:
        return None
    past = simulate_2020(parameters, Solution(shipped.constants), scale, interactions_off, base_year, components)
    found = Solution(shipped.constants, matches_of(past.states))
    if not shipped.met_by(found):
        past.let_go()
        return None
    past.states[Solution] = found
    return past


def simulate_2020(
    parameters: Parameters,
    solution: Solution,
    scale: float,
    interactions_off: tuple[str, ...] = (),
    base_year: BaseYear = YEAR_2020,
    components: Components = OURS,
) -> Past:
    """Run the twelve months of 2020 from the fitted end-2019 stocks.

    Raises
    ------
    scenarios.InputError
        If a component of others needs a state that no component brings.
    """
    model = PopulationModel(rng=history_seed(parameters))
    try:
        states = states_at_the_beginning(model, parameters, solution, scale, interactions_off, base_year, components)
        refuse_missing_states(states)
    except ContractError as error:
        if not components.added:
            raise
        names = ", ".join(each.name for each in components.added)
        message = coded("added.misfit", name=names, reason=str(error))
        raise InputError(message, key="components", value=names) from None
    while not states[Clock].ends_base_year:
        simulate_month(states)
    return Past(model, states)


def solved_2020(
    parameters: Parameters,
    scale: float,
    interactions_off: tuple[str, ...] = (),
    base_year: BaseYear = YEAR_2020,
    components: Components = OURS,
) -> Past:
    """The base year simulated with the constants with which it meets the observed one."""
    last: list[Past] = []

    def one_pass(constants: Constants, step: StepSize) -> tuple[Matches, Constants]:
        while last:
            last.pop().let_go()
        past = simulate_2020(parameters, Solution(constants), scale, interactions_off, base_year, components)
        last.append(past)
        matches = matches_of(past.states)
        return matches, corrected(past.states, matches, step)

    solution = solve(first_guess(parameters, base_year, components), one_pass)
    past = last.pop()
    # Mostly the last pass is the solution; where none meets the base year, an earlier one may be nearer.
    if past.states[Solution].constants is not solution.constants:
        past.let_go()
        return simulate_2020(parameters, solution, scale, interactions_off, base_year, components)
    past.states[Solution] = solution
    return past
