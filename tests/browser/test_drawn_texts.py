"""Texts of charts lie on no other text, within the picture, and beside the data: in both languages and themes."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import CHARTS, QUICK, drawn, go, themes

PHONE, DESKTOP = {"width": 390, "height": 844}, {"width": 1440, "height": 900}
TEXTS = """() => [...document.querySelectorAll('.lj-chart')].flatMap((figure) => {
  const svg = figure.querySelector('.lj-canvas svg');
  if (!svg) return ['no picture: ' + figure.getAttribute('aria-label')];
  const whole = svg.getBoundingClientRect();
  const texts = [...svg.querySelectorAll('text')].filter((text) => text.textContent.trim())
    .map((text) => ({ said: text.textContent, at: text.getBoundingClientRect() }));
  const name = figure.getAttribute('aria-label') + ': ';
  const outside = texts.filter(({ at }) => at.left < whole.left - 1 || at.right > whole.right + 1
    || at.top < whole.top - 1 || at.bottom > whole.bottom + 1).map(({ said }) => name + said + ' is cut');
  const over = texts.flatMap((one, place) => texts.slice(place + 1).filter((other) =>
    Math.min(one.at.right, other.at.right) - Math.max(one.at.left, other.at.left) > 2
    && Math.min(one.at.bottom, other.at.bottom) - Math.max(one.at.top, other.at.top) > 4)
    .map((other) => name + one.said + ' lies on ' + other.said));
  return [...outside, ...over];
})"""
"""What is wrong with the texts of the charts of a page; fonts have some pixels above and below their letters."""
HIDDEN = """(word) => [...document.querySelectorAll('.lj-chart .lj-canvas svg')].flatMap((svg) => {
  const labels = [...svg.querySelectorAll('text')].filter((text) => text.textContent === word);
  const last = [...svg.querySelectorAll('text')].find((text) => text.textContent === '2025').getBoundingClientRect();
  const end = (last.left + last.right) / 2;
  return labels.map((label) => label.getBoundingClientRect().left - end);
})"""
"""By how much the label of each target stands right of the last year."""


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_texts_of_charts_lie_beside_each_other_and_labels_of_targets_beside_the_data(page, server, language, size):
    page.set_viewport_size(size)
    page.goto(f"{server}/?{QUICK}&lang={language}")
    drawn(page, "")
    for path in ("", "compare", "risk"):
        if path:
            go(page, path)
        for theme in themes(page):
            assert page.evaluate(TEXTS) == [], (path, theme)
            if not path:
                gaps = page.evaluate(HIDDEN, {"en": "target", "zh": "目标"}[language])
                assert len(gaps) == CHARTS[path] and min(gaps) > 0.0, theme


def test_names_of_the_map_are_legible_on_a_phone_and_the_page_stays_as_wide_as_the_screen(page, server):
    page.set_viewport_size(PHONE)
    page.goto(f"{server}/agents?{QUICK}")
    name = page.locator(".lj-replay text.name").first
    expect(name).to_be_visible(timeout=240_000)
    assert name.evaluate("(text) => text.getBoundingClientRect().height") >= 10.0
    assert page.evaluate("document.scrollingElement.scrollWidth") == PHONE["width"]
    page.locator('[data-place="LUJIAZUI"]').click()
    expect(page.locator('[data-place="LUJIAZUI"]')).to_have_class("pickable picked")


def test_no_veil_lies_over_the_controls_of_mesa_on_a_phone(page, server):
    page.set_viewport_size(PHONE)
    page.goto(f"{server}/model?{QUICK}")
    expect(page.locator(".lj-canvas svg")).to_have_count(7, timeout=240_000)
    page.wait_for_timeout(1000)
    for veil in page.locator(".v-overlay").all():
        expect(veil).to_be_hidden()
    page.locator('nav a[href^="/compare"]').first.click()
    expect(page.get_by_role("heading", name="Compare scenarios")).to_be_visible()


def test_a_wide_table_on_a_phone_is_moved_sideways_and_not_pressed_together(page, server):
    page.set_viewport_size(PHONE)
    page.goto(f"{server}/compare?lang=zh")
    expect(page.locator(".lj-canvas svg").first).to_be_visible()
    folded = page.locator("details", has_text="全部政策杠杆与全部指标").last
    folded.locator("summary").click()
    cells = folded.locator("tbody tr").first.locator("td")
    assert cells.count() > 6
    assert min(each.bounding_box()["width"] for each in cells.all()) > 55.0
    assert page.evaluate("document.scrollingElement.scrollWidth") == PHONE["width"]


OPACITIES = """() => [...document.querySelectorAll('.lj-chart .lj-canvas svg path')]
  .map((path) => Number(path.getAttribute('fill-opacity') || 1)).filter((part) => part > 0 && part < 1)"""


def test_on_a_tablet_in_the_dark_every_band_is_seen_and_the_navigation_is_one_line(page, server):
    page.emulate_media(color_scheme="dark")
    page.set_viewport_size({"width": 820, "height": 1180})
    page.goto(f"{server}/?{QUICK}")
    expect(page.locator(".lj-chart .lj-canvas svg")).to_have_count(7)
    bands = page.evaluate(OPACITIES)
    assert len(bands) >= 14 and min(bands) > 0.15
    boxes = [each.bounding_box() for each in page.locator(".lj-nav > a:not(.lj-skip), .lj-nav > button").all()]
    assert max(box["y"] for box in boxes) < min(box["y"] + box["height"] for box in boxes)
