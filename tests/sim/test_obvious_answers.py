"""Experiments whose answer nobody doubts, on pairs of runs with the same draws; docs/experiments.md has the numbers."""

import numpy as np
import pytest

import sim
from agents.certificates import BankTier
from scenarios import Scenario
from scenarios.calendar import month_ordinal, month_text
from scenarios.parameters import ParameterSet
from sim.accounting.securities import SecurityClass
from sim.failures.state import BankFailures
from sim.financing.state import Defaults

SEEDS = range(3)
CENTRAL = ParameterSet.prior_2020().central()


def walked(shocks, seed, end, levers=None):
    """A model to the end of a month, with its premia by month from 2021-01, shape (months, classes)."""
    scenario = Scenario(name="asked", policy="plan", scale=0.1, end=end, shocks=shocks, levers=levers or {})
    model = sim.FinancialCenter(scenario, rng=seed)
    premia = []
    while model.month < month_ordinal(end):
        model.step()
        premia.append(model.book.premium_pp.copy())
    return model, np.array(premia)


@pytest.fixture(scope="module")
def usual():
    return [walked([], seed, "2023-12") for seed in SEEDS]


def pairs(usual, shocks):
    """For each seed: indicators without and with the shocks, and the difference of premia."""
    for seed, (plain, premia) in zip(SEEDS, usual, strict=True):
        struck, widened = walked(shocks, seed, "2023-12")
        yield plain.indicators, struck.indicators, widened - premia


def year(indicators, name, which):
    return float(indicators.loc[str(which), name].sum())


def december(indicators, name, which):
    return float(indicators.loc[f"{which}-12", name].iloc[-1])


@pytest.fixture(scope="module")
def more_bonds(usual):
    return list(pairs(usual, [{"name": "public_supply", "from": "2022-01", "to": "2022-12", "size": 10}]))


@pytest.fixture(scope="module")
def dearer_dollars(usual):
    return list(pairs(usual, [{"name": "us_yield", "from": "2022-01", "to": "2023-06", "size": 2}]))


@pytest.fixture(scope="module")
def cheaper_yuan(usual):
    return list(pairs(usual, [{"name": "currency", "from": "2022-01", "to": "2022-06", "size": 0.1}]))


@pytest.fixture(scope="module")
def tighter(usual):
    """For each seed: indicators of the plan, and with macroprudential rules at full intensity from 2022-01."""
    levers = {"macroprudential_framework": {"2022-01": 1.0}}
    return [
        (plain.indicators, walked([], seed, "2023-12", levers)[0].indicators)
        for seed, (plain, _) in zip(SEEDS, usual, strict=True)
    ]


@pytest.fixture(scope="module")
def small_bank():
    """For each seed the two models at end-2022, and of June what was written off by class and certificates' ratio."""
    pairs = []
    for seed in SEEDS:
        shock = {"name": "small_bank_failure", "month": "2022-06", "size": 0.3}
        plain, struck = (walked(shocks, seed, "2022-06")[0] for shocks in ([], [shock]))
        small = plain.issuers["bank_tier"] == BankTier.SMALL
        sold = [model.issuers["certificates_bn"][:, small].sum() for model in (plain, struck)]
        june = (struck.book.defaulted_bn - plain.book.defaulted_bn, sold[1] / sold[0])
        plain, struck = (walked(shocks, seed, "2022-12")[0] for shocks in ([], [shock]))
        pairs.append((plain, struck, june))
    return pairs


class TestMoreGovernmentBonds:
    """CNY 10 trn beyond the trend in 2022."""

    def test_the_foreign_share_falls_by_arithmetic_while_foreigners_buy_at_the_higher_yield(self, more_bonds):
        for plain, struck, _ in more_bonds:
            held, held_now = (december(each, "foreign_bond_holdings", 2022) for each in (plain, struck))
            custody, custody_now = (december(each, "bond_custody_interbank", 2022) for each in (plain, struck))
            arithmetic = held / custody_now - held / custody
            holdings = (held_now - held) / custody_now
            fall = december(struck, "foreign_bond_share", 2022) - december(plain, "foreign_bond_share", 2022)
            assert fall == pytest.approx(arithmetic + holdings, abs=1e-12)
            assert fall < 0.0
            assert arithmetic < -abs(holdings)
            assert holdings > 0.0

    def test_the_yield_of_government_bonds_rises(self, more_bonds):
        for plain, struck, widened in more_bonds:
            assert 0.15 < widened[23, SecurityClass.SOVEREIGN] < 0.6
            assert december(struck, "china_yield", 2022) > december(plain, "china_yield", 2022) + 0.2

    def test_direct_financing_gains_nothing(self, more_bonds):
        for plain, struck, _ in more_bonds:
            for which in (2022, 2023):
                assert year(struck, "direct_financing", which) < year(plain, "direct_financing", which)


class TestHigherYieldsAbroad:
    """US ten-year yields 2 points higher from 2022-01 to 2023-06."""

    def test_foreigners_sell(self, dearer_dollars):
        for plain, struck, _ in dearer_dollars:
            assert year(struck, "foreign_net_purchases", 2022) < year(plain, "foreign_net_purchases", 2022) - 100.0
            for which in (2022, 2023):
                assert december(struck, "foreign_bond_share", which) < december(plain, "foreign_bond_share", which)

    def test_foreign_issuers_come(self, dearer_dollars):
        for plain, struck, _ in dearer_dollars:
            for which in (2022, 2023):
                assert year(struck, "panda_issuance", which) > 1.1 * year(plain, "panda_issuance", which)

    def test_turnover_hardly_moves(self, dearer_dollars):
        for plain, struck, _ in dearer_dollars:
            for which in (2022, 2023):
                ratio = year(struck, "turnover_total", which) / year(plain, "turnover_total", which)
                assert ratio == pytest.approx(1.0, abs=0.03)


