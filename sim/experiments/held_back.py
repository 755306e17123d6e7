"""Quality of a box or a tree on points of a sweep that had no part in finding it.

A box or a tree that is judged by the points it was found with looks better than it is: it has followed their draws
as well as what lies behind them. Here the points are split into folds, each fold is judged by what is found without
it, and the judgements of all folds are counted together. Each point is thus held back once, so that a small sweep
suffices, where a single split would leave a third of it or less to count on.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from agents.arrays import Flags, Floats
from sim.experiments.designs import Design
from sim.experiments.intervals import interval
from sim.experiments.least_runs import LEAST_FOR_INTERVAL, LEAST_FOR_VERDICT, few_runs_note, too_few
from sim.experiments.sensitivity import box_limits, grown_tree, reaches

if TYPE_CHECKING:
    import pandas as pd

type Places = np.ndarray[tuple[int], np.dtype[np.intp]]
"""Places of points, shape (points,)."""

FOLDS = 5
"""Parts that the points are split into: each is judged by what four fifths of the points give, as an emulator is.

Ten are usual where points are many (source: Kohavi, 1995, A study of cross-validation and bootstrap for accuracy
estimation and model selection); with five, each part of the smallest sweep that is judged has points on both sides.
"""
LEVEL = 0.95
"""Level of the intervals."""


@dataclass(frozen=True)
class Held:
    """What the points of a sweep are, all of which were held back once.

    Parameters
    ----------
    points
        Different points; one that a design repeats counts once, since its runs are the same.
    reached
        Those that reach the value.
    runs
        Runs behind each point.
    """

    points: int
    reached: int
    runs: int

    @property
    def base_rate(self) -> float:
        """Part of the points that reach the value: the density of a box that knows nothing."""
        return self.reached / self.points

    @property
    def lacking(self) -> str:
        """What there is too little of to state a quality; empty if there is enough."""
        fewer = min(self.reached, self.points - self.reached)
        return too_few(fewer, LEAST_FOR_VERDICT, "points on one side") if fewer < LEAST_FOR_VERDICT else ""

    @property
    def warnings(self) -> list[str]:
        """A note where quality cannot be stated."""
        return [f"Quality on points held back cannot be stated: {self.lacking}."] if self.lacking else []

    def as_dict(self) -> dict[str, Any]:
        """Return the points, and how they were held back."""
        return {
            "folds": FOLDS,
            "points": self.points,
            "runs_per_point": self.runs,
            "reached": self.reached,
            "base_rate": self.base_rate,
        }


@dataclass(frozen=True)
class BoxHeldBack(Held):
    """Quality of the box of `discover` on points held back.

    Parameters
    ----------
    inside
        Held-back points within the box that was found without them; None where there are too few points.
    both
        Those of them that reach the value.
    """

    inside: int | None
    both: int | None

    @property
    def density(self) -> tuple[float, float, float]:
        """Part of the points inside that reach the value, and its 95 % interval; NaN below the least number inside."""
        return _share(self.both, self.inside)

    @property
    def coverage(self) -> tuple[float, float, float]:
        """Part of the points that reach the value which the box holds, and its 95 % interval."""
        return _share(self.both, self.reached if self.both is not None else None)

    @property
    def warnings(self) -> list[str]:
        """A note where quality, or the density alone, cannot be stated."""
        if self.inside is None:
            return super().warnings
        return few_runs_note(self.inside, "the density of the box on points held back", of="points in the box")

    def as_dict(self) -> dict[str, Any]:
        """Return counts, shares and intervals."""
        shares = {"density": self.density, "coverage": self.coverage}
        return {
            **super().as_dict(),
            "inside": self.inside,
            "inside_and_reached": self.both,
            **_by_end(shares),
        }


@dataclass(frozen=True)
class TreeHeldBack(Held):
    """Quality of the tree of `tree` on points held back.

    Parameters
    ----------
    forecast
        Density of the leaf that each point falls into, of the tree grown without it, shape (points,); None where there
        are too few points.
    rates
        Part of the points that reach the value, of those each tree was grown on, shape (points,).
    good
        Which points reach the value, shape (points,).
    """

    forecast: Floats | None
    rates: Floats | None
    good: Flags

    @property
    def accuracy(self) -> tuple[float, float, float]:
        """Part of the points whose leaf is mostly on their side, and its 95 % interval."""
        if self.forecast is None:
            return _share(None, None)
        return _share(int(((self.forecast >= 0.5) == self.good).sum()), self.points)

    @property
    def accuracy_of_base_rate(self) -> float:
        """The accuracy of naming the more frequent side for every point."""
        return max(self.base_rate, 1.0 - self.base_rate)

    @property
    def brier(self) -> tuple[float, float]:
        """Brier scores of the leaves' densities, and of the base rate: mean squared distance, lower is better."""
        if self.forecast is None or self.rates is None:
            return np.nan, np.nan
        mean = [float(np.mean((each - self.good) ** 2)) for each in (self.forecast, self.rates)]
        return mean[0], mean[1]

    @property
    def gain(self) -> tuple[float, float, float]:
        """By how much the tree's Brier score is below that of the base rate, and its 95 % interval."""
        if self.forecast is None or self.rates is None:
            return np.nan, np.nan, np.nan
        gaps = (self.rates - self.good) ** 2 - (self.forecast - self.good) ** 2
        return float(gaps.mean()), *interval(gaps, LEVEL, np.mean)

    def as_dict(self) -> dict[str, Any]:
        """Return scores and intervals."""
        shares = {"accuracy": self.accuracy, "brier_gain": self.gain}
        brier, of_base_rate = self.brier
        return {
            **super().as_dict(),
            **_by_end(shares),
            "accuracy_of_base_rate": self.accuracy_of_base_rate,
            "brier": brier,
            "brier_of_base_rate": of_base_rate,
        }


