"""Lujiazui in Python: every documented name of the simulator under one name.

import lujiazui

result = lujiazui.run("plan", seed=7)
result.targets()
"""

import sys
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from scenarios import (
        Drivers,
        Parameters,
        ParameterSet,
        Plan,
        Problem,
        channels,
        indicators,
        levers,
        levers_moving,
        load,
        load_plan,
        measures,
        names,
        parse_setting,
        parse_settings,
        parse_shock,
        read_drivers,
        shock_kinds,
    )
    from sim import (
        AccountingError,
        Ensemble,
        FinancialCenter,
        FinancialInstitution,
        FintechFirm,
        ForeignInvestor,
        InputError,
        Issuer,
        Result,
        Scenario,
        Store,
        aggregation_error,
        attribute,
        data_dictionary,
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
    "FinancialInstitution",
    "FintechFirm",
    "ForeignInvestor",
    "InputError",
    "Issuer",
    "ParameterSet",
    "Parameters",
    "Plan",
    "Problem",
    "Result",
    "Scenario",
    "Store",
    "aggregation_error",
    "attribute",
    "channels",
    "data_dictionary",
    "effects",
    "ensemble",
    "explain",
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
    "run",
    "shock_kinds",
    "stylised_facts",
    "what_moves",
]


PACKAGES = ("agents", "scenarios", "sim")
"""Packages of the distribution that the names come from."""


def _refuse_other_packages() -> None:
    """Refuse modules of others that have the name of a package of the distribution and are found before it.

    Raises
    ------
    ImportError
        If there is one: it names the file and the ways out.
    """
    # The folder of a wheel's packages; in a checkout this package lies below it.
    home = next(folder for folder in Path(__file__).parents if (folder / "scenarios" / "__init__.py").exists())
    for name in PACKAGES:
        loaded = sys.modules.get(name)
        spec = find_spec(name) if loaded is None else loaded.__spec__
        found = getattr(loaded, "__file__", None) if spec is None else spec.origin
        if found is None or Path(found).parent.parent != home:
            raise ImportError(
                f"{found or name} stands before the package {name!r} of lujiazui, which therefore cannot be imported: "
                f"give it another name or folder, or run Python with -P, which leaves out the folder of the script"
            )


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


_refuse_other_packages()
