"""The solved constants of financing."""

from collections.abc import Iterator

import numpy as np

from agents.arrays import Floats
from agents.issuers import Instrument, ListingRoute
from scenarios.parameters import Parameters
from sim.base_year.base_year import BaseYear
from sim.base_year.derived import equity_share_of_sse, financial_bond_issuance_bn
from sim.base_year.sums import BaseYearSums, LargeDeal
from sim.financing.filing_stages import passed_share
from sim.financing.state import FinancingConstants
from sim.solved_constants import TOLERANCE, Match, Matches, SolvedConstant, Solving, StepSize

DEAL_NAMES = ("main-board proceeds", "STAR proceeds", "follow-ons", "Panda bonds issued")
"""Observations of the flows of large deals, in the order of `LargeDeal`."""
INSTRUMENT_NAMES = {
    Instrument.BOND: "corporate bonds issued",
    Instrument.COMMERCIAL_PAPER: "commercial paper issued",
    Instrument.GREEN_BOND: "green bonds issued",
    Instrument.ABS: "asset-backed securities issued",
    Instrument.IPO_MAIN: "main-board filings expected",
    Instrument.IPO_STAR: "STAR filings expected",
}
"""Observations of the instruments whose constant is solved."""
JUMPS = {Instrument.GREEN_BOND: 0.06, Instrument.IPO_MAIN: 0.03, Instrument.IPO_STAR: 0.03}
"""Tolerance of an instrument that few agents take, so that its flow jumps: who has filed cannot file again."""
LISTINGS_EXPECTED = {
    ListingRoute.MAIN: "main-board listings expected",
    ListingRoute.STAR: "STAR listings expected",
}
LISTINGS_TOLERANCE = 0.03
NEST_STEP = 1.4
"""Move of all constants of the debt nest per log miss of its total; only the speed of the solution depends on it."""
LARGEST_STEP = 1.5
"""Bound on the move of the constant of a debt instrument in one pass."""
LARGEST_STEP_OF_OFFERS = 8.0
"""The same for offers of shares: few firms file, so that the expected filings rise in proportion to exp(constant)."""
QUEUE_BOUNDS = (0.2, 5.0)


def first_guess(parameters: Parameters, base_year: BaseYear) -> FinancingConstants:
    """Constants to start the solution from, near those of the base year 2020; only its speed depends on them."""
    constants = np.zeros(len(Instrument))
    constants[Instrument.BOND] = -1.7
    constants[Instrument.COMMERCIAL_PAPER] = -1.8
    constants[Instrument.GREEN_BOND] = -2.6
    constants[Instrument.ABS] = -1.7
    dearer_pp = parameters.cost_of_equity - base_year.observed("loan_prime_rate_pct")
    constants[Instrument.IPO_MAIN] = parameters.cost_sensitivity * dearer_pp - 3.5
    constants[Instrument.IPO_STAR] = parameters.cost_sensitivity * dearer_pp - 2.5
    constants[Instrument.REIT] = parameters.reit_constant
    return FinancingConstants(
        instrument_constants=constants,
        deal_sizes_bn=np.array([1.2, 1.3, 2.0, parameters.panda_size]),
        deal_factor_2020=np.ones(len(LargeDeal)),
        queue_2019=np.ones(len(ListingRoute)),
        financial_bonds_2019_bn=base_year.observed("financial_bonds_outstanding_2019"),
        shenzhen_share_of_exchange_credit=0.46,
        default_rate_scale=0.6,
    )


