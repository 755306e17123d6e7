"""Pools that start their processes at the same time."""

import sys
import threading
import time

from sim.experiments import pool


def test_two_pools_that_start_at_once_leave_the_script_where_it_was(monkeypatch):
    script, seen = sys.modules["__main__"], []

    def slow_start(_):
        seen.append(sys.modules["__main__"])
        time.sleep(0.05)

    monkeypatch.setattr(pool.ForkServerProcess, "_Popen", staticmethod(slow_start))
    threads = [threading.Thread(target=pool._Worker._Popen, args=(None,)) for _ in range(2)]
    for thread in threads:  # the second begins while the first is at it, and ends after it
        thread.start()
        time.sleep(0.02)
    for thread in threads:
        thread.join()
    assert sys.modules["__main__"] is script
    assert len(seen) == 2 and script not in seen
