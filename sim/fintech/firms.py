"""Growth, funding, exit and start of fintech firms."""

import numpy as np

from agents.arrays import Flags, Floats, Integers, rows_where
from agents.draws import Draws, poisson
from agents.fintech_clients import own_volatility
from agents.fintech_firms import (
    FintechFirms,
    Origin,
    capital_raised,
    fintech_exit_probability,
    funding_terms,
    growth_from_rounds,
    growth_terms,
    is_subsidiary,
    peers_in_funding,
    round_probability,
    zipf_drift,
)
from agents.fintech_location import founders_by_centre
from agents.institutions import Centre, Institutions
from agents.sandbox import in_sandbox
from scenarios.parameters import Parameters
from sim.base_year.base_year import BaseYear
from sim.base_year.first_agents import filled, written
from sim.clock import Clock
from sim.component import Changes
from sim.fintech.cities import attraction_of_cities, firms_by_centre, leading_by_centre, rivals_drawn
from sim.fintech.clients import clients_of, start_clients
from sim.fintech.platforms import rules_of_firms
from sim.fintech.state import ClientMarket, FintechConstants, FintechFlows, FundingMemory, PlatformRules
from sim.fintech.subsidiaries import NEVER_FUNDED_MONTHS, start_subsidiaries
from sim.institutions.districts import fintech_firms_choose
from sim.institutions.state import City, Districts
from sim.world.interactions import Interactions
from sim.world.policy import Channels
from sim.world.shock_values import ShockValues


def mature_drift(parameters: Parameters) -> float:
    """Drift of log size of a mature firm that keeps the tail of firm sizes, log a year."""
    return zipf_drift(
        parameters.fintech_size_tail,
        parameters.fintech_exit_hazard * parameters.fintech_acquired_share,
        parameters.fintech_growth_sd,
        growth_from_rounds(
            parameters.funding_growth_boost,
            parameters.funding_boost_months,
            parameters.funding_round_followon_share,
            parameters.funding_round_gap,
        ),
    )


def start_fintech_firms(
    clock: Clock,
    parameters: Parameters,
    constants: FintechConstants,
    draws: Draws,
    interactions: Interactions,
    base_year: BaseYear,
    districts: Districts,
    institutions: Changes[Institutions],
    fintech: Changes[FintechFirms],
    memory: Changes[FundingMemory],
    market: Changes[ClientMarket],
) -> None:
    """Set the fintech firms of Shanghai and of the rest of the country, and their clients."""
    month = clock.month
    stages = round(parameters.most_funding_rounds) + 1
    memory.closed, memory.expected = np.zeros((2, stages)), np.zeros((2, stages))
    inside = round(parameters.fintech_firms_2020)
    outside = round(parameters.fintech_firms_2020 * parameters.rest_of_china_firms)
    count = inside + outside
    keys = filled(fintech, count, month)
    uniform = draws["population.attributes"].uniform(keys, month, count=4)
    local = np.arange(count) < inside
    log_size = -np.log(uniform[0]) / parameters.fintech_size_tail
    log_size = log_size + np.where(local, constants.size_premium, 0.0)
    age = -np.log(uniform[1]) * parameters.fintech_mean_age_2019
    rounds = np.minimum(
        parameters.most_funding_rounds_2019,
        np.floor(age / parameters.funding_round_gap * parameters.funding_round_followon_share),
    ).astype(np.int16)
    written(
        fintech,
        count,
        kind=np.where(local, Origin.SHANGHAI, Origin.ELSEWHERE),
        in_shanghai=local,
        centre=np.where(local, Centre.SHANGHAI, rivals_drawn(leading_by_centre()[1:], uniform[3])),
        log_size=log_size,
        age_months=age,
        funding_round=rounds,
        capital=parameters.round_size * rounds * np.exp(log_size),
        capability=draws["population.attributes"].normal(keys, month, count=5)[4],
        months_since_round=uniform[2] * parameters.longest_since_round_2019,
    )
    fintech_firms_choose(clock, draws, districts, fintech, rows_where(fintech["in_shanghai"]))
    if interactions.on("fintech_spin_offs"):
        start_subsidiaries(clock, parameters, draws, base_year, institutions, fintech)
    if interactions.on("supplier_choice"):
        start_clients(clock, parameters, constants, draws, institutions, fintech, market)


