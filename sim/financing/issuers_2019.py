"""The issuers at end-2019, from which 2020 is simulated.

Sizes follow a Pareto law taken at its quantiles rather than drawn, so that totals carry no sampling noise; who gets
which size, and every other attribute, is drawn at random with the agent's own key.
"""

from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from scipy.special import ndtri

from agents.arrays import Codes, Flags, Floats, Integers, Keys, rows_where
from agents.credit_events import NO_PROVINCE
from agents.draws import Draws
from agents.issuers import (
    LADDER_INSTRUMENTS,
    LADDER_MONTHS,
    Industry,
    Instrument,
    IssuerClass,
    Issuers,
    ListingRoute,
)
from scenarios.parameters import Parameters
from sim.base_year.base_year import BaseYear
from sim.base_year.derived import equity_share_of_sse
from sim.base_year.first_agents import filled, joined_shares, pareto_shares, spread_evenly, written
from sim.base_year.model_size import ModelSize
from sim.base_year.tables import table
from sim.bond_market.certificates import certificate_ladder, certificates_2019_bn, tier_by_rank
from sim.bond_market.state import BondMarketConstants
from sim.clock import Clock
from sim.component import Changes
from sim.financing.filing_stages import passed_share, stage_shares
from sim.financing.provinces import province_shares
from sim.financing.state import FinancingConstants

LARGE_AGAINST_MEAN = 1.5
"""An issuer raises one more tranche a month for each such multiple of its class's mean size.

Agents of a smaller model stand for several large firms; they raise as many more tranches as the root of the ratio of
the numbers of agents, so that single choices weigh less on totals."""
ONE_BY_ONE = (IssuerClass.FOREIGN, IssuerClass.INFRASTRUCTURE)
"""Classes of which every firm is an agent at every scale: they are few, and few of them sell a Panda bond or a REIT."""
MOST_TRANCHES = 120
"""Bound on the work of a month; the number of parts plays no part in what they add up to."""


def steady_ladder(stock_bn: Floats, tenor_months: Integers, month: int, growth_per_year: float) -> Floats:
    """Ladder of a stock that was issued at one tenor and grew at a steady rate, shape (ring slots, n).

    What runs out `ahead` months after `month` was issued `tenor - ahead` months ago, when issues were smaller by that
    many months of growth.
    """
    # Few tenors occur, so each one's weights are made once; two columns at least keep the order of summation.
    tenors, place = np.unique(np.append(tenor_months, (1, LADDER_MONTHS)), return_inverse=True)
    ahead = np.arange(1, LADDER_MONTHS + 1)[:, None]
    weight = np.where(ahead <= tenors, np.exp(-growth_per_year * (tenors - ahead) / 12.0), 0.0)
    weight /= weight.sum(axis=0)
    ladder = np.empty((LADDER_MONTHS, len(stock_bn)))
    ladder[(month + ahead[:, 0]) % LADDER_MONTHS] = weight[:, place[:-2]] * stock_bn
    return ladder


@dataclass(frozen=True)
class _ClassPlan:
    issuer_class: IssuerClass
    agents: int
    full_agents: int
    """Agents of the class in the full model, whose sizes those of every other model sum up."""
    firms: float
    stock_bn: Floats
    rated_at_least: tuple[float, float, float]
    """Shares of the class, from the largest firm down, rated AAA, at least AA+, at least AA."""
    market_rank: float
    """Part of the class, from the largest down, that is large enough for the bond market."""
    listed_share: float


def _class_plans(
    parameters: Parameters, base_year: BaseYear, size: ModelSize, constants: FinancingConstants
) -> list[_ClassPlan]:
    """Number of agents, firms and stock by instrument of each issuer class at end-2019."""
    observed = base_year.observed
    loans = observed("enterprise_loans_outstanding_2019")
    paper = observed("commercial_paper_outstanding_2019")
    green = observed("green_bonds_outstanding_2019")
    bonds = observed("corporate_bonds_outstanding_2019") - paper - green
    national = (loans, bonds, paper, green, observed("abs_outstanding_2019"))
    columns = ("loan_share", "bond_share", "commercial_paper_share", "green_bond_share", "abs_share")
    plans = []
    for row in table("issuer_classes"):
        issuer_class = IssuerClass[row["issuer_class"]]
        stock = np.array([float(row[column]) * total for column, total in zip(columns, national, strict=True)])
        firms = float(row["firms"])
        agents = float(row["agents"])
        if issuer_class is IssuerClass.BANK:
            stock[Instrument.BOND] = constants.financial_bonds_2019_bn
        if issuer_class is IssuerClass.FOREIGN:
            stock[Instrument.BOND] = observed("panda_outstanding_2019")
            firms = agents = round(parameters.panda_pool)
        rated = (float(row["rated_aaa"]), float(row["rated_aa_plus"]), float(row["rated_aa"]))
        full = round(agents)
        plans.append(
            _ClassPlan(
                issuer_class,
                full if issuer_class in ONE_BY_ONE else min(max(8, round(full * size.scale)), round(firms)),
                full,
                firms,
                stock,
                rated,
                float(row["market_rank"]),
                float(row["listed_share"]),
            )
        )
    return plans


