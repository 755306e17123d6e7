"""Indicators: what a month is read as."""

import numpy as np

from agents.arrays import sum_of_products
from agents.certificates import BankTier
from agents.districts import District
from agents.equity_investors import ForeignShareholders
from agents.fintech_firms import FintechFirms
from agents.foreign_investors import ForeignInvestors
from agents.institutions import Centre, Institutions, Sector
from agents.issuers import Instrument, IssuerClass, Issuers, ListingRoute
from sim.banking.leverage import repo_outstanding_bn
from sim.banking.state import BankingConstants
from sim.base_year.base_year import BaseYear
from sim.bond_market.state import BankStress, ForeignFlow, GovernmentYield, china_yield_pct, us_yield_pct
from sim.clock import Clock
from sim.companions import companion_indicators
from sim.component import AllStates, Changes, Part
from sim.components import READINGS, readings_now
from sim.financing.state import DirectFinancing, Issuance, ListingQueue, ModelSize, PandaProgramme, SmallFirmCredit
from sim.fintech.state import LeadingScore
from sim.institutions.location import institutions_by_class
from sim.institutions.managed_assets import managed_by_class
from sim.institutions.state import RivalCentres, SectorTraits
from sim.macro import MacroPath
from sim.markets import Product
from sim.record import Record
from sim.secondary import secondary_indicators
from sim.securities import Holder, SecurityBook
from sim.trading.state import ForeignShareholdings, PriceDiscovery, Turnover

PLAN_INDICATORS = (
    "turnover_total",
    "direct_financing",
    "direct_financing_share",
    "foreign_bond_share",
    "panda_cumulative",
    "shanghai_price_influence",
    "leading_fintech_count",
)
FLOWS = frozenset(
    {
        "turnover_total",
        *(f"turnover_{product.name.lower()}" for product in Product),
        "direct_financing",
        "direct_financing_national",
        "panda_issuance",
        "equity_financing",
        "green_bond_issuance",
        "abs_issuance",
        "reit_issuance",
        "star_new_listings",
        "foreign_net_purchases",
        "trading_without_repo",
        "direct_financing_net",
        "bond_issuance",
        "derivatives_turnover",
        "yrd_financing",
        "venture_investment",
        *(reading.name for reading in READINGS.values() if reading.kind == "flow"),
    }
)
"""Indicators that `annual()` sums over the year; of all others it takes December."""

INDEX_OF_BASE_YEAR = 100.0
INDEXED = frozenset({"msme_credit", "strategic_credit", "foreign_equity_holding", "bid_ask_spread", "am_market_share"})
"""Indicators put on 100 at end-2020, beside managed assets."""


def indicators_are_read(clock: Clock, base_year: BaseYear, states: AllStates, record: Changes[Record]) -> None:
    """Indicators are read.

    They are in the units of the plan's indicators. Ratios of flows are over the last twelve months, or over the months
    since January in the base year.
    """
    this_month: dict[str, float] = {}
    for group in _GROUPS:
        this_month |= group.on(states)
    this_month |= readings_now(states)
    this_month |= _COMPANIONS.on(states)
    this_month |= _SECONDARY.on(states, this_month)
    record.months.append(this_month)
    # The level of 2020 is not known, so these are indices; at end-2020 the months before it are put on its base.
    if clock.ends_base_year:
        record.indexed_2020 = {
            name: value for name, value in this_month.items() if name.startswith("aum_") or name in INDEXED
        }
        record.scales_of_flows = scales_of_base_year(record.months, base_year)
    for each in record.months if clock.ends_base_year else record.months[-1:]:
        each |= {name: each[name] / value * 100.0 for name, value in record.indexed_2020.items()}
        each |= {name: each[name] * scale for name, scale in record.scales_of_flows.items()}


def _plan_indicators(
    book: SecurityBook,
    financing: DirectFinancing,
    panda: PandaProgramme,
    turnover: Turnover,
    prices: PriceDiscovery,
    leading: LeadingScore,
) -> dict[str, float]:
    recent = np.sum(financing.recent_bn, axis=0)
    return {
        "turnover_total": float(turnover.turnover_trn.sum()),
        "direct_financing": financing.month_bn[0] / 1000.0,
        "direct_financing_share": float(recent[0] / recent[1]),
        "foreign_bond_share": float(book.holdings_bn[Holder.FOREIGN].sum()) / book.interbank_custody_bn(),
        "panda_cumulative": panda.cumulative_bn,
        "shanghai_price_influence": prices.influence,
        "leading_fintech_count": float(leading.ranked),
        **{f"turnover_{p.name.lower()}": float(turnover.turnover_trn[p]) for p in Product},
    }


