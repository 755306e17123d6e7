"""Levels that are solved one to one so that the simulated year 2020 meets what was observed in 2020.

Each level belongs to one observation. They are solved for every parameter set by running 2020 a few times, with the
luck of history; after 2020-12 they stay as they are. No later observation and no target enters.
"""

from dataclasses import dataclass, field, replace
from enum import IntEnum
from typing import TYPE_CHECKING

import numpy as np

from agents.arrays import Floats, sum_of_products
from agents.issuers import Instrument, ListingRoute
from agents.listing_queue import STAGES, listed_share, stage_months, stage_probability
from scenarios.plan import channels
from sim.baseline import observed
from sim.fintech.leading import size_premium_correction
from sim.markets import Product

if TYPE_CHECKING:
    from scenarios.parameters import Parameters
    from sim.model import FinancialCenter


class Lump(IntEnum):
    """Flows of few large deals, whose sum over one year is mostly luck."""

    MAIN_OFFERS = 0
    STAR_OFFERS = 1
    FOLLOW_ONS = 2
    PANDA_BONDS = 3


PRODUCT_OBSERVED = {
    Product.INTERBANK_MONEY: "turnover_interbank_money_market",
    Product.INTERBANK_SPOT_BONDS: "turnover_interbank_spot_bonds",
    Product.SSE_EQUITY: "turnover_sse_equity",
    Product.SHFE_FUTURES: "turnover_shfe",
    Product.CFFEX_FUTURES: "turnover_cffex",
    Product.SGE_GOLD: "turnover_sge",
}


def observed_turnover_trn() -> Floats:
    """Turnover of 2020 by product, CNY trn; two products are what the venue totals leave, shape (8,)."""
    turnover = np.zeros(len(Product))
    for product, name in PRODUCT_OBSERVED.items():
        turnover[product] = observed(name)
    turnover[Product.INTERBANK_FX_DERIVATIVES] = (
        observed("turnover_interbank_total")
        - turnover[Product.INTERBANK_MONEY]
        - turnover[Product.INTERBANK_SPOT_BONDS]
    )
    turnover[Product.SSE_REPO_BONDS_FUNDS] = observed("turnover_sse_total") - turnover[Product.SSE_EQUITY]
    return turnover


def equity_share_of_sse() -> float:
    """Share of main-board offers and follow-ons that goes to the Shanghai exchange rather than Shenzhen or Beijing.

    STAR is in Shanghai alone, so it leaves both sides of the ratio.
    """
    star = observed("ipo_proceeds_star")
    return (observed("equity_raised_sse") - star) / (observed("equity_raised_national") - star)


def stage_shares(parameters: "Parameters") -> Floats:
    """Share of each stage in the lead time of a route: none, main board, STAR, REIT; shape (4, STAGES).

    STAR's are observed; the main board is taken to divide its time alike, and the REIT's three offices and its placing
    to take equal parts.
    """
    star = np.array(parameters.queue_star) / sum(parameters.queue_star)
    return np.stack([np.zeros(STAGES), star, star, np.full(STAGES, 1.0 / STAGES)])


def lead_times_2020(parameters: "Parameters") -> Floats:
    """Months from filing to listing by route at end-2020: none, main board, STAR, REIT; shape (4,)."""
    return np.array([0.0, parameters.queue_mainboard, sum(parameters.queue_star) / 30.4, parameters.queue_reit])


def withdrawal_by_route(parameters: "Parameters") -> Floats:
    """Part of the filings of a route that is withdrawn in a month, shape (4,); sponsors of REITs do not withdraw."""
    return float(parameters.withdraw_hazard_star) * np.array([0.0, 1.0, 1.0, 0.0])


def passed_share(parameters: "Parameters") -> Floats:
    """Share of filings that end in a listing at the lead times and the screening of end-2020, by route, shape (4,)."""
    screening = {channel.id: channel.baseline_2020 for channel in channels()}["gatekeeper_screening"]
    passes = stage_probability(stage_months(lead_times_2020(parameters), stage_shares(parameters)))
    weak = parameters.weak_filing_share * screening * np.array([0.0, 1.0, 1.0, 0.0])
    return np.asarray(listed_share(passes, withdrawal_by_route(parameters)) * (1.0 - weak))


