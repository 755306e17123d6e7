"""Rationing of loans to small and mid-size firms; refused demand returns later."""

import numpy as np

from agents.arrays import Floats, Integers, rows_where, sum_of_products
from agents.issuers import LADDER_MONTHS, Instrument, IssuerClass, Issuers
from agents.small_firm_credit import (
    acceptance_log_odds,
    accepted_share,
    amount_factor,
    directed_shift,
    guarantee_discount_pp,
    loan_quality_shift,
    newly_guaranteed,
    next_pool_quality_loss,
    screening_shift,
    steady_overdraft_bn,
)
from scenarios.parameters import Parameters
from sim.component import Changes
from sim.financing.state import Contagion, SmallFirmCredit
from sim.world.policy import Channels

TERMS = ("usual acceptance", "score", "bad loans", "screening cost", "direction of credit")


def rationed_rows(issuers: Issuers) -> Integers:
    """Rows of the issuers whose loans may be refused: small firms and mid-size private ones."""
    kind = issuers["issuer_class"]
    return rows_where((kind == int(IssuerClass.MSME)) | (kind == int(IssuerClass.PRIVATE_MID)))


def nonperforming_share(parameters: Parameters, issuers: Issuers, contagion: Contagion) -> float:
    """Non-performing part of bank loans: the ratio of 2020, moved by losses on market debt and by worse borrowers."""
    moved = parameters.nonperforming_response * contagion.market_losses_pct[0] / 100.0
    loans = issuers["debt_bn"][Instrument.LOAN]
    worse = float(sum_of_products(loans, issuers["pool_quality_loss"]) / max(float(loans.sum()), 1e-9))
    return float(parameters.nonperforming_loans_2020 * (1.0 + parameters.selection_default_slope * worse) + moved)


def _usual_acceptance(parameters: Parameters, issuers: Issuers, rows: Integers) -> Floats:
    usual: Floats = np.full(len(rows), float(parameters.mid_firm_acceptance_2020))
    usual[issuers["issuer_class"][rows] == int(IssuerClass.MSME)] = parameters.msme_acceptance_2020
    return usual


def _log_odds(
    parameters: Parameters,
    channels: Channels,
    issuers: Issuers,
    contagion: Contagion,
    rows: Integers,
    usual: Floats,
) -> list[Floats]:
    return acceptance_log_odds(
        usual,
        issuers["score"][rows],
        issuers["hard_technology"][rows],
        parameters.score_log_odds,
        loan_quality_shift(
            nonperforming_share(parameters, issuers, contagion) - parameters.nonperforming_loans_2020,
            parameters.nonperforming_spread,
            parameters.nonperforming_log_odds,
        ),
        screening_shift(
            channels["msme_screening_cost"],
            channels.baseline("msme_screening_cost"),
            parameters.screening_cost_log_odds,
        ),
        directed_shift(
            channels["directed_credit_weight"],
            channels.baseline("directed_credit_weight"),
            parameters.directed_credit_log_odds,
        ),
    )


def accepted_by_banks(
    parameters: Parameters, channels: Channels, issuers: Issuers, contagion: Contagion, rows: Integers
) -> tuple[Floats, Floats]:
    """Part of their demand for loans that banks accept, and would without more guarantees or direction than in 2020.

    Shape (rows,) each.
    """
    usual = _usual_acceptance(parameters, issuers, rows)
    log_odds = _log_odds(parameters, channels, issuers, contagion, rows, usual)
    effect = parameters.guarantee_probability_effect
    undirected, coverage = sum(log_odds[1:-1], start=log_odds[0]), channels.baseline("guarantee_coverage")
    without = accepted_share(undirected, usual, coverage, effect)
    if channels["guarantee_coverage"] == coverage and not log_odds[-1].any():
        return without, without
    return accepted_share(undirected + log_odds[-1], usual, channels["guarantee_coverage"], effect), without


def loan_discount_pp(parameters: Parameters, channels: Channels, issuers: Issuers) -> Floats:
    """What guarantees take off the spread of loans of rationed firms, percentage points, shape (issuers,)."""
    spread = np.array(parameters.loan_spread)
    kind = issuers["issuer_class"]
    rationed = (kind == int(IssuerClass.MSME)) | (kind == int(IssuerClass.PRIVATE_MID))
    discount = guarantee_discount_pp(
        spread,
        float(spread[0]),
        channels["guarantee_coverage"],
        channels.baseline("guarantee_coverage"),
        parameters.guarantee_price_effect,
    )
    return np.where(rationed, discount[issuers["rating"]], 0.0)


