"""A small financial centre made by hand: every state that a step may receive, and no model."""

import numpy as np
import pytest

from agents.credit_events import NO_PROVINCE
from agents.draws import Draws
from agents.equity_investors import EquityStyle, ForeignEquityInvestor, ForeignShareholders, appeal_to_foreigners
from agents.fintech_clients import clients_at_start
from agents.fintech_firms import FintechFirm, FintechFirms
from agents.foreign_investors import Bloc, ForeignInvestor, ForeignInvestors, IndexFamily, InvestorGroup
from agents.home_bias import mean_experience_at_start
from agents.institutions import Centre, FinancialInstitution, Institutions, Sector
from agents.issuers import (
    LADDER_INSTRUMENTS,
    LADDER_MONTHS,
    Industry,
    Instrument,
    Issuer,
    IssuerClass,
    Issuers,
    ListingRoute,
)
from agents.population import Population, PopulationModel
from scenarios.calendar import BASELINE, month_ordinal
from scenarios.parameters import Parameters
from scenarios.plan import channels as plan_channels
from scenarios.plan import levers as plan_levers
from scenarios.shocks import shock_kinds
from sim.accounting.ledger import Ledger
from sim.accounting.record import Record
from sim.accounting.securities import Holder, SecurityBook, SecurityClass
from sim.banking.state import RepoFunding
from sim.base_year.base_year import BaseYear
from sim.base_year.model_size import ModelSize
from sim.base_year.sums import LargeDeal
from sim.bond_market.certificates import certificate_ladder
from sim.bond_market.index_weights import live_index_weights
from sim.bond_market.state import (
    BondMarketConstants,
    ForeignBondValue,
    ForeignDemand,
    ForeignFlow,
    GovernmentYield,
    ResidualHolders,
)
from sim.clock import Clock
from sim.closing.accounts import Verification
from sim.component import AllStates, Part, Step
from sim.components import COMPONENTS, OURS, Components
from sim.declared import run_checked
from sim.financing.firm_balance import FirmAccounts, net_worth_bn
from sim.financing.issuance_spillover import start_of_filing_memory
from sim.financing.need_cycle import NeedCycle, normal_nominal_growth_pct
from sim.financing.panda_bonds import panda_bonds_before_base_year_bn
from sim.financing.provinces import province_shares
from sim.financing.state import (
    FilingMemory,
    FinancingConstants,
    Issuance,
    ListingQueue,
    PandaProgramme,
    SmallFirmCredit,
)
from sim.fintech.state import ClientMarket, FundingMemory
from sim.institutions.arrivals import meet_neighbours
from sim.institutions.city import seats_of_centres
from sim.institutions.districts import occupants, shares_2020
from sim.institutions.state import City, Districts, RivalCentres, SectorTraits
from sim.markets import Product
from sim.solving.solve import SOLVED
from sim.trading.contract_venues import start_contract_traders
from sim.trading.liquidity import foreign_shares
from sim.trading.state import ContractTraders, ForeignShareholdings, Liquidity, ShareMarket, TradingConstants, Turnover
from sim.world.conditions import YieldsAndCurrency
from sim.world.interactions import Interactions
from sim.world.macro import MacroPath
from sim.world.policy import Channels, Policy
from sim.world.random_streams import STREAMS
from sim.world.shock_values import ShockValues

VALUES = {channel.id: channel.baseline_2020 for channel in plan_channels()}
"""Every channel at end-2020."""
CALM = {kind.name: 1.0 if kind.form == "factor" else 0.0 for kind in shock_kinds().values()}
"""Every shock in a month in which none strikes."""
MONTHS_BEFORE, MONTHS_AFTER = 24, 36
YIELD_PCT, US_YIELD_PCT = 3.2, 0.9
USUAL = YieldsAndCurrency(YIELD_PCT, US_YIELD_PCT, 0.0)
"""Yields and a currency that stays where it is."""
PER_CLASS = 4
"""Institutions of each sector; every other one is foreign."""
ISSUERS_PER_CLASS = 50
LOANS_BN, GREEN_BONDS_BN = 3000.0, 200.0
BOND_MONTHS = 36
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
    for stream in STREAMS:
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
        opening_equity_bn=equity,
        normal_equity_ratio=traits.equity_ratio[sector],
        years_before=12.5,
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
        return_on_equity=np.full(count, 0.1),
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
        experience=mean_experience_at_start(parameters.incumbent_months_2019, parameters.experience_months),
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
        base_log_odds=np.log(0.04 / 0.96),
        holdings_bn=holdings,
        inaction_band=np.where(style == EquityStyle.INDEX, 0.0, parameters.inaction_band),
    )


