"""Financing alone, with figures worked out by hand: costs, who may take which instrument, sizes, expected amounts."""

import dataclasses

import numpy as np
import pytest

from agents.institutions import Institutions
from agents.issuers import LADDER_MONTHS, Instrument, IssuerClass, Issuers, ListingRoute
from agents.listing_queue import STAGES
from scenarios.calendar import BASELINE
from scenarios.parameters import Parameters
from sim.base_year.base_year import BaseYear
from sim.base_year.sums import LargeDeal
from sim.clock import Clock
from sim.component import Part
from sim.financing.issuance import choice_explained, costs_pp, instrument_terms, issuers_raise_money
from sim.financing.listings import lead_times, listing_queue_moves, months_by_stage, withdrawal_by_route
from sim.financing.panda_bonds import foreign_issuers_decide
from sim.financing.provinces import delta_provinces, in_delta
from sim.financing.state import Contagion, FinancingConstants, Issuance, UsualDeals
from sim.financing.underwriting import underwriters_capital_bn
from sim.world.policy import Channels
from tests.sim.steps.by_hand import BOND_MONTHS, MONTHS_AFTER, MONTHS_BEFORE, US_YIELD_PCT, YIELD_PCT, run

BONDS = [Instrument.BOND, Instrument.GREEN_BOND]
OFFERS = [Instrument.IPO_MAIN, Instrument.IPO_STAR]
AA = 2


def of_class(on, *classes):
    return np.isin(on[Issuers]["issuer_class"], classes)


# What an instrument costs


def costs(on):
    return Part(costs_pp).on(on)


def moved(city, **values):
    """Change of the cost of each instrument by rating, and the instruments whose cost has changed."""
    change = costs(city(**values)) - costs(city())
    return change, set(np.flatnonzero(np.abs(change).max(axis=0) > 1e-12).tolist())


def usual(city, channel):
    return city()[Channels].baseline(channel)


def test_in_a_year_like_2020_loans_cost_the_prime_rate_and_the_spread_of_their_rating(city):
    on = city()
    prime = 3.85  # the one-year loan prime rate of 2020, per cent
    np.testing.assert_allclose(costs(on)[:, Instrument.LOAN], prime + np.array(on[Parameters].loan_spread))


def test_the_loan_rate_follows_the_mean_yield_of_a_year_by_its_passthrough(city):
    path = np.where(np.arange(MONTHS_BEFORE + MONTHS_AFTER) < MONTHS_BEFORE, YIELD_PCT, YIELD_PCT + 1.0)
    after_half_a_year, after_two = (
        costs(city(month, on_world={"china_yield_pct": path})) - costs(city(month)) for month in ("2021-06", "2022-12")
    )
    passthrough = city()[Parameters].loan_rate_passthrough
    np.testing.assert_allclose(after_half_a_year[:, Instrument.LOAN], 0.5 * passthrough)
    np.testing.assert_allclose(after_two[:, Instrument.LOAN], passthrough)
    np.testing.assert_allclose(after_half_a_year[:, [*BONDS, Instrument.COMMERCIAL_PAPER, Instrument.ABS]], 1.0)


def test_a_bond_costs_yield_spread_and_issue_cost_over_its_years(city):
    on = city(
        on_channels={"bond_issuance_cost": 60.0},
        on_parameters={"fee_bond": 0.4, "bond_issue_cost_years": 4.0, "paper_issue_cost_years": 0.5},
    )
    found, spread = costs(on), np.array([*on[Parameters].credit_spread, on[Parameters].credit_spread_lower]) / 100.0
    np.testing.assert_allclose(found[:, Instrument.BOND], YIELD_PCT + spread + (0.6 + 0.4) / 4.0)
    paper = YIELD_PCT + on[Parameters].paper_spread_share * spread + (0.6 + 0.4) / 0.5
    np.testing.assert_allclose(found[:, Instrument.COMMERCIAL_PAPER], paper)


def test_a_green_bond_costs_its_spread_and_its_label_more_and_the_label_less_where_information_is_cheap(city):
    half = 0.5 * usual(city, "esg_information_cost")
    on = city(
        on_channels={"green_financing_spread": -8.0, "esg_information_cost": half},
        on_parameters={"green_label_cost": 3.0, "esg_spread_semielasticity": 10.0},
    )
    gap = costs(on)[:, Instrument.GREEN_BOND] - costs(on)[:, Instrument.BOND]
    np.testing.assert_allclose(gap, (-8.0 + 3.0 + 10.0 * np.log(0.5)) / 100.0)


