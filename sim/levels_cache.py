"""Solved levels on disk, so that the year 2020 is solved once for a parameter set and not once for a process.

A file holds plain numbers as JSON and nothing that is executed. It belongs to the digest of the model's own source and
data: any change of them starts a new folder. The environment variable LUJIAZUI_CACHE names another folder, or is `off`.
"""

import hashlib
import json
import os
from dataclasses import fields
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

import numpy as np

from scenarios.parameters import Parameters
from sim.levels import Levels
from sim.vintage import vintage_digest

PACKAGES = ("agents", "scenarios", "sim")
SUFFIXES = (".py", ".csv", ".toml")
UNREAD = ("sim/experiments", "sim/evidence", "scenarios/library")
"""Parts of the packages that no run reads while it simulates."""


@cache
def model_digest() -> str:
    """Digest of everything that decides the result of a run: source and data of the model, 16 hex digits."""
    digest = hashlib.blake2b(digest_size=8)
    for package in PACKAGES:
        for name, content in sorted(_files(resources.files(package), package)):
            digest.update(name.encode() + b"\0" + content + b"\0")
    return digest.hexdigest()


def _files(folder: Traversable, path: str) -> "list[tuple[str, bytes]]":
    found = []
    for entry in folder.iterdir():
        name = f"{path}/{entry.name}"
        if entry.is_dir() and name not in UNREAD and not entry.name.startswith(("_", ".")):
            found += _files(entry, name)
        elif entry.name.endswith(SUFFIXES):
            found.append((name, entry.read_bytes()))
    return found


def cached_levels(parameters: Parameters, scale: float, interactions_off: tuple[str, ...]) -> Levels | None:
    """Levels solved before for the same parameters, scale and interactions; None where none can be read."""
    path = _path(parameters, scale, interactions_off)
    if path is None:
        return None
    try:
        return levels_from(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return None  # a missing or spoilt file costs a solution, nothing else


def keep_levels(levels: Levels, parameters: Parameters, scale: float, interactions_off: tuple[str, ...]) -> None:
    """Write solved levels where `cached_levels` looks; a folder that cannot be written to is left alone."""
    path = _path(parameters, scale, interactions_off)
    if path is None:
        return
    draft = path.with_suffix(f".{os.getpid()}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        draft.write_text(json.dumps(levels_as_data(levels)), encoding="utf-8")
        draft.replace(path)
    except OSError:
        draft.unlink(missing_ok=True)


def levels_as_data(levels: Levels) -> dict[str, Any]:
    """Levels as numbers and lists that JSON keeps to the bit."""
    data: dict[str, Any] = {}
    for field in fields(levels):
        value = getattr(levels, field.name)
        if isinstance(value, np.ndarray):
            data[field.name] = value.tolist()
        elif isinstance(value, dict):
            data[field.name] = {name: float(miss) for name, miss in value.items()}
        else:
            data[field.name] = value if isinstance(value, int) else float(value)
    return data


def levels_from(data: dict[str, Any]) -> Levels:
    """Levels from what `levels_as_data` gave.

    Raises
    ------
    KeyError, TypeError, ValueError
        If something is missing or no number.
    """
    values: dict[str, Any] = {}
    for field in fields(Levels):
        value = data[field.name]
        values[field.name] = np.array(value, dtype=np.float64) if isinstance(value, list) else value
    return Levels(**values)


def _path(parameters: Parameters, scale: float, interactions_off: tuple[str, ...]) -> Path | None:
    asked = os.environ.get("LUJIAZUI_CACHE", "")
    if asked == "off":
        return None
    home = os.environ.get("XDG_CACHE_HOME") or str(Path("~/.cache").expanduser())
    folder = Path(asked) if asked else Path(home) / "lujiazui"
    name = hashlib.blake2b(
        f"{parameters.history_hash} {scale!r} {interactions_off} {vintage_digest()}".encode(), digest_size=12
    ).hexdigest()
    return folder / "levels" / model_digest() / f"{name}.json"
