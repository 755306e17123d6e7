"""The opening of a month: what is known of policy, world finance and shocks before the first step."""

from typing import TYPE_CHECKING, Any

from agents.draws import Draws
from scenarios.calendar import BASELINE, month_ordinal
from scenarios.parameters import Parameters
from scenarios.shock_paths import ShockPaths
from sim.accounting.ledger import Ledger
from sim.base_year.base_year import BaseYear
from sim.clock import Clock
from sim.component import Part
from sim.components import Components, open_components
from sim.institutions.state import RivalCentres
from sim.opening.triggers import Triggers, policy_after_triggers
from sim.world.macro import MacroPath, make_macro_path
from sim.world.policy import Channels, Policy
from sim.world.shock_values import ShockValues

if TYPE_CHECKING:
    from scenarios.schema import Scenario


def open_month(states: dict[Any, Any]) -> None:
    """Move on by a month: triggers act on the past, policy and shocks of the month take effect, flows are zero."""
    states[Clock] = Clock(states[Clock].month + 1)
    states[Policy] = Part(policy_after_triggers).on(states)
    month_holds(states)
    states[Ledger].open_month()
    open_components(states)


def month_holds(states: dict[Any, Any]) -> None:
    """Set the channels and shocks of the current month."""
    month, policy = states[Clock].month, states[Policy]
    states[Channels] = Channels(policy.at(month), policy.baseline)
    states[ShockValues] = ShockValues(states[ShockPaths].at(month))


def under_scenario(states: dict[Any, Any], asked: "Scenario") -> None:
    """Set what a scenario decides: shocks, external drivers, policy, triggers and the answer of rival centres."""
    last_month, parameters = month_ordinal(asked.end), states[Parameters]
    states[ShockPaths] = ShockPaths(asked.shocks, last_month, parameters, states[Components].shock_kinds)
    states[MacroPath] = make_macro_path(
        asked.macro,
        last_month,
        parameters,
        states[Draws]["macro.innovations"],
        states[ShockPaths],
        asked.drivers,
        states[BaseYear],
    )
    first = BASELINE + 1
    states[Policy] = Policy(
        asked.intensities(first, last_month),
        first,
        asked.all_levers,
        asked.all_channels,
        parameters,
        asked.departures(first, last_month),
    )
    states[Triggers] = Triggers.of(asked.triggers)
    states[RivalCentres].answer = asked.rival_centres
    month_holds(states)
