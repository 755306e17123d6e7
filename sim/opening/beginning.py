"""The states of a model at the end of the year before the base year, from which that year is simulated."""

from typing import Any

import numpy as np

from agents.draws import Draws
from agents.equity_investors import ForeignEquityInvestor, ForeignShareholders
from agents.fintech_firms import FintechFirm, FintechFirms
from agents.foreign_investors import ForeignInvestor, ForeignInvestors
from agents.institutions import FinancialInstitution, Institutions
from agents.issuers import Issuer, Issuers
from agents.population import Population, PopulationModel
from scenarios.added.records import channels_of, levers_of
from scenarios.calendar import BASELINE, month_ordinal
from scenarios.parameters import Parameters
from scenarios.plan import channels, levers
from scenarios.shock_paths import ShockPaths
from sim.accounting.ledger import Ledger
from sim.accounting.record import Record
from sim.accounting.securities import SecurityBook
from sim.added.component import kind_of_agents
from sim.base_year.base_year import BaseYear
from sim.base_year.model_size import ModelSize
from sim.base_year.sums import BaseYearSums
from sim.bond_market.component import BOND_MARKET
from sim.clock import Clock
from sim.closing.accounts import Verification
from sim.component import AllStates, Part
from sim.components import OURS, Components, start_components
from sim.financing.issuers_2019 import start_issuers
from sim.fintech.component import FINTECH
from sim.institutions.component import INSTITUTIONS
from sim.opening.first_book import first_book, start_residual_holders
from sim.opening.month_opens import month_holds
from sim.opening.triggers import Triggers
from sim.solved_constants import Solution
from sim.trading.component import FOREIGN_SHAREHOLDERS
from sim.world.interactions import Interactions
from sim.world.macro import MacroPath, make_macro_path
from sim.world.policy import Policy
from sim.world.random_streams import random_streams

START = month_ordinal("2019-12")
FIRST_RECORDED = START + 1
BEFORE_ANY_BOND = (BOND_MARKET, FOREIGN_SHAREHOLDERS, INSTITUTIONS, FINTECH)
"""Components that start before the book of securities is made: what foreigners want decides who holds what."""


def history_seed(parameters: Parameters) -> int:
    """Seed of what happened to December 2020: the same for every run of a parameter set."""
    return int(parameters.history_luck)


def states_at_the_beginning(
    model: PopulationModel,
    parameters: Parameters,
    solution: Solution,
    scale: float,
    interactions_off: tuple[str, ...],
    base_year: BaseYear,
    components: Components = OURS,
) -> dict[Any, Any]:
    """All states at end-2019, by their type; the agents belong to `model`."""
    draws = random_streams(
        history_seed(parameters), (stream for component in components.all for stream in component.streams)
    )
    all_levers = (*levers(), *levers_of(components.parts))
    all_channels = (*channels(), *channels_of(components.parts))
    states: dict[Any, Any] = {kind: kind() for component in components.all for kind in component.states}
    states |= solution.constants
    states |= {kind: kind() for kind in (BaseYearSums, Record, Verification, Triggers, Ledger)}
    states |= {
        Components: components,
        Clock: Clock(START),
        Parameters: parameters,
        Solution: solution,
        BaseYear: base_year,
        Draws: draws,
        ModelSize: ModelSize(scale),
        Interactions: Interactions(interactions_off),
        MacroPath: make_macro_path("neutral", BASELINE, parameters, draws["macro.innovations"], base_year=base_year),
        ShockPaths: ShockPaths((), BASELINE, parameters, components.shock_kinds),
        Policy: Policy(
            np.array([[lever.intensity_2020 for lever in all_levers]] * 12),
            START + 1,
            all_levers,
            all_channels,
            parameters,
        ),
        ForeignInvestors: Population(model, ForeignInvestor, capacity=2048),
        ForeignShareholders: Population(model, ForeignEquityInvestor, capacity=512),
        Issuers: Population(model, Issuer, capacity=max(64, round(10_100 * scale))),
        Institutions: Population(model, FinancialInstitution, capacity=2048),
        FintechFirms: Population(model, FintechFirm, capacity=4096),
    }
    for added in components.added:
        states |= {kind: Population(model, kind_of_agents(kind), room) for kind, room in added.agents.items()}
    states[AllStates] = states
    month_holds(states)
    Part(start_issuers).on(states)
    start_components(BEFORE_ANY_BOND, states)
    states[SecurityBook] = Part(first_book).on(states)
    Part(start_residual_holders).on(states)
    start_components((each for each in components.all if each not in BEFORE_ANY_BOND), states)
    return states
