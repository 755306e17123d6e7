"""The brief as a reader has it: printed, drawn, without a network, each sheet on one page of A4."""

import re
import struct

import pytest

from app.briefing.brief import Brief
from app.briefing.browser import print_pdf, print_png
from app.briefing.page import page
from tests.app.briefing.made_up import summary_of

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


@pytest.fixture(scope="module")
def summary():
    """Verdicts of all kinds but one, among them the longest; sixty runs of four scenarios."""
    shares = {"turnover_total": 1.0, "foreign_bond_share": 0.0, "direct_financing": 0.25, "direct_financing_share": 0.8}
    return summary_of(shares, runs=60, gain=0.02, broken=9, names=("plan", "stretch", "city_only", "committed"))


@pytest.fixture(scope="module", params=["en", "zh"])
def made(request, summary):
    return page(Brief(summary, commands=("lujiazui batch plan committed", "lujiazui report runs")), request.param)


@pytest.fixture(scope="module", params=["en", "zh"])
def short(request, summary):
    return page(Brief(summary, commands=("lujiazui batch plan committed",)), request.param, short=True)


@pytest.fixture(params=["whole", "short"])
def any_brief(request, summary, language):
    return page(Brief(summary, commands=("lujiazui batch plan committed",)), language, short=request.param == "short")


@pytest.fixture(params=["en", "zh"])
def language(request):
    return request.param


def test_every_sheet_fits_a_page_and_the_pdf_has_four(made, tmp_path):
    print_pdf(made, tmp_path / "brief.pdf")
    content = (tmp_path / "brief.pdf").read_bytes()
    assert content.startswith(b"%PDF") and len(re.findall(rb"/Type\s*/Page\b", content)) == 4


def test_the_short_brief_is_one_page(short, tmp_path):
    print_pdf(short, tmp_path / "brief.pdf")
    assert len(re.findall(rb"/Type\s*/Page\b", (tmp_path / "brief.pdf").read_bytes())) == 1


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
