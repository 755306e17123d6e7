"""The arithmetic that decides the last bits has a name, the same in every process of one machine."""

import os
import subprocess
import sys

import numpy as np
import pytest

from sim.kernels import kernels, kernels_in_use

PROGRAM = "from sim.kernels import kernels; print(kernels())"
OPENBLAS = "openblas" in kernels_in_use().blas
LOOPS = kernels_in_use().numpy.partition("(")[2].rstrip(")").split()


def kernels_elsewhere(**environment):
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], env={**os.environ, **environment}, capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


def test_kernels_are_one_short_line_that_names_the_libraries():
    text = kernels()
    assert "\n" not in text
    assert len(text) < 200
    assert f"numpy {np.__version__} (" in text


def test_another_process_of_the_same_machine_has_the_same_kernels_with_any_number_of_threads():
    assert kernels_elsewhere(OPENBLAS_NUM_THREADS="1", PYTHONHASHSEED="5") == kernels()


@pytest.mark.skipif(not OPENBLAS, reason="numpy is linked with another BLAS, whose kernels have no name")
def test_other_kernels_of_openblas_have_another_name():
    other = "Nehalem" if "Nehalem" not in kernels() else "Sandybridge"
    assert f"({other})" in kernels_elsewhere(OPENBLAS_CORETYPE=other)


@pytest.mark.skipif(len(LOOPS) < 2, reason="this processor has nothing beyond the baseline of numpy")
def test_numpy_without_an_instruction_set_has_other_kernels():
    extra = "X86_V3 X86_V4 AVX512_ICL AVX512_SPR" if any(name.startswith("X86") for name in LOOPS) else LOOPS[-1]
    there = kernels_elsewhere(NPY_DISABLE_CPU_FEATURES=extra)
    assert there != kernels()
    assert kernels_in_use().blas in there
