"""Steps of financing alone."""

import dataclasses

import numpy as np
import pytest

from agents.institutions import Institutions
from agents.issuers import LADDER_MONTHS, Industry, Instrument, IssuerClass, Issuers, ListingRoute
from agents.listing_queue import STAGES
from scenarios.parameters import Parameters
from sim.accounting.ledger import Account, Ledger
from sim.accounting.securities import SecurityBook, SecurityClass
from sim.banking.state import LendingCapacity
from sim.base_year.base_year import BaseYear
from sim.base_year.derived import equity_share_of_sse
from sim.base_year.model_size import ModelSize
from sim.base_year.sums import BaseYearSums, LargeDeal
from sim.bond_market.component import bond_market_opens
from sim.clock import Clock, season
from sim.component import Part
from sim.financing.component import FINANCING, financing_opens
from sim.financing.issuance import issuers_raise_money
from sim.financing.listings import gate_moves, listing_queue_moves
from sim.financing.maturities import debt_matures
from sim.financing.panda_bonds import foreign_issuers_decide
from sim.financing.provinces import in_delta
from sim.financing.state import (
    Contagion,
    Defaults,
    FilingMemory,
    FinancingConstants,
    Issuance,
    ListingQueue,
    PandaProgramme,
    SmallFirmCredit,
    UsualDeals,
)
from sim.financing.underwriting import underwriters_capital_bn
from sim.trading.state import ShareMarket
from sim.world.policy import Channels
from tests.sim.steps.by_hand import BOND_MONTHS, YIELD_PCT, closes, ends_base_year, run

NOBODY_FAILS = {"default_rate": 0.0}
CERTAIN = 1e12
"""A factor or rate at which what may happen does happen."""
ONE_MONTH_A_STAGE = {"listing_gate": 30.0}
NO_EXIT = {"weak_filing_share": 0.0, "withdraw_hazard_star": 0.0}


def of_class(on, *classes):
    return np.isin(on[Issuers]["issuer_class"], classes)


def next_month(on):
    """Go on to the next month as the model does: stocks close and flows begin anew."""
    on[SecurityBook].close_flows()
    on[Ledger].open_month()
    on[Clock] = Clock(on[Clock].month + 1)
    for opens in (bond_market_opens, financing_opens):
        Part(opens).on(on)


# Debt matures


def matured(on):
    return run(debt_matures, on)


def test_debt_that_falls_due_is_repaid_in_its_month_and_once(city):
    on = city(on_parameters=NOBODY_FAILS)
    issuers, book = on[Issuers], on[SecurityBook]
    before = issuers["debt_bn"].copy()
    due = issuers["maturing_bn"][on[Clock].month % LADDER_MONTHS].copy()
    matured(on)
    np.testing.assert_allclose(issuers["debt_bn"], before - due)
    np.testing.assert_allclose(due[Instrument.BOND], before[Instrument.BOND] / BOND_MONTHS)
    assert on[Ledger].total("loan repayment") == pytest.approx(due[Instrument.LOAN].sum())
    assert on[Ledger].total("redemption") == pytest.approx(due[1:].sum()) == pytest.approx(book.redeemed_bn.sum())
    assert not book.defaulted_bn.any() and on[Defaults].count == 0
    left = issuers["debt_bn"].copy()
    matured(on)
    np.testing.assert_array_equal(issuers["debt_bn"], left)


def test_foreign_issuers_repay_out_of_funds_from_abroad_and_all_others_out_of_what_they_raise(city):
    on = matured(city(on_parameters=NOBODY_FAILS))
    foreign, ledger = of_class(on, IssuerClass.FOREIGN), on[Ledger]
    panda = on[SecurityBook].redeemed_bn[SecurityClass.PANDA]
    assert panda > 0.0 and ledger.total("repayment funds") == pytest.approx(panda)
    assert ledger.month_cash_bn[Account.FOREIGN_ISSUERS] == pytest.approx(0.0, abs=1e-9)
    assert not on[Issuance].due_bn[foreign].any() and (on[Issuance].due_bn[~foreign] > 0.0).all()


def test_due_debt_is_repaid_or_written_off_and_what_is_written_off_is_not_due_later(city):
    on = city(on_shocks={"default_rate": CERTAIN})
    issuers, book = on[Issuers], on[SecurityBook]
    before = issuers["debt_bn"][1:].sum()
    matured(on)
    assert issuers["defaulted_bn"].sum() == pytest.approx(book.defaulted_bn.sum()) and book.defaulted_bn.sum() > 0.0
    assert issuers["debt_bn"][1:].sum() == pytest.approx(before - book.redeemed_bn.sum() - book.defaulted_bn.sum())
    np.testing.assert_allclose(issuers["maturing_bn"].sum(axis=0), issuers["debt_bn"], atol=1e-12)
    assert on[Ledger].total("redemption") == pytest.approx(book.redeemed_bn.sum())


