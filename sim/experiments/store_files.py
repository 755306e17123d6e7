"""Files of a store: written whole or not at all, kept under a digest, and checked whenever they are read.

Parts and designs are numbered and carry the digest of their bytes in their name, so that a file vouches for itself. The
catalogue, `store.json`, lists them, so that a lost file is missed.
"""

import errno
import hashlib
import json
import os
import re
import shlex
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self

from scenarios.errors import InputError, Problem
from scenarios.paths import shown as quoted
from scenarios.problem_texts import coded

FORMAT = 2
"""Version of the folder's layout; a store of another one is refused."""
ABOUT = "store.json"
LOCK = "lock"
ASIDE = "aside"
"""Folder inside a store into which a repair moves damaged and foreign files."""
LISTED = {"runs": ".parquet", "indicators": ".parquet", "designs": ".json"}
"""Tables whose numbered files the catalogue lists, and how the names end."""
EARLIER_YEARS = "vintages"
"""Folder of the data of earlier base years, whose name, like that of the column of runs, is that of older stores."""
ADDRESSED = ("scenarios", "parameters", EARLIER_YEARS)
"""Tables whose files are named by the hash of their content."""
TABLES = (*LISTED, *ADDRESSED)
DRAFT = ".part"
_NUMBERED = re.compile(r"(\d{8})-([0-9a-f]{32})(\.[a-z]+)")
_ADDRESS = re.compile(r"[0-9a-f]{16,32}\.json")
_NO_LOCKS = (errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP, errno.ENOTSUP, errno.EINVAL)
_NOTHING_TO_SYNC = (errno.EINVAL, errno.ENOTSUP, errno.EBADF, errno.EACCES)
"""Answers of file systems on which a folder cannot be synced."""


def now() -> str:
    """Time of day in UTC, to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def digest_of_bytes(content: bytes) -> str:
    """Digest of some bytes, 32 hex digits."""
    return hashlib.blake2b(content, digest_size=16).hexdigest()


def digest_of_data(data: Any) -> str:
    """Digest of plain data, whatever the order of its keys."""
    return digest_of_bytes(json.dumps(data, sort_keys=True, separators=(",", ":")).encode())


# Errors


def reason(error: OSError) -> str:
    """Error message of the system, which Arrow embeds in another."""
    return os.strerror(error.errno) if error.errno else str(error)


@contextmanager
def system_told(folder: Path, refused: str = "file.unwritable") -> Iterator[None]:
    """Name the store and the reason where the system refuses something inside the block."""
    try:
        yield
    except OSError as error:
        where = str(folder)
        raise InputError(coded(refused, reason=reason(error)), where=where, key="store", value=where) from None


def problem_at(path: Path, message: str, folder: Path) -> Problem:
    """Something wrong with a file of a store, with the way out of it."""
    way_out = coded("allowed.see_doctor", folder=shlex.quote(str(folder)))
    return Problem(message, where=str(path), key="store", value=str(path), allowed=way_out)


def damaged(path: Path, message: str, folder: Path) -> InputError:
    """The error for `problem_at`."""
    return InputError([problem_at(path, message, folder)])


def literal_folder(folder: str | Path) -> Path:
    """The folder of a store as an absolute path, so that a later change of the working folder moves nothing.

    Raises
    ------
    scenarios.InputError
        If it is no path, or its name cannot be a path of text: results for such a store could not be written.
    """
    if not isinstance(folder, str | os.PathLike):
        raise InputError(
            coded("store.no_path", value=quoted(folder)),
            key="store",
            value=folder,
            allowed=coded("allowed.path_of_store"),
        )
    shown = os.fsencode(os.fspath(folder)).decode("utf-8", "backslashreplace")
    try:
        os.fspath(folder).encode("utf-8")
        if "\0" in os.fspath(folder):
            raise ValueError
        return Path(folder).absolute()
    except (UnicodeEncodeError, ValueError):
        raise InputError(
            coded("store.name_not_text", name=shown),
            key="store",
            value=shown,
            allowed=coded("allowed.utf8_path"),
        ) from None
    except FileNotFoundError:
        raise InputError(coded("store.no_working_folder"), where=shown, key="store", value=shown) from None


# Writing


def sync_folder(folder: Path) -> None:
    """Make names in a folder survive a power cut, on file systems that can."""
    number = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(number)
    except OSError as error:
        if error.errno not in _NOTHING_TO_SYNC:
            raise
    finally:
        os.close(number)


def write_whole(path: Path, content: bytes) -> None:
    """Write a file under another name, sync it and move it into place; its folder is left for `sync_folder`."""
    draft = path.with_name(path.name + DRAFT)
    try:
        with draft.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise


def write_numbered(folder: Path, table: str, number: int, content: bytes) -> str:
    """Write a part or a design under its number and the digest of its bytes, and return its name."""
    name = f"{number:08d}-{digest_of_bytes(content)}{LISTED[table]}"
    write_whole(folder / table / name, content)
    sync_folder(folder / table)
    return name


def locked(path: Path, folder: Path) -> Any:
    """The lock of a store, held by the file that is returned.

    Raises
    ------
    scenarios.InputError
        If another process holds it, or the file system has no locks.
    """
    import fcntl

    where = str(folder)
    lock = path.open("a+b")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        lock.close()
        if isinstance(error, BlockingIOError | PermissionError):
            raise InputError(
                coded("store.locked"), where=where, key="store", value=where, allowed=coded("allowed.one_writer")
            ) from None
        if error.errno in _NO_LOCKS:
            raise InputError(
                coded("store.no_locks", reason=reason(error)),
                where=where,
                key="store",
                value=where,
                allowed=coded("allowed.file_system_with_locks"),
            ) from None
        raise
    return lock


# Reading

_verified: dict[str, tuple[tuple[int, int, int], str]] = {}
"""Digests of the files that this process has read, with their size, time and inode."""


def digest_of_file(path: Path) -> str:
    """Digest of a file's bytes; a file that has not changed since this process read it is not read again."""
    status = path.stat()
    seen = status.st_size, status.st_mtime_ns, status.st_ino
    known = _verified.get(str(path))
    if known is None or known[0] != seen:
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, lambda: hashlib.blake2b(digest_size=16)).hexdigest()
        known = _verified[str(path)] = seen, digest
    return known[1]


