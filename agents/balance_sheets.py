"""Balance sheets of institutions: income, losses, payout and new capital move equity; assets grow by decision.

Equity and assets move separately, so leverage is a state of each institution: it rises where assets grow faster than
retained profit and new capital, and where losses eat equity.
"""

import numpy as np

from agents.arrays import Floats

INCOME_TERMS = ("usual return", "own return", "lending margin", "carry of bonds", "value of bonds")
"""Terms of an institution's income in a month, before credit losses."""


def income_terms_bn(
    equity_bn: Floats,
    loans_bn: Floats,
    bonds_bn: Floats,
    usual_return: Floats,
    usual_losses_bn: Floats,
    profitability: Floats,
    return_spread: float,
    margin_change_pp: float,
    carry_change_pp: float,
    yield_change_pp: float,
    marked_duration: Floats,
) -> Floats:
    """Terms of the month's income before credit losses, CNY bn, in the order of `INCOME_TERMS`, shape (5, n).

    usual return = usual_return / 12 * equity + usual losses
    own return = return_spread / 12 * profitability * equity
    lending margin = margin change / 100 / 12 * loans
    carry of bonds = carry change / 100 / 12 * bonds
    value of bonds = -marked duration * yield change / 100 * bonds

    The usual return on equity is that of the sector in 2020 after credit losses, 1/year; margins cover the usual
    losses. Profitability is a z-score within the sector. The changes of margin and carry are percentage points against
    2020, that of the yield is over the month; the marked duration counts bonds held at market value, years. Parameters
    `return_on_equity_spread`, `bank_margin_yield_slope`, `funding_passthrough`, `managed_bond_duration`,
    `bank_marked_bond_share`.
    """
    terms = np.empty((len(INCOME_TERMS), len(equity_bn)))
    terms[0] = usual_return / 12.0 * equity_bn + usual_losses_bn
    terms[1] = return_spread / 12.0 * profitability * equity_bn
    terms[2] = margin_change_pp / 1200.0 * loans_bn
    terms[3] = carry_change_pp / 1200.0 * bonds_bn
    terms[4] = -marked_duration * yield_change_pp / 100.0 * bonds_bn
    return terms


def loan_losses_bn(
    loans_bn: Floats, charge_per_year: float, unexpected_share: float, response: float, loss_given_default: float
) -> Floats:
    """Credit losses on loans in a month, CNY bn, shape (n,).

    losses = loans * max(0, charge / 12 + loss given default * response * unexpected share)

    The unexpected share is the part of firms' market debt written off this month beyond what ratings imply; `response`
    is the rise of the ratio of non-performing loans per unit of it. Parameters `loan_loss_charge`,
    `nonperforming_response`, `loan_loss_given_default`.
    """
    rate = max(charge_per_year / 12.0 + loss_given_default * response * unexpected_share, 0.0)
    return loans_bn * rate


def payout_bn(profit_bn: Floats, payout_ratio: float) -> Floats:
    """Dividends of a month, CNY bn, shape (n,): payout ratio * profit where there is one. Parameter `payout_ratio`."""
    return payout_ratio * np.maximum(profit_bn, 0.0)


def capital_raised_bn(
    equity_bn: Floats,
    assets_bn: Floats,
    target_ratio: Floats,
    speed_per_year: float,
    least_ratio: float,
    largest_ratio: float,
) -> Floats:
    """Capital that owners add in a month, CNY bn, shape (n,); negative where they take surplus capital out.

    raised = speed / 12 * (target ratio * assets - equity), within what leaves least..largest ratio * assets

    Equity after the month's income, losses and dividends. Institutions close part of the gap to their target ratio of
    equity to assets (Berger and others 2008: large banks 28-41 % a year); one whose equity is gone is recapitalised by
    its owners up to the least ratio. Parameters `capital_adjustment_speed`, `least_equity_ratio`,
    `largest_equity_ratio`.
    """
    gap = speed_per_year / 12.0 * (target_ratio * assets_bn - equity_bn)
    raised: Floats = np.clip(gap, least_ratio * assets_bn - equity_bn, largest_ratio * assets_bn - equity_bn)
    return raised


def target_equity_ratio(
    normal_ratio: Floats, asset_growth: Floats, usual_return: Floats, payout_ratio: float, speed_per_year: float
) -> Floats:
    """Ratio of equity to assets that an institution aims at, shape (n,).

    target = normal ratio * (1 + (asset growth - (1 - payout ratio) * usual return) / speed)

    With it equity grows in step with assets at the ratio of 2020: what retained profit leaves short is raised, what it
    leaves over is paid out. Rates 1/year.
    """
    retained = (1.0 - payout_ratio) * usual_return
    target: Floats = normal_ratio * (1.0 + (asset_growth - retained) / speed_per_year)
    return target


def own_equity_ratio(ratio: Floats, spread: float, normal: Floats, largest_ratio: float) -> Floats:
    """Equity over assets of an institution when it begins, shape (n,), at most the largest ratio.

    own = ratio of the sector * exp(spread * normal - spread^2 / 2)

    Parameters `equity_ratio_spread`, `largest_equity_ratio`.
    """
    own: Floats = np.minimum(ratio * np.exp(spread * normal - 0.5 * spread**2), largest_ratio)
    return own
