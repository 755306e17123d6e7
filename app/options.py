"""Options that several commands share."""

from pathlib import Path
from typing import Annotated

import typer

Json = Annotated[bool, typer.Option("--json", help="Print JSON, with the keys that docs/json.md lists.")]
Quiet = Annotated[
    bool, typer.Option("--quiet", "-q", help="Print only the bare answer, one item a line; no progress bar.")
]
StoreFolder = Annotated[Path, typer.Argument(metavar="STORE", help="The folder of a store.")]
Without = Annotated[
    list[str] | None,
    typer.Option(metavar="NAME", help="Switch off an interaction between agents, such as peers; may be repeated."),
]
Macro = Annotated[
    str | None,
    typer.Option(
        metavar="PATH", help="Macro path: neutral, realised (a conditional replay), adverse or a .csv file of drivers."
    ),
]
ParameterSetName = Annotated[
    str | None,
    typer.Option(
        "--parameters",
        metavar="NAME",
        help="Parameter set: posterior_2020 (the default), prior_2020, or prior_hindsight in a replay.",
    ),
]
Scale = Annotated[str | None, typer.Option(metavar="X", help="Size of the population: above 0, at most 10.")]
Workers = Annotated[int | None, typer.Option(min=1, metavar="N", help="Processes; all processors if not given.")]
