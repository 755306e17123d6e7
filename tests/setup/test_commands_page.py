"""The reference of the commands and the manual page are those of the commands."""

import importlib.util
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture
def written():
    """The script that writes them."""
    spec = importlib.util.spec_from_file_location("commands_under_test", ROOT / ".ci" / "commands.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_reference_is_that_of_the_commands(written):
    assert written.PAGE.read_text(encoding="utf-8") == written.page()


@pytest.mark.slow
def test_the_manual_page_is_that_of_the_reference_and_can_be_shown(written):
    assert written.MANUAL.read_text(encoding="utf-8") == written.manual(written.page())
    man = shutil.which("man")
    if man is not None:  # a machine without it shows no manual pages
        shown = subprocess.run([man, "-l", written.MANUAL], capture_output=True, text=True, check=False)
        assert shown.returncode == 0 and "validate backtest" in shown.stdout


def test_the_wheel_brings_the_manual_page():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    brought = project["tool"]["hatch"]["build"]["targets"]["wheel"]["shared-data"]
    assert brought == {"docs/lujiazui.1": "share/man/man1/lujiazui.1"}
