"""Supervision of failing banks: what is lost before it is seen, and how long the market remembers."""


def loss_share_seen_late(
    loss_share: float, detection_lag_months: float, detection_lag_2020_months: float, elasticity: float
) -> float:
    """Part of a failing bank's paper that holders lose: min(1, loss * (lag / lag of 2020) ^ elasticity).

    `loss_share` is what they lose when the failure is seen as early as in 2020. A supervisor that sees later lets the
    bank go on borrowing. Channel `risk_detection_lag`; parameter `detection_loss_elasticity`.
    """
    return float(min(1.0, loss_share * (detection_lag_months / detection_lag_2020_months) ** elasticity))


def stress_half_life_months(
    half_life_months: float, resolution_lag_months: float, resolution_lag_2020_months: float
) -> float:
    """Months after which half of a bank failure is forgotten: half-life * lag / lag of 2020.

    The market stays nervous for as long as the failed bank is unresolved. Channel `resolution_lag`; parameter
    `bank_stress_half_life`.
    """
    return half_life_months * resolution_lag_months / resolution_lag_2020_months