def number_of(name: str) -> int:
    """Number of a part or a design."""
    return int(name.partition("-")[0])


def digest_in(name: str) -> str:
    """Digest that a part or a design carries in its name."""
    return name.partition("-")[2].partition(".")[0]


def is_numbered(name: str, table: str) -> bool:
    """Whether a name is that of a part or a design of a table."""
    found = _NUMBERED.fullmatch(name)
    return found is not None and found[3] == LISTED[table]


def read_data(path: Path, folder: Path) -> Any:
    """Content of a JSON file of a store.

    Raises
    ------
    scenarios.InputError
        If it is missing, cannot be read, or is no JSON.
    """
    try:
        return json.loads(path.read_bytes().decode("utf-8"))
    except FileNotFoundError:
        raise damaged(path, coded("value.missing"), folder) from None
    except OSError as error:
        raise damaged(path, coded("file.unreadable", reason=reason(error)), folder) from None
    except (ValueError, RecursionError):
        raise damaged(path, coded("store.unreadable"), folder) from None


@dataclass(frozen=True)
class Catalogue:
    """Content of `store.json`: when the store was made, and the names of its parts and designs in their order."""

    made: str
    runs: tuple[str, ...] = ()
    indicators: tuple[str, ...] = ()
    designs: tuple[str, ...] = ()

    @classmethod
    def read(cls, folder: Path) -> Self:
        """The catalogue of a store.

        Raises
        ------
        scenarios.InputError
            If there is none, or it is damaged or of another format.
        """
        where, path = str(folder), folder / ABOUT
        if not folder.is_dir():
            gone = coded("store.not_a_folder") if folder.exists() else coded("store.nothing_there")
            raise InputError(gone, where=where, key="store", value=where, allowed=coded("allowed.store"))
        if not path.is_file():
            if holds_tables(folder):
                raise damaged(path, coded("value.missing"), folder)
            raise InputError(coded("store.no_store", file=ABOUT), where=where, key="store", value=where)
        stored = read_data(path, folder)
        number = stored.get("format") if isinstance(stored, Mapping) else None
        if number == 1:
            raise InputError(
                coded("store.first_format", format=FORMAT),
                where=str(path),
                key="format",
                value=number,
                allowed=str(FORMAT),
            )
        if isinstance(number, int) and number != FORMAT:
            raise InputError(
                coded("store.format", found=number, format=FORMAT),
                where=str(path),
                key="format",
                value=number,
                allowed=str(FORMAT),
            )
        try:
            content = {name: stored[name] for name in ("format", "made", *LISTED)}
            if digest_of_data(content) != stored["digest"] or number != FORMAT:
                raise ValueError
            return cls(content["made"], *(tuple(content[table]) for table in LISTED))
        except (KeyError, TypeError, ValueError):
            raise damaged(path, coded("store.bad_digest"), folder) from None

    def write(self, folder: Path) -> None:
        """Write the catalogue; from then on the listed files are part of the store."""
        content = {"format": FORMAT, "made": self.made} | {table: list(self.of(table)) for table in LISTED}
        whole = {**content, "digest": digest_of_data(content)}
        write_whole(folder / ABOUT, json.dumps(whole, indent=1).encode())
        sync_folder(folder)

    def of(self, table: str) -> tuple[str, ...]:
        """Names of the files of a table."""
        names: tuple[str, ...] = getattr(self, table)
        return names

    def with_files(self, **more: str | None) -> Self:
        """The catalogue with one more file for some tables."""
        files = {table: (*self.of(table), name) for table, name in more.items() if name is not None}
        return type(self)(self.made, *(files.get(table, self.of(table)) for table in LISTED))

    def next_number(self, *tables: str) -> int:
        """The number after the last one of some tables."""
        return max((number_of(name) for table in tables for name in self.of(table)), default=0) + 1


