"""Runs of several scenarios that share their past: it is simulated once, and the model is copied where they part."""

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np

from agents.arrays import Floats
from scenarios.calendar import BASELINE, PLAN_START, is_month, month_ordinal, month_text
from scenarios.errors import InputError
from scenarios.parameters import Parameters
from scenarios.problem_texts import coded
from sim.base_year.base_year import YEAR_2020, BaseYear
from sim.model import FinancialCenter
from sim.runs.one_run import result_of, run

if TYPE_CHECKING:
    from scenarios.schema import Scenario
    from sim.runs.result import Result


def checked_fork(scenarios: Sequence["Scenario"], date: str) -> int:
    """Month from which scenarios may differ, once they are seen to agree before it.

    Raises
    ------
    scenarios.InputError
        If it is not a month of all of them, or one differs from the first before it.
    """
    ends = min(scenario.end for scenario in scenarios)
    if not is_month(date) or not PLAN_START <= date <= ends:
        raise InputError(
            coded("month.not_of_runs", value=date), key="fork_at", value=date, allowed=f"{PLAN_START}..{ends}"
        )
    month = month_ordinal(date)
    first = scenarios[0]
    past = _policy(first, month - 1) if month > BASELINE + 1 else np.zeros((0, 0))
    for other in scenarios[1:]:
        if any(
            getattr(other, each) != getattr(first, each)
            for each in (
                "macro",
                "drivers",
                "scale",
                "parameters",
                "rival_centres",
                "components",
                "own_parameters",
                "own_plan",
            )
        ):
            message = coded("model.another_world", scenario=other.name, other=first.name)
            raise InputError(message, key="fork_at", value=date)
        if not len(past):
            continue
        apart = np.flatnonzero((_policy(other, month - 1) != past).any(axis=1))
        if len(apart):
            parted = month_text(BASELINE + 1 + int(apart[0]))
            message = coded("model.paths_part", scenario=other.name, other=first.name, month=parted, date=date)
            raise InputError(message, key="fork_at", value=date, allowed=coded("allowed.month_up_to", month=parted))
    return month


def _policy(scenario: "Scenario", last: int) -> Floats:
    """Levers and departures of their components to a month, shape (months, levers + components)."""
    return np.hstack([scenario.intensities(BASELINE + 1, last), scenario.departures(BASELINE + 1, last)])


def run_sharing_past(
    scenarios: Sequence["Scenario"],
    month: int,
    *,
    seed: int,
    parameters: Parameters,
    interactions_off: Iterable[str] = (),
    base_year: BaseYear = YEAR_2020,
) -> Iterator["Result"]:
    """Run scenarios with one seed and one parameter set, simulating the months before `month` once.

    Every result is that of `sim.run` to the bit. A scenario whose past turns out to be another is run from the start.

    Parameters
    ----------
    scenarios
        One or more of one scale.
    month
        Ordinal of the first month in which they may differ.
    seed, parameters, interactions_off, base_year
        As in `sim.run`.

    Yields
    ------
    Result
        In the order of the scenarios.
    """
    off = tuple(interactions_off)
    trunk = FinancialCenter(scenarios[0], rng=seed, parameters=parameters, interactions_off=off, base_year=base_year)
    while trunk.month < month - 1:
        trunk.step()
    for scenario in scenarios:
        branch = trunk.branch(scenario)
        if branch is None:
            yield run(scenario, seed=seed, parameters=parameters, interactions_off=off, base_year=base_year)
            continue
        while branch.month < branch.last_month:
            branch.step()
        yield result_of(branch, scenario, "given")
    trunk.let_go()
