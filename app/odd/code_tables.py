"""Tables of the description read from code: agents, states, steps, decisions, submodels."""

import inspect
from typing import Any

from agents.columns import Column
from agents.equity_investors import ForeignEquityInvestor
from agents.fintech_firms import FintechFirm
from agents.foreign_investors import ForeignInvestor
from agents.institutions import FinancialInstitution
from agents.issuers import Issuer
from agents.views import ArrayAgent
from app.odd.markdown import table
from sim.component import Step, first_line, state_name
from sim.components import COMPONENTS, EXPLAINED
from sim.month import MONTH
from sim.world.interactions import INTERACTIONS

KINDS: tuple[type[ArrayAgent], ...] = (
    ForeignInvestor,
    ForeignEquityInvestor,
    Issuer,
    FinancialInstitution,
    FintechFirm,
)
"""Kinds of agents in the order of the description."""


def agents() -> str:
    """A table of the columns of each kind of agent."""
    parts = []
    for kind in KINDS:
        rows = [(f"`{name}`", each.unit, each.doc) for name, each in columns(kind).items()]
        head = f"#### {kind.__name__}\n\n{_sentence(kind)}\n\n"
        parts.append(head + table(("state variable", "unit", "meaning"), rows))
    return "\n\n".join(parts)


def columns(kind: type[ArrayAgent]) -> dict[str, Column]:
    """Columns of a kind of agent and of the classes that it inherits from."""
    found: dict[str, Column] = {}
    for owner in reversed(kind.__mro__):
        found |= {name: each for name, each in vars(owner).items() if isinstance(each, Column)}
    return found


def states() -> str:
    """The states of each component."""
    rows = [
        (component.name, f"`{state_name(state)}`", first_line(state))
        for component in COMPONENTS
        for state in component.states
    ]
    return table(("component", "state", "content"), rows)


def month() -> str:
    """The steps of a month."""
    rows = [
        (place, f"`{step.name}`", step.owner, step.what, step.reads_named, step.changes_named)
        for place, step in enumerate(MONTH, start=1)
    ]
    return table(("order", "step", "actor", "what happens", "reads", "changes"), rows)


def decisions() -> str:
    """Decisions that agents explain."""
    rows = [
        (kind.__name__, decision, each.explains)
        for kind, known in EXPLAINED.items()
        for decision, each in known.items()
    ]
    return table(("agent", "decision", "quantity explained"), rows)


def interactions() -> str:
    """Interactions that can be switched off."""
    return table(("interaction", "influence"), [(f"`{name}`", what) for name, what in INTERACTIONS.items()])


def streams() -> str:
    """Streams of random numbers by component."""
    rows = [
        (component.name, ", ".join(f"`{each}`" for each in component.streams))
        for component in COMPONENTS
        if component.streams
    ]
    return table(("component", "streams"), rows)


def submodels() -> str:
    """The steps of the month in the words of their code, in their order."""
    return "\n\n".join(_submodel(step) for step in MONTH)


def _submodel(step: Step) -> str:
    text = inspect.getdoc(step.run) or ""
    return f"### {step.name}\n\n`{step.function}`\n\n```text\n{text.strip()}\n```"


def _sentence(kind: Any) -> str:
    return " ".join((inspect.getdoc(kind) or "").split("\n\n")[0].split())
