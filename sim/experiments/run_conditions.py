"""The conditions of runs, from the requested scenarios and the records of the runs."""

from collections.abc import Iterable

from scenarios.calendar import month_ordinal
from scenarios.run_conditions import SIMULATION, RunConditions
from scenarios.schema import Scenario
from scenarios.whole_years import answering_year, year_named
from sim.experiments.pairing import Pairing
from sim.world.macro import world_told


def conditions_of(
    scenarios: Iterable[Scenario],
    *,
    pairings: Iterable[Pairing] = (),
    kinds: Iterable[str] = (),
    interactions_off: Iterable[str] = (),
    parameters: str | None = None,
) -> RunConditions:
    """Conditions of runs of some scenarios.

    Parameters
    ----------
    scenarios
        Requested scenarios.
    pairings
        Records of the runs, which prevail for scale, interactions, macro path and model.
    kinds
        Kinds that the runs recorded of themselves.
    interactions_off
        Interactions that are off, for runs without pairings.
    parameters
        Parameter set of all runs, where it is not that of the scenarios.
    """
    asked, known = list(scenarios), list(dict.fromkeys(pairings))
    different = {(each.macro_identity, each.end): each for each in asked}.values()
    worlds = [world_told(each.macro, each.drivers, month_ordinal(each.end)) for each in different]
    off = list(dict.fromkeys(each.interactions_off for each in known)) or [tuple(interactions_off)]
    return RunConditions(
        kind=_once([*kinds] or [kind for kind, _, _ in worlds] or [SIMULATION]),
        macro=_once([each.macro_identity for each in asked] or [each.macro for each in known]),
        carried_forward=_once(driver for _, carried, _ in worlds for driver in carried),
        drivers_drawn=_once(driver for _, _, drawn in worlds for driver in drawn),
        scale=_once([each.scale for each in known] or [each.scale for each in asked]),
        parameters=_once([parameters] if parameters is not None else [each.parameters_told for each in asked]),
        end=_once(each.end for each in asked),
        interactions_off=off[0] if len(off) == 1 else tuple(" + ".join(each) or "none" for each in off),
        models=_once(each.model for each in known),
        components=_once(part.identity for each in asked for part in each.components),
        plans=_once(each.own_plan.identity for each in asked if each.own_plan is not None),
        baselines=_once(each.plan.baseline_told for each in asked if each.plan.baseline),
    )


def year_notes(scenarios: Iterable[Scenario]) -> list[str]:
    """A line for each scenario whose answer is not that of its plan's target year, which names the year."""
    lasts = [(each.name, month_ordinal(each.end), each.plan.target_year) for each in scenarios]
    return [f"{name}: {year_named(last, year)}." for name, last, year in lasts if answering_year(last, year) != year]


def _once[T](values: Iterable[T]) -> tuple[T, ...]:
    return tuple(dict.fromkeys(values))
