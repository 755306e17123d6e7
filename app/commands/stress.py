"""The command `stress`: how near a simulated centre is to the plan's redline."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from app.terminal.answer import answer
from app.terminal.completion import scenario_names
from app.terminal.options import Json, Quiet, Scale, Seed, Workers, refuse_unread
from app.terminal.shares import SHARES_IN, share_asked
from scenarios.bounds import MOST_RUNS

OF_THE_MODEL = ("scenario", "runs", "seed", "scale", "workers", "under", "roc", "covar")
OF_NAMED_STRESSES = ("severity", "at", "reverse")
OF_WARNINGS = ("ahead",)
OF_A_NETWORK = ("equity", "loss_given_default")


def stress(
    context: typer.Context,
    scenario: Annotated[
        list[str] | None,
        typer.Argument(help="Ready scenarios or scenario files. [plan]", autocompletion=scenario_names),
    ] = None,
    runs: Annotated[int, typer.Option(min=1, max=MOST_RUNS, metavar="N", help="Runs, each with its own draws.")] = 20,
    seed: Seed = "1",
    scale: Scale = None,
    workers: Workers = None,
    under: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME",
            help="A named stress that strikes the runs: bank_failure, bond_losses, clearing_member, foreign_outflow, "
            "index_exclusion, joint, local_government_defaults, platform_outage, property_defaults, reserve_freeze, "
            "us_rates, or all; may be repeated.",
        ),
    ] = None,
    severity: Annotated[
        float, typer.Option(min=0.0, max=4.0, metavar="X", help="With --under: multiple of the usual size.")
    ] = 1.0,
    at: Annotated[str, typer.Option(metavar="MONTH", help="With --under: month in which it strikes.")] = "2023-01",
    reverse: Annotated[
        bool, typer.Option("--reverse", help="With --under: the smallest severity that breaks the redline.")
    ] = False,
    roc: Annotated[
        bool,
        typer.Option("--roc", help="Hits of the early warning against its false alarms, in runs struck at random."),
    ] = False,
    ahead: Annotated[
        int, typer.Option(min=1, max=60, metavar="MONTHS", help="With --roc: months within which the redline breaks.")
    ] = 12,
    covar: Annotated[
        bool, typer.Option("--covar", help="Delta-CoVaR: what the distress of each sector adds to the loss of all.")
    ] = False,
    exposures: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Test a network of your own: CSV with the columns lender, borrower, amount."),
    ] = None,
    equity: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Its institutions: CSV with the columns institution, equity.")
    ] = None,
    loss_given_default: Annotated[
        str,
        typer.Option(metavar="X", help=f"Part of a claim on a failed institution that is lost. {SHARES_IN}"),
    ] = "1",
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Stress-test the banks against the plan's redline: each fails, a common loss, or a named stress (--under).

    With --roc the early warning is evaluated, with --covar what each sector adds to the loss of all.
    """
    if exposures is not None:
        refuse_unread(context, (*OF_THE_MODEL, *OF_NAMED_STRESSES, *OF_WARNINGS), "with --exposures")
        _test_network(exposures, equity, share_asked(loss_given_default, "--loss-given-default"), json, quiet)
        return
    refuse_unread(context, OF_A_NETWORK, "without --exposures")
    from app.terminal.asked import scenario_asked, seed_asked

    base_seed = seed_asked(seed)
    asked = [scenario_asked(name, [], [], macro=None, scale=scale) for name in scenario or ["plan"]]
    over_runs: dict[str, Any] = {"runs": runs, "seed": base_seed, "workers": workers}
    if not roc:
        refuse_unread(context, OF_WARNINGS, "without --roc")
    if covar:
        refuse_unread(context, (*OF_NAMED_STRESSES, "under", "roc"), "with --covar")
        from app.reports.sector_covar import SectorCovar
        from sim.evidence.sector_covar import sector_covar

        answer(SectorCovar(asked, runs, sector_covar(asked, **over_runs)), json, quiet)
        return
    if roc:
        refuse_unread(context, OF_NAMED_STRESSES, "with --roc")
        from app.reports.early_warning import WarningRates
        from sim.evidence.early_warning import early_warning

        rates = early_warning(asked, under or ["all"], ahead=ahead, **over_runs)
        answer(WarningRates(asked, runs, ahead, rates), json, quiet)
        return
    if under is None:
        refuse_unread(context, OF_NAMED_STRESSES, "without --under")
        from app.reports.stress import Stress
        from sim.evidence.stress import stress as stressed

        answer(Stress(asked, runs, stressed(asked, runs=runs, seed=base_seed, workers=workers)), json, quiet)
        return
    how: dict[str, Any] = {"at": at, **over_runs}
    if reverse:
        refuse_unread(context, ("severity",), "with --reverse")
        from app.reports.shock_tests import ReverseStress
        from sim.evidence.shock_tests import reverse_stress

        answer(ReverseStress(asked, runs, at, reverse_stress(asked, under, **how)), json, quiet)
        return
    from app.reports.shock_tests import ShockTests
    from sim.evidence.shock_tests import shock_tests

    answer(ShockTests(asked, runs, at, severity, shock_tests(asked, under, severity=severity, **how)), json, quiet)


def _test_network(exposures: Path, equity: Path | None, loss_given_default: float, json: bool, quiet: bool) -> None:
    """Let each institution of a user's network fail."""
    from app.reports.network_stress import NetworkStress
    from scenarios.errors import InputError
    from scenarios.problem_texts import coded
    from sim.stress.own_network import failures_one_by_one, read_network

    if equity is None:
        raise InputError(coded("option.with_other", option="--exposures", other="--equity"), key="--equity")
    network = read_network(exposures, equity)
    answer(NetworkStress(loss_given_default, failures_one_by_one(network, loss_given_default)), json, quiet)
