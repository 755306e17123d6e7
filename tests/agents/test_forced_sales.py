"""Rules of forced sales and the volatility that answers to them, against values by hand."""

import numpy as np
import pytest

from agents.forced_sales import next_volatility_gap, sales_pressure, sold_bn


def test_what_a_cut_makes_institutions_sell_and_a_higher_limit_makes_nobody_sell():
    np.testing.assert_allclose(sold_bn(np.array([100.0, 100.0, 50.0]), np.log([0.9, 1.2, 1.0])), [10.0, 0.0, 0.0])


def test_pressure_is_sales_over_turnover():
    assert sales_pressure(0.01, 100000.0, 20000.0) == pytest.approx(0.05)


def test_usual_sales_leave_volatility_alone_and_others_fade_as_volatility_does():
    assert next_volatility_gap(0.0, 0.66, 2.0, 0.0) == 0.0
    gap = next_volatility_gap(0.0, 0.66, 2.0, 0.1)
    assert gap == pytest.approx(0.2)
    assert next_volatility_gap(gap, 0.66, 2.0, 0.0) == pytest.approx(0.132)
