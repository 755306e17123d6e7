"""Why an agent did what it did: the terms of its last decision, from the rule that made it."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from agents.equity_investors import ForeignEquityInvestor
from agents.fintech_firms import FintechFirm
from agents.foreign_investors import ForeignInvestor
from agents.institutions import FinancialInstitution
from agents.issuers import Issuer
from agents.population import ArrayAgent, DeadAgentError
from scenarios.errors import InputError, nearest_name
from sim.banking.leverage import change_terms
from sim.bond_market.foreign_investors import purchase_terms
from sim.financing.credit_events import default_terms
from sim.financing.issuance import choice_explained
from sim.financing.small_firm_credit import acceptance_explained
from sim.fintech.explained import funding_explained, growth_explained, rank_explained, score_explained
from sim.institutions.location import seat_terms, staying_terms
from sim.trading.foreign_shareholders import equity_purchase_terms

if TYPE_CHECKING:
    import pandas as pd

    from sim.model import FinancialCenter

Explanation = tuple[str, "Callable[[FinancialCenter, int], list[tuple[str, float, str]]]"]
"""What the terms of a decision add up to, and the function of centre and row for them: (name, value, unit) each."""

EXPLAINED: dict[type[ArrayAgent], dict[str, Explanation]] = {
    ForeignInvestor: {"purchases": ("net purchases of the month", purchase_terms)},
    ForeignEquityInvestor: {"shares": ("net purchases of shares in the month", equity_purchase_terms)},
    FinancialInstitution: {
        "staying": ("log odds of staying open over closing", staying_terms),
        "seat": ("log odds of the seat in Shanghai over the best rival, if reconsidered", seat_terms),
        "leverage": ("change of log repo leverage", change_terms),
    },
    Issuer: {
        "instrument": ("utility of an instrument over a bank loan, before luck", choice_explained),
        "acceptance": ("log odds that a bank accepts a loan of this firm", acceptance_explained),
        "default": ("log rate of default a year", default_terms),
    },
    FintechFirm: {
        "growth": ("growth of the month", growth_explained),
        "funding": ("log rate of funding rounds", funding_explained),
        "score": ("score", score_explained),
        "rank": ("national rank", rank_explained),
    },
}
"""Decisions that agents of a kind explain, by name; the first is explained when none is named."""


def explain(centre: "FinancialCenter", agent: ArrayAgent, decision: str | None = None) -> "pd.DataFrame":
    """Why an agent did what it did in the month just simulated.

    Parameters
    ----------
    centre
        The centre the agent lives in.
    agent
        A living agent of it, of a kind that explains itself: a key of `EXPLAINED`.
    decision
        Name of a decision of its kind in `EXPLAINED`; None is the first one.

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
    decisions = EXPLAINED[type(agent)]
    if decision is not None and decision not in decisions:
        raise InputError(
            f"a {type(agent).__name__} takes no decision {decision!r}",
            key="decision",
            value=decision,
            allowed=", ".join(decisions),
            nearest=nearest_name(decision, decisions),
        )
    explains, terms = decisions[decision or next(iter(decisions))]
    row = int(agent.population.rows_of([agent.unique_id])[0])
    if row < 0:
        raise DeadAgentError(f"{agent!r} cannot be asked any more")
    table = pd.DataFrame(terms(centre, row), columns=["term", "value", "unit"])
    table.attrs["explains"] = explains
    return table
