"""Runs in worker processes: warm, bounded in memory, and safe against a worker or the parent being killed."""

import multiprocessing
import os
import signal
import sys
import threading
import time
import weakref
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, CancelledError, Executor, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import ExitStack
from itertools import groupby
from multiprocessing import connection
from multiprocessing.context import ForkServerContext, ForkServerProcess
from multiprocessing.process import BaseProcess
from types import ModuleType
from typing import Any, Self

from scenarios.bounds import MOST_WORKERS
from scenarios.counts import checked_count
from scenarios.errors import InputError
from scenarios.problem_texts import coded
from sim.added.found import refuse_unimportable
from sim.experiments.outcomes import RunOutcome, executed, executed_together, failed, of_the_installed_model
from sim.experiments.requests import RunRequest
from sim.provenance.loaded_code import refuse_altered
from sim.solving.cache import cache_is_writable

CHUNK = 16
"""Most runs handed to a worker at once."""
AHEAD = 2
"""Chunks handed out per worker: one under way, the next ready."""
DIED = "the worker process died twice while it ran this"
BY_OTHERS = "other processes would run the installed one and not what was set by hand in this one"
NOTICE = 1.0
"""Seconds within which an executor is to notice by itself that one of its processes is dead."""
RECONNECTS = 30.0
"""Seconds that a cluster whose scheduler went away has to come back."""
Cancel = Callable[[], bool]


class ClusterLost(RuntimeError):
    """The scheduler of a cluster was lost: unfinished runs are lost, finished ones are valid."""


def usual_workers() -> int:
    """Processors that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def execute_chunk(requests: Sequence[RunRequest]) -> list[RunOutcome]:
    """Run several requests one after another in this process; those that fork share earlier months."""
    outcomes: list[RunOutcome] = []
    for shared, group in groupby(requests, key=lambda request: request.shares_past_with):
        members = list(group)
        forks = shared[0] is not None and len(members) > 1
        outcomes += executed_together(members) if forks else [executed(request) for request in members]
    return outcomes


def chunks(requests: Iterable[RunRequest], workers: int, most: int = CHUNK) -> list[list[RunRequest]]:
    """Requests cut into parts for workers; runs that share a year 2020 stay together as far as that keeps all busy.

    The first parts are single runs, so that a result is there soon. They double for each round of the workers, and near
    the end they shrink, so that all workers end together.
    """
    parts: list[list[RunRequest]] = []
    asked = list(requests)
    left, size = len(asked), 1
    longest = min(most, -(-len(asked) // workers))
    for _, group in groupby(asked, key=lambda request: request.shares_2020_with):
        members = list(group)
        together = len(members) <= longest
        while members:
            if not parts or len(parts[-1]) + len(members) > size:
                size = max(1, min(most, 2 ** (len(parts) // workers), left // (workers * AHEAD)))
                parts.append([])
            taken = len(members) if together else size
            parts[-1] += members[:taken]
            left -= len(members[:taken])
            del members[:taken]
    return parts


def _begin_worker(niceness: int, background: bool) -> None:
    """Leave Ctrl-C to the parent, end when the parent ends, use one thread, and let others go first if asked."""
    os.nice(niceness)
    if background and sys.platform == "linux":
        os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()
    if parent is not None:

        def end_with_parent() -> None:
            multiprocessing.connection.wait([parent.sentinel])
            os._exit(1)

        threading.Thread(target=end_with_parent, daemon=True).start()
    import sim.experiments.warm  # noqa: F401  prepares the process before the first run


_starting = threading.Lock()
"""Held while the script is hidden, so that two pools that start processes do not take each other's stand-in for it."""


MANAGER_ENDS = 5.0
"""Seconds that the thread of an executor has to notice that its processes were killed."""


class _Worker(ForkServerProcess):
    """A process that does not import the calling script.

    Objects sent to a worker come from modules that it imports by name. Running the user's script there as well would
    make every script need a guard against starting the batch again.
    """

    @staticmethod
    def _Popen(process_obj: BaseProcess) -> Any:
        with _starting:
            script = sys.modules["__main__"]
            sys.modules["__main__"] = ModuleType("__main__")
            try:
                return ForkServerProcess._Popen(process_obj)
            finally:
                sys.modules["__main__"] = script


class _Context(ForkServerContext):
    Process = _Worker


def _kill(processes: Iterable[BaseProcess], results: Any) -> None:
    """Kill the processes of an executor so that it notices, wherever they were.

    One that dies while it writes leaves half an answer in the pipe that all share. The executor waits for the rest for
    as long as anybody could still write it: the other processes, and this one as long as its own end is open.
    """
    for process in processes:
        process.kill()
    results._writer.close()


def _watch(watched: "weakref.ref[ProcessPoolExecutor]") -> None:
    """End an executor that has not noticed that a process of it is dead; its unfinished runs fail as lost."""
    while (executor := watched()) is not None and executor._processes is not None:
        processes = list(executor._processes.values())
        if connection.wait([process.sentinel for process in processes], timeout=NOTICE):
            time.sleep(NOTICE)
            with executor._shutdown_lock:
                results = executor._result_queue
                if results is not None and not executor._broken:
                    executor._broken = True
                    _kill(processes, results)
            return
        del executor


