"""Discrepancy, pool and what ships of them: against closed forms, made-up ensembles and files that lie."""

import json
from importlib import resources
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image
from scipy import stats

from app.cli import command_line
from app.commands.validate.discrepancy import PICTURE
from app.measured.blocks import with_block
from app.measured.discrepancy_tables import TABLES, tables_from, tables_of
from calibration import shipped_discrepancy as shipped_module
from calibration.discrepancy import discrepancy_of, discrepancy_per_root_year, with_discrepancy
from calibration.error_correction import error_correction
from calibration.histogram_picture import SOURCE, histogram_picture
from calibration.history import SCORED, history_digest, known_series
from calibration.learned import Learned, learned
from calibration.learning import lesson_of, write_lesson
from calibration.leave_one_out import ALONE, WIDENED, distributions, histogram
from calibration.naive import NaiveForecast
from calibration.origin_forecasts import OriginForecast
from calibration.past_runs import data_digest
from calibration.pool import MODEL, best_weights, pooled, shrunk
from calibration.shipped_discrepancy import ABOUT, DISCREPANCY, POOL, SCORES, file_digest, shipped_discrepancy
from calibration.widened import ALONE as MODEL_ALONE
from calibration.widened import forecast_points
from sim.closing.indicators import PLAN_INDICATORS

ABOUT_MADE_UP = {"origins": [2016, 2017, 2018, 2019], "runs": 40, "information_until": "2020-12"}


def forecasts(indicator="turnover_total", *, error=0.0, spread=0.02, runs=40):
    """Forecasts from four origins whose median errs by so much a root year, in logs, and whose runs spread so far."""
    series = known_series(indicator)
    normal = stats.norm.ppf((np.arange(runs) + 0.5) / runs)
    made = []
    for origin in range(2016, 2020):
        for year in range(origin + 1, 2021):
            if year in series and origin in series:
                ahead = np.sqrt(year - origin)
                members = series[year] * np.exp((error + spread * normal) * ahead)
                made.append(OriginForecast(indicator, origin, year, members, series[year]))
    return made


@pytest.fixture(scope="module")
def lesson():
    made = [each for name in SCORED for each in forecasts(name, error=0.2 if name == "turnover_total" else 0.0)]
    return lesson_of(made, ABOUT_MADE_UP)


def test_the_discrepancy_is_what_the_spread_of_the_runs_leaves_unexplained():
    # With equal errors of a root year the likelihood is highest where v + tau^2 is their mean square.
    errors, ahead = np.array([0.3, -0.3, 0.3, -0.3]) * np.sqrt([1, 2, 3, 4]), np.array([1.0, 2.0, 3.0, 4.0])
    assert discrepancy_per_root_year(errors, 0.0 * ahead, ahead) == pytest.approx(0.3, abs=1e-3)
    assert discrepancy_per_root_year(errors, 0.2**2 * ahead, ahead) == pytest.approx(np.sqrt(0.05), abs=1e-3)
    assert discrepancy_per_root_year(errors, 0.3**2 * ahead, ahead) == 0.0


def test_the_discrepancy_of_draws_is_recovered():
    rng = np.random.default_rng(5)
    ahead = np.tile([1.0, 2.0, 3.0, 4.0], 500)
    variances = rng.uniform(0.0, 0.01, len(ahead))
    errors = rng.standard_normal(len(ahead)) * np.sqrt(variances + 0.15**2 * ahead)
    assert discrepancy_per_root_year(errors, variances, ahead) == pytest.approx(0.15, rel=0.05)


def test_few_forecasts_or_origins_identify_nothing():
    made = forecasts(error=0.2)
    assert np.isfinite(discrepancy_of(made))
    assert np.isnan(discrepancy_of(made[-3:]))  # two origins
    assert np.isnan(discrepancy_of([made[0], made[4], made[7]]))  # three forecasts
    assert np.isnan(discrepancy_of([]))
    nothing = learned(made[-3:])
    assert not nothing.identified and nothing.weights == {}
    assert nothing.widened(made[0].members, 3) is made[0].members


def test_the_spread_grows_with_the_root_of_the_years_and_the_median_stays():
    one = np.array([100.0])
    for ahead in (1, 4):
        points = with_discrepancy(one, 0.2, ahead)
        low, middle, high = np.quantile(points, stats.norm.cdf([-1.0, 0.0, 1.0]))
        assert middle == pytest.approx(100.0)
        assert np.log(high / low) / 2.0 == pytest.approx(0.2 * np.sqrt(ahead), rel=0.02)
    runs = np.exp(np.random.default_rng(1).normal(4.0, 0.3, 400))
    both = np.log(with_discrepancy(runs, 0.4, 1))
    assert both.std() == pytest.approx(np.sqrt(np.log(runs).var() + 0.16), rel=0.02)
    assert with_discrepancy(runs, 0.0, 3) is runs


