"""Licensed financial institutions: entry, exit and choice of location.

One agent is one licensed institution in Shanghai. Entrants choose among six centres; a nested logit with an
outside option lets a better centre both win entrants from rivals and draw new ones into existence.
"""

from enum import IntEnum

import numpy as np

from agents.adoption import NEIGHBOURS
from agents.arrays import Floats
from agents.columns import column
from agents.districts import NOWHERE
from agents.fintech_clients import SUPPLIER_TERMS
from agents.fintech_subsidiaries import FOUNDING_TERMS
from agents.population import ArrayAgent, Population


class Sector(IntEnum):
    """Licence class of an institution."""

    BANK = 0
    WEALTH_MANAGEMENT = 1
    BROKER = 2
    FUND = 3
    FUTURES = 4
    INSURER = 5
    INSURANCE_ASSET_MANAGEMENT = 6
    PRIVATE_FUND = 7
    TRUST = 8
    LEASING = 9
    INFRASTRUCTURE = 10


class Centre(IntEnum):
    """Financial centres that compete for institutions."""

    SHANGHAI = 0
    BEIJING = 1
    SHENZHEN = 2
    HONG_KONG = 3
    SINGAPORE = 4
    OTHER_MAINLAND = 5


class FinancialInstitution(ArrayAgent):
    """A licensed financial institution in Shanghai."""

    sector = column("i1", unit="code", doc="Sector: licence class")
    foreign = column("?", unit="flag", doc="Foreign-funded")
    trust = column(
        "f8", unit="share", doc="Foreign-funded: part of the opening it expects to stay, less that at the end of 2020"
    )
    headquarters = column("?", unit="flag", doc="Head office or functional headquarters in the city")
    assets_bn = column("f8", unit="CNY bn", doc="Total assets")
    liabilities_bn = column("f8", unit="CNY bn", doc="Total liabilities without equity")
    equity_bn = column("f8", unit="CNY bn", doc="Equity")
    opening_equity_bn = column("f8", unit="CNY bn", doc="Equity before the month, or on arrival")
    income_bn = column("f8", unit="CNY bn", doc="Income of the month before credit losses")
    losses_bn = column("f8", unit="CNY bn", doc="Credit losses of the month")
    payout_bn = column("f8", unit="CNY bn", doc="Dividends of the month")
    raised_bn = column("f8", unit="CNY bn", doc="Capital added by owners in the month less surplus taken out")
    capital_room = column("f8", unit="share", doc="Part of usual growth and lending that capital leaves", default=1.0)
    excess_leverage = column("f8", unit="log", doc="Assets over the most that required capital allows; 0: within it")
    normal_equity_ratio = column("f8", unit="share", doc="Equity over assets when it began")
    bonds_bn = column("f8", unit="CNY bn", doc="Bonds held, part of assets")
    interbank_lent_bn = column("f8", unit="CNY bn", doc="Lent to other banks, part of assets")
    interbank_borrowed_bn = column("f8", unit="CNY bn", doc="Borrowed from other banks, part of liabilities")
    repo_lent_bn = column("f8", unit="CNY bn", doc="Lent against bonds, part of assets")
    repo_borrowed_bn = column("f8", unit="CNY bn", doc="Borrowed against bonds, part of liabilities")
    normal_leverage = column("f8", unit="share", doc="Repo over bonds at carry, rules and volatility of 2020; 0: none")
    leverage = column("f8", unit="share", doc="Repo borrowed over bonds held")
    opening_leverage = column("f8", unit="share", doc="Leverage before it last decided")
    profitability = column("f8", unit="standard deviations", doc="Return on equity against the sector, z-score")
    opening_profitability = column(
        "f8", unit="standard deviations", doc="Profitability when it last decided whether to stay"
    )
    opening_capital_gap = column(
        "f8", unit="log", doc="Equity over assets below normal when it last decided whether to stay; negative above"
    )
    years_before = column("f8", unit="year", doc="Years in the city before the first month of the model")
    bond_of_experience = column("f8", unit="log", doc="Bond to the seat by its years in the city, when it last decided")
    bond_of_size = column("f8", unit="log", doc="Bond to the seat by its size, when it last decided")
    unit_cost = column("f8", unit="index", doc="Cost of operating when it last decided whether to stay, 2020 = 100")
    managed_assets = column("f8", unit="index points", doc="Assets managed for others; Shanghai at end-2019 = 100")
    trailing_excess_return = column("f8", unit="share", doc="Return over the class's in about the last twelve months")
    adopted = column("?", unit="flag", doc="Has adopted financial technology")
    district = column("i1", unit="code", doc="District of the city", default=NOWHERE)
    local_leaning = column(
        "f8", unit="standard deviations", doc="Leaning towards CIPS and local reinsurers over foreign ones, z-score"
    )
    cips_share = column("f8", unit="share", doc="Part of its yuan payments that a bank routes through CIPS")
    ceded_locally = column("f8", unit="share", doc="Part of its premiums that an insurer cedes in the city")
    commitment_bn = column("f8", unit="CNY bn", doc="Capital a private fund has committed across the border")
    founding_terms = column(
        "f8",
        unit="log",
        doc="Terms of the log rate of founding a fintech subsidiary when it last could",
        shape=(len(FOUNDING_TERMS),),
    )
    founding_weighed_month = column("i4", unit="month", doc="Month in which it last could found one", default=-1)
    supplier = column("i8", unit="unique id", doc="Fintech firm that supplies it, -1: none", default=-1)
    supplier_terms = column(
        "f8", unit="log", doc="Terms of the log weight of its supplier when chosen", shape=(len(SUPPLIER_TERMS),)
    )
    supplier_chosen_month = column("i4", unit="month", doc="Month in which it chose its supplier", default=-1)
    neighbours = column("i8", unit="unique id", doc="Institutions it looks at", shape=(NEIGHBOURS,))


