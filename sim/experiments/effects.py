"""What each lever does, measured: paired runs at several intensities, with drawn effects."""

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from scenarios.errors import InputError, nearest_name
from scenarios.loader import load
from scenarios.parameters import Parameters, parameter_set
from scenarios.plan import lever_ids, levers
from scenarios.schema import Scenario
from sim.experiments.ensemble import Ensemble, interval
from sim.experiments.pool import Cancel, Workers, run_many
from sim.experiments.requests import SEEDS_APART, RunRequest, checked_count
from sim.indicators import PLAN_INDICATORS

if TYPE_CHECKING:
    import pandas as pd

    from sim.experiments.outcomes import RunOutcome

EXPECTED = {"+": 1, "-": -1, "0": 0, "+/-": None}


def effects(
    names: Iterable[str] | None = None,
    *,
    baseline: str | Path | Scenario = "committed",
    runs: int = 100,
    intensities: int = 5,
    seed: int = 1,
    scale: float | None = None,
    indicators: Sequence[str] | None = PLAN_INDICATORS,
    workers: int | Workers | None = None,
    progress: "Callable[[RunOutcome, int, int], None] | None" = None,
    cancel: Cancel | None = None,
) -> "pd.DataFrame":
    """Effect of every lever in 2025 against a baseline, paired by luck and by drawn effects.

    Each run takes its own seed and its own draw of all effects of levers on channels; all other parameters are at the
    central point. A lever goes from 2021-01 on to intensities spread evenly from 0 to 1.

    Parameters
    ----------
    names
        Levers; None takes all.
    baseline
        What a lever is changed in.
    runs, seed, scale, workers, progress, cancel
        As in `sim.ensemble`.
    intensities
        Number of intensities, at least 2.
    indicators
        Indicators; None takes all that are recorded.

    Returns
    -------
    One row a lever, intensity and indicator: change of the intensity against 2020, effect (median), low, high (95 %),
    expected (the sign the plan's reading expects of more of the lever, where it names one) and verdict: `agrees`,
    `disagrees`, `indistinguishable from zero`, or `no expectation`.

    Raises
    ------
    scenarios.InputError
        For an unknown lever or a bad count, or if a run failed.
    """
    import pandas as pd

    asked = list(lever_ids() if names is None else names)
    for name in asked:
        if name not in lever_ids():
            raise InputError(
                f"unknown lever {name!r}",
                key="lever",
                value=name,
                allowed="see: lujiazui levers",
                nearest=nearest_name(name, lever_ids()),
            )
    checked_count(runs, "runs")
    checked_count(intensities, "intensities", least=2)
    base = load(baseline)
    if scale is not None:
        base = Scenario(**{**base.plain(), "scale": scale})
    grid = np.linspace(0.0, 1.0, intensities)
    variants = {("", 0.0): base.model_copy(update={"name": "baseline"})}
    for name in asked:
        for value in grid:
            changed = base.with_levers({name: {"2021-01": float(value)}})
            variants[name, float(value)] = changed.model_copy(update={"name": f"{name} {value:g}"})
    requests = [
        RunRequest(scenario, seed * SEEDS_APART + run, drawn, None, (), run)
        for run, drawn in enumerate(drawn_betas(runs, seed))
        for scenario in variants.values()
    ]
    outcomes: list[RunOutcome] = []
    for outcome in run_many(requests, workers=workers, cancel=cancel):
        if outcome.status != "done":
            raise InputError(f"a run failed: {outcome.error}", key="lever", value=outcome.request.scenario.name)
        outcomes.append(outcome)
        if progress is not None:
            progress(outcome, len(outcomes), len(requests))
    ensemble = Ensemble.of_outcomes(outcomes)
    known = {lever.id: lever for lever in levers()}
    rows = []
    for (name, intensity), scenario in variants.items():
        if not name:
            continue
        lever = known[name]
        for indicator in indicators or ensemble.columns:
            gap = (
                ensemble.yearly(scenario.name, indicator)[:, ensemble.target_year]
                - ensemble.yearly("baseline", indicator)[:, ensemble.target_year]
            )
            gap = gap[np.isfinite(gap)]
            low, high = interval(gap)
            change = intensity - lever.intensity_2020
            expected = lever.expected_sign.get(indicator, lever.expected_sign_secondary.get(indicator, ""))
            rows.append(
                {
                    "lever": name,
                    "intensity": intensity,
                    "change": change,
                    "indicator": indicator,
                    "effect": float(np.median(gap)),
                    "low": low,
                    "high": high,
                    "expected": expected,
                    "verdict": verdict(low, high, expected, change),
                }
            )
    return pd.DataFrame(rows)


def drawn_betas(runs: int, seed: int) -> list[Parameters]:
    """Central parameters with a draw of all effects of levers for each run; they share the year 2020."""
    known = parameter_set("prior_2020")
    central = known.central()
    return [central.replace(betas=known.draw(seed * SEEDS_APART + run).betas) for run in range(runs)]


def verdict(low: float, high: float, expected: str, change: float) -> str:
    """Whether an interval agrees with the sign expected of more of a lever, given the change of its intensity."""
    sign = EXPECTED.get(expected)
    if low <= 0.0 <= high:
        return "indistinguishable from zero"
    if sign is None or change == 0.0:
        return "no expectation"
    moved = 1 if low > 0.0 else -1
    return "agrees" if sign * np.sign(change) == moved else "disagrees"
