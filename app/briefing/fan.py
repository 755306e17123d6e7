"""A fan by year: bands of a scenario, medians of up to three others, observations, the target."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from agents.arrays import Floats
from app.briefing.svg import Axis, element, line, path, picture, text, tick_decimals, ticks

WIDTH, HEIGHT = 340.0, 186.0
LEFT, RIGHT, TOP, BOTTOM = 44.0, 12.0, 8.0, 20.0
FIRST_YEAR = 2015


@dataclass(frozen=True)
class Fan:
    """What a fan shows, in the unit of the report."""

    years: Sequence[int]
    bands: Floats
    """Quantiles 5, 25, 50, 75, 95 % by year, shape (years, 5)."""
    others: Mapping[str, Floats]
    """Medians of other scenarios by year, with the class of the line that each is drawn with."""
    observed: Mapping[int, float]
    target: float | None
    target_label: str
    wide: Floats | None = None
    """Ends of the band with the model's own error, shape (years, 2)."""


def fan(shown: Fan, label: str, tick: Callable[[float, int], str], height: float = HEIGHT) -> str:
    """Draw a fan.

    Parameters
    ----------
    shown
        What is drawn.
    label
        Text for readers who do not see the picture.
    tick
        Writes a number of the axis with so many decimal places.
    height
        Height of the picture, which is `WIDTH` wide.
    """
    observed = {year: value for year, value in shown.observed.items() if year >= FIRST_YEAR}
    first = min([*shown.years, *observed])
    across = Axis(first, max(shown.years), LEFT, WIDTH - RIGHT)
    values = [
        shown.bands,
        np.array([*observed.values(), *([] if shown.target is None else [shown.target])]),
        *shown.others.values(),
    ]
    if shown.wide is not None:
        values.append(shown.wide)
    known = np.concatenate([np.ravel(each) for each in values])
    low, high = float(np.nanmin(known)), float(np.nanmax(known))
    room = 0.06 * ((high - low) or abs(high) or 1.0)
    up = Axis(low - room, high + room, height - BOTTOM, TOP)
    marks = ticks(up.low, up.high, 5 if height >= HEIGHT else 4)
    parts = [line(LEFT, up(mark), WIDTH - RIGHT, up(mark), _class="grid") for mark in marks]
    parts += [
        text(LEFT - 6, up(mark) + 3.2, tick(mark, tick_decimals(marks)), text_anchor="end", _class="tick")
        for mark in marks
    ]
    parts += [
        text(across(year), height - 6, str(year), text_anchor="middle", _class="tick")
        for year in range(first, max(shown.years) + 1)
        if year in (2015, 2020, 2025) or (max(shown.years) - first < 8)
    ]
    if first < 2020:
        parts.append(line(across(2020), TOP, across(2020), height - BOTTOM, _class="now"))
    xs = [across(year) for year in shown.years]
    if shown.wide is not None:
        parts += [path(_points(xs, shown.wide[:, end], up), _class="wide") for end in (0, 1)]
    for lower, upper, shade in ((0, 4, "most"), (1, 3, "half")):
        if np.isfinite(shown.bands[:, [lower, upper]]).all():
            outline = _points(xs, shown.bands[:, upper], up) + _points(xs, shown.bands[:, lower], up)[::-1]
            parts.append(path(outline, closed=True, _class=shade))
    parts += [path(_points(xs, medians, up), _class=f"other {name}") for name, medians in shown.others.items()]
    parts.append(path(_points(xs, shown.bands[:, 2], up), _class="median"))
    parts += [element("circle", cx=across(year), cy=up(each), r=2.4, _class="seen") for year, each in observed.items()]
    return picture(WIDTH, height, label, *parts, *_target(shown, across, up, height - BOTTOM))


def _target(shown: Fan, across: Axis, up: Axis, floor: float) -> list[str]:
    """The target as a mark at its year, with its label on the side where there is room."""
    if shown.target is None:
        return []
    end, level = across(max(shown.years)), up(shown.target)
    median = float(shown.bands[-1, 2])
    above = level > TOP + 12 and not (median > shown.target and level < floor - 12)
    return [
        line(end - 34, level, end, level, _class="aim"),
        text(end - 1, level - 4 if above else level + 11, shown.target_label, text_anchor="end", _class="aim-label"),
    ]


def _points(xs: Sequence[float], values: Floats, up: Axis) -> list[tuple[float, float]]:
    return [(x, up(float(value))) for x, value in zip(xs, values, strict=True) if np.isfinite(value)]
