"""Issuers: their financing need, and their choice of instrument.

Issuers are weighted: an agent stands for `firms` firms of its class. Debt that matures and growth make a need;
a nested logit over nine ways of raising money meets it. Certificates of deposit follow a stock rule of banks and
stay outside the choice; foreign issuers decide between a Panda bond and their offshore market.
"""

from enum import IntEnum

import numpy as np

from agents.arrays import Flags, Floats, Integers, rows_where
from agents.columns import column
from agents.equity_investors import RETURN_STEP
from agents.population import ArrayAgent, Population

LADDER_MONTHS = 60
"""Longest tenor kept month by month; longer debt is booked at this tenor."""


class IssuerClass(IntEnum):
    """Class of the issuer."""

    CENTRAL_SOE = 0
    LOCAL_SOE = 1
    PRIVATE_LARGE = 2
    PRIVATE_MID = 3
    MSME = 4
    BANK = 5
    FOREIGN = 6
    INFRASTRUCTURE = 7


class Industry(IntEnum):
    """Industry of the firms of an issuer."""

    ENERGY_AND_UTILITIES = 0
    METALS_AND_MINING = 1
    CHEMICALS_AND_MATERIALS = 2
    MACHINERY_AND_VEHICLES = 3
    ELECTRONICS = 4
    HEALTH = 5
    CONSUMER_GOODS = 6
    CONSTRUCTION_AND_INFRASTRUCTURE = 7
    REAL_ESTATE = 8
    TRANSPORT_AND_TRADE = 9
    SOFTWARE_AND_SERVICES = 10
    FINANCE = 11


class Instrument(IntEnum):
    """The nine ways of raising money. The first five are debt with a place in the maturity ladder."""

    LOAN = 0
    BOND = 1
    COMMERCIAL_PAPER = 2
    GREEN_BOND = 3
    ABS = 4
    IPO_MAIN = 5
    IPO_STAR = 6
    REIT = 7
    PANDA = 8


ROUNDING_BN = 1e-9
"""Rounding error of a debt repaid in parts: an issuer that owes no more than this has no debt."""
LADDER_INSTRUMENTS = 5
CERTIFICATE_MONTHS = 13
"""Places of the ring of certificates of deposit, whose longest tenor is twelve months."""
NESTS = (
    (Instrument.LOAN,),
    (Instrument.BOND, Instrument.COMMERCIAL_PAPER, Instrument.GREEN_BOND, Instrument.ABS),
    (Instrument.IPO_MAIN, Instrument.IPO_STAR, Instrument.REIT),
    (Instrument.PANDA,),
)
"""Instruments that are close substitutes share a nest; members follow each other in `Instrument`."""


class ListingRoute(IntEnum):
    """Board that a waiting issuer has filed for."""

    NONE = 0
    MAIN = 1
    STAR = 2
    REIT = 3


