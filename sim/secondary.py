"""Secondary indicators: what states that are there already say of the plan's goals and the shortcomings it names."""

import numpy as np

from agents.arrays import sum_of_products
from agents.city_state import CityState
from agents.institutions import Centre, Institutions, Sector
from agents.issuers import ROUNDING_BN, Instrument, Issuers, ListingRoute
from scenarios.parameters import Parameters
from sim.companions import COUNTED
from sim.financing.issuance import green_spread_pp
from sim.financing.state import Defaults, Issuance, ListingQueue, ModelSize, SmallFirmCredit
from sim.fintech.state import FintechFlows
from sim.institutions.location import institutions_by_class
from sim.institutions.managed_assets import conduct_shift
from sim.institutions.state import City, RivalCentres, SeatFlows
from sim.markets import Product
from sim.policy import Channels
from sim.record import Record
from sim.securities import SecurityBook
from sim.trading.state import PriceDiscovery, Turnover

YEAR = 12
DERIVATIVES = (Product.INTERBANK_FX_DERIVATIVES, Product.SHFE_FUTURES, Product.CFFEX_FUTURES)
MAINLAND = [Centre.BEIJING - 1, Centre.SHENZHEN - 1, Centre.OTHER_MAINLAND - 1]
"""Places of the mainland's other centres among the rivals."""
COMMODITIES = slice(0, 3)
"""Places of the commodity contracts among the shares of price discovery; the last is the rate benchmark."""


def secondary_indicators(
    parameters: Parameters,
    size: ModelSize,
    channels: Channels,
    book: SecurityBook,
    issuers: Issuers,
    institutions: Institutions,
    issuance: Issuance,
    queue: ListingQueue,
    defaults: Defaults,
    small_firms: SmallFirmCredit,
    fintech_flows: FintechFlows,
    city: City,
    seats: SeatFlows,
    rivals: RivalCentres,
    turnover: Turnover,
    prices: PriceDiscovery,
    record: Record,
    this_month: dict[str, float],
) -> dict[str, float]:
    """Secondary indicators of the month, in the units of the plan's data; flows of the month.

    `this_month` holds the indicators of the month read before these. An indicator over a year uses the months in
    `record` before it; in the base year those since January, scaled to a year.
    """
    issued, shanghai = issuance.issued_bn, city.slow_states[:, Centre.SHANGHAI]
    months = record.months
    past = [*months[-(YEAR - 1) :], this_month]
    purchases = np.array([each["foreign_net_purchases"] for each in past])
    stock = this_month["foreign_bond_holdings"] * 1000.0
    equity, all_direct = (
        sum(each[name] for each in past) for name in ("equity_financing", "direct_financing_national")
    )
    proceeds = months[-1]["star_proceeds"] if months else 0.0
    managers = [Sector.FUND, Sector.INSURANCE_ASSET_MANAGEMENT]
    at_home = float(institutions_by_class(institutions)[managers].sum())
    elsewhere = float(rivals.seats[managers][..., MAINLAND].sum())
    reits = months[-1]["reits_cap"] if months else 0.0
    found = {
        "equity_financing_share": equity / all_direct,
        "bond_issuance": float(book.gross_bn[COUNTED].sum()) / 1000.0,
        "star_listings": float(queue.listings[ListingRoute.STAR]) / size.scale,
        "star_proceeds": proceeds + float(issued[Instrument.IPO_STAR]),
        "derivatives_turnover": float(turnover.turnover_trn[list(DERIVATIVES)].sum()),
        "product_breadth": 100.0
        * channels["approved_hedging_products"]
        / channels.baseline("approved_hedging_products"),
        "effective_hedging_cost": channels["hedging_cost"],
        "foreign_futures_share": float(turnover.foreign_futures_share),
        "price_discovery_share": float(prices.shares[COMMODITIES].mean()),
        "benchmark_adoption": float(prices.shares[-1]),
        "capital_flow_volatility": float(purchases.std()) / stock,
        "green_financing": float(issuers["debt_bn"][Instrument.GREEN_BOND].sum()) / 1000.0,
        "talent_stock": float(shanghai[CityState.TALENT]),
        "talent_intl_share": channels["talent_international_share"],
        "business_env_score": float(shanghai[CityState.LAW]),
        "centre_attractiveness": seats.entrants_to_shanghai / max(seats.entrants_looking, 1e-12),
        "defaults_cumulative": float(defaults.count),
        "am_market_share": at_home / (at_home + elsewhere),
        "reits_cap": reits + float(issued[Instrument.REIT]),
        "venture_investment": fintech_flows.capital_raised,
        "strategic_credit": float(sum_of_products(issuers["debt_bn"][Instrument.LOAN], issuers["hard_technology"])),
        "bid_ask_spread": float(np.mean(turnover.price_impact)),
        "msme_spread": 100.0 * small_firms.loan_spread_pp,
        "greenium": -100.0 * green_spread_pp(parameters, channels),
        "misconduct_losses": -100.0 * conduct_shift(parameters, channels),
        "yrd_financing": issuance.delta_financing_bn / 1000.0,
    }
    before = months[-YEAR]["defaults_cumulative"] if len(months) >= YEAR else 0.0
    found["default_rate"] = (
        100.0
        * (defaults.count - before)
        / float(issuers["firms"][issuers["debt_bn"][1:].sum(axis=0) > ROUNDING_BN].sum())
        * (YEAR / len(past))
    )
    return found
