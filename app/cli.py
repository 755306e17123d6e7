"""The command line of `lujiazui`: its commands, and the exit code of one call.

Only Typer is imported with this file and with the commands; whatever costs more is imported by the command that needs
it.
"""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.completion import shell_complete
from typer.core import TyperGroup

from app.commands.app import app
from app.commands.attribute import attribute
from app.commands.batch import batch
from app.commands.calibrate import calibrate
from app.commands.check import check
from app.commands.compare import compare
from app.commands.decisions import decisions
from app.commands.designs import designs
from app.commands.discover import discover
from app.commands.doctor import doctor
from app.commands.effects import effects
from app.commands.estimate import estimate
from app.commands.evidence import evidence
from app.commands.export import export
from app.commands.facts import facts
from app.commands.forecast import forecast
from app.commands.former_forms import refuse_former_form
from app.commands.frontier import frontier
from app.commands.goals import goals
from app.commands.help import help
from app.commands.indicators import indicators
from app.commands.levers import levers
from app.commands.measures import measures
from app.commands.month import month
from app.commands.odd import odd
from app.commands.register import register
from app.commands.report import report
from app.commands.rerun import rerun
from app.commands.review import review
from app.commands.run import JSON_KEYS as JSON_KEYS_OF_RUN
from app.commands.run import run
from app.commands.scenarios import scenarios
from app.commands.search import search
from app.commands.sensitivity import sensitivity
from app.commands.shocks import shocks
from app.commands.stress import stress
from app.commands.sweep import sweep
from app.commands.validate import validate
from app.terminal.exit_codes import DONE, FAILED, REFUSED
from app.terminal.options import option_problems, problems_by_option
from app.terminal.streams import say, spelling_streams

EXAMPLES: dict[Callable[..., None], str] = {
    run: "run plan --seed 7 --set bond_market_access=0.9 --set reits_pilot=0.5@2022-01 --out run.csv\n"
    + JSON_KEYS_OF_RUN,
    levers: "levers bond_market_access",
    shocks: "shocks us_yield",
    measures: "measures M14",
    indicators: "indicators foreign_bond_share",
    scenarios: "scenarios city_only > mine.yaml",
    check: "check mine.yaml",
    batch: "batch plan committed --runs 200 --store runs",
    estimate: "estimate plan --against committed --set bond_market_access=0.9@2022-01",
    compare: "compare runs --baseline committed",
    report: "report runs -o brief.html --language zh --pdf brief.pdf",
    export: "export runs --to tables --format csv",
    rerun: "rerun runs 3fa9",
    designs: "designs runs",
    doctor: "doctor runs --repair",
    sweep: "sweep access.yaml --store runs",
    sensitivity: "sensitivity runs",
    discover: "discover runs --indicator foreign_bond_share --at-least 0.03",
    search: "search opening.yaml --store runs --policies found",
    goals: "goals plan --runs 50",
    month: "month --changes Ledger",
    stress: "stress plan stretch --under joint --severity 2 --at 2024-01",
    frontier: "frontier plan committed --lever macroprudential_framework --runs 40 --plot frontier.png",
    attribute: "attribute plan --against committed --by group",
    effects: "effects bond_market_access reits_pilot --runs 20",
    facts: "facts plan --runs 40 --without peers",
    decisions: "decisions plan --runs 20",
    forecast: "forecast plan --runs 200 --register plan-forecast.json",
    review: "review --observed so-far.csv --store runs",
    calibrate: "calibrate --store past-runs --out fit",
    app: "app --store runs --port 8765",
    help: "help validate backtest",
}
"""The commands with an example of each, in the order of the help."""
PAGES: dict[str, tuple[Callable[..., None], ...]] = {
    "tutorial.md": (run, levers, indicators, batch, compare),
    "scenario-files.md": (scenarios, check),
    "model.md": (shocks,),
    "measures.md": (measures,),
    "finding.md": (month,),
    "brief.md": (report, attribute),
    "store.md": (rerun, designs, doctor),
    "how-to/tables-elsewhere.md": (export,),
    "how-to/own-plan.md": (goals,),
    "how-to/command-line.md": (help,),
    "sweeps.md": (sweep, sensitivity, discover, search),
    "redline.md": (stress, frontier),
    "sensitivity.md": (effects, estimate),
    "evidence.md": (facts, decisions),
    "forecasts.md": (forecast, review),
    "calibration.md": (calibrate,),
    "app.md": (app,),
}
"""The page of the documents on a command."""
COMPLETE = "_LUJIAZUI_COMPLETE"
"""Variable in which a shell says how it wants names completed; Typer's scripts for shells set it."""
HIDDEN = (evidence, register, odd)
"""Commands that write pages of the documentation."""


