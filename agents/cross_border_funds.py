"""Cross-border commitments of managers of private funds, within one common quota."""

import numpy as np

from agents.arrays import Floats


def commitments(committed_bn: Floats, wanted_bn: Floats, speed: float, quota_bn: float) -> tuple[Floats, Floats, float]:
    """New commitments and run-off of each manager in a month, shapes (n,) and (n,), and all requests, CNY bn.

    run-off = speed * max(0, committed - wanted);   request = speed * max(0, wanted - committed)
    granted = request * min(1, room / all requests);   room = max(0, quota - all commitments after run-off)

    A quota below the stock forces no withdrawals. Parameter `commitment_speed`; channel `qflp_quota`.
    """
    gap = speed * (wanted_bn - committed_bn)
    request, run_off = np.maximum(gap, 0.0), np.maximum(-gap, 0.0)
    total = float(request.sum())
    room = max(0.0, quota_bn - float((committed_bn - run_off).sum()))
    return request * min(1.0, room / total) if total > 0.0 else request, run_off, total
