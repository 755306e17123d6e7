"""Runs behind `sim.experiments.step_responses`: a step of each lever, and random policies that test the estimates.

`python -P -m sim.experiments.measured_steps STORE` makes those that the store lacks, at a tenth of the issuers, and
writes the shipped file anew.
"""

import argparse
import json
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from agents.arrays import Floats
from scenarios.calendar import BASELINE, PLAN_END, PLAN_START, month_ordinal, month_text
from scenarios.loader import load
from scenarios.plan import lever_ids, levers
from scenarios.schema import Scenario
from sim.closing.indicators import PLAN_INDICATORS
from sim.experiments.ensemble import Ensemble, Progress, run_requests
from sim.experiments.pool import Workers
from sim.experiments.requests import RunRequest, ensemble_requests
from sim.experiments.step_responses import FILE, StepResponses, estimate, regime
from sim.provenance.model_digest import model_digest
from sim.runs.one_run import model_version

DATES = ("2021-01", "2022-07", "2024-01")
"""Months in which the steps begin: the first of the plan, and every eighteenth after it; a later step has hardly an
effect in 2025, since effects of levers lag by up to thirty months."""
YEARS = (2021, 2022, 2023, 2024, 2025)
BASE = "committed"
FULL = 1.0
"""Intensity to which a lever steps; effects are nearly proportional to it, see docs/sensitivity/effects.csv."""
SCALE, SEED, DRAWS = 0.1, 1, 8
"""Those of the desk of the app, whose runs share eight draws of the parameters."""
DESKS = 30
STARTS = (("plan", "committed"), ("plan", "plan"), ("committed", "committed"))
"""What the random policies start from, and what they are compared with, in turn."""
MOST_MOVED = 6
"""Most levers that a random policy moves."""
RAMPS = (0, 12, 24)
"""Months in which it moves one."""
DIGITS = 5
"""Significant digits of the file."""


@dataclass(frozen=True)
class Step:
    """A lever that steps from its state of 2020 to full intensity in a month, and the scenario without the step."""

    lever: str
    date: str
    without: Scenario
    scenario: Scenario


def steps() -> list[Step]:
    """A step of each lever at each date, every other lever on its committed path."""
    base = _named(load(BASE).with_changes(scale=SCALE), BASE)
    found = []
    for date in DATES:
        for lever in levers():
            without = base
            if np.ptp(base.intensities(BASELINE, month_ordinal(PLAN_END))[:, lever_ids().index(lever.id)]) > 0.0:
                without = _named(base.with_levers({lever.id: lever.intensity_2020}), f"{BASE}, {lever.id} held")
            stepped = _named(without.with_levers({lever.id: {date: FULL}}), f"{lever.id} {date}")
            found.append(Step(lever.id, date, without, stepped))
    return found


def random_policies() -> list[tuple[Scenario, Scenario]]:
    """Policies that move two to six levers at random months to random intensities, each with what it is compared to."""
    rng = np.random.default_rng(SEED)
    known = {name: _named(load(name).with_changes(scale=SCALE), name) for name in {*sum(STARTS, ())}}
    first, last = month_ordinal(PLAN_START), month_ordinal(PLAN_END)
    found = []
    for number in range(DESKS):
        start, against = STARTS[number % len(STARTS)]
        paths: dict[str, Any] = {}
        for lever in rng.choice(lever_ids(), rng.integers(2, MOST_MOVED + 1), replace=False):
            begin = int(rng.integers(first, last - 11))  # in the first four years
            months = int(rng.choice(RAMPS))
            end, to = month_text(min(begin + months, last)), round(float(rng.random()), 2)
            paths[str(lever)] = {end: to} if months == 0 else {"ramp": {month_text(begin): "keep", end: to}}
        found.append((_named(known[start].with_levers(paths), f"random {number}"), known[against]))
    return found


def _named(scenario: Scenario, name: str) -> Scenario:
    return scenario.model_copy(update={"name": name, "settings": ()})


def measured(
    store: str | Path,
    *,
    draws: int = DRAWS,
    workers: int | Workers | None = None,
    progress: Progress | None = None,
) -> StepResponses:
    """Measure step responses and the errors of estimates made of them; runs that the store has are not repeated.

    Parameters
    ----------
    store
        Folder of the runs.
    draws
        Draws of the parameters, and runs of each scenario; the first of those of the desk.
    workers, progress
        As in `sim.ensemble`.
    """
    asked, policies = steps(), random_policies()
    requests = [*_requests_of(asked, draws), *_paired([each for pair in policies for each in pair], draws)]
    requests.sort(key=lambda each: each.run)  # draw by draw; within one, runs that share their past stay together
    distinct = {(each.scenario.name, each.run): each for each in requests}
    found = run_requests(
        list(distinct.values()), store=store, workers=workers, progress=progress, kind="step responses"
    )
    effects = [_response(step, found) for step in asked]
    shape = (len(DATES), len(lever_ids()), draws, len(PLAN_INDICATORS), len(YEARS))
    drawn = found.scenarios[BASE]
    none = np.full(shape[-2:], np.nan)
    untested = StepResponses(
        version=model_version(),
        model=model_digest(),
        parameters=drawn.parameters,
        scale=SCALE,
        seed=SEED,
        draws=draws,
        dates=DATES,
        levers=lever_ids(),
        indicators=PLAN_INDICATORS,
        years=YEARS,
        effects=np.array(effects).reshape(shape).swapaxes(0, 1),
        desks=0,
        error=none,
        worst=none,
        explained=none,
    )
    return with_errors(untested, policies, found)


