"""Solved constants on disk, so that the year 2020 is solved once for a parameter set and not once for a process.

A file holds plain numbers as JSON and nothing that is executed. It says what it belongs to: parameters, scale,
interactions, base year, the digest of the model's source and data, and the kernels of the processor, because the last
bits of a solution are theirs. A digest covers all of it, so a file that is spoilt or of another origin costs a solution
and nothing else. A model that is altered by hand neither reads nor writes. The environment variable LUJIAZUI_CACHE
names another folder, or is `off`.
"""

import hashlib
import json
import os
from contextlib import suppress
from dataclasses import fields
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any

import numpy as np

from scenarios.parameters import Parameters
from scenarios.user_files import read_bytes
from sim.base_year.base_year import BaseYear
from sim.components import OURS, Components
from sim.provenance.kernels import kernels
from sim.provenance.loaded_code import alterations
from sim.provenance.model_digest import model_digest
from sim.provenance.notices import notice
from sim.solved_constants import Constants, Match, Matches, Solution


def cached_solution(
    parameters: Parameters,
    scale: float,
    interactions_off: tuple[str, ...],
    base_year: BaseYear,
    components: Components = OURS,
) -> Solution | None:
    """The solution kept for these parameters, scale, interactions and base year; None where there is no sound one."""
    path = _path(parameters, scale, interactions_off, base_year, components)
    if path is None or alterations():
        return None
    try:
        kept = json.loads(read_bytes(path, what="the cache"))
        content = kept["content"]
        origin = _origin(parameters, scale, interactions_off, base_year, components)
        if kept["digest"] != _content_digest(content) or content["of"] != origin:
            return None
        return solution_from(content["solution"], components)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return None  # InputError is a ValueError: what cannot be read is solved


def keep_solution(
    solution: Solution,
    parameters: Parameters,
    scale: float,
    interactions_off: tuple[str, ...],
    base_year: BaseYear,
    components: Components = OURS,
) -> None:
    """Write solved constants where `cached_solution` looks; a folder that cannot be written to is left alone."""
    path = _path(parameters, scale, interactions_off, base_year, components)
    if path is None or alterations() or not cache_is_writable():
        return
    origin = _origin(parameters, scale, interactions_off, base_year, components)
    content = {"of": origin, "solution": solution_as_data(solution)}
    text = json.dumps({"digest": _content_digest(content), "content": content})
    draft = path.with_suffix(f".{os.getpid()}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        draft.write_text(text, encoding="utf-8")
        draft.replace(path)
    except OSError as error:
        with suppress(OSError):
            draft.unlink()
        _say_left_alone(path.parent, error)


def cache_is_writable() -> bool:
    """Whether solved constants can be kept; says once where they cannot although nobody turned the cache off.

    A process that hands work to others calls it before they start, so that one of them all speaks.
    """
    folder = cache_folder()
    if folder is None:
        return False
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with TemporaryFile(dir=folder):
            return True
    except OSError as error:
        _say_left_alone(folder, error)
        return False


def cache_folder() -> Path | None:
    """The folder `levels` of solved constants; None where the cache is off or the system knows no home folder."""
    asked = os.environ.get("LUJIAZUI_CACHE", "")
    if asked == "off":
        return None
    if asked:
        return Path(asked) / "levels"
    home = os.environ.get("XDG_CACHE_HOME")
    try:
        return Path(home if home else Path("~/.cache").expanduser()) / "lujiazui" / "levels"
    except RuntimeError as error:
        _say_left_alone(Path("~/.cache"), error)
        return None


def _say_left_alone(folder: Path, error: Exception) -> None:
    reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    notice(
        f"solved constants of 2020 cannot be kept in {folder} ({reason}): results are the same, but each process "
        f"solves them again; LUJIAZUI_CACHE=DIR names another folder, LUJIAZUI_CACHE=off none"
    )


def _content_digest(content: Any) -> str:
    return hashlib.blake2b(json.dumps(content, sort_keys=True).encode(), digest_size=16).hexdigest()


def _origin(
    parameters: Parameters,
    scale: float,
    interactions_off: tuple[str, ...],
    base_year: BaseYear,
    components: Components,
) -> dict[str, Any]:
    """All that decides solved constants, to the last bit."""
    others = {"components": list(components.identity)} if components.added else {}
    return others | {
        "parameters": parameters.history_hash,
        "scale": scale,
        "interactions_off": list(interactions_off),
        "base_year": base_year.digest,
        "model": model_digest(),
        "kernels": kernels(),
    }


def _path(
    parameters: Parameters,
    scale: float,
    interactions_off: tuple[str, ...],
    base_year: BaseYear,
    components: Components,
) -> Path | None:
    folder = cache_folder()
    if folder is None:
        return None
    name = _content_digest(_origin(parameters, scale, interactions_off, base_year, components))
    return folder / model_digest() / f"{name[:24]}.json"


def solution_as_data(solution: Solution) -> dict[str, Any]:
    """A solution as numbers and lists that JSON keeps to the bit."""
    return {
        "constants": constants_as_data(solution.constants),
        "matches": [
            [match.name, float(match.simulated), float(match.observed), match.tolerance]
            for match in solution.matches.values()
        ],
    }


def constants_as_data(constants: Constants) -> dict[str, dict[str, Any]]:
    """Solved constants by their class and name."""
    return {
        kind.__name__: {each.name: _plain(getattr(values, each.name)) for each in fields(kind)}
        for kind, values in constants.items()
    }


def _plain(value: Any) -> Any:
    if isinstance(value, np.ndarray):
        return value.tolist()
    return value if isinstance(value, int) else float(value)


def solution_from(data: dict[str, Any], components: Components = OURS) -> Solution:
    """The solution from what `solution_as_data` gave.

    Raises
    ------
    KeyError, TypeError, ValueError
        If something is missing or no number.
    """
    constants = constants_from(data["constants"], components)
    return Solution(constants, Matches((match[0], Match(*match)) for match in data["matches"]))


def constants_from(data: dict[str, dict[str, Any]], components: Components = OURS) -> Constants:
    """Solved constants from what `constants_as_data` gave.

    Raises
    ------
    KeyError, TypeError, ValueError
        If one is missing or no number.
    """
    return {
        market.kind: market.kind(
            **{
                row.name: np.array(value, dtype=np.float64) if isinstance(value, list) else value
                for row in market.table
                for value in [data[market.kind.__name__][row.name]]
            }
        )
        for market in components.solved
    }
