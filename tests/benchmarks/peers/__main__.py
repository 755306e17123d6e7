"""Cost of an agent and month in several frameworks: `python -m tests.benchmarks.peers`, `--out FILE` for CSV.

Every measurement is a process of its own. A dash stands where a peer would take more than a minute of CPU, or is not to
be had. Before it is measured, each peer is compared with ours in runs of two years (`rules.STATISTICS`).
"""

import argparse
import csv
import json
import os
import platform
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from . import rules
from .environments import python_of
from .measure import LEAST_MONTHS

BENCHMARKS = Path(__file__).resolve().parents[1]
ROOT = BENCHMARKS.parents[1]
SIZES = (10_000, 100_000, 1_000_000)
MOST_CPU_SECONDS, PATIENCE_SECONDS = 60.0, 600.0
SAMPLE_AGENTS, SAMPLE_SEEDS = 2000, 20


@dataclass(frozen=True)
class Peer:
    """A framework of the comparison."""

    name: str
    module: str
    environment: str | None = None
    """List of packages of an environment of its own; without one it runs in that of the project."""


PEERS = {
    "ours": Peer("populations of this project", "ours"),
    "mesa-arrays": Peer("Mesa, arrays of its own", "mesa_arrays"),
    "mesa-frames": Peer("mesa-frames", "mesa_frames_tables", "mesa_frames"),
    "mesa": Peer("Mesa, plain agents", "plain_mesa"),
    "agentpy": Peer("AgentPy", "agentpy_objects", "agentpy"),
    "c": Peer("C loops", "c_bound"),
}


@dataclass(frozen=True)
class Row:
    """A line of the table; what was not measured is None."""

    framework: str
    version: str | None
    agents: int
    nanoseconds_of_cpu_an_agent_and_month: float | None = None
    ratio_to_ours: float | None = None
    set_up_cpu_seconds: float | None = None
    peak_memory_mb: float | None = None
    largest_distance_in_standard_errors: float | None = None


class UnavailableError(Exception):
    """A peer cannot be run here."""


def answer(peer, cache, *asked):
    """What a process of `peers.measure` answers."""
    try:
        python = python_of(peer.environment, cache) if peer.environment else sys.executable
        # Its own folder first: packages of other environments may bring a package called `tests`.
        places = os.pathsep.join([str(BENCHMARKS), str(ROOT)])
        one_core = dict.fromkeys(("POLARS_MAX_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")
        what, *rest = map(str, asked)
        done = subprocess.run(
            [str(python), "-P", "-m", "peers.measure", what, peer.module, *rest],
            env={**os.environ, **one_core, "PYTHONPATH": places},
            capture_output=True,
            text=True,
            check=True,
            timeout=PATIENCE_SECONDS,
        )
    except subprocess.CalledProcessError as error:
        raise UnavailableError((error.stderr.strip().splitlines() or ["failed"])[-1]) from error
    except (RuntimeError, OSError, subprocess.TimeoutExpired) as error:
        raise UnavailableError(str(error)) from error
    return json.loads(done.stdout)


def measured(names, sizes, cache, say):
    """Rows of the table, by size and peer."""
    found, ours = {}, None
    for name in names:
        peer, version, distance, last = PEERS[name], None, None, None
        try:
            say(f"{peer.name}: compared with ours")
            drawn = answer(peer, cache, "sample", SAMPLE_AGENTS, SAMPLE_SEEDS)
            version, drawn = drawn["version"], np.array(drawn["statistics"])
            if ours is None:
                ours = drawn
            else:
                distance = float(rules.distances(ours, drawn).max())
            for size in sizes:
                if last and (last[1]["set_up_seconds"] + months_seconds(last)) * size / last[0] > MOST_CPU_SECONDS:
                    break
                say(f"{peer.name}: {size:,} agents")
                last = size, answer(peer, cache, "cost", size)
                found[name, size] = last[1]
        except UnavailableError as error:
            say(f"{peer.name} is not measured: {error}")
        for size in sizes:
            if cost := found.get((name, size)):
                nanoseconds = cost["nanoseconds"]
                ratio = nanoseconds / found["ours", size]["nanoseconds"]
                figures = (nanoseconds, ratio, cost["set_up_seconds"], cost["peak_mb"], distance)
            else:
                figures = ()
            yield Row(peer.name, version, size, *figures)


def months_seconds(last):
    """CPU seconds of the months that a measurement takes at least."""
    size, cost = last
    return (1 + LEAST_MONTHS) * cost["nanoseconds"] * size / 1e9


def shown(value, digits):
    return "-" if value is None else f"{value:,.{digits}f}"


def table(rows):
    """The table in Markdown."""
    yield "| framework | agents | ns an agent and month | against ours | set-up, s | peak memory, MB | distance |"
    yield "|---|---:|---:|---:|---:|---:|---:|"
    for row in rows:
        figures = (
            shown(row.nanoseconds_of_cpu_an_agent_and_month, 0),
            shown(row.ratio_to_ours, 2),
            shown(row.set_up_cpu_seconds, 2),
            shown(row.peak_memory_mb, 0),
            shown(row.largest_distance_in_standard_errors, 1),
        )
        yield f"| {row.framework} | {row.agents:,} | {' | '.join(figures)} |"


def processor():
    about = Path("/proc/cpuinfo")
    lines = about.read_text().splitlines() if about.exists() else []
    named = (line.split(":", 1)[1].strip() for line in lines if line.startswith("model name"))
    return next(named, platform.processor() or platform.machine())


def cache_folder():
    return Path(os.environ.get("XDG_CACHE_HOME") or Path("~/.cache").expanduser()) / "lujiazui" / "peers"


def main(arguments=None):
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.peers", description=__doc__)
    parser.add_argument("--out", type=Path, help="write the table as CSV")
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES, help="numbers of agents, the smallest first")
    parser.add_argument("--peers", nargs="+", choices=PEERS, default=list(PEERS), help="ours is always measured, first")
    parser.add_argument("--cache", type=Path, default=cache_folder(), help="folder of the environments of peers")
    asked = parser.parse_args(arguments)
    names = ["ours", *(name for name in asked.peers if name != "ours")]
    rows = list(
        measured(names, sorted(asked.sizes), asked.cache, lambda line: print(line, file=sys.stderr, flush=True))
    )
    rows.sort(key=lambda row: row.agents)
    print(f"{processor()}; Python {platform.python_version()}")
    print(*sorted({f"{row.framework}: {row.version}" for row in rows if row.version}), "", sep="\n")
    print(*table(rows), sep="\n")
    if asked.out:
        with asked.out.open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, list(Row.__dataclass_fields__))
            writer.writeheader()
            writer.writerows(vars(row) for row in rows)


if __name__ == "__main__":
    main()