def certificate_weights(parameters: "Parameters", levels: "Levels") -> Floats:
    """Shares of tenors 1, 3, 6, 9 and 12 months in certificates issued, shape (5,)."""
    weights: Floats = np.array(parameters.certificate_tenor_weights) / sum(parameters.certificate_tenor_weights)
    shift = min(levels.certificate_long_shift, weights[1])
    weights[1] -= shift
    weights[4] += shift
    return weights


def financial_bond_issuance_bn() -> float:
    """Financial bonds of 2020 that make the plan's total add up, CNY bn.

    17.6 trn over 0.85 is the national total; corporate bonds, asset-backed securities, equity and Panda bonds are
    taken off. The recalled figure is 4,400.
    """
    national = 1000.0 * observed("direct_financing") / observed("direct_financing_share")
    return (
        national
        - observed("corporate_bond_issuance")
        - observed("abs_issuance")
        - observed("equity_raised_national")
        - observed("panda_issuance")
    )


@dataclass(frozen=True)
class Levels:
    """Solved levels; see `solved_levels`."""

    instrument_constants: Floats
    """Constants of the nine instruments in the choice; the loan's is zero, the REIT's is a prior."""
    listing_size_main_bn: float
    """Median proceeds of a main-board offer, CNY bn."""
    listing_size_star_bn: float
    follow_on_size_bn: float
    panda_size_bn: float
    lump_2020: Floats
    """Factor on each lumpy flow in 2020 alone, shape (4,): what that year's luck left of the expected flow. Sizes are
    solved on expected flows, so that the luck of one year does not live on after it."""
    queue_2019: Floats
    """Filings waiting at end-2019 over what a steady queue would hold, by route, shape (4,)."""
    certificate_long_shift: float
    """Part of certificates moved from three to twelve months."""
    financial_bonds_2019_bn: float
    """Bonds of banks and brokers at end-2019, CNY bn."""
    sovereign_net_2020_bn: float
    """Net supply of government and policy bank bonds in 2020, CNY bn."""
    sovereign_redemption_rate: float
    """Share of government and policy bank bonds that is redeemed in a year."""
    sovereign_interbank_share: float
    foreign_target_shift: Floats
    """Log shift of the wanted weight by group of foreign investors, shape (4,); zero for reserve managers."""
    reserve_holdings_2019_bn: float
    """Bonds of reserve managers at end-2019, CNY bn."""
    foreign_investors_2019: int
    institutions_2019: int
    velocity: Floats
    """Turnover per unit of activity by product, CNY trn."""
    repo_leverage: float
    """Normal repo of an institution that borrows it, over the bonds it holds."""
    shenzhen_share_of_exchange_credit: float
    """Part of exchange-traded credit issues that goes to Shenzhen."""
    fintech_size_premium: float
    """Log size of Shanghai's fintech firms over firms elsewhere at end-2019."""
    default_rate_scale: float = 1.0
    """Factor on all default rates, below one where contagion and distress raise them: 2020 keeps its rate."""
    misses: dict[str, float] = field(default_factory=dict)
    """Relative miss of each solved observation after the last pass."""


