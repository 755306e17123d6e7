"""The solution of the constants: the base year is simulated, each constant is corrected by its own miss, and again."""

from collections.abc import Callable
from dataclasses import replace

from scenarios.parameters import Parameters
from sim.base_year.base_year import BaseYear
from sim.component import Part, States
from sim.components import OURS, Components
from sim.solved_constants import Constants, Matches, Solution, StepSize

PASSES = 11
SETTLING = 4
"""Last passes, in which what jumps stays and the rest settles around it."""
LEAST_GAIN = 0.05
"""Part of the sum of misses that a settling pass must take off for another one to be worth it."""

SOLVED = OURS.solved
"""The solved constants of all markets of the project."""


def first_guess(parameters: Parameters, base_year: BaseYear, components: Components = OURS) -> Constants:
    """Constants to start the solution from."""
    states = {Parameters: parameters, BaseYear: base_year}
    return {market.kind: Part(market.first_guess).on(states) for market in components.solved}


def matches_of(states: States) -> Matches:
    """Every observation beside its simulated value, after the base year."""
    return Matches(
        (match.name, match) for market in states[Components].solved for match in Part(market.matches).on(states)
    )


def corrected(states: States, matches: Matches, step: StepSize) -> Constants:
    """Constants to try next, from the states after the base year, among them the constants that were tried."""
    known = {**states, Matches: matches, StepSize: step}
    return {
        market.kind: replace(known[market.kind], **{row.name: Part(row.corrected).on(known) for row in market.table})
        for market in states[Components].solved
    }


def solve(first: Constants, one_pass: Callable[[Constants, StepSize], tuple[Matches, Constants]]) -> Solution:
    """Constants with which the simulated base year meets the observed one.

    Parameters
    ----------
    first
        Constants to start from.
    one_pass
        Simulates the base year with the given constants and gives its matches and the corrected constants.

    Returns
    -------
    Solution
        The first constants that meet every observation, or those with the smallest sum of misses: one observation that
        nothing can meet must not hide that the others still improve.
    """
    tried, best, total = first, None, float("inf")
    for turn in range(PASSES):
        step = _step_size(turn)
        matches, following = one_pass(tried, step)
        found = Solution(tried, matches)
        if best is None or found.total_miss < best.total_miss:
            best = found
        if found.worst_match.scaled_miss <= 1.0:
            return found
        if turn > PASSES - SETTLING and found.total_miss > (1.0 - LEAST_GAIN) * total:
            break
        tried, total = following, found.total_miss
    assert best is not None
    return best


def _step_size(turn: int) -> StepSize:
    """Bold first, then careful; in the last passes what jumps stays, so that the rest settles around it."""
    return StepSize(1.0 if turn < 3 else 0.5 if turn < PASSES - SETTLING else 0.0)
