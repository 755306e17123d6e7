"""Opening, hedging tools and law together do more for foreign holdings than the sum of each alone."""

import numpy as np
import pytest

OPENING = {"bond_market_access": 1.0}
TOOLS_AND_LAW = {"derivatives_expansion": 1.0, "legal_business_environment": 1.0}
SEEDS = range(3)
T_95_TWO_DEGREES = 4.303


@pytest.mark.slow
def test_opening_with_tools_and_law_does_more_than_the_sum_of_its_parts(small, central):
    # Complements of levers would add to each other by assumption; here only the agents' rules do.
    parameters = central.replace(complement_strength=0.0)

    def held(levers, seed):
        run = small("frozen", levers=levers, seed=seed, parameters=parameters)
        return float(run.annual()["foreign_bond_holdings"].iloc[-1])

    shares = []
    for seed in SEEDS:
        base = held({}, seed)
        alone = [held(levers, seed) - base for levers in (OPENING, TOOLS_AND_LAW)]
        together = held({**OPENING, **TOOLS_AND_LAW}, seed) - base
        shares.append((together - sum(alone)) / together)
    half = T_95_TWO_DEGREES * np.std(shares, ddof=1) / np.sqrt(len(shares))
    assert np.mean(shares) - half > 0.0
