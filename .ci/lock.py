"""Make and check `requirements.lock`, the exact versions of all dependencies with the digests of their files.

`python .ci/lock.py renew` works the lock out anew from the ranges in `pyproject.toml`, with the tool `uv`, and writes
`constraints.txt` from it. It keeps the versions at hand where the ranges allow them, unless `--upgrade` is given.
`python .ci/lock.py check` compares the three files without a network.

The lock is a requirements file that `pip install --require-hashes -r requirements.lock` takes as it is. A comment above
each version says which extras bring it, so that `environment.py` can take the part that a set-up needs.
"""

import argparse
import re
import shutil
import subprocess
import tempfile
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOCK = ROOT / "requirements.lock"
CONSTRAINTS = ROOT / "constraints.txt"
PROJECT = ROOT / "pyproject.toml"

CORE = "core"
BUILD = "build"
"""Part of the lock with the build backend, so that the project itself is installed without anything unchecked."""
BUILD_TOOLS = ("editables",)
"""What the build backend fetches for an editable installation without saying so in its metadata."""

HEADER = """\
# Exact versions of the core and of all extras with SHA-256 digests of their files, for Python 3.12 and newer.
# Made by `.ci/lock.py renew` (see CONTRIBUTING.md). Above each version: what brings it.
"""
CONSTRAINTS_HEADER = """\
# Exact versions of all that the core and the extras install, the same on Python 3.12 and 3.13.
# Made with requirements.lock, which adds the digests of their files, by `.ci/lock.py renew` (see CONTRIBUTING.md).
"""


@dataclass(frozen=True)
class Pin:
    """One distribution of the lock."""

    name: str
    version: str
    marker: str
    """Condition on the machine in the notation of requirements files; empty for none."""
    parts: tuple[str, ...]
    """`core`, `build`, or the extras that bring it, each without the extras that it includes itself."""
    text: str
    """Its lines in the lock, without the comment."""


def normalised(name: str) -> str:
    """Name of a distribution as package indexes compare names."""
    return re.sub(r"[-_.]+", "-", name).lower()


def read_lock(path: Path) -> list[Pin]:
    """Read the lock.

    Raises
    ------
    ValueError
        For a line that is not of the lock's form, or a version without a digest or a part.
    """
    pins = []
    parts: tuple[str, ...] = ()
    lines = iter(path.read_text(encoding="utf-8").splitlines())
    for line in lines:
        if not line:
            continue
        if line.startswith("# brought by: "):
            parts = tuple(line.removeprefix("# brought by: ").split(", "))
            continue
        if line.startswith("#"):
            continue
        found = re.fullmatch(r"([a-z0-9-]+)==([^ ;]+)(?: ; (.+?))? \\", line)
        if not found or not parts:
            raise ValueError(f"{path.name}: not understood: {line!r}")
        block = [line]
        while block[-1].endswith("\\"):
            block.append(next(lines, ""))
            if not re.fullmatch(r"    --hash=sha256:[0-9a-f]{64}(?: \\)?", block[-1]):
                raise ValueError(f"{path.name}: no digest of {found[1]}: {block[-1]!r}")
        pins.append(Pin(found[1], found[2], found[3] or "", parts, "\n".join(block)))
        parts = ()
    return pins


def extras_within(project: dict[str, object], extras: Iterable[str]) -> set[str]:
    """Extras and those that they include, by references of the project to itself."""
    table = project["optional-dependencies"]
    assert isinstance(table, dict)
    found: set[str] = set()
    waiting = list(extras)
    while waiting:
        extra = waiting.pop()
        if extra in found:
            continue
        found.add(extra)
        for requirement in table.get(extra, ()):
            inner = re.fullmatch(rf"{re.escape(str(project['name']))}\[([^\]]+)\]", requirement)
            if inner:
                waiting += [each.strip() for each in inner[1].split(",")]
    return found


def read_project(path: Path) -> dict[str, object]:
    """The table `project` of pyproject.toml."""
    table = tomllib.loads(path.read_text(encoding="utf-8"))["project"]
    assert isinstance(table, dict)
    return table


def chosen(pins: Iterable[Pin], extras: Iterable[str]) -> list[Pin]:
    """The part of the lock that the core with these extras needs, the build backend included."""
    wanted = {CORE, BUILD, *extras}
    return [pin for pin in pins if wanted.intersection(pin.parts)]


def constraints_text(pins: Iterable[Pin]) -> str:
    """What `constraints.txt` has to hold."""
    return CONSTRAINTS_HEADER + "".join(f"{pin.name}=={pin.version}\n" for pin in pins)


