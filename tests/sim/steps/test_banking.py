"""Steps of banks and of those that borrow repo alone."""

import numpy as np
import pytest

from agents.certificates import BankTier
from agents.institutions import Institutions, Sector
from agents.issuers import Instrument, Issuers
from scenarios.parameters import Parameters
from sim.banking.component import BANKING
from sim.banking.interbank import interbank_market_clears
from sim.banking.leverage import institutions_set_leverage
from sim.banking.small_bank_failure import small_banks_fail
from sim.banking.state import BankFailures, InterbankClaims, RepoFunding
from sim.bond_market.state import BankStress
from sim.clock import Clock
from sim.financing.state import Defaults
from sim.institutions.state import SeatFlows
from sim.policy import Channels
from sim.securities import SecurityBook, SecurityClass
from tests.sim.steps.by_hand import YIELD_PCT, closes, run

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
