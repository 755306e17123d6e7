"""Weights go live in steps; funds trade most of a step in its month and the rest around it."""

import numpy as np
import pytest

from agents.foreign_investors import IndexFamily
from scenarios.calendar import BASELINE, month_ordinal
from scenarios.parameters import ParameterSet
from sim.base_year.base_year import YEAR_2020
from sim.bond_market.index_weights import MONTHS_AROUND, live_index_weights, tracked_index_weights

CENTRAL = ParameterSet.prior_2020().central()
NOT_LIVE = [0.0] * (MONTHS_AROUND + 1)


def test_at_once_means_that_funds_have_traded_what_is_live():
    at_once = CENTRAL.replace(share_at_implementation=1.0)
    for month in range(month_ordinal("2019-01"), month_ordinal("2021-06")):
        np.testing.assert_allclose(
            tracked_index_weights(at_once, YEAR_2020, month, NOT_LIVE),
            live_index_weights(at_once, YEAR_2020, month, 0.0),
            atol=1e-15,
        )


def test_dated_phase_ins_are_traded_from_three_months_before_the_first_step_to_three_after_the_last():
    family = IndexFamily.EMERGING_MARKETS

    def tracked(month):
        return tracked_index_weights(CENTRAL, YEAR_2020, month_ordinal(month), NOT_LIVE)[family]

    share = CENTRAL.share_at_implementation
    step = CENTRAL.gbi_em_china_weight / 10
    assert tracked("2019-10") == 0.0
    assert tracked("2019-11") == pytest.approx(step * (1 - share) / 6)
    # In its month the first step is half ahead, three others are begun.
    assert tracked("2020-02") == pytest.approx(step * (share + (1 - share) / 6 * (3 + 3 + 2 + 1)))
    assert tracked("2021-01") < CENTRAL.gbi_em_china_weight
    assert tracked("2021-02") == pytest.approx(CENTRAL.gbi_em_china_weight)


def test_no_fund_trades_ahead_of_a_policy_that_nobody_knows_yet():
    family, month, full = IndexFamily.WORLD_GOVERNMENT, BASELINE + 12, CENTRAL.wgbi_china_weight
    share = CENTRAL.share_at_implementation
    path = [0.0] * MONTHS_AROUND + [1.0] * (MONTHS_AROUND + 2)
    tracked = [
        tracked_index_weights(CENTRAL, YEAR_2020, month, path[at - MONTHS_AROUND : at + 1][::-1])[family]
        for at in range(MONTHS_AROUND, len(path))
    ]
    around = (1 - share) / 6
    np.testing.assert_allclose(
        tracked, full * np.array([share + 3 * around, share + 4 * around, share + 5 * around, 1.0, 1.0])
    )


def test_what_is_tracked_lies_between_nothing_and_the_full_weight():
    for month in range(month_ordinal("2018-12"), month_ordinal("2021-12")):
        tracked = tracked_index_weights(CENTRAL, YEAR_2020, month, NOT_LIVE)
        assert (tracked >= 0.0).all()
        assert (tracked <= live_index_weights(CENTRAL, YEAR_2020, BASELINE, 1.0) + 1e-15).all()
