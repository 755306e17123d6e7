"""Scores, naive rules, registered forecasts and the review: against closed forms, known cases and files that lie."""

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import sim
from app.reports.forecast import Forecast
from app.terminal.report import Table
from calibration.forecast_register import QUANTILES, forecast_of, points_of, read_registered, register
from calibration.history import known_series
from calibration.later_observations import LaterObservation, read_later_observations
from calibration.learned import Learned
from calibration.naive import naive_forecasts
from calibration.pool import MODEL
from calibration.review import review, run_weights, weighted_quantile
from calibration.scores import crps, inside, score_table, summary
from calibration.shipped_discrepancy import ShippedDiscrepancy
from scenarios import InputError, load, plan
from scenarios.calendar import month_ordinal
from sim.closing.indicators import PLAN_INDICATORS
from sim.experiments.ensemble import Ensemble, thresholds
from sim.experiments.pairing import Pairing

INDICATORS = {each.id: each for each in plan.indicators()}
PANDA = INDICATORS["panda_cumulative"]
HEAD = "indicator,date,value,unit,source\n"
GOOD = f'panda_cumulative,2021,500,"{PANDA.unit}",report\n'


def ensemble_of(values, **others):
    """An ensemble in which every indicator has the same yearly values, shape (runs, 6 years); `others` by scenario."""
    arrays = {
        name: np.repeat(np.repeat(own, 12, axis=1)[:, :, None], len(PLAN_INDICATORS), axis=2)
        for name, own in {"plan": values, **others}.items()
    }
    runs = tuple(range(len(values)))
    pairings = {name: tuple(Pairing(run, "p", "neutral", 1.0, (), "", "m") for run in runs) for name in arrays}
    first = month_ordinal("2020-01")
    scenarios = {name: load(name) for name in arrays}
    return Ensemble(arrays, tuple(PLAN_INDICATORS), first, runs, scenarios, pairings)


@pytest.fixture
def ensemble():
    rng = np.random.default_rng(1)
    return ensemble_of(500.0 + 40.0 * rng.standard_normal((400, 1)) + np.arange(6) * 30.0)


def test_the_score_is_that_of_the_normal_distribution():
    # Gneiting and Raftery 2007: CRPS(N(0, 1), y) = y (2 Phi(y) - 1) + 2 phi(y) - 1 / sqrt(pi)
    from scipy import stats

    members = stats.norm.ppf((np.arange(20_000) + 0.5) / 20_000)
    for y in (0.0, 0.7, -2.0):
        exact = y * (2 * stats.norm.cdf(y) - 1) + 2 * stats.norm.pdf(y) - 1 / np.sqrt(np.pi)
        assert crps(members, y) == pytest.approx(exact, abs=1e-3)


@settings(max_examples=30, deadline=None)
@given(st.floats(-100, 100), st.floats(-100, 100))
def test_the_score_of_one_number_is_its_error(value, observed):
    assert crps(np.full(200, value), observed) == pytest.approx(abs(value - observed), abs=1e-9)


def test_a_score_needs_two_runs():
    with pytest.raises(ValueError, match="two runs"):
        crps(np.zeros(1), 0.0)


def test_intervals_hold_what_their_level_says():
    members = np.arange(1001) / 1000.0
    assert inside(members, 0.5, 0.5)
    assert not inside(members, 0.2, 0.5)
    assert inside(members, 0.2, 0.8)
    assert not inside(members, 0.99, 0.95)


def test_naive_rules_follow_their_formulas():
    turnover = naive_forecasts(INDICATORS["turnover_total"], 2025)
    assert turnover["no change"].median == 2274.8
    assert turnover["plan's line"].median == pytest.approx(2800.0)
    assert turnover["drift"].median == pytest.approx(2274.8 * 2274.8 / 1463.0)
    assert turnover["exponential smoothing"].median > 2274.8
    assert [rule for rule in turnover if not turnover[rule].distributed] == ["plan's line"]
    panda = naive_forecasts(PANDA, 2023)
    assert set(panda) == {"no change", "plan's line"}
    assert panda["plan's line"].median == pytest.approx(393.72 + 3 / 5 * (700.0 - 393.72))
    assert not any(rule.distributed for rule in panda.values())  # one year is known


def test_a_sharp_forecast_beats_the_rules_and_a_wrong_one_loses():
    observation = [LaterObservation("turnover_total", 2023, 3000.0, "report")]
    rng = np.random.default_rng(2)
    good, bad = (lambda *_, at=at: at + 5.0 * rng.standard_normal(500) for at in (3000.0, 9000.0))
    table = score_table(good, observation)
    assert table["skill"].item() > 0.8
    assert score_table(bad, observation)["skill"].item() < 0.0
    assert table["naive_crps"].item() == min(
        table[f"crps, {rule}"].item() for rule in ("no change", "drift", "exponential smoothing")
    )
    assert summary(table)["skill, no change"].item() > 0.9
    assert score_table(lambda *_: None, observation).empty