def holds_tables(folder: Path) -> bool:
    """Whether there are parts or designs in a folder, as in a store and not in one that is only being made."""
    return any(is_numbered(name, table) for table in LISTED for name in names_in(folder / table))


def names_in(folder: Path) -> list[str]:
    """Names in a folder, in their order; none where there is no folder."""
    try:
        return sorted(path.name for path in folder.iterdir())
    except (FileNotFoundError, NotADirectoryError):
        return []


def unlisted(folder: Path, catalogue: Catalogue, table: str) -> list[str]:
    """Parts or designs that a writer has written, or was writing when it was killed, and has not listed yet."""
    listed = catalogue.of(table)
    last = max((number_of(name) for name in listed), default=0)
    digests = {digest_in(name) for name in listed}
    return [
        name
        for name in names_in(folder / table)
        if is_numbered(name, table) and number_of(name) > last and digest_in(name) not in digests
    ]


def problems_of_files(folder: Path, catalogue: Catalogue) -> list[Problem]:
    """Missing, damaged and foreign files of a store, by their names and the digests of their bytes."""
    problems = []
    for table in LISTED:
        listed = catalogue.of(table)
        for name in listed:
            path = folder / table / name
            try:
                if digest_of_file(path) != digest_in(name):
                    problems.append(problem_at(path, coded("store.bad_digest"), folder))
            except (FileNotFoundError, NotADirectoryError):
                problems.append(problem_at(path, coded("value.missing"), folder))
            except OSError as error:
                problems.append(problem_at(path, coded("file.unreadable", reason=reason(error)), folder))
        there = names_in(folder / table)  # before the unlisted ones: a writer may add a file in between
        known = {*listed, *unlisted(folder, catalogue, table)}
        problems += _foreign(folder, table, (name for name in there if name not in known))
    for table in ADDRESSED:
        names = names_in(folder / table)
        problems += _foreign(folder, table, (name for name in names if not _ADDRESS.fullmatch(name)))
    return problems


def _foreign(folder: Path, table: str, names: Iterable[str]) -> list[Problem]:
    message = coded("store.foreign_file")
    return [problem_at(folder / table / name, message, folder) for name in names if not name.endswith(DRAFT)]
