"""What a platform that is down means for its clients."""

import numpy as np

from agents.arrays import Floats, Integers
from agents.fintech_firms import FintechFirms
from sim.institutions.state import ServiceOutage


def service_down(outage: ServiceOutage, fintech: FintechFirms) -> Floats:
    """Part of the service of each firm that is down, shape (n,)."""
    return np.where(fintech.unique_ids == outage.supplier, outage.share, 0.0)


def leaving_chances(usual: float, down: Floats) -> Floats:
    """Chance of the clients of each firm to leave it in a month, shape (n,): all leave what is down.

    chance = usual + (1 - usual) * part of the service that is down
    """
    chances: Floats = usual + (1.0 - usual) * down
    return chances


def clients_leaving(chances: Floats, rows: Integers, usual: float) -> Floats:
    """Chance of each client to leave its supplier, shape (m,), from those by firm; the usual one without a supplier."""
    return np.where(rows >= 0, chances[rows], usual)
