"""The tables of the documentation that are measured: every one has its block, and is written into it alone."""

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from app.measured.asked import SMALL, Asked
from app.measured.blocks import names_of_blocks, number, percent, signed, table, with_block
from app.measured.pages import PAGES

DOCS = Path(__file__).parents[2] / "docs"
PAGE = "# Page\n\nProse.\n\n<!-- measured: one -->\nold\n<!-- end -->\n\n<!-- measured: two -->\nkept\n<!-- end -->\n"


def test_every_measured_table_has_one_block_on_its_page():
    for page, measured in PAGES.items():
        assert sorted(names_of_blocks((DOCS / page).read_text(encoding="utf-8"))) == sorted(measured)


def test_a_table_is_written_into_its_block_and_nothing_else_changes():
    new = with_block(PAGE, "one", "| \\1 new |\n")
    assert new == PAGE.replace("old", "| \\1 new |")
    with pytest.raises(ValueError, match="three"):
        with_block(PAGE, "three", "")


def test_numbers_have_three_digits_and_what_is_unknown_is_a_dash():
    assert (
        table(("a", "b"), [(number(1234.5), signed(0.01234))]) == "| a | b |\n| --- | --- |\n| 1.23e+03 | +0.0123 |\n"
    )
    assert [number(np.nan), signed(np.nan), percent(np.nan), signed(0.0)] == ["-", "-", "-", "0"]
    assert [percent(0.123), percent(-0.123), percent(-0.001)] == ["12%", "-12%", "0%"]


def test_a_part_of_the_runs_is_at_least_what_an_interval_needs(tmp_path):
    def part(runs):
        return Asked(runs, None, 1, tmp_path, tmp_path).part(SMALL)

    assert [part(200), part(10)] == [20, 8]


def test_the_command_measures_the_tables_asked_for(monkeypatch, tmp_path, call):
    (tmp_path / "evidence.md").write_text(PAGE, encoding="utf-8")
    seen = []

    def measured(asked):
        seen.append((asked.runs, asked.scale))
        return "measured"

    monkeypatch.setattr("app.measured.pages.PAGES", {"evidence.md": {"one": measured, "two": measured}})
    call("evidence", "two", "--docs", str(tmp_path), "--runs", "30", "--scale", "0.1")
    assert (tmp_path / "evidence.md").read_text(encoding="utf-8") == PAGE.replace("kept", "measured")
    assert seen == [(30, 0.1)]


def test_a_significant_loss_of_an_effect_is_bold(monkeypatch, tmp_path):
    from app.measured import evidence_tables
    from sim.closing.indicators import PLAN_INDICATORS

    rows = [
        {"without": name, "indicator": each, "effect_with_all": 2.0, "effect": effect, "low": low, "high": high}
        for name, effect, low, high in (
            ("none", 2.0, 0.0, 0.0),
            ("peers", 1.0, -1.5, -0.5),
            ("hot_money", 1.9, -1.0, 1.0),
        )
        for each in PLAN_INDICATORS
    ]
    facts = pd.DataFrame({"median": [1.0], "p05": [0.0], "p95": [2.0], "passed": [True]}, index=["fact"])
    lost = facts.assign(passed=False, median=3.0)
    found = SimpleNamespace(
        facts={"none": facts, "peers": lost, "hot_money": facts},
        effects=pd.DataFrame(rows).set_index(["without", "indicator"]),
    )
    monkeypatch.setattr("sim.evidence.without_interactions.without_interactions", lambda **_: found)
    text = evidence_tables.interactions(Asked(200, None, 1, tmp_path, tmp_path))
    assert "| peers | fact | none | fact 1 to 3 |" in text and "| hot_money | none | none |" in text
    assert "| peers | **50%** |" in text and "| hot_money | 95% |" in text and "| none: the effect | +2 |" in text
