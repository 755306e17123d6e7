"""Decomposition of indicators into decisions, exogenous trends and macro path."""

from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from agents.arrays import Floats
from scenarios.calendar import BASELINE
from scenarios.schema import Scenario
from scenarios.whole_years import BASE_YEAR, checked_year
from sim.closing.indicators import FLOWS, PLAN_INDICATORS
from sim.evidence.alike import Alike, run_alike
from sim.experiments.least_runs import standard_error
from sim.experiments.pool import mapped
from sim.experiments.requests import RunRequest, ensemble_requests

if TYPE_CHECKING:
    import pandas as pd

    from sim.model import FinancialCenter

TRENDS = (
    "need_growth",
    "sovereign_growth",
    "bank_asset_growth",
    "assets_organic_growth",
    "foreign_assets_growth",
    "futures_open_interest_growth",
    "fx_turnover_growth",
    "rival_volume_growth",
    "trade_growth",
)
"""Growth rates that no rule of the model moves."""
CYCLES_PERSISTENCE = ("nominal_growth_persistence", "need_cycle_persistence", "market_appetite_persistence")
CYCLES_SPREAD = ("nominal_growth_spread", "need_cycle_spread", "market_appetite_spread", "frailty_volatility")
"""Processes of the economy that are held with the macro path."""
WORLDS = ((True, True), (True, False), (False, True), (False, False))
"""Whether exogenous trends go on, and whether the macro path moves, after 2020."""
PARTS = ("decisions", "trends", "macro")


def set_world(centre: "FinancialCenter", trends: bool, macro: bool) -> None:
    """Stop exogenous trends, or hold the macro path, the cycle of needs and frailty, after December 2020."""
    if not trends:
        stopped: dict[str, Any] = dict.fromkeys(TRENDS, 0.0)
        centre.parameters = centre.parameters.replace(**stopped)
    if not macro:
        path = centre.macro
        at = path.position(BASELINE)

        def held(series: Floats) -> Floats:
            flat = series.copy()
            flat[at + 1 :] = series[at]
            return flat

        names = ("china_yield_pct", "us_yield_pct", "log_vix", "usdcny", "equity_index", "log_volatility")
        series: dict[str, Any] = {name: held(getattr(path, name)) for name in names}
        centre.macro = replace(path, **series)
        still: dict[str, Any] = dict.fromkeys(CYCLES_PERSISTENCE, 1.0) | dict.fromkeys(CYCLES_SPREAD, 0.0)
        centre.parameters = centre.parameters.replace(**still)


def indicators_2025(request: RunRequest, world: tuple[bool, bool] = (True, True), alike: Alike = Alike.NOT) -> Floats:
    """The seven indicators of 2020 and of 2025, or of the last whole year of a shorter run, shape (2, 7)."""
    from sim.model import FinancialCenter

    centre = FinancialCenter(
        request.scenario, rng=request.seed, parameters=request.parameters, interactions_off=request.interactions_off
    )
    set_world(centre, *world)
    run_alike(centre, alike)
    return at_years(centre, request.scenario)


def at_years(centre: "FinancialCenter", scenario: Scenario) -> Floats:
    """The seven indicators of 2020 and of 2025, or of the last whole year of a shorter scenario, shape (2, 7)."""
    table = centre.indicators[list(PLAN_INDICATORS)]
    flow = np.array([name in FLOWS for name in PLAN_INDICATORS])
    years = [table.loc[str(year)] for year in (BASE_YEAR, checked_year(scenario))]
    return np.stack([np.where(flow, year.sum(), year.iloc[-1]) for year in years])


def what_moves(
    scenario: str | Path | Scenario = "plan",
    *,
    runs: int = 20,
    seed: int = 1,
    scale: float | None = None,
    workers: int | None = None,
) -> "pd.DataFrame":
    """Parts of the change of each plan indicator from 2020 to 2025.

    `decisions` is the change in a world in which the macro path and exogenous trends are constant: only entries,
    moves, choices, holdings and policy affect it. `trends` and `macro` are the contributions of the two, on average
    over the order in which they are added (a Shapley value). The parts add up to the whole.

    Returns
    -------
    One row an indicator: change (mean), for each part its mean and standard error (NaN below eight runs), and
    decisions_share, its part of the sum of absolute parts; year (that of the values: 2025, or the last whole one of a
    scenario that ends before) and runs.

    Raises
    ------
    scenarios.InputError
        If an argument cannot be used.
    """
    import pandas as pd

    requests = ensemble_requests([scenario], runs=runs, seed=seed, scale=scale, draws=0)
    checked_year(requests[0].scenario)
    change = {}
    for world in WORLDS:
        found = np.stack(mapped(partial(indicators_2025, world=world), requests, workers))
        change[world] = found[:, 1] - found[:, 0]
    both, trend, macro, none = (change[world] for world in WORLDS)
    parts = {
        "decisions": none,
        "trends": 0.5 * ((trend - none) + (both - macro)),
        "macro": 0.5 * ((macro - none) + (both - trend)),
    }
    rows = []
    for place, name in enumerate(PLAN_INDICATORS):
        row: dict[str, str | float] = {"indicator": name, "change": float(both[:, place].mean())}
        for part, values in parts.items():
            row[part] = float(values[:, place].mean())
            row[f"{part}_error"] = standard_error(values[:, place])
        sizes = [abs(float(row[part])) for part in PARTS]
        row |= {"runs": runs, "year": checked_year(requests[0].scenario)}
        row["decisions_share"] = sizes[0] / sum(sizes) if sum(sizes) else float("nan")
        rows.append(row)
    return pd.DataFrame(rows).set_index("indicator")
