"""The band of a forecast with the model's discrepancy, around that of the runs alone."""

import numpy as np

from agents.arrays import Floats
from calibration.shipped_discrepancy import shipped_discrepancy
from calibration.widened import DISCREPANCY, forecast_points
from scenarios.whole_years import BASE_YEAR
from sim.experiments.ensemble import Ensemble

ENDS = (0.05, 0.95)


def discrepancy_band(ensemble: Ensemble, scenario: str, indicator: str) -> Floats | None:
    """Ends of the central 90 % by year with the discrepancy, shape (years, 2).

    None where the discrepancy of the indicator is not identified, in a replay, whose drivers are known, because the
    discrepancy was learned from forecasts, and from observations of 2020 of the user's own, because it is of Shanghai.
    """
    known = shipped_discrepancy().of(indicator)
    asked = ensemble.scenarios[scenario]
    if not known.identified or asked.macro == "realised" or asked.plan.baseline:
        return None
    values = ensemble.yearly(scenario, indicator)[ensemble.done(scenario)]
    return np.array(
        [
            np.quantile(
                members if year <= BASE_YEAR else forecast_points(members, indicator, year, DISCREPANCY, known), ENDS
            )
            for year, members in zip(ensemble.years, values.T, strict=True)
        ]
    )
