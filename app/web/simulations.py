"""Simulations behind the pages: one pool of processes for the server, a cache of runs, bounds for all sessions."""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from agents.arrays import Floats
from app.web.desk import LEAST_RUNS, Desk
from app.web.waiting_time import expected_seconds
from sim.experiments.ensemble import Ensemble
from sim.experiments.outcomes import RunOutcome
from sim.experiments.pool import Workers, run_many, usual_workers
from sim.experiments.requests import RunRequest, ensemble_requests

if TYPE_CHECKING:
    from scenarios.schema import Scenario

FIRST_STAGES = (LEAST_RUNS, 24)
"""Paired runs after which a first answer and a better one are shown; fewer are no answer, only progress."""
PATIENCE = 0.05
"""Seconds between two checks of other sessions' runs."""
NICENESS, PATIENT_NICENESS = 3, 19
"""How far simulations stand back behind the server and a browser on the same machine: first answers, all others."""
MEGABYTE = 1_000_000
KEPT_MEGABYTES = 400
"""Memory for finished runs, unless the operator says otherwise: some 5,800 runs to 2025-12."""
BESIDE_VALUES = 1_000
"""Bytes that a kept run takes beside its indicators, about."""
SESSIONS_AT_ONCE = 64
"""Sessions whose simulations may be under way together; others wait for their turn."""


@dataclass(frozen=True)
class KeptRun:
    """Kept data of a finished run: its indicators, without the request, which may be written in other ways."""

    indicators: tuple[str, ...]
    first_month: int
    values: Floats
    kind: str
    seconds: float
    scale: float = 1.0
    """Size of the model, on which the seconds depend."""

    def answers(self, request: RunRequest) -> RunOutcome:
        """The outcome of a request for this run, under the names that the request gives."""
        return RunOutcome(
            request, "done", self.seconds, self.indicators, self.first_month, values=self.values, kind=self.kind
        )

    @property
    def weight(self) -> int:
        """Bytes that it takes, about."""
        return self.values.nbytes + BESIDE_VALUES


@dataclass
class Server:
    """Data common to all sessions."""

    store: Path | None
    pool: Workers
    """Works for first answers."""
    patient_pool: Workers
    """Works for everything that may take its time; its processes stand back behind those of the other."""
    batches: bool = False
    """Whether visitors may start batches, which run long and write to the store."""
    kept_megabytes: float = KEPT_MEGABYTES
    """Memory for finished runs."""
    kept_bytes: int = 0
    """Memory that the finished runs take now."""
    runs: "OrderedDict[str, KeptRun]" = field(default_factory=OrderedDict)
    indicators: dict[tuple[str, ...], tuple[str, ...]] = field(default_factory=dict)
    """Names of indicators, which the kept runs share."""
    lock: threading.Lock = field(default_factory=threading.Lock)
    claimed: set[str] = field(default_factory=set)
    """Keys of the runs that some session has under way."""
    unanswered: set[object] = field(default_factory=set)
    """Sessions that still wait for their first answer; better answers of others wait for theirs."""
    better: threading.Lock = field(default_factory=threading.Lock)
    """Held by the session that is working at a better answer than its first."""
    turns: threading.BoundedSemaphore = field(default_factory=lambda: threading.BoundedSemaphore(SESSIONS_AT_ONCE))

    def known(self, request: RunRequest) -> RunOutcome | None:
        """The outcome of a run that the server has done before, for any session."""
        with self.lock:
            kept = self.runs.get(request.key)
            if kept is None:
                return None
            self.runs.move_to_end(request.key)
        return kept.answers(request)

    def claim(self, requests: Iterable[RunRequest], most: int) -> list[RunRequest]:
        """The first of some requests that are neither running nor done; they count as running until released."""
        claimed: list[RunRequest] = []
        with self.lock:
            for request in requests:
                taken = request.key in self.claimed or request.key in self.runs
                if len(claimed) < most and not taken:
                    self.claimed.add(request.key)
                    claimed.append(request)
        return claimed

    def let_go(self, requests: Iterable[RunRequest]) -> None:
        """End a claim, whether or not the runs were done."""
        with self.lock:
            self.claimed.difference_update(request.key for request in requests)

    def keep(self, outcome: RunOutcome) -> None:
        """Keep a run; those used least recently are dropped when the memory for them is full."""
        with self.lock:
            names = self.indicators.setdefault(outcome.indicators, outcome.indicators)
            kept = KeptRun(
                names,
                outcome.first_month,
                outcome.values,
                outcome.kind,
                outcome.seconds,
                outcome.request.scenario.scale,
            )
            self._forget(outcome.key)
            self.runs[outcome.key] = kept
            self.kept_bytes += kept.weight
            while self.kept_bytes > self.kept_megabytes * MEGABYTE:
                self._forget(next(iter(self.runs)))

    def usual_seconds(self, runs: int, scale: float) -> float | None:
        """Seconds that some runs of a size usually take on this server; None before the first of that size."""
        with self.lock:
            earlier = [kept.seconds for kept in self.runs.values() if kept.scale == scale]
        return expected_seconds(runs, earlier, self.pool.count)

    def _forget(self, key: str) -> None:
        kept = self.runs.pop(key, None)
        if kept is not None:
            self.kept_bytes -= kept.weight


