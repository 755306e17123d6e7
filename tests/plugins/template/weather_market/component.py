"""Weather contracts, and hedged buyers of bonds that fear volatility. All figures are hypothetical."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from agents.draws import Draws
from agents.foreign_investors import ForeignInvestors, InvestorGroup
from agents.population import ArrayAgent, Population, column
from lujiazui.components import AddedComponent, Changes, Component, Identity, Reading, Step, added_data
from scenarios.parameters import Parameters
from sim.accounting.securities import SecurityBook
from sim.authorities.state import Curbs
from sim.base_year.base_year import BaseYear
from sim.bond_market.foreign_investors import trade_on
from sim.bond_market.group_terms import risk_and_access, terms_by_group
from sim.bond_market.state import ForeignDemand, Geopolitics
from sim.clock import Clock
from sim.world.interactions import Interactions
from sim.world.macro import MacroPath
from sim.world.policy import Channels, Policy
from sim.world.shock_values import ShockValues


def foreign_investors_trade_in_fear(
    clock: Clock,
    parameters: Parameters,
    draws: Draws,
    policy: Policy,
    channels: Channels,
    shocks: ShockValues,
    interactions: Interactions,
    base_year: BaseYear,
    macro: MacroPath,
    book: SecurityBook,
    politics: Geopolitics,
    curbs: Curbs,
    demand: Changes[ForeignDemand],
    investors: Changes[ForeignInvestors],
) -> None:
    """Foreign investors move towards their targets, and hedged buyers fear volatility too."""
    terms = terms_by_group(clock, parameters, channels, base_year, macro, book, demand)
    risk, _ = risk_and_access(clock, parameters, channels, macro)
    terms[1, InvestorGroup.HEDGED_BUYER] = -parameters.hedged_fear_share * risk
    read = policy, channels, shocks, interactions, base_year, macro, book, politics, curbs
    trade_on(terms, clock, parameters, draws, *read, demand, investors)


class WeatherTrader(ArrayAgent):
    """A firm whose earnings depend on the weather."""

    __slots__ = ()

    exposure_mn = column("f8", unit="CNY mn a month", doc="Earnings that bad weather can take")
    cover_mn = column("f8", unit="CNY mn a month", doc="Earnings that it covers with contracts this month")


type WeatherTraders = Population[WeatherTrader]


@dataclass
class WeatherMarket:
    """Contracts sold in the month."""

    sold_mn: float = 0.0


def start_weather_market(clock: Clock, parameters: Parameters, draws: Draws, traders: Changes[WeatherTraders]) -> None:
    """Let the traders enter."""
    rows = traders.add(round(parameters.weather_traders), clock.month)
    normal = draws["weather.exposure"].normal(traders.draw_keys[rows], clock.month)
    traders["exposure_mn"][rows] = np.exp(parameters.weather_exposure_spread * normal)


def weather_traders_buy_cover(
    clock: Clock,
    parameters: Parameters,
    draws: Draws,
    channels: Channels,
    shocks: ShockValues,
    traders: Changes[WeatherTraders],
    market: Changes[WeatherMarket],
) -> None:
    """Traders buy cover where it costs less than the loss that they expect."""
    normal = draws["weather.forecast"].normal(traders.draw_keys, clock.month)
    expected = parameters.weather_loss_share * np.exp(0.5 * normal + shocks["cold_spell"])
    covered = expected > parameters.weather_premium_share * channels.ratio("weather_contract_cost")
    traders["cover_mn"][:] = np.where(covered, traders["exposure_mn"], 0.0)
    market.sold_mn = float(traders["cover_mn"].sum())


def weather_cover(market: WeatherMarket) -> float:
    """Earnings covered with weather contracts in the month."""
    return market.sold_mn


def weather_cover_share(traders: WeatherTraders) -> float:
    """Share of the exposed earnings that is covered."""
    return float(traders["cover_mn"].sum() / traders["exposure_mn"].sum())


def weather_identities(traders: WeatherTraders, market: WeatherMarket) -> Iterator[Identity]:
    """Cover bought is cover sold."""
    yield "weather cover bought and sold", float(traders["cover_mn"].sum()), market.sold_mn


WEATHER_MARKET = AddedComponent(
    Component(
        name="weather_market",
        states=(WeatherMarket,),
        start=start_weather_market,
        streams=("weather.exposure", "weather.forecast"),
        readings=(
            Reading("weather_cover", "CNY mn", "flow", weather_cover),
            Reading("weather_cover_share", "share", "ratio", weather_cover_share),
        ),
        identities=weather_identities,
    ),
    version="1.0",
    replaces={"foreign_investors_trade": Step(foreign_investors_trade_in_fear, owner="ForeignInvestor")},
    after={"issuers_trade_allowances": (Step(weather_traders_buy_cover, owner="WeatherTrader"),)},
    agents={WeatherTraders: 256},
    data=added_data("weather_market"),
)
