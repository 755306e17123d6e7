"""Estimates of effects without a simulation: a superposition of the responses to steps of single levers.

As in linear response theory, a path of a lever is a sum of steps, and its effect the sum of the responses to these
steps. The responses come from runs of the model, see `sim.experiments.measured_steps`, which are shipped with the error
of such estimates. The effects of levers add up; what levers do to each other's effects in the markets is left out.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources
from typing import Any

import numpy as np

from agents.arrays import Flags, Floats
from scenarios.calendar import BASELINE, LAST_END, PLAN_END, month_ordinal
from scenarios.errors import InputError, Problem
from scenarios.plan import shipped_plan
from scenarios.problem_texts import coded
from scenarios.schema import Scenario
from sim.provenance.model_digest import model_digest
from sim.world.policy import capped_intensities

FILE = "step_responses.json"
LEAST_EXPLAINED = 0.5
"""Share of the variance of simulated effects from which on an indicator has an estimate."""
FIRST_MONTH, LAST_MONTH = BASELINE + 1, month_ordinal(PLAN_END)


@dataclass(frozen=True, eq=False)
class StepResponses:
    """Responses of the plan's indicators to steps of single levers, and the errors of estimates made of them."""

    version: str
    model: str
    """Digest of the model that computed them."""
    parameters: str
    scale: float
    seed: int
    draws: int
    dates: tuple[str, ...]
    """Months in which the steps begin."""
    levers: tuple[str, ...]
    indicators: tuple[str, ...]
    years: tuple[int, ...]
    effects: Floats
    """Effect of a step by one, in each indicator's unit; shape (levers, dates, draws, indicators, years)."""
    desks: int
    """Random policies that were simulated to measure the errors."""
    error: Floats
    """Root mean square of estimated less simulated median effects, shape (indicators, years)."""
    worst: Floats
    """Largest of these differences, shape (indicators, years)."""
    explained: Floats
    """Share of the variance of the simulated median effects that estimates explain, shape (indicators, years)."""

    @property
    def current(self) -> bool:
        """Whether the model is the one that computed them."""
        return self.model == model_digest()

    @property
    def usable(self) -> Flags:
        """Which indicators have an estimate in which year, shape (indicators, years)."""
        return self.explained >= LEAST_EXPLAINED


@dataclass(frozen=True, eq=False)
class Estimate:
    """Estimated change of the plan's indicators between two policies, with the responses that it is made of."""

    by_draw: Floats
    """Change by draw of the parameters, shape (draws, indicators, years)."""
    responses: StepResponses

    @property
    def rows(self) -> list[dict[str, Any]]:
        """One record an indicator and year.

        Keys: indicator, year, estimate (median over the draws), low and high (the range over the draws), error (root
        mean square over random policies), worst (largest error there) and explained (share of the variance of effects
        there). Where estimates explain less than half, estimate, low and high are None.
        """
        found, rows = self.responses, []
        for place, indicator in enumerate(found.indicators):
            for column, year in enumerate(found.years):
                draws, usable = self.by_draw[:, place, column], found.usable[place, column]
                known = (np.median(draws), draws.min(), draws.max()) if usable else (None, None, None)
                errors = (each[place, column] for each in (found.error, found.worst, found.explained))
                names = ("estimate", "low", "high", "error", "worst", "explained")
                told = (None if each is None else float(each) for each in (*known, *errors))
                rows.append({"indicator": indicator, "year": year, **dict(zip(names, told, strict=True))})
        return rows

    def in_year(self, year: int) -> list[dict[str, Any]]:
        """The records of one year, an indicator each."""
        return [row for row in self.rows if row["year"] == year]


def weights_of_dates(dates: Sequence[str], year: int) -> Floats:
    """Share of each measured date in the response of a year to a step in each month of the plan, (months, dates).

    Between two dates a response is a straight line in the month of the step; a step after the year has none. Months
    are those from 2021-01 on.
    """
    end = month_ordinal(f"{year}-12") + 1
    known = [month_ordinal(date) for date in dates if month_ordinal(date) < end]
    months = np.arange(FIRST_MONTH, LAST_MONTH + 1)
    weights = np.zeros((len(months), len(dates)))
    for place in range(len(known)):
        heights = np.zeros(len(known) + 1)
        heights[place] = 1.0
        weights[:, place] = np.interp(months, [*known, end], heights)
    return weights


