"""Foreign institutions outside the interbank bond market decide whether to enter it."""

from agents.coordination import inclination, ready_ratio
from agents.foreign_investors import entry_rate_per_month
from scenarios.parameters import Parameters
from sim.bond_market.state import ForeignDemand
from sim.world.interactions import Interactions
from sim.world.policy import Channels


def entry_rate(
    parameters: Parameters,
    channels: Channels,
    interactions: Interactions,
    demand: ForeignDemand,
    inside: int,
    peers: float,
    trust: float,
) -> float:
    """Institutions expected to enter this month.

    Cheaper access, a market that more indices hold, trust in the regime, and others who have joined or bought draw in
    those outside, each with a threshold of its own; their number falls as they enter. `peers` and `trust` are log odds.
    """
    at_start = demand.investors_at_start
    potential = parameters.potential_investors_ratio * at_start
    strength = parameters.entry_coordination if interactions.on("coordination") else 0.0
    cheaper = parameters.access_friction_2020 * (1.0 - channels.ratio("foreign_access_cost"))
    listed = channels["index_tracking_demand"] - channels.baseline("index_tracking_demand")
    access = parameters.entry_access_coefficient * cheaper + parameters.entry_index_effect * listed + peers + trust
    drawn = inclination(access, (inside - at_start) / potential, strength)
    outside = max(0.0, potential - inside) / (potential - at_start)
    return entry_rate_per_month(
        parameters.foreign_entry_rate, ready_ratio(drawn, parameters.ready_to_enter_2020), outside
    )
