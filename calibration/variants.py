"""The same forecast under other assumptions, to show their influence."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from scenarios.schema import Scenario
from scenarios.whole_years import checked_year
from sim.experiments.ensemble import Progress, run_requests
from sim.experiments.least_runs import quantiles_known
from sim.experiments.requests import RunRequest, ensemble_requests
from sim.world.interactions import INTERACTIONS

if TYPE_CHECKING:
    import pandas as pd

QUANTILES = (0.05, 0.5, 0.95)


@dataclass(frozen=True)
class Variant:
    """One other assumption: how the requests of the forecast are changed."""

    name: str
    changed: Callable[[RunRequest, RunRequest], RunRequest]
    """From the request with the posterior and the same one with the prior."""


def _no_effects(fitted: RunRequest, _: RunRequest) -> RunRequest:
    return replace(fitted, parameters=fitted.parameters.replace(betas=dict.fromkeys(fitted.parameters.betas, 0.0)))


VARIANTS = (
    Variant("posterior", lambda fitted, _: fitted),
    Variant("prior in place of posterior", lambda _, prior: prior),
    Variant("no lever has an effect", _no_effects),
    Variant(
        "no interaction between agents", lambda fitted, _: replace(fitted, interactions_off=tuple(sorted(INTERACTIONS)))
    ),
)
"""Compared with the first."""


def variants(
    scenario: str | Path | Scenario = "plan",
    *,
    runs: int = 100,
    seed: int = 1,
    scale: float | None = None,
    store: str | Path | None = None,
    workers: int | None = None,
    progress: Progress | None = None,
) -> "pd.DataFrame":
    """The indicators in 2025 under each assumption, with the same draws.

    Parameters
    ----------
    scenario, runs, seed, scale, store, workers, progress
        As in `sim.ensemble`.

    Returns
    -------
    One row an indicator and variant: indicator, variant, q05, q50, q95, difference (median of the paired differences
    from the posterior), low, high (its central 90 % over runs), chance (share of runs that meet the target), runs,
    pairs (runs that are done under the posterior too) and year (2025, or the last whole year of a scenario that ends
    before). Quantiles that so few runs cannot give are NaN.

    Raises
    ------
    scenarios.InputError
        If an argument cannot be used.
    """
    import pandas as pd

    fitted, prior = (
        ensemble_requests([scenario], runs=runs, seed=seed, scale=scale, parameters=name)
        for name in ("posterior_2020", "prior_2020")
    )
    name, year = fitted[0].scenario.name, checked_year(fitted[0].scenario)
    found = {
        variant.name: run_requests(
            [variant.changed(one, other) for one, other in zip(fitted, prior, strict=True)],
            store=store,
            workers=workers,
            progress=progress,
        )
        for variant in VARIANTS
    }
    rows = []
    for indicator in fitted[0].scenario.plan.indicators:
        values = {variant: ensemble.in_year(name, indicator.id, year) for variant, ensemble in found.items()}
        for variant, own in values.items():
            # Runs of one number have the same draws; only what a variant changes differs.
            gap = own - values[VARIANTS[0].name]
            done = own[np.isfinite(own)]
            low, middle, high = quantiles_known(own, QUANTILES)
            gap_low, gap_middle, gap_high = quantiles_known(gap, QUANTILES)
            rows.append(
                {
                    "indicator": indicator.id,
                    "variant": variant,
                    "q05": low,
                    "q50": middle,
                    "q95": high,
                    "difference": gap_middle,
                    "low": gap_low,
                    "high": gap_high,
                    "chance": float((done >= indicator.met_from).mean()),
                    "runs": len(done),
                    "pairs": int(np.isfinite(gap).sum()),
                    "year": year,
                }
            )
    return pd.DataFrame(rows)
