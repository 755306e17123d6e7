"""Names for array types, and what is asked of codes and values."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from agents.arrays import median_of, one_of


@given(st.lists(st.integers(-1, 12), max_size=30), st.lists(st.integers(-1, 12), max_size=4))
def test_one_of_is_membership(codes, members):
    found = one_of(np.array(codes, dtype=np.int8), members)
    assert found.tolist() == [code in members for code in codes]


@given(st.lists(st.floats(-1e300, 1e300), min_size=1, max_size=30))
def test_the_median_is_that_of_numpy_to_the_bit(values):
    assert median_of(np.array(values)) == np.median(values)
