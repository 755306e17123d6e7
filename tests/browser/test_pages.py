"""Every other page, and what a screen reader finds in all of them."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.app.web.test_words import CHINESE_MAY_HAVE
from tests.browser.conftest import CHANGED, CHARTS, QUICK, drawn, go, themes

REACHED = 60
"""Presses of the key Tab on a page; controls are of few kinds, and each kind comes early."""
FOCUSED = """() => {
  const focused = document.activeElement;
  if (!focused || focused === document.body) return null;
  // A slider of Mesa's own view has no size; its thumb has.
  const one = focused.querySelector('.v-slider__thumb') || focused;
  const style = getComputedStyle(one), box = one.getBoundingClientRect();
  const drawn = style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2;
  const shown = drawn && style.outlineColor !== 'rgba(0, 0, 0, 0)' && box.width > 0 && box.height > 0;
  return { what: focused.outerHTML.slice(0, 160), shown };
}"""


def test_compare_shows_stored_scenarios_side_by_side(page, server):
    page.goto(f"{server}/compare")
    expect(page.get_by_text("8 paired runs,").first).to_be_visible()
    expect(page.locator(".lj-canvas svg")).to_have_count(10)
    page.get_by_text("Tables: effects").click()
    goals = page.get_by_role("region", name=re.compile("goals and the shortcomings"))
    expect(goals.locator("tbody tr")).to_have_count(17)
    expect(goals).to_contain_text("not modelled")
    effects = page.get_by_role("region", name=re.compile("Paired effect"))
    before = effects.inner_text()
    page.get_by_role("button", name="Swap").click()
    expect(effects).not_to_have_text(before)


@pytest.mark.parametrize(
    ("path", "shows"),
    [("compare?source=desk&", "8 paired runs,"), ("risk?", "Values at the end of the year"), ("agents?", "run 1 of 8")],
)
def test_a_link_to_a_page_beside_the_desk_opens_its_content_in_a_new_session(page, server, path, shows):
    page.goto(f"{server}/{path}{CHANGED}")
    expect(page.get_by_text(shows).first).to_be_visible(timeout=240_000)  # a new server solves the year 2020 first
    expect(page.get_by_text("is being simulated; this page shows its results")).to_have_count(0)


def test_each_experiment_of_the_store_can_be_chosen(page, server):
    """The store holds a sweep and a batch; a sweep's points are no pairs, and no comparison with themselves."""
    page.goto(f"{server}/compare")
    choice = page.locator('[data-field="design"]')
    expect(choice.locator("option")).to_have_count(2)
    expect(choice.locator("option:checked")).to_contain_text("batch of")
    expect(page.get_by_text("8 paired runs,").first).to_be_visible()
    choice.select_option("1")
    expect(page.locator('[data-field="first"] option')).to_have_count(1)
    expect(page.get_by_text("single points of one scenario")).to_be_visible()
    expect(page.locator("#lj-main table")).to_have_count(1)  # that of all levers
    expect(page.locator(".lj-canvas")).to_have_count(2)
    choice.select_option("2")
    expect(page.get_by_text("8 paired runs,").first).to_be_visible()
    page.goto(f"{server}/experiments")
    listed = page.get_by_role("region", name="Experiments of the store").locator("tbody tr")
    expect(listed).to_have_count(2)
    expect(listed.first).to_contain_text("The plan; Committed by 2020")


def test_the_desk_is_compared_and_its_difference_split_by_groups(page, server):
    """Two levers of two groups: four coalitions, two parts that add up to the whole."""
    levers = "lever.fintech_hub=0.9@2021-07~12&lever.reits_pilot=0.9@2021-07~12"
    page.goto(f"{server}/compare?source=desk&{QUICK}&preset=committed&{levers}")
    expect(page.get_by_text("8 paired runs,").first).to_be_visible(timeout=240_000)
    expect(page.locator('[data-field="first"] option:checked')).to_have_text("Policy desk")
    expect(page.locator('[data-field="second"] option:checked')).to_have_text("Committed by 2020")
    page.get_by_text("Tables: effects").click()
    expect(page.get_by_role("region", name=re.compile("Displacement"))).to_contain_text("Hong Kong")
    page.get_by_role("button", name="Split the difference").click()
    expect(page.locator('figure[aria-label^="What makes the difference"] svg')).to_be_visible(timeout=90_000)
    page.locator("details", has_text="Part of each group").last.locator("summary").click()
    parts = page.get_by_role("region", name=re.compile("Part of each group"))
    expect(parts).to_contain_text("Whole difference", timeout=90_000)
    expect(parts.locator("tbody tr")).to_have_count(4)
    cells = [row.locator("td").all_inner_texts() for row in parts.locator("tbody tr").all()]
    fintech = [float(cell[-1]) for cell in cells]
    assert fintech[0] + fintech[1] == pytest.approx(fintech[2], abs=0.02)


