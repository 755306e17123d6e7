"""Capital shortfall in a crisis, by hand."""

import numpy as np
import pytest

from agents.capital_shortfall import capital_shortfall_bn, long_run_loss


def test_shortfall_is_required_capital_less_what_a_crisis_leaves():
    lacking = capital_shortfall_bn(np.array([100.0, 100.0]), np.array([10.0, 30.0]), 0.08, 0.5)
    # 0.08 * 100 - 0.92 * 10 * 0.5; the second has 0.92 * 30 * 0.5 = 13.8, more than the 8 required
    assert lacking == pytest.approx([3.4, 0.0])


def test_an_institution_loses_in_a_crisis_as_the_market_where_its_beta_is_one():
    assert long_run_loss(0.4, 1.0) == pytest.approx(0.4)
    assert long_run_loss(0.4, 2.0) == pytest.approx(1.0 - 0.6**2)
    assert long_run_loss(0.4, 0.0) == 0.0


def test_more_debt_less_equity_and_a_deeper_crisis_never_lower_the_shortfall():
    rng = np.random.default_rng(1)
    debt, equity = rng.uniform(0.0, 100.0, 50), rng.uniform(-5.0, 20.0, 50)
    before = capital_shortfall_bn(debt, equity, 0.08, 0.4)
    assert (before >= 0.0).all() and (before > 0.0).any()
    assert (capital_shortfall_bn(1.1 * debt, equity, 0.08, 0.4) >= before).all()
    assert (capital_shortfall_bn(debt, equity - 1.0, 0.08, 0.4) >= before).all()
    solid = equity > 0.0
    assert (capital_shortfall_bn(debt, equity, 0.08, 0.5) >= before)[solid].all()
    order = rng.permutation(50)
    assert capital_shortfall_bn(debt[order], equity[order], 0.08, 0.4) == pytest.approx(before[order])
