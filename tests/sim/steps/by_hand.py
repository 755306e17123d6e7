"""A small financial centre made by hand: every state that a step may receive, and no model."""

import dataclasses

import numpy as np
import pytest

from agents.draws import Draws
from agents.equity_investors import EquityStyle, ForeignEquityInvestor, ForeignShareholders
from agents.fintech_firms import FintechFirm, FintechFirms
from agents.foreign_investors import Bloc, ForeignInvestor, ForeignInvestors, IndexFamily, InvestorGroup
from agents.institutions import Centre, FinancialInstitution, Institutions, Sector
from agents.issuers import Issuer, IssuerClass, Issuers
from agents.population import Population, PopulationModel
from scenarios.calendar import BASELINE, month_ordinal
from scenarios.parameters import Parameters
from scenarios.plan import channels as plan_channels
from scenarios.plan import levers as plan_levers
from scenarios.shocks import shock_kinds
from sim.banking.state import RepoFunding
from sim.baseline import BaseYear
from sim.bond_market.index_weights import live_index_weights
from sim.bond_market.state import ForeignDemand, ForeignFlow, GovernmentYield, ResidualHolders
from sim.clock import Clock
from sim.component import Part, Step
from sim.components import COMPONENTS
from sim.declared import run_checked
from sim.fintech.state import FundingMemory
from sim.institutions.arrivals import meet_neighbours
from sim.institutions.city import seats_of_centres
from sim.institutions.districts import occupants, shares_2020
from sim.institutions.state import City, Districts, RivalCentres, SectorTraits
from sim.interactions import Interactions
from sim.ledger import Ledger
from sim.levels import Levels, first_guess
from sim.luck import STREAMS
from sim.macro import MacroPath
from sim.policy import Channels, Policy
from sim.securities import Holder, SecurityBook, SecurityClass
from sim.shock_values import ShockValues
from sim.trading.state import ForeignShareholdings, Turnover

VALUES = {channel.id: channel.baseline_2020 for channel in plan_channels()}
"""Every channel at end-2020."""
CALM = {kind.name: 1.0 if kind.form == "factor" else 0.0 for kind in shock_kinds().values()}
"""Every shock in a month in which none strikes."""
MONTHS_BEFORE, MONTHS_AFTER = 24, 36
YIELD_PCT, US_YIELD_PCT = 3.2, 0.9
PER_CLASS = 4
"""Institutions of each sector; every other one is foreign."""
FINTECH_HERE, FINTECH_ELSEWHERE = 60, 140


def channels(**values):
    """Channels in force in a month, those that are not named at their values of 2020."""
    return Channels({**VALUES, **values}, VALUES)


def shocks(**values):
    """Shocks of a month, none but those that are named."""
    return ShockValues({**CALM, **values})


def population(kind, count, **columns):
    """A population of its own."""
    made = Population(PopulationModel(rng=1), kind, capacity=max(count, 1))
    made.add(count, BASELINE, **columns)
    return made


def draws(seed=7):
    """All streams of the components, and those that they share with the rest."""
    made = Draws(seed)
    for component in COMPONENTS:
        for stream in component.streams:
            made.stream(stream)
    for stream in STREAMS.values():
        made.stream(stream)
    return made


def world(parameters, **series):
    """World finance that stands still; a number holds for all months, an array is one number a month."""
    still = {
        "china_yield_pct": YIELD_PCT,
        "us_yield_pct": US_YIELD_PCT,
        "log_vix": parameters.log_vix_mean,
        "usdcny": 6.5,
        "equity_index": 5000.0,
        "log_volatility": parameters.volatility_mean,
    }
    months = np.ones(MONTHS_BEFORE + MONTHS_AFTER)
    arrays = {name: value * months for name, value in {**still, **series}.items()}
    return MacroPath(BASELINE - MONTHS_BEFORE + 1, **arrays, conditional=True, carried_forward=())


def policy(parameters, **intensities):
    """Levers that stand where they stood in 2020 since then, but for those that are named."""
    levers = plan_levers()
    asked = [intensities.get(lever.id, lever.intensity_2020) for lever in levers]
    return Policy(np.tile(asked, (MONTHS_AFTER, 1)), BASELINE + 1, levers, plan_channels(), parameters)


def book(foreign_bn=240.0):
    """Bonds outstanding, CNY bn."""
    made = SecurityBook(np.array([6000.0, 1000.0, 900.0, 1200.0, 500.0, 300.0, 30.0]), foreign_bn)
    made.interbank_share[SecurityClass.SOVEREIGN] = 0.95
    made.open_month()
    return made


