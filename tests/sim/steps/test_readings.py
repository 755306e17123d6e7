"""Readings alone: the value of every indicator on states made by hand."""

import math

import numpy as np
import pytest

from agents.authorities import Curb
from agents.bond_valuation import ValueChange
from agents.certificates import BankTier
from agents.city_state import CityState
from agents.equity_investors import ForeignShareholders
from agents.fintech_firms import FintechFirms
from agents.foreign_investors import ForeignInvestors
from agents.institutions import Centre, FinancialInstitution, Institutions, Sector
from agents.issuers import Instrument, Issuer, IssuerClass, Issuers, ListingRoute
from scenarios.parameters import Parameters
from sim.accounting.record import Record
from sim.accounting.securities import COUNTED, Holder, SecurityBook, SecurityClass
from sim.authorities.state import Curbs
from sim.banking.state import BankingConstants
from sim.base_year.model_size import ModelSize
from sim.bond_market.state import BankStress, ForeignBondValue, ForeignFlow
from sim.component import Part
from sim.components import READINGS
from sim.financing.state import (
    Defaults,
    DirectFinancing,
    Issuance,
    ListingQueue,
    PandaProgramme,
    SmallFirmCredit,
)
from sim.fintech.state import FintechFlows, LeadingScore
from sim.institutions.state import City, SeatFlows
from sim.redline.state import SystemicRisk
from sim.side_markets.insurance import Premiums
from sim.side_markets.private_funds import Commitments
from sim.side_markets.trade_settlement import CrossBorderPayments
from sim.trading.state import PriceDiscovery, ShareMarket, Turnover
from tests.sim.steps.by_hand import VALUES, population


def read(name, on):
    return Part(READINGS[name].formula).on(on)


def bond_market(city):
    on = city(on_channels={"hedging_cost": 60.0})
    book = on[SecurityBook]
    book.interbank_share[:] = 0.5
    book.gross_bn[:] = 10.0
    book.premium_pp[SecurityClass.SOVEREIGN] = 0.3
    on[ForeignFlow].net_purchases_bn = 12.0
    on[ForeignBondValue].usd_bn, on[ForeignBondValue].change = 36.0, ValueChange(1.0, 0.5, -2.0, 3.0)
    on[BankStress].certificate_spread_pp[[BankTier.LARGE, BankTier.SMALL]] = 0.1, 0.5
    on[Record].months = [{"foreign_net_purchases": each} for each in (8.0, 12.0)]
    on[Record].now = {"foreign_net_purchases": 10.0}
    return on, {
        "foreign_bond_share": 240.0 / 4965.0,
        "foreign_bond_holdings": 0.24,
        "foreign_net_purchases": 12.0,
        "foreign_bond_value": 36.0,
        "foreign_bond_valuation": -2.0,
        "foreign_bond_currency_gain": 3.0,
        "foreign_investor_count": 24.0,
        "capital_flow_volatility": math.sqrt(8.0 / 3.0) / 240.0,
        "bond_custody_interbank": 4.965,
        "bond_custody_total": 9.93,
        "panda_outstanding": 30.0,
        "bond_issuance": 0.05,
        "china_yield": 3.5,
        "us_yield": 0.9,
        "usdcny": 6.5,
        "certificate_spread_small_banks": 40.0,
        "effective_hedging_cost": 60.0,
    }


