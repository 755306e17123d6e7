"""States of the institutions of the city and of the centres that compete with it."""

from dataclasses import dataclass, field

import numpy as np

from agents.arrays import Flags, Floats, Integers
from agents.city_state import CityState
from agents.districts import District
from agents.institutions import Centre, Sector
from agents.licences import LICENCE_STAGES

CLASSES = (len(Sector), 2)
"""Shape of an array by sector and ownership; ownership is 0 for Chinese and 1 for foreign."""
OFFERS_MATCHED = 3
"""Terms of the utility of a centre that rivals may match."""


def _zeros(*shape: int) -> Floats:
    return np.zeros(shape)


@dataclass(frozen=True)
class InstitutionConstants:
    """Solved constant of the institutions; see `sim.institutions.solved`."""

    institutions_2019: int
    """Licensed institutions at end-2019."""


@dataclass
class SectorTraits:
    """Fixed traits of the sectors, each of shape (11,), from `sim/data/institution_classes.csv`."""

    share: Floats = field(default_factory=lambda: _zeros(len(Sector)))
    """Share of the sector in the institutions at the start."""
    foreign_share: Floats = field(default_factory=lambda: _zeros(len(Sector)))
    equity_ratio: Floats = field(default_factory=lambda: _zeros(len(Sector)))
    """Equity over assets of a typical entrant."""
    return_on_equity: Floats = field(default_factory=lambda: _zeros(len(Sector)))
    """Usual return on equity after credit losses, 1/year."""
    manages: Flags = field(default_factory=lambda: np.zeros(len(Sector), dtype=bool))
    """Whether institutions of the sector manage money for others."""
    equity_weight: Floats = field(default_factory=lambda: _zeros(len(Sector)))
    """Share of equities in the money managed."""
    bond_share: Floats = field(default_factory=lambda: _zeros(len(Sector)))
    """Bonds over assets."""
    borrows_repo: Flags = field(default_factory=lambda: np.zeros(len(Sector), dtype=bool))


@dataclass
class City:
    """Density of the six centres, their slow states and the cost of operating in Shanghai."""

    seats_base_year: Floats = field(default_factory=lambda: _zeros(len(Centre)))
    """Institutions of each centre in the base year."""
    log_density: Floats = field(default_factory=lambda: _zeros(len(Centre)))
    """Log of institutions over those of the base year."""
    slow_states: Floats = field(default_factory=lambda: _zeros(len(CityState), len(Centre)))
    """Talent, international talent, law and services, log deviations from the base year."""
    operating_cost: float = 0.0
    """Cost index of operating in Shanghai without the effect of technology; 100 in the base year."""


@dataclass
class RivalCentres:
    """Seats of the other five centres and their response to Shanghai's conditions."""

    answer: str = "passive"
    """`passive` or `matching`."""
    seats: Floats = field(default_factory=lambda: _zeros(*CLASSES, len(Centre) - 1))
    """Institutions by sector, ownership and centre; expected numbers."""
    seats_base_year: Floats = field(default_factory=lambda: _zeros(*CLASSES, len(Centre)))
    """The same in the base year for all six centres."""
    entrant_share: Floats = field(default_factory=lambda: _zeros(len(Centre)))
    """Share of each centre in entrants in the base year."""
    response: Floats = field(default_factory=lambda: _zeros(OFFERS_MATCHED, *CLASSES))
    """Offers of Shanghai that rivals have matched, log points, by term, sector and ownership."""


@dataclass
class Districts:
    """Shares of the nine districts in newcomers and their occupants in the base year, shape (12, 9)."""

    shares: Floats = field(default_factory=lambda: _zeros(len(Sector) + 1, len(District)))
    occupants_base_year: Floats = field(default_factory=lambda: _zeros(len(Sector) + 1, len(District)))


@dataclass
class LicenceQueue:
    """Filings by stage, sector and ownership, shape (3, 11, 2), and the outcomes of all filings."""

    waiting: Integers = field(default_factory=lambda: np.zeros((LICENCE_STAGES, *CLASSES), dtype=np.int64))
    filed: int = 0
    licensed: int = 0
    withdrawn: int = 0


@dataclass
class SeatFlows:
    """Institutions of the city before the month, and those that came and went in it."""

    opening: int = 0
    entries: int = 0
    exits: int = 0
    moved_in: int = 0
    moved_out: int = 0
    entrants_looking: float = 0.0
    """Entrants that look for a centre."""
    entrants_to_shanghai: float = 0.0
    """Entrants that are expected to choose Shanghai."""
    location_terms: Floats = field(default_factory=lambda: _zeros(0))
    """Terms of the utility of each centre when seats were reconsidered; see `location_terms`."""


@dataclass
class ManagedMoney:
    """Assets under management before the month and their flows, index points with end-2019 = 100."""

    opening: float = 0.0
    returns: float = 0.0
    net_flow: float = 0.0
    brought_along: float = 0.0
    """Of institutions that arrived."""
    taken_along: float = 0.0
    """Of institutions that left."""


@dataclass
class EquityFlows:
    """Equity of all institutions before the month, and that of those that came and went, CNY bn."""

    opening_bn: float = 0.0
    brought_along_bn: float = 0.0
    taken_along_bn: float = 0.0
    """Of those that left, as it was before the month."""


@dataclass
class ServiceOutage:
    """Outage of a platform that institutions use."""

    supplier: int = -1
    """Unique id of the fintech firm whose platform is down, -1: none."""
    share: float = 0.0
    """Part of its service that is down."""


@dataclass
class Adopters:
    """Institutions with financial technology: before the month, new in it and gone in it."""

    opening: int = 0
    adopted: int = 0
    left: int = 0
