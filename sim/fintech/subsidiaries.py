"""Institutions found fintech subsidiaries, which are large from their first month."""

import numpy as np

from agents.arrays import Integers, rows_where
from agents.draws import Draws, poisson
from agents.fintech_clients import clients_at_start
from agents.fintech_firms import LEADING_RANKS, FintechFirms, Origin
from agents.fintech_subsidiaries import founding_probability, founding_terms, smallest_parent_bn, subsidiary_log_size
from agents.institutions import Centre, Institutions
from scenarios.calendar import month_ordinal
from scenarios.parameters import Parameters
from sim.base_year.base_year import BaseYear
from sim.base_year.tables import table
from sim.clock import Clock
from sim.component import Changes
from sim.fintech.cities import attraction_of_cities, leading_by_centre, rivals_drawn
from sim.fintech.state import ClientMarket, FintechFlows
from sim.institutions.districts import fintech_firms_choose
from sim.institutions.state import City, Districts
from sim.world.interactions import Interactions
from sim.world.policy import Channels

NEVER_FUNDED_MONTHS = 60.0
"""Months since the last round of a firm that has had none: any number beyond the window in which a round helps."""
FOUNDINGS_OVER_YEARS = 6.0
"""Years in which the named subsidiaries were founded: 2015 to 2020."""


def founded_by(month: int) -> Integers:
    """Months in which the named subsidiaries of Shanghai were founded, up to a month, shape (n,)."""
    founded = np.array([month_ordinal(row["founded"]) for row in table("fintech_subsidiaries")], dtype=np.int64)
    return founded[founded <= month]


def rivals_per_subsidiary(base_year: BaseYear) -> float:
    """Subsidiaries elsewhere for each one of Shanghai, as many as leading firms; nobody has counted them."""
    here = base_year.observed("fintech_leading")
    return (LEADING_RANKS - here) / here


def start_subsidiaries(
    clock: Clock,
    parameters: Parameters,
    draws: Draws,
    base_year: BaseYear,
    institutions: Institutions,
    fintech: Changes[FintechFirms],
) -> None:
    """Make firms of the start the subsidiaries that were there, those of Shanghai of its largest institutions."""
    founded = founded_by(clock.month)
    here = rows_where(fintech["in_shanghai"])[: len(founded)]
    there = rows_where(~fintech["in_shanghai"])[: round(len(founded) * rivals_per_subsidiary(base_year))]
    if not len(founded):
        return
    largest = np.argsort(-institutions["assets_bn"], kind="stable")[: len(founded)]
    assets = institutions["assets_bn"]
    rows = np.concatenate([here, there])
    spread = draws["population.attributes"].normal(fintech.draw_keys[rows], clock.month, count=2)[0]
    large = smallest_parent_bn(assets, parameters.fintech_parent_size)
    parents_bn = np.concatenate([assets[largest], np.full(len(there), large)])
    fintech["log_size"][rows] = subsidiary_log_size(
        np.maximum(parents_bn, large),
        large,
        parameters.fintech_entrant_spread * spread,
        parameters.fintech_subsidiary_size,
        parameters.fintech_subsidiary_parent_elasticity,
    )
    fintech["kind"][here], fintech["kind"][there] = Origin.SUBSIDIARY, Origin.SUBSIDIARY_ELSEWHERE
    fintech["age_months"][rows] = clock.month - founded[np.arange(len(rows)) % len(founded)]
    fintech["parent"][here] = institutions.unique_ids[largest]
    fintech["funding_round"][rows] = 0
    fintech["capital"][rows] = parameters.round_size * np.exp(fintech["log_size"][rows])
    fintech["months_since_round"][rows] = NEVER_FUNDED_MONTHS


def institutions_found_subsidiaries(
    clock: Clock,
    parameters: Parameters,
    draws: Draws,
    channels: Channels,
    interactions: Interactions,
    base_year: BaseYear,
    city: City,
    districts: Districts,
    institutions: Changes[Institutions],
    fintech: Changes[FintechFirms],
    flows: Changes[FintechFlows],
    market: Changes[ClientMarket],
) -> None:
    """Large institutions found fintech subsidiaries.

    Each has one at most. Profits, technology that the institution has adopted, and the attraction of the city for
    founders make it likelier. Institutions of rival centres found theirs at a constant rate.
    A subsidiary starts with as many clients as its size goes with: those of the parent's group.
    """
    if not interactions.on("fintech_spin_offs"):
        return
    assets = institutions["assets_bn"]
    large = smallest_parent_bn(assets, parameters.fintech_parent_size)
    rows = rows_where(assets >= large)
    rows = rows[~np.isin(institutions.unique_ids[rows], fintech["parent"])]
    attraction = attraction_of_cities(parameters, channels, interactions, base_year, institutions, city)
    adopted = institutions["adopted"][rows]
    terms = founding_terms(
        institutions["profitability"][rows],
        adopted,
        float(adopted.mean()) if len(rows) else 0.0,
        float(attraction[:, Centre.SHANGHAI].sum()),
        parameters.fintech_subsidiary_rate,
        parameters.subsidiary_profitability_slope,
        parameters.subsidiary_technology_slope,
    )
    institutions["founding_terms"][:, rows] = terms
    institutions["founding_weighed_month"][rows] = clock.month
    uniform = draws["institution.subsidiary"].uniform(institutions.draw_keys[rows], clock.month)
    parents = rows[uniform < founding_probability(terms)]
    named = len(table("fintech_subsidiaries"))
    expected = named / FOUNDINGS_OVER_YEARS / 12.0 * rivals_per_subsidiary(base_year)
    there = int(poisson([expected], [draws["fintech.birth"].scalar(clock.month, index=2)])[0])
    for kind, parents_bn in (
        (Origin.SUBSIDIARY, assets[parents]),
        (Origin.SUBSIDIARY_ELSEWHERE, np.full(there, large)),
    ):
        count, place = len(parents_bn), kind == int(Origin.SUBSIDIARY)
        if count == 0:
            continue
        flows.started += count
        flows.started_here += count * place
        new = fintech.add(count, clock.month, kind=kind, in_shanghai=place, months_since_round=NEVER_FUNDED_MONTHS)
        spread = draws["population.attributes"].normal(fintech.draw_keys[new], clock.month, count=2)
        fintech["log_size"][new] = subsidiary_log_size(
            parents_bn,
            large,
            parameters.fintech_entrant_spread * spread[0],
            parameters.fintech_subsidiary_size,
            parameters.fintech_subsidiary_parent_elasticity,
        )
        fintech["capability"][new] = spread[1]
        if interactions.on("supplier_choice"):
            fintech["clients_elsewhere"][new] = clients_at_start(fintech["log_size"][new])
            market.won += int(fintech["clients_elsewhere"][new].sum())
        fintech["capital"][new] = parameters.round_size * np.exp(fintech["log_size"][new])
        if place:
            fintech["parent"][new] = institutions.unique_ids[parents]
            fintech_firms_choose(clock, draws, districts, fintech, new)
        else:
            chosen = draws["fintech.city"].uniform(fintech.draw_keys[new], clock.month)
            fintech["centre"][new] = rivals_drawn(leading_by_centre()[Centre.SHANGHAI + 1 :], chosen)
