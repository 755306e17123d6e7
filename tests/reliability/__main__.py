"""The reliability table: `python -m tests.reliability [AREA ...] --count N --seed N`, from the top of the repository.

It kills, starves, damages and confuses the public commands, and counts what survives. Without names every area is run.
It needs Linux and a C compiler (for faults at single system calls). Exit code 1 if anything did not survive.
"""

import argparse
import os
import random
import subprocess
import sys
import tempfile
import warnings
from pathlib import Path

USUAL = {
    "kills": 60, "orphans": 9, "system_calls": 900, "limits": 40, "names": 45, "tampering": 200, "flips": 250,
    "scenario_files": 3000, "settings": 3000, "designs": 1500,
    "identities": 60, "extremes": 48, "configurations": 18, "probes": 60,
}  # fmt: skip
"""Cases of each area; `--count` takes a share of them."""
FAULTS = "RELIABILITY_FAULTS"


def begun_again_with_faults(arguments):
    """Compile faults.c and begin again with it loaded before the C library."""
    with tempfile.TemporaryDirectory() as folder:
        library = Path(folder) / "faults.so"
        source = Path(__file__).with_name("faults.c")
        subprocess.run(["cc", "-shared", "-fPIC", "-O1", "-o", str(library), str(source), "-ldl"], check=True)
        environment = {**os.environ, FAULTS: str(library), "LD_PRELOAD": str(library)}
        return subprocess.run(
            [sys.executable, "-m", "tests.reliability", *arguments], env=environment, check=False
        ).returncode


def main():
    parser = argparse.ArgumentParser(prog="python -m tests.reliability", description=__doc__)
    parser.add_argument("areas", nargs="*", metavar="AREA", help=", ".join(USUAL))
    parser.add_argument("--count", type=float, default=1.0, metavar="X", help="share of the usual number of cases")
    parser.add_argument("--seed", type=int, default=1, help="another seed tries other cases")
    parser.add_argument("--shown", type=int, default=8, help="failures of an area that are listed")
    asked = parser.parse_args()
    unknown = set(asked.areas) - set(USUAL)
    if unknown:
        parser.error(f"unknown area {', '.join(unknown)}: choose from {', '.join(USUAL)}")
    if FAULTS not in os.environ:
        return begun_again_with_faults(sys.argv[1:])
    os.environ.pop("LD_PRELOAD")  # processes of other programs do without
    from tests.reliability import inputs, model, stores, web
    from tests.reliability.bench import made_up_runs

    warnings.simplefilter("ignore", DeprecationWarning)  # that a fork of a process with threads may hang: it is tried
    areas = {**stores.AREAS, **inputs.AREAS, **model.AREAS, **web.AREAS}
    print("| area | tried | survived | longest, s |\n|---|---|---|---|", flush=True)
    lost = []
    for name in asked.areas or USUAL:
        count = max(1, round(USUAL[name] * asked.count))
        rng = random.Random(f"{asked.seed} {name}")
        if name in stores.AREAS:
            with made_up_runs():
                tally = areas[name](count, rng)
        else:
            tally = areas[name](count, rng)
        print(tally.row(), flush=True)
        lost += [f"{name}: {failure}" for failure in tally.failures[: asked.shown]]
    print("\n".join(lost), file=sys.stderr)
    return 1 if lost else 0


if __name__ == "__main__":
    sys.exit(main())
