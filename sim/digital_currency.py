"""Small firms accept the digital yuan once the pilot has come to the city."""

from typing import TYPE_CHECKING

import numpy as np

from agents.digital_currency import acceptance_probability
from agents.issuers import IssuerClass
from scenarios.calendar import month_ordinal

if TYPE_CHECKING:
    from sim.model import FinancialCenter

PILOT_STARTS = month_ordinal("2020-11")
"""Month in which the pilot of the digital yuan came to Shanghai; before it nobody can accept."""


def accepting_share(centre: "FinancialCenter") -> float:
    """Part of small firms that accept the digital yuan."""
    issuers = centre.issuers
    small = issuers["issuer_class"] == IssuerClass.MSME
    return float(issuers["accepts_ecny"][small].mean()) if small.any() else 0.0


def small_firms_accept_ecny(centre: "FinancialCenter") -> None:
    """Small firms begin to accept the digital yuan as it gets cheaper and others take it."""
    centre.ecny_acceptors = {"opening": int(centre.issuers["accepts_ecny"].sum()), "new": 0}
    if centre.month < PILOT_STARTS:
        return
    issuers, parameters = centre.issuers, centre.parameters
    without = np.flatnonzero((issuers["issuer_class"] == IssuerClass.MSME) & ~issuers["accepts_ecny"])
    chance = acceptance_probability(
        accepting_share(centre),
        parameters.ecny_innovation,
        parameters.ecny_imitation,
        centre.channels["ecny_acceptance_cost"] / centre.policy.baseline["ecny_acceptance_cost"],
        parameters.ecny_cost_elasticity,
        float(centre.fintech["in_shanghai"].sum()) / parameters.fintech_firms_2020,
        parameters.ecny_supply_elasticity,
        ecny_network="ecny_network" not in centre.interactions_off,
    )
    takes = without[centre.luck.ecny.uniform(issuers.luck[without], centre.month) < chance]
    issuers["accepts_ecny"][takes] = True
    centre.ecny_acceptors["new"] = len(takes)
