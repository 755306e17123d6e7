"""Firms insure their risks or keep them; insurers keep, or cede to reinsurers here or abroad."""

import numpy as np

from agents.arrays import Floats


def insuring_share(insured_share_2020: float, cost_ratio: float, cost_slope: float) -> float:
    """Part of firms, by rank of their willingness to bear risk, that buys cover for the coming year.

    log odds = log odds of the share of 2020 - slope * ln(loading / 2020)

    A firm insures if its rank is below. The cost of cover above the expected loss is what firms weigh against their
    dislike of risk (Mossin 1968).
    Parameters `insured_share_2020`, `cover_cost_slope`; channel `insurance_cover_cost`.
    """
    odds = insured_share_2020 / (1.0 - insured_share_2020) * cost_ratio**-cost_slope
    return float(odds / (1.0 + odds))


def premium(exposure: Floats, loading_2020: float, cost_ratio: float) -> Floats:
    """Premium of a year of cover, index points of the exposure, shape (n,).

    premium = exposure * (1 + loading * cost ratio) / (1 + loading)

    A loading of 0.4 is 40 yuan for each 100 of expected loss. Parameter `insurance_loading_2020`; channel
    `insurance_cover_cost`.
    """
    paid: Floats = exposure * (1.0 + loading_2020 * cost_ratio) / (1.0 + loading_2020)
    return paid


def cession_shares(
    leaning: Floats,
    ceded_2020: float,
    local_2020: float,
    capital_ratio: float,
    leaning_spread: float,
    capital_slope: float,
) -> Floats:
    """Parts of an insurer's premiums that it retains, cedes locally and cedes abroad, shape (3, n).

    A logit over the three with V = ln(share of 2020), and for local reinsurers in addition
    slope * ln(reinsurance capital / 2020) + spread * leaning

    More capital lets local reinsurers offer larger lines and better security. At the value of 2020 their capital grows
    in step with premiums. Leaning is a z-score of the insurer's own. Parameters `ceded_share_2020`,
    `locally_ceded_share_2020`, `reinsurance_capital_slope`, `cession_spread`; channel `underwriting_capacity`.
    """
    weight = np.empty((3, len(leaning)))
    weight[0] = 1.0 - ceded_2020
    weight[1] = ceded_2020 * local_2020 * capital_ratio**capital_slope * np.exp(leaning_spread * leaning)
    weight[2] = ceded_2020 * (1.0 - local_2020)
    return weight / weight.sum(axis=0)
