"""The command `discover`."""

from __future__ import annotations

from typing import Annotated

import typer

from app.terminal.answer import answer
from app.terminal.completion import indicator_names
from app.terminal.options import DesignNumber, Json, Plot, Quiet, StoreFolder
from app.terminal.shares import SHARES_IN, number_asked
from scenarios.problem_texts import coded


def discover(
    store: StoreFolder,
    number: DesignNumber = None,
    indicator: Annotated[
        str,
        typer.Option(
            metavar="NAME", help="A recorded indicator, see 'indicators --recorded'.", autocompletion=indicator_names
        ),
    ] = "foreign_bond_share",
    at_least: Annotated[
        str | None,
        typer.Option(
            metavar="X",
            help=f"Threshold in 2025; by default the target, if the plan has one. {SHARES_IN}",
        ),
    ] = None,
    leaves: Annotated[
        bool, typer.Option("--tree", help="Partition the points by a classification tree (CART) instead of one box.")
    ] = False,
    plot: Plot = None,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Find the box of the factors (PRIM), or the leaves of a tree (CART), in which an indicator reaches a threshold."""
    from app.reports.discover import Box, Leaves, Question
    from app.reports.sensitivity import rests_on
    from scenarios.errors import InputError
    from sim.closing.dictionary import unit_of
    from sim.experiments.ensemble import thresholds
    from sim.experiments.held_back import box_held_back, tree_held_back
    from sim.experiments.pictures import checked_picture, discovery_picture, sweep_record, tree_picture
    from sim.experiments.sensitivity import discover as discovered
    from sim.experiments.sensitivity import swept, tree
    from sim.experiments.store import Store

    if plot is not None:
        checked_picture(plot)
    design, found = swept(Store.open(store), number, (indicator,))
    wanted = (
        thresholds().get(indicator)
        if at_least is None
        else number_asked(at_least, "--at-least", unit_of(indicator), indicator)
    )
    if wanted is None:
        raise InputError(coded("discover.no_target", indicator=indicator), key="at_least")
    warnings = _few_on_a_side(int((found[indicator] >= wanted).sum()), len(found))
    question = Question(indicator, wanted, rests_on(design, found), warnings)
    if leaves:
        grown = tree(design, found, indicator, wanted)
        if plot is not None:
            tree_picture(grown, indicator, wanted, plot, sweep_record(design, found), question.rests_on["year"])
        unseen = tree_held_back(design, found, indicator, wanted)
        answer(Leaves(question, grown.to_dict("records"), unseen), json, quiet)
        return
    box, shares = discovered(design, found, indicator, wanted)
    if plot is not None:
        discovery_picture(design, found, indicator, wanted, box, plot, sweep_record(design, found))
    answer(Box(question, box.to_dict("records"), shares, box_held_back(design, found, indicator, wanted)), json, quiet)


def _few_on_a_side(good: int, points: int) -> list[str]:
    """A note where too few points reach the threshold, or too few miss it, for a box or a leaf."""
    from sim.experiments.least_runs import LEAST_FOR_VERDICT, few_runs_note

    fewer = min(good, points - good)
    return few_runs_note(fewer, "telling those that get there from the others", LEAST_FOR_VERDICT, "points")
