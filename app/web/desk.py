"""What stands on the desk: a preset, changes of levers, assumptions; it turns into scenarios and into an address."""

from __future__ import annotations

import base64
import binascii
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import parse_qsl, urlencode

from scenarios.calendar import is_month, month_ordinal, month_text
from scenarios.errors import InputError, Problem, nearest_name
from scenarios.frozen import FrozenMapping

if TYPE_CHECKING:
    from scenarios.schema import Scenario

BASELINES = ("committed", "frozen")
MACRO = ("neutral", "adverse", "realised")
MOST_RUNS = 200
RUNS = (8, 24, 50, 100, 200)
SCALES = (0.05, 0.1, 0.2, 1.0)
DRAWS = 8
"""Draws of the parameters on the desk; more would cost the first answer its speed."""
FIRST_MONTH, LAST_MONTH = "2021-01", "2025-12"


READERS: Mapping[str, Callable[[str], Any]] = {
    "preset": str,
    "baseline": str,
    "macro": str,
    "parameters": str,
    "runs": int,
    "scale": float,
    "seed": int,
    "title": str,
    "note": str,
}
"""Parts of a desk that stand in a link under their own names, and what reads them."""
LONGEST = {"title": 120, "note": 1000}
"""Characters of texts of the user."""

TRIGGER = ("indicator", "side", "threshold", "months", "lever", "to", "cooldown")
"""Parts of a trigger in the order in which a link names them."""
MOST_TRIGGERS = 12

LARGEST_FILE = 100_000
"""Bytes of a scenario file that a browser may send."""


def opened_scenario(text: str, file_name: str = "scenario.yaml") -> Scenario:
    """The scenario in a text that a browser sent: data alone, which names no file of the server.

    Raises
    ------
    scenarios.InputError
        As for a file of the command line, and for a text that is too large or asks for a file of drivers.
    """
    from scenarios.loader import parse_scenario

    if len(text.encode()) > LARGEST_FILE:
        raise InputError("the file is too large", where=file_name, allowed=f"at most {LARGEST_FILE} bytes")
    scenario = parse_scenario(text, file_name)
    if scenario.macro not in MACRO:
        raise InputError(
            "the app takes no drivers of one's own",
            where=file_name,
            key="macro",
            value=scenario.macro,
            allowed=", ".join(MACRO),
        )
    return scenario


def _unpacked(text: str) -> str:
    """A file out of a link; what unpacks to more than a file may hold is refused."""
    try:
        unpacker = zlib.decompressobj()
        return unpacker.decompress(base64.urlsafe_b64decode(text), LARGEST_FILE + 1).decode()
    except (zlib.error, binascii.Error) as error:
        raise ValueError(str(error)) from None


@dataclass(frozen=True)
class DeskTrigger:
    """A trigger of scenario files as the desk's form has it."""

    indicator: str = "foreign_bond_share"
    side: str = "below"
    threshold: float = 0.03
    months: int = 6
    lever: str = "bond_market_access"
    to: float = 0.9
    cooldown: int = 12

    def plain(self) -> dict[str, Any]:
        """The trigger as it is written in a file."""
        kept = ("indicator", "months", "lever", "to", "cooldown")
        return {self.side: self.threshold, **{name: getattr(self, name) for name in kept}}

    def text(self) -> str:
        """The trigger in a link."""
        return "~".join(str(getattr(self, name)) for name in TRIGGER)

    @classmethod
    def from_text(cls, text: str) -> DeskTrigger:
        """A trigger out of a link; ValueError where it has other parts than a trigger."""
        indicator, side, threshold, months, lever, to, cooldown = text.split("~")
        if side not in ("below", "above"):
            raise ValueError(text)
        return cls(indicator, side, float(threshold), int(months), lever, float(to), int(cooldown))


