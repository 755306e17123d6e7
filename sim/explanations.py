"""Why an agent did what it did: the terms of its last decision, from the rule that made it."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from agents.fintech_firms import FintechFirm
from agents.foreign_investors import ForeignInvestor
from agents.population import ArrayAgent, DeadAgentError
from scenarios.errors import InputError, nearest_name
from sim.fintech import funding_explained, growth_explained, rank_explained, score_explained
from sim.foreign_flows import purchase_terms

if TYPE_CHECKING:
    import pandas as pd

    from sim.model import FinancialCenter

type Terms = Callable[[FinancialCenter, int], list[tuple[str, float, str]]]
"""Terms of a decision as (name, value, unit), from the centre and the agent's row."""

EXPLAINED: dict[type[ArrayAgent], tuple[str, Terms]] = {
    FintechFirm: ("growth of the month", growth_explained),
    ForeignInvestor: ("net purchases of the month", purchase_terms),
}
"""Kinds of agents that explain themselves: what the terms of their first decision add up to, and the terms."""

FURTHER_DECISIONS: dict[type[ArrayAgent], dict[str, Terms]] = {
    FintechFirm: {
        "log rate of funding rounds": funding_explained,
        "score": score_explained,
        "national rank": rank_explained,
    },
}
"""Other decisions of those kinds, by what the terms add up to."""


def explain(centre: "FinancialCenter", agent: ArrayAgent, *, decision: str | None = None) -> "pd.DataFrame":
    """Why an agent did what it did in the month just simulated.

    Parameters
    ----------
    centre
        The centre the agent lives in.
    agent
        A living agent of it, of a kind that explains itself: a key of `EXPLAINED`.
    decision
        What to explain, in the words of `EXPLAINED` and `FURTHER_DECISIONS`; None is the kind's first decision.

    Returns
    -------
    Columns term, value and unit. The values add up to what the agent did, which `attrs["explains"]` names.

    Raises
    ------
    scenarios.InputError
        If the agent is of another kind, lives in another model or takes no such decision.
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
    first, terms = EXPLAINED[type(agent)]
    decisions = {first: terms, **FURTHER_DECISIONS.get(type(agent), {})}
    explains = first if decision is None else decision
    if explains not in decisions:
        raise InputError(
            f"a {type(agent).__name__} explains no {explains!r}",
            key="decision",
            value=decision,
            allowed=", ".join(decisions),
            nearest=nearest_name(explains, decisions),
        )
    row = int(agent.population.rows_of([agent.unique_id])[0])
    if row < 0:
        raise DeadAgentError(f"{agent!r} cannot be asked any more")
    table = pd.DataFrame(decisions[explains](centre, row), columns=["term", "value", "unit"])
    table.attrs["explains"] = explains
    return table
