"""Banks ration small and mid-size firms: part of the requested credit is refused, less of it with a guarantee.

An agent stands for many firms, so acceptance is a share of the requested credit, not a draw.
"""

import numpy as np

from agents.arrays import Flags, Floats


def acceptance_log_odds(
    usual_acceptance: Floats,
    score: Floats,
    strategic: Flags,
    score_slope: float,
    loan_quality_shift: float,
    screening_shift: float,
    directed_shift: float,
) -> list[Floats]:
    """Terms of the log odds that a bank accepts a loan without a guarantee, each of shape (n,); they add up.

    usual = logit(acceptance of 2020);   quality of the firm = slope * score
    bad loans, screening cost = shifts that are the same for all;   direction = shift of strategic firms

    Score is standard normal between firms. Parameters `msme_acceptance_2020`, `mid_firm_acceptance_2020`,
    `score_log_odds`.
    """
    zero = np.zeros_like(score)
    return [
        np.log(usual_acceptance / (1.0 - usual_acceptance)),
        score_slope * score,
        zero + loan_quality_shift,
        zero + screening_shift,
        np.where(strategic, directed_shift, 0.0),
    ]


def loan_quality_shift(nonperforming_excess: float, yearly_spread: float, log_odds_per_sd: float) -> float:
    """Shift of the log odds of acceptance by bad loans: -slope * (ratio - ratio of 2020) / its spread over years.

    Ratios are shares of loans. Parameters `nonperforming_spread`, `nonperforming_log_odds`.
    """
    return -log_odds_per_sd * nonperforming_excess / yearly_spread


def screening_shift(cost: float, cost_2020: float, log_odds_per_log: float) -> float:
    """Shift of the log odds of acceptance by the cost of screening: -slope * ln(cost / cost of 2020).

    Cost in per cent of principal. Channel `msme_screening_cost`; parameter `screening_cost_log_odds`.
    """
    return -log_odds_per_log * float(np.log(cost / cost_2020))


def directed_shift(weight: float, weight_2020: float, log_odds_per_log: float) -> float:
    """Shift of the log odds of acceptance of strategic firms: slope * ln(weight / weight of 2020).

    Channel `directed_credit_weight`; parameter `directed_credit_log_odds`.
    """
    return log_odds_per_log * float(np.log(weight / weight_2020))


def accepted_share(log_odds: Floats, usual_acceptance: Floats, coverage: float, guarantee_effect_pp: float) -> Floats:
    """Share of the requested credit that banks accept, shape (n,).

    accepted = (1 - coverage) * sigmoid(x) + coverage * sigmoid(x + effect / 100 / (a * (1 - a)))

    `coverage` is the share of firms with a guarantee, `a` the usual acceptance: for a firm with usual odds a guarantee
    raises the probability by the effect, in percentage points. Channel `guarantee_coverage`; parameter
    `guarantee_probability_effect`; source Yu et al. (2022).
    """
    doubt = np.exp(-log_odds)
    help_ = guarantee_effect_pp / 100.0 / (usual_acceptance * (1.0 - usual_acceptance))
    return (1.0 - coverage) / (1.0 + doubt) + coverage / (1.0 + doubt * np.exp(-help_))


def newly_guaranteed(new_share: float, coverage: float, coverage_before: float, half_life_months: float) -> float:
    """Share of firms whose guarantee is new enough to make banks lend them more.

    new = new * 2 ** (-1 / half-life) + rise of the coverage

    Parameter `guarantee_half_life`: the effect of a programme on amounts is not sustained.
    """
    return float(new_share * 2.0 ** (-1.0 / half_life_months) + coverage - coverage_before)


def amount_factor(new_share: float, effect_pct: float) -> float:
    """Loan amounts relative to those without new guarantees: 1 + effect / 100 * newly guaranteed share.

    Parameter `guarantee_amount_effect`; source Yu et al. (2022).
    """
    return 1.0 + effect_pct / 100.0 * new_share


def next_pool_quality_loss(
    loss: Floats, accepted: Floats, accepted_without: Floats, granted_bn: Floats, memory_months: float
) -> Floats:
    """How much worse the borrowers are for a help that lets banks accept more, log, a fading mean, shape (n,).

    loss + (1 - exp(-1 / memory)) * (ln(accepted / accepted without) - loss) where loans were granted

    Banks accept the better firms first, so those that a guarantee or direction adds are worse than the others. Source:
    adverse selection (Stiglitz and Weiss 1981); parameter `loan_pool_memory`.
    """
    added = np.where(granted_bn > 0.0, np.log(accepted / accepted_without) - loss, 0.0)
    return np.asarray(loss - np.expm1(-1.0 / memory_months) * added)


def guarantee_discount_pp(
    spread_pp: Floats, least_spread_pp: float, coverage: float, coverage_2020: float, pass_through: float
) -> Floats:
    """What guarantees take off the spread of loans, percentage points, shape (n,).

    discount = pass-through * (coverage - coverage of 2020) * (spread - spread of the best rating)

    The guarantor bears the risk that the part of the spread above that of the best rating pays for. Channel
    `guarantee_coverage`; parameter `guarantee_price_effect`.
    """
    return pass_through * (coverage - coverage_2020) * (spread_pp - least_spread_pp)


def steady_overdraft_bn(monthly_need_bn: Floats, accepted: Floats, backlog_repayment: float) -> Floats:
    """Overdraft at which monthly refusals equal repayments of it, shape (n,), CNY bn.

    accepted * (need + repayment * overdraft) = need

    Parameter `backlog_repayment`.
    """
    return monthly_need_bn * (1.0 - accepted) / (accepted * backlog_repayment)
