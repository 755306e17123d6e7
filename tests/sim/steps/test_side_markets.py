"""Steps of the side markets alone."""

import numpy as np
import pytest

from agents.fintech_firms import FintechFirm, FintechFirms
from agents.institutions import FinancialInstitution, Institutions, Sector
from agents.issuers import Issuer, IssuerClass, Issuers
from scenarios.calendar import month_text
from scenarios.parameters import Parameters
from sim.accounting.ledger import Account, Ledger
from sim.accounting.securities import SecurityBook
from sim.base_year.base_year import BaseYear
from sim.base_year.dated_events import DIGITAL_YUAN_PILOT
from sim.clock import Clock
from sim.component import Part
from sim.components import COMPONENTS
from sim.side_markets.carbon import CARBON, allowances_bought, issuers_trade_allowances
from sim.side_markets.digital_yuan import (
    DIGITAL_YUAN,
    DigitalYuan,
    accepting_share,
    small_firms_accept_ecny,
)
from sim.side_markets.insurance import INSURANCE, Premiums, firms_insure_and_insurers_cede
from sim.side_markets.private_funds import (
    PRIVATE_FUNDS,
    Commitments,
    commitments_end,
    commitments_open,
    private_funds_commit,
    refused_share,
)
from sim.side_markets.trade_settlement import (
    TRADE_SETTLEMENT,
    CrossBorderPayments,
    issuers_settle_trade,
    start_trade,
    trade_of_2020_bn,
    yuan_share_of_payments,
    yuan_share_of_trade,
    yuan_trade_share_2019,
)
from tests.sim.steps.by_hand import MONTHS_AFTER, MONTHS_BEFORE, book, closes, population, run

# Trade settlement


def settled(on):
    payments = run(issuers_settle_trade, on)[CrossBorderPayments]
    closes(TRADE_SETTLEMENT, on)
    return payments


def test_trade_is_that_of_2020_and_its_trend_and_is_settled_in_one_currency_or_another(city):
    on = city("2020-06", on_parameters={"trade_growth": 0.0})
    payments = settled(on)
    assert payments.trade_bn == pytest.approx(trade_of_2020_bn(on[BaseYear]) / 12.0)
    assert 0.0 < yuan_share_of_trade(payments) < 1.0
    assert settled(city("2023-06", on_parameters={"trade_growth": 0.05})).trade_bn > payments.trade_bn


def test_trade_belongs_to_those_who_trade_and_to_all_where_the_draw_leaves_nobody(city):
    on = city()
    for kind in (IssuerClass.PRIVATE_LARGE, IssuerClass.BANK):
        on[Issuers]["issuer_class"][:] = kind
        Part(start_trade).on(on)
        weight = on[Issuers]["trade_weight"]
        assert weight.sum() == pytest.approx(1.0)
        assert (weight > 0.0).all() == (kind is IssuerClass.BANK)


def test_issuers_turn_to_the_yuan_when_invoicing_gets_cheaper_or_the_yuan_gains(city):
    everybody = {"yuan_review_months": 1e-3}
    usual = settled(city(on_parameters=everybody)).trade_in_yuan_bn
    assert settled(city(on_parameters=everybody, on_channels={"rmb_invoicing_cost": 50.0})).trade_in_yuan_bn > usual
    gains = {"usdcny": 7.0 * np.exp(-0.01 * np.arange(60))}
    assert settled(city(on_parameters=everybody, on_world=gains)).trade_in_yuan_bn > usual


def test_issuers_that_do_not_reconsider_keep_their_currency(city):
    on = city(on_parameters={"yuan_review_months": 1e12}, on_channels={"rmb_invoicing_cost": 1.0})
    settled(on)
    assert (on[Issuers]["yuan_share"] == 0.2).all()


def test_foreign_holders_of_bonds_pay_in_yuan_and_dear_payments_turn_away_from_cips(city):
    usual, more, dear = city(), city(), city(on_channels={"cross_border_payment_cost": 200.0})
    more[SecurityBook] = book(foreign_bn=480.0)
    payments, larger, turned = settled(usual), settled(more), settled(dear)
    capital = payments.yuan_bn - payments.trade_in_yuan_bn
    assert larger.yuan_bn - larger.trade_in_yuan_bn == pytest.approx(2.0 * capital) and capital > 0.0
    assert turned.through_cips_bn < payments.through_cips_bn and turned.yuan_bn == payments.yuan_bn
    banks = usual[Institutions]["sector"] == Sector.BANK
    assert (usual[Institutions]["cips_share"] > 0.0).tolist() == banks.tolist()