def test_error_correction_returns_to_the_mean_ratio():
    product = {2010 + at: 100.0 * 1.1**at for at in range(8)}
    held = {year: 2.0 * product[year] for year in product}
    found = error_correction(held, product, 2017, 2019)
    assert found.median == pytest.approx(2.0 * product[2017] * 1.1**2)
    assert found.log_sd == pytest.approx(0.0, abs=1e-9)
    # A deviation that halves every year is forecast to go on doing so.
    late = {year: product[year] * np.exp(0.5 ** (year - 2010) - 0.25) for year in product}
    ratios = np.array([np.log(late[year] / product[year]) for year in product])
    about = ratios - ratios.mean()
    persistence = (about[:-1] * about[1:]).sum() / (about[:-1] ** 2).sum()
    again = error_correction(late, product, 2017, 2018)
    assert np.log(again.median / (product[2017] * 1.1)) == pytest.approx(ratios.mean() + persistence * about[-1])
    assert error_correction(held, product, 2009, 2011) is None
    # Later years play no part.
    assert error_correction(held | {2018: 9e9}, product | {2018: 9e9}, 2017, 2019) == found


def test_the_component_that_predicts_gets_the_weight_and_a_missing_one_costs_nothing():
    good, bad = np.log(2.0), np.log(0.5)
    assert best_weights(np.array([[good, bad], [good, bad]])).tolist() == [1.0, 0.0]
    assert best_weights(np.zeros((3, 4))).tolist() == [0.25] * 4
    # Each is right once: the log score is highest at equal weights.
    assert best_weights(np.array([[good, bad], [bad, good]])).tolist() == [0.5, 0.5]
    # A component that is missing in one forecast is judged by the other alone.
    assert best_weights(np.array([[bad, np.nan], [bad, good]])).tolist() == [0.05, 0.95]
    halfway = shrunk(np.array([1.0, 0.0, 0.0, 0.0]), 4)
    assert halfway.tolist() == [0.625, 0.125, 0.125, 0.125]
    assert shrunk(np.array([1.0, 0.0]), 0).tolist() == [0.5, 0.5]


def test_a_pool_is_the_mixture_of_its_components():
    model, rules = np.linspace(90.0, 110.0, 2001), {"drift": NaiveForecast(200.0, 0.1)}
    points = pooled(model, rules, {MODEL: 0.25, "drift": 0.75, "no change": 0.5})
    assert (points < 130.0).mean() == pytest.approx(0.25, abs=1e-3)
    assert np.median(points[points > 130.0]) == pytest.approx(200.0, rel=1e-3)
    assert pooled(model, {}, {"drift": 1.0}) is model


def test_left_out_origins_teach_nothing_of_themselves():
    made = forecasts(error=0.2)
    wild = [
        OriginForecast(each.indicator, each.origin, each.year, each.members * 9.0, each.observed)
        if each.origin == 2017
        else each
        for each in made
    ]

    def of_2017(given):
        return [values for each, kind, values in distributions(given) if kind == WIDENED and each.origin == 2017]

    for before, after in zip(of_2017(made), of_2017(wild), strict=True):
        np.testing.assert_allclose(after, 9.0 * before)  # as wide in logs as without the wild origin


def test_the_discrepancy_mends_coverage_where_the_ensemble_is_too_narrow(lesson):
    scores = lesson.scores.set_index(["kind", "indicator"])
    assert scores.loc[(ALONE, "turnover_total"), "inside_90"] == 0.0
    assert scores.loc[(WIDENED, "turnover_total"), "inside_90"] == 1.0
    assert scores.loc[(WIDENED, "turnover_total"), "crps"] < scores.loc[(ALONE, "turnover_total"), "crps"]
    right = lesson.discrepancies.set_index("indicator")
    assert right.loc["turnover_total", "discrepancy"] == pytest.approx(0.2, abs=0.01)
    assert right.loc["institution_count", "discrepancy"] == 0.0
    assert right.loc["leading_fintech_count", "status"] == "not identified"
    assert np.isnan(right.loc["leading_fintech_count", "discrepancy"])
    sums = lesson.weights.groupby("indicator")["weight"].sum()
    assert sums.to_numpy() == pytest.approx(np.ones(len(SCORED)))


def test_the_histogram_counts_every_forecast_once():
    table = pd.DataFrame({"kind": "a", "indicator": "x", "rank": [0.0, 0.1, 0.5, 0.9, 1.0]})
    assert histogram(table).iloc[0, 2:].tolist() == [2, 0, 1, 0, 2]


