"""The commands of `lujiazui`: they read what is asked, call the packages below and hand the answer to tables or JSON.

Only Typer is imported with this file; whatever costs more is imported by the command that needs it.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from app import (
    batch,
    calibrating,
    evidence,
    forecasting,
    goals,
    month,
    policy_effects,
    searching,
    stores,
    stress,
    sweeps,
    web_command,
)
from app.options import (
    Json,
    Macro,
    ParameterSetName,
    Quiet,
    Scale,
    Without,
    option_problems,
    problems_by_option,
    refuse_unread,
)
from app.terminal import say, spelling_streams

if TYPE_CHECKING:
    from scenarios import Scenario

DONE, FAILED, REFUSED = 0, 1, 2

RUN_EPILOG = """
Example: lujiazui run plan --seed 7 --set bond_market_access=0.9 --set reits_pilot=0.5@2022-01 --out run.csv

JSON keys (docs/json.md): scenario, title, scenario_hash, settings, seed, macro, year, year_told, conditional_replay,
conditions, parameters, version, provenance, caveat, indicators (a list with id, name, unit, value_2020, value_2025,
year, target_2025, qualifier, distance, met, within_rounding, committed_2025), companions, events, costs, annual (year,
indicator), out, timings.
"""

commands = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


def command_line(arguments: Sequence[str]) -> int:
    """Run one command and return its exit code: 0 done, 1 failed inside, 2 refused.

    Ctrl-C and a closed or full output pass through to the entry point; Typer's own main would answer them its way.
    """
    with spelling_streams(), _notices_as_lines():
        return _invoked(list(arguments) or ["--help"])


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
    command, context = _command(), None
    try:
        with command.make_context("lujiazui", arguments) as context:
            command.invoke(context)
    except typer.Exit as end:
        return end.exit_code
    except typer.TyperException as error:
        return _refused(option_problems(error))
    except OSError:
        raise
    except Exception as error:
        chosen = command.commands.get(context.invoked_subcommand) if context is not None else None
        return _answer(error, chosen)
    return DONE


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


@commands.callback(epilog="Example: lujiazui run plan --set bond_market_access=0.9@2022-01")
def lujiazui(
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Print the version and end.")
    ] = False,
) -> None:
    """Simulate Shanghai's development as an international financial centre under policy scenarios.

    Exit codes: 0 done, 1 a run failed inside, 2 input refused or interrupted.
    """


@commands.command(epilog=RUN_EPILOG)
def run(
    context: typer.Context,
    scenario: Annotated[str, typer.Argument(help="A ready scenario or the path of a scenario file.")] = "plan",
    seed: Annotated[str, typer.Option(metavar="N", help="The seed of the agents' luck.")] = "0",
    settings: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            metavar="LEVER=VALUE[@MONTH]",
            help="Another intensity for a lever, from a month on; may be repeated.",
        ),
    ] = None,
    shocks: Annotated[
        list[str] | None,
        typer.Option(
            "--shock", metavar="NAME[=SIZE][@MONTH[..MONTH]]", help="A dated shock, see 'shocks'; may be repeated."
        ),
    ] = None,
    macro: Macro = None,
    parameters: ParameterSetName = None,
    scale: Scale = None,
    out: Annotated[Path | None, typer.Option(help="Write the monthly indicators to a .parquet or .csv file.")] = None,
    verify: Annotated[
        bool | None, typer.Option("--verify/--no-verify", help="Check the accounting identities every month, or not.")
    ] = None,
    without: Without = None,
    timings: Annotated[bool, typer.Option("--timings", help="Show the seconds each step of the month took.")] = False,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Run one scenario and compare 2025 with 2020, with the targets and with the committed path."""
    from app import output
    from app.asked import committed_beside, scenario_asked, seed_asked
    from app.run_report import RunReport

    if quiet and not json:
        refuse_unread(context, ["timings"], "with --quiet")
    luck = seed_asked(seed)
    asked = scenario_asked(scenario, settings or [], shocks or [], macro=macro, scale=scale, parameters=parameters)
    beside = committed_beside(asked)
    target = output.checked_target(out) if out is not None else None

    import sim
    from app.progress import ProgressBar

    with ProgressBar(runs=2, hidden=quiet) as progress:
        how: dict[str, Any] = {"seed": luck, "verify": verify, "interactions_off": without or (), "progress": progress}
        result = sim.run(asked, **how)
        committed = sim.run(beside, **how)
    report = RunReport(result, committed, settings=tuple(settings or ()), out=out, with_timings=timings)
    with output.uninterrupted():
        if target is not None:
            output.save(result.indicators, target)
        if json:
            output.print_json(report.as_dict())
        else:
            report.print(quiet)


