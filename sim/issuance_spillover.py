"""What issuers see of the filings of their industry."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from agents.arrays import Floats
from agents.issuance_spillover import SLOW_MONTHS, filing_signal, remembered, spillover
from agents.issuers import Industry, ListingRoute
from sim.levels import lead_times_2020

if TYPE_CHECKING:
    from sim.model import FinancialCenter


@dataclass
class FilingMemory:
    """Filings a month as they are remembered, shape (industries, routes) each."""

    recent: Floats
    usual: Floats


def start_of_filing_memory(centre: "FinancialCenter") -> FilingMemory:
    """Memory at end-2019: filings that keep the queue as it is, by industry and route."""
    issuers = centre.issuers
    count = np.zeros((len(Industry), len(ListingRoute)))
    filed = np.flatnonzero(issuers["waiting_for"])
    np.add.at(count, (issuers["industry"][filed], issuers["waiting_for"][filed]), 1.0)
    usual = count / np.maximum(lead_times_2020(centre.parameters), 1.0)
    return FilingMemory(recent=usual.copy(), usual=usual)


def filings_are_remembered(centre: "FinancialCenter", filings: Floats) -> None:
    """Add the month's filings, shape (industries, routes), to what is remembered."""
    memory = centre.filing_memory
    memory.recent = remembered(memory.recent, filings, centre.parameters.peer_memory)
    memory.usual = remembered(memory.usual, filings, SLOW_MONTHS)


def filing_spillover(centre: "FinancialCenter") -> Floats:
    """What past filings of an industry add to the utility of filing for each route, shape (industries, 3), log."""
    parameters, memory = centre.parameters, centre.filing_memory
    signal = filing_signal(memory.recent, memory.usual, parameters.peer_memory)[:, 1:]
    return spillover(signal, parameters.peer_coefficient_issuance, parameters.peer_bound)
