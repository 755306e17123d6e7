"""Whatever drivers and shocks a user may ask for, a run ends with closed accounts and finite numbers, or is refused."""

import numpy as np
import pytest

import sim
from scenarios.calendar import month_ordinal, month_text
from scenarios.errors import InputError
from scenarios.plausible import driver_ranges
from scenarios.schema import Scenario
from scenarios.shocks import shock_kinds

FIRST = month_ordinal("2021-01")
KINDS = list(shock_kinds().values())


def random_drivers(rng, months):
    """Drivers by month: anywhere in their ranges, at the ends by turns, at one end throughout, or by orders of size."""
    style = rng.integers(4)
    ends = {name: (known.low, known.high)[rng.integers(2)] for name, known in driver_ranges().items()}
    rows = {}
    for at in range(months):
        row = {}
        for name, known in driver_ranges().items():
            if rng.random() < 0.1:
                continue  # a gap, which is drawn
            match style:
                case 0:
                    value = rng.uniform(known.low, known.high)
                case 1:
                    value = (known.low, known.high)[rng.integers(2)]
                case 2:
                    value = ends[name]
                case _:
                    value = np.exp(rng.uniform(np.log(max(known.low, 0.3)), np.log(known.high)))
            row[name] = float(np.clip(value, known.low, known.high))
        rows[month_text(FIRST + at)] = row
    return rows


def random_shocks(rng, months):
    """Up to eight shocks, at the ends of their ranges or within, over up to a year."""
    shocks = []
    for _ in range(rng.integers(1, 9)):
        kind = KINDS[rng.integers(len(KINDS))]
        first = int(rng.integers(months))
        last = min(first + int(rng.integers(13)), months - 1)
        size = (kind.low, kind.high, float(rng.uniform(kind.low, kind.high)))[rng.integers(3)]
        window = {"from": month_text(FIRST + first), "to": month_text(FIRST + last)}
        shocks.append({"name": kind.name, "size": size, **window})
    return shocks


def ends_well(seed, with_drivers, with_shocks, months):
    """Whether a random world was run to its end; False where it was refused."""
    rng = np.random.default_rng(seed)
    asked = {"name": "random", "scale": 0.05, "end": month_text(FIRST + months - 1)}
    if with_drivers:
        asked |= {"macro": "drivers", "drivers": random_drivers(rng, months)}
    if with_shocks:
        asked["shocks"] = random_shocks(rng, months)
    try:
        result = sim.run(Scenario(**asked), seed=seed)
    except InputError as error:
        assert error.problems
        return False
    assert np.isfinite(result.indicators.to_numpy()).all()
    assert result.largest_accounting_error < 1e-9
    return True


@pytest.mark.parametrize("seed", range(3))
def test_drivers_within_their_ranges_are_run_with_closed_accounts(seed):
    assert ends_well(seed, with_drivers=True, with_shocks=False, months=6)


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize(("with_drivers", "with_shocks"), [(True, False), (False, True), (True, True)])
def test_random_worlds_are_run_with_closed_accounts_or_refused(with_drivers, with_shocks):
    ran = [ends_well(seed, with_drivers, with_shocks, months=24) for seed in range(100, 130)]
    assert sum(ran) >= (30 if not with_shocks else 5)
