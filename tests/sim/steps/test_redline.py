"""Steps of systemic risk alone."""

import numpy as np
import pytest

from agents.certificates import BankTier
from agents.institutions import Institutions, Sector
from agents.redline import Level, Signal
from scenarios.calendar import BASELINE
from scenarios.parameters import Parameters
from sim.accounting.securities import Holder, SecurityBook, SecurityClass
from sim.banking.interbank import interbank_market_clears
from sim.banking.state import ForcedSales, InterbankClaims
from sim.bond_market.certificates import bank_tiers
from sim.bond_market.state import BankStress
from sim.clock import Clock
from sim.markets import Product
from sim.redline.component import REDLINE
from sim.redline.judgement import redline_is_judged
from sim.redline.margins import margin_spiral_is_measured
from sim.redline.signals import systemic_risk_is_measured
from sim.redline.state import SystemicRisk
from sim.trading.state import Turnover
from sim.world.policy import Channels
from tests.sim.steps.by_hand import closes, run


def ready(city, month="2021-07", **asked):
    """A small centre whose interbank market has cleared; all institutions earned a hundredth of their equity."""
    on = city(month, **asked)
    run(interbank_market_clears, on)
    on[BankStress].certificate_spread_pp[:] = bank_tiers()["spread_2020_bp"] / 100.0
    on[Institutions]["income_bn"][:] = 0.01 * on[Institutions]["opening_equity_bn"]
    return on


def measured(on):
    run(systemic_risk_is_measured, on)
    closes(REDLINE, on)
    return on[SystemicRisk].signals.copy()


def test_signals_have_the_values_of_a_calculation_by_hand(city):
    on = ready(city)
    signals, institutions, parameters = measured(on), on[Institutions], on[Parameters]
    equity, debt = institutions["equity_bn"], institutions["liabilities_bn"]
    lacking = np.maximum(0.08 * debt - 0.92 * 0.6 * equity, 0.0)
    assert signals[Signal.CAPITAL_SHORTFALL] == pytest.approx(lacking.sum() / equity.sum())
    banks = institutions["sector"] == Sector.BANK
    held = on[SecurityBook].holdings_bn[Holder.BANKS]
    level_1, level_2 = held[SecurityClass.SOVEREIGN], held[SecurityClass.CORPORATE] + held[SecurityClass.PAPER]
    weight = (level_1 + 0.85 * level_2 + 0.5 * held[SecurityClass.PANDA]) / held.sum()
    bonds, repo = institutions["bonds_bn"][banks], institutions["repo_borrowed_bn"][banks]
    liquid = weight * (bonds - repo / (1.0 - parameters.repo_haircut))
    borrowed, lent = institutions["interbank_borrowed_bn"][banks], institutions["interbank_lent_bn"][banks]
    outflow = 0.17 * (debt[banks] - repo - borrowed) + borrowed
    net = outflow - np.minimum(lent, 0.75 * outflow)
    assert signals[Signal.LIQUIDITY_COVERAGE] == pytest.approx(liquid.sum() / net.sum())
    assert signals[Signal.INTERBANK_STRESS] == pytest.approx(1.0 / (1.0 - on[SystemicRisk].unmet_loans / 3.0))
    loans = on[InterbankClaims].loans
    of_lender = equity[institutions.rows_of(loans.lender)]
    concentration = (loans.amount_bn**2 / of_lender).sum() / equity[banks].sum()
    assert signals[Signal.CONCENTRATION] == pytest.approx(concentration)


def test_debtrank_is_the_solution_of_the_linear_system_where_nobody_defaults(city):
    on = ready(city, on_parameters={"interbank_asset_share": 0.02, "interbank_precision": 1e-12})
    signals, institutions, parameters = measured(on), on[Institutions], on[Parameters]
    loans, equity = on[InterbankClaims].loans, institutions["equity_bn"]
    claims = np.zeros((len(equity), len(equity)))
    claims[institutions.rows_of(loans.lender), institutions.rows_of(loans.borrower)] = loans.amount_bn
    banks = institutions["sector"] == Sector.BANK
    impact = parameters.interbank_loss_given_default * claims / equity[:, None]
    start = np.where(banks, 0.01 * institutions["assets_bn"] / equity, 0.0)
    distress = np.linalg.solve(np.eye(len(equity)) - impact, start)
    assert distress.max() < 1.0
    spread = (equity * (distress - start))[banks].sum() / equity[banks].sum()
    assert signals[Signal.DEBTRANK] == pytest.approx(spread, rel=1e-9)


def moved(before, after):
    """Move of each signal towards risk."""
    change = after - before
    change[Signal.LIQUIDITY_COVERAGE] *= -1.0
    return change