class Workers:
    """A pool of processes that live until it is closed; a broken one is made anew.

    Parameters
    ----------
    count
        Number of processes.
    most_at_once
        Most runs that a worker gets in one piece: few where several callers share the pool and each wants its turn.
    niceness
        Reduction of the processes' priority, for example below those that plot their results.
    background
        The processes run only where nothing else wants the processor (on Linux; elsewhere `niceness` alone holds).
    """

    def __init__(
        self, count: int | None = None, most_at_once: int = CHUNK, niceness: int = 0, background: bool = False
    ) -> None:
        self.count = usual_workers() if count is None else checked_count(count, "workers", most=MOST_WORKERS)
        self.most_at_once = most_at_once
        self.niceness = niceness
        self.background = background
        self._executor: ProcessPoolExecutor | None = None
        self._lock = threading.Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def executor(self) -> Executor:
        """The running executor; callers in several threads get the same one."""
        refuse_altered(BY_OTHERS)
        with self._lock:
            if self._executor is None:
                for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
                    os.environ.setdefault(name, "1")
                cache_is_writable()  # said here, once, where the user sees it
                context = _Context()
                context.set_forkserver_preload(["sim.experiments.pool", "sim.experiments.warm"])
                self._executor = ProcessPoolExecutor(
                    self.count, mp_context=context, initializer=_begin_worker, initargs=(self.niceness, self.background)
                )
                threading.Thread(target=_watch, args=(weakref.ref(self._executor),), daemon=True).start()
            return self._executor

    def renew(self, broken: Executor) -> None:
        """Throw a broken executor away; the next use makes another.

        Of several callers that found it broken, the first replaces it, and later ones keep the replacement.
        """
        with self._lock:
            if self._executor is broken:
                self._executor.shutdown(wait=False, cancel_futures=True)
                self._executor = None

    def map[T](self, function: Callable[..., T], *items: Iterable[Any]) -> list[T]:
        """Results of a function of a module for each item, in their order; see `each`."""
        return list(self.each(function, *items))

    def each[T](self, function: Callable[..., T], *items: Iterable[Any]) -> Iterator[T]:
        """Results of a function of a module for each item, in their order, as they come.

        The items without a result are tried once more if a process dies; an iterator that is closed begins no more.

        Raises
        ------
        BrokenProcessPool
            If a process dies the second time too.
        """
        arguments, done, died = list(zip(*items, strict=True)), 0, False
        while done < len(arguments):
            executor = self.executor()
            try:
                for result in executor.map(function, *zip(*arguments[done:], strict=True)):
                    done += 1
                    yield result
            except BrokenProcessPool:
                self.renew(executor)
                if died:
                    raise
                died = True

    def close(self, now: bool = False) -> None:
        """End the processes, at once if `now`, else after their current task."""
        with self._lock:
            executor, self._executor = self._executor, None
        if executor is None:
            return
        processes, results = list(executor._processes.values()), executor._result_queue
        manager: Any = executor._executor_manager_thread
        executor.shutdown(wait=not now, cancel_futures=True)
        if now:
            _kill(processes, results)
            if manager is not None:
                # Python wakes the manager once more when it ends, without a lock, and fails if it is just then closing.
                manager.join(MANAGER_ENDS)


def mapped[T](
    function: Callable[[RunRequest], T],
    requests: Sequence[RunRequest],
    workers: int | Workers | None,
    *,
    progress: Callable[[int, int], None] | None = None,
    cancel: Cancel | None = None,
) -> list[T]:
    """Results of a function for each request, in their order.

    Parameters
    ----------
    function
        A function of a module, or a partial of one.
    requests
        Its arguments.
    workers
        Number of processes, or a pool that is kept; one is this process, None takes all processors.
    progress
        Called with the numbers of results there are and that are wanted.
    cancel
        Asked after each result.

    Raises
    ------
    scenarios.InputError
        If it was cancelled.
    """
    found: list[T] = []
    with ExitStack() as stack:
        if workers is not None and not isinstance(workers, Workers):
            workers = checked_count(workers, "workers", most=MOST_WORKERS)
        if workers == 1:
            results: Iterator[T] = map(function, requests)
        else:
            pool = workers if isinstance(workers, Workers) else stack.enter_context(Workers(workers))
            results = pool.each(function, requests)
        for result in results:
            found.append(result)
            if progress is not None:
                progress(len(found), len(requests))
            if cancel is not None and cancel():
                raise InputError(coded("runs.cancelled"), key="runs")
    return found


