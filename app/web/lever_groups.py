"""The levers of the desk: found by search, in the plan's groups or by who decides, moved or operated on."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import solara

from app.web import session
from app.web.address import query_of_session
from app.web.changes import changed
from app.web.clauses import LONGEST_SEARCH as LONGEST_TITLE
from app.web.clauses import clauses_of_lever, numeral
from app.web.components import Levers
from app.web.desk import Desk
from app.web.link import BETWEEN
from app.web.moves import OPERATIONS, Change, Operation, own_paths
from app.web.named import group_name, lever_name
from app.web.offered import Offered, offered
from app.web.problems import problems_told
from app.web.told import Told
from app.web.words import LANGUAGES, Words
from scenarios import plan
from scenarios.calendar import BASELINE, month_ordinal
from scenarios.errors import InputError

OTHERS = "components of others"
"""Group of the levers of components of others that belong to none."""
AUTHORITIES = ("own", "shared", "lobby")
"""Who decides, from the city to the nation."""
KINDS = {
    "move": "desk.move",
    "delay": "desk.delay",
    "forward": "desk.forward",
    "cancel": "desk.cancel_lever",
    "hold": "desk.hold",
}
"""Ways to change a lever, and their names."""
UNTIMED = ("cancel", "hold")
"""Ways that take no months."""
MONTHS = 12
"""Months of a change where none are chosen."""


WAYS = {"group": "desk.by_group", "handle": "desk.by_authority"}
"""Ways to group the levers, the usual one first, and their names."""
LONGEST_SEARCH = 60


def way_listed(told: str | None = None) -> tuple[str, str]:
    """How the levers are grouped and what is searched, of a link, by default of the session's; or the usual way."""
    way, _, search = (session.view.peek().get("listed", "") if told is None else told).partition(BETWEEN)
    return (way if way in WAYS else next(iter(WAYS)), search[:LONGEST_SEARCH])


def settings(desk: Desk) -> dict[str, dict[str, Any]]:
    """How each lever is set: whether it is moved, in which way, to which intensity, from when, in how many months."""
    start, last = desk.start(), min(month_ordinal(offered().last_month), month_ordinal(desk.start().end))
    planned, now = (own_paths(each)[last - BASELINE] for each in (start, desk.scenario()))
    found = {}
    for place, lever in enumerate(start.all_levers):
        change = desk.changes.get(lever.id)
        usual = round(float(planned[place]), 3)
        shown = change or Change(usual)
        found[lever.id] = {
            "planned": usual,
            "moved": change is not None,
            "kind": change.kind if isinstance(change, Operation) else "move",
            "value": change.value if isinstance(change, Change) else round(float(now[place]), 3),
            "start": shown.start,
            "months": shown.months,
        }
    return found


@lru_cache(maxsize=16)
def _lever_texts(known: tuple[plan.Lever, ...], of_operator: Offered, last: int, language: str) -> list[dict[str, Any]]:
    """What the rows of levers show whatever they are set to, which a browser has once and not after each change."""
    words, measures, rows = Words(language), of_operator.plan.measures, []

    def named(key: str) -> str:
        return words.known(key, key.partition(".")[2])

    for lever in known:
        acts = [f"channel.{effect.channel}" for effect in lever.effects]
        names = [f"lever.{lever.id}", f"authority.{lever.municipal_handle}", f"group.{lever.task_group}", *acts]
        found = [each.known(key, "") for each in map(Words, LANGUAGES) for key in names]
        # A word of a measure that uses the lever, or of what it is measured in, finds it too.
        of_plan = {f"measure.{each.id}": each.title for each in measures if lever.id in each.levers}
        of_plan |= {f"lever_measured.{lever.id}": lever.natural_unit, f"lever_scale.{lever.id}": lever.unit}
        found += [each.of_data(key, text) for each in map(Words, LANGUAGES) for key, text in of_plan.items()]
        rows.append(
            {
                "id": lever.id,
                "name": lever_name(lever, words),
                "value_2020": lever.intensity_2020,
                "low": round(lever.intensity("committed", last), 3),
                "high": round(lever.intensity("stretch", last), 3),
                "group": lever.task_group or OTHERS,
                "handle": lever.municipal_handle,
                "authority": words(f"authority.{lever.municipal_handle}"),
                "authority_told": words(f"authority.{lever.municipal_handle}_told"),
                "unit": words.of_data(f"lever_measured.{lever.id}", lever.natural_unit),
                "ends": words.of_data(f"lever_scale.{lever.id}", lever.unit),
                "clauses": clauses_of_lever(lever, words),
                "acts": words("problem.joint").join((words("desk.acts"), words("desk.comma").join(map(named, acts)))),
                "words": " ".join([lever.id, lever.name, lever.name_zh, *found]).lower(),
            }
        )
    return rows


