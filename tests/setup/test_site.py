"""The documents are a site that builds without a network and without a warning, and every page is in its contents."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
DOCS = ROOT / "docs"
PAGES = (".md", ".ipynb")


def listed():
    """Pages that the contents name, with those that a pattern stands for."""
    found = set()
    for block in re.findall(r"```\{toctree\}(.*?)```", (DOCS / "index.md").read_text(encoding="utf-8"), re.DOTALL):
        for line in block.splitlines():
            name = line.strip()
            if name and not name.startswith(":"):
                found |= {path.relative_to(DOCS).as_posix() for path in DOCS.glob(f"{name}.*") if path.suffix in PAGES}
    return found


def test_every_page_is_in_the_contents():
    pages = {path.relative_to(DOCS).as_posix() for path in DOCS.rglob("*") if path.suffix in PAGES} - {"index.md"}
    assert listed() == pages


@pytest.mark.slow
def test_the_site_builds_without_a_warning_and_loads_nothing_from_elsewhere(tmp_path):
    command = [
        sys.executable,
        "-m",
        "sphinx",
        "-q",
        "-W",
        "--keep-going",
        "-d",
        tmp_path / "kept",
        DOCS,
        tmp_path / "site",
    ]
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=540)
    assert (done.returncode, done.stderr) == (0, "")
    for page in (tmp_path / "site").rglob("*.html"):
        text = page.read_text(encoding="utf-8")
        assert not re.findall(r'<(?:script|img|link)[^>]+(?:src|href)="https?://', text), page.name
    assert (tmp_path / "site" / "odd.html").exists()
