"""Steps of trading alone, and that of foreign shareholders."""

import dataclasses

import numpy as np
import pytest

from agents.equity_investors import EquityStyle, ForeignShareholders
from agents.foreign_investors import Bloc
from agents.institutions import Institutions
from scenarios.calendar import BASELINE
from scenarios.parameters import Parameters
from sim.accounting.ledger import Account, Ledger
from sim.accounting.securities import SecurityBook
from sim.banking.leverage import institutions_set_leverage
from sim.banking.state import ForcedSales
from sim.bond_market.state import ForeignFlow, GovernmentYield
from sim.clock import Clock
from sim.component import Part
from sim.markets import Product
from sim.trading.component import FOREIGN_SHAREHOLDERS, TRADING
from sim.trading.contract_venues import traders_choose_venues
from sim.trading.foreign_shareholders import equity_investors_trade, shares_are_valued
from sim.trading.liquidity import depth_is_measured, foreign_shares, premium_change_pp
from sim.trading.market_making import market_making_bn
from sim.trading.price_discovery import RATE_BENCHMARKS, prices_are_discovered
from sim.trading.state import (
    ContractTraders,
    ForeignShareholdings,
    Liquidity,
    PriceDiscovery,
    ShareMarket,
    TradingConstants,
    Turnover,
)
from sim.trading.turnover import DEEPENED, markets_turn_over
from sim.trading.volatility import volatility_answers_to_sales
from sim.world.policy import Channels
from tests.sim.steps.by_hand import MONTHS_AFTER, MONTHS_BEFORE, closes, ends_base_year, run

NO_DRIFT = {"equity_drift": 0.0, "foreign_assets_growth": 0.0}
QUIET = {"equity_volume_sd": 0.0, "futures_velocity_sd": 0.0}


def rising(log_change_a_month):
    """An index of share prices that rises at a constant rate."""
    return 5000.0 * np.exp(log_change_a_month * np.arange(MONTHS_BEFORE + MONTHS_AFTER))


# Volatility


def volatility(on):
    return run(volatility_answers_to_sales, on)[ForcedSales].log_volatility


def with_sales(on, share, usual=0.0):
    on[Turnover].activity = np.full(len(Product), 2000.0)  # 2 trn of bonds a month at the velocity by hand
    on[ForcedSales].share, on[ForcedSales].usual_pressure = share, usual
    return on


def test_forced_sales_beyond_the_usual_make_markets_volatile_and_fade(city):
    on = with_sales(city(), 0.01)
    held, slope = on[SecurityBook].holdings_bn[1:].sum(), on[Parameters].forced_sales_volatility
    first = volatility(on)
    assert first == pytest.approx(slope * 0.01 * held / 2000.0)
    on[ForcedSales].share = 0.0
    assert volatility(on) == pytest.approx(on[Parameters].realised_volatility_persistence * first)
    usual = 0.01 * held / 2000.0
    assert volatility(with_sales(city(), 0.01, usual)) == pytest.approx(0.0)
    assert volatility(with_sales(city(off=("forced_sales",)), 0.01)) == 0.0


def test_the_base_year_learns_its_usual_sales_and_adds_nothing_to_its_volatility(city):
    on = with_sales(city("2020-02"), 0.01)
    assert volatility(on) == 0.0
    held = on[SecurityBook].holdings_bn[1:].sum()
    assert on[ForcedSales].usual_pressure == pytest.approx(0.01 * held / 2000.0)
    on[Clock], on[ForcedSales].share = Clock(on[Clock].month + 1), 0.0
    assert volatility(on) == 0.0
    assert on[ForcedSales].usual_pressure == pytest.approx(0.005 * held / 2000.0)


def test_the_loop_from_volatility_to_sales_and_back_dies_out(city):
    """A gain of one or more would be a market that never calms."""
    on = with_sales(city(on_parameters={"leverage_noise": 0.0, "leverage_own_noise": 0.0}), 0.0)
    on[ForcedSales].log_volatility = start = 0.3
    for _ in range(24):
        run(institutions_set_leverage, on)
        volatility(on)
        assert abs(on[ForcedSales].log_volatility) <= start
    assert on[ForcedSales].log_volatility < 0.01


