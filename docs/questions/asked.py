"""What the ten answers share: options, runs of named policies with the same draws, and cells with their uncertainty."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from agents.arrays import Floats
from app.measured.blocks import signed
from scenarios.errors import InputError
from scenarios.loader import load
from scenarios.plan import levers
from scenarios.schema import Scenario
from sim.closing.dictionary import dictionary
from sim.experiments.ensemble import Ensemble, run_requests
from sim.experiments.intervals import interval
from sim.experiments.least_runs import LEAST_FOR_VERDICT, error_of_share, too_few
from sim.experiments.requests import RunRequest, ensemble_requests

STORE = Path("questions-runs")
NEUTRAL, ADVERSE = "neutral", "adverse"
"""Macro paths: drawn alone, and with the dated stress of 2022 added to the draw."""


@dataclass(frozen=True)
class Asked:
    """How many runs, at which size, with effects of levers times a factor, in which world, in which store."""

    runs: int = 200
    scale: float | None = None
    effects: float = 1.0
    store: Path | None = STORE
    workers: int | None = None
    world: str = NEUTRAL
    """Macro path of every policy that a question does not put into a world of its own."""

    @property
    def told(self) -> str:
        """Runs and size in words, for the line over a table."""
        size = "" if self.scale is None else f", {self.scale:g} of the issuers"
        effects = "" if self.effects == 1.0 else f", all effects of levers times {self.effects:g}"
        world = "" if self.world == NEUTRAL else f", {self.world} path of the outside world"
        of_each = (
            "One run of each policy" if self.runs == 1 else f"{self.runs} runs of each policy, the same draws for all"
        )
        return f"{of_each}{size}{effects}{world}"

    def run(self, arms: Iterable[Scenario], *, runs: int | None = None, central: bool = False) -> Ensemble:
        """Run policies with the same draws, as `requests` has them; stored runs are not repeated."""
        return run_requests(self.requests(arms, runs=runs, central=central), store=self.store, workers=self.workers)

    def requests(self, arms: Iterable[Scenario], *, runs: int | None = None, central: bool = False) -> list[RunRequest]:
        """Requests of policies with the same draws, with the effects of levers and in the world that are asked for.

        Parameters
        ----------
        arms
            Scenarios of different names.
        runs
            Runs of each; those asked for by default.
        central
            Take the central point of the parameters instead of draws.
        """
        placed = [each.with_macro(self.world) if each.macro == NEUTRAL else each for each in arms]
        requests = ensemble_requests(placed, runs=runs or self.runs, draws=0 if central else None, scale=self.scale)
        if self.effects == 1.0:
            return requests
        return [
            replace(
                each,
                parameters=each.parameters.replace(
                    betas={name: beta * self.effects for name, beta in each.parameters.betas.items()}
                ),
                draw=None,
            )
            for each in requests
        ]


@dataclass(frozen=True)
class Answer:
    """The answer in a sentence or two, what it was measured with, and its table."""

    headline: str
    measured: str
    table: str

    def told(self, asked: Asked) -> str:
        """The answer as a page shows it; fewer runs than a verdict needs have a table and no sentence."""
        few = asked.runs < LEAST_FOR_VERDICT
        headline = f"**T{too_few(asked.runs)[1:]} for an answer and for intervals.**" if few else self.headline
        return f"{headline.strip()}\n\n{self.measured}\n\n{self.table}"


def arm(name: str, base: str, levers: Mapping[str, Any] | None = None, **world: Any) -> Scenario:
    """A ready scenario under another name, with other levers and another world: `macro`, `shocks`, `rival_centres`."""
    named = Scenario(**{**load(base).as_given(), "name": name, **world})
    return named.with_levers(levers) if levers else named


@dataclass(frozen=True)
class Effect:
    """Median of a paired difference with its 95 % interval; the bounds are NaN where the pairs are too few."""

    median: float
    low: float
    high: float

    @classmethod
    def of(cls, gaps: Floats) -> Effect:
        """Effect of differences by pair."""
        known = gaps[np.isfinite(gaps)]
        return cls(float(np.median(known)), *interval(known))

    @property
    def sure(self) -> bool:
        """Whether the interval lies on one side of zero; never where there is none."""
        return self.low > 0.0 or self.high < 0.0

    def __str__(self) -> str:
        if np.isnan(self.low):
            return shown(self.median)
        return f"{shown(self.median)} ({shown(self.low)} to {shown(self.high)})"


@cache
def lever_named(lever: str) -> str:
    """The name of a lever as a reader knows it."""
    return next(each.name for each in levers() if each.id == lever)


@cache
def indicator_named(indicator: str) -> str:
    """The name of a recorded indicator with the unit of its values here: shares in per cent."""
    known = dictionary()[indicator]
    return f"{known.name}, {'%' if known.unit == 'share' else known.unit}"


def factor(indicator: str) -> float:
    """What the unit of `indicator_named` multiplies a recorded value by."""
    return 100.0 if dictionary()[indicator].unit == "share" else 1.0


def shown(change: float) -> str:
    """A change with its sign: whole from a thousand on, 0 below a thousandth of its unit."""
    return f"{change:+,.0f}" if abs(change) >= 1000.0 else "0" if abs(change) < 1e-3 else signed(change)


def effect(found: Ensemble, policy: str, baseline: str, indicator: str, times: float = 1.0) -> Effect:
    """Effect of a policy in the year of the target, in the indicator's unit times a factor (100 for points)."""
    here, there = found.of_pairs(policy, baseline, indicator)
    return Effect.of(times * (here - there))


