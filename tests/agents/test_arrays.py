"""Names for array types, and what is asked of codes."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from agents.arrays import one_of


@given(st.lists(st.integers(-1, 12), max_size=30), st.lists(st.integers(-1, 12), max_size=4))
def test_one_of_is_membership(codes, members):
    found = one_of(np.array(codes, dtype=np.int8), members)
    assert found.tolist() == [code in members for code in codes]