# Foreign shareholders


def shareholders(on):
    """Investors after the shares are valued and traded, whose accounts close."""
    run(shares_are_valued, on)
    run(equity_investors_trade, on)
    closes(FOREIGN_SHAREHOLDERS, on)
    return on[ForeignShareholders]


def assert_nobody_trades(on):
    np.testing.assert_allclose(shareholders(on)["net_purchases_bn"], 0.0, atol=1e-9)


def test_shareholders_whose_weight_is_as_wanted_do_not_trade(city):
    assert_nobody_trades(city(on_parameters=NO_DRIFT))


def test_holdings_rise_with_prices_and_trades_are_paid_for(city):
    on = city(on_world={"equity_index": rising(0.02)})
    before = on[ForeignShareholders]["holdings_bn"].copy()
    investors, shares = shareholders(on), on[ForeignShareholdings]
    np.testing.assert_allclose(investors["holdings_bn"] - investors["net_purchases_bn"], before * np.exp(0.02))
    assert shares.gain_bn == pytest.approx(before.sum() * np.expm1(0.02))
    assert on[Ledger].net("currency conversion", Account.REST_OF_WORLD) == pytest.approx(
        investors["net_purchases_bn"].sum()
    )
    assert on[ShareMarket].value_bn == pytest.approx(40000.0 * np.exp(0.02))


@pytest.mark.parametrize("growth", [-0.3, 0.0, 0.12])
def test_other_assets_that_grow_give_no_reason_to_buy_shares(city, growth):
    on = city(on_parameters={**NO_DRIFT, "foreign_assets_growth": growth})
    others = on[ForeignShareholders]["assets_usd_bn"] - on[ForeignShareholders]["holdings_bn"] / 6.5
    assert_nobody_trades(on)
    investors = on[ForeignShareholders]
    np.testing.assert_allclose(
        investors["assets_usd_bn"] - investors["holdings_bn"] / 6.5, others * np.exp(growth / 12)
    )


@pytest.mark.parametrize("fall", [-0.2, 0.05, 0.5])
def test_a_fall_or_rise_of_the_yuan_alone_makes_nobody_trade(city, fall):
    rate = 6.5 * np.exp(fall * (np.arange(MONTHS_BEFORE + MONTHS_AFTER) >= MONTHS_BEFORE + 6))
    assert_nobody_trades(city(on_parameters=NO_DRIFT, on_world={"usdcny": rate}))


def test_index_funds_hold_on_when_prices_move(city):
    on = city(on_parameters=NO_DRIFT, on_world={"equity_index": rising(-0.1)})
    investors = shareholders(on)
    index = investors["style"] == EquityStyle.INDEX
    np.testing.assert_allclose(investors["net_purchases_bn"][index], 0.0, atol=1e-9)
    assert (investors["net_purchases_bn"][~index] != 0.0).any()


def test_index_funds_buy_their_part_of_new_shares(city):
    on = city(on_parameters=NO_DRIFT)
    market, shares = on[ShareMarket], on[ForeignShareholdings]
    market.listed_bn, market.value_bn = 400.0, 40400.0
    held = on[ForeignShareholders]["holdings_bn"].copy()
    investors = shareholders(on)
    index = investors["style"] == EquityStyle.INDEX
    wanted = np.log(40400.0 / 40000.0)
    traded = on[Parameters].adjustment_speed_benchmarked * wanted
    # At a weight of four per cent the log of the weight moves by 96 hundredths of the log odds.
    np.testing.assert_allclose(investors["net_purchases_bn"][index], 0.96 * traded * held[index], rtol=1e-2)
    held_here = on[Parameters].connect_shanghai_part * investors["holdings_bn"].sum()
    assert shares.stakes.mean() * 40400.0 == pytest.approx(held_here)


def test_active_holders_sell_what_has_become_dear_and_index_funds_hold(city):
    on = city(on_parameters={**NO_DRIFT, "equity_momentum": 0.0}, on_world={"equity_index": rising(0.03)})
    investors = shareholders(on)
    active = investors["style"] == EquityStyle.ACTIVE
    terms = on[ForeignShareholdings].terms
    assert (terms[0, active] < -0.1).all() and not terms[:2, ~active].any()
    assert investors["net_purchases_bn"][active].max() < 0.0


