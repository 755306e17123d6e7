"""Files of other projects that the app serves are those of their packages, with their licences beside them."""

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