class Issuer(ArrayAgent):
    """A group of `firms` like firms that raise money."""

    issuer_class = column("i1", unit="code", doc="IssuerClass")
    industry = column("i1", unit="code", doc="Industry")
    province = column("i1", unit="code", doc="Province in the order of its table; -1 none", default=-1)
    rating = column("i1", unit="code", doc="0 AAA, 1 AA+, 2 AA, 3 lower")
    firms = column("f8", unit="count", doc="Firms that the agent stands for")
    debt_bn = column("f8", unit="CNY bn", doc="Debt outstanding by instrument, all firms", shape=(LADDER_INSTRUMENTS,))
    maturing_bn = column(
        "f8",
        unit="CNY bn",
        doc="Debt by month of maturity (ring, slot = month modulo its length) and instrument",
        shape=(LADDER_MONTHS, LADDER_INSTRUMENTS),
    )
    cash_bn = column("f8", unit="CNY bn", doc="Cash raised and not yet spent; negative is an overdraft")
    assets_bn = column("f8", unit="CNY bn", doc="Assets of the business without cash; zero for banks and foreigners")
    leverage_target = column("f8", unit="ratio", doc="Debt over assets that the firm aims at", default=1)
    own_return = column("f8", unit="1/year", doc="Return on its assets less that of all firms")
    leverage_gap = column("f8", unit="log", doc="Log of its leverage over its target at the beginning of the month")
    return_gap = column("f8", unit="1/year", doc="Return on assets less its normal rate this month")
    overdraft = column("f8", unit="share", doc="Overdraft over debt at the beginning of the month, at most 1")
    house_bank = column("i8", unit="number", doc="unique_id of its house bank; -1 none", default=-1)
    house_bank_usual = column("f8", unit="ratio", doc="Capital over assets of the house bank in usual times")
    house_bank_capital = column("f8", unit="log", doc="Log of that ratio now over the usual one")
    lead_underwriter = column("i8", unit="number", doc="unique_id of its lead underwriter; -1 none", default=-1)
    market_habit = column("f8", unit="share", doc="Part of its debt raised on the market, a fading mean")
    worse_borrowers = column("f8", unit="log", doc="Effect of worse borrowers on its log default rate this month")
    pool_quality_loss = column("f8", unit="log", doc="How much worse its borrowers are for guarantees and direction")
    tranches = column(
        "i1", unit="count", doc="Parts in which the month's need is raised, each with its own choice", default=1
    )
    tenor_months = column("i2", unit="month", doc="Tenor of the issuer's bonds")
    green = column("?", unit="flag", doc="More than half of its investment is green")
    market_access = column("?", unit="flag", doc="Large enough for the bond market")
    securitisable = column("?", unit="flag", doc="Large enough to sell asset-backed securities")
    pool_rank = column("f8", unit="share", doc="Rank of its asset pool by quality; 0 may be securitised first")
    hard_technology = column("?", unit="flag", doc="Meets the technology test of the STAR market")
    listed_firms = column("f8", unit="count", doc="Firms with listed shares among those the agent stands for")
    waiting_for = column("i1", unit="code", doc="ListingRoute that the issuer has filed for")
    waiting_months = column("f8", unit="month", doc="Months since filing")
    queue_stage = column("i1", unit="code", doc="Stage of review that its filing is in, from 0")
    asset_rank = column("f8", unit="share", doc="Rank of a sponsor's asset by quality; 0 qualifies first for a REIT")
    registered = column("?", unit="flag", doc="Foreign issuer with a registered Panda programme")
    applied = column("?", unit="flag", doc="Foreign issuer that has applied for a Panda programme")
    needs_yuan = column("?", unit="flag", doc="Foreign issuer that keeps the yuan it raises and does not swap it")
    last_choice = column("i1", unit="code", doc="Instrument chosen this month; -1 none")
    need_bn = column("f8", unit="CNY bn", doc="Need of the month")
    trade_weight = column("f8", unit="share", doc="Share of the country's foreign trade; 0 trades at home only")
    yuan_share = column("f8", unit="share", doc="Part of its foreign trade that it invoices and settles in yuan")
    accepts_ecny = column("?", unit="flag", doc="Accepts the digital yuan")
    emissions = column("f8", unit="ratio", doc="Emissions over the mean of covered emitters; 0 is not covered")
    abatement_cost = column("f8", unit="standard deviations", doc="Own cost of abatement against others', z-score")
    allowances_bought = column("f8", unit="mean emissions", doc="Allowances bought this month; sold below zero")
    renewal_month = column("i1", unit="month", doc="Month in which its insurance ends, 0 January; -1 none", default=-1)
    risk_rank = column("f8", unit="share", doc="Rank by willingness to bear risk; 0 insures first")
    insured = column("?", unit="flag", doc="Has bought insurance for the year")
    premium = column("f8", unit="CNY bn of exposure", doc="Premium paid this month, in units of the debt it insures")
    defaulted_bn = column("f8", unit="CNY bn", doc="Debt written off this month")
    bank_tier = column("i1", unit="code", doc="BankTier; -1 no bank", default=-1)
    certificates_bn = column(
        "f8",
        unit="CNY bn",
        doc="Certificates of deposit by month of maturity (ring, slot = month modulo its length)",
        shape=(CERTIFICATE_MONTHS,),
    )
    usual_certificates_bn = column("f8", unit="CNY bn", doc="Certificates that the bank would have without stress")
    score = column("f8", unit="sd", doc="Credit score of the firm by a bank that screens it")
    rollover_pressure = column("f8", unit="share", doc="How much of a twelfth of its market debt fell due this month")
    unmet_months = column("i2", unit="month", doc="Successive months in which most of the need was not met")
    distressed = column("?", unit="flag", doc="Needs went unmet too long when defaults of the month were drawn")


