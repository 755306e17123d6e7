"""Location of institutions: entrants choose among six centres; existing seats close or move."""

import numpy as np

from agents.adoption import cost_of_adopters
from agents.arrays import Floats, rows_where
from agents.asset_managers import asset_manager_shift
from agents.city_state import ENVIRONMENT_TERMS, environment_terms, unit_operating_cost
from agents.draws import Draws, Stream, poisson
from agents.institutions import (
    Centre,
    Institutions,
    Sector,
    agglomeration_terms,
    bond_of_experience,
    bond_of_size,
    choice_shares,
    entrants_looking,
    institution_exit_probability,
    location_shift,
    relocation_share_out,
)
from agents.licences import licence_scope_shift, licence_stage_probability, licensed_share
from scenarios.parameters import Parameters
from sim.authorities.credibility import mean_trust
from sim.banking.state import BankingConstants
from sim.base_year.base_year import BaseYear
from sim.base_year.dated_events import OWNERSHIP_CAPS_LIFTED, PANDEMIC_YEAR
from sim.clock import Clock
from sim.component import Changes
from sim.institutions.arrivals import institutions_arrive, institutions_depart
from sim.institutions.licences import filings_looked_for
from sim.institutions.state import (
    Adopters,
    City,
    Districts,
    EquityFlows,
    LicenceQueue,
    ManagedMoney,
    RivalCentres,
    SeatFlows,
    SectorTraits,
    ServiceOutage,
)
from sim.institutions.technology import technology_in_service
from sim.side_markets.private_funds import Commitments
from sim.world.interactions import Interactions
from sim.world.policy import Channels
from sim.world.shock_values import ShockValues

AGGLOMERATION_TERMS = ("seats of its sector", "seats of foreign peers")
LOCATION_TERMS = (
    "share of entrants in 2020",
    *ENVIRONMENT_TERMS,
    "trust in the regime",
    *AGGLOMERATION_TERMS,
    "package of the city",
    "set-up of asset managers",
    "scope of licences",
)
"""Terms of the utility of a centre, log points."""
OFFERS = slice(-3, None)
"""Terms that policy changes in Shanghai, and that rivals may match."""


def institutions_by_class(institutions: Institutions) -> Floats:
    """Institutions in Shanghai by sector and ownership, shape (11, 2)."""
    code = institutions["sector"].astype(np.int64) * 2 + institutions["foreign"]
    return np.bincount(code, minlength=2 * len(Sector)).reshape(len(Sector), 2).astype(np.float64)


def class_uniforms(stream: Stream, month: int) -> Floats:
    """One uniform for each sector and ownership in a month, shape (11, 2)."""
    keys = np.arange(2 * len(Sector), dtype=np.uint64)
    return stream.uniform(keys, month).reshape(len(Sector), 2)


def location_terms(
    parameters: Parameters,
    channels: Channels,
    interactions: Interactions,
    institutions: Institutions,
    city: City,
    rivals: RivalCentres,
) -> Floats:
    """Terms of the utility of each centre, log points, shape (terms, sectors, ownership, 6).

    Without the interaction `agglomeration` the number of institutions in a centre attracts no others; its effect on
    wages and rents remains.
    """
    terms = np.zeros((len(LOCATION_TERMS), len(Sector), 2, len(Centre)))
    terms[0] = np.log(rivals.entrant_share)
    environment = environment_terms(
        city.slow_states,
        city.log_density,
        parameters.location_environment_slope,
        parameters.location_cost_slope,
        parameters.congestion_elasticity,
    )
    terms[1 : 1 + len(ENVIRONMENT_TERMS)] = environment[:, None]
    terms[1 + len(ENVIRONMENT_TERMS), :, 1, Centre.SHANGHAI] = parameters.trust_location * mean_trust(
        institutions["trust"][institutions["foreign"]]
    )
    # The channel is an elasticity of entry to density; it scales both agglomeration slopes.
    strength = channels.ratio("agglomeration_strength")
    if interactions.on("agglomeration"):
        here = np.maximum(institutions_by_class(institutions), 1.0)
        terms[-5:-3] = agglomeration_terms(
            np.concatenate([here[..., None], rivals.seats], axis=-1),
            rivals.seats_base_year,
            strength * parameters.agglomeration_slope,
            strength * parameters.agglomeration_slope_foreign,
        )
    terms[-3, ..., Centre.SHANGHAI] = location_shift(
        channels["hq_location_benefit"],
        channels["institution_setup_cost"],
        channels["operating_cost"],
        parameters.hq_benefit_elasticity,
        parameters.location_cost_slope,
    )
    terms[-2, ..., Centre.SHANGHAI] = asset_manager_shift(
        channels.ratio("asset_manager_setup_cost"), parameters.location_cost_slope
    )[:, None]
    terms[-1, :, 1, Centre.SHANGHAI] = licence_scope_shift(
        channels.ratio("licence_scope"), parameters.licence_scope_elasticity
    )
    terms[OFFERS, ..., Centre.SHANGHAI + 1 :] = rivals.response[..., None]
    return terms


