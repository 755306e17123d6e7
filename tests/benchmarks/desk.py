"""Speed and memory of the desk as its users meet them: a server of its own, and a browser that moves levers.

`python -m tests.benchmarks.desk --changes 20 --sessions 20 --opened 200` prints a table. The figures are of the
machine, which should do nothing else; `--cache DIR` keeps solved years of 2020 for the next measurement. Sessions that
left are released after seconds, so that memory is that of what they leave behind and not of what waits for a return.
"""

import argparse
import asyncio
import os
import shutil
import statistics
import tempfile
import time
from itertools import count
from pathlib import Path

from playwright.async_api import async_playwright

from tests.app.web.serving import served
from tests.processes import descendants

LEVERS = ("bond_market_access", "derivatives_expansion", "connect_capacity", "futures_market_opening")
PATIENCE_MS = 600_000
ANSWERED = """done => {
    const answer = document.querySelector('.lj-answer'), runs = document.querySelector('[data-runs]')
    if (!answer || !runs || answer.getAttribute('aria-busy') !== 'false') return false
    return Number((runs.dataset.runs || '').split('/')[0]) >= done && answer.innerText.includes('paired runs shown')
}"""
ESTIMATED = "() => Boolean(document.querySelector('[data-estimate=true] tbody tr'))"
BUSY = "() => document.querySelector('.lj-answer').getAttribute('aria-busy') === 'true'"
SETTINGS = (value / 1000 for value in count(301))
"""Intensities that no session has had before, so that no answer is a stored one."""


def described(seconds):
    """Median and 95 % quantile of measured seconds."""
    if len(seconds) < 2:
        return " ".join(f"{each:.2f}" for each in seconds)
    high = statistics.quantiles(seconds, n=20, method="inclusive")[-1]
    return f"{statistics.median(seconds):.2f} (95 %: {high:.2f}, n = {len(seconds)})"


def megabytes(pid):
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


class Visitor:
    """A session of the desk in a browser, and the seconds that it waited."""

    def __init__(self, context, address):
        self.context, self.address = context, address
        self.loaded, self.dimmed, self.estimated, self.first, self.all, self.errors = [], [], [], [], [], []

    async def open(self, runs):
        self.page = await self.context.new_page()
        self.page.set_default_timeout(PATIENCE_MS)
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("console", lambda told: self.errors.append(told.text) if told.type == "error" else None)
        began = time.perf_counter()
        await self.page.goto(f"http://{self.address}/?runs={runs}")
        await self.page.locator("#lj-main h1").wait_for()
        self.loaded.append(time.perf_counter() - began)
        await self.page.wait_for_function(ANSWERED, arg=16, polling=50)

    async def leave(self):
        """Leave the page as a visitor does: the browser says so to the server."""
        await self.page.goto("about:blank")
        await self.page.close()

    async def change(self, lever, runs):
        entry = self.page.locator(f"#r-{lever} ~ input[type=number]")
        if not await entry.is_visible():
            await self.page.locator("details", has=entry).locator("summary").first.click()
        await entry.fill(f"{next(SETTINGS):.3f}")
        began = time.perf_counter()
        await entry.press("Tab")
        await self.page.wait_for_function(BUSY, polling=20)
        self.dimmed.append(time.perf_counter() - began)
        await self.page.wait_for_function(ESTIMATED, polling=20)
        self.estimated.append(time.perf_counter() - began)
        await self.page.wait_for_function(ANSWERED, arg=16, polling=20)
        self.first.append(time.perf_counter() - began)
        if runs > 8:
            await self.page.wait_for_function(ANSWERED, arg=2 * runs, polling=20)
            self.all.append(time.perf_counter() - began)