def test_issuers_follow_their_class_into_the_yuan_unless_peers_are_off(city):
    def settled_in_yuan(shares, off=()):
        on = city(off=off, on_parameters={"yuan_review_months": 1e-3, "yuan_peer_slope": 8.0})
        on[Issuers]["yuan_share"] = shares
        return settled(on).trade_in_yuan_bn

    assert settled_in_yuan(0.6) > settled_in_yuan(0.2) > settled_in_yuan(0.0)
    assert settled_in_yuan(0.6, ("yuan_peers",)) == settled_in_yuan(0.0, ("yuan_peers",))


def test_trade_of_2020_leaves_the_yuan_the_share_of_payments_that_was_observed(city):
    observed = city()[BaseYear].observed
    in_yuan, of_trade = observed("cross_border_rmb"), observed("cross_border_rmb_trade")
    in_other = trade_of_2020_bn(city()[BaseYear]) - of_trade
    assert in_yuan / (in_yuan + in_other) == pytest.approx(observed("cross_border_rmb_share"))
    share = yuan_trade_share_2019(city()[BaseYear])
    yuan = observed("cross_border_rmb_trade_2019")
    other = yuan * (1.0 - share) / share
    before = observed("cross_border_rmb_2019")
    assert before / (before + other) == pytest.approx(observed("cross_border_rmb_share_2019"))


def test_bonds_held_as_in_2020_bring_the_payments_of_2020_that_are_not_of_trade(city):
    on = city("2020-06")
    observed = on[BaseYear].observed
    held = 0.5 * (observed("foreign_bond_holdings_2019") + observed("foreign_bond_holdings"))
    on[SecurityBook] = book(foreign_bn=held)
    payments = settled(on)
    of_portfolios = (observed("cross_border_rmb") - observed("cross_border_rmb_trade")) / 12.0
    assert payments.yuan_bn - payments.trade_in_yuan_bn == pytest.approx(of_portfolios)
    in_all = payments.yuan_bn + payments.trade_bn - payments.trade_in_yuan_bn
    assert yuan_share_of_payments(payments) == pytest.approx(payments.yuan_bn / in_all)


def test_trade_grows_at_its_rate(city):
    first, later = (settled(city(month, on_parameters={"trade_growth": 0.05})) for month in ("2021-06", "2023-06"))
    assert later.trade_bn / first.trade_bn == pytest.approx(np.exp(0.1))


def test_a_change_of_currency_is_kept_and_follows_what_was_known_at_the_end_of_last_month(city):
    everybody = {"yuan_review_months": 1e-3}
    before = city(on_parameters=everybody)
    settled(before)
    assert len(np.unique(before[Issuers]["yuan_share"])) > 1
    now = np.arange(MONTHS_BEFORE + MONTHS_AFTER) >= MONTHS_BEFORE + 6
    jump = city("2021-07", on_parameters=everybody, on_world={"usdcny": np.where(now, 5.0, 6.5)})
    settled(jump)
    np.testing.assert_array_equal(jump[Issuers]["yuan_share"], before[Issuers]["yuan_share"])


def test_the_trade_of_a_class_is_divided_by_debt(city):
    on = city(on_parameters={"trade_weight_spread": 0.0})
    Part(start_trade).on(on)
    issuers, traded = on[Issuers], {}
    for kind in (IssuerClass.CENTRAL_SOE, IssuerClass.PRIVATE_LARGE):
        trades = (issuers["issuer_class"] == kind) & (issuers["trade_weight"] > 0.0)
        ratio = issuers["trade_weight"][trades] / issuers["debt_bn"][:, trades].sum(axis=0)
        np.testing.assert_allclose(ratio, ratio[0])
        traded[kind] = issuers["trade_weight"][trades].sum(), trades.sum()
    # Large private firms do 42 per cent of all trade, central enterprises 8; six in ten of each trade.
    assert traded[IssuerClass.PRIVATE_LARGE][0] / traded[IssuerClass.CENTRAL_SOE][0] == pytest.approx(0.42 / 0.08)
    assert 20 <= traded[IssuerClass.PRIVATE_LARGE][1] <= 40 and 20 <= traded[IssuerClass.CENTRAL_SOE][1] <= 40


# Carbon


def emitters():
    return population(
        Issuer,
        40,
        issuer_class=int(IssuerClass.CENTRAL_SOE),
        emissions=1.0,
        abatement_cost=np.linspace(-1.0, 1.0, 40),
    )


def test_emitters_buy_what_others_sell_and_trade_less_where_a_trade_costs_more(city):
    cheap, dear = city(), city(on_channels={"carbon_trading_cost": 1e6})
    for on in (cheap, dear):
        on[Issuers] = emitters()
        run(issuers_trade_allowances, on)
        closes(CARBON, on)
    assert allowances_bought(cheap[Issuers]) > 0.0 and allowances_bought(dear[Issuers]) == 0.0


