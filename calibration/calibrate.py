"""The whole fit: runs over the prior, an emulator, a second round of runs where data point, the posterior, checks."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.stats import qmc

from agents.arrays import Floats
from calibration.diagnostics import (
    correlations,
    explained,
    identification,
    influence,
    informative,
    moments_table,
    recovery,
    recovery_summary,
    values_at,
)
from calibration.emulator import Emulator
from calibration.fit import Likelihood, sampled
from calibration.markdown import page_of
from calibration.moments import Moment, moments, moments_digest, observed_moments, tolerances
from calibration.own_moments import OwnMoments
from calibration.past_runs import (
    BASE_YEAR,
    PastRequest,
    PastRun,
    PastRuns,
    Progress,
    data_digest,
    designed,
    moment_matrix,
    points_of,
    searched,
)
from scenarios.counts import checked_count, checked_seed, checked_total
from scenarios.errors import InputError
from scenarios.problem_texts import coded
from sim.provenance.model_digest import model_digest
from sim.runs.one_run import model_version

if TYPE_CHECKING:
    import pandas as pd

KEPT_DRAWS = 1000
LEAST_RUNS = 24


@dataclass(frozen=True)
class Calibration:
    """A posterior and its basis."""

    points: Floats
    """Draws of the posterior as quantiles in the priors, shape (draws, parameters)."""
    identification: "pd.DataFrame"
    correlations: "pd.DataFrame"
    moments: "pd.DataFrame"
    recovery: "pd.DataFrame"
    influence: "pd.DataFrame"
    recovered: "pd.DataFrame"
    """Every recovered parameter of every run of the design; `recovery` sums it up."""
    near: tuple[PastRun, ...]
    """Runs of the second round, at draws of the posterior of the first."""
    about: dict[str, Any]

    @property
    def identified(self) -> tuple[str, ...]:
        """Parameters whose posterior is narrower than the prior by enough to be used."""
        known = self.identification
        return tuple(known.loc[known["verdict"] == "identified", "parameter"])


def design(runs: int, seed: int) -> Floats:
    """Points spread evenly over the prior of the designed parameters, shape (runs, parameters)."""
    return np.asarray(qmc.Sobol(len(designed()), seed=seed).random_base2(int(np.ceil(np.log2(runs))))[:runs])


def spread_requests(runs: int, seed: int, **how: Any) -> list[PastRequest]:
    """Runs spread evenly over the prior, each with its own seed; `how` are further fields of `PastRequest`."""
    return [PastRequest(tuple(at.tolist()), run, **how) for run, at in enumerate(design(runs, seed), 1)]


def first_round(
    store: PastRuns,
    runs: int,
    workers: int,
    scale: float = 1.0,
    progress: Progress | None = None,
    seed: int = BASE_YEAR,
) -> list[PastRun]:
    """Runs spread over the prior as in the first round of a calibration, which serve again if they are kept.

    Raises
    ------
    scenarios.InputError
        If there are too few runs to fit an emulator.
    """
    checked_runs(runs)
    return store.of(spread_requests(runs, seed, scale=scale), workers, progress)


def checked_runs(runs: int) -> None:
    """Refuse a number of runs that no emulator can be fitted to.

    Raises
    ------
    scenarios.InputError
        If there are fewer than 24, or too many.
    """
    if checked_count(runs, "runs") < LEAST_RUNS:
        raise InputError(
            coded("fit.few_runs", runs=runs),
            key="runs",
            value=runs,
            allowed=coded("allowed.at_least", least=LEAST_RUNS),
        )


def calibrate(
    folder: Path,
    *,
    runs: int = 512,
    more: int = 128,
    scale: float = 1.0,
    seed: int = BASE_YEAR,
    workers: int = 1,
    own: OwnMoments | None = None,
    progress: Progress | None = None,
) -> Calibration:
    """Fit the searched parameters to 2016-2020.

    Parameters
    ----------
    folder
        Store of runs of the past; stored runs are not repeated, so that a fit can be interrupted.
    runs
        Runs spread over the prior, at least 24.
    more
        Runs of the second round, at draws of the first posterior; zero for none.
    scale
        Number of issuers against the full model.
    seed
        Seed of the design and of the draws.
    workers
        Processes.
    own
        Moments of the user's own, as `read_own_moments` gives them; those of the package by default.
    progress
        Called with the numbers of finished and requested runs, in each round.

    Raises
    ------
    scenarios.InputError
        If there are too few runs to fit an emulator.
    """
    checked_runs(runs)
    checked_total(runs + checked_count(more, "more", least=0))
    seed = checked_seed(seed)
    store = PastRuns(folder)
    wanted = moments() if own is None else own.moments

    first = first_round(store, runs, workers, scale, progress, seed)
    emulator, likelihood = emulated(first, wanted)
    shares = explained(emulator.points, emulator.values)
    used = informative(shares)
    drawn = sampled(emulator, likelihood, observed_moments(wanted), seed, used)
    second: list[PastRun] = []
    if more:
        rng = np.random.default_rng(seed)
        chosen = drawn.points[rng.choice(len(drawn.points), more, replace=False)]
        near = [PastRequest(tuple(at.tolist()), run, scale=scale) for run, at in enumerate(chosen, runs + 1)]
        second = store.of(near, workers, progress)
        emulator, likelihood = emulated(first + second, wanted)
        drawn = sampled(emulator, likelihood, observed_moments(wanted), seed, used)
    recovered = recovery(emulator, tolerances(wanted), len(first), used)
    about = {
        "base_year": BASE_YEAR,
        "runs": len(first),
        "runs_second_round": len(second),
        "runs_that_failed": runs + more - len(first) - len(second),
        "scale": scale,
        "seed": seed,
        "acceptance": round(drawn.acceptance, 3),
        "autocorrelation_steps": round(drawn.autocorrelation, 1),
        "model_version": model_version(),
        "model_digest": model_digest(),
        "data_digest": data_digest(),
        "moments_digest": moments_digest() if own is None else own.digest,
        "own_moments": None if own is None else own.as_data(),
        "information_until": "2020-12",
    }
    return Calibration(
        drawn.points,
        identification(drawn.points, len(first) + len(second)),
        correlations(drawn.points),
        moments_table(emulator, drawn.points, wanted, tolerances(wanted), shares, len(first)),
        recovery_summary(recovered),
        influence(emulator, likelihood, wanted, used),
        recovered,
        tuple(second),
        about,
    )


def emulated(runs: list[PastRun], wanted: Sequence[Moment] | None = None) -> tuple[Emulator, Likelihood]:
    """Emulator of the moments of runs, by default those of the package, and the likelihood with its residuals."""
    emulator = Emulator.fitted(points_of(runs), moment_matrix(runs, wanted))
    return emulator, Likelihood.of(emulator, tolerances(wanted))


def write_posterior(fit: Calibration, folder: Path, date: str) -> tuple[Path, Path]:
    """Write draws of all searched parameters, and their basis, in the form that the package ships.

    Parameters
    ----------
    fit
        The calibration.
    folder
        Where `posterior_2020.csv` and `posterior_2020.json` go.
    date
        Day of the fit, such as "2026-11-27".
    """
    rows = np.linspace(0, len(fit.points) - 1, min(KEPT_DRAWS, len(fit.points))).round().astype(int)
    values = values_at(fit.points[rows])
    folder.mkdir(parents=True, exist_ok=True)
    draws, about = folder / "posterior_2020.csv", folder / "posterior_2020.json"
    lines = [",".join(searched()), *(",".join(f"{value:.7g}" for value in row) for row in values)]
    draws.write_text("\n".join(lines) + "\n", encoding="utf-8")
    basis = {
        **fit.about,
        # What joins the data or the moments after this fit is named here, until the next.
        "data_since": "",
        "moments_since": "",
        "date": date,
        "draws": len(rows),
        "identified": list(fit.identified),
    }
    about.write_text(json.dumps(basis, indent=1) + "\n", encoding="utf-8")
    return draws, about


TABLES = ("identification", "correlations", "moments", "recovery", "influence")


def write_tables(fit: Calibration, folder: Path) -> list[Path]:
    """Write the tables of a fit as CSV, one a table, and all of them as Markdown."""
    folder.mkdir(parents=True, exist_ok=True)
    page = folder / "tables.md"
    page.write_text(page_of(fit), encoding="utf-8")
    written = [page]
    for name in TABLES:
        path = folder / f"{name}.csv"
        getattr(fit, name).round(6).to_csv(path, index=name in ("correlations", "influence"))
        written.append(path)
    return written