def box_held_back(design: Design, found: "pd.DataFrame", indicator: str, at_least: float) -> BoxHeldBack:
    """Coverage and density of the box of `discover` on points that had no part in finding it.

    The box of all points is another one than those of the folds: the quality is that of the procedure. A side of the
    box that leaves out none of the points it was found with is open for others.

    Parameters
    ----------
    design, found, indicator, at_least
        As in `discover`.

    Returns
    -------
    Counts over all folds. Intervals are Wilson's, which take the held-back points for independent; the folds share
    most of their points, so that the intervals are approximate (source: Bengio and Grandvalet, 2004, Journal of
    Machine Learning Research 5).

    Raises
    ------
    scenarios.InputError
        If none or all of the points reach the value.
    """
    points, good = _different(design, reaches(found, indicator, at_least))
    held = Held(len(good), int(good.sum()), design.runs)
    counts = held.points, held.reached, held.runs
    if held.lacking:
        return BoxHeldBack(*counts, None, None)
    inside = np.zeros(len(good), dtype=bool)
    for kept, out in _folds(good, design.seed):
        limits, _ = box_limits(points.iloc[kept], good[kept])
        within = [points[name].iloc[out].between(low, high) for name, (low, high) in limits.items()]
        inside[out] = np.logical_and.reduce(within) if within else True
    return BoxHeldBack(*counts, int(inside.sum()), int((inside & good).sum()))


def tree_held_back(design: Design, found: "pd.DataFrame", indicator: str, at_least: float) -> TreeHeldBack:
    """Accuracy and Brier score of the tree of `tree` on points that had no part in growing it, against the base rate.

    Parameters
    ----------
    design, found, indicator, at_least
        As in `tree`.

    Returns
    -------
    Forecasts of all points. The interval of the accuracy is Wilson's, that of the gain a bootstrap over points; both
    are approximate, as in `box_held_back`.

    Raises
    ------
    scenarios.InputError
        If none or all of the points reach the value.
    """
    points, good = _different(design, reaches(found, indicator, at_least))
    held = Held(len(good), int(good.sum()), design.runs)
    counts = held.points, held.reached, held.runs
    if held.lacking:
        return TreeHeldBack(*counts, None, None, good)
    values = points.to_numpy(dtype=float)
    forecast, rates = np.zeros(len(good)), np.zeros(len(good))
    for kept, out in _folds(good, design.seed):
        grown = grown_tree(values[kept], good[kept])
        forecast[out] = grown.predict_proba(values[out])[:, list(grown.classes_).index(True)]
        rates[out] = good[kept].mean()
    return TreeHeldBack(*counts, forecast, rates, good)


def _different(design: Design, good: Flags) -> tuple["pd.DataFrame", Flags]:
    """Points that differ, and which of them reach the value: a repeated point would be known when it is held back."""
    points = design.points()[[factor.name for factor in design.factors]]
    once = ~points.duplicated().to_numpy()
    return points[once].reset_index(drop=True), good[once]


def _folds(good: Flags, seed: int) -> Iterator[tuple[Places, Places]]:
    """Places of the points kept and held back, by fold; each fold has the same part of each side, within a point.

    With folds drawn from all points alike, a fold rich in points that reach the value would leave a poor remainder to
    find a box in, and its density would be below the base rate where nothing is to be found.
    """
    rng = np.random.default_rng(seed)
    fold = np.empty(len(good), dtype=int)
    for side in (good, ~good):
        places = rng.permutation(np.flatnonzero(side))
        fold[places] = np.arange(len(places)) % FOLDS
    for each in range(FOLDS):
        yield np.flatnonzero(fold != each), np.flatnonzero(fold == each)


def _by_end(shares: Mapping[str, tuple[float, float, float]]) -> dict[str, float]:
    """Values and the ends of their intervals, by name."""
    return {f"{name}{end}": each[at] for name, each in shares.items() for at, end in enumerate(("", "_low", "_high"))}


def _share(count: int | None, of: int | None) -> tuple[float, float, float]:
    """A share of points and its interval (Wilson); NaN below the least number of points."""
    from scipy.stats import binomtest

    if count is None or of is None or of < LEAST_FOR_INTERVAL:
        return np.nan, np.nan, np.nan
    ends = binomtest(count, of).proportion_ci(LEVEL, method="wilson")
    return count / of, float(ends.low), float(ends.high)
