"""One run of a scenario."""

from collections.abc import Callable, Iterable, Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scenarios.own_parameters import checked_parameters_argument, names_own_parameters
from sim.base_year.base_year import YEAR_2020, BaseYear
from sim.model import FinancialCenter
from sim.provenance.kernels import kernels
from sim.provenance.loaded_code import alterations, code_status
from sim.provenance.model_digest import model_digest
from sim.runs.result import Result

if TYPE_CHECKING:
    from scenarios.drivers import Drivers
    from scenarios.parameters import Parameters
    from scenarios.plan import Plan
    from scenarios.schema import Scenario

Progress = Callable[[int, int], None]
"""Called with the months done and the months in all."""


def model_version() -> str:
    """Version of the installed model."""
    try:
        return version("lujiazui")
    except PackageNotFoundError:
        return "not installed"


def run(
    scenario: "str | Path | Scenario" = "plan",
    *,
    seed: int = 0,
    levers: Mapping[str, Any] | None = None,
    shocks: Iterable[Mapping[str, Any]] = (),
    macro: "str | Path | Drivers | None" = None,
    parameters: "str | Parameters | None" = None,
    scale: float | None = None,
    verify: bool | None = None,
    interactions_off: Iterable[str] = (),
    base_year: BaseYear = YEAR_2020,
    components: Iterable[Any] = (),
    plan: "str | Path | Plan | None" = None,
    progress: Progress | None = None,
) -> Result:
    """Run a scenario once.

    Parameters
    ----------
    scenario
        Name of a ready scenario, path of a scenario file, or a `scenarios.Scenario`.
    seed
        Seed of all draws after December 2020. The same seed gives the same result to the bit, and the same draws to
        every scenario.
    levers
        Paths that replace the scenario's own: a number (constant from 2021-01), a mapping of dates to numbers, or any
        other form of a scenario file.
    shocks
        Shocks beside the scenario's own, in the form of a scenario file, such as
        [{"name": "us_yield", "from": "2022-01", "to": "2023-06", "size": 2}]; names in `scenarios.shock_kinds`.
    macro
        `neutral`, `realised` (a conditional replay), `adverse`, the path of a CSV file of drivers, relative to the
        working directory, or `scenarios.Drivers`.
    parameters
        Name of a parameter set, whose central point is taken, path of a file of parameters or folder of a fit, or a
        `Parameters` object.
    scale
        Number of issuers against the full model; their weights keep the totals.
    verify
        True checks every accounting identity every month, False none; None checks all but the ladder every month.
    interactions_off
        Interactions between agents to switch off, such as ("peers",); names in `sim.world.interactions`.
    base_year
        Year with whose observations the run starts. The scenario and the result are dated as if that year were 2020;
        `result.moved_back(base_year.months_back)` has the dates of the calendar.
    components
        Components of others beside those of the scenario: names of installed ones, or the components themselves; see
        docs/how-to/own-component.md.
    plan
        Folder of a plan of the user's own, or the plan as `scenarios.load_plan` gives it; see docs/how-to/own-plan.md.
    progress
        Called after each month with the months done and the months in all.

    Returns
    -------
    Result
        Indicators by month and year, targets, provenance.

    Raises
    ------
    scenarios.InputError
        If something asked for cannot be used; it names what, where and what is allowed.
    AccountingError
        If an accounting identity breaks.
    """
    from scenarios.loader import load

    asked = load(scenario).with_components(components)
    asked = asked if plan is None else asked.with_plan(plan)
    checked_parameters_argument(parameters)
    if names_own_parameters(parameters):
        asked, parameters = asked.with_parameters(parameters), None  # type: ignore[arg-type]
    asked = asked.with_changes(levers=levers, macro=macro, scale=scale, shocks=shocks)
    values = asked.values(parameters)
    centre = FinancialCenter(
        asked, rng=seed, parameters=values, verify=verify, interactions_off=interactions_off, base_year=base_year
    )
    months = centre.last_month - centre.month
    for done in range(1, months + 1):
        centre.step()
        if progress is not None:
            progress(done, months)
    name = parameters if isinstance(parameters, str) else asked.parameters_told if parameters is None else "given"
    return result_of(centre, asked, name)


def result_of(centre: FinancialCenter, asked: "Scenario", parameter_set: str) -> Result:
    """Result of a centre that has reached its last month; the centre lets go of all it holds.

    Parameters
    ----------
    centre
        A model that nobody else needs.
    asked
        The scenario it ran.
    parameter_set
        Name of the parameter set its parameters are from.
    """
    altered = list(dict.fromkeys((*centre.altered, *alterations())))
    values, verify = centre.parameters, centre.verify
    result = Result(
        scenario=asked,
        seed=centre.seed,
        parameters=values,
        base_year=centre.base_year,
        run=run,
        indicators=centre.indicators,
        provenance={
            "model": "lujiazui",
            "version": model_version(),
            "model_digest": f"{model_digest()}, altered" if altered else model_digest(),
            "code": "altered" if altered else code_status(),
            "altered": altered,
            "kernels": kernels(),
            "scenario": asked.name,
            "scenario_hash": asked.content_hash(),
            "parameter_set": parameter_set,
            "plan": asked.plan.told,
            "own_parameters": None if asked.own_parameters is None else asked.own_parameters.told,
            "parameters_hash": values.hash,
            "macro": asked.macro_identity,
            "shocks": [shock.resolved() for shock in asked.shocks],
            "kind": centre.macro.kind,
            "carried_forward": list(centre.macro.carried_forward),
            "drivers_drawn": list(centre.macro.drawn),
            "misses_2020": centre.solution.large_misses,
            "seed": centre.seed,
            "scale": asked.scale,
            "interactions_off": list(centre.interactions_off),
            "components": [each.told for each in asked.components],
            "base_year": centre.base_year.year,
            "information_until": {"data": _information(asked), "policy": _policy_known(asked)},
        },
        largest_accounting_error=centre.largest_error if verify is not False else float("nan"),
        step_seconds=dict(centre.step_seconds),
        fired=tuple(centre.events),
    )
    centre.let_go()
    return result


def _policy_known(asked: "Scenario") -> str:
    """The last month of the plan behind a run, or the user's own words on the plan's basis."""
    return "2021-07" if asked.own_plan is None else f"as in the plan {asked.plan.name}: {asked.plan.head.basis}"


def _information(asked: "Scenario") -> str:
    """The last month of the data behind a run, as far as the project knows it."""
    own = asked.own_parameters
    return "2020-12" if own is None else f"2020-12, and what the sources of {own.name} rest on"