def test_shares_that_have_fallen_far_are_bought_up_to_the_legal_ceiling_and_no_further(city):
    """Prices at a fifth, as seed 4000017 draws them: foreigners used to hold most of the market in the end."""
    crash = {"equity_index": 5000.0 * np.where(np.arange(MONTHS_BEFORE + MONTHS_AFTER) < MONTHS_BEFORE, 1.0, 0.2)}
    eager = {**NO_DRIFT, "equity_price_elasticity": 4.0, "equity_momentum": 0.0, "adjustment_speed_equity": 0.5}
    on = city(on_parameters=eager, on_world=crash)
    on[ForeignShareholders]["holdings_bn"][:] *= 5.0
    on[ForeignShareholders]["assets_usd_bn"][:] *= 5.0
    parts = []
    for _ in range(24):
        shareholders(on)
        parts.append(on[ForeignShareholdings].part_within_ceiling)
        on[ShareMarket].opening_bn = on[ShareMarket].value_bn
        on[Ledger].open_month()
    stakes = on[ForeignShareholdings].stakes
    stop = on[Parameters].foreign_buying_stop
    assert parts[0] == 1.0 and min(parts) < 0.5
    assert stakes.max() == pytest.approx(stop) and stakes.mean() < stop


def test_the_quota_cuts_buyers_and_lets_sellers_sell(city):
    free, bound = (
        city(on_channels={"foreign_access_cost": 5.0, "connect_quota": quota}, on_shocks={"western_demand": -0.5})
        for quota in (1e6, 1e-3)
    )
    wanted, got = (shareholders(on)["net_purchases_bn"].copy() for on in (free, bound))
    buys = wanted > 0.0
    assert buys.any() and (~buys).any() and wanted.sum() > 0.0
    np.testing.assert_array_equal(got[~buys], wanted[~buys])
    assert (got[buys] < wanted[buys]).all()


def test_a_quota_on_net_buying_cuts_every_buyer_by_the_same_part(city):
    free, bound = (
        city(on_channels={"foreign_access_cost": 5.0, "connect_quota": quota}, on_parameters=NO_DRIFT)
        for quota in (1e6, 1e-3)
    )
    wanted, got = (shareholders(on)["net_purchases_bn"].copy() for on in (free, bound))
    assert wanted.min() > 0.0 and np.ptp(got / wanted) < 1e-9 and got.sum() < 0.1 * wanted.sum()
    days = bound[Parameters].trading_days_by_month[bound[Clock].month_of_year]
    assert bound[Parameters].connect_shanghai_part * got.sum() == pytest.approx(1e-3 * days)


def test_shareholders_of_the_west_alone_turn_away(city):
    investors = shareholders(city(on_parameters=NO_DRIFT, on_shocks={"western_demand": -1.0}))
    west = investors["bloc"] == Bloc.WEST
    assert investors["net_purchases_bn"][west].max() < 0.0
    np.testing.assert_allclose(investors["net_purchases_bn"][~west], 0.0, atol=1e-9)


def test_shares_that_rise_at_their_trend_get_no_dearer_and_momentum_is_that_of_the_last_three_months(city):
    drift = {"equity_drift": 0.02, "foreign_assets_growth": 0.0, "equity_momentum": 0.5}
    for month in ("2021-03", "2022-12"):
        on = city(month, on_parameters=drift, on_world={"equity_index": rising(0.02)})
        investors, terms = shareholders(on), on[ForeignShareholdings].terms
        active = investors["style"] == EquityStyle.ACTIVE
        np.testing.assert_allclose(terms[0], 0.0, atol=1e-9)
        np.testing.assert_allclose(terms[1, active], 0.5 * 0.06 / 0.1)
    now = np.arange(MONTHS_BEFORE + MONTHS_AFTER) >= MONTHS_BEFORE + 6
    doubled = {"equity_index": 5000.0 * (1.0 + now)}
    jump = city("2021-07", on_parameters={**drift, "equity_drift": 0.0}, on_world=doubled)
    shareholders(jump)
    assert not jump[ForeignShareholdings].terms[1].any()


# Turnover


