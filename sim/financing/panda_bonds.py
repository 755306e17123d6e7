"""Foreign issuers register and sell Panda bonds or stay offshore."""

import numpy as np

from agents.arrays import rows_where
from agents.covered_parity import issuer_advantage_pp
from agents.draws import Draws
from agents.issuers import (
    LADDER_MONTHS,
    Instrument,
    IssuerClass,
    Issuers,
    panda_issue_probability,
    registration_rate,
)
from agents.listing_queue import review_stage_probability
from scenarios.parameters import Parameters
from sim.accounting.ledger import Account, Ledger
from sim.accounting.securities import SecurityBook, SecurityClass
from sim.base_year.base_year import BaseYear
from sim.base_year.sums import LargeDeal
from sim.bond_market.primary_market import sell_issue
from sim.bond_market.state import ResidualHolders
from sim.bond_market.yield_gaps import yield_gaps
from sim.clock import Clock
from sim.component import Changes
from sim.financing.state import FinancingConstants, Issuance, PandaProgramme
from sim.world.macro import MacroPath
from sim.world.policy import Channels


def panda_bonds_before_base_year_bn(base_year: BaseYear, parameters: Parameters) -> float:
    """Issues since the first to the end of the year before the base year, as the plan counts them.

    The plan's total counts fewer issues than the flow of all onshore venues, of which `panda_series_splice` is counted.
    """
    counted_bn = parameters.panda_series_splice * base_year.observed("panda_issuance")
    return float(base_year.observed("panda_cumulative") - counted_bn)


def foreign_issuers_decide(
    clock: Clock,
    parameters: Parameters,
    constants: FinancingConstants,
    draws: Draws,
    channels: Channels,
    macro: MacroPath,
    issuers: Changes[Issuers],
    issuance: Changes[Issuance],
    panda: Changes[PandaProgramme],
    book: Changes[SecurityBook],
    holders: Changes[ResidualHolders],
    ledger: Changes[Ledger],
) -> None:
    """Foreign issuers sell Panda bonds or stay offshore.

    They apply for a programme first; registered ones may sell. Issues, bonds outstanding and proceeds are those of all
    onshore venues; the running total since inception counts `panda_series_splice` of them, as the plan's series does.
    """
    month = clock.month
    rows = rows_where(issuers["issuer_class"] == int(IssuerClass.FOREIGN))
    keys = issuers.draw_keys[rows]
    uniform = draws["issuer.panda"].uniform(keys, month, count=3)
    slope = parameters.gap_slope_three_years
    gaps = yield_gaps(clock, parameters, macro, book, panda.usual, slope, SecurityClass.PANDA)
    dearer_bp = channels["hedging_cost"] - channels.baseline("hedging_cost")
    decide = {
        "advantage_pp": issuer_advantage_pp(gaps.raw_pp, gaps.covered_pp, dearer_bp, issuers["needs_yuan"][rows]),
        "issue_cost_bp": channels["panda_issuance_cost"],
        "issue_cost_baseline_bp": channels.baseline("panda_issuance_cost"),
        "cost_elasticity": parameters.panda_cost_slope,
    }
    registered = issuers["registered"]
    chance = panda_issue_probability(parameters.panda_hazard, **decide)
    size = np.exp(parameters.panda_size_spread * draws["issuer.panda_size"].normal(keys, month))
    median, factor = constants.deal_sizes_bn[LargeDeal.PANDA_BONDS], constants.deal_factor(clock, LargeDeal.PANDA_BONDS)
    active = registered[rows]
    sold = np.where(active & (uniform[0] < chance), median * factor * size, 0.0)
    mean_size = float(np.exp(0.5 * parameters.panda_size_spread**2))
    issuance.expected_bn[LargeDeal.PANDA_BONDS] = float(chance[active].sum()) * median * mean_size
    # Applicants for a programme wait for its registration; repeat issues need none.
    waits = issuers["applied"][rows] & ~active
    registered[rows] |= waits & (uniform[2] < review_stage_probability(np.array(parameters.queue_panda_first)))
    applies = registration_rate(
        parameters.panda_registration_rate,
        channels["cross_centre_linkage"],
        channels.baseline("cross_centre_linkage"),
        parameters.linkage_registration_elasticity,
    )
    issuers["applied"][rows] |= uniform[1] < panda_issue_probability(applies, **decide)
    ahead = issuers["tenor_months"][rows].astype(np.int64)
    issuers["maturing_bn"][(month + ahead) % LADDER_MONTHS, Instrument.BOND, rows] += sold
    issuers["debt_bn"][Instrument.BOND, rows] += sold
    issuers["last_choice"][rows] = np.where(sold > 0.0, Instrument.PANDA, -1)
    amount = float(sold.sum())
    issuance.issued_bn[Instrument.PANDA] = amount
    panda.cumulative_bn += float(parameters.panda_series_splice * amount)
    book.gross_bn[SecurityClass.PANDA] += amount
    sell_issue(holders, ledger, Account.FOREIGN_ISSUERS, amount)
    ledger.pay("proceeds remitted", Account.FOREIGN_ISSUERS, Account.REST_OF_WORLD, amount)
