"""The city among its rivals: it crowds and learns; institutions file, enter, leave, move and grow."""

from typing import TYPE_CHECKING

import numpy as np

from agents.adoption import NEIGHBOURS, cost_of_adopters, drawn_neighbours
from agents.city_state import (
    location_environment,
    log_real_wage,
    next_states,
    state_targets,
    unit_operating_cost,
)
from agents.draws import binomial, poisson
from agents.institutions import (
    Centre,
    Sector,
    centre_utility,
    choice_shares,
    entrants_looking,
    exit_probability,
    location_shift,
    relocation_share_out,
)
from agents.licences import (
    LICENCE_STAGES,
    licence_scope_shift,
    licensed_share,
    stage_probability,
)
from scenarios.calendar import BASELINE, month_ordinal
from sim import districts

if TYPE_CHECKING:
    from agents.arrays import Floats, Integers
    from sim.model import FinancialCenter

OWNERSHIP_CAPS_LIFTED = {
    Sector.FUTURES: month_ordinal("2020-01"),
    Sector.FUND: month_ordinal("2020-04"),
    Sector.BROKER: month_ordinal("2020-12"),
}
"""Month from which a foreign owner may hold all of an institution of the sector."""


def seats_of_centres(centre: "FinancialCenter") -> "Floats":
    """Institutions in each of the six centres, shape (6,)."""
    return np.array([len(centre.institutions), *centre.rival_seats.sum(axis=(0, 1))])


def city_states_move(centre: "FinancialCenter") -> None:
    """Crowding sets wages and rents; talent, law and services move slowly towards what they and policy ask for."""
    parameters, channels, baseline = centre.parameters, centre.channels, centre.policy.baseline
    seats = seats_of_centres(centre)
    if centre.month <= BASELINE + 1:
        centre.seats_2020 = seats  # the past is the reference until 2020 is over
    centre.log_density = np.log(seats / centre.seats_2020)
    legal, legal_2020 = channels["legal_certainty"], baseline["legal_certainty"]
    wage = log_real_wage(
        centre.log_density,
        parameters.agglomeration_productivity,
        parameters.congestion_elasticity,
        parameters.rent_share_of_wage,
        channels["talent_relocation_cost"],
    )
    targets = state_targets(
        wage,
        centre.log_density,
        channels["talent_international_share"] / baseline["talent_international_share"],
        float(np.log(legal / (1.0 - legal)) - np.log(legal_2020 / (1.0 - legal_2020))),
        parameters.talent_wage_elasticity,
        parameters.international_talent_slope,
        parameters.legal_certainty_slope,
        parameters.services_density_slope,
    )
    speeds = np.array(
        [parameters.talent_speed, parameters.talent_speed, parameters.law_speed, parameters.service_speed]
    )
    centre.city_states = next_states(centre.city_states, targets, speeds)


