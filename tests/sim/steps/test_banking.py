"""Steps of banks and of those that borrow repo alone."""

import dataclasses

import numpy as np
import pytest

from agents.certificates import BankTier
from agents.draws import Draws
from agents.institutions import FinancialInstitution, Institutions, Sector
from agents.issuers import Instrument, Issuers
from agents.market_making import MOST_LOST
from scenarios.parameters import Parameters
from sim.accounting.securities import Holder, SecurityBook, SecurityClass
from sim.banking.bond_funding import repo_funds_bond_holders
from sim.banking.component import BANKING
from sim.banking.interbank import interbank_market_clears, repo_dealt_out
from sim.banking.leverage import (
    institutions_set_leverage,
    leverage_begins,
    mean_leverage,
    repo_outstanding_bn,
)
from sim.banking.state import BankingConstants, Exposures, ForcedSales, InterbankClaims, RepoFunding
from sim.bond_market.state import BankStress, ResidualHolders
from sim.clock import Clock
from sim.component import Part
from sim.failures.clearing_member_default import clearing_members_default
from sim.failures.institution_failure import bank_fails
from sim.failures.small_bank_failure import small_banks_fail
from sim.failures.state import BankFailures
from sim.financing.state import Defaults
from sim.institutions.state import SeatFlows
from sim.world.policy import Channels
from tests.sim.steps.by_hand import YIELD_PCT, closes, population, run

NO_NOISE = {"leverage_noise": 0.0, "leverage_own_noise": 0.0}


# Leverage


def leverage(on):
    return run(institutions_set_leverage, on)[Institutions]["leverage"]


def borrowers(on):
    return on[Institutions]["normal_leverage"] > 0.0


def calm(city, **values):
    """A centre without noise, whose carry is nil: what overnight funding costs is what the ten-year yield pays."""
    return city(on_parameters=NO_NOISE, **values)


def test_at_the_carry_rules_and_volatility_of_2020_nobody_changes_its_leverage(city):
    on = calm(city)
    before = on[Institutions]["leverage"].copy()
    np.testing.assert_allclose(leverage(on), before, rtol=1e-12)


def test_tighter_rules_and_volatile_markets_make_every_borrower_borrow_less_and_a_better_carry_more(city):
    usual = calm(city)
    start = usual[Institutions]["leverage"].copy()
    volatile = usual[Parameters].volatility_mean + 0.5
    ratios = [
        leverage(on)[borrowers(on)] / start[borrowers(on)]
        for on in (
            calm(city, on_channels={"macropru_tightness": 0.8}),
            calm(city, on_world={"log_volatility": volatile}),
            calm(city, on_world={"china_yield_pct": YIELD_PCT + 1.0}),
        )
    ]
    assert ratios[0].max() < 1.0 and ratios[1].max() < 1.0 and ratios[2].min() > 1.0


def test_without_the_response_volatility_leaves_leverage_alone(city):
    on = calm(city, on_world={"log_volatility": 4.0}, off=("leverage_response",))
    before = on[Institutions]["leverage"].copy()
    np.testing.assert_allclose(leverage(on), before, rtol=1e-12)


def test_a_higher_yield_widens_the_carry_at_first_and_narrows_it_when_funding_has_followed(city):
    on = calm(city, on_world={"china_yield_pct": YIELD_PCT + 1.0})
    carries = []
    for _ in range(60):
        leverage(on)
        carries.append(on[RepoFunding].signals.carry_change_pp)
    assert carries[0] == pytest.approx(1.0) and (np.diff(carries) < 0.0).all()
    assert carries[-1] == pytest.approx(1.0 - on[Parameters].funding_passthrough, abs=0.01)
    assert carries[-1] < 0.0


def test_collateral_limits_leverage_and_those_who_do_not_borrow_never_begin(city):
    on = city(on_world={"china_yield_pct": YIELD_PCT + 500.0})
    after = leverage(on)
    np.testing.assert_allclose(after[borrowers(on)], 1.0 - on[Parameters].repo_haircut)
    assert not after[~borrowers(on)].any() and (~borrowers(on)).any()


def test_common_noise_is_the_same_for_all_and_own_noise_is_not(city):
    for noise, alike in (("leverage_noise", True), ("leverage_own_noise", False)):
        on = city(on_parameters={**NO_NOISE, noise: 0.1})
        changes = np.log(leverage(on)[borrowers(on)] / 0.2)
        assert (np.ptp(changes) < 1e-12) == alike and 1e-3 < np.abs(changes).max() < 0.5