def _requests_of(asked: list[Step], draws: int) -> list[RunRequest]:
    """Runs of the steps; those of a date that depart from one scenario stand together, to share their past."""
    groups: dict[tuple[str, str], list[Scenario]] = {}
    for step in asked:
        groups.setdefault((step.date, step.without.name), [step.without]).append(step.scenario)
    return [each for (date, _), group in groups.items() for each in _paired(group, draws, fork_at=date)]


def _paired(scenarios: list[Scenario], draws: int, fork_at: str | None = None) -> list[RunRequest]:
    distinct = list({each.name: each for each in scenarios}.values())
    return ensemble_requests(distinct, runs=draws, seed=SEED, draws=DRAWS, fork_at=fork_at)


def _effect(found: Ensemble, scenario: str, against: str) -> Floats:
    """Paired effect by draw, shape (draws, indicators, years)."""
    return np.array(
        [
            [found.in_year(scenario, indicator, year) - found.in_year(against, indicator, year) for year in YEARS]
            for indicator in PLAN_INDICATORS
        ]
    ).transpose(2, 0, 1)


def _response(step: Step, found: Ensemble) -> Floats:
    """Effect of a step by one, from the step that prerequisites of the lever let through."""
    place = lever_ids().index(step.lever)
    size = float((regime(step.scenario) - regime(step.without))[-1, place])
    return _effect(found, step.scenario.name, step.without.name) / size


def with_errors(responses: StepResponses, policies: list[tuple[Scenario, Scenario]], found: Ensemble) -> StepResponses:
    """Responses with the errors of estimates of policies that were simulated with the same draws.

    Compared are median effects, estimated and simulated: what the desk of the app shows. The share of their variance
    that is explained is not known (NaN) where no policy has an effect.
    """
    true = np.array([np.median(_effect(found, policy.name, against.name), axis=0) for policy, against in policies])
    made = np.array([np.median(estimate(*pair, responses).by_draw, axis=0) for pair in policies])
    off = made - true
    spread = np.square(true - true.mean(axis=0)).sum(axis=0)
    missed = np.square(off).sum(axis=0)
    explained = 1.0 - np.divide(missed, spread, out=np.full_like(missed, np.nan), where=spread > 0.0)
    worst = np.take_along_axis(off, np.abs(off).argmax(axis=0)[None], axis=0)[0]
    return replace(
        responses,
        desks=len(policies),
        error=np.sqrt(np.square(off).mean(axis=0)),
        worst=worst,
        explained=explained,
    )


def plain(responses: StepResponses) -> dict[str, Any]:
    """Responses as plain data, with the digits that the file has."""

    def rounded(values: Floats) -> Any:
        if values.ndim:
            return [rounded(each) for each in values]
        return float(f"{float(values):.{DIGITS}g}") if np.isfinite(values) else None

    head = ("version", "model", "parameters", "scale", "seed", "draws", "desks")
    by_date = responses.effects.transpose(0, 1, 3, 4, 2)
    return {
        **{name: getattr(responses, name) for name in head},
        "years": list(responses.years),
        "errors": {
            indicator: {name: rounded(getattr(responses, name)[place]) for name in ("error", "worst", "explained")}
            for place, indicator in enumerate(responses.indicators)
        },
        "effects": {
            lever: {date: rounded(each) for date, each in zip(responses.dates, of_lever, strict=True)}
            for lever, of_lever in zip(responses.levers, by_date, strict=True)
        },
    }


def written(responses: StepResponses) -> str:
    """Text of the file: a line for each lever and date, so that a change of one is a change of its line."""
    data = plain(responses)
    lines = {
        lever: ",\n".join(f"   {json.dumps(date)}: {json.dumps(values)}" for date, values in by_date.items())
        for lever, by_date in data.pop("effects").items()
    }
    levers_told = ",\n".join(f"  {json.dumps(lever)}: {{\n{text}\n  }}" for lever, text in lines.items())
    head = json.dumps(data, indent=1).removesuffix("\n}")
    return f'{head},\n "effects": {{\n{levers_told}\n }}\n}}\n'


def main() -> None:
    """Measure, and write the file that is shipped."""
    parser = argparse.ArgumentParser(description="Write the shipped step responses anew.")
    parser.add_argument("store", type=Path, help="folder of the runs; those that it has are not repeated")
    parser.add_argument("--draws", type=int, default=DRAWS, help="draws of the parameters")
    parser.add_argument("--workers", type=int, help="processes; as many as processors by default")
    asked = parser.parse_args()

    def told(_: object, done: int, total: int) -> None:
        print(f"\r{done} of {total} runs", end="", file=sys.stderr, flush=True)

    made = measured(asked.store, draws=asked.draws, workers=asked.workers, progress=told)
    (Path(__file__).parent / FILE).write_text(written(made), encoding="utf-8")


if __name__ == "__main__":
    main()
