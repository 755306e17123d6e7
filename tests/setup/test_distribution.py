"""The built wheel and the source distribution, installed into empty environments without an index, work there."""

import json
import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
BACKEND = ("hatchling", "editables")
"""What an installation from source needs beside the dependencies."""


def done(*command, **options):
    """Output of a command that has to succeed."""
    ended = subprocess.run([str(part) for part in command], capture_output=True, text=True, check=False, **options)
    assert ended.returncode == 0, f"{command}: {ended.stderr}"
    return ended.stdout


@pytest.fixture(scope="module")
def wheelhouse(tmp_path_factory):
    """Folder with the two distributions, built from what git holds, and with wheels of all that they need."""
    checkout = tmp_path_factory.mktemp("checkout")
    for name in done("git", "ls-files", "-z", cwd=ROOT).split("\0"):
        if name:
            (checkout / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, checkout / name)
    house = tmp_path_factory.mktemp("wheelhouse")
    done(sys.executable, "-m", "hatchling", "build", "--directory", house, cwd=checkout)
    (wheel,) = house.glob("lujiazui-*.whl")
    fetch = [sys.executable, "-m", "pip", "download", "-q", "--only-binary", ":all:", "-d", house]
    done(*fetch, "-c", ROOT / "constraints.txt", wheel, *BACKEND)
    shutil.copy2(checkout / "docs" / "lujiazui.1", house)
    return house


@pytest.fixture
def alone(tmp_path, monkeypatch):
    """An empty folder, and variables that name neither the checkout nor an index."""
    monkeypatch.chdir(tmp_path)
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PIP_", "PYTHON", "VIRTUAL_ENV"))}
    return {**kept, "PIP_NO_INDEX": "1", "PIP_CONFIG_FILE": os.devnull, "HOME": str(tmp_path)}


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("kind", ["*.whl", "*.tar.gz"])
def test_a_distribution_works_in_an_empty_environment_without_an_index(kind, wheelhouse, tmp_path, alone):
    (distribution,) = wheelhouse.glob(f"lujiazui-{kind}")
    home = tmp_path / "environment"
    venv.create(home, with_pip=True, symlinks=True)
    python, command = home / "bin" / "python", home / "bin" / "lujiazui"
    done(python, "-m", "pip", "install", "-q", "--find-links", wheelhouse, distribution, env=alone)
    done(python, "-m", "pip", "check", env=alone)
    assert done(command, "--version", env=alone).startswith("lujiazui ")
    answer = json.loads(done(command, "run", "plan", "--scale", "0.02", "--json", env=alone))
    assert answer["scenario"] == "plan" and len(answer["indicators"]) == 7
    assert answer["provenance"]["code"] == "as installed"
    assert "bond_market_access" in done(command, "levers", "--quiet", env=alone)
    place = "import lujiazui, sim; print(sim.__file__); print(lujiazui.load('plan').name)"
    where, name = done(python, "-c", place, env=alone).splitlines()
    assert Path(where).is_relative_to(home) and name == "plan"
    assert (home / "share" / "man" / "man1" / "lujiazui.1").read_bytes() == (wheelhouse / "lujiazui.1").read_bytes()
    refused = subprocess.run([command, "app"], env=alone, capture_output=True, text=True, check=False)
    assert refused.returncode == 2 and "pip install 'lujiazui[app]'" in refused.stderr
