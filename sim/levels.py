"""Levels that are solved one to one so that the simulated year 2020 meets what was observed in 2020.

Each level belongs to one observation. They are solved for every parameter set by running 2020 a few times, with the
draws of history; after 2020-12 they stay as they are. No later observation and no target enters.
"""

from dataclasses import dataclass, field
from enum import IntEnum
from typing import TYPE_CHECKING

import numpy as np

from agents.arrays import Floats
from agents.issuers import Instrument
from agents.listing_queue import STAGES, listed_share, review_stage_probability, stage_months
from scenarios.plan import channels
from sim.markets import Product

if TYPE_CHECKING:
    from scenarios.parameters import Parameters
    from sim.base_year.base_year import BaseYear


class Lump(IntEnum):
    """Flows of few large deals, whose sum over one year is mostly sampling noise."""

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


def observed_turnover_trn(base_year: "BaseYear") -> Floats:
    """Turnover of 2020 by product, CNY trn; two products are what the venue totals leave, shape (8,)."""
    observed, turnover = base_year.observed, np.zeros(len(Product))
    for product, name in PRODUCT_OBSERVED.items():
        turnover[product] = observed(name)
    turnover[Product.INTERBANK_FX_DERIVATIVES] = (
        observed("turnover_interbank_total")
        - turnover[Product.INTERBANK_MONEY]
        - turnover[Product.INTERBANK_SPOT_BONDS]
    )
    turnover[Product.SSE_REPO_BONDS_FUNDS] = observed("turnover_sse_total") - turnover[Product.SSE_EQUITY]
    return turnover


def equity_share_of_sse(base_year: "BaseYear") -> float:
    """Share of main-board offers and follow-ons that goes to the Shanghai exchange rather than Shenzhen or Beijing.

    STAR is in Shanghai alone, so it leaves both sides of the ratio.
    """
    observed = base_year.observed
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
    passes = review_stage_probability(stage_months(lead_times_2020(parameters), stage_shares(parameters)))
    weak = parameters.weak_filing_share * screening * np.array([0.0, 1.0, 1.0, 0.0])
    return np.asarray(listed_share(passes, withdrawal_by_route(parameters)) * (1.0 - weak))


def certificate_weights(parameters: "Parameters", levels: "Levels") -> Floats:
    """Shares of tenors 1, 3, 6, 9 and 12 months in certificates issued, shape (5,)."""
    weights: Floats = np.array(parameters.certificate_tenor_weights) / sum(parameters.certificate_tenor_weights)
    shift = min(levels.certificate_long_shift, weights[1])
    weights[1] -= shift
    weights[4] += shift
    return weights


def financial_bond_issuance_bn(base_year: "BaseYear") -> float:
    """Financial bonds of 2020 that make the plan's total add up, CNY bn.

    17.6 trn over 0.85 is the national total; corporate bonds, asset-backed securities, equity and Panda bonds are
    taken off. The recalled figure is 4,400.
    """
    observed = base_year.observed
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
    """Factor on each lumpy flow in 2020 alone, shape (4,), which removes the sampling noise of
    that year: sizes are solved on expected flows, so that the noise does not persist."""
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


def first_guess(parameters: "Parameters", base_year: "BaseYear") -> Levels:
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
        financial_bonds_2019_bn=base_year.observed("financial_bonds_outstanding_2019"),
        sovereign_net_2020_bn=9000.0,
        sovereign_redemption_rate=0.17,
        sovereign_interbank_share=0.95,
        foreign_target_shift=np.zeros(4),
        reserve_holdings_2019_bn=1100.0,
        foreign_investors_2019=800,
        institutions_2019=round(base_year.observed("institutions_2019")),
        velocity=np.ones(len(Product)),
        repo_leverage=0.2,
        shenzhen_share_of_exchange_credit=0.45,
        fintech_size_premium=0.1,
    )


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
