"""Networks of exposures and contagion on plain arrays: for the model's institutions and for a user's own.

    from sim import stress

    exposures = stress.maximum_entropy(assets, liabilities)
    stress.debtrank(exposures, equity, shock).index

Exposures may be dense arrays or sparse matrices of scipy; `exposures[i, j]` is what i has lent to j.
"""

from sim.stress.clearing import Clearing, clearing_vector
from sim.stress.debtrank import DebtRank, debtrank
from sim.stress.default_cascade import DefaultCascade, default_cascade
from sim.stress.delta_covar import DeltaCoVaR, delta_covar
from sim.stress.fire_sales import FireSales, fire_sales
from sim.stress.links import LinkLosses, link_losses
from sim.stress.margin_spiral import MarginSpiral, margin_spiral
from sim.stress.networks import maximum_entropy, minimum_density

__all__ = [
    "Clearing",
    "DebtRank",
    "DefaultCascade",
    "DeltaCoVaR",
    "FireSales",
    "LinkLosses",
    "MarginSpiral",
    "clearing_vector",
    "debtrank",
    "default_cascade",
    "delta_covar",
    "fire_sales",
    "link_losses",
    "margin_spiral",
    "maximum_entropy",
    "minimum_density",
]
