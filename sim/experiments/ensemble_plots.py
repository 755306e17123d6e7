"""Pictures of an ensemble for notebooks: `ensemble.plot.fan("foreign_bond_share")`, `ensemble.plot.effects()`."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from scenarios.errors import InputError
from scenarios.problem_texts import coded
from sim.closing.dictionary import dictionary
from sim.closing.indicators import PLAN_INDICATORS
from sim.experiments.least_runs import LEAST_FOR_INTERVAL
from sim.runs.plots import ACCENT, INK, OTHER, PALE, Picture, described, entitle, new_figure, signed, simulated

if TYPE_CHECKING:
    from sim.experiments.ensemble import Ensemble

BANDS = ((0.05, 0.95, 0.18), (0.25, 0.75, 0.4))
LINES = (OTHER, "#6d4a94", "#2e7d5b", INK)


@dataclass(frozen=True)
class EnsemblePlots:
    """The pictures of an ensemble."""

    ensemble: "Ensemble"

    def fan(self, indicators: str | Iterable[str] = PLAN_INDICATORS, *, scenario: str | None = None) -> Picture:
        """Draw bands of one scenario by year, 5 to 95 and 25 to 75 % of the runs, and medians of the others.

        Parameters
        ----------
        indicators
            One indicator or several.
        scenario
            Scenario of the bands; the first by default. Below eight runs it has a median alone.

        Raises
        ------
        scenarios.InputError
            For an unknown indicator or scenario, or without the extra that draws.
        """
        ensemble, first = self.ensemble, scenario or next(iter(self.ensemble.values))
        runs = int(ensemble.done(first).sum())
        shown = described(indicators, ensemble.columns)
        targets = ensemble.plan_of(first).targets
        figure, panels = new_figure(len(shown))
        for axes, each in zip(panels, shown, strict=True):
            table = ensemble.quantiles(each.id)
            years = list(ensemble.years)
            mine = table.loc[first]
            for low, high, opacity in BANDS if runs >= LEAST_FOR_INTERVAL else ():
                axes.fill_between(years, mine[low], mine[high], color=ACCENT, alpha=opacity, linewidth=0)
            axes.plot(years, mine[0.5], color=ACCENT, linewidth=1.8, label=f"{first}, median of {runs}")
            others = [name for name in ensemble.values if name != first]
            for name, colour in zip(others, LINES, strict=False):
                axes.plot(years, table.loc[name][0.5], color=colour, linestyle="--", linewidth=1.4, label=name)
            if each.id in targets:
                axes.plot([years[-1]], [targets[each.id]], "_", markersize=16, color=INK, label="target")
            entitle(axes, each)
        panels[0].legend(fontsize=8, frameon=False)
        return Picture(signed(figure, self._record(f"{runs} runs")))

    def effects(self, scenario: str | None = None, baseline: str | None = None) -> Picture:
        """Draw the paired effects on the plan's indicators, with 95 % intervals, in per cent of each target.

        Parameters
        ----------
        scenario, baseline
            The scenarios; the first, and `committed` or else the last, by default. Below eight pairs there are no
            intervals.

        Raises
        ------
        scenarios.InputError
            As `Ensemble.difference` does, for an ensemble of one scenario, or without the extra that draws.
        """
        names = list(self.ensemble.values)
        if len(names) < 2:
            raise InputError(coded("summary.same"), key="baseline", value=names[0], allowed="")
        against = baseline or ("committed" if "committed" in names else names[-1])
        here = scenario or next(name for name in names if name != against)
        table = self.ensemble.difference(here, against).set_index("indicator")
        targets = self.ensemble.plan_of(here).targets
        figure, (axes,) = new_figure(1)
        places = np.arange(len(table))[::-1]
        scale = np.array([100.0 / targets[str(name)] for name in table.index])
        axes.axvline(0.0, color=INK, linewidth=0.8)
        axes.hlines(places, table["low"] * scale, table["high"] * scale, color=PALE, linewidth=3)
        axes.plot(table["median"] * scale, places, "o", color=ACCENT)
        axes.set_yticks(places, [dictionary()[str(name)].name for name in table.index], fontsize=8)
        axes.set_xlabel("effect, % of the target", fontsize=8)
        pairs = int(table["runs"].max())
        # Of the whole figure: beside the long names there is no room for it over the axes.
        figure.suptitle(f"{here} against {against}, {pairs} pairs", x=0.01, ha="left", fontsize=10, color=INK)
        return Picture(signed(figure, self._record(f"{pairs} pairs of runs")))

    def _record(self, runs: str) -> str:
        """What the ensemble rests on."""
        seeds = [each.seed for pairs in self.ensemble.pairings.values() for each in pairs if each is not None]
        names = ", ".join(self.ensemble.values)
        return simulated(f"{names}, {runs}, seeds {min(seeds)} to {max(seeds)}", self.ensemble.conditions.lines)
