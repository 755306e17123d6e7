"""Pictures as ECharts options: fans, bars, networks, histograms."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from agents.arrays import Flags, Floats
from app.briefing import amounts
from app.briefing.svg import ticks
from app.briefing.words import Wording
from app.web.named import unit_name
from app.web.recorded_units import recorded_unit
from app.web.words import Words, catalogue
from scenarios.plan import Indicator
from scenarios.spreadsheet import plain_cells
from scenarios.whole_years import BASE_YEAR
from sim.closing.dictionary import dictionary
from sim.experiments.ensemble import Ensemble
from sim.experiments.frontier import ALONE

if TYPE_CHECKING:
    import pandas as pd

BLUE, ORANGE, GREEN, GREY, RED = "#1565c0", "#b26a00", "#2e7d32", "#777777", "#c62828"
PALETTE = [BLUE, ORANGE, GREEN, GREY, RED]
"""Colours of groups in their order, in place of the library's own."""
SHADES = ("#90a4ae", "#fff59d", "#ffb74d", "#f4511e")
"""Colours of a share: none, up to 1 %, up to 10 %, more."""
FIRST_SHOWN = 2015
"""First year of the pictures."""
ROOM_FOR_TARGET = 48
"""Pixels to the right of a picture for the label of its target."""
QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)


def factor(indicator: str, words: Words) -> float:
    """Factor from an indicator's own unit to the displayed one: shares in per cent, CNY bn as 0.1 bn in Chinese."""
    if f"signal_unit.{indicator}" in catalogue():  # the unit of a signal of systemic risk is a sentence of its own
        return 1.0
    if _is_recorded_only(indicator):
        return recorded_unit(indicator, words).factor
    return amounts.factor(indicator, Wording(words.language))


def _is_recorded_only(indicator: str) -> bool:
    """Whether runs record an indicator that has no unit among the texts, as those of the plan have."""
    return indicator in dictionary() and f"unit.{indicator}" not in catalogue()


def number(indicator: str, value: float, words: Words) -> str:
    """A value of an indicator in the unit that is shown."""
    wording = Wording(words.language)
    if _is_recorded_only(indicator):
        shown = value * factor(indicator, words)
        return amounts.grouped(shown, amounts.decimals_of(indicator, shown), wording)
    return amounts.amount(indicator, value, wording)


def effect(indicator: str, median: float, low: float, high: float, words: Words) -> tuple[str, str, str]:
    """A change of an indicator and the ends of its interval with signs, to the digits that the interval supports."""
    scaled = factor(indicator, words)
    return amounts.signed_with_ends(median * scaled, low * scaled, high * scaled, Wording(words.language))


def change_unit(indicator: Indicator, words: Words) -> str:
    """Unit of a change: percentage points for shares."""
    if amounts.is_share(indicator.id):
        return words("unit.points")
    return Wording(words.language).known(f"change_unit.{indicator.id}", unit_name(indicator, words))


def _line(name: str, places: Sequence[str], values: Floats, **style: Any) -> dict[str, Any]:
    return {
        "type": "line",
        "name": name,
        "data": [[place, round(float(value), 6)] for place, value in zip(places, values, strict=True)],
        "showSymbol": False,
        **style,
    }


def _band(name: str, years: list[str], low: Floats, high: Floats, opacity: float, colour: str) -> list[dict[str, Any]]:
    """A band as an invisible line and the area above it."""
    shade = {"color": colour, "opacity": opacity}
    # "all" lets a band begin below zero: by default only values of one sign are stacked.
    stacked = {"stack": name, "stackStrategy": "all"}
    hidden = {"lineStyle": {"opacity": 0}, **stacked, "silent": True, "tooltip": {"show": False}}
    return [
        _line(f"{name} ", years, low, **hidden),
        _line(name, years, high - low, **hidden, areaStyle=shade, itemStyle=shade),
    ]


