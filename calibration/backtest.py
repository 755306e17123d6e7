"""The city's plan of 2016-2020 as a backtest: from the stocks of end-2015, with constants solved on 2016, to 2020."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from calibration.earlier_years import earlier_levels, earlier_year, stem_and_lag
from calibration.origins import rolling_origins
from calibration.past_runs import PastRuns
from scenarios.baseline import observations
from sim.base_year.base_year import FIRST_BASE_YEAR

if TYPE_CHECKING:
    import pandas as pd


def backtest(
    store: PastRuns,
    runs: int,
    workers: int,
    scale: float = 1.0,
    progress: Callable[[int, int], None] | None = None,
) -> "pd.DataFrame":
    """The years 2017 to 2020 as simulated, one row a kind, indicator and year; see `rolling_origins`.

    Constants are solved on 2016, so that year is not a forecast and is not scored.
    """
    return rolling_origins(store, runs, workers, scale, progress, origins=(FIRST_BASE_YEAR,))


def starting_state() -> "pd.DataFrame":
    """Starting observations of the backtest, one row each.

    Columns: observation (its id in the baseline of 2020), year of the observation, value, unit, how ("known",
    "between known years", or "as in 2020" if no earlier figure is available), status, confidence (0 to 5), source.
    Stocks of end-2015 are those whose id ends in _2019. Total turnover is left out: it follows from its venues.
    """
    import pandas as pd

    restated = earlier_year(FIRST_BASE_YEAR).restated
    earlier = {(row.series, row.year): row for row in earlier_levels()}
    rows = []
    for id, observation in observations().items():
        if id == "turnover_total":
            continue
        stem, lag = stem_and_lag(id)
        year = FIRST_BASE_YEAR - lag
        known = earlier.get((stem, year))
        if known is not None:
            how, status, confidence, source = "known", known.status, known.confidence, known.source
        elif id == "star_listed_2019":
            how, status, confidence, source = "known", "observed", 5, "STAR opened in July 2019"
        elif id in restated:
            how, status, confidence, source = "between known years", "estimated", 1, f"ln-linear in {stem}"
        else:
            how, status, confidence, source = "as in 2020", "judgement", 0, "nothing earlier at hand"
        rows.append(
            {
                "observation": id,
                "year": year,
                "value": restated.get(id, observation.value),
                "unit": observation.unit,
                "how": how,
                "status": status,
                "confidence": confidence,
                "source": source,
            }
        )
    return pd.DataFrame(rows)
