"""What the operator gives to every desk: a plan and parameters of the user's own, and components of others."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from scenarios.added.records import AddedParts
    from scenarios.own_parameters import OwnParameters
    from scenarios.plan import Lever, Plan
    from scenarios.schema import Scenario


@dataclass(frozen=True)
class Offered:
    """A plan in place of that of the package, components, and parameters over a set; a browser can name none."""

    own_plan: Plan | None = None
    components: tuple[AddedParts, ...] = ()
    own_parameters: OwnParameters | None = None

    @property
    def plan(self) -> Plan:
        """The plan of every desk."""
        from scenarios.plan import shipped_plan

        return shipped_plan() if self.own_plan is None else self.own_plan

    @property
    def last_month(self) -> str:
        """Last month of a desk: December of the plan's target year."""
        return self.plan.end

    @property
    def levers(self) -> tuple[Lever, ...]:
        """Levers of every desk."""
        from scenarios.added.records import levers_of

        return (*self.plan.levers, *levers_of(self.components))

    def given_to(self, scenario: Scenario) -> Scenario:
        """Return a ready scenario under the plan, with the components and the parameters.

        Raises
        ------
        scenarios.InputError
            If they do not fit.
        """
        found = scenario.with_components(self.components)
        return self.with_parameters(found if self.own_plan is None else found.with_plan(self.own_plan))

    def with_parameters(self, scenario: Scenario) -> Scenario:
        """Return a scenario with the operator's parameters, unless it has others of its own.

        Raises
        ------
        scenarios.InputError
            If they do not fit the scenario.
        """
        if self.own_parameters is None or scenario.own_parameters is not None:
            return scenario
        return type(scenario)(**{**scenario.as_given(), "own_parameters": self.own_parameters})


_offered = Offered()


def offer(plan: Any = None, components: Iterable[Any] = (), parameters: str | None = None) -> Offered:
    """Set what every desk of this server has.

    Parameters
    ----------
    plan
        A plan of the user's own or its folder, or None for that of the package.
    components
        Names of installed components of others.
    parameters
        Path of a file of parameters, or folder of a fit.

    Raises
    ------
    scenarios.InputError
        If the plan, a component or the parameters cannot be used.
    """
    global _offered
    from app.terminal.asked import plan_asked
    from scenarios.added.installed import parse_components
    from scenarios.plan import Plan

    own = plan if plan is None or isinstance(plan, Plan) else plan_asked(plan)
    over = None if parameters is None else _parameters(parameters)
    found = Offered(own, parse_components(tuple(components)), over)
    if found != Offered():
        from scenarios import load

        found.given_to(load("plan"))  # together they may not fit
    _offered = found
    return found


def _parameters(asked: str) -> OwnParameters:
    """Parameters of a file or a fit; the name of a set is refused, since a visitor chooses that."""
    from scenarios.errors import InputError
    from scenarios.own_parameters import names_own_parameters, read_own_parameters
    from scenarios.problem_texts import coded

    if not names_own_parameters(asked):
        told, allowed = coded("server.parameters", value=asked), coded("allowed.own_parameters")
        raise InputError(told, key="parameters", value=asked, allowed=allowed)
    return read_own_parameters(asked)


def offered() -> Offered:
    """Return what every desk of this server has."""
    return _offered
