"""The command `levers`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated, Any

import typer

from app.terminal.answer import answer
from app.terminal.completion import lever_names
from app.terminal.numbers import percent
from app.terminal.options import Json, OwnComponents, OwnPlan, Quiet
from app.terminal.report import Cell, Facts, Listing, Part, Prose, Table

if TYPE_CHECKING:
    from scenarios.plan import Channel, Lever, Plan

UNREAD = "not read yet"
CONTROL = {"own": "the city decides", "shared": "decided jointly", "lobby": "the city can only apply"}
"""What the city can do about a lever, by its `municipal_handle`."""


def levers(
    name: Annotated[str | None, typer.Argument(help="One lever, in detail.", autocompletion=lever_names)] = None,
    steps: Annotated[bool, typer.Option("--steps", help="Show the steps of a month, as lujiazui month does.")] = False,
    own_plan: OwnPlan = None,
    component: OwnComponents = None,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """List the policy levers: authority, intensity, channels, and which channels enter a rule."""
    from app.commands.measures import with_components
    from app.commands.month import steps_of_a_month
    from app.reports.month import Steps
    from app.terminal.asked import named, plan_asked
    from scenarios.added.installed import parse_components

    plan = with_components(plan_asked(own_plan), parse_components(tuple(component or ())))
    known = plan.levers
    if steps:
        if name is not None:
            raise typer.BadParameter("--steps shows the whole month and takes no lever")
        answer(Steps(steps_of_a_month()), json, quiet)
    elif name is not None:
        lever = named("lever", name, {lever.id: lever for lever in known})
        answer(Listing(_data(lever, plan), [lever.id], list(_in_detail(lever, plan))), json, quiet)
    else:
        rows = [_data(lever, plan) for lever in known]
        answer(Listing(rows, [lever.id for lever in known], list(_by_task_group(plan))), json, quiet)


def _data(lever: Lever, plan: Plan) -> dict[str, Any]:
    """Return a lever as plain data, each effect with the channel's baseline and the rule that reads it (or null)."""
    from app.terminal.output import plain_data

    data: dict[str, Any] = plain_data(lever)
    channels = _channels(lever, plan)
    for effect in data["effects"]:
        channel = channels[effect["channel"]]
        effect |= {"unit": channel.unit, "baseline_2020": channel.baseline_2020, "rule": channel.rule or None}
    data["acts"] = any(channel.rule for channel in channels.values())
    return data


def _channels(lever: Lever, plan: Plan) -> dict[str, Channel]:
    """Return the channels a lever moves, by id, in the order of its effects."""
    known = {channel.id: channel for channel in plan.channels}
    return {effect.channel: known[effect.channel] for effect in lever.effects}


def _by_task_group(plan: Plan) -> Iterable[Part]:
    """Return a table of levers for each task group, then what no rule reads yet."""
    known, end = plan.levers, str(plan.target_year)
    titles = {measure.section: measure.section_title for measure in plan.measures}
    titles |= {group.id: group.name for group in plan.groups}
    headings = ("lever", "decided by", "2020", end, "lag", "channels")
    for group in dict.fromkeys(lever.task_group for lever in known):
        rows = [_row(lever, plan) for lever in known if lever.task_group == group]
        yield Table(f"{group} {titles.get(group, '')}".strip(), headings, rows, right=("2020", end, "lag"))
    unread = [channel for channel in plan.channels if not channel.rule]
    idle = [lever for lever in known if not any(channel.rule for channel in _channels(lever, plan).values())]
    yield Prose(
        f"2020, {end}: intensity at the end of the year, on the plan path; lag: months until it acts.\n"
        f"{len(plan.channels)} channels, {len(unread)} of them not read yet by any rule; "
        f"{len(known)} levers, {len(idle)} of them without any effect so far."
    )


def _row(lever: Lever, plan: Plan) -> tuple[object, ...]:
    channels = _channels(lever, plan)
    read = [name for name, channel in channels.items() if channel.rule]
    unread = [name for name, channel in channels.items() if not channel.rule]
    return (
        Cell(lever.id, lever.name),
        Cell(lever.authority, _control(lever)),
        f"{lever.intensity_2020:.2f}",
        f"{lever.path_plan[-1]:.2f}",
        lever.effect_lag_months,
        Cell("\n".join(read), "\n".join([f"{UNREAD}:", *unread]) if unread else ""),
    )


def _control(lever: Lever) -> str:
    """Return what the city can do about a lever."""
    return CONTROL.get(lever.municipal_handle, lever.municipal_handle)


def _in_detail(chosen: Lever, plan: Plan) -> Iterable[Part]:
    """Return a lever's facts, path, effects, components, prerequisites and dated events."""
    years = ", ".join(f"{2020 + place}: {value:.2f}" for place, value in enumerate(chosen.path_plan))
    facts = {
        "id": chosen.id,
        "task group": chosen.task_group,
        "decided by": chosen.authority,
        "city": _control(chosen),
        "intensity": chosen.unit,
        "plan path, at the end of": years,
        "from": f"{chosen.start}, over {chosen.ramp_months} months",
        "effect lag": f"{chosen.effect_lag_months} months",
        "measures": ", ".join(chosen.measures),
        "public cost": chosen.fiscal_cost,
        "risk": chosen.risk_note,
        "complements": ", ".join(chosen.complements),
        "note": chosen.note,
        "basis": chosen.basis,
    }
    yield Facts(chosen.name, facts)
    yield _effects(chosen, plan)
    yield _components(chosen)
    if chosen.prerequisites:
        rows = [
            (each.lever, f"{each.at_least:.2f}", f"{each.cap:.2f}", each.what, each.basis)
            for each in chosen.prerequisites
        ]
        yield Table("Prerequisites", ("lever", "at least", "else held at", "what", "basis"), rows)
    if chosen.milestones:
        events = [(each.date, each.what, each.status, "yes" if each.hindsight else "") for each in chosen.milestones]
        yield Table("Dated events", ("date", "what", "status", "after the plan"), events)


def _effects(chosen: Lever, plan: Plan) -> Table:
    channels = _channels(chosen, plan)
    rows = []
    for effect in chosen.effects:
        channel = channels[effect.channel]
        betas = f"{effect.beta:g} ({effect.beta_min:g} to {effect.beta_max:g})"
        baseline = f"{channel.baseline_2020:g} {channel.unit}"
        name = Cell(effect.channel, channel.rule or UNREAD)
        rows.append((name, betas, effect.form, baseline, channel.higher_means))
    headings = (
        "channel and the rule that reads it",
        "effect of the full step (range)",
        "form",
        "baseline",
        "higher means",
    )
    return Table("Effects", headings, rows)


def _components(chosen: Lever) -> Table:
    rows = []
    for component in chosen.components:
        carried = [
            f"{effect.channel} {percent(effect.carried_by[component.id], '.0%')}"
            if effect.carried_by
            else effect.channel
            for effect in chosen.effects
            if component in chosen.carriers(effect)
        ]
        lag = chosen.lag_of(component)
        name = Cell(component.id, component.covers)
        rows.append((name, f"{component.i2020:.2f}", f"{component.i2025:.2f}", lag, "\n".join(carried) or "none"))
    headings = ("component and what it covers", "2020", "2025", "lag", "its share of the effect on a channel")
    return Table("Components", headings, rows, right=("2020", "2025", "lag"))
