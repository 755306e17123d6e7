"""Inputs: scenario files, the plan as data, parameters with their provenance."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from scenarios.drivers import Drivers, read_drivers
    from scenarios.errors import InputError, Problem
    from scenarios.loader import load, names, parse_setting, parse_settings, parse_shock
    from scenarios.own_plan.folder import load_plan
    from scenarios.parameters import Parameters, ParameterSet
    from scenarios.plan import Plan, channels, indicators, levers, levers_moving, measures
    from scenarios.schema import Scenario
    from scenarios.shocks import shock_kinds

__all__ = [
    "Drivers",
    "InputError",
    "ParameterSet",
    "Parameters",
    "Plan",
    "Problem",
    "Scenario",
    "channels",
    "indicators",
    "levers",
    "levers_moving",
    "load",
    "load_plan",
    "measures",
    "names",
    "parse_setting",
    "parse_settings",
    "parse_shock",
    "read_drivers",
    "shock_kinds",
]

_HOMES = {
    "drivers": ("Drivers", "read_drivers"),
    "errors": ("InputError", "Problem"),
    "loader": ("load", "names", "parse_setting", "parse_settings", "parse_shock"),
    "own_plan.folder": ("load_plan",),
    "parameters": ("ParameterSet", "Parameters"),
    "plan": ("Plan", "channels", "indicators", "levers", "levers_moving", "measures"),
    "schema": ("Scenario",),
    "shocks": ("shock_kinds",),
}


def __getattr__(name: str) -> Any:
    """Import a public name from its module when it is first used, so that importing the package stays light."""
    for module, public in _HOMES.items():
        if name in public:
            return getattr(import_module(f"scenarios.{module}"), name)
    raise AttributeError(f"module 'scenarios' has no attribute {name!r}")
