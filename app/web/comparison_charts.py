"""Pictures of a comparison: scenarios overlaid, effects as dots with intervals, a difference as a waterfall."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from app.web.charts import (
    BLUE,
    GREEN,
    GREY,
    ORANGE,
    QUANTILES,
    RED,
    ROOM_FOR_TARGET,
    common_limits,
    factor,
    number,
    scenario_name,
    target_line,
)
from app.web.named import unit_name
from app.web.words import Words
from scenarios.plan import Indicator
from sim.experiments.ensemble import Ensemble

COLOURS = (BLUE, ORANGE, "#aa3377", GREEN)
"""Colours of up to four scenarios; the first also has its band."""
DASHES = ("solid", "dashed", "dotted", [8, 3, 2, 3])
MOST_OVERLAID = len(COLOURS)


def overlaid(
    ensemble: Ensemble, names: Sequence[str], indicator: Indicator, observed: Mapping[int, float], words: Words
) -> dict[str, Any]:
    """Medians of up to four scenarios by year with the 5-95 % band of the first, the target and observations.

    Parameters
    ----------
    ensemble
        The runs.
    names
        Scenarios, the main one first.
    indicator
        An indicator of the plan.
    observed
        Observations to 2020 by year, in the indicator's own unit.
    words
        Language.
    """
    id, scaled = indicator.id, factor(indicator.id, words)
    table = ensemble.quantiles(id, QUANTILES)
    years = [str(year) for year in ensemble.years]
    past = [str(year) for year in sorted(observed) if year >= int(years[0]) - 5]
    main = table.loc[names[0]].to_numpy() * scaled
    shade = {"color": BLUE, "opacity": 0.2}
    hidden = {"type": "line", "showSymbol": False, "silent": True, "lineStyle": {"opacity": 0}, "stack": "band"}
    band = words("desk.comma").join((scenario_name(names[0], words), words("desk.most")))
    series: list[dict[str, Any]] = [
        {**hidden, "name": " ", "stackStrategy": "all", "data": _points(years, main[:, 0])},
        {
            **hidden,
            "name": band,
            "stackStrategy": "all",
            "data": _points(years, main[:, 4] - main[:, 0]),
            "areaStyle": shade,
            "itemStyle": shade,
        },
    ]
    hover: dict[str, list[str]] = {year: [] for year in (*past, *years)}
    for place, name in enumerate(names):
        median = table.loc[name].to_numpy()[:, 2]
        drawn = {"color": COLOURS[place], "width": 2, "type": DASHES[place]}
        series.append(
            {
                "type": "line",
                "showSymbol": False,
                "name": scenario_name(name, words),
                "data": _points(years, median * scaled),
                "lineStyle": drawn,
                "itemStyle": {"color": COLOURS[place]},
            }
        )
        for year, value in zip(years, median, strict=True):
            hover[year].append(f"{scenario_name(name, words)}  {number(id, float(value), words)}")
    mark = target_line(id, indicator.target_value, words)
    series[2]["markLine"] = {"silent": True, "symbol": "none", "data": [mark]}
    seen = [[year, round(observed[int(year)] * scaled, 6)] for year in past]
    series.append(
        {"type": "scatter", "name": words("desk.observed"), "data": seen, "symbolSize": 7, "itemStyle": {"color": GREY}}
    )
    low, high = common_limits(ensemble, id, indicator.target_value, observed, words)
    unit = unit_name(indicator, words)
    return {
        "grid": {"left": 52, "right": ROOM_FOR_TARGET, "top": 16, "bottom": 66},
        "legend": {
            "bottom": 0,
            "data": [each["name"] for each in series[1:]],
            "icon": "roundRect",
            "itemWidth": 12,
            "itemHeight": 8,
        },
        "xAxis": {"type": "category", "data": list(hover), "boundaryGap": False},
        "yAxis": {"type": "value", "min": low, "max": high},
        "series": series,
        "hover": {year: "\n".join([f"{year}  {unit}", *lines]) for year, lines in hover.items()},
    }


def _points(years: Sequence[str], values: Any) -> list[list[Any]]:
    return [[year, round(float(value), 6)] for year, value in zip(years, values, strict=True)]


def limits_of(rows: Sequence[tuple[str, float, float, float]]) -> tuple[float, float]:
    """Round ends of an axis that holds all intervals and zero, so that pictures side by side can share them."""
    low, high = min(0.0, *(row[2] for row in rows)), max(0.0, *(row[3] for row in rows))
    if high <= low:
        return -1.0, 1.0
    step = 10.0 ** np.floor(np.log10(high - low)) / 2.0
    return float(step * np.floor(low / step)), float(step * np.ceil(high / step))


def dots(
    rows: Sequence[tuple[str, float, float, float]], unit: str, limits: tuple[float, float] | None = None
) -> dict[str, Any]:
    """Effects as dots with their intervals, one row each: name, median, low, high; blue where zero is outside.

    Parameters
    ----------
    rows
        Effects in the order from above.
    unit
        Name of the axis.
    limits
        Ends of the axis, where pictures side by side share them; else it ends where its own intervals do.
    """
    names = [name for name, *_ in rows]
    ends = {} if limits is None else {"min": round(limits[0], 9), "max": round(limits[1], 9)}
    series: list[dict[str, Any]] = []
    for clear, colour in ((True, BLUE), (False, GREY)):
        chosen = [row for row in rows if (row[2] > 0.0 or row[3] < 0.0) == clear]
        series.append(
            {
                "type": "scatter",
                "symbolSize": 9,
                "itemStyle": {"color": colour},
                "data": [[round(median, 6), name] for name, median, _, _ in chosen],
            }
        )
        series += [
            {
                "type": "line",
                "showSymbol": False,
                "silent": True,
                "lineStyle": {"color": colour, "width": 3, "opacity": 0.55},
                "data": [[round(low, 6), name], [round(high, 6), name]],
            }
            for name, _, low, high in chosen
        ]
    zero = {"xAxis": 0, "lineStyle": {"color": GREY, "type": "solid"}, "label": {"show": False}}
    series[0]["markLine"] = {"silent": True, "symbol": "none", "data": [zero]}
    return {
        "grid": {"left": 150, "right": 20, "top": 10, "bottom": 44},
        "xAxis": {"type": "value", "name": unit, "nameLocation": "middle", "nameGap": 26, **ends},
        "yAxis": {"type": "category", "data": names, "inverse": True, "axisLabel": {"fontSize": 11, "width": 140}},
        "series": series,
    }


def waterfall(parts: Sequence[tuple[str, float]], whole: tuple[str, float], unit: str) -> dict[str, Any]:
    """Parts that add up to a whole, each bar beginning where the one before ends.

    Parameters
    ----------
    parts
        Names and sizes in the order from the left.
    whole
        Name and size of their sum.
    unit
        Name of the axis.
    """
    ends = np.cumsum([size for _, size in parts])
    starts = np.concatenate([[0.0], ends[:-1]])
    bars = [(min(a, b), max(a, b), BLUE if b >= a else RED) for a, b in zip(starts, ends, strict=True)]
    bars.append((min(0.0, whole[1]), max(0.0, whole[1]), GREY))
    # A bar across zero needs two stacks; its lower and its upper part are stacked apart from zero.
    below = [(min(high, 0.0), low) for low, high, _ in bars]
    above = [(max(low, 0.0), high) for low, high, _ in bars]
    colours = [colour for *_, colour in bars]

    def stack(pairs: Sequence[tuple[float, float]], sign: float, name: str) -> list[dict[str, Any]]:
        inner = [round(near, 6) for near, _ in pairs]
        outer = [round(far - near, 6) if sign * (far - near) > 0.0 else 0.0 for near, far in pairs]
        clear = {"type": "bar", "stack": name, "silent": True, "itemStyle": {"color": "transparent"}, "data": inner}
        data = [{"value": value, "itemStyle": {"color": colour}} for value, colour in zip(outer, colours, strict=True)]
        return [clear, {"type": "bar", "stack": name, "data": data, "barGap": "-100%"}]

    return {
        "grid": {"left": 60, "right": 14, "top": 14, "bottom": 84},
        "xAxis": {
            "type": "category",
            "data": [name for name, _ in (*parts, whole)],
            "axisLabel": {"interval": 0, "rotate": 30, "fontSize": 11},
        },
        "yAxis": {"type": "value", "name": unit},
        "series": [*stack(above, 1.0, "above"), *stack(below, -1.0, "below")],
    }
