"""Pictures of a fit: priors and posteriors, moments, and whether known parameters come back."""

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from calibration.diagnostics import NOT_IDENTIFIED
from calibration.past_runs import searched
from sim.runs.plots import signed, simulated

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from calibration.calibrate import Calibration

DOTS = 150
INK, PALE, ACCENT = "#22303c", "#b8c4ce", "#0b6e99"
BINS = 20


def write_pictures(fit: "Calibration", folder: Path) -> list[Path]:
    """Write the three pictures as PNG.

    Parameters
    ----------
    fit
        The calibration.
    folder
        Where they go; it is made when it is not there.
    """
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    about = fit.about
    runs = f"runs {about['runs']} and {about['runs_second_round']} near the first fit, seed {about['seed']}"
    record = simulated(f"fit to observations, {runs}, scale {about['scale']:g}", ["Information until 2020-12."])
    for name, figure in (
        ("posterior", posterior_picture(fit)),
        ("moments", moments_picture(fit)),
        ("recovery", recovery_picture(fit)),
    ):
        path = folder / f"{name}.png"
        signed(figure, record).savefig(path, dpi=DOTS)
        written.append(path)
    return written


def _figure(width: float, height: float) -> "Figure":
    from matplotlib.figure import Figure

    return Figure(figsize=(width, height), layout="constrained")


def posterior_picture(fit: "Calibration") -> "Figure":
    """Posterior density of each searched parameter in quantiles of its prior; the prior is the flat line."""
    names = searched()
    columns = 3
    lines = -(-len(names) // columns)
    figure = _figure(10.0, 2.2 * lines)
    ratio = dict(zip(fit.identification["parameter"], fit.identification["sd_ratio"], strict=True))
    for place, name in enumerate(names):
        axes = figure.add_subplot(lines, columns, place + 1)
        known = ratio[name] <= NOT_IDENTIFIED
        axes.hist(fit.points[:, place], bins=BINS, range=(0.0, 1.0), density=True, color=ACCENT if known else PALE)
        axes.axhline(1.0, color=INK, linewidth=1.0)
        axes.set_xlim(0.0, 1.0)
        axes.set_yticks([])
        verdict = f"sd ratio {ratio[name]:.2f}" + ("" if known else ", not identified")
        axes.set_title(f"{name.replace('_', ' ')}\n{verdict}", fontsize=8, color=INK)
        axes.tick_params(labelsize=7)
        if place >= len(names) - columns:
            axes.set_xlabel("quantile of the prior", fontsize=8)
    return figure


def moments_picture(fit: "Calibration") -> "Figure":
    """Each moment's observed value in tolerances from it: prior prediction pale, posterior prediction dark."""
    table = fit.moments
    figure = _figure(9.0, 0.34 * len(table) + 1.2)
    axes = figure.add_subplot()
    at = np.arange(len(table))[::-1]
    for low, middle, high, colour, width, shift, label in (
        ("prior_q05", "prior_q50", "prior_q95", PALE, 5.0, 0.16, "prior, 90 % of runs"),
        ("q05", "q50", "q95", ACCENT, 3.0, -0.16, "posterior, 90 % of runs"),
    ):
        scaled = {key: (table[key] - table["observed"]) / table["tolerance"] for key in (low, middle, high)}
        axes.hlines(at + shift, scaled[low], scaled[high], color=colour, linewidth=width, label=label)
        axes.plot(scaled[middle], at + shift, "|", color=INK, markersize=7)
    axes.axvline(0.0, color=INK, linewidth=1.0, label="observed")
    axes.set_xlim(-10.0, 10.0)
    axes.set_yticks(at, [name.replace("_", " ") for name in table["moment"]], fontsize=8)
    axes.set_xlabel("distance from the observed value, in tolerances (cut at 10)", fontsize=8)
    axes.tick_params(axis="x", labelsize=8)
    axes.legend(fontsize=7, loc="lower right")
    return figure


def recovery_picture(fit: "Calibration") -> "Figure":
    """Ranks of the truth in the posterior of made-up data: even when the method is right."""
    names = searched()
    columns = 4
    lines = -(-len(names) // columns)
    figure = _figure(10.0, 2.0 * lines)
    ranks = fit.recovered
    bins = 10
    expected = ranks["run"].nunique() / bins
    for place, name in enumerate(names):
        axes = figure.add_subplot(lines, columns, place + 1)
        axes.hist(ranks.loc[ranks["parameter"] == name, "rank"], bins=bins, range=(0.0, 1.0), color=ACCENT)
        spread = 1.645 * np.sqrt(expected * (1.0 - 1.0 / bins))
        axes.axhspan(expected - spread, expected + spread, color=PALE, alpha=0.6)
        axes.axhline(expected, color=INK, linewidth=1.0)
        axes.set_title(name.replace("_", " "), fontsize=7, color=INK)
        axes.tick_params(labelsize=6)
    return figure
