"""Where institutions want to be: entrants choose among six centres, and seats leave, move or come."""

from typing import TYPE_CHECKING

import numpy as np

from agents.adoption import cost_of_adopters
from agents.asset_managers import asset_manager_shift
from agents.city_state import ENVIRONMENT_TERMS, environment_terms, unit_operating_cost
from agents.draws import poisson
from agents.institutions import (
    Centre,
    Sector,
    agglomeration_terms,
    choice_shares,
    entrants_looking,
    exit_probability,
    location_shift,
    relocation_share_out,
)
from agents.licences import licence_scope_shift, licensed_share, stage_probability
from scenarios.calendar import BASELINE, month_ordinal
from sim.arrivals import institutions_arrive, institutions_depart
from sim.licences import filings_looked_for

if TYPE_CHECKING:
    from agents.arrays import Floats
    from sim.model import FinancialCenter

OWNERSHIP_CAPS_LIFTED = {
    Sector.FUTURES: month_ordinal("2020-01"),
    Sector.FUND: month_ordinal("2020-04"),
    Sector.BROKER: month_ordinal("2020-12"),
}
"""Month from which a foreign owner may hold all of an institution of the sector."""

AGGLOMERATION_TERMS = ("seats of its sector", "seats of foreign peers")
LOCATION_TERMS = (
    "share of entrants in 2020",
    *ENVIRONMENT_TERMS,
    *AGGLOMERATION_TERMS,
    "package of the city",
    "set-up of asset managers",
    "scope of licences",
)
"""Terms of the utility of a centre, log points."""
OFFERS = slice(-3, None)
"""Terms that policy moves in Shanghai, and that rivals may match."""


def location_terms(centre: "FinancialCenter") -> "Floats":
    """Terms of the utility of each centre, log points, shape (terms, sectors, ownership, 6).

    Without the interaction `agglomeration` the number of institutions in a centre attracts nobody; what it does to
    wages and rents stays.
    """
    parameters, channels, baseline = centre.parameters, centre.channels, centre.policy.baseline
    terms = np.zeros((len(LOCATION_TERMS), len(Sector), 2, len(Centre)))
    terms[0] = np.log(centre.entrant_share_2020)
    environment = environment_terms(
        centre.city_states,
        centre.log_density,
        parameters.location_environment_slope,
        parameters.location_cost_slope,
        parameters.congestion_elasticity,
    )
    terms[1 : 1 + len(ENVIRONMENT_TERMS)] = environment[:, None]
    # The channel is an elasticity of entry to density; it scales both agglomeration slopes.
    strength = channels["agglomeration_strength"] / baseline["agglomeration_strength"]
    if "agglomeration" not in centre.interactions_off:
        here = np.maximum(centre.institutions_by_class(), 1.0)
        terms[-5:-3] = agglomeration_terms(
            np.concatenate([here[..., None], centre.rival_seats], axis=-1),
            centre.seats_baseline,
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
        channels["asset_manager_setup_cost"] / baseline["asset_manager_setup_cost"], parameters.location_cost_slope
    )[:, None]
    terms[-1, :, 1, Centre.SHANGHAI] = licence_scope_shift(
        channels["licence_scope"] / baseline["licence_scope"], parameters.licence_scope_elasticity
    )
    terms[OFFERS, ..., Centre.SHANGHAI + 1 :] = centre.rival_response[..., None]
    return terms


def institutions_leave_and_move(centre: "FinancialCenter") -> None:
    """Institutions close, merge or hand back a licence; some move their seat to a rival, some come from one."""
    parameters, institutions, month = centre.parameters, centre.institutions, centre.month
    luck = centre.luck.institution.uniform(institutions.luck, month, count=3)
    cost = unit_operating_cost(
        centre.channels["operating_cost"],
        float(centre.log_density[Centre.SHANGHAI]),
        parameters.agglomeration_productivity,
        parameters.congestion_elasticity,
    )
    centre.city_cost = cost
    institutions["unit_cost"][:] = cost * cost_of_adopters(institutions["adopted"], parameters.adoption_cost_effect)
    institutions["opening_profitability"][:] = institutions["profitability"]
    closes = luck[0] < exit_probability(
        parameters.institution_exit_hazard,
        institutions["opening_profitability"],
        parameters.exit_profitability_slope,
        institutions["unit_cost"],
    )
    centre.location_terms = location_terms(centre)
    shares, _ = choice_shares(centre.location_terms.sum(axis=0))
    hazard = -np.expm1(-parameters.headquarters_relocation_hazard / 12.0)
    owner = institutions["foreign"].astype(np.int64)
    sector = institutions["sector"]
    out = relocation_share_out(shares[sector, owner, Centre.SHANGHAI], parameters.relocation_stay_bonus)
    moves = ~closes & (luck[1] < hazard * out)
    rows = np.flatnonzero(moves)
    rivals = np.cumsum(shares[sector[rows], owner[rows], 1:], axis=1)
    target = np.minimum((luck[2][rows, None] > rivals / rivals[:, -1:]).sum(axis=1), rivals.shape[1] - 1)
    np.add.at(centre.rival_seats, (sector[rows], owner[rows], target), 1.0)
    exits = int(closes.sum())
    institutions_depart(centre, closes | moves)
    # Seats of rivals that reconsider move here by the same rule.
    wins = shares[..., Centre.SHANGHAI, None]
    stay = 1.0 - wins
    chance = hazard * wins / (wins + stay * np.exp(parameters.relocation_stay_bonus))
    expected = (centre.rival_seats * chance).sum(axis=-1)
    arrivals = poisson(expected, centre.class_luck(centre.luck.relocation))
    arrivals = np.minimum(arrivals, np.floor(centre.rival_seats.sum(axis=-1))).astype(np.int64)
    centre.rival_seats -= centre.rival_seats * (arrivals / np.maximum(centre.rival_seats.sum(axis=-1), 1e-9))[..., None]
    institutions_arrive(centre, arrivals)
    centre.rival_seats *= 1.0 - parameters.institution_exit_hazard / 12.0
    flows = centre.institution_flows
    flows["exits"] += exits
    flows["moved_out"] += int(moves.sum())
    flows["moved_in"] += int(arrivals.sum())


