"""Stages of a filing for a listing: lead times, withdrawals and the share that is listed in the end."""

import numpy as np

from agents.arrays import Floats
from agents.listing_queue import STAGES, listed_share, review_stage_probability, stage_months
from scenarios.parameters import Parameters
from scenarios.plan import channels


def stage_shares(parameters: Parameters) -> Floats:
    """Share of each stage in the lead time of a route: none, main board, STAR, REIT; shape (4, STAGES).

    STAR's are observed; the main board is taken to divide its time alike, and the REIT's three offices and its placing
    to take equal parts.
    """
    star = np.array(parameters.queue_star) / sum(parameters.queue_star)
    return np.stack([np.zeros(STAGES), star, star, np.full(STAGES, 1.0 / STAGES)])


def lead_times_2020(parameters: Parameters) -> Floats:
    """Months from filing to listing by route at end-2020: none, main board, STAR, REIT; shape (4,)."""
    return np.array([0.0, parameters.queue_mainboard, sum(parameters.queue_star) / 30.4, parameters.queue_reit])


def withdrawal_by_route(parameters: Parameters) -> Floats:
    """Part of the filings of a route that is withdrawn in a month, shape (4,); sponsors of REITs do not withdraw."""
    return float(parameters.withdraw_hazard_star) * np.array([0.0, 1.0, 1.0, 0.0])


def passed_share(parameters: Parameters) -> Floats:
    """Share of filings that end in a listing at the lead times and the screening of end-2020, by route, shape (4,)."""
    screening = {channel.id: channel.baseline_2020 for channel in channels()}["gatekeeper_screening"]
    passes = review_stage_probability(stage_months(lead_times_2020(parameters), stage_shares(parameters)))
    weak = parameters.weak_filing_share * screening * np.array([0.0, 1.0, 1.0, 0.0])
    return np.asarray(listed_share(passes, withdrawal_by_route(parameters)) * (1.0 - weak))
