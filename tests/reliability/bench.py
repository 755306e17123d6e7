"""Commands run in forks of one warm process, so that a case takes a fraction of a second; their runs are made up."""

import ctypes
import hashlib
import os
import pickle
import shutil
import signal
import sys
import tempfile
import time
import traceback
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import app.cli
import app.entry
from scenarios import InputError
from sim.closing.indicators import PLAN_INDICATORS
from sim.experiments import ensemble, pool
from sim.experiments.ensemble import Ensemble
from sim.experiments.export import export_store
from sim.experiments.requests import ensemble_requests
from sim.experiments.store import Store
from tests.sim.experiments.fabricated import fabricated

PATIENCE = 60.0
RUNS = 6
BATCH = ("batch", "plan", "committed", "--runs", str(RUNS), "--draws", "3", "--workers", "1", "--store")
"""What is asked for, whatever happens to it."""
LIBC = ctypes.CDLL(None, use_errno=True)


def made_up(request):
    """A run that nobody ran, after a moment."""
    time.sleep(0.003)
    return fabricated(request, PLAN_INDICATORS, 72)


@contextmanager
def made_up_runs():
    """Runs are made up in this process and its forks, and stored a few at a time."""
    before = pool.executed, ensemble.PART, ensemble.PART_SECONDS
    pool.executed, ensemble.PART, ensemble.PART_SECONDS = made_up, 3, 1e9
    try:
        yield
    finally:
        pool.executed, ensemble.PART, ensemble.PART_SECONDS = before


@dataclass(frozen=True)
class Ended:
    """How a command ended; code -9 if it was killed by signal 9, None if it did not end."""

    code: int | None
    out: str = ""
    err: str = ""

    @property
    def clean(self) -> bool:
        """Whether it ended as commands may: done, failed or refused, without a traceback."""
        return self.code in (0, 1, 2) and "Traceback" not in self.err and "failed inside" not in self.err


def begin(arguments, folder, before=None, after=None):
    """Begin a command in a fork; its process id."""
    child = os.fork()
    if child:
        return child
    code = 70
    try:
        os.setsid()
        signal.signal(signal.SIGINT, signal.default_int_handler)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        for number, name in ((1, ".stdout"), (2, ".stderr")):
            stream = os.open(folder / name, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
            os.dup2(stream, number)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        sys.stdout, sys.stderr = (os.fdopen(os.dup(number), "w", encoding="utf-8") for number in (1, 2))
        os.chdir(folder)
        sys.argv = ["lujiazui", *map(str, arguments)]
        if before is not None:
            before()
        try:
            app.entry.main()
        except SystemExit as end:
            code = end.code or 0
        if after is not None:
            after()
    except BaseException:
        traceback.print_exc()
    finally:
        for stream in (sys.stdout, sys.stderr):
            try:
                stream.flush()
            except BaseException:  # it may be what was taken away
                code = code or 1
        os._exit(code)


def ended(child, folder, patience=PATIENCE):
    """Wait for a command to end; one that does not is killed and has no code."""
    until, code = time.monotonic() + patience, None
    while time.monotonic() < until:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            code = os.waitstatus_to_exitcode(status)
            break
        time.sleep(0.002)
    else:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
    told = [
        (folder / name).read_text(errors="replace") if (folder / name).exists() else ""
        for name in (".stdout", ".stderr")
    ]
    return Ended(code, *told)


def command(arguments, folder, before=None, after=None, patience=PATIENCE):
    """Run a command to its end."""
    return ended(begin(arguments, folder, before, after), folder, patience)


def elsewhere(function, *arguments):
    """What a function gives in a fork, so that no thread and no memory of it stays; InputError comes back as such."""
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        try:
            os.close(reading)
            try:
                answer = ("done", function(*arguments))
            except InputError as error:
                answer = ("refused", str(error))
            except BaseException as error:
                answer = ("broke", f"{type(error).__name__}: {error}")
            with os.fdopen(writing, "wb") as stream:
                pickle.dump(answer, stream)
        finally:
            os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as stream:
        data = stream.read()
    os.waitpid(child, 0)
    return pickle.loads(data) if data else ("broke", "no answer")


def bits(table):
    return hashlib.blake2b(table.to_numpy(dtype=float).tobytes(), digest_size=16).hexdigest()


def expected(runs=RUNS):
    """Digest of every run of the batch by its key."""
    asked = ensemble_requests(["plan", "committed"], runs=runs, draws=3)
    return {request.key: bits(fabricated(request, PLAN_INDICATORS, 72).frame()) for request in asked}


def contents(store):
    """Digest of every run that a store holds, read as readers read it."""
    opened = Store.open(store)
    return {key: bits(opened.values(key)) for key in sorted(opened.keys())}


def answers(store, folder):
    """What a store says to those who ask it: runs, comparison, export."""
    import pandas as pd

    opened = Store.open(store)
    effects = Ensemble.of_store(opened).difference("plan", "committed")
    files = export_store(opened, folder)
    tables = [pd.read_parquet(path) for path in files if path.stem == "indicators"]
    return contents(store), effects.to_json(), [(len(each), str(sorted(each.columns))) for each in tables]


def wrong_after(folder, store, whole, first):
    """What is wrong after something happened to a command that fills a store: "" if nothing is lost for good."""
    if first.code is None:
        return "did not end"
    if first.code >= 0 and not first.clean:
        return f"code {first.code}: {first.err.strip().splitlines()[-1:]}"
    if first.code == 0:
        how, there = elsewhere(contents, store)
        if how != "done" or there != whole:
            return f"ended with 0, and the store holds {len(there) if how == 'done' else there}"
    again = command([*BATCH, store], folder)
    if again.code == 2:  # refused: the doctor may mend it
        command(["doctor", store, "--repair"], folder)
        again = command([*BATCH, store], folder)
    if again.code != 0:
        return f"cannot go on, code {again.code}: {again.err.strip()[-200:]}"
    how, there = elsewhere(contents, store)
    return "" if (how, there) == ("done", whole) else f"after going on: {how}, other runs than asked for"


@contextmanager
def place():
    """A folder of its own for a case."""
    folder = Path(tempfile.mkdtemp(prefix="reliability-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
