"""Measure one peer in a process of its own: `-m peers.measure cost PEER AGENTS` or `sample PEER AGENTS SEEDS`.

Prints JSON. CPU time, never time of the clock, and the least of several months: both are disturbed least by what else
the machine does.
"""

import importlib
import json
import resource
import sys
from pathlib import Path
from time import process_time

from . import rules

LEAST_MONTHS, MOST_MONTHS, ENOUGH_SECONDS = 3, 60, 1.0


def cost(module, agents):
    """CPU nanoseconds an agent and month, CPU seconds of set-up, peak memory of the process in MB."""
    start = process_time()
    peer = module.Peer(agents, 1)
    set_up = process_time() - start
    peer.month()  # the first month also takes memory that later ones use again
    months = []
    while len(months) < LEAST_MONTHS or (sum(months) < ENOUGH_SECONDS and len(months) < MOST_MONTHS):
        start = process_time()
        peer.month()
        months.append(process_time() - start)
    return {"nanoseconds": 1e9 * min(months) / agents, "set_up_seconds": set_up, "peak_mb": peak_mb()}


def peak_mb():
    status = Path("/proc/self/status")
    if status.exists():
        # The kernel's own count for a child starts from the peak of the process that started it.
        return int(next(line.split()[1] for line in status.read_text().splitlines() if line.startswith("VmHWM"))) / 1024
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / 1024**2 if sys.platform == "darwin" else peak / 1024


def main():
    what, peer, agents, *seeds = sys.argv[1:]
    module = importlib.import_module(f"{__package__}.{peer}")
    if what == "cost":
        answer = cost(module, int(agents))
    else:
        answer = {"statistics": rules.sample(module.Peer, int(agents), range(int(seeds[0]))).tolist()}
    print(json.dumps({"version": module.VERSION, **answer}))


if __name__ == "__main__":
    main()
