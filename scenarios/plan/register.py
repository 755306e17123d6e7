"""The chain from each measure of the plan to its effect: instrument, lever, channel, rule, indicator, test."""

from __future__ import annotations

from dataclasses import dataclass

from scenarios.plan import Measure, channels, levers, measures

DELIVERY = {"S1": ("delivery_slippage_months",), "S3": ("municipal_fidelity",)}
"""Supporting measures that act as a parameter of delivery, which scales or delays every lever they concern."""
PROOF = "tests/sim/test_coverage.py::test_a_measure_moves_what_its_chain_says[{id}]"
DELIVERY_RULE = "sim.world.policy:effective_changes"


@dataclass(frozen=True, slots=True)
class Link:
    """One way from a measure to a decision."""

    lever: str
    component: str
    """The component of the lever that carries it."""
    channel: str
    kind: str
    """Cost, limit, eligibility or information; `delivery` for a supporting measure."""
    rule: str
    """Where it enters, as module:function."""
    term: str
    coefficient: str
    """The parameter that says how much."""


@dataclass(frozen=True, slots=True)
class Chain:
    """A measure and all its links."""

    measure: Measure
    links: tuple[Link, ...]
    modelled_as: str
    """`lever`, `switch` (a parameter of delivery) or `context`."""
    test: str
    """The test that proves it acts; empty for context."""


def chain(measure: Measure) -> Chain:
    """Return the chain of a measure."""
    known = {channel.id: channel for channel in channels()}
    of_lever = {lever.id: lever for lever in levers()}
    links = [
        Link(
            lever,
            component,
            effect.channel,
            known[effect.channel].kind,
            known[effect.channel].rule,
            known[effect.channel].term,
            known[effect.channel].coefficient,
        )
        for lever, component in measure.components
        for effect in of_lever[lever].effects
        if component in {each.id for each in of_lever[lever].carriers(effect)}
    ]
    links += [
        Link("all levers", "", "", "delivery", DELIVERY_RULE, "change of intensity that channels feel", parameter)
        for parameter in DELIVERY.get(measure.id, ())
    ]
    how = "lever" if measure.levers else "switch" if links else "context"
    return Chain(measure, tuple(links), how, PROOF.format(id=measure.id) if links else "")


def register() -> tuple[Chain, ...]:
    """Return the chains of all measures, in the order of the plan."""
    return tuple(chain(measure) for measure in measures())