def start_issuers(
    clock: Clock,
    parameters: Parameters,
    base_year: BaseYear,
    size: ModelSize,
    constants: FinancingConstants,
    bonds: BondMarketConstants,
    draws: Draws,
    issuers: Changes[Issuers],
) -> None:
    """Set the issuers of all classes at end-2019: their debt and its ladder, the listed firms and the queue."""
    for plan in _class_plans(parameters, base_year, size, constants):
        _add_class(clock, parameters, base_year, bonds, draws, issuers, plan)
    _scale_listed_firms(base_year, issuers)
    _fill_listing_queue(clock, parameters, base_year, size, constants, draws, issuers)


def _add_class(
    clock: Clock,
    parameters: Parameters,
    base_year: BaseYear,
    bonds: BondMarketConstants,
    draws: Draws,
    issuers: Changes[Issuers],
    plan: _ClassPlan,
) -> None:
    """Issuers of a class with their debt and its ladder."""
    count, month = plan.agents, clock.month
    keys = filled(issuers, count, month)
    drawn = draws["population.attributes"].uniform(keys, month, count=20)
    # Every agent stands for as many firms as the others of its class; sizes of firms differ.
    firms = np.full(count, plan.firms / count)
    full = pareto_shares(plan.full_agents, parameters.issuer_size_tail, parameters.largest_issuer_share)
    sizes = joined_shares(full, count)
    order = np.argsort(drawn[0])
    rank = np.empty(count)
    rank[order] = (np.arange(count) + 0.5) / count  # 0 for the largest
    share = np.empty(count)
    share[order] = sizes
    # The numbers 8 and 9 are those of the queue for listings.
    uniform = [spread_evenly(number, jitter, order) for number, jitter in zip(drawn[:8], drawn[12:], strict=True)]
    best, good, fair = plan.rated_at_least
    rating = np.where(rank < best, 0, np.where(rank < good, 1, np.where(rank < fair, 2, 3)))
    market = rank < plan.market_rank
    green = (uniform[1] < parameters.green_share) & market
    if plan.stock_bn[Instrument.GREEN_BOND] > 0.0 and not green.any():
        green = rank == rank.min()  # in a small population the largest firm stands for the green ones
    debt = _debt_bn(parameters, plan, share, rank, market, green, uniform[2])
    tenor = _bond_tenors(parameters, plan.issuer_class, uniform[3])
    hard = uniform[5] < parameters.hard_technology_share
    private = plan.issuer_class in (IssuerClass.PRIVATE_LARGE, IssuerClass.PRIVATE_MID)
    bank, foreign = plan.issuer_class is IssuerClass.BANK, plan.issuer_class is IssuerClass.FOREIGN
    registered, applied = np.zeros((2, count), dtype=bool)
    if foreign:
        there = base_year.observed("panda_registered_2019") / plan.firms
        registered[:] = uniform[4] < there
        # As many wait as a steady flow of applications keeps in the queue.
        waits = parameters.panda_registration_rate * parameters.queue_panda_first
        applied[:] = uniform[4] < there + (1.0 - there) * waits
    written(
        issuers,
        count,
        issuer_class=int(plan.issuer_class),
        industry=_industries(draws, keys, month, order, plan.issuer_class, private & hard),
        province=_provinces(draws, keys, month, order, plan.issuer_class),
        score=np.asarray(ndtri(_spread_draws(draws, "issuer.score", keys, month, order))),
        rating=rating,
        firms=firms,
        **(_certificates(parameters, base_year, bonds, rank, share, month) if bank else {}),
        debt_bn=debt,
        maturing_bn=_ladders_bn(parameters, debt, tenor, month),
        tenor_months=tenor,
        tranches=np.clip(np.floor(share * _size_of_tranches(plan, count)), 1, MOST_TRANCHES),
        green=green,
        securitisable=market & (not bank) & (not foreign),
        market_access=market,
        pool_rank=uniform[2],
        hard_technology=private & hard,
        listed_firms=plan.listed_share * firms,
        asset_rank=(np.argsort(np.argsort(drawn[7])) + 0.5) / count,
        registered=registered,
        applied=applied,
        needs_yuan=foreign & (uniform[5] < parameters.panda_unswapped_share),
        last_choice=-1,
    )


