"""Institutions borrow repo: the whole model."""

import numpy as np
import pytest

from agents.institutions import Sector
from sim.banking.leverage import borrowers, repo_outstanding_bn


def test_repo_outstanding_of_2020_is_met_and_borrowers_are_who_they_should_be(centre):
    model = centre("plan")
    assert repo_outstanding_bn(model.institutions, model.book)[0] == pytest.approx(
        1000.0 * model.parameters.repo_outstanding, rel=0.01
    )
    sector = model.institutions["sector"][borrowers(model.institutions)]
    assert set(sector.tolist()) == {
        Sector.BANK,
        Sector.WEALTH_MANAGEMENT,
        Sector.BROKER,
        Sector.FUND,
        Sector.PRIVATE_FUND,
    }
    banks = model.institutions["sector"] == Sector.BANK
    lends = banks & (model.institutions["normal_leverage"] == 0.0)
    assert lends.sum() == pytest.approx(0.15 * banks.sum(), rel=0.15)
    assert model.institutions["assets_bn"][lends].mean() > 5.0 * model.institutions["assets_bn"][banks & ~lends].mean()


def test_institutions_differ_and_newcomers_borrow_from_their_first_month(centre):
    model = centre("plan", rng=2)
    leverage = model.institutions["leverage"][borrowers(model.institutions)]
    assert 0.3 < np.log(leverage).std() < 0.6
    model.run_for(12)
    rows = borrowers(model.institutions)
    new = rows[model.institutions["birth_month"][rows] > model.month - 12]
    assert len(new) > 5
    assert (model.institutions["repo_borrowed_bn"][new] > 0.0).all()
