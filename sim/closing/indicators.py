"""Indicators: what a month is read as."""

from collections.abc import Mapping

from agents.districts import District
from agents.institutions import Centre, Sector
from sim.accounting.record import Record
from sim.clock import Clock
from sim.component import AllStates, Changes, Part, Reading, States
from sim.components import READINGS, Components
from sim.institutions.readings import MANAGERS
from sim.markets import Product

PLAN_INDICATORS = (
    "turnover_total",
    "direct_financing",
    "direct_financing_share",
    "foreign_bond_share",
    "panda_cumulative",
    "shanghai_price_influence",
    "leading_fintech_count",
)
REDLINE_INDICATORS = {"early warning": "redline_warning", "redline": "redline_broken"}
"""Indicators of months in which signals of systemic risk exceed their thresholds, by the set of thresholds."""
FLOWS = frozenset(name for name, reading in READINGS.items() if reading.kind == "flow")
"""Indicators that `annual()` sums over the year; of all others it takes December."""
COLUMNS = (
    *PLAN_INDICATORS,
    *(f"turnover_{product.name.lower()}" for product in Product),
    "direct_financing_national",
    "panda_issuance",
    "equity_financing",
    "green_bond_issuance",
    "abs_issuance",
    "reit_issuance",
    "star_new_listings",
    "foreign_bond_holdings",
    "foreign_net_purchases",
    "foreign_investor_count",
    "foreign_equity_holding",
    "bond_custody_interbank",
    "bond_custody_total",
    "institution_count",
    "foreign_institution_share",
    "leading_fintech_national_hundred",
    "fintech_total",
    "fintech_client_share",
    "china_yield",
    "us_yield",
    "usdcny",
    "repo_outstanding",
    "repo_leverage",
    "leverage",
    "interbank_exposures",
    "hq_count",
    *(f"institutions_{sector.name.lower()}" for sector in Sector),
    *(f"seats_{rival.name.lower()}" for rival in Centre if rival != Centre.SHANGHAI),
    "aum_managed",
    *(f"aum_{sector.name.lower()}" for sector in MANAGERS),
    "institution_fintech_adoption",
    "msme_credit",
    "msme_acceptance_rate",
    "certificate_spread_small_banks",
    *(f"institutions_{district.name.lower()}" for district in District),
    "district_concentration",
    "rmb_cross_border_share",
    "rmb_trade_share",
    "cips_volume",
    "ecny_adoption_share",
    "carbon_turnover",
    "insurance_premium",
    "reinsurance_premium",
    "qflp_qdlp_committed",
    "qflp_qdlp_refused",
    "trading_without_repo",
    "direct_financing_net",
    "exchange_financing_share",
    "panda_outstanding",
    "price_influence_equal_weights",
    "equity_financing_share",
    "bond_issuance",
    "star_listings",
    "star_proceeds",
    "derivatives_turnover",
    "product_breadth",
    "effective_hedging_cost",
    "foreign_futures_share",
    "price_discovery_share",
    "benchmark_adoption",
    "capital_flow_volatility",
    "green_financing",
    "talent_stock",
    "talent_intl_share",
    "business_env_score",
    "centre_attractiveness",
    "defaults_cumulative",
    "am_market_share",
    "reits_cap",
    "venture_investment",
    "strategic_credit",
    "bid_ask_spread",
    "msme_spread",
    "greenium",
    "misconduct_losses",
    "yrd_financing",
    "default_rate",
    "listing_suspension",
    "curb_months",
    "foreign_trust",
    "capital_shortfall",
    "absorption_ratio",
    "debtrank",
    "exposure_concentration",
    "interbank_stress",
    "liquidity_coverage",
    "systemic_risk",
    "redline_warning",
    "redline_broken",
    "margin_spiral",
    "foreign_bond_value",
    "foreign_bond_valuation",
    "foreign_bond_currency_gain",
)
"""Indicators in the order of the columns of a result, which is the order in which they are read."""

_PARTS = {name: Part(READINGS[name].formula) for name in COLUMNS}


def indicators_are_read(clock: Clock, components: Components, states: AllStates, record: Changes[Record]) -> None:
    """Indicators are read.

    They are in the units of their readings, flows as those of the month. Ratios of flows are over the last twelve
    months, or over the months since January in the base year.
    """
    now = record.now
    for name, part in _PARTS.items():
        now[name] = part.on(states)
    for name, part in components.added_readings.items():
        now[name] = part.on(states)
    record.months.append(now)
    record.now = {}
    # The level of 2020 is not known, so some are indices; at end-2020 the months before it are put on its base.
    if clock.ends_base_year:
        record.indexed_2020 = {name: value for name, value in now.items() if components.readings[name].indexed}
        record.scales_of_flows = scales_of_base_year(record.months, components.readings, states)
    for each in record.months if clock.ends_base_year else record.months[-1:]:
        each |= {name: each[name] / value * 100.0 for name, value in record.indexed_2020.items()}
        each |= {name: each[name] * scale for name, scale in record.scales_of_flows.items()}


def scales_of_base_year(
    months: list[dict[str, float]], readings: Mapping[str, Reading], states: States
) -> dict[str, float]:
    """Factors that scale flows to their sums over the base year, from its monthly records."""
    sums = {
        name: Part(reading.scaled_to).on(states) for name, reading in readings.items() if reading.scaled_to is not None
    }
    totals = {name: sum(month[name] for month in months) for name in sums}
    return {name: sums[name] / total if total > 0.0 else 1.0 for name, total in totals.items()}
