"""The plan as data: levers, channels, measures, indicators and the facts behind them, read once from TOML."""

from __future__ import annotations

from functools import cache
from typing import Any

from scenarios.plan.records import (
    ARMS,
    TASK_GROUPS,
    Arm,
    Channel,
    Component,
    Derived,
    Effect,
    External,
    Fact,
    Goal,
    GoalTest,
    Indicator,
    Instrument,
    Interaction,
    Lever,
    Measure,
    Milestone,
    Phase,
    PlanHead,
    Prerequisite,
    Redline,
    Secondary,
)
from scenarios.plan.whole import Plan
from scenarios.typed_rows import read_record, read_table, read_toml

__all__ = [
    "ARMS",
    "TASK_GROUPS",
    "Arm",
    "Channel",
    "Component",
    "Derived",
    "Effect",
    "External",
    "Fact",
    "Goal",
    "GoalTest",
    "Indicator",
    "Instrument",
    "Interaction",
    "Lever",
    "Measure",
    "Milestone",
    "Phase",
    "Plan",
    "PlanHead",
    "Prerequisite",
    "Redline",
    "Secondary",
    "channels",
    "derived_figures",
    "external_figures",
    "facts",
    "goals",
    "indicators",
    "lever_ids",
    "levers",
    "levers_moving",
    "measures",
    "redline",
    "secondary_indicators",
    "shipped_plan",
]

TABLES: dict[str, tuple[str, ...]] = {
    "levers": ("lever",),
    "channels": ("channel",),
    "measures": ("measure",),
    "indicators": ("indicator", "redline", "secondary", "fact", "derived", "external"),
    "goals": ("goal",),
    "plan": ("plan",),
}
"""Tables by file."""


@cache
def shipped_plan() -> Plan:
    """Return the plan of the package, which holds where a scenario names none of its own."""
    head = read_record(PlanHead, _read("plan")["plan"], "plan.toml", "plan")
    return Plan(head, indicators(), levers(), channels(), measures(), goals())


@cache
def levers() -> tuple[Lever, ...]:
    """Return the thirty levers, in plan order."""
    return read_table(Lever, _read("levers")["lever"], "levers.toml", "lever")


@cache
def lever_ids() -> tuple[str, ...]:
    """Return the ids of the levers, in plan order."""
    return tuple(lever.id for lever in levers())


@cache
def channels() -> tuple[Channel, ...]:
    """Return the channels through which levers reach decisions."""
    return read_table(Channel, _read("channels")["channel"], "channels.toml", "channel")


@cache
def measures() -> tuple[Measure, ...]:
    """Return the 44 measures and the three supporting ones."""
    return read_table(Measure, _read("measures")["measure"], "measures.toml", "measure")


@cache
def indicators() -> tuple[Indicator, ...]:
    """Return the plan's seven indicators."""
    return read_table(Indicator, _read("indicators")["indicator"], "indicators.toml", "indicator")


@cache
def redline() -> Redline:
    """Return the bound on systemic risk."""
    return read_record(Redline, _read("indicators")["redline"], "indicators.toml", "redline")


@cache
def secondary_indicators() -> tuple[Secondary, ...]:
    """Return the secondary indicators."""
    return read_table(Secondary, _read("indicators")["secondary"], "indicators.toml", "secondary")


@cache
def goals() -> tuple[Goal, ...]:
    """Return the six development goals and the eleven shortcomings."""
    return read_table(Goal, _read("goals")["goal"], "goals.toml", "goal")


@cache
def facts() -> tuple[Fact, ...]:
    """Return the figures stated in the plan."""
    return read_table(Fact, _read("indicators")["fact"], "indicators.toml", "fact")


@cache
def derived_figures() -> tuple[Derived, ...]:
    """Return the figures computed from the plan's own."""
    return read_table(Derived, _read("indicators")["derived"], "indicators.toml", "derived")


@cache
def external_figures() -> tuple[External, ...]:
    """Return the figures that are not in the plan."""
    return read_table(External, _read("indicators")["external"], "indicators.toml", "external")


@cache
def levers_moving(channel: str) -> tuple[str, ...]:
    """Return the ids of the levers that move a channel, in plan order."""
    return tuple(lever.id for lever in levers() if any(effect.channel == channel for effect in lever.effects))


def _read(name: str) -> dict[str, Any]:
    return read_toml(f"plan/{name}.toml", TABLES[name])
