"""Side markets: what is read of them each month, and the identities of their accounts."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from sim.baseline import observed
from sim.digital_currency import accepting_share

if TYPE_CHECKING:
    from sim.model import FinancialCenter

SCALED_FLOWS = ("cips_volume", "carbon_turnover", "insurance_premium", "reinsurance_premium", "venture_investment")
"""Flows that are scaled to their sum over the base year."""
INDEX_OF_BASE_YEAR = 100.0


def flow_of_base_year(name: str) -> float:
    """Sum of a flow over the base year: CNY trn for CIPS, whose sum is published, an index for the others."""
    return observed("cips_volume") if name == "cips_volume" else INDEX_OF_BASE_YEAR


def side_market_indicators(centre: "FinancialCenter") -> dict[str, float]:
    """Indicators of the month; the flows in `SCALED_FLOWS` still in units of their own."""
    payments, commitments = centre.payments, centre.commitments
    asked = commitments["asked"]
    return {
        "rmb_cross_border_share": payments["yuan"] / (payments["yuan"] + payments["trade in other currencies"]),
        "rmb_trade_share": payments["trade in yuan"] / payments["trade"],
        "cips_volume": payments["through CIPS"],
        "ecny_adoption_share": accepting_share(centre),
        "carbon_turnover": float(np.maximum(centre.issuers["allowances_bought"], 0.0).sum()),
        "insurance_premium": sum(centre.premiums.values()),
        "reinsurance_premium": centre.premiums["ceded locally"],
        "qflp_qdlp_committed": float(centre.institutions["commitment_bn"].sum()),
        "qflp_qdlp_refused": 1.0 - commitments["granted"] / asked if asked > 0.0 else 0.0,
    }


def scales_of_base_year(records: list[dict[str, float]]) -> dict[str, float]:
    """Factors that scale the flows of the base year, whose months are given, to their sums."""
    totals = {name: sum(record[name] for record in records) for name in SCALED_FLOWS}
    return {name: flow_of_base_year(name) / total if total > 0.0 else 1.0 for name, total in totals.items()}


def side_market_identities(centre: "FinancialCenter") -> Iterator[tuple[str, float, float]]:
    """Identities of the side markets as (name, left side, right side)."""
    payments, issuers = centre.payments, centre.issuers
    yield "trade by currency", payments["trade"], payments["trade in yuan"] + payments["trade in other currencies"]
    yield "yuan payments", payments["yuan"], payments["through CIPS"] + payments["through correspondents"]
    acceptors = centre.ecny_acceptors
    yield (
        "acceptors of e-CNY",
        float(issuers["accepts_ecny"].sum()),
        float(acceptors["opening"] + acceptors["new"]),
    )
    bought = issuers["allowances_bought"]
    yield "allowances bought and sold", float(np.maximum(bought, 0.0).sum()), float(-np.minimum(bought, 0.0).sum())
    yield "premiums", float(issuers["premium"].sum()), sum(centre.premiums.values())
    stock, flows = float(centre.institutions["commitment_bn"].sum()), centre.commitments
    yield (
        "commitments of private funds",
        stock,
        flows["opening"] + flows["granted"] - flows["run-off"] - flows["left inward"] - flows["left outward"],
    )
    allowed = max(flows["opening"], centre.channels["qflp_quota"])
    yield "commitments within the quota", max(stock, allowed), allowed