def test_a_shock_to_default_rates_is_felt_by_private_firms_alone_and_bank_loans_are_not_market_debt(city):
    on = city(on_shocks={"default_rate": CERTAIN})
    loans = on[Issuers]["debt_bn"][Instrument.LOAN].copy()
    loans -= on[Issuers]["maturing_bn"][on[Clock].month % LADDER_MONTHS, Instrument.LOAN]
    expected = [matured(city(on_shocks={"default_rate": factor}))[Defaults].expected for factor in (0.0, 1.0)]
    private = of_class(matured(on), IssuerClass.PRIVATE_LARGE, IssuerClass.PRIVATE_MID)
    assert (on[Issuers]["defaulted_bn"][private] > 0.0).mean() > 0.7
    assert (on[Issuers]["defaulted_bn"][~private] > 0.0).mean() < 0.1
    np.testing.assert_allclose(on[Issuers]["debt_bn"][Instrument.LOAN], loans)
    assert (
        expected[0][0]
        < expected[1][0]
        == pytest.approx(on[FinancingConstants].default_rate_scale * expected[1][1], rel=1e-6)
    )


def test_a_rounding_error_of_debt_that_is_repaid_does_not_default(city):
    on = city(on_shocks={"default_rate": CERTAIN})
    on[Issuers]["debt_bn"][1:] = on[Issuers]["maturing_bn"][:, 1:] = 1e-17
    assert matured(on)[Defaults].count == 0


def test_a_loss_in_one_industry_makes_its_bonds_dearer_and_where_nothing_happens_spreads_fall(city):
    for off in ((), ("default_contagion",)):
        on = city(on_shocks={"default_rate": CERTAIN}, off=off)
        hit = on[Issuers]["industry"] == Industry.ELECTRONICS
        on[Issuers]["debt_bn"][1:, of_class(on, IssuerClass.PRIVATE_LARGE, IssuerClass.PRIVATE_MID) & ~hit] = 0.0
        spread = matured(on)[Contagion].industry_spread_pp
        others = np.delete(spread, (Industry.ELECTRONICS, Industry.FINANCE))
        if off:
            assert not spread.any()
        else:
            assert spread[Industry.ELECTRONICS] > 0.1 > 0.0 > np.median(others)


def test_issuers_whose_needs_went_unmet_for_months_default_more_often_and_others_by_their_rating(city):
    usual, starved = city(), city()
    starved[Issuers]["unmet_months"] = int(usual[Parameters].distress_months)
    calm, distressed = (matured(on)[Defaults].expected for on in (usual, starved))
    assert calm[0] == pytest.approx(calm[1])
    assert distressed[1] == calm[1]
    assert distressed[0] == pytest.approx(starved[Parameters].distress_multiplier * calm[0], rel=0.05)
    on_market = starved[Issuers]["debt_bn"][1:].sum(axis=0) > 0.0
    np.testing.assert_array_equal(starved[Issuers]["distressed"], on_market)
    assert not usual[Issuers]["distressed"].any()


def test_foreign_and_bank_debt_is_written_off_in_its_own_class_and_frightens_no_industry(city):
    on = city(on_parameters={"default_rate": 0.09})
    firms = ~of_class(on, IssuerClass.FOREIGN, IssuerClass.BANK)
    on[Issuers]["debt_bn"][1:, firms] = 0.0
    on[Issuers]["rating"] = 3
    on[FinancingConstants] = dataclasses.replace(on[FinancingConstants], default_rate_scale=100.0)
    lost = matured(on)[SecurityBook].defaulted_bn
    assert lost[SecurityClass.PANDA] > 0.0 and lost[SecurityClass.FINANCIAL] > 0.0
    assert lost[SecurityClass.CORPORATE] == lost[SecurityClass.PAPER] == 0.0
    assert lost.sum() == pytest.approx(on[Issuers]["defaulted_bn"].sum()) and on[Defaults].count > 0
    assert not on[Contagion].industry_spread_pp.any() and not on[Contagion].market_losses_pct.any()


def test_a_province_with_losses_pays_more_and_an_issuer_without_one_pays_nothing_for_it(city):
    on = city(on_shocks={"default_rate": CERTAIN})
    private = of_class(on, IssuerClass.PRIVATE_LARGE, IssuerClass.PRIVATE_MID)
    on[Issuers]["debt_bn"][1:, private & (on[Issuers]["province"] != 3)] = 0.0
    spread = matured(on)[Contagion].province_spread_pp
    assert spread.argmax() == 3 and spread[3] > 0.0 and spread[-1] == 0.0


def test_dearer_bonds_bring_defaults_where_debt_falls_due(city):
    due, not_due = city(), city()
    not_due[Issuers]["maturing_bn"] = 0.0
    for on in (due, not_due):
        on[Contagion].industry_spread_pp[:] = 3.0
    expected = [matured(on)[Defaults].expected for on in (due, not_due)]
    assert expected[0][0] > expected[0][1] == expected[1][1] == pytest.approx(expected[1][0])


# Issuers raise money


def raised(on, due=0.02):
    """Issuers raise money after a part of their debt, other than that of foreigners, has fallen due."""
    domestic = ~of_class(on, IssuerClass.FOREIGN)
    on[Issuance].due_bn = due * on[Issuers]["debt_bn"].sum(axis=0) * domestic
    return run(issuers_raise_money, on)


STILL = {"need_growth": 0.0, "proceeds_spending_rate": 0.0}