def test_a_rule_without_errors_of_its_own_is_compared_by_medians_alone():
    observation = [LaterObservation("panda_cumulative", 2023, 600.0, "report")]
    table = score_table(lambda *_: np.linspace(500.0, 680.0, 101), observation)
    assert np.isnan(table["skill"].item()) and table["best_naive"].item() == ""
    table = summary(table)
    assert table["compared"].item() == 0
    assert np.isnan(table["skill, no change"].item())
    assert table["median skill, no change"].item() == pytest.approx(1.0 - 10.0 / (600.0 - 393.72))
    assert "skill, drift" not in table  # Panda bonds have no past to drift from


def write(tmp_path, text):
    file = tmp_path / "later.csv"
    file.write_text(text, encoding="utf-8")
    return file


def test_observations_are_read_with_their_source(tmp_path):
    (found,) = read_later_observations(write(tmp_path, HEAD + GOOD))
    assert found == LaterObservation("panda_cumulative", 2021, 500.0, "report")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "missing"),
        (HEAD, "no observation"),
        (HEAD + GOOD.replace("panda_cumulative", "panda_cumulativ"), "panda_cumulative"),
        (HEAD + GOOD.replace("500", "nan"), "later.csv:2"),
        (HEAD + GOOD.replace("500", "-3"), "from 0"),
        (HEAD + GOOD.replace("2021", "2019"), "2021 to 2035"),
        (HEAD + GOOD.replace("2021", "\u00b2"), "2021 to 2035"),
        (HEAD + GOOD.replace("gross", "net"), "gross"),
        (HEAD + GOOD.replace("report", " "), "source"),
        (HEAD + GOOD + GOOD, "twice"),
        ("indicator,value\npanda_cumulative,3\n", "date"),
    ],
)
def test_bad_observations_are_refused_with_line_and_reason(tmp_path, text, told):
    with pytest.raises(InputError) as error:
        read_later_observations(write(tmp_path, text))
    assert told in "; ".join(str(problem) for problem in error.value.problems)


def test_a_registered_forecast_comes_back_and_is_never_replaced(tmp_path, ensemble):
    frozen = forecast_of(ensemble, "plan", {"runs": 400, "seed": 1})
    file = tmp_path / "plan.json"
    digest = register(frozen, file)
    again = read_registered(file)
    assert again.years == (2021, 2022, 2023, 2024, 2025)
    assert np.allclose(again.members("panda_cumulative", 2024), frozen.members("panda_cumulative", 2024))
    assert again.members("panda_cumulative", 2020) is None
    assert again.about["model_digest"] == frozen.about["model_digest"]
    assert json.loads(file.read_text())["sha256"] == digest
    with pytest.raises(InputError, match="never replaced"):
        register(frozen, file)


@pytest.fixture
def a_discrepancy(monkeypatch):
    """Panda bonds have a discrepancy of 0.5 a root year and a pool that is the model's; nothing else has any."""
    known = {"panda_cumulative": Learned(0.5, {MODEL: 1.0}, 10, 4)}
    about = {"model_digest": "m", "history_digest": "h", "information_until": "2020-12", "date": "2026-01-01"}
    made = ShippedDiscrepancy(known, about, (), (), ())
    monkeypatch.setattr("calibration.forecast_register.shipped_discrepancy", lambda: made)


@pytest.mark.usefixtures("a_discrepancy")
def test_a_registered_forecast_holds_the_model_alone_and_with_its_discrepancy(tmp_path, ensemble):
    frozen = forecast_of(ensemble, "plan", {"runs": 400})
    register(frozen, tmp_path / "plan.json")
    again = read_registered(tmp_path / "plan.json")
    assert set(again.quantiles) == {"model", "discrepancy", "pool"}
    place = again.years.index(2024)
    alone, wide, pool = (again.quantiles[way]["panda_cumulative"][place] for way in ("model", "discrepancy", "pool"))
    assert alone == pytest.approx(np.quantile(frozen.members("panda_cumulative", 2024), QUANTILES).tolist())
    assert wide[3] == pytest.approx(alone[3], rel=0.01)
    # Four years of 0.5 a root year: a standard deviation of the log of one; the amount issued by 2020 is a floor.
    assert np.log(wide[-1] / wide[3]) == pytest.approx(1.645, rel=0.03)
    assert wide[0] == known_series("panda_cumulative")[2020]
    assert pool == pytest.approx(wide, rel=0.01)
    assert again.quantiles["discrepancy"]["turnover_total"] == again.quantiles["model"]["turnover_total"]
    assert again.about["discrepancy"]["log_per_root_year"]["turnover_total"] is None
    # What was known when it was made is in the file, whatever ships later.
    points = points_of(again, "panda_cumulative", 2024, "discrepancy")
    assert np.quantile(points, 0.05) == pytest.approx(wide[0])
    assert points_of(again, "panda_cumulative", 2031, "discrepancy") is None


