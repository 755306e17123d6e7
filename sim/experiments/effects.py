"""Effects of each lever: paired runs at several intensities, with drawn effects."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from agents.arrays import Floats
from scenarios.bounds import SEEDS_APART
from scenarios.counts import checked_base_seed, checked_count, checked_total
from scenarios.errors import InputError, unknown
from scenarios.loader import load
from scenarios.parameters import Parameters, parameter_set
from scenarios.plan import channels, levers
from scenarios.problem_texts import coded
from scenarios.schema import Scenario
from scenarios.whole_years import checked_year
from sim.experiments.ensemble import Progress, run_requests
from sim.experiments.intervals import interval
from sim.experiments.least_runs import LEAST_FOR_VERDICT
from sim.experiments.outcomes import RunOutcome
from sim.experiments.pool import Cancel, Workers
from sim.experiments.requests import RunRequest
from sim.runs.notebook_bar import notebook_bar

if TYPE_CHECKING:
    import pandas as pd

OF_THE_PLAN = "plan"
"""Name for the indicators of the baseline's plan."""
EXPECTED = {"+": 1, "-": -1, "0": 0, "+/-": None}


def effects(
    names: Iterable[str] | str | None = None,
    *,
    baseline: str | Path | Scenario = "committed",
    runs: int = 100,
    intensities: int = 5,
    seed: int = 1,
    scale: float | None = None,
    indicators: Sequence[str] | str | None = OF_THE_PLAN,
    store: str | Path | None = None,
    workers: int | Workers | None = None,
    progress: Progress | None = None,
    cancel: Cancel | None = None,
) -> "pd.DataFrame":
    """Effect of every lever in the target year against a baseline, in pairs with the same draws and drawn effects.

    Each run takes its own seed and its own draw of all effects of levers on channels; all other parameters are at the
    central point. A lever goes from 2021-01 on to intensities spread evenly from 0 to 1.

    Parameters
    ----------
    names
        A lever or several, of the baseline's plan and of its components of others; None takes all.
    baseline
        Scenario in which levers are changed.
    runs, seed, scale, store, workers, progress, cancel
        As in `sim.ensemble`. With a store, an interrupted computation resumes.
    intensities
        Number of intensities, at least 2.
    indicators
        Indicators; "plan" takes those of the baseline's plan, None all that are recorded.

    Returns
    -------
    pandas.DataFrame
        One row a lever, intensity and indicator: change of the intensity against 2020, effect (median), low, high
        (95 %), expected (the sign the plan's reading expects of more of the lever, where it names one), verdict:
        `agrees`, `disagrees`, `indistinguishable from zero`, `no expectation`, or `too few runs` below eight pairs,
        which have no interval either; through_agents: the mean effect if only those channels of the lever move that an
        agent's decision reads, and not those that a formula of a market or an authority reads, over that of all
        channels; measured at full intensity; NaN elsewhere, and if the effect does not differ significantly from zero;
        runs (the pairs) and year (that of the values: 2025, or the last whole year of a baseline that ends before).

    Raises
    ------
    scenarios.InputError
        For an unknown lever, a bad count or a baseline without a whole year after 2020, or if a run failed.
    """
    import pandas as pd

    base = load(baseline)
    known = {lever.id: lever for lever in base.all_levers}
    asked = [names] if isinstance(names, str) else list(known if names is None else names)
    for name in asked:
        if name not in known:
            raise InputError(unknown("lever", name, known, key="lever", allowed=coded("allowed.see_levers")))
    runs = checked_count(runs, "runs")
    intensities = checked_count(intensities, "intensities", least=2)
    seed = checked_base_seed(seed)
    checked_total(runs * intensities * len(asked))
    if scale is not None:
        base = Scenario(**{**base.as_given(), "scale": scale})
    checked_year(base)
    grid = np.linspace(0.0, 1.0, intensities)
    variants = _variants(base, asked, grid)
    requests = [
        RunRequest(each.scenario, seed * SEEDS_APART + run, each.parameters(drawn), None, (), run)
        for run, drawn in enumerate(drawn_betas(runs, seed, base))
        for each in variants
    ]
    failed = False
    progress = progress or notebook_bar()

    def seen(outcome: RunOutcome, done: int, total: int) -> None:
        nonlocal failed
        failed = failed or outcome.status != "done"
        if progress is not None:
            progress(outcome, done, total)

    def stopped() -> bool:
        # One run that failed makes the table impossible: the thousands after it would be in vain.
        return failed or (cancel is not None and cancel())

    ensemble = run_requests(requests, store=store, workers=workers, progress=seen, cancel=stopped)
    if ensemble.failures:
        raise InputError(coded("run.failed", reason=ensemble.failures[0]), key="lever", value=", ".join(asked))
    shown = base.plan.indicator_ids if indicators == OF_THE_PLAN else indicators or ensemble.columns
    rows = []
    for each in variants:
        if each.intensity is None or each.muted:
            continue
        lever = known[each.lever]
        for indicator in shown:

            def gap(name: str, against: str, indicator: str = indicator) -> Floats:
                here, there = ensemble.of_pairs(name, against, indicator)
                return (here - there)[np.isfinite(here - there)]

            whole = gap(each.scenario.name, "baseline")
            low, high = interval(whole)
            enough = len(whole) >= LEAST_FOR_VERDICT
            change = each.intensity - lever.intensity_2020
            expected = lever.expected_sign.get(indicator, lever.expected_sign_secondary.get(indicator, ""))
            if each.intensity < 1.0:
                through = np.float64(np.nan)
            elif by_formulas(each.lever, base) and by_agents(each.lever, base):
                through = gap(f"{each.scenario.name}{AGENTS_ONLY}", f"baseline {each.lever}{AGENTS_ONLY}").mean()
            else:
                through = whole.mean() if by_agents(each.lever, base) else np.float64(0.0)
            rows.append(
                {
                    "lever": each.lever,
                    "intensity": each.intensity,
                    "change": change,
                    "indicator": indicator,
                    "effect": float(np.median(whole)) if len(whole) else np.nan,
                    "low": low,
                    "high": high,
                    "expected": expected,
                    "verdict": verdict(low, high, expected, change) if enough else TOO_FEW_RUNS,
                    "through_agents": float(through / whole.mean()) if enough and not low <= 0.0 <= high else np.nan,
                    "runs": len(whole),
                    "year": ensemble.common_year(each.scenario.name, "baseline"),
                }
            )
    return pd.DataFrame(rows)