type Issuers = Population[Issuer]


def funding_need_bn(
    maturing_bn: Floats,
    debt_bn: Floats,
    cash_bn: Floats,
    growth_per_year: Floats | float,
    growth_shock: Floats,
    growth_shock_sd: float,
    season: float,
    backlog_repayment: float,
    proceeds_spending_rate: float,
) -> tuple[Floats, Floats]:
    """Need of the month and the spending that causes it, each of shape (n,), CNY bn.

    spending = growth / 12 * debt * exp(sd * shock - sd^2 / 2) + spending rate * max(0, cash)
    need = max(0, maturing + growth part of spending - backlog repayment * cash) * season

    The shock is standard normal; the factor that it makes has the mean one, so that issuers' own shocks leave the
    growth of all of them together as it is.

    The season shifts the timing of issuance. Unmet need stays as an overdraft and is raised over
    the next months; idle cash, as from a share offer, is invested over time and meanwhile lowers the need. Parameters
    `need_growth`, `need_shock_sd`, `issuance_seasonal`, `backlog_repayment`, `proceeds_spending_rate`.
    """
    factor = np.exp(growth_shock_sd * growth_shock - growth_shock_sd**2 / 2.0)
    growth = growth_per_year / 12.0 * debt_bn * factor
    need = np.maximum(0.0, maturing_bn + growth - backlog_repayment * cash_bn) * season
    return need, growth + proceeds_spending_rate * np.maximum(0.0, cash_bn)


def instrument_utility(
    constant: Floats, cost_pp: Floats, cost_sensitivity: float, lead_time_months: Floats, queue_disutility: float
) -> Floats:
    """Terms of the systematic utility of each instrument by rating class, shape (3, 4, 9); they add up to it.

    V[r, k] = constant[k] - cost_sensitivity * cost[r, k] - queue_disutility * lead_time[k]

    Costs are all-in, percentage points a year, shape (4, 9). Parameters `cost_sensitivity`, `queue_disutility`.
    """
    terms = np.zeros((3, *cost_pp.shape))
    terms[0], terms[1], terms[2] = constant, -cost_sensitivity * cost_pp, -queue_disutility * lead_time_months
    return terms


def regional_search_cost_pp(search_cost: float, search_cost_2020: float, cost_bp: float, in_delta: Flags) -> Floats:
    """Change of the search cost of firms of the Yangtze River Delta, percentage points, shape (n,).

    change = cost / 100 * (index / index of 2020 - 1) in the delta, 0 elsewhere

    Cost in bp a year at end-2020. Channel `search_cost_regional`; parameter `regional_search_cost`.
    """
    return np.where(in_delta, cost_bp / 100.0 * (search_cost / search_cost_2020 - 1.0), 0.0)


def registration_rate(rate_per_month: float, linkage: float, linkage_2020: float, elasticity: float) -> float:
    """Monthly rate of applications for a Panda programme: rate * (linkage / linkage of 2020) ^ elasticity.

    Links with other centres make the market known abroad. Channel `cross_centre_linkage`; parameters
    `panda_registration_rate`, `linkage_registration_elasticity`.
    """
    return float(rate_per_month * (linkage / linkage_2020) ** elasticity)


