"""Managers of private funds commit capital across the border, within one quota for all."""

import numpy as np

from agents.arrays import Floats


def commitments(committed_bn: Floats, wanted_bn: Floats, speed: float, quota_bn: float) -> tuple[Floats, Floats, float]:
    """New commitments and run-off of each manager in a month, shapes (n,) and (n,), CNY bn; and what was asked for.

    run-off = speed * max(0, committed - wanted);   asked = speed * max(0, wanted - committed)
    granted = asked * min(1, room / all asked);   room = max(0, quota - what all have committed after run-off)

    Nobody is made to withdraw when the quota falls below the stock. Parameter `commitment_speed`; channel `qflp_quota`.
    """
    gap = speed * (wanted_bn - committed_bn)
    asked, run_off = np.maximum(gap, 0.0), np.maximum(-gap, 0.0)
    total = float(asked.sum())
    room = max(0.0, quota_bn - float((committed_bn - run_off).sum()))
    return asked * min(1.0, room / total) if total > 0.0 else asked, run_off, total