def foreign_shareholdings(on):
    """Stakes of foreigners in the city's companies, in proportion to how much each group of them is sought."""
    parameters, held = on[Parameters], float(on[ForeignShareholders]["holdings_bn"].sum())
    mean = parameters.connect_shanghai_part * held / on[ShareMarket].value_bn
    return ForeignShareholdings(stakes=mean * appeal_to_foreigners(parameters.foreign_stake_spread))


def contract_traders(on):
    """Traders of contracts, each at the venue that it prefers."""
    made = ContractTraders()
    start_contract_traders(on[Clock], on[Parameters], on[Draws], made)
    return made


def fintech_firms():
    """Fintech firms in the city and elsewhere, of all sizes and ages."""
    count = FINTECH_HERE + FINTECH_ELSEWHERE
    here = np.arange(count) < FINTECH_HERE
    log_size = np.linspace(0.0, 3.0, count)[np.arange(count) * 7 % count]
    return population(
        FintechFirm,
        count,
        in_shanghai=here,
        centre=np.where(here, Centre.SHANGHAI, 1 + np.arange(count) % 3),
        log_size=log_size,
        clients_elsewhere=clients_at_start(log_size),
        age_months=np.linspace(1.0, 119.0, count)[np.arange(count) * 11 % count],
        funding_round=np.arange(count) % 4,
        capability=np.linspace(-2.0, 2.0, count)[np.arange(count) * 3 % count],
        months_since_round=np.linspace(0.0, 40.0, count)[np.arange(count) * 13 % count],
        district=np.where(here, np.arange(count) % 9, -1),
    )


def client_market(on):
    """As many contracts are wanted as there are."""
    clients = int(on[FintechFirms]["clients_elsewhere"].sum())
    return ClientMarket(contracts_elsewhere=float(clients), opening=clients)


def evenly_maturing(stock_bn, tenor_months, month):
    """Ladder of debt of which an equal part runs out in each month of its tenor, shape (slots, issuers)."""
    ladder = np.zeros((LADDER_MONTHS, len(stock_bn)))
    ladder[(month + np.arange(1, tenor_months + 1)) % LADDER_MONTHS] = stock_bn / tenor_months
    return ladder


def debt_of_issuers(kind, green, bonds):
    """Debt by instrument, CNY bn: loans, and what is in the book of securities, in equal parts."""
    bank, foreign = kind == IssuerClass.BANK, kind == IssuerClass.FOREIGN
    firm = ~(bank | foreign)
    market = firm & (kind != IssuerClass.MSME)
    outstanding = bonds.outstanding_bn
    debt = np.zeros((LADDER_INSTRUMENTS, len(kind)))
    debt[Instrument.LOAN] = LOANS_BN * firm / firm.sum()
    for stock_bn, who in (
        (outstanding[SecurityClass.CORPORATE] - GREEN_BONDS_BN, market),
        (outstanding[SecurityClass.FINANCIAL], bank),
        (outstanding[SecurityClass.PANDA], foreign),
    ):
        debt[Instrument.BOND] += stock_bn * who / who.sum()
    debt[Instrument.GREEN_BOND] = GREEN_BONDS_BN * green / green.sum()
    debt[Instrument.COMMERCIAL_PAPER] = outstanding[SecurityClass.PAPER] * market / market.sum()
    debt[Instrument.ABS] = outstanding[SecurityClass.ABS] * market / market.sum()
    return debt


