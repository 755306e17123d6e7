"""The components of the model."""

from collections.abc import Iterable, Iterator

from agents.population import ArrayAgent
from sim.authorities.component import AUTHORITIES
from sim.banking.component import BANKING
from sim.bond_market.component import BOND_MARKET
from sim.component import Component, Explanation, Identity, Part, States
from sim.failures.component import BANK_FAILURES
from sim.financing.component import FINANCING
from sim.fintech.component import FINTECH
from sim.institutions.component import INSTITUTIONS
from sim.redline.component import REDLINE
from sim.side_markets.carbon import CARBON
from sim.side_markets.digital_yuan import DIGITAL_YUAN
from sim.side_markets.insurance import INSURANCE
from sim.side_markets.private_funds import PRIVATE_FUNDS
from sim.side_markets.trade_settlement import TRADE_SETTLEMENT
from sim.trading.component import FOREIGN_SHAREHOLDERS, TRADING
from sim.world.component import WORLD

COMPONENTS: tuple[Component, ...] = (
    AUTHORITIES,
    BOND_MARKET,
    FOREIGN_SHAREHOLDERS,
    FINANCING,
    INSTITUTIONS,
    FINTECH,
    BANKING,
    BANK_FAILURES,
    TRADING,
    TRADE_SETTLEMENT,
    DIGITAL_YUAN,
    CARBON,
    INSURANCE,
    PRIVATE_FUNDS,
    WORLD,
    REDLINE,
)
READINGS = {reading.name: reading for component in COMPONENTS for reading in component.readings}
"""Every reading of a component by the name of its indicator."""

EXPLAINED: dict[type[ArrayAgent], dict[str, Explanation]] = {}
"""Decisions that agents of a kind explain, by name; the first is explained when none is named."""
for _component in COMPONENTS:
    for _each in _component.explanations:
        EXPLAINED.setdefault(_each.kind, {})[_each.decision] = _each

_OPENS = tuple(Part(each.opens) for each in COMPONENTS if each.opens is not None)
_REMEMBERS = tuple(Part(each.remembers) for each in COMPONENTS if each.remembers is not None)
_IDENTITIES = tuple(Part(each.identities) for each in COMPONENTS if each.identities is not None)


def start_components(components: Iterable[Component], states: States) -> None:
    """Set the states of components at the end of the year before the base year."""
    for component in components:
        if component.start is not None:
            Part(component.start).on(states)


def open_components(states: States) -> None:
    """Begin a month for all components."""
    for part in _OPENS:
        part.on(states)


def remember_base_year(states: States) -> None:
    """Keep, at the end of the base year, reference values for later months."""
    for part in _REMEMBERS:
        part.on(states)


def component_identities(states: States) -> Iterator[Identity]:
    """Identities of all components."""
    for part in _IDENTITIES:
        yield from part.on(states)
