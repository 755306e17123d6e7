"""Solved solution on disk: never believed when spoilt, never needed, never blamed on anything else."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scenarios.parameters import central_parameters
from sim.base_year.base_year import YEAR_2020, BaseYear
from sim.provenance import notices
from sim.provenance.notices import ModelNotice
from sim.solved_constants import Match, Matches, Solution
from sim.solving import cache
from sim.solving.cache import cached_solution, keep_solution
from sim.solving.solve import first_guess

PARAMETERS = central_parameters("posterior_2020")
ASKED = (PARAMETERS, 0.05, (), YEAR_2020)
ROOT = Path(cache.__file__).parent.parent


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("LUJIAZUI_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(notices, "_said", set())
    return tmp_path / "cache"


@pytest.fixture
def kept(folder):
    """The one file that a solution leaves, and what it holds."""
    solution = Solution(first_guess(PARAMETERS, YEAR_2020), Matches({"one": Match("one", 1.25, 1.0)}))
    keep_solution(solution, *ASKED)
    (file,) = folder.rglob("*.json")
    return file, solution


def same(one, other):
    return cache.solution_as_data(one) == cache.solution_as_data(other)


def test_what_was_kept_is_read_to_the_bit(kept):
    assert same(cached_solution(*ASKED), kept[1])
    assert cached_solution(PARAMETERS, 0.1, (), YEAR_2020) is None
    assert cached_solution(PARAMETERS, 0.05, (), BaseYear(2019)) is None


def test_floats_that_were_changed_by_a_hundredth_are_not_believed(kept):
    file, _ = kept
    data = json.loads(file.read_text())
    content = data["content"]["solution"]["constants"]["BondMarketConstants"]
    for name, value in content.items():
        if isinstance(value, float):
            content[name] = value * 1.01
        elif isinstance(value, list):
            content[name] = (np.array(value) * 1.01).tolist()
    file.write_text(json.dumps(data))
    assert cached_solution(*ASKED) is None


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(place=st.integers(min_value=0), bit=st.integers(0, 7))
def test_a_single_flipped_bit_anywhere_is_noticed_or_changes_nothing(kept, place, bit):
    file, solution = kept
    whole = file.read_bytes()
    spoilt = bytearray(whole)
    spoilt[place % len(whole)] ^= 1 << bit
    try:
        file.write_bytes(spoilt)
        found = cached_solution(*ASKED)
        assert found is None or same(found, solution)
    finally:
        file.write_bytes(whole)


@pytest.mark.parametrize(
    "content", [b"", b"[" * 50_000, b"{}", b"\xff\xfe", b'{"digest": 1, "content": {"of": {}}}', b"[1]"]
)
def test_a_file_of_another_kind_is_not_believed(kept, content):
    kept[0].write_bytes(content)
    assert cached_solution(*ASKED) is None


def test_a_spoilt_file_is_written_again(kept):
    file, solution = kept
    whole = file.read_bytes()
    file.write_bytes(whole[:-40])
    assert cached_solution(*ASKED) is None
    keep_solution(solution, *ASKED)
    assert file.read_bytes() == whole


def test_a_file_moved_to_the_place_of_another_parameter_set_is_not_believed(kept):
    file, solution = kept
    moved = PARAMETERS.replace(vix_elasticity=0.9)
    keep_solution(solution, moved, 0.05, (), YEAR_2020)
    (other,) = set(file.parent.glob("*.json")) - {file}
    other.write_bytes(file.read_bytes())
    assert cached_solution(moved, 0.05, (), YEAR_2020) is None


def test_levels_that_other_kernels_solved_are_not_taken(kept):
    file, solution = kept
    data = json.loads(file.read_text())
    assert data["content"]["of"]["kernels"] == cache.kernels()
    data["content"]["of"]["kernels"] = "another machine"
    data["digest"] = cache._content_digest(data["content"])
    file.write_text(json.dumps(data))
    assert cached_solution(*ASKED) is None
    data["content"]["of"]["kernels"] = cache.kernels()
    data["digest"] = cache._content_digest(data["content"])
    file.write_text(json.dumps(data))
    assert same(cached_solution(*ASKED), solution)


def unwritable(tmp_path, kind):
    """Settings of the environment under which nothing can be kept."""
    plain = {name: value for name, value in os.environ.items() if name not in ("LUJIAZUI_CACHE", "XDG_CACHE_HOME")}
    if kind == "home is a device":
        return {**plain, "HOME": "/dev/null"}
    if kind == "a file is in the way":
        (tmp_path / "file").write_text("")
        return {**plain, "LUJIAZUI_CACHE": str(tmp_path / "file")}
    if kind == "a file is in the way of the model's folder":
        (tmp_path / "cache").mkdir()
        (tmp_path / "cache" / "levels").write_text("")
        return {**plain, "LUJIAZUI_CACHE": str(tmp_path / "cache")}
    if kind == "the file system takes no folder":
        return {**plain, "LUJIAZUI_CACHE": "/proc/self/cache"}
    return {**plain, "LUJIAZUI_CACHE": "x" * 5000}


KINDS = [
    "home is a device",
    "a file is in the way",
    "a file is in the way of the model's folder",
    "the file system takes no folder",
    "the name is too long",
]


@pytest.mark.parametrize("kind", KINDS)
def test_a_folder_that_cannot_be_written_is_left_alone_and_said_once(tmp_path, monkeypatch, kind):
    for name, value in unwritable(tmp_path, kind).items():
        monkeypatch.setenv(name, value)
    if kind == "home is a device":
        monkeypatch.delenv("LUJIAZUI_CACHE")
        monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.setattr(notices, "_said", set())
    with pytest.warns(ModelNotice, match=r"solved constants of 2020 cannot be kept in .*LUJIAZUI_CACHE=off") as said:
        assert cached_solution(*ASKED) is None
        keep_solution(Solution(first_guess(PARAMETERS, YEAR_2020)), *ASKED)
        keep_solution(Solution(first_guess(PARAMETERS, YEAR_2020)), *ASKED)
    assert len(said) == 1


def test_a_system_without_a_home_folder_has_no_cache(monkeypatch):
    def no_home(_path):
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.delenv("LUJIAZUI_CACHE")
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.setattr(Path, "expanduser", no_home)
    monkeypatch.setattr(notices, "_said", set())
    with pytest.warns(ModelNotice, match="Could not determine home"):
        assert cached_solution(*ASKED) is None
        keep_solution(Solution(first_guess(PARAMETERS, YEAR_2020)), *ASKED)


@pytest.mark.slow
def test_the_command_line_runs_without_a_place_for_its_cache_and_says_so_in_one_line(tmp_path):
    scenario = tmp_path / "short.yaml"
    scenario.write_text("name: short\nextends: plan\nscale: 0.05\nend: 2021-02\n")
    command = [sys.executable, "-m", "app", "batch", str(scenario), "--runs", "2", "--draws", "1", "--workers", "2"]
    environment = {**unwritable(tmp_path, "home is a device"), "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [*command, "--store", str(tmp_path / "store")], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert [line.startswith("note: solved constants") for line in done.stderr.splitlines()] == [True]
    assert "output" not in done.stderr
