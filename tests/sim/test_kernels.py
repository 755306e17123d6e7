"""The arithmetic that decides the last bits has a name, the same in every process of one machine."""

import json
import os
import subprocess
import sys

import numpy as np
import pytest

from sim.provenance.kernels import kernels, kernels_in_use

PROGRAM = "from sim.provenance.kernels import kernels; print(kernels())"
RUN = """
import hashlib, json, sim
from scenarios.loader import load
from sim.provenance.kernels import kernels_in_use
short = sim.Scenario(**{**load("plan").plain(), "scale": 0.1, "end": "2023-12"})
table = sim.run(short, seed=5).indicators
print(json.dumps([hashlib.sha256(table.to_numpy(dtype=float).tobytes()).hexdigest(), kernels_in_use().blas]))
"""
OPENBLAS = "openblas" in kernels_in_use().blas
LOOPS = kernels_in_use().numpy.partition("(")[2].rstrip(")").split()


def kernels_elsewhere(program=PROGRAM, **environment):
    done = subprocess.run(
        [sys.executable, "-c", program], env={**os.environ, **environment}, capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


def test_kernels_are_one_short_line_that_names_the_libraries():
    text = kernels()
    assert "\n" not in text
    assert len(text) < 200
    assert f"numpy {np.__version__} (" in text


def test_another_process_of_the_same_machine_has_the_same_kernels_with_any_number_of_threads():
    assert kernels_elsewhere(OPENBLAS_NUM_THREADS="2", PYTHONHASHSEED="5") == kernels()


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


@pytest.mark.slow
@pytest.mark.skipif(not OPENBLAS, reason="numpy is linked with another BLAS, whose kernels cannot be chosen")
def test_no_bit_of_a_run_is_decided_by_the_kernels_of_openblas_or_its_threads():
    """Including solved constants: the year 2020 is solved again under each."""
    kinds = ("Haswell", "Sandybridge", "Nehalem", "Prescott")
    found = [json.loads(kernels_elsewhere(RUN, OPENBLAS_CORETYPE=kind, LUJIAZUI_CACHE="off")) for kind in kinds]
    assert len({blas for _, blas in found}) >= 3
    assert len({bits for bits, _ in found}) == 1