def test_what_an_emitter_trades_is_its_emissions_times_what_it_lacks(city):
    on = city(on_parameters={"carbon_least_gain": 0.0, "allowance_gap_persistence": 1.0})
    on[Issuers] = emitters()
    on[Issuers]["emissions"][:] = np.where(np.arange(40) % 2 == 0, 2.0, 1.0)
    bought = run(issuers_trade_allowances, on)[Issuers]["allowances_bought"]
    wanted = on[Issuers]["emissions"] * on[Issuers]["abatement_cost"]
    for side in (wanted > 0.0, wanted < 0.0):
        np.testing.assert_allclose(bought[side] / wanted[side], (bought[side] / wanted[side])[0])


def test_firms_that_emit_nothing_trade_nothing(city):
    on = city()
    on[Issuers] = emitters()
    on[Issuers]["emissions"][10:20] = 0.0
    run(issuers_trade_allowances, on)
    assert not on[Issuers]["allowances_bought"][10:20].any() and on[Issuers]["allowances_bought"].any()


# Digital yuan


def test_small_firms_accept_the_digital_yuan_from_the_pilot_on_and_not_before(city):
    on = city(month_text(DIGITAL_YUAN_PILOT.starts - 1))
    on[Issuers] = population(Issuer, 3000, issuer_class=int(IssuerClass.MSME))
    on[FintechFirms] = population(FintechFirm, 300, in_shanghai=True)
    run(small_firms_accept_ecny, on)
    assert accepting_share(on[Issuers]) == 0.0
    for month in range(DIGITAL_YUAN_PILOT.starts, DIGITAL_YUAN_PILOT.starts + 24):
        on[Clock] = Clock(month)
        before = on[Issuers]["accepts_ecny"].copy()
        run(small_firms_accept_ecny, on)
        assert (on[Issuers]["accepts_ecny"] >= before).all()
        assert on[DigitalYuan].new == on[Issuers]["accepts_ecny"].sum() - before.sum()
        closes(DIGITAL_YUAN, on)
    assert 0.0 < accepting_share(on[Issuers]) < 1.0


def test_without_the_network_those_who_accept_already_draw_nobody(city):
    def new(accept, off=()):
        on = city(off=off, on_parameters={"ecny_imitation": 12.0})
        on[Issuers] = population(Issuer, 3000, issuer_class=int(IssuerClass.MSME))
        on[Issuers]["accepts_ecny"][:accept] = True
        run(small_firms_accept_ecny, on)
        return int(on[Issuers]["accepts_ecny"][1500:].sum())

    assert new(1500) > new(0) > 0
    assert new(1500, ("ecny_network",)) == new(0, ("ecny_network",)) > 0


# Insurance


def insured(on):
    """A thousand firms whose year is over, of all tolerances of risk, and two insurers."""
    on[Issuers] = population(Issuer, 1000, renewal_month=on[Clock].month_of_year, risk_rank=np.linspace(0.0, 1.0, 1000))
    on[Issuers]["debt_bn"][0, :] = 1.0
    on[Institutions] = population(FinancialInstitution, 2, sector=int(Sector.INSURER), assets_bn=np.array([1.0, 3.0]))
    return run(firms_insure_and_insurers_cede, on)


def test_firms_insure_up_to_the_rank_at_which_cover_is_worth_its_price(city):
    cheap, usual, dear = (
        insured(city(on_channels={"insurance_cover_cost": 100.0 * ratio})) for ratio in (0.6, 1.0, 3.0)
    )
    share = usual[Parameters].insured_share_2020
    assert usual[Issuers]["insured"].mean() == pytest.approx(share, abs=1e-3)
    for on, ratio in ((cheap, 0.6), (dear, 3.0)):
        odds = share / (1.0 - share) * ratio ** -on[Parameters].cover_cost_slope
        assert on[Issuers]["insured"].mean() == pytest.approx(odds / (1.0 + odds), abs=1e-3)
        assert (np.diff(on[Issuers]["insured"].astype(int)) <= 0).all()


def test_dear_cover_lowers_what_is_ceded_with_what_is_written(city):
    usual, dear = (insured(city(on_channels={"insurance_cover_cost": cost}))[Premiums] for cost in (100.0, 300.0))
    assert 0.0 < dear.written < usual.written
    assert dear.ceded_locally / dear.written == pytest.approx(usual.ceded_locally / usual.written)


