"""FinancialCenter: the Mesa model of Shanghai as a financial centre, one step a month."""

import copy
import html
import warnings
from collections.abc import Iterable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import mesa

from agents.draws import Draws
from agents.equity_investors import ForeignShareholders
from agents.fintech_firms import FintechFirms
from agents.foreign_investors import ForeignInvestors
from agents.institutions import Institutions
from agents.issuers import Issuers
from agents.population import ArrayAgent, PopulationModel
from scenarios.added.installed import parse_components
from scenarios.calendar import month_text
from scenarios.counts import checked_seed
from scenarios.own_parameters import checked_parameters_argument, names_own_parameters
from scenarios.parameters import Parameters
from scenarios.shock_paths import ShockPaths
from sim.accounting.ledger import Ledger
from sim.accounting.record import Record
from sim.accounting.securities import SecurityBook
from sim.added.found import components_found
from sim.added.month import month_with
from sim.base_year.base_year import YEAR_2020, BaseYear, base_year_of
from sim.base_year.model_size import ModelSize
from sim.clock import Clock
from sim.closing.accounts import Verification
from sim.closing.indicators import PLAN_INDICATORS
from sim.components import OURS, Components, components_with
from sim.inspection.explanations import explain
from sim.inspection.lookup import agent_of
from sim.month import MONTH, month_table, simulate_month
from sim.moved import hint
from sim.opening.beginning import FIRST_RECORDED
from sim.opening.month_opens import under_scenario
from sim.opening.same_past import same_past
from sim.opening.triggers import Triggers
from sim.provenance.loaded_code import alterations, watched
from sim.provenance.notices import notice
from sim.solved_constants import Solution
from sim.solving.history import shared, state_at_baseline
from sim.state_of import StateOf
from sim.world.interactions import Interactions, checked_interactions
from sim.world.macro import MacroPath
from sim.world.policy import Channels, Policy
from sim.world.shock_values import ShockValues

if TYPE_CHECKING:
    import pandas as pd

    from scenarios.plan import Plan
    from scenarios.schema import Scenario

NO_SEED = (
    "without a seed (rng=None) the centre takes seed 0, each time: mesa.batch_run(..., iterations=5) gives one run "
    "five times; give rng=range(5) for five runs"
)


