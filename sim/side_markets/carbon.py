"""Emitters covered by the city's carbon market trade allowances."""

from collections.abc import Iterator

import numpy as np

from agents.arrays import one_of, rows_where
from agents.carbon import allowance_gap, matched_trades, takes_part
from agents.draws import Draws
from agents.issuers import IssuerClass, Issuers
from scenarios.parameters import Parameters
from sim.accounting.record import index_of_base_year
from sim.base_year.model_size import ModelSize
from sim.clock import Clock
from sim.component import Changes, Component, Identity, Reading, Step
from sim.world.policy import Channels

COVERED = (IssuerClass.CENTRAL_SOE, IssuerClass.LOCAL_SOE, IssuerClass.PRIVATE_LARGE, IssuerClass.PRIVATE_MID)
"""Classes with plants large enough to be covered."""


def start_carbon_market(
    clock: Clock, parameters: Parameters, draws: Draws, size: ModelSize, issuers: Changes[Issuers]
) -> None:
    """Set coverage, emissions and cost of abatement at the start."""
    able = rows_where(one_of(issuers["issuer_class"], COVERED))
    uniform = draws["issuer.carbon"].uniform(issuers.draw_keys[able], clock.month)
    # The pilot covers as many emitters at every scale: how evenly purchases and sales match depends on their number.
    covered = able[uniform < parameters.carbon_covered_share / size.scale]
    normal = draws["issuer.carbon"].normal(issuers.draw_keys[covered], clock.month, count=3)
    spread = parameters.emissions_spread
    issuers["emissions"][covered] = np.exp(spread * normal[1] - 0.5 * spread**2)
    issuers["abatement_cost"][covered] = normal[2]


def issuers_trade_allowances(
    clock: Clock, parameters: Parameters, draws: Draws, channels: Channels, issuers: Changes[Issuers]
) -> None:
    """Emitters trade allowances.

    Those whose gain exceeds the cost of a trade take part; purchases equal sales.
    """
    rows = rows_where(issuers["emissions"] > 0.0)
    emissions = issuers["emissions"][rows]
    normal = draws["issuer.carbon"].normal(issuers.draw_keys[rows], clock.month)
    gap = allowance_gap(issuers["abatement_cost"][rows], normal, parameters.allowance_gap_persistence)
    trades = takes_part(emissions, gap, parameters.carbon_least_gain, channels.ratio("carbon_trading_cost"))
    issuers["allowances_bought"][rows] = matched_trades(np.where(trades, emissions * gap, 0.0))


def allowances_bought(issuers: Issuers) -> float:
    """Allowances bought by covered issuers, in mean emissions of an emitter."""
    return float(np.maximum(issuers["allowances_bought"], 0.0).sum())


def carbon_identities(issuers: Issuers) -> Iterator[Identity]:
    """Allowances bought are allowances sold."""
    bought = issuers["allowances_bought"]
    yield "allowances bought and sold", float(np.maximum(bought, 0.0).sum()), float(-np.minimum(bought, 0.0).sum())


CARBON = Component(
    name="carbon",
    start=start_carbon_market,
    streams=("issuer.carbon",),
    steps=(Step(issuers_trade_allowances, owner="Issuer"),),
    readings=(
        Reading("carbon_turnover", "index, 2020 = 100", "flow", allowances_bought, scaled_to=index_of_base_year),
    ),
    identities=carbon_identities,
)