def test_insurers_lean_to_reinsurers_here_each_in_its_own_measure_and_count_by_their_size(city):
    on = city(on_parameters={"ceded_share_2020": 0.4, "locally_ceded_share_2020": 0.25, "cession_spread": np.log(2.0)})
    insured(on)
    institutions = on[Institutions]
    institutions["local_leaning"] = np.array([0.0, 1.0])
    premiums = run(firms_insure_and_insurers_cede, on)[Premiums]
    # Weights 0.6, 0.1 and 0.3; with a leaning of one standard deviation 0.6, 0.2 and 0.3.
    np.testing.assert_allclose(institutions["ceded_locally"], [0.1, 0.2 / 1.1])
    assert premiums.ceded_locally / premiums.written == pytest.approx(0.25 * 0.1 + 0.75 * 0.2 / 1.1)
    assert premiums.retained / premiums.written == pytest.approx(0.25 * 0.6 + 0.75 * 0.6 / 1.1)


def test_firms_decide_on_cover_in_their_month_and_insurers_split_the_premiums(city):
    on = city("2021-01")
    on[Issuers] = population(Issuer, 12, issuer_class=int(IssuerClass.MSME), renewal_month=np.arange(12))
    on[Issuers]["debt_bn"][0, :] = 10.0
    on[Institutions] = population(FinancialInstitution, 2, sector=int(Sector.INSURER), assets_bn=np.array([1.0, 3.0]))
    premiums = run(firms_insure_and_insurers_cede, on)[Premiums]
    assert on[Issuers]["insured"].tolist() == [month == 0 for month in range(12)]
    assert premiums.written > 0.0 and premiums.ceded_locally < premiums.written
    closes(INSURANCE, on)


# Private funds


@pytest.fixture
def managers():
    return population(
        FinancialInstitution,
        4,
        sector=int(Sector.PRIVATE_FUND),
        managed_assets=1.0,
        foreign=np.array([True, True, False, False]),
        commitment_bn=5.0,
    )


def test_private_funds_share_the_quota_and_every_flow_has_a_payer(city, managers):
    on = city(on_channels={"qflp_quota": 24.0})
    on[Institutions], on[Commitments] = managers, Commitments(per_managed=50.0)
    commitments_open(managers, on[Commitments])
    run(private_funds_commit, on)
    closes(PRIVATE_FUNDS, on)
    assert managers["commitment_bn"].sum() <= 24.0 + 1e-9
    assert 0.0 < refused_share(on[Commitments]) < 1.0
    assert on[Ledger].net("inward private funds", Account.REST_OF_WORLD) > 0.0
    assert on[Ledger].cash_bn.sum() == pytest.approx(0.0)


def test_a_quota_that_is_wide_enough_refuses_nobody_and_what_is_committed_is_paid_by_those_who_bring_it(city, managers):
    on = city(on_channels={"qflp_quota": 400.0}, on_parameters={"commitment_speed": 0.5})
    on[Institutions], on[Commitments] = managers, Commitments(per_managed=9.0)
    managers["managed_assets"] = np.array([1.0, 1.0, 1.0, 0.0])
    commitments_open(managers, on[Commitments])
    run(private_funds_commit, on)
    assert refused_share(on[Commitments]) == 0.0
    # Half of the gap from 5 to 9, and from 5 to nothing.
    np.testing.assert_allclose(managers["commitment_bn"], [7.0, 7.0, 7.0, 2.5])
    assert on[Ledger].total("inward private funds") == pytest.approx(4.0)
    assert on[Ledger].net("outward private funds", Account.REAL_ECONOMY) == pytest.approx(2.0 - 2.5)


def test_what_leavers_take_back_is_no_payment_of_those_who_stay(city, managers):
    on = city(on_channels={"qflp_quota": 400.0}, on_parameters={"commitment_speed": 0.5})
    on[Institutions], on[Commitments] = managers, Commitments(per_managed=5.0, granted_bn=9.0, left_inward_bn=9.0)
    commitments_open(managers, on[Commitments])
    assert (on[Commitments].granted_bn, on[Commitments].left_inward_bn) == (0.0, 0.0)
    on[Commitments].left_inward_bn, on[Commitments].left_outward_bn = 2.0, 3.0
    run(private_funds_commit, on)
    assert on[Ledger].net("inward private funds", Account.REAL_ECONOMY) == pytest.approx(2.0)
    assert on[Ledger].net("outward private funds", Account.REST_OF_WORLD) == pytest.approx(3.0)
    assert refused_share(Commitments()) == 0.0


def test_commitments_of_managers_that_leave_end_with_them(managers):
    commitments = Commitments()
    commitments_open(managers, commitments)
    commitments_end(managers, commitments, np.array([True, False, True, False]))
    assert (commitments.left_inward_bn, commitments.left_outward_bn) == (5.0, 5.0)


def test_every_part_of_a_component_names_states_alone():
    for component in COMPONENTS:
        parts = [component.start, component.opens, component.identities, *(step.run for step in component.steps)]
        parts += [reading.formula for reading in component.readings]
        assert all(Part(part).needs for part in parts if part is not None), component.name
        assert all(Part(r.scaled_to).reads in ((), (BaseYear,)) for r in component.readings if r.scaled_to), component
