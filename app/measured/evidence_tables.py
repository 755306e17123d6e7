"""Tables of docs/evidence.md."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.measured.asked import LARGE, MIDDLE, SMALL, Asked
from app.measured.blocks import number, percent, signed, table

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd


def facts(asked: Asked) -> str:
    """Stylised facts, the sources of their bands and the reasons for their kind."""
    import sim
    from app.reports.facts import counted, in_words
    from sim.runs.one_run import model_version

    runs = asked.part(LARGE)
    found = sim.stylised_facts("plan", runs=runs, scale=asked.scale, workers=asked.workers)
    rows: list[Sequence[object]] = [
        (row["name"], row["statistic"], *in_words(row), row["kind"]) for row in found.to_dict("records")
    ]
    headings = ("fact", "statistic", "band", "median", "5-95 % of runs", "passed", "kind")
    return (
        f"{runs} runs{asked.size}, version {model_version()}; {counted(found)}.\n\n"
        + table(headings, rows)
        + "\nSources of the bands, and reasons for counting a fact as emergent or built in:\n\n"
        + table(("fact", "band from", "why"), zip(found["name"], found["basis"], found["why"], strict=True))
    )


def interactions(asked: Asked) -> str:
    """Facts lost without each interaction, and what is left of the effects of policy."""
    from sim.evidence.without_interactions import ALL, without_interactions

    runs = asked.part(SMALL)
    found = without_interactions(runs=runs, scale=asked.scale, workers=asked.workers)
    return (
        f"{runs} pairs of runs{asked.size} without each, against the same pairs with all of them.\n\n"
        + _facts_lost(found.facts[ALL], {name: each for name, each in found.facts.items() if name != ALL})
        + "\nEffect of the plan against committed policy without each interaction, in per cent of the effect with all; "
        "bold where\nthe difference is significant (95 % interval of the mean over pairs without zero).\n\n"
        + _effects_left(found.effects)
    )


def _facts_lost(usual: pd.DataFrame, without: dict[str, pd.DataFrame]) -> str:
    rows = []
    for name, found in without.items():
        gone = [fact for fact in usual.index if usual["passed"][fact] and not found["passed"][fact]]
        won = [fact for fact in usual.index if found["passed"][fact] and not usual["passed"][fact]]
        gap = ((found["median"] - usual["median"]) / (usual["p95"] - usual["p05"])).replace(
            [float("inf")], float("nan")
        )
        largest = gap.abs().sort_values(ascending=False).index[:3]
        moves = ", ".join(
            f"{fact} {number(usual['median'][fact])} to {number(found['median'][fact])}" for fact in largest
        )
        rows.append((name, ", ".join(gone) or "none", ", ".join(won) or "none", moves))
    return table(("switched off", "facts lost", "facts gained", "largest changes, in widths of the 5-95 % range"), rows)


def _effects_left(effects: pd.DataFrame) -> str:
    from sim.closing.indicators import PLAN_INDICATORS
    from sim.evidence.without_interactions import ALL

    def cell(row: pd.Series[float]) -> str:
        if not row["effect_with_all"]:
            return "-"
        left = percent(row["effect"] / row["effect_with_all"])
        return f"**{left}**" if row["low"] > 0.0 or row["high"] < 0.0 else left

    rows = []
    for name in effects.index.get_level_values("without").unique():
        of_one = effects.loc[name]
        if name == ALL:
            rows.append(("none: the effect", *(signed(of_one.loc[each, "effect"]) for each in PLAN_INDICATORS)))
        else:
            rows.append((name, *(cell(of_one.loc[each]) for each in PLAN_INDICATORS)))
    return table(("switched off", *PLAN_INDICATORS), rows)


def decisions(asked: Asked) -> str:
    """Parts of the change from 2020 to 2025 that are due to decisions, trends and macro path."""
    import sim

    runs = asked.part(SMALL)
    moved = sim.what_moves("plan", runs=runs, scale=asked.scale, workers=asked.workers)
    rows = [
        (
            str(name),
            number(row["change"]),
            *(f"{number(row[part])} ({number(row[f'{part}_error'])})" for part in ("decisions", "trends", "macro")),
            percent(row["decisions_share"]),
        )
        for name, row in moved.iterrows()
    ]
    headings = ("indicator", "change 2020-2025", "decisions", "trends", "macro", "share of decisions")
    return f"{runs} runs of four worlds{asked.size}; standard errors in brackets.\n\n" + table(headings, rows)


def alike(asked: Asked) -> str:
    """The plan's indicators with agents that are alike in their classes."""
    import sim
    from sim.evidence.alike import Alike

    runs = asked.part(SMALL)
    found = sim.aggregation_error("plan", runs=runs, scale=asked.scale, workers=asked.workers)
    rows = []
    for name in found.index.get_level_values("indicator").unique():
        row: list[str] = [str(name)]
        for how in Alike:
            one = found.loc[(name, how.value)]
            row.append(number(one["mean"]))
            if how is not Alike.NOT:
                row.append(f"{one['change_pct']:+.2f} % ({number(one['error_pct'])})")
        rows.append((*row, *(number(found.loc[(name, how.value), "spread"]) for how in Alike)))
    headings = (
        "indicator",
        "mean 2025",
        *("alike but for size", "change", "alike in size too", "change"),
        *("spread of runs", "alike but for size", "alike in size too"),
    )
    return f"{runs} runs of each{asked.size}; standard errors over pairs in brackets.\n\n" + table(headings, rows)


