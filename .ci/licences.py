"""Write and check `docs/licences.md`, the licence of everything that the lock brings or that comes with the project.

`python .ci/licences.py renew` reads the metadata of what is installed. Of a distribution that is not installed, such as
one for another system, it keeps the row at hand. `python .ci/licences.py check` fails when the list is not what the
metadata say, when a licence is not understood, and when a copyleft licence comes that nobody has decided about.
"""

import argparse
import csv
import re
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

import lock as locked

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "licences.md"
ASSETS = ROOT / "app" / "web" / "assets"

IN_WORDS = {
    "apache 2.0": "Apache-2.0",
    "apache license": "Apache-2.0",
    "apache license 2.0": "Apache-2.0",
    "apache license version 2.0": "Apache-2.0",
    "apache software license": "Apache-2.0",
    "bsd 2-clause license": "BSD-2-Clause",
    "2-clause bsd": "BSD-2-Clause",
    "bsd 3-clause license": "BSD-3-Clause",
    "bsd license": "BSD-3-Clause",
    "bsd": "BSD-3-Clause",
    "isc license": "ISC",
    "isc license (iscl)": "ISC",
    "mit license": "MIT",
    "mozilla public license 2.0 (mpl 2.0)": "MPL-2.0",
    "python software foundation license": "PSF-2.0",
    "the mit license (mit)": "MIT",
}
"""Licences in words or classifiers of metadata, in lower case, as an SPDX expression."""

IN_TEXT = {
    "axe-playwright-python": "MIT",
    "cycler": "BSD-3-Clause",
    "docutils": "CC-PDDC AND BSD-2-Clause AND BSD-3-Clause AND 0BSD",  # the file under the GPL is not installed
    "graphemeu": "MIT",
    "nest-asyncio2": "BSD-2-Clause",
    "platypus-opt": "GPL-3.0-or-later",
    "pythran": "BSD-3-Clause",
    "rich-click": "MIT",
    "text-unidecode": "Artistic-1.0-Perl OR GPL-2.0-or-later",
}
"""Where metadata are insufficient or contradictory: read by a person in the files of the distribution."""

COPYLEFT = re.compile(r"\b(?:A?GPL|LGPL|MPL|EPL|CDDL|EUPL|OSL|CC-BY-SA|CECILL|SSPL)\b", re.IGNORECASE)

DECIDED = {
    "certifi": "MPL-2.0 covers its own file, a list of certificates, which is not changed",
    "hypothesis": "a test tool; not distributed",
    "moocore": "required by pymoo, which calls it for fronts and hypervolumes: a separate "
    "library that can be replaced. Only `lujiazui search` needs pymoo",
    "pathspec": "a tool of development and of the build; MPL-2.0 covers its own files, which are not changed",
    "platypus-opt": "required by the EMA workbench, which loads it: a program that contains both must be "
    "distributed under the GPL. Only the extra `ema` installs it; only PRIM (`lujiazui discover`) and the model "
    "for the workbench need that extra, and `lujiazui discover --tree` does not",
    "tqdm": "MPL-2.0 covers its own files, which are not changed",
}
"""Copyleft parts, and the reason for accepting each."""
USUAL = ("core", "app")
"""Parts that most users install: here a copyleft licence must cover its own files alone, as the MPL does."""

HEAD = """\
# Licences

Lujiazui is licensed under Apache-2.0. This page lists the licence of every distribution in `requirements.lock`, by its
metadata, and of the files of other projects in `app/web/assets`. It is written by `.ci/licences.py renew`;
continuous integration fails when it is out of date.

A distribution may contain libraries under further licences, which its own files name: the wheels of numpy and scipy,
for example, contain OpenBLAS (BSD-3-Clause) and the Fortran runtime of GCC (GPL-3.0 with the GCC runtime library
exception, which lets programs of any licence use it).

"""


@dataclass(frozen=True)
class Row:
    """One distribution on the page."""

    name: str
    version: str
    licence: str
    parts: tuple[str, ...]


def expression(name: str, told: Mapping[str, str], classifiers: list[str]) -> str:
    """SPDX expression of a distribution.

    Raises
    ------
    ValueError
        If its metadata cannot be interpreted.
    """
    if name in IN_TEXT:
        return IN_TEXT[name]
    if told.get("License-Expression"):
        return told["License-Expression"]
    said = (told.get("License") or "").strip()
    if re.fullmatch(r"[A-Za-z0-9.+-]+(?: (?:AND|OR|WITH) [A-Za-z0-9.+-]+)*", said) and said not in ("BSD", "UNKNOWN"):
        return said
    words = [said, *(each.rpartition(" :: ")[2] for each in classifiers if each.startswith("License ::"))]
    for each in words:
        if each.lower() in IN_WORDS:
            return IN_WORDS[each.lower()]
    raise ValueError(f"{name}: no licence understood in its metadata: read its files and add it to IN_TEXT")


