"""Commands on what policy does: `effects` of single levers, `attribute` of a difference between scenarios."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from app.options import Json, Quiet, Scale, Workers, refuse_unread
from scenarios.bounds import MOST_RUNS


def attribute(
    context: typer.Context,
    scenario: Annotated[str, typer.Argument(help="A ready scenario or a scenario file.")] = "plan",
    against: Annotated[
        str, typer.Option(metavar="SCENARIO", help="What it is compared with; an arm is taken in the same world.")
    ] = "committed",
    by: Annotated[
        str, typer.Option(metavar="KIND", help="group (exact, 256 runs a seed) or lever (sampled).")
    ] = "group",
    runs: Annotated[int, typer.Option(min=1, max=MOST_RUNS, metavar="N", help="Seeds.")] = 2,
    permutations: Annotated[int, typer.Option(min=1, max=MOST_RUNS, metavar="N", help="Orders drawn for 'lever'.")] = 8,
    scale: Scale = "0.1",
    workers: Workers = None,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Split the difference between two scenarios among the plan's task groups or levers (Shapley values)."""
    from app.asked import scenario_asked
    from app.output import print_json
    from app.progress import RunsBar
    from app.shown import known, print_notes
    from app.tables import show, table
    from scenarios.whole_years import TARGET_YEAR
    from sim.experiments.attribution import attribute as attributed
    from sim.experiments.attribution import compared
    from sim.experiments.least_runs import few_runs_note
    from sim.experiments.run_conditions import conditions_of, year_notes

    if by == "group":
        refuse_unread(context, ["permutations"], "with --by group, which is exact")
    asked = scenario_asked(scenario, [], [], macro=None, scale=scale)
    target, base = compared(asked, against, asked.scale)
    with RunsBar(hidden=quiet or json) as bar:
        found = attributed(
            target,
            base,
            by=by,  # type: ignore[arg-type]
            runs=runs,
            permutations=permutations,
            workers=workers,
            progress=lambda _, done, total: bar.show(done, total),
        )
    rows = found.table
    # Attribution takes the central parameters: what differs between its runs is luck.
    conditions = conditions_of([target, base])
    warnings = few_runs_note(runs, "standard errors")
    if found.year != TARGET_YEAR:
        warnings += year_notes([target])
    if json:
        told = {"scenario": target.name, "against": base.name, "by": by, "runs": runs, "year": found.year}
        told |= {"conditions": conditions.as_dict(), "warnings": warnings}
        print_json({**told, "parts": rows.to_dict("records")})
    elif quiet:
        print("\n".join(f"{row['indicator']} {row['player']} {row['part']:g}" for row in rows.to_dict("records")))
    else:
        wide = rows.pivot(index="player", columns="indicator", values="part")
        order = [*found.players, "whole", "interaction"]
        names = list(dict.fromkeys(rows["indicator"]))
        errors = rows.pivot(index="player", columns="indicator", values="standard_error")
        cells = [
            (player, *(f"{wide.loc[player, n]:+.3g} ({known(errors.loc[player, n], '.1g')})" for n in names))
            for player in order
        ]
        print_notes(conditions.lines)
        title = f"{target.name} against {base.name} in {found.year}, {runs} seeds: what each part brings"
        show(table(title, ("part", *names), cells, right=names))
        print("The parts add up to the whole. Interaction is what no part brings alone. In brackets: standard errors.")
        print_notes(warnings)


def effects(
    lever: Annotated[list[str] | None, typer.Argument(help="Levers; all if none is named.")] = None,
    runs: Annotated[
        int, typer.Option(min=1, max=MOST_RUNS, metavar="N", help="Paired runs, each with drawn effects.")
    ] = 20,
    intensities: Annotated[int, typer.Option(min=2, max=101, metavar="N", help="Intensities from 0 to 1.")] = 2,
    store: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Keep runs here; what was interrupted goes on.")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Write the table to a .parquet or .csv file.")] = None,
    all_indicators: Annotated[
        bool, typer.Option("--all-indicators", help="All that are recorded, not only the seven of the plan.")
    ] = False,
    scale: Scale = "0.1",
    workers: Workers = None,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Measure what levers do to the seven indicators or to all, and hold it against the sign that is expected."""
    from app.asked import scenario_asked
    from app.output import checked_target, print_json, save
    from app.progress import RunsBar
    from app.shown import between, known, print_notes
    from app.tables import show, table
    from scenarios.whole_years import TARGET_YEAR, checked_year
    from sim.experiments.effects import effects as measured
    from sim.experiments.least_runs import LEAST_FOR_VERDICT, few_runs_note
    from sim.experiments.run_conditions import conditions_of, year_notes
    from sim.indicators import PLAN_INDICATORS

    target = checked_target(out) if out is not None else None
    base = scenario_asked("committed", [], [], macro=None, scale=scale)
    with RunsBar(hidden=quiet or json) as bar:
        found = measured(
            lever or None,
            baseline=base,
            runs=runs,
            intensities=intensities,
            indicators=None if all_indicators else PLAN_INDICATORS,
            store=store,
            workers=workers,
            progress=lambda _, done, total: bar.show(done, total),
        )
    if target is not None:
        save(found.set_index(["lever", "intensity", "indicator"]), target)
    rows = found.to_dict("records")
    conditions = conditions_of([base], parameters="prior_2020")
    year = checked_year(base)
    warnings = few_runs_note(runs, "an interval or a verdict", LEAST_FOR_VERDICT)
    if year != TARGET_YEAR:
        warnings += year_notes([base])
    if json:
        told = {"against": base.name, "runs": runs, "year": year, "conditions": conditions.as_dict()}
        print_json({**told, "warnings": warnings, "effects": rows})
    elif quiet:
        print("\n".join(f"{r['lever']} {r['intensity']:g} {r['indicator']} {known(r['effect'], 'g')}" for r in rows))
    else:
        cells = [
            (
                row["lever"],
                f"{row['intensity']:g}",
                row["indicator"],
                known(row["effect"], "+.3g"),
                between(row["low"], row["high"], "+.3g"),
                row["expected"],
                row["verdict"],
                f"{row['through_agents']:.0%}" if row["through_agents"] == row["through_agents"] else "",
            )
            for row in rows
            if any(row[key] == row[key] and row[key] for key in ("effect", "low", "high"))
        ]
        headings = (
            "lever",
            "intensity",
            "indicator",
            "effect",
            "95 % interval",
            "expected of more",
            "verdict",
            "through agents",
        )
        print_notes(conditions.lines)
        show(table(f"Effects in {year} against committed, {runs} paired runs", headings, cells, right=("effect",)))
        print_notes(warnings)
        print("Rows without any effect are left out. Expected signs are judgement and enter no run.")
        print(
            "Through agents: the effect of the channels that agents' decisions read, over that of all; formulas of "
            "markets or authorities read the rest."
        )


def register(commands: typer.Typer) -> None:
    """Add the commands of this file."""
    commands.command(epilog="Example: lujiazui attribute plan --against committed --by group")(attribute)
    commands.command(epilog="Example: lujiazui effects bond_market_access reits_pilot --runs 20")(effects)
