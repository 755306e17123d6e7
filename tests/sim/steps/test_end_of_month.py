"""The last steps of a month alone: direct financing, ranks, accounts and indicators."""

import numpy as np
import pytest

from agents.equity_investors import ForeignShareholders
from agents.fintech_firms import FintechFirms
from agents.institutions import Institutions
from agents.issuers import Instrument, Issuers
from scenarios.parameters import Parameters
from sim.accounting.record import Record
from sim.accounting.securities import Holder, SecurityBook
from sim.base_year.base_year import BaseYear
from sim.bond_market.state import ForeignFlow
from sim.closing.accounts import AccountingError, Verification, accounts_close
from sim.closing.indicators import COLUMNS, indicators_are_read
from sim.components import READINGS, open_components
from sim.financing.direct_financing import direct_financing_is_summed
from sim.financing.state import DirectFinancing, Issuance
from sim.fintech.component import FINTECH
from sim.fintech.leading import leading_firms_are_ranked, scores
from sim.fintech.state import FintechFlows, LeadingScore
from sim.side_markets.trade_settlement import CrossBorderPayments
from sim.trading.state import ForeignShareholdings, PriceDiscovery, Turnover
from tests.sim.steps.by_hand import ends_base_year, run


def with_issues(on, **amounts_bn):
    for name, amount in amounts_bn.items():
        on[Issuance].issued_bn[Instrument[name]] = amount
    return on


def summed(on):
    return run(direct_financing_is_summed, on)[DirectFinancing]


def test_paper_star_offers_and_panda_bonds_are_shanghais_as_a_whole(city):
    financing = summed(with_issues(city(), COMMERCIAL_PAPER=40.0, IPO_STAR=20.0, PANDA=5.0))
    assert financing.month_bn == pytest.approx((65.0, 65.0))
    assert financing.on_exchanges_bn[-1] == pytest.approx((20.0, 20.0))


def test_a_part_of_main_board_offers_goes_to_another_exchange(city):
    here, country = summed(with_issues(city(), IPO_MAIN=100.0)).month_bn
    assert country == pytest.approx(100.0) and 20.0 < here < 80.0


def test_loans_are_no_direct_financing_and_months_are_kept(city):
    on = with_issues(city(), LOAN=500.0, PANDA=5.0)
    for _ in range(14):
        financing = summed(on)
    assert list(financing.recent_bn) == [(5.0, 5.0)] * 12


def ranked(on):
    """Rank firms of which no two are equal."""
    on[FintechFirms]["log_size"] += np.linspace(0.0, 1e-3, len(on[FintechFirms]))
    return run(leading_firms_are_ranked, on)[LeadingScore]


def test_in_the_base_year_as_many_firms_reach_the_hundredth_score_as_rank_in_the_first_hundred(city):
    leading = ranked(city("2020-12"))
    assert leading.ranked == leading.absolute > 0


def test_later_a_rank_is_relative_and_the_score_of_the_base_year_is_not(city):
    on = city("2021-01")
    firms = on[FintechFirms]
    ends_base_year(FINTECH, on)
    assert on[LeadingScore].base_year == np.sort(scores(on[Parameters], firms))[-100]
    before = ranked(on)
    there = (before.ranked, before.absolute)
    firms["log_size"] += 1.0
    after = ranked(on)
    assert after.ranked == there[0] and after.absolute > there[1]


@pytest.fixture
def closed(city):
    """Makes a month in which nothing has moved, so that its accounts close."""

    def made(month="2021-07"):
        on = city(month)
        open_components(on)
        on[ForeignFlow].net_purchases_bn = 0.0
        on[ForeignShareholdings].opening_bn = float(on[ForeignShareholders]["holdings_bn"].sum())
        return on

    return made


def test_accounts_close_and_the_largest_error_is_kept(closed):
    on = closed()
    assert run(accounts_close, on)[Verification].largest_error < 1e-12


def test_a_bond_without_a_holder_is_found_unless_nothing_is_to_be_checked(closed):
    on = closed()
    on[SecurityBook].holdings_bn[Holder.FOREIGN, 0] += 1.0
    with pytest.raises(AccountingError, match="holders of SOVEREIGN in 2021-07: 6001"):
        run(accounts_close, on)
    on[Verification].wanted = False
    run(accounts_close, on)


LADDER_ASKED = [("2021-07", None, False), ("2021-07", True, True), ("2021-12", None, True)]


@pytest.mark.parametrize(("month", "wanted", "found"), LADDER_ASKED)
def test_the_maturity_ladder_is_added_up_in_december_and_where_every_check_is_wanted(closed, month, wanted, found):
    on = closed(month)
    on[Verification].wanted = wanted
    on[Issuers]["maturing_bn"][0, 0, 0] += 5.0
    if found:
        with pytest.raises(AccountingError, match="ladder"):
            run(accounts_close, on)
    else:
        run(accounts_close, on)


def with_markets(on):
    """Payments, prices and issues of a month, which ratios are over."""
    on[CrossBorderPayments].yuan_bn = on[CrossBorderPayments].trade_bn = 100.0
    on[Turnover].price_impact.append(0.1)
    on[PriceDiscovery].influence, on[PriceDiscovery].shares = 104.0, np.full(4, 0.3)
    return run(direct_financing_is_summed, with_issues(on, PANDA=5.0, IPO_STAR=20.0))


def test_indicators_are_read_into_a_new_month_of_the_record(closed):
    on = with_markets(closed())
    record = run(indicators_are_read, on)[Record]
    assert [tuple(month) for month in record.months] == [COLUMNS] and record.now == {}
    assert record.months[-1]["shanghai_price_influence"] == 104.0
    assert record.months[-1]["foreign_bond_share"] == pytest.approx(240.0 / on[SecurityBook].interbank_custody_bn())


def test_december_of_the_base_year_puts_indices_on_100_and_flows_on_their_sum(closed):
    on = with_markets(closed("2020-12"))
    on[Institutions]["managed_assets"][:] = 1.0
    on[CrossBorderPayments].through_cips_bn, on[FintechFlows].capital_raised = 3.0, 9.0
    on[Record].months = [dict.fromkeys(COLUMNS, 1.0) for _ in range(11)]
    months = run(indicators_are_read, on)[Record].months
    assert months[-1]["aum_managed"] == 100.0
    assert months[0]["aum_managed"] == pytest.approx(100.0 / len(on[Institutions]))
    assert all(months[-1][name] == pytest.approx(100.0) for name, each in READINGS.items() if each.indexed)
    assert [month["venture_investment"] for month in months] == pytest.approx([5.0] * 11 + [45.0])
    assert sum(month["cips_volume"] for month in months) == pytest.approx(on[BaseYear].observed("cips_volume"))


def test_after_the_base_year_the_scales_of_its_december_hold(closed):
    on = with_markets(closed("2021-01"))
    on[Institutions]["managed_assets"][:] = 1.0
    on[CrossBorderPayments].through_cips_bn = 3.0
    on[Record].indexed_2020, on[Record].scales_of_flows = {"aum_managed": 22.0}, {"cips_volume": 0.5}
    on[Record].months = [dict.fromkeys(COLUMNS, 1.0)]
    before, now = run(indicators_are_read, on)[Record].months
    assert set(before.values()) == {1.0}
    assert (now["aum_managed"], now["cips_volume"]) == (pytest.approx(200.0), 1.5)
