"""The path of one lever in a scenario: its written form and its intensity by month."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import takewhile
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from scenarios.calendar import BASELINE, is_month, month_ordinal, month_text
from scenarios.errors import Problem, nearest_name, unknown
from scenarios.number_types import is_number, real_number, whole_number
from scenarios.plan import ARMS, Arm, Lever
from scenarios.problem_texts import coded

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    type Intensities = NDArray[np.float64]

KEEP = "keep"
"""As the first value of a ramp: follow the path before until this month."""

_KINDS = ("ramp", "pulse", "switch", "layers", "components")


@dataclass(frozen=True, slots=True)
class Constant:
    """One intensity from the first month on."""

    value: float

    def plain(self) -> float:
        """Return the path as it is written in a file."""
        return self.value


@dataclass(frozen=True, slots=True)
class OnArm:
    """The path of this lever on one of the four arms."""

    arm: Arm

    def plain(self) -> str:
        """Return the path as it is written in a file."""
        return self.arm


@dataclass(frozen=True, slots=True)
class Steps:
    """Intensities that hold from a month until the next one named."""

    values: tuple[tuple[str, float], ...]

    def plain(self) -> dict[str, Any]:
        """Return the path as it is written in a file."""
        return dict(self.values)


@dataclass(frozen=True, slots=True)
class Ramp:
    """Straight lines through the dated intensities, constant after the last.

    The first line starts from the path before, in the last month before this path takes hold. With `hold`, a month,
    the path before is followed until that month and the first line starts there.
    """

    values: tuple[tuple[str, float], ...]
    hold: str | None = None

    def plain(self) -> dict[str, Any]:
        """Return the path as it is written in a file."""
        held = {} if self.hold is None else {self.hold: KEEP}
        return {"ramp": {**held, **dict(self.values)}}


@dataclass(frozen=True, slots=True)
class Pulse:
    """One intensity from a month to another, both included; the path before elsewhere."""

    first: str
    last: str
    value: float

    def plain(self) -> dict[str, Any]:
        """Return the path as it is written in a file."""
        return {"pulse": {"from": self.first, "to": self.last, "value": self.value}}


@dataclass(frozen=True, slots=True)
class Parts:
    """Paths of some components of the lever; the others stay where the path before has them.

    A component goes from its intensity of 2020 to that of 2025 as the lever goes the way of its plan.
    """

    pieces: tuple[tuple[str, LeverPath], ...]

    def plain(self) -> dict[str, Any]:
        """Return the path as it is written in a file."""
        return {"components": {part: piece.plain() for part, piece in self.pieces}}


@dataclass(frozen=True, slots=True)
class Switch:
    """A succession of paths, each from its month on."""

    pieces: tuple[tuple[str, Piece], ...]

    def plain(self) -> dict[str, Any]:
        """Return the path as it is written in a file."""
        return {"switch": {month: piece.plain() for month, piece in self.pieces}}


@dataclass(frozen=True, slots=True)
class Layers:
    """Layered paths: in months that one does not cover, the one below it applies."""

    pieces: tuple[LeverPath, ...]

    def plain(self) -> dict[str, Any]:
        """Return the path as it is written in a file."""
        return {"layers": [piece.plain() for piece in self.pieces]}


Piece = Constant | OnArm | Steps | Ramp | Pulse | Parts | Layers
LeverPath = Piece | Switch


def follow(path: LeverPath, lever: Lever, before: Intensities, start: int) -> Intensities:
    """Return the course of a lever by month, from the baseline month on.

    The first column is the intensity of the lever. Each further one belongs to a component of it: by how much its
    intensity departs from where the lever as a whole has it. A path of the whole lever leaves no departure.

    Parameters
    ----------
    path
        The path to follow.
    lever
        The lever it belongs to.
    before
        The course that holds until the path takes over, shape (months, 1 + components), or (months, 1) for a component.
    start
        The month from which the path holds, as an ordinal.

    Returns
    -------
    numpy.ndarray
        Shape of `before`.
    """
    import numpy as np

    result = before.copy()

    def hold(first: int, end: int | None, value: float) -> None:
        result[first:end] = 0.0
        result[first:end, 0] = value

    match path:
        case Constant(value):
            hold(start - BASELINE, None, value)
        case OnArm(arm):
            for place in range(start - BASELINE, len(result)):
                hold(place, place + 1, lever.intensity(arm, BASELINE + place))
        case Steps(values):
            for month, value in values:
                hold(month_ordinal(month) - BASELINE, None, value)
        case Ramp(values, held):
            anchor = (start - 1 if held is None else month_ordinal(held)) - BASELINE
            places = [anchor, *(month_ordinal(month) - BASELINE for month, _ in values)]
            for column in range(result.shape[1]):
                heights = [before[anchor, column], *(value if column == 0 else 0.0 for _, value in values)]
                result[anchor:, column] = np.interp(np.arange(anchor, len(result)), places, heights)
        case Pulse(first, last, value):
            hold(month_ordinal(first) - BASELINE, month_ordinal(last) - BASELINE + 1, value)
        case Parts(pieces):
            result = _with_parts(pieces, lever, before, start)
        case Switch(pieces):
            for month, piece in pieces:
                result = follow(piece, lever, result, month_ordinal(month))
        case Layers(layers):
            for layer in layers:
                result = follow(layer, lever, result, start)
    return result


def _with_parts(
    pieces: tuple[tuple[str, LeverPath], ...], lever: Lever, before: Intensities, start: int
) -> Intensities:
    """Return a course on which some components follow paths of their own."""
    import numpy as np

    result = before.copy()
    whole = before[:, 0].copy()
    for place, component in enumerate(lever.components):
        whole -= component.weight * before[:, 1 + place]
    planned = lever.intensity_2025_plan - lever.intensity_2020
    way = ((whole - lever.intensity_2020) / planned if planned else np.zeros_like(whole)).clip(0.0, 1.0)
    paths = dict(pieces)
    total = whole.copy()
    for place, component in enumerate(lever.components):
        if component.id in paths:
            on_its_way = component.i2020 + (component.i2025 - component.i2020) * way
            own = (on_its_way + before[:, 1 + place])[:, None]
            result[:, 1 + place] = follow(paths[component.id], lever, own, start)[:, 0] - on_its_way
        total += component.weight * result[:, 1 + place]
    result[:, 0] = total.clip(0.0, 1.0)
    # What does not fit between 0 and 1 is taken from all departures alike.
    beyond = result[:, 0] != total
    result[beyond, 1:] *= ((result[:, 0] - whole)[beyond] / (total - whole)[beyond])[:, None]
    return result


def over(old: LeverPath | None, new: LeverPath, start: str, lever: Lever) -> LeverPath:
    """Return the path that is `new` where that one holds, and `old` (None: the scenario's policy) everywhere else.

    A number, an arm and a ramp that does not begin with `keep` hold from the first month on and leave nothing of the
    path below. Dates hold from their first one on, a ramp from its month of `keep`, a pulse in its months, components
    for themselves: before, outside and beside, the old path stays in force.

    Parameters
    ----------
    old, new
        The lower and the upper path.
    start
        The month from which a path holds that names none.
    lever
        The lever they belong to.
    """
    if old is None or _holds_throughout(new, start):
        return new
    *below, top = old.pieces if isinstance(old, Layers) else (old,)
    joined = _joined(top, new, start, lever)
    if joined is None:
        more = new.pieces if isinstance(new, Layers) else (new,)
        return Layers((*below, top, *more))
    return Layers((*below, joined)) if below else joined


def from_month_on(path: LeverPath, month: str, start: str) -> LeverPath:
    """Return the path as one that takes hold in a month: a ramp starts from the intensity of the month before."""
    match path:
        case Constant(value):
            return Steps(((month, value),))
        case OnArm():
            return Switch(((month, path),))
        case Ramp(values, None) if month > start:
            return Ramp(values, month_text(month_ordinal(month) - 1))
        case Parts(pieces):
            return Parts(tuple((part, from_month_on(piece, month, start)) for part, piece in pieces))
        case Layers(pieces):
            return Layers(tuple(from_month_on(piece, month, start) for piece in pieces))
    return path


def _holds_throughout(path: LeverPath, start: str) -> bool:
    """Whether a path holds in every month from the first on."""
    match path:
        case Constant() | OnArm() | Ramp(_, None):
            return True
        case Steps(values):
            return values[0][0] <= start
        case Switch(pieces):
            return pieces[0][0] <= start and _holds_throughout(pieces[0][1], start)
        case Layers(pieces):
            return _holds_throughout(pieces[0], start)
    return False


def _joined(old: LeverPath, new: LeverPath, start: str, lever: Lever) -> LeverPath | None:
    """Return one path in place of two layered ones, if a simpler form exists; else None."""
    match old, new:
        case _ if old == new:
            return old
        case Constant(value), Steps(values):
            return Steps(((start, value), *values))
        case Steps(values), Steps(later):
            return Steps((*takewhile(lambda pair: pair[0] < later[0][0], values), *later))
        case Switch(pieces), Switch(later) if _holds_throughout(later[0][1], later[0][0]):
            return Switch((*takewhile(lambda pair: pair[0] < later[0][0], pieces), *later))
        case Parts(pieces), Parts(more):
            parts = dict(pieces)
            for part, piece in more:
                parts[part] = over(parts.get(part), piece, start, lever)
            return Parts(tuple((each.id, parts[each.id]) for each in lever.components if each.id in parts))
    return None


def parse_lever_path(
    plain: Any, key: tuple[str, ...], first: int, last: int, problems: list[Problem], lever: Lever
) -> LeverPath | None:
    """Read a lever path from plain data, adding to `problems` everything that is wrong with it.

    Parameters
    ----------
    plain
        A number, the name of an arm, a mapping from months to numbers, or a mapping with the single key `ramp`,
        `pulse`, `components` or `switch`; or a path already read.
    key
        The keys that lead to this path, for messages.
    first, last
        The first and last month that may be named, as ordinals.
    problems
        The list that collects problems.
    lever
        The lever it is for.

    Returns
    -------
    LeverPath or None
        None if anything is wrong.
    """
    reader = _Reader(first, last, problems, lever)
    return reader.path(plain.plain() if isinstance(plain, LeverPath) else plain, key)


@dataclass(frozen=True, slots=True)
class _Reader:
    """Reads paths whose months lie in first..last; an invalid path is None and adds a problem."""

    first: int
    last: int
    problems: list[Problem]
    lever: Lever

    def path(self, plain: Any, key: tuple[str, ...]) -> LeverPath | None:
        if isinstance(plain, Mapping) and tuple(plain) == ("switch",):
            return self.switch(plain["switch"], (*key, "switch"))
        return self.piece(plain, key)

    def layers(self, plain: Any, key: tuple[str, ...]) -> Layers | None:
        if not isinstance(plain, list | tuple) or len(plain) < 2:
            self.wrong(coded("path.no_layers", value=shown(plain)), key, plain, coded("allowed.two_paths"))
            return None
        read = [self.path(each, (*key, str(place))) for place, each in enumerate(plain)]
        pieces = [piece for piece in read if piece is not None]
        return Layers(tuple(pieces)) if len(pieces) == len(plain) else None

    def piece(self, plain: Any, key: tuple[str, ...]) -> Piece | None:
        if isinstance(plain, str):
            return self.arm(plain, key)
        if not isinstance(plain, Mapping):
            value = self.intensity(plain, key)
            return None if value is None else Constant(value)
        match tuple(plain):
            case ("ramp",):
                return self.ramp(plain["ramp"], (*key, "ramp"))
            case ("pulse",):
                return self.pulse(plain["pulse"], (*key, "pulse"))
            case ("components",):
                return self.parts(plain["components"], (*key, "components"))
            case ("layers",):
                return self.layers(plain["layers"], (*key, "layers"))
        values = self.dated(plain, key)
        return None if values is None else Steps(values)

    def arm(self, plain: str, key: tuple[str, ...]) -> OnArm | None:
        for arm in ARMS:
            if plain == arm:
                return OnArm(arm)
        self.wrong(
            coded("path.unknown_arm", value=shown(plain)), key, plain, coded("allowed.path"), nearest_name(plain, ARMS)
        )
        return None

    def intensity(self, plain: Any, key: tuple[str, ...]) -> float | None:
        number = real_number(plain)
        if not is_number(plain):
            self.wrong(coded("value.no_number", value=shown(plain)), key, plain, coded("allowed.number_0_to_1"))
        elif number is None or not 0.0 <= number <= 1.0:
            self.wrong(coded("lever.outside_0_1", value=shown(plain)), key, plain, "0..1")
        else:
            return number + 0.0  # -0.0 becomes 0.0
        return None

    def month(self, plain: Any, key: tuple[str, ...]) -> str | None:
        horizon = f"{month_text(self.first)}..{month_text(self.last)}"
        if not is_month(plain):
            nearest = nearest_name(plain, _KINDS) if isinstance(plain, str) else None
            self.wrong(coded("value.no_month", value=shown(plain)), key, plain, coded("allowed.month"), nearest)
        elif not self.first <= month_ordinal(plain) <= self.last:
            self.wrong(coded("month.outside_horizon", month=plain, horizon=horizon), key, plain, horizon)
        else:
            return str(plain)
        return None

    def dated(self, plain: Any, key: tuple[str, ...]) -> tuple[tuple[str, float], ...] | None:
        if not isinstance(plain, Mapping) or not plain:
            self.wrong(coded("path.no_dates", value=shown(plain)), key, plain, coded("allowed.path"))
            return None
        kept = []
        for name, value in plain.items():
            here = (*key, str(name))
            month = self.month(name, here)
            intensity = None if month is None and isinstance(value, Mapping) else self.intensity(value, here)
            if month is not None and intensity is not None:
                kept.append((month, intensity))
        return tuple(sorted(kept)) if len(kept) == len(plain) else None

    def ramp(self, plain: Any, key: tuple[str, ...]) -> Ramp | None:
        held = [name for name, value in plain.items() if value == KEEP] if isinstance(plain, Mapping) else []
        if not held:
            values = self.dated(plain, key)
            return None if values is None else Ramp(values)
        hold = self.month(held[0], (*key, str(held[0])))
        values = self.dated({name: value for name, value in plain.items() if name != held[0]}, key)
        if hold is None or values is None:
            return None
        if values[0][0] < hold:
            self.wrong(coded("path.ramp_keep", word=KEEP), (*key, hold), KEEP, coded("allowed.number_0_to_1"))
            return None
        return Ramp(values, hold)

    def pulse(self, plain: Any, key: tuple[str, ...]) -> Pulse | None:
        needed = ("from", "to", "value")
        allowed = coded("allowed.keys", keys=", ".join(needed))
        if not isinstance(plain, Mapping):
            self.wrong(coded("path.no_pulse", value=shown(plain)), key, plain, allowed)
            return None
        for name in plain:
            if name not in needed:
                self.problems.append(unknown("key", name, needed, key=".".join((*key, str(name))), allowed=allowed))
        for name in needed:
            if name not in plain:
                self.wrong(coded("path.key_missing", key=name), key, None, allowed)
        first = self.month(plain["from"], (*key, "from")) if "from" in plain else None
        last = self.month(plain["to"], (*key, "to")) if "to" in plain else None
        value = self.intensity(plain["value"], (*key, "value")) if "value" in plain else None
        if first is None or last is None or value is None or len(plain) > len(needed):
            return None
        if last < first:
            self.wrong(coded("path.pulse_ends_early", last=last, first=first), key, plain, "")
            return None
        return Pulse(first, last, value)

    def parts(self, plain: Any, key: tuple[str, ...]) -> Parts | None:
        known = [component.id for component in self.lever.components]
        if not known:
            self.wrong(
                coded("lever.no_components", lever=self.lever.id),
                key,
                self.lever.id,
                coded("allowed.path_without_components"),
            )
            return None
        if not isinstance(plain, Mapping) or not plain:
            self.wrong(coded("path.no_components", value=shown(plain)), key, plain, ", ".join(known))
            return None
        pieces = []
        for name, inner in self.divided(plain).items():
            here = (*key, str(name))
            if name not in known:
                self.problems.append(unknown("component", name, known, key=".".join(here)))
            elif isinstance(inner, str) or (isinstance(inner, Mapping) and "components" in inner):
                self.wrong(
                    coded("path.not_of_component", value=shown(inner)), here, inner, coded("allowed.component_path")
                )
            else:
                piece = self.piece(inner, here)
                if piece is not None and not _suits_a_component(piece):
                    message = coded("path.not_of_component", value=shown(inner))
                    self.wrong(message, here, inner, coded("allowed.component_path"))
                    piece = None
                pieces += [(str(name), piece)] if piece is not None else []
        return (
            Parts(tuple(sorted(pieces, key=lambda pair: known.index(pair[0]))))
            if len(pieces) == len(self.divided(plain))
            else None
        )

    def divided(self, plain: Mapping[Any, Any]) -> dict[Any, Any]:
        """Return paths by component, with those of a former component for each one that divides it now."""
        parts: dict[Any, Any] = {}
        for name, inner in plain.items():
            now = [each.id for each in self.lever.components if each.part_of and each.part_of == name]
            parts |= {each: inner for each in now or [name] if each not in plain or each == name}
        return parts

    def switch(self, plain: Any, key: tuple[str, ...]) -> Switch | None:
        if not isinstance(plain, Mapping) or not plain:
            self.wrong(coded("path.no_dated_paths", value=shown(plain)), key, plain, coded("allowed.dated_paths"))
            return None
        pieces = []
        for name, inner in plain.items():
            here = (*key, str(name))
            month = self.month(name, here)
            later = self if month is None else _Reader(month_ordinal(month), self.last, self.problems, self.lever)
            piece = later.piece(inner, here)
            if month is not None and piece is not None:
                pieces.append((month, piece))
        return Switch(tuple(sorted(pieces, key=itemgetter(0)))) if len(pieces) == len(plain) else None

    def wrong(self, message: str, key: tuple[str, ...], value: Any, allowed: str, nearest: str | None = None) -> None:
        self.problems.append(Problem(message, key=".".join(key), value=value, allowed=allowed, nearest=nearest))


def _suits_a_component(path: LeverPath) -> bool:
    """Whether a component can follow a path: arms are of whole levers."""
    if isinstance(path, Layers):
        return all(_suits_a_component(piece) for piece in path.pieces)
    return isinstance(path, Constant | Steps | Ramp | Pulse)


def shown(value: Any) -> str:
    """Return a value as it is quoted in a message: short, whatever it is."""
    if value is None:
        return "nothing"
    number = whole_number(value)
    if number is not None and abs(number) > 10**15:
        return "a huge number"
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
