"""Blocs of foreign investors."""

from functools import cache

import numpy as np

from agents.arrays import Floats
from agents.foreign_investors import Bloc, InvestorGroup
from sim.base_year.tables import table


@cache
def bloc_shares() -> Floats:
    """Share of each bloc in the institutions of a group, shape (4 groups, 3 blocs)."""
    rows = {row["group"]: row for row in table("investor_groups")}
    return np.array([[float(rows[g.name][f"{b.name.lower()}_share"]) for b in Bloc] for g in InvestorGroup])
