"""Private funds commit capital across the border: foreign managers into China, domestic ones out of it."""

from collections.abc import Iterator
from dataclasses import dataclass

from agents.arrays import Flags, rows_where
from agents.cross_border_funds import commitments as commitments_granted
from agents.institutions import Institutions, Sector
from scenarios.parameters import Parameters
from sim.accounting.ledger import Account, Ledger
from sim.base_year.base_year import BaseYear
from sim.component import Changes, Component, Identity, Reading, Step
from sim.world.policy import Channels


@dataclass
class Commitments:
    """Commitments of private funds across the border, CNY bn: the stock before the month and its flows."""

    per_managed: float = 0.0
    """Commitment wanted for each index point of managed assets; it stays."""
    opening_bn: float = 0.0
    granted_bn: float = 0.0
    run_off_bn: float = 0.0
    asked_bn: float = 0.0
    left_inward_bn: float = 0.0
    """Commitments of foreign managers that left in the month."""
    left_outward_bn: float = 0.0
    """Commitments of domestic managers that left in the month."""


def start_commitments(
    parameters: Parameters,
    channels: Channels,
    base_year: BaseYear,
    institutions: Changes[Institutions],
    commitments: Changes[Commitments],
) -> None:
    """Set commitments in proportion to managed assets, and how much is wanted for each index point of them."""
    rows = rows_where(institutions["sector"] == int(Sector.PRIVATE_FUND))
    managed = institutions["managed_assets"][rows]
    institutions["commitment_bn"][rows] = base_year.observed("qflp_qdlp_committed_2019") * managed / managed.sum()
    wanted = parameters.commitment_demand_2019 * channels.baseline("qflp_quota")
    commitments.per_managed = float(wanted / managed.sum())


def commitments_open(institutions: Institutions, commitments: Changes[Commitments]) -> None:
    """Take the stock before the month; no flows yet."""
    commitments.opening_bn = float(institutions["commitment_bn"].sum())
    commitments.granted_bn = commitments.run_off_bn = commitments.asked_bn = 0.0
    commitments.left_inward_bn = commitments.left_outward_bn = 0.0


def private_funds_commit(
    parameters: Parameters,
    channels: Channels,
    institutions: Changes[Institutions],
    commitments: Changes[Commitments],
    ledger: Changes[Ledger],
) -> None:
    """Private funds commit capital across the border.

    Managers move towards the commitments that they want, within the quota of all. Foreign managers bring money in
    (QFLP), domestic ones take it out (QDLP).
    """
    rows = rows_where(institutions["sector"] == int(Sector.PRIVATE_FUND))
    wanted = commitments.per_managed * institutions["managed_assets"][rows]
    granted, run_off, requested = commitments_granted(
        institutions["commitment_bn"][rows], wanted, parameters.commitment_speed, channels["qflp_quota"]
    )
    institutions["commitment_bn"][rows] += granted - run_off
    commitments.granted_bn, commitments.run_off_bn = float(granted.sum()), float(run_off.sum())
    commitments.asked_bn = requested
    foreign = institutions["foreign"][rows]
    inward = float((granted - run_off)[foreign].sum()) - commitments.left_inward_bn
    outward = float((granted - run_off)[~foreign].sum()) - commitments.left_outward_bn
    ledger.trade("inward private funds", Account.REST_OF_WORLD, Account.REAL_ECONOMY, inward)
    ledger.trade("outward private funds", Account.REAL_ECONOMY, Account.REST_OF_WORLD, outward)


def commitments_end(institutions: Institutions, commitments: Changes[Commitments], leaves: Flags) -> None:
    """End the commitments of the managers that leave, a mask (n,) of all institutions."""
    ends = leaves & (institutions["commitment_bn"] > 0.0)
    gone, foreign = institutions["commitment_bn"][ends], institutions["foreign"][ends]
    commitments.left_inward_bn += float(gone[foreign].sum())
    commitments.left_outward_bn += float(gone[~foreign].sum())


def committed_bn(institutions: Institutions) -> float:
    """Capital that private funds have committed across the border, inward and outward."""
    return float(institutions["commitment_bn"].sum())


def refused_share(commitments: Commitments) -> float:
    """Share of the capital that private funds wish to commit which the quota refuses."""
    return 1.0 - commitments.granted_bn / commitments.asked_bn if commitments.asked_bn > 0.0 else 0.0


def commitment_identities(
    institutions: Institutions, channels: Channels, commitments: Commitments
) -> Iterator[Identity]:
    """The stock moves by its flows and stays within the quota, or within the commitments before it fell."""
    stock = committed_bn(institutions)
    yield (
        "commitments of private funds",
        stock,
        commitments.opening_bn
        + commitments.granted_bn
        - commitments.run_off_bn
        - commitments.left_inward_bn
        - commitments.left_outward_bn,
    )
    allowed = max(commitments.opening_bn, channels["qflp_quota"])
    yield "commitments within the quota", max(stock, allowed), allowed


PRIVATE_FUNDS = Component(
    name="private funds",
    states=(Commitments,),
    start=start_commitments,
    opens=commitments_open,
    steps=(Step(private_funds_commit, owner="FinancialInstitution"),),
    readings=(
        Reading("qflp_qdlp_committed", "bn yuan", "stock", committed_bn),
        Reading("qflp_qdlp_refused", "share", "ratio", refused_share),
    ),
    identities=commitment_identities,
)