def trade_and_prices(city):
    on = city()
    on[Turnover].turnover_trn = np.arange(1.0, 9.0)
    on[Turnover].price_impact.extend((0.1, 0.3))
    on[Turnover].foreign_futures_share = 0.07
    start = np.array([*on[Parameters].price_discovery_share_2020, on[Parameters].rate_benchmark_share])
    on[PriceDiscovery].shares, on[PriceDiscovery].influence = start * np.array([2.0, 2.0, 0.5, 0.5]), 104.0
    on[ForeignShareholders]["holdings_bn"][:] = 2.0
    on[ShareMarket].value_bn = 4.0 * len(on[ForeignShareholders])
    copper, oil, gold, rates = start
    return on, {
        "turnover_total": 36.0,
        "turnover_interbank_money": 1.0,
        "turnover_interbank_spot_bonds": 2.0,
        "turnover_interbank_fx_derivatives": 3.0,
        "turnover_sse_equity": 4.0,
        "turnover_sse_repo_bonds_funds": 5.0,
        "turnover_shfe_futures": 6.0,
        "turnover_cffex_futures": 7.0,
        "turnover_sge_gold": 8.0,
        "trading_without_repo": 30.0,
        "derivatives_turnover": 16.0,
        "bid_ask_spread": 0.2,
        "foreign_futures_share": 0.07,
        "shanghai_price_influence": 104.0,
        "price_influence_equal_weights": 100.0,
        "price_discovery_share": (2.0 * copper + 2.0 * oil + 0.5 * gold) / 3.0,
        "benchmark_adoption": 0.5 * rates,
        "product_breadth": 100.0,
        "foreign_equity_holding": 0.5,
    }


def direct_financing(city):
    on = city()
    on[DirectFinancing].month_bn = (800.0, 1000.0)
    on[DirectFinancing].recent_bn.extend([(1.0, 2.0), (3.0, 4.0)])
    on[DirectFinancing].on_exchanges_bn.extend([(1.0, 4.0), (2.0, 8.0)])
    book = on[SecurityBook]
    book.gross_bn[COUNTED], book.redeemed_bn[COUNTED], book.defaulted_bn[COUNTED] = 10.0, 4.0, 1.0
    issuance = on[Issuance]
    for instrument, amount in {
        "IPO_MAIN": 20,
        "IPO_STAR": 10,
        "REIT": 5,
        "PANDA": 7,
        "GREEN_BOND": 8,
        "ABS": 9,
    }.items():
        issuance.issued_bn[Instrument[instrument]] = amount
    issuance.follow_on_bn, issuance.delta_financing_bn = 15.0, 30.0
    on[PandaProgramme].cumulative_bn = 400.0
    on[ModelSize] = ModelSize(0.5)
    on[ListingQueue].listings[ListingRoute.STAR], on[ListingQueue].opening_star_listings = 7, 4
    month = {"equity_financing": 1.0, "direct_financing_national": 10.0, "star_proceeds": 100.0, "reits_cap": 50.0}
    on[Record].months = [{**month, "equity_financing": 99.0}, *[month] * 11]
    on[Record].now = {"equity_financing": 4.0, "direct_financing_national": 40.0}
    return on, {
        "direct_financing": 0.8,
        "direct_financing_national": 1.0,
        "direct_financing_share": 4.0 / 6.0,
        "exchange_financing_share": 0.25,
        "direct_financing_net": (5 * 5.0 + 35.0 + 15.0) / 1000.0,
        "panda_cumulative": 400.0,
        "panda_issuance": 7.0,
        "green_bond_issuance": 8.0,
        "abs_issuance": 9.0,
        "reit_issuance": 5.0,
        "equity_financing": 0.045,
        "equity_financing_share": 15.0 / 150.0,
        "yrd_financing": 0.03,
        "star_new_listings": 6.0,
        "star_listings": 70.0 + 14.0,
        "star_proceeds": 110.0,
        "reits_cap": 55.0,
    }


def credit(city):
    on = city(on_parameters={"green_label_cost": 2.0}, on_channels={"green_financing_spread": -5.0})
    debt = np.zeros((5, 3))
    debt[Instrument.LOAN], debt[Instrument.GREEN_BOND] = (10.0, 20.0, 40.0), (0.0, 500.0, 0.0)
    on[Issuers] = population(
        Issuer,
        3,
        issuer_class=np.array([IssuerClass.MSME, IssuerClass.PRIVATE_MID, IssuerClass.MSME]),
        debt_bn=debt,
        firms=np.array([1000.0, 200.0, 1000.0]),
        hard_technology=np.array([False, True, True]),
    )
    on[SmallFirmCredit].acceptance_rate, on[SmallFirmCredit].loan_spread_pp = 0.8, 1.2
    on[Defaults].count = 30
    on[Record].months = [{"defaults_cumulative": each} for each in (5.0, *[10.0] * 12)]
    return on, {
        "green_financing": 0.5,
        "greenium": 3.0,
        "strategic_credit": 60.0,
        "msme_credit": 50.0,
        "msme_acceptance_rate": 0.8,
        "msme_spread": 120.0,
        "defaults_cumulative": 30.0,
        "default_rate": 10.0,
    }


