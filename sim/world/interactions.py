"""Interactions between agents that can be switched off, to measure their aggregate effects."""

from collections.abc import Iterable
from dataclasses import dataclass

from scenarios.errors import InputError, unknown
from scenarios.problem_texts import coded

INTERACTIONS = {
    "agglomeration": "institutions choose a centre for the institutions that are there",
    "leverage_response": "institutions borrow less repo when markets are volatile, and more when they are calm",
    "adoption_network": "institutions take up financial technology as their neighbours did",
    "fintech_attraction": "fintech firms choose among cities by talent, costs, data, financing and rules, and move",
    "fintech_spin_offs": "large institutions found fintech subsidiaries",
    "supplier_choice": "institutions choose fintech suppliers that others have chosen, which then grow",
    "rules_for_platforms": "rules for large fintech firms change, which these win or lose by",
    "funding_peers": "fintech firms close rounds more easily when like firms have",
    "integrated_demand": "holders move between classes of bonds for their yields, and repo pays for part of it",
    "peers": "active foreign investors want more when others have bought",
    "experience": "foreign investors want more of a bond market that they know from holding its bonds",
    "liquidity_feedback": "deep markets are cheaper to trade and to issue in, which makes them deeper",
    "coordination": "foreign institutions enter a market that others have entered, and traders go where others trade",
    "issuance_spillover": "issuers file for an offer more readily when others of their industry have",
    "underwriting_limits": "deals beyond what underwriters' capital can place wait a month",
    "default_contagion": "a default raises spreads in its industry and province, and banks lend less after defaults",
    "default_frailty": "firms' chances of default share a factor that nobody observes and that lasts for years",
    "bank_capital": "institutions short of capital grow less and borrow less repo, and banks short of it lend less",
    "forced_sales": "what institutions must sell makes markets more volatile, which lowers what their limits allow",
    "credit_losses": "institutions that hold the bonds of issuers in default, or lend to firms like them, lose equity",
    "need_cycle": "needs follow nominal growth and a cycle, and the appetite for issuers' debt returns to normal",
    "own_balance_sheets": "needs, choices and defaults of firms follow their own leverage, returns and cash",
    "financing_relations": "firms look to their house bank, their lead underwriter and their own history",
    "yuan_peers": "issuers settle in yuan when others of their class do",
    "ecny_network": "small firms accept the digital yuan when others do",
    "hot_money": "foreign investors sell faster the easier money is to convert",
    "authorities_react": "authorities curb markets for a time when shares fall, leverage grows or foreigners sell",
    "credibility": "foreigners learn from what is kept of an opening and from curbs how much of it will stay",
}
"""Every interaction that can be switched off, with the influence that is then absent."""


@dataclass(frozen=True)
class Interactions:
    """Which interactions between agents take place."""

    off: tuple[str, ...] = ()

    def on(self, name: str) -> bool:
        """Whether an interaction takes place."""
        return name not in self.off


def checked_interactions(names: Iterable[str]) -> tuple[str, ...]:
    """Names of interactions to switch off, each once and in order.

    Raises
    ------
    scenarios.InputError
        For a name that is not an interaction, or one text in place of a collection of names.
    """
    allowed = ", ".join(INTERACTIONS)
    if isinstance(names, str) or not isinstance(names, Iterable):
        raise InputError(
            coded("interactions.not_names", value=names),
            key="interactions_off",
            value=names,
            allowed=coded("allowed.interactions", name=next(iter(INTERACTIONS))),
        )
    asked = list(names)
    problems = [
        unknown("interaction", name, INTERACTIONS, key="interactions_off", allowed=allowed)
        for name in asked
        if name not in INTERACTIONS
    ]
    if problems:
        raise InputError(problems)
    return tuple(sorted(set(asked)))
