"""Institutions choose fintech suppliers, here one by one and elsewhere by numbers."""

import numpy as np

from agents.arrays import Floats, Integers, rows_where, sum_of_products
from agents.draws import Draws, binomial, poisson
from agents.fintech_clients import (
    clients_at_start,
    growth_by_clients,
    newcomer_share,
    supplier_chances,
    supplier_terms,
    suppliers_chosen,
    usual_client_growth,
    volatility_by_clients,
)
from agents.fintech_firms import FintechFirms, Origin, fintech_exit_probability
from agents.institutions import Institutions
from scenarios.parameters import Parameters
from sim.clock import Clock
from sim.component import Changes
from sim.fintech.outage import clients_leaving, leaving_chances, service_down
from sim.fintech.platforms import rules_of_firms
from sim.fintech.state import ClientMarket, FintechConstants, PlatformRules
from sim.institutions.state import ServiceOutage
from sim.world.interactions import Interactions


def large_exit_rate(parameters: Parameters) -> float:
    """Rate at which firms of every size leave, 1/year."""
    return float(parameters.fintech_exit_hazard * parameters.fintech_acquired_share)


def share_of_newcomers(parameters: Parameters) -> float:
    """Part of new contracts that goes to firms without a client."""
    return newcomer_share(
        parameters.fintech_size_tail,
        parameters.client_market_growth,
        parameters.client_review_rate,
        large_exit_rate(parameters),
    )


def exit_rate_of_clients(parameters: Parameters, fintech: FintechFirms, clients: Integers) -> float:
    """Rate at which contracts lose their supplier, 1/year: that of firms to leave, weighted by their clients."""
    chance = fintech_exit_probability(
        fintech["log_size"],
        fintech["age_months"],
        float(fintech["log_size"].mean()),
        parameters.fintech_exit_hazard,
        parameters.fintech_acquired_share,
        parameters.fintech_exit_size_slope,
        parameters.fintech_exit_age_slope,
        parameters.fintech_exit_age_bound,
    )
    lost = float(sum_of_products(chance, clients.astype(np.float64)))
    return 12.0 * lost / max(int(clients.sum()), 1)


def clients_of(fintech: FintechFirms) -> Integers:
    """Clients of every firm, here and elsewhere, shape (n,)."""
    return np.asarray(fintech["clients_here"].astype(np.int64) + fintech["clients_elsewhere"], dtype=np.int64)


def start_clients(
    clock: Clock,
    parameters: Parameters,
    constants: FintechConstants,
    draws: Draws,
    institutions: Changes[Institutions],
    fintech: Changes[FintechFirms],
    market: Changes[ClientMarket],
) -> None:
    """Give firms of the start clients by their size, and the adopters of the city a supplier each.

    The premium of Shanghai's firms is size for each client, so that its solution does not move clients.
    """
    premium = np.where(fintech["kind"] == int(Origin.SHANGHAI), constants.size_premium, 0.0)
    fintech["clients_elsewhere"][:] = clients_at_start(fintech["log_size"] - premium)
    market.contracts_elsewhere = float(fintech["clients_elsewhere"].sum())
    nothing = np.zeros(len(fintech))
    terms = _terms(parameters, fintech, clients_of(fintech), nothing, nothing)
    _choose(clock, draws, institutions, fintech, rows_where(institutions["adopted"]), terms)
    fintech["clients_here"][:] = _suppliers(institutions, fintech)


