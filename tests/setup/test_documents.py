"""What the documents name is there."""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
NAMED = re.findall(r"`(tests/[^`]+\.py)(?:::(\w+))?`", (ROOT / "docs/reliability.md").read_text(encoding="utf-8"))


def test_every_test_that_the_page_on_reliability_names_is_there():
    assert len(NAMED) > 60
    for path, name in NAMED:
        tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
        functions = {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
        assert name in functions if name else any(each.startswith("test_") for each in functions), f"{path}::{name}"


PAGES = [ROOT / name for name in ("README.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md")]
PAGES += sorted((ROOT / "docs").rglob("*.md"))
LINKS = [
    (page, target, anchor)
    for page in PAGES
    for target, anchor in re.findall(r"\]\(([^)#\s]*)(?:#([^)]*))?\)", page.read_text(encoding="utf-8"))
    if not target.startswith("http")
]


def anchors(page):
    """Names under which the headings of a page can be linked."""
    headings = re.findall(r"^#+ (.*)$", page.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return {re.sub(r"[^\w\s-]", "", heading.lower()).strip().replace(" ", "-") for heading in headings}


def test_every_link_between_documents_leads_to_a_file_and_a_heading():
    assert len(LINKS) > 60
    broken = []
    for page, target, anchor in LINKS:
        file = page.parent / target if target else page
        if not file.exists() or (anchor and file.suffix == ".md" and anchor not in anchors(file)):
            broken.append(f"{page.name}: {target}#{anchor}")
    assert not broken


def test_no_page_holds_the_marks_of_a_merge():
    pages = [*PAGES, *sorted((ROOT / "docs").rglob("*.csv")), *sorted((ROOT / "app" / "web").glob("*.toml"))]
    marked = [page for page in pages if re.search(r"^(<{7}|={7}|>{7})( |$)", page.read_text("utf-8"), re.MULTILINE)]
    assert not marked
