"""The command `review`."""

from __future__ import annotations

from app.commands.forecast import runs_of
from app.terminal.answer import answer
from app.terminal.options import ForecastRuns, Json, KeptRuns, Observed, Quiet, Scale, ScenarioName, Seed, Workers


def review(
    observed: Observed,
    scenario: ScenarioName = "plan",
    runs: ForecastRuns = 400,
    seed: Seed = "1",
    scale: Scale = None,
    store: KeptRuns = None,
    workers: Workers = None,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Update the probabilities of the targets by observations: runs are weighted by their likelihood."""
    from app.reports.review import Reviewed
    from calibration.later_observations import read_later_observations
    from calibration.review import review as reviewed
    from calibration.scores import NEEDED
    from scenarios.extras import needs_extra

    needs_extra("calibrate", *NEEDED, what="what.score")
    observations = read_later_observations(observed)
    ensemble, name = runs_of(scenario, runs, seed, scale, store, workers, hidden=quiet or json)
    answer(Reviewed(name, ensemble, reviewed(ensemble, name, observations)), json, quiet)