def banks(city):
    on = city()
    on[Institutions] = population(
        FinancialInstitution,
        2,
        sector=np.array([Sector.BANK, Sector.BROKER]),
        assets_bn=np.array([100.0, 50.0]),
        equity_bn=10.0,
        bonds_bn=np.array([40.0, 80.0]),
        leverage=np.array([0.1, 0.3]),
        normal_leverage=np.array([0.0, 0.2]),
        repo_borrowed_bn=np.array([0.0, 20.0]),
        interbank_lent_bn=np.array([5.0, 7.0]),
    )
    book = on[SecurityBook]
    book.holdings_bn[:], book.interbank_share[:] = 0.0, 0.5
    book.holdings_bn[[Holder.BANKS, Holder.ASSET_MANAGERS], 0] = 1000.0, 500.0
    on[BankingConstants] = BankingConstants(repo_leverage=0.2)
    return on, {
        "repo_outstanding": (0.1 * 500.0 + 0.3 * 250.0) / 1000.0,
        "repo_leverage": 125.0,
        "leverage": (100.0 * 10.0 + 50.0 * 5.0) / 150.0,
        "interbank_exposures": 12.0,
    }


def fintech(city):
    on = city()
    on[LeadingScore].ranked, on[LeadingScore].absolute = 23, 31
    on[FintechFlows].capital_raised = 5.0
    on[FintechFirms]["clients_elsewhere"][:] = np.where(on[FintechFirms]["in_shanghai"], 6, 9)
    on[FintechFirms]["clients_here"][:60] = 1
    on[Institutions]["adopted"][:11] = True
    return on, {
        "leading_fintech_count": 31.0,
        "leading_fintech_national_hundred": 23.0,
        "fintech_total": 60.0,
        "fintech_client_share": 0.25,
        "venture_investment": 5.0,
        "institution_fintech_adoption": 0.25,
    }


def city_and_rivals(city):
    """Four institutions in each of eleven sectors, spread over nine districts in turn, as many in every rival."""
    on = city(on_parameters={"misconduct_flow_slope": 0.02}, on_channels={"talent_international_share": 0.15})
    on[Institutions]["headquarters"][:5] = True
    on[SeatFlows].entrants_looking, on[SeatFlows].entrants_to_shanghai = 50.0, 10.0
    slow = on[City].slow_states
    slow[CityState.TALENT, Centre.SHANGHAI], slow[CityState.LAW, Centre.SHANGHAI] = 0.3, -0.2
    managers = ("wealth_management", "fund", "private_fund", "trust")
    districts = ("lujiazui", "bund", "north_bund", "zhangjiang", "lingang", "hongqiao")
    return on, {
        "institution_count": 44.0,
        **{f"institutions_{sector.name.lower()}": 4.0 for sector in Sector},
        **{f"institutions_{name}": 5.0 for name in (*districts, "yangpu_riverside", "xuhui_riverside")},
        "institutions_rest_of_city": 4.0,
        "district_concentration": (8 * 25.0 + 16.0) / 44.0**2,
        "foreign_institution_share": 0.5,
        "hq_count": 5.0,
        **{f"seats_{name}": 44.0 for name in ("beijing", "shenzhen", "hong_kong", "singapore", "other_mainland")},
        "centre_attractiveness": 0.2,
        "am_market_share": 8.0 / (8.0 + 3 * 8.0),
        "aum_managed": 40.0,
        **{f"aum_{name}": 10.0 for name in managers},
        "aum_broker": 0.0,
        "aum_insurance_asset_management": 0.0,
        "misconduct_losses": 0.0,
        "talent_stock": 0.3,
        "business_env_score": -0.2,
        "talent_intl_share": 0.15,
    }