def fan(
    ensemble: Ensemble,
    scenario: str,
    baseline: str | None,
    indicator: str,
    target: float | None,
    observed: Mapping[int, float],
    words: Words,
    limits: tuple[float, float] | None = None,
    wide: Floats | None = None,
) -> dict[str, Any]:
    """A fan of a scenario by year: bands, median, median of the baseline, target if any, and observations to 2020.

    `limits` fixes the vertical axis, so that pictures side by side can be compared. `wide` holds the ends of the band
    with the model's discrepancy, shape (years, 2), which is drawn lighter and behind the others.
    """
    scaled = factor(indicator, words)
    table = ensemble.quantiles(indicator, QUANTILES)
    years = [str(year) for year in ensemble.years]
    past = [str(year) for year in sorted(observed) if year >= FIRST_SHOWN]
    own = table.loc[scenario].to_numpy() * scaled
    series = [
        *(
            []
            if wide is None
            else _band(words("desk.wide"), years, wide[:, 0] * scaled, wide[:, 1] * scaled, 0.09, BLUE)
        ),
        *_band(words("desk.most"), years, own[:, 0], own[:, 4], 0.18, BLUE),
        *_band(words("desk.half"), years, own[:, 1], own[:, 3], 0.35, BLUE),
        _line(
            words("desk.comma").join((scenario_name(scenario, words), words("desk.median"))),
            years,
            own[:, 2],
            lineStyle={"color": BLUE, "width": 2},
            itemStyle={"color": BLUE},
        ),
    ]
    marks: list[dict[str, Any]] = []
    if target is not None:
        marks.append(target_line(indicator, target, words))
    marks.append({"xAxis": str(BASE_YEAR), "lineStyle": {"color": GREY, "type": "dotted"}, "label": {"show": False}})
    series[-1]["markLine"] = {"silent": True, "symbol": "none", "data": marks}
    if baseline is not None:
        other = table.loc[baseline].to_numpy()[:, 2] * scaled
        style = {"lineStyle": {"color": ORANGE, "type": "dashed", "width": 2}, "itemStyle": {"color": ORANGE}}
        series.append(_line(scenario_name(baseline, words), years, other, **style))
    if past:
        points = [[year, round(observed[int(year)] * scaled, 6)] for year in past]
        series.append(
            {
                "type": "scatter",
                "name": words("desk.observed"),
                "data": points,
                "symbolSize": 7,
                "itemStyle": {"color": GREY},
            }
        )
    shown = [each["name"] for each in series if not str(each["name"]).endswith(" ")]
    axis: dict[str, Any] = {"type": "value", "scale": True}
    if limits is not None:
        axis |= {"min": limits[0], "max": limits[1]}
    return {
        "grid": {"left": 52, "right": 14 if target is None else ROOM_FOR_TARGET, "top": 16, "bottom": 62},
        "legend": {"bottom": 0, "data": shown, "icon": "roundRect", "itemWidth": 12, "itemHeight": 8, "itemGap": 8},
        "xAxis": {
            "type": "category",
            "data": [str(year) for year in range(int(min([*past, *years])), int(years[-1]) + 1)],
            "boundaryGap": False,
        },
        "yAxis": axis,
        "series": series,
        "hover": _hover(table, scenario, baseline, indicator, observed, words),
    }


def target_line(indicator: str, target: float, words: Words) -> dict[str, Any]:
    """The line of a target, with its label in the margin beside the line, where nothing is drawn."""
    told = words("desk.target_line", value=number(indicator, target, words))
    return {
        "yAxis": round(target * factor(indicator, words), 6),
        "lineStyle": {"color": GREEN, "width": 2},
        "label": {"show": True, "position": "end", "formatter": told, "color": GREEN, "fontSize": 11},
    }


def _hover(
    table: "pd.DataFrame",
    scenario: str,
    baseline: str | None,
    indicator: str,
    observed: Mapping[int, float],
    words: Words,
) -> dict[str, str]:
    """What a pointer over a year shows: median and 5-95 % of the scenario, median of the baseline, observation."""
    found = {
        str(year): [f"{words('desk.observed')}  {number(indicator, value, words)}"]
        for year, value in observed.items()
        if year >= FIRST_SHOWN
    }
    own = table.loc[scenario].to_numpy()
    other = None if baseline is None else table.loc[baseline].to_numpy()
    for place, year in enumerate(table.loc[scenario].index):
        low, middle, high = (number(indicator, float(own[place, q]), words) for q in (0, 2, 4))
        lines = [f"{scenario_name(scenario, words)}  {middle} ({low} – {high})"]  # noqa: RUF001
        if baseline is not None and other is not None:
            lines.append(f"{scenario_name(baseline, words)}  {number(indicator, float(other[place, 2]), words)}")
        found.setdefault(str(year), []).extend(lines)
    unit = shown_unit(indicator, words)
    return {year: "\n".join([f"{year}  {unit}".rstrip(), *lines]) for year, lines in found.items()}


