"""A server of the app and a real browser that can reach nothing else."""

import os
import shutil

import pytest
from playwright.sync_api import expect

from tests.app.web.serving import served
from tests.browser.small_store import fill

expect.set_options(timeout=90_000)

QUICK = "parameters=central&scale=0.05&runs=8"
"""Query of a desk whose answer takes some seconds."""
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


@pytest.fixture(scope="session")
def browser_type_launch_args():
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    assert chromium, "these tests need Chromium: apt-get install chromium fonts-noto-cjk"
    return {"executable_path": chromium, "args": ["--no-sandbox", "--disable-dev-shm-usage"]}


@pytest.fixture(scope="session")
def store(tmp_path_factory):
    folder = tmp_path_factory.mktemp("store") / "runs"
    fill(folder)
    return folder


@pytest.fixture(scope="session")
def server(store):
    environment = {**os.environ, "LUJIAZUI_CACHE": str(store.parent / "cache")}
    with served("--store", str(store), "--batches", env=environment) as address:
        yield f"http://{address}"


@pytest.fixture
def context(context, server):
    """A session whose requests to any other host fail the test."""
    elsewhere = []

    def guard(route):
        if route.request.url.startswith((server, "data:", "blob:")):
            route.continue_()
        else:
            elsewhere.append(route.request.url)
            route.abort()

    context.route("**/*", guard)
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
