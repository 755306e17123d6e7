"""The policy desk, driven as a person would."""

import os
import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import QUICK
from tests.processes import descendants, seconds_used

LEVER = "bond_market_access"


def card(page, indicator):
    return page.locator(f'[data-indicator="{indicator}"]')


def open_desk(page, server, query=QUICK):
    page.goto(f"{server}/?{query}")
    expect(page.locator(".lj-card")).to_have_count(8)
    expect(page.locator('[data-runs="16/16"]')).to_be_visible()


def move(page, value, lever=LEVER):
    """Type an intensity beside the slider and leave the field."""
    entry = page.locator(f"#r-{lever} ~ input[type=number]")
    entry.fill(str(value))
    entry.press("Tab")


def test_the_desk_shows_seven_cards_and_seven_fans_without_a_network(page, server):
    open_desk(page, server)
    expect(page.locator(".lj-canvas svg")).to_have_count(7)
    expect(card(page, "turnover_total")).to_contain_text("target 2,800")
    expect(page.locator(".lj-note")).to_contain_text("not a forecast")
    expect(page.locator(".lj-note")).to_contain_text("8 of the 8 paired runs")


def test_a_lever_changes_its_card_and_the_address_and_can_be_undone(page, server):
    open_desk(page, server)
    before = card(page, "foreign_bond_share").locator(".lj-change").inner_text()
    move(page, 0.3)
    expect(card(page, "foreign_bond_share").locator(".lj-change")).not_to_have_text(before)
    assert f"lever.{LEVER}=0.3" in page.url
    expect(page.locator(".lj-sentence")).to_contain_text("then in equal monthly steps to 0.3 in 2023-07")
    expect(page.locator(".lj-changed")).to_contain_text("to 0.3 in 2023-07")
    with page.expect_download() as brief:
        page.get_by_role("button", name="Save as HTML").click()
    assert "to 0.3 in 2023-07" not in page.url and 'class="sheet"' in brief.value.path().read_text(encoding="utf-8")
    page.get_by_role("button", name="Undo").click()
    expect(card(page, "foreign_bond_share").locator(".lj-change")).to_have_text(before)
    assert "lever." not in page.url
    page.get_by_role("button", name="Redo").click()
    expect(page.locator(f"#r-{LEVER}")).to_have_value("0.3")


def test_a_lever_and_a_target_lead_to_their_clauses_in_one_click(page, server):
    open_desk(page, server)
    row = page.locator(".lj-lever", has=page.locator(f"#r-{LEVER}"))
    row.locator("summary").click()
    page.locator(f'[data-clause="{LEVER}"]').first.click()
    measures = page.get_by_role("region", name=re.compile("Measures of the plan"))
    expect(measures).to_contain_text("Part III (III) Opening, measure 14")
    page.go_back()
    page.locator('[data-trace="shanghai_price_influence"]').click()
    expect(page.get_by_role("region", name="Indicators", exact=True)).to_contain_text("table of indicators, row 6")


PRINTED = """
if (window.top === window) window.sheets = [];
window.print = () => {
  const page = document.documentElement;
  window.top.sheets.push([page.lang, page.querySelectorAll('.sheet').length]);
};
"""
"""In place of the print dialog: language and sheets of what is printed."""


def test_the_brief_is_printed_from_the_desk_in_both_languages_and_lengths(page, server):
    page.add_init_script(PRINTED)
    open_desk(page, server)
    printing = page.locator('[data-button="brief-print"]')
    printing.click()
    page.wait_for_function("window.sheets.length === 1")
    page.locator('[data-field="sheets"]').select_option("whole")
    printing.click()
    page.wait_for_function("window.sheets.length === 2")
    page.get_by_role("button", name="中文").click()
    expect(printing).to_have_text("打印")
    printing.click()
    page.wait_for_function("window.sheets.length === 3")
    assert page.evaluate("window.sheets") == [["en", 1], ["en", 4], ["zh-CN", 4]]
    expect(page.locator("iframe.lj-paper")).to_have_count(1)


def test_the_brief_is_saved_as_pdf_and_as_a_picture(page, server):
    open_desk(page, server)
    for way, begins in (("pdf", b"%PDF"), ("png", b"\x89PNG")):
        with page.expect_download(timeout=60_000) as saved:
            page.locator(f'[data-button="brief-{way}"]').click()
        assert saved.value.suggested_filename == f"brief-en.{way}"
        assert saved.value.path().read_bytes().startswith(begins)


