"""Pictures hold the numbers of the ensemble they show."""

from dataclasses import replace

import numpy as np
import pytest

from app.web import charts
from app.web.discrepancy_band import discrepancy_band
from app.web.page_model import to_annual_rate
from app.web.words import Words
from calibration.learned import Learned
from calibration.shipped_discrepancy import ShippedDiscrepancy
from scenarios import load
from sim.closing.indicators import PLAN_INDICATORS
from sim.experiments.ensemble import Ensemble
from sim.experiments.pairing import Pairing


def pairing(run):
    return Pairing(run, "p", "neutral", 1.0, (), "", "m")


@pytest.fixture(scope="module")
def ensemble():
    rng = np.random.default_rng(3)
    base = rng.normal(100.0, 5.0, (40, 72, len(PLAN_INDICATORS)))
    values = {"plan": base + 1.0, "committed": base}
    scenarios = {name: load(name) for name in values}
    from scenarios.calendar import month_ordinal

    pairings = {name: tuple(pairing(run) for run in range(40)) for name in values}
    return Ensemble(values, tuple(PLAN_INDICATORS), month_ordinal("2020-01"), tuple(range(40)), scenarios, pairings)


def test_a_fan_shows_the_quantiles(ensemble):
    option = charts.fan(ensemble, "plan", "committed", "panda_cumulative", 700.0, {2020: 393.72}, Words("en"))
    quantiles = ensemble.quantiles("panda_cumulative").loc["plan"]
    series = {each["name"]: each for each in option["series"]}
    median = dict(series["The plan, median"]["data"])
    assert median["2025"] == pytest.approx(quantiles.loc[2025, 0.5], abs=1e-5)
    low, width = dict(series["5-95 % "]["data"]), dict(series["5-95 %"]["data"])
    assert low["2023"] + width["2023"] == pytest.approx(quantiles.loc[2023, 0.95], abs=1e-5)
    # Without this a band that begins below zero is drawn from zero.
    assert series["5-95 %"]["stackStrategy"] == series["5-95 % "]["stackStrategy"] == "all"
    assert series["observed"]["data"] == [["2020", 393.72]]
    assert series["The plan, median"]["markLine"]["data"][0]["yAxis"] == 700.0
    assert option["xAxis"]["data"] == [str(year) for year in range(2020, 2026)]


def test_a_fan_of_an_indicator_without_a_target_has_no_line_for_one(ensemble):
    option = charts.fan(ensemble, "plan", None, "panda_cumulative", None, {}, Words("en"))
    median = next(each for each in option["series"] if each["name"] == "The plan, median")
    assert [set(mark) & {"xAxis", "yAxis"} for mark in median["markLine"]["data"]] == [{"xAxis"}]


def test_the_band_with_the_discrepancy_lies_around_that_of_the_runs(ensemble, monkeypatch):
    known = {"turnover_total": Learned(0.2, {}, 10, 4)}
    made = ShippedDiscrepancy(known, {}, (), (), ())
    monkeypatch.setattr("app.web.discrepancy_band.shipped_discrepancy", lambda: made)
    band = discrepancy_band(ensemble, "plan", "turnover_total")
    own = ensemble.quantiles("turnover_total").loc["plan"]
    assert band[0] == pytest.approx(own.loc[2020, [0.05, 0.95]])
    assert np.log(band[5, 1] / band[5, 0]) == pytest.approx(2.0 * 1.645 * 0.2 * np.sqrt(5.0), rel=0.05)
    assert discrepancy_band(ensemble, "plan", "leading_fintech_count") is None
    replay = replace(ensemble, scenarios={"plan": load("plan").model_copy(update={"macro": "realised"})})
    assert discrepancy_band(replay, "plan", "turnover_total") is None
    limits = charts.common_limits(ensemble, "turnover_total", 100.0, {}, Words("en"), band)
    assert limits[0] < band.min() < band.max() < limits[1]
    option = charts.fan(ensemble, "plan", None, "turnover_total", 100.0, {}, Words("en"), limits, band)
    series = {each["name"]: each for each in option["series"]}
    low, width = (dict(series[name]["data"]) for name in ("5-95 % with discrepancy ", "5-95 % with discrepancy"))
    assert low["2025"] + width["2025"] == pytest.approx(band[5, 1], abs=1e-5)
    assert "markLine" in series["The plan, median"]
    assert "5-95 % with discrepancy" in option["legend"]["data"]