def policy(asked: Asked) -> str:
    """The plan less committed policy by indicator, with the central 80 % of the runs."""
    from sim.evidence.policy_effects import policy_effects

    runs = asked.part(MIDDLE)
    found = policy_effects(runs=runs, scale=asked.scale, workers=asked.workers)
    rows = [
        (
            str(name),
            number(row["without"]),
            number(row["with"]),
            f"{signed(row['effect'])} ({number(row['standard_error'])})",
            signed(row["median"]),
            f"{signed(row['p10'])} .. {signed(row['p90'])}",
            percent(row["raised"]),
        )
        for name, row in found.iterrows()
    ]
    headings = (
        "indicator",
        "committed",
        "plan",
        "mean effect",
        "median",
        "central 80 % of runs",
        "runs in which it rises",
    )
    return f"{runs} pairs{asked.size}, each with its own draw of all parameters.\n\n" + table(headings, rows)


def together(asked: Asked) -> str:
    """What levers do together beyond the sum of what each does alone."""
    from sim.evidence.levers_together import LeversTogether, levers_together

    runs = asked.part(SMALL)
    plan = levers_together("plan", "committed", runs=runs, scale=asked.small, workers=asked.workers)

    def rows(found: LeversTogether) -> list[Sequence[object]]:
        return [
            (
                str(name),
                signed(row["sum_of_single"]),
                signed(row["together"]),
                f"{signed(row['interaction'])} ({number(row['standard_error'])})",
                f"{percent(row['share'])} ({percent(row['low'])} to {percent(row['high'])})",
            )
            for name, row in found.table.iterrows()
        ]

    headings = ("indicator", "sum of single effects", "together", "interaction", "share of the joint effect (95 %)")
    return (
        f"{runs} runs with {asked.small:g} of the issuers, at the central point of the parameters, against committed "
        f"policy; standard errors in brackets.\n\nThe {len(plan.levers)} levers that the plan moves, on its paths:\n\n"
        + table(headings, rows(plan))
        + f"\nAll {len(asked.at_full_intensity.levers)} levers at full intensity from January 2021 on:\n\n"
        + table(headings, rows(asked.at_full_intensity))
    )


def ceiling(asked: Asked) -> str:
    """The most that policy can reach, at central and at the largest effects of the prior."""
    from sim.evidence.policy_ceiling import policy_ceiling

    runs = asked.part(SMALL)
    found = policy_ceiling(asked.at_full_intensity, runs=runs, scale=asked.small, workers=asked.workers)
    rows = [
        (
            *key,  # type: ignore[misc]
            number(row["target"]),
            number(row["all_levers"]),
            f"{number(row['favourable'])} ({number(row['p10'])} to {number(row['p90'])})",
            percent(row["reached"]),
        )
        for key, row in found.iterrows()
    ]
    headings = (
        "indicator",
        "effects",
        "target",
        "all levers at full",
        "most favourable (80 % of runs)",
        "runs that reach it",
    )
    told = f"{runs} runs with {asked.small:g} of the issuers; other parameters at the central point.\n\n"
    return told + table(headings, rows)


TABLES = {
    "facts": facts,
    "interactions": interactions,
    "decisions": decisions,
    "alike": alike,
    "policy": policy,
    "together": together,
    "ceiling": ceiling,
}
"""Tables by the name of their block."""
