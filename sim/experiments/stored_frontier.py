"""The frontier of growth and resilience beside a report: that of a store, or that of the report's own runs."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from scenarios.calendar import month_ordinal
from scenarios.errors import InputError
from scenarios.schema import Scenario
from sim.experiments.attribution import RISK
from sim.experiments.ensemble import Ensemble
from sim.experiments.frontier import KIND, Frontier, lever_alone, told
from sim.experiments.store import Store
from sim.experiments.stored_attribution import same_policy

FEWEST = 3
"""Scenarios from which on a frontier says more than the effects of one of them."""


@dataclass(frozen=True, eq=False)
class KnownFrontier:
    """A frontier with the runs that it rests on."""

    found: Frontier
    """Its base is the scenario of the report, by its name here."""
    scale: float
    """Size of the model."""
    intensities: Mapping[str, float] = field(default_factory=dict)
    """By scenario with one lever changed the intensity of that lever at the end."""

    @property
    def runs(self) -> int:
        """Runs of each scenario."""
        return int(self.found.table["runs"].min())


def stored_frontier(store: Store, main: Scenario) -> KnownFrontier | None:
    """Return the last finished frontier of a store that holds the policy of a scenario in its world, or None."""
    for design in reversed(store.designs()):
        if design.kind != KIND or design.done != design.asked:
            continue
        try:
            # Scenarios first: the runs of a frontier that is of something else need not be read.
            hashes = {run.scenario: run.scenario_hash for run in design.runs}
            policies = ((name, store.scenario(each, {"name": name})) for name, each in hashes.items())
            there = next((name for name, policy in policies if same_policy(policy, main)), None)
            if there is not None:
                ensemble = Ensemble.of_store(store, design=design.number)
                return _known(ensemble, there, {name: lever for name in hashes if (lever := lever_alone(name))})
        except InputError:
            continue  # a scenario or a run of it is no longer there
    return None


def own_frontier(ensemble: Ensemble, main: str) -> KnownFrontier | None:
    """Return the frontier of the scenarios of an ensemble, or None where they are too few or record no risk."""
    enough = len(ensemble.values) >= FEWEST and RISK in ensemble.columns
    return _known(ensemble, main, {}) if enough else None


def _known(ensemble: Ensemble, main: str, levers: dict[str, str]) -> KnownFrontier | None:
    try:
        found = told(ensemble, main, levers)
    except InputError:
        return None  # no run is done in every scenario
    intensities = {name: _intensity(ensemble.scenarios[name], lever) for name, lever in levers.items()}
    return KnownFrontier(found, ensemble.scenarios[main].scale, intensities)


def _intensity(scenario: Scenario, lever: str) -> float:
    """Intensity of a lever at the end of a scenario."""
    place, last = [each.id for each in scenario.all_levers].index(lever), month_ordinal(scenario.end)
    return float(scenario.intensities(last, last)[0, place])
