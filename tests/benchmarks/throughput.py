"""Throughput of an ensemble, by worker processes, with and without a store, and on a Dask cluster of this machine.

`python -m tests.benchmarks.throughput --runs 200` prints a table. The ways take turns, so that a machine that slows
down slows all of them.
"""

import argparse
import os
import statistics
import time
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import sim
from app.cluster import executor_at
from tests.dask_cluster import dask_cluster


@dataclass
class Way:
    """A way to run an ensemble, and what was measured of it."""

    name: str
    options: dict[str, Any] = field(default_factory=dict)
    into_a_store: bool = False
    seconds: list[float] = field(default_factory=list)
    """Wall clock of the whole call, start of the workers included."""
    first: list[float] = field(default_factory=list)
    """Wall clock to the first result."""
    own_cpu: list[float] = field(default_factory=list)
    """CPU seconds of the calling process."""

    def measure(self, runs: int, draws: int | None, scale: float, folder: Path) -> None:
        """Run the ensemble once."""
        began, cpu = time.monotonic(), time.process_time()
        arrived: list[float] = []
        store = {"store": folder / f"{self.name} {len(self.seconds)}"} if self.into_a_store else {}
        found = sim.ensemble(
            "plan",
            runs=runs,
            draws=draws,
            scale=scale,
            progress=lambda *_: arrived.append(time.monotonic()),
            **store,
            **self.options,
        )
        assert len(arrived) == runs and not len(found.failures)
        self.seconds.append(time.monotonic() - began)
        self.first.append(arrived[0] - began)
        self.own_cpu.append(time.process_time() - cpu)


def main() -> None:
    """Measure every way and print the table."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--runs", type=int, default=200, help="runs a call")
    asked.add_argument("--rounds", type=int, default=3, help="calls of each way")
    asked.add_argument("--draws", type=int, help="draws that the runs share; each its own without")
    asked.add_argument("--scale", type=float, default=1.0, help="size of the model")
    asked.add_argument("--ways", default="1,2,store,dask", help="ways, in any order")
    given = asked.parse_args()
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
        os.environ.setdefault(name, "1")
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory()))
        wanted = given.ways.split(",")
        known = {
            "1": Way("one process", {"workers": 1}),
            "2": Way("two workers", {"workers": 2}),
            "store": Way("two workers and a store", {"workers": 2}, into_a_store=True),
        }
        if "dask" in wanted:
            address, _ = stack.enter_context(dask_cluster(folder, dict(os.environ)))
            known["dask"] = Way("two workers of Dask", {"executor": stack.enter_context(executor_at(address))})
        ways = [known[name] for name in wanted]
        for _ in range(given.rounds):
            for way in ways:
                way.measure(given.runs, given.draws, given.scale, folder)
                print(f"{way.name}: {way.seconds[-1]:.1f} s", flush=True)
    print("\n| way | seconds | runs a minute | first result, s | CPU of the caller, s |\n|---|---:|---:|---:|---:|")
    for way in ways:
        middle = statistics.median(way.seconds)
        rate, first, own = 60.0 * given.runs / middle, statistics.median(way.first), statistics.median(way.own_cpu)
        print(f"| {way.name} | {middle:.1f} | {rate:.0f} | {first:.1f} | {own:.1f} |")


if __name__ == "__main__":
    main()
