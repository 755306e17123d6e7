"""The list of licences is what metadata say, and no copyleft comes without a decision."""

import importlib.util
import sys
from dataclasses import replace
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture
def licences(monkeypatch):
    """The tool, as it is started by its path."""
    monkeypatch.syspath_prepend(ROOT / ".ci")
    spec = importlib.util.spec_from_file_location("licences_under_test", ROOT / ".ci" / "licences.py")
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, spec.name, module)  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


def test_the_page_is_what_the_metadata_of_what_is_installed_say(licences):
    assert (ROOT / "docs" / "licences.md").read_text(encoding="utf-8") == licences.page(licences.rows())


def test_no_copyleft_licence_comes_without_a_decision(licences):
    assert licences.undecided(licences.rows()) == []


@pytest.mark.parametrize("part", ["core", "app"])
@pytest.mark.parametrize("licence", ["GPL-3.0-only", "LGPL-2.1-or-later", "AGPL-3.0-or-later AND MIT", "MPL-2.0"])
def test_a_new_copyleft_licence_in_what_most_people_install_is_noticed(licences, licence, part):
    rows = licences.rows()
    newcomer = replace(rows[0], name="newcomer", licence=licence, parts=(part,))
    assert any("newcomer" in told for told in licences.undecided([*rows, newcomer]))


def test_a_known_part_may_not_become_stricter_or_move_into_the_core(licences):
    rows = {row.name: row for row in licences.rows()}
    stricter = {**rows, "tqdm": replace(rows["tqdm"], licence="GPL-3.0-only")}
    moved = {**rows, "platypus-opt": replace(rows["platypus-opt"], parts=("core",))}
    assert any("tqdm" in told for told in licences.undecided(list(stricter.values())))
    assert any("platypus-opt" in told for told in licences.undecided(list(moved.values())))


def test_the_gpl_comes_with_the_extra_ema_alone_and_the_lgpl_with_explore(licences):
    rows = {row.name: row for row in licences.rows()}
    assert (rows["platypus-opt"].licence, rows["platypus-opt"].parts) == ("GPL-3.0-or-later", ("ema",))
    assert (rows["moocore"].licence, rows["moocore"].parts) == ("LGPL-2.1-or-later", ("explore",))
    strong = [row.name for row in rows.values() if licences.is_copyleft(row.licence) and "MPL" not in row.licence]
    assert sorted(strong) == ["moocore", "platypus-opt"]


@pytest.mark.parametrize(
    ("licence", "copyleft"),
    [
        ("MIT", False),
        ("Artistic-1.0-Perl OR GPL-2.0-or-later", False),  # one may take the other
        ("MPL-2.0 AND MIT", True),
        ("GPL-2.0-only OR LGPL-3.0-only", True),
        ("Apache-2.0 OR BSD-2-Clause", False),
    ],
)
def test_a_choice_is_copyleft_when_every_way_out_is(licences, licence, copyleft):
    assert licences.is_copyleft(licence) is copyleft


def test_a_licence_that_is_not_understood_is_an_error(licences):
    with pytest.raises(ValueError, match="newcomer: no licence understood"):
        licences.expression("newcomer", {"License": "ask the author"}, [])
