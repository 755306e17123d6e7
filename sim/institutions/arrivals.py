"""Institutions arrive with a balance sheet, clients and neighbours, and leave with their own."""

import numpy as np

from agents.adoption import NEIGHBOURS, drawn_neighbours
from agents.arrays import Flags, Integers, median_of
from agents.balance_sheets import own_equity_ratio
from agents.draws import Draws
from agents.institutions import Institutions, Sector
from scenarios.parameters import Parameters
from sim.banking.leverage import leverage_begins
from sim.banking.state import BankingConstants
from sim.clock import Clock
from sim.component import Changes
from sim.institutions.districts import newcomers_choose
from sim.institutions.state import Adopters, City, Districts, EquityFlows, ManagedMoney, SectorTraits
from sim.side_markets.private_funds import Commitments, commitments_end


def institutions_arrive(
    clock: Clock,
    parameters: Parameters,
    constants: BankingConstants,
    draws: Draws,
    traits: SectorTraits,
    city: City,
    districts: Districts,
    institutions: Changes[Institutions],
    managed: Changes[ManagedMoney],
    equity_flows: Changes[EquityFlows],
    by_class: Integers,
) -> None:
    """License new institutions, `by_class` of shape (sectors, ownership)."""
    total = int(by_class.sum())
    if total == 0:
        return
    sector, owner = (np.repeat(index.ravel(), by_class.ravel()) for index in np.indices(by_class.shape))
    median, money = np.zeros(len(Sector)), np.zeros(len(Sector))
    for each in np.unique(sector):
        peers = institutions["sector"] == each
        if not peers.any():  # a sector without institutions: entrants are like the median of all institutions
            peers = np.ones(len(institutions), dtype=bool)
        median[each] = median_of(institutions["assets_bn"][peers])
        if traits.manages[each]:
            money[each] = median_of(institutions["managed_assets"][peers])
    rows = institutions.add(total, clock.month, sector=sector, foreign=owner.astype(bool))
    uniform = draws["population.attributes"].uniform(institutions.draw_keys[rows], clock.month)
    spread = draws["population.attributes"].normal(institutions.draw_keys[rows], clock.month, count=4)
    assets = median[sector] * np.exp(parameters.institution_entrant_spread * spread[1])
    ratio = own_equity_ratio(
        traits.equity_ratio[sector], parameters.equity_ratio_spread, spread[3], parameters.largest_equity_ratio
    )
    equity = assets * ratio
    institutions["headquarters"][rows] = uniform < parameters.headquarters_share
    institutions["assets_bn"][rows] = assets
    institutions["equity_bn"][rows] = institutions["opening_equity_bn"][rows] = equity
    institutions["normal_equity_ratio"][rows] = ratio
    institutions["liabilities_bn"][rows] = assets - equity
    institutions["profitability"][rows] = institutions["opening_profitability"][rows] = spread[2]
    institutions["unit_cost"][rows] = city.operating_cost
    institutions["local_leaning"][rows] = draws["institution.leaning"].normal(institutions.draw_keys[rows], clock.month)
    clients = money[sector] * np.exp(0.5 * spread[1])
    institutions["managed_assets"][rows] = clients
    managed.brought_along += float(clients.sum())
    equity_flows.brought_along_bn += float(equity.sum())
    institutions["bonds_bn"][rows] = assets * traits.bond_share[sector]
    borrowers = rows[traits.borrows_repo[sector] | (sector == int(Sector.BANK))]
    leverage_begins(parameters, constants, draws, institutions, borrowers, clock.month)
    meet_neighbours(draws, institutions, rows, clock.month)
    newcomers_choose(clock, draws, districts, institutions, rows)


def meet_neighbours(draws: Draws, institutions: Changes[Institutions], rows: Integers, month: int) -> None:
    """Draw the neighbours of each newcomer, which remain fixed."""
    drawn = draws["institution.neighbours"].uniform(institutions.draw_keys[rows], month, count=NEIGHBOURS)
    met = drawn_neighbours(drawn, rows, institutions["sector"], institutions.unique_ids)
    institutions["neighbours"][:, rows] = np.where(met >= 0, institutions.unique_ids[met], -1)


def institutions_depart(
    institutions: Changes[Institutions],
    managed: Changes[ManagedMoney],
    adopters: Changes[Adopters],
    commitments: Changes[Commitments],
    equity_flows: Changes[EquityFlows],
    leaves: Flags,
) -> None:
    """Remove institutions, a mask (n,) of all, with their clients' money, technology and commitments."""
    managed.taken_along += float(institutions["managed_assets"][leaves].sum())
    equity_flows.taken_along_bn += float(institutions["opening_equity_bn"][leaves].sum())
    adopters.left += int(institutions["adopted"][leaves].sum())
    commitments_end(institutions, commitments, leaves)
    institutions.remove(leaves)