def test_leverage_away_from_normal_returns_by_a_fixed_part_of_its_log_gap(city):
    on = calm(city)
    on[Institutions]["leverage"] *= 2.0
    after = leverage(on)[borrowers(on)] / on[Institutions]["normal_leverage"][borrowers(on)]
    np.testing.assert_allclose(np.log(after), on[Parameters].leverage_persistence * np.log(2.0))


def test_those_below_the_minimum_of_capital_repay_repo_and_sell_what_it_financed(city):
    usual, short = calm(city), calm(city)
    short[Institutions]["excess_leverage"][borrowers(short)] = 0.2
    ratio = leverage(short)[borrowers(short)] / leverage(usual)[borrowers(usual)]
    cut = short[Parameters].leverage_adjustment * 0.2
    np.testing.assert_allclose(ratio, np.exp(-cut))
    assert usual[ForcedSales].share == 0.0
    bonds = short[Institutions]["bonds_bn"]
    sold = (0.2 * bonds[borrowers(short)]).sum() * -np.expm1(-cut)
    assert short[ForcedSales].share == pytest.approx(sold / bonds.sum())


def test_volatility_from_forced_sales_counts_as_that_of_the_macro_path(city):
    given, added = calm(city, on_world={"log_volatility": 3.4}), calm(city, on_world={"log_volatility": 3.0})
    added[ForcedSales].log_volatility = 0.4
    np.testing.assert_allclose(leverage(added), leverage(given))
    assert added[ForcedSales].share == pytest.approx(given[ForcedSales].share) and given[ForcedSales].share > 0.0


# Interbank market


def cleared(on):
    run(interbank_market_clears, on)
    closes(BANKING, on)
    return on[InterbankClaims]


def test_where_all_banks_deal_with_all_each_lends_its_part_of_assets_and_nobody_else_lends(city):
    on = city(on_parameters={"interbank_density": 1.0, "interbank_periphery_ratio": 1.0})
    cleared(on)
    institutions = on[Institutions]
    banks = institutions["sector"] == Sector.BANK
    wanted = on[Parameters].interbank_asset_share * institutions["assets_bn"] * banks
    np.testing.assert_allclose(institutions["interbank_lent_bn"], wanted, rtol=1e-4)
    np.testing.assert_allclose(institutions["interbank_borrowed_bn"], wanted, rtol=1e-4)


def test_tighter_rules_lower_loans_without_collateral_by_far_more_than_repo(city):
    usual, tight = calm(city), calm(city, on_channels={"macropru_tightness": 0.6})
    for on in (usual, tight):
        for _ in range(60):  # repo leverage answers slowly
            leverage(on)
        cleared(on)
    fall = {
        kind: np.log(tight[Institutions][f"{kind}_lent_bn"].sum() / usual[Institutions][f"{kind}_lent_bn"].sum())
        for kind in ("interbank", "repo")
    }
    assert fall["repo"] < 0.0
    assert fall["interbank"] / fall["repo"] == pytest.approx(on[Parameters].unsecured_tightness_ratio, rel=0.05)


def test_where_links_are_few_no_bank_lends_more_than_its_part_of_assets(city):
    on = city(on_parameters={"interbank_density": 0.0})
    cleared(on)
    institutions = on[Institutions]
    wanted = on[Parameters].interbank_asset_share * institutions["assets_bn"]
    assert (institutions["interbank_lent_bn"] <= wanted * (1.0 + 1e-9)).all()
    assert institutions["interbank_lent_bn"].sum() > 0.0


def test_every_borrower_of_repo_finds_its_lenders_among_banks_of_the_core(city):
    on = city()
    cleared(on)
    institutions = on[Institutions]
    core = (institutions["sector"] == Sector.BANK) & (institutions["normal_leverage"] == 0.0)
    np.testing.assert_allclose(
        institutions["repo_borrowed_bn"], institutions["leverage"] * institutions["bonds_bn"], atol=1e-12
    )
    assert institutions["repo_lent_bn"].sum() > 0.0 and not institutions["repo_lent_bn"][~core].any()