def superposed(changes: Floats, responses: StepResponses) -> Floats:
    """Effect of changes of intensity by month and lever, shape (draws, indicators, years).

    effect(y) = sum over levers l and months m of change(m, l) * R(l, m, y)

    Source: the superposition (convolution) of step responses of a linear system; Oppenheim and Willsky 1997, Signals
    and Systems, chapter 2.

    Parameters
    ----------
    changes
        Step of the difference of two policies in each month from 2021-01 on, shape (months, levers).
    responses
        R, measured at a few dates and interpolated between them.
    """
    weights = np.stack([weights_of_dates(responses.dates, year) for year in responses.years])
    return np.asarray(np.einsum("ml,ymd,ldniy->niy", changes, weights, responses.effects, optimize=True))


@lru_cache(maxsize=64)
def regime(scenario: Scenario) -> Floats:
    """Intensity in force from 2020-12 to 2025-12 once prerequisites of levers are applied, shape (months, levers)."""
    return capped_intensities(scenario.intensities(BASELINE, LAST_MONTH), shipped_plan().levers)


def estimate(scenario: Scenario, baseline: Scenario, responses: StepResponses | None = None) -> Estimate:
    """Estimate the effect of a policy against another one without simulating either.

    Parameters
    ----------
    scenario, baseline
        Scenarios that differ in the paths of whole levers, in the world in which the responses were measured.
    responses
        Those that are shipped, unless others are given.

    Raises
    ------
    scenarios.InputError
        If a scenario has something that estimates do not cover, with its key.
    """
    known = shipped_responses() if responses is None else responses
    problems = [*uncovered(scenario, known), *uncovered(baseline, known)]
    if problems:
        raise InputError(dict.fromkeys(problems))
    changes = np.diff(regime(scenario) - regime(baseline), axis=0)
    return Estimate(superposed(changes, known), known)


def uncovered(scenario: Scenario, responses: StepResponses) -> list[Problem]:
    """What of a scenario estimates do not cover, each with its key."""
    problems = []

    def found(key: str, message: str, value: str, allowed: str = "") -> None:
        problems.append(Problem(message, key=key, value=value, allowed=allowed))

    if scenario.macro != "neutral":
        found("macro", coded("estimate.macro", value=scenario.macro), scenario.macro, "neutral")
    if scenario.own_parameters is not None or scenario.parameters != responses.parameters:
        told = scenario.parameters_told
        found("parameters", coded("estimate.parameters", value=told), told, responses.parameters)
    if scenario.rival_centres != "passive":
        told = scenario.rival_centres
        found("rival_centres", coded("estimate.rivals", value=told), told, "passive")
    if scenario.end < PLAN_END:
        allowed = coded("allowed.month_between", first=PLAN_END, last=LAST_END)
        found("end", coded("estimate.end", value=scenario.end), scenario.end, allowed)
    if scenario.own_plan is not None:
        told = scenario.plan.head.name
        found("plan", coded("estimate.plan", value=told), told)
    if scenario.components:
        told = ", ".join(each.name for each in scenario.components)
        found("components", coded("estimate.components", value=told), told)
    if scenario.shocks:
        told = ", ".join(each.name for each in scenario.shocks)
        found("shocks", coded("estimate.shocks", value=told), told)
    if scenario.triggers:
        told = ", ".join(each.lever for each in scenario.triggers)
        found("triggers", coded("estimate.triggers", value=told), told)
    if scenario.own_plan is None and not scenario.components:
        for lever in _moved_in_parts(scenario):
            found(f"levers.{lever}", coded("estimate.parts", value=lever), lever)
    return problems


def _moved_in_parts(scenario: Scenario) -> list[str]:
    """Levers of which a component has a path of its own."""
    apart = np.abs(scenario.departures(FIRST_MONTH, LAST_MONTH)).max(axis=0) > 0.0
    owners = [lever.id for lever in shipped_plan().levers for _ in lever.components]
    return list(dict.fromkeys(lever for lever, moved in zip(owners, apart, strict=True) if moved))


@cache
def shipped_responses() -> StepResponses:
    """The responses that are shipped."""
    return of_plain(json.loads(resources.files("sim.experiments").joinpath(FILE).read_text(encoding="utf-8")))


def of_plain(plain: dict[str, Any]) -> StepResponses:
    """Responses from plain data."""
    effects = [list(by_date.values()) for by_date in plain["effects"].values()]

    def errors(key: str) -> Floats:
        return np.array([row[key] for row in plain["errors"].values()], dtype=np.float64)

    return StepResponses(
        **{key: plain[key] for key in ("version", "model", "parameters", "scale", "seed", "draws", "desks")},
        dates=tuple(next(iter(plain["effects"].values()))),
        levers=tuple(plain["effects"]),
        indicators=tuple(plain["errors"]),
        years=tuple(plain["years"]),
        effects=np.array(effects, dtype=np.float64).transpose(0, 1, 4, 2, 3),
        error=errors("error"),
        worst=errors("worst"),
        explained=errors("explained"),
    )