def turnover(on):
    return run(markets_turn_over, on)[Turnover].turnover_trn


def test_turnover_is_activity_times_velocity(city):
    one, two = city(), city()
    two[TradingConstants] = dataclasses.replace(two[TradingConstants], velocity=2.0 * two[TradingConstants].velocity)
    np.testing.assert_allclose(turnover(two), 2.0 * turnover(one))
    assert turnover(one).min() > 0.0
    closes(TRADING, one)


def test_cheaper_settlement_turns_over_bonds_and_nothing_else(city):
    ratio = turnover(city(on_channels={"settlement_cost": 1.0})) / turnover(city())
    assert ratio[Product.INTERBANK_SPOT_BONDS] > 1.05
    np.testing.assert_allclose(np.delete(ratio, Product.INTERBANK_SPOT_BONDS), 1.0)


def test_repo_turns_over_in_proportion_to_leverage_and_touches_no_other_market(city):
    more = city()
    more[Institutions]["leverage"] *= 1.5
    ratio = turnover(more) / turnover(city())
    repo = [Product.INTERBANK_MONEY, Product.SSE_REPO_BONDS_FUNDS]
    np.testing.assert_allclose(ratio[repo], 1.5)
    np.testing.assert_allclose(np.delete(ratio, repo), 1.0)


def test_more_overnight_money_turns_over_more_often_without_more_repo(city):
    usual = city()
    share = usual[Parameters].overnight_repo_share
    short = city(on_parameters={"overnight_repo_share": share + 0.1})
    days, term = 22.0, usual[Parameters].term_repo_days
    usual_turns, turns = (days * (part + (1.0 - part) / term) for part in (share, share + 0.1))
    ratio = turnover(short) / turnover(usual)
    repo = [Product.INTERBANK_MONEY, Product.SSE_REPO_BONDS_FUNDS]
    np.testing.assert_allclose(ratio[repo], turns / usual_turns)
    np.testing.assert_allclose(np.delete(ratio, repo), 1.0)


def test_shares_turn_over_more_when_volatile_or_rising_and_the_habit_fades(city):
    volatile = city()[Parameters].volatility_mean + 0.5
    usual = turnover(city(on_parameters=QUIET))[Product.SSE_EQUITY]
    for asked in ({"log_volatility": volatile}, {"equity_index": rising(0.05)}):
        assert turnover(city(on_parameters=QUIET, on_world=asked))[Product.SSE_EQUITY] > 1.05 * usual
    on = city(on_parameters=QUIET)
    on[Turnover].log_share_velocity = 1.0
    persistence = on[Parameters].equity_volume_persistence
    assert turnover(on)[Product.SSE_EQUITY] == pytest.approx(usual * np.exp(persistence))
    assert on[Turnover].log_share_velocity == pytest.approx(persistence)


def test_part_of_what_volatility_adds_to_the_turnover_of_shares_is_over_after_a_month(city):
    on = city(on_parameters=QUIET | {"volatility_mean": 2.5})
    on[Turnover].volatility = before = 0.4
    usual = city(on_parameters=QUIET | {"volatility_mean": 2.5})
    ratio = turnover(on)[Product.SSE_EQUITY] / turnover(usual)[Product.SSE_EQUITY]
    parameters = on[Parameters]
    lagged = parameters.equity_volume_volatility_slope * parameters.equity_volume_lagged_volatility
    assert ratio == pytest.approx(np.exp(lagged * before)) and ratio < 1.0
    assert on[Turnover].volatility == usual[Turnover].volatility != before  # what the next month looks back on


def test_shares_turn_over_in_proportion_to_their_value_and_nothing_else_does(city):
    more = city()
    more[ShareMarket].value_bn = more[ShareMarket].opening_bn = 2.0 * city()[ShareMarket].value_bn
    ratio = turnover(more) / turnover(city())
    assert ratio[Product.SSE_EQUITY] == pytest.approx(2.0)
    np.testing.assert_allclose(np.delete(ratio, Product.SSE_EQUITY), 1.0)


