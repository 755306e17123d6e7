"""Set up `.venv` when something is missing, then run a command in it; `start` calls this with Python 3.12 or newer.

A mark in the environment says what it holds. Without a mark, with another mark, or with one that says a set-up was
under way, the environment is completed or made anew, so an interrupted set-up mends itself. A lock file keeps two
set-ups apart. Everything said here goes to stderr: the command's output stays clean.
"""

import fcntl
import hashlib
import importlib.util
import json
import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ENVIRONMENT = ROOT / ".venv"
MARK = ENVIRONMENT / "lujiazui.json"
LOCK = ROOT / ".venv.lock"
PYTHON = ENVIRONMENT / "bin" / "python"


EXTRAS = {
    "app": "app",
    "calibrate": "calibrate",
    "validate": "calibrate",
    "sweep": "explore",
    "sensitivity": "explore",
    "discover": "explore",
}
"""Commands of lujiazui that need more than the core."""


def say(text: str) -> None:
    """Tell the user on stderr."""
    print(text, file=sys.stderr, flush=True)


def wanted_digest() -> str:
    """Return a digest of all that decides what is installed, apart from the extras."""
    digest = hashlib.sha256()
    for name in ("pyproject.toml", "constraints.txt"):
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


def is_ready(extra: str) -> bool:
    """Whether the environment holds the project as it is now, with this extra."""
    mark = read_mark()
    return (
        mark.get("digest") == wanted_digest()
        and mark.get("root") == str(ROOT)
        and extra in str(mark.get("extras", "")).split(",")
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


def set_up(extra: str, lock: int) -> None:
    """Bring the environment to what `pyproject.toml` and `constraints.txt` ask, with this extra and those it has.

    The installer inherits the lock, so that an installer orphaned by `kill -9` is waited for as well.
    """
    mark = read_mark()
    moved = mark.get("root", str(ROOT)) != str(ROOT)
    if mark.get("under_way") or moved or not works(PYTHON):
        say(f"Setting up .venv with Python {sys.version.split()[0]}: once, about a minute.")
        make()
        mark = {}
    else:
        say("Bringing .venv up to date.")
        write_mark({**mark, "under_way": True})
    extras = sorted({*str(mark.get("extras", "")).split(","), extra} - {""})
    target = f"{ROOT}[{','.join(extras)}]" if extras else str(ROOT)
    command = [*installer(), "--constraint", str(ROOT / "constraints.txt"), "--editable", target]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=sys.stderr, check=False, pass_fds=[lock])
    if done.returncode:
        if mark:
            write_mark(mark)  # a failed update leaves the old environment to be completed later, not thrown away
        raise SystemExit(f"The set-up failed: {' '.join(command)}")
    write_mark({"digest": wanted_digest(), "root": str(ROOT), "extras": ",".join(["", *extras])})


def ensure(extra: str) -> None:
    """Set the environment up unless it is ready; wait for another set-up first."""
    if is_ready(extra):
        return
    with LOCK.open("w", encoding="utf-8") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("Another set-up of this checkout is under way: waiting for it.")
            fcntl.flock(lock, fcntl.LOCK_EX)
        if not is_ready(extra):
            set_up(extra, lock.fileno())


def main(arguments: list[str]) -> None:
    """Set up and run `test [PYTEST ARGUMENTS]`, `dev TOOL [ARGUMENTS]` or a command of lujiazui."""
    word = arguments[0] if arguments else "--help"
    if word == "test":
        # A file is run by one process, so that what its tests share is made once; `-n 0` runs all in one.
        spread = ["-n", "logical", "--maxprocesses", "4", "--dist", "loadfile"]
        extra, command = "test", [str(PYTHON), "-m", "pytest", "--rootdir", str(ROOT), *spread, *arguments[1:]]
        os.chdir(ROOT)
    elif word == "dev" and len(arguments) > 1:
        extra, command = "dev", [str(ENVIRONMENT / "bin" / arguments[1]), *arguments[2:]]
    elif word == "dev":
        raise SystemExit("Name a tool: sh start dev ruff check | mypy | lint-imports | pytest -m slow")
    else:
        extra, command = EXTRAS.get(word, ""), [str(ENVIRONMENT / "bin" / "lujiazui"), *(arguments or ["--help"])]
    ensure(extra)
    os.execv(command[0], command)


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except KeyboardInterrupt:
        say("Interrupted; the next call mends the set-up.")
        sys.exit(2)
    except OSError as error:
        sys.exit(f"{error.filename or 'set-up'}: {error.strerror or error}")