@pytest.mark.parametrize("spoilt", [-0.1, 99.0, "wide"])
def test_a_discrepancy_out_of_range_is_refused(tmp_path, ensemble, spoilt):
    frozen = forecast_of(ensemble, "plan", {})
    frozen.about["discrepancy"]["log_per_root_year"]["panda_cumulative"] = spoilt
    register(frozen, tmp_path / "plan.json")
    with pytest.raises(InputError, match="not a registered forecast"):
        read_registered(tmp_path / "plan.json")


def test_a_forecast_of_an_earlier_version_has_no_quantiles_and_no_discrepancy(published):
    assert "discrepancy" in published.about or published.quantiles == {}
    old = replace(published, about={}, quantiles={})
    members = old.members("panda_cumulative", 2025)
    np.testing.assert_array_equal(points_of(old, "panda_cumulative", 2025, "discrepancy"), members)


def test_paired_effects_do_not_contain_the_discrepancy(request):
    rng = np.random.default_rng(4)
    values = 500.0 + 40.0 * rng.standard_normal((40, 1)) + np.arange(6) * 30.0
    ensemble = ensemble_of(values, committed=values - np.arange(6) * 4.0)
    before = ensemble.difference("plan", "committed")
    request.getfixturevalue("a_discrepancy")
    wide = forecast_of(ensemble, "plan", {}).quantiles
    assert wide["discrepancy"]["panda_cumulative"] != wide["model"]["panda_cumulative"]
    pd.testing.assert_frame_equal(ensemble.difference("plan", "committed"), before)
    effect = before[before["indicator"] == "panda_cumulative"]
    assert effect["median"].tolist() == pytest.approx([20.0])


@pytest.mark.usefixtures("a_discrepancy")
def test_a_forecast_is_shown_alone_and_beside_it_with_its_discrepancy(ensemble):
    frozen = forecast_of(ensemble, "plan", {"runs": 400})
    report = Forecast("plan", 400, ensemble.conditions, frozen, "discrepancy", None, None)
    told = report.as_dict()
    by_indicator = {row["indicator"]: row for row in told["quantiles_with"] if row["year"] == 2025}
    alone = {row["indicator"]: row for row in told["quantiles"] if row["year"] == 2025}
    assert by_indicator["panda_cumulative"]["q95"] > 1.5 * alone["panda_cumulative"]["q95"]
    assert by_indicator["panda_cumulative"]["identified"] and not by_indicator["turnover_total"]["identified"]
    shown = next(part for part in report.parts() if isinstance(part, Table))
    rows = {(row["indicator"], row["year"]): cells for row, cells in zip(told["quantiles"], shown.rows, strict=True)}
    assert rows["turnover_total", 2025][7] == "not identified"
    wide, narrow = (float(rows["panda_cumulative", 2025][place].replace(",", "")) for place in (9, 4))
    assert wide == pytest.approx(narrow, rel=0.01)
    assert any("earlier version of the model" in str(part) for part in report.parts())
    model = Forecast("plan", 400, ensemble.conditions, frozen, "model", None, None)
    assert "quantiles_with" not in model.as_dict()
    assert len(next(part for part in model.parts() if isinstance(part, Table)).headings) == 7


@pytest.mark.parametrize("change", ["value", "cut", "foreign"])
def test_a_forecast_that_was_touched_is_refused(tmp_path, ensemble, change):
    file = tmp_path / "plan.json"
    register(forecast_of(ensemble, "plan", {"runs": 400}), file)
    text = file.read_text()
    if change == "value":
        content = json.loads(text)
        content["values"]["panda_cumulative"][0][0] += 0.001
        text = json.dumps(content)
    file.write_text({"value": text, "cut": text[:100], "foreign": '{"a": 1}'}[change])
    with pytest.raises(InputError):
        read_registered(file)


@pytest.mark.parametrize("content", [{}, {"values": 3}, {"values": {"a": [[1]]}, "about": {}, "years": [1, 2]}])
def test_a_foreign_file_with_a_fitting_digest_is_refused(tmp_path, content):
    import hashlib

    whole = {"format": 1, **content}
    digest = hashlib.sha256(json.dumps(whole, sort_keys=True, separators=(",", ":")).encode()).hexdigest()
    file = tmp_path / "plan.json"
    file.write_text(json.dumps({**whole, "sha256": digest}))
    with pytest.raises(InputError, match="not a registered forecast"):
        read_registered(file)