def all_in_cost_pp(
    loan_rate_pct: float,
    loan_spread_pp: Floats,
    government_yield_pct: float,
    credit_spread_pp: Floats,
    class_premium_pp: Floats,
    paper_spread_share: float,
    abs_premium_pp: float,
    bond_issue_cost_pp: float,
    paper_issue_cost_pp: float,
    green_spread_pp: float,
    equity_cost_pct: float,
    equity_fee_pp: float,
    bond_liquidity_premium_pp: float,
    share_liquidity_premium_pp: float,
    reit_yield_pct: float,
) -> Floats:
    """All-in cost of each instrument for each rating class, shape (4, 9), per cent a year.

    market = government yield + liquidity premium of bonds
    loan = loan rate + spread[r];   bond = market + credit spread[r] + issue cost
    paper = market + paper spread share * credit spread[r] + paper's issue cost
    green = bond + green spread;   ABS = market + AAA spread + ABS premium
    offers = cost of equity + fee + liquidity premium of shares;   REIT = distribution yield

    `class_premium_pp` (shape (9,)), the change of the supply premium of the class since 2020, is added. Fees and issue
    costs are spread over years, those of paper over fewer because it is renewed more often. Panda bonds are decided
    apart. Parameters `credit_spread`, `paper_spread_share`, `abs_premium`, `bond_issue_cost_years`,
    `paper_issue_cost_years`, `offer_cost_years`.
    """
    cost = np.zeros((4, len(Instrument)))
    market = government_yield_pct + bond_liquidity_premium_pp
    cost[:, Instrument.LOAN] = loan_rate_pct + loan_spread_pp
    cost[:, Instrument.BOND] = market + credit_spread_pp + bond_issue_cost_pp
    cost[:, Instrument.COMMERCIAL_PAPER] = market + paper_spread_share * credit_spread_pp + paper_issue_cost_pp
    cost[:, Instrument.GREEN_BOND] = cost[:, Instrument.BOND] + green_spread_pp
    cost[:, Instrument.ABS] = market + credit_spread_pp[0] + abs_premium_pp
    cost[:, Instrument.IPO_MAIN] = equity_cost_pct + equity_fee_pp + share_liquidity_premium_pp
    cost[:, Instrument.IPO_STAR] = cost[:, Instrument.IPO_MAIN]
    cost[:, Instrument.REIT] = reit_yield_pct
    return cost + class_premium_pp


def choose_instrument(
    utility: Floats,
    eligible: Flags,
    dissimilarity: Floats,
    nest_taste: Floats,
    instrument_taste: Floats,
    issuer: Integers | None = None,
) -> Integers:
    """Instrument of each choice, shape (n,); -1 where none is eligible.

    A nested logit drawn in two exact steps with Gumbel tastes: the nest with the highest inclusive value plus taste,
    then the instrument with the highest utility / dissimilarity plus taste inside it. A nest without an eligible
    instrument is never taken. Shapes: utility (9, issuers), eligible (9, n), dissimilarity (4,), nest_taste (4, n),
    instrument_taste (9, n), not read for an instrument that is alone in its nest. `issuer` is the column of `utility`
    of each choice; without it choices and issuers are the same. Source: logit of debt choice (Denis and Mihov);
    parameter `debt_nest_dissimilarity`.
    """
    choices = eligible.shape[1]
    best_value = np.full(choices, -np.inf)
    choice = np.full(choices, -1, dtype=np.int64)
    for nest, members in enumerate(NESTS):
        scale, rows = dissimilarity[nest], slice(members[0], members[-1] + 1)
        at = rows_where(eligible[members[0]] if len(members) == 1 else eligible[rows].any(axis=0))
        if not len(at):
            continue
        whose = at if issuer is None else issuer.take(at)
        member: Integers | int = 0
        if len(members) == 1:
            inclusive = scale * (utility[members[0]].take(whose) / scale)
        else:
            value = utility[rows].take(whose, axis=1)
            value /= scale
            value[~eligible[rows].take(at, axis=1)] = -np.inf
            anchor = value.max(axis=0)
            weight = value - anchor
            inclusive = scale * (anchor + np.log(np.exp(weight, out=weight).sum(axis=0)))
            value += instrument_taste[rows].take(at, axis=1)
            member = value.argmax(axis=0)
        total = inclusive + nest_taste[nest].take(at)
        before = best_value.take(at)
        better = total > before
        best_value[at] = np.where(better, total, before)
        choice[at] = np.where(better, members[0] + member, choice.take(at))
    return choice


def tastes_that_count(eligible: Flags) -> Flags:
    """Which tastes `choose_instrument` reads, of the four nests and the instruments from bonds to REITs, shape (11, n).

    The taste for a nest counts where one of its instruments is eligible, that for an instrument where another of its
    nest is eligible as well. `eligible` is of shape (9, n).
    """
    nests, instruments = np.zeros((len(NESTS), eligible.shape[1]), dtype=bool), np.zeros_like(eligible)
    for nest, members in enumerate(NESTS):
        rows = slice(members[0], members[-1] + 1)
        if len(members) == 1:
            nests[nest] = eligible[members[0]]
            continue
        options = np.add.reduce(eligible[rows], axis=0, dtype=np.int8)
        nests[nest] = options > 0
        instruments[rows] = eligible[rows] & (options > 1)
    return np.concatenate([nests, instruments[Instrument.BOND : Instrument.PANDA]])


