"""Fintech firms: sandbox, growth, funding, entry and exit, and the technology that institutions take up."""

from collections.abc import Iterator

from agents.fintech_firms import FintechFirm, FintechFirms
from agents.institutions import FinancialInstitution
from sim.component import Changes, Component, Explanation, Identity, Step
from sim.fintech.adoption import institutions_adopt
from sim.fintech.cities import firms_reconsider_their_city
from sim.fintech.clients import clients_of, institutions_choose_suppliers
from sim.fintech.explained import (
    city_explained,
    clients_explained,
    funding_explained,
    growth_explained,
    rank_explained,
    score_explained,
    subsidiary_explained,
    supplier_explained,
)
from sim.fintech.firms import firms_exit_and_start, firms_grow_and_raise_funds, start_fintech_firms
from sim.fintech.leading import leading_firms_are_ranked, leading_score_is_remembered
from sim.fintech.platforms import rules_for_platforms_change
from sim.fintech.readings import READINGS
from sim.fintech.sandbox import firms_enter_the_sandbox
from sim.fintech.solved import FINTECH_SOLVED
from sim.fintech.state import ClientMarket, FintechFlows, FundingMemory, LeadingScore, PlatformRules, Sandbox
from sim.fintech.subsidiaries import institutions_found_subsidiaries


def fintech_opens(fintech: FintechFirms, flows: Changes[FintechFlows], market: Changes[ClientMarket]) -> None:
    """Take the stocks before the month; no flows yet."""
    market.opening, market.won, market.lost = int(clients_of(fintech).sum()), 0, 0
    flows.opening, flows.opening_rounds = len(fintech), int(fintech["funding_round"].sum())
    flows.opening_here = int(fintech["in_shanghai"].sum())
    flows.started = flows.left = flows.rounds = flows.rounds_of_leavers = 0
    flows.started_here = flows.left_here = flows.moved_in = flows.moved_out = 0


def fintech_identities(fintech: FintechFirms, flows: FintechFlows, market: ClientMarket) -> Iterator[Identity]:
    """Firms, their rounds and their clients move by their flows."""
    clients = float(clients_of(fintech).sum())
    yield "clients of fintech firms", clients, float(market.opening + market.won - market.lost)
    yield "fintech firms", float(len(fintech)), float(flows.opening + flows.started - flows.left)
    yield (
        "fintech firms in Shanghai",
        float(fintech["in_shanghai"].sum()),
        float(flows.opening_here + flows.started_here - flows.left_here + flows.moved_in - flows.moved_out),
    )
    yield (
        "funding rounds",
        float(fintech["funding_round"].sum()),
        float(flows.opening_rounds + flows.rounds - flows.rounds_of_leavers),
    )


FINTECH = Component(
    name="fintech",
    states=(FintechFlows, FundingMemory, ClientMarket, PlatformRules, Sandbox, LeadingScore),
    start=start_fintech_firms,
    opens=fintech_opens,
    remembers=leading_score_is_remembered,
    streams=(
        "institution.adoption",
        "fintech.sandbox",
        "fintech.growth",
        "fintech.funding",
        "fintech.exit",
        "fintech.birth",
        "fintech.city",
        "institution.subsidiary",
        "fintech.clients",
        "institution.supplier",
        "platform.rules",
    ),
    steps=(
        Step(firms_enter_the_sandbox, owner="FintechFirm"),
        Step(rules_for_platforms_change, owner="Authority"),
        Step(institutions_choose_suppliers, owner="FinancialInstitution"),
        Step(firms_grow_and_raise_funds, owner="FintechFirm"),
        Step(firms_exit_and_start, owner="FintechFirm"),
        Step(institutions_found_subsidiaries, owner="FinancialInstitution"),
        Step(firms_reconsider_their_city, owner="FintechFirm"),
        Step(institutions_adopt, owner="FinancialInstitution"),
        Step(leading_firms_are_ranked, owner="FintechFirm"),
    ),
    readings=READINGS,
    identities=fintech_identities,
    explanations=(
        Explanation(FintechFirm, "growth", "growth of the month", growth_explained),
        Explanation(FintechFirm, "funding", "log rate of funding rounds", funding_explained),
        Explanation(FintechFirm, "clients", "change of clients in the month", clients_explained),
        Explanation(FintechFirm, "city", "log odds of moving into Shanghai or out of it", city_explained),
        Explanation(FintechFirm, "score", "score", score_explained),
        Explanation(FintechFirm, "rank", "national rank", rank_explained),
        Explanation(
            FinancialInstitution, "subsidiary", "log rate of founding a fintech subsidiary", subsidiary_explained
        ),
        Explanation(
            FinancialInstitution, "supplier", "log weight of the fintech supplier it has chosen", supplier_explained
        ),
    ),
    solving=FINTECH_SOLVED,
)