def issuers(on):
    """Issuers of every class, alike in size, whose debt and certificates are those in the book.

    Central enterprises and large private firms trade abroad. Half of the foreigners have a Panda programme.
    """
    count = len(IssuerClass) * ISSUERS_PER_CLASS
    kind, number = np.arange(count) % len(IssuerClass), np.arange(count) // len(IssuerClass)
    bank, foreign = kind == IssuerClass.BANK, kind == IssuerClass.FOREIGN
    private = (kind == IssuerClass.PRIVATE_LARGE) | (kind == IssuerClass.PRIVATE_MID)
    trades = (kind == IssuerClass.CENTRAL_SOE) | (kind == IssuerClass.PRIVATE_LARGE)
    nowhere = bank | foreign | (kind == IssuerClass.CENTRAL_SOE)
    market = ~(foreign | (kind == IssuerClass.MSME))
    green = (kind == IssuerClass.INFRASTRUCTURE) & (number % 2 == 0)
    hard = private & (number % 2 == 1)
    waits = private & (number % 5 == 0)
    month, rank = on[Clock].month - 1, (number + 0.5) / ISSUERS_PER_CLASS
    debt = debt_of_issuers(kind, green, on[SecurityBook])
    certificates = on[SecurityBook].outstanding_bn[SecurityClass.CERTIFICATE] * bank / bank.sum()
    tenors = {Instrument.COMMERCIAL_PAPER: 9, Instrument.ABS: 24}
    return population(
        Issuer,
        count,
        issuer_class=kind,
        industry=np.where(bank, Industry.FINANCE, number % len(Industry)),
        province=np.where(nowhere, NO_PROVINCE, number % len(province_shares())),
        rating=number % 4,
        firms=np.where(foreign, 1.0, 10.0),
        debt_bn=debt,
        maturing_bn=np.stack(
            [evenly_maturing(debt[each], tenors.get(each, BOND_MONTHS), month) for each in range(LADDER_INSTRUMENTS)],
            axis=1,
        ),
        tenor_months=BOND_MONTHS,
        tranches=np.where(number % 10 == 0, 3, 1),
        green=green,
        market_access=market,
        securitisable=market & ~bank,
        pool_rank=rank,
        asset_rank=rank,
        hard_technology=hard,
        listed_firms=np.where(private, 2.0, 0.0),
        waiting_for=np.where(waits, np.where(hard, ListingRoute.STAR, ListingRoute.MAIN), ListingRoute.NONE),
        waiting_months=np.where(waits, 3.0, 0.0),
        registered=foreign & (number % 2 == 0),
        applied=foreign & (number % 4 != 1),
        needs_yuan=foreign & (number % 4 < 2),
        score=np.linspace(-2.0, 2.0, count)[np.arange(count) * 7 % count],
        trade_weight=trades / trades.sum(),
        yuan_share=0.2,
        bank_tier=np.where(bank, number % 3, -1),
        certificates_bn=certificate_ladder(on[Parameters], on[BondMarketConstants], certificates, month),
        usual_certificates_bn=certificates,
    )


def issuance(on):
    """Nothing is due or raised yet."""
    debt, cash = on[Issuers]["debt_bn"], on[Issuers]["cash_bn"]
    return Issuance(
        due_bn=np.zeros(len(on[Issuers])),
        opening_cash_bn=float(cash.sum()),
        opening_loans_bn=float(debt[Instrument.LOAN].sum()),
    )


def listing_queue(on):
    """Those who wait have filed."""
    filed = np.bincount(on[Issuers]["waiting_for"], minlength=len(ListingRoute)).astype(np.int64)
    return ListingQueue(filed=filed)


def panda_programme(on):
    """Panda bonds issued before the base year; the gap of yields is as usual."""
    so_far = panda_bonds_before_base_year_bn(on[BaseYear], on[Parameters])
    return PandaProgramme(cumulative_bn=so_far, opening_bn=so_far, usual=USUAL)


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
        investors_at_start=len(on[ForeignInvestors]),
        usual=USUAL,
        reference_gap_pp=YIELD_PCT - US_YIELD_PCT,
        rebalanced_rate=np.full(len(InvestorGroup), 6.5),
        index_weights_base_year=live_index_weights(on[Parameters], on[BaseYear], BASELINE, 0.0),
    )


def foreign_bond_value(on):
    """Bonds of foreigners are at par."""
    held = float(on[SecurityBook].holdings_bn[Holder.FOREIGN].sum())
    return ForeignBondValue(held / 6.5, held / 6.5, yield_pct=YIELD_PCT, rate=6.5)