def test_the_card_of_the_redline_leads_to_its_page_with_the_settings(page, server):
    page.goto(f"{server}/?{CHANGED}")
    card = page.locator('[data-indicator="redline"]')
    expect(card).to_contain_text("of 8 runs break it by 2025")
    card.click()
    expect(page.get_by_role("heading", name="How near is the redline?")).to_be_visible()
    expect(page).to_have_url(re.compile(r"/risk\?.*lever\.fintech_hub=1\.0"))
    expect(page.locator(".lj-canvas svg")).to_have_count(9)


def test_stored_runs_show_their_signals_of_systemic_risk(page, server):
    page.goto(f"{server}/risk?{QUICK}&seed=77")
    expect(page.get_by_text("is being simulated; this page shows its results")).to_be_visible()
    page.locator('[data-field="source"]').select_option("store")
    chances = page.get_by_role("region", name=re.compile("Runs in which a line was crossed"))
    expect(chances.locator("tbody tr")).to_have_count(5)
    expect(chances).to_contain_text("/8)")
    expect(page.locator(".lj-canvas svg")).to_have_count(9)
    expect(page.locator('figure[aria-label="Growth against resilience"] svg')).to_contain_text("Committed by 2020")


def test_a_stress_strikes_the_desk_and_its_baseline(page, server):
    page.goto(f"{server}/risk?{QUICK}&preset=stretch")
    page.locator('[data-field="stress"]').select_option("bond_losses")
    page.locator('[data-field="severity"]').select_option("4")
    page.get_by_role("button", name="Run the stress test").click()
    effects = page.get_by_role("region", name=re.compile("Effect of each stress"))
    expect(effects.locator("tbody tr")).to_have_count(2, timeout=240_000)
    expect(effects).to_contain_text("Policy desk")
    expect(effects).to_contain_text("Committed by 2020")
    rises = [float(row.locator("td").nth(2).inner_text()) for row in effects.locator("tbody tr").all()]
    assert min(rises) > 0.0


def test_the_failure_of_a_bank_spreads_round_by_round(page, server):
    page.goto(f"{server}/risk?{QUICK}")
    page.get_by_role("button", name="Simulate").click()
    told = page.locator('[data-failure="1"]')
    expect(told).to_contain_text("Bank 1 (equity CNY")
    at_the_end = told.inner_text()
    page.locator('[data-field="rounds"]').select_option("1")
    expect(told).not_to_have_text(at_the_end)
    debtors = page.get_by_role("region", name="Claims with the largest losses").locator("tbody tr td:first-child")
    expect(debtors.first).to_have_text("1")
    assert set(debtors.all_inner_texts()) == {"1"}
    expect(page.locator('figure[aria-label^="Losses on claims"] svg')).to_be_visible()


def test_the_last_sweep_is_analysed_on_the_page(page, server):
    page.goto(f"{server}/experiments")
    page.get_by_role("button", name="Which factors matter").click()
    picture = page.locator('figure[aria-label="Bonds held by foreigners"] svg')
    expect(picture).to_contain_text("Bond market access", timeout=90_000)
    page.locator('[data-field="swept"]').select_option("foreign_bond_share")
    page.locator('[data-field="level"]').fill("90")
    page.locator('[data-field="level"]').press("Tab")
    page.get_by_role("button", name="Where the level is reached").click()
    expect(page.get_by_role("alert")).to_contain_text("0 of 12 points")


def test_an_agent_says_why_and_keeps_its_history(page, server):
    page.goto(f"{server}/agents?{QUICK}")
    expect(page.get_by_role("heading", name="Month 2021-01")).to_be_visible()
    page.locator(".lj-link").first.click()
    expect(page.locator("[data-why]")).to_contain_text("to stay open")
    page.get_by_role("button", name="Next month").click()
    expect(page.get_by_role("heading", name="Month 2021-02")).to_be_visible()
    expect(page.locator('figure[aria-label="Its life in this run"]')).to_be_visible()
    page.locator('[data-field="kind"]').select_option("ForeignInvestor")
    expect(page.locator("tbody tr").first).to_contain_text("Foreign investor ")
    page.locator(".lj-link").first.click()
    expect(page.locator("[data-why]")).to_contain_text("purchases of bonds")