def common_limits(
    ensemble: Ensemble,
    indicator: str,
    target: float | None,
    observed: Mapping[int, float],
    words: Words,
    wide: Floats | None = None,
) -> tuple[float, float]:
    """Axis that covers every scenario of an ensemble, and target, observations and a wider band where there are any."""
    scaled = factor(indicator, words)
    values = ensemble.quantiles(indicator, QUANTILES)[[0.05, 0.95]].to_numpy() * scaled
    more = [
        *([] if target is None else [target * scaled]),
        *(value * scaled for year, value in observed.items() if year >= FIRST_SHOWN),
        *([] if wide is None else (wide * scaled).ravel().tolist()),
    ]
    low, high = float(np.nanmin([np.nanmin(values), *more])), float(np.nanmax([np.nanmax(values), *more]))
    room = 0.05 * (high - low or 1.0)
    # An axis of what is never negative has no room for it.
    return round_limits(max(low - room, 0.0) if low >= 0.0 else low - room, high + room)


def round_limits(low: float, high: float) -> tuple[float, float]:
    """Ends of an axis at round values: multiples of the step between its marks, at or beyond the given ends."""
    marks = ticks(low, high)
    step = marks[1] - marks[0] if len(marks) > 1 else high - low
    return float(f"{np.floor(low / step) * step:.6g}"), float(f"{np.ceil(high / step) * step:.6g}")


def shown_unit(indicator: str, words: Words) -> str:
    """Unit of an indicator as it is shown; empty for one that this version does not record."""
    known = words.known(f"unit.{indicator}", words.known(f"signal_unit.{indicator}", ""))
    return known or recorded_unit(indicator, words).text


def fan_csv(ensemble: Ensemble, scenarios: Sequence[str], indicator: str, words: Words) -> str:
    """Quantiles by year of some scenarios as comma-separated values, in the unit that is shown, which is a column."""
    table = ensemble.quantiles(indicator, QUANTILES).loc[list(scenarios)]
    table = (table * factor(indicator, words)).reset_index()
    table["unit"] = shown_unit(indicator, words)
    return str(plain_cells(table).to_csv(index=False, lineterminator="\n"))


def scenario_name(name: str, words: Words) -> str:
    """Name of a scenario as it is shown; the desk's own is called by the page."""
    if name == "desk":
        return words("page.desk")
    base, plus, lever = name.partition(ALONE)
    known = words.known(f"scenario.{base}", base)
    return f"{known} + {words.known(f'lever.{lever}', lever)}" if plus else known


def line(places: Sequence[str], values: Floats) -> dict[str, Any]:
    """One series by place, such as a month."""
    return {
        "grid": {"left": 60, "right": 14, "top": 12, "bottom": 30},
        "tooltip": {"trigger": "axis"},
        "xAxis": {"type": "category", "data": list(places), "boundaryGap": False},
        "yAxis": {"type": "value", "scale": True},
        "series": [_line("", places, values, itemStyle={"color": BLUE}) | {"showSymbol": True}],
    }


def bars(labels: Sequence[str], groups: Mapping[str, Sequence[float]], *, stacked: bool = False) -> dict[str, Any]:
    """Horizontal bars, one row a label, one colour a group."""
    series = [
        {
            "type": "bar",
            "name": name,
            "data": [round(float(value), 4) for value in values],
            "stack": "all" if stacked else None,
        }
        for name, values in groups.items()
    ]
    return {
        "color": PALETTE,
        "grid": {"left": 150, "right": 20, "top": 10, "bottom": 46},
        "legend": {"bottom": 0, "show": len(groups) > 1},
        "tooltip": {"trigger": "axis", "axisPointer": {"type": "shadow"}},
        "xAxis": {"type": "value", "axisLabel": {"hideOverlap": True}},
        "yAxis": {"type": "category", "data": list(labels), "inverse": True, "axisLabel": {"fontSize": 11}},
        "series": series,
    }


