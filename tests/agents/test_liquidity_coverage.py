"""Liquidity coverage of banks, by hand."""

import numpy as np
import pytest

from agents.liquidity_coverage import liquid_assets_bn, liquidity_coverage, net_outflow_bn


def test_pledged_bonds_are_not_liquid():
    liquid = liquid_assets_bn(np.array([100.0, 100.0, 10.0]), np.array([0.0, 57.0, 19.0]), 0.05, 0.9)
    assert liquid == pytest.approx([90.0, 0.9 * 40.0, 0.0])


def test_claims_on_banks_cover_at_most_three_quarters_of_what_flows_out():
    net = net_outflow_bn(np.array([100.0, 100.0]), np.array([10.0, 10.0]), np.array([8.0, 90.0]), 0.2)
    assert net == pytest.approx([30.0 - 8.0, 30.0 * 0.25])


def test_coverage_is_of_all_banks_together_and_infinite_where_nothing_flows_out():
    assert liquidity_coverage(np.array([90.0, 30.0]), np.array([60.0, 20.0])) == pytest.approx(1.5)
    assert liquidity_coverage(np.array([90.0]), np.array([0.0])) == np.inf


def test_a_faster_run_more_repo_and_fewer_bonds_lower_coverage():
    bonds, repo, other = np.array([50.0, 30.0]), np.array([5.0, 0.0]), np.array([200.0, 100.0])
    borrowed, lent = np.array([20.0, 10.0]), np.array([10.0, 20.0])

    def coverage(bonds=bonds, repo=repo, runoff=0.17):
        liquid = liquid_assets_bn(bonds, repo, 0.05, 0.9)
        return liquidity_coverage(liquid, net_outflow_bn(other, borrowed, lent, runoff))

    usual = coverage()
    assert coverage(runoff=0.3) < usual and coverage(repo=repo + 5.0) < usual and coverage(bonds=0.9 * bonds) < usual
