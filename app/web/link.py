"""A desk as the query of an address, and the valid settings of any address."""

from __future__ import annotations

import base64
import binascii
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import parse_qsl, urlencode

from app.web.desk import LARGEST_FILE, Desk
from app.web.moves import OPERATIONS, Change, DeskTrigger, Operation, Policy
from scenarios.errors import InputError, Problem, unknown
from scenarios.frozen import FrozenMapping
from scenarios.paths import shown
from scenarios.problem_texts import coded

BEFORE = "before."
"""Begins the parts of the last setting, where that is the baseline."""
SAME = "same"
"""As the file of the last setting: that of the desk."""
BETWEEN = "~"
"""Stands between the parts of one choice in a link."""
MOST_PARTS = 100
"""Parts of a link that are read."""
VIEWS = (
    "source",
    "design",
    "scenarios",
    "risk_source",
    "replayed",
    "ranked",
    "found",
    "pinned",
    "sweep",
    "agent",
    "failed",
    "reached",
    "batch",
    "stress",
    "split",
    "listed",
)
"""Choices of the pages beside the desk."""
ELSEWHERE = ("lang", "charts", *VIEWS)
"""Parts that the pages read themselves."""
READERS: Mapping[str, Callable[[str], Any]] = {
    "preset": str,
    "baseline": str,
    "macro": str,
    "parameters": str,
    "parameter_set": str,
    "runs": int,
    "scale": float,
    "seed": int,
    "title": str,
    "note": str,
}
"""Parts of a desk with their own names in a link, and their readers.

They are tried in this order: a parameter set may need the world that is named before it.
"""
TRIGGER = ("indicator", "side", "threshold", "months", "lever", "to", "cooldown")
"""Parts of a trigger in the order in which a link names them."""


@dataclass(frozen=True)
class Link:
    """A desk from an address, and the invalid parts of the address."""

    desk: Desk
    left_out: tuple[Problem, ...] = ()


def link_of(desk: Desk) -> str:
    """The desk as the query of an address, with nothing that stands where it stands anyway."""
    # A file that is opened sets choices of the desk: those need no saying.
    usual = Desk().opening(desk.file) if desk.file else Desk()
    pairs = [(key, str(getattr(desk, key))) for key in READERS if getattr(desk, key) != getattr(usual, key)]
    pairs += _policy_pairs(desk.policy)
    if desk.baseline == "last":
        same = desk.file and desk.before.file == desk.file
        earlier = replace(desk.before, file=SAME) if same else desk.before
        before = [("preset", earlier.preset), *_policy_pairs(earlier)]
        pairs += [(f"{BEFORE}{key}", text) for key, text in before]
    return urlencode(pairs, safe="@~")


def _policy_pairs(policy: Policy) -> list[tuple[str, str]]:
    """A policy beside its preset as parts of a link."""
    pairs = []
    for lever, change in sorted(policy.changes.items()):
        what = change.kind if isinstance(change, Operation) else repr(change.value)
        pairs.append((f"lever.{lever}", f"{what}@{change.start}{BETWEEN}{change.months}"))
    pairs += [("trigger", BETWEEN.join(str(getattr(trigger, name)) for name in TRIGGER)) for trigger in policy.triggers]
    if policy.file:
        packed = base64.urlsafe_b64encode(zlib.compress(policy.file.encode(), 9)).decode()
        pairs.append(("file", SAME if policy.file == SAME else packed))
    return pairs


