"""Indicators: what a month is read as."""

from typing import TYPE_CHECKING

import numpy as np

from agents.arrays import sum_of_products
from agents.certificates import BankTier
from agents.districts import District
from agents.institutions import Centre, Sector
from agents.issuers import Instrument, IssuerClass, ListingRoute
from scenarios.calendar import BASELINE
from sim.banking.leverage import repo_outstanding_bn
from sim.baseline import BaseYear
from sim.bond_market.state import BankStress, ForeignFlow
from sim.companions import companion_indicators
from sim.component import Part
from sim.components import READINGS, readings_now
from sim.financing.direct_financing import direct_financing_bn, exchange_financing_bn
from sim.financing.state import DirectFinancing, Issuance, ListingQueue, PandaProgramme, SmallFirmCredit
from sim.fintech.leading import leading_in_shanghai
from sim.institutions.location import institutions_by_class
from sim.institutions.managed_assets import managed_by_class
from sim.institutions.state import RivalCentres, SectorTraits
from sim.markets import Product
from sim.secondary import secondary_indicators
from sim.securities import Holder
from sim.trading.state import ForeignShareholdings, PriceDiscovery, Turnover

if TYPE_CHECKING:
    from sim.model import FinancialCenter

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


def indicators_are_read(centre: "FinancialCenter") -> None:
    """Write the month's indicators into the record, in the units of the plan's indicators.

    Flow ratios are over the last twelve months, or over the months since January 2020 in that year.
    """
    states = centre.states_now()
    shanghai, national = Part(direct_financing_bn).on(states)
    centre.state(DirectFinancing).month_bn = (shanghai, national)
    centre.state(DirectFinancing).recent_bn.append((shanghai, national))
    centre.state(DirectFinancing).on_exchanges_bn.append(Part(exchange_financing_bn).on(states))
    recent = np.sum(centre.state(DirectFinancing).recent_bn, axis=0)
    book = centre.book
    foreign = float(book.holdings_bn[Holder.FOREIGN].sum())
    issuance, queue = centre.state(Issuance), centre.state(ListingQueue)
    issued = issuance.issued_bn
    market_value_bn = centre.state(ForeignShareholdings).market_value_bn
    leading, leading_absolute = Part(leading_in_shanghai).on(states)
    record = {
        "turnover_total": float(centre.state(Turnover).turnover_trn.sum()),
        "direct_financing": shanghai / 1000.0,
        "direct_financing_share": float(recent[0] / recent[1]),
        "foreign_bond_share": foreign / book.interbank_custody_bn(),
        "panda_cumulative": centre.state(PandaProgramme).cumulative_bn,
        "shanghai_price_influence": centre.state(PriceDiscovery).influence,
        "leading_fintech_count": float(leading),
    }
    record |= {f"turnover_{p.name.lower()}": float(centre.state(Turnover).turnover_trn[p]) for p in Product}
    institutions = centre.institutions
    record |= {
        "direct_financing_national": national / 1000.0,
        "panda_issuance": float(issued[Instrument.PANDA]),
        "equity_financing": float(issued[Instrument.IPO_MAIN] + issued[Instrument.IPO_STAR] + issuance.follow_on_bn)
        / 1000.0,
        "green_bond_issuance": float(issued[Instrument.GREEN_BOND]),
        "abs_issuance": float(issued[Instrument.ABS]),
        "reit_issuance": float(issued[Instrument.REIT]),
        "star_new_listings": float(queue.listings[ListingRoute.STAR] - queue.opening_star_listings) / centre.scale,
        "foreign_bond_holdings": foreign / 1000.0,
        "foreign_net_purchases": centre.state(ForeignFlow).net_purchases_bn,
        "foreign_investor_count": float(len(centre.investors)),
        "foreign_equity_holding": float(centre.equity_investors["holdings_bn"].sum()) / market_value_bn,
        "bond_custody_interbank": book.interbank_custody_bn() / 1000.0,
        "bond_custody_total": float(book.outstanding_bn.sum()) / 1000.0,
        "institution_count": float(len(institutions)),
        "foreign_institution_share": float(institutions["foreign"].mean()),
        "leading_fintech_absolute": float(leading_absolute),
        "fintech_total": float(centre.fintech["in_shanghai"].sum()),
        "china_yield": centre.china_yield_pct,
        "us_yield": centre.us_yield_pct,
        "usdcny": float(centre.macro.usdcny[centre.macro.position(centre.month)]),
        "repo_outstanding": repo_outstanding_bn(institutions, book)[0] / 1000.0,
    }
    borrower = institutions["normal_leverage"] > 0.0
    assets, equity = institutions["assets_bn"], institutions["equity_bn"]
    record |= {
        "repo_leverage": float(
            (institutions["repo_borrowed_bn"].sum() / institutions["bonds_bn"][borrower].sum())
            / centre.levels.repo_leverage
        )
        * 100.0,
        "leverage": float((assets**2 / equity).sum() / assets.sum()),
        "interbank_exposures": float(institutions["interbank_lent_bn"].sum()),
        "hq_count": float(institutions["headquarters"].sum()),
    }
    count = institutions_by_class(institutions).sum(axis=1)
    record |= {f"institutions_{sector.name.lower()}": float(count[sector]) for sector in Sector}
    seats = centre.state(RivalCentres).seats.sum(axis=(0, 1))
    record |= {f"seats_{rival.name.lower()}": float(seats[rival - 1]) for rival in Centre if rival}
    managed = managed_by_class(institutions)
    record["aum_managed"] = float(managed.sum())
    record |= {
        f"aum_{sector.name.lower()}": float(managed[sector])
        for sector in Sector
        if centre.state(SectorTraits).manages[sector]
    }
    record["institution_fintech_adoption"] = float(institutions["adopted"].mean())
    small = centre.issuers["issuer_class"] == IssuerClass.MSME
    record["msme_credit"] = float(sum_of_products(centre.issuers["debt_bn"][Instrument.LOAN], small))
    record["msme_acceptance_rate"] = centre.state(SmallFirmCredit).acceptance_rate
    spread = centre.state(BankStress).certificate_spread_pp
    record["certificate_spread_small_banks"] = float(spread[BankTier.SMALL] - spread[BankTier.LARGE]) * 100.0
    by_district = np.bincount(institutions["district"], minlength=len(District))
    record |= {f"institutions_{each.name.lower()}": float(by_district[each]) for each in District}
    record["district_concentration"] = float(((by_district / by_district.sum()) ** 2).sum())
    record |= readings_now(states)
    record |= companion_indicators(centre)
    record |= secondary_indicators(centre, record)
    centre.records.append(record)
    # The level of 2020 is not known, so these are indices; at end-2020 the months before it are put on its base.
    if centre.month == BASELINE:
        centre.indexed_2020 = {
            name: value for name, value in record.items() if name.startswith("aum_") or name in INDEXED
        }
        centre.scales_of_flows = scales_of_base_year(centre.records, centre.base_year)
    earlier = centre.records if centre.month == BASELINE else centre.records[-1:]
    for each in earlier:
        each |= {name: each[name] / value * 100.0 for name, value in centre.indexed_2020.items()}
        each |= {name: each[name] * scale for name, scale in centre.scales_of_flows.items()}


def scales_of_base_year(records: list[dict[str, float]], base_year: BaseYear) -> dict[str, float]:
    """Factors that scale flows to their sums over the base year, from its monthly records."""
    sums = {"venture_investment": INDEX_OF_BASE_YEAR}
    for name, reading in READINGS.items():
        if reading.scaled_to is not None:
            sums[name] = Part(reading.scaled_to).on({BaseYear: base_year})
    totals = {name: sum(record[name] for record in records) for name in sums}
    return {name: sums[name] / total if total > 0.0 else 1.0 for name, total in totals.items()}
