"""Options that several commands share."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from app.terminal.completion import scenario_names
from scenarios.bounds import LARGEST_SEED, MOST_RUNS, MOST_WORKERS
from scenarios.problem_texts import coded

if TYPE_CHECKING:
    from scenarios.errors import Problem

Json = Annotated[bool, typer.Option("--json", help="Print JSON; docs/json.md lists the keys.")]
Quiet = Annotated[
    bool, typer.Option("--quiet", "-q", help="Print the result alone, one item a line, without a progress bar.")
]
StoreFolder = Annotated[Path, typer.Argument(metavar="STORE", help="The folder of a store.")]
DesignNumber = Annotated[
    int | None,
    typer.Option(
        "--design",
        min=0,
        max=LARGEST_SEED,
        metavar="N",
        help="Number of an experiment of the store, see 'designs'; the last by default.",
    ),
]
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
        metavar="NAME|FILE",
        help="Parameter set: posterior_2020 (the default), prior_2020, prior_hindsight in a replay, a .csv file of "
        "parameters, or ./FOLDER of a fit.",
    ),
]
OwnComponents = Annotated[
    list[str] | None,
    typer.Option("--component", metavar="NAME", help="Run with an installed component of others; may be repeated."),
]
OwnPlan = Annotated[
    str | None,
    typer.Option("--plan", metavar="DIR", help="Folder of a plan of your own, see docs/how-to/own-plan.md."),
]
Scale = Annotated[str | None, typer.Option(metavar="X", help="Size of the population: from 0.01 to 300.")]
Runs = Annotated[int, typer.Option("--runs", min=1, max=MOST_RUNS, metavar="N", help="Runs.")]
ForecastRuns = Annotated[
    int,
    typer.Option("--runs", min=2, max=MOST_RUNS, metavar="N", help="Runs, each with its own draws."),
]
Observed = Annotated[
    Path,
    typer.Option("--observed", metavar="FILE", help="CSV with the columns indicator, date, value, unit, source."),
]
KeptRuns = Annotated[
    Path | None, typer.Option("--store", metavar="DIR", help="Store of the runs; stored runs are not repeated.")
]
PAST_RUNS = Path("past-runs")
PastStore = Annotated[
    Path, typer.Option("--store", metavar="DIR", help="Store of runs of the past; interrupted work is resumed from it.")
]
ScenarioName = Annotated[
    str, typer.Argument(help="A ready scenario or the path of a scenario file.", autocompletion=scenario_names)
]
Workers = Annotated[
    int | None,
    typer.Option(min=1, max=MOST_WORKERS, metavar="N", help="Processes; as many as processors by default."),
]
Plot = Annotated[Path | None, typer.Option("--plot", metavar="FILE", help="Also draw a figure: .png, .svg or .pdf.")]
Seed = Annotated[str, typer.Option(metavar="N", help="Base seed of random and parameter draws.")]
ARGUMENTS = {"interactions_off": "without"}
"""Options by the arguments of the packages below that they fill, where the names differ."""


def given(context: typer.Context, name: str) -> bool:
    """Whether an option was given on the command line, and not left to its default."""
    source = context.get_parameter_source(name)
    return source is not None and source.name == "COMMANDLINE"


def option(context: typer.Context, name: str) -> str:
    """An option as it is typed, such as --at-least."""
    return next((each.opts[0] for each in context.command.params if each.name == name), name)


def refuse_unread(context: typer.Context, names: Iterable[str], why: str) -> None:
    """Refuse options that were given although what was asked for does not read them.

    Parameters
    ----------
    context
        Of the command.
    names
        Options that are not read, by the names of the command's parameters.
    why
        What makes them so, such as "with --variants".

    Raises
    ------
    scenarios.InputError
        Naming each of them.
    """
    from scenarios.errors import InputError, Problem

    idle = [option(context, name) for name in names if given(context, name)]
    if idle:
        raise InputError(Problem(coded("option.unread", reason=why), key=name) for name in idle)


def problems_by_option(problems: Iterable[Problem], command: Any) -> Iterator[Problem]:
    """Problems under the names of the options that were typed, where the packages below name their own arguments.

    Parameters
    ----------
    problems
        What a command refused.
    command
        The command.
    """
    typed = {each.name: each.opts[0] for each in command.params}
    for problem in problems:
        name = ARGUMENTS.get(problem.key, problem.key)
        yield problem if problem.where else replace(problem, key=typed.get(name, problem.key))


def option_problems(error: typer.TyperException) -> Iterator[object]:
    """What was wrong on the command line itself: for a number its value and what is allowed, else in Typer's words."""
    from pydantic import ValidationError

    param, cause = getattr(error, "param", None), error.__cause__
    if param is None or not isinstance(cause, ValidationError):
        yield error.format_message()
        return
    from scenarios.model_problems import Allowed, problem_of

    bounds = {name: value for name, value in (("ge", param.min), ("le", param.max)) if value is not None}
    for detail in cause.errors():
        allowed = Allowed(param.type_descriptor.annotation, (), bounds)
        yield problem_of(detail["type"], (param.opts[0],), detail["input"], detail["msg"], allowed)
