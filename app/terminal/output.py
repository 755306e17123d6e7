"""What leaves the program: plain data as JSON, and tables as files that are whole or not there."""

from __future__ import annotations

import codecs
import json
import math
import os
import signal
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from scenarios.errors import InputError, nearest_name
from scenarios.printable import in_json, spelt_out
from scenarios.problem_texts import coded

if TYPE_CHECKING:
    import pandas as pd

SUFFIXES = (".parquet", ".csv")


def plain_data(value: Any) -> Any:
    """Return records, mappings, tuples, numpy numbers and dates as what JSON can hold; NaN and NA become null."""
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain_data(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): plain_data(item) for key, item in value.items()}
    if isinstance(value, tuple | list):
        return [plain_data(item) for item in value]
    if hasattr(value, "item"):  # a numpy scalar
        value = value.item()
    if (pandas := sys.modules.get("pandas")) is not None and value is pandas.NA:
        return None
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if value is None or isinstance(value, str | bool | int):
        return value
    return str(value)


def print_json(value: Any) -> None:
    """Print as strict JSON, indented, with what a terminal would obey written by its code.

    JSON is UTF-8: where the output has another encoding, letters beyond ASCII are written by their codes.
    """
    by_codes = codecs.lookup(getattr(sys.stdout, "encoding", None) or "utf-8").name != "utf-8"
    text = json.dumps(plain_data(value), indent=2, ensure_ascii=by_codes, allow_nan=False)
    print(spelt_out(text, keep="\n", how=in_json))


def checked_target(path: Path) -> Path:
    """Return where a table can be written, found out before anything is computed.

    Raises
    ------
    InputError
        For an unknown suffix, a folder, a missing folder or one that cannot be written to.
    """
    return checked_of_kind(path, "--out", SUFFIXES)


def checked_of_kind(path: Path, option: str, suffixes: Sequence[str]) -> Path:
    """Return where a file of certain suffixes can be written, found out before anything is computed.

    Raises
    ------
    InputError
        Naming the option, for an unknown suffix and as `checked_file` does.
    """
    where, suffix = str(path), path.suffix.lower()
    if suffix not in suffixes:
        allowed = coded("allowed.suffixes", suffixes=", ".join(suffixes))
        wrong = coded("file.unknown_suffix", suffix=suffix) if suffix else coded("file.no_suffix")
        raise InputError(
            wrong, where=where, key=option, value=where, allowed=allowed, nearest=nearest_name(suffix, suffixes)
        )
    return checked_file(path, option)


def checked_file(path: Path, option: str) -> Path:
    """Return where a file can be written, found out before anything is computed.

    Raises
    ------
    InputError
        Naming the option, for a folder, a missing folder or one that cannot be written to.
    """
    where = str(path)
    try:
        target = path.resolve()
        if target.is_dir():
            raise InputError(coded("file.is_folder"), where=where, key=option, value=where)
        if not target.parent.is_dir():
            raise InputError(coded("folder.missing", folder=path.parent), where=where, key=option, value=where)
        if target.exists() and not os.access(target, os.W_OK):
            raise InputError(coded("file.write_protected"), where=where, key=option, value=where)
        trial = _beside(target)
        trial.touch(exist_ok=False)
        trial.unlink()
    except (OSError, RuntimeError, ValueError) as error:
        if isinstance(error, InputError):
            raise
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise InputError(coded("file.unwritable", reason=reason), where=where, key=option, value=where) from None
    return target


def checked_folder(path: Path, option: str) -> Path:
    """Return a folder in which files can be written, made if it is not there, found out before anything is computed.

    Raises
    ------
    InputError
        Naming the option, if it is a file or cannot be made or written to.
    """
    try:
        if path.exists() and not path.is_dir():
            raise InputError(coded("store.not_a_folder"), where=str(path), key=option, value=str(path))
        path.mkdir(parents=True, exist_ok=True)
        trial = path / ".trial"
        trial.touch()
        trial.unlink()
    except OSError as error:
        where = str(path)
        raise InputError(
            coded("file.unwritable", reason=error.strerror), where=where, key=option, value=where
        ) from None
    return path


def as_parquet(table: pd.DataFrame, file: BinaryIO) -> None:
    """Write a table as Parquet, as it is."""
    table.to_parquet(file)


def save(table: pd.DataFrame, target: Path, write: Callable[[pd.DataFrame, BinaryIO], None] = as_parquet) -> None:
    """Write a table under another name and move it into place, so that what was there is kept if anything fails.

    Parameters
    ----------
    table
        The table.
    target
        A .csv or .parquet file.
    write
        Writes Parquet, with metadata for instance.
    """
    draft = _beside(target)
    try:
        if target.suffix.lower() == ".csv":
            from scenarios.spreadsheet import plain_cells

            plain_cells(table).to_csv(draft, date_format="%Y-%m-%d")
        else:
            with draft.open("wb") as written:
                write(table, written)
        with draft.open("rb") as file:
            os.fsync(file.fileno())
        draft.replace(target)
    finally:
        draft.unlink(missing_ok=True)


def save_text(text: str, target: Path) -> None:
    """Write a text under another name and move it into place, so that what was there is kept if anything fails."""
    draft = _beside(target)
    try:
        with draft.open("w", encoding="utf-8", newline="\n") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(target)
    finally:
        draft.unlink(missing_ok=True)


@contextmanager
def uninterrupted() -> Iterator[None]:
    """Ignore Ctrl-C and SIGTERM while results go out: "nothing was written" would be wrong by then."""
    previous = {each: signal.signal(each, signal.SIG_IGN) for each in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for each, answer in previous.items():
            signal.signal(each, answer)


def _beside(target: Path) -> Path:
    return target.with_name(f".{target.name}.{os.getpid()}.part")