def test_a_common_loss_of_assets_raises_every_signal(city):
    """Bonds and other assets lose 3 %, shares fall, limits force sales, and no sector is spared."""
    calm = ready(city)
    noise = np.random.default_rng(5).normal(0.0, 0.003, (11, len(Sector)))
    calm[SystemicRisk].sector_returns = noise.copy()
    before = measured(calm)
    # The world by hand begins 24 months before January 2021; July 2021 is at position 30.
    index = np.full(60, 5000.0)
    index[30:] = 4000.0
    struck = ready(city, on_world={"equity_index": index})
    struck[SystemicRisk].sector_returns = noise.copy()
    institutions = struck[Institutions]
    loss = 0.03 * institutions["assets_bn"]
    institutions["losses_bn"][:] = loss
    institutions["equity_bn"] -= loss
    institutions["assets_bn"] -= loss
    institutions["bonds_bn"] *= 0.97
    struck[ForcedSales].share = 0.02
    run(interbank_market_clears, struck)
    assert (moved(before, measured(struck)) > 0.0).all()


def test_a_failed_bank_and_forced_sales_press_on_funding(city):
    on = ready(city)
    calm = measured(on)[Signal.INTERBANK_STRESS]
    on[BankStress].certificate_spread_pp[BankTier.SMALL] += 0.6
    failed = measured(on)[Signal.INTERBANK_STRESS]
    on[ForcedSales].share = 0.05
    assert calm < failed < measured(on)[Signal.INTERBANK_STRESS]


def test_loans_that_find_no_lender_are_counted_where_the_network_is_drawn(city):
    full = ready(city, on_parameters={"interbank_density": 1.0, "interbank_periphery_ratio": 1.0})
    measured(full)
    assert full[SystemicRisk].unmet_loans == pytest.approx(0.0, abs=1e-4)
    full[Institutions]["interbank_lent_bn"] *= 0.5
    measured(full)
    assert full[SystemicRisk].unmet_loans == pytest.approx(0.5, abs=1e-4)
    full[Clock] = Clock(full[Clock].month + 1)
    full[Institutions]["interbank_lent_bn"] *= 0.5
    measured(full)
    assert full[SystemicRisk].unmet_loans == pytest.approx(0.5, abs=1e-4)


def test_the_order_of_institutions_does_not_matter(city):
    on = ready(city)
    before = measured(on)
    institutions = on[Institutions]
    loans = on[InterbankClaims].loans
    order = np.random.default_rng(1).permutation(len(loans.amount_bn))
    on[InterbankClaims].loans = loans.among(order)
    banks = np.flatnonzero(institutions["sector"] == Sector.BANK)
    assert len(banks) > 1
    np.testing.assert_allclose(measured(on), before, rtol=1e-12)


def test_the_window_of_returns_forgets(city):
    on = ready(city)
    for _ in range(20):
        measured(on)
    assert on[SystemicRisk].sector_returns.shape == (12, len(Sector))
    np.testing.assert_allclose(on[SystemicRisk].sector_returns[-1], 0.01)


# The margin spiral


TRADED_TRN = 20.0
SHORT, THIN = 0.6, 0.9
"""Equity over what is required: too little for a hundredth of assets, and too little for a few hundredths."""


def pledging(city, month="2021-07", *, held=1.0, repo=1.0, traded_trn=TRADED_TRN, **asked):
    """A small centre of which some borrowers of repo are short of capital; equity is `held` times that, repo `repo`."""
    on = ready(city, month, **asked)
    institutions = on[Institutions]
    borrows = np.flatnonzero(institutions["repo_borrowed_bn"])
    assert len(borrows) > 8
    ratio = institutions["normal_equity_ratio"] * institutions["assets_bn"]
    institutions["equity_bn"][:] = ratio
    institutions["equity_bn"][borrows[::3]] = held * SHORT * ratio[borrows[::3]]
    institutions["equity_bn"][borrows[1::3]] = held * THIN * ratio[borrows[1::3]]
    institutions["repo_borrowed_bn"] *= repo
    on[Turnover].turnover_trn[Product.INTERBANK_SPOT_BONDS] = traded_trn
    return on


def fall_bp(on):
    run(margin_spiral_is_measured, on)
    closes(REDLINE, on)
    return on[SystemicRisk].margin_spiral_bp


def test_the_margin_spiral_begins_with_what_institutions_lack_after_the_loss(city):
    """Without a response of volatility the margin stays, and the fall solves a linear equation."""
    on = pledging(city, on_parameters={"forced_sales_volatility": 0.0})
    institutions, parameters = on[Institutions], on[Parameters]
    rows = np.flatnonzero(institutions["repo_borrowed_bn"])
    pledged = institutions["repo_borrowed_bn"][rows] / (1.0 - parameters.repo_haircut)
    ratio = parameters.capital_adequacy_minimum / parameters.capital_adequacy_2020
    required = ratio * institutions["normal_equity_ratio"][rows] * institutions["assets_bn"][rows]
    cushion = np.maximum(institutions["equity_bn"][rows] - required, 0.0)
    lacking = 0.01 * institutions["assets_bn"][rows] - cushion
    sells_all = lacking > parameters.repo_haircut * pledged
    assert sells_all.any() and (lacking[~sells_all] < -0.01 * pledged[~sells_all]).all()
    deviation = parameters.managed_bond_duration * parameters.china_yield_sd / 100.0
    depth = parameters.market_depth_coefficient * 1000.0 * TRADED_TRN / deviation
    of_country = institutions["bonds_bn"].sum() / on[SecurityBook].holdings_bn[1:].sum()
    assert fall_bp(on) == pytest.approx(1e4 * pledged[sells_all].sum() / of_country / depth)


