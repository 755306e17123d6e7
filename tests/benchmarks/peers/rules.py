"""The micro-model that every peer computes.

Two fifths of the agents are investors, two fifths issuers, one fifth firms. A month has three parts, and a record.

Investors move a part of the way to a target that depends on the yield spread, with noise of their own:
    holdings = holdings + SPEED * (usual + SPREAD_EFFECT * spread - holdings) + NOISE * normal
Issuers choose one of six instruments, or keep out of the market (option 0), by a logit with a taste for each option:
    choice = option with the largest CONSTANT + SPREAD_SLOPE * spread + LOADING * preference + Gumbel
Firms grow, leave and enter; entrants act from the following month on:
    log size = log size + DRIFT + GROWTH_SD * normal
    chance of leaving = 1 - exp(-EXIT_RATE * exp(-EXIT_SLOPE * log size))
    entrants = Poisson(ENTRY_RATE * firms at the start), log size = ENTRANT_SD * normal
The record is the total of holdings, the number of issuers by option, and the number of firms.

Every agent draws in every month: one normal number an investor, seven Gumbel numbers an issuer, one normal and one
uniform number a firm. Random numbers come from the generator that each framework provides. All figures here are round
ones without a source, and serve this comparison alone. This module needs nothing but Python and numpy, because it is
also imported where the project is not installed.
"""

import math
from dataclasses import dataclass

import numpy as np

INVESTORS, ISSUERS = 0.4, 0.4
"""Parts of the agents; the rest are firms."""

USUAL_MEAN, USUAL_SD = 10.0, 1.0  # CNY bn
SPEED = 0.1  # 1/month
SPREAD_EFFECT = 2.0  # CNY bn a percentage point
NOISE = 0.2  # CNY bn

OPTIONS = 7
CONSTANT = (0.0, -0.4, -0.8, -1.2, -1.0, -1.6, -2.0)
SPREAD_SLOPE = (0.0, -0.3, 0.2, 0.3, 0.1, 0.2, 0.0)  # 1/percentage point
LOADING = (0.0, 0.0, 0.4, 0.5, 0.3, 0.6, -0.2)

SIZE_SD, ENTRANT_SD = 0.5, 0.5  # log
DRIFT, GROWTH_SD = 0.002, 0.1  # log a month
EXIT_RATE, EXIT_SLOPE = 0.02, 0.5  # 1/month, 1/log
ENTRY_RATE = 0.02  # 1/month


def spread_pp(month):
    """Yield spread, percentage points, in a month counted from 0: a cycle of two years."""
    return 0.8 + 0.5 * math.sin(2.0 * math.pi * month / 24.0)


def counts_of(agents):
    """Numbers of investors, issuers and firms at the start."""
    investors, issuers = round(INVESTORS * agents), round(ISSUERS * agents)
    return investors, issuers, agents - investors - issuers


def values_of_options(spread):
    """What the options are worth to an issuer without preference, numbers (7,)."""
    return tuple(constant + slope * spread for constant, slope in zip(CONSTANT, SPREAD_SLOPE, strict=True))


def options_of(spread):
    """The options (number, worth without preference, weight of the preference), for peers whose agents are objects."""
    return list(zip(range(OPTIONS), values_of_options(spread), LOADING, strict=True))


# The rules as functions of arrays, for the peers that keep agents in them.


def adjusted_bn(holdings_bn, usual_bn, spread, normal):
    """Holdings after a month (n,), CNY bn."""
    return holdings_bn + SPEED * (usual_bn + SPREAD_EFFECT * spread - holdings_bn) + NOISE * normal


def chosen(preference, spread, gumbel):
    """Option of each issuer (n,) by its preference (n,) and tastes (7, n); the tastes are used up."""
    for taste, value, loading in zip(gumbel, values_of_options(spread), LOADING, strict=True):
        taste += value
        if loading:
            taste += loading * preference
    return gumbel.argmax(axis=0)


def chance_of_leaving(log_size):
    """Chance that a firm leaves in the month, shape of `log_size`."""
    return -np.expm1(-EXIT_RATE * np.exp(-EXIT_SLOPE * log_size))


@dataclass(frozen=True)
class Record:
    """What a month is summed up in."""

    holdings_bn: float
    issuers_by_option: tuple
    firms: int


@dataclass(frozen=True)
class State:
    """The agents at the end of a run, one array each."""

    holdings_bn: np.ndarray
    log_size: np.ndarray


STATISTICS = (
    "mean holdings after 6 months",
    "mean holdings after 18 months",
    "mean holdings",
    "spread of holdings",
    *(f"share of option {option}" for option in range(OPTIONS)),
    "firms",
    "mean log size",
    "spread of log size",
)
MONTHS = 24
"""Length of the runs by which peers are compared."""


def statistics(peer, agents):
    """Run a peer for `MONTHS` months; its statistics, array (14,) in the order of `STATISTICS`."""
    investors, issuers, firms = counts_of(agents)
    records = [peer.month() for _ in range(MONTHS)]
    state = peer.state()
    issuers_by_option = np.sum([record.issuers_by_option for record in records], axis=0)
    return np.array(
        [
            records[5].holdings_bn / investors,
            records[17].holdings_bn / investors,
            records[-1].holdings_bn / investors,
            state.holdings_bn.std(),
            *(issuers_by_option / (MONTHS * issuers)),
            records[-1].firms / firms,
            state.log_size.mean(),
            state.log_size.std(),
        ]
    )


def sample(make, agents, seeds):
    """Statistics of several runs, shape (seeds, 14)."""
    return np.array([statistics(make(agents, seed), agents) for seed in seeds])


def standard_error(one, other):
    """Standard error of the difference between the means of two samples, shape (14,)."""
    return np.sqrt(one.var(axis=0, ddof=1) / len(one) + other.var(axis=0, ddof=1) / len(other))


def distances(one, other):
    """Differences between the means of two samples of statistics in standard errors, shape (14,)."""
    return np.abs(one.mean(axis=0) - other.mean(axis=0)) / standard_error(one, other)