@commands.command(epilog="Example: lujiazui levers bond_market_access")
def levers(
    name: Annotated[str | None, typer.Argument(help="One lever, in detail.")] = None,
    steps: Annotated[
        bool, typer.Option("--steps", help="Show the steps of a month instead; the command is: lujiazui month.")
    ] = False,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """List the policy levers: who decides, how far they go, through which channels, and which of those a rule reads."""
    from app import details, tables
    from app.month import show_steps, step_rows
    from scenarios import plan

    if steps:
        if name is not None:
            raise typer.BadParameter("--steps shows the whole month and takes no lever")
        show_steps(step_rows(), json, quiet)
    elif name is not None:
        lever = _chosen("lever", name, {lever.id: lever for lever in plan.levers()})
        _show(details.lever_data(lever), [lever.id], lambda: details.lever(lever), json, quiet)
    else:
        known = plan.levers()
        rows = [details.lever_data(lever) for lever in known]
        _show(rows, [lever.id for lever in known], lambda: tables.levers(known), json, quiet)


@commands.command(epilog="Example: lujiazui shocks us_yield")
def shocks(
    name: Annotated[str | None, typer.Argument(help="One shock, in detail.")] = None,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """List the dated shocks: what each moves, how large it may be, how it fades, and where its numbers come from."""
    from app import details, tables
    from scenarios import shock_kinds

    known = shock_kinds()
    if name is not None:
        shock = _chosen("shock", name, known)
        _show(shock, [shock.name], lambda: details.shock(shock), json, quiet)
    else:
        _show(list(known.values()), list(known), lambda: tables.shocks(list(known.values())), json, quiet)


@commands.command(epilog="Example: lujiazui measures M14")
def measures(
    name: Annotated[str | None, typer.Argument(help="One measure, in detail.")] = None,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """List the plan's measures and the levers that carry them."""
    from app import details, tables
    from scenarios import plan

    known = {measure.id: measure for measure in plan.measures()}
    if name is not None:
        measure = _chosen("measure", name.upper(), known)
        _show(measure, [measure.id], lambda: details.measure(measure), json, quiet)
    else:
        _show(plan.measures(), list(known), lambda: tables.measures(plan.measures()), json, quiet)


@commands.command(epilog="Example: lujiazui indicators foreign_bond_share")
def indicators(
    name: Annotated[str | None, typer.Argument(help="One indicator, in detail.")] = None,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """List the plan's indicators, the redline and the secondary indicators."""
    from app import details, tables
    from scenarios import plan

    everyone: list[plan.Indicator | plan.Redline | plan.Secondary]
    everyone = [*plan.indicators(), plan.redline(), *plan.secondary_indicators()]
    known = {item.id: item for item in everyone}
    if name is not None:
        indicator = _chosen("indicator", name, known)
        _show(indicator, [indicator.id], lambda: details.record(indicator), json, quiet)
    else:
        everything = {
            "indicators": plan.indicators(),
            "redline": plan.redline(),
            "secondary": plan.secondary_indicators(),
        }
        _show(everything, list(known), tables.indicators, json, quiet)


@commands.command(epilog="Example: lujiazui scenarios city_only > mine.yaml")
def scenarios(
    name: Annotated[
        str | None, typer.Argument(help="One scenario or file, as a file with all that it inherits.")
    ] = None,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """List the ready scenarios, or print one as a scenario file, which takes its name from the file it is kept in."""
    from app import tables
    from scenarios import load, names
    from scenarios.printable import spelt_out

    if name is not None:
        found = load(name)
        if json:
            _print_json({**found.plain(), "hash": found.content_hash()})
        elif quiet:
            print(found.name)
        else:
            # Under the name of another scenario the copy would stand in its place in stores and comparisons.
            print(f"# {spelt_out(found.name)} in full; a scenario has the name of its file")
            print(found.to_yaml(named=False), end="")
    else:
        ready = [load(each) for each in names()]
        rows = [{"name": each.name, "title": each.title, "policy": each.policy, "macro": each.macro} for each in ready]
        described = [{**row, "description": each.description} for row, each in zip(rows, ready, strict=True)]
        _show(described, names(), lambda: tables.scenarios(ready), json, quiet)


@commands.command(epilog="Example: lujiazui check mine.yaml")
def check(
    file: Annotated[Path, typer.Argument(help="The scenario file.")],
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Check a scenario file and list everything wrong with it."""
    from scenarios import load
    from scenarios.printable import spelt_out

    scenario: Scenario = load(file)
    if json:
        told = {"file": str(file), "ok": True, "title": scenario.title, "hash": scenario.content_hash()}
        _print_json({**told, "costs": scenario.costs(), "triggers": [str(each) for each in scenario.triggers]})
    elif not quiet:
        print(f"ok: {spelt_out(scenario.title or scenario.name)}, {scenario.content_hash()}")
        for trigger in scenario.triggers:
            print(f"  {trigger}")
        if scenario.budget is not None:
            print(f"  cost to {scenario.end}: {sum(scenario.costs().values()):.6g} {scenario.budget.unit}")


def _chosen(kind: str, name: str, known: dict[str, Any]) -> Any:
    """Return what goes by this name, or refuse it and say what comes closest."""
    from scenarios.errors import InputError, nearest_name

    if name not in known:
        raise InputError(
            f"unknown {kind} {name!r}", value=name, allowed=f"see: lujiazui {kind}s", nearest=nearest_name(name, known)
        )
    return known[name]


def _show(data: Any, names: Sequence[str], table: Callable[[], Any], as_json: bool, quiet: bool) -> None:
    """Print JSON, bare names or a table."""
    if as_json:
        _print_json(data)
    elif quiet:
        print("\n".join(names))
    else:
        from app.tables import show

        show(table())


def _print_json(data: Any) -> None:
    from app.output import print_json

    print_json(data)


for more in (
    batch,
    stores,
    sweeps,
    searching,
    goals,
    month,
    stress,
    policy_effects,
    evidence,
    forecasting,
    calibrating,
    web_command,
):
    more.register(commands)