def institutions_leave_and_move(
    clock: Clock,
    parameters: Parameters,
    constants: BankingConstants,
    draws: Draws,
    channels: Channels,
    interactions: Interactions,
    traits: SectorTraits,
    districts: Districts,
    outage: ServiceOutage,
    city: Changes[City],
    rivals: Changes[RivalCentres],
    institutions: Changes[Institutions],
    seats: Changes[SeatFlows],
    managed: Changes[ManagedMoney],
    adopters: Changes[Adopters],
    commitments: Changes[Commitments],
    equity_flows: Changes[EquityFlows],
) -> None:
    """Institutions close or move.

    They close, merge or hand back a licence; some move their seat to a rival, some come from one.
    """
    uniform = draws["institution.exit_and_move"].uniform(institutions.draw_keys, clock.month, count=3)
    cost = unit_operating_cost(
        channels["operating_cost"],
        float(city.log_density[Centre.SHANGHAI]),
        parameters.agglomeration_productivity,
        parameters.congestion_elasticity,
    )
    city.operating_cost = cost
    institutions["unit_cost"][:] = cost * cost_of_adopters(
        technology_in_service(institutions, outage), parameters.adoption_cost_effect
    )
    institutions["opening_profitability"][:] = institutions["profitability"]
    ratio = institutions["equity_bn"] / institutions["assets_bn"]
    institutions["opening_capital_gap"][:] = np.log(institutions["normal_equity_ratio"] / ratio)
    closes = uniform[0] < institution_exit_probability(
        parameters.institution_exit_hazard,
        institutions["opening_profitability"],
        parameters.exit_profitability_slope,
        institutions["opening_capital_gap"],
        parameters.exit_capital_slope,
        institutions["unit_cost"],
    )
    seats.location_terms = location_terms(parameters, channels, interactions, institutions, city, rivals)
    shares, _ = choice_shares(seats.location_terms.sum(axis=0))
    hazard = -np.expm1(-parameters.headquarters_relocation_hazard / 12.0)
    owner = institutions["foreign"].astype(np.int64)
    sector = institutions["sector"]
    bonds_to_seats(clock, parameters, institutions)
    bond = parameters.relocation_stay_bonus + institutions["bond_of_experience"] + institutions["bond_of_size"]
    out = relocation_share_out(shares[sector, owner, Centre.SHANGHAI], bond)
    moves = ~closes & (uniform[1] < hazard * out)
    rows = rows_where(moves)
    chosen = np.cumsum(shares[sector[rows], owner[rows], 1:], axis=1)
    target = np.minimum((uniform[2][rows, None] > chosen / chosen[:, -1:]).sum(axis=1), chosen.shape[1] - 1)
    np.add.at(rivals.seats, (sector[rows], owner[rows], target), 1.0)
    exits = int(closes.sum())
    institutions_depart(institutions, managed, adopters, commitments, equity_flows, closes | moves)
    # Seats of rivals that reconsider move here by the same rule.
    wins = shares[..., Centre.SHANGHAI, None]
    stay = 1.0 - wins
    chance = hazard * wins / (wins + stay * np.exp(parameters.relocation_stay_bonus))
    expected = (rivals.seats * chance).sum(axis=-1)
    arrivals = poisson(expected, class_uniforms(draws["institution.relocation"], clock.month))
    arrivals = np.minimum(arrivals, np.floor(rivals.seats.sum(axis=-1))).astype(np.int64)
    rivals.seats -= rivals.seats * (arrivals / np.maximum(rivals.seats.sum(axis=-1), 1e-9))[..., None]
    institutions_arrive(
        clock, parameters, constants, draws, traits, city, districts, institutions, managed, equity_flows, arrivals
    )
    rivals.seats *= 1.0 - parameters.institution_exit_hazard / 12.0
    seats.exits += exits
    seats.moved_out += int(moves.sum())
    seats.moved_in += int(arrivals.sum())


