"""The brief as a reader has it: printed, drawn, without a network, each sheet on one page of A4."""

import re
import struct

import pytest

from app.briefing.brief import Brief
from app.briefing.browser import print_pdf, print_png
from app.briefing.page import page
from tests.app.briefing.made_up import summary_of

A4_HEIGHT = 1123


@pytest.fixture(scope="module", params=["en", "zh"])
def made(request):
    summary = summary_of({"turnover_total": 1.0, "foreign_bond_share": 0.0}, gain=0.1, broken=3)
    return page(Brief(summary, commands=("lujiazui batch plan committed", "lujiazui report runs")), request.param)


def test_every_sheet_fits_a_page_and_the_pdf_has_four(made, tmp_path):
    print_pdf(made, tmp_path / "brief.pdf")
    content = (tmp_path / "brief.pdf").read_bytes()
    assert content.startswith(b"%PDF") and len(re.findall(rb"/Type\s*/Page\b", content)) == 4


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
