"""Stores: killed and stopped writers, failing system calls, full disks, odd names, damage."""

import ctypes
import errno
import os
import resource
import shutil
import signal
import subprocess
import sys
import time
from itertools import cycle
from pathlib import Path

from tests.processes import alive, descendants
from tests.reliability.bench import (
    BATCH,
    LIBC,
    answers,
    begin,
    command,
    contents,
    elsewhere,
    ended,
    expected,
    place,
    wrong_after,
)
from tests.reliability.tally import Tally

CALLS = ("open", "write", "sync", "rename", "mkdir", "unlink", "read", "lock")
"""System calls in the order of faults.c."""
KINDS = {
    "kill": -1,
    "torn write": -2,
    "short": -3,
    **{
        name: getattr(errno, name)
        for name in ("ENOSPC", "EIO", "EMFILE", "EROFS", "EDQUOT", "EINTR", "EACCES", "ENOLCK")
    },
}
NAMES = (
    "runs[1]", "runs*", "runs?", "~", "~root", "$HOME", "with spaces ", "quo'te", 'quo"te', "two\nlines", "tab\there",
    "-dash", "--store", "#hash", "100%", "a;b", "a|b", "a&b", "数据", "é\u0301", "x" * 200, "{a,b}", "!bang",
    "back\\slash", "runs.parquet", "store.json", "%s%n", "\x1b[31mred", ".hidden", "..dots", "a=b", "null", "CON",
    "name:stream",
)  # fmt: skip


def kills(count, rng):
    """Commands that fill a store are killed, ended, interrupted, or stopped and continued at random moments."""
    tally = Tally("kills and stops at random moments")
    whole = expected()
    began = time.monotonic()
    with place() as folder:
        assert command([*BATCH, folder / "runs"], folder).code == 0
    usual = time.monotonic() - began
    for how in range(count):
        what = ("SIGKILL", "SIGTERM", "SIGINT", "SIGHUP", "SIGSTOP", "SIGQUIT")[how % 6]
        with place() as folder:
            store = folder / "runs"
            tally.begin()
            child = begin([*BATCH, store], folder)
            for _ in range(rng.randint(1, 2)):
                time.sleep(rng.uniform(0.0, usual))
                try:
                    os.killpg(child, getattr(signal, what))
                    if what == "SIGSTOP":
                        time.sleep(0.02)
                        os.killpg(child, signal.SIGCONT)
                except ProcessLookupError:
                    break
            first = ended(child, folder)
            wrong = wrong_after(folder, store, whole, first)
            tally.end(wrong and f"{what}: {wrong}")
    return tally


def system_calls(count, rng):
    """One system call of a command that fills a store fails: it is killed there, torn, cut short, or refused."""
    tally = Tally("a fault at a chosen system call")
    faults = ctypes.CDLL(os.environ["RELIABILITY_FAULTS"])
    whole, kinds = expected(), list(KINDS)

    def arm(folder, call, when, kind):
        faults.fault_arm(os.fsencode(folder / "runs"), CALLS.index(call), ctypes.c_long(when), kind)

    with place() as folder:
        faults.fault_seen.restype = ctypes.c_long

        def note():
            (folder / "seen").write_text(" ".join(str(faults.fault_seen(call)) for call in range(len(CALLS))))

        assert command([*BATCH, folder / "runs"], folder, lambda: arm(folder, "open", 0, -1), note).code == 0
        seen = dict(zip(CALLS, map(int, (folder / "seen").read_text().split()), strict=True))
    assert all(seen[call] for call in ("open", "write", "sync", "rename", "mkdir", "lock")), seen
    struck = 0
    calls = cycle([call for call in CALLS if seen[call]])
    for _ in range(count):
        call, kind = next(calls), rng.choice(kinds)
        when = rng.randint(1, seen[call])
        with place() as folder:
            tally.begin()
            first = command([*BATCH, folder / "runs"], folder, lambda: arm(folder, call, when, KINDS[kind]))  # noqa: B023
            struck += first.code != 0
            wrong = wrong_after(folder, folder / "runs", whole, first)
            tally.end(wrong and f"{kind} at {call} {when}: {wrong}")
    if struck < count / 4:
        tally.failures.append(f"only {struck} of {count} faults struck: the faults are not loaded")
    return tally


