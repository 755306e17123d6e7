"""Institutions borrow repo: the whole model."""

import numpy as np
import pytest

from agents.institutions import Sector
from scenarios.loader import load
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


@pytest.mark.slow
def test_a_wave_of_defaults_lowers_the_capital_of_lenders_unless_nobody_bears_it(centre):
    wave = load("committed").with_shocks([{"name": "default_rate", "from": "2021-01", "to": "2021-12", "size": 10.0}])
    for off, hit in (((), True), (("credit_losses",), False)):
        ratios = []
        for scenario in ("committed", wave):
            model = centre(scenario, rng=3, interactions_off=off)
            model.run_for(12)
            lends = model.institutions["sector"] == Sector.BANK
            ratios.append(model.institutions["equity_bn"][lends].sum() / model.institutions["assets_bn"][lends].sum())
        # Prices that answer to the wave move equity a little even where losses hit nobody.
        assert (ratios[1] / ratios[0] - 1.0 < -0.002) == hit


def test_leverage_of_brokers_and_funds_rises_and_falls_with_their_balance_sheets(centre):
    """Adrian and Shin (2010): equity does not follow at once, so leverage is procyclical."""
    model = centre("plan", rng=2)
    growth, leverage = [], []
    for _ in range(24):
        before = {name: model.institutions[name].copy() for name in ("assets_bn", "equity_bn")}
        ids = model.institutions.unique_ids.copy()
        model.step()
        rows = model.institutions.rows_of(ids)
        stays = (rows >= 0) & np.isin(model.institutions["sector"][rows], (Sector.BROKER, Sector.FUND))
        now = {name: model.institutions[name][rows][stays].sum() for name in before}
        was = {name: values[stays].sum() for name, values in before.items()}
        growth.append(np.log(now["assets_bn"] / was["assets_bn"]))
        leverage.append(growth[-1] - np.log(now["equity_bn"] / was["equity_bn"]))
    assert np.std(leverage) > 0.002
    assert np.corrcoef(growth, leverage)[0, 1] > 0.3
