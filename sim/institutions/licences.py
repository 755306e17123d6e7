"""The queue for licences: filings wait, are withdrawn or become licensed institutions."""

import numpy as np

from agents.arrays import Floats
from agents.draws import Draws, binomial
from agents.institutions import Institutions, Sector
from agents.licences import LICENCE_STAGES, licence_stage_probability, licensed_share
from scenarios.parameters import Parameters
from sim.banking.state import BankingConstants
from sim.base_year.base_year import BaseYear
from sim.base_year.dated_events import PANDEMIC_YEAR
from sim.clock import Clock
from sim.component import Changes
from sim.institutions.arrivals import institutions_arrive
from sim.institutions.state import City, Districts, EquityFlows, LicenceQueue, ManagedMoney, SeatFlows, SectorTraits


def filings_looked_for(parameters: Parameters, traits: SectorTraits) -> Floats:
    """Entrants that look for a centre in a month at the values of 2020, the usual part of which is licensed here.

    By sector and ownership, shape (11, 2).
    """
    foreign = traits.foreign_share
    mix = traits.share[:, None] * np.stack([1.0 - foreign, foreign], axis=1)
    passes = licence_stage_probability(parameters.licence_queue_months)
    rate = parameters.institution_gross_entry / 12.0 / licensed_share(passes, parameters.licence_withdrawal)
    looking: Floats = rate * mix / parameters.entrant_share_shanghai
    return looking


def licence_uniforms(draws: Draws, month: int, count: int) -> Floats:
    """Uniforms for each stage, sector and ownership in a month, shape (count, 3, 11, 2)."""
    keys = np.arange(LICENCE_STAGES * 2 * len(Sector), dtype=np.uint64)
    drawn = draws["institution.licence"].uniform(keys, month, count=count)
    return drawn.reshape(count, LICENCE_STAGES, len(Sector), 2)


def licence_queue_moves(
    clock: Clock,
    parameters: Parameters,
    constants: BankingConstants,
    draws: Draws,
    base_year: BaseYear,
    traits: SectorTraits,
    city: City,
    districts: Districts,
    queue: Changes[LicenceQueue],
    institutions: Changes[Institutions],
    seats: Changes[SeatFlows],
    managed: Changes[ManagedMoney],
    equity_flows: Changes[EquityFlows],
) -> None:
    """Filings pass a stage, are withdrawn or wait.

    Those that pass the last stage are licensed institutions.
    """
    passes = licence_stage_probability(parameters.licence_queue_months)
    withdraws = parameters.licence_withdrawal
    if PANDEMIC_YEAR.in_force(base_year, clock.month):
        # In the pandemic year filings and their review slowed in the same proportion.
        passes, withdraws = passes * parameters.entry_factor_2020, withdraws * parameters.entry_factor_2020
    uniform = licence_uniforms(draws, clock.month, 2)
    waiting = queue.waiting
    full = waiting > 0
    withdrawn, moved = np.zeros_like(waiting), np.zeros_like(waiting)
    withdrawn[full] = binomial(waiting[full], withdraws, uniform[0][full])
    moved[full] = binomial((waiting - withdrawn)[full], passes, uniform[1][full])
    waiting -= withdrawn + moved
    waiting[1:] += moved[:-1]
    licensed = moved[-1]
    queue.withdrawn += int(withdrawn.sum())
    queue.licensed += int(licensed.sum())
    seats.entries = int(licensed.sum())
    institutions_arrive(
        clock, parameters, constants, draws, traits, city, districts, institutions, managed, equity_flows, licensed
    )
