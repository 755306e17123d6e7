"""Liquidity of banks against what may flow out in a month of stress."""

import numpy as np

from agents.arrays import Floats
from agents.repo_margin import pledged_bonds_bn

MOST_INFLOW_SHARE = 0.75
"""Largest part of outflows that inflows may cover, as the Basel standard has it."""


def liquid_assets_bn(bonds_bn: Floats, repo_borrowed_bn: Floats, haircut: float, liquid_weight: float) -> Floats:
    """High-quality liquid assets of each bank, CNY bn, shape (n,).

    HQLA = weight * max(0, bonds - repo borrowed / (1 - haircut))

    Bonds pledged in repo do not count. `liquid_weight` is the mean weight of the classes of bonds held; reserves at
    the central bank are not modelled. Parameters `repo_haircut`, `liquid_asset_weight`.
    """
    return liquid_weight * np.maximum(bonds_bn - pledged_bonds_bn(repo_borrowed_bn, haircut), 0.0)


def net_outflow_bn(
    other_debt_bn: Floats, interbank_borrowed_bn: Floats, interbank_lent_bn: Floats, runoff: float
) -> Floats:
    """Net cash outflow of each bank in 30 days of stress, CNY bn, shape (n,).

    outflow = runoff * other debt + interbank borrowed;  net = outflow - min(interbank lent, 0.75 * outflow)

    Debts to financial institutions run off in full, repo against government bonds not at all (Basel Committee 2013,
    The Liquidity Coverage Ratio). Interbank loans of the model fall due within the month. Parameter `deposit_runoff`.
    """
    outflow = runoff * other_debt_bn + interbank_borrowed_bn
    return outflow - np.minimum(interbank_lent_bn, MOST_INFLOW_SHARE * outflow)


def liquidity_coverage(liquid_bn: Floats, net_bn: Floats) -> float:
    """Liquid assets of all banks over their net outflows."""
    total = float(net_bn.sum())
    return float(liquid_bn.sum()) / total if total > 0.0 else np.inf