def test_nothing_after_2020_can_be_learned_from():
    with pytest.raises(ValueError, match="2021"):
        OriginForecast("turnover_total", 2019, 2021, np.ones(9), 1.0)
    assert all(max(known_series(name)) == 2020 for name in SCORED)
    about = {**shipped_discrepancy().about}
    assert about["information_until"] == "2020-12" and max(about["origins"]) == 2019
    for change in ({"information_until": "2021-12"}, {"origins": [2019, 2020]}):
        with pytest.raises(ValueError, match="to 2020"):
            read_with(**change)


def read_with(folder=None, **change):
    """The shipped files read anew with a changed description, or from another folder."""
    loads = json.loads
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(shipped_module.json, "loads", lambda text: loads(text) | change)
        if folder is not None:
            patched.setattr(shipped_module.resources, "files", lambda _: folder)
        return shipped_discrepancy.__wrapped__()


def test_what_is_learned_is_written_in_the_form_that_is_read(tmp_path, lesson):
    written = write_lesson(lesson, tmp_path / "data", "2026-01-01")
    assert {each.name for each in written} == {DISCREPANCY, POOL, SCORES, ABOUT}
    again = read_with(tmp_path)
    for name, known in lesson.by_indicator.items():
        assert again.of(name).discrepancy == pytest.approx(known.discrepancy, nan_ok=True)
        assert again.of(name).weights == pytest.approx(known.weights, abs=1e-5)
    assert not again.of("leading_fintech_count").identified and not again.of("star_listings").identified
    assert tables_from(again.rows, again.weights, again.scores) == tables_of(lesson)
    text = (tmp_path / "data" / DISCREPANCY).read_text(encoding="utf-8")
    (tmp_path / "data" / DISCREPANCY).write_text(text.replace("estimated", "observed", 1), encoding="utf-8")
    with pytest.raises(ValueError, match="digest"):
        read_with(tmp_path)


def test_what_ships_was_learned_from_the_history_that_ships():
    """Numbers may be learned anew; digests must agree, or `data_since` names what joined the data since."""
    shipped = shipped_discrepancy()
    about = shipped.about
    same = about["history_digest"] == history_digest() and about["data_digest"] == data_digest()
    assert same != bool(about["data_since"])
    assert about["parameters"] == "prior_2020"
    identified = [name for name, known in shipped.by_indicator.items() if known.identified]
    assert bool(identified) == (about["runs"] >= 8)
    assert {*PLAN_INDICATORS, *SCORED} == set(shipped.by_indicator)
    for row in shipped.rows:
        assert row["unit"] == "log per root year" and row["source"]
        if row["status"] == "estimated":
            assert 0.0 <= float(row["low"]) <= float(row["high"]) < 2.0
    for name in ("direct_financing_share", "shanghai_price_influence", "leading_fintech_count"):
        assert not shipped.of(name).identified


def test_the_page_has_the_tables_of_what_ships(request):
    page = (request.config.rootpath / "docs" / "forecasts.md").read_text(encoding="utf-8")
    shipped = shipped_discrepancy()
    tables = tables_from(shipped.rows, shipped.weights, shipped.scores)
    assert set(tables) == set(TABLES)
    for name, text in tables.items():
        assert with_block(page, name, text) == page, f"lujiazui validate discrepancy --page docs/forecasts.md: {name}"


def test_the_page_has_the_picture_of_the_scores_that_ship(request):
    docs = request.config.rootpath / "docs"
    assert f"(forecasts/{PICTURE})" in (docs / "forecasts.md").read_text(encoding="utf-8")
    scores = resources.files("calibration").joinpath("data", SCORES).read_bytes()
    assert Image.open(docs / "forecasts" / PICTURE).text[SOURCE] == file_digest(scores)


def test_the_picture_counts_the_forecasts_of_each_fifth_by_indicator_and_together(lesson):
    rows = lesson.scores.to_dict("records")
    panels = histogram_picture(rows).axes
    heights = [[bar.get_height() for bar in panel.patches if bar.get_width() == pytest.approx(0.2)] for panel in panels]
    assert len(heights) == len(rows) + lesson.scores["kind"].nunique()
    counts = lesson.scores[[f"bin_{place}" for place in range(1, 6)]]
    assert all(row.tolist() in heights for row in counts.to_numpy())
    assert counts[lesson.scores["kind"] == "pool"].sum().tolist() in heights