def market_debt_bn(on):
    """Debt sold on the market in the month."""
    return float(on[Issuance].issued_bn[1:5].sum()) + on[Issuance].financial_bonds_bn


def test_who_needs_nothing_raises_nothing(city):
    on = city(on_parameters=STILL)
    on[Issuance].due_bn = 1.0 * of_class(on, IssuerClass.MSME)
    before = on[Issuers]["debt_bn"].copy()
    run(issuers_raise_money, on)
    need, got = on[Issuers]["need_bn"], (on[Issuers]["debt_bn"] - before).sum(axis=0)
    np.testing.assert_array_equal(need > 0.0, of_class(on, IssuerClass.MSME))
    np.testing.assert_array_equal(got > 0.0, need > 0.0)
    assert market_debt_bn(on) == 0.0


def test_what_is_needed_is_raised_but_for_loans_that_banks_refuse_and_the_rest_is_an_overdraft(city):
    on = city(on_parameters=STILL)
    before = on[Issuers]["debt_bn"].sum(axis=0)
    raised(on)
    got, need = on[Issuers]["debt_bn"].sum(axis=0) - before, on[Issuers]["need_bn"]
    rationed = of_class(on, IssuerClass.MSME, IssuerClass.PRIVATE_MID)
    np.testing.assert_allclose(got[~rationed], need[~rationed], atol=1e-12)
    assert (got[rationed] <= need[rationed] + 1e-12).all()
    credit = on[SmallFirmCredit]
    assert (need - got).sum() == pytest.approx(credit.refused_bn) and credit.refused_bn > 0.0
    fees = on[Ledger].total("underwriting fee")
    assert fees == pytest.approx(on[Parameters].fee_bond / 100.0 * market_debt_bn(on))
    assert on[Issuers]["cash_bn"].sum() == pytest.approx(got.sum() - fees - on[Issuance].due_bn.sum())


def test_the_steps_of_a_month_together_close_the_accounts_of_issuers(city):
    on = city(on_shocks=ONE_MONTH_A_STAGE, on_parameters={"panda_hazard": 1.0})
    on[Issuers]["queue_stage"] = np.where(boards(on), STAGES - 1, 0)
    for step in (debt_matures, issuers_raise_money, gate_moves, listing_queue_moves, foreign_issuers_decide):
        run(step, on)
    on[SecurityBook].close_flows()
    closes(FINANCING, on)
    assert on[Issuance].issued_bn[[Instrument.LOAN, Instrument.BOND, Instrument.IPO_MAIN, Instrument.PANDA]].all()
    assert on[Ledger].cash_bn.sum() == pytest.approx(0.0, abs=1e-9)
    np.testing.assert_allclose(on[Issuers]["maturing_bn"].sum(axis=0), on[Issuers]["debt_bn"], atol=1e-9)


def test_dearer_bonds_move_issuers_to_loans(city):
    usual, dear = (raised(city(on_shocks={"credit_spread": bp})) for bp in (0.0, 300.0))
    for instrument in (Instrument.BOND, Instrument.GREEN_BOND):
        assert dear[Issuance].issued_bn[instrument] < usual[Issuance].issued_bn[instrument]
    assert dear[SmallFirmCredit].asked_bn > usual[SmallFirmCredit].asked_bn
    np.testing.assert_array_equal(dear[Issuers]["need_bn"], usual[Issuers]["need_bn"])


def test_defaults_of_others_move_the_issuers_of_one_industry_alone(city):
    usual, felt = city(), city()
    felt[Contagion].industry_spread_pp = np.where(np.arange(len(Industry)) == Industry.HEALTH, 5.0, 0.0)
    choice = [raised(on)[Issuers]["last_choice"] for on in (usual, felt)]
    there = usual[Issuers]["industry"] == Industry.HEALTH
    np.testing.assert_array_equal(choice[0][~there], choice[1][~there])
    bonds = [np.isin(each[there], (Instrument.BOND, Instrument.GREEN_BOND)).sum() for each in choice]
    assert bonds[1] < bonds[0]


def test_firms_of_the_delta_alone_turn_to_bonds_when_underwriters_find_them(city):
    usual, found = raised(city()), raised(city(on_channels={"search_cost_regional": 1e-6}))
    moved = usual[Issuers]["last_choice"] != found[Issuers]["last_choice"]
    assert not moved[~in_delta(usual[Issuers])].any()
    assert found[Issuance].delta_financing_bn >= usual[Issuance].delta_financing_bn > 0.0


def test_issuers_take_only_what_they_may(city):
    on = raised(city())
    issuers, kept, choice = on[Issuers], on[Issuance].eligible, on[Issuers]["last_choice"]
    foreign, bank, small = (of_class(on, each) for each in (IssuerClass.FOREIGN, IssuerClass.BANK, IssuerClass.MSME))
    chose = np.flatnonzero(choice >= 0)
    assert kept[choice[chose], chose].all()
    assert (choice[foreign] == -1).all() and (choice[bank] == Instrument.BOND).all()
    assert set(choice[small]) == {Instrument.LOAN}
    sold = on[SecurityBook].gross_bn
    assert sold[SecurityClass.FINANCIAL] == pytest.approx(issuers["need_bn"][bank].sum())
    assert sold[SecurityClass.PANDA] == sold[SecurityClass.SOVEREIGN] == 0.0
    assert sold.sum() == pytest.approx(market_debt_bn(on)) == pytest.approx(on[Ledger].total("issue proceeds"))


