"""A stand-in for `sim` that fails, lingers or answers at once, as the seed says.

It shows how the command line treats a run that fails or is interrupted, which the real model does not do on request.
"""

import time
from pathlib import Path
from types import SimpleNamespace

import pandas as pd

from scenarios import Scenario
from scenarios.plan import indicators

__path__ = [*__path__, str(Path(__file__).parents[4] / "sim")]  # the parts of the real package that no run needs
SEED_THAT_FAILS = 404
SEED_THAT_LINGERS = 503
MONTHS = 72
REDLINE = {"indicator": ["redline_warning", "redline_broken"], "months": [5, 2], "first_month": ["2022-03", "2022-05"]}
COMPANION = {
    "companion": "trading_without_repo",
    "meaning": "Trading without repo: it moves risk",
    "unit": "trn yuan a year",
    "value_2020": 900.0,
    "value_2025": 1200.0,
    "growth": 1 / 3,
    "indicator_growth": 0.5,
}


def run(scenario: Scenario, *, seed=0, verify=None, interactions_off=(), progress=None):  # noqa: ARG001
    if seed == SEED_THAT_FAILS:
        raise ArithmeticError("the books do not close in 2023-05")
    for month in range(1, MONTHS + 1):
        if seed == SEED_THAT_LINGERS:
            time.sleep(0.2)
        if progress is not None:
            progress(month, MONTHS)
    gain = 0.5 if scenario.policy == "committed" else 1.0
    rows = {each.id: _row(each, gain) for each in indicators()}
    months = pd.date_range("2020-01-31", periods=MONTHS, freq="ME", name="month")
    paths = pd.DataFrame({each.id: [each.value_2020] * MONTHS for each in indicators()}, index=months)
    return SimpleNamespace(
        scenario=scenario,
        seed=seed,
        indicators=paths,
        annual=lambda: paths.groupby(paths.index.year).last(),
        companions=lambda: pd.DataFrame.from_dict({"turnover_total": COMPANION}, orient="index"),
        events=pd.DataFrame(columns=["month", "trigger"]),
        redline=lambda: pd.DataFrame(REDLINE, index=["early warning", "redline"]),
        targets=lambda: pd.DataFrame.from_dict(rows, orient="index"),
        provenance={
            "version": "0.0.0",
            "scenario_hash": scenario.content_hash(),
            "seed": seed,
            "interactions_off": list(interactions_off),
            "kind": "conditional replay" if scenario.macro == "realised" else "simulation",
            "carried_forward": [],
            "drivers_drawn": [],
        },
        step_seconds={"markets": 0.25, "issuers": 0.5},
    )


def _row(indicator, gain):
    value = indicator.value_2020 + gain * (indicator.target_value - indicator.value_2020)
    return {
        "name": indicator.name,
        "unit": indicator.unit,
        "value_2020": indicator.value_2020,
        "value_2025": value,
        "target_2025": indicator.target_value,
        "qualifier": indicator.qualifier,
        "distance": value - indicator.target_value,
        "met": value >= indicator.met_from,
        "within_rounding": abs(value / indicator.target_value - 1) <= 0.05,
    }


class FinancialCenter:
    @staticmethod
    def steps_table():
        row = {
            "order": 1,
            "step": "macro",
            "owner": "macro",
            "function": "draw_macro",
            "what": "outside world",
            "reads": ("t",),
            "writes": ("y",),
        }
        return pd.DataFrame([row]).set_index("order")
