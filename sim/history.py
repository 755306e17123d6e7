"""The year 2020: simulated once for each parameter set, with its levels solved, then shared by all runs."""

from collections import OrderedDict
from dataclasses import replace

from scenarios.calendar import BASELINE
from scenarios.parameters import Parameters
from sim.base_year.base_year import YEAR_2020, BaseYear
from sim.levels import Levels, first_guess, total_miss, worst_miss
from sim.levels_cache import cached_levels, keep_levels
from sim.loaded_code import altered_values
from sim.model import FinancialCenter
from sim.solving import improved

PASSES = 12
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

    The draws of the year are history's and the same for every seed: 2020 happened once. Levels are solved by running
    the year until each observation is met; the state belongs to the parameters without the effects of levers (none of
    them moves before 2021), the scale, the interactions that are switched off and the base year.
    """
    key = (parameters.history_hash, scale, interactions_off, base_year.digest, altered_values())
    if key in _states:
        _states.move_to_end(key)
        return _states[key]
    levels = cached_levels(parameters, scale, interactions_off, base_year)
    if levels is None:
        levels = solve_levels(parameters, scale, interactions_off, base_year)
        keep_levels(levels, parameters, scale, interactions_off, base_year)
    centre = simulate_2020(parameters, levels, scale, interactions_off, base_year)
    _states[key] = centre
    while len(_states) > KEPT:
        _, oldest = _states.popitem(last=False)
        # A model and its agents point at each other: without this it stays until the collector comes by, which counts
        # objects, not bytes.
        oldest.__dict__.clear()
    return centre


def simulate_2020(
    parameters: Parameters,
    levels: Levels,
    scale: float,
    interactions_off: tuple[str, ...] = (),
    base_year: BaseYear = YEAR_2020,
) -> FinancialCenter:
    """Run the twelve months of 2020 from the fitted end-2019 stocks."""
    centre = FinancialCenter.in_2019(parameters, levels, scale, interactions_off, base_year)
    while centre.month < BASELINE:
        centre.step()
    return centre


def _boldness(turn: int) -> float:
    """Bold first, then careful; in the last passes what jumps stays, so that the rest settles around it."""
    return 1.0 if turn < 3 else 0.5 if turn < PASSES - 4 else 0.0


def solve_levels(
    parameters: Parameters,
    scale: float,
    interactions_off: tuple[str, ...] = (),
    base_year: BaseYear = YEAR_2020,
) -> Levels:
    """Levels that make the simulated year 2020 meet the observed one."""
    levels = first_guess(parameters, base_year)
    best: tuple[float, Levels] | None = None
    for turn in range(PASSES):
        tried = levels
        centre = simulate_2020(parameters, tried, scale, interactions_off, base_year)
        levels = improved(tried, centre, boldness=_boldness(turn))
        # A model and its agents point at each other: without this, every pass leaves one more model in memory.
        centre.__dict__.clear()
        # One observation that no level can meet must not hide that the others still improve.
        miss = total_miss(levels)
        if best is None or miss < best[0]:
            best = (miss, replace(tried, misses=levels.misses))
        if worst_miss(levels)[1] <= 1.0:
            best = (miss, replace(tried, misses=levels.misses))
            break
    assert best is not None
    return best[1]
