"""The brief as a reader has it: printed, drawn, without a network, each sheet on one page of A4."""

import re
import struct

import numpy as np
import pandas as pd
import pytest

from app.briefing.brief import Brief
from app.briefing.browser import print_pdf, print_png
from app.briefing.page import page
from app.web.answered import brief_of
from app.web.desk import Desk
from app.web.moves import Change, Operation
from app.web.simulations import Answer
from app.web.words import Words
from sim.experiments.attribution import OUTCOMES, Attribution
from sim.experiments.frontier import Frontier
from sim.experiments.stored_frontier import KnownFrontier
from tests.app.briefing.made_up import ensemble_of, summary_of, values_of

A4_WIDTH, A4_HEIGHT = 794, 1123
"""Pixels of CSS."""
PHONE_WIDTH = 390
TOO_WIDE = """() => [...document.querySelectorAll('.sheet')].flatMap((sheet) => {
  const style = getComputedStyle(sheet), box = sheet.getBoundingClientRect();
  const end = box.right - parseFloat(style.paddingRight), start = box.left + parseFloat(style.paddingLeft);
  return [...sheet.querySelectorAll('table, table *, figure, figure *, h1, h2, p, ul, dl, pre, header, footer')]
    .filter((each) => getComputedStyle(each).position !== 'absolute' || each.tagName === 'FOOTER')
    .map((each) => [each, each.getBoundingClientRect()])
    .filter(([each, at]) => at.width > 1 && (at.right > end + 0.6 || at.left < start - 0.6))
    .map(([each, at]) => `${each.tagName} ${at.left} to ${at.right}: ${each.textContent.slice(0, 40)}`);
})"""
"""What lies beside the content of its sheet."""


GROUPS = ("III(I)", "III(II)", "III(III)", "III(IV)", "III(V)", "III(VI)", "III(VII)", "III(VIII)")
SHARES = {"turnover_total": 1.0, "foreign_bond_share": 0.0, "direct_financing": 0.25, "direct_financing_share": 0.8}


def full_store():
    """Four scenarios, verdicts of all kinds but one, an attribution to all groups, a frontier: what takes most room."""
    summary = summary_of(SHARES, runs=60, gain=0.02, broken=9, names=("plan", "stretch", "city_only", "committed"))
    parts = np.random.default_rng(1).normal(1.0, 0.5, (len(GROUPS), 4, len(OUTCOMES)))
    split = Attribution(GROUPS, parts, parts.sum(axis=0), parts * 0.9)
    commands = ("lujiazui batch plan committed", "lujiazui report")
    names = [
        f"plan + {lever}" for lever in ("benchmark_reform", "bond_market_access", "foreign_ownership_liberalisation")
    ]
    table = pd.DataFrame({"scenario": ["plan", "committed", "stretch", *names], "broken": 0.1, "efficient": True})
    table = table.assign(targets=np.linspace(3.0, 5.0, 6), shortfall=np.linspace(0.9, 1.4, 6), runs=40)
    known = KnownFrontier(Frontier("plan", table), 0.1, dict.fromkeys(names, 1.0))
    return Brief(summary.with_attribution(split, 0.1), frontier=known, commands=commands)


def full_desk(language):
    """A desk with six moved levers in a replay, and a long link."""
    desk = Desk()
    for lever in ("bond_market_access", "foreign_ownership_liberalisation", "strategic_sector_finance", "reits_pilot"):
        desk = desk.with_change(lever, Change(0.95, "2022-01", 24))
    for lever in ("talent_programme", "carbon_market"):
        desk = desk.with_change(lever, Operation("delay", "2022-01", 24))
    values = {"desk": values_of(SHARES, 60, 0.0213, 9), "committed": values_of(SHARES, 60)}
    scenarios = {"desk": desk.scenario(), "committed": desk.baseline_scenario()}
    runs = ensemble_of(values, ("conditional replay",), scenarios)
    link = "http://127.0.0.1:8765/?" + "lever.bond_market_access=0.95@2022-01~24&" * 8
    return brief_of(Answer(desk, runs, 60, 60), Words(language), link)


def brief(source, language):
    return full_store() if source == "store" else full_desk(language)


@pytest.fixture(scope="module", params=["en", "zh"])
def made(request):
    return page(full_store(), request.param)


@pytest.fixture(params=["whole", "short"])
def any_brief(request, source, language):
    return page(brief(source, language), language, short=request.param == "short")


@pytest.fixture(params=["store", "desk"])
def source(request):
    return request.param


@pytest.fixture(params=["en", "zh"])
def language(request):
    return request.param


@pytest.mark.parametrize("short", [False, True])
def test_every_sheet_fits_a_page(source, language, short, tmp_path):
    print_pdf(page(brief(source, language), language, short=short), tmp_path / "brief.pdf")
    content = (tmp_path / "brief.pdf").read_bytes()
    assert content.startswith(b"%PDF") and len(re.findall(rb"/Type\s*/Page\b", content)) == (1 if short else 4)


def test_on_paper_everything_lies_within_the_margins(any_brief, context):
    tab = context.new_page()
    tab.set_viewport_size({"width": A4_WIDTH, "height": A4_HEIGHT})
    tab.emulate_media(media="print")
    tab.set_content(any_brief)
    assert tab.evaluate(TOO_WIDE) == []


def test_a_phone_shows_the_whole_width(any_brief, context):
    tab = context.new_page()
    tab.set_viewport_size({"width": PHONE_WIDTH, "height": 844})
    tab.set_content(any_brief)
    assert tab.evaluate("document.documentElement.scrollWidth") == PHONE_WIDTH
    assert tab.evaluate(TOO_WIDE) == []


def test_the_picture_holds_all_sheets(made, tmp_path):
    print_png(made, tmp_path / "brief.png")
    width, height = struct.unpack(">II", (tmp_path / "brief.png").read_bytes()[16:24])
    assert width == 2 * 794 and 2 * 4 * A4_HEIGHT - 8 <= height <= 2 * 4 * A4_HEIGHT + 8


def test_the_page_has_no_barrier_and_no_request(made, context):
    from axe_playwright_python.sync_playwright import Axe

    tab = context.new_page()
    asked = []
    tab.on("request", lambda request: asked.append(request.url))
    tab.set_content(made)
    found = Axe().run(tab)
    assert [each["id"] for each in found.response["violations"]] == []
    assert asked == []
