"""One step towards levels with which the simulated base year meets the observed one."""

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from agents.arrays import sum_of_products
from agents.issuers import Instrument, ListingRoute
from sim.base_year.base_year import BaseYear
from sim.base_year.sums import BaseYearSums
from sim.fintech.leading import size_premium_correction
from sim.levels import (
    Levels,
    Lump,
    equity_share_of_sse,
    financial_bond_issuance_bn,
    observed_turnover_trn,
    passed_share,
)
from sim.markets import Product

if TYPE_CHECKING:
    from scenarios.parameters import Parameters
    from sim.model import FinancialCenter

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

SOLVED_INSTRUMENTS = {
    Instrument.BOND: "corporate bonds issued",
    Instrument.COMMERCIAL_PAPER: "commercial paper issued",
    Instrument.GREEN_BOND: "green bonds issued",
    Instrument.ABS: "asset-backed securities issued",
    Instrument.IPO_MAIN: "main-board filings",
    Instrument.IPO_STAR: "STAR filings",
}


def _targets(parameters: "Parameters", base_year: BaseYear) -> dict[Instrument, float]:
    observed = base_year.observed
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
        Instrument.IPO_MAIN: observed("ipo_count_main") / equity_share_of_sse(base_year) / passed[ListingRoute.MAIN],
        Instrument.IPO_STAR: observed("ipo_count_star") / passed[ListingRoute.STAR],
    }


def improved(levels: Levels, centre: "FinancialCenter", boldness: float = 1.0) -> Levels:
    """Levels after one pass through 2020: each moves by the miss of its own observation.

    `boldness` below one shortens the steps of the instrument constants and of the queue for listings, whose flows jump
    when single issuers switch; at zero they stay.
    """
    year, base_year = centre.state(BaseYearSums), centre.base_year
    observed = base_year.observed
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
        for instrument, target in _targets(centre.parameters, base_year).items()
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
        - financial_bond_issuance_bn(base_year)
        - observed("panda_issuance")
    )
    foreign = year.foreign_by_group
    wanted = observed("foreign_bond_holdings") * np.array(centre.parameters.holdings_share_by_type)
    miss("foreign bond holdings", foreign.sum(), observed("foreign_bond_holdings"))
    shift = levels.foreign_target_shift + 1.1 * np.log(wanted / foreign)
    shift[0] = 0.0
    activity = year.activity
    borrow_more = miss("repo outstanding", year.repo_outstanding_bn, 1000.0 * centre.parameters.repo_outstanding)
    turnover = observed_turnover_trn(base_year)
    velocity = turnover / activity
    velocity[[Product.INTERBANK_MONEY, Product.SSE_REPO_BONDS_FUNDS]] /= borrow_more
    for product in Product:
        miss(f"turnover {product.name}", levels.velocity[product] * activity[product], turnover[product])
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
    # A year without a single deal gives no factor: the former one then stays.
    factor_2020 = np.where(
        year.lumps_bn > 0.0, levels.lump_2020 * targets / np.maximum(year.lumps_bn, 1e-9) / resized, levels.lump_2020
    )
    wanted_listings = np.array(
        [1.0, observed("ipo_count_main") / equity_share_of_sse(base_year), observed("ipo_count_star"), 1.0]
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
        lump_2020=factor_2020,
        queue_2019=np.clip(queue, 0.2, 5.0),
        certificate_long_shift=levels.certificate_long_shift + CERTIFICATE_STEP * misses["certificates issued"],
        financial_bonds_2019_bn=levels.financial_bonds_2019_bn
        * miss("financial bonds issued", year.financial_bonds_bn, financial_bond_issuance_bn(base_year)),
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
