"""Direct financing fell by a fifth in 2017, when financing conditions tightened: a replay has to hold that possible."""

import numpy as np
import pytest

from calibration.earlier_years import earlier_year, excess_of_direct_financing, level, parameters_of, past_scenario
from calibration.past_runs import parameters_at
from scenarios.parameters import ParameterSet
from sim.experiments.pool import mapped
from sim.experiments.requests import RunRequest

RUNS = 30
SCALE = 0.05


def fall(request: RunRequest) -> float:
    """Log growth of direct financing from 2016 to 2017 in one run."""
    table = request.execute().annual()["direct_financing"]
    return float(np.log(table[2017] / table[2016]))


@pytest.mark.slow
def test_the_fall_of_2017_lies_in_the_central_four_fifths_of_a_replay_from_2016():
    replay = past_scenario(2016, scale=SCALE)
    requests = [
        RunRequest(replay, seed, parameters_of(parameters_at((), seed), 2016), base_year=earlier_year(2016))
        for seed in range(RUNS)
    ]
    growth = mapped(fall, requests, 2)
    low, high = np.quantile(growth, [0.1, 0.9])
    observed = np.log(level("direct_financing", 2017) / level("direct_financing", 2016))
    assert low < observed < high
    assert np.std(growth) > 0.12


def test_an_earlier_base_year_has_the_excess_that_was_known_then():
    ratios = np.log([0.134, 0.127, 0.091, 0.104, 0.129])
    assert excess_of_direct_financing(2016) == pytest.approx(ratios[1] - ratios[:2].mean(), abs=0.02)
    assert excess_of_direct_financing(2017) < -0.15 < excess_of_direct_financing(2016) < 0.0
    central = ParameterSet.prior_2020().central()
    shifted = central.replace(market_appetite_2020=central.market_appetite_2020 + 0.2)
    known = [parameters_of(each, 2018).market_appetite_2020 for each in (central, shifted)]
    assert known[1] - known[0] == pytest.approx(0.2)
    assert parameters_of(central, 2017).nominal_growth_2020 == pytest.approx(11.5, abs=0.1)