def test_a_place_of_the_replay_lists_its_agents_and_the_answer_stands_near_the_click(page, server):
    page.goto(f"{server}/agents?{QUICK}")
    expect(page.get_by_role("heading", name="Month 2021-01")).to_be_visible()
    slider = page.locator(".lj-months")
    slider.fill("4")
    page.locator('[data-place="LUJIAZUI"]').click()
    expect(page.get_by_role("heading", name="Month 2021-04")).to_be_visible()
    rows = page.locator("tbody tr", has_text="Lujiazui")
    expect(rows).to_have_count(15)
    first = rows.first.locator(".lj-link")
    before = first.bounding_box()["y"]
    first.click()
    answer = page.locator("[data-decided]")
    expect(answer).to_contain_text("stayed open in 2021-04")
    expect(page.locator("[data-life]")).to_contain_text("in 2021-01 and")
    assert answer.bounding_box()["y"] - before < 100
    page.locator('[data-place="abroad"]').press("Enter")
    expect(page.locator("tbody tr").first).to_contain_text("bloc")
    expect(page).to_have_url(re.compile("abroad"))


def test_arrows_of_a_replay_that_stands_still_show_direction(page, server):
    page.goto(f"{server}/agents?{QUICK}")
    arrow = page.locator('[data-flow="direct_financing"]')
    expect(arrow).to_have_attribute("marker-end", "url(#lj-head-direct_financing)")
    page.locator(".lj-months").fill("30")
    rival = page.locator('[data-flow="SINGAPORE"], [data-flow="HONG_KONG"], [data-flow="BEIJING"]').first
    expect(rival).to_have_attribute("marker-end", "url(#lj-head-seats)")


def test_the_address_of_an_agent_opens_the_same_agent_in_the_same_month(page, server):
    page.goto(f"{server}/agents?{QUICK}")
    page.locator('[data-field="kind"]').select_option("ForeignInvestor")
    expect(page.locator("tbody tr").first).to_contain_text("Foreign investor ")
    page.get_by_role("button", name="Next month").click()
    page.locator(".lj-link").first.click()
    expect(page).to_have_url(re.compile("agent=ForeignInvestor"))
    expect(page.locator("[data-why]")).to_contain_text("purchases of bonds")
    expect(page).to_have_url(re.compile("2021-02"))
    why = page.locator("[data-why]").inner_text()
    page.goto(page.url)
    expect(page.get_by_role("heading", name="Month 2021-02")).to_be_visible()
    expect(page.locator("[data-why]")).to_have_text(re.compile("purchases of bonds"))
    assert page.locator("[data-why]").inner_text() == why


def test_forms_of_experiments_stresses_and_levers_are_in_the_address_and_open_from_it(page, server):
    page.goto(f"{server}/experiments?{QUICK}&stress=bond_losses~2~2022~16&listed=handle~pan&design=99")
    expect(page.locator(".lj-told-top")).to_contain_text("design")
    page.locator('[data-field="second"]').select_option("")
    expect(page).to_have_url(re.compile(r"batch=plan(~|%7E)(~|%7E)20"))
    page.reload()
    expect(page.locator('[data-field="second"] option:checked')).to_have_text("none")
    page.get_by_role("link", name="Risk").click()
    expect(page.locator('[data-field="stress"] option:checked')).to_have_attribute("value", "bond_losses")
    page.get_by_role("link", name="Policy desk").click()
    expect(page.locator('[data-field="grouped"]')).to_have_value("handle")
    expect(page.locator('[data-field="find"]')).to_have_value("pan")
    page.locator('[data-field="find"]').fill("reits")
    expect(page).to_have_url(re.compile(r"listed=handle(~|%7E)reits"))


def test_mesas_own_view_steps_a_model_of_the_session(page, server):
    page.goto(f"{server}/model?{QUICK}")
    expect(page.get_by_text("Time: 0")).to_be_visible()
    picture = page.locator('figure[aria-label="Market turnover"] svg')
    expect(picture).to_contain_text("2020-12")
    page.get_by_role("button", name="Step").click()
    expect(page.get_by_text("Time: 1")).to_be_visible()
    expect(picture).to_contain_text("2021-01")


def test_a_batch_started_in_the_app_runs_and_is_stored(page, server):
    page.goto(f"{server}/experiments")
    expect(page.get_by_text(re.compile("36 runs done"))).to_be_visible()
    page.locator('[data-field="second"]').select_option("")
    page.locator('[data-field="runs"]').fill("1")
    page.locator('[data-field="runs"]').press("Tab")
    page.get_by_role("button", name="Start the batch").click()
    expect(page.get_by_text(re.compile("37 runs done"))).to_be_visible(timeout=90_000)