def test_loans_are_drawn_in_the_first_month_of_a_quarter_and_stand_in_the_others(city):
    on = city("2021-07")
    drawn = cleared(on).loans
    on[Institutions]["assets_bn"] *= 2.0
    on[Institutions]["liabilities_bn"] *= 2.0
    on[Clock] = Clock(on[Clock].month + 1)
    assert cleared(on).loans is drawn
    on[Clock] = Clock(on[Clock].month + 2)
    assert cleared(on).loans.amount_bn.sum() == pytest.approx(2.0 * drawn.amount_bn.sum())


def test_loans_and_repo_shrink_with_a_balance_sheet_that_no_longer_holds_them(city):
    on = city("2021-07")
    before = cleared(on).loans
    institutions = on[Institutions]
    bank = int(institutions.rows_of(before.lender[:1])[0])
    institutions["assets_bn"][bank] = institutions["bonds_bn"][bank] + 0.5 * institutions["interbank_lent_bn"][bank]
    on[Clock] = Clock(on[Clock].month + 1)
    cleared(on)
    parts = institutions["bonds_bn"] + institutions["interbank_lent_bn"] + institutions["repo_lent_bn"]
    assert (parts <= institutions["assets_bn"]).all()
    assert institutions["interbank_lent_bn"].sum() < before.amount_bn.sum()


def test_a_bank_that_left_is_in_no_claim(city):
    on = city("2021-07")
    before = cleared(on).loans
    gone = int(before.lender[0])
    on[Institutions].remove(on[Institutions].rows_of([gone]))
    on[Clock] = Clock(on[Clock].month + 1)
    claims = cleared(on)
    for kind in (claims.loans, claims.repo):
        assert gone not in kind.lender and gone not in kind.borrower
    kept = (before.lender != gone) & (before.borrower != gone)
    np.testing.assert_array_equal(claims.loans.amount_bn, before.amount_bn[kept])


def test_a_city_without_banks_has_no_claims(city):
    on = city("2021-07")
    on[Institutions].remove(on[Institutions]["sector"] == Sector.BANK)
    claims = cleared(on)
    assert len(claims.loans.amount_bn) == len(claims.repo.amount_bn) == 0


def test_claims_scale_with_balance_sheets(city):
    one, two = city("2021-07"), city("2021-07")
    for name in ("assets_bn", "liabilities_bn", "equity_bn", "bonds_bn"):
        two[Institutions][name] *= 3.0
    for kind in ("loans", "repo"):
        first, second = (getattr(cleared(on), kind) for on in (one, two))
        np.testing.assert_allclose(second.amount_bn, 3.0 * first.amount_bn)
        np.testing.assert_array_equal(second.lender, first.lender)


# A small bank fails


def failed(on):
    run(small_banks_fail, on)
    closes(BANKING, on)
    return on


def paper_bn(on):
    """Certificates and bonds of each issuer."""
    return on[Issuers]["certificates_bn"].sum(axis=0) + on[Issuers]["debt_bn"][Instrument.BOND]


def test_without_a_shock_no_bank_fails(city):
    on = city()
    before, count = paper_bn(on), len(on[Institutions])
    failed(on)
    np.testing.assert_array_equal(paper_bn(on), before)
    assert len(on[Institutions]) == count and on[SeatFlows].exits == on[Defaults].count == 0
    assert on[BankStress].stress == 0.0 and on[BankFailures].failures == []


def test_holders_lose_part_of_the_paper_of_one_small_bank_and_the_market_is_shaken(city):
    on = city(on_shocks={"small_bank_failure": 0.4})
    before = paper_bn(on)
    lost = before - paper_bn(failed(on))
    (row,) = np.flatnonzero(lost)
    assert on[Issuers]["bank_tier"][row] == BankTier.SMALL
    assert lost[row] == pytest.approx(0.4 / on[Issuers]["firms"][row] * before[row])
    book = on[SecurityBook]
    classes = [SecurityClass.CERTIFICATE, SecurityClass.FINANCIAL]
    assert (book.defaulted_bn[classes] > 0.0).all()
    assert book.defaulted_bn.sum() == pytest.approx(lost[row]) == pytest.approx(on[Issuers]["defaulted_bn"].sum())
    assert on[BankStress].stress == 1.0 and on[Defaults].count == 1
    bonds = on[Issuers]["debt_bn"][Instrument.BOND]
    assert on[Issuers]["maturing_bn"][:, Instrument.BOND, row].sum() == pytest.approx(bonds[row])
    assert on[Issuers]["usual_certificates_bn"][row] == pytest.approx(on[Issuers]["certificates_bn"][:, row].sum())


