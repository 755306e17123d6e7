"""The command line as a real process, and in this process with a stand-in for the model."""

import importlib.util
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

STAND_IN = Path(__file__).parent / "stand_in"


@pytest.fixture(scope="session", autouse=True)
def hear_ctrl_c():
    """Let processes hear Ctrl-C even where the tests run in the background, which would make them deaf to it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


class Outcome:
    def __init__(self, code, out, err):
        self.code, self.out, self.err = code, out, err

    def refused(self):
        """Whether it was refused as all bad input must be: exit code 2, nothing on stdout, no traceback."""
        lines = self.err.splitlines()
        return self.code == 2 and not self.out and lines and all(line.startswith("error: ") for line in lines)


@pytest.fixture
def stand_in_model(monkeypatch):
    """Put the stand-in where the command looks for `sim`."""
    spec = importlib.util.spec_from_file_location("sim", STAND_IN / "sim" / "__init__.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.setitem(sys.modules, "sim", module)
    return module


@pytest.fixture
def call(stand_in_model, capsys):  # noqa: ARG001
    """Call the command in this process."""
    from app.cli import command_line

    def called(*arguments):
        code = command_line(arguments)
        said = capsys.readouterr()
        return Outcome(code, said.out, said.err)

    return called


@pytest.fixture
def environment():
    """Variables for a real process with the stand-in before the real model."""
    return {**os.environ, "PYTHONPATH": str(STAND_IN)}


@pytest.fixture
def command(environment):
    """Run the command as a real process."""

    def run(*arguments, **options):
        options = {"env": environment, "text": True, "capture_output": True, "timeout": 60, **options}
        done = subprocess.run([sys.executable, "-P", "-m", "app", *map(str, arguments)], check=False, **options)
        return Outcome(done.returncode, done.stdout, done.stderr)

    return run
