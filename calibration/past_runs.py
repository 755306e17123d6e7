"""Runs of 2016-2020 at points of the prior, in worker processes, kept on disk: what is done is not done again."""

import json
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from agents.arrays import Floats
from calibration.moments import moments_of
from calibration.vintages import parameters_of, past_scenario, vintage
from scenarios.calendar import month_ordinal, month_text
from scenarios.parameters import Parameters, ParameterSet, parameter_table
from sim.vintage import based_on

BASE_YEAR = 2016


def searched() -> tuple[str, ...]:
    """Parameters that are estimated: those with the role `calibrated`, in the order of the table."""
    return tuple(row.id for row in parameter_table() if row.role == "calibrated")


def parameters_at(point: Sequence[float], seed: int) -> Parameters:
    """Parameters at a point of the unit cube of the searched ones; all others are drawn from their priors.

    Parameters
    ----------
    point
        Quantiles of the searched parameters in their priors, in the order of `searched`.
    seed
        Seed of the draw of the others.
    """
    prior = ParameterSet.prior_2020()
    values: dict[str, Any] = {
        name: prior.parameters[name].quantile([at]) for name, at in zip(searched(), point, strict=True)
    }
    return prior.draw(seed).replace(**values)


THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
MONTHLY = ("foreign_bond_holdings", "foreign_net_purchases", "turnover_total", "direct_financing")
"""Indicators that are kept month by month; all are kept by year."""


@dataclass(frozen=True)
class PastRun:
    """What one run of the past gave, in the calendar that is meant.

    `annual` holds every indicator of the years 2016 to 2020, `monthly` some by month.
    """

    point: tuple[float, ...]
    seed: int
    annual: dict[str, list[float]]
    monthly: dict[str, list[float]]

    def moments(self) -> Floats:
        """Moments of the run, shape (moments,)."""
        months = [month_text(month_ordinal(f"{BASE_YEAR}-01") + at) for at in range(len(self.monthly[MONTHLY[0]]))]
        years = range(BASE_YEAR, BASE_YEAR + len(self.annual[MONTHLY[0]]))
        return moments_of(pd.DataFrame(self.annual, index=years), pd.DataFrame(self.monthly, index=months))


def run_past(point: Sequence[float], seed: int, scale: float = 1.0, *, policy: bool = True) -> PastRun:
    """Simulate 2016-2020 at a point of the prior.

    The year 2016 is solved on what was observed in it, from the stocks of end-2015; 2017-2020 follow with the outside
    world as it was and the dated steps of policy. The data restate a base year, so the result's dates are moved back.
    """
    import sim

    parameters = parameters_of(parameters_at(point, seed), BASE_YEAR)
    with based_on(vintage(BASE_YEAR)):
        asked = past_scenario(BASE_YEAR, policy=policy, scale=scale)
        result = sim.run(asked, seed=seed, parameters=parameters, verify=False)
    annual, monthly = result.annual(), result.indicators
    return PastRun(
        tuple(point),
        seed,
        {name: annual[name].tolist() for name in annual.columns},
        {name: monthly[name].tolist() for name in MONTHLY},
    )


class PastRuns:
    """Runs of the past in a folder, one line of JSON each; a line that is broken off is left out."""

    def __init__(self, folder: Path, scale: float = 1.0) -> None:
        from sim.levels_cache import model_digest

        self.scale = scale
        self.file = folder / f"past-{model_digest()}-{scale:g}.jsonl"
        self._known: dict[tuple[tuple[float, ...], int], PastRun] = {}
        folder.mkdir(parents=True, exist_ok=True)
        if self.file.exists():
            for line in self.file.read_text(encoding="utf-8").splitlines():
                try:
                    row = json.loads(line)
                    run = PastRun(tuple(row["point"]), row["seed"], row["annual"], row["monthly"])
                except (ValueError, KeyError, TypeError):
                    continue
                self._known[run.point, run.seed] = run

    def at(
        self,
        points: Floats,
        seeds: Sequence[int],
        workers: int = 1,
        progress: Callable[[int, int], None] | None = None,
    ) -> list[PastRun]:
        """Runs at points of the unit cube, shape (runs, parameters), each with its seed; what is known is not run."""
        asked = [(tuple(point.tolist()), seed) for point, seed in zip(points, seeds, strict=True)]
        missing = [pair for pair in dict.fromkeys(asked) if pair not in self._known]
        done = len(asked) - len(missing)
        if missing:
            with (
                _one_thread_each(),
                ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool,
                self.file.open("a", encoding="utf-8") as file,
            ):
                futures = [pool.submit(run_past, point, seed, self.scale) for point, seed in missing]
                for future in as_completed(futures):
                    run = future.result()
                    self._known[run.point, run.seed] = run
                    file.write(json.dumps(asdict(run)) + "\n")
                    file.flush()
                    done += 1
                    if progress is not None:
                        progress(done, len(asked))
        return [self._known[pair] for pair in asked]


@contextmanager
def _one_thread_each() -> Iterator[None]:
    """Let processes that start inside the block compute with one thread: they are as many as there are processors."""
    before = {name: os.environ.get(name) for name in THREADS}
    os.environ.update(dict.fromkeys(THREADS, "1"))
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def moment_matrix(runs: Sequence[PastRun]) -> Floats:
    """Moments of several runs, shape (runs, moments)."""
    return np.array([run.moments() for run in runs])
