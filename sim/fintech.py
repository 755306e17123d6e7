"""Fintech firms enter the sandbox, grow, raise funds, leave and start."""

from typing import TYPE_CHECKING

import numpy as np

from agents.adoption import adoption_probability, neighbours_share
from agents.city_state import CityState
from agents.draws import poisson
from agents.fintech_firms import (
    FUNDING_TERMS,
    GROWTH_TERMS,
    SCORE_TERMS,
    births_per_month,
    capital_raised,
    exit_probability,
    funding_terms,
    growth_from_rounds,
    growth_terms,
    leading_rows,
    peers_in_funding,
    round_probability,
    score_terms,
    zipf_drift,
)
from agents.institutions import Centre
from agents.sandbox import NOT_ADMITTED, admissions_per_month, admitted, applicants, in_sandbox, merit
from scenarios.calendar import BASELINE, month_ordinal
from sim.clock import Clock
from sim.institutions.districts import fintech_firms_choose
from sim.institutions.state import Adopters, City, Districts

if TYPE_CHECKING:
    from agents.arrays import Floats, Integers
    from scenarios.parameters import Parameters
    from sim.model import FinancialCenter

NEVER_FUNDED_MONTHS = 60.0
"""Months since the last round of a firm that has had none: any number beyond the window in which a round helps."""
SANDBOX_OPENED = month_ordinal("2020-05")
"""First month of admissions: pilots were extended to Shanghai at the end of April 2020 (recalled)."""


def mature_drift(parameters: "Parameters") -> float:
    """Drift of log size of a mature firm that keeps the tail of firm sizes, log a year."""
    return zipf_drift(
        parameters.fintech_size_tail,
        parameters.fintech_exit_hazard * parameters.fintech_acquired_share,
        parameters.fintech_growth_sd,
        growth_from_rounds(
            parameters.funding_growth_boost,
            parameters.funding_boost_months,
            parameters.funding_round_followon_share,
            parameters.funding_round_gap,
        ),
    )


def firms_enter_the_sandbox(centre: "FinancialCenter") -> None:
    """The regulator admits the best of the young firms that apply, as many as it has places."""
    if centre.month < SANDBOX_OPENED:
        return
    parameters, firms = centre.parameters, centre.fintech
    months = firms["sandbox_months"]
    months += months != NOT_ADMITTED
    lead = centre.channels["compliance_lead_time"] / centre.policy.baseline["compliance_lead_time"]
    centre.sandbox_places += admissions_per_month(parameters.sandbox_slots, lead)
    places = int(centre.sandbox_places)
    rows = applicants(firms["in_shanghai"], firms["age_months"], months, parameters.sandbox_age_bound)
    luck = centre.luck.sandbox.normal(firms.luck[rows], centre.month)
    best = admitted(rows, merit(firms["capability"][rows], luck, parameters.sandbox_merit_weight), places)
    months[best] = 0
    centre.sandbox_places -= len(best)


def firms_grow_and_raise_funds(centre: "FinancialCenter") -> None:
    """Firms grow by luck and age, faster for a while after a funding round; growth makes the next round likelier."""
    parameters, channels, firms = centre.parameters, centre.channels, centre.fintech
    baseline = centre.policy.baseline
    of_growth = growth_terms(
        firms["age_months"],
        firms["months_since_round"],
        centre.luck.fintech_growth.laplace(firms.luck, centre.month),
        mature_drift(parameters),
        parameters.fintech_age_drift,
        parameters.fintech_age_scale,
        parameters.funding_growth_boost,
        parameters.funding_boost_months,
        parameters.fintech_growth_sd,
    )
    growth = of_growth.sum(axis=0)
    firms["growth_terms"][:] = of_growth
    firms["growth"][:] = growth
    firms["log_size"][:] += growth
    firms["age_months"][:] += 1.0
    firms["months_since_round"][:] += 1.0
    cell, peers = _like_firms(centre)
    helped = in_sandbox(firms["sandbox_months"], parameters.sandbox_effect_months)
    of_funding = funding_terms(
        growth,
        parameters.fintech_growth_sd,
        parameters.funding_round_followon_share,
        parameters.funding_round_gap,
        parameters.funding_growth_slope,
        parameters.funding_growth_bound,
        firms["in_shanghai"],
        channels["venture_funding_supply"] / baseline["venture_funding_supply"],
        channels["fintech_scaling_cost"] / baseline["fintech_scaling_cost"],
        helped,
        parameters.sandbox_probability,
        peers,
        centre.funding_shift,
    )
    firms["funding_terms"][:] = of_funding
    chance = round_probability(of_funding)
    may_close = firms["funding_round"] < parameters.most_funding_rounds
    closes = np.flatnonzero((centre.luck.funding.uniform(firms.luck, centre.month) < chance) & may_close)
    _remember_rounds(centre, cell, may_close, closes, float(chance[may_close].mean()))
    raised = capital_raised(
        firms["log_size"][closes], helped[closes], parameters.round_size, parameters.sandbox_capital
    )
    firms["capital"][closes] += raised
    centre.venture_raised = float(raised[firms["in_shanghai"][closes]].sum())
    firms["funding_round"][closes] += 1
    centre.fintech_flows["rounds"] += len(closes)
    firms["months_since_round"][closes] = 0.0


