"""Lujiazui in Python: every documented name of the simulator under one name.

import lujiazui

result = lujiazui.run("plan", seed=7)
result.targets()
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from scenarios import (
        Drivers,
        Parameters,
        ParameterSet,
        channels,
        indicators,
        levers,
        load,
        measures,
        names,
        shock_kinds,
    )
    from sim import (
        AccountingError,
        Ensemble,
        FinancialCenter,
        InputError,
        Result,
        Scenario,
        Store,
        aggregation_error,
        attribute,
        effects,
        ensemble,
        explain,
        run,
        stylised_facts,
        what_moves,
    )

__all__ = [
    "AccountingError",
    "Drivers",
    "Ensemble",
    "FinancialCenter",
    "InputError",
    "ParameterSet",
    "Parameters",
    "Result",
    "Scenario",
    "Store",
    "aggregation_error",
    "attribute",
    "channels",
    "effects",
    "ensemble",
    "explain",
    "indicators",
    "levers",
    "load",
    "measures",
    "names",
    "run",
    "shock_kinds",
    "stylised_facts",
    "what_moves",
]


def __getattr__(name: str) -> Any:
    """Import a name when it is first used: the model takes most of a second."""
    if name in __all__:
        home = import_module("sim")
        found = getattr(home if name in home.__all__ else import_module("scenarios"), name)
        globals()[name] = found
        return found
    raise AttributeError(f"module 'lujiazui' has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__
