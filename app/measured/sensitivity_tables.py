"""Tables of docs/sensitivity.md, and the files beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.measured.asked import MIDDLE, WITHOUT_EFFECTS, Asked
from app.measured.blocks import number, percent, signed, table

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Mapping

    import pandas as pd

LEAST_SHARE = 0.02
"""Smallest share of variance that is shown."""
GROUPS_DIVISOR = 25
INTENSITIES = 3


def sweep(name: str) -> Callable[[Asked], str]:
    """Shares of variance by an emulator of a Sobol sweep, whose design lies in docs/sensitivity."""

    def measured(asked: Asked) -> str:
        from sim.experiments.designs import read_design
        from sim.experiments.ensemble import run_requests
        from sim.experiments.pictures import sensitivity_picture, sweep_record
        from sim.experiments.sensitivity import indices, responses

        folder = asked.docs / "sensitivity"
        design = read_design(folder / f"{name}.yaml")
        found = responses(design, run_requests(design.requests(), store=asked.store, workers=asked.workers))
        result = indices(design, found)
        sensitivity_picture(design.kind, result, folder / f"{name}.png", sweep_record(design, found))
        rows = []
        for indicator, of_one in result.groupby("indicator", sort=False):
            shown = of_one[of_one["total"] >= LEAST_SHARE].sort_values("total", ascending=False)
            shares = ", ".join(
                f"{row['factor']} {row['total']:.2f} ({row['total_low']:.2f} to {row['total_high']:.2f})"
                for row in shown.to_dict("records")
            )
            single = float(of_one["first"].sum())
            rows.append((indicator, shares or "none", f"{single:.2f}", f"{of_one['held_back_r2'].iloc[0]:.2f}"))
        headings = (
            "indicator",
            "total share of variance",
            "sum of first-order shares",
            "explained on points held back",
        )
        return f"{len(found)} points.\n\n" + table(headings, rows)

    return measured


def groups(asked: Asked) -> str:
    """The plan against committed policy by task group: exact Shapley values."""
    from sim.closing.indicators import PLAN_INDICATORS
    from sim.experiments.attribution import attribute

    runs = asked.part(GROUPS_DIVISOR)
    found = attribute("plan", "committed", by="group", runs=runs, scale=asked.small, workers=asked.workers).table
    rows = []
    for player, of_one in found.groupby("player", sort=False):
        by_name = {row["indicator"]: row for row in of_one.to_dict("records")}
        cells = (
            f"{signed(by_name[name]['part'])} ({number(by_name[name]['standard_error'])})" for name in PLAN_INDICATORS
        )
        rows.append((player, *cells))
    return f"{runs} seeds, {asked.small:g} of the issuers; standard errors in brackets.\n\n" + table(
        ("part", *PLAN_INDICATORS), rows
    )


def without_effects(asked: Asked) -> str:
    """Quantiles of 2025 without effects of levers, under committed policy and under the plan."""
    from sim.closing.indicators import PLAN_INDICATORS
    from sim.experiments.least_runs import quantiles_known

    found = asked.three_policies
    policies = (WITHOUT_EFFECTS, "committed", "plan")

    def cell(policy: str, indicator: str) -> str:
        return ", ".join(map(number, quantiles_known(found.at_target(policy, indicator), [0.05, 0.5, 0.95])))

    rows = [(name, *(cell(policy, name) for policy in policies)) for name in PLAN_INDICATORS]
    runs = asked.part(MIDDLE)
    return (
        f"{runs} runs of each{asked.size}, every run with a parameter draw; 5 %, median and 95 % in 2025.\n\n"
        + table(("indicator", *policies), rows)
    )


def displacement(asked: Asked) -> str:
    """What other centres lose when the plan is compared with committed policy."""
    found = asked.three_policies.displacement("plan", "committed")
    rows = [
        (
            row["measure"],
            row["centre"],
            f"{signed(row['change'])} ({signed(row['low'])} to {signed(row['high'])})",
            percent(row["share_of_gain"]),
        )
        for row in found.to_dict("records")
    ]
    headings = ("measure", "centre", "change (95 %)", "part of Shanghai's gain")
    return f"{int(found['runs'].min())} pairs{asked.size}.\n\n" + table(headings, rows)


def effects(asked: Asked) -> str:
    """Effects of levers one by one, and the files effects.csv, all_indicators.csv and through_agents.csv."""
    from sim.closing.indicators import PLAN_INDICATORS
    from sim.experiments.effects import effects as measured_effects

    runs, folder = asked.part(MIDDLE), asked.docs / "sensitivity"
    every = measured_effects(
        runs=runs, intensities=INTENSITIES, indicators=None, scale=asked.small, store=asked.store, workers=asked.workers
    ).drop(columns=["runs", "year"])
    found = every[every["indicator"].isin(PLAN_INDICATORS)]
    full = every[every["intensity"] == 1.0].drop(columns="intensity")
    moved = full[(full["effect"] != 0.0) | (full["low"] != 0.0) | (full["high"] != 0.0)]
    of_plan = full[full["indicator"].isin(PLAN_INDICATORS)]
    through = of_plan.loc[
        of_plan["through_agents"].notna(), ["lever", "indicator", "effect", "low", "high", "through_agents"]
    ]
    for name, kept in (
        ("effects", found.drop(columns="through_agents")),
        ("all_indicators", moved),
        ("through_agents", through),
    ):
        kept.to_csv(folder / f"{name}.csv", index=False, float_format="%.6g", lineterminator="\n")
    verdicts = of_plan["verdict"].value_counts()
    told = "; ".join(f"{verdict}: {count}" for verdict, count in verdicts.items())
    return (
        f"{runs} pairs with drawn effects, {INTENSITIES} intensities, {asked.small:g} of the issuers. "
        f"Verdicts at full intensity: {told}.\n\n" + _by_lever(of_plan)
    )


def _by_lever(full: pd.DataFrame) -> str:
    from sim.closing.indicators import PLAN_INDICATORS

    marks = {"disagrees": " ✗", "indistinguishable from zero": " ·", "no expectation": " ·"}
    rows = []
    for lever, of_one in full.groupby("lever", sort=False):
        by_name = {row["indicator"]: row for row in of_one.to_dict("records")}

        def cell(row: Mapping[Hashable, Any]) -> str:
            if row["effect"] == row["low"] == row["high"] == 0.0:
                return "0"
            text = f"{signed(row['effect'])} ({signed(row['low'])}, {signed(row['high'])})"
            return text + marks.get(row["verdict"], "")

        rows.append((lever, f"{of_one['change'].iloc[0]:+.2f}", *(cell(by_name[name]) for name in PLAN_INDICATORS)))
    return table(("lever", "rise", *PLAN_INDICATORS), rows)


def through_agents(asked: Asked) -> str:
    """Effects through agents' channels alone, for levers with other channels too, from through_agents.csv."""
    import pandas as pd

    from sim.closing.indicators import PLAN_INDICATORS
    from sim.experiments.effects import by_formulas

    found = pd.read_csv(asked.docs / "sensitivity" / "through_agents.csv")
    rows = []
    for lever, of_one in found.groupby("lever", sort=False):
        if not by_formulas(str(lever)):
            continue
        share = of_one.set_index("indicator")["through_agents"]
        rows.append((lever, *(percent(share[name]) if name in share.index else "" for name in PLAN_INDICATORS)))
    return table(("lever", *PLAN_INDICATORS), rows)