def test_a_shock_to_spreads_is_stated_at_aa_and_moves_other_ratings_in_proportion(city):
    change, which = moved(city, on_shocks={"credit_spread": 100.0})
    spread = np.array([*city()[Parameters].credit_spread, city()[Parameters].credit_spread_lower])
    assert which == {*BONDS, Instrument.COMMERCIAL_PAPER, Instrument.ABS}
    assert change[AA, Instrument.BOND] == pytest.approx(1.0)
    np.testing.assert_allclose(change[:, Instrument.BOND], spread / spread[AA])


def test_liquidity_is_paid_for_in_every_market_and_not_at_the_bank(city):
    change, which = moved(
        city, on_channels={"market_liquidity_premium": usual(city, "market_liquidity_premium") + 20.0}
    )
    assert which == {*BONDS, Instrument.COMMERCIAL_PAPER, Instrument.ABS, *OFFERS}
    np.testing.assert_allclose(change[:, sorted(which)], 0.2)


def test_patient_capital_makes_offers_and_real_estate_funds_cheaper_alike(city):
    double = 2.0 * usual(city, "long_term_equity_allocation")
    change, which = moved(city, on_channels={"long_term_equity_allocation": double})
    assert which == {*OFFERS, Instrument.REIT}
    np.testing.assert_allclose(change[:, sorted(which)], -city()[Parameters].equity_supply_semielasticity * np.log(2.0))


def test_an_offer_costs_the_return_on_equity_and_its_fee_a_fund_of_real_estate_its_yield_and_its_fee(city):
    terms = {"fee_ipo": 6.0, "reit_fee": 2.0, "offer_cost_years": 4.0, "reit_yield": 4.5, "cost_of_equity": 9.0}
    found = costs(city(on_parameters=terms))
    np.testing.assert_allclose(found[:, OFFERS], 9.0 + 1.5)
    np.testing.assert_allclose(found[:, Instrument.REIT], 4.5 + 0.5)


def utility(on):
    return Part(instrument_terms).on(on)[0]


def test_issuers_of_bonds_like_falling_yields_and_issuers_of_shares_rising_prices(city):
    months = MONTHS_BEFORE + MONTHS_AFTER
    on = city(
        on_parameters={"market_timing": -0.4, "ipo_return_sensitivity": 0.2},
        on_world={
            "china_yield_pct": YIELD_PCT + 0.1 * np.arange(months),
            "equity_index": 5000.0 * np.exp(0.05 * np.arange(months)),
        },
    )
    timing, returns = utility(on)[3:5]
    bonds = [Instrument.BOND, Instrument.COMMERCIAL_PAPER, Instrument.GREEN_BOND, Instrument.ABS]
    np.testing.assert_allclose(timing[:, bonds], -0.4 * 0.3)
    # Six months of five per cent, in steps of ten.
    np.testing.assert_allclose(returns[:, OFFERS], 0.2 * 0.3 / 0.1)
    assert not np.delete(timing, bonds, axis=1).any() and not np.delete(returns, OFFERS, axis=1).any()


# Who may take which


def eligible(on, **columns):
    """Instruments that firms of every class may use, by class; all are alike but for what is asked for."""
    issuers = on[Issuers]
    alike = {
        "market_access": True, "waiting_for": ListingRoute.NONE, "green": False, "securitisable": False,
        "hard_technology": False, "listed_firms": 0.0, "asset_rank": 0.99, "pool_rank": 0.99,
    }  # fmt: skip
    for name, value in {**alike, **columns}.items():
        issuers[name] = value
    able = run(issuers_raise_money, on)[Issuance].eligible
    classes = {}
    for kind in IssuerClass:
        mine = able[:, issuers["issuer_class"] == kind]
        assert (mine == mine[:, :1]).all()
        classes[kind] = {Instrument(k) for k in np.flatnonzero(mine[:, 0])}
    return classes


FIRMS = set(IssuerClass) - {IssuerClass.BANK, IssuerClass.FOREIGN}


def who_may(classes, instrument):
    return {kind for kind, able in classes.items() if instrument in able}


