"""Names of indicators and levers: those of the app in its languages, and of a user's own plan as the plan has them."""

from __future__ import annotations

from app.web.words import Words
from scenarios.plan import Goal, Indicator, Lever, goals, indicators, levers


def indicator_name(indicator: Indicator, words: Words) -> str:
    """Return the name of an indicator of a plan."""
    usual = {each.id: each.name for each in indicators()}
    changed = indicator.name != usual.get(indicator.id)
    return indicator.name if changed else words(f"indicator.{indicator.id}")


def unit_name(indicator: Indicator, words: Words) -> str:
    """Return the unit in which an indicator of a plan is shown."""
    return words.known(f"unit.{indicator.id}", words.of_data(f"unit.{indicator.unit}", indicator.unit))


def lever_name(lever: Lever, words: Words) -> str:
    """Return the name of a lever of a plan or of a component of others."""
    usual = {each.id: each.name for each in levers()}
    changed = lever.name != usual.get(lever.id)
    return lever.name if changed else words(f"lever.{lever.id}")


def goal_name(goal: Goal, words: Words) -> str:
    """Return the name of a goal of a plan."""
    usual = {each.id: each.name for each in goals()}
    return goal.name if goal.name != usual.get(goal.id) else words(f"goal.{goal.id}")


def group_name(group: str, words: Words) -> str:
    """Return the name of a group of levers."""
    return words.known(f"group.{group}", group)
