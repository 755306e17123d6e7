"""Fintech subsidiaries that large institutions found.

Firms that experienced parents found are larger at birth and live longer than other newcomers (Klepper 2002).
"""

import numpy as np

from agents.arrays import Flags, Floats

FOUNDING_TERMS = ("usual rate", "profitability", "technology", "attraction of the city")
"""Terms of the log rate of founding a subsidiary, in the order of `founding_terms`."""


def smallest_parent_bn(assets_bn: Floats, size: float) -> float:
    """Assets from which an institution may found a subsidiary, CNY bn: `size` times the mean of the city.

    Parameter `fintech_parent_size`.
    """
    return size * float(assets_bn.mean())


def founding_terms(
    profitability: Floats,
    adopted: Flags,
    adopted_share: float,
    attraction: float,
    rate_per_year: float,
    profitability_slope: float,
    technology_slope: float,
) -> Floats:
    """Terms of the log of an institution's monthly rate of founding a subsidiary, shape (4, n).

    ln rate = ln(rate / 12) + profitability_slope * profitability + technology_slope * (adopted - share that has)
              + attraction of Shanghai for founders

    Parameters `fintech_subsidiary_rate`, `subsidiary_profitability_slope`, `subsidiary_technology_slope`; the
    attraction is that of `agents.fintech_location.attraction_terms`, with channel `fintech_startup_cost`.
    """
    terms = np.empty((len(FOUNDING_TERMS), len(profitability)))
    terms[0] = np.log(rate_per_year / 12.0)
    terms[1] = profitability_slope * profitability
    terms[2] = technology_slope * (adopted - adopted_share)
    terms[3] = attraction
    return terms


def founding_probability(terms: Floats) -> Floats:
    """Monthly probability of founding from the terms of the log rate (4, n), shape (n,): 1 - exp(-rate)."""
    return np.asarray(-np.expm1(-np.exp(terms.sum(axis=0))), dtype=np.float64)


def subsidiary_log_size(
    parent_assets_bn: Floats, large_assets_bn: float, spread: Floats, log_size: float, parent_elasticity: float
) -> Floats:
    """Log size of subsidiaries at birth over other newcomers, shape (n,).

    size = log_size + elasticity * ln(assets of the parent / assets of the smallest parent) + spread

    Parameters `fintech_subsidiary_size`, `fintech_subsidiary_parent_elasticity`, `fintech_entrant_spread`.
    """
    return log_size + parent_elasticity * np.log(parent_assets_bn / large_assets_bn) + spread
