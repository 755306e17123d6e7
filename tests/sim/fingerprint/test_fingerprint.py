"""The model gives the results that are kept; a change that moves them says so by renewing the file."""

import numpy as np
import pandas as pd
import pytest

from sim.provenance.kernels import kernels
from tests.sim.fingerprint.cases import CASES, KEPT, SEEDS, bits


@pytest.fixture(scope="module")
def kept():
    return pd.read_csv(KEPT).set_index(["case", "seed"])


def test_every_case_and_seed_is_kept(kept):
    assert sorted(kept.index) == sorted((case, seed) for case in CASES for seed in SEEDS)
    assert kept["bits"].is_unique


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("seed", SEEDS)
def test_the_results_are_as_they_were(kept, case, seed):
    """To the bit on the same processor kernels; on others the last month agrees to nine digits."""
    table = CASES[case](seed).indicators
    before = kept.loc[(case, seed)]
    values = before.drop(["bits", "kernels"]).dropna()
    assert sorted(table.columns) == sorted(kept.columns.drop(["bits", "kernels"]))
    np.testing.assert_allclose(table.iloc[-1][values.index].to_numpy(), values.to_numpy(dtype=float), rtol=1e-9)
    if before["kernels"] == kernels():
        assert bits(table) == before["bits"]