def points_and_box(
    points: Floats, good: Flags, box: Sequence[tuple[float, float]], axes: Sequence[str], names: tuple[str, str]
) -> dict[str, Any]:
    """Points, shape (n, 2), those that are good in another colour, and a box around the place where most are."""
    (left, right), (low, high) = box
    groups = [
        {
            "type": "scatter",
            "name": name,
            "symbolSize": 7,
            "itemStyle": {"color": colour},
            "data": points[flags].round(6).tolist(),
        }
        for name, colour, flags in zip(names, (BLUE, "#bbbbbb"), (good, ~good), strict=True)
    ]
    corners = [{"xAxis": left, "yAxis": low}, {"xAxis": right, "yAxis": high}]
    style = {"color": "transparent", "borderColor": ORANGE, "borderWidth": 2}
    groups[0]["markArea"] = {"silent": True, "itemStyle": style, "data": [corners]}
    names_of_axes = [{"type": "value", "scale": True, "name": name, "nameLocation": "middle"} for name in axes]
    return {
        "grid": {"left": 70, "right": 20, "top": 12, "bottom": 74},
        "legend": {"bottom": 0},
        "tooltip": {},
        "xAxis": names_of_axes[0] | {"nameGap": 26},
        "yAxis": names_of_axes[1] | {"nameGap": 44},
        "series": groups,
    }


def named_points(points: Floats, names: Sequence[str], axes: Sequence[str]) -> dict[str, Any]:
    """Points, shape (n, 2), each with its name beside it."""
    # Room around the points, so that no name lies on an axis.
    room = {"scale": True, "boundaryGap": ["10%", "10%"]}
    across, up = ({"type": "value", **room, "name": name, "nameLocation": "middle"} for name in axes)
    data = [{"value": point, "name": name} for point, name in zip(points.round(4).tolist(), names, strict=True)]
    return {
        "grid": {"left": 60, "right": 110, "top": 14, "bottom": 50},
        "tooltip": {},
        "xAxis": across | {"nameGap": 28},
        "yAxis": up | {"nameGap": 40},
        "series": [
            {
                "type": "scatter",
                "symbolSize": 10,
                "itemStyle": {"color": BLUE},
                "label": {"show": True, "position": "right", "formatter": "{b}", "fontSize": 11},
                "labelLayout": {"hideOverlap": False, "moveOverlap": "shiftY"},
                "data": data,
            }
        ],
    }


def histogram(values: Floats, what: str, words: Words, logarithmic: bool) -> dict[str, Any]:
    """Distribution of a column over agents; sizes over steps of equal ratio."""
    values = values[np.isfinite(values)]
    if logarithmic:
        values = values[values > 0.0]
    if len(values) == 0:
        edges, counts = np.zeros(2), np.zeros(1, dtype=np.int64)
    elif logarithmic:
        spread = np.log10([values.min(), max(values.max(), values.min() * 1.01)])
        edges = np.logspace(spread[0], spread[1], 25)
        counts = np.histogram(values, edges)[0]
    else:
        counts, edges = np.histogram(values, 24)
    # Three digits, and no power of ten.
    apart = "," if words.language == "en" else ""
    labels = [f"{float(f'{edge:.3g}'):{apart}.10g}" for edge in edges[:-1]]
    return {
        "grid": {"left": 50, "right": 14, "top": 12, "bottom": 46},
        "tooltip": {"trigger": "axis"},
        "xAxis": {"type": "category", "data": labels, "name": what, "nameLocation": "middle", "nameGap": 28},
        "yAxis": {"type": "value"},
        "series": [{"type": "bar", "data": counts.tolist(), "barCategoryGap": "5%", "itemStyle": {"color": BLUE}}],
    }


def shade_of(share: float) -> str:
    """Colour of a share that is lost, 0 to 1: grey for none, then yellow, orange and red."""
    return SHADES[int(np.searchsorted((1e-6, 0.01, 0.1), share, side="right"))]


def network(nodes: Sequence[dict[str, Any]], links: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Banks on a circle with their debts to each other."""
    return {
        "color": PALETTE,
        "tooltip": {},
        "series": [
            {
                "type": "graph",
                "itemStyle": {"color": BLUE},
                "layout": "circular",
                # Names stand outside the circle, each in the direction of its point, and need room there.
                "circular": {"rotateLabel": True},
                "left": 85,
                "right": 85,
                "top": 75,
                "bottom": 75,
                "data": list(nodes),
                "links": list(links),
                "lineStyle": {"color": "source", "curveness": 0.2, "opacity": 0.6},
                "label": {"show": True, "fontSize": 10},
                "edgeSymbol": ["none", "arrow"],
                "edgeSymbolSize": 6,
            }
        ],
    }