def side_markets(city):
    on = city()
    on[CrossBorderPayments] = CrossBorderPayments(50.0, 20.0, 30.0, 30.0, through_cips_bn=24.0)
    on[Issuers] = population(
        Issuer,
        5,
        issuer_class=np.array([IssuerClass.MSME] * 4 + [IssuerClass.BANK]),
        accepts_ecny=np.array([True, False, False, False, True]),
        allowances_bought=np.array([1.0, 0.5, -1.5, 0.0, 0.0]),
    )
    on[Premiums] = Premiums(6.0, 3.0, 1.0)
    on[Institutions]["commitment_bn"][:2] = 3.0
    on[Commitments].asked_bn, on[Commitments].granted_bn = 8.0, 6.0
    return on, {
        "rmb_cross_border_share": 0.5,
        "rmb_trade_share": 0.4,
        "cips_volume": 24.0,
        "ecny_adoption_share": 0.25,
        "carbon_turnover": 1.5,
        "insurance_premium": 10.0,
        "reinsurance_premium": 3.0,
        "qflp_qdlp_committed": 6.0,
        "qflp_qdlp_refused": 0.25,
    }


def authorities(city):
    on = city()
    on[Curbs].in_force[[Curb.LISTINGS, Curb.LEVERAGE, Curb.OUTFLOWS]] = True
    on[ForeignInvestors]["trust"][:] = np.where(np.arange(24) % 2 == 0, 0.3, -0.1)
    return on, {"listing_suspension": 1.0, "curb_months": 3.0, "foreign_trust": 0.1}


def systemic_risk(city):
    on = city()
    on[SystemicRisk].signals = np.array([0.2, 0.9, 0.1, 0.15, 1.02, 1.4])
    on[SystemicRisk].deviations = np.array([1.0, 2.0, 3.0, -1.0, 4.0, -3.0])
    on[SystemicRisk].broken = np.array([True, False])
    on[SystemicRisk].margin_spiral_bp = 0.7
    return on, {
        "capital_shortfall": 0.2,
        "absorption_ratio": 0.9,
        "debtrank": 0.1,
        "exposure_concentration": 0.15,
        "interbank_stress": 4.0,
        "liquidity_coverage": 1.4,
        "margin_spiral": 0.7,
        "systemic_risk": 1.0,
        "redline_warning": 1.0,
        "redline_broken": 0.0,
    }


GROUPS = (
    bond_market,
    trade_and_prices,
    direct_financing,
    credit,
    banks,
    fintech,
    city_and_rivals,
    side_markets,
    authorities,
    systemic_risk,
)


@pytest.mark.parametrize("group", GROUPS)
def test_indicators_have_the_values_of_a_calculation_by_hand(city, group):
    on, expected = group(city)
    assert {name: read(name, on) for name in expected} == pytest.approx(expected, rel=1e-12, abs=1e-15)


def test_every_indicator_is_calculated_by_hand(city):
    calculated = [name for group in GROUPS for name in group(city)[1]]
    assert sorted(calculated) == sorted(READINGS)


def test_more_products_and_worse_conduct_are_read_against_2020(city):
    doubled = {name: 2.0 * VALUES[name] for name in ("approved_hedging_products", "misconduct_rate")}
    on = city(on_channels=doubled, on_parameters={"misconduct_flow_slope": 0.02})
    assert read("product_breadth", on) == pytest.approx(200.0)
    assert read("misconduct_losses", on) == pytest.approx(2.0 * math.log(2.0))


def test_a_default_rate_of_part_of_a_year_is_put_on_a_year(city):
    on, _ = credit(city)
    on[Record].months = [{"defaults_cumulative": 10.0}] * 2
    assert read("default_rate", on) == pytest.approx(100.0 * 30.0 / 200.0 * 4.0)


def test_totals_since_2020_begin_with_its_first_month(city):
    on, _ = direct_financing(city)
    on[Record].months = []
    assert (read("star_proceeds", on), read("reits_cap", on)) == (10.0, 5.0)
    assert read("equity_financing_share", on) == pytest.approx(0.1)