def test_issuers_twice_as_large_raise_twice_as_much_in_the_same_ways(city):
    one, two = city(), city()
    for name in ("debt_bn", "maturing_bn"):
        two[Issuers][name] *= 2.0
    small, large = raised(one), raised(two)
    np.testing.assert_array_equal(large[Issuers]["last_choice"], small[Issuers]["last_choice"])
    np.testing.assert_allclose(large[Issuance].issued_bn, 2.0 * small[Issuance].issued_bn)


def with_capital(on, debt_bn=np.inf, equity_bn=np.inf):
    """Underwriters whose usual deals are stated, with the capital that was behind them."""
    on[UsualDeals] = UsualDeals(debt_bn, equity_bn, underwriters_capital_bn(on[Institutions]))
    return on


def test_usual_deals_are_the_monthly_mean_of_the_base_year_and_the_capital_at_its_end(city):
    on = city("2020-12")
    on[BaseYearSums] = BaseYearSums(debt_deals_bn=120.0, equity_deals_bn=24.0)
    usual = ends_base_year(FINANCING, on)[UsualDeals]
    assert usual == UsualDeals(10.0, 2.0, underwriters_capital_bn(on[Institutions]))


def test_underwriters_place_debt_up_to_their_capital_and_defer_the_rest(city):
    free = raised(city())
    asked = market_debt_bn(free)
    tight = raised(with_capital(city(), 0.1 * asked))
    headroom = tight[Parameters].underwriting_headroom
    assert market_debt_bn(tight) == pytest.approx(headroom * 0.1 * asked)
    assert tight[Issuance].deferred_debt_bn == pytest.approx(asked - market_debt_bn(tight))
    assert tight[Issuance].issued_bn[Instrument.LOAN] == pytest.approx(free[Issuance].issued_bn[Instrument.LOAN])
    bank = of_class(tight, IssuerClass.BANK)
    assert (tight[Issuers]["unmet_months"][bank] == 1).all() and not free[Issuers]["unmet_months"][bank].any()


def test_underwriters_with_half_the_capital_place_half_and_those_with_much_defer_nothing(city):
    asked = market_debt_bn(raised(city()))
    half, ample = with_capital(city(), 0.1 * asked), with_capital(city(), asked)
    half[UsualDeals].capital_bn *= 2.0
    assert market_debt_bn(raised(half)) == pytest.approx(half[Parameters].underwriting_headroom * 0.05 * asked)
    assert raised(ample)[Issuance].deferred_debt_bn == 0.0
    switched_off = raised(with_capital(city(off=("underwriting_limits",)), 0.0))
    assert market_debt_bn(switched_off) == pytest.approx(asked)


def eager(on):
    """Issuers to whom an offer of shares is worth more than in 2020, so that many file in a month."""
    constants = on[FinancingConstants].instrument_constants.copy()
    constants[[Instrument.IPO_MAIN, Instrument.IPO_STAR]] += 5.0
    on[FinancingConstants] = dataclasses.replace(on[FinancingConstants], instrument_constants=constants)
    return on


def test_who_files_waits_and_borrows_from_a_bank_meanwhile(city):
    on = eager(city())
    idle, queue = on[Issuers]["waiting_for"] == ListingRoute.NONE, on[ListingQueue].filed.copy()
    raised(on)
    issuers = on[Issuers]
    files = issuers["last_choice"] >= Instrument.IPO_MAIN
    assert files.any() and idle[files].all()
    np.testing.assert_array_equal(
        issuers["waiting_for"][files], issuers["last_choice"][files] - Instrument.IPO_MAIN + ListingRoute.MAIN
    )
    assert on[ListingQueue].filed.sum() - queue.sum() == files.sum()
    assert not on[Issuance].issued_bn[Instrument.IPO_MAIN :].any()
    assert on[SmallFirmCredit].asked_bn >= issuers["need_bn"][files & (issuers["tranches"] == 1)].sum()


def filings(on):
    on[Issuers]["waiting_for"] = ListingRoute.NONE
    before = on[ListingQueue].filed.copy()
    return raised(eager(on))[ListingQueue].filed - before


def test_fewer_file_while_the_queue_is_long(city):
    quick, slow = (filings(city(on_shocks={"listing_gate": gate})) for gate in (1.0, -2.0))
    for route in (ListingRoute.MAIN, ListingRoute.STAR):
        assert slow[route] < quick[route]


def test_more_file_where_their_industry_has_just_filed_unless_the_interaction_is_off(city):
    counts = {}
    for off in ((), ("issuance_spillover",)):
        for signal in (0.0, 50.0):
            on = city(off=off)
            on[FilingMemory].recent += signal
            counts[off, signal] = filings(on)[ListingRoute.MAIN]
    assert counts[(), 50.0] > counts[(), 0.0]
    assert counts[("issuance_spillover",), 50.0] == counts[("issuance_spillover",), 0.0] > 0


