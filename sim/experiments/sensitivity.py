"""Analysis of a sweep: screening by Morris, shares of variance by an emulator, boxes in which a target is met."""

from collections.abc import Sequence
from functools import reduce
from typing import TYPE_CHECKING, Any

import numpy as np

from agents.arrays import Flags, Floats
from scenarios.bounds import for_library
from scenarios.errors import InputError
from scenarios.extras import needs_extra
from scenarios.problem_texts import coded
from sim.closing.indicators import PLAN_INDICATORS
from sim.experiments.designs import Design
from sim.experiments.ensemble import Ensemble
from sim.experiments.least_runs import LEAST_FOR_INTERVAL, LEAST_PER_PARAMETER
from sim.experiments.store import Store

if TYPE_CHECKING:
    import pandas as pd

RESAMPLED = 200
"""Bootstrap samples of an interval."""
HELD_BACK = 0.2
"""Part of the points on which an emulator is checked."""
MOST_LEAVES = 6
LEAST_IN_LEAF = 0.05
"""Smallest part of the points in a leaf of a tree."""
FEWEST_POINTS = 10
"""Fewest points that an emulator is fitted to."""
EMULATED = 1024
"""Base samples of the emulator from which shares of variance come."""


def responses(design: Design, ensemble: Ensemble, indicators: Sequence[str] = PLAN_INDICATORS) -> "pd.DataFrame":
    """Each indicator in 2025 at each point of a sweep, mean over its repetitions: index point.

    Where a scenario of the sweep ends before December 2025 it is the last whole year that all of them cover, in which
    alone their points can be compared: `attrs["year"]`.

    Raises
    ------
    scenarios.InputError
        If runs of the design are missing, or the scenarios have no whole year after 2020 in common.
    """
    import pandas as pd

    points = len(design.points())
    there = np.array([ensemble.done(name) for name in ensemble.values]).any(axis=0)
    place = {run: row for row, run in enumerate(ensemble.runs) if there[row]}
    if len(place) < points * design.runs:
        raise InputError(coded("sweep.runs_missing", count=points * design.runs - len(place)), key="store")
    year = ensemble.year_compared(*ensemble.values)
    columns = {}
    for indicator in indicators:
        by_scenario = [ensemble.in_year(name, indicator, year) for name in ensemble.values]
        # Where scenarios are a factor, each run is one scenario's.
        values = reduce(lambda first, second: np.where(np.isnan(first), second, first), by_scenario)
        ordered = np.array([values[place[run]] for run in range(points * design.runs)])
        columns[indicator] = ordered.reshape(points, design.runs).mean(axis=1)
    found = pd.DataFrame(columns, index=pd.RangeIndex(points, name="point"))
    found.attrs = {"year": year, "conditions": ensemble.conditions.as_dict()}
    return found


def enough(design: Design, points: int) -> tuple[int, int, str]:
    """Size of a design, size needed for intervals, and their unit: trajectories (Morris), or points for each factor."""
    if design.kind == "morris":
        return points // (len(design.factors) + 1), LEAST_FOR_INTERVAL, "trajectories"
    return points, LEAST_PER_PARAMETER * len(design.factors), "points"


def swept(
    store: Store, number: int | None = None, indicators: Sequence[str] = PLAN_INDICATORS
) -> tuple[Design, "pd.DataFrame"]:
    """A sweep of a store and its responses, as in `responses`: the last one, or that of a number.

    Raises
    ------
    scenarios.InputError
        If the store holds no such sweep, runs of it are missing, or they do not record an indicator.
    """
    stored = store.design(number, kind="sweep")
    design = Design.from_plain(stored.sweep or {})
    return design, responses(design, Ensemble.of_store(store, design=stored.number), indicators)


def indices(design: Design, found: "pd.DataFrame") -> "pd.DataFrame":
    """How much each factor matters: `morris` for a Morris design, else `sobol`; no intervals where `enough` says so.

    Raises
    ------
    scenarios.InputError
        If no indicator differs between the points, or if shares are requested of one factor or a few points.
    """
    if not (found.nunique() > 1).any():
        raise InputError(coded("sweep.nothing_moves"), key="store", allowed=coded("allowed.moving_sweep"))
    count, least, _ = enough(design, len(found))
    if design.kind == "morris":
        return _without_intervals(morris(design, found), count < least)
    if len(design.factors) < 2:
        problem = coded("sweep.one_factor", factor=design.factors[0].name)
        raise InputError(problem, key="factors", allowed=coded("allowed.two_factors"))
    if len(found) < FEWEST_POINTS:
        problem = coded("sweep.few_points", points=len(found))
        raise InputError(problem, key="samples", value=len(found), allowed=coded("allowed.from", least=FEWEST_POINTS))
    return _without_intervals(sobol(design, found), count < least)