def test_undo_and_redo_go_on_after_the_page_is_loaded_again(page, server):
    page.goto(f"{server}/?{QUICK}")
    move(page, 0.3)
    expect(page).to_have_url(re.compile(f"lever.{LEVER}=0.3"))
    move(page, 0.9)
    expect(page).to_have_url(re.compile(f"lever.{LEVER}=0.9"))
    page.reload()
    undo, redo = page.locator('[data-button="undo"]'), page.locator('[data-button="redo"]')
    expect(undo).to_be_enabled()
    undo.click()
    expect(page).to_have_url(re.compile(f"lever.{LEVER}=0.3"))
    page.reload()
    expect(redo).to_be_enabled()
    undo.click()
    expect(page).not_to_have_url(re.compile("lever"))
    redo.click()
    expect(page).to_have_url(re.compile(f"lever.{LEVER}=0.3"))


def test_a_lever_brings_its_outcome_and_any_indicator_can_be_pinned_and_traced(page, server):
    open_desk(page, server)
    page.locator(".lj-controls summary", has_text="(I) Serving").click()
    move(page, 1.0, "reits_pilot")
    expect(card(page, "reits_cap")).to_contain_text("outcome that this lever aims at: REITs pilot")
    page.locator('[data-field="pinned"]').select_option("default_rate")
    expect(card(page, "default_rate")).to_contain_text("percent per year")
    assert "pinned=default_rate" in page.url
    card(page, "default_rate").click()
    expect(page.locator(".lj-canvas svg")).to_have_count(1)
    page.locator('[data-remove="default_rate"]').click()
    expect(card(page, "default_rate")).to_have_count(0)
    page.locator('[data-trace="reits_cap"]').click()
    expect(page.get_by_role("region", name="Further indicators that runs record")).to_contain_text(
        "REITs listed since January 2020"
    )
    page.go_back()
    expect(card(page, "reits_cap")).to_be_visible()


def test_a_lever_answers_an_indicator_and_the_desk_says_how_often(page, server):
    open_desk(page, server)
    panel = page.locator(".lj-adaptive")
    before = card(page, "foreign_bond_share").locator(".lj-change").inner_text()
    for name, value in (("threshold", "4"), ("months", "2"), ("to", "1")):
        field = panel.locator(f'[data-field="trigger_{name}"]')
        field.fill(value)
        field.press("Tab")
        expect(field).to_have_value(value)
    panel.get_by_role("button", name="Add").click()
    expect(panel).to_contain_text("below 4 % for 2 months: Bond market access for foreigners to 1")
    expect(panel).to_contain_text("Fires in 100% of the runs shown, for the first time in 2021-01")
    expect(card(page, "foreign_bond_share").locator(".lj-change")).not_to_have_text(before)
    assert "trigger=foreign_bond_share~below~0.04~2~bond_market_access~1.0~12" in page.url
    panel.get_by_role("button", name="Remove").click()
    expect(panel).to_have_attribute("data-triggers", "0")
    expect(card(page, "foreign_bond_share").locator(".lj-change")).to_have_text(before)
    panel.locator('[data-field="trigger_to"]').fill("7")
    panel.locator('[data-field="trigger_to"]').press("Tab")
    panel.get_by_role("button", name="Add").click()
    expect(page.get_by_role("alert")).to_contain_text("triggers.0.to")
    expect(panel).to_have_attribute("data-triggers", "0")


def test_what_is_being_typed_stays_when_an_earlier_answer_arrives(page, server):
    open_desk(page, server)
    panel = page.locator(".lj-adaptive")
    months, threshold = (panel.locator(f'[data-field="trigger_{name}"]') for name in ("months", "threshold"))
    before = threshold.input_value()
    months.fill("2")
    indicator = panel.locator('[data-field="trigger_indicator"]')
    indicator.evaluate("e => { e.value = 'turnover_total'; e.dispatchEvent(new Event('change')) }")
    expect(threshold).not_to_have_value(before)
    expect(months).to_have_value("2")
    months.press("Tab")
    expect(months).to_have_value("2")


def test_a_link_opens_the_same_desk_elsewhere_and_sessions_do_not_mix(page, server, browser):
    open_desk(page, server)
    move(page, 0.9)
    expect(page).to_have_url(re.compile("0.9@"))
    shown = card(page, "foreign_bond_share").locator(".lj-value")
    expect(page.locator('[data-runs="16/16"]')).to_be_visible()
    title = page.locator('[data-field="title"]')
    title.fill("Opening & more, 2nd draft")
    title.press("Tab")
    expect(page).to_have_url(re.compile("2nd"))
    card(page, "foreign_bond_share").click()
    expect(page).to_have_url(re.compile("charts=foreign_bond_share"))
    expect(page.locator(".lj-canvas svg")).to_have_count(1)
    other = browser.new_context().new_page()
    other.set_default_timeout(90_000)
    other.goto(page.url)
    expect(other.locator(f"#r-{LEVER}")).to_have_value("0.9")
    expect(card(other, "foreign_bond_share").locator(".lj-value")).to_have_text(shown.inner_text())
    expect(other.locator(".lj-named")).to_have_text("Opening & more, 2nd draft")
    expect(other.locator(".lj-canvas svg")).to_have_count(1)
    move(other, 0.3)
    expect(other).to_have_url(re.compile("0.3@"))
    expect(page.locator(f"#r-{LEVER}")).to_have_value("0.9")
    other.context.close()