def test_units_of_reits_trade_on_the_exchange_at_their_own_velocity(city):
    listed = city(on_parameters={"reit_velocity": 0.6})
    listed[ShareMarket].reit_units_bn = 100.0
    more = turnover(listed) - turnover(city())
    days = listed[Parameters].trading_days_by_month
    part_of_year = days[listed[Clock].month_of_year] / sum(days)
    assert listed[Turnover].reit_trn == pytest.approx(0.06 * part_of_year)
    assert more[Product.SSE_REPO_BONDS_FUNDS] == pytest.approx(listed[Turnover].reit_trn)
    np.testing.assert_allclose(np.delete(more, Product.SSE_REPO_BONDS_FUNDS), 0.0, atol=1e-12)
    closes(TRADING, listed)


def test_twice_the_trading_days_are_twice_the_turnover(city):
    days = city()[Parameters].trading_days_by_month
    longer = city(on_parameters={"trading_days_by_month": tuple(2.0 * day for day in days)})
    np.testing.assert_allclose(turnover(longer), 2.0 * turnover(city()))


def test_currency_and_futures_grow_with_the_years_and_other_markets_with_their_stocks_alone(city):
    growth = {**QUIET, "fx_turnover_growth": 0.1, "futures_open_interest_growth": 0.2}
    ratio = turnover(city("2022-12", on_parameters=growth)) / turnover(city("2021-12", on_parameters=growth))
    grows = np.zeros(len(Product))
    grows[Product.INTERBANK_FX_DERIVATIVES] = 0.1
    grows[[Product.SHFE_FUTURES, Product.CFFEX_FUTURES, Product.SGE_GOLD]] = 0.2
    np.testing.assert_allclose(ratio, np.exp(grows))


def test_what_moves_futures_beside_their_reasons_keeps_for_a_while(city):
    usual, moved = city(on_parameters=QUIET), city(on_parameters=QUIET)
    moved[Turnover].futures_noise[:] = (0.1, 0.2, 0.3)
    ratio = turnover(moved) / turnover(usual)
    kept = moved[Parameters].futures_velocity_persistence * np.array([0.1, 0.2, 0.3])
    np.testing.assert_allclose(np.log(ratio[[Product.SHFE_FUTURES, Product.CFFEX_FUTURES, Product.SGE_GOLD]]), kept)
    np.testing.assert_allclose(moved[Turnover].futures_noise, kept)


def test_the_price_impact_of_a_month_is_what_prices_moved_over_what_was_traded(city):
    on = city(on_world={"equity_index": rising(0.02)})
    on[GovernmentYield].change_1m_pp = -0.5
    traded = turnover(on)[[Product.INTERBANK_SPOT_BONDS, Product.SSE_EQUITY]].sum()
    moved = on[Parameters].managed_bond_duration * 0.005 + np.expm1(0.02)
    assert list(on[Turnover].price_impact) == [pytest.approx(moved / traded)]


def test_dealers_of_the_base_year_are_what_later_ones_are_compared_with(city):
    on = city("2020-12")
    on[Turnover].market_making_base_year_bn *= 0.0
    turnover(on)
    ends_base_year(TRADING, run(prices_are_discovered, run(depth_is_measured, on)))
    np.testing.assert_array_equal(on[Turnover].market_making_base_year_bn, market_making_bn(on[Institutions]))
    later = city("2021-12")
    later[Turnover].market_making_base_year_bn = on[Turnover].market_making_base_year_bn
    later[Institutions]["equity_bn"] *= 2.0
    later[Institutions]["assets_bn"] *= 2.0
    as_before = city("2021-12")
    as_before[Turnover].market_making_base_year_bn = on[Turnover].market_making_base_year_bn
    doubled = turnover(later)[Product.INTERBANK_SPOT_BONDS] / turnover(as_before)[Product.INTERBANK_SPOT_BONDS]
    assert doubled == pytest.approx(np.exp(on[Parameters].market_maker_effect))


def test_twice_the_flows_of_the_base_year_turn_over_their_part_of_currency_twice(city):
    def exchanged(net_bn):
        on = city(on_parameters={"fx_portfolio_share": 0.3, "fx_flow_bound": 5.0})
        on[ForeignFlow].net_purchases_bn = net_bn
        return turnover(on)[Product.INTERBANK_FX_DERIVATIVES]

    assert exchanged(20.0) / exchanged(10.0) == pytest.approx(1.3)


