"""Take the pictures of the walk through the desk from a running app: `python renew.py http://127.0.0.1:8765`."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

HERE = Path(__file__).parent
SIZE = {"width": 1180, "height": 760}
MOST_MILLISECONDS = 600_000
REITS = "lever.reits_pilot=1.0@2022-01~0"


def settled(page: Page) -> None:
    """Wait for the last answer of the desk."""
    page.wait_for_function(
        """() => { const told = document.querySelector('[data-runs]');
        const [done, all] = told ? told.dataset.runs.split('/').map(Number) : [0, 1];
        return done === all && document.querySelector('.lj-answer[aria-busy=false] .lj-card'); }"""
    )
    page.wait_for_timeout(1500)


def renew(address: str) -> None:
    """Write one picture a step."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        page = browser.new_page(viewport=SIZE)
        page.set_default_timeout(MOST_MILLISECONDS)

        def look(step: str, path: str, query: str, wait: str = "", scroll: str = "") -> None:
            page.goto(f"{address}/{path}?lang=zh&{query}")
            settled(page) if not path else page.wait_for_selector(wait)
            page.wait_for_timeout(2500)
            if scroll:
                page.locator(scroll).first.scroll_into_view_if_needed()
                page.evaluate("(of) => document.querySelector(of).scrollIntoView({block: 'start'})", scroll)
                page.wait_for_timeout(800)
            page.screenshot(path=HERE / f"{step}.png")

        look("1-answer", "", "")
        look("2-lever", "", f"{REITS}&baseline=plan")
        look("3-outcome", "", f"{REITS}&baseline=plan", scroll=".lj-cards:nth-of-type(2)")
        look("4-levers", "compare", "ranked=foreign_bond_share", "figure[aria-label*='境外投资者'] svg", ".lj-pairs")
        browser.close()


if __name__ == "__main__":
    renew(sys.argv[1])
