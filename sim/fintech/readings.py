"""Readings of fintech firms and of the technology that institutions take up."""

from agents.fintech_firms import FintechFirms
from agents.institutions import Institutions
from sim.accounting.record import index_of_base_year
from sim.component import Reading
from sim.fintech.clients import clients_of
from sim.fintech.state import FintechFlows, LeadingScore


def leading_fintech_count(leading: LeadingScore) -> float:
    """Firms of Shanghai with at least the score of the hundredth firm of the country at end-2020, a fixed yardstick."""
    return float(leading.absolute)


def leading_fintech_national_hundred(leading: LeadingScore) -> float:
    """Firms of Shanghai among the hundred of the country with the highest score of the month."""
    return float(leading.ranked)


def fintech_total(fintech: FintechFirms) -> float:
    """Fintech firms in Shanghai."""
    return float(fintech["in_shanghai"].sum())


def fintech_client_share(fintech: FintechFirms) -> float:
    """Contracts of institutions with fintech firms of Shanghai over those with all of the country's."""
    clients = clients_of(fintech)
    return float(clients[fintech["in_shanghai"]].sum() / max(int(clients.sum()), 1))


def venture_investment(flows: FintechFlows) -> float:
    """Capital raised by fintech firms of Shanghai in funding rounds."""
    return flows.capital_raised


def institution_fintech_adoption(institutions: Institutions) -> float:
    """Institutions of the city that have adopted financial technology over all."""
    return float(institutions["adopted"].mean())


READINGS = (
    Reading("leading_fintech_count", "firms", "stock", leading_fintech_count),
    Reading("leading_fintech_national_hundred", "firms", "stock", leading_fintech_national_hundred),
    Reading("fintech_total", "count", "stock", fintech_total),
    Reading("fintech_client_share", "share", "ratio", fintech_client_share),
    Reading(
        "venture_investment",
        "index, sum of 2020 = 100",
        "flow",
        venture_investment,
        scaled_to=index_of_base_year,
    ),
    Reading("institution_fintech_adoption", "share", "ratio", institution_fintech_adoption),
)