FUTURES = [Product.SHFE_FUTURES, Product.CFFEX_FUTURES, Product.SGE_GOLD]


def test_futures_turn_over_more_by_the_points_that_foreigners_gain_and_by_the_range_of_products(city):
    terms = {**QUIET, "futures_foreign_share_2020": 0.05, "futures_access_elasticity": -1.0}
    terms |= {"futures_foreign_share_bound": 1.0}
    terms |= {"foreign_participation_effect": 0.02, "product_breadth_elasticity": 0.5}
    usual = city(on_parameters=terms)
    half = 0.5 * usual[Channels].baseline("futures_access_cost")
    products = usual[Channels].baseline("approved_hedging_products")
    base = turnover(usual)
    cheap = turnover(city(on_parameters=terms, on_channels={"futures_access_cost": half}))
    broad = turnover(city(on_parameters=terms, on_channels={"approved_hedging_products": 1.5 * products}))
    # At half the cost foreigners hold twice five per cent: five points more.
    np.testing.assert_allclose((cheap / base)[FUTURES], np.exp(0.02 * 5.0))
    np.testing.assert_allclose((broad / base)[FUTURES], np.sqrt(1.5))


def test_volatility_raises_turnover_of_futures_by_its_elasticity(city):
    terms = {**QUIET, "futures_volatility_elasticity": 0.6}
    wild = city()[Parameters].volatility_mean + 0.5
    ratio = turnover(city(on_parameters=terms, on_world={"log_volatility": wild})) / turnover(city(on_parameters=terms))
    np.testing.assert_allclose(ratio[FUTURES], np.exp(0.3))


def test_foreign_purchases_and_sales_alike_turn_over_currency_up_to_a_bound(city):
    def exchanged(net_bn):
        on = city()
        on[ForeignFlow].net_purchases_bn = net_bn
        return turnover(on)[Product.INTERBANK_FX_DERIVATIVES]

    assert exchanged(20.0) == exchanged(-20.0) > exchanged(10.0) > exchanged(0.0)
    assert exchanged(1e3) == exchanged(1e6)


def test_cheaper_access_to_futures_brings_foreigners_in_up_to_a_bound(city):
    cheap, cheaper = (city(on_channels={"futures_access_cost": cost}) for cost in (4.0, 1e-6))
    usual = city()
    gain = turnover(cheap) / turnover(usual)
    assert (gain[[Product.SHFE_FUTURES, Product.CFFEX_FUTURES, Product.SGE_GOLD]] > 1.0).all()
    assert gain[Product.SSE_EQUITY] == 1.0
    assert usual[Turnover].foreign_futures_share == pytest.approx(usual[Parameters].futures_foreign_share_2020)
    turnover(cheaper)
    assert cheaper[Turnover].foreign_futures_share == cheaper[Parameters].futures_foreign_share_bound


def test_dealers_that_are_gone_leave_markets_thinner_but_never_closed(city):
    base = city("2020-12", on_parameters=QUIET)
    usual = turnover(base)
    ends_base_year(TRADING, run(prices_are_discovered, run(depth_is_measured, base)))
    gone = city("2021-12", on_parameters=QUIET)
    gone[Turnover].market_making_base_year_bn = base[Turnover].market_making_base_year_bn
    gone[Institutions]["equity_bn"] = 0.0
    thin = turnover(gone)
    assert 0.0 < thin[Product.INTERBANK_SPOT_BONDS] < 0.9 * usual[Product.INTERBANK_SPOT_BONDS]
    assert thin[Product.SSE_EQUITY] == pytest.approx(usual[Product.SSE_EQUITY])


# Liquidity


def with_depth(on, log_depth):
    """A month after the base year in which both markets have some depth; foreigners hold what they held."""
    on[Liquidity].log_depth = np.full(2, log_depth)
    on[Liquidity].foreign_share_base_year = foreign_shares(on[SecurityBook], on[ForeignShareholdings])
    return on


