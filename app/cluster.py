"""A Dask cluster as a place to run in: who answers at its address is a scheduler, or that is said within seconds."""

from __future__ import annotations

import logging
import socket
import struct
from contextlib import contextmanager
from time import monotonic
from typing import TYPE_CHECKING, Any

from scenarios.errors import InputError
from scenarios.extras import needs_extra
from scenarios.problem_texts import CodedText, coded

if TYPE_CHECKING:
    from collections.abc import Iterator
    from concurrent.futures import Executor

PATIENCE = 4.0
"""Seconds for a connection, and again for the first word of a scheduler."""
LONGEST_GREETING = 1_000_000
"""Bytes that a scheduler's greeting has at most; in truth it has some hundreds."""


@contextmanager
def executor_at(address: str | None) -> Iterator[Executor | None]:
    """Executor of the Dask cluster at an address; None where no address is given.

    Raises
    ------
    scenarios.InputError
        If the extra is not installed, or no scheduler answers there.
    """
    if address is None:
        yield None
        return
    needs_extra("cluster", what="what.scheduler", key="--scheduler")
    from distributed import Client

    expect_scheduler(address)
    for name in [each for each in logging.root.manager.loggerDict if each.startswith("distributed")]:
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)  # that a scheduler went away is said once, in a line
    try:
        client: Any = Client(address, timeout=10)  # type: ignore[no-untyped-call]
    except (OSError, ValueError, TimeoutError) as error:
        raise _no_scheduler(address, str(error)) from None
    with client:
        yield client.get_executor(pure=False)


def expect_scheduler(address: str) -> None:
    """See that a scheduler greets whoever connects to an address over plain TCP; other kinds are left to Dask.

    A scheduler speaks first: the length of its greeting in eight bytes. A web server waits to be asked, and other
    servers greet with text. Dask itself would wait for minutes for the rest of such a greeting.

    Raises
    ------
    scenarios.InputError
        If nobody greets in time, or with something else.
    """
    scheme, separator, place = address.rpartition("://")
    if separator and scheme != "tcp":
        return
    host, _, port = place.rpartition(":")
    if not host or not (port.isascii() and port.isdigit() and len(port) <= 5 and 0 < int(port) < 65536):
        allowed = coded("allowed.address")
        raise InputError(
            coded("cluster.no_address", address=address), key="--scheduler", value=address, allowed=allowed
        )
    try:
        with socket.create_connection((host.strip("[]"), int(port)), timeout=PATIENCE) as connection:
            greeting, deadline = b"", monotonic() + PATIENCE
            while len(greeting) < 8 and (more := connection.recv(8 - len(greeting))):
                greeting += more
                connection.settimeout(max(deadline - monotonic(), 0.01))
    except TimeoutError:
        raise _no_scheduler(address, coded("cluster.silent", seconds=PATIENCE)) from None
    except (OSError, ValueError) as error:
        raise _no_scheduler(address, getattr(error, "strerror", None) or str(error)) from None
    if len(greeting) < 8 or not 0 < struct.unpack("<Q", greeting)[0] <= LONGEST_GREETING:
        raise _no_scheduler(address, coded("cluster.something_else"))


def _no_scheduler(address: str, reason: str) -> InputError:
    first = reason if isinstance(reason, CodedText) else (reason.splitlines() or ["unknown reason"])[0]
    return InputError(coded("cluster.no_scheduler", reason=first), key="--scheduler", value=address)
