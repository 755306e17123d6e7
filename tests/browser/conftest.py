"""A server of the app and a real browser that can reach nothing else."""

import re
import shutil

import pytest
from playwright.sync_api import expect

from tests.app.web.serving import served
from tests.browser.small_store import fill

expect.set_options(timeout=90_000)

QUICK = "parameters=central&scale=0.05&runs=8"
"""Query of a desk whose answer takes some seconds."""
CHANGED = f"{QUICK}&lever.fintech_hub=1.0@2021-07~12"
"""The same with a moved lever: tests that need any change share this one, which the server simulates once."""
CHARTS = {"": 7, "compare": 10, "risk": 9, "agents": 4, "model": 7, "experiments": 0, "sources": 0}
"""Pages, and the charts that each has at the least once all of it is drawn."""
STILL = """() => document.getAnimations().every((each) =>
  each.playState !== 'running' || each.effect.getComputedTiming().endTime === Infinity)"""
"""Whether every transition of a page has ended."""
TASK = "actions and seconds"
"""Property of a test that is a task of a director."""


def pytest_terminal_summary(terminalreporter):
    """Actions and seconds of each task, for the table of docs/app.md."""
    for report in terminalreporter.getreports(""):
        for name, (actions, seconds) in report.user_properties if report.when == "teardown" else ():
            if name == TASK:
                terminalreporter.write_line(f"{report.nodeid.partition('::')[2]}: {actions} actions, {seconds:.0f} s")


def pytest_collection_modifyitems(items):
    for item in items:
        if "/tests/browser/" in str(item.path):
            item.add_marker("browser")


def drawn(page, path):
    """Wait until all of a page is drawn: heading, cards and charts, and nothing of it moves."""
    expect(page.locator("#lj-main h1")).to_be_visible()
    expect(page.locator(".lj-desk")).to_have_count(0 if path else 1)  # charts of the desk count no longer
    if path == "":
        expect(page.locator(".lj-card").nth(7)).to_be_visible(timeout=240_000)  # the first of a server is simulated
    if CHARTS[path]:
        expect(page.locator(".lj-chart .lj-canvas svg").nth(CHARTS[path] - 1)).to_be_visible()
    page.wait_for_function(STILL)


def go(page, path):
    """Go to another page by its link, and wait until all of it is drawn."""
    heading = page.locator("#lj-main h1").first
    before = heading.inner_text()
    page.locator(f'nav a[href^="/{path}"]').first.click()
    expect(page).to_have_url(re.compile(f"/{path}"))
    expect(heading).not_to_have_text(before)  # the page before is gone, with its charts
    drawn(page, path)


def themes(page):
    """Both themes of a page in turn, changed by its button, which leaves the focus where it is."""
    for theme in ("light", "dark"):
        shown = page.locator(f".v-application.theme--{theme}")
        if shown.count() == 0:
            page.locator("nav button", has_text="◐").evaluate("(button) => button.click()")
            expect(shown).to_have_count(1)
            page.wait_for_function(STILL)
        yield theme


@pytest.fixture(scope="session")
def browser_type_launch_args():
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    assert chromium, "these tests need Chromium: apt-get install chromium fonts-noto-cjk"
    alone = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE *.localhost"
    return {"executable_path": chromium, "args": ["--no-sandbox", "--disable-dev-shm-usage", alone]}


@pytest.fixture(scope="session")
def store(tmp_path_factory):
    folder = tmp_path_factory.mktemp("store") / "runs"
    fill(folder)
    return folder


@pytest.fixture(scope="session")
def server(store):
    with served("--store", str(store), "--batches") as address:
        yield f"http://{address}"


@pytest.fixture
def context(context, server):
    """A session whose requests to any other host fail the test."""
    elsewhere = []

    def seen(request):
        if not request.url.startswith((server, "data:", "blob:", "about:")):
            elsewhere.append(request.url)

    context.on("request", seen)
    context.set_default_timeout(90_000)
    yield context
    assert elsewhere == []


@pytest.fixture
def page(context):
    """A page that must not write errors."""
    page = context.new_page()
    errors = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    yield page
    assert errors == []