@pytest.mark.slow
class TestTheYuanFalls:
    """The yuan loses a tenth from 2022-01 to 2022-06."""

    def test_bonds_of_foreigners_lose_in_dollars_by_the_currency_and_not_by_prices(self, cheaper_yuan):
        for plain, struck, _ in cheaper_yuan:
            lost = year(struck, "foreign_bond_currency_gain", 2022) - year(plain, "foreign_bond_currency_gain", 2022)
            held = december(plain, "foreign_bond_value", 2021)
            assert -0.13 * held < lost < -0.07 * held
            by_prices = year(struck, "foreign_bond_valuation", 2022) - year(plain, "foreign_bond_valuation", 2022)
            assert abs(by_prices) < 0.1 * abs(lost)

    def test_nobody_buys_because_bonds_are_cheaper_and_they_come_back_when_the_fall_is_past(self, cheaper_yuan):
        for plain, struck, _ in cheaper_yuan:
            bought, bought_now = (each["foreign_net_purchases"] for each in (plain, struck))
            assert bought_now.loc["2022-01"].iloc[0] < bought.loc["2022-01"].iloc[0]
            assert year(struck, "foreign_net_purchases", 2022) < year(plain, "foreign_net_purchases", 2022)
            assert year(struck, "foreign_net_purchases", 2023) > year(plain, "foreign_net_purchases", 2023)


@pytest.mark.slow
class TestSupervisionTightens:
    """Macroprudential rules at full intensity from 2022-01; they act from 2023-01."""

    def test_institutions_owe_less_and_yields_rise(self, tighter):
        for plain, tight in tighter:
            for name in ("turnover_interbank_money", "direct_financing"):
                assert year(tight, name, 2022) == pytest.approx(year(plain, name, 2022), rel=1e-3)
            assert year(tight, "turnover_interbank_money", 2023) < 0.97 * year(plain, "turnover_interbank_money", 2023)
            assert december(tight, "leverage", 2023) < december(plain, "leverage", 2023)
            assert december(tight, "debtrank", 2023) < december(plain, "debtrank", 2023)
            assert december(tight, "china_yield", 2023) > december(plain, "china_yield", 2023)

    def test_a_common_loss_does_more_harm_in_the_year_in_which_the_minimum_of_capital_rises(self, tighter):
        for plain, tight in tighter:
            assert year(tight, "margin_spiral", 2023) > 1.1 * year(plain, "margin_spiral", 2023)


class TestSmallBankFails:
    """One small bank fails in 2022-06; holders lose 30 % of its certificates and bonds."""

    def test_small_banks_pay_at_once_and_less_later(self, small_bank):
        for plain, struck, _ in small_bank:
            spread = (
                struck.indicators["certificate_spread_small_banks"] - plain.indicators["certificate_spread_small_banks"]
            )
            rise = CENTRAL.bank_stress_spread_small
            assert (spread[:"2022-05"] == 0.0).all()
            assert spread["2022-06"].iloc[0] == pytest.approx(rise)
            # The plan has failed banks resolved sooner, so the stress is forgotten a little faster than in 2020.
            usual = rise * 2 ** (-6 / CENTRAL.bank_stress_half_life)
            assert 0.9 * usual < spread["2022-12"].iloc[0] < usual

    def test_their_certificates_are_fewer_and_holders_lose(self, small_bank):
        for _, _, june in small_bank:
            written_off, certificates = june
            assert written_off[SecurityClass.CERTIFICATE] > 0.0
            assert written_off[SecurityClass.FINANCIAL] >= 0.0
            assert certificates < 1.0
        # The failed bank counts; in a single pair another firm's default may be one less.
        assert sum(struck.state(Defaults).count - plain.state(Defaults).count for plain, struck, _ in small_bank) > 0

    def test_no_systemic_event_follows(self, small_bank):
        for plain, struck, _ in small_bank:
            assert plain.state(BankFailures).failures == []
            (failure,) = struck.state(BankFailures).failures
            assert month_text(failure.month) == "2022-06"
            assert 0.0 < failure.equity_loss_share < 0.01
            assert failure.further_failures == 0
            for name in ("turnover_total", "direct_financing", "bond_custody_interbank"):
                ratio = year(struck.indicators, name, 2022) / year(plain.indicators, name, 2022)
                assert ratio == pytest.approx(1.0, abs=0.01)


@pytest.mark.slow
class TestOpeningsOfFuturesOfSeveralSizes:
    """Futures are opened to foreigners in 2021-01, a little, more, and fully."""

    def test_a_larger_opening_brings_more_influence(self):
        for seed in SEEDS:
            influence = [
                december(
                    sim.run(
                        Scenario(name="asked", policy="frozen", scale=0.1, end="2022-12", levers=levers), seed=seed
                    ).indicators,
                    "shanghai_price_influence",
                    2022,
                )
                for levers in ({}, *({"futures_market_opening": size} for size in (0.46, 0.73, 1.0)))
            ]
            steps = np.diff(influence)
            assert (steps > 0.5).all()
