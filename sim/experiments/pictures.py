"""Pictures of sweeps as PNG or SVG files."""

from pathlib import Path
from textwrap import fill
from typing import TYPE_CHECKING, Any

import numpy as np

from agents.arrays import Floats, Integers
from scenarios.errors import InputError
from scenarios.extras import needs_extra
from scenarios.problem_texts import coded
from scenarios.whole_years import TARGET_YEAR
from sim.closing.dictionary import dictionary
from sim.experiments.designs import Design
from sim.experiments.run_conditions import conditions_of
from sim.experiments.sensitivity import reaches, strength
from sim.runs.plots import signed, simulated

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping

    import pandas as pd
    from matplotlib.figure import Figure

    from sim.experiments.frontier import Frontier
    from sim.experiments.robust_search import Found

FORMATS = (".png", ".svg", ".pdf")
DOTS = 150
INK, PALE, ACCENT = "#22303c", "#b8c4ce", "#0b6e99"
COLUMNS = 3
PAIRS = 6
"""Most pairs of factors in a picture of a discovery."""
MOST_FACTORS = 12
"""Most factors for each indicator in a picture of sensitivity."""
TITLE_LETTERS = 30
"""Letters in a line above a third of a picture."""


def checked_picture(path: Path) -> Path:
    """Know before the work whether a picture can be written there.

    Raises
    ------
    scenarios.InputError
        If the ending is not that of a picture, the folder is not there, or nothing is installed that draws.
    """
    needs_extra("explore", "matplotlib", what="what.picture", key="--plot")
    if path.suffix.lower() not in FORMATS:
        raise InputError(
            coded("picture.kind", file=path.name), key="--plot", value=str(path), allowed=", ".join(FORMATS)
        )
    if not path.parent.is_dir():
        raise InputError(coded("folder.not", folder=path.parent), key="--plot", value=str(path))
    return path


def _figure(width: float, height: float) -> "Figure":
    from matplotlib.figure import Figure

    return Figure(figsize=(width, height), layout="constrained")


def sweep_record(design: Design, found: "pd.DataFrame") -> str:
    """What the points of a sweep rest on, as in `sim.runs.plots.simulated`."""
    what = f"{design.kind} sweep of {len(found)} points, runs a point {design.runs}, seed {design.seed}"
    conditions = found.attrs.get("conditions")
    return simulated(what, conditions_of([design.scenario]).lines if conditions is None else conditions["notes"])


