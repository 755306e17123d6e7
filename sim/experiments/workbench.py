"""The centre as a model of the EMA workbench, for its samplers, scenario discovery and robust search."""

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from scenarios.errors import InputError, unknown
from scenarios.extras import needs_extra
from scenarios.loader import load
from scenarios.schema import Scenario
from scenarios.whole_years import checked_year
from sim.experiments.lever_parts import component_names, component_problem, lever_paths, refuse_clashes
from sim.experiments.requests import RunRequest


def workbench_model(
    scenario: str | Path | Scenario = "committed",
    *,
    levers: Mapping[str, tuple[float, float]],
    uncertainties: Mapping[str, tuple[float, float]] | None = None,
    seeds: Sequence[int] = (0,),
    scale: float | None = None,
    name: str = "lujiazui",
) -> Any:
    """An `ema_workbench.Model`: levers as decisions, parameters as uncertainties, plan indicators of 2025 as outcomes.

    Of a scenario that ends before December 2025 the outcomes are those of its last whole year.

    Parameters
    ----------
    scenario
        Scenario that provides all other settings.
    levers
        Range of intensity from 2021-01 on by lever, or by component as `lever.component`. The workbench knows a
        component as `lever__component`, since it takes only names of variables.
    uncertainties
        Range by parameter.
    seeds
        Seeds over which outcomes are averaged, the same for every point.
    scale
        Size of the population.
    name
        Name of the model in the workbench; letters and digits.

    Returns
    -------
    A model for `perform_experiments` or `optimize`. It needs the extra `ema`.

    Raises
    ------
    scenarios.InputError
        For an unknown lever, component or parameter, a component beside its lever as a whole, a scenario without a
        whole year after 2020, or without the workbench.
    """
    import warnings

    base = load(scenario)
    if scale is not None:
        base = Scenario(**{**base.as_given(), "scale": scale})
    central = base.set_of_parameters().central()
    ids = [*(each.id for each in base.all_levers), *component_names(base)]
    for each in levers:
        if each not in ids:
            problem = component_problem(each, base, "factors")
            raise InputError(problem or unknown("factor", each, ids, key="factors", allowed=""))
    refuse_clashes(levers, "factors")
    for each in uncertainties or {}:
        if each not in central:
            raise InputError(unknown("factor", each, list(central), key="factors", allowed=""))
    checked_year(base)
    needs_extra("ema", what="what.workbench")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # it names packages that it can do without
        from ema_workbench import Model, RealParameter, ScalarOutcome
    model = Model(name, function=partial(answer, base, tuple(levers), tuple(seeds)))
    model.levers = [RealParameter(variable_of(each), *limits) for each, limits in levers.items()]
    model.uncertainties = [RealParameter(each, *limits) for each, limits in (uncertainties or {}).items()]
    model.outcomes = [ScalarOutcome(each) for each in base.plan.indicator_ids]
    return model


def answer(base: Scenario, levers: Sequence[str], seeds: Sequence[int], **point: float) -> dict[str, float]:
    """Indicators of the plan at a point, in its target year or the last whole year before; mean over the seeds."""
    variables = {variable_of(name): name for name in levers}
    chosen = {name: float(point[variable]) for variable, name in variables.items()}
    changed: dict[str, Any] = {name: float(value) for name, value in point.items() if name not in variables}
    scenario = base.with_levers(lever_paths(chosen)) if chosen else base
    parameters = base.set_of_parameters().central().replace(**changed)
    found = [RunRequest(scenario, seed, parameters).execute().targets() for seed in seeds]
    values = [each[f"value_{base.plan.target_year}"] for each in found]
    return {name: float(sum(each[name] for each in values) / len(values)) for name in base.plan.indicator_ids}


def variable_of(name: str) -> str:
    """Name of a lever or a component as a variable of the workbench."""
    return name.replace(".", "__")
