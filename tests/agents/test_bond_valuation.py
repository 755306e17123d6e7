"""Market value of bonds in the currency of their foreign holder, and what moves it."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.bond_valuation import ValueChange, price_after, value_change

PRICES, RATES = st.floats(0.5, 1.5), st.floats(5.0, 8.0)


@given(st.floats(10.0, 5000.0), st.floats(-5.0, 500.0), st.floats(0.0, 5.0), PRICES, PRICES, RATES, RATES)
def test_a_value_changes_by_what_is_bought_and_written_off_by_prices_and_by_the_currency(
    face, bought, lost, before, after, rate_before, rate_after
):
    parts = value_change(face, bought, lost, (before, after), (rate_before, rate_after))
    closing = (face + bought - lost) * after / rate_after
    assert parts.total_usd_bn == pytest.approx(closing - face * before / rate_before, abs=1e-9)


def test_a_fall_of_the_yuan_or_of_prices_alone_is_no_purchase():
    assert value_change(700.0, 0.0, 0.0, (1.0, 1.0), (7.0, 8.0)) == ValueChange(0.0, 0.0, 0.0, pytest.approx(-12.5))
    assert value_change(700.0, 0.0, 0.0, (1.0, 0.9), (7.0, 7.0)) == ValueChange(0.0, 0.0, pytest.approx(-10.0), 0.0)


def test_prices_fall_by_the_duration_when_yields_rise_and_return_with_them():
    fallen = price_after(1.0, 1.0, 5.5)
    assert fallen == pytest.approx(np.exp(-0.055))
    assert price_after(fallen, -1.0, 5.5) == pytest.approx(1.0)
