"""Pictures and tables of every page leave the browser with title, unit, record and link."""

import time
from collections import deque

from playwright.sync_api import TimeoutError, expect

from tests.browser.conftest import CHARTS, QUICK, drawn, go

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
FEWEST = {**CHARTS, "experiments": 4}
DOWNLOADS, SECONDS = 10, 1.0
"""Chromium ignores a further download within so many seconds."""


def test_every_chart_is_saved_with_what_it_is_and_where_it_comes_from(page, server):
    page.add_init_script(SPY)
    page.goto(f"{server}/?{QUICK}")
    drawn(page, "")
    begun = deque(maxlen=DOWNLOADS)

    def saved_by(button):
        if len(begun) == DOWNLOADS:
            page.wait_for_timeout(1000.0 * max(begun[0] + SECONDS - time.monotonic(), 0.0))
        for patience in (5_000, 10_000, 90_000):  # Chromium may still ignore one, as it would that of a user
            begun.append(time.monotonic())
            try:
                with page.expect_download(timeout=patience) as saved:
                    button.click()
                return saved.value.path()
            except TimeoutError:
                continue
        raise AssertionError(f"nothing was saved by {button}")

    for name, fewest in FEWEST.items():
        if name:
            go(page, name)
        if name in PRESSED:
            page.get_by_role("button", name=PRESSED[name]).click()
        charts = page.locator(".lj-chart")
        if fewest:
            expect(charts.nth(fewest - 1)).to_be_visible()
        if name == "risk":
            expect(page.locator('figure[aria-label^="Losses on claims"] svg')).to_be_visible()
        for place in range(charts.count()):
            chart = charts.nth(place)
            expect(chart.locator("svg").first).to_be_visible()
            table = saved_by(chart.get_by_role("button", name="CSV"))
            lines = table.read_text(encoding="utf-8-sig").splitlines()
            head = [line[2:] for line in lines if line.startswith("# ")]
            assert head[0] == chart.get_attribute("aria-label")
            assert head[1] == chart.locator("figcaption .lj-muted").inner_text().strip() != ""
            assert "Lujiazui" in head[-2] and head[-1] == page.evaluate("window.location.href")
            assert len(lines) > len(head) + 1
            page.evaluate("window.written = []")
            assert saved_by(chart.get_by_role("button", name="PNG")).read_bytes().startswith(b"\x89PNG")
            written = "".join(page.evaluate("window.written")).replace(" ", "")
            for each in head:
                assert each.replace(" ", "") in written
