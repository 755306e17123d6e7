"""The command `search`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from app.terminal.answer import answer
from app.terminal.exit_codes import INTERRUPTED
from app.terminal.options import Json, Quiet, Workers


def search(
    spec: Annotated[Path, typer.Argument(help="A search as a YAML file, see docs/sweeps.md.")],
    store: Annotated[Path, typer.Option("--store", metavar="DIR", help="The folder of a store.")] = Path("search-runs"),
    out: Annotated[Path | None, typer.Option(help="Write the policies found to a .parquet or .csv file.")] = None,
    policies: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Write each policy found here as a scenario file.")
    ] = None,
    plot: Annotated[
        Path | None, typer.Option("--plot", metavar="FILE", help="Also draw a figure: .png, .svg or .pdf.")
    ] = None,
    workers: Workers = None,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Search for lever paths that do well by several objectives in many worlds, and test them in new worlds."""
    from app.reports.search import SearchFound
    from app.terminal.output import checked_folder, checked_target, save
    from app.terminal.progress import RunsBar
    from scenarios.whole_years import checked_year
    from sim.experiments.pictures import checked_picture, search_picture
    from sim.experiments.robust_search import read_search, robust_search

    asked = read_search(spec)
    checked_year(asked.scenario)
    target = checked_target(out) if out is not None else None
    if plot is not None:
        checked_picture(plot)
    folder = checked_folder(policies, "--policies") if policies is not None else None
    with RunsBar(hidden=quiet or json) as bar:
        shown = 0

        def note(generation: int, generations: int, done: int, total: int) -> None:
            nonlocal shown
            if generation != shown:
                shown = generation
                bar.begin(f"generation {generation} of {generations}" if generation < generations else "check")
            bar.show(done, total)

        try:
            found = robust_search(asked, store=store, workers=workers, progress=note)
        except KeyboardInterrupt:
            bar.say(f"Interrupted; the same command goes on: lujiazui search {spec} --store {store}")
            raise typer.Exit(INTERRUPTED) from None
    if target is not None:
        save(found.policies, target)
    if folder is not None:
        for policy in found.policies.index:
            (folder / f"policy-{policy}.yaml").write_text(found.scenario(policy).to_yaml(), encoding="utf-8")
    if plot is not None:
        search_picture(found, plot)
    answer(SearchFound(store, found), json, quiet)
