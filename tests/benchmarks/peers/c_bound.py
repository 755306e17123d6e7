"""The micro-model as C loops, compiled with the system's compiler: about what the machine can do on one core.

The loops are plain C and the compiler makes of them what it can: with GCC and the GNU C library also logarithms and
sines of several numbers at a time. `COMPILER` may name another compiler (`CC` in the environment).
"""

import ctypes
import hashlib
import os
import shutil
import subprocess
import tempfile
from functools import cache
from pathlib import Path

import numpy as np

from . import rules

COMPILER = shutil.which(os.environ.get("CC") or "cc")
SOURCE = Path(__file__).with_name("month.c")
BLOCK = 512
"""As in month.c."""


class Rules(ctypes.Structure):
    _fields_ = (
        *(
            (name, ctypes.c_double)
            for name in (
                "speed",
                "spread_effect",
                "noise",
                "drift",
                "growth_sd",
                "exit_rate",
                "exit_slope",
                "entrant_sd",
            )
        ),
        ("value", ctypes.c_double * rules.OPTIONS),
        ("loading", ctypes.c_double * rules.OPTIONS),
    )


@cache
def library():
    """The compiled loops.

    Fast mathematics is for compiling alone: a library linked with it would change how the whole process rounds numbers
    near zero.
    """
    if COMPILER is None:
        raise RuntimeError("no C compiler")
    with tempfile.TemporaryDirectory() as folder:
        compiled, linked = Path(folder) / "month.o", Path(folder) / "month.so"
        optimised = ["-O3", "-march=native", "-ffast-math", "-fPIC"]
        for command in (["-c", *optimised, str(SOURCE), "-o", str(compiled)], ["-shared", str(compiled), "-lm"]):
            output = [] if "-c" in command else ["-o", str(linked)]
            subprocess.run([COMPILER, *command, *output], check=True, capture_output=True, text=True)
        loaded = ctypes.CDLL(str(linked))
    whole, number, real, pointer = ctypes.c_int64, ctypes.c_uint64, ctypes.c_double, ctypes.c_void_p
    for name, result, arguments in (
        ("start_normals", None, (whole, whole, number, pointer)),
        ("adjust", real, (whole, pointer, pointer, real, number, pointer)),
        ("choose", None, (whole, pointer, pointer, pointer, pointer, pointer)),
        ("grow_and_leave", whole, (whole, pointer, pointer, number, number, pointer)),
        ("enter", whole, (whole, whole, real, pointer, pointer, number, number, number, pointer)),
    ):
        function = getattr(loaded, name)
        function.restype, function.argtypes = result, arguments
    return loaded


def version():
    said = subprocess.run([COMPILER, "--version"], check=True, capture_output=True, text=True).stdout
    return said.splitlines()[0]


def draw(seed, name, month):
    """What separates the random numbers of a seed, decision and month from all others, 64 bits."""
    return int.from_bytes(hashlib.blake2b(f"{seed}:{name}:{month}".encode(), digest_size=8).digest(), "little")


class Peer:
    def __init__(self, agents, seed):
        self.seed, self.now = seed, 0
        self.c = library()
        investors, issuers, self.count = rules.counts_of(agents)
        self.entry, self.next_number = rules.ENTRY_RATE * self.count, self.count
        self.usual = rules.USUAL_MEAN + rules.USUAL_SD * self.normals(investors, "usual")
        self.held = self.usual.copy()
        self.preference, self.choice = self.normals(issuers, "preference"), np.zeros(issuers, np.int8)
        self.size = np.zeros(2 * self.count + BLOCK)
        self.number = np.zeros(len(self.size), np.uint64)
        self.size[: self.count] = rules.SIZE_SD * self.normals(self.count, "size")
        self.number[: self.count] = np.arange(self.count)
        self.by_option = np.zeros(rules.OPTIONS, np.int64)
        self.rules = Rules(
            rules.SPEED,
            rules.SPREAD_EFFECT,
            rules.NOISE,
            rules.DRIFT,
            rules.GROWTH_SD,
            rules.EXIT_RATE,
            rules.EXIT_SLOPE,
            rules.ENTRANT_SD,
            loading=rules.LOADING,
        )

    def normals(self, count, name):
        out = np.empty(count)
        self.c.start_normals(count, 0, draw(self.seed, name, -1), out.ctypes.data)
        return out

    def month(self):
        c, given, spread = self.c, ctypes.byref(self.rules), rules.spread_pp(self.now)
        self.rules.value[:] = rules.values_of_options(spread)
        held, size, number = self.held.ctypes.data, self.size.ctypes.data, self.number.ctypes.data
        total = c.adjust(len(self.held), self.usual.ctypes.data, held, spread, self.draw("noise"), given)
        tastes = np.array([self.draw(f"taste {option}") for option in range(rules.OPTIONS)], np.uint64)
        self.by_option[:] = 0
        preference, choice = self.preference.ctypes.data, self.choice.ctypes.data
        c.choose(len(self.choice), preference, choice, tastes.ctypes.data, given, self.by_option.ctypes.data)
        stay = c.grow_and_leave(self.count, size, number, self.draw("growth"), self.draw("exit"), given)
        room, first, arrival = len(self.size) - BLOCK, self.next_number, self.draw("arrival")
        self.count = c.enter(stay, room, self.entry, size, number, first, arrival, self.draw("entrant"), given)
        if self.count < 0:
            raise RuntimeError("more firms than twice as many as at the start")
        self.next_number += self.count - stay
        self.now += 1
        return rules.Record(total, tuple(self.by_option.tolist()), self.count)

    def draw(self, name):
        return draw(self.seed, name, self.now)

    def state(self):
        return rules.State(self.held, self.size[: self.count])


VERSION = version() if COMPILER else ""
