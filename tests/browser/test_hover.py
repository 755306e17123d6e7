"""A chart that is drawn anew under the pointer, and what Vue watches of it."""

from playwright.sync_api import expect

from tests.browser.conftest import QUICK

COMPONENT = """
  let drawn = figure.__vue__;
  while (drawn && !drawn.draw) drawn = drawn.$children[0];
"""
FEWER = f"""
figure => {{
  {COMPONENT}
  drawn.option = Object.assign({{}}, drawn.option, {{ series: drawn.option.series.slice(0, 3) }});
}}
"""
WATCHED = f"""
figure => {{
  {COMPONENT}
  return [drawn.chart, drawn.chart.getModel(), drawn.chart.getZr()].filter((each) => each.__ob__).length;
}}
"""


def test_lines_may_go_while_the_pointer_rests_on_the_chart(page, server):
    """As when a band or a line is no longer there in the next results; the fixture refuses errors of the page."""
    page.goto(f"{server}/?{QUICK}")
    fan = page.locator(".lj-chart").first
    expect(fan.locator("svg").first).to_be_visible()
    fan.locator(".lj-canvas").hover()
    expect(fan.locator(".lj-canvas")).to_contain_text("Committed by 2020  ")
    fan.evaluate(FEWER)
    page.wait_for_timeout(500)
    fan.locator(".lj-canvas").hover(position={"x": 120, "y": 90})
    expect(fan.locator(".lj-canvas")).not_to_contain_text("Committed by 2020")
    # Watched by Vue, the network of a page took five times as long to draw.
    assert fan.evaluate(WATCHED) == 0