def lever_rows(desk: Desk, words: Words) -> list[dict[str, Any]]:
    """The levers with all that their rows show, whatever they are set to, in the plan's order."""
    last = min(month_ordinal(offered().last_month), month_ordinal(desk.start().end))
    return _lever_texts(desk.start().all_levers, offered(), last, words.language)


def set_rows(desk: Desk, words: Words) -> dict[str, dict[str, Any]]:
    """How each lever is set, by lever, with the sentence on a change."""
    return {
        lever: {**found, "sentence": changed(lever, desk, words) if lever in desk.changes else ""}
        for lever, found in settings(desk).items()
    }


def change_of(event: dict[str, Any], desk: Desk) -> Change | Operation:
    """The change after an event of a lever's row, which names what was changed; the rest stays as the desk has it.

    A page may be behind the desk by an event, so that what it shows of the rest does not count.

    Raises
    ------
    ValueError
        If the event describes no change of a lever.
    """
    before = settings(desk).get(str(event["lever"]))
    if before is None:
        raise ValueError(event["lever"])
    if "kind" in event and event["kind"] != before["kind"]:
        lasting = event["kind"] not in UNTIMED
        before["months"] = (before["months"] if before["moved"] and before["months"] else MONTHS) if lasting else 0
    after = {**before, **event}
    kind, start, months = str(after["kind"]), str(after["start"]), int(after["months"])
    for operation in OPERATIONS:
        if operation == kind:
            return Operation(operation, start, months)
    if kind != "move":
        raise ValueError(kind)
    return Change(round(float(after["value"]), 4), start, months)


@solara.component
def LeverGroups(desk: Desk) -> None:
    """The section of the desk."""
    words, router = session.words(), solara.use_router()
    groups = [
        {"id": group, "title": f"{numeral(group, words)} {words(f'group.{group}')}", "open": group == "III(III)"}
        for group in plan.TASK_GROUPS
    ]
    own = dict.fromkeys(lever.task_group for lever in desk.start().all_levers)
    groups += [
        {"id": each, "title": group_name(each, words, offered().plan), "open": True}
        for each in own
        if each and each not in plan.TASK_GROUPS
    ]
    groups.append({"id": OTHERS, "title": OTHERS, "open": True})
    handles = [
        {"id": each, "title": words(f"authority.{each}"), "open": each == AUTHORITIES[0]} for each in AUTHORITIES
    ]

    def moved_to(event: dict[str, Any]) -> None:
        try:
            session.put(session.desk.value.with_change(str(event["lever"]), change_of(event, session.desk.value)))
            session.accept()
        except (InputError, ValueError, TypeError) as error:
            session.refuse(problems_told(error, words), "levers")

    def listed(event: dict[str, Any]) -> None:
        by, wanted = str(event["by"]), str(event["find"])[:LONGEST_SEARCH]
        session.look(listed=f"{by}{BETWEEN}{wanted}" if by in WAYS and (by, wanted) != (next(iter(WAYS)), "") else "")

    def traced(search: Any) -> None:
        session.look(found=str(search)[:LONGEST_TITLE])
        router.push(f"/sources?{query_of_session()}")

    texts: dict[str, Any] = {
        "clauses": words("clause.of_lever"),
        "no_clause": words("clause.none"),
        "intensity": words("desk.intensity"),
        "in_2020": words("desk.in_2020"),
        "preset": words("desk.planned", year=offered().plan.target_year),
        "start": words("desk.from"),
        "months": words("desk.months"),
        "last": offered().last_month,
        "reset": words("desk.reset_one"),
        "what": words("desk.what"),
        "words": words("desk.words").split("|"),
        "operation": words("desk.operation"),
        "find": words("desk.find"),
        "none_found": words("desk.none_found"),
        "grouped": words("desk.grouped"),
        "by": [
            {"id": way, "text": words(key)}
            for way, key in zip(WAYS, ("desk.by_group", "desk.by_authority"), strict=True)
        ],
        "listed": dict(zip(("by", "find"), way_listed(), strict=True)),
        "range": words("desk.committed_to_stretch"),
        "kinds": [{"id": kind, "text": words(key)} for kind, key in KINDS.items()],
    }
    solara.HTML(tag="h2", unsafe_innerHTML=words("desk.policy"), classes=["lj-policy"])
    Told("levers")
    Levers(
        levers=lever_rows(desk, words),
        settings=set_rows(desk, words),
        groups={"group": groups, "handle": handles},
        texts=texts,
        event_listed=listed,
        event_traced=traced,
        event_moved=moved_to,
        event_reset=lambda lever: session.put(session.desk.value.with_change(str(lever), None)),
    )