def institutions():
    """Institutions of every sector, of different size, with what they manage and hold."""
    sector = np.repeat(np.arange(len(Sector)), PER_CLASS)
    size = np.tile(np.array([4.0, 3.0, 2.0, 1.0]), len(Sector)) * np.where(sector == Sector.BANK, 100.0, 10.0)
    traits = sector_traits()
    equity = size * traits.equity_ratio[sector]
    made = population(
        FinancialInstitution,
        len(sector),
        sector=sector,
        foreign=np.arange(len(sector)) % 2 == 1,
        assets_bn=size,
        equity_bn=equity,
        liabilities_bn=size - equity,
        bonds_bn=size * traits.bond_share[sector],
        managed_assets=np.where(traits.manages[sector], size / 10.0, 0.0),
        profitability=np.tile(np.array([1.0, 0.3, -0.3, -1.0]), len(Sector)),
        local_leaning=np.tile(np.array([1.0, -1.0, 0.5, -0.5]), len(Sector)),
        district=np.arange(len(sector)) % 9,
    )
    borrows = traits.borrows_repo[sector] | ((sector == Sector.BANK) & (size < 300.0))
    for column in ("normal_leverage", "leverage", "opening_leverage"):
        made[column] = np.where(borrows, 0.2, 0.0)
    meet_neighbours(draws(), made, np.arange(len(sector)), BASELINE)
    return made


def sector_traits():
    """Traits of sectors, of which four manage money and four borrow repo."""
    count = len(Sector)
    manages, borrows = np.zeros(count, dtype=bool), np.zeros(count, dtype=bool)
    manages[[Sector.WEALTH_MANAGEMENT, Sector.FUND, Sector.PRIVATE_FUND, Sector.TRUST]] = True
    borrows[[Sector.WEALTH_MANAGEMENT, Sector.BROKER, Sector.FUND, Sector.PRIVATE_FUND]] = True
    return SectorTraits(
        share=np.full(count, 1.0 / count),
        foreign_share=np.full(count, 0.5),
        equity_ratio=np.where(np.arange(count) == Sector.BANK, 0.09, 0.3),
        manages=manages,
        equity_weight=np.where(manages, 0.25, 0.0),
        bond_share=np.full(count, 0.3),
        borrows_repo=borrows,
    )


def rival_centres(parameters):
    """Rivals, each with as many institutions of a class as the city."""
    others = (1.0 - parameters.entrant_share_shanghai) / (len(Centre) - 1)
    seats = np.full((len(Sector), 2, len(Centre)), PER_CLASS / 2.0)
    return RivalCentres(
        seats=seats[..., 1:].copy(),
        seats_base_year=seats,
        entrant_share=np.array([parameters.entrant_share_shanghai, *[others] * (len(Centre) - 1)]),
    )


def foreign_investors(parameters, bonds):
    """Two foreign investors of every group and bloc, who hold together what foreigners hold in the book."""
    group, bloc = (index.ravel() for index in np.indices((len(InvestorGroup), len(Bloc), 2))[:2])
    total = float(bonds.holdings_bn[Holder.FOREIGN].sum())
    holdings = total * np.arange(1.0, len(group) + 1.0) / np.arange(1.0, len(group) + 1.0).sum()
    fund = group == InvestorGroup.BENCHMARK_FUND
    return population(
        ForeignInvestor,
        len(group),
        group=group,
        bloc=bloc,
        index_family=np.where(fund, IndexFamily.WORLD_GOVERNMENT, IndexFamily.NONE),
        assets_usd_bn=holdings / 6.5 / 0.04,
        base_log_weight=np.log(0.04),
        weight=0.04,
        opening_weight=0.04,
        target_weight=0.04,
        holdings_bn=holdings,
        inaction_band=parameters.inaction_band,
    )


def foreign_shareholders(parameters):
    """Two foreign shareholders of every style and bloc."""
    style, bloc = (index.ravel() for index in np.indices((len(EquityStyle), len(Bloc), 2))[:2])
    holdings = 10.0 * np.arange(1.0, len(style) + 1.0)
    return population(
        ForeignEquityInvestor,
        len(style),
        style=style,
        bloc=bloc,
        assets_usd_bn=holdings / 6.5 / 0.04,
        base_log_weight=np.log(0.04),
        holdings_bn=holdings,
        inaction_band=np.where(style == EquityStyle.INDEX, 0.0, parameters.inaction_band),
    )


def fintech_firms():
    """Fintech firms in the city and elsewhere, of all sizes and ages."""
    count = FINTECH_HERE + FINTECH_ELSEWHERE
    here = np.arange(count) < FINTECH_HERE
    return population(
        FintechFirm,
        count,
        in_shanghai=here,
        log_size=np.linspace(0.0, 3.0, count)[np.arange(count) * 7 % count],
        age_months=np.linspace(1.0, 119.0, count)[np.arange(count) * 11 % count],
        funding_round=np.arange(count) % 4,
        capability=np.linspace(-2.0, 2.0, count)[np.arange(count) * 3 % count],
        months_since_round=np.linspace(0.0, 40.0, count)[np.arange(count) * 13 % count],
        district=np.where(here, np.arange(count) % 9, -1),
    )