def test_firms_borrow_from_banks_and_banks_sell_bonds_and_foreigners_decide_apart(city):
    without_market = eligible(city(), market_access=False)
    assert who_may(without_market, Instrument.LOAN) == FIRMS
    assert who_may(without_market, Instrument.BOND) == {IssuerClass.BANK}
    assert without_market[IssuerClass.FOREIGN] == set()
    with_market = eligible(city())
    assert who_may(with_market, Instrument.BOND) == FIRMS | {IssuerClass.BANK}
    assert who_may(with_market, Instrument.COMMERCIAL_PAPER) == FIRMS - {IssuerClass.PRIVATE_MID}


def test_green_bonds_are_for_green_firms_with_a_market(city):
    assert who_may(eligible(city(), green=True), Instrument.GREEN_BOND) == FIRMS
    assert who_may(eligible(city(), green=True, market_access=False), Instrument.GREEN_BOND) == set()
    assert who_may(eligible(city()), Instrument.GREEN_BOND) == set()


def test_private_firms_list_on_the_main_board_and_those_of_hard_technology_on_star_until_all_are_listed(city):
    private = {IssuerClass.PRIVATE_LARGE, IssuerClass.PRIVATE_MID}
    assert who_may(eligible(city()), Instrument.IPO_MAIN) == private
    assert who_may(eligible(city()), Instrument.IPO_STAR) == set()
    assert who_may(eligible(city(), hard_technology=True), Instrument.IPO_STAR) == set(IssuerClass)
    for listed in ({"listed_firms": 10.0}, {"waiting_for": ListingRoute.MAIN}):
        busy = eligible(city(), hard_technology=True, **listed)
        assert who_may(busy, Instrument.IPO_MAIN) <= {IssuerClass.FOREIGN}
        assert Instrument.IPO_STAR not in busy[IssuerClass.PRIVATE_LARGE]


def test_nobody_lists_on_star_in_the_years_before_it_existed(city):
    on = city()
    on[BaseYear] = BaseYear(restated={"ipo_count_star": 0.0})
    assert who_may(eligible(on, hard_technology=True), Instrument.IPO_STAR) == set()


def test_sponsors_with_assets_of_the_best_rank_file_for_a_fund_of_real_estate_one_at_a_time(city):
    share = usual(city, "reits_eligible_assets")
    first, last = (eligible(city(), asset_rank=share * factor) for factor in (0.9, 1.1))
    assert who_may(first, Instrument.REIT) == {IssuerClass.INFRASTRUCTURE}
    assert who_may(last, Instrument.REIT) == set()
    assert who_may(eligible(city(), asset_rank=0.0, waiting_for=ListingRoute.REIT), Instrument.REIT) == set()


# What is needed and how it is booked


def test_foreign_issuers_meet_their_needs_abroad(city):
    on = city()
    foreign = of_class(on, IssuerClass.FOREIGN)
    on[Issuance].due_bn = 1.0 * foreign
    on[Issuers]["cash_bn"] = np.where(np.arange(len(foreign)) % 16 < 8, 50.0, 0.0)
    run(issuers_raise_money, on)
    assert not on[Issuers]["need_bn"][foreign].any() and (on[Issuers]["need_bn"][~foreign] > 0.0).any()
    # They pay what falls due, and spend none of the rest.
    assert set(on[Issuers]["cash_bn"][foreign].tolist()) == {49.0, -1.0}


def test_needs_differ_by_a_shock_of_their_own_around_their_growth(city):
    needs = []
    for spread in (0.0, 0.5, 1.0):
        on = city(on_parameters={"need_shock_sd": spread})
        run(issuers_raise_money, on)
        needs.append(on[Issuers]["need_bn"].copy())
    firms = needs[0] > 0.0
    shocks = np.log(needs[1][firms] / needs[0][firms])
    assert shocks.std() == pytest.approx(0.5, rel=0.15)
    # The shock of twice the spread is twice as large, about a mean of the factor that stays one.
    np.testing.assert_allclose(np.log(needs[2][firms] / needs[0][firms]) + 0.5, 2.0 * (shocks + 0.125), atol=1e-9)


def test_each_part_of_a_need_is_raised_in_a_way_of_its_own(city):
    for parts in (1, 2, 3):
        on = city(on_parameters={"need_shock_sd": 0.0})
        issuers = on[Issuers]
        issuers["tranches"] = parts
        on[Issuance].due_bn = 0.02 * issuers["debt_bn"].sum(axis=0)
        before = issuers["debt_bn"].copy()
        run(issuers_raise_money, on)
        ways = ((issuers["debt_bn"] - before) > 1e-12).sum(axis=0)
        assert ways.max() == parts


