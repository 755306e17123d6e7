"""Supervision of failing banks: losses before detection, and the duration of market stress."""


def loss_share_seen_late(
    loss_share: float, detection_lag_months: float, detection_lag_2020_months: float, elasticity: float
) -> float:
    """Part of a failing bank's paper that holders lose: min(1, loss * (lag / lag of 2020) ^ elasticity).

    `loss_share` applies if the failure is detected as early as in 2020. Later detection lets the bank borrow for
    longer. Channel `risk_detection_lag`; parameter `detection_loss_elasticity`.
    """
    return float(min(1.0, loss_share * (detection_lag_months / detection_lag_2020_months) ** elasticity))


def stress_half_life_months(
    half_life_months: float, resolution_lag_months: float, resolution_lag_2020_months: float
) -> float:
    """Half-life of market stress after a bank failure, months: half-life * lag / lag of 2020.

    Stress lasts as long as the failed bank is unresolved. Channel `resolution_lag`; parameter
    `bank_stress_half_life`.
    """
    return half_life_months * resolution_lag_months / resolution_lag_2020_months
