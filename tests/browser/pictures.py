"""Take every page in both languages, both themes and three sizes: `python -m tests.browser.pictures FOLDER`.

The pictures are for the eye and are not kept. The folder `sheets` has the four of each page and size side by side.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from tests.app.web.serving import served
from tests.browser.small_store import fill

MOST_MILLISECONDS = 300_000
STILL_SECONDS = 2
"""A page is taken once nothing has changed on it for so long."""
TALLEST_SHEET = 1500
"""Pixels of one part of a sheet."""
SIZES = {"desktop": (1440, 900), "tablet": (820, 1180), "phone": (390, 844)}
LANGUAGES = ("en", "zh")
THEMES = ("light", "dark")
QUICK = "parameters=central&scale=0.05&runs=8"
CHANGED = f"{QUICK}&lever.reits_pilot=1.0@2022-01~0&lever.bond_market_access=delay@2021-07~24&baseline=plan"
STATES = {
    "desk": f"?{QUICK}",
    "desk-changed": f"?{CHANGED}",
    "desk-first": f"?{QUICK}&seed=7777777",
    "compare": f"compare?{QUICK}",
    "compare-desk": f"compare?source=desk&{CHANGED}",
    "risk": f"risk?{CHANGED}",
    "agents": f"agents?{QUICK}",
    "model": f"model?{QUICK}",
    "experiments": f"experiments?{QUICK}",
    "compare-unfolded": f"compare?{QUICK}",
    "desk-unfolded": f"?{CHANGED}",
    "experiments-swept": f"experiments?{QUICK}",
    "risk-failure": f"risk?{CHANGED}",
    "sources": f"sources?{QUICK}",
}
"""Pages, and states of pages, by the name of their pictures."""
CONTENT = """() => {
  const main = document.querySelector('#lj-main');
  if (!main || !main.querySelector('h1')) return '';
  return main.innerHTML.replace(/id="[^"]*"|clip-path="[^"]*"|zr\\d+-\\w+/g, '');
}"""
UNFOLD = "() => document.querySelectorAll('#lj-main details').forEach((each) => { each.open = true; })"
PRESSED = {"experiments-swept": "indices", "risk-failure": "fail"}
"""Buttons that bring more to a page."""
FINISHED = """() => (!document.querySelector('.lj-desk') || document.querySelector('.lj-card'))
  && [...document.querySelectorAll('[data-runs]')].every((told) => {
    const [done, all] = told.dataset.runs.split('/').map(Number);
    return done === all;
  })"""


def settled(page: Page) -> None:
    """Wait until the runs of the page are done and nothing has changed on it for a while."""
    page.wait_for_function("() => document.querySelector('#lj-main h1')")
    page.wait_for_timeout(1000)
    page.wait_for_function(FINISHED)
    before, still = "", 0
    for _ in range(60):
        now = page.evaluate(CONTENT)
        still = still + 1 if now == before != "" else 0
        before = now
        if still >= STILL_SECONDS:
            return
        page.wait_for_timeout(1000)


def wide(page: Page) -> str:
    """What is wider than the window, which then can be moved sideways."""
    return str(
        page.evaluate(
            """() => { const root = document.scrollingElement;
            return root.scrollWidth > root.clientWidth + 1 ? `${root.scrollWidth} px in ${root.clientWidth}` : ''; }"""
        )
    )


@dataclass(frozen=True)
class Wanted:
    """The pictures that are taken: pages, and of each these sizes, languages and themes."""

    states: Sequence[str]
    sizes: Sequence[str]
    languages: Sequence[str]
    themes: Sequence[str]


def taken(browser: Browser, address: str, folder: Path, wanted: Wanted) -> Iterator[tuple[str, str]]:
    """Take the pictures; name of each, and what is wrong with its width."""
    for size in wanted.sizes:
        width, height = SIZES[size]
        for theme in wanted.themes:
            context = browser.new_context(
                viewport={"width": width, "height": height},
                color_scheme="dark" if theme == "dark" else "light",
                has_touch=size == "phone",
                is_mobile=size == "phone",
            )
            context.set_default_timeout(MOST_MILLISECONDS)
            page = context.new_page()
            for language in wanted.languages:
                for state in wanted.states:
                    page.goto(f"{address}/{STATES[state]}&lang={language}")
                    if state.endswith("-first"):
                        page.wait_for_selector("#lj-main h1")
                        page.wait_for_timeout(1200)
                    else:
                        settled(page)
                    if state.endswith("-unfolded"):
                        page.evaluate(UNFOLD)
                    if state in PRESSED:
                        page.locator(f'[data-button="{PRESSED[state]}"]').click()
                        page.wait_for_timeout(6000)
                        settled(page)
                    name = f"{state}.{size}.{language}.{theme}"
                    page.screenshot(path=folder / f"{name}.png", full_page=True)
                    yield name, wide(page)
            context.close()


def sheets(folder: Path, wanted: Wanted) -> None:
    """Put the pictures of a page and size side by side, in parts that can be looked at."""
    (folder / "sheets").mkdir(exist_ok=True)
    for state in wanted.states:
        for size in wanted.sizes:
            kinds = product(wanted.themes, wanted.languages)
            names = [f"{state}.{size}.{language}.{theme}.png" for theme, language in kinds]
            shown = [Image.open(folder / name) for name in names]
            for part, top in enumerate(range(0, max(each.height for each in shown), TALLEST_SHEET)):
                whole = Image.new("RGB", (sum(each.width + 8 for each in shown), TALLEST_SHEET), "#ff00ff")
                left = 0
                for each in shown:
                    below = min(each.height, top + TALLEST_SHEET)
                    if below > top:
                        whole.paste(each.crop((0, top, each.width, below)).convert("RGB"), (left, 0))
                    left += each.width + 8
                whole.save(folder / "sheets" / f"{state}.{size}.{part:02d}.png")


def main() -> None:
    """Read the options, start a server where none is given, take the pictures."""
    parser = argparse.ArgumentParser(prog="python -m tests.browser.pictures", description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--address", help="of a running app; by default one is started with a small store")
    for option, values in (
        ("--pages", list(STATES)),
        ("--sizes", list(SIZES)),
        ("--languages", list(LANGUAGES)),
        ("--themes", list(THEMES)),
    ):
        parser.add_argument(option, nargs="+", choices=values, default=values, help="all by default")
    asked = parser.parse_args()
    wanted = Wanted(asked.pages, asked.sizes, asked.languages, asked.themes)
    asked.folder.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory() as temporary:
        if asked.address:
            take(asked.address, asked.folder, wanted)
            return
        store = Path(temporary) / "runs"
        fill(store)
        environment = {**os.environ, "LUJIAZUI_CACHE": str(Path(temporary) / "cache")}
        with served("--store", str(store), "--batches", env=environment) as address:
            take(f"http://{address}", asked.folder, wanted)


def take(address: str, folder: Path, wanted: Wanted) -> None:
    """Take the pictures of a running app and name those that can be moved sideways."""
    with sync_playwright() as playwright:
        chromium = shutil.which("chromium") or shutil.which("google-chrome")
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        for name, too_wide in taken(browser, address, folder, wanted):
            print(name, too_wide and f"is too wide: {too_wide}", file=sys.stderr, flush=True)
        browser.close()
    sheets(folder, wanted)


if __name__ == "__main__":
    main()