def test_who_files_borrows_the_need_of_the_month_from_a_bank(city):
    on = city(on_parameters={"need_shock_sd": 0.0})
    issuers = on[Issuers]
    issuers["tranches"], issuers["waiting_for"] = 1, ListingRoute.NONE
    constants = on[FinancingConstants].instrument_constants.copy()
    constants[OFFERS] += 20.0
    on[FinancingConstants] = dataclasses.replace(on[FinancingConstants], instrument_constants=constants)
    on[Issuance].due_bn = 0.02 * issuers["debt_bn"].sum(axis=0)
    loans = issuers["debt_bn"][Instrument.LOAN].copy()
    run(issuers_raise_money, on)
    files = (issuers["last_choice"] >= Instrument.IPO_MAIN) & of_class(on, IssuerClass.PRIVATE_LARGE)
    borrowed = issuers["debt_bn"][Instrument.LOAN] - loans
    assert files.sum() > 10 and (issuers["last_choice"][files] == Instrument.IPO_MAIN).any()
    np.testing.assert_allclose(borrowed[files], issuers["need_bn"][files])


def test_only_one_part_of_a_need_can_be_a_filing(city):
    on = city(on_parameters={"need_shock_sd": 0.0})
    issuers = on[Issuers]
    issuers["tranches"], issuers["waiting_for"] = 2, ListingRoute.NONE
    constants = on[FinancingConstants].instrument_constants.copy()
    constants[OFFERS] += 500.0
    on[FinancingConstants] = dataclasses.replace(on[FinancingConstants], instrument_constants=constants)
    on[Issuance].due_bn = 0.02 * issuers["debt_bn"].sum(axis=0)
    before = issuers["debt_bn"].copy()
    run(issuers_raise_money, on)
    files = (issuers["last_choice"] >= Instrument.IPO_MAIN) & of_class(on, IssuerClass.PRIVATE_LARGE)
    grew = (issuers["debt_bn"] - before)[:, files]
    assert files.any() and (grew[Instrument.LOAN] > 0.0).all()
    # The other part goes to the market where that is better than a loan.
    assert (grew[1:].sum(axis=0) > 0.0).any()


def test_financing_of_the_delta_is_what_its_firms_sell_on_markets(city):
    on = city()
    on[Issuance].due_bn = 0.02 * on[Issuers]["debt_bn"].sum(axis=0)
    before = on[Issuers]["debt_bn"].copy()
    run(issuers_raise_money, on)
    sold = (on[Issuers]["debt_bn"] - before)[1:, in_delta(on[Issuers])].sum()
    assert on[Issuance].delta_financing_bn == pytest.approx(sold) and sold > 0.0


def test_new_loans_fall_due_after_a_year_or_at_the_end_of_the_ladder_as_the_stock_does(city):
    on = city(on_parameters={"short_loan_share": 0.3, "need_shock_sd": 0.0})
    ladder = on[Issuers]["maturing_bn"][:, Instrument.LOAN].sum(axis=1)
    on[Issuance].due_bn = 1.0 * of_class(on, IssuerClass.MSME)
    run(issuers_raise_money, on)
    added = on[Issuers]["maturing_bn"][:, Instrument.LOAN].sum(axis=1) - ladder
    month = on[Clock].month
    # A flow is a stock over its life: three tenths that run for a year, seven that run for the length of the ladder.
    short = (0.3 / 12.0) / (0.3 / 12.0 + 0.7 / LADDER_MONTHS)
    loans = added.sum()
    assert added[(month + 12) % LADDER_MONTHS] == pytest.approx(short * loans)
    assert added[month % LADDER_MONTHS] == pytest.approx((1.0 - short) * loans)


def test_what_is_sold_on_markets_falls_due_after_its_own_tenor(city):
    on = city(on_parameters={"commercial_paper_tenor": 7.0, "abs_tenor": 30.0})
    before = on[Issuers]["maturing_bn"].sum(axis=2)
    on[Issuance].due_bn = 0.02 * on[Issuers]["debt_bn"].sum(axis=0)
    run(issuers_raise_money, on)
    added = on[Issuers]["maturing_bn"].sum(axis=2) - before
    for instrument, tenor in (
        (Instrument.COMMERCIAL_PAPER, 7), (Instrument.ABS, 30), (Instrument.BOND, BOND_MONTHS)
    ):  # fmt: skip
        slots = np.flatnonzero(np.abs(added[:, instrument]) > 1e-9)
        assert slots.tolist() == [(on[Clock].month + tenor) % LADDER_MONTHS]