def _without_intervals(table: "pd.DataFrame", too_few: bool) -> "pd.DataFrame":
    """The table with NaN for its intervals where there are too few trajectories or points for them."""
    intervals = [name for name in table.columns if name == "interval" or name.endswith(("_low", "_high"))]
    return table.assign(**dict.fromkeys(intervals, float("nan"))) if too_few else table


def strength(kind: str) -> str:
    """Column of `indices` that orders the factors of a kind of design."""
    return "mean_absolute_effect" if kind == "morris" else "total"


def morris(design: Design, found: "pd.DataFrame") -> "pd.DataFrame":
    """Elementary effects over the range of each factor (Morris, with SALib).

    Columns: indicator, factor, mean_effect, mean_absolute_effect, its interval half-width (95 %), spread.
    """
    import pandas as pd

    needs_extra("explore", "SALib", what="what.morris")
    from SALib.analyze import morris as analysis

    problem = design.unit_problem()
    shares = design.shares()
    rows = []
    for indicator in found.columns:
        effects = analysis.analyze(
            problem, shares, found[indicator].to_numpy(), num_levels=design.levels, seed=for_library(design.seed)
        )
        for place, factor in enumerate(design.factors):
            rows.append(
                {
                    "indicator": indicator,
                    "factor": factor.name,
                    "mean_effect": float(effects["mu"][place]),
                    "mean_absolute_effect": float(effects["mu_star"][place]),
                    "interval": float(effects["mu_star_conf"][place]),
                    "spread": float(effects["sigma"][place]),
                }
            )
    return pd.DataFrame(rows)


def sobol(design: Design, found: "pd.DataFrame") -> "pd.DataFrame":
    """First-order and total shares of variance of each factor, from an emulator of the sweep.

    A Gaussian process is fitted to four fifths of the points and checked on the rest (`held_back_r2`, the part of
    variance it explains there); shares come from the emulator with bootstrap intervals (95 %).
    """
    import pandas as pd
    from scipy.stats import sobol_indices, uniform

    shares = _shares_of(design)
    dists: Any = [uniform(0.0, 1.0)] * len(design.factors)
    rows = []
    for indicator in found.columns:
        values = found[indicator].to_numpy()
        emulator, r2 = fitted(shares, values, design.seed)
        if values.std() == 0.0:
            continue

        def answer(x: Floats, emulator: Any = emulator) -> Floats:
            return np.atleast_2d(emulator.predict(_spread(design, x.T)))

        answers: list[Floats] = []

        def estimate(f_A: Floats, f_B: Floats, f_AB: Floats) -> tuple[Floats, Floats]:
            answers[:] = (f_A, f_B, f_AB)  # noqa: B023  called at once
            return saltelli(f_A, f_B, f_AB)

        rng = np.random.default_rng(design.seed)
        indices = sobol_indices(func=answer, n=EMULATED, dists=dists, method=estimate, rng=rng)
        low, high = _interval(answers, rng)
        for place, factor in enumerate(design.factors):
            rows.append(
                {
                    "indicator": indicator,
                    "factor": factor.name,
                    "first": float(np.ravel(indices.first_order)[place]),
                    "first_low": float(low[0, place]),
                    "first_high": float(high[0, place]),
                    "total": float(np.ravel(indices.total_order)[place]),
                    "total_low": float(low[1, place]),
                    "total_high": float(high[1, place]),
                    "held_back_r2": r2,
                }
            )
    return pd.DataFrame(rows)


def saltelli(f_a: Floats, f_b: Floats, f_ab: Floats) -> tuple[Floats, Floats]:
    """First-order and total indices from answers at two independent designs and at mixtures of them.

    first = E[f_B (f_AB - f_A)] / Var, total = E[(f_A - f_AB)^2] / 2 Var, with the variance over f_A and f_B

    Parameters
    ----------
    f_a, f_b
        Answers at the designs, shape (outputs, n).
    f_ab
        Answers at the first design with one factor of the second, shape (factors, outputs, n).

    Returns
    -------
    tuple of ndarray
        Shapes (outputs, factors). Source: Saltelli and others, 2010, Computer Physics Communications 181, table 2; the
        total index is Jansen's.
    """
    variance = np.var([f_a, f_b], axis=(0, -1))
    first = np.mean(f_b * (f_ab - f_a), axis=-1) / variance
    total = 0.5 * np.mean((f_a - f_ab) ** 2, axis=-1) / variance
    return first.T, total.T


