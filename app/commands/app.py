"""The command `lujiazui app`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from app.terminal.options import OwnComponents, OwnPlan
from scenarios.bounds import MOST_WORKERS
from scenarios.problem_texts import coded


def app(
    store: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Store that the app reads, and writes to with --batches.")
    ] = None,
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port to listen on.")] = 8765,
    host: Annotated[
        str, typer.Option(help="Address to listen on; the loopback address by default, see docs/app.md.")
    ] = "127.0.0.1",
    workers: Annotated[
        int | None, typer.Option(min=1, max=MOST_WORKERS, help="Worker processes of the server.")
    ] = None,
    root_path: Annotated[str, typer.Option(metavar="/PREFIX", help="Path prefix behind a reverse proxy.")] = "",
    public_host: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="Name under which a reverse proxy shows the app; may be repeated."),
    ] = None,
    batches: Annotated[
        bool, typer.Option("--batches/--no-batches", help="Let visitors start batches that write to the store.")
    ] = False,
    sessions: Annotated[int, typer.Option(min=1, max=10_000, metavar="N", help="Sessions at a time.")] = 100,
    idle_minutes: Annotated[
        float, typer.Option(min=0.1, max=10_000, metavar="N", help="Minutes after which an unused session ends.")
    ] = 60.0,
    memory: Annotated[
        int, typer.Option(min=1, max=1_000_000, metavar="MB", help="Memory for finished runs, in megabytes.")
    ] = 400,
    plan: OwnPlan = None,
    component: OwnComponents = None,
    parameters: Annotated[
        str | None,
        typer.Option(
            metavar="FILE",
            help="Parameters of your own for every desk: a .csv file, or ./FOLDER of a fit, see "
            "docs/how-to/own-parameters.md.",
        ),
    ] = None,
    browser: Annotated[bool, typer.Option("--browser/--no-browser", help="Open a browser.")] = True,
) -> None:
    """Open the policy desk in the browser; it works without a network."""
    if root_path and not root_path.startswith("/"):
        from scenarios.errors import InputError

        told = coded("server.root_path", value=root_path)
        raise InputError(told, key="root_path", value=root_path, allowed=coded("allowed.path_prefix"))
    from app.web.server import serve

    serve(
        store=store,
        host=host,
        port=port,
        workers=workers,
        root_path=root_path.rstrip("/"),
        browser=browser,
        public_hosts=public_host or (),
        batches=batches,
        sessions=sessions,
        idle_minutes=idle_minutes,
        kept_megabytes=memory,
        plan=plan,
        components=component or (),
        parameters=parameters,
    )