def _like_firms(centre: "FinancialCenter") -> "tuple[Integers, Floats]":
    """Cell of like firms, by place and rounds behind them, and what it does to the log rate of rounds, shapes (n,)."""
    parameters, firms = centre.parameters, centre.fintech
    stages = centre.rounds_closed.shape[1]
    cell = firms["in_shanghai"].astype(np.int64) * stages + firms["funding_round"]
    if "funding_peers" in centre.interactions_off:
        return cell, np.zeros(len(firms))
    shift = peers_in_funding(centre.rounds_closed, centre.rounds_expected, parameters.peer_coefficient_funding)
    return cell, shift.ravel()[cell]


def _remember_rounds(
    centre: "FinancialCenter", cell: "Integers", may_close: "np.ndarray", closes: "Integers", mean_chance: float
) -> None:
    """Add the month's rounds of each cell, and those expected at the national mean of chances, to fading memory."""
    kept = float(np.exp(-1.0 / centre.parameters.peer_memory))
    shape, size = centre.rounds_closed.shape, centre.rounds_closed.size
    closed = np.bincount(cell[closes], minlength=size).reshape(shape)
    expected = mean_chance * np.bincount(cell[may_close], minlength=size).reshape(shape)
    centre.rounds_closed = kept * centre.rounds_closed + closed
    centre.rounds_expected = kept * centre.rounds_expected + expected


def firms_exit_and_start(centre: "FinancialCenter") -> None:
    """Small and young firms leave more often; new ones start, in Shanghai at a rate that policy moves."""
    parameters, channels, firms = centre.parameters, centre.channels, centre.fintech
    mean = float(firms["log_size"].mean())
    chance = exit_probability(
        firms["log_size"],
        firms["age_months"],
        mean,
        parameters.fintech_exit_hazard,
        parameters.fintech_acquired_share,
        parameters.fintech_exit_size_slope,
        parameters.fintech_exit_age_slope,
        parameters.fintech_exit_age_bound,
    )
    leaves = np.flatnonzero(centre.luck.fintech_exit.uniform(firms.luck, centre.month) < chance)
    centre.fintech_flows["left"] += len(leaves)
    centre.fintech_flows["rounds of those who left"] += int(firms["funding_round"][leaves].sum())
    firms.remove(leaves)
    inside = int(firms["in_shanghai"].sum())
    data = channels["data_access"]
    data_2020 = centre.policy.baseline["data_access"]
    here = births_per_month(
        inside,
        parameters.fintech_birth_rate,
        len(centre.institutions) / centre.institutions_2020,
        float(centre.state(City).slow_states[CityState.TALENT, Centre.SHANGHAI]),
        parameters.fintech_birth_spillover,
        channels["fintech_startup_cost"] / centre.policy.baseline["fintech_startup_cost"] * 100.0,
        parameters.fintech_setup_cost_elasticity,
        float(np.log(data / (1 - data)) - np.log(data_2020 / (1 - data_2020))),
        parameters.data_birth_elasticity,
    )
    elsewhere = (len(firms) - inside) * parameters.fintech_birth_rate / 12.0
    here *= centre.shock["lockdown"]
    luck = [centre.luck.fintech_birth.scalar(centre.month, index=place) for place in (1, 0)]
    for place, count in zip((True, False), poisson([here, elsewhere], luck).tolist(), strict=True):
        if count == 0:
            continue
        centre.fintech_flows["started"] += count
        rows = firms.add(count, centre.month, in_shanghai=place, months_since_round=NEVER_FUNDED_MONTHS)
        spread = centre.luck.population.normal(firms.luck[rows], centre.month, count=2)
        firms["log_size"][rows] = parameters.fintech_entrant_spread * spread[0]
        firms["capability"][rows] = spread[1]
        if place:
            fintech_firms_choose(Clock(centre.month), centre.luck.draws, centre.state(Districts), firms, rows)