def _size_of_tranches(plan: _ClassPlan, count: int) -> float:
    """Tranches of an issuer for its share in the class."""
    return float(np.sqrt(max(count, plan.full_agents) * count)) / LARGE_AGAINST_MEAN


def _debt_bn(
    parameters: Parameters, plan: _ClassPlan, share: Floats, rank: Floats, market: Flags, green: Flags, pool: Floats
) -> Floats:
    """Debt of each issuer of a class: loans by size, other instruments among those that use them, shape (5, n)."""
    debt = np.zeros((LADDER_INSTRUMENTS, len(share)))
    debt[Instrument.LOAN] = plan.stock_bn[Instrument.LOAN] * share
    for instrument, able in (
        (Instrument.BOND, market),
        (Instrument.COMMERCIAL_PAPER, market & (rank < parameters.paper_issuer_rank)),
        (Instrument.GREEN_BOND, green),
        (Instrument.ABS, market & (pool < parameters.securitisable_share_of_issuers)),
    ):
        weight = np.where(able if able.any() else market, share, 0.0)
        if plan.stock_bn[instrument] > 0.0:
            debt[instrument] = plan.stock_bn[instrument] * weight / weight.sum()
    return debt


def _bond_tenors(parameters: Parameters, issuer_class: IssuerClass, uniform: Floats) -> Integers:
    """Tenor of the bonds of each issuer of a class, months, shape (n,)."""
    bank = issuer_class is IssuerClass.BANK
    tenors = np.array(parameters.financial_bond_tenors if bank else parameters.corporate_bond_tenors).astype(np.int64)
    tenor = tenors[np.minimum((uniform * len(tenors)).astype(np.int64), len(tenors) - 1)]
    if issuer_class is IssuerClass.FOREIGN:
        tenor[:] = round(parameters.panda_tenor)
    return tenor


def _ladders_bn(parameters: Parameters, debt: Floats, bond_tenor: Integers, month: int) -> Floats:
    """Debt by slot of the ring of maturities and instrument, shape (slots, 5, n)."""
    count = debt.shape[1]
    ladder = np.zeros((LADDER_MONTHS, LADDER_INSTRUMENTS, count))

    def steady(stock_bn: Floats, tenor: Integers) -> Floats:
        return steady_ladder(stock_bn, tenor, month, parameters.need_growth)

    loans = debt[Instrument.LOAN]
    ladder[:, Instrument.LOAN] = steady(loans * parameters.short_loan_share, np.full(count, 12)) + steady(
        loans * (1.0 - parameters.short_loan_share), np.full(count, LADDER_MONTHS)
    )
    for instrument, tenor in (
        (Instrument.BOND, bond_tenor),
        (Instrument.GREEN_BOND, bond_tenor),
        (Instrument.COMMERCIAL_PAPER, np.full(count, round(parameters.commercial_paper_tenor))),
        (Instrument.ABS, np.full(count, round(parameters.abs_tenor))),
    ):
        ladder[:, instrument] = steady(debt[instrument], tenor)
    return ladder


def _spread_draws(draws: Draws, stream: str, keys: Keys, month: int, order: Integers) -> Floats:
    """Uniform numbers of a stream, spread evenly among neighbours by size, shape (n,)."""
    uniform = draws[stream].uniform(keys, month, count=2)
    return spread_evenly(uniform[0], uniform[1], order)


def _industries(
    draws: Draws, keys: Keys, month: int, order: Integers, issuer_class: IssuerClass, hard_technology: Flags
) -> Codes:
    """Industry of each issuer of a class, drawn from its shares, shape (n,); hard technology has shares of its own."""
    uniform = _spread_draws(draws, "issuer.industry", keys, month, order)
    shares = industry_shares()
    code = np.searchsorted(np.cumsum(shares[issuer_class]), uniform)
    hard = np.searchsorted(np.cumsum(shares[HARD_TECHNOLOGY]), uniform)
    return np.minimum(np.where(hard_technology, hard, code), len(Industry) - 1).astype(np.int8)


def _certificates(
    parameters: Parameters, base_year: BaseYear, bonds: BondMarketConstants, rank: Floats, share: Floats, month: int
) -> dict[str, Any]:
    """Columns of banks at end-2019: tier, certificates by month of maturity, and the stock they aim at."""
    tier = tier_by_rank(rank)
    stock = certificates_2019_bn(base_year, tier, share)
    return {
        "bank_tier": tier,
        "certificates_bn": certificate_ladder(parameters, bonds, stock, month),
        "usual_certificates_bn": stock,
    }