def first_guess(parameters: "Parameters") -> Levels:
    """Levels to start the solution from."""
    constants = np.zeros(len(Instrument))
    constants[Instrument.BOND] = -0.5
    constants[Instrument.COMMERCIAL_PAPER] = -1.0
    constants[Instrument.GREEN_BOND] = -1.5
    constants[Instrument.ABS] = -1.0
    constants[Instrument.IPO_MAIN] = -1.0
    constants[Instrument.IPO_STAR] = -0.5
    constants[Instrument.REIT] = parameters.reit_constant
    return Levels(
        instrument_constants=constants,
        listing_size_main_bn=1.2,
        listing_size_star_bn=1.3,
        follow_on_size_bn=5.0,
        panda_size_bn=parameters.panda_size,
        lump_2020=np.ones(len(Lump)),
        queue_2019=np.ones(4),
        certificate_long_shift=0.0,
        financial_bonds_2019_bn=observed("financial_bonds_outstanding_2019"),
        sovereign_net_2020_bn=9000.0,
        sovereign_redemption_rate=0.17,
        sovereign_interbank_share=0.95,
        foreign_target_shift=np.zeros(4),
        reserve_holdings_2019_bn=1100.0,
        foreign_investors_2019=800,
        institutions_2019=round(observed("institutions_2019")),
        velocity=np.ones(len(Product)),
        repo_leverage=0.2,
        shenzhen_share_of_exchange_credit=0.45,
        fintech_size_premium=0.1,
    )


SOLVED_INSTRUMENTS = {
    Instrument.BOND: "corporate bonds issued",
    Instrument.COMMERCIAL_PAPER: "commercial paper issued",
    Instrument.GREEN_BOND: "green bonds issued",
    Instrument.ABS: "asset-backed securities issued",
    Instrument.IPO_MAIN: "main-board filings",
    Instrument.IPO_STAR: "STAR filings",
}


def _targets(parameters: "Parameters") -> dict[Instrument, float]:
    corporate = observed("corporate_bond_issuance")
    paper = observed("commercial_paper_share") * corporate
    green = observed("green_bond_issuance")
    # Filings that replace what leaves the queue: listings, and the weak ones that are stopped.
    passed = passed_share(parameters)
    return {
        Instrument.BOND: corporate - paper - green,
        Instrument.COMMERCIAL_PAPER: paper,
        Instrument.GREEN_BOND: green,
        Instrument.ABS: observed("abs_issuance"),
        Instrument.IPO_MAIN: observed("ipo_count_main") / equity_share_of_sse() / passed[ListingRoute.MAIN],
        Instrument.IPO_STAR: observed("ipo_count_star") / passed[ListingRoute.STAR],
    }


