"""Importing this prepares a process for runs: the modules and tables of every run are loaded before the first.

The process that workers are copied from imports it, so that none of them does it again.
"""

from sim.provenance.kernels import kernels
from sim.provenance.loaded_code import alterations
from sim.provenance.model_digest import model_digest

model_digest()
kernels()
alterations()
