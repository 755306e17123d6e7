"""A store with a sweep and a batch of three scenarios of a small model, as the pages of stored runs need it."""

from pathlib import Path

import sim
from scenarios.loader import load
from sim.experiments.designs import Design, Factor
from sim.experiments.ensemble import run_requests
from sim.experiments.pool import Workers
from sim.experiments.store import Store


def fill(folder: Path) -> None:
    """Write the store into a folder that does not exist yet."""
    base = sim.Scenario(**{**load("committed").plain(), "scale": 0.05, "end": "2021-12"})
    factors = (Factor("bond_market_access", "lever", 0.5, 1.0), Factor("futures_market_opening", "lever", 0.3, 1.0))
    design = Design(base, "latin_hypercube", factors, samples=12)
    requests = design.requests()
    with Store.writing(folder) as written:
        written.keep_design(requests, design.plain())
    with Workers() as pool:
        run_requests(requests, store=folder, workers=pool)
        sim.ensemble(["plan", "committed", "stretch"], runs=8, scale=0.05, draws=0, store=folder, workers=pool)