def _frequent_issues(on):
    """Constants with which a few issuers take every instrument and some default in a month."""
    return FinancingConstants(
        instrument_constants=np.array([0.0, -0.5, -1.0, -1.5, -1.0, -1.0, -0.5, on[Parameters].reit_constant, 0.0]),
        deal_sizes_bn=np.array([1.2, 1.3, 5.0, on[Parameters].panda_size]),
        deal_factor_2020=np.ones(len(LargeDeal)),
        queue_2019=np.ones(len(ListingRoute)),
        financial_bonds_2019_bn=7600.0,
        shenzhen_share_of_exchange_credit=0.45,
        default_rate_scale=1.0,
    )


def _first_guess(market):
    """Solved constants of a market before the first pass."""
    return lambda on: Part(market.first_guess).on({kind: on[kind] for kind, _ in Part(market.first_guess).needs})


MADE = {
    **{market.kind: _first_guess(market) for market in SOLVED},
    FinancingConstants: _frequent_issues,
    TradingConstants: lambda _: TradingConstants(velocity=np.full(len(Product), 1e-3)),
    Components: lambda _: OURS,
    BaseYear: lambda _: BaseYear(),
    Draws: lambda _: draws(),
    Policy: lambda on: policy(on[Parameters]),
    SecurityBook: lambda _: book(),
    Ledger: lambda _: Ledger(),
    Issuers: issuers,
    ModelSize: lambda _: ModelSize(0.5),
    Issuance: issuance,
    ListingQueue: listing_queue,
    FilingMemory: lambda on: start_of_filing_memory(on[Parameters], on[Issuers]),
    PandaProgramme: panda_programme,
    FirmAccounts: lambda on: FirmAccounts(opening_net_worth_bn=net_worth_bn(on[Issuers])),
    NeedCycle: lambda on: NeedCycle(nominal_growth_pct=normal_nominal_growth_pct(on[BaseYear])),
    SmallFirmCredit: lambda on: SmallFirmCredit(guarantee_coverage=on[Channels].baseline("guarantee_coverage")),
    Institutions: lambda _: institutions(),
    FintechFirms: lambda _: fintech_firms(),
    ForeignInvestors: lambda on: foreign_investors(on[Parameters], on[SecurityBook]),
    ForeignShareholders: lambda on: foreign_shareholders(on[Parameters]),
    SectorTraits: lambda _: sector_traits(),
    RivalCentres: lambda on: rival_centres(on[Parameters]),
    City: lambda on: City(seats_of_centres(on[Institutions], on[RivalCentres]), operating_cost=100.0),
    Districts: occupants_of,
    ResidualHolders: lambda on: ResidualHolders(
        bank_share_of_purchases=0.6, demanded_bn=on[SecurityBook].holdings_bn[1:].copy()
    ),
    ForeignBondValue: foreign_bond_value,
    GovernmentYield: lambda _: GovernmentYield(last_month_pct=YIELD_PCT),
    ForeignFlow: lambda _: ForeignFlow(net_purchases_bn=10.0, base_year_bn=10.0),
    ForeignDemand: foreign_demand,
    ShareMarket: lambda _: ShareMarket(value_bn=40000.0, opening_bn=40000.0),
    ForeignShareholdings: foreign_shareholdings,
    ContractTraders: contract_traders,
    Liquidity: lambda on: Liquidity(foreign_share_base_year=foreign_shares(on[SecurityBook], on[ForeignShareholdings])),
    RepoFunding: lambda _: RepoFunding(start_pct=YIELD_PCT, follow_pct=YIELD_PCT),
    Turnover: lambda on: Turnover(foreign_futures_share=on[Parameters].futures_foreign_share_2020),
    FundingMemory: funding_memory,
    ClientMarket: client_market,
    Record: lambda _: Record(),
    Verification: lambda _: Verification(),
    AllStates: lambda on: on,
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
    component = OF_STEP.get(function)
    for part in (*((component.opens, component.identities) if component else ()), function):
        for kind, _ in Part(part).needs if part else ():
            on[kind]
    run_checked(Step(function), on, (Parameters, Policy))
    return on


def ends_base_year(component, on):
    """Let a component keep what later months are compared with, and refuse a change that it does not declare."""
    for kind, _ in Part(component.remembers).needs:
        on[kind]
    run_checked(Step(component.remembers), on, (Parameters,))
    return on


def closes(component, on):
    """Hold the identities of a component against states."""
    for name, left, right in Part(component.identities).on(on):
        assert left == pytest.approx(right, rel=1e-9, abs=1e-9), name
