"""The record under every picture and table: version, parameters, seed, number of runs, source."""

from typing import NewType

from app.web.desk import Desk
from app.web.words import Words
from scenarios.schema import Scenario
from sim.experiments.designs import Design
from sim.experiments.ensemble import Ensemble
from sim.experiments.requests import RunRequest
from sim.experiments.stored_design import StoredDesign

Record = NewType("Record", str)
"""Where numbers come from, as text; the functions here make it, and no picture is drawn without one."""


def record_told(ensemble: Ensemble, desk: Desk | None, words: Words, version: str = "") -> Record:
    """Version of the model, parameters, seeds and number of runs behind an ensemble, with its source.

    Parameters
    ----------
    ensemble
        The runs.
    desk
        The desk that they answer; None for runs of a store.
    words
        Language.
    version
        Version of the model that made the runs; the installed one by default.
    """
    rests = ensemble.conditions
    sets = [words.known(f"parameter_set.{each}", each) for each in rests.parameters]
    if desk is not None:
        sets.append(words(f"desk.{desk.parameters}"))
    drawn = [each.seed for pairs in ensemble.pairings.values() for each in pairs if each is not None]
    runs = max(int(ensemble.done(name).sum()) for name in ensemble.values)
    return Record(
        words(
            "desk.version",
            version=version or _installed(),
            parameters=words("desk.comma").join(sets),
            seed=str(desk.seed) if desk is not None else f"{min(drawn)}-{max(drawn)}",
            runs=runs,
            scale=words("desk.comma").join(f"{each:.0%}" for each in rests.scale),
        )
    )


def run_told(scenario: Scenario, seed: int, month: str, words: Words) -> Record:
    """Record of a single run of a scenario, up to a month, at the central point of its parameters."""
    return Record(words("record.run", seed=seed, month=month, **_setting(scenario, words)))


def replayed_told(request: RunRequest, run: int, month: str, words: Words) -> Record:
    """Record of one run of an ensemble, by its number from 1, up to a month."""
    told = words("record.central") if request.draw is None else words("record.draw", number=request.draw + 1)
    setting = _setting(request.scenario, words)
    setting["parameters"] = words("desk.comma").join((setting["parameters"], told))
    return Record(words("record.replayed", run=run, seed=request.seed, month=month, **setting))


def sweep_told(design: Design, points: int, words: Words, version: str = "") -> Record:
    """Record of the points of a sweep, made with a version of the model, by default the installed one."""
    setting = _setting(design.scenario, words) | ({"version": version} if version else {})
    kind = words.known(f"design.{design.kind}", design.kind)
    return Record(words("record.sweep", kind=kind, points=points, runs=design.runs, seed=design.seed, **setting))


def attribution_told(target: Scenario, base: str, runs: int, seed: int, scale: float, words: Words) -> Record:
    """Record of the parts of the difference between a scenario and another one, named as it is shown."""
    setting = _setting(target, words) | {"scale": f"{scale:.0%}"}
    return Record(words("record.attribution", base=base, runs=runs, seed=seed, **setting))


def kept_attribution_told(target: Scenario, base: str, design: StoredDesign, scale: float, words: Words) -> Record:
    """Record of an attribution that a store holds: the version that made its runs, their seeds and number."""
    seeds = sorted({run.seed for run in design.runs})
    told = {
        "experiment": design.number,
        "base": base,
        "runs": len({run.run for run in design.runs}),
        "seed": f"{seeds[0]}" if len(seeds) == 1 else f"{seeds[0]}-{seeds[-1]}",
        "scale": f"{scale:.0%}",
    }
    return Record(words("record.attribution_kept", **{**_setting(target, words), "version": design.version, **told}))


def _setting(scenario: Scenario, words: Words) -> dict[str, str]:
    """Version of the model, and name, parameters and size of a scenario."""
    from app.web.charts import scenario_name

    told = scenario.parameters_told
    return {
        "version": _installed(),
        "scenario": scenario_name(scenario.name, words),
        "parameters": words.known(f"parameter_set.{told}", told),
        "scale": f"{scenario.scale:.0%}",
    }


def _installed() -> str:
    from sim.runs.one_run import model_version

    return model_version()
