"""Explanations of agents' decisions: the terms of the last decision, from the rule that made it."""

from typing import TYPE_CHECKING, Protocol

from agents.population import ArrayAgent, DeadAgentError
from scenarios.errors import InputError, nearest_name
from scenarios.problem_texts import coded
from sim.component import Part, States
from sim.components import Components

if TYPE_CHECKING:
    import pandas as pd


class _Centre(Protocol):
    states: States


def explain(centre: _Centre, agent: ArrayAgent, decision: str | None = None) -> "pd.DataFrame":
    """Terms of an agent's decision in the month just simulated.

    Parameters
    ----------
    centre
        The centre the agent lives in.
    agent
        A living agent of it, of a kind that explains itself: one whose component brings explanations.
    decision
        Name of a decision of its kind that its component explains; None is the first one.

    Returns
    -------
    Columns term, value and unit. The values add up to the quantity that `attrs["explains"]` names.

    Raises
    ------
    scenarios.InputError
        If the agent is of another kind, lives in another model or takes no such decision.
    agents.population.DeadAgentError
        If the agent has left.
    """
    import pandas as pd

    explained = centre.states[Components].explained
    kinds = ", ".join(kind.__name__ for kind in explained)
    if type(agent) not in explained:
        raise InputError(
            coded("agent.not_explained", kind=type(agent).__name__),
            key="agent",
            value=agent,
            allowed=coded("allowed.kinds_of_agents", kinds=kinds),
        )
    if agent.model is not centre:
        raise InputError(coded("agent.of_another_model", agent=agent), key="agent", value=agent)
    decisions = explained[type(agent)]
    if decision is not None and decision not in decisions:
        raise InputError(
            coded("agent.no_such_decision", kind=type(agent).__name__, decision=decision),
            key="decision",
            value=decision,
            allowed=", ".join(decisions),
            nearest=nearest_name(decision, decisions),
        )
    explanation = decisions[decision or next(iter(decisions))]
    row = int(agent.population.rows_of([agent.unique_id])[0])
    if row < 0:
        raise DeadAgentError(f"{agent!r} cannot be asked any more")
    table = pd.DataFrame(Part(explanation.terms).on(centre.states, row), columns=["term", "value", "unit"])
    table.attrs["explains"] = explanation.explains
    return table
