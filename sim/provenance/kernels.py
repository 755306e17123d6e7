"""The arithmetic of this process, which determines the last bits of a result beside model and scenario.

The same sum has other last bits where another order of summation is faster. numpy chooses its loops by the processor,
OpenBLAS its kernels, and the C library its exponentials. Two runs are the same to the bit on the same kernels.
"""

import ctypes
import hashlib
import math
import os
import platform
from dataclasses import dataclass
from functools import cache

import numpy as np

CORE_NAMES = (
    "scipy_openblas_get_corename64_",
    "scipy_openblas_get_corename",
    "openblas_get_corename64_",
    "openblas_get_corename",
)
"""Names under which builds of OpenBLAS export the function that gives the kernels in use."""


@dataclass(frozen=True)
class Kernels:
    """Libraries and loops that do the arithmetic."""

    machine: str
    """Architecture of the processor, and the C library with its version."""
    python: str
    numpy: str
    """Version of numpy and the instruction sets of the loops that it has chosen."""
    scipy: str
    blas: str
    """BLAS library of numpy, its version and the kernels that it has chosen."""
    bits: str
    """Digest of the results of a fixed set of calculations, 8 hex digits, which reveals further differences."""

    def __str__(self) -> str:
        return f"{self.machine}, {self.python}, {self.numpy}, {self.scipy}, {self.blas}, bits {self.bits}"


@cache
def kernels_in_use() -> Kernels:
    """Kernels of this process; they are chosen when numpy is imported and stay."""
    import scipy

    return Kernels(
        machine=f"{platform.machine()} {_c_library()}",
        python=f"{platform.python_implementation()} {'.'.join(platform.python_version_tuple()[:2])}",
        numpy=f"numpy {np.__version__} ({' '.join(_instruction_sets())})",
        scipy=f"scipy {scipy.__version__}",
        blas=_blas(),
        bits=_bits(),
    )


def kernels() -> str:
    """Kernels of this process as one line, the same in every process of one installation on one kind of processor."""
    return str(kernels_in_use())


def _c_library() -> str:
    try:
        named = os.confstr("CS_GNU_LIBC_VERSION")
    except (AttributeError, OSError, ValueError):
        named = None
    return named or " ".join(platform.libc_ver()).strip() or f"{platform.system()} {platform.release()}"


def _instruction_sets() -> list[str]:
    """Instruction sets of the loops that numpy has chosen for its functions, sorted."""
    from numpy.lib import introspect

    found = introspect.opt_func_info(signature="float64")
    chosen = {loop["current"] for function in found.values() for loop in function.values()}
    return sorted(name.removeprefix("baseline(").removesuffix(")") for name in chosen) or ["unknown"]


def _blas() -> str:
    """BLAS library that numpy is linked with; the kernels are named where the library is an OpenBLAS."""
    built = np.show_config(mode="dicts") or {}
    library = built.get("Build Dependencies", {}).get("blas", {})
    name = f"{library.get('name', 'unknown BLAS')} {library.get('version', '')}".strip()
    try:
        linked = ctypes.CDLL(np.linalg._umath_linalg.__file__)
    except (AttributeError, OSError, TypeError):
        return name
    for symbol in CORE_NAMES:
        function = getattr(linked, symbol, None)
        if function is not None:
            function.restype = ctypes.c_char_p
            return f"{name} ({function().decode('ascii', 'replace')})"
    return name


def _bits() -> str:
    """Digest of results of functions and sums of the model at fixed arguments."""
    from scipy import special

    steps = np.arange(1.0, 2050.0)
    above = steps / 37.0
    inside = steps / 2051.0
    few = slice(None, 400)
    digest = hashlib.blake2b(digest_size=4)
    with np.errstate(all="ignore"):
        results = (
            np.exp(-above),
            np.log(above),
            np.log1p(inside),
            np.expm1(inside),
            above**0.37,
            np.sqrt(above),
            np.sin(above),
            np.tanh(above),
            np.array([above.sum(), inside.sum(), above.mean(), np.add.reduce(inside[::3]), above.std()]),
            np.array([above @ inside, above[::2] @ inside[::2]]),
            np.outer(inside[:60], above[:40]) @ above[:40],
            special.ndtr(inside),
            special.ndtri(inside),
            special.gammaincinv(above[few], inside[few]),
            np.array([f(x) for f in (math.exp, math.log, math.tanh) for x in inside.tolist()]),
            np.array([x**0.37 for x in above.tolist()]),
        )
    for result in results:
        digest.update(np.ascontiguousarray(result).tobytes())
    return digest.hexdigest()