def _financing_indicators(
    size: ModelSize, issuance: Issuance, queue: ListingQueue, financing: DirectFinancing
) -> dict[str, float]:
    issued = issuance.issued_bn
    return {
        "direct_financing_national": financing.month_bn[1] / 1000.0,
        "panda_issuance": float(issued[Instrument.PANDA]),
        "equity_financing": float(issued[Instrument.IPO_MAIN] + issued[Instrument.IPO_STAR] + issuance.follow_on_bn)
        / 1000.0,
        "green_bond_issuance": float(issued[Instrument.GREEN_BOND]),
        "abs_issuance": float(issued[Instrument.ABS]),
        "reit_issuance": float(issued[Instrument.REIT]),
        "star_new_listings": float(queue.listings[ListingRoute.STAR] - queue.opening_star_listings) / size.scale,
    }


def _market_indicators(
    clock: Clock,
    macro: MacroPath,
    book: SecurityBook,
    government: GovernmentYield,
    investors: ForeignInvestors,
    shareholders: ForeignShareholders,
    institutions: Institutions,
    fintech: FintechFirms,
    flow: ForeignFlow,
    shareholdings: ForeignShareholdings,
    leading: LeadingScore,
) -> dict[str, float]:
    return {
        "foreign_bond_holdings": float(book.holdings_bn[Holder.FOREIGN].sum()) / 1000.0,
        "foreign_net_purchases": flow.net_purchases_bn,
        "foreign_investor_count": float(len(investors)),
        "foreign_equity_holding": float(shareholders["holdings_bn"].sum()) / shareholdings.market_value_bn,
        "bond_custody_interbank": book.interbank_custody_bn() / 1000.0,
        "bond_custody_total": float(book.outstanding_bn.sum()) / 1000.0,
        "institution_count": float(len(institutions)),
        "foreign_institution_share": float(institutions["foreign"].mean()),
        "leading_fintech_absolute": float(leading.absolute),
        "fintech_total": float(fintech["in_shanghai"].sum()),
        "china_yield": china_yield_pct(clock, macro, book, government),
        "us_yield": us_yield_pct(clock, macro),
        "usdcny": float(macro.usdcny[macro.position(clock.month)]),
    }


def _institution_indicators(
    constants: BankingConstants,
    book: SecurityBook,
    institutions: Institutions,
    rivals: RivalCentres,
    traits: SectorTraits,
) -> dict[str, float]:
    borrower = institutions["normal_leverage"] > 0.0
    assets, equity = institutions["assets_bn"], institutions["equity_bn"]
    count = institutions_by_class(institutions).sum(axis=1)
    seats = rivals.seats.sum(axis=(0, 1))
    managed = managed_by_class(institutions)
    return {
        "repo_outstanding": repo_outstanding_bn(institutions, book)[0] / 1000.0,
        "repo_leverage": float(
            (institutions["repo_borrowed_bn"].sum() / institutions["bonds_bn"][borrower].sum())
            / constants.repo_leverage
        )
        * 100.0,
        "leverage": float((assets**2 / equity).sum() / assets.sum()),
        "interbank_exposures": float(institutions["interbank_lent_bn"].sum()),
        "hq_count": float(institutions["headquarters"].sum()),
        **{f"institutions_{sector.name.lower()}": float(count[sector]) for sector in Sector},
        **{f"seats_{rival.name.lower()}": float(seats[rival - 1]) for rival in Centre if rival},
        "aum_managed": float(managed.sum()),
        **{f"aum_{sector.name.lower()}": float(managed[sector]) for sector in Sector if traits.manages[sector]},
        "institution_fintech_adoption": float(institutions["adopted"].mean()),
    }


def _credit_indicators(issuers: Issuers, credit: SmallFirmCredit, stress: BankStress) -> dict[str, float]:
    small = issuers["issuer_class"] == IssuerClass.MSME
    spread = stress.certificate_spread_pp
    return {
        "msme_credit": float(sum_of_products(issuers["debt_bn"][Instrument.LOAN], small)),
        "msme_acceptance_rate": credit.acceptance_rate,
        "certificate_spread_small_banks": float(spread[BankTier.SMALL] - spread[BankTier.LARGE]) * 100.0,
    }


def _district_indicators(institutions: Institutions) -> dict[str, float]:
    count = np.bincount(institutions["district"], minlength=len(District))
    return {
        **{f"institutions_{each.name.lower()}": float(count[each]) for each in District},
        "district_concentration": float(((count / count.sum()) ** 2).sum()),
    }


_GROUPS = (
    Part(_plan_indicators),
    Part(_financing_indicators),
    Part(_market_indicators),
    Part(_institution_indicators),
    Part(_credit_indicators),
    Part(_district_indicators),
)
_COMPANIONS, _SECONDARY = Part(companion_indicators), Part(secondary_indicators)


def scales_of_base_year(records: list[dict[str, float]], base_year: BaseYear) -> dict[str, float]:
    """Factors that scale flows to their sums over the base year, from its monthly records."""
    sums = {"venture_investment": INDEX_OF_BASE_YEAR}
    for name, reading in READINGS.items():
        if reading.scaled_to is not None:
            sums[name] = Part(reading.scaled_to).on({BaseYear: base_year})
    totals = {name: sum(record[name] for record in records) for name in sums}
    return {name: sums[name] / total if total > 0.0 else 1.0 for name, total in totals.items()}
