"""Stress tests of the institutions in the city: how near a simulated centre is to the plan's redline.

The redline is no term of the model: nothing here enters a run. The test covers contagion by interbank claims, which
are those between institutions in the city. Forced sales, liquidity, repo margins and losses from outside are not there.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from agents.arrays import Flags, Floats
from agents.institutions import Sector
from agents.interbank import debtrank_distress, write_off_cascade
from scenarios.calendar import BASELINE, month_text
from scenarios.plan import redline
from scenarios.schema import Scenario
from scenarios.whole_years import checked_year
from sim.banking.state import InterbankClaims
from sim.experiments.pool import mapped
from sim.experiments.requests import RunRequest, ensemble_requests

if TYPE_CHECKING:
    import pandas as pd

    from sim.model import FinancialCenter

YEAR = 12
LOSS_STEP_PCT = 0.1
MOST_LOSS_PCT = 30.0
"""Largest loss on assets that is looked at; equity is seldom more of them."""


@dataclass(frozen=True)
class StressTest:
    """Result of a stress test of a centre at the end of a month. Shares are of all institutions in the city."""

    month: int
    largest_bank_assets_share: float
    """Part of all assets that the largest bank holds: its own failure counts towards the redline."""
    worst_equity_loss_share: float
    """Part of other banks' equity lost when the bank fails whose failure costs them most (linear DebtRank)."""
    mean_equity_loss_share: float
    """The same over all banks, each counted by its assets."""
    worst_failed_assets_share: float
    """Largest part of all assets in institutions that fail when one bank does, that bank included."""
    worst_rounds: int
    """Longest chain of failures that one bank's failure sets off; 1 if there is no contagion."""
    events_share: float
    """Part of banks, by assets, whose failure alone crosses the redline."""
    loss_to_event_pct: float
    """Smallest loss on all assets of all institutions that crosses it, percent; NaN beyond 30."""


def stress_test(centre: "FinancialCenter") -> StressTest:
    """Test the failure of each bank separately, and a common loss to all; the centre is not changed.

    A failure crosses the redline if institutions with a tenth of all assets fail, or if it continues for three rounds
    or more, as the plan's data put it. Creditors write `interbank_loss_given_default` of their claims off.

    Parameters
    ----------
    centre
        At the end of a month.
    """
    parameters, institutions, limits = centre.parameters, centre.institutions, redline()
    claims = centre.state(InterbankClaims).loans
    lender, borrower = institutions.rows_of(claims.lender), institutions.rows_of(claims.borrower)
    here = (lender >= 0) & (borrower >= 0)
    lender, borrower, amount = lender[here], borrower[here], claims.amount_bn[here]
    assets, equity = institutions["assets_bn"], institutions["equity_bn"]
    rate, total = parameters.interbank_loss_given_default, float(assets.sum())
    banks = np.flatnonzero(institutions["sector"] == Sector.BANK)

    def ends(start: Flags, left: Floats) -> tuple[float, int]:
        failed, _, rounds = write_off_cascade(lender, borrower, amount, left, start, rate)
        return float(assets[failed].sum()) / total, rounds

    def crosses(share: float, rounds: int) -> bool:
        return share >= limits.event_assets_share or rounds >= limits.event_rounds

    lost, failed_share, rounds = np.zeros(len(banks)), np.zeros(len(banks)), np.zeros(len(banks), dtype=np.int64)
    for place, bank in enumerate(banks):
        start = np.zeros(len(assets), dtype=np.bool_)
        start[bank] = True
        distress = debtrank_distress(
            lender, borrower, amount, equity, start.astype(np.float64), rate, parameters.interbank_precision
        )
        others = banks[banks != bank]
        lost[place] = equity[others] @ distress[others] / equity[others].sum()
        failed_share[place], rounds[place] = ends(start, equity)
    events = np.array([crosses(share, count) for share, count in zip(failed_share, rounds.tolist(), strict=True)])

    def common_loss_crosses(percent: float) -> bool:
        left = equity - assets * percent / 100.0
        return crosses(*ends(left <= 0.0, left))

    # Upwards one by one: with a larger loss more fail at once, and a chain can be shorter.
    steps = np.arange(1, round(MOST_LOSS_PCT / LOSS_STEP_PCT) + 1) * LOSS_STEP_PCT
    enough = next((float(step) for step in steps if common_loss_crosses(step)), float("nan"))
    weights = assets[banks] / assets[banks].sum()
    return StressTest(
        month=centre.month,
        largest_bank_assets_share=float(assets[banks].max()) / total,
        worst_equity_loss_share=float(lost.max()),
        mean_equity_loss_share=float(weights @ lost),
        worst_failed_assets_share=float(failed_share.max()),
        worst_rounds=int(rounds.max()),
        events_share=float(weights @ events),
        loss_to_event_pct=enough,
    )


def stress_of_run(request: RunRequest) -> list[StressTest]:
    """Stress tests at the end of 2020 and of each later year of a run."""
    from sim.model import FinancialCenter

    centre = FinancialCenter(
        request.scenario, rng=request.seed, parameters=request.parameters, interactions_off=request.interactions_off
    )
    found = [stress_test(centre)]
    while centre.month < centre.last_month:
        centre.step()
        if (centre.month - BASELINE) % YEAR == 0:
            found.append(stress_test(centre))
    return found


def stress(
    scenarios: Sequence[str | Path | Scenario],
    *,
    runs: int = 20,
    seed: int = 1,
    scale: float | None = None,
    workers: int | None = None,
) -> "pd.DataFrame":
    """Stress tests over runs of one or more scenarios, each run with its own parameters and seed.

    Parameters
    ----------
    scenarios, runs, seed, scale, workers
        As in `sim.ensemble`.

    Returns
    -------
    One row a run and December: scenario, run, month, and the fields of `StressTest`.

    Raises
    ------
    scenarios.InputError
        If an argument cannot be used, or a scenario ends before 2021-12.
    """
    import pandas as pd

    requests = ensemble_requests(scenarios, runs=runs, seed=seed, scale=scale)
    for scenario in {request.scenario for request in requests}:
        checked_year(scenario)  # a scenario without a December has nothing to be tested at
    found = mapped(stress_of_run, requests, workers)
    rows = [
        {"scenario": request.scenario.name, "run": request.run, **vars(test), "month": month_text(test.month)}
        for request, tests in zip(requests, found, strict=True)
        for test in tests
    ]
    return pd.DataFrame(rows)