def share(met: Sequence[bool] | Floats) -> str:
    """Share of runs in per cent with its standard error."""
    there = np.asarray(met, dtype=bool)
    error = error_of_share(int(there.sum()), len(there))
    return f"{there.mean():.0%}" + ("" if np.isnan(error) else f" (± {error:.0%})")


def caution(effects: Mapping[str, Effect]) -> str:
    """A sentence on which of some effects are not distinguished from zero."""
    unsure = [name for name, each in effects.items() if not each.sure]
    if not unsure:
        return "Each of these effects has an interval on one side of zero."
    if len(unsure) == len(effects):
        return "None of these effects is distinguished from zero in so many runs."
    return f"Not distinguished from zero in so many runs: {', '.join(unsure)}."


def main(answer: Callable[[Asked], Answer]) -> None:
    """Answer one question from the command line."""

    def told() -> None:
        asked, _ = asked_of(answer.__doc__)
        print(answer(asked).told(asked))

    from_the_command_line(told)


def from_the_command_line(script: Callable[[], None]) -> None:
    """Run a script; input that it cannot use is an error in words and exit code 2."""
    try:
        script()
    except InputError as error:
        print(f"error: {error}", file=sys.stderr)
        sys.exit(2)


def asked_of(told: str | None, *more: str) -> tuple[Asked, argparse.Namespace]:
    """The options of a script, and further words that it takes."""
    parser = argparse.ArgumentParser(description=told)
    parser.add_argument("--runs", type=int, default=Asked.runs, help="runs of each policy")
    parser.add_argument("--scale", type=float, help="size of the model, 1 by default")
    parser.add_argument(
        "--effects", type=float, default=1.0, help="multiple of all effects of levers, such as 0.5 or 2"
    )
    parser.add_argument(
        "--world", choices=(NEUTRAL, ADVERSE), default=NEUTRAL, help="path of the outside world from 2021 on"
    )
    parser.add_argument("--store", type=Path, default=STORE, help="folder that keeps the runs")
    parser.add_argument("--workers", type=int, help="processes")
    for word in more:
        parser.add_argument(word, nargs="*")
    given = parser.parse_args()
    if not 0.0 <= given.effects < np.inf:
        raise InputError(f"{given.effects:g} is not a multiple of effects (a number from 0)", key="--effects")
    return Asked(given.runs, given.scale, given.effects, given.store, given.workers, given.world), given