def entrants_choose(centre: "FinancialCenter") -> None:
    """Entrants look for a centre and choose; those that choose Shanghai file for a licence."""
    parameters, month = centre.parameters, centre.month
    shares, value = choice_shares(location_terms(centre).sum(axis=0))
    base = filings_looked_for(centre)
    for sector, lifted in OWNERSHIP_CAPS_LIFTED.items():
        if month >= lifted:
            fade = 0.5 ** ((month - lifted) / parameters.ownership_cap_half_life)
            base[sector, 1] *= np.exp(parameters.ownership_cap_removal_jump * fade)
    if month <= BASELINE:
        base = base * parameters.entry_factor_2020
    looking = entrants_looking(base, value, parameters.inclusive_value_weight)
    expected = looking * shares[..., Centre.SHANGHAI] * centre.shock["lockdown"]
    filings = poisson(expected, centre.class_luck(centre.luck.entry))
    centre.licence_queue[0] += filings
    centre.licences["filed"] += int(filings.sum())
    # Rivals license the same part of those who file with them.
    passes = stage_probability(parameters.licence_queue_months)
    licensed = licensed_share(passes, parameters.licence_withdrawal)
    centre.rival_seats += licensed * looking[..., None] * shares[..., 1:]
    centre.entrants_looking = float(looking.sum())
    centre.entrants_to_shanghai = float(expected.sum())


def staying_terms(centre: "FinancialCenter", row: int) -> list[tuple[str, float, str]]:
    """Terms of an institution's log odds of staying open this month, which add up to them: (term, value, unit).

    The log of the exit rate is a sum; the last term turns the rate into odds of a month. A newcomer's are those that
    it came with, and tell what it will decide on.
    """
    parameters, institutions = centre.parameters, centre.institutions
    profitability, cost = institutions["opening_profitability"][[row]], float(institutions["unit_cost"][row])
    leaves = float(
        exit_probability(parameters.institution_exit_hazard, profitability, parameters.exit_profitability_slope, cost)[
            0
        ]
    )
    parts = {
        "usual rate of exit": -float(np.log(parameters.institution_exit_hazard / 12.0)),
        "profitability": parameters.exit_profitability_slope * float(profitability[0]),
        "cost of the city": -float(np.log(centre.city_cost / 100.0)),
        "technology": -float(np.log(cost / centre.city_cost)),
    }
    odds = float(np.log1p(-leaves) - np.log(leaves))
    parts["from a rate to the odds of a month"] = odds - sum(parts.values())
    return [(name, value, "log odds") for name, value in parts.items()]


def seat_terms(centre: "FinancialCenter", row: int) -> list[tuple[str, float, str]]:
    """Terms of an institution's log odds of Shanghai over the best rival for its class: (term, value, unit).

    They are those of this month's decision to reconsider the seat or not; the last one is the bond to the seat.
    """
    institutions = centre.institutions
    mine = centre.location_terms[:, institutions["sector"][row], int(institutions["foreign"][row])]
    rival = 1 + int(mine.sum(axis=0)[1:].argmax())
    gaps = mine[:, Centre.SHANGHAI] - mine[:, rival]
    terms = [
        (f"{name} against {Centre(rival).name}", float(gap), "log odds")
        for name, gap in zip(LOCATION_TERMS, gaps, strict=True)
    ]
    return [*terms, ("bond to the seat", centre.parameters.relocation_stay_bonus, "log odds")]
