"""Commands that show what the model is worth: `facts`, `decisions`, and the page `evidence` writes."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from app.options import Json, Quiet, Scale, Seed, Without, Workers
from scenarios.bounds import MOST_RUNS

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

Runs = Annotated[int, typer.Option("--runs", min=1, max=MOST_RUNS, metavar="N", help="Runs.")]


def facts(
    scenario: Annotated[str, typer.Argument(help="A ready scenario or a scenario file.")] = "plan",
    runs: Runs = 40,
    seed: Seed = "1",
    scale: Scale = None,
    without: Without = None,
    workers: Workers = None,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Hold the model against stylised facts: statistic, band, value over runs, passed, emergent or built in."""
    from app import output
    from app.asked import scenario_asked, seed_asked
    from app.tables import show, table

    asked = scenario_asked(scenario, [], [], macro=None, scale=scale)
    import sim

    found = sim.stylised_facts(asked, runs=runs, seed=seed_asked(seed), interactions_off=without or (), workers=workers)
    if json:
        output.print_json(found.reset_index().to_dict("records"))
    elif quiet:
        print("\n".join(f"{name} {'passed' if passed else 'failed'}" for name, passed in found["passed"].items()))
    else:
        rows = [(row["name"], *in_words(row), row["kind"]) for row in found.to_dict("records")]
        headings = ("fact", "band", "median", "5-95 %", "passed", "")
        show(table(f"Stylised facts, {runs} runs of {asked.name}", headings, rows, right=("median",)))
        print(counted(found))


def decisions(
    scenario: Annotated[str, typer.Argument(help="A ready scenario or a scenario file.")] = "plan",
    runs: Runs = 20,
    scale: Scale = None,
    workers: Workers = None,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Split each indicator's change since 2020 into agents' decisions, exogenous trends and the macro path."""
    from app import output
    from app.asked import scenario_asked
    from app.tables import show, table

    asked = scenario_asked(scenario, [], [], macro=None, scale=scale)
    import sim

    found = sim.what_moves(asked, runs=runs, workers=workers)
    if json:
        output.print_json(found.reset_index().to_dict("records"))
    elif quiet:
        print("\n".join(f"{name} {share:.3f}" for name, share in found["decisions_share"].items()))
    else:
        parts = ("change", "decisions", "trends", "macro")
        rows = [
            (name, *(number(row[part]) for part in parts), f"{row['decisions_share']:.0%}")
            for name, row in found.iterrows()
        ]
        headings = ("indicator", "change", "decisions", "trends", "macro", "share of decisions")
        show(table(f"Change from 2020 to 2025, {runs} runs of {asked.name}", headings, rows, right=headings[1:]))


def evidence(
    out: Annotated[Path, typer.Option("--out", metavar="FILE", help="The page to write.")] = Path("docs/evidence.md"),
    runs: Runs = 200,
    scale: Scale = None,
    workers: Workers = None,
    quiet: Quiet = False,
) -> None:
    """Write the page of evidence: facts, what each interaction is for, decisions, differences between agents."""
    from app.asked import scenario_asked
    from app.evidence_page import page

    text = page(runs, None if scale is None else scenario_asked("plan", [], [], macro=None, scale=scale).scale, workers)
    out.write_text(text, encoding="utf-8")
    if not quiet:
        print(out)


def register_page(
    out: Annotated[Path, typer.Option("--out", metavar="FILE", help="The page to write.")] = Path("docs/measures.md"),
) -> None:
    """Write the page of measures: the chain from each clause of the plan to rule and indicator."""
    from app.measures_page import page

    out.write_text(page(), encoding="utf-8")
    print(out)


def band(low: float, high: float) -> str:
    """A band in words."""
    if math.isinf(low):
        return f"at most {high:g}"
    return f"at least {low:g}" if math.isinf(high) else f"{low:g} .. {high:g}"


def number(value: float) -> str:
    """A number with three significant digits."""
    return f"{value:.3g}"


def in_words(row: Mapping[Any, Any]) -> tuple[str, str, str, str]:
    """Band, median, central 90 % of the runs, and whether a fact passed."""
    middle = f"{number(row['p05'])} .. {number(row['p95'])}"
    return band(row["low"], row["high"]), number(row["median"]), middle, "yes" if row["passed"] else "no"


def counted(found: pd.DataFrame) -> str:
    """How many facts pass, by kind."""
    by_kind = found.groupby("kind")["passed"].agg(["sum", "count"])
    return "; ".join(f"{kind}: {int(row['sum'])} of {int(row['count'])} pass" for kind, row in by_kind.iterrows())


def register(commands: typer.Typer) -> None:
    """Add the commands of this file."""
    commands.command(epilog="Example: lujiazui facts plan --runs 40 --without peers")(facts)
    commands.command(epilog="Example: lujiazui decisions plan --runs 20")(decisions)
    commands.command(hidden=True)(evidence)
    commands.command("register", hidden=True)(register_page)
