"""The hidden command `evidence`, which writes the page docs/evidence.md from runs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app.terminal.options import Quiet, Runs, Scale, Workers

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import pandas as pd

HEAD = """# Evidence

Properties of the model at the central point of the parameters, under the plan: {runs} runs{size}, version {version}.
Written by `lujiazui evidence --runs {runs}`. A fact passes if the median of the runs lies in its band. A fact is
`built in` if a rule or a starting value implies it directly, otherwise `emergent`.

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
    from sim.runs.one_run import model_version
    from sim.world.interactions import INTERACTIONS

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
    from app.reports.facts import counted, in_words

    rows: list[Sequence[object]] = [
        (row["name"], row["statistic"], *in_words(row), row["kind"]) for row in found.to_dict("records")
    ]
    headings = ("fact", "statistic", "band", "median", "5-95 % of runs", "passed", "kind")
    bases = list(zip(found["name"], found["basis"], found["why"], strict=True))
    return (
        f"## Stylised facts\n\n{counted(found)}.\n\n"
        + _table(headings, rows)
        + "Sources of the bands, and reasons for counting a fact as emergent or built in:\n\n"
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
    headings = ("switched off", "facts lost", "facts gained", "largest changes, in widths of the 5-95 % range")
    compared = f"{runs} runs without each, against the same {runs} runs with all of them."
    return f"## Effects of single interactions\n\n{compared}\n\n" + _table(headings, rows)


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
        "`decisions` is the change with the macro path constant from December 2020 and without exogenous trends;\n"
        "`trends` (growth of need, public supply, balance sheets, assets abroad, trade and open interest) and `macro`\n"
        "are the contributions of each, averaged over their order. Standard errors in brackets. The share is\n"
        f"relative to the sum of absolute parts. {runs} runs of four worlds.\n\n" + _table(headings, rows)
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
    headings = ("indicator", "mean 2025", "homogeneous", "change", "spread of runs", "homogeneous")
    return (
        "## Homogeneous agents\n\n"
        "Foreign investors with the mean of their group, issuers with equal credit scores and\n"
        f"institutions with equal profitability, {runs} runs each: the error of a model of representative agents.\n\n"
        + _table(headings, rows)
    )


def _number(value: float) -> str:
    """A number with three significant digits."""
    return f"{value:.3g}"
