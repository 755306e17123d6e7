"""Commands that show what the model is worth: `facts`, `decisions`, and the page `evidence` writes."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from app.options import Json, Quiet, Scale, Seed, Without, Workers
from scenarios.bounds import MOST_RUNS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd

    from scenarios import Scenario
    from scenarios.run_conditions import RunConditions

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
    from app.shown import print_notes
    from app.tables import show, table
    from sim.experiments.least_runs import LEAST_FOR_VERDICT, few_runs_note
    from sim.experiments.run_conditions import conditions_of

    asked = scenario_asked(scenario, [], [], macro=None, scale=scale)
    import sim

    conditions = conditions_of([asked], interactions_off=without or ())
    warnings = few_runs_note(runs, "a verdict or a range", LEAST_FOR_VERDICT)

    found = sim.stylised_facts(asked, runs=runs, seed=seed_asked(seed), interactions_off=without or (), workers=workers)
    if json:
        rows = found.reset_index().to_dict("records")
        output.print_json({**_asked(asked, runs, conditions, warnings), "facts": rows})
    elif quiet:
        print("\n".join(f"{name} {verdict(passed, 'passed', 'failed')}" for name, passed in found["passed"].items()))
    else:
        print_notes(conditions.lines)
        cells = [(row["name"], *in_words(row), row["kind"]) for row in found.to_dict("records")]
        headings = ("fact", "band", "median", "5-95 %", "passed", "")
        show(table(f"Stylised facts, {runs} runs of {asked.name}", headings, cells, right=("median",)))
        print_notes([*warnings, counted(found)])


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
    from app.shown import known, print_notes
    from app.tables import show, table
    from scenarios.calendar import month_ordinal
    from scenarios.whole_years import year_named
    from sim.experiments.least_runs import few_runs_note
    from sim.experiments.run_conditions import conditions_of

    asked = scenario_asked(scenario, [], [], macro=None, scale=scale)
    import sim

    conditions = conditions_of([asked])
    warnings = few_runs_note(runs, "standard errors")
    found = sim.what_moves(asked, runs=runs, workers=workers)
    if json:
        rows = found.reset_index().to_dict("records")
        output.print_json({**_asked(asked, runs, conditions, warnings), "decisions": rows})
    elif quiet:
        print("\n".join(f"{name} {share:.3f}" for name, share in found["decisions_share"].items()))
    else:
        print_notes(conditions.lines)
        parts = ("change", "decisions", "trends", "macro")
        cells = [
            (name, *(_with_error(row, part) for part in parts), known(row["decisions_share"], ".0%"))
            for name, row in found.to_dict("index").items()
        ]
        headings = ("indicator", "change", "decisions", "trends", "macro", "share of decisions")
        year = year_named(month_ordinal(asked.end))
        show(table(f"Change from 2020 to {year}, {runs} runs of {asked.name}", headings, cells, right=headings[1:]))
        print("In brackets: standard errors.")
        print_notes(warnings)


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
    from app.output import checked_file

    target = checked_file(out, "--out")

    text = page(runs, None if scale is None else scenario_asked("plan", [], [], macro=None, scale=scale).scale, workers)
    target.write_text(text, encoding="utf-8")
    if not quiet:
        print(out)


def register_page(
    out: Annotated[Path, typer.Option("--out", metavar="FILE", help="The page to write.")] = Path("docs/measures.md"),
) -> None:
    """Write the page of measures: the chain from each clause of the plan to rule and indicator."""
    from app.measures_page import page
    from app.output import checked_file

    checked_file(out, "--out").write_text(page(), encoding="utf-8")
    print(out)


def _asked(asked: Scenario, runs: int, conditions: RunConditions, warnings: Sequence[str]) -> dict[str, Any]:
    """What --json says of every answer of this file."""
    return {"scenario": asked.name, "runs": runs, "conditions": conditions.as_dict(), "warnings": list(warnings)}


def _with_error(row: Mapping[Any, Any], part: str) -> str:
    """A part of a change with its standard error, where it has one."""
    from app.shown import known

    return f"{number(row[part])} ({known(row[f'{part}_error'], '.1g')})" if part != "change" else number(row[part])


def verdict(passed: object, yes: str, no: str) -> str:
    """A verdict in words; so few runs that they have none are said to be so."""
    import pandas as pd

    return "too few runs" if pd.isna(passed) else yes if passed else no  # type: ignore[call-overload]


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
    from app.shown import between, known

    middle = between(row["p05"], row["p95"], ".3g")
    return band(row["low"], row["high"]), known(row["median"], ".3g"), middle, verdict(row["passed"], "yes", "no")


def counted(found: pd.DataFrame) -> str:
    """How many facts pass, by kind."""
    if found["passed"].isna().all():
        return "No verdict: too few runs."
    by_kind = found.groupby("kind")["passed"].agg(["sum", "count"])
    return "; ".join(f"{kind}: {int(row['sum'])} of {int(row['count'])} pass" for kind, row in by_kind.iterrows())


def register(commands: typer.Typer) -> None:
    """Add the commands of this file."""
    commands.command(epilog="Example: lujiazui facts plan --runs 40 --without peers")(facts)
    commands.command(epilog="Example: lujiazui decisions plan --runs 20")(decisions)
    commands.command(hidden=True)(evidence)
    commands.command("register", hidden=True)(register_page)