async def at_rest(browser, address, changes):
    """One visitor who changes levers and waits for all 24 pairs each time."""
    visitor = Visitor(await browser.new_context(), address)
    await visitor.open(24)
    await visitor.page.wait_for_function(ANSWERED, arg=48)
    for change in range(changes):
        await visitor.change(LEVERS[change % len(LEVERS)], 24)
    await visitor.leave()
    print(f"page to its heading, s: {described(visitor.loaded)}")
    print(f"earlier results dimmed, s: {described(visitor.dimmed)}")
    print(f"estimate shown, s: {described(visitor.estimated)}")
    print(f"first answer, 8 pairs, s: {described(visitor.first)}")
    print(f"24 pairs, s: {described(visitor.all)}", flush=True)
    return visitor.errors


async def together(browser, address, sessions, minutes):
    """Visitors who each move a lever, wait for the first answer and move the next.

    They come one after the other: one browser does not draw twenty pages at once.
    """
    visitors = [Visitor(await browser.new_context(), address) for _ in range(sessions)]
    for visitor in visitors:
        await visitor.open(8)
    end = time.perf_counter() + 60 * minutes

    async def moving(visitor):
        change = 0
        while time.perf_counter() < end:
            await visitor.change(LEVERS[change % len(LEVERS)], 8)
            change += 1

    await asyncio.gather(*(moving(visitor) for visitor in visitors))
    first = [seconds for visitor in visitors for seconds in visitor.first]
    dimmed = [seconds for visitor in visitors for seconds in visitor.dimmed]
    estimated = [seconds for visitor in visitors for seconds in visitor.estimated]
    print(f"{sessions} sessions, earlier results dimmed, s: {described(dimmed)}")
    print(f"{sessions} sessions, estimate shown, s: {described(estimated)}")
    print(f"{sessions} sessions, first answer, s: {described(first)}", flush=True)
    for visitor in visitors:
        await visitor.context.close()
    return [error for visitor in visitors for error in visitor.errors]


async def opened(browser, address, server, sessions):
    """Memory of the server after numbers of sessions that came, saw the stored answer and left."""
    errors = []
    for number in range(1, sessions + 1):
        visitor = Visitor(await browser.new_context(), address)
        await visitor.open(8)
        await visitor.leave()
        await visitor.context.close()
        errors += visitor.errors
        if number in (1, 5, 10) or number % 25 == 0:
            print(f"after {number} sessions: server {megabytes(server):.0f} MB", flush=True)
    return errors


async def measured(address, server, asked):
    async with async_playwright() as playwright:
        chromium = shutil.which("chromium") or shutil.which("google-chrome")
        options = ["--no-sandbox", "--disable-dev-shm-usage"]
        browser = await playwright.chromium.launch(executable_path=chromium, args=options)
        errors = []
        if asked.changes:
            errors += await at_rest(browser, address, asked.changes)
        if asked.sessions:
            errors += await together(browser, address, asked.sessions, asked.minutes)
        if asked.opened:
            errors += await opened(browser, address, server, asked.opened)
        workers = ", ".join(f"{megabytes(pid):.0f}" for pid in descendants(server))
        print(f"server {megabytes(server):.0f} MB; its processes {workers} MB")
        print(f"errors in the browser: {len(errors)}", *sorted(set(errors))[:5], sep="\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--changes", type=int, default=20, help="changes of a lever by one visitor; 0 for none")
    parser.add_argument("--sessions", type=int, default=20, help="visitors at the same time; 0 for none")
    parser.add_argument("--minutes", type=float, default=2.0, help="how long these move levers")
    parser.add_argument("--opened", type=int, default=200, help="sessions one after the other; 0 for none")
    parser.add_argument("--kept", default="3s", help="how long the server keeps a session that left: 10m in use")
    parser.add_argument("--cache", type=Path, help="folder of solved years of 2020")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        environment = {
            **os.environ,
            "LUJIAZUI_CACHE": str(asked.cache or folder),
            "SOLARA_KERNEL_CULL_TIMEOUT": asked.kept,
        }
        with served(env=environment) as address:
            server = next(pid for pid in descendants(os.getpid()) if "app" in Path(f"/proc/{pid}/cmdline").read_text())
            asyncio.run(measured(address, server, asked))


if __name__ == "__main__":
    main()