def test_a_deep_market_is_traded_more_unless_the_feedback_is_off(city):
    usual = turnover(with_depth(city(on_parameters=QUIET), 0.0))
    on = with_depth(city(on_parameters=QUIET), 0.5)
    ratio = turnover(on) / usual
    gain = on[Parameters].depth_elasticity * on[Parameters].turnover_liquidity_elasticity
    np.testing.assert_allclose(ratio[DEEPENED], np.exp(0.5 * gain))
    np.testing.assert_allclose(np.delete(ratio, DEEPENED), 1.0)
    off = with_depth(city(on_parameters=QUIET, off=("liquidity_feedback",)), 0.5)
    np.testing.assert_allclose(turnover(off), usual)


def test_foreigners_who_hold_more_turn_over_more(city):
    usual = turnover(with_depth(city(on_parameters=QUIET), 0.0))
    on = with_depth(city(on_parameters=QUIET), 0.0)
    on[Liquidity].foreign_share_base_year *= 0.5
    ratio = turnover(on) / usual
    part = np.array([on[Parameters].foreign_bond_turnover_share, on[Parameters].northbound_share])
    np.testing.assert_allclose(ratio[DEEPENED], 1.0 + part)


def test_depth_is_what_was_traded_over_the_stock_against_the_base_year(city):
    on = with_depth(city("2020-12"), 0.0)
    on[Turnover].turnover_trn = np.ones(len(Product))
    run(depth_is_measured, on)
    np.testing.assert_array_equal(on[Liquidity].log_depth, 0.0)
    run(prices_are_discovered, on)
    ends_base_year(TRADING, on)
    for _ in range(12):
        on[Turnover].turnover_trn = np.full(len(Product), 2.0)
        on[Liquidity] = run(depth_is_measured, on)[Liquidity]
    np.testing.assert_allclose(on[Liquidity].log_depth, np.log(2.0))
    on[ShareMarket].value_bn *= 2.0
    for _ in range(12):
        run(depth_is_measured, on)
    np.testing.assert_allclose(on[Liquidity].log_depth, [np.log(2.0), 0.0], atol=1e-12)


def test_the_premium_of_issuers_falls_with_depth_and_with_the_rules_of_the_market(city):
    on = with_depth(city(on_parameters={"depth_elasticity": 0.5}), 0.2)
    usual = on[Channels].baseline("market_liquidity_premium")
    premium = Part(premium_change_pp).on(on)
    np.testing.assert_allclose(premium, usual * np.expm1(-0.1) / 100.0)
    cheap = with_depth(city(on_channels={"market_liquidity_premium": 0.8 * usual}, off=("liquidity_feedback",)), 0.2)
    np.testing.assert_allclose(Part(premium_change_pp).on(cheap), -0.2 * usual / 100.0)


# Price discovery


def discovered(on, *volumes):
    """Let prices be discovered in some months of turnover, one for each; the last may be after the base year."""
    on[Clock] = Clock(BASELINE)
    on[Turnover].turnover_trn = np.ones(len(Product))
    ends_base_year(TRADING, run(prices_are_discovered, run(depth_is_measured, on)))
    for back, volume in enumerate(volumes):
        on[Clock] = Clock(BASELINE + 1 + back)
        on[Turnover].turnover_trn = volume
        run(prices_are_discovered, on)
    return on[PriceDiscovery]


def test_at_the_volumes_of_the_base_year_the_index_is_a_hundred(city):
    on = city()
    prices = discovered(on)
    start = [*on[Parameters].price_discovery_share_2020, on[Parameters].rate_benchmark_share]
    np.testing.assert_allclose(prices.shares, start)
    assert prices.influence == pytest.approx(100.0)


def test_a_market_that_trades_more_discovers_more_of_its_own_price_alone(city):
    volume = np.ones(len(Product))
    volume[Product.SGE_GOLD] = 3.0
    usual, more = discovered(city(), np.ones(len(Product))), discovered(city(), volume)
    assert more.shares[2] > usual.shares[2] and more.influence > usual.influence
    np.testing.assert_array_equal(np.delete(more.shares, 2), np.delete(usual.shares, 2))


def test_shanghai_loses_weight_when_rivals_alone_grow(city):
    prices = discovered(city(), *[np.ones(len(Product))] * 6)
    assert prices.influence < 100.0
    steady = discovered(city(on_parameters={"rival_volume_growth": 0.0}), *[np.ones(len(Product))] * 6)
    assert steady.influence == pytest.approx(100.0)


