"""`import lujiazui` gives every documented name, and names a file of others that stands in its way."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

import lujiazui
import lujiazui.components
import scenarios
import sim

ROOT = Path(__file__).parents[2]


def test_every_public_name_of_the_packages_is_there():
    assert {*sim.__all__, *scenarios.__all__} == set(lujiazui.__all__) == set(dir(lujiazui))
    for name in lujiazui.__all__:
        home = sim if name in sim.__all__ else scenarios
        assert getattr(lujiazui, name) is getattr(home, name)
    for name in lujiazui.components.__all__:
        assert getattr(lujiazui.components, name) is not None
    with pytest.raises(AttributeError, match="no attribute 'ran'"):
        lujiazui.ran  # noqa: B018


@pytest.mark.parametrize(("flags", "refused"), [((), True), (("-P",), False)])
def test_a_script_beside_a_file_of_the_name_of_a_package(tmp_path, flags, refused):
    (tmp_path / "agents.py").write_text("MINE = 1\n", encoding="utf-8")
    (tmp_path / "mine.py").write_text("import lujiazui\nprint(lujiazui.load('plan').name)\n", encoding="utf-8")
    done = subprocess.run(
        [sys.executable, *flags, str(tmp_path / "mine.py")],
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "app" / "names")])},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode != 0) == refused
    last = done.stderr.splitlines()[-1] if refused else done.stdout.strip()
    told = f"ImportError: {tmp_path / 'agents.py'} stands before the package 'agents' of lujiazui"
    assert last.startswith(told) if refused else last == "plan"
