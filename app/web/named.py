"""Names of indicators and levers: those of the app in its languages, and of a user's own plan as the plan has them."""

from __future__ import annotations

from app.briefing.amounts import is_share
from app.briefing.words import group_in_plan, in_plan
from app.web.recorded_units import recorded_unit
from app.web.words import Words, catalogue
from scenarios.plan import Goal, Indicator, Lever, Plan, goals, indicators, levers
from sim.closing.dictionary import unit_of


def indicator_name(indicator: Indicator, words: Words) -> str:
    """Return the name of an indicator of a plan."""
    usual = {each.id: each.name for each in indicators()}
    changed = indicator.name != usual.get(indicator.id)
    return in_plan(indicator, words.language) if changed else words(f"indicator.{indicator.id}")


def unit_name(indicator: Indicator, words: Words) -> str:
    """Return the unit in which an indicator of a plan is shown."""
    if f"unit.{indicator.id}" in catalogue():
        return words(f"unit.{indicator.id}")
    if indicator.unit == unit_of(indicator.id):
        return recorded_unit(indicator.id, words).text
    return "%" if is_share(indicator.id) else words.of_data(f"unit.{indicator.unit}", indicator.unit)


def lever_name(lever: Lever, words: Words) -> str:
    """Return the name of a lever of a plan or of a component of others."""
    usual = {each.id: each.name for each in levers()}
    changed = lever.name != usual.get(lever.id)
    return in_plan(lever, words.language) if changed else words(f"lever.{lever.id}")


def goal_name(goal: Goal, words: Words) -> str:
    """Return the name of a goal of a plan."""
    usual = {each.id: each.name for each in goals()}
    changed = goal.name != usual.get(goal.id)
    return in_plan(goal, words.language) if changed else words(f"goal.{goal.id}")


def group_name(group: str, words: Words, plan: Plan) -> str:
    """Return the name of a group of levers of a plan."""
    return group_in_plan(group, words.language, plan) or words.known(f"group.{group}", group)