def test_a_keyboard_is_enough(page, server):
    open_desk(page, server)
    page.locator(f"#r-{LEVER}").focus()
    for _ in range(5):
        page.keyboard.press("ArrowRight")
    expect(page).to_have_url(re.compile(rf"lever.{LEVER}=0.8[0-9]*"))
    page.locator(".lj-skip").focus()
    expect(page.locator(".lj-skip")).to_be_in_viewport()
    page.get_by_role("link", name="Sources").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Sources of all numbers")).to_be_visible()


def test_a_page_that_is_left_stops_its_work(page, server):
    """The processes of this test's servers work while the desk is open, and rest soon after it is left."""
    page.goto(f"{server}/?parameters=central&scale=0.05&runs=200&seed=78")
    # Left before anything was done, the processes would only be about to start: no work to see ending.
    expect(page.get_by_role("status").first).to_contain_text(re.compile(r"\b[1-9]\d* of 400"))
    page.goto("about:blank")

    def used(milliseconds):
        before = seconds_used(descendants(os.getpid()))
        page.wait_for_timeout(milliseconds)
        after = seconds_used(descendants(os.getpid()))
        # The page's own process ends when it is left, and takes its seconds along.
        return sum(seconds - before.get(pid, 0.0) for pid, seconds in after.items())

    assert any(used(2000) < 0.25 for _ in range(60))


def test_a_good_file_is_opened_and_a_bad_one_refused_with_line_and_key(page, server):
    open_desk(page, server)
    chooser = page.locator("input[type=file]")
    bad = b"extends: plan\nlevers:\n  reits_pilto: 0.5\n"
    chooser.set_input_files({"name": "bad.yaml", "mimeType": "text/yaml", "buffer": bad})
    alert = page.get_by_role("alert")
    expect(alert).to_contain_text("bad.yaml:3")
    expect(alert).to_contain_text("reits_pilot")
    good = b"extends: plan\nlevers:\n  bond_market_access: 0.35\n"
    good += b"budget: {unit: mn yuan, a_year: {fintech_hub: 100}, cap: 900}\n"
    chooser.set_input_files({"name": "good.yaml", "mimeType": "text/yaml", "buffer": good})
    expect(page.get_by_role("note")).to_contain_text("Loaded good.yaml")
    expect(alert).to_have_count(0)
    expect(page.locator(f"#r-{LEVER}")).to_have_value("0.35")
    costs = page.locator("[data-cost]")
    expect(costs).to_contain_text("of at most 900 mn yuan")
    before = float(costs.get_attribute("data-cost"))
    page.get_by_text("(IV) Fintech", exact=True).click()
    move(page, 0.9, lever="fintech_hub")
    expect(costs).not_to_have_attribute("data-cost", f"{before:.6g}")
    assert float(costs.get_attribute("data-cost")) > before > 0.0
    large = {"name": "large.yaml", "mimeType": "text/yaml", "buffer": b"#" * 200_000}
    chooser.set_input_files(large)
    expect(alert).to_contain_text("too large")
    chinese = "extends: plan\ntitle: 上海金融中心\n"
    chooser.set_input_files({"name": "gbk.yaml", "mimeType": "text/yaml", "buffer": chinese.encode("gbk")})
    expect(alert).to_contain_text("gbk.yaml:2")
    expect(alert).to_contain_text("UTF-8")
    chooser.set_input_files({"name": "utf8.yaml", "mimeType": "text/yaml", "buffer": chinese.encode()})
    expect(page.locator('[data-field="preset"] option:checked')).to_have_text("上海金融中心")


