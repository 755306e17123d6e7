"""What the operator of the server gives to every desk: a plan of the user's own, and components of others."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from scenarios.added.records import AddedParts
    from scenarios.plan import Lever, Plan
    from scenarios.schema import Scenario


@dataclass(frozen=True)
class Offered:
    """A plan in place of that of the package, and components; a browser can name neither."""

    own_plan: Plan | None = None
    components: tuple[AddedParts, ...] = ()

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
        """Return a ready scenario under the plan and with the components.

        Raises
        ------
        scenarios.InputError
            If they do not fit.
        """
        found = scenario.with_components(self.components)
        return found if self.own_plan is None else found.with_plan(self.own_plan)


_offered = Offered()


def offer(plan: Any = None, components: Iterable[Any] = ()) -> Offered:
    """Set what every desk of this server has.

    Parameters
    ----------
    plan
        A plan of the user's own or its folder, or None for that of the package.
    components
        Names of installed components of others.

    Raises
    ------
    scenarios.InputError
        If the plan or a component cannot be used.
    """
    global _offered
    from app.terminal.asked import plan_asked
    from scenarios.added.installed import parse_components
    from scenarios.plan import Plan

    own = plan if plan is None or isinstance(plan, Plan) else plan_asked(plan)
    found = Offered(own, parse_components(tuple(components)))
    if found != Offered():
        from scenarios import load

        found.given_to(load("plan"))  # together they may not fit
    _offered = found
    return found


def offered() -> Offered:
    """Return what every desk of this server has."""
    return _offered