@dataclass(frozen=True)
class Change:
    """A lever on its way from the preset's path to an intensity."""

    value: float
    start: str = "2021-07"
    months: int = 24

    @property
    def end(self) -> str:
        """Month in which the intensity is reached."""
        return month_text(min(month_ordinal(self.start) + self.months, month_ordinal(LAST_MONTH)))

    def path(self) -> dict[str, Any]:
        """The change as a lever path of a scenario file."""
        if self.end == self.start:
            return {self.start: self.value}
        return {"ramp": {self.start: "keep", self.end: self.value}}


@dataclass(frozen=True)
class Desk:
    """Everything a session asks; frozen, so that undo is a list of desks."""

    preset: str = "plan"
    baseline: str = "committed"
    changes: Mapping[str, Change] = field(default_factory=FrozenMapping)
    triggers: tuple[DeskTrigger, ...] = ()
    """Levers that answer an indicator, after those of the file."""
    macro: str = "neutral"
    parameters: Literal["drawn", "central"] = "drawn"
    runs: int = 24
    scale: float = 0.1
    seed: int = 1
    file: str = ""
    """A scenario file that was opened, in its own words; its policy takes the place of the preset's."""
    title: str = ""
    note: str = ""
    """What the user calls this scenario and says of it; they go into its file and its link."""

    def __post_init__(self) -> None:
        problems = [*self._choices(), *self._changes()]
        if problems:
            raise InputError(problems)
        self.scenario()  # the file, its horizon and its budget may refuse what is fine by itself

    @property
    def draws(self) -> int:
        """Draws of the parameters that the runs share; none takes the central point."""
        return 0 if self.parameters == "central" else DRAWS

    def _choices(self) -> list[Problem]:
        from scenarios import names

        allowed: dict[str, tuple[Any, ...]] = {
            "preset": tuple(names()),
            "baseline": BASELINES,
            "macro": MACRO,
            "parameters": ("drawn", "central"),
            "scale": SCALES,
        }
        problems = []
        for key, known in allowed.items():
            value = getattr(self, key)
            if value not in known:
                told = ", ".join(str(each) for each in known)
                nearest = nearest_name(str(value), [str(each) for each in known])
                problems.append(
                    Problem(f"unknown {key} {value!r}", key=key, value=value, allowed=told, nearest=nearest)
                )
        for key, most in (("runs", MOST_RUNS), ("seed", 1_000_000)):
            value = getattr(self, key)
            if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= most:
                problems.append(
                    Problem(
                        f"{value!r} is not usable", key=key, value=value, allowed=f"a whole number from 1 to {most}"
                    )
                )
        if len(self.triggers) > MOST_TRIGGERS:
            problems.append(Problem("there are too many triggers", key="trigger", allowed=f"at most {MOST_TRIGGERS}"))
        for key, longest in LONGEST.items():
            value = getattr(self, key)
            if not isinstance(value, str) or len(value) > longest:
                problems.append(Problem("the text is too long", key=key, allowed=f"at most {longest} characters"))
        return problems

    def _changes(self) -> list[Problem]:
        from scenarios.plan import lever_ids

        problems = []
        for lever, change in self.changes.items():
            if lever not in lever_ids():
                nearest = nearest_name(lever, lever_ids())
                problems.append(Problem(f"unknown lever {lever!r}", key=f"levers.{lever}", nearest=nearest))
            if not 0.0 <= change.value <= 1.0:
                problems.append(
                    Problem(f"{change.value!r} is no intensity", key=f"levers.{lever}", allowed="a number from 0 to 1")
                )
            if not is_month(change.start) or not FIRST_MONTH <= change.start <= LAST_MONTH:
                allowed = f"a month from {FIRST_MONTH} to {LAST_MONTH}"
                problems.append(Problem(f"{change.start!r} is no start", key=f"levers.{lever}", allowed=allowed))
            if not 0 <= change.months <= 59:
                problems.append(
                    Problem(f"{change.months!r} months", key=f"levers.{lever}", allowed="from 0 to 59 months")
                )
        return problems

    def with_change(self, lever: str, change: Change | None) -> Desk:
        """The desk with a lever moved, or back on the preset's path."""
        changes = {name: each for name, each in self.changes.items() if name != lever}
        if change is not None:
            changes[lever] = change
        return replace(self, changes=FrozenMapping(changes))

    def start(self) -> Scenario:
        """The scenario that the changes start from: the file that was opened, or the preset."""
        from scenarios import load

        return opened_scenario(self.file) if self.file else load(self.preset)

    def scenario(self) -> Scenario:
        """What is simulated.

        The name says that it is the desk's, so that a preset and the desk can stand side by side.
        """
        base = self.start()
        plain = {**base.plain(), "macro": self.macro if self.macro != "neutral" else base.macro, "scale": self.scale}
        if self.triggers:
            plain["triggers"] = [*plain.get("triggers", ()), *(trigger.plain() for trigger in self.triggers)]
        plain["name"] = "desk"
        plain |= {"title": self.title or base.title, "description": self.note or base.description}
        asked = type(base)(**plain)
        return asked.with_levers({lever: change.path() for lever, change in self.changes.items()})

    def baseline_scenario(self) -> Scenario:
        """What it is compared with: the same world, other policy."""
        from scenarios import load

        asked = self.scenario()
        base = load(self.baseline)
        world = ("macro", "scale", "shocks", "end")
        same = {name: value for name, value in asked.plain().items() if name in world}
        return type(base)(**{**base.plain(), **same})

    def query(self) -> str:
        """The desk as the query of an address, with nothing that stands at its default."""
        usual = Desk()
        pairs = [(key, str(getattr(self, key))) for key in READERS if getattr(self, key) != getattr(usual, key)]
        pairs += [
            (f"lever.{lever}", f"{change.value:g}@{change.start}~{change.months}")
            for lever, change in sorted(self.changes.items())
        ]
        pairs += [("trigger", trigger.text()) for trigger in self.triggers]
        if self.file:
            pairs.append(("file", base64.urlsafe_b64encode(zlib.compress(self.file.encode(), 9)).decode()))
        return urlencode(pairs, safe="@~")

    @classmethod
    def from_query(cls, query: str) -> Desk:
        """The desk that an address describes.

        Raises
        ------
        scenarios.InputError
            For an unknown key, preset, lever or a value that cannot be used.
        """
        chosen: dict[str, Any] = {}
        changes: dict[str, Change] = {}
        triggers: list[DeskTrigger] = []
        for key, text in parse_qsl(query.lstrip("?"), max_num_fields=100):
            try:
                if key.startswith("lever."):
                    value, _, dates = text.partition("@")
                    start, _, months = dates.partition("~")
                    changes[key.removeprefix("lever.")] = Change(float(value), start, int(months))
                elif key == "trigger":
                    triggers.append(DeskTrigger.from_text(text))
                elif key == "file":
                    chosen[key] = _unpacked(text)
                elif key in READERS:
                    chosen[key] = READERS[key](text)
                elif key not in ("lang", "charts"):  # what is read by the pages themselves
                    nearest = nearest_name(key, READERS)
                    raise InputError(f"unknown key {key!r} in the link", key=key, value=text, nearest=nearest)
            except ValueError:
                raise InputError(f"{text!r} cannot be read", where="link", key=key, value=text) from None
        return cls(**chosen, changes=FrozenMapping(changes), triggers=tuple(triggers))

    def command_line(self) -> str:
        """The command that runs the same comparison, with a file of the scenario."""
        return (
            f"lujiazui batch desk.yaml {self.baseline} --runs {self.runs} --seed {self.seed} --draws {self.draws}"
            f" --macro {self.scenario().macro} --scale {self.scale} --store runs"
        )

    def python(self) -> str:
        """The same in Python."""
        return (
            "import sim\n\n"
            "ensemble = sim.ensemble(\n"
            f'    ["desk.yaml", "{self.baseline}"], runs={self.runs}, seed={self.seed}, draws={self.draws},\n'
            f'    macro="{self.scenario().macro}", scale={self.scale}, store="runs",\n'
            ")\n"
            f'print(ensemble.difference("desk", "{self.baseline}"))\n'
        )