def improved(levels: Levels, centre: "FinancialCenter", boldness: float = 1.0) -> Levels:
    """Levels after one pass through 2020: each moves by the miss of its own observation.

    `boldness` below one shortens the steps of the instrument constants and of the queue for listings, whose flows jump
    when single issuers switch; at zero they stay.
    """
    year = centre.year_2020
    misses: dict[str, float] = {}

    def miss(name: str, simulated: float, target: float) -> float:
        if target == 0.0:  # a market that did not exist in the base year has nothing to be solved
            misses[name] = 0.0
            return 1.0
        misses[name] = simulated / target - 1.0
        return target / max(simulated, 1e-12)

    constants = levels.instrument_constants.copy()
    wanted_log = {
        instrument: float(np.log(miss(SOLVED_INSTRUMENTS[instrument], year.issued[instrument], target)))
        for instrument, target in _targets(centre.parameters).items()
    }
    # Inside the debt nest a constant moves the mix by its dissimilarity; the nest as a whole takes more, because the
    # loans it draws from get scarcer.
    debt = [instrument for instrument in wanted_log if instrument < Instrument.IPO_MAIN]
    weights = np.array([year.issued[instrument] for instrument in debt])
    nest = float(np.average([wanted_log[instrument] for instrument in debt], weights=np.maximum(weights, 1.0)))
    for instrument, change in wanted_log.items():
        if instrument in debt:
            step = centre.parameters.debt_nest_dissimilarity * (change - nest) + NEST_STEP * nest
        else:
            step = change
        constants[instrument] += boldness * float(np.clip(step, -1.5, 1.5))
    total = miss("bond custody", centre.book.outstanding_bn.sum(), observed("bond_custody_total"))
    net = levels.sovereign_net_2020_bn + (total - 1.0) * centre.book.outstanding_bn.sum()
    sovereign = centre.book.outstanding_bn[0]
    others = float(sum_of_products(centre.book.outstanding_bn[1:], centre.book.interbank_share[1:]))
    miss("interbank custody", centre.book.interbank_custody_bn(), observed("bond_custody_interbank"))
    gross = (
        observed("bond_issuance_total")
        - observed("ncd_issuance")
        - observed("corporate_bond_issuance")
        - observed("abs_issuance")
        - financial_bond_issuance_bn()
        - observed("panda_issuance")
    )
    foreign = year.foreign_by_group
    wanted = observed("foreign_bond_holdings") * np.array(centre.parameters.holdings_share_by_type)
    miss("foreign bond holdings", foreign.sum(), observed("foreign_bond_holdings"))
    shift = levels.foreign_target_shift + 1.1 * np.log(wanted / foreign)
    shift[0] = 0.0
    activity = year.activity
    borrow_more = miss("repo outstanding", year.repo_outstanding_bn, 1000.0 * centre.parameters.repo_outstanding)
    velocity = observed_turnover_trn() / activity
    velocity[[Product.INTERBANK_MONEY, Product.SSE_REPO_BONDS_FUNDS]] /= borrow_more
    for product in Product:
        miss(f"turnover {product.name}", levels.velocity[product] * activity[product], observed_turnover_trn()[product])
    credit = year.exchange_credit_bn
    to_shenzhen = (
        1000.0 * observed("direct_financing") * (1.0 / observed("direct_financing_share") - 1.0)
        - year.equity_elsewhere_bn
    )
    miss("direct financing", year.direct_financing_bn, 1000.0 * observed("direct_financing"))
    miss(
        "direct financing share",
        year.direct_financing_bn / year.direct_financing_national_bn,
        observed("direct_financing_share"),
    )
    miss("institutions", len(centre.institutions), observed("institutions"))
    miss("foreign investors", len(centre.investors), observed("foreign_investors"))
    miss("leading fintech", year.leading_fintech, observed("fintech_leading"))
    miss("certificates issued", year.certificates_bn, observed("ncd_issuance"))
    sizes = np.array(
        [levels.listing_size_main_bn, levels.listing_size_star_bn, levels.follow_on_size_bn, levels.panda_size_bn]
    )
    targets = np.array(
        [
            observed("ipo_proceeds_main"),
            observed("ipo_proceeds_star"),
            observed("equity_raised_sse") - observed("ipo_proceeds_star") - observed("ipo_proceeds_main"),
            observed("panda_issuance"),
        ]
    )
    for lump in Lump:
        miss(LUMP_NAMES[lump], year.lumps_bn[lump], targets[lump])
    resized = np.where(targets > 0.0, targets / np.maximum(year.expected_bn, 1e-9), 1.0)
    # A year without a single deal tells nothing of its luck: the factor then stays.
    luck = np.where(
        year.lumps_bn > 0.0, levels.lump_2020 * targets / np.maximum(year.lumps_bn, 1e-9) / resized, levels.lump_2020
    )
    wanted_listings = np.array(
        [1.0, observed("ipo_count_main") / equity_share_of_sse(), observed("ipo_count_star"), 1.0]
    )
    queue = np.ones(4)
    wanted_queue = levels.queue_2019 * (wanted_listings / np.maximum(year.expected_listings, 1e-9)) ** boldness
    queue[1:3] = wanted_queue[1:3]
    for route, name in ((1, "main-board listings expected"), (2, "STAR listings expected")):
        miss(name, year.expected_listings[route], wanted_listings[route])
    expected_defaults, usual_defaults = year.expected_defaults
    scale = miss("defaults expected", expected_defaults, usual_defaults) if usual_defaults > 0.0 else 1.0
    return replace(
        levels,
        default_rate_scale=levels.default_rate_scale * scale,
        instrument_constants=constants,
        listing_size_main_bn=float(sizes[Lump.MAIN_OFFERS] * resized[Lump.MAIN_OFFERS]),
        listing_size_star_bn=float(sizes[Lump.STAR_OFFERS] * resized[Lump.STAR_OFFERS]),
        follow_on_size_bn=float(sizes[Lump.FOLLOW_ONS] * resized[Lump.FOLLOW_ONS]),
        panda_size_bn=float(sizes[Lump.PANDA_BONDS] * resized[Lump.PANDA_BONDS]),
        lump_2020=luck,
        queue_2019=np.clip(queue, 0.2, 5.0),
        certificate_long_shift=levels.certificate_long_shift + CERTIFICATE_STEP * misses["certificates issued"],
        financial_bonds_2019_bn=levels.financial_bonds_2019_bn
        * miss("financial bonds issued", year.financial_bonds_bn, financial_bond_issuance_bn()),
        sovereign_net_2020_bn=net,
        # While the net supply is still being solved it can pass the gross one; nothing is ever redeemed backwards.
        sovereign_redemption_rate=max(0.0, (gross - net) / year.mean_sovereign_bn),
        sovereign_interbank_share=min(
            (observed("bond_custody_interbank") - others) / (sovereign + net - levels.sovereign_net_2020_bn),
            MOST_INTERBANK,
        ),
        foreign_target_shift=shift,
        reserve_holdings_2019_bn=levels.reserve_holdings_2019_bn * wanted[0] / foreign[0],
        # A draw of very many entrants a month would ask for fewer than none at the start.
        foreign_investors_2019=max(
            round(LEAST_INVESTORS_2019 * observed("foreign_investors")),
            levels.foreign_investors_2019 + round(observed("foreign_investors")) - len(centre.investors),
        ),
        institutions_2019=levels.institutions_2019 + round(observed("institutions")) - len(centre.institutions),
        velocity=velocity,
        repo_leverage=levels.repo_leverage * borrow_more,
        shenzhen_share_of_exchange_credit=float(np.clip(to_shenzhen / credit, 0.0, 1.0)),
        fintech_size_premium=levels.fintech_size_premium
        + PREMIUM_STEP * size_premium_correction(centre.parameters, centre.fintech, round(observed("fintech_leading"))),
        misses=misses,
    )