def test_opening_a_file_sets_the_world_on_the_desk_and_it_can_be_chosen_back(page, server):
    open_desk(page, server)
    worldly = b"extends: us_rates_up\nmacro: adverse\nparameters: prior_2020\nrival_centres: matching\nend: 2023-12\n"
    page.locator("input[type=file]").set_input_files({"name": "w.yaml", "mimeType": "text/yaml", "buffer": worldly})
    expect(page.get_by_role("note")).to_contain_text("Macro path adverse; Parameter set priors of 2020")
    expect(page.locator('[data-field="macro"]')).to_have_value("adverse")
    expect(page.locator('[data-field="parameter_set"]')).to_have_value("prior_2020")
    expect(page.locator(".lj-world")).to_contain_text("Yields of the United States rise (2 pp, 2022-01 to 2023-06)")
    expect(page.locator(".lj-world")).to_contain_text("rival centres match")
    expect(page.locator(".lj-answer")).to_contain_text("all figures are of 2023")
    expect(page.locator(".lj-note").first).not_to_contain_text("fitted")
    page.locator('[data-field="macro"]').select_option("neutral")
    page.locator('[data-field="parameter_set"]').select_option("posterior_2020")
    expect(page).to_have_url(re.compile("macro=neutral.*parameter_set=posterior_2020"))
    page.reload()
    expect(page.locator('[data-field="macro"]')).to_have_value("neutral")
    with page.expect_download() as saved:
        page.get_by_role("link", name="Save as a scenario file").click()
    text = saved.value.path().read_text(encoding="utf-8")
    assert "macro: neutral" in text and "rival_centres: matching" in text and "end: 2023-12" in text


def test_numbers_of_the_setting_before_are_dimmed_until_the_new_answer_is_there(page, server):
    open_desk(page, server)
    answer = page.locator(".lj-answer")
    expect(answer).to_have_attribute("aria-busy", "false")
    page.locator('[data-field="seed"]').fill("4711")
    page.locator('[data-field="seed"]').press("Tab")
    expect(answer).to_have_attribute("aria-busy", "true")
    expect(page.get_by_role("status").first).to_contain_text("Results are shown from 8 paired runs on")
    expect(answer).not_to_have_css("opacity", "1")
    expect(answer).to_have_attribute("aria-busy", "false")
    expect(answer).to_contain_text("8 of 8 paired runs shown")


def test_an_estimate_is_there_before_simulated_results_and_goes_with_them(page, server):
    open_desk(page, server, "scale=0.05&runs=8")
    estimate = page.locator('[data-estimate="true"]')
    expect(estimate).to_have_count(0)
    move(page, 0.3)
    expect(estimate).to_contain_text("Estimate, before simulation")
    expect(page.locator(".lj-answer")).to_have_attribute("aria-busy", "true")
    expect(estimate.locator("tbody tr")).to_have_count(7)
    expect(estimate.get_by_role("status")).to_contain_text("interactions of levers are left out")
    expect(page.locator(".lj-answer")).to_have_attribute("aria-busy", "false")
    expect(estimate).to_have_count(0)


def test_a_world_that_estimates_do_not_cover_has_one_line_that_says_why(page, server):
    open_desk(page, server)
    page.locator('[data-field="macro"]').select_option("adverse")
    estimate = page.locator('[data-estimate="true"]')
    expect(estimate).to_contain_text("No estimate before simulation")
    expect(estimate.locator("table")).to_have_count(0)


def test_a_long_answer_shows_its_progress_and_time_stops_goes_on_and_has_no_number_before_eight_pairs(page, server):
    open_desk(page, server)
    page.goto(f"{server}/?{QUICK.replace('runs=8', 'runs=50')}&seed=4712")
    told = page.locator("[data-runs]")
    expect(told).to_contain_text(re.compile(r"of 100 runs, usually about \d+ (s|min)"))
    expect(told).to_contain_text(re.compile(r"\b([1-9]|1[0-5]) of 100 runs, about \d+ (s|min) left"))
    expect(page.locator(".lj-card")).to_have_count(0)
    page.get_by_role("button", name="Stop", exact=True).click()
    expect(told).to_contain_text("Stopped.")
    expect(told).not_to_contain_text("left")
    page.get_by_role("button", name="Go on").click()
    expect(page.locator(".lj-card")).to_have_count(8)
    shown = page.locator(".lj-answer").inner_text()
    pairs = int(re.search(r"(\d+) of 50 paired runs shown", shown)[1])
    assert pairs >= 8 and f"met in 0 of {pairs} runs" in shown
    expect(page.get_by_role("button", name="Stop", exact=True)).to_be_enabled()


