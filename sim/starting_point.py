"""The populations at end-2019, from which 2020 is simulated.

Sizes follow a Pareto law taken at its quantiles rather than drawn, so that totals carry no sampling noise; who gets
which size, and every other attribute, is luck keyed to the agent.
"""

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np

from agents.arrays import Codes, Flags, Floats, Integers, Keys, one_of
from agents.credit_events import NO_PROVINCE
from agents.foreign_investors import Bloc, IndexFamily, InvestorGroup, benchmark_weight_gain, bloc_of
from agents.issuers import LADDER_INSTRUMENTS, LADDER_MONTHS, Industry, Instrument, IssuerClass, ListingRoute
from scenarios.calendar import BASELINE
from sim.baseline import observed
from sim.certificates import certificate_ladder, certificates_2019_bn, tier_by_rank
from sim.index_weights import live_index_weights
from sim.levels import equity_share_of_sse, passed_share, stage_shares
from sim.start import filled, pareto_shares, written
from sim.tables import table

if TYPE_CHECKING:
    from scenarios.parameters import Parameters
    from sim.model import FinancialCenter


LARGE_AGAINST_MEAN = 1.5
"""An issuer raises one more tranche a month for each such multiple of its class's mean size."""
MOST_TRANCHES = 12
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


def add_foreign_investors(centre: "FinancialCenter", month: int) -> None:
    """The institutions in the interbank bond market at end-2019, their assets and wanted weights.

    Benchmark funds have the assets that follow each index and hold the index weight that is live, passed through,
    with what they hold outside it. Reserve managers hold what their share of yuan reserves gives. Real money and
    hedged buyers hold the rest; their assets are such that the group holds its typical weight.
    """
    parameters, levels = centre.parameters, centre.levels
    count = levels.foreign_investors_2019
    rows = {row["group"]: row for row in table("investor_groups")}
    sizes = np.floor(np.array([float(rows[g.name]["count_share"]) for g in InvestorGroup]) * count).astype(int)
    sizes[InvestorGroup.REAL_MONEY] += count - sizes.sum()
    group = np.repeat(np.arange(4, dtype=np.int8), sizes)
    family = np.zeros(count, dtype=np.int8)
    family[group == InvestorGroup.BENCHMARK_FUND] = _index_families(
        int(sizes[InvestorGroup.BENCHMARK_FUND]), parameters
    )
    typical = np.array([float(rows[g.name]["typical_weight"] or "nan") for g in InvestorGroup])
    typical[InvestorGroup.RESERVE_MANAGER] = parameters.rmb_reserve_share_2020 * parameters.reserve_bond_fraction
    live = live_index_weights(parameters, month, 0.0)
    normal_weight = parameters.off_benchmark_weight + parameters.benchmark_passthrough * live
    typical_weight = np.where(group == InvestorGroup.BENCHMARK_FUND, normal_weight[family], typical[group])
    keys = filled(centre.investors, count, month)
    luck = centre.luck.population.normal(keys, month, count=2)
    spread = parameters.weight_spread
    weights = typical_weight * np.exp(spread * luck[0] - 0.5 * spread**2)
    rate = float(centre.macro.usdcny[centre.macro.position(month)])

    share = np.zeros(count)
    followers = np.array([0.0, parameters.global_aggregate_assets, parameters.gbi_em_assets, parameters.wgbi_assets])
    for members in [
        *((group == g) for g in InvestorGroup if g != InvestorGroup.BENCHMARK_FUND),
        *(family == f for f in IndexFamily if f),
    ]:
        share[members] = pareto_shares(
            int(members.sum()), parameters.investor_size_tail, parameters.largest_investor_share
        )
    assets = followers[family] * share
    benchmark = float((assets * weights).sum()) * rate
    held = np.zeros(len(InvestorGroup))
    held[InvestorGroup.RESERVE_MANAGER] = levels.reserve_holdings_2019_bn
    total = observed("foreign_bond_holdings_2019")
    rest = max(parameters.least_rest_share_2019 * total, total - levels.reserve_holdings_2019_bn - benchmark)
    wanted = np.array(parameters.holdings_share_by_type)
    for other in (InvestorGroup.REAL_MONEY, InvestorGroup.HEDGED_BUYER):
        held[other] = rest * wanted[other] / wanted[InvestorGroup.REAL_MONEY :].sum()
    funds = group == InvestorGroup.BENCHMARK_FUND
    holdings = np.where(funds, assets * weights * rate, held[group] * share)
    assets = np.where(funds, assets, holdings / weights / rate)
    # Targets are stated at end-2020: index weights that went live in between are a gain of their own.
    target = np.log(weights) + levels.foreign_target_shift[group]
    target -= np.where(funds, benchmark_gain_in_2019(parameters, month)[family], 0.0)
    reserve = group == InvestorGroup.RESERVE_MANAGER
    target[reserve] += np.log(parameters.rmb_reserve_share_target / parameters.rmb_reserve_share_2020)
    written(
        centre.investors,
        count,
        group=group,
        index_family=family,
        bloc=bloc_of(centre.luck.investor_bloc.uniform(keys, month), group, bloc_shares()),
        assets_usd_bn=assets,
        base_log_weight=target,
        weight=weights,
        target_weight=np.exp(target),
        holdings_bn=holdings,
        inaction_band=parameters.inaction_band * np.exp(parameters.inaction_band_spread * luck[1]),
    )


