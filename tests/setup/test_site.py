"""The documents are a site that builds without a network and without a warning, and every page is in its contents."""

import importlib.util
import re
import sys
from pathlib import Path

import pytest

from app.measured.blocks import names_of_blocks

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


@pytest.fixture
def site():
    """The script that builds it."""
    spec = importlib.util.spec_from_file_location("site_under_test", ROOT / ".ci" / "documents.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    yield module
    del sys.modules[spec.name]


@pytest.mark.slow
def test_the_site_builds_without_a_warning_and_loads_nothing_from_elsewhere(site, tmp_path):
    built = site.build(tmp_path)
    assert built.warnings == ()
    assert built.pages == len(listed()) + 1 and 0.0 < built.seconds < 540.0 and built.size_mb > 1.0
    for page in tmp_path.rglob("*.html"):
        text = page.read_text(encoding="utf-8")
        assert not re.findall(r'<(?:script|img|link)[^>]+(?:src|href)="https?://', text), page.name


def test_the_figures_of_the_site_are_told_with_the_warnings_and_stand_on_the_page(site):
    told = site.Built(3, 12.4, ("a warning",), 2.0).told()
    assert told.startswith("3 pages, 12 s, warnings 1, 2 MB; Sphinx ")
    assert names_of_blocks(page := site.PAGE.read_text(encoding="utf-8")) == [site.BLOCK]
    assert " s, warnings 0, " in page
