"""Banks accept part of the loans that small and mid-size firms ask for; the rest is asked for again."""

from typing import TYPE_CHECKING

import numpy as np

from agents.arrays import Floats, Integers
from agents.issuers import LADDER_MONTHS, Instrument, IssuerClass
from agents.small_firm_credit import (
    acceptance_log_odds,
    accepted_share,
    amount_factor,
    directed_shift,
    loan_quality_shift,
    newly_guaranteed,
    screening_shift,
    steady_overdraft_bn,
)

if TYPE_CHECKING:
    from sim.model import FinancialCenter

TERMS = ("usual acceptance", "score", "bad loans", "screening cost", "direction of credit")


def rationed_rows(centre: "FinancialCenter") -> Integers:
    """Rows of the issuers whose loans may be refused: small firms and mid-size private ones."""
    kind = centre.issuers["issuer_class"]
    return np.flatnonzero((kind == IssuerClass.MSME) | (kind == IssuerClass.PRIVATE_MID))


def nonperforming_share(centre: "FinancialCenter") -> float:
    """Non-performing part of bank loans: the ratio of 2020, moved by the losses on market debt that are still felt."""
    parameters = centre.parameters
    moved = parameters.nonperforming_response * centre.contagion.market_losses_pct[0] / 100.0
    return float(parameters.nonperforming_loans_2020 + moved)


def _usual_acceptance(centre: "FinancialCenter", rows: Integers) -> Floats:
    parameters = centre.parameters
    usual: Floats = np.full(len(rows), float(parameters.mid_firm_acceptance_2020))
    usual[centre.issuers["issuer_class"][rows] == IssuerClass.MSME] = parameters.msme_acceptance_2020
    return usual


def _log_odds(centre: "FinancialCenter", rows: Integers, usual: Floats) -> list[Floats]:
    parameters, channels, issuers = centre.parameters, centre.channels, centre.issuers
    baseline = centre.policy.baseline
    return acceptance_log_odds(
        usual,
        issuers["score"][rows],
        issuers["hard_technology"][rows],
        parameters.score_log_odds,
        loan_quality_shift(
            nonperforming_share(centre) - parameters.nonperforming_loans_2020,
            parameters.nonperforming_spread,
            parameters.nonperforming_log_odds,
        ),
        screening_shift(
            channels["msme_screening_cost"], baseline["msme_screening_cost"], parameters.screening_cost_log_odds
        ),
        directed_shift(
            channels["directed_credit_weight"], baseline["directed_credit_weight"], parameters.directed_credit_log_odds
        ),
    )


def accepted_by_banks(centre: "FinancialCenter", rows: Integers) -> Floats:
    """Part of their demand for loans that banks accept this month, shape (rows,)."""
    usual = _usual_acceptance(centre, rows)
    log_odds = _log_odds(centre, rows, usual)
    return accepted_share(
        sum(log_odds[1:], start=log_odds[0]),
        usual,
        centre.channels["guarantee_coverage"],
        centre.parameters.guarantee_probability_effect,
    )


def loans_granted(centre: "FinancialCenter", asked_bn: Floats) -> Floats:
    """Loans that banks grant out of what issuers ask for, shape (issuers,), CNY bn.

    What is refused stays as an overdraft, of which part comes again with the next needs. Firms with a new guarantee
    get more than they asked for.
    """
    parameters, coverage = centre.parameters, centre.channels["guarantee_coverage"]
    centre.newly_guaranteed = newly_guaranteed(
        centre.newly_guaranteed, coverage, centre.guarantee_coverage, parameters.guarantee_half_life
    )
    centre.guarantee_coverage = coverage
    rows = rationed_rows(centre)
    asked = asked_bn[rows]
    accepted = asked * accepted_by_banks(centre, rows)
    granted = asked_bn.copy()
    granted[rows] = accepted * amount_factor(centre.newly_guaranteed, parameters.guarantee_amount_effect)
    small = centre.issuers["issuer_class"][rows] == IssuerClass.MSME
    centre.msme_acceptance_rate = float(accepted[small].sum() / asked[small].sum())
    spread = np.array(centre.parameters.loan_spread)[centre.issuers["rating"][rows]]
    centre.msme_loan_spread_pp = float(np.average(spread[small], weights=granted[rows][small]))
    centre.loan_requests = {
        "asked": float(asked_bn.sum()),
        "refused": float((asked - accepted).sum()),
        "beyond what was asked": float((granted[rows] - accepted).sum()),
    }
    return granted


def start_with_refused_needs(centre: "FinancialCenter") -> None:
    """Give rationed firms the overdraft of end-2019 that keeps pace with what is refused, so that 2020 is no jump."""
    parameters, issuers = centre.parameters, centre.issuers
    rows = rationed_rows(centre)
    usual = _usual_acceptance(centre, rows)
    log_odds = np.log(usual / (1.0 - usual)) + parameters.score_log_odds * issuers["score"][rows]
    accepted = accepted_share(log_odds, usual, centre.guarantee_coverage, parameters.guarantee_probability_effect)
    short = parameters.short_loan_share
    monthly = short / 12.0 + (1.0 - short) / LADDER_MONTHS + parameters.need_growth / 12.0
    need = issuers["debt_bn"][Instrument.LOAN, rows] * monthly
    issuers["cash_bn"][rows] -= steady_overdraft_bn(need, accepted, parameters.backlog_repayment)


def acceptance_explained(centre: "FinancialCenter", row: int) -> list[tuple[str, float, str]]:
    """Terms of the log odds that a bank accepts a loan; empty for a firm that banks do not ration."""
    return acceptance_terms(centre, row) if row in rationed_rows(centre) else []


def acceptance_terms(centre: "FinancialCenter", row: int) -> list[tuple[str, float, str]]:
    """Terms of the log odds that a bank accepts what a rationed firm asks for this month; they add up to them."""
    at = np.array([row])
    log_odds = _log_odds(centre, at, _usual_acceptance(centre, at))
    accepted = float(accepted_by_banks(centre, at)[0])
    terms = [(name, float(value[0]), "log odds") for name, value in zip(TERMS, log_odds, strict=True)]
    guarantees = float(np.log(accepted / (1.0 - accepted))) - sum(value for _, value, _ in terms)
    return [*terms, ("guarantees", guarantees, "log odds")]