def test_banks_accept_more_from_small_firms_with_guarantees_and_less_from_those_that_are_dear_to_screen(city):
    usual, guaranteed, dear = (
        raised(city(on_channels=values))[SmallFirmCredit]
        for values in ({}, {"guarantee_coverage": 0.9}, {"msme_screening_cost": 20.0})
    )
    assert dear.acceptance_rate < usual.acceptance_rate < guaranteed.acceptance_rate
    assert usual.beyond_asked_bn == 0.0 < guaranteed.beyond_asked_bn
    # Guaranteed loans are cheaper, so that mid-size firms ask for more of them.
    assert guaranteed.asked_bn > usual.asked_bn == pytest.approx(dear.asked_bn)
    for credit in (usual, guaranteed, dear):
        assert credit.refused_bn < credit.asked_bn


def test_banks_short_of_capital_lend_the_part_that_it_allows_and_what_they_refuse_stays_unmet(city):
    usual, short = city(), city()
    short[LendingCapacity].share = 0.7
    granted, less = (raised(on)[Ledger].total("loan") for on in (usual, short))
    assert less == pytest.approx(0.7 * granted)
    assert short[SmallFirmCredit].refused_bn == pytest.approx(usual[SmallFirmCredit].refused_bn + 0.3 * granted)
    assert short[SmallFirmCredit].acceptance_rate == pytest.approx(0.7 * usual[SmallFirmCredit].acceptance_rate)
    np.testing.assert_allclose(market_debt_bn(short), market_debt_bn(usual))


def test_a_month_in_which_no_small_firm_needs_anything_leaves_the_acceptance_rate_as_it_was(city):
    on = city(on_parameters=STILL)
    on[Issuance].due_bn = 1.0 * of_class(on, IssuerClass.CENTRAL_SOE)
    on[SmallFirmCredit].acceptance_rate = 0.6
    run(issuers_raise_money, on)
    assert on[SmallFirmCredit].acceptance_rate == 0.6
    assert on[SmallFirmCredit].refused_bn == 0.0


def issued(on):
    return raised(on)[Issuance].issued_bn.copy()


def test_each_price_moves_the_instrument_it_belongs_to(city):
    usual = issued(city())
    premium = city()
    premium[SecurityBook].premium_pp[SecurityClass.ABS] = 3.0
    assert issued(premium)[Instrument.ABS] < usual[Instrument.ABS]
    dear_green = city(on_channels={"green_financing_spread": 500.0})
    assert issued(dear_green)[Instrument.GREEN_BOND] < usual[Instrument.GREEN_BOND]
    more_pools = city(on_channels={"securitisable_share": 3.0 * usual_channel(city, "securitisable_share")})
    assert issued(more_pools)[Instrument.ABS] > usual[Instrument.ABS]


def usual_channel(city, name):
    return city()[Channels].baseline(name)


def test_issuers_file_more_when_shares_rose_and_equity_is_cheap(city):
    usual = filings(city())
    rising = {"equity_index": 5000.0 * np.exp(0.05 * np.arange(60))}
    patient = {"long_term_equity_allocation": 3.0 * usual_channel(city, "long_term_equity_allocation")}
    for on in (city(on_world=rising), city(on_channels=patient)):
        assert filings(on)[[ListingRoute.MAIN, ListingRoute.STAR]].sum() > usual.sum()


def test_filings_are_remembered_by_the_industry_that_made_them(city):
    on = eager(city())
    recent = on[FilingMemory].recent.copy()
    on[FilingMemory].recent[:] = 0.0
    files = raised(on)[Issuers]["last_choice"] >= Instrument.IPO_MAIN
    assert recent.any() and files.any()
    filed = np.bincount(on[Issuers]["industry"][files], minlength=len(Industry)) > 0
    np.testing.assert_array_equal(on[FilingMemory].recent.sum(axis=1) > 0.0, filed)


def test_who_files_again_starts_to_wait_anew_and_only_sponsors_file_for_a_real_estate_fund(city):
    on = eager(city())
    on[Issuers]["waiting_months"] = 9.0
    files = raised(on)[Issuers]["last_choice"] >= Instrument.IPO_MAIN
    assert files.any() and not on[Issuers]["waiting_months"][files].any()
    may = on[Issuance].eligible[Instrument.REIT]
    assert may.any() and of_class(on, IssuerClass.INFRASTRUCTURE)[may].all()
    assert not raised(city("2020-07"))[Issuance].eligible[Instrument.REIT].any()


def test_needs_follow_the_season_and_the_growth_of_the_economy(city):
    usual, boom = (raised(city(on_shocks={"economic_growth": gap}))[Issuers]["need_bn"].sum() for gap in (0.0, 3.0))
    assert boom > usual
    months = ("2021-02", "2021-03")
    needs = [raised(city(month, on_parameters=STILL)) for month in months]
    ratio = needs[1][Issuers]["need_bn"].sum() / needs[0][Issuers]["need_bn"].sum()
    assert ratio == pytest.approx(
        season(needs[1][Clock], needs[1][Parameters]) / season(needs[0][Clock], needs[0][Parameters])
    )
    assert ratio != pytest.approx(1.0, abs=0.01)