def chosen_terms(on, row):
    return {name.split(": ")[1]: value for name, value, _ in Part(choice_explained).on(on, int(row))}


def test_dearer_search_makes_bonds_of_firms_in_the_delta_worse_by_what_they_pay_for_it(city):
    on = city(
        on_channels={"search_cost_regional": 3.0 * usual(city, "search_cost_regional")},
        on_parameters={"regional_search_cost": 25.0, "cost_sensitivity": 2.0, "paper_spread_share": 0.5},
    )
    on[Issuance].due_bn = 0.02 * on[Issuers]["debt_bn"].sum(axis=0)
    issuers = run(issuers_raise_money, on)[Issuers]
    here = in_delta(issuers)
    assert set(issuers["province"][here].tolist()) == set(delta_provinces())
    for instrument, part in ((Instrument.BOND, 1.0), (Instrument.COMMERCIAL_PAPER, 0.5)):
        took = (issuers["last_choice"] == instrument) & ~of_class(on, IssuerClass.BANK)
        # Twice 25 bp more, at two units of utility a percentage point.
        paid = [chosen_terms(on, row)["search for underwriters"] for row in np.flatnonzero(took & here)]
        np.testing.assert_allclose(paid, -2.0 * part * 0.5)
        assert all(chosen_terms(on, row)["search for underwriters"] == 0.0 for row in np.flatnonzero(took & ~here)[:5])


def test_defaults_of_a_province_make_its_bonds_worse_by_their_spread(city):
    on = city(on_parameters={"cost_sensitivity": 2.0, "paper_spread_share": 0.5})
    on[Issuance].due_bn = 0.02 * on[Issuers]["debt_bn"].sum(axis=0)
    on[Contagion].province_spread_pp[3] = 0.4
    issuers = run(issuers_raise_money, on)[Issuers]
    hit = (issuers["province"] == 3) & ~of_class(on, IssuerClass.BANK)
    checked = 0
    for instrument, part in ((Instrument.BOND, 1.0), (Instrument.GREEN_BOND, 1.0), (Instrument.COMMERCIAL_PAPER, 0.5)):
        for row in np.flatnonzero((issuers["last_choice"] == instrument) & hit):
            assert chosen_terms(on, row)["defaults of others"] == pytest.approx(-2.0 * part * 0.4)
            checked += 1
    assert checked > 1


def test_green_bonds_are_as_much_worse_as_others_where_search_is_dear(city):
    def green(factor):
        on = city(
            on_channels={"search_cost_regional": factor * usual(city, "search_cost_regional")},
            on_parameters={"regional_search_cost": 300.0},
        )
        issuers = on[Issuers]
        issuers["green"] = issuers["market_access"]
        issuers["province"] = delta_provinces()[0]
        on[Issuance].due_bn = 0.02 * issuers["debt_bn"].sum(axis=0)
        return (run(issuers_raise_money, on)[Issuers]["last_choice"] == Instrument.GREEN_BOND).sum()

    assert green(1e-3) > green(1.0) > green(8.0)


def test_fewer_firms_of_the_delta_sell_bonds_where_search_is_dear(city):
    sold = []
    for factor in (1e-3, 1.0, 8.0):
        on = city(
            on_channels={"search_cost_regional": factor * usual(city, "search_cost_regional")},
            on_parameters={"regional_search_cost": 300.0},
        )
        on[Issuance].due_bn = 0.02 * on[Issuers]["debt_bn"].sum(axis=0)
        issuers = run(issuers_raise_money, on)[Issuers]
        sold.append(int(np.isin(issuers["last_choice"], BONDS)[in_delta(issuers)].sum()))
    assert sold[0] > sold[1] > sold[2]


# Listings

ONE_MONTH_A_STAGE = {"listing_gate": 30.0}
NO_EXIT = {"weak_filing_share": 0.0, "withdraw_hazard_star": 0.0}


def at_the_end(city, **values):
    """Filings that have all but their last stage behind them."""
    on = city(**values)
    on[Issuers]["queue_stage"] = np.where(on[Issuers]["waiting_for"] == ListingRoute.NONE, 0, STAGES - 1)
    return on