def traders():
    """Issuers of two classes that trade abroad, each with a part of the country's trade."""
    count = 400
    return population(
        Issuer,
        count,
        issuer_class=np.where(np.arange(count) % 2 == 0, IssuerClass.CENTRAL_SOE, IssuerClass.PRIVATE_LARGE),
        trade_weight=1.0 / count,
        yuan_share=0.2,
    )


def occupants_of(on):
    """Institutions by sector, and fintech firms, by district."""
    return Districts(shares=shares_2020(), occupants_base_year=occupants(on[Institutions], on[FintechFirms]))


def funding_memory(on):
    """No rounds are remembered."""
    rounds = int(on[Parameters].most_funding_rounds) + 1
    return FundingMemory(np.zeros((2, rounds)), np.zeros((2, rounds)))


def foreign_demand(on):
    """Foreign investors compare with the yields and indices of 2020."""
    return ForeignDemand(
        reference_signal_pp=YIELD_PCT - US_YIELD_PCT,
        index_weights_base_year=live_index_weights(on[Parameters], BASELINE, 0.0),
    )


MADE = {
    Levels: lambda on: dataclasses.replace(first_guess(on[Parameters]), velocity=np.full(8, 1e-3)),
    BaseYear: lambda _: BaseYear(),
    Draws: lambda _: draws(),
    Policy: lambda on: policy(on[Parameters]),
    SecurityBook: lambda _: book(),
    Ledger: lambda _: Ledger(),
    Issuers: lambda _: traders(),
    Institutions: lambda _: institutions(),
    FintechFirms: lambda _: fintech_firms(),
    ForeignInvestors: lambda on: foreign_investors(on[Parameters], on[SecurityBook]),
    ForeignShareholders: lambda on: foreign_shareholders(on[Parameters]),
    SectorTraits: lambda _: sector_traits(),
    RivalCentres: lambda on: rival_centres(on[Parameters]),
    City: lambda on: City(seats_of_centres(on[Institutions], on[RivalCentres]), operating_cost=100.0),
    Districts: occupants_of,
    ResidualHolders: lambda _: ResidualHolders(bank_share_of_purchases=0.6),
    GovernmentYield: lambda _: GovernmentYield(last_month_pct=YIELD_PCT),
    ForeignFlow: lambda _: ForeignFlow(net_purchases_bn=10.0, base_year_bn=10.0),
    ForeignDemand: foreign_demand,
    ForeignShareholdings: lambda _: ForeignShareholdings(market_value_bn=40000.0),
    RepoFunding: lambda _: RepoFunding(start_pct=YIELD_PCT, follow_pct=YIELD_PCT),
    Turnover: lambda on: Turnover(foreign_futures_share=on[Parameters].futures_foreign_share_2020),
    FundingMemory: funding_memory,
}
"""How a state is made; those that are not here begin empty, and as their component opens them."""
OPENING = {kind: each for each in COMPONENTS if each.opens is not None for kind in Part(each.opens).changes}
OF_STEP = {step.run: component for component in COMPONENTS for step in component.steps}


class ByHand(dict):
    """The states of a small centre by their type; each is made when it is first asked for.

    All stands as in 2020, but for what is asked for in channels, shocks, interactions, parameters and world finance.
    """

    def __init__(
        self,
        parameters,
        month="2021-07",
        *,
        on_channels=None,
        on_shocks=None,
        off=(),
        on_parameters=None,
        on_world=None,
    ):
        parameters = parameters.replace(**on_parameters) if on_parameters else parameters
        self[Parameters] = parameters
        self[Clock] = Clock(month_ordinal(month))
        self[Channels] = channels(**(on_channels or {}))
        self[ShockValues] = shocks(**(on_shocks or {}))
        self[Interactions] = Interactions(tuple(off))
        self[MacroPath] = world(parameters, **(on_world or {}))

    def __missing__(self, kind):
        if kind in MADE:
            self[kind] = MADE[kind](self)
        elif any(kind in component.states for component in COMPONENTS):
            self[kind] = kind()
            if kind in OPENING:
                Part(OPENING[kind].opens).on(self)
        else:
            raise KeyError(kind)
        return self[kind]


def run(function, on):
    """Run a step alone and refuse a change that it does not declare.

    What its component opens and checks is made first. Parameters refuse a change by themselves; a policy keeps a note
    of what was read.
    """
    component = OF_STEP[function]
    for part in (component.opens, component.identities, function):
        for kind, _ in Part(part).needs if part else ():
            on[kind]
    run_checked(Step(function), on, (Parameters, Policy))
    return on


def closes(component, on):
    """Hold the identities of a component against states."""
    for name, left, right in Part(component.identities).on(on):
        assert left == pytest.approx(right, rel=1e-9, abs=1e-9), name