LUMP_NAMES = ("main-board proceeds", "STAR proceeds", "follow-ons", "Panda bonds issued")
CERTIFICATE_STEP = 0.6
"""Part of certificates moved to twelve months per relative miss of their issue."""
NEST_STEP = 1.4
"""Move of all constants of the debt nest per log miss of its total; only the speed of the solution depends on it."""
PREMIUM_STEP = 0.6
"""Part of the corrected size premium that is taken, because capital raised in the year amplifies it."""
LEAST_INVESTORS_2019 = 0.1
"""Least foreign institutions at end-2019 over those of end-2020, with which a drawn set is solved; the miss is told."""
MOST_INTERBANK = 0.995
"""Largest part of government bonds in the interbank market; a share cannot pass one, and the miss is told."""
TOLERANCE = 0.01
"""Relative miss at which an observation counts as met. Few agents sell green bonds or list, so their flows jump."""
LUMPY_TOLERANCE = {
    "green bonds issued": 0.06,
    "main-board filings": 0.06,
    "STAR filings": 0.06,
    "main-board listings expected": 0.03,
    "STAR listings expected": 0.03,
    "certificates issued": 0.02,
}


def large_misses(levels: Levels) -> dict[str, float]:
    """Observations of 2020 that the solution left outside their tolerance, with the relative miss."""
    return {
        name: round(float(miss), 4)
        for name, miss in levels.misses.items()
        if abs(miss) > LUMPY_TOLERANCE.get(name, TOLERANCE)
    }


def scaled_misses(levels: Levels) -> dict[str, float]:
    """Miss of each solved observation in its tolerances: met where it is at most one."""
    return {name: abs(miss) / LUMPY_TOLERANCE.get(name, TOLERANCE) for name, miss in levels.misses.items()}


def worst_miss(levels: Levels) -> tuple[str, float]:
    """Solved observation that is furthest off, and its miss in tolerances."""
    scaled = scaled_misses(levels)
    name = max(scaled, key=lambda key: scaled[key])
    return name, scaled[name]


def total_miss(levels: Levels) -> float:
    """Sum of all misses in tolerances."""
    return sum(scaled_misses(levels).values())
