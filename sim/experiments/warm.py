"""Importing this prepares a process for runs: the modules and tables of every run are loaded before the first.

The process that workers are copied from imports it, so that none of them does it again.
"""

import sim.history
import sim.model
import sim.month
import sim.one_run  # noqa: F401
from sim.kernels import kernels
from sim.loaded_code import alterations
from sim.model_digest import model_digest

model_digest()
kernels()
alterations()
