"""Small firms accept the digital yuan once the pilot has come to the city."""

from collections.abc import Iterator
from dataclasses import dataclass

from agents.arrays import rows_where
from agents.digital_currency import acceptance_probability
from agents.draws import Draws
from agents.fintech_firms import FintechFirms
from agents.issuers import IssuerClass, Issuers
from scenarios.parameters import Parameters
from sim.base_year.base_year import BaseYear
from sim.base_year.dated_events import DIGITAL_YUAN_PILOT
from sim.clock import Clock
from sim.component import Changes, Component, Identity, Reading, Step
from sim.world.interactions import Interactions
from sim.world.policy import Channels


@dataclass
class DigitalYuan:
    """Small firms that accept the digital yuan: before the month, and new in it."""

    opening: int = 0
    new: int = 0


def accepting_share(issuers: Issuers) -> float:
    """Share of small firms that accept the digital yuan."""
    small = issuers["issuer_class"] == int(IssuerClass.MSME)
    return float(issuers["accepts_ecny"][small].mean()) if small.any() else 0.0


def small_firms_accept_ecny(
    clock: Clock,
    parameters: Parameters,
    draws: Draws,
    channels: Channels,
    interactions: Interactions,
    base_year: BaseYear,
    fintech: FintechFirms,
    issuers: Changes[Issuers],
    acceptors: Changes[DigitalYuan],
) -> None:
    """Small firms begin to accept the digital yuan.

    They do so as it gets cheaper, as other firms accept it and as local fintech firms supply it.
    """
    acceptors.opening, acceptors.new = int(issuers["accepts_ecny"].sum()), 0
    if not DIGITAL_YUAN_PILOT.in_force(base_year, clock.month):
        return
    without = rows_where((issuers["issuer_class"] == int(IssuerClass.MSME)) & ~issuers["accepts_ecny"])
    chance = acceptance_probability(
        accepting_share(issuers),
        parameters.ecny_innovation,
        parameters.ecny_imitation,
        channels.ratio("ecny_acceptance_cost"),
        parameters.ecny_cost_elasticity,
        float(fintech["in_shanghai"].sum()) / parameters.fintech_firms_2020,
        parameters.ecny_supply_elasticity,
        ecny_network=interactions.on("ecny_network"),
    )
    takes = without[draws["issuer.ecny"].uniform(issuers.draw_keys[without], clock.month) < chance]
    issuers["accepts_ecny"][takes] = True
    acceptors.new = len(takes)


def digital_yuan_identities(issuers: Issuers, acceptors: DigitalYuan) -> Iterator[Identity]:
    """Firms that accept: before the month and new in it."""
    yield "acceptors of e-CNY", float(issuers["accepts_ecny"].sum()), float(acceptors.opening + acceptors.new)


DIGITAL_YUAN = Component(
    name="digital yuan",
    states=(DigitalYuan,),
    streams=("issuer.ecny",),
    steps=(Step(small_firms_accept_ecny, owner="Issuer"),),
    readings=(Reading("ecny_adoption_share", "share", "ratio", accepting_share),),
    identities=digital_yuan_identities,
)
