"""A requested run, and its key."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scenarios.added.records import AddedParts
from scenarios.bounds import SEEDS_APART
from scenarios.counts import checked_base_seed, checked_count, checked_seed, checked_total
from scenarios.drivers import Drivers
from scenarios.errors import InputError
from scenarios.loader import load
from scenarios.own_parameters import checked_parameters_argument, names_own_parameters
from scenarios.own_plan.folder import load_plan
from scenarios.parameters import Parameters, checked_for_replay
from scenarios.plan import Plan
from scenarios.problem_texts import coded
from scenarios.schema import Scenario
from sim.base_year.base_year import YEAR_2020, BaseYear, base_year_of
from sim.experiments.pairing import Pairing
from sim.provenance.model_digest import model_digest
from sim.runs.shared_past import checked_fork
from sim.world.interactions import checked_interactions

if TYPE_CHECKING:
    from sim.runs.result import Result


@dataclass(frozen=True)
class RunRequest:
    """A run: scenario, seed, parameters and the interactions that are switched off."""

    scenario: Scenario
    seed: int
    parameters: Parameters
    draw: int | None = None
    """Number of the draw of the parameter set; None for its central point or for parameters of the user's own."""
    interactions_off: tuple[str, ...] = ()
    run: int = 0
    """Number in its ensemble; the same for all scenarios of a pair."""
    fork_month: int | None = field(default=None, compare=False)
    """Ordinal of the month before which it shares its past with its neighbours; it changes no result."""
    base_year: BaseYear = YEAR_2020
    """Year that it starts from. For an earlier one its scenario is dated as if that year were 2020.

    A plan of the user's own brings its observations of the year.
    """
    model: str = field(default_factory=model_digest)
    """Digest of the model that is asked; a process that has loaded another one does not answer for it."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "seed", checked_seed(self.seed))
        object.__setattr__(self, "base_year", base_year_of(self.scenario.plan, self.base_year))

    @cached_property
    def key(self) -> str:
        """Address of the result: a hash of all that decides it, 32 hex digits."""
        identity = [
            self.scenario.content_hash(),
            self.seed,
            self.parameters.hash,
            self.interactions_off,
            self.model,
        ]
        if self.base_year.digest:
            identity.append(self.base_year.digest)
        return hashlib.blake2b(json.dumps(identity).encode(), digest_size=16).hexdigest()

    @cached_property
    def pairing(self) -> Pairing:
        """Attributes that a run of another scenario must share to be a pair."""
        return Pairing(
            seed=self.seed,
            parameters=self.parameters.hash,
            macro=self.scenario.macro_identity,
            scale=self.scenario.scale,
            interactions_off=self.interactions_off,
            base_year=self.base_year.digest,
            components="; ".join(each.identity for each in self.scenario.components),
            model=self.model,
        )

    @property
    def shares_2020_with(self) -> tuple[str, float, tuple[str, ...], str, tuple[AddedParts, ...]]:
        """Requests that agree in this share the simulated year 2020, or the base year in its place."""
        return (
            self.parameters.history_hash,
            self.scenario.scale,
            self.interactions_off,
            self.base_year.digest,
            self.scenario.components,
        )

    @property
    def shares_past_with(self) -> tuple[int | None, int, str, float, tuple[str, ...], str, tuple[AddedParts, ...]]:
        """Requests next to one another that agree in this share the months before their fork."""
        return (
            self.fork_month,
            self.seed,
            self.parameters.hash,
            self.scenario.scale,
            self.interactions_off,
            self.base_year.digest,
            self.scenario.components,
        )

    def execute(self) -> "Result":
        """Run it in this process; the months of the result are those meant, also for an earlier base year."""
        from sim.runs.one_run import run

        result = run(
            self.scenario,
            seed=self.seed,
            parameters=self.parameters,
            interactions_off=self.interactions_off,
            base_year=self.base_year,
        )
        return self.dated(result)

    def dated(self, result: "Result") -> "Result":
        """The result with the dates of the calendar, which differ from those of the model for an earlier base year."""
        return result.moved_back(self.base_year.months_back) if self.base_year.months_back else result


def parameter_draw(scenario: Scenario, base_seed: int, number: int, name: str | None = None) -> Parameters:
    """Draw `number` of a parameter set, by default the scenario's, with all that is added to it, under a base seed."""
    return scenario.set_of_parameters(name).draw(base_seed * SEEDS_APART + number)


def ensemble_requests(
    scenarios: Sequence[str | Path | Scenario],
    *,
    runs: int,
    seed: int = 1,
    draws: int | None = None,
    parameters: str | Parameters | None = None,
    levers: Mapping[str, Any] | None = None,
    macro: str | Path | Drivers | None = None,
    scale: float | None = None,
    interactions_off: Iterable[str] = (),
    fork_at: str | None = None,
    components: Iterable[Any] = (),
    plan: "str | Path | Plan | None" = None,
) -> list[RunRequest]:
    """Requests of an ensemble, run by run, the scenarios of a run next to one another.

    Run r takes the seed `seed * 1,000,000 + r` and draw `r` (or `r` modulo `draws`) of the parameter set, the same for
    every scenario, so that scenarios are paired and a larger ensemble contains a smaller one. `draws=0` takes the
    central point in every run; so do parameters of the user's own. With `fork_at` the scenarios of a run share
    the months before it.

    Raises
    ------
    scenarios.InputError
        For a bad count, an unknown scenario, lever or set, or two scenarios of one name.
    """
    base = checked_base_seed(seed)
    runs = checked_count(runs, "runs")
    checked_total(runs * len(scenarios))
    draws = None if draws is None else checked_count(draws, "draws", least=0)
    off = checked_interactions(interactions_off)
    added = tuple(components)
    if plan is not None:
        known = load_plan(plan) if isinstance(plan, str | Path) else plan
        scenarios = [load(source).with_plan(known) for source in scenarios]
    checked_parameters_argument(parameters)
    if names_own_parameters(parameters):
        scenarios = [load(source).with_parameters(parameters) for source in scenarios]  # type: ignore[arg-type]
        parameters = None
    asked = [
        load(source).with_components(added).with_changes(levers=levers, macro=macro, scale=scale)
        for source in scenarios
    ]
    if not asked:
        raise InputError(coded("requests.none"), key="scenarios", allowed=coded("allowed.one_or_more"))
    names = [scenario.name for scenario in asked]
    for name in names:
        if names.count(name) > 1:
            raise InputError(
                coded("requests.same_name", name=name),
                key="scenarios",
                value=name,
                allowed=coded("allowed.different_names"),
            )
    fork_month = None if fork_at is None else checked_fork(asked, fork_at)
    requests = []
    taken: dict[tuple[object, ...], Parameters] = {}
    for run in range(runs):
        single = isinstance(parameters, Parameters) or draws == 0
        draw = None if single else run if draws is None else run % draws
        for scenario in asked:
            named = parameters if parameters is not None else scenario.parameters
            if isinstance(named, str):
                checked_for_replay(named, scenario.macro)
            basis = named, draw, scenario.components, scenario.own_parameters, scenario.own_plan
            if basis not in taken:
                taken[basis] = (
                    scenario.values(named) if draw is None else parameter_draw(scenario, base, draw, str(named))
                )
            values = taken[basis]
            requests.append(RunRequest(scenario, base * SEEDS_APART + run, values, draw, off, run, fork_month))
    return requests