class _InOrder(TyperGroup):
    """The commands in the order of a reader; Typer lists those that have commands under them first."""

    def list_commands(self, context: Any) -> list[str]:
        names = [name for name in super().list_commands(context) if name != "validate"]
        names.insert(names.index("review"), "validate")
        return names


commands = typer.Typer(cls=_InOrder, add_completion=True, pretty_exceptions_enable=False)
page_of = {function: page for page, of_page in PAGES.items() for function in of_page}
for function, example in EXAMPLES.items():
    commands.command(epilog=f"Example: lujiazui {example}\n\nPage: docs/{page_of[function]}")(function)
for function in HIDDEN:
    commands.command(hidden=True)(function)
commands.add_typer(validate)


def command_line(arguments: Sequence[str]) -> int:
    """Run one command and return its exit code: 0 done, 1 failed inside, 2 refused.

    Ctrl-C and a closed or full output pass through to the entry point; Typer's own main would answer them its way.
    """
    with spelling_streams(), _notices_as_lines():
        return _invoked(list(arguments))


@contextmanager
def _notices_as_lines() -> Iterator[None]:
    """Show notices of the model as lines of their own; every other warning is a matter of whoever writes code."""
    before = warnings.showwarning

    def show(message: Warning | str, category: type[Warning], *place: Any, **more: Any) -> None:
        if category.__name__ == "ModelNotice":
            say(f"note: {message}")
        else:
            before(message, category, *place, **more)

    warnings.showwarning = show
    try:
        yield
    finally:
        warnings.showwarning = before


@cache
def _command() -> Any:
    return typer.main.get_command(commands)


def _invoked(arguments: list[str]) -> int:
    command, (chosen, named) = _command(), _chosen(arguments)
    if COMPLETE in os.environ:
        return shell_complete(command, {}, "lujiazui", COMPLETE, os.environ[COMPLETE])
    try:
        if hasattr(chosen, "commands"):
            refuse_former_form(arguments[:named], arguments[named:])
            arguments = arguments if len(arguments) > named else [*arguments, "--help"]
        with command.make_context("lujiazui", arguments) as context:
            command.invoke(context)
    except typer.Exit as end:
        return end.exit_code
    except typer.TyperException as error:
        return _refused(option_problems(error))
    except OSError:
        raise
    except Exception as error:
        return _answer(error, chosen)
    return DONE


def _chosen(arguments: Sequence[str]) -> tuple[Any, int]:
    """The command that the first words name, such as `run` or `validate backtest`, and how many words these are."""
    chosen, named = _command(), 0
    for word in arguments:
        if word not in getattr(chosen, "commands", ()):
            break
        chosen, named = chosen.commands[word], named + 1
    return chosen, named


def _answer(error: Exception, command: Any) -> int:
    """Say what went wrong: the user's input, or a failure inside with the place it came from."""
    from scenarios.errors import InputError

    if isinstance(error, InputError):
        return _refused(problems_by_option(error.problems, command))
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    place = f" ({Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno})" if trace else ""
    say(f"error: failed inside: {type(error).__name__}: {error}{place}")
    return FAILED


def _refused(problems: Iterable[object]) -> int:
    for problem in problems:
        say(f"error: {problem}")
    return REFUSED


def _show_version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        print(f"lujiazui {version('lujiazui')}")
        raise typer.Exit


@commands.callback(
    epilog="Example: lujiazui run plan --set bond_market_access=0.9@2022-01\n\n"
    "Documents: the folder docs of the repository, from docs/tutorial.md on; as a site: sphinx-build -W docs site. "
    "All commands on one page: docs/commands.md, or man lujiazui."
)
def lujiazui(
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Print the version and end.")
    ] = False,
) -> None:
    """Simulate Shanghai's development as an international financial centre under policy scenarios.

    Exit codes: 0 done, 1 a run failed inside, 2 input refused or interrupted.
    """
