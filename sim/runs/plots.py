"""Pictures of results for notebooks: drawn when they are shown, saved on request."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from textwrap import wrap
from typing import TYPE_CHECKING

from scenarios.errors import InputError
from scenarios.extras import needs_extra
from sim.closing.dictionary import Recorded, dictionary
from sim.closing.indicators import FLOWS
from sim.moved import unknown_indicator

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

DOTS = 110
"""Dots an inch of a picture in a notebook."""
INK, PALE, ACCENT, OTHER = "#22303c", "#b8c4ce", "#1f5f99", "#b3541e"
COLUMNS = 2
LETTERS = 22
"""Letters of a record to an inch of its line."""


@dataclass(frozen=True, eq=False)
class Picture:
    """A figure that a notebook shows; `figure` is Matplotlib's, to be changed or saved."""

    figure: "Figure"

    def _repr_png_(self) -> bytes:
        written = BytesIO()
        self.figure.savefig(written, format="png", dpi=DOTS)
        return written.getvalue()

    def save(self, path: str | Path) -> None:
        """Write the picture as a file, in the format of its suffix."""
        self.figure.savefig(path, dpi=2 * DOTS)

    def __repr__(self) -> str:
        titles = [self.figure.get_suptitle(), *(axes.get_title(loc="left") for axes in self.figure.axes)]
        return f"<Picture of {', '.join(repr(title) for title in titles if title)}>"


def new_figure(panels: int) -> "tuple[Figure, list[Axes]]":
    """A figure of so many panels, at most two in a line, and its axes.

    Raises
    ------
    scenarios.InputError
        Without the extra `explore`, which draws.
    """
    needs_extra("explore", "matplotlib", what="what.picture", key="plot")
    from matplotlib.figure import Figure

    across = min(panels, COLUMNS)
    lines = -(-panels // across)
    figure = Figure(figsize=(5.2 * across, 3.0 * lines), layout="constrained")
    axes = [figure.add_subplot(lines, across, place + 1) for place in range(panels)]
    for each in axes:
        each.spines[["top", "right"]].set_visible(False)
        each.grid(axis="y", color=PALE, linewidth=0.5)
    return figure, axes


def simulated(what: str, conditions: Iterable[str]) -> str:
    """Source, version and basis of a picture: what was run, with seeds and number of runs, and the conditions."""
    from sim.runs.one_run import model_version

    return " ".join([f"Simulated with Lujiazui {model_version()}: {what}.", *conditions])


def signed(figure: "Figure", record: str) -> "Figure":
    """Write under a figure what its numbers rest on, in as many lines as it takes; pictures are saved with it."""
    lines = wrap(record, int(LETTERS * figure.get_figwidth()))
    figure.supxlabel("\n".join(lines), x=0.01, ha="left", fontsize=6, color=INK)
    return figure


def described(indicators: str | Iterable[str], known: Sequence[str]) -> list[Recorded]:
    """What is recorded of some indicators, given by name, or of one.

    Raises
    ------
    scenarios.InputError
        If one of them is not among those known.
    """
    asked = [indicators] if isinstance(indicators, str) else list(indicators)
    for name in asked:
        if name not in known or name not in dictionary():
            raise InputError(unknown_indicator(name, known, "indicators"))
    return [dictionary()[name] for name in asked]


def entitle(axes: "Axes", shown: Recorded) -> None:
    """Write name and unit of an indicator on its panel."""
    axes.set_title(shown.name, loc="left", fontsize=10, color=INK)
    axes.set_title(shown.unit, loc="right", fontsize=8, color=INK)


def months_picture(
    months: "pd.DataFrame", indicators: str | Iterable[str], targets: Mapping[str, float], record: str
) -> Picture:
    """Draw indicators of one run by month; flows as those over the twelve months that end with the month.

    Parameters
    ----------
    months
        Indicators by month, index month-end.
    indicators
        Which of them.
    targets
        Targets of the plan by indicator.
    record
        What the run rests on, as in `simulated`.

    Raises
    ------
    scenarios.InputError
        For an unknown indicator, or without the extra that draws.
    """
    shown = described(indicators, list(months.columns))
    figure, panels = new_figure(len(shown))
    for axes, each in zip(panels, shown, strict=True):
        series = months[each.id].rolling(12).sum() if each.id in FLOWS else months[each.id]
        axes.plot(months.index, series, color=ACCENT, linewidth=1.6)
        if each.id in targets:
            axes.plot([months.index[-1]], [targets[each.id]], marker="_", markersize=16, color=INK)
        entitle(axes, each)
    return Picture(signed(figure, record))