def test_parts_of_a_need_are_raised_each_in_its_own_way(city):
    on = city(on_parameters=STILL)
    before = on[Issuers]["debt_bn"].copy()
    grew = ((raised(on)[Issuers]["debt_bn"] - before) > 0.0).sum(axis=0)
    assert grew.max() > 1 and (grew <= on[Issuers]["tranches"]).all()


def test_strategic_firms_gain_from_directed_credit_and_all_lose_when_loans_turn_bad(city):
    accepted = {}
    for name, channels, losses in (
        ("usual", {}, 0.0),
        ("directed", {"directed_credit_weight": 5.0}, 0.0),
        ("bad", {}, 20.0),
    ):
        on = city(on_channels={each: value * usual_channel(city, each) for each, value in channels.items()})
        on[Contagion].market_losses_pct[:] = losses
        accepted[name] = raised(on)[Issuers]["debt_bn"][Instrument.LOAN].copy()
    rationed = of_class(on, IssuerClass.MSME, IssuerClass.PRIVATE_MID) & (on[Issuers]["last_choice"] == Instrument.LOAN)
    strategic = rationed & on[Issuers]["hard_technology"]
    assert strategic.any() and (accepted["directed"] > accepted["usual"])[strategic].all()
    np.testing.assert_array_equal(accepted["directed"][~strategic & rationed], accepted["usual"][~strategic & rationed])
    assert (accepted["bad"] < accepted["usual"])[rationed].all()


def test_a_guarantee_is_new_once(city):
    on = raised(city(on_channels={"guarantee_coverage": 0.5}))
    first = on[SmallFirmCredit].newly_guaranteed
    assert 0.0 < raised(on)[SmallFirmCredit].newly_guaranteed < first


# The gate of the regulator


def gate_after(on, before=0.0):
    on[ListingQueue].log_gate = before
    return run(gate_moves, on)[ListingQueue].log_gate


def test_the_gate_stays_through_the_base_year_and_moves_afterwards(city):
    assert gate_after(city("2020-12"), before=0.3) == 0.3
    assert gate_after(city("2021-01"), before=0.3) != 0.3


def test_a_gate_without_noise_returns_to_the_usual_throughput_by_its_persistence(city):
    on = city(on_parameters={"listing_gate_spread": 0.0})
    assert gate_after(on, before=-0.5) == pytest.approx(-0.5 * on[Parameters].listing_gate_persistence)


# The queue for listings


def test_a_quicker_review_and_an_open_gate_pass_more_filings_and_leave_real_estate_funds_alone(city):
    counts = {}
    for name, values in (
        ("usual", {}),
        ("quick", {"on_channels": {"listing_lead_time": 0.2 * usual_channel(city, "listing_lead_time")}}),
        ("open", {}),
    ):
        on = city(**values)
        waiting_for = on[Issuers]["waiting_for"]
        sponsors = of_class(on, IssuerClass.INFRASTRUCTURE)
        waiting_for[sponsors] = ListingRoute.REIT
        on[Issuers]["waiting_months"] = 3.0
        on[ListingQueue].log_gate = 2.0 if name == "open" else 0.0
        stage = queued(on)[Issuers]["queue_stage"]
        counts[name] = (stage[boards(on)] > 0).mean(), (stage[sponsors] > 0).sum()
    assert counts["usual"][0] < min(counts["quick"][0], counts["open"][0])
    assert counts["usual"][1] == counts["quick"][1] == counts["open"][1] > 0


def queued(on):
    return run(listing_queue_moves, on)


def boards(on):
    return np.isin(on[Issuers]["waiting_for"], (ListingRoute.MAIN, ListingRoute.STAR))


def test_a_filing_passes_one_stage_a_month_at_most_and_lists_after_the_last(city):
    on = city(on_shocks=ONE_MONTH_A_STAGE, on_parameters=NO_EXIT)
    issuers, waits, listed_before = on[Issuers], boards(on), on[Issuers]["listed_firms"].copy()
    for month in range(1, STAGES):
        queued(on)
        assert (issuers["queue_stage"][waits] == month).all() and not on[ListingQueue].listings.any()
        next_month(on)
    queued(on)
    closes(FINANCING, on)
    assert not issuers["waiting_for"].any() and on[ListingQueue].listings.sum() == waits.sum()
    np.testing.assert_allclose(issuers["listed_firms"] - listed_before, waits / on[ModelSize].scale)


def test_proceeds_of_offers_are_paid_by_shareholders_and_add_to_the_value_of_shares(city):
    on = city(on_shocks=ONE_MONTH_A_STAGE, on_parameters=NO_EXIT)
    on[Issuers]["queue_stage"] = np.where(boards(on), STAGES - 1, 0)
    on[ShareMarket].listed_bn = 0.0
    issuance, ledger = queued(on)[Issuance], on[Ledger]
    offers = issuance.issued_bn[[Instrument.IPO_MAIN, Instrument.IPO_STAR]]
    total = offers.sum() + issuance.follow_on_bn
    assert offers.min() > 0.0 and issuance.follow_on_bn > 0.0
    main, star = offers
    share = equity_share_of_sse(on[BaseYear])
    market = on[ShareMarket]
    assert market.listed_bn == pytest.approx(share * (main + issuance.follow_on_bn) + star)
    assert market.value_bn - market.opening_bn == pytest.approx(market.listed_bn)
    assert ledger.total("equity proceeds") == pytest.approx(total)
    assert ledger.total("underwriting fee") == pytest.approx(on[Parameters].fee_ipo / 100.0 * total)