def loans_granted(
    parameters: Parameters,
    channels: Channels,
    issuers: Changes[Issuers],
    contagion: Contagion,
    credit: Changes[SmallFirmCredit],
    capital_share: float,
    asked_bn: Floats,
) -> Floats:
    """Loans that banks grant out of issuers' demand, shape (issuers,), CNY bn.

    Banks grant `capital_share` of what they accept, as their capital allows. Refused demand stays as an overdraft, of
    which part returns with the next needs. Firms with a new guarantee get more than their demand. Borrowers that only
    guarantees or direction let in are worse than the others.
    """
    coverage = channels["guarantee_coverage"]
    credit.newly_guaranteed = newly_guaranteed(
        credit.newly_guaranteed, coverage, credit.guarantee_coverage, parameters.guarantee_half_life
    )
    credit.guarantee_coverage = coverage
    rows = rationed_rows(issuers)
    asked = asked_bn[rows]
    share, share_without = accepted_by_banks(parameters, channels, issuers, contagion, rows)
    accepted = asked * share
    granted = asked_bn.copy()
    granted[rows] = accepted * amount_factor(credit.newly_guaranteed, parameters.guarantee_amount_effect)
    issuers["pool_quality_loss"][rows] = next_pool_quality_loss(
        issuers["pool_quality_loss"][rows], share, share_without, granted[rows], parameters.loan_pool_memory
    )
    small = issuers["issuer_class"][rows] == int(IssuerClass.MSME)
    if asked[small].any():  # a month without demand gives no new rate
        credit.acceptance_rate = capital_share * float(accepted[small].sum() / asked[small].sum())
        spread = np.array(parameters.loan_spread)[issuers["rating"][rows]]
        spread -= loan_discount_pp(parameters, channels, issuers)[rows]
        credit.loan_spread_pp = float(np.average(spread[small], weights=granted[rows][small]))
    credit.asked_bn = float(asked_bn.sum())
    beyond_capital = (1.0 - capital_share) * float(granted.sum())
    credit.refused_bn = float((asked - accepted).sum()) + beyond_capital
    credit.beyond_asked_bn = float((granted[rows] - accepted).sum())
    return capital_share * granted


def start_with_refused_needs(parameters: Parameters, issuers: Changes[Issuers], credit: SmallFirmCredit) -> None:
    """Initialise credit-rationed firms with their steady-state overdraft, so that the model starts in equilibrium."""
    rows = rationed_rows(issuers)
    usual = _usual_acceptance(parameters, issuers, rows)
    log_odds = np.log(usual / (1.0 - usual)) + parameters.score_log_odds * issuers["score"][rows]
    accepted = accepted_share(log_odds, usual, credit.guarantee_coverage, parameters.guarantee_probability_effect)
    short = parameters.short_loan_share
    monthly = short / 12.0 + (1.0 - short) / LADDER_MONTHS + parameters.need_growth / 12.0
    need = issuers["debt_bn"][Instrument.LOAN, rows] * monthly
    issuers["cash_bn"][rows] -= steady_overdraft_bn(need, accepted, parameters.backlog_repayment)


def acceptance_explained(
    parameters: Parameters, channels: Channels, issuers: Issuers, contagion: Contagion, row: int
) -> list[tuple[str, float, str]]:
    """Terms of the log odds that a bank accepts the demand of a rationed firm this month; they add up to them.

    Empty for a firm that banks do not ration.
    """
    at = np.array([row])
    if row not in rationed_rows(issuers):
        return []
    log_odds = _log_odds(parameters, channels, issuers, contagion, at, _usual_acceptance(parameters, issuers, at))
    accepted = float(accepted_by_banks(parameters, channels, issuers, contagion, at)[0][0])
    terms = [(name, float(value[0]), "log odds") for name, value in zip(TERMS, log_odds, strict=True)]
    guarantees = float(np.log(accepted / (1.0 - accepted))) - sum(value for _, value, _ in terms)
    return [*terms, ("guarantees", guarantees, "log odds")]
