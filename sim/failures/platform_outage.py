"""Outage of the platform that most institutions of the city use, by a dated shock."""

import numpy as np

from agents.fintech_firms import FintechFirms
from sim.component import Changes
from sim.institutions.state import ServiceOutage
from sim.world.shock_values import ShockValues


def platform_goes_down(shocks: ShockValues, fintech: FintechFirms, outage: Changes[ServiceOutage]) -> None:
    """A platform goes down if a shock demands it.

    It is the platform with most clients in the city when the outage begins, and stays the same one until it ends.
    """
    share = min(shocks["platform_outage"], 1.0)
    if share <= 0.0 or (outage.supplier < 0 and not fintech["clients_here"].any()):
        outage.supplier, outage.share = -1, 0.0
        return
    if outage.supplier < 0:
        order = np.lexsort((fintech.draw_keys, -fintech["clients_elsewhere"], -fintech["clients_here"]))
        outage.supplier = int(fintech.unique_ids[order[0]])
    outage.share = share