def test_the_failed_bank_leaves_the_city_and_is_one_of_the_smaller_half(city):
    on = city(on_shocks={"small_bank_failure": 0.4})
    banks = on[Institutions]["sector"] == Sector.BANK
    assets, count = on[Institutions]["assets_bn"][banks].copy(), len(on[Institutions])
    failed(on)
    (record,) = on[BankFailures].failures
    assert record.month == on[Clock].month and record.assets_bn <= np.median(assets)
    assert len(on[Institutions]) == count - 1 and on[SeatFlows].exits == 1
    assert record.further_failures == 0 and record.first_losses_bn == 0.0  # nobody had lent to it yet


def test_creditors_write_off_what_they_lent_to_the_failed_bank(city):
    on = city(on_shocks={"small_bank_failure": 0.4}, on_parameters={"interbank_density": 1.0})
    cleared(on)
    institutions = on[Institutions]
    ids, equity = institutions.unique_ids.copy(), institutions["equity_bn"].copy()
    assets = institutions["assets_bn"].copy()
    failed(on)
    (record,) = on[BankFailures].failures
    rows = institutions.rows_of(ids)
    stays = rows >= 0
    (gone,) = ids[~stays]
    written_off = equity[stays] - institutions["equity_bn"][rows[stays]]
    np.testing.assert_allclose(assets[stays] - institutions["assets_bn"][rows[stays]], written_off, atol=1e-9)
    loss_rate = on[Parameters].interbank_loss_given_default
    assert (
        written_off.sum()
        == pytest.approx(loss_rate * record.interbank_borrowed_bn)
        == pytest.approx(record.first_losses_bn)
    )
    assert written_off.sum() > 0.0 and written_off.min() >= 0.0 and record.equity_loss_share > 0.0
    assert gone not in on[InterbankClaims].loans.borrower and gone not in on[InterbankClaims].loans.lender


def test_creditors_without_equity_left_fail_too(city):
    on = city(on_shocks={"small_bank_failure": 0.4}, on_parameters={"interbank_density": 1.0})
    cleared(on)
    on[Institutions]["equity_bn"] *= 1e-6
    count = len(on[Institutions])
    failed(on)
    (record,) = on[BankFailures].failures
    assert record.further_failures > 0
    assert count - len(on[Institutions]) == on[SeatFlows].exits == 1 + record.further_failures


def test_a_failure_that_is_seen_late_costs_more_and_never_more_than_all(city):
    usual = city()[Channels].baseline("risk_detection_lag")
    losses = []
    for lag in (0.5, 1.0, 1e9):
        on = city(on_shocks={"small_bank_failure": 0.4}, on_channels={"risk_detection_lag": lag * usual})
        before = paper_bn(on)
        lost = before - paper_bn(failed(on))
        row = lost.argmax()
        losses.append(lost[row] / before[row] * on[Issuers]["firms"][row])
    assert losses[0] < losses[1] == pytest.approx(0.4)
    assert losses[2] == pytest.approx(1.0)


# A clearing member defaults


def test_without_a_shock_no_clearing_member_defaults(city):
    on = city()
    before = on[Institutions]["equity_bn"].copy()
    run(clearing_members_default, on)
    np.testing.assert_array_equal(on[Institutions]["equity_bn"], before)
    assert on[ForcedSales].of_collateral_bn == 0.0


