"""What the indicators are meant to measure, against the accounts they come from."""

import numpy as np
import pytest

import sim
from scenarios import load
from sim.accounting.securities import COUNTED, SecurityClass
from sim.closing.companions import COMPANIONS
from sim.closing.indicators import PLAN_INDICATORS


@pytest.fixture(scope="module")
def result():
    base = load("plan")
    return sim.run(type(base)(**{**base.plain(), "end": "2022-12", "scale": 0.05}), seed=5)


def test_every_indicator_has_a_companion_that_is_recorded(result):
    assert set(PLAN_INDICATORS) == set(COMPANIONS)
    table = result.companions()
    assert list(table.index) == list(COMPANIONS)
    assert np.isfinite(table[["value_2020", "value_2025"]].to_numpy()).all()
    assert table.loc["turnover_total", "indicator_growth"] == pytest.approx(
        result.annual()["turnover_total"].loc[2022] / result.annual()["turnover_total"].loc[2020] - 1.0
    )


def test_trading_without_repo_and_repo_make_the_total(result):
    months = result.indicators
    repo = months["turnover_interbank_money"] + months["turnover_sse_repo_bonds_funds"]
    assert np.allclose(months["trading_without_repo"] + repo, months["turnover_total"], rtol=1e-12)


def test_net_financing_is_the_growth_of_what_is_outstanding_and_equity(result):
    centre = result.centre_at("2021-05")
    before = centre.book.outstanding_bn[COUNTED].sum()
    centre.step()
    grown = centre.book.outstanding_bn[COUNTED].sum() - before
    record = centre.records[-1]
    equity = record["equity_financing"] * 1000.0 + record["reit_issuance"]
    assert record["direct_financing_net"] * 1000.0 == pytest.approx(grown + equity, rel=1e-9)
    assert record["panda_outstanding"] == centre.book.outstanding_bn[SecurityClass.PANDA]


def test_net_financing_stays_below_gross(result):
    annual = result.annual()
    assert (annual["direct_financing_net"] < annual["direct_financing_national"]).all()


def test_what_other_exchanges_sell_is_what_the_share_of_the_country_lacks(result):
    december = result.indicators.loc["2022-12"].iloc[-1]
    annual = result.annual().loc[2022]
    elsewhere = annual["direct_financing_national"] - annual["direct_financing"]
    on_exchanges = elsewhere / (1.0 - december["exchange_financing_share"])
    assert 0.3 < december["exchange_financing_share"] < december["direct_financing_share"]
    assert annual["equity_financing"] < on_exchanges < annual["direct_financing_national"]


def test_equal_weights_start_where_the_index_does(result):
    assert result.indicators["price_influence_equal_weights"].loc["2020-12-31"] == pytest.approx(100.0, abs=1e-6)