def test_close_runs_weigh_more_and_weights_add_up():
    values = np.array([[1.0], [2.0], [9.0]])
    weights = run_weights(values, np.array([1.1]))
    assert weights.sum() == pytest.approx(1.0)
    assert weights[0] > weights[1] > weights[2]
    assert run_weights(np.full((5, 1), 3.0), np.array([3.0])) == pytest.approx(np.full(5, 0.2))
    assert weighted_quantile(np.array([3.0, 1.0, 2.0]), np.array([0.2, 0.5, 0.3]), 0.5) == 1.0


def test_an_observation_moves_the_chances_its_way(ensemble):
    high = review(ensemble, "plan", [LaterObservation("panda_cumulative", 2021, 590.0, "report")])
    low = review(ensemble, "plan", [LaterObservation("panda_cumulative", 2021, 470.0, "report")])
    panda = [each.table.set_index("indicator").loc["panda_cumulative"] for each in (high, low)]
    assert panda[0]["chance_after"] > panda[0]["chance_before"] > panda[1]["chance_after"]
    assert panda[0]["median_after"] > panda[1]["median_after"]
    assert high.tells
    assert high.effective_runs < 400
    assert high.outside == ()
    # The score of a review is that of the same file scored as a forecast.
    observation = [LaterObservation("panda_cumulative", 2021, 590.0, "report")]
    members = ensemble.in_year("plan", "panda_cumulative", 2021)
    pd.testing.assert_frame_equal(high.scores, score_table(lambda *_: members, observation))


def test_a_surprise_is_told(ensemble):
    found = review(ensemble, "plan", [LaterObservation("panda_cumulative", 2021, 5000.0, "report")])
    assert [each.value for each in found.outside] == [5000.0]
    assert not found.tells
    with pytest.raises(InputError, match="years"):
        review(ensemble, "plan", [LaterObservation("panda_cumulative", 2031, 500.0, "report")])


def test_nothing_observed_after_2020_is_there_to_be_fitted_to():
    from calibration.observations import annual_observations
    from scenarios.baseline import observations

    assert max(row.year for row in annual_observations()) == 2020
    assert max(row.date[:4] for row in observations().values()) == "2020"
    # What a naive rule knows of the past ends there too.
    assert naive_forecasts(INDICATORS["turnover_total"], 2030)["no change"].median == 2274.8


@pytest.fixture(scope="module")
def published(request):
    return read_registered(request.config.rootpath / "docs" / "forecasts" / "plan-2026-11-30-refitted.json")


def test_the_model_still_gives_the_registered_forecast(published):
    """Whoever changes what the model answers registers a new forecast and says so in the docs."""
    again = forecast_of(sim.ensemble(["plan"], runs=1, seed=published.about["seed"], workers=1), "plan", {})
    for name in PLAN_INDICATORS:
        np.testing.assert_allclose(again.values[name][0], published.values[name][0], rtol=1e-6)


def cells(path, heading):
    """Rows of the first table below a heading, as lists of cells."""
    text = path.read_text(encoding="utf-8").partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    rows = [line.strip("| ").split(" | ") for line in text.splitlines() if line.startswith("|")]
    return rows[2:]


def middle_and_ends(values, form):
    low, median, high = (format(value, form) for value in np.quantile(values, (0.05, 0.5, 0.95)))
    return f"{median} ({low} to {high})"


def test_the_docs_give_the_registered_forecast_year_by_year(published, request):
    rows = cells(request.config.rootpath / "docs" / "forecasts.md", "Register")
    assert len(rows) == len(PLAN_INDICATORS)
    for row, name in zip(rows, PLAN_INDICATORS, strict=True):
        assert row[1:6] == [middle_and_ends(published.members(name, year), ".4g") for year in range(2021, 2026)]


NUMERALS = ("None", "One", "Two", "Three", "Four")


def test_the_readme_gives_the_registered_forecast_of_2025(published, request):
    readme = request.config.rootpath / "README.md"
    rows = cells(readme, "Results")
    forms = (",.0f", ".1f", ".1f", ".2f", ",.0f", ".0f", ".0f")
    everything = np.True_
    for row, name, form in zip(rows, PLAN_INDICATORS, forms, strict=True):
        indicator, values = INDICATORS[name], published.members(name, 2025)
        shown = values * (100.0 if indicator.unit == "share" else 1.0)
        assert row[3] == middle_and_ends(shown, form)
        reached = values >= thresholds()[name]
        everything = everything & reached
        assert row[4] == ("over 99 %" if 0.99 < reached.mean() < 1.0 else f"{reached.mean():.0%}".replace("%", " %"))
        start = indicator.value_2020 * (100.0 if indicator.unit == "share" else 1.0)
        assert float(row[1].replace(",", "")) == pytest.approx(start, rel=1e-3)
    reach = "reaches" if everything.sum() < 2 else "reach"
    assert f"{NUMERALS[everything.sum()]} of the {len(everything)} runs {reach} all seven." in readme.read_text(
        encoding="utf-8"
    )
