"""Environments of the peers that the project does not depend on, each with exactly the packages of its list."""

import hashlib
import shutil
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

LISTS = Path(__file__).parent


def python_of(name, cache):
    """The interpreter of the environment of `name`.txt, made in the cache folder if it is not there.

    Raises
    ------
    RuntimeError
        If packages cannot be installed; the message is pip's.
    """
    packages = LISTS / f"{name}.txt"
    made_of = packages.read_bytes() + sys.version.encode()
    home = cache / f"{name}-{hashlib.blake2b(made_of, digest_size=8).hexdigest()}"
    python = home / ("Scripts" if sys.platform == "win32" else "bin") / "python"
    mark = home / "complete"
    if mark.exists():
        return python
    shutil.rmtree(home, ignore_errors=True)
    venv.create(home, with_pip=True, symlinks=sys.platform != "win32")
    install = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps", "--only-binary", ":all:"]
    with tempfile.TemporaryDirectory() as elsewhere:
        command = [str(python), "-I", *install, "-r", str(packages)]
        done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=elsewhere)
    if done.returncode:
        raise RuntimeError((done.stderr.strip().splitlines() or ["pip failed"])[-1])
    mark.touch()
    return python