def institutions_choose_suppliers(
    clock: Clock,
    parameters: Parameters,
    draws: Draws,
    interactions: Interactions,
    rules: PlatformRules,
    outage: ServiceOutage,
    institutions: Changes[Institutions],
    fintech: Changes[FintechFirms],
    market: Changes[ClientMarket],
) -> None:
    """Institutions choose fintech suppliers in proportion to the clients these have, and at times a newcomer.

    Those of the city choose when they have adopted technology, when their supplier has left, and when they review it;
    contracts of institutions elsewhere are placed by numbers. What a firm wins beyond its usual part makes it grow.
    """
    if not interactions.on("supplier_choice"):
        return
    clients = clients_of(fintech)
    of_rules = rules_of_firms(parameters, rules, fintech)
    down = service_down(outage, fintech)
    terms = _terms(parameters, fintech, clients, of_rules, down)
    uniform = draws["fintech.clients"].uniform(fintech.draw_keys, clock.month, count=2)
    leaves = -float(np.expm1(-parameters.client_review_rate / 12.0))
    chances_to_leave = leaving_chances(leaves, down)
    lost_elsewhere = binomial(fintech["clients_elsewhere"], chances_to_leave, uniform[0])
    market.contracts_elsewhere *= float(np.exp(parameters.client_market_growth / 12.0))
    in_force = float(fintech["clients_elsewhere"].sum() - lost_elsewhere.sum())
    placed = max(0.0, market.contracts_elsewhere - in_force)
    far = terms.copy()
    far[1] = 0.0
    chances = supplier_chances(far)
    won_elsewhere = poisson(placed * chances, uniform[1])

    served = rows_where(institutions["adopted"])
    supplier = fintech.rows_of(institutions["supplier"][served])
    drawn = draws["institution.supplier"].uniform_of(institutions.draw_keys[served], clock.month, 0)
    reviews = drawn < clients_leaving(chances_to_leave, supplier, leaves)
    choosers = served[reviews | (supplier < 0)]
    institutions["supplier"][choosers] = -1
    kept = _suppliers(institutions, fintech)
    lost_here = fintech["clients_here"] - kept
    _choose(clock, draws, institutions, fintech, choosers, terms)
    fintech["clients_here"][:] = _suppliers(institutions, fintech)
    won_here = fintech["clients_here"] - kept

    fintech["clients_elsewhere"][:] += won_elsewhere - lost_elsewhere
    changes = np.stack([won_elsewhere, won_here, -lost_elsewhere, -lost_here])
    fintech["client_terms"][:] = changes
    market.won, market.lost = int(changes[:2].sum()), -int(changes[2:].sum())
    to_newcomers = share_of_newcomers(parameters)
    fintech["growth_by_clients"][:] = growth_by_clients(
        changes.sum(axis=0),
        clients,
        chances,
        placed,
        usual_client_growth(
            to_newcomers,
            parameters.client_market_growth,
            parameters.client_review_rate,
            exit_rate_of_clients(parameters, fintech, clients),
        ),
        parameters.client_growth_elasticity,
    )
    fintech["volatility_by_clients"][:] = volatility_by_clients(
        clients, chances, placed, leaves, parameters.client_growth_elasticity
    )


def _terms(parameters: Parameters, fintech: FintechFirms, clients: Integers, of_rules: Floats, down: Floats) -> Floats:
    """Terms of the log weight of each firm for an institution of the city, shape (3, n).

    A platform that is down wins as many fewer clients as its service is down.
    """
    terms = supplier_terms(
        clients,
        share_of_newcomers(parameters),
        fintech["in_shanghai"],
        parameters.near_supplier_preference,
        of_rules,
        parameters.platform_client_slope,
    )
    with np.errstate(divide="ignore"):
        terms[0] += np.log1p(-down)
    return terms


def _choose(
    clock: Clock,
    draws: Draws,
    institutions: Changes[Institutions],
    fintech: FintechFirms,
    choosers: Integers,
    terms: Floats,
) -> None:
    """Institutions of the city choose a supplier each."""
    uniform = draws["institution.supplier"].uniform_of(institutions.draw_keys[choosers], clock.month, 1)
    rows = suppliers_chosen(supplier_chances(terms), fintech.draw_keys, uniform)
    institutions["supplier"][choosers] = fintech.unique_ids[rows]
    institutions["supplier_terms"][:, choosers] = terms[:, rows]
    institutions["supplier_chosen_month"][choosers] = clock.month


def _suppliers(institutions: Institutions, fintech: FintechFirms) -> Integers:
    """Institutions of the city that each firm supplies, shape (n,)."""
    rows = fintech.rows_of(institutions["supplier"])
    return np.bincount(rows[rows >= 0], minlength=len(fintech))