def test_only_the_last_twelve_months_of_turnover_count(city):
    forgotten, never = np.full(len(Product), 9.0), np.ones(len(Product))
    quiet = [np.ones(len(Product))] * 12
    assert discovered(city(), forgotten, *quiet).influence < discovered(city(), forgotten, *quiet[:5]).influence
    np.testing.assert_array_equal(
        discovered(city(), forgotten, *quiet).shares, discovered(city(), never, *quiet).shares
    )


def after_months(on, months):
    """Shanghai's share of the trading of each contract when traders and prices have had some months."""
    on[PriceDiscovery].volume_base_year = np.ones(4)
    on[Turnover].turnover_trn = np.ones(len(Product))
    for _ in range(months):
        run(traders_choose_venues, on)
        run(prices_are_discovered, on)
        on[Clock] = Clock(on[Clock].month + 1)
    return on[ContractTraders].share


QUICK = {"venue_choice_months": 1e-9, "rival_volume_growth": 0.0, "captive_trading_share": 0.02}


def test_traders_stay_where_they_are_while_depth_and_access_are_as_in_2020(city):
    on = city(on_parameters=QUICK)
    np.testing.assert_array_equal(after_months(on, 3), on[ContractTraders].share_at_start)


def test_cheaper_access_brings_foreign_traders_and_others_follow_unless_coordination_is_off(city):
    def moved(*off):
        cheap = 0.2 * city()[Channels].baseline("futures_access_cost")
        on = city(on_parameters=QUICK, on_channels={"futures_access_cost": cheap}, off=off)
        before, traders = on[ContractTraders].at_shanghai.copy(), on[ContractTraders]
        after_months(on, 12)
        came = traders.at_shanghai & ~before
        return came[traders.foreign].mean(), came[~traders.foreign].mean()

    foreign, home = moved()
    assert foreign > 0.0 and home > 0.0
    foreign, home = moved("coordination")
    assert foreign > 0.0 and home == 0.0


@pytest.mark.parametrize(("strength", "tips"), [(9.0, True), (1.0, False)])
def test_two_rival_contracts_tip_for_good_where_traders_follow_depth_strongly(city, strength, tips):
    """A push that has passed: gold was traded more in Shanghai for once, and its traders are there."""
    equal = {"price_discovery_share_2020": (0.28, 0.29, 0.4), "venue_depth_strength": strength}
    on = city(on_parameters={**QUICK, **equal})
    start = on[ContractTraders].share_at_start[2]
    on[ContractTraders].at_shanghai |= (on[ContractTraders].contract == 2) & (on[ContractTraders].threshold < 2.0)
    on[PriceDiscovery].volume_here[2], on[PriceDiscovery].volume_elsewhere[2] = 2.0, 0.5
    share = after_months(on, 30)
    if tips:
        assert share[2] > 0.9
    else:
        assert share[2] == pytest.approx(start, abs=0.03)
    np.testing.assert_allclose(np.delete(share, 2), np.delete(on[ContractTraders].share_at_start, 2), atol=0.03)


def test_few_traders_reconsider_in_a_month_where_choices_are_slow(city):
    on = city(on_parameters={"venue_choice_months": 24.0, "venue_depth_strength": 9.0})
    on[PriceDiscovery].volume_here = np.full(4, 50.0)
    before = on[ContractTraders].at_shanghai.copy()
    run(traders_choose_venues, on)
    wants = on[ContractTraders].threshold < 9.0 * 0.4
    moved = (on[ContractTraders].at_shanghai & ~before)[wants & ~before].mean()
    assert moved == pytest.approx(-np.expm1(-1.0 / 24.0), abs=0.03)


def test_a_cheaper_switch_moves_rate_benchmarks_alone(city):
    usual, cheap = discovered(city()), discovered(city(on_channels={"benchmark_switching_cost": 50.0}))
    assert cheap.shares[RATE_BENCHMARKS] > usual.shares[RATE_BENCHMARKS]
    np.testing.assert_array_equal(cheap.shares[:RATE_BENCHMARKS], usual.shares[:RATE_BENCHMARKS])
