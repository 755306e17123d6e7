"""Who fails first, and along which links, by hand."""

import numpy as np
import pytest

from agents.institutions import Sector
from sim.banking.state import Exposures
from sim.evidence.failure_paths import Snapshot, failure_path

BANK, BROKER = int(Sector.BANK), int(Sector.BROKER)
IDS = np.array([4, 7, 9, 12])
SECTOR = np.array([BANK, BANK, BANK, BROKER])
EQUITY = np.array([30.0, 20.0, 10.0, 5.0])
LOANS = Exposures(np.array([4, 7]), np.array([7, 9]), np.array([6.0, 4.0]))
"""The largest bank has lent 6 to the second, the second 4 to the third."""


def seen(equity=EQUITY, lacking=(0.0, 0.0, 0.0, 0.0), kept=(0, 1, 2, 3), failures=0):
    rows = list(kept)
    return Snapshot(IDS[rows], SECTOR[rows], np.array(equity)[rows], np.array(lacking)[rows], LOANS, failures)


def test_without_a_difference_nobody_fails_and_nothing_is_lost():
    found = failure_path([seen(), seen()], [seen(), seen()], 1.0)
    assert (found.first_sector, found.failed, found.equity_lost_bn, found.lost_on_links_bn) == ("", 0, 0.0, 0.0)
    assert np.isnan(found.first_month) and found.links == ()


def test_the_first_to_lack_capital_is_named_and_losses_run_along_the_claims():
    hit = seen(EQUITY - [0.0, 0.0, 5.0, 1.0], lacking=(0.0, 0.0, 2.0, 0.5))
    found = failure_path([seen()] * 3, [seen(), seen(EQUITY - [0.0, 0.0, 1.0, 1.0], (0.0, 0.0, 0.0, 0.5)), hit], 1.0)
    assert (found.first_sector, found.first_rank, found.first_month) == ("broker", 1.0, 2.0)
    assert found.failed == 2 and found.equity_lost_bn == pytest.approx(6.0)
    # Half of the third bank's equity is gone: 4 * 1/2 to the second, 6 * (2/20) of it to the first.
    assert [(link.lender, link.borrower) for link in found.links] == [(2, 3), (1, 2)]
    assert [link.lost_bn for link in found.links] == pytest.approx([2.0, 0.6])
    assert found.lost_on_links_bn == pytest.approx(2.6)


def test_whoever_lacked_capital_before_the_stress_does_not_count():
    usual = seen(lacking=(0.0, 1.0, 0.0, 0.0))
    assert failure_path([usual], [seen(lacking=(0.0, 3.0, 0.0, 0.0))], 1.0).failed == 0


def test_a_bank_that_fails_counts_and_one_that_only_moves_does_not():
    gone = seen(kept=(0, 1, 3), failures=1)
    found = failure_path([seen(), seen()], [gone, gone], 1.0)
    assert (found.first_sector, found.first_rank, found.first_month, found.failed) == ("bank", 3.0, 1.0, 1)
    assert found.equity_lost_bn == pytest.approx(10.0)
    moved = failure_path([seen()], [seen(kept=(0, 1, 3))], 1.0)
    assert moved.failed == 0 and moved.equity_lost_bn == 0.0


def test_a_broker_that_leaves_after_it_lacked_capital_has_failed():
    lacking = seen(EQUITY - [0.0, 0.0, 0.0, 4.0], (0.0, 0.0, 0.0, 1.0))
    found = failure_path([seen(), seen()], [lacking, seen(kept=(0, 1, 2))], 1.0)
    assert found.failed == 1 and found.equity_lost_bn == pytest.approx(5.0)


def test_newcomers_are_not_compared_as_their_ids_may_name_others():
    later = seen().among(np.array([4, 12]))
    assert (
        later.ids.tolist() == [4, 12] and later.equity.tolist() == [30.0, 5.0] and later.lacking.tolist() == [0.0, 0.0]
    )
    assert later.loans is LOANS