def test_shares_are_shown_in_per_cent():
    assert charts.number("foreign_bond_share", 0.0323, Words("en")) == "3.23"
    assert charts.number("turnover_total", 2274.8, Words("en")) == "2,275"
    assert charts.number("panda_cumulative", 393.72, Words("zh")) == "3937"
    assert charts.effect("foreign_bond_share", 0.0041, 0.0031, 0.0052, Words("en"))[0] == "+0.41"


def test_axes_side_by_side_are_the_same(ensemble):
    limits = charts.common_limits(ensemble, "panda_cumulative", 700.0, {2020: 393.72}, Words("zh"))
    pictures = [
        charts.fan(ensemble, name, None, "panda_cumulative", 700.0, {}, Words("zh"), limits)["yAxis"]
        for name in ("plan", "committed")
    ]
    assert pictures[0] == pictures[1]
    assert limits[0] < 900.0
    assert limits[1] > 7000.0


def test_a_histogram_counts_every_agent():
    sizes = np.array([0.5, 1.0, 2.0, 400.0, 0.0])
    option = charts.histogram(sizes, "assets", Words("en"), logarithmic=True)
    assert sum(option["series"][0]["data"]) == 4
    assert sum(charts.histogram(sizes, "assets", Words("en"), logarithmic=False)["series"][0]["data"]) == 5
    assert charts.histogram(np.zeros(0), "assets", Words("en"), logarithmic=True)["series"][0]["data"] == [0]


def test_thousands_stand_apart_in_english_alone():
    sizes = np.array([2_500.0, 9_999.0])
    both = [charts.histogram(sizes, "assets", Words(each), logarithmic=False)["xAxis"]["data"] for each in ("en", "zh")]
    assert both[0][0] == "2,500" and both[1][0] == "2500"


def test_signals_of_risk_are_shown_with_their_units_as_indicators_are():
    for language in ("en", "zh"):
        words = Words(language)
        assert charts.shown_unit("capital_shortfall", words) == words("signal_unit.capital_shortfall")
        assert charts.shown_unit("turnover_total", words) == words("unit.turnover_total")
        assert charts.shown_unit("nothing_recorded", words) == ""
    assert charts.shown_unit("usdcny", Words("zh")) == "元/美元"


def test_recorded_indicators_are_shown_in_units_a_reader_uses():
    english, chinese = Words("en"), Words("zh")
    assert charts.number("equity_financing_share", 0.0512, english) == "5.12"
    assert charts.shown_unit("equity_financing_share", english) == "%"
    assert charts.effect("equity_financing_share", 0.011, 0.010, 0.012, english) == ("+1.10", "+1.00", "+1.20")
    assert (charts.number("reits_cap", 91.4, english), charts.shown_unit("reits_cap", english)) == ("91.4", "CNY bn")
    assert (charts.number("reits_cap", 91.4, chinese), charts.shown_unit("reits_cap", chinese)) == ("914", "亿元")
    assert charts.number("institution_count", 1712.6, english) == "1,713"
    # A signal of systemic risk keeps the unit of its own page.
    assert charts.factor("capital_shortfall", english) == 1.0


def test_flows_of_a_month_are_drawn_at_an_annual_rate_and_stocks_as_they_are():
    assert to_annual_rate("turnover_total") == (12, "model.at_annual_rate")
    assert to_annual_rate("foreign_bond_share") == to_annual_rate("of another plan") == (1, "model.by_month")


def test_groups_and_networks_have_the_colours_of_the_app():
    option = charts.bars(["a"], {"domestic": [1.0], "foreign": [2.0]}, stacked=True)
    assert option["color"][:2] == [charts.BLUE, charts.ORANGE]
    drawn = charts.network([{"name": "Bank 1"}], [])
    assert drawn["series"][0]["itemStyle"]["color"] == charts.BLUE