def read_link(query: str) -> Link:
    """The desk that an address describes, as far as it does; never an error, whatever the address holds.

    Addresses are typed, truncated and lengthened. Unknown, unreadable and invalid parts are left out and
    named; all others are used.
    """
    fields = query.lstrip("?").split("&")
    left_out = []
    if len(fields) > MOST_PARTS:
        left_out.append(Problem(coded("link.too_long"), key="link", allowed=coded("allowed.at_most", most=MOST_PARTS)))
    asked = parse_qsl("&".join(fields[:MOST_PARTS]), keep_blank_values=True)
    desk = Desk()
    earlier = [(key.removeprefix(BEFORE), text) for key, text in asked if key.startswith(BEFORE)]
    asked = [pair for pair in asked if not pair[0].startswith(BEFORE)]
    parts: list[tuple[str, _Part]] = []
    for key, text in asked:
        try:
            if key == "file":
                desk = desk.opening(_unpacked(text))
            elif key not in ELSEWHERE:
                parts.append((key, _part(key, text)))
        except InputError as error:
            left_out += [replace(problem, key=problem.key or key) for problem in error.problems]
        except ValueError:
            left_out.append(unreadable(key, text))
    if earlier:
        before, problems = _before(earlier, desk.file)
        left_out += problems
        parts.append((BEFORE, _Part(choices={"before": before})))
    try:  # together, since parts may depend on each other
        return Link(_with(desk, [part for _, part in parts]), tuple(left_out))
    except InputError:
        pass
    for key, part in sorted(parts, key=lambda each: _rank(each[0])):
        try:
            desk = _with(desk, [part])
        except InputError as error:
            left_out += [replace(problem, key=problem.key or key) for problem in error.problems]
    return Link(desk, tuple(left_out))


def unreadable(key: str, text: str) -> Problem:
    """A part of a link whose text means nothing."""
    return Problem(coded("link.unreadable", value=shown(text)), key=key[:100], value=text)


def _before(parts: Sequence[tuple[str, str]], file: str) -> tuple[Policy, list[Problem]]:
    """The policy of the last setting, and the parts of it that are invalid."""
    same = ("file", SAME) in parts
    told = [(key, text) for key, text in parts if (key, text) != ("file", SAME)]
    link = read_link(
        urlencode([pair for pair in told if pair[0] == "file" or pair[0] not in READERS or pair[0] == "preset"])
    )
    policy = replace(link.desk.policy, file=file) if same else link.desk.policy
    return policy, [replace(problem, key=f"{BEFORE}{problem.key}") for problem in link.left_out]


@dataclass(frozen=True)
class _Part:
    """Settings of a desk by one part of a link."""

    choices: Mapping[str, Any] = FrozenMapping()
    changes: Mapping[str, Change | Operation] = FrozenMapping()
    triggers: tuple[DeskTrigger, ...] = ()


def _part(key: str, text: str) -> _Part:
    """One part; ValueError where it cannot be read, InputError where it means nothing."""
    if key in READERS:
        return _Part(choices={key: READERS[key](text)})
    if key.startswith("lever."):
        value, _, dates = text.partition("@")
        start, _, months = dates.partition(BETWEEN)
        move = Operation(value, start, int(months)) if value in OPERATIONS else Change(float(value), start, int(months))
        return _Part(changes={key.removeprefix("lever."): move})
    if key == "trigger":
        indicator, side, threshold, months, lever, to, cooldown = text.split(BETWEEN)
        if side not in ("below", "above"):
            raise ValueError(text)
        trigger = DeskTrigger(indicator, side, float(threshold), int(months), lever, float(to), int(cooldown))
        return _Part(triggers=(trigger,))
    raise InputError(unknown("link_key", key[:100], READERS, key=key[:100], allowed=""))


def _with(desk: Desk, parts: Sequence[_Part]) -> Desk:
    choices = {key: value for part in parts for key, value in part.choices.items()}
    changes = {lever: change for part in parts for lever, change in part.changes.items()}
    triggers = [trigger for part in parts for trigger in part.triggers]
    return replace(
        desk,
        **choices,
        changes=FrozenMapping({**desk.changes, **changes}),
        triggers=(*desk.triggers, *triggers),
    )


def _rank(key: str) -> int:
    """Place of a part where each is tried alone: choices in the order of `READERS`, then levers and triggers."""
    return list(READERS).index(key) if key in READERS else len(READERS)


def _unpacked(text: str) -> str:
    """A file from a link; one that unpacks to more than the largest file is refused."""
    try:
        unpacker = zlib.decompressobj()
        return unpacker.decompress(base64.urlsafe_b64decode(text), LARGEST_FILE + 1).decode()
    except (zlib.error, binascii.Error) as error:
        raise ValueError(str(error)) from None