def problems() -> list[str]:
    """What is wrong with the lock at hand, one line each."""
    from packaging.requirements import Requirement

    try:
        pins = read_lock(LOCK)
    except ValueError as error:
        return [str(error)]
    told = []
    if len({pin.name for pin in pins}) < len(pins):
        told.append("requirements.lock has two versions of one distribution")
    text = LOCK.read_text(encoding="utf-8")
    if "://" in text or re.search(r"^\s*-(?!-hash=)", text, re.MULTILINE):
        told.append("requirements.lock holds an address or an option other than digests")
    if CONSTRAINTS.read_text(encoding="utf-8") != constraints_text(pins):
        told.append("constraints.txt does not hold the versions of requirements.lock")
    project = read_project(PROJECT)
    table = project["optional-dependencies"]
    assert isinstance(table, dict) and isinstance(project["dependencies"], list)
    asked: list[tuple[str, str]] = [(CORE, line) for line in project["dependencies"]]
    asked += [(extra, line) for extra, lines in table.items() for line in lines]
    asked += [(BUILD, line) for line in tomllib.loads(PROJECT.read_text(encoding="utf-8"))["build-system"]["requires"]]
    for part, line in asked:
        requirement = Requirement(line)
        if normalised(requirement.name) == project["name"]:
            continue
        within = [] if part in (CORE, BUILD) else extras_within(project, [part])
        pinned = {pin.name: pin.version for pin in chosen(pins, within)}.get(normalised(requirement.name))
        if pinned is None:
            told.append(f"requirements.lock lacks {line} of {part}")
        elif not requirement.specifier.contains(pinned, prereleases=True):
            told.append(f"requirements.lock has {pinned} where pyproject.toml asks for {line}")
    named = {CORE, BUILD, *table}
    told += [
        f"{pin.name} is brought by an unknown extra: {pin.parts}" for pin in pins if not named.issuperset(pin.parts)
    ]
    return told


def resolved(uv: str, *options: str, digests: bool, known: Path, source: str = str(PROJECT)) -> dict[str, str]:
    """Lines of a resolution by distribution; versions in the file `known` are preferred."""
    command = [uv, "pip", "compile", source, "--universal", "--python-version", "3.12", "--no-header", "--quiet"]
    command += ["--no-annotate", "--no-emit-index-url", "--no-emit-find-links", "--output-file", str(known)]
    command += ["--generate-hashes"] if digests else []
    subprocess.run([*command, *options], check=True, stdout=subprocess.DEVNULL)
    blocks: dict[str, str] = {}
    name = ""
    for line in known.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith((" ", "#")):
            name = line.partition("==")[0]
            if name in blocks:
                raise SystemExit(f"{name} has two versions: bring the ranges of pyproject.toml to one")
            blocks[name] = line
        elif line.startswith(" "):
            blocks[name] += f"\n{line}"
    return blocks


def renew(upgrade: bool) -> None:
    """Work the lock out anew and write it and the constraints."""
    uv = shutil.which("uv")
    if uv is None:
        raise SystemExit("This needs the tool uv: pip install uv")
    project = read_project(PROJECT)
    table = project["optional-dependencies"]
    assert isinstance(table, dict)
    with tempfile.TemporaryDirectory() as folder:
        known = Path(folder) / "known.txt"
        tools = Path(folder) / "tools.in"
        backend = tomllib.loads(PROJECT.read_text(encoding="utf-8"))["build-system"]["requires"]
        tools.write_text("\n".join([*backend, *BUILD_TOOLS]), encoding="utf-8")
        if not upgrade:
            known.write_text(CONSTRAINTS.read_text(encoding="utf-8"), encoding="utf-8")
        everything = resolved(uv, "--all-extras", str(tools), digests=True, known=known)
        pins = Path(folder) / "pins.txt"
        pins.write_text("\n".join(block.split(" ")[0] for block in everything.values()), encoding="utf-8")
        brought: dict[str, set[str]] = {}

        def names(*options: str, source: str = str(PROJECT)) -> set[str]:
            part = Path(folder) / "part.txt"
            part.unlink(missing_ok=True)
            return set(resolved(uv, "--constraint", str(pins), *options, digests=False, known=part, source=source))

        brought[BUILD] = names(source=str(tools))
        brought[CORE] = names()
        for extra in table:
            brought[extra] = names("--extra", extra) - brought[CORE]
        for extra in table:
            for inner in extras_within(project, [extra]) - {extra}:
                brought[extra] = brought[extra] - brought[inner]
    lines = [HEADER]
    for name, block in sorted(everything.items()):
        parts = [part for part in (CORE, *table, BUILD) if name in brought[part]]
        lines.append(f"# brought by: {', '.join(parts)}\n{block}\n")
    LOCK.write_text("".join(lines), encoding="utf-8")
    CONSTRAINTS.write_text(constraints_text(read_lock(LOCK)), encoding="utf-8")


def main() -> None:
    """Renew or check."""
    parser = argparse.ArgumentParser(description="Make and check requirements.lock.")
    parser.add_argument("what", choices=("renew", "check"))
    parser.add_argument("--upgrade", action="store_true", help="take the newest versions that the ranges allow")
    asked = parser.parse_args()
    if asked.what == "renew":
        renew(asked.upgrade)
    told = problems()
    if told:
        raise SystemExit("\n".join(told))
    print(f"requirements.lock, constraints.txt and pyproject.toml agree on {len(read_lock(LOCK))} distributions")


if __name__ == "__main__":
    main()
