"""Networks and contagion against numbers that others published."""

import numpy as np
import pytest

from sim import stress

# Anand, Craig and von Peter (2015), page 628: seven banks, of which only the totals are known.
ASSETS = [7.0, 5.0, 3.0, 1.0, 3.0, 0.0, 1.0]
LIABILITIES = [4.0, 5.0, 5.0, 0.0, 0.0, 2.0, 4.0]

# Documentation of the R package NetworkRiskMeasures 0.1 (Cinelli and Silva): three banks; a, b and c.
EXPOSURES = np.array([[0.0, 1.0, 0.0], [10.0, 0.0, 3.0], [3.0, 2.0, 0.0]])
BUFFER = [2.0, 5.0, 2.0]
WEIGHTS = [10.0, 100.0, 30.0]


def test_maximum_entropy_of_seven_banks():
    """As printed in the documentation of NetworkRiskMeasures for the example of Anand and others."""
    printed = [
        [0.00, 2.53, 2.18, 0, 0, 0.74, 1.55],
        [1.72, 0.00, 1.60, 0, 0, 0.54, 1.14],
        [0.98, 1.06, 0.00, 0, 0, 0.31, 0.65],
        [0.25, 0.27, 0.23, 0, 0, 0.08, 0.17],
        [0.75, 0.81, 0.70, 0, 0, 0.24, 0.50],
        [0.00, 0.00, 0.00, 0, 0, 0.00, 0.00],
        [0.30, 0.32, 0.28, 0, 0, 0.09, 0.00],
    ]
    assert np.abs(stress.maximum_entropy(ASSETS, LIABILITIES) - printed).max() < 0.0051


def test_minimum_density_of_seven_banks():
    """The network printed there has nine links; one with seven has the same totals."""
    found = stress.minimum_density(ASSETS, LIABILITIES, rng=1)
    assert np.count_nonzero(found) == 7
    np.testing.assert_allclose(found.sum(axis=1), ASSETS, atol=1e-12)
    np.testing.assert_allclose(found.sum(axis=0), LIABILITIES, atol=1e-12)


@pytest.mark.parametrize(("bank", "printed"), [(0, 0.9285714), (1, 0.25), (2, 0.6642857)])
def test_debtrank_of_2012_for_the_default_of_each_of_three_banks(bank, printed):
    found = stress.debtrank(EXPOSURES, BUFFER, np.eye(3)[bank], WEIGHTS, variant="battiston")
    assert found.index == pytest.approx(printed, abs=5e-8)


def test_debtrank_of_2012_for_a_loss_of_a_tenth_by_all():
    found = stress.debtrank(EXPOSURES, BUFFER, [0.1, 0.1, 0.1], WEIGHTS, variant="battiston")
    np.testing.assert_allclose(found.distress, [0.15, 0.26, 0.30], atol=1e-12)
    assert found.index == pytest.approx(0.1607, abs=5e-5)


@pytest.mark.parametrize(("bank", "printed"), [(0, 2), (1, 1), (2, 0)])
def test_defaults_that_follow_the_default_of_each_of_three_banks(bank, printed):
    found = stress.default_cascade(EXPOSURES, BUFFER, np.eye(3)[bank])
    assert found.failed.sum() - 1 == printed


def test_linear_debtrank_in_the_stable_case_has_the_closed_form():
    """Bardoscia and others (2015): without a default, the distress is the shock through the inverse of 1 - leverage."""
    exposures, equity, shock = 0.1 * EXPOSURES, np.array([4.0, 5.0, 6.0]), np.array([0.05, 0.1, 0.02])
    leverage = exposures / equity[:, None]
    assert max(abs(np.linalg.eigvals(leverage))) < 1.0
    closed_form = np.linalg.solve(np.eye(3) - leverage, shock)
    assert closed_form.max() < 1.0
    np.testing.assert_allclose(stress.debtrank(exposures, equity, shock).distress, closed_form, rtol=1e-9)


def test_clearing_of_three_banks_one_of_which_drags_another_down():
    """Inputs of `default_clearing` in the R package systemicrisk (Gandy and Veraart); solved in fractions.

    Bank 1 owes 5/2 and cannot pay. Bank 2, solvent if all pay, then falls short too, and bank 3 does not:
    p1 = 1/2 + 1/2 + p2/3, p2 = 5/8 + 1/2 + p1/5.
    """
    liabilities = 0.5 * (1.0 - np.eye(3))
    found = stress.clearing_vector(liabilities, [1 / 2, 5 / 8, 3 / 4], [3 / 2, 1 / 2, 1 / 2])
    np.testing.assert_allclose(found.payments, [165 / 112, 159 / 112, 3 / 2], rtol=1e-12)
    assert found.defaulted.tolist() == [True, True, False] and found.rounds == 2
    np.testing.assert_allclose(found.equity, [0.0, 0.0, 1 / 56], atol=1e-12)