def _issues_wanted(parameters: Parameters, base_year: BaseYear) -> dict[Instrument, float]:
    """Issues of the base year by instrument, CNY bn, and filings."""
    observed = base_year.observed
    corporate = observed("corporate_bond_issuance")
    paper = observed("commercial_paper_share") * corporate
    green = observed("green_bond_issuance")
    # Filings that replace those that leave the queue: listings, and the weak ones that are stopped.
    passed = passed_share(parameters)
    return {
        Instrument.BOND: corporate - paper - green,
        Instrument.COMMERCIAL_PAPER: paper,
        Instrument.GREEN_BOND: green,
        Instrument.ABS: observed("abs_issuance"),
        Instrument.IPO_MAIN: observed("ipo_count_main") / equity_share_of_sse(base_year) / passed[ListingRoute.MAIN],
        Instrument.IPO_STAR: observed("ipo_count_star") / passed[ListingRoute.STAR],
    }


def _listings_wanted(base_year: BaseYear) -> Floats:
    """Listings of the base year by route; one where there is nothing to solve, shape (4,)."""
    main = base_year.observed("ipo_count_main") / equity_share_of_sse(base_year)
    return np.array([1.0, main, base_year.observed("ipo_count_star"), 1.0])


def _proceeds_wanted(base_year: BaseYear) -> Floats:
    """Proceeds of large deals in the base year, CNY bn, shape (4,)."""
    observed = base_year.observed
    main, star = observed("ipo_proceeds_main"), observed("ipo_proceeds_star")
    return np.array([main, star, observed("equity_raised_sse") - star - main, observed("panda_issuance")])


def _size_factors(base_year: BaseYear, year: BaseYearSums) -> Floats:
    """Observed over expected proceeds of large deals, shape (4,)."""
    wanted = _proceeds_wanted(base_year)
    return np.where(wanted > 0.0, wanted / np.maximum(year.expected_bn, 1e-9), 1.0)


def financing_matches(parameters: Parameters, base_year: BaseYear, year: BaseYearSums) -> Iterator[Match]:
    """Issues, filings, large deals, listings, defaults and direct financing of the base year."""
    observed = base_year.observed
    for instrument, wanted in _issues_wanted(parameters, base_year).items():
        name, tolerance = INSTRUMENT_NAMES[instrument], JUMPS.get(instrument, TOLERANCE)
        yield Match(name, float(year.issued[instrument]), float(wanted), tolerance)
    yield Match("direct financing", year.direct_financing_bn, 1000.0 * observed("direct_financing"))
    yield Match(
        "direct financing share",
        year.direct_financing_bn / year.direct_financing_national_bn,
        observed("direct_financing_share"),
    )
    for name, simulated, proceeds in zip(DEAL_NAMES, year.large_deals_bn, _proceeds_wanted(base_year), strict=True):
        yield Match(name, float(simulated), float(proceeds))
    listings = _listings_wanted(base_year)
    for route, name in LISTINGS_EXPECTED.items():
        yield Match(name, float(year.expected_listings[route]), float(listings[route]), LISTINGS_TOLERANCE)
    expected, at_ratings = year.expected_defaults
    yield Match("defaults expected", float(expected), float(at_ratings))
    yield Match("financial bonds issued", year.financial_bonds_bn, financial_bond_issuance_bn(base_year))


def instrument_constants_corrected(
    parameters: Parameters, constants: FinancingConstants, year: BaseYearSums, matches: Matches, step: StepSize
) -> Floats:
    """Move the constant of each instrument by the log of its miss.

    Inside the debt nest a constant moves the mix by its dissimilarity; the nest as a whole takes more, because the
    loans it draws from get scarcer. Offers share their nest in the same way; hardly any firm files, so that the nest
    draws on what is plentiful.
    """
    corrected = constants.instrument_constants.copy()
    wanted = {each: float(np.log(matches[name].factor)) for each, name in INSTRUMENT_NAMES.items()}
    debt = [instrument for instrument in wanted if instrument < Instrument.IPO_MAIN]
    weights = np.array([year.issued[instrument] for instrument in debt])
    nest = float(np.average([wanted[instrument] for instrument in debt], weights=np.maximum(weights, 1.0)))
    for instrument in debt:
        move = parameters.debt_nest_dissimilarity * (wanted[instrument] - nest) + NEST_STEP * nest
        corrected[instrument] += step.part * float(np.clip(move, -LARGEST_STEP, LARGEST_STEP))
    offers = [instrument for instrument in wanted if instrument not in debt]
    weights = np.array([matches[INSTRUMENT_NAMES[instrument]].observed for instrument in offers])
    nest = float(np.average([wanted[instrument] for instrument in offers], weights=np.maximum(weights, 1.0)))
    for instrument in offers:
        move = parameters.equity_nest_dissimilarity * (wanted[instrument] - nest) + nest
        corrected[instrument] += step.part * float(np.clip(move, -LARGEST_STEP_OF_OFFERS, LARGEST_STEP_OF_OFFERS))
    return corrected