def test_each_way_of_a_forecast():
    members = np.linspace(2700.0, 2900.0, 200)
    known = Learned(0.1, {MODEL: 0.5, "drift": 0.5}, 10, 4)
    alone, wide, pool = (
        forecast_points(members, "turnover_total", 2024, way, known) for way in (MODEL_ALONE, "discrepancy", "pool")
    )
    assert alone is members
    assert np.log(wide).std() == pytest.approx(np.hypot(np.log(members).std(), 0.2), rel=0.03)
    drift = known_series("turnover_total")[2020] ** (9 / 5) / known_series("turnover_total")[2015] ** (4 / 5)
    assert np.median(pool) == pytest.approx(np.sqrt(drift * 2800.0), rel=0.05)
    nothing = Learned(float("nan"), {}, 0, 0)
    assert forecast_points(members, "leading_fintech_count", 2024, "pool", nothing) is members


@pytest.fixture
def learns(monkeypatch, lesson):
    monkeypatch.setattr("calibration.learning.learn", lambda *_, **__: lesson)


@pytest.mark.usefixtures("learns")
def test_the_command_writes_the_files_and_the_tables_of_the_page(tmp_path, capsys, lesson, request):
    page = tmp_path / "page.md"
    blocks = "".join(f"<!-- measured: {name} -->\nformer\n<!-- end -->\n\n" for name in TABLES)
    page.write_text(f"# Page\n\n{blocks}kept\n", encoding="utf-8")
    data = tmp_path / "data"
    given = ("--out", str(data), "--page", str(page), "--store", str(tmp_path / "store"))
    assert command_line(("validate", "discrepancy", *given, "--json")) == 0
    told = json.loads(capsys.readouterr().out)
    documented = (request.config.rootpath / "docs" / "json.md").read_text(encoding="utf-8")
    keys = {*told, *told["discrepancies"][0], *told["weights"][0], *told["scores"][0]}
    assert all(f"`{key}`" in documented for key in keys if not key.startswith(("bin_", "skill, ")))
    assert len(told["written"]) == 6 and all(Path(each).exists() for each in told["written"])
    text = page.read_text(encoding="utf-8")
    assert "former" not in text and text.endswith("kept\n")
    assert all(with_block(text, name, each) == text for name, each in tables_of(lesson).items())
    digest = file_digest((data / SCORES).read_bytes())
    assert Image.open(tmp_path / "page" / PICTURE).text[SOURCE] == digest
    assert read_with(tmp_path).of("turnover_total").identified
    assert command_line(("validate", "discrepancy", "--store", str(tmp_path / "store"))) == 0
    assert "Weights of the pool" in capsys.readouterr().out


@pytest.mark.usefixtures("learns")
def test_a_page_without_the_blocks_is_refused(tmp_path, capsys):
    page = tmp_path / "page.md"
    page.write_text("# Page\n", encoding="utf-8")
    for given in (page, tmp_path / "none.md"):
        assert command_line(("validate", "discrepancy", "--page", str(given))) == 2
        assert "discrepancies" in capsys.readouterr().err
    assert page.read_text(encoding="utf-8") == "# Page\n"


def test_an_unknown_way_of_a_forecast_is_refused_before_any_run(capsys):
    assert command_line(("forecast", "plan", "--with", "discrepency")) == 2
    assert "did you mean 'discrepancy'" in capsys.readouterr().err
    assert command_line(("forecast", "plan", "--variants", "--with", "pool")) == 2
    assert "--with" in capsys.readouterr().err


def test_the_verdict_says_where_the_model_is_worse():
    row = {"kind": "pool", "indicator": "x", "inside_80": "0.8", "skill": "-0.25"} | dict.fromkeys(
        ("forecasts", "compared", "bin_1", "bin_2", "bin_3", "bin_4", "bin_5"), "2"
    )
    row |= dict.fromkeys(("inside_50", "inside_90", "crps", "skill, no change", "skill, drift"), "")
    other = row | {"indicator": "y", "inside_80": "0.5", "skill": "0.5"}
    told = tables_from([], [], [row, other])["left_out_verdict"]
    assert told == (
        "- pool: better than the best rule for y (+0.50); not better for x (-0.25). 80 % intervals hold 70 to 90 % "
        "for x; less or more for y (50%)."
    )


def test_a_cumulative_amount_does_not_fall_below_that_of_the_origin():
    known = Learned(0.5, {MODEL: 0.5, "no change": 0.5}, 10, 4)
    members, floor = np.linspace(500.0, 700.0, 50), known_series("panda_cumulative")[2020]
    for way in ("discrepancy", "pool"):
        points = forecast_points(members, "panda_cumulative", 2025, way, known)
        assert points.min() == floor and points.max() > 700.0
    assert forecast_points(members, "turnover_total", 2025, "discrepancy", known).min() < floor