def test_a_member_in_default_loses_capital_and_repo_and_its_collateral_is_sold(city):
    on = city(on_shocks={"clearing_member_default": 1.0})
    institutions = on[Institutions]
    brokers = np.flatnonzero(institutions["sector"] == Sector.BROKER)
    institutions["equity_bn"][brokers] *= 1.0 + 0.01 * np.arange(len(brokers))
    institutions["leverage"][brokers] = institutions["normal_leverage"][brokers] = 0.3
    before = {name: institutions[name].copy() for name in ("equity_bn", "assets_bn", "leverage", "bonds_bn")}
    run(clearing_members_default, on)
    struck = np.flatnonzero(before["equity_bn"] != institutions["equity_bn"])
    largest = brokers[np.argmax(before["equity_bn"][brokers])]
    assert struck.tolist() == [largest]
    lost = MOST_LOST * before["equity_bn"][largest]
    assert before["equity_bn"][largest] - institutions["equity_bn"][largest] == pytest.approx(lost)
    assert before["assets_bn"][largest] - institutions["assets_bn"][largest] == pytest.approx(lost)
    assert institutions["losses_bn"][largest] == pytest.approx(lost)
    assert institutions["leverage"][largest] == pytest.approx((1.0 - MOST_LOST) * 0.3)
    assert on[ForcedSales].of_collateral_bn == pytest.approx(MOST_LOST * 0.3 * before["bonds_bn"][largest])
    assert institutions["excess_leverage"][largest] > 0.0 == institutions["capital_room"][largest]


# A chain of claims by hand

CHAIN_BN = np.array([10.0, 5.0, 4.0])
"""What the second of four banks lent to the first, the third to the second, and the second to the fourth."""


def chain_of_claims(on):
    """Rows of four banks: the second lent to the first and to the fourth, the third to the second."""
    banks = np.flatnonzero(on[Institutions]["sector"] == Sector.BANK)
    ids = on[Institutions].unique_ids[banks]
    on[InterbankClaims] = InterbankClaims(Exposures(ids[[1, 2, 1]], ids[[0, 1, 3]], CHAIN_BN))
    return banks


def fails(on, row):
    return Part(bank_fails).on(on, row)


def test_distress_runs_from_debtor_to_creditor_and_is_counted_over_the_equity_of_the_banks_that_stay(city):
    on = city(on_parameters={"interbank_loss_given_default": 0.5})
    rows = chain_of_claims(on)
    ids, equity = on[Institutions].unique_ids[rows], on[Institutions]["equity_bn"][rows].copy()
    on[Institutions]["equity_bn"][on[Institutions]["sector"] == Sector.INSURER] *= 100.0
    record = fails(on, rows[0])
    second = 0.5 * 10.0 / equity[1]
    third = 0.5 * 5.0 * second / equity[2]
    assert record.equity_loss_share == pytest.approx((second * equity[1] + third * equity[2]) / equity[1:].sum())
    assert (record.first_losses_bn, record.further_failures) == (5.0, 0)
    # Distress is a valuation; what is written off is what the failed bank owes.
    left = on[Institutions]["equity_bn"][on[Institutions].rows_of(ids[1:])]
    np.testing.assert_allclose(left, equity[1:] - [5.0, 0.0, 0.0])


def test_the_only_bank_of_a_city_fails_alone(city):
    on = city()
    banks = np.flatnonzero(on[Institutions]["sector"] == Sector.BANK)
    on[Institutions].remove(banks[1:])
    record = fails(on, int(np.flatnonzero(on[Institutions]["sector"] == Sector.BANK)[0]))
    assert (record.equity_loss_share, record.first_losses_bn, record.further_failures) == (0.0, 0.0, 0)


def test_nothing_is_lost_where_everything_is_recovered(city):
    on = city(on_parameters={"interbank_loss_given_default": 0.0})
    rows = chain_of_claims(on)
    equity = on[Institutions]["equity_bn"].copy()
    record = fails(on, rows[0])
    assert (record.first_losses_bn, record.equity_loss_share, record.further_failures) == (0.0, 0.0, 0)
    np.testing.assert_array_equal(np.sort(on[Institutions]["equity_bn"]), np.sort(np.delete(equity, rows[0])))


def test_only_a_bank_can_fail(city):
    on = city()
    insurer = int(np.flatnonzero(on[Institutions]["sector"] == Sector.INSURER)[0])
    with pytest.raises(ValueError, match="is a INSURER, not a bank"):
        fails(on, insurer)


def many_banks(on, count=120):
    """Banks of very different size, of which the smaller ones borrow repo."""
    size = np.exp(np.linspace(0.0, 6.0, count))[np.arange(count) * 7 % count]
    on[Institutions] = population(
        FinancialInstitution,
        count,
        sector=int(Sector.BANK),
        assets_bn=size,
        equity_bn=0.09 * size,
        liabilities_bn=0.91 * size,
        bonds_bn=0.3 * size,
        normal_leverage=np.where(size < 100.0, 0.2, 0.0),
        leverage=np.where(size < 100.0, 0.2, 0.0),
        district=0,
    )
    return on