AGENTS_ONLY = " through agents only"
TOO_FEW_RUNS = "too few runs"


@dataclass(frozen=True)
class _Variant:
    """A scenario in which one lever is moved, or the baseline (no intensity), with some of its channels muted."""

    lever: str
    intensity: float | None
    scenario: Scenario
    muted: tuple[tuple[str, str], ...] = ()

    def parameters(self, drawn: Parameters) -> Parameters:
        return drawn.replace(betas=dict.fromkeys(self.muted, 0.0)) if self.muted else drawn


def _variants(base: Scenario, names: Sequence[str], grid: Floats) -> list[_Variant]:
    """The baseline, every lever at every intensity, and the full one by agents alone where formulas read it too."""
    found = [_Variant("", None, base.model_copy(update={"name": "baseline"}))]
    for name in names:
        muted = by_formulas(name, base) if by_agents(name, base) else ()
        for value in grid:
            moved = base.with_levers({name: {"2021-01": float(value)}})
            found.append(_Variant(name, float(value), moved.model_copy(update={"name": f"{name} {value:g}"})))
        if muted:
            full = base.with_levers({name: {"2021-01": 1.0}})
            for title, intensity, whole in ((f"baseline {name}", None, base), (f"{name} 1", 1.0, full)):
                again = whole.model_copy(update={"name": f"{title}{AGENTS_ONLY}"})
                found.append(_Variant(name, intensity, again, muted))
    return found


def by_agents(lever: str, scenario: Scenario | None = None) -> tuple[tuple[str, str], ...]:
    """Effects (lever, channel) of a lever of a scenario, or of the plan, on channels that an agent's decision reads."""
    return tuple(pair for pair, decides in _deciders(lever, scenario) if decides == "agent")


def by_formulas(lever: str, scenario: Scenario | None = None) -> tuple[tuple[str, str], ...]:
    """Effects (lever, channel) of a lever on channels that a formula of a market or an authority reads."""
    return tuple(pair for pair, decides in _deciders(lever, scenario) if decides != "agent")


def _deciders(lever: str, scenario: Scenario | None) -> list[tuple[tuple[str, str], str]]:
    known, read = (levers(), channels()) if scenario is None else (scenario.all_levers, scenario.all_channels)
    decides = {channel.id: channel.decides for channel in read}
    effects = [effect.channel for each in known if each.id == lever for effect in each.effects]
    return [((lever, channel), decides[channel]) for channel in effects]


def drawn_betas(runs: int, seed: int, scenario: Scenario | None = None) -> list[Parameters]:
    """Central points with a draw of all effects of levers for each run; they share the year 2020.

    They are of the prior of 2020, with what a scenario adds to it: components of others, a plan and parameters.
    """
    known = parameter_set("prior_2020") if scenario is None else scenario.set_of_parameters("prior_2020")
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
