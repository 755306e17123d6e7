"""Set up `.venv` when something is missing, then run a command in it; `start` calls this with Python 3.12 or newer.

A mark in the environment says what it holds. Without a mark, with another mark, or with one that says a set-up was
under way, the environment is completed or made anew, so an interrupted set-up mends itself. A lock file keeps two
set-ups apart. Everything said here goes to stderr: the command's output stays clean.

Everything is installed from `requirements.lock`, whose digests the installer compares with what it is given; the build
backend too, so that nothing unchecked runs. The project itself is then installed without asking an index for anything.
"""

import fcntl
import hashlib
import importlib.util
import json
import os
import runpy
import shutil
import subprocess
import sys
import venv
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / ".ci"))  # Python runs isolated, so that nothing on the machine can stand in for a module
import lock as locked  # noqa: E402

extras_of = runpy.run_path(str(ROOT / "app" / "command_extras.py"))["extras_of"]
ENVIRONMENT = ROOT / ".venv"
MARK = ENVIRONMENT / "lujiazui.json"
TURN = ROOT / ".venv.lock"
PYTHON = ENVIRONMENT / "bin" / "python"


def say(text: str) -> None:
    """Tell the user on stderr."""
    print(text, file=sys.stderr, flush=True)


def wanted_digest() -> str:
    """Return a digest of all that decides what is installed, apart from the extras."""
    digest = hashlib.sha256()
    for name in ("pyproject.toml", "requirements.lock"):
        digest.update((ROOT / name).read_bytes())
    return digest.hexdigest()


def read_mark() -> dict[str, object]:
    """Return what the environment says it holds, nothing when it has no readable mark."""
    try:
        mark = json.loads(MARK.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return mark if isinstance(mark, dict) else {}


def write_mark(mark: dict[str, object]) -> None:
    """Replace the mark in one move."""
    new = MARK.with_suffix(".new")
    new.write_text(json.dumps(mark), encoding="utf-8")
    new.replace(MARK)


def held_extras(mark: dict[str, object]) -> set[str]:
    """Extras that an environment with this mark was set up for."""
    return {*str(mark.get("extras", "")).split(",")} - {""}


def is_ready(extras: Sequence[str]) -> bool:
    """Whether the environment holds the project as it is now, with these extras."""
    mark = read_mark()
    return (
        mark.get("digest") == wanted_digest()
        and mark.get("root") == str(ROOT)
        and locked.extras_within(locked.read_project(ROOT / "pyproject.toml"), held_extras(mark)).issuperset(extras)
        and os.access(PYTHON, os.X_OK)
        and os.access(ENVIRONMENT / "bin" / "lujiazui", os.X_OK)
    )


def works(python: Path) -> bool:
    """Whether this interpreter starts and is new enough."""
    test = [str(python), "-c", "import sys; sys.exit(sys.version_info < (3, 12))"]
    try:
        return subprocess.run(test, capture_output=True, stdin=subprocess.DEVNULL, check=False).returncode == 0
    except OSError:
        return False


def installer() -> list[str]:
    """Return the command that installs into the environment, from what this machine has."""
    uv = shutil.which("uv")
    if subprocess.run([str(PYTHON), "-m", "pip", "--version"], capture_output=True, check=False).returncode == 0:
        pip = [str(PYTHON), "-m", "pip"]
    elif importlib.util.find_spec("pip"):
        pip = [sys.executable, "-m", "pip", "--python", str(PYTHON)]
    elif uv:
        return [uv, "pip", "install", "--quiet", "--python", str(PYTHON)]
    else:
        minor = f"python3.{sys.version_info.minor}"
        raise SystemExit(
            f"{sys.executable} can neither make a complete environment (no ensurepip) nor install into one (no pip).\n"
            f"On Debian or Ubuntu: apt-get install {minor}-venv   (or python3-pip); then run the same command again."
        )
    return [*pip, "--disable-pip-version-check", "--no-input", "install", "-qq"]


def make() -> None:
    """Make an empty environment, anew when one is there."""
    if ENVIRONMENT.exists():
        shutil.rmtree(ENVIRONMENT)
    ENVIRONMENT.mkdir()
    write_mark({"under_way": True})
    venv.create(ENVIRONMENT, with_pip=importlib.util.find_spec("ensurepip") is not None, symlinks=True)


def install(turn: int, *asked: str) -> None:
    """Install into the environment, or say what failed.

    The installer inherits the lock file, so that an installer orphaned by `kill -9` is waited for as well.
    """
    command = [*installer(), "--no-deps", *asked]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=sys.stderr, check=False, pass_fds=[turn])
    if done.returncode:
        raise SystemExit(
            f"The set-up failed: {' '.join(command)}\n"
            "A digest that does not match means that the package index gave another file than the one that was tested."
        )