def test_the_desks_own_scenario_runs_as_a_batch_with_its_pace_and_its_experiment_is_chosen(page, server):
    page.goto(f"{server}/experiments?{CHANGED}")
    page.locator('[data-field="first"]').select_option("of the desk")
    page.locator('[data-field="second"]').select_option("baseline of the desk")
    page.locator('[data-field="runs"]').fill("8")
    page.locator('[data-field="runs"]').press("Tab")
    page.get_by_role("button", name="Start the batch").click()
    expect(page.locator('[data-busy="True"]')).to_contain_text(re.compile(r"\d+ a minute, about \d+ (s|min) left"))
    expect(page.locator('[data-busy="False"]')).to_be_visible()
    results = page.get_by_role("region", name=re.compile(r"Experiment \d+: share of runs"))
    expect(results).to_contain_text("Policy desk")
    first = page.locator('[data-field="shown_design"] option').last.get_attribute("value")
    page.locator('[data-field="shown_design"]').select_option(first)
    expect(page).to_have_url(re.compile(f"design={first}"))


KNOWN = {*" ".join(CHINESE_MAY_HAVE).split(), "PNG", "CSV", "Amihud", "SRISK", "GBI-EM", "d", "ln"}
"""Latin words of Chinese texts, kinds of files, names of measures and of an index, signs of a formula."""


SHOWN = """(apart) => {
  const main = document.querySelector('#lj-main').cloneNode(true);
  const labels = [...main.querySelectorAll('dt')].filter((label) => apart.includes(label.textContent.trim()));
  labels.forEach((label) => label.nextElementSibling.remove());
  const spoken = [...main.querySelectorAll('[aria-label]')].map((each) => each.getAttribute('aria-label'));
  return [main.textContent, ...spoken].join(' ');
}"""
"""All texts of a page, folded ones too, without what publications say and what the file of parameters has."""
OTHER_WAYS = {
    "en": r"[^.]{0,20}\b(?:trn|bn|mn|trillion|billion|million) (?:yuan|US dollars)\b",
    "zh": r".{0,20}(?:十亿|10亿|CNY|USD|\btrn\b|\bbn\b)",
}


@pytest.mark.parametrize("language", ["en", "zh"])
def test_money_is_written_in_one_way_on_every_page_and_chinese_without_other_latin_words(page, server, language):
    page.goto(f"{server}/?lang={language}&{QUICK}&pinned=reits_cap~panda_issuance~equity_financing")
    expect(page.locator(".lj-card")).to_have_count(11)
    money, latin = {}, {}
    for path in CHARTS:
        if path:
            go(page, path)
        else:
            drawn(page, path)
        apart = ["Source", "来源"] if language == "en" else ["Source", "来源", "单位"]
        shown = page.evaluate(SHOWN, apart if path == "sources" else [])
        assert len(shown) > 200
        money[path] = re.findall(OTHER_WAYS[language], shown)
        # Mesa's own view is English.
        latin[path] = latin_words(page, path) if language == "zh" and path != "model" else set()
    assert {path: found for path, found in money.items() if found} == {}
    assert {path: found for path, found in latin.items() if found} == {}


def latin_words(page, path):
    """Latin words of a Chinese page as it is drawn that have a Chinese one."""
    # Cards of sources name publications of other languages, and distributions.
    parts = "h1, h2, .lj-note, .lj-entry strong, .lj-entry dt" if path == "sources" else "#lj-main"
    shown = " ".join(page.locator(parts).all_inner_texts())
    assert len(shown) > 200
    found = {each.strip(".-") for each in re.findall(r"[A-Za-z][\w'&+.-]*", shown, re.ASCII)}
    return {each for each in found if each not in KNOWN}


def test_sources_can_be_searched(page, server):
    page.goto(f"{server}/sources")
    page.locator('[data-field="search"]').fill("panda")
    page.locator('[data-field="search"]').press("Tab")
    expect(page.get_by_role("region", name=re.compile("Parameters"))).to_contain_text("panda_hazard")
    expect(page.get_by_role("region", name=re.compile("Parameters"))).not_to_contain_text("talent_speed")


def unfocused(page):
    """Kinds of controls that do not show the focus of the keyboard, and all that it reaches from the first on."""
    page.locator(".lj-skip").focus()
    reached, hidden = set(), []
    for _ in range(REACHED):
        told = page.evaluate(FOCUSED)
        if told is not None and told["what"] not in reached:
            reached.add(told["what"])
            if not told["shown"]:
                hidden.append(told["what"])
        page.keyboard.press("Tab")
    return hidden, reached


def faults(page):
    """What a screen reader and a reader with poor sight find wrong with a page."""
    found = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21aa"]})
    return [f"{each['id']}: {each['nodes'][0]['html'][:200]}" for each in found.response["violations"]]


@pytest.mark.parametrize("path", CHARTS)
def test_pages_have_no_accessibility_faults_and_show_what_has_the_focus_in_both_themes(page, server, path):
    page.goto(f"{server}/{path}?{QUICK}")
    drawn(page, path)
    for theme in themes(page):
        assert faults(page) == [], theme
        hidden, reached = unfocused(page)
        assert len(reached) > 5
        assert hidden == [], theme
