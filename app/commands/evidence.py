"""The hidden command `evidence`, which writes the page docs/evidence.md from runs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app.commands.facts import counted, in_words
from app.terminal.options import Quiet, Runs, Scale, Workers

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import pandas as pd

HEAD = """# Evidence

What the model shows of itself at the central parameters, the plan, {runs} runs{size}, version {version}. Written by
`lujiazui evidence --runs {runs}`. A fact passes when the median of the runs lies in its band. `built in` says that a
rule or a starting value states it; `emergent` says that none does.

"""


def evidence(
    out: Annotated[Path, typer.Option("--out", metavar="FILE", help="The page to write.")] = Path("docs/evidence.md"),
    runs: Runs = 200,
    scale: Scale = None,
    workers: Workers = None,
    quiet: Quiet = False,
) -> None:
    """Write the page of evidence: facts, the role of each interaction, decisions, heterogeneity of agents."""
    from app.terminal.asked import scenario_asked
    from app.terminal.output import checked_file

    target = checked_file(out, "--out")
    size = None if scale is None else scenario_asked("plan", [], [], macro=None, scale=scale).scale
    target.write_text(page(runs, size, workers), encoding="utf-8")
    if not quiet:
        print(out)


def page(runs: int, scale: float | None, workers: int | None) -> str:
    """Run all that the page reports, and return its text."""
    import sim
    from sim.experiments.least_runs import LEAST_FOR_VERDICT
    from sim.interactions import INTERACTIONS
    from sim.one_run import model_version

    some = max(LEAST_FOR_VERDICT, runs // 10)
    found = sim.stylised_facts("plan", runs=runs, scale=scale, workers=workers)
    lost = {
        name: sim.stylised_facts("plan", runs=some, scale=scale, interactions_off=(name,), workers=workers)
        for name in INTERACTIONS
    }
    moved = sim.what_moves("plan", runs=some, scale=scale, workers=workers)
    alike = sim.aggregation_error("plan", runs=some, scale=scale, workers=workers)
    size = "" if scale is None else f" with {scale:g} of the issuers"
    return (
        HEAD.format(runs=runs, size=size, version=model_version())
        + _facts(found)
        + _interactions(sim.stylised_facts("plan", runs=some, scale=scale, workers=workers), lost, some)
        + _decisions(moved, some)
        + _alike(alike, some)
    )


def _table(headings: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    lines = [headings, ("---",) * len(headings), *rows]
    return "".join(f"| {' | '.join(str(cell) for cell in line)} |\n" for line in lines) + "\n"


def _facts(found: pd.DataFrame) -> str:
    rows: list[Sequence[object]] = [
        (row["name"], row["statistic"], *in_words(row), row["kind"]) for row in found.to_dict("records")
    ]
    headings = ("fact", "statistic", "band", "median", "5-95 % of runs", "passed", "kind")
    bases = list(zip(found["name"], found["basis"], found["why"], strict=True))
    return (
        f"## Stylised facts\n\n{counted(found)}.\n\n"
        + _table(headings, rows)
        + "Where the bands come from, and why a fact counts as emergent or built in:\n\n"
        + _table(("fact", "band from", "why"), bases)
    )


def _interactions(found: pd.DataFrame, lost: dict[str, pd.DataFrame], runs: int) -> str:
    rows = []
    for name, table in lost.items():
        gone = [fact for fact in found.index if found["passed"][fact] and not table["passed"][fact]]
        won = [fact for fact in found.index if table["passed"][fact] and not found["passed"][fact]]
        gap = ((table["median"] - found["median"]) / (found["p95"] - found["p05"])).replace(
            [float("inf")], float("nan")
        )
        largest = gap.abs().sort_values(ascending=False).index[:3]
        moves = ", ".join(
            f"{fact} {_number(found['median'][fact])} to {_number(table['median'][fact])}" for fact in largest
        )
        rows.append((name, ", ".join(gone) or "none", ", ".join(won) or "none", moves))
    headings = ("switched off", "facts lost", "facts gained", "moves most, in widths of its 5-95 % range")
    told = f"{runs} runs without each, against the same {runs} runs with all of them."
    return f"## What each interaction is for\n\n{told}\n\n" + _table(headings, rows)


def _decisions(moved: pd.DataFrame, runs: int) -> str:
    rows = [
        (
            str(name),
            _number(row["change"]),
            *(f"{_number(row[part])} ({_number(row[f'{part}_error'])})" for part in ("decisions", "trends", "macro")),
            f"{row['decisions_share']:.0%}",
        )
        for name, row in moved.iterrows()
    ]
    headings = ("indicator", "change 2020-2025", "decisions", "trends", "macro", "share of decisions")
    return (
        "## Decisions against exogenous processes\n\n"
        "`decisions` is the change in a world in which the macro path stands still at December 2020 and no\n"
        "exogenous trend goes on; `trends` (growth of need, public supply, balance sheets, assets abroad, trade and\n"
        "open interest) and `macro` are what each adds, averaged over the order. Standard errors in brackets. The\n"
        f"share is that of the sum of absolute parts. {runs} runs of four worlds.\n\n" + _table(headings, rows)
    )


def _alike(alike: pd.DataFrame, runs: int) -> str:
    rows = [
        (
            str(name),
            _number(row["mean"]),
            _number(row["mean_alike"]),
            f"{row['change_pct']:+.2f} %",
            _number(row["spread"]),
            _number(row["spread_alike"]),
        )
        for name, row in alike.iterrows()
    ]
    headings = ("indicator", "mean 2025", "alike", "change", "spread of runs", "alike")
    return (
        "## Agents alike\n\nForeign investors with the mean of their group, issuers of one standing with banks and\n"
        f"institutions of one profitability, {runs} runs each: the error of a model of representative agents.\n\n"
        + _table(headings, rows)
    )


def _number(value: float) -> str:
    """A number with three significant digits."""
    return f"{value:.3g}"
