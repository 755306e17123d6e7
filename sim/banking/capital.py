"""Capital of institutions against the minimum that supervisors require."""

import numpy as np

from agents.arrays import Floats, Integers
from agents.bank_capital import (
    capital_adequacy,
    capital_room,
    log_excess_leverage,
    required_equity_bn,
    requirement_factor,
)
from agents.institutions import Institutions
from scenarios.parameters import Parameters
from sim.world.policy import Channels


def capital_requirement(parameters: Parameters, channels: Channels) -> float:
    """Factor on required and wanted capital by macroprudential policy since 2020."""
    return requirement_factor(
        channels["macropru_tightness"] - channels.baseline("macropru_tightness"), parameters.macropru_capital
    )


def room_and_excess(parameters: Parameters, channels: Channels, institutions: Institutions) -> tuple[Floats, Floats]:
    """Room that capital leaves institutions, and the log of their assets over what is allowed, shape (n,)."""
    adequacy = capital_adequacy(
        institutions["equity_bn"] / institutions["assets_bn"],
        institutions["normal_equity_ratio"],
        parameters.capital_adequacy_2020,
    )
    minimum = parameters.capital_adequacy_minimum
    required = minimum * capital_requirement(parameters, channels)
    buffer = parameters.capital_adequacy_2020 - minimum
    return capital_room(adequacy, required, buffer, parameters.leverage_trigger), log_excess_leverage(
        adequacy, required
    )


def capital_above_minimum_bn(
    parameters: Parameters, channels: Channels, institutions: Institutions, rows: Integers
) -> Floats:
    """Equity of some institutions above what supervisors require of them, CNY bn, shape (m,); zero where it is less."""
    required = required_equity_bn(
        institutions["assets_bn"][rows],
        institutions["normal_equity_ratio"][rows],
        parameters.capital_adequacy_minimum * capital_requirement(parameters, channels),
        parameters.capital_adequacy_2020,
    )
    above: Floats = np.maximum(institutions["equity_bn"][rows] - required, 0.0)
    return above