def _interval(answers: Sequence[Floats], rng: np.random.Generator) -> tuple[Floats, Floats]:
    """Ends of the 95 % bootstrap intervals of first-order and total indices, shape (2, factors) each.

    scipy's own takes no generator, so that its intervals differ from call to call.
    """
    from scipy.stats import bootstrap

    def statistic(places: Any) -> Floats:
        return np.array([each[0] for each in saltelli(*(answer[..., places] for answer in answers))])

    places = np.arange(answers[0].shape[-1])
    found = bootstrap([places], statistic, method="BCa", n_resamples=RESAMPLED, vectorized=False, rng=rng)
    return np.asarray(found.confidence_interval.low), np.asarray(found.confidence_interval.high)


def fitted(shares: Floats, values: Floats, seed: int) -> tuple[Any, float]:
    """A Gaussian process on four fifths of the points, and the part of variance it explains on the others."""
    import warnings

    needs_extra("explore", "sklearn", what="what.emulator")
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.gaussian_process import GaussianProcessRegressor
    from sklearn.gaussian_process.kernels import RBF, ConstantKernel, WhiteKernel

    rng = np.random.default_rng(seed)
    order = rng.permutation(len(values))
    held = order[: max(1, round(HELD_BACK * len(values)))]
    kept = np.setdiff1d(order, held)
    kernel = ConstantKernel(1.0) * RBF(np.ones(shares.shape[1]), (0.05, 100.0)) + WhiteKernel(0.1, (1e-8, 10.0))
    process = GaussianProcessRegressor(kernel, normalize_y=True, random_state=0, n_restarts_optimizer=1)
    with warnings.catch_warnings():
        # A factor that does not matter drives its length to the bound; the fit is none the worse.
        warnings.simplefilter("ignore", ConvergenceWarning)
        process.fit(shares[kept], values[kept])
    misses = values[held] - process.predict(shares[held])
    spread = float(((values[held] - values[kept].mean()) ** 2).sum())
    return process, 1.0 - float((misses**2).sum()) / spread if spread else float("nan")


def _shares_of(design: Design) -> Floats:
    points = design.points()
    columns = [(points[factor.name].to_numpy() - factor.low) / (factor.high - factor.low) for factor in design.factors]
    return np.stack(columns, axis=1)


def _spread(design: Design, shares: Floats) -> Floats:
    """Shares of a range, with names where the design has them: equal parts of it stand for each name."""
    columns = [
        factor.at(shares[:, place]) / factor.high if factor.names else shares[:, place]
        for place, factor in enumerate(design.factors)
    ]
    return np.stack(columns, axis=1)


def reaches(found: "pd.DataFrame", indicator: str, at_least: float) -> Flags:
    """Which points have an indicator at or above a value in 2025, shape (points,).

    Raises
    ------
    scenarios.InputError
        If none or all of them have, or if the value is no finite number.
    """
    if not np.isfinite(at_least):
        raise InputError(
            coded("value.not_finite", value=at_least),
            key="at_least",
            value=at_least,
            allowed=coded("allowed.finite_number"),
        )
    good = np.asarray(found[indicator] >= at_least)
    if good.all() or not good.any():
        raise InputError(
            coded("sweep.on_one_side", good=int(good.sum()), points=len(good), indicator=indicator, value=at_least),
            key="at_least",
            value=at_least,
            allowed=coded("allowed.reached_by_some"),
        )
    return good


