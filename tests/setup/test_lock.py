"""The lock, the constraints and the project agree, and every version stands with the digests of its files."""

import importlib.util
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture
def lock(tmp_path, monkeypatch):
    """The tool, working on copies of the three files."""
    spec = importlib.util.spec_from_file_location("lock_under_test", ROOT / ".ci" / "lock.py")
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, spec.name, module)  # dataclasses look their module up
    spec.loader.exec_module(module)
    for name, file in {
        "LOCK": "requirements.lock",
        "CONSTRAINTS": "constraints.txt",
        "PROJECT": "pyproject.toml",
    }.items():
        (tmp_path / file).write_bytes((ROOT / file).read_bytes())
        monkeypatch.setattr(module, name, tmp_path / file)
    return module


def test_lock_constraints_and_project_agree(lock):
    assert lock.problems() == []


@pytest.mark.parametrize(
    ("file", "before", "after", "told"),
    [
        ("constraints.txt", "numpy==", "numpy==9.", "constraints.txt does not hold"),
        ("constraints.txt", "numpy==", "mumpy==", "constraints.txt does not hold"),
        ("pyproject.toml", '"pyyaml>=6.0.3,<7"', '"pyyaml>=7"', "has 6.0.3 where pyproject.toml asks for pyyaml>=7"),
        ("pyproject.toml", '"xarray>=2026.9"', '"unheard-of"', "lacks unheard-of of netcdf"),
        ("pyproject.toml", '"hatchling>=1.27"', '"flit-core"', "lacks flit-core of build"),
        ("requirements.lock", "# brought by: netcdf", "# brought by: nobody", "lacks xarray"),
        ("requirements.lock", "# brought by: netcdf\n", "", "not understood: 'xarray=="),
        ("requirements.lock", "    --hash=sha256:", "    --hash=md5:", "no digest of about-time"),
        ("requirements.lock", "xarray==", "--index-url https://example.org\nxarray==", "not understood: '--index-url"),
    ],
)
def test_files_that_do_not_agree_are_noticed(lock, tmp_path, file, before, after, told):
    text = (tmp_path / file).read_text()
    assert before in text
    (tmp_path / file).write_text(text.replace(before, after, 1))
    assert any(told in problem for problem in lock.problems()), lock.problems()


def test_a_version_without_any_digest_is_noticed(lock, tmp_path):
    text = (tmp_path / "requirements.lock").read_text()
    (tmp_path / "requirements.lock").write_text(text + "# brought by: core\nzzz==1.0\n")
    assert "not understood: 'zzz==1.0'" in lock.problems()[0]


def test_the_part_of_an_extra_holds_what_it_includes(lock):
    project = lock.read_project(lock.PROJECT)
    assert lock.extras_within(project, ["ema"]) == {"ema", "explore"}
    assert lock.extras_within(project, ["dev"]) >= {"test", "app", "calibrate"}
    pins = lock.read_lock(lock.LOCK)
    core, everything = lock.chosen(pins, []), lock.chosen(pins, lock.extras_within(project, ["dev", "docs"]))
    assert len(core) < 50 < len(everything) == len(pins)
