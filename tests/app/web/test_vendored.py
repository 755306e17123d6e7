"""Files of other projects that the app serves are those of their packages, with their licences beside them."""

import ast
import csv
import importlib.util
import shutil
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]


@pytest.fixture
def vendored(tmp_path, monkeypatch):
    """The tool, working on a copy of the files."""
    spec = importlib.util.spec_from_file_location("vendored_under_test", ROOT / ".ci" / "vendored.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    shutil.copytree(module.ASSETS, tmp_path / "assets", copy_function=lambda a, b: Path(b).symlink_to(a))
    monkeypatch.setattr(module, "ASSETS", tmp_path / "assets")
    return module


def replaced(path, content):
    """Put a file of the test in the place of a link to ours."""
    path.unlink(missing_ok=True)
    path.write_bytes(content)


def test_every_file_is_the_one_that_the_table_describes(vendored):
    assert vendored.problems() == []


def test_one_changed_byte_is_noticed(vendored):
    path = vendored.ASSETS / "static" / "echarts.min.js"
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    replaced(path, bytes(content))
    assert vendored.problems() == ["static/echarts.min.js: not the file that files.csv describes"]


def test_a_file_that_came_or_went_is_noticed(vendored):
    replaced(vendored.ASSETS / "static" / "new.js", b"")
    (vendored.ASSETS / "static" / "echarts.NOTICE.txt").unlink()
    told = vendored.problems()
    assert told == ["static/new.js: not in files.csv", "static/echarts.NOTICE.txt: in files.csv, but not there"]


def test_a_package_without_its_licence_text_is_noticed(vendored):
    table = vendored.ASSETS / "packages.csv"
    replaced(table, table.read_bytes().replace(b"cdn/requirejs@2.3.6/LICENSE.txt", b""))
    assert vendored.problems() == ["requirejs: no text at all"]


def test_the_notice_of_echarts_is_carried():
    notice = (ROOT / "app" / "web" / "assets" / "static" / "echarts.NOTICE.txt").read_text(encoding="utf-8")
    assert notice.startswith("Apache ECharts\nCopyright") and "The Apache Software Foundation" in notice


def test_the_loader_of_modules_cannot_be_made_to_change_every_object():
    """RequireJS from 2.3.7 on passes over `__proto__` when it mixes configurations (CVE-2024-38998, CVE-2024-38999)."""
    with (ROOT / "app" / "web" / "assets" / "packages.csv").open(encoding="utf-8", newline="") as file:
        versions = {row["package"]: row["version"] for row in csv.DictReader(file)}
    assert tuple(map(int, versions["requirejs"].split("."))) >= (2, 3, 7)
    served = (ROOT / "app" / "web" / "assets" / "cdn" / "requirejs@2.3.6" / "require.js").read_text(encoding="utf-8")
    assert f"version = '{versions['requirejs']}'" in served
    assert "prop !== '__proto__'" in served


@pytest.fixture(scope="module")
def pages():
    """The syntax of every Python file of the app's pages."""
    files = sorted((ROOT / "app" / "web").glob("*.py"))
    return {path.name: ast.parse(path.read_text(encoding="utf-8")) for path in files}


def test_no_page_builds_a_template_from_text_or_opens_a_console(pages):
    """Templates that browsers compile come from files (see SECURITY.md on Vue); Mesa's console would run Python."""
    refused = {"Markdown", "MarkdownIt", "Style", "VuetifyTemplate", "VueTemplate", "CommandConsole"}
    for name, tree in pages.items():
        used = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
        used |= {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
        used |= {each.name for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) for each in node.names}
        assert not used & refused, name


def test_components_of_the_app_are_files_beside_it(pages):
    calls = [node for tree in pages.values() for node in ast.walk(tree) if isinstance(node, ast.Call)]
    named = [call.args[0].value for call in calls if getattr(call.func, "attr", "") == "component_vue"]
    assert sorted(named) == sorted(f"vue/{path.name}" for path in (ROOT / "app" / "web" / "vue").glob("*.vue"))


def test_what_is_shown_as_html_is_our_own_text(pages):
    own = {"words", "month_text"}
    shown = [
        keyword.value
        for tree in pages.values()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        for keyword in node.keywords
        if keyword.arg == "unsafe_innerHTML"
    ]
    assert len(shown) > 5
    for value in shown:
        parts = value.values if isinstance(value, ast.JoinedStr) else [value]
        for part in parts:
            part = part.value if isinstance(part, ast.FormattedValue) else part
            ours = isinstance(part, ast.Constant) or (isinstance(part, ast.Call) and part.func.id in own)
            assert ours and not getattr(part, "keywords", ()), ast.unparse(value)
