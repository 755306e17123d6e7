"""Pictures and tables of every page leave the browser with title, unit, record and link."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import QUICK

SPY = """
window.written = [];
const write = CanvasRenderingContext2D.prototype.fillText;
CanvasRenderingContext2D.prototype.fillText = function (text, ...place) {
  window.written.push(text);
  return write.call(this, text, ...place);
};
"""
PRESSED = {"experiments": "Which factors matter", "risk": "Simulate"}
"""Buttons that bring the charts of a page, or further ones."""


@pytest.mark.parametrize(
    ("name", "fewest"), [("", 7), ("compare", 10), ("risk", 8), ("agents", 4), ("model", 7), ("experiments", 4)]
)
def test_every_chart_is_saved_with_what_it_is_and_where_it_comes_from(page, server, name, fewest):
    page.add_init_script(SPY)
    page.goto(f"{server}/?{QUICK}")
    expect(page.locator(".lj-chart")).to_have_count(7)
    if name:
        page.locator(f'nav a[href$="/{name}"]').first.click()
        expect(page.locator(".lj-desk")).to_have_count(0)  # charts of the desk are no longer counted
    if name in PRESSED:
        page.get_by_role("button", name=PRESSED[name]).click()
    expect(page.locator(".lj-chart").nth(fewest - 1)).to_be_visible()
    if name == "risk":
        expect(page.locator('figure[aria-label^="Losses on claims"] svg')).to_be_visible()
    charts = page.locator(".lj-chart")
    for place in range(charts.count()):
        page.wait_for_timeout(300)  # Chromium ignores the eleventh download within a second.
        chart = charts.nth(place)
        expect(chart.locator("svg").first).to_be_visible()
        with page.expect_download() as saved:
            chart.get_by_role("button", name="CSV").click()
        lines = saved.value.path().read_text(encoding="utf-8-sig").splitlines()
        head = [line[2:] for line in lines if line.startswith("# ")]
        assert head[0] == chart.get_attribute("aria-label")
        assert head[1] == chart.locator("figcaption .lj-muted").inner_text().strip() != ""
        assert "Lujiazui" in head[-2] and head[-1] == page.evaluate("window.location.href")
        assert len(lines) > len(head) + 1
        page.evaluate("window.written = []")
        with page.expect_download() as saved:
            chart.get_by_role("button", name="PNG").click()
        assert saved.value.path().read_bytes().startswith(b"\x89PNG")
        written = "".join(page.evaluate("window.written")).replace(" ", "")
        for each in head:
            assert each.replace(" ", "") in written
