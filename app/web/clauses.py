"""Clauses of the plan: where it has a measure, a target or the redline, and the measures behind a lever."""

from __future__ import annotations

import re
from typing import Any

from app.briefing.words import group_in_plan
from app.web.offered import offered
from app.web.words import Words
from scenarios.plan import TASK_GROUPS, Indicator, Lever, Measure, measures, redline

NUMERALS = "一二三四五六七八"
OF_PLAN = re.compile(r"measure (?P<measure>\d+)(?:; Box (?P<box>\d+))?")
SUPPORTING = re.compile(r"section IV \((?P<numeral>I+)\)")
LONGEST_SEARCH = 80
"""Letters of a title that are searched for on the page of sources."""


def numeral(group: str, words: Words) -> str:
    """Number of a task group as the plan writes it: (III) in English, in Chinese numerals in Chinese."""
    if words.language == "en":
        return group.removeprefix("III")
    return words("desk.numeral", number=NUMERALS[TASK_GROUPS.index(group)])


def measure_title(measure: Measure, words: Words) -> str:
    """Title of a measure: that of a plan of the operator's own as it has it."""
    usual = {each.id: each.title for each in measures()}
    own = usual.get(measure.id) != measure.title
    return measure.title if own else words.of_data(f"measure.{measure.id}", measure.title)


def clause_of_measure(measure: Measure, words: Words) -> str:
    """Part, section and number of a measure in the plan; under another plan its group and what that has as source."""
    group = measure.section
    named = group_in_plan(group, words.language, offered().plan) or words.known(f"group.{group}", measure.section_title)
    if (found := OF_PLAN.fullmatch(measure.source)) and group in TASK_GROUPS:
        told = words("clause.measure", numeral=numeral(group, words), group=named, number=found["measure"])
        return told + (words("clause.box", number=found["box"]) if found["box"] else "")
    if found := SUPPORTING.fullmatch(measure.source):
        count = len(found["numeral"])
        shown = f"({found['numeral']})" if words.language == "en" else words("desk.numeral", number=NUMERALS[count - 1])
        return words("clause.supporting", numeral=shown)
    return words("desk.comma").join(part for part in (named, measure.source) if part)


def clause_of_indicator(indicator: Indicator, words: Words) -> str:
    """Where the plan of the package has the target of an indicator; empty under another plan."""
    return "" if offered().own_plan else _in_plan(indicator.location, words)


def clause_of_redline(words: Words) -> str:
    """Where the plan of the package has its redline; empty under another plan."""
    return "" if offered().own_plan else _in_plan(redline().location, words)


def _in_plan(location: str, words: Words) -> str:
    return words("desk.comma").join((words("sources.plan"), words.of_data(f"clause.{location}", location)))


def clauses_of_lever(lever: Lever, words: Words) -> list[dict[str, Any]]:
    """The measures whose instruments a lever carries: clause and title of each, and the text that finds it."""
    return [
        {
            "clause": clause_of_measure(each, words),
            "title": measure_title(each, words),
            "search": measure_title(each, words)[:LONGEST_SEARCH],
        }
        for each in offered().plan.measures
        if lever.id in each.levers
    ]
