"""The archive behind `sim.solving.shipped`: solved constants of the draws that an ensemble takes by default.

`python -P -m sim.experiments.solved_draws` solves them by the present model and writes the shipped archive anew. What a
folder of earlier work holds is taken from there, so that it may be interrupted: `LUJIAZUI_CACHE` names the folder.
"""

import argparse
import json
import multiprocessing
import zipfile
from collections.abc import Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

from scenarios.bounds import SEEDS_APART
from scenarios.parameters import PARAMETER_SETS, Parameters, parameter_set
from sim.base_year.base_year import YEAR_2020
from sim.experiments.pool import usual_workers
from sim.provenance.kernels import kernels
from sim.provenance.loaded_code import refuse_altered
from sim.provenance.model_digest import model_digest
from sim.solved_constants import Solution
from sim.solving import shipped
from sim.solving.cache import cached_solution, constants_as_data, keep_solution
from sim.solving.history import solved_2020

SET, BASE_SEED = PARAMETER_SETS[0], 1
"""Those of every experiment unless asked otherwise."""
DRAWS = {1.0: 256, 0.1: 256}
"""Draws by scale: of the full model, and of that of the desk and of most experiments of docs/evidence.md."""
CENTRAL = (100.0, 30.0, 10.0, 1.0, 0.1, 0.05, 0.02)
"""Scales at which the central point is solved."""
NO_DATE = (1980, 1, 1, 0, 0, 0)
"""Date of every member, so that equal constants give equal bytes."""


def asked_for() -> Iterator[tuple[Parameters, float]]:
    """Parameters and scales to solve: the central point, then the draws."""
    known = parameter_set(SET)
    for scale in CENTRAL:
        yield known.central(), scale
    for scale, count in DRAWS.items():
        for number in range(count):
            yield known.draw(BASE_SEED * SEEDS_APART + number), scale


def solved(asked: tuple[Parameters, float]) -> tuple[str, str]:
    """Name and content of a member: constants of one draw at one scale, and the largest miss."""
    parameters, scale = asked
    key = (parameters, scale, (), YEAR_2020)
    solution = cached_solution(*key)
    if solution is None:
        solution = solved_2020(parameters, scale).states[Solution]
        keep_solution(solution, *key)
    content = {
        "worst_miss": float(solution.worst_match.scaled_miss),
        "constants": constants_as_data(solution.constants),
    }
    return shipped.member_name(parameters, scale), json.dumps(content)


def write(file: Path, members: Mapping[str, str], about: Mapping[str, Any]) -> None:
    """Write the archive, in the place of an earlier one only once it is whole."""
    draft = file.with_suffix(".part")
    with zipfile.ZipFile(draft, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, content in {shipped.ABOUT: json.dumps(about), **dict(sorted(members.items()))}.items():
            member = zipfile.ZipInfo(name, NO_DATE)
            member.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(member, content)
    draft.replace(file)


def main() -> None:
    """Solve what the folder of earlier work lacks, and write the archive."""
    argument = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    argument.add_argument("--workers", type=int, default=usual_workers(), help="processes")
    workers = argument.parse_args().workers
    refuse_altered("an altered model has constants of its own")
    asked = list(asked_for())
    members = {}
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, mp_context=context) as pool:
        for number, (name, content) in enumerate(pool.map(solved, asked), start=1):
            members[name] = content
            if number % 25 == 0 or number == len(asked):
                print(f"{number} of {len(asked)} solved", flush=True)
    about = {
        "model": model_digest(),
        "kernels": kernels(),
        "parameters": SET,
        "base_seed": BASE_SEED,
        "draws": {f"{scale:g}": count for scale, count in DRAWS.items()},
        "central_point_at_scales": list(CENTRAL),
    }
    write(Path(shipped.__file__).with_name(shipped.FILE), members, about)


if __name__ == "__main__":
    main()