def test_the_price_falls_further_with_more_repo_less_capital_a_larger_loss_and_a_thinner_market(city):
    usual = fall_bp(pledging(city))
    assert usual > 0.0
    assert fall_bp(pledging(city, repo=1.1)) > usual
    assert fall_bp(pledging(city, held=0.8)) > usual
    assert fall_bp(pledging(city, on_parameters={"common_loss": 0.05})) > usual
    assert fall_bp(pledging(city, traded_trn=0.5 * TRADED_TRN)) > 1.9 * usual
    assert fall_bp(pledging(city, on_parameters={"managed_bond_duration": 6.0})) > usual


def test_margins_that_rise_with_volatility_add_to_the_fall(city):
    """In a thin market, so that the fall is large enough to move margins."""

    def fall(response):
        return fall_bp(pledging(city, traded_trn=0.02, on_parameters={"forced_sales_volatility": response}))

    assert fall(0.0) < fall(2.0) <= fall(4.0)


def test_without_repo_without_trade_or_with_capital_to_spare_no_price_falls(city):
    assert fall_bp(pledging(city, repo=0.0)) == 0.0
    assert fall_bp(pledging(city, traded_trn=0.0)) == 0.0
    assert fall_bp(pledging(city, held=2.0)) == 0.0


@pytest.mark.parametrize(
    ("name", "value", "least", "most"),
    [
        ("repo_haircut", 0.0, 0.0, 1e4),
        ("market_depth_coefficient", 0.0, 1e4, 1e4),
        ("china_yield_sd", 0.0, 0.0, 0.0),
        ("common_loss", 0.0, 0.0, 0.0),
        ("forced_sales_volatility", -1.0, 0.0, 1e4),
    ],
)
def test_a_run_goes_on_at_the_ends_of_parameters(city, name, value, least, most):
    assert least <= fall_bp(pledging(city, on_parameters={name: value})) <= most


def test_tighter_macroprudential_rules_use_up_cushions_at_given_capital_and_raise_the_fall(city):
    """Required capital rises at once; repo and capital, which answer later, stand as they were."""
    usual = pledging(city)[Channels]["macropru_tightness"]
    falls = [
        fall_bp(pledging(city, held=1.35, on_channels={"macropru_tightness": usual + tighter}))
        for tighter in (-1.0, 0.0, 1.0, 3.0)
    ]
    assert falls == sorted(falls) and falls[-1] > falls[0]


def test_the_order_of_institutions_does_not_matter_for_the_margin_spiral(city):
    on = pledging(city)
    before = fall_bp(on)
    institutions = on[Institutions]
    order = np.random.default_rng(4).permutation(len(institutions))
    for column in ("repo_borrowed_bn", "assets_bn", "equity_bn", "normal_equity_ratio", "bonds_bn"):
        institutions[column][:] = institutions[column][order].copy()
    assert fall_bp(on) == pytest.approx(before, rel=1e-9)


# The redline


def judged(on, signals):
    on[SystemicRisk].signals = np.array(signals)
    run(redline_is_judged, on)
    closes(REDLINE, on)
    return on[SystemicRisk]


USUAL = np.array([0.2, 0.5, 0.1, 0.15, 1.01, 1.4])


def after_base_year(city):
    on = city("2020-01")
    for month in range(12):
        on[Clock] = Clock(BASELINE - 11 + month)
        risk = judged(on, USUAL * (0.9 if month < 6 else 1.1))
    assert risk.usual[Signal.ABSORPTION] == 1.1 * USUAL[Signal.ABSORPTION]
    risk.usual[Signal.ABSORPTION] = USUAL[Signal.ABSORPTION]
    np.testing.assert_allclose(risk.usual, USUAL)
    assert not risk.deviations.any() and not risk.broken.any()
    on[Clock] = Clock(BASELINE + 1)
    return on


def test_the_base_year_is_usual(city):
    on = after_base_year(city)
    np.testing.assert_allclose(judged(on, USUAL).deviations, 0.0, atol=1e-12)


def test_the_redline_breaks_when_enough_signals_stay_beyond_their_thresholds_and_mends_when_they_return(city):
    on = after_base_year(city)
    parameters = on[Parameters]
    warning, crisis = parameters.redline_threshold
    spread, needed = np.array(parameters.signal_usual_spread), int(parameters.redline_signals[Level.CRISIS])
    months = int(max(parameters.redline_months))
    sign = np.ones(len(Signal))
    sign[Signal.LIQUIDITY_COVERAGE] = -1.0

    def signals(thresholds):
        return USUAL * np.exp(sign * spread * np.where(np.arange(len(Signal)) < needed, thresholds, 0.0))

    for _ in range(months):
        assert not on[SystemicRisk].broken[Level.CRISIS]
        risk = judged(on, signals(1.01 * crisis))
    assert risk.broken.all()
    risk = judged(on, signals(0.5 * (warning + crisis)))
    assert risk.broken.tolist() == [True, False]
    assert not judged(on, USUAL).broken.any()
