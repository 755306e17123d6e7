"""Build the documents as a site: `python .ci/documents.py FOLDER`.

With `--renew` the figures of the build go into CONTRIBUTING.md.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from time import perf_counter

from app.measured.blocks import with_block

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"
PAGE = ROOT / "CONTRIBUTING.md"
BLOCK = "site"
SOURCES = (".md", ".ipynb")


@dataclass(frozen=True)
class Built:
    """A build of the site."""

    pages: int
    """Pages of the documents that the site has, without its index of terms and its search."""
    seconds: float
    warnings: tuple[str, ...]
    size_mb: float

    def told(self) -> str:
        """The figures in a sentence."""
        tools = f"Sphinx {version('sphinx')} with MyST-NB {version('myst-nb')}"
        return (
            f"{self.pages} pages, {self.seconds:.0f} s, warnings {len(self.warnings)}, {self.size_mb:.0f} MB; {tools}, "
            "one process, on a machine that other work shared."
        )


def build(folder: Path) -> Built:
    """Build the whole site into a folder.

    Raises
    ------
    RuntimeError
        If Sphinx ends with an error that is no warning.
    """
    with tempfile.TemporaryDirectory() as kept:
        log = Path(kept) / "warnings.txt"
        start = perf_counter()
        done = subprocess.run(
            [sys.executable, "-m", "sphinx", "-q", "-E", "-w", log, "-d", Path(kept) / "read", DOCS, folder],
            check=False,
            capture_output=True,
            text=True,
        )
        seconds = perf_counter() - start
        if done.returncode:
            raise RuntimeError(done.stderr)
        warnings = tuple(log.read_text(encoding="utf-8").splitlines())
    sources = [path.relative_to(DOCS) for path in DOCS.rglob("*") if path.suffix in SOURCES]
    pages = sum((folder / path.with_suffix(".html")).exists() for path in sources)
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    return Built(pages, seconds, warnings, size / 1e6)


def main() -> None:
    """Build, print the warnings and the figures, and end with 1 if there are warnings."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, nargs="?", default=ROOT / "site", help="where the site goes")
    parser.add_argument("--renew", action="store_true", help="write the figures into CONTRIBUTING.md")
    given = parser.parse_args()
    built = build(given.folder)
    print(*built.warnings, built.told(), sep="\n")
    if built.warnings:
        sys.exit(1)
    if given.renew:
        PAGE.write_text(with_block(PAGE.read_text(encoding="utf-8"), BLOCK, built.told()), encoding="utf-8")


if __name__ == "__main__":
    main()