def test_an_odd_event_is_one_line_and_nothing_of_the_server(page, server):
    open_desk(page, server)
    for odd in ("null", "{}", "[1]", '{"id": {"a": 1}, "value": null}', '{"id": "seed", "value": "1e999"}'):
        for part, call in ((".lj-form", "chosen"), (".lj-levers", "moved"), (".lj-cards", "choose")):
            page.evaluate(f"document.querySelector('{part}').__vue__.{call}({odd})")
    page.evaluate("document.querySelector('.lj-levers').__vue__.reset({})")
    page.evaluate(
        """document.querySelector('.lj-upload').closest('.lj-form').__vue__.uploaded({name: 'x', content: '?'})"""
    )
    expect(page.get_by_role("alert").first).to_be_visible()
    told = page.locator("body").inner_text()
    assert "Traceback" not in told and "site-packages" not in told and ".py" not in told
    expect(page.locator(".lj-card")).to_have_count(8)


def test_the_scenario_and_the_table_can_be_saved(page, server):
    open_desk(page, server)
    move(page, 0.9)
    expect(page).to_have_url(re.compile("0.9@"))
    with page.expect_download() as saved:
        page.get_by_role("link", name="Save as a scenario file").click()
    text = saved.value.path().read_text(encoding="utf-8")
    assert "bond_market_access" in text
    with page.expect_download() as saved:
        page.locator(".lj-tools").first.get_by_role("button", name="CSV").click()
    table = saved.value.path().read_text(encoding="utf-8-sig")
    assert "scenario,year,0.05,0.25,0.5,0.75,0.95,unit" in table and table.startswith("# Market turnover")
    with page.expect_download() as saved:
        page.locator(".lj-tools").first.get_by_role("button", name="PNG").click()
    assert saved.value.path().read_bytes().startswith(b"\x89PNG")


def test_the_desk_speaks_chinese(page, server):
    page.goto(f"{server}/?{QUICK}&lang=zh")
    expect(page.get_by_role("heading", name="规划能否实现2025年目标？")).to_be_visible()
    expect(page.locator("html")).to_have_attribute("lang", "zh")
    expect(card(page, "turnover_total")).to_contain_text("金融市场交易总额")
    page.get_by_role("button", name="English").click()
    expect(page.get_by_role("heading", name="Would the plan reach its 2025 targets?")).to_be_visible()
    assert "lang" not in page.url


def test_a_link_with_foreign_and_bad_parts_keeps_what_is_right_and_says_what_is_not(page, server):
    page.goto(f"{server}/?{QUICK}&from=timeline&preset=plam&lever.{LEVER}=0.9@2022-01~12&lang=zh")
    told = page.get_by_role("note")
    expect(told).to_contain_text("from：链接中有未知的键")
    expect(told).to_contain_text("plan")
    expect(page.locator(f"#r-{LEVER}")).to_have_value("0.9")
    expect(page).to_have_url(re.compile(rf"lever.{LEVER}=0.9@2022-01~12"))
    assert "from=" not in page.url and "plam" not in page.url
    expect(page.get_by_role("heading", level=1)).to_have_text("规划能否实现2025年目标？")


def test_a_link_of_hundreds_of_parts_is_a_desk_with_a_note(page, server):
    more = "&".join(f"x{number}=1" for number in range(300))
    page.goto(f"{server}/?{QUICK}&{more}")
    expect(page.get_by_role("note")).to_contain_text("too many parts")
    expect(page.get_by_role("note")).to_contain_text("more")
    expect(page.locator(".lj-card")).to_have_count(8)
    assert "Traceback" not in page.locator("body").inner_text()


@pytest.mark.parametrize("width", [360, 768])
def test_the_desk_fits_a_phone(page, server, width):
    page.set_viewport_size({"width": width, "height": 740})
    open_desk(page, server)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    expect(card(page, "turnover_total")).to_be_visible()


def test_a_window_that_is_made_narrow_needs_no_scrolling_sideways(page, server):
    open_desk(page, server)
    expect(page.locator(".lj-canvas svg").first).to_be_visible()
    page.set_viewport_size({"width": 360, "height": 740})
    page.wait_for_function("document.documentElement.scrollWidth <= 360")


def test_paper_says_what_is_asked_in_place_of_forms(page, server):
    page.goto(f"{server}/?{QUICK}&lever.reits_pilot=1.0@2022-07~12&note=for%20the%20board")
    expect(page.locator(".lj-card")).to_have_count(9)
    asked = page.locator(".lj-printed")
    expect(asked).to_be_hidden()
    page.emulate_media(media="print")
    expect(asked).to_contain_text("then in equal monthly steps to 1 in 2023-07")
    expect(asked).to_contain_text("for the board")
    for hidden in (".lj-nav", ".lj-levers", ".lj-form", ".lj-tools", ".lj-save"):
        expect(page.locator(hidden).first).to_be_hidden()
    expect(page.locator(".lj-canvas svg").first).to_be_visible()
