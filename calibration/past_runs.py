"""Runs of 2016-2020 at points of the prior, in worker processes, kept on disk: what is done is not done again."""

import hashlib
import json
from collections.abc import Callable, Sequence
from concurrent.futures import as_completed
from dataclasses import asdict, dataclass
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from agents.arrays import Floats
from calibration.moments import moments_of
from calibration.vintages import LAST_YEAR, parameters_of, past_scenario, vintage
from scenarios.calendar import month_ordinal, month_text
from scenarios.parameters import Parameters, ParameterSet, drawn_quantile, parameter_table
from sim.accounts import AccountingError
from sim.experiments.pool import Workers
from sim.vintage import based_on

Progress = Callable[[int, int], None]
"""Called with the runs done and the runs asked for."""
BASE_YEAR = 2016
MONTHLY = ("foreign_bond_holdings",)
"""Indicators that are kept month by month; all are kept by year."""


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
    """What to run: a point of the prior, luck, and how the past is told."""

    point: tuple[float, ...]
    """Quantiles of the first searched parameters in their priors; all others are drawn from theirs."""
    seed: int
    base_year: int = BASE_YEAR
    conditional: bool = True
    """True takes the outside world and the steps of policy as they were; False draws the one and knows of none."""
    changes: tuple[tuple[str, float], ...] = ()
    """Parameters that are set to a value instead."""
    scale: float = 1.0
    policy_shift: int = 0
    """Months by which the dated steps of policy are moved, to see whether their dates matter."""

    def execute(self) -> "PastRun":
        """Simulate the years from the base year to 2020.

        The base year is solved on what was observed in it, from the stocks of the year before; the later years follow.
        The data restate a base year, so the result's dates are moved back.
        """
        import sim

        drawn = parameters_at(self.point, self.seed).replace(betas=None, **dict(self.changes))
        parameters = parameters_of(drawn, self.base_year, replays=self.conditional)
        with based_on(vintage(self.base_year, replays=self.conditional)):
            macro = "realised" if self.conditional else "neutral"
            asked = past_scenario(
                self.base_year, policy=self.conditional, macro=macro, scale=self.scale, shift=self.policy_shift
            )
            result = sim.run(asked, seed=self.seed, parameters=parameters, verify=False)
        annual, monthly = result.annual(), result.indicators
        return PastRun(
            self,
            {name: annual[name].tolist() for name in annual.columns},
            {name: monthly[name].tolist() for name in MONTHLY},
        )


@dataclass(frozen=True)
class PastRun:
    """What one run of the past gave, in the calendar that is meant.

    `annual` holds every indicator of the years from the base year to 2020, `monthly` some by month.
    """

    request: PastRequest
    annual: dict[str, list[float]]
    monthly: dict[str, list[float]]

    @property
    def years(self) -> range:
        """The base year to 2020."""
        return range(self.request.base_year, LAST_YEAR + 1)

    def moments(self) -> Floats:
        """Moments of the run, shape (moments,); they need the base year 2016."""
        first = month_ordinal(f"{self.request.base_year}-01")
        months = [month_text(first + at) for at in range(12 * len(self.years))]
        return moments_of(pd.DataFrame(self.annual, index=self.years), pd.DataFrame(self.monthly, index=months))


class PastRuns:
    """Runs of the past in a folder, one line of JSON each; a line that is broken off is left out."""

    def __init__(self, folder: Path) -> None:
        from sim.levels_cache import model_digest

        self.file = folder / f"past-{model_digest()}-{data_digest()}.jsonl"
        self.failed: dict[PastRequest, str] = {}
        """Runs that could not be finished, with the reason: draws far out in the tails of the priors."""
        self._known: dict[PastRequest, PastRun] = {}
        folder.mkdir(parents=True, exist_ok=True)
        if self.file.exists():
            for line in self.file.read_text(encoding="utf-8").splitlines():
                try:
                    row = json.loads(line)
                    asked = row["request"]
                    changes = tuple((str(name), float(value)) for name, value in asked["changes"])
                    request = PastRequest(**{**asked, "point": tuple(asked["point"]), "changes": changes})
                    if "error" in row:
                        self.failed[request] = str(row["error"])
                    else:
                        self._known[request] = PastRun(request, row["annual"], row["monthly"])
                except (ValueError, KeyError, TypeError):
                    continue

    def of(
        self,
        requests: Sequence[PastRequest],
        workers: int = 1,
        progress: Progress | None = None,
    ) -> list[PastRun]:
        """Runs in the order of the requests; what is known is not run, what fails is left out and noted in `failed`."""
        missing = [each for each in dict.fromkeys(requests) if each not in self._known and each not in self.failed]
        done = len(requests) - len(missing)
        if missing:
            with Workers(workers) as pool, self.file.open("a", encoding="utf-8") as file:
                futures = {pool.executor().submit(request.execute): request for request in missing}
                for future in as_completed(futures):
                    done += 1
                    try:
                        run = future.result()
                    except (ArithmeticError, ValueError, AccountingError) as error:
                        request = futures[future]
                        self.failed[request] = str(error)
                        row = {"request": asdict(request), "error": str(error)}
                    else:
                        self._known[run.request] = run
                        row = asdict(run)
                    file.write(json.dumps(row) + "\n")
                    file.flush()
                    if progress is not None:
                        progress(done, len(requests))
        return [self._known[request] for request in requests if request in self._known]


def moment_matrix(runs: Sequence[PastRun]) -> Floats:
    """Moments of several runs, shape (runs, moments)."""
    return np.array([run.moments() for run in runs])
