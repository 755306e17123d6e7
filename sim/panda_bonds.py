"""Foreign issuers register and sell Panda bonds or stay offshore."""

from typing import TYPE_CHECKING

import numpy as np

from agents.issuers import (
    LADDER_MONTHS,
    Instrument,
    IssuerClass,
    panda_issue_probability,
    registration_rate,
)
from agents.listing_queue import stage_probability
from sim.bond_market.primary_market import sell_issue
from sim.bond_market.state import ResidualHolders
from sim.ledger import Account
from sim.levels import Lump
from sim.securities import SecurityClass

if TYPE_CHECKING:
    from sim.model import FinancialCenter


def foreign_issuers_decide(centre: "FinancialCenter") -> None:
    """Foreign issuers ask for a programme; those that are registered sell a Panda bond or stay offshore."""
    issuers, parameters = centre.issuers, centre.parameters
    month = centre.month
    rows = np.flatnonzero(issuers["issuer_class"] == IssuerClass.FOREIGN)
    keys = issuers.luck[rows]
    luck = centre.luck.panda.uniform(keys, month, count=3)
    baseline = centre.policy.baseline["panda_issuance_cost"]
    gap = centre.us_yield_pct - centre.china_yield_pct
    decide = {
        "yield_gap_pp": gap,
        "yield_gap_mean_pp": centre.panda_gap_mean_pp,
        "market_premium_pp": float(centre.book.premium_pp[SecurityClass.PANDA]),
        "issue_cost_bp": centre.channels["panda_issuance_cost"],
        "issue_cost_baseline_bp": baseline,
        "cost_elasticity": parameters.panda_cost_slope,
    }
    registered = issuers["registered"]
    chance = panda_issue_probability(parameters.panda_hazard, **decide)
    size = np.exp(parameters.panda_size_spread * centre.luck.panda_size.normal(keys, month))
    median = centre.levels.panda_size_bn
    active = registered[rows]
    sold = np.where(active & (luck[0] < chance), median * centre.lump(Lump.PANDA_BONDS) * size, 0.0)
    mean_size = float(np.exp(0.5 * parameters.panda_size_spread**2))
    centre.expected_bn[Lump.PANDA_BONDS] = float(active.sum()) * chance * median * mean_size
    # Who asks for a programme waits for its registration; repeat issues need none.
    waits = issuers["applied"][rows] & ~active
    registered[rows] |= waits & (luck[2] < stage_probability(np.array(parameters.queue_panda_first)))
    asks = registration_rate(
        parameters.panda_registration_rate,
        centre.channels["cross_centre_linkage"],
        centre.policy.baseline["cross_centre_linkage"],
        parameters.linkage_registration_elasticity,
    )
    issuers["applied"][rows] |= luck[1] < panda_issue_probability(asks, **decide)
    ahead = issuers["tenor_months"][rows].astype(np.int64)
    issuers["maturing_bn"][(month + ahead) % LADDER_MONTHS, Instrument.BOND, rows] += sold
    issuers["debt_bn"][Instrument.BOND, rows] += sold
    issuers["last_choice"][rows] = np.where(sold > 0.0, Instrument.PANDA, -1)
    amount = float(sold.sum())
    centre.issued_bn[Instrument.PANDA] = amount
    centre.panda_cumulative_bn += amount
    centre.book.gross_bn[SecurityClass.PANDA] += amount
    sell_issue(centre.state(ResidualHolders), centre.ledger, Account.FOREIGN_ISSUERS, amount)
    centre.ledger.pay("proceeds remitted", Account.FOREIGN_ISSUERS, Account.REST_OF_WORLD, amount)