def test_behind_a_shut_gate_filings_wait(city):
    on = city(on_shocks={"listing_gate": -30.0}, on_parameters=NO_EXIT)
    waits, months = boards(on), on[Issuers]["waiting_months"].copy()
    stage = on[Issuers]["queue_stage"].copy()
    queued(on)
    np.testing.assert_array_equal(boards(on), waits)
    np.testing.assert_array_equal(on[Issuers]["queue_stage"], stage)
    np.testing.assert_array_equal(on[Issuers]["waiting_months"], months + waits)
    assert on[Issuance].issued_bn.sum() == 0.0


def test_a_filing_of_this_month_is_not_reviewed_yet(city):
    on = city(on_shocks=ONE_MONTH_A_STAGE, on_parameters=NO_EXIT)
    on[Issuers]["waiting_months"] = 0.0
    queued(on)
    assert not on[Issuers]["queue_stage"].any() and (on[Issuers]["waiting_months"][boards(on)] == 1.0).all()


def test_weak_filings_are_stopped_at_the_end_and_withdrawn_ones_leave_at_any_stage(city):
    weak = city(
        on_shocks=ONE_MONTH_A_STAGE,
        on_channels={"gatekeeper_screening": 1.0},
        on_parameters={**NO_EXIT, "weak_filing_share": 1.0},
    )
    waits = boards(weak)
    weak[Issuers]["queue_stage"] = np.where(waits, np.arange(len(waits)) % STAGES, 0)
    at_end = waits & (weak[Issuers]["queue_stage"] == STAGES - 1)
    queued(weak)
    closes(FINANCING, weak)
    assert weak[ListingQueue].stopped.sum() == at_end.sum() > 0
    assert not weak[ListingQueue].listings.any() and weak[Issuance].issued_bn.sum() == 0.0
    withdrawn = city(on_parameters={**NO_EXIT, "withdraw_hazard_star": 1.0})
    rest = withdrawn[Issuers]
    rest["waiting_for"] = np.where(
        of_class(withdrawn, IssuerClass.INFRASTRUCTURE), ListingRoute.REIT, rest["waiting_for"]
    )
    sponsors = rest["waiting_for"] == ListingRoute.REIT
    queued(withdrawn)
    assert withdrawn[ListingQueue].withdrawn.sum() == waits.sum()
    assert (rest["waiting_for"][sponsors] == ListingRoute.REIT).all() and not boards(withdrawn).any()


def test_a_fund_of_real_estate_brings_money_and_no_listed_firm(city):
    on = city(on_parameters={**NO_EXIT, "queue_reit": 1e-9})
    issuers = on[Issuers]
    sponsors = of_class(on, IssuerClass.INFRASTRUCTURE)
    issuers["waiting_for"] = np.where(sponsors, ListingRoute.REIT, ListingRoute.NONE)
    issuers["waiting_months"], issuers["queue_stage"] = 1.0, STAGES - 1
    listed = issuers["listed_firms"].copy()
    queued(on)
    assert on[ListingQueue].listings.tolist() == [0, 0, 0, sponsors.sum()]
    assert on[Issuance].issued_bn[Instrument.REIT] > 0.0
    units = on[Parameters].reit_share_of_sse * on[Issuance].issued_bn[Instrument.REIT]
    assert on[ShareMarket].reit_units_bn == pytest.approx(units)
    np.testing.assert_array_equal(issuers["listed_firms"], listed)


def test_offers_that_underwriters_cannot_place_wait_in_the_last_stage(city):
    def at_the_end(equity_bn):
        on = with_capital(city(on_shocks=ONE_MONTH_A_STAGE, on_parameters=NO_EXIT), equity_bn=equity_bn, debt_bn=1e9)
        on[Issuers]["queue_stage"] = np.where(boards(on), STAGES - 1, 0)
        on[Issuers]["listed_firms"] = 0.0
        return on

    waits = boards(at_the_end(1.0))
    free, tight, none = (queued(at_the_end(equity_bn)) for equity_bn in (1e9, 2.0, 0.0))
    offered = free[Issuance].issued_bn.sum()
    assert not boards(free).any() and free[Issuance].deferred_equity_bn == 0.0
    sold = tight[Issuance].issued_bn.sum()
    assert 0.0 < sold <= 2.0 * tight[Parameters].underwriting_headroom
    assert sold + tight[Issuance].deferred_equity_bn == pytest.approx(offered)
    assert (tight[Issuers]["queue_stage"][boards(tight)] == STAGES - 1).all()
    assert (boards(none) == waits).all() and none[Issuance].issued_bn.sum() == 0.0
    tight[UsualDeals] = free[UsualDeals]
    next_month(tight)
    assert not boards(queued(tight)).any()


