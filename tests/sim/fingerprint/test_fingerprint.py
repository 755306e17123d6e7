"""The model gives the results that are kept; a change that moves them says so by renewing the file."""

import numpy as np
import pandas as pd
import pytest

from tests.sim.fingerprint.cases import CASES, KEPT, SEEDS


@pytest.fixture(scope="module")
def kept():
    return pd.read_csv(KEPT).set_index(["case", "seed"])


def test_every_case_and_seed_is_kept(kept):
    assert sorted(kept.index) == sorted((case, seed) for case in CASES for seed in SEEDS)
    assert kept["bits"].is_unique


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("seed", SEEDS)
def test_the_last_month_is_as_it_was(kept, case, seed):
    table = CASES[case](seed).indicators
    before = kept.loc[(case, seed)].drop("bits").dropna()
    assert sorted(table.columns) == sorted(kept.columns.drop("bits"))
    np.testing.assert_allclose(table.iloc[-1][before.index].to_numpy(), before.to_numpy(dtype=float), rtol=1e-9)