def _shares(centre: "FinancialCenter") -> "tuple[Floats, Floats]":
    """Shares of entrants by centre, shape (sectors, ownership, 6), and the change of the inclusive value."""
    parameters, channels, baseline = centre.parameters, centre.channels, centre.policy.baseline
    seats = np.concatenate([np.maximum(centre.institutions_by_class(), 1.0)[..., None], centre.rival_seats], axis=-1)
    package = location_shift(
        channels["hq_location_benefit"],
        channels["institution_setup_cost"],
        channels["operating_cost"],
        parameters.hq_benefit_elasticity,
        parameters.location_cost_slope,
    )
    scope = licence_scope_shift(
        channels["licence_scope"] / baseline["licence_scope"], parameters.licence_scope_elasticity
    )
    environment = location_environment(
        centre.city_states,
        centre.log_density,
        parameters.location_environment_slope,
        parameters.location_cost_slope,
        parameters.congestion_elasticity,
    )
    # The channel is an elasticity of entry to density; it scales both agglomeration slopes.
    strength = channels["agglomeration_strength"] / baseline["agglomeration_strength"]
    slopes = strength * np.array(
        [parameters.agglomeration_slope, parameters.agglomeration_slope + parameters.agglomeration_slope_foreign]
    )
    intercept = np.log(centre.entrant_share_2020) + environment
    return choice_shares(
        centre_utility(seats, centre.seats_baseline, slopes[:, None], intercept, np.array([package, package + scope]))
    )


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
    closes = luck[0] < exit_probability(
        parameters.institution_exit_hazard,
        institutions["profitability"],
        parameters.exit_profitability_slope,
        cost * cost_of_adopters(institutions["adopted"], parameters.adoption_cost_effect),
    )
    shares, _ = _shares(centre)
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
    leaves = closes | moves
    centre.managed_flows["taken along"] += float(institutions["managed_assets"][leaves].sum())
    centre.adopters["left"] += int(institutions["adopted"][leaves].sum())
    institutions.remove(leaves)
    # Seats of rivals that reconsider move here by the same rule.
    wins = shares[..., Centre.SHANGHAI, None]
    stay = 1.0 - wins
    chance = hazard * wins / (wins + stay * np.exp(parameters.relocation_stay_bonus))
    expected = (centre.rival_seats * chance).sum(axis=-1)
    arrivals = poisson(expected, centre.class_luck(centre.luck.relocation))
    arrivals = np.minimum(arrivals, np.floor(centre.rival_seats.sum(axis=-1))).astype(np.int64)
    centre.rival_seats -= centre.rival_seats * (arrivals / np.maximum(centre.rival_seats.sum(axis=-1), 1e-9))[..., None]
    _add(centre, arrivals)
    centre.rival_seats *= 1.0 - parameters.institution_exit_hazard / 12.0
    centre.institution_flows = {
        "exits": exits,
        "moved_out": int(moves.sum()),
        "moved_in": int(arrivals.sum()),
        "entries": 0,
    }


def filings_looked_for(centre: "FinancialCenter") -> "Floats":
    """Entrants that look for a centre in a month at the values of 2020, of whom the usual part gets a licence here.

    By sector and ownership, shape (11, 2).
    """
    parameters = centre.parameters
    foreign = centre.foreign_share_of_sector
    mix = centre.sector_share[:, None] * np.stack([1.0 - foreign, foreign], axis=1)
    passes = stage_probability(parameters.licence_queue_months)
    rate = parameters.institution_gross_entry / 12.0 / licensed_share(passes, parameters.licence_withdrawal)
    looking: Floats = rate * mix / parameters.entrant_share_shanghai
    return looking


def licence_luck(centre: "FinancialCenter", month: int, count: int) -> "Floats":
    """Uniforms for each stage, sector and ownership in a month, shape (count, 3, 11, 2)."""
    keys = np.arange(LICENCE_STAGES * 2 * len(Sector), dtype=np.uint64)
    drawn = centre.luck.licence.uniform(keys, month, count=count)
    return drawn.reshape(count, LICENCE_STAGES, len(Sector), 2)


def licence_queue_moves(centre: "FinancialCenter") -> None:
    """Filings are withdrawn, pass a stage or wait; those that pass the last one are licensed institutions."""
    parameters, queue = centre.parameters, centre.licence_queue
    passes = stage_probability(parameters.licence_queue_months)
    withdraws = parameters.licence_withdrawal
    if centre.month <= BASELINE:
        # In the pandemic year filings and their handling ran at the same part of their usual pace.
        passes, withdraws = passes * parameters.entry_factor_2020, withdraws * parameters.entry_factor_2020
    luck = licence_luck(centre, centre.month, 2)
    full = queue > 0
    withdrawn, moved = np.zeros_like(queue), np.zeros_like(queue)
    withdrawn[full] = binomial(queue[full], withdraws, luck[0][full])
    moved[full] = binomial((queue - withdrawn)[full], passes, luck[1][full])
    queue -= withdrawn + moved
    queue[1:] += moved[:-1]
    licensed = moved[-1]
    centre.licences["withdrawn"] += int(withdrawn.sum())
    centre.licences["licensed"] += int(licensed.sum())
    centre.institution_flows["entries"] = int(licensed.sum())
    _add(centre, licensed)