def limits(count, rng):
    """Small disks, and limits on the size of files, open files and memory, of any size up to enough."""
    tally = Tally("full disks and limits")
    whole = expected()
    can_mount = os.geteuid() == 0

    def on_small_disk(folder, size):
        disk = folder / "disk"
        disk.mkdir()
        mounted = LIBC.mount(b"tmpfs", os.fsencode(disk), b"tmpfs", 0, f"size={size},nr_inodes={size // 2000}".encode())
        return disk if mounted == 0 else None

    for number in range(count):
        kind = ("RLIMIT_FSIZE", "RLIMIT_NOFILE", "RLIMIT_AS", "disk")[number % (4 if can_mount else 3)]
        with place() as folder:
            store = folder / "runs"
            tally.begin()
            if kind == "disk":
                disk = on_small_disk(folder, rng.choice((20_000, 60_000, 100_000, 150_000)))
                if disk is None:
                    tally.end("a small disk cannot be mounted here")
                    continue
                try:
                    first = command([*BATCH, disk / "runs"], folder)
                    if (disk / "runs").exists():
                        shutil.copytree(disk / "runs", store)
                finally:
                    LIBC.umount(os.fsencode(disk))
                wrong = "" if first.code == 2 and first.clean else f"code {first.code}: {first.err[-200:]}"
                wrong = wrong or wrong_after(folder, store, whole, first)
            else:
                most = {
                    "RLIMIT_FSIZE": rng.randint(0, 40_000),
                    "RLIMIT_NOFILE": rng.randint(4, 24),
                    "RLIMIT_AS": rng.randint(1, 400) * 1_000_000 + _memory(),
                }[kind]

                def limited(kind=kind, most=most):
                    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
                    resource.setrlimit(getattr(resource, kind), (most, most))

                first = command([*BATCH, store], folder, limited)
                # Out of memory, the interpreter itself may end.
                wrong = "" if kind == "RLIMIT_AS" and not first.clean else wrong_after(folder, store, whole, first)
                if kind == "RLIMIT_AS" and not first.clean:
                    wrong = wrong_after(folder, store, whole, ended_badly())
            tally.end(wrong and f"{kind}: {wrong}")
    return tally


def ended_badly():
    from tests.reliability.bench import Ended

    return Ended(-9)


def _memory():
    """Bytes of address space that this process has."""
    return int(Path("/proc/self/statm").read_text().split()[0]) * os.sysconf("SC_PAGE_SIZE")


def names(count, rng):
    """Stores under names that patterns, shells, databases and terminals would read as something else."""
    tally = Tally("names of stores")
    whole = expected()
    odd = [*NAMES, os.fsdecode(b"not-utf8-\xff"), "y" * 300]
    for number in range(count):
        name = (
            odd[number]
            if number < len(odd)
            else "".join(chr(rng.choice((*range(1, 47), *range(48, 0x250)))) for _ in range(12))
        )
        with place() as folder:
            beside = folder / "runs1"
            tally.begin()
            assert command([*BATCH[:3], "--runs", "1", *BATCH[5:], beside], folder).code == 0
            store = folder / name
            done = command([*BATCH, store], folder)
            if done.code == 2 and done.clean:  # refused before anything is run
                there = name in {path.name for path in folder.iterdir()}
                tally.end("refused, and left something" if there and any(store.iterdir()) else "")
                continue
            how, there = elsewhere(contents, store)
            wrong = "" if (how, there) == ("done", whole) else f"{how}: {str(there)[:200]}"
            for more in (["doctor", store], ["compare", store], ["export", store, "--to", folder / "out"]):
                told = command(more, folder)
                wrong = wrong or ("" if told.code == 0 else f"{more[0]}: code {told.code}: {told.err[-200:]}")
            tally.end(wrong and f"{name!r}: {wrong}")
    return tally


def _damages(rng):
    """Ways to spoil a file: name and what is done to it, given another file of its kind."""
    yield "removed", lambda path, _: path.unlink()
    yield "emptied", lambda path, _: path.write_bytes(b"")
    yield "cut", lambda path, _: path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    yield "zeroed", lambda path, _: path.write_bytes(bytes(path.stat().st_size))
    yield "lengthened", lambda path, _: path.write_bytes(path.read_bytes() + b"\0" * 7)
    yield "taken from a sibling", lambda path, other: path.write_bytes(other.read_bytes())
    yield "copied under a new name", lambda path, _: shutil.copy(path, path.with_name(f"copy-{path.name}"))
    yield "made a folder", lambda path, _: (path.unlink(), path.mkdir())
    yield "random bytes", lambda path, _: path.write_bytes(rng.randbytes(max(1, path.stat().st_size)))
    yield "a foreign file beside it", lambda path, _: path.with_name(f"._{path.name}").write_bytes(b"\0\5\x16\7")