def test_a_denser_network_has_more_links_and_the_same_volume(city):
    few, many = (many_banks(city(on_parameters={"interbank_density": density})) for density in (0.06, 0.12))
    sparse, dense = (cleared(on).loans for on in (few, many))
    pairs = 120 * 119
    assert len(sparse.amount_bn) / pairs == pytest.approx(0.06, rel=0.15)
    assert len(dense.amount_bn) / pairs == pytest.approx(0.12, rel=0.15)
    assert dense.amount_bn.sum() == pytest.approx(sparse.amount_bn.sum(), rel=1e-3)


def test_two_banks_can_deal_with_each_other(city):
    on = many_banks(city(on_parameters={"interbank_density": 1.0}), 2)
    assert len(cleared(on).loans.amount_bn) > 0


def test_a_lender_of_repo_that_has_lent_its_money_already_is_replaced_by_the_largest(city):
    on = many_banks(city())
    institutions = on[Institutions]
    lenders = np.flatnonzero(institutions["normal_leverage"] == 0.0)
    largest = lenders[institutions["assets_bn"][lenders].argmax()]
    rest = institutions["assets_bn"] - institutions["bonds_bn"]
    free = repo_dealt_out(on[Parameters], on[Draws], institutions, rest)
    busy = institutions.unique_ids[lenders[lenders != largest]]
    room = rest.copy()
    room[lenders[lenders != largest]] = 0.0
    tight = repo_dealt_out(on[Parameters], on[Draws], institutions, room)
    assert np.isin(busy, free.lender).any()
    assert (tight.lender == institutions.unique_ids[largest]).all()
    np.testing.assert_array_equal(tight.amount_bn, free.amount_bn)


def test_neither_bonds_nor_what_is_lent_between_banks_is_lent_as_repo(city):
    on = many_banks(city())
    institutions = on[Institutions]
    cleared(on)
    lent = institutions["bonds_bn"] + institutions["interbank_lent_bn"] + institutions["repo_lent_bn"]
    assert (institutions["repo_lent_bn"] > 0.0).any()
    assert (lent <= institutions["assets_bn"] * (1.0 + 1e-12)).all()
    # A bank whose assets are bonds lends nothing.
    lender = institutions["repo_lent_bn"].argmax()
    institutions["bonds_bn"][lender] = institutions["assets_bn"][lender]
    cleared(on)
    assert institutions["repo_lent_bn"][lender] <= 1e-9 * institutions["assets_bn"][lender]


def test_newcomers_borrow_around_the_leverage_that_meets_the_base_year_and_never_beyond_their_collateral(city):
    on = many_banks(city(on_parameters={"leverage_spread": 0.5, "repo_haircut": 0.1}), 4000)
    rows = np.arange(4000)

    def normal(level):
        constants = dataclasses.replace(on[BankingConstants], repo_leverage=level)
        leverage_begins(on[Parameters], constants, on[Draws], on[Institutions], rows, on[Clock].month)
        return on[Institutions]["normal_leverage"].copy()

    usual, high = normal(0.05), normal(0.8)
    assert usual.mean() == pytest.approx(0.05, rel=0.03) and np.log(usual).std() == pytest.approx(0.5, rel=0.03)
    assert high.max() == pytest.approx(0.9) and 0.1 < (high > 0.9 - 1e-12).mean() < 0.5
    for column in ("leverage", "opening_leverage"):
        np.testing.assert_array_equal(on[Institutions][column], high)


def test_equal_borrowers_follow_the_law_of_one_for_two_years(city):
    on = city(on_parameters={"leverage_own_noise": 0.0}, off=("leverage_response",))
    rows, log_leverage = borrowers(on), 0.0
    parameters, kept = on[Parameters], on[Parameters].leverage_persistence
    for _ in range(24):
        on[Clock] = Clock(on[Clock].month + 1)
        found = leverage(on)[rows]
        seen = on[RepoFunding].signals
        target = parameters.carry_leverage * seen.carry_change_pp - parameters.macropru_leverage * seen.tightness_change
        log_leverage = kept * log_leverage + (1.0 - kept) * target + seen.common_noise
        np.testing.assert_allclose(found, 0.2 * np.exp(log_leverage), rtol=1e-12)
    assert abs(log_leverage) > 0.01


