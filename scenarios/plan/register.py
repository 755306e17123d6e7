"""The chain from each measure of the plan to its effect: instrument, lever, channel, rule, indicator, test."""

from __future__ import annotations

from dataclasses import dataclass

from scenarios.plan import Measure, Plan, measures, shipped_plan

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


def chain(measure: Measure, plan: Plan | None = None) -> Chain:
    """Return the chain of a measure of a plan, that of the package unless another is given.

    The measures of other plans and of components of others are proved by no test. An instrument that names no component
    is carried by all.
    """
    plan = shipped_plan() if plan is None else plan
    known = {channel.id: channel for channel in plan.channels}
    of_lever = {lever.id: lever for lever in plan.levers}
    whole = [(each.lever, "") for each in measure.instruments if each.lever in of_lever and not each.component]
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
        for lever, component in (*measure.components, *dict.fromkeys(whole))
        for effect in of_lever[lever].effects
        if not component or component in {each.id for each in of_lever[lever].carriers(effect)}
    ]
    links += [
        Link("all levers", "", "", "delivery", DELIVERY_RULE, "change of intensity that channels feel", parameter)
        for parameter in (() if plan.given else DELIVERY.get(measure.id, ()))
    ]
    how = "lever" if measure.levers else "switch" if links else "context"
    proved = bool(links) and not plan.given and measure in measures()
    return Chain(measure, tuple(links), how, PROOF.format(id=measure.id) if proved else "")


def register() -> tuple[Chain, ...]:
    """Return the chains of all measures, in the order of the plan."""
    return tuple(chain(measure) for measure in measures())
