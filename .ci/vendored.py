"""Files of other projects that lie in `app/web/assets`: what they are, and whether they are what their packages hold.

`python .ci/vendored.py check` compares every file with its digest in `files.csv`, without a network.
`python .ci/vendored.py verify` also fetches the packages of `packages.csv` with `npm`, compares their integrity, and
compares every file with the one in its package.
`python .ci/vendored.py renew` takes the files anew from the packages after a version in `packages.csv` was changed, and
writes both tables.
"""

import argparse
import base64
import csv
import hashlib
import io
import shutil
import subprocess
import tarfile
import tempfile
from pathlib import Path

ASSETS = Path(__file__).resolve().parent.parent / "app" / "web" / "assets"
FILES = "files.csv"
"""Columns: path, package, in_package (its path there; empty for a text that was collected), sha256."""
PACKAGES = "packages.csv"
"""Columns: package, version, licence (SPDX), texts (files with licences and notices), integrity (as npm states it)."""

Row = dict[str, str]


def rows(name: str) -> list[Row]:
    """Read one of the two tables."""
    with (ASSETS / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def write(name: str, table: list[Row]) -> None:
    """Write one of the two tables."""
    with (ASSETS / name).open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(table[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(table)


def sha256(content: bytes) -> str:
    """Digest of a content in hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def problems() -> list[str]:
    """What is wrong with the files at hand, one line each."""
    told = []
    files, packages = rows(FILES), {row["package"]: row for row in rows(PACKAGES)}
    listed = {row["path"] for row in files}
    there = {path.relative_to(ASSETS).as_posix() for path in ASSETS.rglob("*") if path.is_file()} - {FILES, PACKAGES}
    told += [f"{path}: not in {FILES}" for path in sorted(there - listed)]
    told += [f"{path}: in {FILES}, but not there" for path in sorted(listed - there)]
    for row in files:
        if row["path"] in there and sha256((ASSETS / row["path"]).read_bytes()) != row["sha256"]:
            told.append(f"{row['path']}: not the file that {FILES} describes")
        if row["package"] not in packages:
            told.append(f"{row['path']}: its package {row['package']!r} is not in {PACKAGES}")
    for name, package in packages.items():
        if not package["licence"] or not package["integrity"].startswith("sha512-"):
            told.append(f"{name}: no licence or no integrity in {PACKAGES}")
        told += [f"{name}: no text {path}" for path in package["texts"].split() or ["at all"] if path not in listed]
    return told


def fetched(package: Row, folder: Path) -> tuple[str, dict[str, bytes]]:
    """Integrity and files of a package as the registry gives it."""
    npm = shutil.which("npm")
    if npm is None:
        raise SystemExit("This needs the tool npm.")
    command = [npm, "pack", "--silent", "--pack-destination", str(folder), f"{package['package']}@{package['version']}"]
    told = subprocess.run(command, check=True, capture_output=True, text=True, cwd=folder).stdout
    content = (folder / told.strip().splitlines()[-1]).read_bytes()
    integrity = "sha512-" + base64.b64encode(hashlib.sha512(content).digest()).decode()
    with tarfile.open(fileobj=io.BytesIO(content)) as archive:
        held = {
            member.name.partition("/")[2]: file.read()
            for member in archive.getmembers()
            if (file := archive.extractfile(member)) is not None
        }
    return integrity, held


def compared(*, renew: bool) -> list[str]:
    """Compare all files with those of their packages; with `renew`, take them and write the tables."""
    told = []
    files, packages = rows(FILES), rows(PACKAGES)
    with tempfile.TemporaryDirectory() as folder:
        for package in packages:
            integrity, held = fetched(package, Path(folder))
            if renew:
                package["integrity"] = integrity
            elif integrity != package["integrity"]:
                told.append(f"{package['package']}: another integrity than in {PACKAGES}: {integrity}")
            for row in files:
                if row["package"] != package["package"] or not row["in_package"]:
                    continue
                if row["in_package"] not in held:
                    told.append(f"{row['path']}: its package has no {row['in_package']}")
                elif renew:
                    (ASSETS / row["path"]).write_bytes(held[row["in_package"]])
                elif (ASSETS / row["path"]).read_bytes() != held[row["in_package"]]:
                    told.append(f"{row['path']}: not the file in its package")
    if renew and not told:
        for row in files:
            row["sha256"] = sha256((ASSETS / row["path"]).read_bytes())
        write(FILES, sorted(files, key=lambda row: row["path"]))
        write(PACKAGES, packages)
    return told


def main() -> None:
    """Check, verify or renew."""
    parser = argparse.ArgumentParser(description="Files of other projects in app/web/assets.")
    parser.add_argument("what", choices=("check", "verify", "renew"))
    asked = parser.parse_args().what
    told = compared(renew=asked == "renew") if asked != "check" else []
    told += problems()
    if told:
        raise SystemExit("\n".join(told))
    print(f"{len(rows(FILES))} files of {len(rows(PACKAGES))} packages are as described in {FILES}")


if __name__ == "__main__":
    main()