def institutions_adopt(centre: "FinancialCenter") -> None:
    """Institutions without financial technology take it up as their neighbours did and as local firms supply it."""
    parameters, institutions = centre.parameters, centre.institutions
    adopted = institutions["adopted"]
    without = np.flatnonzero(~adopted)
    log_assets = np.log(institutions["assets_bn"])
    neighbours = institutions.rows_of(institutions["neighbours"][:, without])
    chance = adoption_probability(
        neighbours_share(adopted, neighbours),
        (log_assets[without] - log_assets.mean()) / log_assets.std(),
        parameters.bass_innovation,
        parameters.bass_imitation,
        parameters.adoption_size_effect,
        float(centre.fintech["in_shanghai"].sum()) / parameters.fintech_firms_2020,
        parameters.adoption_supply_elasticity,
        adoption_network="adoption_network" not in centre.interactions_off,
    )
    takes = without[centre.luck.adoption.uniform(institutions.luck[without], centre.month) < chance]
    adopted[takes] = True
    centre.state(Adopters).adopted += len(takes)


def scores(centre: "FinancialCenter") -> "Floats":
    """Score of every firm in the country, shape (n,)."""
    firms = centre.fintech
    weights = centre.parameters.leading_score_weights
    return score_terms(firms["log_size"], firms["capital"], firms["capability"], weights).sum(axis=0)


def leading_in_shanghai(centre: "FinancialCenter") -> tuple[int, int]:
    """Firms of Shanghai among the hundred with the highest score, and those that reach the hundredth score of 2020.

    Until 2020 is over its hundredth score is that of the month.
    """
    score, local = scores(centre), centre.fintech["in_shanghai"]
    leading = leading_rows(score)
    if centre.month <= BASELINE:
        centre.leading_score_2020 = float(score[leading].min())
    return int(local[leading].sum()), int((score[local] >= centre.leading_score_2020).sum())


def growth_explained(centre: "FinancialCenter", row: int) -> list[tuple[str, float, str]]:
    """Terms of a firm's growth in the month; none for a firm that has just started."""
    return _terms(centre, row, GROWTH_TERMS, "growth_terms", "log")


def funding_explained(centre: "FinancialCenter", row: int) -> list[tuple[str, float, str]]:
    """Terms of the log of a firm's monthly rate of closing a round.

    None for a firm that has just started or has closed all rounds it can.
    """
    closed_before = centre.fintech["funding_round"][row] - (centre.fintech["months_since_round"][row] == 0.0)
    if closed_before >= centre.parameters.most_funding_rounds:
        return []
    return _terms(centre, row, FUNDING_TERMS, "funding_terms", "log")


def _terms(
    centre: "FinancialCenter", row: int, names: tuple[str, ...], column: str, unit: str
) -> list[tuple[str, float, str]]:
    if centre.fintech["birth_month"][row] == centre.month:
        return []
    values = centre.fintech[column][:, row]
    return [(name, float(value), unit) for name, value in zip(names, values, strict=True)]


def score_explained(centre: "FinancialCenter", row: int) -> list[tuple[str, float, str]]:
    """Terms of a firm's score."""
    firms = centre.fintech
    weights = centre.parameters.leading_score_weights
    values = score_terms(firms["log_size"], firms["capital"], firms["capability"], weights)[:, row]
    return [(name, float(value), "score") for name, value in zip(SCORE_TERMS, values, strict=True)]


def rank_explained(centre: "FinancialCenter", row: int) -> list[tuple[str, float, str]]:
    """The firm itself and those with a higher score add up to its national rank."""
    score, local = scores(centre), centre.fintech["in_shanghai"]
    higher = score > score[row]
    counts = (
        ("itself", 1.0),
        ("higher in Shanghai", float((higher & local).sum())),
        ("higher elsewhere", float((higher & ~local).sum())),
    )
    return [(name, value, "firms") for name, value in counts]
