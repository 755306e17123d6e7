"""Steps of banks and of those that borrow repo alone."""

import numpy as np
import pytest

from agents.institutions import Institutions, Sector
from scenarios.parameters import Parameters
from sim.banking.component import BANKING
from sim.banking.interbank import interbank_market_clears
from sim.banking.leverage import institutions_set_leverage
from sim.banking.state import InterbankClaims, RepoFunding
from sim.clock import Clock
from tests.sim.steps.by_hand import YIELD_PCT, closes, run

NO_LUCK = {"leverage_noise": 0.0, "leverage_own_noise": 0.0}


# Leverage


def leverage(on):
    return run(institutions_set_leverage, on)[Institutions]["leverage"]


def borrowers(on):
    return on[Institutions]["normal_leverage"] > 0.0


def calm(city, **values):
    """A centre without luck, whose carry is nil: what overnight funding costs is what the ten-year yield pays."""
    return city(on_parameters=NO_LUCK, **values)


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
