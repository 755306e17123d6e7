"""The same forecast under other assumptions, so that one sees what drives what."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from scenarios.plan import indicators
from scenarios.schema import Scenario
from sim.experiments.ensemble import Progress, run_requests
from sim.experiments.requests import RunRequest, ensemble_requests
from sim.indicators import PLAN_INDICATORS
from sim.interactions import INTERACTIONS

if TYPE_CHECKING:
    import pandas as pd

LAST_YEAR = 2025
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
    """The indicators in 2025 under each assumption, with the same luck and draws.

    Parameters
    ----------
    scenario, runs, seed, scale, store, workers, progress
        As in `sim.ensemble`.

    Returns
    -------
    One row an indicator and variant: indicator, variant, q05, q50, q95, difference (median of the paired differences
    from the posterior), low, high (its central 90 % over runs), chance (share of runs that meet the target).

    Raises
    ------
    scenarios.InputError
        If something asked for cannot be used.
    """
    import pandas as pd

    fitted, prior = (
        ensemble_requests([scenario], runs=runs, seed=seed, scale=scale, parameters=name)
        for name in ("posterior_2020", "prior_2020")
    )
    found = {
        variant.name: run_requests(
            [variant.changed(one, other) for one, other in zip(fitted, prior, strict=True)],
            store=store,
            workers=workers,
            progress=progress,
        ).annual(PLAN_INDICATORS)
        for variant in VARIANTS
    }
    rows = []
    for indicator in indicators():
        values = {name: _last_year(table, indicator.id) for name, table in found.items()}
        for name, own in values.items():
            both = own.index.intersection(values[VARIANTS[0].name].index)
            gap = own.loc[both] - values[VARIANTS[0].name].loc[both]
            low, middle, high = np.quantile(own, QUANTILES)
            rows.append(
                {
                    "indicator": indicator.id,
                    "variant": name,
                    "q05": float(low),
                    "q50": float(middle),
                    "q95": float(high),
                    "difference": float(gap.median()),
                    "low": float(gap.quantile(QUANTILES[0])),
                    "high": float(gap.quantile(QUANTILES[2])),
                    "chance": float((own >= indicator.target_2025).mean()),
                }
            )
    return pd.DataFrame(rows)


def _last_year(annual: "pd.DataFrame", indicator: str) -> "pd.Series[float]":
    """Values of an indicator in the last year of a tidy table, by number of the run."""
    last = annual[(annual["year"] == LAST_YEAR) & (annual["indicator"] == indicator)]
    return last.set_index("run")["value"]