def test_lead_times_are_those_of_2020_and_the_channel_shortens_those_of_boards_alone(city):
    months = Part(months_by_stage).on(city())
    np.testing.assert_allclose(months.sum(axis=1), Part(lead_times).on(city()))
    quick = city(on_channels={"listing_lead_time": 0.5 * usual(city, "listing_lead_time")})
    factors = np.array([[1.0], [0.5], [0.5], [1.0]])
    np.testing.assert_allclose(Part(months_by_stage).on(quick), factors * months)


def test_offers_without_spread_have_the_size_of_their_board_and_follow_ons_that_of_their_own(city):
    on = at_the_end(city, on_shocks=ONE_MONTH_A_STAGE, on_parameters={**NO_EXIT, "listing_size_spread": 0.0})
    waits = on[Issuers]["waiting_for"].copy()
    issuance, sizes = run(listing_queue_moves, on)[Issuance], on[FinancingConstants].deal_sizes_bn
    main, star = ((waits == route).sum() for route in (ListingRoute.MAIN, ListingRoute.STAR))
    assert issuance.issued_bn[Instrument.IPO_MAIN] == pytest.approx(main * sizes[LargeDeal.MAIN_OFFERS])
    assert issuance.issued_bn[Instrument.IPO_STAR] == pytest.approx(star * sizes[LargeDeal.STAR_OFFERS])
    count = issuance.follow_on_bn / sizes[LargeDeal.FOLLOW_ONS]
    assert count == pytest.approx(round(count)) and count > 0.0
    assert not on[Issuers]["queue_stage"].any()


def test_a_fund_of_real_estate_has_the_size_of_one_of_the_country_over_the_scale_and_is_screened_by_nobody(city):
    certain = {"queue_reit": 1e-9, "listing_size_spread": 0.0, "weak_filing_share": 1.0}
    on = city(on_parameters=certain, on_channels={"gatekeeper_screening": 1.0})
    sponsors = of_class(on, IssuerClass.INFRASTRUCTURE)
    on[Issuers]["waiting_for"] = np.where(sponsors, ListingRoute.REIT, ListingRoute.NONE)
    on[Issuers]["waiting_months"], on[Issuers]["queue_stage"] = 1.0, STAGES - 1
    raised = run(listing_queue_moves, on)[Issuance].issued_bn[Instrument.REIT]
    assert raised == pytest.approx(sponsors.sum() * on[Parameters].reit_size)


def test_what_is_expected_of_offers_is_their_number_times_their_chances_and_their_mean_size(city):
    terms = {"listing_size_spread": 0.6, "weak_filing_share": 0.5, "withdraw_hazard_star": 0.1}
    on = at_the_end(city, on_parameters=terms, on_channels={"gatekeeper_screening": 0.8})
    in_last = np.bincount(on[Issuers]["waiting_for"], minlength=4)
    months = Part(months_by_stage).on(on)[:, -1]
    firms = on[Issuers]["listed_firms"].sum()
    issuance, sizes = run(listing_queue_moves, on)[Issuance], on[FinancingConstants].deal_sizes_bn
    mean = np.exp(0.18)
    for lump, route, median in (
        (LargeDeal.MAIN_OFFERS, ListingRoute.MAIN, sizes[LargeDeal.MAIN_OFFERS]),
        (LargeDeal.STAR_OFFERS, ListingRoute.STAR, sizes[LargeDeal.STAR_OFFERS]),
    ):
        leaves = withdrawal_by_route(on[Parameters])[route]
        chance = (1.0 - leaves) * (1.0 - np.exp(-1.0 / months[route])) * (1.0 - 0.4)
        assert issuance.expected_bn[lump] == pytest.approx(in_last[route] * chance * median * mean)
    rate = on[Parameters].follow_on_rate / 12.0
    assert issuance.expected_bn[LargeDeal.FOLLOW_ONS] == pytest.approx(
        rate * firms * sizes[LargeDeal.FOLLOW_ONS] * mean
    )


def test_follow_ons_take_the_capital_of_underwriters_before_new_offers_do(city):
    def sold(equity_bn):
        on = at_the_end(city, on_shocks=ONE_MONTH_A_STAGE, on_parameters={**NO_EXIT, "underwriting_headroom": 1.0})
        on[UsualDeals] = UsualDeals(1e9, equity_bn, underwriters_capital_bn(on[Institutions]))
        issuance = run(listing_queue_moves, on)[Issuance]
        return issuance.follow_on_bn, issuance.issued_bn[OFFERS].sum()

    follow_on, offers = sold(1e9)
    assert follow_on > 0.0 and offers > 0.0
    assert sold(0.9 * follow_on) == (follow_on, 0.0)
    again, some = sold(follow_on + 0.5 * offers)
    assert again == follow_on and 0.0 < some <= 0.5 * offers