def _after_damage(tally, folder, pristine, whole, said, what, damage):
    """Damage a copy of a store and hold every answer it still gives against those of the whole one."""
    store = folder / "runs"
    shutil.rmtree(store, ignore_errors=True)
    shutil.copytree(pristine, store)
    tally.begin()
    damage(store)
    wrong = ""
    how, told = elsewhere(answers, store, folder / "out")
    shutil.rmtree(folder / "out", ignore_errors=True)
    if how == "broke" or (how == "done" and told != said):
        wrong = f"readers: {how}, {'other answers' if how == 'done' else told}"
    examined = command(["doctor", store], folder)
    if not wrong and how == "refused" and examined.code != 1 and examined.code != 2:
        wrong = f"refused ({told[:100]}) and the doctor says code {examined.code}"
    if not wrong and not examined.clean:
        wrong = f"doctor: code {examined.code} {examined.err[-200:]}"
    wrong = wrong or wrong_after(folder, store, whole, command([*BATCH, store], folder))
    tally.end(wrong and f"{what}: {wrong}")


def tampering(count, rng):
    """Each file of a store is removed, cut, zeroed, swapped, copied or replaced."""
    tally = Tally("tampering with each file of a store")
    whole = expected()
    with place() as folder:
        pristine = folder / "pristine"
        assert command([*BATCH, pristine], folder).code == 0
        how, said = elsewhere(answers, pristine, folder / "out")
        assert how == "done", said
        shutil.rmtree(folder / "out")
        files = sorted(path.relative_to(pristine) for path in pristine.rglob("*") if path.is_file())
        cases = [(name, *damage) for name in files if name.name != "lock" for damage in _damages(rng)]
        rng.shuffle(cases)
        for name, how, act in cases[:count]:
            others = [each for each in files if each.parent == name.parent and each != name] or [Path("store.json")]

            def damage(store, name=name, act=act, others=others):
                act(store / name, store / rng.choice(others))

            _after_damage(tally, folder, pristine, whole, said, f"{name.parent or ''}/*{name.suffix} {how}", damage)
    return tally


def flips(count, rng):
    """A single bit of a file of a store is flipped, of its indicators above all."""
    tally = Tally("single flipped bits")
    whole = expected()
    with place() as folder:
        pristine = folder / "pristine"
        assert command([*BATCH, pristine], folder).code == 0
        how, said = elsewhere(answers, pristine, folder / "out")
        assert how == "done", said
        shutil.rmtree(folder / "out")
        files = sorted(
            path.relative_to(pristine) for path in pristine.rglob("*") if path.is_file() and path.name != "lock"
        )
        heavy = [name for name in files if name.parts[0] == "indicators"]
        for number in range(count):
            name = rng.choice(heavy if number % 4 else files)
            place_of = rng.randrange((pristine / name).stat().st_size * 8)

            def damage(store, name=name, place_of=place_of):
                content = bytearray((store / name).read_bytes())
                content[place_of // 8] ^= 1 << place_of % 8
                (store / name).write_bytes(content)

            _after_damage(tally, folder, pristine, whole, said, f"{name.parent}, bit {place_of}", damage)
    return tally


def orphans(count, rng):
    """A batch with workers of its own is killed or ended at a random moment: no process is left, the batch goes on."""
    tally = Tally("killed batches with workers")
    with place() as folder:
        (folder / "short.yaml").write_text("extends: plan\nend: 2021-06\nscale: 0.05\n")
        batch = [sys.executable, "-m", "app", "batch", "short.yaml", "--runs", "8", "--workers", "2", "--store"]
        how = {
            "cwd": folder,
            "env": {**os.environ, "PYTHONPATH": str(Path.cwd()), "LUJIAZUI_CACHE": str(folder / "cache")},
            "stdout": subprocess.DEVNULL,
            "stderr": subprocess.DEVNULL,
        }
        began = time.monotonic()
        subprocess.run([*batch, "whole"], check=True, timeout=300, **how)
        usual = time.monotonic() - began
        state, whole = elsewhere(contents, folder / "whole")
        assert state == "done"
        for number in range(count):
            what = (signal.SIGKILL, signal.SIGTERM, signal.SIGINT)[number % 3]
            store = folder / f"runs{number}"
            tally.begin()
            process = subprocess.Popen([*batch, str(store)], preexec_fn=_hears_ctrl_c, **how)
            time.sleep(rng.uniform(0.3, 1.0) * usual)
            left = descendants(process.pid)
            process.send_signal(what)
            process.wait(timeout=60)
            until = time.monotonic() + 15
            while time.monotonic() < until and any(map(alive, left)):
                time.sleep(0.05)
            wrong = "processes are left" if any(map(alive, left)) else ""
            again = subprocess.run([*batch, str(store)], timeout=300, check=False, **how)
            state, there = elsewhere(contents, store)
            wrong = wrong or (
                "" if (again.returncode, there) == (0, whole) else f"goes on with {again.returncode}, {state}"
            )
            tally.end(wrong and f"{what.name}: {wrong}")
    return tally


def _hears_ctrl_c():
    signal.signal(signal.SIGINT, signal.default_int_handler)


AREAS = {each.__name__: each for each in (kills, orphans, system_calls, limits, names, tampering, flips)}
