"""The queue for licences: filings wait, are withdrawn or become licensed institutions."""

from typing import TYPE_CHECKING

import numpy as np

from agents.draws import binomial
from agents.institutions import Sector
from agents.licences import LICENCE_STAGES, licensed_share, stage_probability
from scenarios.calendar import BASELINE
from sim.arrivals import institutions_arrive

if TYPE_CHECKING:
    from agents.arrays import Floats
    from sim.model import FinancialCenter


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
    institutions_arrive(centre, licensed)