def test_shares_of_firms_in_the_delta_count_as_financing_of_the_delta(city):
    on = at_the_end(city, on_shocks=ONE_MONTH_A_STAGE, on_parameters=NO_EXIT)
    cash = on[Issuers]["cash_bn"].copy()
    issuance = run(listing_queue_moves, on)[Issuance]
    net = (on[Issuers]["cash_bn"] - cash) / (1.0 - on[Parameters].fee_ipo / 100.0)
    assert issuance.delta_financing_bn == pytest.approx(net[in_delta(on[Issuers])].sum())
    assert 0.0 < issuance.delta_financing_bn < net.sum()


# Panda bonds


PANDA_TERMS = {
    "panda_hazard": 0.02,
    "panda_cost_slope": 0.5,
    "panda_size_spread": 0.8,
    "gap_slope_three_years": 0.8,
    "covered_parity_weight": 1.0,
}
FALLING_YUAN = {"usdcny": 6.0 * np.exp(0.01 * np.arange(MONTHS_BEFORE + MONTHS_AFTER))}


def expected_pandas(city, needs_yuan, **values):
    """Panda bonds expected, over the median size and the number of registered issuers, all of one kind."""
    values["on_parameters"] = PANDA_TERMS | values.get("on_parameters", {})
    on = city(**values)
    on[Issuers]["needs_yuan"] = needs_yuan
    count = on[Issuers]["registered"].sum()
    amount = run(foreign_issuers_decide, on)[Issuance].expected_bn[LargeDeal.PANDA_BONDS]
    return amount / (count * on[FinancingConstants].deal_sizes_bn[LargeDeal.PANDA_BONDS] * np.exp(0.32))


def rate_at(advantage_pp):
    return pytest.approx(-np.expm1(-0.02 * np.exp(0.5 * advantage_pp)))


@pytest.mark.parametrize("wider", [{"us_yield_pct": US_YIELD_PCT + 1.0}, {"china_yield_pct": YIELD_PCT - 1.0}])
def test_issuers_who_need_yuan_come_for_the_gap_at_three_years_and_those_who_swap_do_not_at_parity(city, wider):
    for needs_yuan in (True, False):
        assert expected_pandas(city, needs_yuan) == rate_at(0.0)
    assert expected_pandas(city, True, on_world=wider) == rate_at(0.8)
    assert expected_pandas(city, False, on_world=wider) == rate_at(0.0)


def test_issuers_who_swap_gain_where_the_forward_prices_a_fall_of_the_yuan_that_parity_does_not(city):
    terms = {"covered_parity_weight": 0.7, "fx_extrapolation": 0.25}
    # A fall of twelve per cent in a year, a quarter of it expected, three tenths of that in the forward.
    assert expected_pandas(city, False, on_parameters=terms, on_world=FALLING_YUAN) == rate_at(0.9)
    assert expected_pandas(city, True, on_parameters=terms, on_world=FALLING_YUAN) == rate_at(0.0)


def test_dearer_panda_bonds_and_hedges_keep_issuers_away(city):
    for needs_yuan in (True, False):
        on = {"panda_issuance_cost": city()[Channels].baseline("panda_issuance_cost") + 20.0}
        assert expected_pandas(city, needs_yuan, on_channels=on) == rate_at(-0.2)
        on = {"hedging_cost": city()[Channels].baseline("hedging_cost") + 20.0}
        assert expected_pandas(city, needs_yuan, on_channels=on) == rate_at(0.0 if needs_yuan else -0.2)


def test_panda_bonds_without_spread_have_the_size_that_meets_the_base_year(city):
    on = city(on_parameters={"panda_hazard": 1e12, "panda_size_spread": 0.0})
    count = on[Issuers]["registered"].sum()
    run(foreign_issuers_decide, on)
    assert on[Issuance].issued_bn[Instrument.PANDA] == pytest.approx(
        count * on[FinancingConstants].deal_sizes_bn[LargeDeal.PANDA_BONDS]
    )
    assert on[Clock].month > BASELINE