_server: Server | None = None


def open_server(
    store: Path | None = None,
    workers: int | None = None,
    *,
    batches: bool = False,
    kept_megabytes: float = KEPT_MEGABYTES,
) -> Server:
    """Start the pool that all sessions share."""
    global _server
    if _server is None:
        count = workers or usual_workers()
        quick = Workers(count, most_at_once=1, niceness=NICENESS)
        patient = Workers(count, most_at_once=1, niceness=PATIENT_NICENESS, background=True)
        _server = Server(store, quick, patient, batches, kept_megabytes)
    return _server


def the_server() -> Server:
    """The server's shared part; tests and notebooks get one without a store."""
    return _server or open_server()


def close_server() -> None:
    """End all worker processes."""
    global _server
    if _server is not None:
        _server.pool.close(now=True)
        _server.patient_pool.close(now=True)
        _server = None


@dataclass(frozen=True)
class Answer:
    """Paired runs of the desk's scenario and of its baseline, as far as they are."""

    desk: Desk
    ensemble: Ensemble | None
    runs: int
    wanted: int
    failed: str = ""
    beside: tuple[str, ...] = ()
    """Ready scenarios that were simulated too, with their policies in the desk's world."""


def stages(wanted: int) -> list[int]:
    """Numbers of paired runs after which an answer is shown, the last the number wanted."""
    return [number for number in FIRST_STAGES if number < wanted] + [wanted]


def paired_requests(desk: Desk, beside: tuple[str, ...] = ()) -> list[RunRequest]:
    """Requests of the desk's scenario, its baseline and ready scenarios beside them, run by run.

    Raises
    ------
    scenarios.InputError
        If the policy of a ready scenario does not fit the desk's world, such as an earlier end.
    """
    from scenarios.loader import load

    own = desk.scenario()
    scenarios: list[Scenario] = [own, desk.baseline_scenario(), *(own.with_policy_of(load(name)) for name in beside)]
    return ensemble_requests(scenarios, runs=desk.runs, seed=desk.seed, draws=desk.draws)


def answers(
    desk: Desk, cancelled: Callable[[], bool], tick: Callable[[int, int], None], beside: tuple[str, ...] = ()
) -> Iterator[Answer]:
    """Answers to a desk, each with more runs than the one before.

    Parameters
    ----------
    desk
        Settings of the desk.
    cancelled
        Asked now and then; once it says True the answers end.
    tick
        Called with the runs that are done and all that are wanted, those of all scenarios counted.
    beside
        Ready scenarios that have the same runs in the same world.
    """
    server, mark = the_server(), object()
    requests = paired_requests(desk, beside)
    place = {(request.run, request.scenario.name): number for number, request in enumerate(requests)}
    outcomes: list[RunOutcome] = []
    while not server.turns.acquire(timeout=0.2):
        if cancelled():
            return
    try:
        before = 0
        for stage in stages(desk.runs):
            wanted = [request for request in requests if before <= request.run < stage]
            found = [(request, server.known(request)) for request in wanted]
            outcomes += [outcome for _, outcome in found if outcome is not None]
            tick(len(outcomes), len(requests))
            missing = [request for request, outcome in found if outcome is None]
            for outcome in _runs(missing, mark if before == 0 else None, cancelled):
                if outcome.status == "failed":
                    yield Answer(desk, None, 0, desk.runs, outcome.error, beside)
                    return
                outcomes.append(outcome)
                tick(len(outcomes), len(requests))
            if cancelled():
                return
            # The order of completion depends on the cache and on the processes: results have the order of the request.
            outcomes.sort(key=lambda outcome: place[outcome.request.run, outcome.request.scenario.name])
            yield Answer(desk, Ensemble.of_outcomes(outcomes), stage, desk.runs, beside=beside)
            before = stage
    finally:
        server.unanswered.discard(mark)
        server.turns.release()


def _runs(requests: list[RunRequest], first: object | None, cancelled: Callable[[], bool]) -> Iterator[RunOutcome]:
    """Run requests a few at a time, and share runs under way in other sessions.

    With `first`, a mark of the session, others leave it the pool; without, the session leaves it to those that wait for
    their first answer.
    """
    server, pending = the_server(), list(requests)
    if first is not None:
        server.unanswered.add(first)
    while pending and not cancelled():
        # Refined results use the pool in turns, and not while a session waits for first results.
        if first is None and (server.unanswered or not server.better.acquire(timeout=PATIENCE)):
            time.sleep(PATIENCE)
            continue
        mine = server.claim(pending, server.pool.count)
        try:
            pool = server.patient_pool if first is None else server.pool
            for outcome in run_many(mine, workers=pool, cancel=cancelled):
                if outcome.status == "done":
                    server.keep(outcome)
                pending.remove(outcome.request)
                yield outcome
        finally:
            server.let_go(mine)
            if first is None:
                server.better.release()
        theirs = [(request, server.known(request)) for request in pending]
        for request, known in theirs:
            if known is not None:
                pending.remove(request)
                yield known
        if not mine and all(known is None for _, known in theirs):
            time.sleep(PATIENCE)  # another session is at it
    server.unanswered.discard(first)
