"""Runs whose results are kept to the bit while the code around them is rebuilt.

`python -m tests.sim.fingerprint.cases` writes them anew, after a change that is meant to move results.
"""

import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pandas as pd

import sim
from calibration.earlier_years import earlier_year, parameters_of, past_scenario
from scenarios.loader import load
from scenarios.parameters import ParameterSet
from scenarios.schema import Scenario
from sim.provenance.kernels import kernels

SCALE = 0.1
SEEDS = (1, 7)
KEPT = Path(__file__).parent / "kept.csv"


def _struck(seed: int) -> sim.Result:
    base = load("plan").plain()
    scenario = Scenario(
        **{
            **base,
            "macro": "adverse",
            "scale": SCALE,
            "rival_centres": "matching",
            "shocks": [
                {"name": "us_yield", "from": "2022-01", "to": "2023-06", "size": 2.0},
                {"name": "small_bank_failure"},
            ],
            "triggers": [
                {
                    "indicator": "foreign_bond_share",
                    "below": 0.04,
                    "months": 3,
                    "lever": "bond_market_access",
                    "to": 0.9,
                }
            ],
        }
    )
    return sim.run(scenario, seed=seed)


def _from_2016(seed: int) -> sim.Result:
    central = ParameterSet.prior_2020().central()
    return sim.run(
        past_scenario(2016, scale=SCALE),
        seed=seed,
        parameters=parameters_of(central, 2016),
        base_year=earlier_year(2016),
    )


CASES: dict[str, Callable[[int], sim.Result]] = {
    "plan": lambda seed: sim.run("plan", seed=seed, scale=SCALE),
    "committed": lambda seed: sim.run("committed", seed=seed, scale=SCALE),
    "adverse, shocks, triggers, rivals": _struck,
    "base year 2016": _from_2016,
}


def tables() -> Iterator[tuple[str, int, pd.DataFrame]]:
    """Monthly indicators of every case and seed."""
    for name, run in CASES.items():
        for seed in SEEDS:
            yield name, seed, run(seed).indicators


def bits(table: pd.DataFrame) -> str:
    """Digest of a table of numbers with its columns and months."""
    digest = hashlib.blake2b(repr((list(table.columns), table.index.asi8.tolist())).encode(), digest_size=16)
    digest.update(np.ascontiguousarray(table.to_numpy(dtype=np.float64)).tobytes())
    return digest.hexdigest()


def rows() -> pd.DataFrame:
    """One row a case and seed: the kernels it ran on, its bits, then every indicator of the last month."""
    return pd.DataFrame(
        [
            {"case": name, "seed": seed, "kernels": kernels(), "bits": bits(table), **table.iloc[-1]}
            for name, seed, table in tables()
        ]
    )


if __name__ == "__main__":
    rows().to_csv(KEPT, index=False)