def sensitivity_picture(kind: str, indices: "pd.DataFrame", path: Path, record: str) -> None:
    """Bars of the strongest factors of each indicator with their intervals, the strongest first.

    Parameters
    ----------
    kind
        Kind of the design; a Morris design has mean absolute effects, any other total shares of variance.
    indices
        Table of `morris` or `sobol`.
    path
        Where the picture goes.
    record
        What the numbers rest on, as `sim.runs.plots.simulated` words it.
    """
    names = list(dict.fromkeys(indices["indicator"]))
    factors = indices["factor"].nunique()
    shown = min(factors, MOST_FACTORS)
    lines = -(-len(names) // COLUMNS)
    figure = _figure(12.0, lines * (1.1 + 0.22 * shown))
    measure = "mean absolute effect" if kind == "morris" else "share of variance"
    if shown < factors:
        measure += f", {shown} of {factors} factors"
    for place, name in enumerate(names):
        axes = figure.add_subplot(lines, COLUMNS, place + 1)
        key = strength(kind)
        own = indices[indices["indicator"] == name].sort_values(key).tail(shown)
        at = np.arange(len(own))
        if kind == "morris":
            axes.barh(at, own[key], xerr=own["interval"], color=ACCENT, ecolor=INK)
        else:
            miss = np.abs(np.stack([own[key] - own["total_low"], own["total_high"] - own[key]]))
            axes.barh(at, own[key], xerr=miss, color=PALE, ecolor=INK, label="total")
            axes.barh(at, own["first"], height=0.4, color=ACCENT, label="first order")
        axes.set_yticks(at, own["factor"].str.replace("_", " "), fontsize=7)
        axes.tick_params(axis="x", labelsize=7)
        axes.set_title(fill(_with_unit(name), TITLE_LETTERS), fontsize=9, color=INK)
        axes.set_xlabel(measure, fontsize=7)
    if kind != "morris":
        figure.axes[0].legend(fontsize=7, loc="lower right")
    signed(figure, record).savefig(path, dpi=DOTS)


def discovery_picture(
    design: Design, found: "pd.DataFrame", indicator: str, at_least: float, box: "pd.DataFrame", path: Path, record: str
) -> None:
    """Points of a sweep over pairs of factors, those that reach the value dark, with the box that was found.

    Parameters
    ----------
    design, found, indicator, at_least
        As in `discover`.
    box
        The box that `discover` gave.
    path
        Where the picture goes.
    record
        What the numbers rest on, as `sim.runs.plots.simulated` words it.
    """
    good = reaches(found, indicator, at_least)
    points = design.points()
    bounded = list(box["factor"])
    names = bounded + [factor.name for factor in design.factors if factor.name not in bounded]
    pairs = [(a, b) for at, a in enumerate(names) for b in names[at + 1 :]][:PAIRS]
    limits = {row["factor"]: (row["low"], row["high"]) for row in box.to_dict("records")}
    ends = {factor.name: (factor.low, factor.high) for factor in design.factors}
    lines = max(1, -(-len(pairs) // COLUMNS))
    figure = _figure(11.0, 3.4 * lines)
    for place, (across, up) in enumerate(pairs or [(names[0], names[0])]):
        axes = figure.add_subplot(lines, COLUMNS, place + 1)
        for flags, colour, label in ((~good, PALE, "below"), (good, ACCENT, f"at or above {at_least:g}")):
            axes.scatter(points[across][flags], points[up][flags], s=12, color=colour, label=label)
        (left, right), (low, high) = (limits.get(name, ends[name]) for name in (across, up))
        axes.plot([left, right, right, left, left], [low, low, high, high, low], color=INK, linewidth=1.2)
        axes.set_xlabel(across.replace("_", " "), fontsize=8)
        axes.set_ylabel(up.replace("_", " "), fontsize=8)
        axes.tick_params(labelsize=7)
    figure.axes[0].legend(fontsize=7)
    year = found.attrs.get("year", TARGET_YEAR)
    figure.suptitle(f"{_with_unit(indicator)}, in {year}", fontsize=10, color=INK)
    signed(figure, record).savefig(path, dpi=DOTS)


def tree_picture(
    grown: "pd.DataFrame", indicator: str, at_least: float, path: Path, record: str, year: int = TARGET_YEAR
) -> None:
    """Leaves of a tree as bars: how many of their points reach the value, as high as their part of the design.

    Parameters
    ----------
    grown
        Result of `tree`.
    indicator, at_least
        As in `tree`.
    path
        Where the picture goes.
    record
        What the numbers rest on, as `sim.runs.plots.simulated` words it.
    year
        Year that the points are about.
    """
    leaves = list(grown.groupby("leaf", sort=False))
    lines = sum(len(rows) for _, rows in leaves)
    figure = _figure(10.0, 1.4 + 0.3 * lines)
    axes = figure.add_subplot()
    top, at, labels = 0.0, [], []
    for _, rows in leaves:
        density, mass = float(rows["density"].iloc[0]), float(rows["mass"].iloc[0])
        axes.barh(top + mass / 2, density, height=0.94 * mass, color=ACCENT)
        axes.text(density, top + mass / 2, f" {density:.0%} of {mass:.0%}", va="center", fontsize=7, color=INK)
        at.append(top + mass / 2)
        labels.append("\n".join(_bound(row) for row in rows.to_dict("records")))
        top += mass
    axes.set_yticks(at, labels, fontsize=7)
    axes.set_ylim(top, 0.0)
    axes.set_xlim(0.0, 1.15)
    axes.tick_params(axis="x", labelsize=7)
    axes.set_xlabel("part of a leaf's points that get there; as high as the leaf's part of the design", fontsize=8)
    axes.set_title(f"{_with_unit(indicator)}: at or above {at_least:g} in {year}", fontsize=9, color=INK)
    signed(figure, record).savefig(path, dpi=DOTS)


def _with_unit(indicator: str) -> str:
    """Name of an indicator with its unit, where the dictionary has one."""
    known = dictionary().get(indicator)
    return indicator.replace("_", " ") + ("" if known is None else f" ({known.unit})")


def _bound(row: "Mapping[Hashable, Any]") -> str:
    """Bounds of a leaf, in a line."""
    if not row["factor"]:
        return "all points"
    within = row["names"] or coded("allowed.years", first=f"{row['low']:.3g}", last=f"{row['high']:.3g}")
    return f"{row['factor'].replace('_', ' ')}: {within}"


def search_picture(found: "Found", path: Path) -> None:
    """Policies that a search found as lines over their levers and objectives, and the growth of its front.

    Parameters
    ----------
    found
        Result of `robust_search`.
    path
        Where the picture goes.
    """
    from matplotlib import colormaps

    objectives = [objective.title for objective in found.search.objectives]
    levers = [choice.lever for choice in found.search.choices]
    figure = _figure(max(8.0, 1.3 * (len(objectives) + len(levers)) + 3.0), 5.0)
    lines, growth = figure.subplots(1, 2, width_ratios=(5, 1))
    columns = [*objectives, *levers]
    values = np.stack([found.policies[column].to_numpy(dtype=float) for column in columns], axis=1)
    low, high = values.min(axis=0), values.max(axis=0)
    shares = (values - low) / np.where(high > low, high - low, 1.0)
    order = np.argsort(np.argsort(values[:, 0], kind="stable"), kind="stable") / max(1, len(values) - 1)
    for row, place in zip(shares, order, strict=True):
        lines.plot(range(len(columns)), row, color=colormaps["viridis"](0.9 * float(place)), linewidth=1.2)
    labels = [
        f"{each.replace('_', chr(10))}\n{a:.3g} to {b:.3g}" for each, a, b in zip(columns, low, high, strict=True)
    ]
    lines.set_xticks(range(len(columns)), labels, fontsize=7)
    lines.axvline(len(objectives) - 0.5, color=PALE)
    lines.set_yticks([])
    lines.set_title("policies that no other one beats: objectives, then levers", fontsize=9, color=INK)
    growth.plot(found.generations["generation"], found.generations["hypervolume"], color=ACCENT)
    growth.set_xlabel("generation", fontsize=8)
    growth.set_title("hypervolume", fontsize=9, color=INK)
    growth.tick_params(labelsize=7)
    asked = found.search
    what = f"search by {found.runs} runs, {asked.worlds} worlds a policy, seed {asked.seed}"
    record = simulated(
        f"{what}, macro {', '.join(asked.macro)}" if asked.macro else what, conditions_of([asked.scenario]).lines
    )
    signed(figure, record).savefig(path, dpi=DOTS)


NEAR = 12
"""Parts of the width of a picture of the frontier within which points share a label."""


def lie_together(places: Floats) -> list[Integers]:
    """Rows of points, shape (n, 2), in groups: each point is within a distance of 1 of another one of its group."""
    if len(places) < 2:
        return [np.arange(len(places))]
    from scipy.cluster.hierarchy import fclusterdata

    group = fclusterdata(places, 1.0, criterion="distance", method="single")
    return [np.flatnonzero(group == each) for each in np.unique(group)]


def frontier_picture(found: "Frontier", path: Path, record: str) -> None:
    """Scenarios by the expected shortfall of systemic risk and the targets they reach; dark are those on the frontier.

    Parameters
    ----------
    found
        Result of `frontier`.
    path
        Where the picture goes.
    record
        What the numbers rest on, as `sim.runs.plots.simulated` words it.
    """
    figure = _figure(10.0, 6.5)
    axes = figure.add_subplot()
    table = found.table
    ready = table["lever"] == ""
    for kept, marker, label in ((ready, "o", "scenarios"), (~ready, "^", f"{found.base}, one lever changed")):
        rows = table[kept]
        colours = [ACCENT if each else PALE for each in rows["efficient"]]
        axes.scatter(
            rows["shortfall"], rows["targets"], s=24 + 400 * rows["broken"], c=colours, marker=marker, label=label
        )
    wide, high = (float(np.ptp(table[axis])) or 1.0 for axis in ("shortfall", "targets"))
    named = table[ready | table["efficient"]]
    right = float(table["shortfall"].min()) + 0.7 * wide
    places = named[["shortfall", "targets"]].to_numpy(dtype=float) * (NEAR / wide, 2 * NEAR / high)
    for points in lie_together(places):  # they share a label, since labels of their own would be illegible
        rows = named.iloc[points]
        across, up = rows["shortfall"].max(), rows["targets"].max()
        left = across > right
        if left:
            across = rows["shortfall"].min()
        axes.annotate(
            ",\n".join((rows["lever"].where(rows["lever"] != "", rows["scenario"])).str.replace("_", " ")),
            (across, up),
            xytext=(-6 if left else 6, 3),
            textcoords="offset points",
            fontsize=7,
            color=INK,
            ha="right" if left else "left",
        )
    front = table[table["efficient"]].sort_values("shortfall")
    axes.plot(front["shortfall"], front["targets"], color=INK, linewidth=0.8)
    axes.set_xlabel("expected shortfall of systemic risk, usual spreads", fontsize=8)
    axes.set_ylabel("expected number of targets reached", fontsize=8)
    axes.tick_params(labelsize=7)
    axes.legend(fontsize=7)
    axes.set_title("growth and resilience; larger marks break the redline more often", fontsize=9, color=INK)
    signed(figure, record).savefig(path, dpi=DOTS)
