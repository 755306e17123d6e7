"""Institutions arrive with a balance sheet, clients and neighbours, and take with them what is theirs."""

from typing import TYPE_CHECKING

import numpy as np

from agents.adoption import NEIGHBOURS, drawn_neighbours
from agents.arrays import median_of
from agents.institutions import Sector
from sim import districts
from sim.leverage import leverage_begins
from sim.side_markets.private_funds import Commitments, commitments_end

if TYPE_CHECKING:
    from agents.arrays import Integers
    from sim.model import FinancialCenter


def institutions_arrive(centre: "FinancialCenter", by_class: "np.ndarray") -> None:
    """License new institutions, `by_class` of shape (sectors, ownership)."""
    total = int(by_class.sum())
    if total == 0:
        return
    institutions = centre.institutions
    sector, owner = (np.repeat(index.ravel(), by_class.ravel()) for index in np.indices(by_class.shape))
    median, managed = np.zeros(len(Sector)), np.zeros(len(Sector))
    for each in np.unique(sector):
        peers = institutions["sector"] == each
        median[each] = median_of(institutions["assets_bn"][peers])
        if centre.manages[each]:
            managed[each] = median_of(institutions["managed_assets"][peers])
    rows = institutions.add(total, centre.month, sector=sector, foreign=owner.astype(bool))
    luck = centre.luck.population.uniform(institutions.luck[rows], centre.month)
    spread = centre.luck.population.normal(institutions.luck[rows], centre.month, count=3)
    assets = median[sector] * np.exp(centre.parameters.institution_entrant_spread * spread[1])
    equity = assets * centre.equity_ratio[sector]
    institutions["headquarters"][rows] = luck < centre.parameters.headquarters_share
    institutions["assets_bn"][rows] = assets
    institutions["equity_bn"][rows] = equity
    institutions["liabilities_bn"][rows] = assets - equity
    institutions["profitability"][rows] = institutions["opening_profitability"][rows] = spread[2]
    institutions["unit_cost"][rows] = centre.city_cost
    institutions["local_leaning"][rows] = centre.luck.leaning.normal(institutions.luck[rows], centre.month)
    clients = managed[sector] * np.exp(0.5 * spread[1])
    institutions["managed_assets"][rows] = clients
    centre.managed_flows["brought along"] += float(clients.sum())
    institutions["bonds_bn"][rows] = assets * centre.bond_share[sector]
    leverage_begins(centre, rows[centre.borrows_repo[sector] | (sector == Sector.BANK)], centre.month)
    meet_neighbours(centre, rows)
    districts.newcomers_choose(centre, rows)


def meet_neighbours(centre: "FinancialCenter", rows: "Integers") -> None:
    """Draw once and for all whom institutions look at."""
    institutions = centre.institutions
    drawn = centre.luck.neighbours.uniform(institutions.luck[rows], centre.month, count=NEIGHBOURS)
    met = drawn_neighbours(drawn, rows, institutions["sector"], institutions.unique_ids)
    institutions["neighbours"][:, rows] = np.where(met >= 0, institutions.unique_ids[met], -1)


def institutions_depart(centre: "FinancialCenter", leaves: "np.ndarray") -> None:
    """Take institutions off the list, a mask (n,) of all, with their clients' money and their technology."""
    institutions = centre.institutions
    centre.managed_flows["taken along"] += float(institutions["managed_assets"][leaves].sum())
    centre.adopters["left"] += int(institutions["adopted"][leaves].sum())
    commitments_end(institutions, centre.own_states[Commitments], leaves)
    institutions.remove(leaves)
