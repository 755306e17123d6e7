"""What the system says of processes, for tests that start, kill or leave them."""

import os
from pathlib import Path


def children(pid):
    """Processes that any thread of a process started."""
    try:
        return [int(child) for task in Path(f"/proc/{pid}/task").iterdir() for child in started_by(task)]
    except OSError:  # it has ended
        return []


def started_by(thread):
    try:
        return (thread / "children").read_text().split()
    except OSError:  # it has ended
        return []


def descendants(pid):
    found = []
    for child in children(pid):
        found += [child, *descendants(child)]
    return found


def alive(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def seconds_used(pids):
    """Processor time so far of each process that has not ended."""
    used = {}
    for pid in pids:
        try:
            fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue
        used[pid] = (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return used
