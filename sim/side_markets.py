"""Side markets: what is read of them each month, and the identities of their accounts."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from sim.baseline import observed
from sim.digital_currency import accepting_share

if TYPE_CHECKING:
    from sim.model import FinancialCenter

FLOWS_OF_2020 = {
    "cips_volume": observed("cips_volume"),
    "carbon_turnover": 100.0,
    "insurance_premium": 100.0,
    "reinsurance_premium": 100.0,
    "venture_investment": 100.0,
}
"""Flows that are put on their sum over 2020: CNY trn where it is known, else an index."""


def side_market_indicators(centre: "FinancialCenter") -> dict[str, float]:
    """Indicators of the month; the flows in `FLOWS_OF_2020` still in units of their own."""
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


def scales_of_2020(records: list[dict[str, float]]) -> dict[str, float]:
    """Factors that put the flows of the year 2020 on their levels."""
    totals = {name: sum(record[name] for record in records) for name in FLOWS_OF_2020}
    return {name: level / totals[name] if totals[name] > 0.0 else 1.0 for name, level in FLOWS_OF_2020.items()}


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