def test_clearing_on_a_ring_with_a_common_shock():
    """Balance sheets of three banks on a ring, as in the exercises to Barucca and others (2020), in fractions.

    External assets of 20, 20 and 10 lose a tenth. Bank 1 is left with 18 + 2, less than the 21 that it owes, and so is
    bank 3 with 9 + 3 of 10 owed, which is enough; bank 2 with 18 + 4 x 20/21 of 21 is.
    """
    liabilities = np.array([[0.0, 4.0, 0.0], [0.0, 0.0, 3.0], [2.0, 0.0, 0.0]])
    found = stress.clearing_vector(liabilities, [18.0, 18.0, 9.0], [17.0, 18.0, 8.0])
    assert found.defaulted.tolist() == [True, False, False]
    np.testing.assert_allclose(found.payments, [20.0, 21.0, 10.0], rtol=1e-12)
    np.testing.assert_allclose(found.equity, [0.0, 18.0 + 4.0 * 20.0 / 21.0 - 21.0, 2.0], rtol=1e-9)


def test_a_forced_sale_of_ten_billion_moves_a_price_by_ten_basis_points():
    """The price impact that Greenwood, Landier and Thesmar (2015) take: 10 bp for a sale of EUR 10 bn.

    A bank with assets of 100 and equity of 10 has nine times its equity in debt. It loses 10/9 and sells nine times as
    much, 10, to be as leveraged as before.
    """
    depth = 10.0 / 0.001
    found = stress.fire_sales([[100.0]], [10.0], [1.0 / 90.0], [depth])
    assert found.sold[0] == pytest.approx(10.0)
    assert found.price_fall[0] == pytest.approx(0.001, rel=1e-3)


@pytest.mark.parametrize(("level", "correlation"), [(0.95, 0.6), (0.99, 0.3), (0.95, -0.4)])
def test_delta_covar_of_normal_losses_has_the_closed_form(level, correlation):
    """Adrian and Brunnermeier (2016): z * correlation * standard deviation of the system.

    Losses on a grid of quantiles, so that the sample is the distribution and no draw.
    """
    from scipy.stats import norm

    def losses(many, few):
        own, rest = (norm.ppf((np.arange(count) + 0.5) / count) for count in (many, few))
        own, rest = (each.ravel() for each in np.meshgrid(own, rest))
        return 3.0 * (correlation * own + np.sqrt(1.0 - correlation**2) * rest), 2.0 * own

    z = norm.ppf(level)
    found = stress.delta_covar(*losses(2000, 15), level)
    assert found.slope == pytest.approx(1.5 * correlation, rel=1e-6)
    assert found.delta == pytest.approx(z * correlation * 3.0, rel=0.005)
    found = stress.delta_covar(*losses(15, 2000), level)
    at_the_mean = found.covar - found.slope * found.value_at_risk
    assert at_the_mean == pytest.approx(3.0 * z * np.sqrt(1.0 - correlation**2), rel=0.005)


def test_the_margin_spiral_of_a_small_loss_has_the_closed_form():
    """Brunnermeier and Pedersen (2009), proposition 5: one holder at its margin; price over loss."""
    bonds, margin, depth = 100.0, 0.2, 2000.0
    for slope in (0.0, 0.5, 2.0):
        loss = 1e-3
        found = stress.margin_spiral([bonds], [margin * bonds], [loss], margin, slope, depth)
        assert found.price_fall == pytest.approx(loss / (margin * depth - (1.0 + slope) * bonds), rel=1e-3)


@pytest.mark.parametrize("loss", [1.0, 5.0])
def test_the_margin_spiral_of_a_large_loss_solves_a_quadratic_equation(loss):
    """slope * depth * fall^2 + (margin * depth - (1 + slope) * bonds) * fall = loss, for one holder at its margin."""
    bonds, margin, slope, depth = 100.0, 0.2, 1.5, 2000.0
    found = stress.margin_spiral([bonds], [margin * bonds], [loss], margin, slope, depth)
    a, b = slope * depth, margin * depth - (1.0 + slope) * bonds
    assert found.price_fall == pytest.approx((-b + np.sqrt(b**2 + 4.0 * a * loss)) / (2.0 * a), rel=1e-9)
    assert found.margin == pytest.approx(margin + slope * found.price_fall)


def test_in_a_fragile_market_a_loss_however_small_moves_the_price_far():
    """The denominator of the closed form is negative: 0.2 * 1000 - 3 * 100, and 0.2 * 400 - 100."""
    found = stress.margin_spiral([100.0], [20.0], [1e-6], 0.2, 2.0, 1000.0)
    assert found.price_fall == pytest.approx(100.0 / 2000.0, rel=1e-3)
    found = stress.margin_spiral([100.0], [20.0], [1e-6], 0.2, 0.0, 400.0)
    assert found.bonds[0] == 0.0 and found.price_fall == pytest.approx(0.25)