def firms_grow_and_raise_funds(
    clock: Clock,
    parameters: Parameters,
    draws: Draws,
    channels: Channels,
    shocks: ShockValues,
    interactions: Interactions,
    rules: PlatformRules,
    fintech: Changes[FintechFirms],
    memory: Changes[FundingMemory],
    flows: Changes[FintechFlows],
) -> None:
    """Fintech firms grow and close funding rounds.

    Growth depends on age, clients and a shock, in platforms on rules too, and is faster for a while after a round; it
    makes the next round likelier.
    """
    firms = fintech
    of_growth = growth_terms(
        firms["age_months"],
        firms["months_since_round"],
        draws["fintech.growth"].laplace(firms.draw_keys, clock.month),
        firms["growth_by_clients"],
        rules_of_firms(parameters, rules, firms),
        mature_drift(parameters),
        parameters.fintech_age_drift,
        parameters.fintech_age_scale,
        parameters.funding_growth_boost,
        parameters.funding_boost_months,
        own_volatility(parameters.fintech_growth_sd, firms["volatility_by_clients"]),
    )
    growth = of_growth.sum(axis=0)
    firms["growth_terms"][:] = of_growth
    firms["growth"][:] = growth
    firms["log_size"][:] += growth
    firms["age_months"][:] += 1.0
    firms["months_since_round"][:] += 1.0
    cell, peers = _like_firms(parameters, interactions, firms, memory)
    helped = in_sandbox(firms["sandbox_months"], parameters.sandbox_effect_months)
    of_funding = funding_terms(
        growth,
        parameters.fintech_growth_sd,
        parameters.funding_round_followon_share,
        parameters.funding_round_gap,
        parameters.funding_growth_slope,
        parameters.funding_growth_bound,
        firms["in_shanghai"],
        channels.ratio("venture_funding_supply"),
        channels.ratio("fintech_scaling_cost"),
        helped,
        parameters.sandbox_probability,
        peers,
        shocks["platform_rules"],
    )
    firms["funding_terms"][:] = of_funding
    chance = round_probability(of_funding)
    # Subsidiaries are financed by their parents and raise no capital in rounds.
    may_close = (firms["funding_round"] < parameters.most_funding_rounds) & ~is_subsidiary(firms["kind"])
    closes = rows_where((draws["fintech.funding"].uniform(firms.draw_keys, clock.month) < chance) & may_close)
    _remember_rounds(parameters, memory, cell, may_close, closes, float(chance[may_close].mean()))
    raised = capital_raised(
        firms["log_size"][closes], helped[closes], parameters.round_size, parameters.sandbox_capital
    )
    firms["capital"][closes] += raised
    flows.capital_raised = float(raised[firms["in_shanghai"][closes]].sum())
    firms["funding_round"][closes] += 1
    flows.rounds += len(closes)
    firms["months_since_round"][closes] = 0.0


def _like_firms(
    parameters: Parameters, interactions: Interactions, firms: FintechFirms, memory: FundingMemory
) -> tuple[Integers, Floats]:
    """Cell of similar firms, by place and rounds closed, and its effect on the log rate of rounds, shapes (n,)."""
    stages = memory.closed.shape[1]
    cell = firms["in_shanghai"].astype(np.int64) * stages + firms["funding_round"]
    if not interactions.on("funding_peers"):
        return cell, np.zeros(len(firms))
    shift = peers_in_funding(memory.closed, memory.expected, parameters.peer_coefficient_funding)
    return cell, shift.ravel()[cell]


def _remember_rounds(
    parameters: Parameters,
    memory: Changes[FundingMemory],
    cell: Integers,
    may_close: Flags,
    closes: Integers,
    mean_chance: float,
) -> None:
    """Add the month's rounds of each cell, and those expected at the national mean probability, to fading memory."""
    kept = float(np.exp(-1.0 / parameters.peer_memory))
    shape, size = memory.closed.shape, memory.closed.size
    closed = np.bincount(cell[closes], minlength=size).reshape(shape)
    expected = mean_chance * np.bincount(cell[may_close], minlength=size).reshape(shape)
    memory.closed = kept * memory.closed + closed
    memory.expected = kept * memory.expected + expected


def firms_exit_and_start(
    clock: Clock,
    parameters: Parameters,
    draws: Draws,
    channels: Channels,
    shocks: ShockValues,
    interactions: Interactions,
    base_year: BaseYear,
    institutions: Institutions,
    city: City,
    districts: Districts,
    fintech: Changes[FintechFirms],
    flows: Changes[FintechFlows],
    market: Changes[ClientMarket],
) -> None:
    """Fintech firms leave and start.

    Small and young firms leave more often; founders choose among six centres by their attraction.
    """
    firms = fintech
    mean = float(firms["log_size"].mean())
    chance = fintech_exit_probability(
        firms["log_size"],
        firms["age_months"],
        mean,
        parameters.fintech_exit_hazard,
        parameters.fintech_acquired_share,
        parameters.fintech_exit_size_slope,
        parameters.fintech_exit_age_slope,
        parameters.fintech_exit_age_bound,
    )
    leaves = rows_where(draws["fintech.exit"].uniform(firms.draw_keys, clock.month) < chance)
    flows.left += len(leaves)
    flows.rounds_of_leavers += int(firms["funding_round"][leaves].sum())
    flows.left_here += int(firms["in_shanghai"][leaves].sum())
    market.lost += int(clients_of(firms)[leaves].sum())
    firms.remove(leaves)
    founders = founders_by_centre(
        firms_by_centre(firms),
        attraction_of_cities(parameters, channels, interactions, base_year, institutions, city).sum(axis=0),
        parameters.fintech_birth_rate,
        parameters.inclusive_value_weight if interactions.on("fintech_attraction") else 1.0,
    )
    here, elsewhere = float(founders[Centre.SHANGHAI]) * shocks["lockdown"], float(founders[1:].sum())
    uniform = [draws["fintech.birth"].scalar(clock.month, index=place) for place in (1, 0)]
    counts = poisson([here, elsewhere], uniform).tolist()
    for origin, count in zip((Origin.SHANGHAI, Origin.ELSEWHERE), counts, strict=True):
        if count == 0:
            continue
        place = origin == Origin.SHANGHAI
        flows.started += count
        flows.started_here += count * place
        rows = firms.add(count, clock.month, kind=origin, in_shanghai=place, months_since_round=NEVER_FUNDED_MONTHS)
        spread = draws["population.attributes"].normal(firms.draw_keys[rows], clock.month, count=2)
        firms["log_size"][rows] = parameters.fintech_entrant_spread * spread[0]
        firms["capability"][rows] = spread[1]
        if place:
            fintech_firms_choose(clock, draws, districts, firms, rows)
        else:
            chosen = draws["fintech.city"].uniform(firms.draw_keys[rows], clock.month)
            firms["centre"][rows] = rivals_drawn(founders[1:], chosen)
