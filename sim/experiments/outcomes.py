"""Outcome of one run in a batch: its indicators as an array, or the reason it failed."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from time import perf_counter
from typing import TYPE_CHECKING

import numpy as np

from agents.arrays import Floats
from sim.experiments.requests import RunRequest
from sim.provenance.kernels import kernels
from sim.provenance.model_digest import model_digest

if TYPE_CHECKING:
    import pandas as pd

    from sim.runs.result import Result

ANOTHER_MODEL = (
    "this process has loaded the model {here}, and the run is of the model {asked}: install the same version on every "
    "machine, and start anew after a change of its files"
)


@dataclass
class RunOutcome:
    """A run that is done or failed."""

    request: RunRequest
    status: str
    """`done` or `failed`."""
    seconds: float
    indicators: tuple[str, ...] = ()
    first_month: int = 0
    values: Floats = field(default_factory=lambda: np.zeros((0, 0)))
    """Indicators by month, shape (months, indicators)."""
    kind: str = ""
    """Simulation or conditional replay."""
    error: str = ""
    kernels: str = ""
    """Kernels of the processor that computed it, see `sim.provenance.kernels`."""
    altered: tuple[str, ...] = ()
    """Altered parts of the model in the process that computed it, see `sim.provenance.loaded_code`."""

    @property
    def indicators_hash(self) -> str:
        """Digest of its values, to the bit; empty for a run that failed."""
        return indicators_hash(self.indicators, self.first_month, self.values) if self.status == "done" else ""

    @property
    def key(self) -> str:
        """Address of the run."""
        return self.request.key

    def frame(self) -> "pd.DataFrame":
        """Indicators by month as a table."""
        import pandas as pd

        return pd.DataFrame(
            self.values, columns=list(self.indicators), index=month_index(self.first_month, len(self.values))
        )


def indicators_hash(columns: Sequence[str], first_month: int, values: Floats) -> str:
    """Digest of the indicators of a run: their names, the first month and every bit of the values, 32 hex digits."""
    head = json.dumps([list(columns), first_month, list(values.shape)]).encode()
    digest = hashlib.blake2b(head, digest_size=16)
    digest.update(np.ascontiguousarray(values, dtype="<f8").tobytes())
    return digest.hexdigest()


def month_index(first_month: int, months: int) -> "pd.DatetimeIndex":
    """Month-ends from a month ordinal on."""
    import pandas as pd

    from scenarios.calendar import month_text

    ends = pd.period_range(month_text(first_month), periods=months, freq="M").to_timestamp(how="end").normalize()
    return pd.DatetimeIndex(ends, name="month")


def executed(request: RunRequest) -> RunOutcome:
    """Run a request; a failure becomes an outcome and does not stop other runs."""
    began = perf_counter()
    if request.model != model_digest():
        return failed(request, ANOTHER_MODEL.format(asked=request.model, here=model_digest()))
    try:
        result = request.execute()
    except Exception as error:  # whatever a run raises is recorded with the run
        return RunOutcome(request, "failed", perf_counter() - began, error=_told(error))
    return outcome_of(request, result, perf_counter() - began)


def executed_together(requests: Sequence[RunRequest]) -> list[RunOutcome]:
    """Run requests that share their past, simulating it once; where that fails, one by one."""
    from sim.runs.shared_past import run_sharing_past

    first = requests[0]
    assert first.fork_month is not None
    began = perf_counter()
    try:
        if first.model != model_digest():
            raise ValueError(first.model)
        results = run_sharing_past(
            [request.scenario for request in requests],
            first.fork_month,
            seed=first.seed,
            parameters=first.parameters,
            interactions_off=first.interactions_off,
            base_year=first.base_year,
        )
        outcomes = []
        for request, result in zip(requests, results, strict=True):
            outcomes.append(outcome_of(request, request.dated(result), perf_counter() - began))
            began = perf_counter()
    except Exception:  # whose run it was is found by running each by itself
        return [executed(request) for request in requests]
    return outcomes


def outcome_of(request: RunRequest, result: "Result", seconds: float) -> RunOutcome:
    """Outcome of a run that ended well."""
    from scenarios.calendar import month_ordinal

    first = month_ordinal(f"{result.indicators.index[0]:%Y-%m}")
    return RunOutcome(
        request,
        "done",
        seconds,
        tuple(result.indicators.columns),
        first,
        result.indicators.to_numpy(dtype=np.float64),
        str(result.provenance["kind"]),
        kernels=kernels(),
        altered=tuple(result.provenance["altered"]),
    )


def _told(error: Exception) -> str:
    """Kind, message and place of an error, in one line."""
    import traceback

    frames = traceback.extract_tb(error.__traceback__)
    place = f" ({frames[-1].filename.rsplit('/', 1)[-1]}:{frames[-1].lineno})" if frames else ""
    return f"{type(error).__name__}: {' '.join(str(error).split())}{place}"


def of_the_installed_model(outcome: RunOutcome) -> RunOutcome:
    """An outcome of another process, or a failure where that process had not loaded the model as it is installed."""
    if not outcome.altered:
        return outcome
    return failed(outcome.request, f"the model that ran is not the installed one: {', '.join(outcome.altered)}")


def failed(request: RunRequest, error: str) -> RunOutcome:
    """Outcome of a run whose process died."""
    return RunOutcome(request, "failed", 0.0, error=error)
