"""The path of one lever in a scenario: what was written, and its intensity by month."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from scenarios.calendar import BASELINE, is_month, month_ordinal, month_text
from scenarios.errors import Problem, nearest_name
from scenarios.plan import ARMS, Arm, Lever

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    type Intensities = NDArray[np.float64]

KEEP = "keep"
"""As the first value of a ramp: follow the path before until this month."""

_DEEPEST = 20
_FORMS = "a number from 0 to 1, frozen, committed, plan, stretch, dates with values, ramp, pulse or splice"


@dataclass(frozen=True, slots=True)
class Constant:
    """One intensity from the first month on."""

    value: float

    def plain(self) -> Any:
        """Return the path as it is written in a file."""
        return self.value

    def intensities(self, lever: Lever, before: Intensities, start: int) -> Intensities:
        """Return the intensities from the baseline month on; `before` is the path followed until `start`."""
        path = before.copy()
        path[start - BASELINE :] = self.value
        return path


@dataclass(frozen=True, slots=True)
class OnArm:
    """The path of this lever on one of the four arms."""

    arm: Arm

    def plain(self) -> Any:
        """Return the path as it is written in a file."""
        return self.arm

    def intensities(self, lever: Lever, before: Intensities, start: int) -> Intensities:
        """Return the intensities from the baseline month on; `before` is the path followed until `start`."""
        path = before.copy()
        for month in range(start, BASELINE + len(path)):
            path[month - BASELINE] = lever.intensity(self.arm, month)
        return path


@dataclass(frozen=True, slots=True)
class Steps:
    """Intensities that hold from a month until the next one named."""

    values: tuple[tuple[str, float], ...]

    def plain(self) -> Any:
        """Return the path as it is written in a file."""
        return dict(self.values)

    def intensities(self, lever: Lever, before: Intensities, start: int) -> Intensities:
        """Return the intensities from the baseline month on; `before` is the path followed until `start`."""
        path = before.copy()
        for month, value in self.values:
            path[month_ordinal(month) - BASELINE :] = value
        return path


@dataclass(frozen=True, slots=True)
class Ramp:
    """Straight lines through the dated intensities, constant after the last.

    The first line starts from the path before, in the last month before this path takes hold. With `hold`, a month,
    the path before is followed until that month and the first line starts there.
    """

    values: tuple[tuple[str, float], ...]
    hold: str | None = None

    def plain(self) -> Any:
        """Return the path as it is written in a file."""
        held = {} if self.hold is None else {self.hold: KEEP}
        return {"ramp": {**held, **dict(self.values)}}

    def intensities(self, lever: Lever, before: Intensities, start: int) -> Intensities:
        """Return the intensities from the baseline month on; `before` is the path followed until `start`."""
        import numpy as np

        anchor = (start - 1 if self.hold is None else month_ordinal(self.hold)) - BASELINE
        months = [anchor, *(month_ordinal(month) - BASELINE for month, _ in self.values)]
        values = [before[anchor], *(value for _, value in self.values)]
        path = before.copy()
        later = np.arange(anchor, len(path))
        path[anchor:] = np.interp(later, months, values)
        return path


@dataclass(frozen=True, slots=True)
class Pulse:
    """One intensity from a month to another, both included; the path before elsewhere."""

    first: str
    last: str
    value: float

    def plain(self) -> Any:
        """Return the path as it is written in a file."""
        return {"pulse": {"from": self.first, "to": self.last, "value": self.value}}

    def intensities(self, lever: Lever, before: Intensities, start: int) -> Intensities:
        """Return the intensities from the baseline month on; `before` is the path followed until `start`."""
        path = before.copy()
        path[month_ordinal(self.first) - BASELINE : month_ordinal(self.last) - BASELINE + 1] = self.value
        return path


@dataclass(frozen=True, slots=True)
class Splice:
    """Another path from a month on: `old` before `at` (None: the scenario's policy), `new` from then on."""

    at: str
    new: LeverPath
    old: LeverPath | None = None

    def plain(self) -> Any:
        """Return the path as it is written in a file."""
        old = {} if self.old is None else {"old": self.old.plain()}
        return {"splice": {"at": self.at, "new": self.new.plain(), **old}}

    def intensities(self, lever: Lever, before: Intensities, start: int) -> Intensities:
        """Return the intensities from the baseline month on; `before` is the path followed until `start`."""
        old = before if self.old is None else self.old.intensities(lever, before, start)
        return self.new.intensities(lever, old, month_ordinal(self.at))


LeverPath = Constant | OnArm | Steps | Ramp | Pulse | Splice


def parse_lever_path(
    plain: Any, key: tuple[str, ...], first: int, last: int, problems: list[Problem]
) -> LeverPath | None:
    """Read a lever path from plain data, adding to `problems` everything that is wrong with it.

    Parameters
    ----------
    plain
        A number, the name of an arm, a mapping from months to numbers, or a mapping with the single key `ramp`,
        `pulse` or `splice`; or a path already read.
    key
        The keys that lead to this path, for messages.
    first, last
        The first and last month that may be named, as ordinals.
    problems
        The list that collects what is wrong.

    Returns
    -------
    LeverPath or None
        None if anything is wrong.
    """
    found = len(problems)
    path = _Reader(first, last, problems).path(plain.plain() if isinstance(plain, LeverPath) else plain, key)
    return path if len(problems) == found else None


@dataclass(frozen=True, slots=True)
class _Reader:
    first: int
    last: int
    problems: list[Problem]

    def path(self, plain: Any, key: tuple[str, ...], depth: int = 0) -> LeverPath | None:
        if depth > _DEEPEST:
            return self._wrong("too many splices inside one another", key, None, f"at most {_DEEPEST}")
        if isinstance(plain, str):
            if plain in ARMS:
                return OnArm(cast("Arm", plain))
            return self._wrong(f"{plain!r} is no path", key, plain, _FORMS, nearest_name(plain, ARMS))
        if not isinstance(plain, Mapping):
            value = self.intensity(plain, key)
            return None if value is None else Constant(value)
        if not plain:
            return self._wrong("the path is empty", key, plain, _FORMS)
        if len(plain) == 1:
            (word, inner), *_ = plain.items()
            match word:
                case "ramp":
                    return self.ramp(inner, (*key, "ramp"))
                case "pulse":
                    return self.pulse(inner, (*key, "pulse"))
                case "splice":
                    return self.splice(inner, (*key, "splice"), depth)
        values = self.dated(plain, key, words=True)
        return None if values is None else Steps(values)

    def intensity(self, plain: Any, key: tuple[str, ...]) -> float | None:
        if isinstance(plain, bool) or not isinstance(plain, int | float):
            given = "nothing" if plain is None else repr(plain)
            return self._wrong(f"{given} is not a number", key, plain, "a number from 0 to 1")
        if not 0 <= plain <= 1:  # also true of NaN
            shown = plain if isinstance(plain, float) or abs(plain) < 10**12 else "a huge number"
            return self._wrong(f"{shown} is outside 0..1", key, plain, "0..1")
        return float(plain) + 0.0

    def month(self, plain: Any, key: tuple[str, ...]) -> str | None:
        if not is_month(plain):
            return self._wrong(f"{plain!r} is not a month", key, plain, "a month such as 2021-07")
        if not self.first <= month_ordinal(plain) <= self.last:
            horizon = f"{month_text(self.first)}..{month_text(self.last)}"
            return self._wrong(f"{plain} is outside {horizon}", key, plain, horizon)
        return str(plain)

    def dated(self, plain: Any, key: tuple[str, ...], words: bool = False) -> tuple[tuple[str, float], ...] | None:
        if not isinstance(plain, Mapping) or not plain:
            return self._wrong(f"{plain!r} holds no dates with values", key, plain, "such as {2022-01: 0.5}")
        pairs = []
        for name, value in plain.items():
            here = (*key, str(name))
            if words and not is_month(name) and (near := nearest_name(str(name), ("ramp", "pulse", "splice"))):
                self._wrong(f"{name!r} is neither a month nor a kind of path", here, name, _FORMS, near)
                continue
            pairs.append((self.month(name, here), self.intensity(value, here)))
        kept = [(month, value) for month, value in pairs if month is not None and value is not None]
        return tuple(sorted(kept)) if len(kept) == len(plain) else None

    def ramp(self, plain: Any, key: tuple[str, ...]) -> Ramp | None:
        hold = None
        if isinstance(plain, Mapping):
            held = [name for name, value in plain.items() if isinstance(value, str) and value == KEEP]
            if held:
                hold = self.month(held[0], (*key, str(held[0])))
                if len(held) > 1 or (months := [name for name in plain if is_month(name)]) and held[0] != min(months):
                    return self._wrong(f"only the first date of a ramp may be {KEEP!r}", key, plain, "")
                plain = {name: value for name, value in plain.items() if name != held[0]}
                if hold is None:
                    return None
        values = self.dated(plain, key)
        return None if values is None else Ramp(values, hold)

    def pulse(self, plain: Any, key: tuple[str, ...]) -> Pulse | None:
        if not self.keys(plain, key, ("from", "to", "value")):
            return None
        start, end = self.month(plain["from"], (*key, "from")), self.month(plain["to"], (*key, "to"))
        value = self.intensity(plain["value"], (*key, "value"))
        if start is None or end is None or value is None:
            return None
        if end < start:
            return self._wrong(f"the pulse ends in {end}, before it begins in {start}", key, plain, "")
        return Pulse(start, end, value)

    def splice(self, plain: Any, key: tuple[str, ...], depth: int) -> Splice | None:
        if not self.keys(plain, key, ("at", "new"), ("old",)):
            return None
        at = self.month(plain["at"], (*key, "at"))
        later = self if at is None else _Reader(month_ordinal(at), self.last, self.problems)
        new = later.path(plain["new"], (*key, "new"), depth + 1)
        old = self.path(plain["old"], (*key, "old"), depth + 1) if "old" in plain else None
        if at is None or new is None or (old is None and "old" in plain):
            return None
        return Splice(at, new, old)

    def keys(self, plain: Any, key: tuple[str, ...], needed: tuple[str, ...], optional: tuple[str, ...] = ()) -> bool:
        if not isinstance(plain, Mapping):
            self._wrong(f"{plain!r} is not a set of keys", key, plain, "keys: " + ", ".join(needed))
            return False
        known = (*needed, *optional)
        found = len(self.problems)
        for name in plain:
            if name not in known:
                self._wrong(
                    f"unknown key {name!r}",
                    (*key, str(name)),
                    name,
                    "keys: " + ", ".join(known),
                    nearest_name(name, known),
                )
        for name in needed:
            if name not in plain:
                self._wrong(f"{name!r} is missing", key, None, "keys: " + ", ".join(known))
        return len(self.problems) == found

    def _wrong(self, message: str, key: tuple[str, ...], value: Any, allowed: str, nearest: str | None = None) -> None:
        self.problems.append(Problem(message, key=".".join(key), value=value, allowed=allowed, nearest=nearest))
