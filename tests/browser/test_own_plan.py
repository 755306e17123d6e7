"""The policy desk under a plan of the user's own, with observations of another city, in English and Chinese."""

import shutil
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.app.web.serving import served
from tests.browser.conftest import QUICK

PLANS = Path(__file__).parents[1] / "plans"
PATIENCE = 400_000
"""Milliseconds for sixteen runs of ten years on a busy machine."""
pytestmark = pytest.mark.timeout(900)


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """A server whose operator gives the made-up plan to 2030 of a made-up city."""
    folder = tmp_path_factory.mktemp("operator")
    shutil.copytree(PLANS / "centre_2030", folder / "centre_2030")
    shutil.copy(PLANS / "harbour" / "baseline.csv", folder / "centre_2030")
    with served("--plan", str(folder / "centre_2030")) as address:
        yield f"http://{address}"


def card(page, indicator):
    return page.locator(f'[data-indicator="{indicator}"]')


def test_the_desk_shows_the_plan_and_not_that_of_the_package(page, server, tmp_path):
    page.goto(f"{server}/?{QUICK}")
    expect(page.locator('[data-runs="16/16"]')).to_be_visible(timeout=PATIENCE)
    expect(page.locator(".lj-card")).to_have_count(5)  # four indicators and the redline
    expect(card(page, "turnover_total")).to_contain_text("target 3,400")
    expect(card(page, "turnover_total")).to_contain_text("1,857")
    expect(card(page, "leading_fintech_count")).to_contain_text("Leading fintech firms with a seat in the city")
    expect(card(page, "rmb_cross_border_share")).to_contain_text("60")
    expect(page.locator(".lj-controls summary", has_text="Links to other markets")).to_have_count(1)
    expect(page.locator(".lj-controls summary", has_text="Technology")).to_have_count(1)
    with page.expect_download() as brief:
        page.get_by_role("button", name="Save as HTML").click()
    text = brief.value.path().read_text(encoding="utf-8")
    assert "A made-up plan to 2030" in text and "14th Five-Year" not in text
    page.screenshot(path=tmp_path / "own-plan.png", full_page=True)

    page.get_by_role("button", name="中文").click()
    expect(page.locator(".lj-controls summary", has_text="市场互联互通")).to_have_count(1)
    expect(card(page, "leading_fintech_count")).to_contain_text("在本市设有总部的头部金融科技企业")
    expect(card(page, "rmb_cross_border_share")).to_contain_text("跨境收付人民币占比")
    expect(page.locator("body")).to_contain_text("境外人民币窗口")
