"""The year 2020: simulated once for each parameter set, with its constants solved, then shared by all runs."""

from collections import OrderedDict

from scenarios.calendar import BASELINE
from scenarios.parameters import Parameters
from sim.base_year.base_year import YEAR_2020, BaseYear
from sim.loaded_code import altered_values
from sim.model import FinancialCenter
from sim.solving.cache import cached_solution, keep_solution
from sim.solving.constants import Constants, Matches, Solution, StepSize
from sim.solving.solve import corrected, first_guess, matches_of, solve

KEPT = 8
"""Parameter sets whose end-2020 state stays in memory."""

_states: OrderedDict[tuple[object, ...], FinancialCenter] = OrderedDict()


def state_at_baseline(
    parameters: Parameters,
    scale: float = 1.0,
    interactions_off: tuple[str, ...] = (),
    base_year: BaseYear = YEAR_2020,
) -> FinancialCenter:
    """The centre at end-2020; copy it before use.

    The draws of the year are history's and the same for every seed: 2020 happened once. Constants are solved by running
    the year until each observation is met; the state belongs to the parameters without the effects of levers (none of
    them moves before 2021), the scale, the interactions that are switched off and the base year.
    """
    key = (parameters.history_hash, scale, interactions_off, base_year.digest, altered_values())
    if key in _states:
        _states.move_to_end(key)
        return _states[key]
    solution = cached_solution(parameters, scale, interactions_off, base_year)
    if solution is None:
        solution = solve_constants(parameters, scale, interactions_off, base_year)
        keep_solution(solution, parameters, scale, interactions_off, base_year)
    centre = simulate_2020(parameters, solution, scale, interactions_off, base_year)
    _states[key] = centre
    while len(_states) > KEPT:
        _, oldest = _states.popitem(last=False)
        # A model and its agents point at each other: without this it stays until the collector comes by, which counts
        # objects, not bytes.
        oldest.__dict__.clear()
    return centre


def simulate_2020(
    parameters: Parameters,
    solution: Solution,
    scale: float,
    interactions_off: tuple[str, ...] = (),
    base_year: BaseYear = YEAR_2020,
) -> FinancialCenter:
    """Run the twelve months of 2020 from the fitted end-2019 stocks."""
    centre = FinancialCenter.in_2019(parameters, solution, scale, interactions_off, base_year)
    while centre.month < BASELINE:
        centre.step()
    return centre


def solve_constants(
    parameters: Parameters,
    scale: float,
    interactions_off: tuple[str, ...] = (),
    base_year: BaseYear = YEAR_2020,
) -> Solution:
    """Constants with which the simulated year 2020 meets the observed one."""

    def one_pass(constants: Constants, step: StepSize) -> tuple[Matches, Constants]:
        centre = simulate_2020(parameters, Solution(constants), scale, interactions_off, base_year)
        states = centre.states_now()
        matches = matches_of(states)
        following = corrected(states, matches, step)
        # A model and its agents point at each other: without this, every pass leaves one more model in memory.
        centre.__dict__.clear()
        return matches, following

    return solve(first_guess(parameters, base_year), one_pass)
