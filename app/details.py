"""One lever, measure or indicator with all that is recorded of it."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from rich.console import Group, RenderableType
from rich.text import Text

from app.output import plain_data
from app.tables import UNREAD, channels_of, control, table
from scenarios import plan
from scenarios.plan import Lever, Measure
from scenarios.plan.register import chain
from scenarios.shocks import PROFILES, ShockKind


def lever_data(lever: Lever) -> dict[str, Any]:
    """Return a lever as plain data, each effect with the channel's baseline and the rule that reads it (or null)."""
    data: dict[str, Any] = plain_data(lever)
    channels = channels_of(lever)
    for effect in data["effects"]:
        channel = channels[effect["channel"]]
        effect |= {"unit": channel.unit, "baseline_2020": channel.baseline_2020, "rule": channel.rule or None}
    data["acts"] = any(channel.rule for channel in channels.values())
    return data


def lever(chosen: Lever) -> RenderableType:
    """Return a lever's facts, path, effects, prerequisites and measures."""
    years = ", ".join(f"{2020 + place}: {value:.2f}" for place, value in enumerate(chosen.path_plan))
    facts = {
        "id": chosen.id,
        "task group": chosen.task_group,
        "decided by": chosen.authority,
        "city": control(chosen),
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
    parts = [_facts(chosen.name, facts), _effects(chosen)]
    if chosen.prerequisites:
        rows = [
            (each.lever, f"{each.at_least:.2f}", f"{each.cap:.2f}", each.what, each.basis)
            for each in chosen.prerequisites
        ]
        parts.append(table("Prerequisites", ("lever", "at least", "else held at", "what", "basis"), rows))
    if chosen.milestones:
        events = [(each.date, each.what, each.status, "yes" if each.hindsight else "") for each in chosen.milestones]
        parts.append(table("Dated events", ("date", "what", "status", "after the plan"), events))
    return Group(*parts)


def _effects(chosen: Lever) -> RenderableType:
    channels = channels_of(chosen)
    rows = []
    for effect in chosen.effects:
        channel = channels[effect.channel]
        betas = f"{effect.beta:g} ({effect.beta_min:g} to {effect.beta_max:g})"
        baseline = f"{channel.baseline_2020:g} {channel.unit}"
        name = Text.assemble(effect.channel, "\n", (channel.rule or UNREAD, "dim"))
        rows.append((name, betas, effect.form, baseline, channel.higher_means))
    headings = (
        "channel and the rule that reads it",
        "effect of the full step (range)",
        "form",
        "baseline",
        "higher means",
    )
    return table("Effects", headings, rows)


def measure(chosen: Measure) -> RenderableType:
    """Return a measure's facts, its instruments, and the chain by which it acts."""
    found = chain(chosen)
    facts = {
        "id": chosen.id,
        "section": f"{chosen.section} {chosen.section_title}",
        "decided by": f"{chosen.authority}. {chosen.authority_note}",
        "acts on": ", ".join(chosen.acts_on),
        "mechanism": chosen.mechanism,
        "channels": ", ".join((chosen.channel, *chosen.channels_secondary)),
        "indicators": ", ".join(f"{name} ({chosen.direction.get(name, '?')})" for name in chosen.kpis),
        "from": f"{chosen.start}, over {chosen.ramp_months} months",
        "lag": f"{chosen.lag_months} months ({chosen.lag_basis})",
        "strength": f"{chosen.strength}: {chosen.strength_reason}",
        "modelled as": f"{found.modelled_as}. {chosen.modelled_note}",
        "proof": found.test or "none: context moves nothing",
        "source": chosen.source,
    }
    instruments = [(each.lever, each.what) for each in chosen.instruments]
    links = [(each.lever, each.channel, each.kind, each.rule, each.term) for each in found.links]
    return Group(
        _facts(chosen.title, facts),
        table("Instruments", ("lever", "what"), instruments),
        table("How it acts", ("lever", "channel", "kind", "rule", "term"), links),
    )


def shock(chosen: ShockKind) -> RenderableType:
    """Return a shock's facts and where its numbers come from."""
    facts = {
        "name": chosen.name,
        "moves": chosen.moves,
        "size": f"{chosen.size:g} {chosen.unit}",
        "range": chosen.allowed,
        "months": " to ".join(dict.fromkeys(chosen.window)),
        "profile": f"{chosen.profile}: {PROFILES[chosen.profile]}",
        "after": chosen.after,
        "shocks that overlap": "multiply" if chosen.form == "factor" else "add up",
        "enters": chosen.rule,
        "basis of size": chosen.basis.size,
        "basis of range": chosen.basis.range,
        "basis of months and fading": chosen.basis.time,
        "example": f"lujiazui run plan --shock {chosen.name}={chosen.size:g}@{'..'.join(chosen.window)}",
    }
    return _facts(chosen.title, facts)


def record(chosen: plan.Indicator | plan.Redline | plan.Secondary) -> RenderableType:
    """Return all fields of an indicator that say something."""
    return _facts(chosen.name, {field.name.replace("_", " "): getattr(chosen, field.name) for field in fields(chosen)})


def _facts(title: str, facts: dict[str, Any]) -> RenderableType:
    said = [(Text(name, style="bold"), value) for name, value in facts.items() if value not in ("", ())]
    made = table(title, ("", ""), said)
    made.show_header = False
    return made
