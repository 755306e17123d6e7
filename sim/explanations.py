"""Why an agent did what it did: the terms of its last decision, from the rule that made it."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from agents.foreign_investors import ForeignInvestor
from agents.population import ArrayAgent, DeadAgentError
from scenarios.errors import InputError
from sim.foreign_flows import purchase_terms

if TYPE_CHECKING:
    import pandas as pd

    from sim.model import FinancialCenter

EXPLAINED: dict[type[ArrayAgent], tuple[str, "Callable[[FinancialCenter, int], list[tuple[str, float, str]]]"]] = {
    ForeignInvestor: ("net purchases of the month", purchase_terms),
}
"""Kinds of agents that explain themselves: what the terms add up to, and the function of centre and row for them."""


def explain(centre: "FinancialCenter", agent: ArrayAgent) -> "pd.DataFrame":
    """Why an agent did what it did in the month just simulated.

    Parameters
    ----------
    centre
        The centre the agent lives in.
    agent
        A living agent of it, of a kind that explains itself: a `ForeignInvestor`.

    Returns
    -------
    Columns term, value and unit. The values add up to what the agent did, which `attrs["explains"]` names.

    Raises
    ------
    scenarios.InputError
        If the agent is of another kind or lives in another model.
    agents.population.DeadAgentError
        If the agent has left.
    """
    import pandas as pd

    kinds = ", ".join(kind.__name__ for kind in EXPLAINED)
    if type(agent) not in EXPLAINED:
        raise InputError(
            f"a {type(agent).__name__} does not explain itself", key="agent", value=agent, allowed=f"kinds: {kinds}"
        )
    if agent.model is not centre:
        raise InputError(f"{agent!r} lives in another model", key="agent", value=agent)
    explains, terms = EXPLAINED[type(agent)]
    row = int(agent.population.rows_of([agent.unique_id])[0])
    if row < 0:
        raise DeadAgentError(f"{agent!r} cannot be asked any more")
    table = pd.DataFrame(terms(centre, row), columns=["term", "value", "unit"])
    table.attrs["explains"] = explains
    return table
