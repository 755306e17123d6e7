"""Signals of the filings of an industry."""

import numpy as np

from agents.arrays import Floats, rows_where
from agents.issuance_spillover import SLOW_MONTHS, filing_signal, remembered, spillover
from agents.issuers import Industry, Issuers, ListingRoute
from scenarios.parameters import Parameters
from sim.component import Changes
from sim.financing.filing_stages import lead_times_2020
from sim.financing.state import FilingMemory


def start_of_filing_memory(parameters: Parameters, issuers: Issuers) -> FilingMemory:
    """Memory at end-2019: filings that keep the queue as it is, by industry and route."""
    count = np.zeros((len(Industry), len(ListingRoute)))
    filed = rows_where(issuers["waiting_for"])
    np.add.at(count, (issuers["industry"][filed], issuers["waiting_for"][filed]), 1.0)
    usual = count / np.maximum(lead_times_2020(parameters), 1.0)
    return FilingMemory(recent=usual.copy(), usual=usual)


def filings_are_remembered(parameters: Parameters, memory: Changes[FilingMemory], filings: Floats) -> None:
    """Add the month's filings, shape (industries, routes), to their memory."""
    memory.recent = remembered(memory.recent, filings, parameters.peer_memory)
    memory.usual = remembered(memory.usual, filings, SLOW_MONTHS)


def filing_spillover(parameters: Parameters, memory: FilingMemory) -> Floats:
    """Effect of past filings of an industry on the utility of filing for each route, shape (industries, 3), log."""
    signal = filing_signal(memory.recent, memory.usual, parameters.peer_memory)[:, 1:]
    return spillover(signal, parameters.peer_coefficient_issuance, parameters.peer_bound)
