"""Picture of probability integral transforms of forecasts from earlier origins, each origin left out."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from calibration.leave_one_out import BINS
from calibration.pictures import ACCENT, DOTS, INK, PALE
from sim.runs.plots import signed, simulated

if TYPE_CHECKING:
    from matplotlib.figure import Figure

TOGETHER = "all indicators"
SOURCE = "Source"
"""Key of the text in the file that holds the digest of the scores that it shows."""
BAND = 1.645
"""Standard errors of a central interval of 90 %."""


def histogram_picture(scores: Sequence[Mapping[Any, Any]]) -> "Figure":
    """Counts of forecasts by the probability that they give to values below the outcome, in fifths.

    A row an indicator, the last of all together; a column a distribution. The line is the expected count, the band what
    independent forecasts of a right distribution hold in nine of ten cases; forecasts of one origin are not
    independent, so that right distributions leave it more often.

    Parameters
    ----------
    scores
        Rows with kind, indicator and bin_1 to bin_5, as `leave_one_out.histogram` gives them or as text of a file.
    """
    from matplotlib.figure import Figure
    from matplotlib.ticker import MaxNLocator

    kinds = list(dict.fromkeys(str(row["kind"]) for row in scores))
    names = list(dict.fromkeys(str(row["indicator"]) for row in scores))
    counts = {
        (str(row["kind"]), str(row["indicator"])): np.array([int(row[f"bin_{place + 1}"]) for place in range(BINS)])
        for row in scores
    }
    for kind in kinds:
        counts[kind, TOGETHER] = np.sum([counts[kind, name] for name in names if (kind, name) in counts], axis=0)
    rows = [*names, TOGETHER]
    figure = Figure(figsize=(2.6 * len(kinds) + 1.0, 1.15 * len(rows) + 0.6), layout="constrained")
    edges = np.linspace(0.0, 1.0, BINS + 1)
    for line, name in enumerate(rows):
        for column, kind in enumerate(kinds):
            if (kind, name) not in counts:
                continue
            own = counts[kind, name]
            axes = figure.add_subplot(len(rows), len(kinds), line * len(kinds) + column + 1)
            expected = own.sum() / BINS
            spread = BAND * np.sqrt(expected * (1.0 - 1.0 / BINS))
            axes.axhspan(max(expected - spread, 0.0), expected + spread, color=PALE, alpha=0.6)
            axes.bar(edges[:-1], own, width=1.0 / BINS, align="edge", color=ACCENT, edgecolor="white")
            axes.axhline(expected, color=INK, linewidth=1.0)
            axes.set_xlim(0.0, 1.0)
            axes.set_xticks(edges if line == len(rows) - 1 else [])
            axes.yaxis.set_major_locator(MaxNLocator(4, integer=True))
            axes.tick_params(labelsize=6)
            if line == 0:
                axes.set_title(kind, fontsize=8, color=INK)
            if column == 0:
                axes.set_ylabel(name.replace("_", "\n"), fontsize=6, rotation=0, ha="right", va="center")
    return figure


def write_histogram(scores: Sequence[Mapping[Any, Any]], path: Path, digest: str) -> Path:
    """Write the picture as PNG with the digest of the scores' file in it, and return the path."""
    path.parent.mkdir(parents=True, exist_ok=True)
    record = simulated("forecasts from earlier origins, each origin left out", [f"Digest of the scores: {digest}."])
    signed(histogram_picture(scores), record).savefig(path, dpi=DOTS, metadata={SOURCE: digest})
    return path