@cache
def bloc_shares() -> Floats:
    """Share of each bloc in the institutions of a group, shape (4 groups, 3 blocs)."""
    rows = {row["group"]: row for row in table("investor_groups")}
    return np.array([[float(rows[g.name][f"{b.name.lower()}_share"]) for b in Bloc] for g in InvestorGroup])


def _index_families(funds: int, parameters: "Parameters") -> Codes:
    """Index that each benchmark fund follows, shape (funds,)."""
    world = round(parameters.world_index_fund_share * funds)
    emerging = round(parameters.emerging_index_fund_share * funds)
    counts = [funds - world - emerging, emerging, world]
    families = (IndexFamily.GLOBAL_AGGREGATE, IndexFamily.EMERGING_MARKETS, IndexFamily.WORLD_GOVERNMENT)
    return np.repeat(np.array(families, dtype=np.int8), counts)


def benchmark_gain_in_2019(parameters: "Parameters", month: int) -> Floats:
    """Log gain of benchmark funds' targets at `month` against end-2020, by index family, shape (4,)."""
    return benchmark_weight_gain(
        live_index_weights(parameters, month, 0.0),
        live_index_weights(parameters, BASELINE, 0.0),
        parameters.off_benchmark_weight,
        parameters.benchmark_passthrough,
    )


@dataclass(frozen=True)
class _ClassPlan:
    issuer_class: IssuerClass
    agents: int
    firms: float
    stock_bn: Floats
    rated_at_least: tuple[float, float, float]
    """Shares of the class, from the largest firm down, rated AAA, at least AA+, at least AA."""
    market_rank: float
    """Part of the class, from the largest down, that is large enough for the bond market."""
    listed_share: float


def _class_plans(centre: "FinancialCenter") -> list[_ClassPlan]:
    """Number of agents, firms and stock by instrument of each issuer class at end-2019."""
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
            stock[Instrument.BOND] = centre.levels.financial_bonds_2019_bn
        if issuer_class is IssuerClass.FOREIGN:
            stock[Instrument.BOND] = observed("panda_outstanding_2019")
            firms = agents = round(centre.parameters.panda_pool)
        rated = (float(row["rated_aaa"]), float(row["rated_aa_plus"]), float(row["rated_aa"]))
        plans.append(
            _ClassPlan(
                issuer_class,
                # Foreign issuers are few and sell single bonds, so each is an agent at every scale.
                round(agents) if issuer_class is IssuerClass.FOREIGN else max(8, round(agents * centre.scale)),
                firms,
                stock,
                rated,
                float(row["market_rank"]),
                float(row["listed_share"]),
            )
        )
    return plans


