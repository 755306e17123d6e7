"""Institutions take up financial technology."""

import numpy as np

from agents.adoption import adoption_probability, neighbours_share
from agents.arrays import rows_where
from agents.draws import Draws
from agents.fintech_firms import FintechFirms
from agents.institutions import Institutions
from scenarios.parameters import Parameters
from sim.clock import Clock
from sim.component import Changes
from sim.institutions.state import Adopters
from sim.world.interactions import Interactions


def institutions_adopt(
    clock: Clock,
    parameters: Parameters,
    draws: Draws,
    interactions: Interactions,
    fintech: FintechFirms,
    institutions: Changes[Institutions],
    adopters: Changes[Adopters],
) -> None:
    """Institutions adopt technology as their neighbours did and as local firms supply it."""
    adopted = institutions["adopted"]
    without = rows_where(~adopted)
    log_assets = np.log(institutions["assets_bn"])
    neighbours = institutions.rows_of(institutions["neighbours"][:, without])
    chance = adoption_probability(
        neighbours_share(adopted, neighbours),
        (log_assets[without] - log_assets.mean()) / log_assets.std(),
        parameters.bass_innovation,
        parameters.bass_imitation,
        parameters.adoption_size_effect,
        float(fintech["in_shanghai"].sum()) / parameters.fintech_firms_2020,
        parameters.adoption_supply_elasticity,
        adoption_network=interactions.on("adoption_network"),
    )
    takes = without[draws["institution.adoption"].uniform(institutions.draw_keys[without], clock.month) < chance]
    adopted[takes] = True
    adopters.adopted += len(takes)