def bonds_to_seats(clock: Clock, parameters: Parameters, institutions: Changes[Institutions]) -> None:
    """Set what each institution's own years in the city and its size add to the bond to its seat."""
    years = institutions["years_before"] + (clock.month - institutions["birth_month"]) / 12.0
    institutions["bond_of_experience"][:] = bond_of_experience(
        years, parameters.years_in_city_2019, parameters.seat_experience_slope
    )
    sector, log_size = institutions["sector"].astype(np.int64), np.log(institutions["assets_bn"])
    mean = np.bincount(sector, weights=log_size) / np.maximum(np.bincount(sector), 1)
    institutions["bond_of_size"][:] = bond_of_size(log_size - mean[sector], parameters.seat_size_slope)


def entrants_choose(
    clock: Clock,
    parameters: Parameters,
    draws: Draws,
    channels: Channels,
    interactions: Interactions,
    shocks: ShockValues,
    base_year: BaseYear,
    traits: SectorTraits,
    institutions: Institutions,
    city: City,
    rivals: Changes[RivalCentres],
    queue: Changes[LicenceQueue],
    seats: Changes[SeatFlows],
) -> None:
    """Entrants choose among six centres and file.

    Those that choose Shanghai file for a licence there.
    """
    month = clock.month
    shares, value = choice_shares(
        location_terms(parameters, channels, interactions, institutions, city, rivals).sum(axis=0)
    )
    base = filings_looked_for(parameters, traits)
    for sector, lifted in OWNERSHIP_CAPS_LIFTED.items():
        since = lifted.months_in_force(base_year, month)
        if since is not None:
            fade = 0.5 ** (since / parameters.ownership_cap_half_life)
            base[sector, 1] *= np.exp(parameters.ownership_cap_removal_jump * fade)
    if PANDEMIC_YEAR.in_force(base_year, month):
        base = base * parameters.entry_factor_2020
    looking = entrants_looking(base, value, parameters.inclusive_value_weight)
    expected = looking * shares[..., Centre.SHANGHAI] * shocks["lockdown"]
    filings = poisson(expected, class_uniforms(draws["institution.entry"], month))
    queue.waiting[0] += filings
    queue.filed += int(filings.sum())
    # Rivals license the same part of their applicants.
    passes = licence_stage_probability(parameters.licence_queue_months)
    licensed = licensed_share(passes, parameters.licence_withdrawal)
    rivals.seats += licensed * looking[..., None] * shares[..., 1:]
    seats.entrants_looking = float(looking.sum())
    seats.entrants_to_shanghai = float(expected.sum())


def staying_terms(
    parameters: Parameters, institutions: Institutions, city: City, row: int
) -> list[tuple[str, float, str]]:
    """Terms of an institution's log odds of staying open this month, which add up to them: (term, value, unit).

    The log of the exit rate is a sum; the last term turns the rate into odds of a month. A newcomer's are those that
    it came with, on which it decides next month.
    """
    city_cost = city.operating_cost
    profitability, cost = institutions["opening_profitability"][[row]], float(institutions["unit_cost"][row])
    gap = float(institutions["opening_capital_gap"][row])
    leaves = float(
        institution_exit_probability(
            parameters.institution_exit_hazard,
            profitability,
            parameters.exit_profitability_slope,
            gap,
            parameters.exit_capital_slope,
            cost,
        )[0]
    )
    parts = {
        "usual rate of exit": -float(np.log(parameters.institution_exit_hazard / 12.0)),
        "profitability": parameters.exit_profitability_slope * float(profitability[0]),
        "own capital": -parameters.exit_capital_slope * gap,
        "cost of the city": -float(np.log(city_cost / 100.0)),
        "technology": -float(np.log(cost / city_cost)),
    }
    odds = float(np.log1p(-leaves) - np.log(leaves))
    parts["from a rate to the odds of a month"] = odds - sum(parts.values())
    return [(name, value, "log odds") for name, value in parts.items()]


def seat_terms(
    parameters: Parameters, institutions: Institutions, seats: SeatFlows, row: int
) -> list[tuple[str, float, str]]:
    """Terms of an institution's log odds of Shanghai over the best rival for its class: (term, value, unit).

    They are those of this month's decision to reconsider the seat or not; the last three are the bond to the seat.
    """
    mine = seats.location_terms[:, institutions["sector"][row], int(institutions["foreign"][row])]
    rival = 1 + int(mine.sum(axis=0)[1:].argmax())
    gaps = mine[:, Centre.SHANGHAI] - mine[:, rival]
    terms = [
        (f"{name} against {Centre(rival).name}", float(gap), "log odds")
        for name, gap in zip(LOCATION_TERMS, gaps, strict=True)
    ]
    return [
        *terms,
        ("bond to the seat", parameters.relocation_stay_bonus, "log odds"),
        ("years in the city", float(institutions["bond_of_experience"][row]), "log odds"),
        ("size", float(institutions["bond_of_size"][row]), "log odds"),
    ]