def is_copyleft(licence: str) -> bool:
    """Whether every choice that an expression leaves has a copyleft part."""
    return all(COPYLEFT.search(choice) for choice in re.split(r"\s+OR\s+", licence.strip("()")))


def rows_at_hand(text: str) -> dict[str, Row]:
    """Rows of the page as it is."""
    found = {}
    for line in text.partition("## All distributions")[2].partition("\n## ")[0].splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if line.startswith("|") and len(cells) == 4 and cells[0] != "distribution" and not cells[0].startswith("---"):
            found[cells[0]] = Row(cells[0], cells[1], cells[2], tuple(cells[3].split(", ")))
    return found


def rows() -> list[Row]:
    """Rows of the page as they should be.

    Raises
    ------
    ValueError
        For a distribution whose licence nobody knows: not installed in this version, and not on the page.
    """
    known = rows_at_hand(PAGE.read_text(encoding="utf-8")) if PAGE.exists() else {}
    found = []
    for pin in locked.read_lock(locked.LOCK):
        try:
            installed = metadata.distribution(pin.name)
        except metadata.PackageNotFoundError:
            installed = None
        if installed is not None and installed.version == pin.version:
            about = installed.metadata
            told = {key: about[key] for key in ("License", "License-Expression") if key in about}
            licence = expression(pin.name, told, about.get_all("Classifier") or [])
        elif pin.name in known and known[pin.name].version == pin.version:
            licence = known[pin.name].licence
        else:
            raise ValueError(f"{pin.name} {pin.version}: not installed, and not on {PAGE.name}: install it and renew")
        found.append(Row(pin.name, pin.version, licence, pin.parts))
    return found


def page(found: list[Row]) -> str:
    """The whole page."""
    lines = [HEAD + "## Copyleft parts\n", "| distribution | licence | comes with | reason |", "|---|---|---|---|"]
    lines += [
        f"| {row.name} | {row.licence} | {', '.join(row.parts)} | {DECIDED.get(row.name, 'not decided')} |"
        for row in found
        if is_copyleft(row.licence)
    ]
    lines += ["", "## Files that come with the project\n"]
    lines += ["Contents and digest of each file: `app/web/assets/files.csv`.\n"]
    lines += ["| package | version | licence | texts in `app/web/assets` |", "|---|---|---|---|"]
    with (ASSETS / "packages.csv").open(encoding="utf-8", newline="") as file:
        for package in csv.DictReader(file):
            texts = ", ".join(f"`{text}`" for text in package["texts"].split())
            lines.append(f"| {package['package']} | {package['version']} | {package['licence']} | {texts} |")
    lines += ["", "## All distributions\n"]
    lines += ["`core` is always installed, `build` only during installation, the others with the extra of that name.\n"]
    lines += ["| distribution | version | licence | comes with |", "|---|---|---|---|"]
    lines += [f"| {row.name} | {row.version} | {row.licence} | {', '.join(row.parts)} |" for row in found]
    return "\n".join(lines) + "\n"


def undecided(found: list[Row]) -> list[str]:
    """Copyleft licences that must not come without a decision, one line each."""
    told = []
    for row in found:
        if not is_copyleft(row.licence):
            continue
        named = set(COPYLEFT.findall(row.licence))
        if row.name not in DECIDED:
            told.append(f"{row.name} ({row.licence}) is copyleft: decide about it in .ci/licences.py")
        elif set(USUAL) & set(row.parts) and named != {"MPL"}:
            told.append(f"{row.name} ({row.licence}) is copyleft beyond its own files and comes with {row.parts}")
    copyleft = {row.name for row in found if is_copyleft(row.licence)}
    told += [f"{name}: decided about, but not there or no copyleft" for name in DECIDED if name not in copyleft]
    return told


def main() -> None:
    """Renew or check the page."""
    parser = argparse.ArgumentParser(description="Licences of everything that the lock brings.")
    parser.add_argument("what", choices=("renew", "check"))
    asked = parser.parse_args().what
    try:
        found = rows()
    except ValueError as error:
        raise SystemExit(str(error)) from None
    if asked == "renew":
        PAGE.write_text(page(found), encoding="utf-8")
    told = undecided(found)
    if PAGE.read_text(encoding="utf-8") != page(found):
        told.append("docs/licences.md is out of date: python .ci/licences.py renew")
    if told:
        raise SystemExit("\n".join(told))
    print(
        f"docs/licences.md lists {len(found)} distributions; {sum(is_copyleft(row.licence) for row in found)} copyleft"
    )


if __name__ == "__main__":
    main()
