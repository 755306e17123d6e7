"""Effects on a common axis, and the parts of one effect as a waterfall."""

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np

from app.briefing.svg import Axis, element, line, picture, rect, text, tick_decimals, ticks

Tick = Callable[[float, int], str]
"""Writes a number of an axis with so many decimal places."""


@dataclass(frozen=True)
class Bar:
    """An effect with its interval, in per cent of the target, and the class that it is drawn with."""

    median: float
    low: float
    high: float
    shade: str


WIDTH, HEIGHT = 250.0, 15.0


@dataclass(frozen=True)
class Scale:
    """The axis that all effects of a table share."""

    low: float
    high: float

    @classmethod
    def of(cls, bars: Iterable[Bar]) -> Self:
        """The scale that holds zero and all bars."""
        ends = [value for bar in bars for value in (bar.low, bar.high, bar.median) if np.isfinite(value)]
        low, high = min([0.0, *ends]), max([0.0, *ends])
        room = 0.06 * ((high - low) or 1.0)
        return cls(low - room, high + room)

    @property
    def at(self) -> Axis:
        """Places in a picture of a row."""
        return Axis(self.low, self.high, 8.0, WIDTH - 8.0)

    @property
    def marks(self) -> list[float]:
        """Ticks."""
        return ticks(self.low, self.high, 5)


def interval(bar: Bar, scale: Scale, label: str) -> str:
    """Draw one effect with its interval about zero.

    Parameters
    ----------
    bar
        The effect.
    scale
        The axis that it shares with other rows.
    label
        Text for readers who do not see the picture.
    """
    at, middle = scale.at, HEIGHT / 2
    parts = [line(at(mark), -5.0, at(mark), HEIGHT + 5.0, _class="grid") for mark in scale.marks]
    parts.append(line(at(0.0), -5.0, at(0.0), HEIGHT + 5.0, _class="zero"))
    if np.isfinite([bar.low, bar.high]).all():
        parts.append(line(at(bar.low), middle, at(bar.high), middle, _class=f"span {bar.shade}"))
    if np.isfinite(bar.median):
        parts.append(element("circle", cx=at(bar.median), cy=middle, r=3.4, _class=f"dot {bar.shade}"))
    return picture(WIDTH, HEIGHT, label, *parts)


def interval_axis(scale: Scale, label: str, tick: Tick) -> str:
    """Draw the numbers of the axis under the rows."""
    decimals = tick_decimals(scale.marks)
    numbers = [
        text(scale.at(mark), 9.0, tick(mark, decimals), text_anchor="middle", _class="tick") for mark in scale.marks
    ]
    return picture(WIDTH, HEIGHT, label, *numbers)


def waterfall(parts_by_name: Sequence[tuple[str, float]], total: tuple[str, float], label: str, tick: Tick) -> str:
    """Draw parts one after another, each where the last one ended, and their sum.

    Parameters
    ----------
    parts_by_name
        Name and size of each part; they add up to the total.
    total
        Name and size of the sum.
    label
        Text for readers who do not see the picture.
    tick
        Writes a number.
    """
    width, left, row = 340.0, 132.0, 17.0
    sums = np.concatenate([[0.0], np.cumsum([size for _, size in parts_by_name])])
    low, high = float(min(0.0, sums.min(), total[1])), float(max(0.0, sums.max(), total[1]))
    room = 0.16 * ((high - low) or 1.0)
    at = Axis(low - room, high + room, left, width - 4.0)
    largest = max([abs(total[1]), *(abs(size) for _, size in parts_by_name)])
    decimals = max(0, 1 - math.floor(math.log10(largest))) if largest > 0.0 else 0
    drawn = [line(at(0.0), 0.0, at(0.0), row * (len(parts_by_name) + 1) + 4, _class="zero")]
    bars = [(name, sums[place], sums[place] + size, "part") for place, (name, size) in enumerate(parts_by_name)]
    bars.append((total[0], 0.0, total[1], "whole"))
    for place, (name, start, end, shade) in enumerate(bars):
        top = place * row + (4.0 if shade == "whole" else 0.0)
        size = end - start
        kind = shade if shade == "whole" else ("up" if size >= 0.0 else "down")
        drawn.append(text(left - 10, top + 11.5, name, text_anchor="end", _class=f"name {shade}"))
        drawn.append(rect(at(start), top + 3.0, at(end) - at(start), row - 6.0, _class=f"fall {kind}"))
        right = max(at(start), at(end)) + 4.0
        drawn.append(text(right, top + 11.5, tick(size, decimals), _class="tick"))
    return picture(width, row * (len(parts_by_name) + 1) + 8.0, label, *drawn)
