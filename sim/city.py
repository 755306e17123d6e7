"""The city among its rivals: institutions enter, leave, move and grow."""

from typing import TYPE_CHECKING

import numpy as np

from agents.draws import poisson
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
from scenarios.calendar import BASELINE, month_ordinal

if TYPE_CHECKING:
    from agents.arrays import Floats
    from sim.model import FinancialCenter

OWNERSHIP_CAPS_LIFTED = {
    Sector.FUTURES: month_ordinal("2020-01"),
    Sector.FUND: month_ordinal("2020-04"),
    Sector.BROKER: month_ordinal("2020-12"),
}
"""Month from which a foreign owner may hold all of an institution of the sector."""


def _shares(centre: "FinancialCenter") -> "tuple[Floats, Floats]":
    """Shares of entrants by centre, shape (sectors, ownership, 6), and the change of the inclusive value."""
    parameters, channels = centre.parameters, centre.channels
    seats = np.concatenate([np.maximum(centre.institutions_by_class(), 1.0)[..., None], centre.rival_seats], axis=-1)
    shift = location_shift(
        channels["hq_location_benefit"],
        channels["institution_setup_cost"],
        channels["operating_cost"],
        parameters.hq_benefit_elasticity,
        parameters.location_cost_slope,
    )
    baseline = centre.policy.baseline["agglomeration_strength"]
    # The channel is an elasticity of entry to density; it scales both agglomeration slopes.
    strength = channels["agglomeration_strength"] / baseline
    slopes = strength * np.array(
        [parameters.agglomeration_slope, parameters.agglomeration_slope + parameters.agglomeration_slope_foreign]
    )
    intercept = np.log(centre.entrant_share_2020)
    utility = np.stack(
        [
            centre_utility(seats[:, owner], centre.seats_baseline[:, owner], slopes[owner], intercept, shift)
            for owner in range(2)
        ],
        axis=1,
    )
    return choice_shares(utility)


def institutions_leave_and_move(centre: "FinancialCenter") -> None:
    """Institutions close, merge or hand back a licence; some move their seat to a rival, some come from one."""
    parameters, institutions, month = centre.parameters, centre.institutions, centre.month
    luck = centre.luck.institution.uniform(institutions.luck, month, count=3)
    closes = luck[0] < exit_probability(
        parameters.institution_exit_hazard,
        institutions["profitability"],
        parameters.exit_profitability_slope,
        centre.channels["operating_cost"],
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
    institutions.remove(closes | moves)
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


def institutions_enter(centre: "FinancialCenter") -> None:
    """Entrants look for a centre and choose; those that choose Shanghai are licensed."""
    parameters, month = centre.parameters, centre.month
    shares, value = _shares(centre)
    foreign = centre.foreign_share_of_sector
    mix = centre.sector_share[:, None] * np.stack([1.0 - foreign, foreign], axis=1)
    base = parameters.institution_gross_entry / 12.0 * mix / parameters.entrant_share_shanghai
    for sector, lifted in OWNERSHIP_CAPS_LIFTED.items():
        if month >= lifted:
            fade = 0.5 ** ((month - lifted) / parameters.ownership_cap_half_life)
            base[sector, 1] *= np.exp(parameters.ownership_cap_removal_jump * fade)
    if month <= BASELINE:
        base = base * parameters.entry_factor_2020
    looking = entrants_looking(base, value, parameters.inclusive_value_weight)
    entries = poisson(looking * shares[..., Centre.SHANGHAI], centre.class_luck(centre.luck.entry))
    centre.rival_seats += looking[..., None] * shares[..., 1:]
    centre.entrants_looking = float(looking.sum())
    _add(centre, entries)
    centre.institution_flows["entries"] = int(entries.sum())


def _add(centre: "FinancialCenter", by_class: "np.ndarray") -> None:
    """License new institutions, `by_class` of shape (sectors, ownership)."""
    total = int(by_class.sum())
    if total == 0:
        return
    institutions = centre.institutions
    sector, owner = (np.repeat(index.ravel(), by_class.ravel()) for index in np.indices(by_class.shape))
    median = np.array([np.median(institutions["assets_bn"][institutions["sector"] == s]) for s in range(len(Sector))])
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
