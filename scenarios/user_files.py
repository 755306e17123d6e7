"""Files of a user as bytes and as text: ordinary files of a bounded size, in an encoding that is certain.

Whatever a command reads by a name that a user gave comes through here. A device or a pipe never ends, a huge file fills
the memory, and text in another encoding turns into other letters; all of them are refused before they do.
"""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path
from typing import Any

from scenarios.errors import InputError
from scenarios.problem_texts import coded, said

LARGEST_BYTES = 1_000_000
"""Size up to which a file of a user is read where nothing else is said."""
DEEPEST = 60
"""Levels that a file may be nested."""

_WIDE_MARKS = (
    (b"\xff\xfe\x00\x00", "UTF-32"),
    (b"\x00\x00\xfe\xff", "UTF-32"),
    (b"\xff\xfe", "UTF-16"),
    (b"\xfe\xff", "UTF-16"),
)
_KINDS = (
    (stat.S_ISDIR, "kind.folder"),
    (stat.S_ISFIFO, "kind.pipe"),
    (stat.S_ISCHR, "kind.device"),
    (stat.S_ISBLK, "kind.device"),
    (stat.S_ISSOCK, "kind.socket"),
)


def read_bytes(path: str | Path, *, what: str | None = None, largest: int = LARGEST_BYTES) -> bytes:
    """Return the content of an ordinary file.

    Parameters
    ----------
    path
        The file.
    what
        Name for messages, such as "the macro file".
    largest
        Most bytes that it may have.

    Raises
    ------
    InputError
        If there is none, it is a folder, pipe, device or socket, it is larger, or it cannot be read.
    """
    where = str(path)
    try:
        _refuse_odd_kinds(Path(path).stat().st_mode, where)
        # A pipe could have taken the place of the file meanwhile; without O_NONBLOCK opening it would wait for ever.
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
        with os.fdopen(descriptor, "rb") as file:
            _refuse_odd_kinds(os.fstat(descriptor).st_mode, where)
            raw = file.read(largest + 1)
    except FileNotFoundError:
        raise InputError(coded("file.missing"), where=where, value=where) from None
    except (OSError, ValueError) as error:
        if isinstance(error, InputError):
            raise
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise InputError(
            coded("file.what_unreadable", what=_named(what), reason=reason), where=where, value=where
        ) from None
    if len(raw) > largest:
        raise InputError(
            coded("file.too_large", what=_named(what)), where=where, allowed=coded("allowed.bytes", most=f"{largest:,}")
        )
    return raw


def read_text(path: str | Path, *, what: str | None = None, largest: int = LARGEST_BYTES) -> str:
    """Return the text of a file in UTF-8, without a byte order mark.

    Raises
    ------
    InputError
        As `read_bytes`, and as `decoded`.
    """
    return decoded(read_bytes(path, what=what, largest=largest), str(path))


def decoded(raw: bytes, where: str) -> str:
    """Return the text of bytes in UTF-8, without a byte order mark.

    Raises
    ------
    InputError
        If they are no text, or text in another encoding, which is named where it can be recognised.
    """
    other = wide_encoding(raw)
    if other:
        raise InputError(
            coded("file.encoding", encoding=other), where=f"{where}:1", allowed=coded("allowed.save_as_utf8")
        )
    if b"\0" in raw:
        line = raw.count(b"\n", 0, raw.index(b"\0")) + 1
        raise InputError(coded("file.binary"), where=f"{where}:{line}")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        looks = _likely_encoding(raw)
        message = coded("file.looks_like", encoding=looks) if looks else coded("file.not_utf8")
        raise InputError(message, where=f"{where}:{line}", allowed=coded("allowed.save_as_utf8")) from None


def read_json(path: str | Path, *, what: str | None = None, largest: int = LARGEST_BYTES) -> Any:
    """Return the plain data of a JSON file.

    Raises
    ------
    InputError
        As `read_text`, and as `parse_json`.
    """
    return parse_json(read_text(path, what=what, largest=largest), str(path), what=what)


def parse_json(text: str, where: str, *, what: str | None = None) -> Any:
    """Return the plain data of a text in JSON.

    Raises
    ------
    InputError
        If it is not JSON, is nested too deep, names a key twice, or holds a number that a machine cannot.
    """
    try:
        data = json.loads(text, parse_constant=_no_constant, object_pairs_hook=_once)
    except json.JSONDecodeError as error:
        raise InputError(coded("file.not_json", what=_named(what)), where=f"{where}:{error.lineno}") from None
    except RecursionError:
        raise InputError(
            coded("file.too_deep"), where=where, allowed=coded("allowed.levels_of_nesting", most=DEEPEST)
        ) from None
    except ValueError as error:  # a number of thousands of digits, or a value that the hooks refuse
        message = said(error)
        message = coded("json.long_number") if "digits" in message else message
        raise InputError(coded("file.what_unreadable", what=_named(what), reason=message), where=where) from None
    if _depth(data) > DEEPEST:
        raise InputError(coded("file.too_deep"), where=where, allowed=coded("allowed.levels_of_nesting", most=DEEPEST))
    return data


def _named(what: str | None) -> str:
    return coded("what.file") if what is None else what


def wide_encoding(raw: bytes) -> str:
    """Return the name of an encoding of several bytes a letter, by its mark or by its zeros; empty if it is none."""
    for mark, name in _WIDE_MARKS:
        if raw.startswith(mark):
            return name
    head = raw[:400]
    for zeros, letters in ((head[1::2], head[0::2]), (head[0::2], head[1::2])):
        # Text of western letters and digits in UTF-16 has a zero in every other byte.
        if len(zeros) > 3 and not any(zeros) and all(9 <= letter < 127 for letter in letters):
            return "UTF-16"
    return ""


def _refuse_odd_kinds(mode: int, where: str) -> None:
    if not stat.S_ISREG(mode):
        kind = coded(next((code for is_kind, code in _KINDS if is_kind(mode)), "kind.not_ordinary"))
        raise InputError(
            coded("file.kind", kind=kind), where=where, value=where, allowed=coded("allowed.ordinary_file")
        )


def _likely_encoding(raw: bytes) -> str:
    """Return the name of the encoding that bytes which are no UTF-8 are probably in; empty if none fits."""
    try:
        text = raw.decode("gb18030")
    except UnicodeDecodeError:
        text = ""
    foreign = [letter for letter in text if ord(letter) > 127]
    chinese = [letter for letter in foreign if "\u4e00" <= letter <= "\u9fff" or "\u3000" <= letter <= "\u303f"]
    if foreign and len(chinese) > 0.6 * len(foreign):
        return "GBK (GB 18030)"
    odd = [byte for byte in raw if byte > 127]
    return "Latin-1 (Windows-1252)" if odd and all(byte >= 0xA0 for byte in odd) else ""


def _no_constant(name: str) -> Any:
    raise ValueError(coded("json.no_constant", name=name))


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise ValueError(coded("json.key_twice", key=key[:60]))
        found[key] = value
    return found


def _depth(data: Any) -> int:
    """Return the levels of plain data, without recursion."""
    deepest, todo = 0, [(data, 1)]
    while todo:
        value, level = todo.pop()
        if isinstance(value, dict | list):
            deepest = max(deepest, level)
            todo += [(inner, level + 1) for inner in (value.values() if isinstance(value, dict) else value)]
    return deepest
