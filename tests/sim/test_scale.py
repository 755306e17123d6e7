"""The number of issuers decides how noisy results are, not what is expected of them."""

import numpy as np
import pandas as pd
import pytest

from agents.arrays import sum_of_products
from agents.issuers import Instrument, IssuerClass, Issuers
from agents.population import PopulationModel
from scenarios.loader import load
from scenarios.parameters import ParameterSet
from scenarios.schema import Scenario
from sim.base_year.base_year import YEAR_2020
from sim.base_year.first_agents import joined_shares, pareto_shares, spread_evenly
from sim.closing.indicators import COLUMNS
from sim.experiments.pool import mapped
from sim.experiments.requests import RunRequest
from sim.opening.beginning import states_at_the_beginning
from sim.solved_constants import Solution
from sim.solving.solve import first_guess
from sim.world.policy import Channels

SCALES = (0.1, 0.3, 1.0, 3.0)
PARAMETERS = ParameterSet.posterior_2020().central()


def beginning(scale):
    """States at end-2019 of a model of this size."""
    guess = Solution(first_guess(PARAMETERS, YEAR_2020))
    return states_at_the_beginning(PopulationModel(rng=1), PARAMETERS, guess, scale, (), YEAR_2020)


@pytest.fixture(scope="module")
def beginnings():
    return {scale: beginning(scale) for scale in SCALES}


def test_as_many_sponsors_have_assets_that_qualify_at_every_scale(beginnings):
    counts = []
    for on in beginnings.values():
        issuers, threshold = on[Issuers], on[Channels].baseline("reits_eligible_assets")
        sponsors = issuers["issuer_class"] == IssuerClass.INFRASTRUCTURE
        counts.append(int((issuers["asset_rank"][sponsors] < threshold).sum()))
    assert set(counts) == {9}


def test_as_many_emitters_are_covered_at_every_scale(beginnings):
    counts = [(on[Issuers]["emissions"] > 0.0).sum() for on in beginnings.values()]
    assert max(counts) < 1.3 * min(counts)


def test_large_firms_hold_the_same_part_of_loans_at_every_scale(beginnings):
    means = []
    for on in beginnings.values():
        issuers = on[Issuers]
        small = issuers["issuer_class"] == IssuerClass.MSME
        loans = issuers["debt_bn"][Instrument.LOAN][small]
        spread = np.array(PARAMETERS.loan_spread)[issuers["rating"][small]]
        means.append(sum_of_products(loans, spread) / loans.sum())
    np.testing.assert_allclose(means, means[2], rtol=0.01)


def test_no_agent_stands_for_less_than_a_firm(beginnings):
    for on in beginnings.values():
        assert on[Issuers]["firms"].min() >= 1.0


def test_agents_of_a_smaller_model_stand_for_whole_ones_of_a_larger():
    full = pareto_shares(300, 1.06, 0.02)
    np.testing.assert_allclose(joined_shares(full, 30), full.reshape(30, 10).sum(axis=1))
    np.testing.assert_allclose(joined_shares(full, 900), np.repeat(full / 3.0, 3))
    assert joined_shares(full, 300) is full


def test_neighbours_by_size_have_one_number_from_each_part_of_the_range():
    draw = np.random.default_rng(3)
    order = draw.permutation(95)
    spread = spread_evenly(draw.random(95), draw.random(95), order, neighbours=10)
    for start in range(0, 90, 10):
        assert sorted((10.0 * spread[order[start : start + 10]]).astype(int)) == list(range(10))
    assert sorted((5.0 * spread[order[90:]]).astype(int)) == list(range(5))


PASTS = {0.1: 3, 0.3: 3, 1.0: 3, 3.0: 1}
"""Different pasts at each scale: who starts with what is drawn there, once for all runs of a parameter set."""
FUTURES = 2
YEARS = (2021, 2022)
SHORT = {name: value for name, value in load("plan").plain().items() if name != "scale"} | {"end": "2022-12"}
FLOOR = 0.01
"""Relative differences that are too small to matter, whatever the noise."""
STANDARD_ERRORS = 5.0
"""Wide, since more than seven hundred differences are compared and their spread is estimated from six pairs."""


def readings(request: RunRequest) -> pd.Series:
    """Indicators of two years of one run."""
    return request.execute().annual().loc[list(YEARS)].stack()


@pytest.mark.slow
def test_every_indicator_is_expected_to_be_the_same_at_every_scale():
    """The same pasts and futures at each scale: what does not depend on issuers is the same, the rest is compared."""
    runs = [
        (scale, past, FUTURES * past + future)
        for scale, pasts in PASTS.items()
        for past in range(pasts)
        for future in range(FUTURES)
    ]
    requests = [
        RunRequest(Scenario(**SHORT, scale=scale), seed, PARAMETERS.replace(history_luck=float(past)))
        for scale, past, seed in runs
    ]
    table = pd.DataFrame(mapped(readings, requests, 2), index=pd.MultiIndex.from_tuples(runs))
    assert set(table.columns.get_level_values(1)) == set(COLUMNS)
    by_past = table.groupby(level=[0, 1]).mean()
    full = by_past.loc[1.0]
    gaps = {scale: by_past.loc[scale] - full.loc[: pasts - 1] for scale, pasts in PASTS.items() if scale != 1.0}
    spread = np.sqrt((gaps[0.1].var() + gaps[0.3].var()) / 2.0)  # smaller models are noisier than the large one
    missed = {}
    for scale, gap in gaps.items():
        allowed = STANDARD_ERRORS * spread / np.sqrt(len(gap)) + FLOOR * full.mean().abs()
        for name in table.columns[gap.mean().abs() > allowed]:
            missed[scale, *name] = (full.mean()[name], gap.mean()[name], spread[name])
    assert not missed
