"""Runs of 2016-2020 at points of the prior, kept in an experiment store and not repeated."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from agents.arrays import Floats
from calibration.earlier_years import earlier_year, parameters_of, past_scenario
from calibration.moments import Moment, moments_of
from scenarios.parameters import Parameters, ParameterSet, drawn_quantile, parameter_table
from sim.experiments.ensemble import run_into_store
from sim.experiments.outcomes import RunOutcome
from sim.experiments.requests import RunRequest
from sim.experiments.store import Store
from sim.runs.result import by_year

Progress = Callable[[int, int], None]
"""Called with the numbers of finished and requested runs."""
BASE_YEAR = 2016
DATA = ("earlier_levels.csv", "policy_2017_2020.csv")


@cache
def data_digest() -> str:
    """Digest of the observations and of the dated policy that runs of the past rest on, 16 hex digits."""
    digest = hashlib.blake2b(digest_size=8)
    for name in DATA:
        digest.update(resources.files("calibration").joinpath("data", name).read_bytes())
    return digest.hexdigest()


def designed() -> tuple[str, ...]:
    """Parameters that the design spreads evenly: those with the role `calibrated`, in the order of the table."""
    return tuple(row.id for row in parameter_table() if row.role == "calibrated")


@cache
def searched() -> tuple[str, ...]:
    """Parameters that are estimated: the designed ones, then those with the role `estimated`.

    The latter are drawn from their priors in the first round, like all others; they were found there to move a moment.
    """
    return designed() + tuple(row.id for row in parameter_table() if row.role == "estimated")


def full_point(point: Sequence[float], seed: int) -> tuple[float, ...]:
    """Quantiles of all searched parameters in their priors: those given, then those of the draw of the seed."""
    return (*point, *(drawn_quantile(seed, name) for name in searched()[len(point) :]))


def points_of(runs: Sequence["PastRun"]) -> Floats:
    """Points of runs in the unit cube of all searched parameters, shape (runs, parameters)."""
    return np.array([full_point(run.request.point, run.request.seed) for run in runs])


def parameters_at(point: Sequence[float], seed: int) -> Parameters:
    """Parameters at a point of the unit cube; all others are drawn from their priors.

    Parameters
    ----------
    point
        Quantiles of the first searched parameters in their priors, in the order of `searched`.
    seed
        Seed of the draw of the others.
    """
    prior = ParameterSet.prior_2020()
    names = searched()[: len(point)]
    values: dict[str, Any] = {
        name: prior.parameters[name].quantile([at]) for name, at in zip(names, point, strict=True)
    }
    return prior.draw(seed).replace(**values)


@dataclass(frozen=True)
class PastRequest:
    """A requested run: a point of the prior, a seed, and the kind of past."""

    point: tuple[float, ...]
    """Quantiles of the first searched parameters in their priors; all others are drawn from theirs."""
    seed: int
    base_year: int = BASE_YEAR
    conditional: bool = True
    """If true, external drivers and policy steps follow history; if false, drivers are drawn and there are no steps."""
    changes: tuple[tuple[str, float], ...] = ()
    """Parameters that are set to a value instead."""
    scale: float = 1.0
    policy_shift: int = 0
    """Months by which the dated steps of policy are moved, to see whether their dates matter."""
    without: tuple[str, str] | None = None
    """Lever and month of a dated step that is left out, to measure its effect."""

    def run_request(self) -> RunRequest:
        """The run as a request of the experiment store.

        The base year is solved on its observations, from the stocks of the year before; the later years follow.
        """
        drawn = parameters_at(self.point, self.seed).replace(betas=None, **dict(self.changes))
        asked = past_scenario(
            self.base_year,
            policy=self.conditional,
            macro="realised" if self.conditional else "neutral",
            scale=self.scale,
            shift=self.policy_shift,
            without=self.without,
        )
        return RunRequest(
            asked,
            self.seed,
            parameters_of(drawn, self.base_year, replays=self.conditional),
            run=self.seed,
            base_year=earlier_year(self.base_year, replays=self.conditional),
        )


@dataclass(frozen=True, eq=False)
class PastRun:
    """Result of one run of the past: indicators by month from the base year to 2020, index month-end."""

    request: PastRequest
    indicators: pd.DataFrame

    @cached_property
    def annual(self) -> pd.DataFrame:
        """Indicators by year: flows summed, December for stocks and ratios."""
        return by_year(self.indicators)

    @cached_property
    def moments(self) -> Floats:
        """Moments of the run, shape (moments,); they need the base year 2016."""
        return self.of(None)

    def of(self, wanted: Sequence[Moment] | None) -> Floats:
        """Some moments of the run, by default those of the package, shape (moments,)."""
        months = pd.DatetimeIndex(self.indicators.index).strftime("%Y-%m")
        return moments_of(self.annual, self.indicators.set_axis(months), wanted)


class PastRuns:
    """Runs of the past, kept in an experiment store and not repeated."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.failed: dict[PastRequest, str] = {}
        """Runs that could not be finished, with the reason: draws far out in the tails of the priors."""
        self._known: dict[PastRequest, PastRun] = {}

    def of(
        self,
        requests: Sequence[PastRequest],
        workers: int = 1,
        progress: Progress | None = None,
    ) -> list[PastRun]:
        """Runs in the order of the requests; stored runs are not repeated, failed ones are noted in `failed`.

        Raises
        ------
        scenarios.InputError
            If the folder cannot be used as a store.
        """
        missing = [each for each in dict.fromkeys(requests) if each not in self._known and each not in self.failed]
        if missing:
            wanted_runs = [each.run_request() for each in missing]
            asked = {run.key: each for run, each in zip(wanted_runs, missing, strict=True)}
            known = len(requests) - len(asked)

            def note(outcome: RunOutcome, done: int, _: int) -> None:
                if outcome.status != "done":
                    self.failed[asked[outcome.key]] = outcome.error
                if progress is not None:
                    progress(known + done, len(requests))

            run_into_store(wanted_runs, self.folder, workers=workers, progress=note)
            wanted = [key for key, request in asked.items() if request not in self.failed]
            table = Store.open(self.folder).months_of(wanted)
            for key, rows in table.groupby("key"):
                self._known[asked[str(key)]] = PastRun(asked[str(key)], rows.drop(columns="key").set_index("month"))
        return [self._known[request] for request in requests if request in self._known]


def moment_matrix(runs: Sequence[PastRun], wanted: Sequence[Moment] | None = None) -> Floats:
    """Moments of several runs, by default those of the package, shape (runs, moments)."""
    return np.array([run.moments if wanted is None else run.of(wanted) for run in runs])
