"""FinancialCenter: the Mesa model of Shanghai as a financial centre, one step a month."""

import copy
import time
import warnings
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import mesa
import numpy as np

from agents.arrays import Floats
from agents.draws import Draws
from agents.equity_investors import ForeignEquityInvestor, ForeignShareholders
from agents.fintech_firms import FintechFirm, FintechFirms
from agents.foreign_investors import ForeignInvestor, ForeignInvestors
from agents.institutions import FinancialInstitution, Institutions
from agents.issuers import Issuer, Issuers
from agents.population import ArrayAgent, Population, PopulationModel
from agents.views import view
from scenarios.calendar import BASELINE, month_ordinal, month_text
from scenarios.counts import checked_seed
from scenarios.errors import unknown
from scenarios.parameters import Parameters, central_parameters, checked_for_replay
from scenarios.plan import channels as plan_channels
from scenarios.plan import levers as plan_levers
from scenarios.problem_texts import coded
from scenarios.shock_paths import ShockPaths
from sim.accounts import Verification
from sim.base_year.base_year import YEAR_2020, BaseYear
from sim.base_year.sums import BaseYearSums
from sim.bond_market.component import BOND_MARKET
from sim.bond_market.state import BondMarketConstants, GovernmentYield, ResidualHolders, china_yield_pct, us_yield_pct
from sim.clock import Clock
from sim.component import AllStates, Part, States
from sim.components import COMPONENTS, open_components, remember_base_year, start_components
from sim.financing.issuers_2019 import outstanding_2019_bn, start_issuers
from sim.financing.state import FinancingConstants, ModelSize
from sim.fintech.component import FINTECH
from sim.indicators import PLAN_INDICATORS
from sim.institutions.component import INSTITUTIONS
from sim.institutions.location import institutions_by_class
from sim.institutions.state import RivalCentres
from sim.interactions import Interactions, checked_interactions
from sim.ledger import Account, Ledger
from sim.loaded_code import alterations, watched
from sim.macro import MacroPath, make_macro_path
from sim.notices import notice
from sim.policy import Channels, ChannelValues, Policy
from sim.random_streams import random_streams
from sim.record import Record
from sim.securities import SecurityBook, SecurityClass
from sim.shock_values import ShockValues
from sim.solving.constants import Solution
from sim.solving.sums import add_month_of_base_year
from sim.trading.component import FOREIGN_SHAREHOLDERS
from sim.triggers import policy_after_triggers

if TYPE_CHECKING:
    import pandas as pd

    from scenarios.schema import Scenario
    from scenarios.triggers import Trigger

