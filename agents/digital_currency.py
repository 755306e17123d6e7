"""Acceptance of the digital yuan by small firms."""

import numpy as np


def acceptance_probability(
    share_accepting: float,
    innovation: float,
    imitation: float,
    cost_ratio: float,
    cost_elasticity: float,
    supply_ratio: float,
    supply_elasticity: float,
    *,
    ecny_network: bool = True,
) -> float:
    """Monthly probability that a small firm that does not take e-CNY begins to.

    p = 1 - exp(-(innovation + imitation * share accepting) / 12 * cost ** elasticity * supply ** supply elasticity)

    Bass (1969), rates per year. The cost of accepting is a ratio to end-2020 and its elasticity is negative; supply is
    the number of local fintech firms over that of 2020. The more firms accept, the more customers carry it. Without
    `ecny_network` the share accepting is omitted. Parameters `ecny_innovation`, `ecny_imitation`,
    `ecny_cost_elasticity`, `ecny_supply_elasticity`; channel `ecny_acceptance_cost`.
    """
    rate = innovation + imitation * share_accepting * ecny_network
    monthly = rate / 12.0 * cost_ratio**cost_elasticity * supply_ratio**supply_elasticity
    return float(-np.expm1(-monthly))