def entrants_choose(centre: "FinancialCenter") -> None:
    """Entrants look for a centre and choose; those that choose Shanghai file for a licence."""
    parameters, month = centre.parameters, centre.month
    shares, value = _shares(centre)
    base = filings_looked_for(centre)
    for sector, lifted in OWNERSHIP_CAPS_LIFTED.items():
        if month >= lifted:
            fade = 0.5 ** ((month - lifted) / parameters.ownership_cap_half_life)
            base[sector, 1] *= np.exp(parameters.ownership_cap_removal_jump * fade)
    if month <= BASELINE:
        base = base * parameters.entry_factor_2020
    looking = entrants_looking(base, value, parameters.inclusive_value_weight)
    filings = poisson(looking * shares[..., Centre.SHANGHAI], centre.class_luck(centre.luck.entry))
    centre.licence_queue[0] += filings
    centre.licences["filed"] += int(filings.sum())
    # Rivals license the same part of those who file with them.
    passes = stage_probability(parameters.licence_queue_months)
    licensed = licensed_share(passes, parameters.licence_withdrawal)
    centre.rival_seats += licensed * looking[..., None] * shares[..., 1:]
    centre.entrants_looking = float(looking.sum())


def _add(centre: "FinancialCenter", by_class: "np.ndarray") -> None:
    """License new institutions, `by_class` of shape (sectors, ownership)."""
    total = int(by_class.sum())
    if total == 0:
        return
    institutions = centre.institutions
    sector, owner = (np.repeat(index.ravel(), by_class.ravel()) for index in np.indices(by_class.shape))
    median, managed = np.zeros(len(Sector)), np.zeros(len(Sector))
    for each in np.unique(sector):
        peers = institutions["sector"] == each
        median[each] = np.median(institutions["assets_bn"][peers])
        if centre.manages[each]:
            managed[each] = np.median(institutions["managed_assets"][peers])
    rows = institutions.add(total, centre.month, sector=sector, foreign=owner.astype(bool))
    luck = centre.luck.population.uniform(institutions.luck[rows], centre.month)
    spread = centre.luck.population.normal(institutions.luck[rows], centre.month, count=3)
    assets = median[sector] * np.exp(centre.parameters.institution_entrant_spread * spread[1])
    equity = assets * centre.equity_ratio[sector]
    institutions["headquarters"][rows] = luck < centre.parameters.headquarters_share
    institutions["assets_bn"][rows] = assets
    institutions["equity_bn"][rows] = equity
    institutions["liabilities_bn"][rows] = assets - equity
    institutions["profitability"][rows] = spread[2]
    clients = managed[sector] * np.exp(0.5 * spread[1])
    institutions["managed_assets"][rows] = clients
    centre.managed_flows["brought along"] += float(clients.sum())
    meet_neighbours(centre, rows)
    districts.newcomers_choose(centre, rows)


def meet_neighbours(centre: "FinancialCenter", rows: "Integers") -> None:
    """Draw once and for all whom institutions look at."""
    institutions = centre.institutions
    drawn = centre.luck.neighbours.uniform(institutions.luck[rows], centre.month, count=NEIGHBOURS)
    met = drawn_neighbours(drawn, rows, institutions["sector"], institutions.unique_ids)
    institutions["neighbours"][:, rows] = np.where(met >= 0, institutions.unique_ids[met], -1)


def balance_sheets_grow(centre: "FinancialCenter") -> None:
    """Assets grow with the sector's trend and the institution's own luck; leverage stays; profitability reverts.

    Residual holders of bonds grow with the assets of the institutions behind them.
    """
    parameters, institutions = centre.parameters, centre.institutions
    luck = centre.luck.balance.normal(institutions.luck, centre.month, count=2)
    lender = np.isin(institutions["sector"], (Sector.BANK, Sector.INSURER))
    trend = np.where(lender, parameters.bank_asset_growth, parameters.assets_organic_growth)
    own = parameters.bank_growth_sd * np.sqrt(1.0 / 12.0) * luck[0] - parameters.bank_growth_sd**2 / 24.0
    growth = np.exp(trend / 12.0 + own)
    assets = institutions["assets_bn"]
    for position, group in enumerate((lender, ~lender)):
        centre.holder_size[position] *= float((assets[group] * growth[group]).sum() / assets[group].sum())
    assets *= growth
    institutions["equity_bn"][:] *= growth
    institutions["liabilities_bn"][:] = assets - institutions["equity_bn"]
    kept = parameters.profitability_persistence
    institutions["profitability"][:] = kept * institutions["profitability"] + np.sqrt(1.0 - kept**2) * luck[1]
