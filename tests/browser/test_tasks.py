"""Twelve tasks of a director: each is done in at most four actions, and ends with its answer on the page."""

import re
import time

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import CHANGED, QUICK, TASK

MOST_ACTIONS, MOST_SECONDS = 4, 180.0
"""Actions of a task, and seconds that it takes where other work keeps both processors busy."""


class Director:
    """Somebody at the keyboard: every click, choice and entry is counted, looking is free."""

    def __init__(self, page, address):
        self.page, self.actions, self.began = page, 0, time.monotonic()
        page.goto(address)
        expect(page.locator("#lj-main h1")).to_be_visible()

    def click(self, what):
        self.actions += 1
        what.click()

    def choose(self, field, value):
        self.actions += 1
        self.page.locator(f'[data-field="{field}"]').select_option(value)

    def enter(self, where, text):
        self.actions += 1
        where.fill(str(text))
        where.press("Tab")

    def done(self):
        assert 0 < self.actions <= MOST_ACTIONS
        seconds = time.monotonic() - self.began
        assert seconds < MOST_SECONDS
        return seconds


@pytest.fixture
def at(page, server, record_property):
    tasks = []

    def begin(path="", query=QUICK):
        tasks.append(Director(page, f"{server}/{path}?{query}"))
        return tasks[-1]

    yield begin
    seconds = sum(task.done() for task in tasks)
    record_property(TASK, (sum(task.actions for task in tasks), seconds))


def card(page, indicator):
    return page.locator(f'[data-indicator="{indicator}"]')


def lever(page, name):
    return page.locator(".lj-lever", has=page.locator(f"#r-{name}"))


def test_the_reits_pilot_is_made_complete_in_2022_and_shows_what_it_brings(at, page):
    director = at()
    director.enter(page.locator('[data-field="find"]'), "reit")
    director.enter(lever(page, "reits_pilot").locator("input[type=number]").first, 1.0)
    director.enter(lever(page, "reits_pilot").locator("input[type=month]"), "2022-01")
    director.choose("baseline", "plan")
    expect(card(page, "reits_cap")).to_contain_text(re.compile(r"CNY bn \(.*\) against The plan"))


def test_bond_access_is_delayed_by_two_years(at, page):
    director = at()
    bonds = lever(page, "bond_market_access")
    director.actions += 1
    bonds.locator("select").select_option("delay")
    director.enter(bonds.locator(".lj-dates input[type=number]"), 24)
    director.enter(bonds.locator("input[type=month]"), "2021-07")
    expect(page.locator(".lj-changed")).to_contain_text("24 months later than in the starting scenario")


def test_which_levers_matter_for_foreign_bonds(at, page):
    director = at()
    director.click(page.get_by_role("link", name="Compare"))
    director.choose("ranked", "foreign_bond_share")
    expect(page.locator("figure", has_text="Bond market access for foreigners").first).to_be_visible()


def test_a_picture_leaves_with_all_that_it_needs_and_the_address_opens_the_same_desk(at, page):
    director = at(query=CHANGED)
    picture = page.locator("figure", has_text="Leading fintech firms").first
    expect(picture.locator("svg").first).to_be_visible()
    with page.expect_download() as given:
        director.click(picture.get_by_role("button", name="PNG"))
    assert given.value.path().read_bytes().startswith(b"\x89PNG")
    assert "lever.fintech_hub=1.0@2021-07~12" in page.url


def test_a_file_with_an_error_is_refused_beside_its_control_and_then_opened(at, page):
    director = at()
    chooser = page.locator("input[type=file]")
    for text in (b"extends: plan\nlevers:\n  reits_pilto: 0.5\n", b"extends: plan\nlevers:\n  reits_pilot: 0.5\n"):
        director.actions += 1
        chooser.set_input_files({"name": "mine.yaml", "mimeType": "text/yaml", "buffer": text})
        if b"pilto" in text:
            told = page.locator(".lj-told-file")
            expect(told).to_contain_text("mine.yaml:3")
            far = abs(told.bounding_box()["y"] - chooser.bounding_box()["y"])
            assert far < 200
    expect(page.locator(".lj-told-file.lj-note")).to_contain_text("Loaded mine.yaml")


def test_where_the_share_of_2020_comes_from(at, page):
    director = at()
    expect(card(page, "foreign_bond_share")).to_contain_text("2020: 3.23")
    director.click(page.locator('[data-trace="foreign_bond_share"]'))
    expect(page.get_by_role("region", name="Indicators", exact=True)).to_contain_text("3.25")


def test_why_a_foreign_investor_buys(at, page):
    director = at("agents")
    director.choose("kind", "ForeignInvestor")
    expect(page.locator("tbody tr").first).to_contain_text("Foreign investor ")
    director.click(page.locator(".lj-link").first)
    expect(page.locator("[data-why]")).to_contain_text("purchases of bonds")


def test_the_desks_batch_is_watched_with_the_time_that_is_left(at, page):
    director = at("experiments")
    director.choose("first", "of the desk")
    director.enter(page.locator('[data-field="runs"]'), 8)
    director.click(page.get_by_role("button", name="Start the batch"))
    expect(page.locator('[data-busy="True"]')).to_contain_text(re.compile(r"about \d+ (s|min) left"))
    expect(page.locator('[data-busy="False"]')).to_be_visible()


def test_a_change_is_undone(at, page):
    director = at(query=CHANGED)
    director.enter(lever(page, "fintech_hub").locator("input[type=number]").first, 0.2)
    expect(page.locator(".lj-changed")).to_contain_text("to 0.2")
    director.click(page.get_by_role("button", name="Undo"))
    expect(page.locator(".lj-changed")).to_contain_text("to 1 in")


def test_the_command_line_repeats_the_desk_and_the_file_says_what_was_moved(at, page):
    director = at(query=CHANGED)
    expect(page.locator("pre").first).to_contain_text("lujiazui batch desk.yaml --against committed --runs 8")
    with page.expect_download() as given:
        director.click(page.get_by_text("Save as a scenario file"))
    assert "Changed on the policy desk: fintech_hub" in given.value.path().read_text(encoding="utf-8")


def test_three_scenarios_stand_in_one_picture(at, page):
    director = at("compare")
    batch = page.locator('[data-field="design"] option', has_text="Beyond the plan").first.get_attribute("value")
    director.choose("design", batch)
    director.choose("third", "stretch")
    expect(page.locator('figure[aria-label="Market turnover"]')).to_contain_text("Beyond the plan")
    expect(page).to_have_url(re.compile("scenarios=plan%7Ccommitted%7Cstretch"))


def test_the_data_behind_a_picture_say_what_they_are(at, page):
    director = at()
    picture = page.locator("figure", has_text="Bonds held by foreigners").first
    expect(picture.locator("svg").first).to_be_visible()
    with page.expect_download() as given:
        director.click(picture.get_by_role("button", name="CSV"))
    text = given.value.path().read_text(encoding="utf-8-sig")
    assert text.startswith("# Bonds held by foreigners\n# %\n")
    assert re.search(r"# Simulated with Lujiazui \d.*seed 1; 8 paired runs", text) and ",unit" in text