def set_up(wanted: Sequence[str], turn: int) -> None:
    """Bring the environment to what the project and its lock ask, with these extras and those it has."""
    mark = read_mark()
    moved = mark.get("root", str(ROOT)) != str(ROOT)
    if mark.get("under_way") or moved or not works(PYTHON):
        say(f"Setting up .venv with Python {sys.version.split()[0]}: once, about a minute.")
        make()
        mark = {}
    else:
        say("Bringing .venv up to date.")
        write_mark({**mark, "under_way": True})
    extras = sorted({*held_extras(mark), *wanted})
    within = locked.extras_within(locked.read_project(ROOT / "pyproject.toml"), extras)
    pins = locked.chosen(locked.read_lock(ROOT / "requirements.lock"), within)
    part = ENVIRONMENT / "requirements.txt"
    part.write_text("\n".join(pin.text for pin in pins) + "\n", encoding="utf-8")
    try:
        install(turn, "--require-hashes", "--requirement", str(part))
        install(turn, "--no-build-isolation", "--editable", str(ROOT))
    except SystemExit:
        if mark:
            write_mark(mark)  # a failed update leaves the old environment to be completed later, not thrown away
        raise
    write_mark({"digest": wanted_digest(), "root": str(ROOT), "extras": ",".join(["", *extras])})


def ensure(extras: Sequence[str]) -> None:
    """Set the environment up unless it is ready; wait for another set-up first."""
    if is_ready(extras):
        return
    with TURN.open("w", encoding="utf-8") as turn:
        try:
            fcntl.flock(turn, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("Another set-up of this checkout is under way: waiting for it.")
            fcntl.flock(turn, fcntl.LOCK_EX)
        if not is_ready(extras):
            set_up(extras, turn.fileno())


def main(arguments: list[str]) -> None:
    """Set up and run `test [PYTEST ARGUMENTS]`, `dev TOOL [ARGUMENTS]` or a command of lujiazui."""
    word = arguments[0] if arguments else "--help"
    if word == "test":
        # A file is run by one process, so that what its tests share is made once; `-n 0` runs all in one.
        spread = ["-n", "logical", "--maxprocesses", "4", "--dist", "loadfile"]
        extras, command = ["test"], [str(PYTHON), "-m", "pytest", "--rootdir", str(ROOT), *spread, *arguments[1:]]
        os.chdir(ROOT)
    elif word == "dev" and len(arguments) > 1:
        extras, command = ["dev"], [str(ENVIRONMENT / "bin" / arguments[1]), *arguments[2:]]
    elif word == "dev":
        raise SystemExit("Name a tool: sh start dev ruff check | mypy | lint-imports | pytest -m slow")
    else:
        extras, command = extras_of(arguments), [str(ENVIRONMENT / "bin" / "lujiazui"), *(arguments or ["--help"])]
    ensure(extras)
    os.execv(command[0], command)


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except KeyboardInterrupt:
        say("Interrupted; the next call mends the set-up.")
        sys.exit(2)
    except OSError as error:
        sys.exit(f"{error.filename or 'set-up'}: {error.strerror or error}")