NO_SEED = (
    "without a seed (rng=None) the centre takes seed 0, each time: mesa.batch_run(..., iterations=5) gives one run "
    "five times; give rng=range(5) for five runs"
)
START_OF_HISTORY = month_ordinal("2019-12")


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
        A parameter set's name, a `Parameters` object, or None for the scenario's own set at its central point.
    verify
        True checks every identity of the accounts every month, False none; None, the default, checks all of them
        every month except the maturity ladder, which it adds up at year ends.
    interactions_off
        Interactions between agents to switch off, from January 2020 on; names in `sim.interactions`. Constants
        are solved without them.
    base_year
        Year with whose observations the centre starts; the scenario is dated as if that year were 2020.

    Raises
    ------
    scenarios.InputError
        If the scenario, the seed, a parameter or the name of an interaction cannot be used.
    """

    def __init__(
        self,
        scenario: "str | Path | Scenario" = "plan",
        *,
        rng: int | None = 0,
        parameters: "str | Parameters | None" = None,
        verify: bool | None = None,
        interactions_off: Iterable[str] = (),
        base_year: BaseYear = YEAR_2020,
    ) -> None:
        from scenarios.loader import load
        from sim.history import state_at_baseline

        asked = load(scenario)
        if rng is None:
            warnings.warn(NO_SEED, UserWarning, stacklevel=2)
        seed = 0 if rng is None else checked_seed(rng)
        values = resolved_parameters(parameters if parameters is not None else asked.parameters, asked.macro)
        super().__init__(rng=seed)
        self.altered = alterations()
        if self.altered:
            notice(f"the model in this process is not the installed one: {', '.join(self.altered)}; results say so")
        past = state_at_baseline(values, asked.scale, checked_interactions(interactions_off), base_year)
        self._take_over(past)
        self.parameters = values
        self.seed = seed
        self.state(Verification).wanted = verify
        self.draws.seed = seed
        self._go_under(asked)
        self.events = []
        self.datacollector = mesa.DataCollector({name: partial(_last_value, name) for name in PLAN_INDICATORS})
        self.datacollector.collect(self)

    @classmethod
    def in_2019(
        cls,
        parameters: Parameters,
        solution: Solution,
        scale: float,
        interactions_off: tuple[str, ...] = (),
        base_year: BaseYear = YEAR_2020,
    ) -> Self:
        """A centre at end-2019, before the simulated year 2020, which is drawn under the seed of history."""
        centre = object.__new__(cls)
        PopulationModel.__init__(centre, rng=history_seed(parameters))
        centre.interactions_off = interactions_off
        centre.base_year = base_year
        centre._begin(parameters, solution, scale)
        return centre

    triggers: "tuple[Trigger, ...]"
    """Triggers of the scenario."""
    trigger_rests: list[int]
    """Month from which each trigger may fire again."""
    events: list[dict[str, Any]]
    """What triggers did: month, trigger, indicator, value, lever, intensity before and after."""
    interactions_off: tuple[str, ...]
    """Interactions that are switched off, by name."""
    base_year: BaseYear
    """The year with whose observations it started."""
    altered: tuple[str, ...]
    """Names of what of the model was not as installed when this one began; see `sim.loaded_code`."""

    def _begin(self, parameters: Parameters, solution: Solution, scale: float) -> None:
        self.parameters = parameters
        self.solution = solution
        self.scale = scale
        self.seed = history_seed(parameters)
        self.draws = random_streams(self.seed, (stream for component in COMPONENTS for stream in component.streams))
        self.month = START_OF_HISTORY
        self.last_month = BASELINE
        self.macro = make_macro_path(
            "neutral", BASELINE, parameters, self.draws["macro.innovations"], base_year=self.base_year
        )
        self.shock_paths = ShockPaths((), BASELINE, parameters)
        self.policy = Policy(
            np.array([[lever.intensity_2020 for lever in plan_levers()]] * 12),
            START_OF_HISTORY + 1,
            plan_levers(),
            plan_channels(),
            parameters,
        )
        self._channels = self.policy.baseline
        self.own_states: dict[type, Any] = {kind: kind() for component in COMPONENTS for kind in component.states}
        self.own_states |= solution.constants
        self.own_states |= {kind: kind() for kind in (BaseYearSums, Record, Verification)}
        self.investors = Population(self, ForeignInvestor, capacity=2048)
        self.equity_investors = Population(self, ForeignEquityInvestor, capacity=512)
        self.issuers = Population(self, Issuer, capacity=max(64, round(10_100 * scale)))
        self.institutions = Population(self, FinancialInstitution, capacity=2048)
        self.fintech = Population(self, FintechFirm, capacity=4096)
        Part(start_issuers).on(self._states_before_any_bond())
        early = (BOND_MARKET, FOREIGN_SHAREHOLDERS, INSTITUTIONS, FINTECH)
        start_components((BOND_MARKET, FOREIGN_SHAREHOLDERS), self._states_before_any_bond())
        start_components((INSTITUTIONS, FINTECH), self._states_before_any_bond())
        stock_bn = outstanding_2019_bn(self.base_year, self.state(FinancingConstants))
        self.book = SecurityBook(stock_bn, float(self.investors["holdings_bn"].sum()))
        self.book.interbank_share[SecurityClass.SOVEREIGN] = self.state(BondMarketConstants).sovereign_interbank_share
        self.ledger = Ledger()
        residual = self.book.holdings_bn[1:]
        self.state(ResidualHolders).bank_share_of_purchases = float(residual[0].sum() / residual.sum())
        start_components((each for each in COMPONENTS if each not in early), self.states_now())
        self.triggers = ()
        self.trigger_rests = []
        self.events = []
        self.first_recorded_month = START_OF_HISTORY + 1
        self.step_seconds: dict[str, float] = {}

    def _take_over(self, past: "FinancialCenter") -> None:
        """Become a copy of a centre at end-2020; the copy's agents belong to this model."""
        own = set(vars(self)) - {"populations"}
        state = {name: value for name, value in vars(past).items() if name not in own}
        memo: dict[int, Any] = {id(past): self}
        constants = past.solution.constants.values()
        for shared in (past.parameters, past.solution, *constants, past.macro, past.policy):
            memo[id(shared)] = shared
        self.__dict__.update(copy.deepcopy(state, memo))
        self.agent_id_counter: int = past.agent_id_counter

    def _go_under(self, asked: "Scenario") -> None:
        """Take over what a scenario decides: the horizon, shocks, the outside world, policy and triggers."""
        self.last_month = month_ordinal(asked.end)
        self.shock_paths = ShockPaths(asked.shocks, self.last_month, self.parameters)
        self.macro = make_macro_path(
            asked.macro,
            self.last_month,
            self.parameters,
            self.draws["macro.innovations"],
            self.shock_paths,
            asked.drivers,
            self.base_year,
        )
        self.policy = self._policy(asked)
        self.triggers = asked.triggers
        self.trigger_rests = [0] * len(asked.triggers)
        self.state(RivalCentres).answer = asked.rival_centres

    def branch(self, asked: "Scenario") -> Self | None:
        """A copy at this month that goes on under another scenario; None where that one's past is another.

        The scale must be this model's. The copy's result is that of a run of the scenario from the start, to the bit.
        """
        constants = self.solution.constants.values()
        shared = (self.parameters, self.solution, *constants, self.macro, self.policy)
        memo: dict[int, Any] = {id(each): each for each in shared}
        copied = copy.deepcopy(self, memo)
        copied._go_under(asked)
        copied.policy.read |= self.policy.read
        return copied if self._has_the_past_of(copied) else None

    def _has_the_past_of(self, other: "FinancialCenter") -> bool:
        """Whether policy, the outside world and shocks were the same to this month, and no trigger could have acted."""
        policy_rows, macro_rows = self.month - BASELINE, self.macro.position(self.month) + 1
        series = ("china_yield_pct", "us_yield_pct", "log_vix", "usdcny", "equity_index", "log_volatility")
        return (
            not self.triggers
            and not other.triggers
            and self.state(RivalCentres).answer == other.state(RivalCentres).answer
            and np.array_equal(self.policy.paths[:policy_rows], other.policy.paths[:policy_rows])
            and all(
                np.array_equal(getattr(self.macro, each)[:macro_rows], getattr(other.macro, each)[:macro_rows])
                for each in series
            )
            and all(
                self.shock_paths.at(month) == other.shock_paths.at(month)
                for month in range(BASELINE + 1, self.month + 1)
            )
        )

    def _policy(self, scenario: "Scenario") -> Policy:
        first = BASELINE + 1
        return Policy(
            scenario.intensities(first, self.last_month), first, plan_levers(), plan_channels(), self.parameters
        )

    @property
    def scenario(self) -> None:
        """Always None: the policy scenario is `scenario_asked`.

        Mesa has scenario objects of its own. Where a model has one, Mesa's page passes a new one of them as `scenario`
        when it resets the model, in place of the policy scenario that was asked for.
        """
        return None

    @scenario.setter
    def scenario(self, scenario: object) -> None:
        """Mesa sets its own scenario when a model begins; nothing reads it."""

    @property
    def channels(self) -> ChannelValues:
        """Channel values in force this month."""
        return self._channels

    @property
    def china_yield_pct(self) -> float:
        """Ten-year government yield with what foreign holdings and public supply did to it, per cent."""
        return china_yield_pct(Clock(self.month), self.macro, self.book, self.state(GovernmentYield))

    @property
    def us_yield_pct(self) -> float:
        """Ten-year government yield of the United States, per cent."""
        return us_yield_pct(Clock(self.month), self.macro)

    @property
    def shock(self) -> Mapping[str, float]:
        """Value of every kind of shock this month, by name."""
        return self.shock_paths.at(self.month)

    def institutions_by_class(self) -> Floats:
        """Institutions in Shanghai by sector and ownership, shape (11, 2)."""
        return institutions_by_class(self.institutions)

    def step(self) -> None:
        """Simulate one month: the steps of `sim.month.MONTH` in order.

        Raises
        ------
        AccountingError
            If an identity breaks while `verify` is on.
        RuntimeError
            If the scenario's last month is over; `running` is false from then on.
        """
        from sim.month import MONTH

        if self.month >= self.last_month:
            raise RuntimeError(f"the scenario ends in {month_text(self.last_month)}")
        self.month += 1
        self.policy, fired = policy_after_triggers(self)
        for place, event in fired:
            self.trigger_rests[place] = self.month + self.triggers[place].cooldown
            self.events.append(event)
        self._open_month()
        states = self.states_now()
        for stage in MONTH:
            started = time.perf_counter()
            stage.on(states)
            self.step_seconds[stage.name] = self.step_seconds.get(stage.name, 0.0) + time.perf_counter() - started
        clock: Clock = states[Clock]
        if clock.in_base_year:
            Part(add_month_of_base_year).on(states)
            if clock.ends_base_year:
                remember_base_year(states)
        else:
            self.datacollector.collect(self)
        self.running = self.month < self.last_month

    def state[T](self, kind: type[T]) -> T:
        """The state of a component by its type."""
        found: T = self.own_states[kind]
        return found

    def states_now(self) -> States:
        """The states that parts of components may receive this month, by their type."""
        states = {**{kind: of(self) for kind, of in _SHARED.items()}, **self.own_states}
        states[AllStates] = states
        return states

    def _states_before_any_bond(self) -> States:
        """The states while the first components start, whose investors decide how many bonds there are."""
        later = (SecurityBook, Ledger)
        return {**{kind: of(self) for kind, of in _SHARED.items() if kind not in later}, **self.own_states}

    def _open_month(self) -> None:
        self._channels = self.policy.at(self.month)
        self.ledger.open_month()
        open_components(self.states_now())

    @property
    def records(self) -> list[dict[str, float]]:
        """Indicators by month from January 2020 on."""
        return self.state(Record).months

    @property
    def verify(self) -> bool | None:
        """Whether identities are checked every month (True), not at all (False), or the ladder once a year (None)."""
        return self.state(Verification).wanted

    @property
    def largest_error(self) -> float:
        """Largest relative error of any identity so far."""
        return self.state(Verification).largest_error

    @property
    def indicators(self) -> "pd.DataFrame":
        """Indicators by month from January 2020 on, index month-end, plan indicators first."""
        import pandas as pd

        index = (
            pd.period_range(month_text(self.first_recorded_month), periods=len(self.records), freq="M")
            .to_timestamp(how="end")
            .normalize()
        )
        return pd.DataFrame(self.records, index=pd.DatetimeIndex(index, name="month"))

    def agent(self, kind: str, unique_id: int) -> ArrayAgent:
        """An agent by the name of its class and its id, such as ("Issuer", 1234).

        Raises
        ------
        scenarios.InputError
            If there is no such kind, or nobody of that kind has this id (any more).
        """
        from scenarios.errors import InputError

        kinds = {population.agent_type.__name__: population for population in self.populations.values()}
        if kind not in kinds:
            raise InputError(unknown("agent_kind", kind, kinds, key="kind"))
        population = kinds[kind]
        if population.rows_of([unique_id])[0] < 0:
            ids = population.unique_ids
            raise InputError(
                coded("agent.unknown_id", kind=kind, id=unique_id, month=month_text(self.month)),
                key="unique_id",
                value=unique_id,
                allowed=coded("allowed.ids", count=len(ids), first=ids.min(), last=ids.max()),
            )
        found: ArrayAgent = view(population.agent_type, population, unique_id)
        return found

    def explain(self, agent: ArrayAgent, *, decision: str | None = None) -> "pd.DataFrame":
        """Why an agent did what it did this month; see `sim.explain`."""
        from sim.explanations import explain

        return explain(self, agent, decision=decision)

    def run_to_end(self) -> None:
        """Step to the scenario's last month."""
        while self.month < self.last_month:
            self.step()

    @staticmethod
    def steps_table() -> "pd.DataFrame":
        """The steps of a month: order, owner, function, what happens, what is read and written."""
        import pandas as pd

        from sim.month import MONTH

        rows = [
            {
                "order": position,
                "step": stage.name,
                "owner": stage.owner,
                "function": stage.function,
                "what": stage.what,
                "reads": stage.reads_named,
                "writes": stage.changes_named,
            }
            for position, stage in enumerate(MONTH, start=1)
        ]
        return pd.DataFrame(rows).set_index("order")


