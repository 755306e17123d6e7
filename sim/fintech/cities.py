"""Cities of fintech firms: how attractive they are, where founders start, and which firms move."""

import numpy as np

from agents.arrays import Floats, Integers, rows_where
from agents.city_state import CityState
from agents.districts import NOWHERE
from agents.draws import Draws
from agents.fintech_firms import FintechFirms, is_subsidiary
from agents.fintech_location import (
    FINANCING,
    attraction_of_shanghai,
    attraction_terms,
    move_terms,
    weighs_another_city,
)
from agents.institutions import Centre, Institutions
from agents.sandbox import NOT_ADMITTED
from scenarios.parameters import Parameters
from sim.base_year.base_year import BaseYear
from sim.base_year.tables import table
from sim.clock import Clock
from sim.component import Changes
from sim.fintech.leading import scores
from sim.fintech.state import FintechFlows
from sim.institutions.districts import fintech_firms_choose
from sim.institutions.state import City, Districts
from sim.world.interactions import Interactions
from sim.world.policy import Channels


def attraction_of_cities(
    parameters: Parameters,
    channels: Channels,
    interactions: Interactions,
    base_year: BaseYear,
    institutions: Institutions,
    city: City,
) -> Floats:
    """Terms of the attraction of each centre for fintech firms, log points, shape (5, 6).

    Without the interaction `fintech_attraction` founders of Shanghai mind its talent, costs and data alone, and nobody
    minds its financing, its rules, or the rivals' conditions.
    """
    data, data_2020 = channels["data_access"], channels.baseline("data_access")
    log_institutions = city.log_density.copy()
    log_institutions[Centre.SHANGHAI] = np.log(len(institutions) / base_year.observed("institutions"))
    terms = attraction_terms(
        log_institutions,
        city.slow_states[CityState.TALENT],
        channels.ratio("fintech_startup_cost"),
        float(np.log(data / (1 - data)) - np.log(data_2020 / (1 - data_2020))),
        channels.ratio("venture_funding_supply"),
        channels.ratio("fintech_scaling_cost"),
        channels.ratio("compliance_lead_time"),
        parameters.fintech_birth_spillover,
        parameters.fintech_setup_cost_elasticity,
        parameters.data_birth_elasticity,
        parameters.fintech_financing_elasticity,
        parameters.fintech_rules_elasticity,
    )
    if not interactions.on("fintech_attraction"):
        terms[:, Centre.SHANGHAI + 1 :] = 0.0
        terms[FINANCING:, Centre.SHANGHAI] = 0.0
    return terms


def leading_by_centre() -> Floats:
    """Firms of the national list of 2020 by centre, shape (6,)."""
    rows = {row["centre"]: float(row["leading_2020"]) for row in table("fintech_centres")}
    return np.array([rows[centre.name] for centre in Centre])


def rivals_drawn(weights: Floats, uniform: Floats) -> Integers:
    """Centre other than Shanghai of each firm, drawn in proportion to the weights (5,), shape (n,)."""
    chances = np.cumsum(weights) / weights.sum()
    drawn = np.minimum(np.searchsorted(chances, uniform, side="right"), len(weights) - 1)
    return np.asarray(drawn + Centre.SHANGHAI + 1, dtype=np.int64)


def firms_by_centre(fintech: FintechFirms) -> Floats:
    """Fintech firms of each centre, shape (6,)."""
    return np.bincount(fintech["centre"], minlength=len(Centre)).astype(np.float64)


def firms_reconsider_their_city(
    clock: Clock,
    parameters: Parameters,
    draws: Draws,
    channels: Channels,
    interactions: Interactions,
    base_year: BaseYear,
    institutions: Institutions,
    city: City,
    districts: Districts,
    fintech: Changes[FintechFirms],
    flows: Changes[FintechFlows],
) -> None:
    """Fintech firms move into Shanghai and out of it.

    Now and then a firm weighs Shanghai against a rival centre: talent, costs, data, financing and rules as it has seen
    them, and its bond to where it is.
    """
    if not interactions.on("fintech_attraction"):
        return
    firms, here = fintech, fintech["in_shanghai"].copy()
    attraction = attraction_of_cities(parameters, channels, interactions, base_year, institutions, city)
    may_apply = (firms["sandbox_months"] == NOT_ADMITTED) & (firms["age_months"] <= parameters.sandbox_age_bound)
    firms["attraction_seen"][:] = attraction_of_shanghai(
        attraction[:, Centre.SHANGHAI],
        firms["funding_round"],
        parameters.most_funding_rounds,
        may_apply,
        ~here,
        parameters.fintech_news_months,
        firms["attraction_seen"],
    )
    uniform = draws["fintech.city"].uniform(firms.draw_keys, clock.month, count=3)
    weighs = uniform[0] < weighs_another_city(here, parameters.fintech_city_review_rate)
    rows = rows_where(weighs & ~is_subsidiary(firms["kind"]))  # a subsidiary stays with its parent
    local = here[rows]
    rival = firms["centre"][rows].astype(np.int64)
    rival[local] = rivals_drawn(firms_by_centre(firms)[Centre.SHANGHAI + 1 :], uniform[2][rows[local]])
    score = scores(parameters, firms)
    terms = move_terms(
        firms["attraction_seen"][:, rows],
        attraction[0, rival],
        ~local,
        firms["age_months"][rows],
        score[rows],
        float(score.mean()),
        parameters.fintech_city_bond,
        parameters.fintech_city_bond_age,
        parameters.fintech_exit_age_bound,
        parameters.fintech_city_bond_score,
    )
    firms["move_terms"][:, rows] = terms
    firms["city_weighed_month"][rows] = clock.month
    moves = uniform[1][rows] < 1.0 / (1.0 + np.exp(-terms.sum(axis=0)))
    out, come = rows[moves & local], rows[moves & ~local]
    firms["centre"][out], firms["centre"][come] = rival[moves & local], int(Centre.SHANGHAI)
    firms["in_shanghai"][out], firms["in_shanghai"][come] = False, True
    firms["district"][out] = NOWHERE
    fintech_firms_choose(clock, draws, districts, firms, come)
    flows.moved_out, flows.moved_in = len(out), len(come)