def tree(design: Design, found: "pd.DataFrame", indicator: str, at_least: float) -> "pd.DataFrame":
    """Leaves of a classification tree that parts the points that reach a value from the others (CART, scikit-learn).

    Returns
    -------
    One row a leaf and factor that bounds it: leaf (the densest first), density (part of its points that reach the
    value), mass (part of all points), factor, low, high, names (those within, of a factor of names). A tree of one
    leaf has a row without a factor.

    Raises
    ------
    scenarios.InputError
        If none or all of the points reach the value.
    """
    import pandas as pd

    good = reaches(found, indicator, at_least)
    points = design.points()
    values = points[[factor.name for factor in design.factors]].to_numpy()
    grown = grown_tree(values, good)
    leaf_of = grown.apply(values)
    boxes: list[tuple[float, float, dict[str, tuple[float, float]]]] = []

    def walk(node: int, box: dict[str, tuple[float, float]]) -> None:
        part = grown.tree_
        if part.children_left[node] == part.children_right[node]:
            inside = leaf_of == node
            boxes.append((float(good[inside].mean()), float(inside.mean()), box))
            return
        factor, bound = design.factors[part.feature[node]], float(part.threshold[node])
        low, high = box.get(factor.name, (factor.low, factor.high))
        walk(part.children_left[node], {**box, factor.name: (low, min(high, bound))})
        walk(part.children_right[node], {**box, factor.name: (max(low, bound), high)})

    walk(0, {})
    named = {factor.name: factor for factor in design.factors}
    rows = []
    for place, (density, mass, box) in enumerate(sorted(boxes, key=lambda each: -each[0]), 1):
        head = {"leaf": place, "density": density, "mass": mass}
        rows += [
            {**head, "factor": name, "low": low, "high": high, "names": named[name].names_within(low, high)}
            for name, (low, high) in box.items()
        ] or [{**head, "factor": "", "low": float("nan"), "high": float("nan"), "names": ""}]
    return pd.DataFrame(rows)


def grown_tree(values: Floats, good: Flags) -> Any:
    """The classification tree of some points, shape (points, factors), that parts the good ones from the others."""
    needs_extra("explore", "sklearn", what="what.tree")
    from sklearn.tree import DecisionTreeClassifier

    least = max(1, round(LEAST_IN_LEAF * len(good)))
    return DecisionTreeClassifier(max_leaf_nodes=MOST_LEAVES, min_samples_leaf=least, random_state=0).fit(values, good)


def discover(
    design: Design, found: "pd.DataFrame", indicator: str, at_least: float
) -> tuple["pd.DataFrame", dict[str, float]]:
    """The box of factors in which an indicator is at or above a value in 2025 (PRIM, with the EMA workbench).

    Returns
    -------
    The box, one row a factor that it bounds: low, high, names; and its coverage (part of all such points that it
    holds), density (part of its points that are such) and mass.

    Raises
    ------
    scenarios.InputError
        If none or all of the points are such.
    """
    import pandas as pd

    points = design.points()[[factor.name for factor in design.factors]]
    limits, measures = box_limits(points, reaches(found, indicator, at_least))
    lowest, highest = points.min(), points.max()
    rows = [
        {"factor": factor.name, "low": low, "high": high, "names": factor.names_within(low, high)}
        for factor in design.factors
        if factor.name in limits
        for low, high in [np.clip(limits[factor.name], lowest[factor.name], highest[factor.name]).tolist()]
    ]
    return pd.DataFrame(rows, columns=["factor", "low", "high", "names"]), measures


def box_limits(points: "pd.DataFrame", good: Flags) -> tuple[dict[str, tuple[float, float]], dict[str, float]]:
    """The box of some points that holds the good ones most densely (PRIM).

    Parameters
    ----------
    points
        A column for each factor.
    good
        Which points are to be held, shape (points,).

    Returns
    -------
    Limits by factor that the box bounds, infinite on a side that leaves no point out; and coverage, density and mass.
    """
    import warnings

    needs_extra("ema", what="what.prim", instead="what.tree_option")
    # The workbench takes columns such as "scenario", "policy" and "model" for its own and leaves them out.
    own = {name: f"factor_{place}" for place, name in enumerate(points.columns)}
    with warnings.catch_warnings():
        # The workbench warns at import about optional packages that are not needed here.
        warnings.simplefilter("ignore", UserWarning)
        from ema_workbench.analysis import prim

        # It also uses an argument of pandas that is on its way out.
        warnings.simplefilter("ignore", DeprecationWarning)
        warnings.simplefilter("ignore", PendingDeprecationWarning)
        box = prim.Prim(points.rename(columns=own), good, peel_alpha=0.1).find_box()
    found = box.box_lims[-1]
    limits = {}
    for name, lowest, highest in zip(points.columns, points.min(), points.max(), strict=True):
        low, high = (float(each) for each in found[own[name]].iloc[:2])
        if low > lowest or high < highest:
            limits[name] = (low if low > lowest else -np.inf, high if high < highest else np.inf)
    return limits, {"coverage": float(box.coverage), "density": float(box.density), "mass": float(box.mass)}