_SHARED: dict[Any, Callable[[FinancialCenter], Any]] = {
    Clock: lambda centre: Clock(centre.month),
    Parameters: lambda centre: centre.parameters,
    BaseYear: lambda centre: centre.base_year,
    Draws: lambda centre: centre.draws,
    Policy: lambda centre: centre.policy,
    ForeignInvestors: lambda centre: centre.investors,
    ForeignShareholders: lambda centre: centre.equity_investors,
    Channels: lambda centre: Channels(centre.channels, centre.policy.baseline),
    ShockValues: lambda centre: ShockValues(centre.shock),
    ModelSize: lambda centre: ModelSize(centre.scale),
    Interactions: lambda centre: Interactions(centre.interactions_off),
    MacroPath: lambda centre: centre.macro,
    SecurityBook: lambda centre: centre.book,
    Ledger: lambda centre: centre.ledger,
    Issuers: lambda centre: centre.issuers,
    Institutions: lambda centre: centre.institutions,
    FintechFirms: lambda centre: centre.fintech,
}
"""States that are no component's own, and how they are found."""


def _last_value(name: str, centre: FinancialCenter) -> float:
    """Indicator of the month just simulated."""
    return centre.records[-1][name]


def history_seed(parameters: Parameters) -> int:
    """Seed of what happened to December 2020: the same for every run of a parameter set."""
    return int(parameters.history_luck)


def resolved_parameters(parameters: "str | Parameters", macro: str) -> Parameters:
    """A parameter set's central point, or the parameters themselves, for a run under a macro path.

    Raises
    ------
    scenarios.InputError
        If the name is unknown, or the set knows too much for the path.
    """
    if isinstance(parameters, Parameters):
        return parameters
    checked_for_replay(parameters, macro)
    return central_parameters(parameters)


__all__ = ["Account", "FinancialCenter"]

watched(complete=__name__)
