"""The centre the agents meet in: one month as a table of named steps, and the runs made of months.

import sim

result = sim.run("plan", seed=7)
result.targets()
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from sim.moved import name_new_places

if TYPE_CHECKING:
    from agents.fintech_firms import FintechFirm
    from agents.foreign_investors import ForeignInvestor
    from agents.institutions import FinancialInstitution
    from agents.issuers import Issuer
    from scenarios.errors import InputError
    from scenarios.own_plan.folder import load_plan
    from scenarios.schema import Scenario
    from sim.closing.accounts import AccountingError
    from sim.closing.dictionary import data_dictionary
    from sim.evidence.aggregation import aggregation_error
    from sim.evidence.stylised_facts import stylised_facts
    from sim.evidence.what_moves import what_moves
    from sim.experiments.attribution import attribute
    from sim.experiments.effects import effects
    from sim.experiments.ensemble import Ensemble, ensemble
    from sim.experiments.store import Store
    from sim.inspection.explanations import explain
    from sim.model import FinancialCenter
    from sim.runs.one_run import run
    from sim.runs.result import Result

__all__ = [
    "AccountingError",
    "Ensemble",
    "FinancialCenter",
    "FinancialInstitution",
    "FintechFirm",
    "ForeignInvestor",
    "InputError",
    "Issuer",
    "Result",
    "Scenario",
    "Store",
    "aggregation_error",
    "attribute",
    "data_dictionary",
    "effects",
    "ensemble",
    "explain",
    "load_plan",
    "run",
    "stylised_facts",
    "what_moves",
]

_HOMES = {
    "agents.fintech_firms": ("FintechFirm",),
    "agents.foreign_investors": ("ForeignInvestor",),
    "agents.institutions": ("FinancialInstitution",),
    "agents.issuers": ("Issuer",),
    "scenarios.errors": ("InputError",),
    "scenarios.own_plan.folder": ("load_plan",),
    "scenarios.schema": ("Scenario",),
    "sim.closing.accounts": ("AccountingError",),
    "sim.closing.dictionary": ("data_dictionary",),
    "sim.evidence.stylised_facts": ("stylised_facts",),
    "sim.evidence.aggregation": ("aggregation_error",),
    "sim.evidence.what_moves": ("what_moves",),
    "sim.experiments.attribution": ("attribute",),
    "sim.experiments.effects": ("effects",),
    "sim.experiments.ensemble": ("Ensemble", "ensemble"),
    "sim.experiments.store": ("Store",),
    "sim.inspection.explanations": ("explain",),
    "sim.model": ("FinancialCenter",),
    "sim.runs.result": ("Result",),
    "sim.runs.one_run": ("run",),
}


def __getattr__(name: str) -> Any:
    """Import a public name when it is first used: the model brings Mesa and pandas, which take most of a second."""
    for module, public in _HOMES.items():
        if name in public:
            found = getattr(import_module(module), name)
            globals()[name] = found
            return found
    raise AttributeError(f"module 'sim' has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__


name_new_places()
