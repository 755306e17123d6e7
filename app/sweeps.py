"""Commands on sweeps: `sweep`, `sensitivity`, `discover`."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from app.options import DesignNumber, Json, Quiet, StoreFolder, Workers
from app.shown import known, print_notes

if TYPE_CHECKING:
    import pandas as pd

    from sim.experiments.designs import Design

INTERRUPTED = 2
Plot = Annotated[
    Path | None, typer.Option("--plot", metavar="FILE", help="Write a picture here as well: .png, .svg or .pdf.")
]


def sweep(
    spec: Annotated[Path, typer.Argument(help="A design as a YAML file, see docs/sweeps.md.")],
    store: Annotated[Path, typer.Option("--store", metavar="DIR", help="The folder of the store.")] = Path("runs"),
    workers: Workers = None,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Run a design: factorial, Latin hypercube, Sobol, Morris or points of your own."""
    from app.output import print_json
    from app.progress import RunsBar
    from sim.experiments.designs import read_design
    from sim.experiments.ensemble import run_requests
    from sim.experiments.store import Store

    design = read_design(spec)
    requests = design.requests()
    with Store.writing(store) as written:
        written.keep_design(requests, design.plain(), label=design.title)
    with RunsBar(hidden=quiet or json) as bar:
        try:
            found = run_requests(
                requests, store=store, workers=workers, progress=lambda _, done, total: bar.show(done, total)
            )
        except KeyboardInterrupt:
            go_on = f"lujiazui sweep {shlex.quote(str(spec))} --store {shlex.quote(str(store))}"
            bar.say(f"Interrupted; the same command goes on: {go_on}")
            raise typer.Exit(INTERRUPTED) from None
    told = {
        "store": str(store),
        "points": len(design.points()),
        "runs": len(requests),
        "failures": list(found.failures),
    }
    if json:
        print_json(told)
    elif quiet:
        print(told["runs"])
    else:
        print(f"{told['points']} points, {told['runs']} runs in {store}")
        print(f"Next: lujiazui sensitivity {store}")
    if found.failures:
        raise typer.Exit(1)


def sensitivity(
    store: StoreFolder, number: DesignNumber = None, plot: Plot = None, json: Json = False, quiet: Quiet = False
) -> None:
    """Which factors of a sweep matter: Morris for a Morris design, else shares of variance by an emulator."""
    from app.output import print_json
    from app.tables import show, table
    from sim.experiments.least_runs import few_runs_note
    from sim.experiments.pictures import checked_picture, sensitivity_picture
    from sim.experiments.sensitivity import enough, indices, strength, swept
    from sim.experiments.store import Store

    if plot is not None:
        checked_picture(plot)
    design, found = swept(Store.open(store), number)
    result = indices(design, found)
    if plot is not None:
        sensitivity_picture(design.kind, result, plot)
    count, least, of = enough(design, len(found))
    warnings = few_runs_note(count, "intervals", least, of)
    rests = _rests_on(design, found)
    if json:
        told = {"kind": design.kind, "points": len(found), **rests, "warnings": warnings}
        print_json({**told, "indices": result.to_dict("records")})
        return
    key = strength(design.kind)
    ordered = result.sort_values(["indicator", key], ascending=[True, False], kind="stable")
    if quiet:
        print("\n".join(f"{row['indicator']} {row['factor']} {row[key]:g}" for row in ordered.to_dict("records")))
        return
    headings = [str(column).replace("_", " ") for column in ordered.columns]
    cells = [[_shown(value) for value in row.values()] for row in ordered.to_dict("records")]
    print_notes(rests["conditions"]["notes"])
    show(table(f"{design.kind} over {len(found)} points, {rests['year']}", headings, cells, right=headings[2:]))
    print_notes(warnings)


def _rests_on(design: Design, found: pd.DataFrame) -> dict[str, Any]:
    """Year and conditions of what came of a sweep; those of its scenario where they are not kept with the points."""
    from scenarios.whole_years import checked_year
    from sim.experiments.run_conditions import conditions_of

    if {"year", "conditions"} <= set(found.attrs):
        return {"year": found.attrs["year"], "conditions": found.attrs["conditions"]}
    return {"year": checked_year(design.scenario), "conditions": conditions_of([design.scenario]).as_dict()}


def _few_on_a_side(good: int, points: int) -> list[str]:
    """A note where the points that get there, or the others, are too few for a box or a leaf."""
    from sim.experiments.least_runs import LEAST_FOR_VERDICT, few_runs_note

    fewer = min(good, points - good)
    return few_runs_note(fewer, "telling those that get there from the others", LEAST_FOR_VERDICT, "points")


