"""A bar for one target: where the runs end, where 2020 was, where the target is."""

from collections.abc import Sequence

import numpy as np

from app.briefing.svg import Axis, element, line, picture, rect

WIDTH, HEIGHT = 230.0, 26.0


def bullet(quantiles: Sequence[float], base: float, target: float | None, label: str) -> str:
    """Draw the range of the runs with the value of 2020 and the target, on a scale of its own.

    Parameters
    ----------
    quantiles
        The 5, 25, 50, 75 and 95 % quantiles; NaN where runs are too few, and then not drawn.
    base, target
        Value of 2020 and target; an indicator outside the plan has no target.
    label
        Text for readers who do not see the picture.
    """
    marks = (base,) if target is None else (base, target)
    known = [value for value in (*quantiles, *marks) if np.isfinite(value)]
    low, high = min(known), max(known)
    room = 0.06 * ((high - low) or abs(high) or 1.0)
    at = Axis(low - room, high + room, 2.0, WIDTH - 2.0)
    parts = [line(at.start, HEIGHT / 2, at.end, HEIGHT / 2, _class="rail")]
    if np.isfinite(quantiles).all():
        p05, p25, p50, p75, p95 = map(at, quantiles)
        parts += [
            rect(p05, 6.0, p95 - p05, 14.0, _class="most"),
            rect(p25, 6.0, p75 - p25, 14.0, _class="half"),
            line(p50, 6.0, p50, 20.0, _class="middle"),
        ]
    elif np.isfinite(quantiles[2]):
        parts.append(line(at(quantiles[2]), 6.0, at(quantiles[2]), 20.0, _class="alone"))
    parts.append(element("circle", cx=at(base), cy=HEIGHT / 2, r=3.6, _class="base"))
    if target is not None:
        parts.append(rect(at(target) - 1.3, 1.5, 2.6, HEIGHT - 3.0, _class="target"))
    return picture(WIDTH, HEIGHT, label, *parts)
