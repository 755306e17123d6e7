"""Decomposition of indicators into decisions, exogenous trends and macro path; effects of heterogeneity."""

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
CYCLES_SPREAD = ("nominal_growth_spread", "need_cycle_spread", "market_appetite_spread")
"""Processes of the economy that are held with the macro path."""
WORLDS = ((True, True), (True, False), (False, True), (False, False))
"""Whether exogenous trends go on, and whether the macro path moves, after 2020."""
SMALLEST_DEBT_BN = 1e-9
"""In place of the debt of a class without any."""
PARTS = ("decisions", "trends", "macro")


def set_world(centre: "FinancialCenter", trends: bool, macro: bool) -> None:
    """Stop exogenous trends, or hold the macro path and the cycle of needs at December 2020, for the months to come."""
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


def make_alike(centre: "FinancialCenter") -> None:
    """Give every agent the mean of its type in the attributes of its decisions; totals stay.

    Foreign investors: assets, holdings, wanted weights, experience and bands by group and index. Issuers: credit
    scores, targets of leverage, leverage, returns and habits by class. Institutions: profitability by sector. Sizes of
    issuers and fintech firms stay, since weights and ranks are theirs.
    """
    investors = centre.investors
    cell = investors["group"].astype(np.int64) * 8 + investors["index_family"]
    for name in ("assets_usd_bn", "holdings_bn", "base_log_weight", "inaction_band"):
        investors[name][:] = _means(investors[name], cell)
    rate = float(centre.macro.usdcny[centre.macro.position(centre.month)])
    investors["weight"][:] = investors["holdings_bn"] / (investors["assets_usd_bn"] * rate)
    for name in ("own_view", "experience"):
        investors[name][:] = _means(investors[name], cell)
    centre.parameters = centre.parameters.replace(investor_view_spread=0.0, client_flow_spread=0.0)
    issuers = centre.issuers
    kind = issuers["issuer_class"].astype(np.int64)
    for name in ("score", "leverage_target", "own_return", "market_habit"):
        issuers[name][:] = _means(issuers[name], kind)
    debt, assets = (np.bincount(kind, weights=each) for each in (issuers["debt_bn"].sum(axis=0), issuers["assets_bn"]))
    issuers["assets_bn"][:] = issuers["debt_bn"].sum(axis=0) * (assets / np.maximum(debt, SMALLEST_DEBT_BN))[kind]
    centre.parameters = centre.parameters.replace(own_return_spread=0.0)
    institutions = centre.institutions
    institutions["profitability"][:] = _means(institutions["profitability"], institutions["sector"].astype(np.int64))


def _means(values: Floats, cell: "np.ndarray") -> Floats:
    count = np.bincount(cell)
    return np.asarray((np.bincount(cell, weights=values) / np.maximum(count, 1))[cell])


def indicators_2025(request: RunRequest, world: tuple[bool, bool] = (True, True), alike: bool = False) -> Floats:
    """The seven indicators of 2020 and of 2025, or of the last whole year of a shorter run, shape (2, 7)."""
    from sim.model import FinancialCenter

    centre = FinancialCenter(
        request.scenario, rng=request.seed, parameters=request.parameters, interactions_off=request.interactions_off
    )
    set_world(centre, *world)
    if alike:
        make_alike(centre)
    centre.run_to_end()
    table = centre.indicators[list(PLAN_INDICATORS)]
    flow = np.array([name in FLOWS for name in PLAN_INDICATORS])
    years = [table.loc[str(year)] for year in (BASE_YEAR, checked_year(request.scenario))]
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


def aggregation_error(
    scenario: str | Path | Scenario = "plan",
    *,
    runs: int = 20,
    seed: int = 1,
    scale: float | None = None,
    workers: int | None = None,
) -> "pd.DataFrame":
    """Effects of heterogeneity: the seven indicators of 2025 with agents as they are and with identical ones.

    Returns
    -------
    One row an indicator: mean and standard deviation over the runs with different agents and with alike ones, and the
    change of the mean in per cent.
    """
    import pandas as pd

    requests = ensemble_requests([scenario], runs=runs, seed=seed, scale=scale, draws=0)
    usual, alike = (
        np.stack(mapped(function, requests, workers))[:, 1]
        for function in (indicators_2025, partial(indicators_2025, alike=True))
    )
    return pd.DataFrame(
        {
            "mean": usual.mean(axis=0),
            "mean_alike": alike.mean(axis=0),
            "change_pct": 100.0 * (alike.mean(axis=0) / usual.mean(axis=0) - 1.0),
            "spread": usual.std(axis=0, ddof=1),
            "spread_alike": alike.std(axis=0, ddof=1),
        },
        index=pd.Index(PLAN_INDICATORS, name="indicator"),
    )