def discover(
    store: StoreFolder,
    number: DesignNumber = None,
    indicator: Annotated[str, typer.Option(metavar="NAME", help="A plan indicator.")] = "foreign_bond_share",
    at_least: Annotated[
        float | None, typer.Option(metavar="X", help="Its value in 2025; the target if not given.")
    ] = None,
    leaves: Annotated[
        bool, typer.Option("--tree", help="Part the points by a classification tree (CART) instead of one box.")
    ] = False,
    plot: Plot = None,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """In which box of the factors an indicator gets at or above a value (PRIM), or in which leaves of a tree (CART)."""
    from app.output import print_json
    from app.tables import show, table
    from scenarios.errors import InputError, nearest_name
    from sim.experiments.ensemble import thresholds
    from sim.experiments.pictures import checked_picture, discovery_picture, tree_picture
    from sim.experiments.sensitivity import discover as discovered
    from sim.experiments.sensitivity import swept, tree
    from sim.experiments.store import Store

    if plot is not None:
        checked_picture(plot)
    design, found = swept(Store.open(store), number)
    if indicator not in found.columns:
        raise InputError(
            f"unknown plan indicator {indicator!r}",
            key="--indicator",
            value=indicator,
            allowed=", ".join(found.columns),
            nearest=nearest_name(indicator, found.columns),
        )
    wanted = thresholds()[indicator] if at_least is None else at_least
    rests = _rests_on(design, found)
    if leaves:
        grown = tree(design, found, indicator, wanted)
        if plot is not None:
            tree_picture(grown, indicator, wanted, plot, rests["year"])
        _print_tree(grown, indicator, wanted, found, rests, json, quiet)
        return
    warnings = _few_on_a_side(int((found[indicator] >= wanted).sum()), len(found))
    box, told = discovered(design, found, indicator, wanted)
    if plot is not None:
        discovery_picture(design, found, indicator, wanted, box, plot)
    if json:
        about = {"indicator": indicator, "at_least": wanted, **rests, "warnings": warnings}
        print_json({**about, **told, "box": box.to_dict("records")})
    elif quiet:
        print("\n".join(f"{row['factor']} {row['low']:g} {row['high']:g}" for row in box.to_dict("records")))
    else:
        cells = [(row["factor"], *_limits(row)) for row in box.to_dict("records")]
        print_notes(rests["conditions"]["notes"])
        title = f"{indicator} at or above {wanted:g} in {rests['year']}"
        show(table(title, ("factor", "from", "to"), cells, right=("from", "to")))
        print_notes(warnings)
        print(
            f"The box holds {told['coverage']:.0%} of the points that get there; "
            f"{told['density']:.0%} of its points do. It is {told['mass']:.0%} of the design."
        )


def _print_tree(
    grown: pd.DataFrame,
    indicator: str,
    wanted: float,
    found: pd.DataFrame,
    rests: Mapping[str, Any],
    json: bool,
    quiet: bool,
) -> None:
    from app.output import print_json
    from app.tables import show, table

    rows = grown.to_dict("records")
    warnings = _few_on_a_side(int((found[indicator] >= wanted).sum()), len(found))
    if json:
        about = {"indicator": indicator, "at_least": wanted, **rests, "warnings": warnings}
        print_json({**about, "leaves": rows})
    elif quiet:
        print("\n".join(f"{row['leaf']} {row['factor']} {row['low']:g} {row['high']:g}" for row in rows))
    else:
        heads = ("leaf", "get there", "of the design", "factor", "from", "to")
        cells = []
        for row, before in zip(rows, [None, *rows], strict=False):
            first = before is None or before["leaf"] != row["leaf"]
            shares = (str(row["leaf"]), f"{row['density']:.0%}", f"{row['mass']:.0%}") if first else ("", "", "")
            cells.append([*shares, row["factor"], *_limits(row)])
        print_notes(rests["conditions"]["notes"])
        title = f"{indicator} at or above {wanted:g} in {rests['year']}"
        show(table(title, heads, cells, right=(*heads[1:3], *heads[4:])))
        print_notes(warnings)


def _limits(row: Mapping[Any, Any]) -> tuple[str, str]:
    """What a factor is bounded by: its names, or two numbers."""
    return (row["names"], "") if row["names"] else (_shown(row["low"]), _shown(row["high"]))


def _shown(value: Any) -> str:
    return known(value, ".3g") if isinstance(value, float) else str(value)


def register(commands: typer.Typer) -> None:
    """Add the commands of this file."""
    commands.command(epilog="Example: lujiazui sweep access.yaml --store runs")(sweep)
    commands.command(epilog="Example: lujiazui sensitivity runs")(sensitivity)
    commands.command(epilog="Example: lujiazui discover runs --indicator foreign_bond_share --at-least 0.03")(discover)
