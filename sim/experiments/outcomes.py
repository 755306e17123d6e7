"""What a run of many leaves: indicators as one array, or why it failed."""

from dataclasses import dataclass, field
from time import perf_counter
from typing import TYPE_CHECKING

import numpy as np

from agents.arrays import Floats
from sim.experiments.requests import RunRequest

if TYPE_CHECKING:
    import pandas as pd


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


def month_index(first_month: int, months: int) -> "pd.DatetimeIndex":
    """Month-ends from a month ordinal on."""
    import pandas as pd

    from scenarios.calendar import month_text

    ends = pd.period_range(month_text(first_month), periods=months, freq="M").to_timestamp(how="end").normalize()
    return pd.DatetimeIndex(ends, name="month")


def executed(request: RunRequest) -> RunOutcome:
    """Run a request; a failure becomes an outcome, so that it stops nobody else."""
    from scenarios.calendar import month_ordinal

    began = perf_counter()
    try:
        result = request.execute()
    except Exception as error:  # whatever a run raises is recorded with the run
        return RunOutcome(request, "failed", perf_counter() - began, error=_told(error))
    first = month_ordinal(f"{result.indicators.index[0]:%Y-%m}")
    return RunOutcome(
        request,
        "done",
        perf_counter() - began,
        tuple(result.indicators.columns),
        first,
        result.indicators.to_numpy(dtype=np.float64),
        str(result.provenance["kind"]),
    )


def _told(error: Exception) -> str:
    """Kind, message and place of an error, in one line."""
    import traceback

    frames = traceback.extract_tb(error.__traceback__)
    place = f" ({frames[-1].filename.rsplit('/', 1)[-1]}:{frames[-1].lineno})" if frames else ""
    return f"{type(error).__name__}: {' '.join(str(error).split())}{place}"


def failed(request: RunRequest, error: str) -> RunOutcome:
    """Outcome of a run whose process died."""
    return RunOutcome(request, "failed", 0.0, error=error)