type Institutions = Population[FinancialInstitution]


def agglomeration_terms(seats: Floats, seats_baseline: Floats, slope: float, foreign_slope: float) -> Floats:
    """Contribution of the institutions in a centre to its utility, log points, shape (2 terms, ..., ownership, 6).

    own sector    = slope * ln(N[sector, c] / N_2020[sector, c])
    foreign peers = foreign_slope * ln(NF[sector, c] / NF_2020[sector, c]), for foreign-funded institutions alone

    Seats are given by sector, ownership (domestic, foreign) and centre, shape (..., 2, 6). The slope is that of
    location choice, near one half (Head, Ries and Swenson), not the elasticity of productivity to density. Parameters
    `agglomeration_slope`, `agglomeration_slope_foreign`; channel `agglomeration_strength`.
    """
    terms = np.zeros((2, *seats.shape))
    own = slope * np.log(seats.sum(axis=-2) / seats_baseline.sum(axis=-2))
    terms[0] = own[..., None, :]
    terms[1, ..., 1, :] = foreign_slope * np.log(seats[..., 1, :] / seats_baseline[..., 1, :])
    return terms


def location_shift(
    headquarters_benefit: float,
    setup_cost: float,
    operating_cost: float,
    benefit_elasticity: float,
    cost_elasticity: float,
) -> float:
    """Contribution of the city's own package to the utility of Shanghai, log points.

    shift = benefit_elasticity * ln(benefit / 100) + cost_elasticity * (ln(setup / 100) + ln(operating / 100))

    Indices with 2020 = 100; the cost elasticity is negative. Channels `hq_location_benefit`,
    `institution_setup_cost`, `operating_cost`; parameters `hq_benefit_elasticity`, `location_cost_slope`.
    """
    return float(
        benefit_elasticity * np.log(headquarters_benefit / 100.0)
        + cost_elasticity * (np.log(setup_cost / 100.0) + np.log(operating_cost / 100.0))
    )


def choice_shares(utility: Floats) -> tuple[Floats, Floats]:
    """Logit shares over centres and the inclusive value; shapes (..., 6) and (...)."""
    top = utility.max(axis=-1, keepdims=True)
    weights = np.exp(utility - top)
    total = weights.sum(axis=-1, keepdims=True)
    return weights / total, (top + np.log(total))[..., 0]


def entrants_looking(base_rate: Floats, inclusive_value_change: Floats, outside_elasticity: float) -> Floats:
    """Entrants that look for a centre in a month, by class.

    looking = base_rate * exp(outside_elasticity * change of the inclusive value)

    Zero makes location a zero-sum game among centres, one a positive-sum game (Schmidheiny and Bruelhart);
    parameter `inclusive_value_weight`.
    """
    return base_rate * np.exp(outside_elasticity * inclusive_value_change)


def institution_exit_probability(
    exit_rate_per_year: float,
    profitability: Floats,
    profitability_slope: float,
    capital_gap: Floats | float,
    capital_slope: float,
    operating_cost: float | Floats,
) -> Floats:
    """Monthly probability that an institution closes, merges or returns its licence, shape (n,).

    p = 1 - exp(-rate / 12 * exp(-slope * profitability + capital slope * capital gap) * operating_cost / 100)

    The capital gap is the log of normal over own equity per asset: institutions short of capital close or are taken
    over more often (Wheelock and Wilson 2000). The cost index (2020 = 100) is one for all or one each. Parameters
    `institution_exit_hazard`, `exit_profitability_slope`, `exit_capital_slope`; channel `operating_cost`.
    """
    log_factor = capital_slope * capital_gap - profitability_slope * profitability
    return -np.expm1(-exit_rate_per_year / 12.0 * np.exp(log_factor) * operating_cost / 100.0)


def bond_of_experience(years: Floats, usual_years: float, slope: float) -> Floats:
    """Part of the bond to the seat that grows with the years an institution has been in the city, log, shape (n,).

    bond = slope * ln((1 + years) / (1 + usual years))

    Younger headquarters relocate more often (Strauss-Kahn and Vives 2009). Parameters `seat_experience_slope`,
    `years_in_city_2019`.
    """
    bond: Floats = slope * np.log((1.0 + years) / (1.0 + usual_years))
    return bond


def bond_of_size(log_size: Floats, slope: float) -> Floats:
    """Part of the bond to the seat that falls with size, log, shape (n,): -slope * log assets over the sector's mean.

    Larger headquarters relocate more often (Strauss-Kahn and Vives 2009). Parameter `seat_size_slope`.
    """
    return -slope * log_size


def relocation_share_out(shanghai_share: Floats, stay_bonus: Floats | float) -> Floats:
    """Chance that an institution which reconsiders its seat leaves Shanghai.

    The logit over centres with a bonus for staying: leave = (1 - P) / (1 - P + P * exp(bonus)); the bonus is one
    for all or one each. Parameter `relocation_stay_bonus`.
    """
    leave: Floats = (1.0 - shanghai_share) / (1.0 - shanghai_share + shanghai_share * np.exp(stay_bonus))
    return leave
