"""Secondary indicators: what states that are there already say of the plan's goals and the shortcomings it names."""

from typing import TYPE_CHECKING

import numpy as np

from agents.arrays import sum_of_products
from agents.city_state import CityState
from agents.institutions import Centre, Sector
from agents.issuers import ROUNDING_BN, Instrument, ListingRoute
from sim.companions import COUNTED
from sim.financing.issuance import green_spread_pp
from sim.financing.state import Defaults, Issuance, ListingQueue, SmallFirmCredit
from sim.fintech.state import FintechFlows
from sim.institutions.location import institutions_by_class
from sim.institutions.managed_assets import conduct_shift
from sim.institutions.state import City, RivalCentres, SeatFlows
from sim.markets import Product
from sim.policy import Channels
from sim.trading.state import PriceDiscovery, Turnover

if TYPE_CHECKING:
    from sim.model import FinancialCenter

YEAR = 12
DERIVATIVES = (Product.INTERBANK_FX_DERIVATIVES, Product.SHFE_FUTURES, Product.CFFEX_FUTURES)
MAINLAND = [Centre.BEIJING - 1, Centre.SHENZHEN - 1, Centre.OTHER_MAINLAND - 1]
"""Places of the mainland's other centres among the rivals."""
COMMODITIES = slice(0, 3)
"""Places of the commodity contracts among the shares of price discovery; the last is the rate benchmark."""


def secondary_indicators(centre: "FinancialCenter", record: dict[str, float]) -> dict[str, float]:
    """Secondary indicators of the month, in the units of the plan's data; flows of the month.

    Parameters
    ----------
    centre
        After the month.
    record
        What is read of the month already. What looks back over a year looks at the records of the months before it;
        in 2020 at those since January, counted up to a year.
    """
    issued, issuers, city = (
        centre.state(Issuance).issued_bn,
        centre.issuers,
        centre.state(City).slow_states[:, Centre.SHANGHAI],
    )
    channels, products = centre.channels, centre.policy.baseline["approved_hedging_products"]
    past = [*centre.records[-(YEAR - 1) :], record]
    seats = centre.state(SeatFlows)
    purchases = np.array([each["foreign_net_purchases"] for each in past])
    stock = record["foreign_bond_holdings"] * 1000.0
    equity, all_direct = (
        sum(each[name] for each in past) for name in ("equity_financing", "direct_financing_national")
    )
    proceeds = centre.records[-1]["star_proceeds"] if centre.records else 0.0
    managers = [Sector.FUND, Sector.INSURANCE_ASSET_MANAGEMENT]
    at_home = float(institutions_by_class(centre.institutions)[managers].sum())
    elsewhere = float(centre.state(RivalCentres).seats[managers][..., MAINLAND].sum())
    reits = centre.records[-1]["reits_cap"] if centre.records else 0.0
    found = {
        "equity_financing_share": equity / all_direct,
        "bond_issuance": float(centre.book.gross_bn[COUNTED].sum()) / 1000.0,
        "star_listings": float(centre.state(ListingQueue).listings[ListingRoute.STAR]) / centre.scale,
        "star_proceeds": proceeds + float(issued[Instrument.IPO_STAR]),
        "derivatives_turnover": float(centre.state(Turnover).turnover_trn[list(DERIVATIVES)].sum()),
        "product_breadth": 100.0 * channels["approved_hedging_products"] / products,
        "effective_hedging_cost": channels["hedging_cost"],
        "foreign_futures_share": float(centre.state(Turnover).foreign_futures_share),
        "price_discovery_share": float(centre.state(PriceDiscovery).shares[COMMODITIES].mean()),
        "benchmark_adoption": float(centre.state(PriceDiscovery).shares[-1]),
        "capital_flow_volatility": float(purchases.std()) / stock,
        "green_financing": float(issuers["debt_bn"][Instrument.GREEN_BOND].sum()) / 1000.0,
        "talent_stock": float(city[CityState.TALENT]),
        "talent_intl_share": channels["talent_international_share"],
        "business_env_score": float(city[CityState.LAW]),
        "centre_attractiveness": seats.entrants_to_shanghai / max(seats.entrants_looking, 1e-12),
        "defaults_cumulative": float(centre.state(Defaults).count),
        "am_market_share": at_home / (at_home + elsewhere),
        "reits_cap": reits + float(issued[Instrument.REIT]),
        "venture_investment": centre.state(FintechFlows).capital_raised,
        "strategic_credit": float(sum_of_products(issuers["debt_bn"][Instrument.LOAN], issuers["hard_technology"])),
        "bid_ask_spread": float(np.mean(centre.state(Turnover).price_impact)),
        "msme_spread": 100.0 * centre.state(SmallFirmCredit).loan_spread_pp,
        "greenium": -100.0 * green_spread_pp(centre.parameters, Channels(channels, centre.policy.baseline)),
        "misconduct_losses": -100.0 * conduct_shift(centre.parameters, Channels(channels, centre.policy.baseline)),
        "yrd_financing": centre.state(Issuance).delta_financing_bn / 1000.0,
    }
    before = centre.records[-YEAR]["defaults_cumulative"] if len(centre.records) >= YEAR else 0.0
    found["default_rate"] = (
        100.0
        * (centre.state(Defaults).count - before)
        / float(issuers["firms"][issuers["debt_bn"][1:].sum(axis=0) > ROUNDING_BN].sum())
        * (YEAR / len(past))
    )
    return found
