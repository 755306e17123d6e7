"""Which mix of equity, REIT and bond reform reaches CNY 26 trn, and does more bond supply lower the foreign share?"""

from __future__ import annotations

from itertools import product

import numpy as np
from asked import Answer, Asked, arm, effect, lever_named, main, share

from app.measured.blocks import signed, table
from sim.experiments.ensemble import thresholds

LEVERS = ("star_registration_reform", "bond_issuance_reform", "long_term_capital", "reits_pilot")
LOW, HIGH = 0.2, 1.0
POINTS_PER_RUN = 3
LEAST_POINTS = 16


def line(points: np.ndarray, values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Ordinary least squares with a constant: coefficients and standard errors, the constant last.

    Parameters
    ----------
    points
        Shape (points, factors).
    values
        Shape (points,).
    """
    design = np.column_stack([points, np.ones(len(points))])
    found, *_ = np.linalg.lstsq(design, values, rcond=None)
    left = values - design @ found
    free = len(points) - design.shape[1]
    if free < 1:
        return found, np.full(len(found), np.nan)
    variance = float(left @ left) / free
    return found, np.sqrt(variance * np.diag(np.linalg.pinv(design.T @ design)))


Fits = dict[str, tuple[np.ndarray, np.ndarray]]


def planes(asked: Asked, count: int) -> tuple[dict[str, np.ndarray], Fits]:
    """Results at the points of a Latin hypercube of four levers, and the plane through each: slopes and errors."""
    from scipy.stats import qmc

    points = LOW + (HIGH - LOW) * qmc.LatinHypercube(len(LEVERS), rng=np.random.default_rng(1)).random(count)
    arms = [
        arm(f"point {place}", "plan", dict(zip(LEVERS, map(float, np.round(point, 3)), strict=True)))
        for place, point in enumerate(points)
    ]
    found = asked.run(arms, runs=1, central=True)

    def at(indicator: str) -> np.ndarray:
        return np.array([found.at_target(each.name, indicator)[0] for each in arms])

    measured = {
        "direct financing, CNY trn": at("direct_financing"),
        "shares in it, pp": 100.0 * at("equity_financing_share"),
        "repo leverage, index": at("repo_leverage"),
        "foreign share, pp": 100.0 * at("foreign_bond_share"),
        "of which holdings, %": 100.0 * np.log(at("foreign_bond_holdings")),
        "of which custody, %": -100.0 * np.log(at("bond_custody_interbank")),
    }
    return measured, {name: line(points, values) for name, values in measured.items()}


def best_corner(measured: dict[str, np.ndarray], fits: Fits) -> dict[str, float]:
    """The corner with most direct financing by the planes, without more repo leverage than the middle point has."""
    finance, leverage = (fits[name][0] for name in ("direct financing, CNY trn", "repo leverage, index"))
    usual = float(np.median(measured["repo leverage, index"]))
    corners = [np.array([*corner, 1.0]) for corner in product((LOW, HIGH), repeat=len(LEVERS))]
    allowed = [corner for corner in corners if corner @ leverage <= usual] or corners
    best = max(allowed, key=lambda corner: float(corner @ finance))
    return dict(zip(LEVERS, map(float, best), strict=False))


def answer(asked: Asked) -> Answer:
    """A plane over a Latin hypercube of four levers finds the mix; runs with draws of the parameters then judge it."""
    count = max(POINTS_PER_RUN * asked.runs, len(LEVERS) + 2)
    measured, fits = planes(asked, count)

    def cell(name: str, place: int) -> str:
        slope, error = (float(each[place]) for each in fits[name])
        told = "too few points" if count < LEAST_POINTS else f"{error:.2g}"
        return f"{signed(slope)} ({told})"

    rows = [(lever_named(lever), *(cell(name, place) for name in measured)) for place, lever in enumerate(LEVERS)]
    best = best_corner(measured, fits)
    mix = ", ".join(f"{lever_named(lever)} {value:g}" for lever, value in best.items())
    judged = asked.run([arm("plan", "plan"), arm("best mix", "plan", best)])
    least = thresholds()["direct_financing"]
    reached = {name: share(judged.at_target(name, "direct_financing") >= least) for name in ("plan", "best mix")}
    gain = effect(judged, "best mix", "plan", "direct_financing")
    bonds = float(fits["foreign share, pp"][0][LEVERS.index("bond_issuance_reform")])
    return Answer(
        f"**The best mix without more repo leverage than the middle of the design is {mix}. It raises direct financing "
        f"by CNY {gain} trn over the plan, and {reached['best mix']} of the runs reach the {least:.4g} trn from which "
        f"the target counts as met, against {reached['plan']} under the plan.** "
        f"Bond issuance reform from 0 to 1 changes the foreign share by {signed(bonds)} percentage points.",
        f"Gain and shares of runs: {asked.told}, with a parameter draw for each. The table: {count} points at the "
        "central parameters and one seed; slopes for a rise of a lever from 0 to 1, in 2025, other levers on the "
        "plan's path; standard errors of the fit in brackets. They hold the misfit of a plane, not the uncertainty of "
        "parameters.",
        table(("lever", *measured), rows),
    )


if __name__ == "__main__":
    main(answer)
