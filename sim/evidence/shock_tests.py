"""Stress tests by named shocks: the same run with and without a stress, from the month in which it strikes."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from agents.arrays import Floats
from scenarios.calendar import BASELINE, is_month, month_ordinal, month_text
from scenarios.errors import InputError, unknown
from scenarios.problem_texts import coded
from scenarios.schema import Scenario
from scenarios.stresses import MOST_SEVERITY, Stress, stresses
from sim.evidence.failure_paths import FailurePath, Snapshot, failure_path, snapshot
from sim.experiments.intervals import interval
from sim.experiments.pool import Cancel, Workers, mapped
from sim.experiments.requests import RunRequest, ensemble_requests

if TYPE_CHECKING:
    import pandas as pd

    from sim.model import FinancialCenter

HORIZON = 24
"""Months that a stress is followed."""
RECOVERED = 0.25
"""Difference of the index of systemic risk to the run without the stress, in usual spreads, that counts as none."""
HALVINGS = 5
"""Halvings of the range of severities: to an eighth."""


@dataclass(frozen=True)
class ShockTest:
    """What a stress does within two years to one run, against the same run without it."""

    risk_rise: float
    """Largest rise of the index of systemic risk, usual spreads."""
    shortfall_rise: float
    """Largest rise of the capital shortfall, share of equity."""
    warning_months: int
    """Months with an early warning."""
    broken: bool
    """Whether the redline is broken."""
    recovery_months: float
    """Months until the index of systemic risk is back for good; NaN if it is not within two years."""
    path: FailurePath
    """Who fails first and along which links losses go on."""


def compared(usual: "FinancialCenter", struck: "FinancialCenter", months: int, path: FailurePath) -> ShockTest:
    """Compare the last months of two runs of the same past; the path is added to what their indicators show."""
    rise, lacking = (_gap(usual, struck, name, months) for name in ("systemic_risk", "capital_shortfall"))
    apart = np.flatnonzero(np.abs(rise) > RECOVERED)
    recovered = float(apart[-1] + 1) if len(apart) else 0.0
    records = struck.records[-months:]
    return ShockTest(
        risk_rise=max(float(rise.max()), 0.0),
        shortfall_rise=max(float(lacking.max()), 0.0),
        warning_months=sum(record["redline_warning"] > 0.0 for record in records),
        broken=any(record["redline_broken"] > 0.0 for record in records),
        recovery_months=recovered if recovered < months else float("nan"),
        path=path,
    )


def _gap(usual: "FinancialCenter", struck: "FinancialCenter", name: str, months: int) -> Floats:
    return np.array(
        [after[name] - before[name] for before, after in zip(usual.records, struck.records, strict=True)][-months:]
    )


def before(request: RunRequest, at: str) -> "FinancialCenter":
    """The centre of a run at the end of the month before a stress strikes."""
    from sim.model import FinancialCenter

    centre = FinancialCenter(
        request.scenario, rng=request.seed, parameters=request.parameters, interactions_off=request.interactions_off
    )
    while centre.month < month_ordinal(at) - 1:
        centre.step()
    return centre


def followed(
    centre: "FinancialCenter",
    scenario: Scenario,
    shocks: Sequence[Any] = (),
    note: Callable[["FinancialCenter"], object] | None = None,
) -> "FinancialCenter":
    """A copy of a centre that goes on to the end of the scenario with more shocks; `note` is called after each month.

    Raises
    ------
    ValueError
        If a shock strikes before the centre's next month.
    """
    copied = centre.branch(scenario.with_shocks(shocks) if shocks else scenario)
    if copied is None:
        raise ValueError("a shock lies in the past of the centre")
    while copied.month < copied.last_month:
        copied.step()
        if note is not None:
            note(copied)
    return copied


def tests_of_run(
    request: RunRequest, *, asked: Sequence[Stress], severity: float, at: str
) -> list[tuple[str, ShockTest]]:
    """Every stress on one run."""
    centre, scenario = before(request, at), request.scenario
    rate, there = centre.parameters.interbank_loss_given_default, centre.institutions.unique_ids.copy()

    def months_of(shocks: Sequence[Any] = ()) -> tuple["FinancialCenter", list[Snapshot]]:
        seen: list[Snapshot] = []
        return followed(centre, scenario, shocks, lambda now: seen.append(snapshot(now).among(there))), seen

    usual, without = months_of()
    found = []
    for each in asked:
        struck, seen = months_of(each.at(at, severity, scenario.end))
        path = failure_path(without, seen, rate)
        found.append((each.name, compared(usual, struck, len(without), path)))
    return found


def least_severity(request: RunRequest, *, stress: Stress, at: str) -> float:
    """Smallest severity of a stress with which a run breaks the redline, by bisection; infinite beyond the largest.

    A run that breaks it without the stress has 0. Between two severities the answer is taken to change once.
    """
    centre, scenario = before(request, at), request.scenario

    def breaks(severity: float) -> bool:
        struck = followed(centre, scenario, stress.at(at, severity, scenario.end) if severity else ())
        since = struck.records[centre.month - struck.month :]
        return any(record["redline_broken"] > 0.0 for record in since)

    low, high = 0.0, MOST_SEVERITY
    if breaks(low):
        return 0.0
    if not breaks(high):
        return float("inf")
    for _ in range(HALVINGS):
        middle = 0.5 * (low + high)
        low, high = (low, middle) if breaks(middle) else (middle, high)
    return high


def checked_stresses(names: Sequence[str]) -> list[Stress]:
    """Named stresses; `all` is every one.

    Raises
    ------
    scenarios.InputError
        For an unknown name.
    """
    known = stresses()
    found: dict[str, Stress] = {}
    for name in names:
        if name != "all" and name not in known:
            raise InputError(unknown("stress", name, ("all", *known), key="--under"))
        found |= known if name == "all" else {name: known[name]}
    return list(found.values())


def _requests(
    scenarios: Sequence[str | Path | Scenario], at: str, runs: int, seed: int, scale: float | None
) -> list[RunRequest]:
    """Requests of the runs, whose scenarios end two years after the stress."""
    from scenarios.loader import load

    loaded = [load(each) for each in scenarios]
    first, last = BASELINE + 1, min(month_ordinal(each.end) for each in loaded)
    if not is_month(at) or not first <= month_ordinal(at) <= last:
        raise InputError(
            coded("month.outside", value=at, first=month_text(first), last=month_text(last)), key="--at", value=at
        )
    ends = [month_text(min(month_ordinal(each.end), month_ordinal(at) + HORIZON - 1)) for each in loaded]
    cut = [Scenario(**{**each.as_given(), "end": end}) for each, end in zip(loaded, ends, strict=True)]
    return ensemble_requests(cut, runs=runs, seed=seed, scale=scale)


def shock_tests(
    scenarios: Sequence[str | Path | Scenario],
    names: Sequence[str] = ("all",),
    *,
    severity: float = 1.0,
    at: str = "2023-01",
    runs: int = 20,
    seed: int = 1,
    scale: float | None = None,
    workers: int | Workers | None = None,
    progress: Callable[[int, int], None] | None = None,
    cancel: Cancel | None = None,
) -> "pd.DataFrame":
    """Named stresses on runs of one or more scenarios, each run with its own parameters and seed.

    Parameters
    ----------
    scenarios, runs, seed, scale, workers
        As in `sim.ensemble`.
    names
        Names of stresses (`scenarios.stresses`), or "all".
    severity
        Multiple of the usual size of their shocks, 0 to 4.
    at
        Month in which they strike; the run is followed for two years.
    progress
        Called with the numbers of runs that are done and wanted.
    cancel
        Asked after each run; once it says True the test ends with an error.

    Returns
    -------
    One row a scenario, run and stress: `scenario`, `run`, `stress`, and the fields of `ShockTest` and of its path;
    `links` is a list of the largest losses, each with lender, borrower and lost_bn.

    Raises
    ------
    scenarios.InputError
        If an argument cannot be used.
    """
    import pandas as pd

    asked = checked_stresses(names)
    requests = _requests(scenarios, at, runs, seed, scale)
    test = partial(tests_of_run, asked=asked, severity=_checked_severity(severity), at=at)
    found = mapped(test, requests, workers, progress=progress, cancel=cancel)
    rows = [
        {"scenario": request.scenario.name, "run": request.run, "stress": name, **_flat(result)}
        for request, tests in zip(requests, found, strict=True)
        for name, result in tests
    ]
    return pd.DataFrame(rows)


def _flat(test: ShockTest) -> dict[str, Any]:
    fields = asdict(test)
    path = fields.pop("path")
    return {**fields, **path, "links": list(path["links"])}


def reverse_stress(
    scenarios: Sequence[str | Path | Scenario],
    names: Sequence[str] = ("joint",),
    *,
    at: str = "2023-01",
    runs: int = 20,
    seed: int = 1,
    scale: float | None = None,
    workers: int | None = None,
) -> "pd.DataFrame":
    """Smallest severity of stresses that breaks the redline within two years, over runs.

    Parameters
    ----------
    scenarios, names, at, runs, seed, scale, workers
        As in `shock_tests`.

    Returns
    -------
    One row a scenario and stress: `scenario`, `stress`, `median` (infinite where most runs bear the largest severity),
    `low` and `high` (95 % bootstrap interval of the median; NaN below eight runs), `never` (share of runs that bear the
    largest severity), `runs`.

    Raises
    ------
    scenarios.InputError
        If an argument cannot be used.
    """
    import pandas as pd

    asked = checked_stresses(names)
    requests = _requests(scenarios, at, runs, seed, scale)
    rows = []
    for stress in asked:
        found = np.array(mapped(partial(least_severity, stress=stress, at=at), requests, workers))
        for name in dict.fromkeys(request.scenario.name for request in requests):
            of_scenario = found[[request.scenario.name == name for request in requests]]
            # The bootstrap takes a finite stand-in for severities beyond the largest; a bound at it is beyond.
            low, high = (_beyond(bound) for bound in interval(np.minimum(of_scenario, 2.0 * MOST_SEVERITY)))
            rows.append(
                {
                    "scenario": name,
                    "stress": stress.name,
                    "median": _beyond(float(np.median(np.minimum(of_scenario, 2.0 * MOST_SEVERITY)))),
                    "low": low,
                    "high": high,
                    "never": float(np.isinf(of_scenario).mean()),
                    "runs": len(of_scenario),
                }
            )
    return pd.DataFrame(rows)


def _beyond(severity: float) -> float:
    return float("inf") if severity > MOST_SEVERITY else severity


def _checked_severity(severity: float) -> float:
    if not 0.0 <= severity <= MOST_SEVERITY:
        raise InputError(
            coded("array.outside", value=severity),
            key="--severity",
            value=severity,
            allowed=coded("allowed.between", least=0.0, most=MOST_SEVERITY),
        )
    return severity