class FinancialCenter(PopulationModel):
    """Shanghai as a financial centre from the end of 2020, month by month.

    Parameters
    ----------
    scenario
        Name of a ready scenario, path of a scenario file, or a `scenarios.Scenario`.
    rng
        Seed of everything that is drawn after December 2020. None, which `mesa.batch_run` passes where it is given no
        seed, is seed 0, with a warning: `iterations=5` gives one run five times, `rng=range(5)` gives five runs.
    parameters
        A parameter set's name, the path of a file of parameters or the folder of a fit, a `Parameters` object, or None
        for the scenario's own set at its central point.
    verify
        True checks every identity of the accounts every month and refuses a change that a step has not declared, False
        checks nothing; None, the default, checks all identities every month except the maturity ladder, which it adds
        up at year ends.
    interactions_off
        Interactions between agents to switch off, from January 2020 on; names in `sim.world.interactions`. Constants
        are solved without them.
    base_year
        Year with whose observations the centre starts; the scenario is dated as if that year were 2020.
    components
        Components of others beside those of the scenario: names of installed ones, or the components themselves.
    plan
        Folder of a plan of the user's own, or the plan itself.

    Raises
    ------
    scenarios.InputError
        If the scenario, the seed, a parameter or the name of an interaction cannot be used.
    """

    issuers = StateOf[Issuers](Issuers)
    investors = StateOf[ForeignInvestors](ForeignInvestors)
    equity_investors = StateOf[ForeignShareholders](ForeignShareholders)
    institutions = StateOf[Institutions](Institutions)
    fintech = StateOf[FintechFirms](FintechFirms)
    book = StateOf[SecurityBook](SecurityBook)
    ledger = StateOf[Ledger](Ledger)
    parameters = StateOf[Parameters](Parameters)
    solution = StateOf[Solution](Solution)
    base_year = StateOf[BaseYear](BaseYear)
    macro = StateOf[MacroPath](MacroPath)
    policy = StateOf[Policy](Policy)
    channels = StateOf[Channels](Channels)
    shock = StateOf[ShockValues](ShockValues)
    shock_paths = StateOf[ShockPaths](ShockPaths)
    draws = StateOf[Draws](Draws)
    month = StateOf[int](Clock, "month")
    """The last month that was simulated, as an ordinal."""
    last_month = StateOf[int](Policy, "last_month")
    """Last month of the scenario, as an ordinal."""
    scale = StateOf[float](ModelSize, "scale")
    interactions_off = StateOf[tuple[str, ...]](Interactions, "off")
    verify = StateOf[bool | None](Verification, "wanted")
    largest_error = StateOf[float](Verification, "largest_error")
    """Largest relative error of any identity so far."""
    events = StateOf[list[dict[str, Any]]](Triggers, "events")
    """What triggers did: month, trigger, indicator, value, lever, intensity before and after."""
    records = StateOf[list[dict[str, float]]](Record, "months")
    """Indicators by month from January 2020 on."""

    def __init__(
        self,
        scenario: "str | Path | Scenario" = "plan",
        *,
        rng: int | None = 0,
        parameters: "str | Parameters | None" = None,
        verify: bool | None = None,
        interactions_off: Iterable[str] = (),
        base_year: BaseYear = YEAR_2020,
        components: Iterable[Any] = (),
        plan: "str | Path | Plan | None" = None,
    ) -> None:
        from scenarios.loader import load

        asked = load(scenario).with_components(components)
        asked = asked if plan is None else asked.with_plan(plan)
        checked_parameters_argument(parameters)
        if names_own_parameters(parameters):
            asked, parameters = asked.with_parameters(parameters), None  # type: ignore[arg-type]
        if rng is None:
            warnings.warn(NO_SEED, UserWarning, stacklevel=2)
        self.seed = 0 if rng is None else checked_seed(rng)
        base_year = base_year_of(asked.plan, base_year)
        values = asked.values(parameters)
        super().__init__(rng=self.seed)
        self.altered: tuple[str, ...] = alterations()
        """Names of what of the model was not as installed when this one began; see `sim.provenance.loaded_code`."""
        if self.altered:
            notice(f"the model in this process is not the installed one: {', '.join(self.altered)}; results say so")
        past = state_at_baseline(
            values, asked.scale, checked_interactions(interactions_off), base_year, components_of(asked)
        )
        self.states: dict[Any, Any] = past.copied_into(self)
        """The states by their type; see `sim.component`."""
        self.step_seconds: dict[str, float] = {}
        self.parameters = values
        self.draws.seed = self.seed
        self.state(Verification).wanted = verify
        under_scenario(self.states, asked)
        self.datacollector = mesa.DataCollector({name: partial(_last_value, name) for name in PLAN_INDICATORS})
        self.datacollector.collect(self)

    def branch(self, asked: "Scenario") -> Self | None:
        """A copy at this month that goes on under another scenario; None where that one's past is another.

        The scale must be this model's. The copy's result is that of a run of the scenario from the start, to the bit.
        """
        copied = copy.deepcopy(self, shared(self.states))
        under_scenario(copied.states, asked)
        copied.policy.read |= self.policy.read
        return copied if same_past(self.states, copied.states) else None

    @property
    def scenario(self) -> None:
        """Always None: Mesa's scenario objects are another thing than the policy scenario that the model was made with.

        Where a model has one, Mesa's page passes a new one of them as `scenario` when it resets the model, in place of
        the policy scenario.
        """
        return None

    @scenario.setter
    def scenario(self, scenario: object) -> None:
        """Mesa sets its own scenario when a model begins; nothing reads it."""

    def __getattr__(self, name: str) -> Any:
        """Refuse a name that is no attribute, and name what replaced it."""
        raise AttributeError(f"FinancialCenter has no attribute {name!r}{hint(name, vars(self).get('states', {}))}")

    def state[T](self, kind: type[T]) -> T:
        """The state of a type."""
        found: T = self.states[kind]
        return found

    def __repr__(self) -> str:
        if not self.states:
            return "<FinancialCenter that has handed over its result>"
        sizes = ", ".join(f"{len(each):,} {kind.__name__}" for kind, each in self.populations.items())
        return (
            f"<FinancialCenter at {month_text(self.month)} of {month_text(self.last_month)}, seed {self.seed}: {sizes}>"
        )

    def _repr_html_(self) -> str:
        if not self.states:
            return f"<p>{html.escape(repr(self))}</p>"
        now = self.indicators[list(PLAN_INDICATORS)].iloc[[-1]].T
        table = now.set_axis([month_text(self.month)], axis=1).to_html(float_format="{:.4g}".format)
        return f"<p>{html.escape(repr(self))}</p>{table}"

    @property
    def indicators(self) -> "pd.DataFrame":
        """Indicators by month from January 2020 on, index month-end, plan indicators first."""
        return self.state(Record).table(FIRST_RECORDED)

    def step(self) -> None:
        """Simulate one month: the steps of `sim.month.MONTH` in order, with those of components of others.

        Raises
        ------
        AccountingError
            If an identity breaks while it is checked.
        RuntimeError
            If the scenario's last month is over; `running` is false from then on.
        """
        if self.month >= self.last_month:
            raise RuntimeError(f"the scenario ends in {month_text(self.last_month)}")
        simulate_month(self.states, self.step_seconds)
        self.datacollector.collect(self)
        self.running = self.month < self.last_month

    def run_to_end(self) -> None:
        """Step to the scenario's last month."""
        while self.month < self.last_month:
            self.step()

    def let_go(self) -> None:
        """Forget all states: agents and model refer to one another and would stay in memory until a collection."""
        self.states.clear()
        self.populations.clear()

    def agent(self, kind: str, unique_id: int) -> ArrayAgent:
        """An agent by the name of its class and its id; see `sim.inspection.lookup`."""
        return agent_of(self, kind, unique_id, self.month)

    def explain(self, agent: ArrayAgent, *, decision: str | None = None) -> "pd.DataFrame":
        """Why an agent did what it did this month; see `sim.explain`."""
        return explain(self, agent, decision=decision)

    @staticmethod
    def steps_table(components: Iterable[Any] = ()) -> "pd.DataFrame":
        """The steps of a month: order, owner, function, what happens, what is read and written.

        Parameters
        ----------
        components
            Components of others, as in the model.
        """
        return month_table(month_with(MONTH, components_found(parse_components(tuple(components)))))


def components_of(asked: "Scenario") -> Components:
    """The components of a scenario: those of the project, and those of others that it names.

    Raises
    ------
    scenarios.InputError
        If one is not there, is other code than the scenario's, or does not fit.
    """
    if not asked.components:
        return OURS
    return components_with(asked.components, components_found(asked.components))


def _last_value(name: str, centre: FinancialCenter) -> float:
    """Indicator of the month just simulated."""
    return centre.records[-1][name]


watched(complete=__name__)