def test_listed_firms_alone_sell_more_shares_and_more_of_them_after_prices_rose(city):
    rising = {"equity_index": 5000.0 * np.exp(0.05 * np.arange(60))}
    usual, after_gains = (queued(city(on_world=series)) for series in ({}, rising))
    assert after_gains[Issuance].expected_bn[LargeDeal.FOLLOW_ONS] > usual[Issuance].expected_bn[LargeDeal.FOLLOW_ONS]
    assert after_gains[Issuance].follow_on_bn > usual[Issuance].follow_on_bn
    nobody = city()
    nobody[Issuers]["listed_firms"] = 0.0
    assert queued(nobody)[Issuance].follow_on_bn == 0.0


# Foreign issuers


def panda(on):
    run(foreign_issuers_decide, on)
    on[SecurityBook].close_flows()
    closes(FINANCING, on)
    return on


def test_registered_foreign_issuers_alone_sell_panda_bonds(city):
    on = city(on_parameters={"panda_hazard": CERTAIN, "panda_registration_rate": 0.0})
    able, before = on[Issuers]["registered"].copy(), on[Issuers]["debt_bn"].copy()
    panda(on)
    sold = (on[Issuers]["debt_bn"] - before)[Instrument.BOND]
    np.testing.assert_array_equal(sold > 0.0, able)
    np.testing.assert_array_equal(on[Issuers]["last_choice"] == Instrument.PANDA, able)
    slot = (on[Clock].month + BOND_MONTHS) % LADDER_MONTHS
    np.testing.assert_allclose(on[Issuers]["maturing_bn"][slot, Instrument.BOND], sold)
    assert on[Issuance].issued_bn[Instrument.PANDA] == pytest.approx(sold.sum())


def test_the_running_total_counts_the_part_of_the_issues_that_the_plan_counts(city):
    on = city(on_parameters={"panda_hazard": CERTAIN, "panda_series_splice": 0.9})
    # 393.72 at the end of 2020, of which 0.9 times the 58.65 bn of all venues in 2020.
    assert on[PandaProgramme].cumulative_bn == pytest.approx(393.72 - 0.9 * 58.65)
    before = on[PandaProgramme].cumulative_bn
    issued = panda(on)[Issuance].issued_bn[Instrument.PANDA]
    assert issued > 0.0
    assert on[PandaProgramme].cumulative_bn - before == pytest.approx(0.9 * issued)
    assert on[SecurityBook].gross_bn[SecurityClass.PANDA] == pytest.approx(issued)


def test_what_foreigners_raise_leaves_the_country(city):
    on = panda(city(on_parameters={"panda_hazard": CERTAIN}))
    ledger, amount = on[Ledger], on[Issuance].issued_bn[Instrument.PANDA]
    assert ledger.total("proceeds remitted") == pytest.approx(amount) == pytest.approx(ledger.total("issue proceeds"))
    assert ledger.month_cash_bn[Account.FOREIGN_ISSUERS] == pytest.approx(0.0, abs=1e-9)
    assert ledger.month_cash_bn[Account.REST_OF_WORLD] == pytest.approx(amount)


def test_without_a_reason_to_come_no_foreigner_sells_or_asks(city):
    on = city(on_parameters={"panda_hazard": 0.0, "panda_registration_rate": 0.0})
    asked = on[Issuers]["applied"].copy()
    so_far = on[PandaProgramme].cumulative_bn
    panda(on)
    np.testing.assert_array_equal(on[Issuers]["applied"], asked)
    assert on[PandaProgramme].cumulative_bn == so_far and on[Issuance].expected_bn[LargeDeal.PANDA_BONDS] == 0.0


def test_a_programme_is_asked_for_registered_and_used_in_this_order_in_months_of_their_own(city):
    on = city(on_parameters={"panda_hazard": CERTAIN, "panda_registration_rate": CERTAIN, "queue_panda_first": 1e-9})
    issuers, foreign = on[Issuers], of_class(on, IssuerClass.FOREIGN)
    issuers["applied"] = issuers["registered"] = False
    stages = []
    for _ in range(3):
        panda(on)
        stages.append(
            (issuers["applied"][foreign].all(), issuers["registered"].sum(), on[Issuance].issued_bn[Instrument.PANDA])
        )
        next_month(on)
    assert stages[0] == (True, 0, 0.0)
    assert stages[1] == (True, foreign.sum(), 0.0)
    assert stages[2][2] > 0.0


def test_foreigners_come_when_yields_at_home_are_high_and_issuing_here_is_cheap(city):
    def expected(**values):
        return panda(city(**values))[Issuance].expected_bn[LargeDeal.PANDA_BONDS]

    usual = expected()
    on = city()
    on[SecurityBook].premium_pp[SecurityClass.PANDA] = 1.0
    assert panda(on)[Issuance].expected_bn[LargeDeal.PANDA_BONDS] < usual
    nobody = city()
    nobody[Issuers]["registered"] = False
    assert panda(nobody)[Issuance].expected_bn[LargeDeal.PANDA_BONDS] == 0.0
    dearer_abroad = expected(on_world={"us_yield_pct": YIELD_PCT})
    costly = expected(on_channels={"panda_issuance_cost": 300.0})
    assert dearer_abroad > usual > costly > 0.0