def step_errors(_: Asked) -> str:
    """Errors of estimates without a simulation, of the shipped step responses."""
    from sim.closing.dictionary import unit_of
    from sim.experiments.step_responses import LEAST_EXPLAINED, shipped_responses

    found, rows = shipped_responses(), []
    for place, indicator in enumerate(found.indicators):
        explained = found.explained[place]
        rows.append(
            (
                indicator,
                unit_of(indicator),
                number(found.error[place, -1]),
                number(found.worst[place, -1]),
                *(percent(max(share, 0.0)) for share in explained),
                "yes" if explained[-1] >= LEAST_EXPLAINED else "no",
            )
        )
    year = found.years[-1]
    headings = (
        "indicator",
        "unit",
        f"typical error {year}",
        f"largest error {year}",
        *(f"explained {each}" for each in found.years),
        f"estimated in {year}",
    )
    return (
        f"Model {found.model}, {found.parameters}, {found.draws} draws, {found.scale:g} of the issuers, "
        f"{found.desks} random policies.\n\n" + table(headings, rows)
    )


TABLES = {
    "calibrated": sweep("calibrated"),
    "levers": sweep("levers"),
    "groups": groups,
    "without_effects": without_effects,
    "displacement": displacement,
    "effects": effects,
    "through_agents": through_agents,
    "step_errors": step_errors,
}
"""Tables by the name of their block.

`through_agents` reads a file that `effects` writes, `step_errors` one of `sim.experiments.measured_steps`.
"""