def filing_probability(utility: Floats, eligible: Flags, dissimilarity: Floats) -> Floats:
    """Probability that each issuer files for each of the three kinds of offers, shape (3, n).

    P(nest) = exp(I_nest) / sum of exp(I),  I = scale * ln(sum of exp(V / scale)) over its eligible instruments
    P(offer) = P(nest) * exp(V / scale) / sum over the nest

    The probabilities of `choose_instrument`, whose arguments are the same. A filing is rare, so that the number of
    filings in one year of a small model is mostly chance; the expected number is not.
    """
    value = np.full(utility.shape, -np.inf)
    inclusive = np.full((len(NESTS), utility.shape[1]), -np.inf)
    for nest, members in enumerate(NESTS):
        rows = list(members)
        value[rows] = np.where(eligible[rows], utility[rows] / dissimilarity[nest], -np.inf)
        top = value[rows].max(axis=0)
        anchor = np.where(top > -np.inf, top, 0.0)
        total = np.exp(value[rows] - anchor).sum(axis=0)
        inclusive[nest] = np.where(
            top > -np.inf, dissimilarity[nest] * (anchor + np.log(np.maximum(total, 1e-300))), top
        )
        value[rows] = np.exp(value[rows] - anchor) / np.maximum(total, 1e-300)
    highest = inclusive.max(axis=0)
    weight = np.exp(inclusive - np.where(highest > -np.inf, highest, 0.0))
    weight /= np.maximum(weight.sum(axis=0), 1e-300)
    offers = [Instrument.IPO_MAIN, Instrument.IPO_STAR, Instrument.REIT]
    nest_of = [next(nest for nest, members in enumerate(NESTS) if offer in members) for offer in offers]
    return np.asarray(weight[nest_of] * value[offers])


def exchange_share(usual_share: float, lead_time_change_months: float, queue_disutility: float) -> float:
    """Part of main-board issuers that choose the Shanghai exchange rather than Shenzhen or Beijing.

    odds = usual odds * exp(-disutility * change of Shanghai's lead time)

    The usual share is that of 2020 at the lead times of 2020; the others' lead times are taken to stay, so a quicker
    way to list in Shanghai draws issuers there. Months; parameter `queue_disutility`; channel `listing_lead_time`.
    """
    odds = usual_share / (1.0 - usual_share) * float(np.exp(-queue_disutility * lead_time_change_months))
    return usual_share if lead_time_change_months == 0.0 else odds / (1.0 + odds)


def follow_on_rate(rate_per_year: float, return_6m: float, return_sensitivity: float) -> float:
    """Monthly rate of follow-on offers by listed issuers: rate / 12 * exp(sensitivity * return / 10 %).

    Source: offers follow high market returns (Pastor and Veronesi); parameter `ipo_return_sensitivity`.
    """
    return rate_per_year / 12.0 * float(np.exp(return_sensitivity * return_6m / RETURN_STEP))


def panda_issue_probability(
    issue_rate_per_month: float,
    advantage_pp: Floats,
    issue_cost_bp: float,
    issue_cost_baseline_bp: float,
    cost_elasticity: float,
) -> Floats:
    """Monthly probability that each foreign issuer sells a Panda bond rather than borrow offshore, shape (n,).

    rate = base * exp(elasticity * (advantage - (cost - cost_2020) / 100))

    The advantage is that of `agents.covered_parity.issuer_advantage_pp`, against usual conditions. The issue cost
    counts like a yield: a saving of 100 bp moves as many issuers as an advantage of one percentage point. Channel
    `panda_issuance_cost`; parameters `panda_hazard`, `panda_cost_slope`.
    """
    net = advantage_pp - (issue_cost_bp - issue_cost_baseline_bp) / 100.0
    return -np.expm1(-issue_rate_per_month * np.exp(cost_elasticity * net))