def deal_sizes_corrected(base_year: BaseYear, constants: FinancingConstants, year: BaseYearSums) -> Floats:
    """Size at which expected proceeds are those observed, so that sampling noise of one year does not persist."""
    return constants.deal_sizes_bn * _size_factors(base_year, year)


def deal_factor_corrected(base_year: BaseYear, constants: FinancingConstants, year: BaseYearSums) -> Floats:
    """Realised over expected proceeds of the base year; the factor stays where no deal is made."""
    wanted, resized = _proceeds_wanted(base_year), _size_factors(base_year, year)
    realised = constants.deal_factor_2020 * wanted / np.maximum(year.large_deals_bn, 1e-9) / resized
    return np.where(year.large_deals_bn > 0.0, realised, constants.deal_factor_2020)


def queue_corrected(base_year: BaseYear, constants: FinancingConstants, year: BaseYearSums, step: StepSize) -> Floats:
    """Lengthen the queue of end-2019 as expected listings fall short of those observed."""
    queue = np.ones(len(ListingRoute))
    short = _listings_wanted(base_year) / np.maximum(year.expected_listings, 1e-9)
    routes = list(LISTINGS_EXPECTED)
    queue[routes] = (constants.queue_2019 * short**step.part)[routes]
    return np.clip(queue, *QUEUE_BOUNDS)


def financial_bonds_corrected(constants: FinancingConstants, matches: Matches) -> float:
    """Scale the stock of end-2019, of which issues are the part that falls due and grows."""
    return constants.financial_bonds_2019_bn * matches["financial bonds issued"].factor


def shenzhen_share_corrected(base_year: BaseYear, year: BaseYearSums) -> float:
    """Part of exchange-traded credit that leaves Shanghai its observed share of direct financing."""
    total, share = base_year.observed("direct_financing"), base_year.observed("direct_financing_share")
    to_shenzhen = 1000.0 * total * (1.0 / share - 1.0) - year.equity_elsewhere_bn
    return float(np.clip(to_shenzhen / year.exchange_credit_bn, 0.0, 1.0))


def default_rate_scale_corrected(constants: FinancingConstants, matches: Matches) -> float:
    """Lower all default rates alike by what contagion and distress add to those of the ratings."""
    return constants.default_rate_scale * matches["defaults expected"].factor


FINANCING_SOLVED = Solving(
    FinancingConstants,
    first_guess,
    financing_matches,
    (
        SolvedConstant("instrument_constants", "issues by instrument and filings", instrument_constants_corrected),
        SolvedConstant("deal_sizes_bn", "expected proceeds of offers, follow-ons, Panda bonds", deal_sizes_corrected),
        SolvedConstant("deal_factor_2020", "realised proceeds of the same deals", deal_factor_corrected),
        SolvedConstant("queue_2019", "listings on the main board and on STAR", queue_corrected),
        SolvedConstant("financial_bonds_2019_bn", "financial bonds issued", financial_bonds_corrected),
        SolvedConstant("shenzhen_share_of_exchange_credit", "direct financing and its share", shenzhen_share_corrected),
        SolvedConstant("default_rate_scale", "the default rate of the ratings", default_rate_scale_corrected),
    ),
)