def test_the_answer_to_volatility_closes_its_part_of_the_gap_each_month(city):
    volatile = city()[Parameters].volatility_mean + 0.5
    on = calm(city, on_world={"log_volatility": volatile})
    start = on[Institutions]["leverage"].copy()
    for _ in range(3):
        leverage(on)
        on[Clock] = Clock(on[Clock].month + 1)
    speed = on[Parameters].leverage_adjustment
    expected = on[Parameters].leverage_procyclicality * 0.5 * (1.0 - (1.0 - speed) ** 3)
    assert on[RepoFunding].risk_limit == pytest.approx(expected)
    rows = borrowers(on)
    assert (on[Institutions]["leverage"] < start)[rows].all()


# Repo of the country


def test_repo_outstanding_is_the_leverage_of_banks_and_of_others_on_what_each_holds_in_each_market(city):
    on = city()
    institutions, book = on[Institutions], on[SecurityBook]
    bank = institutions["sector"] == Sector.BANK
    institutions["leverage"] = np.where(bank, 0.1, 0.3)
    institutions["leverage"][np.flatnonzero(bank)[0]] = 0.4
    bonds = institutions["bonds_bn"]
    of_banks = (institutions["leverage"] * bonds)[bank].sum() / bonds[bank].sum()
    assert 0.1 < of_banks < 0.4
    book.holdings_bn[:] = 0.0
    book.holdings_bn[Holder.BANKS, SecurityClass.SOVEREIGN] = 100.0
    book.holdings_bn[Holder.ASSET_MANAGERS, SecurityClass.SOVEREIGN] = 50.0
    book.holdings_bn[Holder.FOREIGN, SecurityClass.SOVEREIGN] = 1e6  # foreigners borrow no repo
    in_all = of_banks * 100.0 + 0.3 * 50.0
    interbank = book.interbank_share[SecurityClass.SOVEREIGN]
    assert repo_outstanding_bn(institutions, book) == pytest.approx((interbank * in_all, (1.0 - interbank) * in_all))


def test_a_city_without_banks_borrows_repo_all_the_same(city):
    on = city()
    on[Institutions].remove(on[Institutions]["sector"] == Sector.BANK)
    assert mean_leverage(on[Institutions])[0] == 0.0 < mean_leverage(on[Institutions])[1]


def test_the_small_bank_that_fails_is_the_middle_one_here_and_among_issuers(city):
    on = city(on_shocks={"small_bank_failure": 0.4})
    issuers, institutions = on[Issuers], on[Institutions]
    small = np.flatnonzero(issuers["bank_tier"] == BankTier.SMALL)
    stock = np.arange(1.0, len(small) + 1.0)[np.arange(len(small)) * 5 % len(small)]
    issuers["usual_certificates_bn"][small] = stock
    middle = small[np.argsort(stock)[(len(small) - 1) // 2]]
    sizes = np.sort(institutions["assets_bn"][institutions["sector"] == Sector.BANK])
    before = paper_bn(on)
    failed(on)
    assert np.flatnonzero(before - paper_bn(on)).tolist() == [middle]
    # Of four banks two are in the smaller half, and the lower one of them is in its middle.
    (record,) = on[BankFailures].failures
    assert len(sizes) == 4 and record.assets_bn == sizes[0]


def test_claims_of_those_who_left_before_a_failure_cost_nobody_anything(city):
    on = city(on_parameters={"interbank_loss_given_default": 0.5})
    rows = chain_of_claims(on)
    ids = on[Institutions].unique_ids[rows]
    on[Institutions].remove([rows[1]])
    equity = on[Institutions]["equity_bn"].sum()
    row = int(on[Institutions].rows_of(ids[:1])[0])
    own = on[Institutions]["equity_bn"][row]
    record = fails(on, row)
    assert record.first_losses_bn == 0.0
    assert on[Institutions]["equity_bn"].sum() == pytest.approx(equity - own)


def test_repo_over_bonds_of_banks_and_of_others_is_what_pays_for_the_countrys_bonds(city):
    on = city()
    institutions = on[Institutions]
    bank = institutions["sector"] == Sector.BANK
    institutions["leverage"][bank], institutions["leverage"][~bank] = 0.1, 0.3
    run(repo_funds_bond_holders, on)
    np.testing.assert_allclose(on[ResidualHolders].leverage, [0.1, 0.3])
