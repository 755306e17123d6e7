"""Cards of sources: titles that a reader knows, the units of the desk, and amounts as each language writes them."""

import re

import pytest

from app.web.clauses import clause_of_measure, clauses_of_lever
from app.web.page_sources import SECTIONS, _amount
from app.web.registered import extract_of, registered_forecast
from app.web.words import Words
from scenarios.baseline import observations
from scenarios.plan import levers, measures
from sim.closing.indicators import PLAN_INDICATORS

LANGUAGES = ("en", "zh")
IDENTIFIER = re.compile(r"[a-z0-9]+(_[a-z0-9]+)+|M\d\d")


def sections(language):
    words = Words(language)
    return [section for make in SECTIONS for section in make(words)]


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_card_has_an_identifier_for_a_title_and_every_one_can_be_found_by_it(language):
    for _, heads, rows in sections(language):
        assert rows and all(len(row) == len(heads) for row in rows)
        assert not [row[0] for row in rows if IDENTIFIER.fullmatch(row[0])]
        assert all(any(IDENTIFIER.fullmatch(cell) or " " not in cell for cell in row) for row in rows)


@pytest.mark.parametrize("language", LANGUAGES)
def test_indicators_of_the_plan_have_the_unit_of_the_desk_and_name_the_plan(language):
    _, heads, rows = sections(language)[0]
    unit, source = (heads.index(Words(language)(f"table.{each}")) for each in ("unit", "source"))
    shares = [row for row in rows if row[1] == "foreign_bond_share"]
    assert [row[unit] for row in shares] == ["%"]
    assert ("Plan" if language == "en" else "规划") in shares[0][source]


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_target_and_the_redline_lead_to_a_clause_of_the_plan(language):
    """What a card searches for on this page finds one that names the plan and its row or section."""
    words = Words(language)
    (_, heads, rows), (_, more_heads, more) = sections(language)[:2]
    clause = heads.index(words("table.clause"))
    places = r"row \d|section II" if language == "en" else r"第\d行|第二部分"
    found = {row[1]: row[clause] for row in rows}
    assert list(found) == list(PLAN_INDICATORS)
    found |= {row[1]: row[more_heads.index(words("table.clause"))] for row in more if row[1] == "systemic_risk"}
    assert len(found) == 8
    assert [id for id, told in found.items() if words("sources.plan") not in told or not re.search(places, told)] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_lever_of_a_measure_leads_to_its_clauses_on_this_page(language):
    words = Words(language)
    _, heads, rows = sections(language)[3]
    clause, without = heads.index(words("table.clause")), []
    for lever in levers():
        clauses = clauses_of_lever(lever, words)
        assert len(clauses) == len(lever.measures)
        if not clauses:
            without.append(lever.id)
        for each in clauses:
            hits = [row for row in rows if each["search"].lower() in " ".join(row).lower()]
            assert any(row[clause] == each["clause"] for row in hits)
            assert re.search(r"measure \d+|第\d+项措施", each["clause"])
    assert without == ["index_inclusion"]  # announced by providers of indices, in no measure of the plan


def test_a_clause_has_part_section_number_and_box():
    first, last = measures()[0], measures()[-1]
    assert clause_of_measure(first, Words("en")) == "Part III (I) Serving the real economy, measure 1, Box 1"
    chinese = clause_of_measure(first, Words("zh"))
    assert (
        chinese.startswith("第三部分") and "服务实体经济" in chinese and "第1项措施" in chinese and "专栏1" in chinese
    )
    assert clause_of_measure(last, Words("en")) == "Part IV (III), supporting measures"


def test_an_amount_in_chinese_is_in_units_of_a_tenth_of_a_billion():
    assert _amount(61.3, "CNY bn", Words("zh")) == "613 亿元"
    assert _amount(61.3, "CNY bn", Words("en")) == "61.3 CNY bn"
    assert _amount(17.6, "trillion yuan", Words("zh")) == "17.6 万亿元"
    told = " ".join(cell for _, _, rows in sections("zh") for row in rows for cell in row)
    assert "十亿" not in told
    assert len(observations()) > 50


def test_outcomes_that_no_run_records_are_named_and_said_to_be_missing():
    for language in LANGUAGES:
        told = " ".join(cell for _, _, rows in sections(language)[3:4] for row in rows for cell in row)
        assert "pension_assets" not in told


def test_the_registered_forecast_is_that_of_the_docs_and_names_its_file_and_digest(request):
    told = registered_forecast()
    folder = request.config.rootpath / "docs"
    made = extract_of(folder / "forecasts" / told.file)
    assert (made["sha256"], made["runs"], made["date"]) == (told.sha256, told.runs, told.date)
    assert made["quantiles"] == {
        way: {indicator: list(row) for indicator, row in found.items()} for way, found in told.quantiles.items()
    }
    # The page of forecasts names the latest registered forecast first.
    page = (folder / "forecasts.md").read_text(encoding="utf-8")
    assert page.index(told.file) == min(page.index(each.name) for each in (folder / "forecasts").glob("plan-*.json"))
    title, _, rows = sections("en")[2]
    assert title == "Registered forecast of the plan, 2025" and len(rows) == 7
    assert any(told.sha256 in cell for cell in rows[0])
    assert [row[4] for row in rows if row[1] == "leading_fintech_count"] == ["not identified"]
    assert [row[3].split(" ")[0] for row in rows if row[1] == "turnover_total"] == ["3,803"]