def add_issuers(centre: "FinancialCenter", month: int) -> None:
    """Issuers of all classes with their debt and its ladder at end-2019."""
    parameters = centre.parameters
    for plan in _class_plans(centre):
        count = plan.agents
        keys = filled(centre.issuers, count, month)
        luck = centre.luck.population.uniform(keys, month, count=8)
        # Every agent stands for as many firms as the others of its class; sizes of firms differ.
        firms = np.full(count, plan.firms / count)
        size = pareto_shares(count, parameters.issuer_size_tail, parameters.largest_issuer_share)
        order = np.argsort(luck[0])
        debt = np.zeros((LADDER_INSTRUMENTS, count))
        rank = np.empty(count)
        rank[order] = (np.arange(count) + 0.5) / count  # 0 for the largest
        share = np.empty(count)
        share[order] = size
        debt[Instrument.LOAN] = plan.stock_bn[Instrument.LOAN] * share
        best, good, fair = plan.rated_at_least
        rating = np.where(rank < best, 0, np.where(rank < good, 1, np.where(rank < fair, 2, 3)))
        market = rank < plan.market_rank
        green = (luck[1] < parameters.green_share) & market
        if plan.stock_bn[Instrument.GREEN_BOND] > 0.0 and not green.any():
            green = rank == rank.min()  # in a small population the largest firm stands for the green ones
        pool = luck[2]
        for instrument, able in (
            (Instrument.BOND, market),
            (Instrument.COMMERCIAL_PAPER, market & (rank < parameters.paper_issuer_rank)),
            (Instrument.GREEN_BOND, green),
            (Instrument.ABS, market & (pool < parameters.securitisable_share_of_issuers)),
        ):
            weight = np.where(able if able.any() else market, share, 0.0)
            if plan.stock_bn[instrument] > 0.0:
                debt[instrument] = plan.stock_bn[instrument] * weight / weight.sum()
        tenors = np.array(
            parameters.financial_bond_tenors
            if plan.issuer_class is IssuerClass.BANK
            else parameters.corporate_bond_tenors
        ).astype(np.int64)
        tenor = tenors[np.minimum((luck[3] * len(tenors)).astype(np.int64), len(tenors) - 1)]
        if plan.issuer_class is IssuerClass.FOREIGN:
            tenor[:] = round(parameters.panda_tenor)
        ladder = np.zeros((LADDER_MONTHS, LADDER_INSTRUMENTS, count))
        growth = parameters.need_growth
        short = np.full(count, 12)
        long = np.full(count, LADDER_MONTHS)
        loans = debt[Instrument.LOAN]
        ladder[:, Instrument.LOAN] = steady_ladder(
            loans * parameters.short_loan_share, short, month, growth
        ) + steady_ladder(loans * (1.0 - parameters.short_loan_share), long, month, growth)
        ladder[:, Instrument.BOND] = steady_ladder(debt[Instrument.BOND], tenor, month, growth)
        ladder[:, Instrument.GREEN_BOND] = steady_ladder(debt[Instrument.GREEN_BOND], tenor, month, growth)
        ladder[:, Instrument.COMMERCIAL_PAPER] = steady_ladder(
            debt[Instrument.COMMERCIAL_PAPER], np.full(count, round(parameters.commercial_paper_tenor)), month, growth
        )
        ladder[:, Instrument.ABS] = steady_ladder(
            debt[Instrument.ABS], np.full(count, round(parameters.abs_tenor)), month, growth
        )
        hard = luck[5] < parameters.hard_technology_share
        private = plan.issuer_class in (IssuerClass.PRIVATE_LARGE, IssuerClass.PRIVATE_MID)
        registered, applied = np.zeros((2, count), dtype=bool)
        if plan.issuer_class is IssuerClass.FOREIGN:
            there = observed("panda_registered_2019") / plan.firms
            registered[:] = luck[4] < there
            # As many wait as a steady flow of applications keeps in the queue.
            waits = parameters.panda_registration_rate * parameters.queue_panda_first
            applied[:] = luck[4] < there + (1.0 - there) * waits
        written(
            centre.issuers,
            count,
            issuer_class=int(plan.issuer_class),
            industry=_industries(centre, keys, month, plan.issuer_class, private & hard),
            province=_provinces(centre, keys, month, plan.issuer_class),
            score=centre.luck.score.normal(keys, month),
            rating=rating,
            firms=firms,
            **(_certificates(centre, rank, share, month) if plan.issuer_class is IssuerClass.BANK else {}),
            debt_bn=debt,
            maturing_bn=ladder,
            tenor_months=tenor,
            tranches=np.clip(np.floor(share * count / LARGE_AGAINST_MEAN), 1, MOST_TRANCHES),
            green=green,
            securitisable=market
            & (plan.issuer_class is not IssuerClass.BANK)
            & (plan.issuer_class is not IssuerClass.FOREIGN),
            market_access=market,
            pool_rank=pool,
            hard_technology=private & hard,
            listed_firms=plan.listed_share * firms,
            asset_rank=luck[7],
            registered=registered,
            applied=applied,
            last_choice=-1,
        )


def _industries(
    centre: "FinancialCenter", keys: Keys, month: int, issuer_class: IssuerClass, hard_technology: Flags
) -> Codes:
    """Industry of each issuer of a class, drawn from its shares, shape (n,); hard technology has shares of its own."""
    luck = centre.luck.industry.uniform(keys, month)
    shares = industry_shares()
    code = np.searchsorted(np.cumsum(shares[issuer_class]), luck)
    hard = np.searchsorted(np.cumsum(shares[HARD_TECHNOLOGY]), luck)
    return np.minimum(np.where(hard_technology, hard, code), len(Industry) - 1).astype(np.int8)


def _certificates(centre: "FinancialCenter", rank: Floats, size: Floats, month: int) -> dict[str, Any]:
    """Columns of banks at end-2019: tier, certificates by month of maturity, and the stock they aim at."""
    tier = tier_by_rank(rank)
    stock = certificates_2019_bn(tier, size)
    return {
        "bank_tier": tier,
        "certificates_bn": certificate_ladder(centre, stock, month),
        "usual_certificates_bn": stock,
    }


