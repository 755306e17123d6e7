"""Private funds commit capital across the border: foreign managers into China, domestic ones out of it."""

from typing import TYPE_CHECKING

import numpy as np

from agents.cross_border_funds import commitments
from agents.institutions import Sector
from sim.baseline import observed
from sim.ledger import Account

if TYPE_CHECKING:
    from sim.model import FinancialCenter


def start_commitments(centre: "FinancialCenter") -> float:
    """Commitments at end-2019, in proportion to what managers manage.

    Returns
    -------
    What managers want to commit for each index point that they manage, CNY bn; it stays.
    """
    institutions = centre.institutions
    rows = np.flatnonzero(institutions["sector"] == Sector.PRIVATE_FUND)
    managed = institutions["managed_assets"][rows]
    institutions["commitment_bn"][rows] = observed("qflp_qdlp_committed_2019") * managed / managed.sum()
    wanted = centre.parameters.commitment_demand_2019 * centre.policy.baseline["qflp_quota"]
    return float(wanted / managed.sum())


def private_funds_commit(centre: "FinancialCenter") -> None:
    """Managers of private funds move towards the commitments that they want, within the quota of all.

    Foreign managers bring money in (QFLP), domestic ones take it out (QDLP).
    """
    institutions = centre.institutions
    rows = np.flatnonzero(institutions["sector"] == Sector.PRIVATE_FUND)
    wanted = centre.commitment_per_managed * institutions["managed_assets"][rows]
    granted, run_off, asked = commitments(
        institutions["commitment_bn"][rows], wanted, centre.parameters.commitment_speed, centre.channels["qflp_quota"]
    )
    institutions["commitment_bn"][rows] += granted - run_off
    flows = centre.commitments
    flows["granted"], flows["run-off"], flows["asked"] = float(granted.sum()), float(run_off.sum()), asked
    foreign = institutions["foreign"][rows]
    inward = float((granted - run_off)[foreign].sum()) - flows["left inward"]
    outward = float((granted - run_off)[~foreign].sum()) - flows["left outward"]
    centre.ledger.trade("inward private funds", Account.REST_OF_WORLD, Account.REAL_ECONOMY, inward)
    centre.ledger.trade("outward private funds", Account.REAL_ECONOMY, Account.REST_OF_WORLD, outward)


def commitments_end(centre: "FinancialCenter", leaves: "np.ndarray") -> None:
    """Commitments of managers that leave end with them."""
    ends = leaves & (centre.institutions["commitment_bn"] > 0.0)
    gone, foreign = centre.institutions["commitment_bn"][ends], centre.institutions["foreign"][ends]
    centre.commitments["left inward"] += float(gone[foreign].sum())
    centre.commitments["left outward"] += float(gone[~foreign].sum())