def _provinces(draws: Draws, keys: Keys, month: int, order: Integers, issuer_class: IssuerClass) -> Codes:
    """Province of each issuer of a class, shape (n,); central enterprises, banks and foreigners answer to none."""
    if issuer_class in (IssuerClass.CENTRAL_SOE, IssuerClass.BANK, IssuerClass.FOREIGN):
        return np.full(len(keys), NO_PROVINCE, dtype=np.int8)
    uniform = _spread_draws(draws, "issuer.province", keys, month, order)
    code = np.searchsorted(np.cumsum(province_shares()), uniform)
    return np.minimum(code, len(province_shares()) - 1).astype(np.int8)


HARD_TECHNOLOGY = len(IssuerClass)
"""Row of hard technology in `industry_shares`, after those of the classes."""


@cache
def industry_shares() -> Floats:
    """Share of each industry in the issuers of a class and, last, in those with hard technology, shape (9, 12)."""
    rows = {row["industry"]: row for row in table("industries")}
    columns = [name.lower() for name in (*(c.name for c in IssuerClass), "HARD_TECHNOLOGY")]
    column = {"private_large": "private", "private_mid": "private"}
    return np.array([[float(rows[i.name][column.get(name, name)]) for i in Industry] for name in columns])


def _scale_listed_firms(base_year: BaseYear, issuers: Changes[Issuers]) -> None:
    """Make the listed firms add up to the companies listed at end-2019, in all exchanges of the country.

    The Shanghai count is observed; the country's is taken to be in proportion to main-board offers.
    """
    listed = issuers["listed_firms"]
    in_shanghai = base_year.observed("listed_companies_sse_2019")
    listed *= in_shanghai / equity_share_of_sse(base_year) / listed.sum()
    np.minimum(listed, issuers["firms"], out=listed)


def _fill_listing_queue(
    clock: Clock,
    parameters: Parameters,
    base_year: BaseYear,
    size: ModelSize,
    constants: FinancingConstants,
    draws: Draws,
    issuers: Changes[Issuers],
) -> None:
    """Put into the queue of end-2019 as many filings as the listings of 2020 and the lead time ask for.

    waiting = listings a month / share that gets through * lead time * scale, for a filing of a smaller model stands for
    several; who waits, and how far it has come, is drawn at random
    """
    observed = base_year.observed
    uniform = draws["population.attributes"].uniform(issuers.draw_keys, clock.month, count=10)[8:]
    kind = issuers["issuer_class"]
    private = (kind == IssuerClass.PRIVATE_LARGE) | (kind == IssuerClass.PRIVATE_MID)
    passed = passed_share(parameters)
    ends = np.cumsum(stage_shares(parameters), axis=1)[:, :-1]
    for route, eligible, listings, lead_months in (
        (ListingRoute.STAR, issuers["hard_technology"], observed("ipo_count_star"), sum(parameters.queue_star) / 30.4),
        (
            ListingRoute.MAIN,
            private & ~issuers["hard_technology"],
            observed("ipo_count_main") / equity_share_of_sse(base_year),
            parameters.queue_mainboard,
        ),
    ):
        steady = listings / 12.0 / passed[route] * lead_months * size.scale
        waiting = round(constants.queue_2019[route] * steady)
        rows = rows_where(eligible)
        first = rows[np.argsort(uniform[0][rows])[:waiting]]
        issuers["waiting_for"][first] = route
        issuers["waiting_months"][first] = 1.0 + uniform[1][first] * lead_months
        # Positions are spread evenly, so that no stage is full or empty by chance.
        position = (np.argsort(np.argsort(uniform[1][first])) + 0.5) / max(waiting, 1)
        issuers["queue_stage"][first] = np.searchsorted(ends[route], position)


def outstanding_2019_bn(base_year: BaseYear, constants: FinancingConstants) -> Floats:
    """Bonds outstanding by class at end-2019; government and policy bank bonds are the rest of all custody."""
    observed = base_year.observed
    corporate = observed("corporate_bonds_outstanding_2019")
    paper = observed("commercial_paper_outstanding_2019")
    others = np.array(
        [
            observed("ncd_outstanding_2019"),
            constants.financial_bonds_2019_bn,
            corporate - paper,
            paper,
            observed("abs_outstanding_2019"),
            observed("panda_outstanding_2019"),
        ]
    )
    return np.array([observed("bond_custody_total_2019") - others.sum(), *others])
