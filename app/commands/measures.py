"""The command `measures`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from app.terminal.answer import answer
from app.terminal.completion import measure_names
from app.terminal.options import Json, OwnComponents, OwnPlan, Quiet
from app.terminal.report import Facts, Listing, Part, Table

if TYPE_CHECKING:
    from scenarios.added.records import AddedParts
    from scenarios.plan import Measure, Plan

OF_OTHERS = "Components of others"
"""Section of the measures of components, and group of their levers that name none."""

RULE_OF_OTHERS = "a step of the component"
"""What reads a channel of a component that names no rule."""


def measures(
    name: Annotated[str | None, typer.Argument(help="One measure, in detail.", autocompletion=measure_names)] = None,
    own_plan: OwnPlan = None,
    component: OwnComponents = None,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """List the plan's measures and their levers."""
    from app.terminal.asked import named, plan_asked
    from scenarios.added.installed import parse_components

    plan = with_components(plan_asked(own_plan), parse_components(tuple(component or ())))
    known = {measure.id: measure for measure in plan.measures}
    if name is not None:
        measure = named("measure", name if name in known else name.upper(), known)
        answer(Listing(measure, [measure.id], list(_in_detail(measure, plan))), json, quiet)
    else:
        answer(Listing(plan.measures, list(known), list(_by_section(plan.measures))), json, quiet)


def with_components(plan: Plan, components: Sequence[AddedParts]) -> Plan:
    """The plan with the measures of components of others, and the levers and channels that these rest on."""
    from dataclasses import replace

    from scenarios.added.records import channels_of, levers_of, measures_of

    if not components:
        return plan
    added = [replace(each, section="", section_title=OF_OTHERS) for each in measures_of(components)]
    levers = [replace(each, task_group=each.task_group or OF_OTHERS) for each in levers_of(components)]
    channels = [replace(each, rule=each.rule or RULE_OF_OTHERS) for each in channels_of(components)]
    return replace(
        plan,
        levers=(*plan.levers, *levers),
        channels=(*plan.channels, *channels),
        measures=(*plan.measures, *added),
    )


def _by_section(known: Sequence[Measure]) -> Iterable[Part]:
    """Return a table of measures for each section of the plan."""
    headings = ("id", "title", "decided by", "modelled as", "levers", "from", "strength")
    for section in dict.fromkeys(measure.section for measure in known):
        chosen = [measure for measure in known if measure.section == section]
        rows = [
            (
                each.id,
                each.title,
                each.authority,
                each.modelled_as,
                "\n".join(each.levers) or "none",
                each.start,
                each.strength,
            )
            for each in chosen
        ]
        yield Table(f"{section} {chosen[0].section_title}".strip(), headings, rows)


def _without_proof(chosen: Measure, plan: Plan) -> str:
    """Why no test of this project proves a measure."""
    if chosen.section_title == OF_OTHERS:
        return "none: a component of others"
    return "none: a plan of your own" if plan.given else "none: context moves nothing"


def _in_detail(chosen: Measure, plan: Plan) -> Iterable[Part]:
    """Return a measure's facts, its instruments, and the chain by which it acts."""
    from scenarios.plan.register import chain

    found = chain(chosen, plan)
    facts = {
        "id": chosen.id,
        "section": f"{chosen.section} {chosen.section_title}",
        "decided by": f"{chosen.authority}. {chosen.authority_note}",
        "acts on": ", ".join(chosen.acts_on),
        "mechanism": chosen.mechanism,
        "channels": ", ".join((chosen.channel, *chosen.channels_secondary)),
        "indicators": ", ".join(f"{name} ({chosen.direction.get(name, '?')})" for name in chosen.kpis),
        "from": f"{chosen.start}, over {chosen.ramp_months} months",
        **{f"{name} is open": why for name, why in chosen.sign_reasons.items()},
        **{f"{name} does not show": why for name, why in chosen.not_shown.items()},
        "lag": f"{chosen.lag_months} months ({chosen.lag_basis})",
        "strength": f"{chosen.strength}: {chosen.strength_reason}",
        "modelled as": f"{found.modelled_as}. {chosen.modelled_note}",
        "proof": found.test or _without_proof(chosen, plan),
        "source": chosen.source,
    }
    yield Facts(chosen.title, facts)
    instruments = [(each.lever, each.component, each.what) for each in chosen.instruments]
    yield Table("Instruments", ("lever", "component", "what"), instruments)
    links = [(each.lever, each.component, each.channel, each.kind, each.rule, each.term) for each in found.links]
    yield Table("How it acts", ("lever", "component", "channel", "kind", "rule", "term"), links)