def _provinces(centre: "FinancialCenter", keys: Keys, month: int, issuer_class: IssuerClass) -> Codes:
    """Province of each issuer of a class, shape (n,); central enterprises, banks and foreigners answer to none."""
    if issuer_class in (IssuerClass.CENTRAL_SOE, IssuerClass.BANK, IssuerClass.FOREIGN):
        return np.full(len(keys), NO_PROVINCE, dtype=np.int8)
    luck = centre.luck.province.uniform(keys, month)
    code = np.searchsorted(np.cumsum(province_shares()), luck)
    return np.minimum(code, len(province_shares()) - 1).astype(np.int8)


@cache
def province_shares() -> Floats:
    """Share of each province in the issuers that have one, shape (31,)."""
    output: Floats = np.array([float(row["output_trn"]) for row in table("provinces")])
    return np.asarray(output / output.sum())


DELTA = ("SHANGHAI", "JIANGSU", "ZHEJIANG", "ANHUI")
"""Provinces of the Yangtze River Delta."""


@cache
def delta_provinces() -> tuple[int, ...]:
    """Codes of the provinces of the Yangtze River Delta."""
    names = [row["province"] for row in table("provinces")]
    return tuple(names.index(name) for name in DELTA)


def in_delta(centre: "FinancialCenter") -> Flags:
    """Issuers of the Yangtze River Delta, shape (issuers,); those of no province are not."""
    return one_of(centre.issuers["province"], delta_provinces())


HARD_TECHNOLOGY = len(IssuerClass)
"""Row of hard technology in `industry_shares`, after those of the classes."""


@cache
def industry_shares() -> Floats:
    """Share of each industry in the issuers of a class and, last, in those with hard technology, shape (9, 12)."""
    rows = {row["industry"]: row for row in table("industries")}
    columns = [name.lower() for name in (*(c.name for c in IssuerClass), "HARD_TECHNOLOGY")]
    column = {"private_large": "private", "private_mid": "private"}
    return np.array([[float(rows[i.name][column.get(name, name)]) for i in Industry] for name in columns])


def scale_listed_firms(centre: "FinancialCenter") -> None:
    """Make the listed firms add up to the companies listed at end-2019, in all exchanges of the country.

    The Shanghai count is observed; the country's is taken to be in proportion to main-board offers.
    """
    listed = centre.issuers["listed_firms"]
    listed *= observed("listed_companies_sse_2019") / equity_share_of_sse() / listed.sum()
    np.minimum(listed, centre.issuers["firms"], out=listed)


def fill_listing_queue(centre: "FinancialCenter", month: int) -> None:
    """Put into the queue of end-2019 as many filings as the listings of 2020 and the lead time ask for.

    waiting = listings a month / share that gets through * lead time * scale, for a filing of a smaller model stands for
    several; who waits, and how far it has come, is luck
    """
    parameters, issuers = centre.parameters, centre.issuers
    keys = issuers.luck
    luck = centre.luck.population.uniform(keys, month, count=10)[8:]
    kind = issuers["issuer_class"]
    private = (kind == IssuerClass.PRIVATE_LARGE) | (kind == IssuerClass.PRIVATE_MID)
    passed = passed_share(parameters)
    ends = np.cumsum(stage_shares(parameters), axis=1)[:, :-1]
    for route, eligible, listings, lead_months in (
        (ListingRoute.STAR, issuers["hard_technology"], observed("ipo_count_star"), sum(parameters.queue_star) / 30.4),
        (
            ListingRoute.MAIN,
            private & ~issuers["hard_technology"],
            observed("ipo_count_main") / equity_share_of_sse(),
            parameters.queue_mainboard,
        ),
    ):
        steady = listings / 12.0 / passed[route] * lead_months * centre.scale
        waiting = round(centre.levels.queue_2019[route] * steady)
        rows = np.flatnonzero(eligible)
        first = rows[np.argsort(luck[0][rows])[:waiting]]
        issuers["waiting_for"][first] = route
        issuers["waiting_months"][first] = 1.0 + luck[1][first] * lead_months
        # Positions are spread evenly, so that no stage is full or empty by luck.
        position = (np.argsort(np.argsort(luck[1][first])) + 0.5) / max(waiting, 1)
        issuers["queue_stage"][first] = np.searchsorted(ends[route], position)


def outstanding_2019_bn(centre: "FinancialCenter") -> Floats:
    """Bonds outstanding by class at end-2019; government and policy bank bonds are the rest of all custody."""
    corporate = observed("corporate_bonds_outstanding_2019")
    paper = observed("commercial_paper_outstanding_2019")
    others = np.array(
        [
            observed("ncd_outstanding_2019"),
            centre.levels.financial_bonds_2019_bn,
            corporate - paper,
            paper,
            observed("abs_outstanding_2019"),
            observed("panda_outstanding_2019"),
        ]
    )
    return np.array([observed("bond_custody_total_2019") - others.sum(), *others])