def run_many(
    requests: Sequence[RunRequest],
    *,
    workers: int | Workers | None = None,
    executor: Executor | None = None,
    cancel: Cancel | None = None,
) -> Iterator[RunOutcome]:
    """Run requests and give each outcome as it comes.

    Parameters
    ----------
    requests
        Runs. Neighbours with the same parameters share the simulated year 2020.
    workers
        Number of processes, or a pool that is kept; 1 runs in this process. None takes all processors.
    executor
        Another executor of `concurrent.futures`, such as one of a Dask cluster, in place of processes.
    cancel
        Asked now and then; once it says True no further run is begun and the iterator ends.

    Yields
    ------
    RunOutcome
        In the order in which they end. The order and the number of workers change no result. A run whose process dies
        is tried once more and then comes back as failed.

    Raises
    ------
    ClusterLost
        If the executor is that of a Dask cluster and its scheduler goes away for good.
    scenarios.InputError
        If other processes are to run a component of others that they cannot import.
    """
    if workers is not None and not isinstance(workers, Workers):
        workers = checked_count(workers, "workers", most=MOST_WORKERS)
    cancelled = cancel or (lambda: False)
    if executor is not None or workers != 1:
        refuse_unimportable(dict.fromkeys(each for request in requests for each in request.scenario.components))
    if executor is not None:
        refuse_altered(BY_OTHERS)
        parts = chunks(requests, places(executor))
        yield from _through(lambda: executor, lambda _: None, parts, lambda: places(executor) * AHEAD, cancelled)
    elif workers == 1:
        for shared, group in groupby(requests, key=lambda request: request.shares_past_with):
            members = list(group)
            for part in [members] if shared[0] is not None else [[request] for request in members]:
                if cancelled():
                    return
                yield from execute_chunk(part)
    else:
        pool = workers if isinstance(workers, Workers) else Workers(workers)
        at_once = False
        try:
            parts = chunks(requests, pool.count, pool.most_at_once)
            # A caller that submits single runs may stop soon: no run is queued behind the running ones.
            at_most = pool.count * (AHEAD if pool.most_at_once > 1 else 1)
            yield from _through(pool.executor, pool.renew, parts, lambda: at_most, cancelled)
            at_once = cancelled()
        except BaseException:
            at_once = True
            raise
        finally:
            # A pool that the caller keeps serves others too.
            if pool is not workers:
                pool.close(now=at_once)


def places(executor: Executor) -> int:
    """Runs that an executor can work at together: threads of all workers that a Dask cluster has now, or processes."""
    client = getattr(executor, "_client", None)
    if client is not None and hasattr(client, "nthreads"):
        try:
            return max(1, int(sum(client.nthreads().values())))
        except (OSError, TimeoutError):  # its scheduler is away for now
            return 1
    return int(getattr(executor, "_max_workers", None) or usual_workers())


def _reachable(executor: Executor) -> bool | None:
    """Whether a cluster's scheduler answers; None while its client tries to get it back. Processes are always there."""
    status = getattr(getattr(executor, "_client", None), "status", "running")
    return None if status == "connecting" else status == "running"


def _lost_workers() -> tuple[type[Exception], ...]:
    """Errors that say that a worker was lost, and not that a run failed; those of a cluster where one is used."""
    if "distributed" not in sys.modules:
        return BrokenProcessPool, CancelledError
    from distributed.scheduler import KilledWorker

    return BrokenProcessPool, CancelledError, KilledWorker


def _through(
    executor: Callable[[], Executor],
    renew: Callable[[Executor], None],
    parts: list[list[RunRequest]],
    at_once: Callable[[], int],
    cancelled: Cancel,
) -> Iterator[RunOutcome]:
    waiting, suspects = deque(parts), deque[RunRequest]()
    under_way: dict[Future[list[RunOutcome]], list[RunRequest]] = {}
    second_try = False
    answered = time.monotonic()
    try:
        while waiting or suspects or under_way:
            if cancelled():
                return
            running = executor()
            reachable = _reachable(running)
            if reachable is False or (reachable is None and time.monotonic() - answered > RECONNECTS):
                raise ClusterLost("the scheduler of the cluster went away")
            if reachable is None:
                time.sleep(0.25)
                continue
            answered = time.monotonic()
            try:
                # After a worker died its runs are tried one by one, with nothing beside them that could be blamed.
                if not under_way:
                    second_try = bool(suspects)
                    if second_try:
                        only = [suspects[0]]
                        under_way[running.submit(execute_chunk, only)] = only
                        suspects.popleft()
                most = at_once()
                while waiting and not second_try and len(under_way) < most:
                    under_way[running.submit(execute_chunk, waiting[0])] = waiting[0]
                    waiting.popleft()
            except BrokenProcessPool:
                renew(running)
                continue
            ended, _ = wait(under_way, timeout=0.25, return_when=FIRST_COMPLETED)
            lost: list[RunRequest] = []
            for future in ended:
                part = under_way.pop(future)
                try:
                    outcomes = future.result()
                except _lost_workers():
                    if _reachable(running):
                        # Somebody else who shares the pool may have thrown it away first.
                        lost += part
                    else:  # the scheduler is gone: no worker is to blame
                        waiting.appendleft(part)
                    continue
                yield from map(of_the_installed_model, outcomes)
            if lost:
                renew(running)
                for future in list(under_way):
                    lost += under_way.pop(future)
                if second_try:
                    yield failed(lost[0], DIED)
                else:
                    suspects.extend(lost)
    finally:
        for future in under_way:
            future.cancel()
