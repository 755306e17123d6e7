"""The command `sensitivity`."""

from __future__ import annotations

from app.terminal.answer import answer
from app.terminal.options import DesignNumber, Json, Plot, Quiet, StoreFolder


def sensitivity(
    store: StoreFolder, number: DesignNumber = None, plot: Plot = None, json: Json = False, quiet: Quiet = False
) -> None:
    """Rank the factors of a sweep: elementary effects of a Morris design, or shares of variance by an emulator."""
    from app.reports.sensitivity import Sensitivity, rests_on
    from sim.experiments.least_runs import few_runs_note
    from sim.experiments.pictures import checked_picture, sensitivity_picture, sweep_record
    from sim.experiments.sensitivity import enough, indices, swept
    from sim.experiments.store import Store

    if plot is not None:
        checked_picture(plot)
    design, found = swept(Store.open(store), number)
    result = indices(design, found)
    if plot is not None:
        sensitivity_picture(design.kind, result, plot, sweep_record(design, found))
    count, least, of = enough(design, len(found))
    warnings = few_runs_note(count, "intervals", least, of)
    answer(Sensitivity(design.kind, len(found), rests_on(design, found), result, warnings), json, quiet)
