"""Geopolitical events, which divide foreign investors by bloc."""

from agents.draws import Draws
from agents.foreign_investors import event_probability, tension_after
from scenarios.parameters import Parameters
from sim.bond_market.state import Geopolitics
from sim.clock import Clock
from sim.component import Changes
from sim.world.shock_values import ShockValues


def geopolitical_events_happen(
    clock: Clock, parameters: Parameters, draws: Draws, shocks: ShockValues, geopolitics: Changes[Geopolitics]
) -> None:
    """Geopolitical events happen and fade.

    There are none before 2021. Events of a shock `geopolitical_event` are added to random ones.
    """
    if clock.in_base_year:
        return
    event = draws["geopolitics.event"].scalar(clock.month) < event_probability(parameters.geopolitical_hazard)
    geopolitics.tension = tension_after(
        geopolitics.tension,
        int(event) + shocks["geopolitical_event"],
        parameters.geopolitical_half_life,
    )
