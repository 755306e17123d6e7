"""Pictures of a comparison hold the numbers of its runs, and the shipped effects of levers those of their store."""

import io

import numpy as np
import pandas as pd
import pytest

import sim
from app.web import simulations
from app.web.attributed import kept_attribution
from app.web.comparison_charts import MOST_OVERLAID, dots, limits_of, overlaid, waterfall
from app.web.lever_groups import AUTHORITIES
from app.web.lever_matrix import shipped_matrix
from app.web.lever_ranking import all_effects, all_effects_csv, ranked
from app.web.page_compare import chosen_scenarios, placed
from app.web.words import Words
from scenarios.loader import load
from scenarios.plan import indicators, lever_ids
from sim.closing.indicators import PLAN_INDICATORS
from sim.experiments.attribution import attribute
from sim.experiments.store import Store
from tests.app.briefing.made_up import ensemble_of, values_of

EN, ZH = Words("en"), Words("zh")
NAMES = ("plan", "stretch", "opening", "green", "committed")


@pytest.fixture(scope="module")
def ensemble():
    return ensemble_of({name: values_of({}, 20, 0.01 * place) for place, name in enumerate(NAMES)})


def test_up_to_four_scenarios_lie_over_one_another_with_the_band_of_the_first(ensemble):
    indicator = next(each for each in indicators() if each.id == "panda_cumulative")
    option = overlaid(ensemble, NAMES[:4], indicator, {2020: 393.72}, EN)
    lines = {each["name"]: dict(each["data"]) for each in option["series"] if each["type"] == "line"}
    for name, shown in (("plan", "The plan"), ("green", "Green finance")):
        median = ensemble.quantiles(indicator.id, (0.5,)).loc[name].to_numpy()[-1, 0]
        assert lines[shown]["2025"] == pytest.approx(median, abs=1e-5)
    assert "Green finance" in option["hover"]["2025"] and "observed" in str(option["legend"])


def test_scenarios_are_chosen_as_far_as_they_exist_and_never_twice(ensemble):
    assert chosen_scenarios(ensemble.values, ("",)) == ("plan", "committed")
    assert chosen_scenarios(ensemble.values, ("stretch", "plan", "opening", "plan", "none", "green")) == (
        "stretch",
        "plan",
        "opening",
        "green",
    )
    assert placed(("plan", "committed"), 0, "committed") == ["committed", "plan"]
    assert placed(("plan", "committed"), 2, "green") == ["plan", "committed", "green"]
    assert placed(("plan", "committed", "green"), 2, "") == ["plan", "committed"]
    assert MOST_OVERLAID == 4


def test_an_effect_whose_interval_holds_zero_is_grey():
    option = dots([("up", 1.0, 0.5, 1.5), ("unclear", 0.1, -0.5, 0.7), ("down", -1.0, -2.0, -0.1)], "%")
    clear, unclear = (each for each in option["series"] if each["type"] == "scatter")
    assert [name for _, name in clear["data"]] == ["up", "down"]
    assert [name for _, name in unclear["data"]] == ["unclear"]
    assert [[-2.0, "down"], [-0.1, "down"]] in [each["data"] for each in option["series"]]


@pytest.mark.parametrize("sizes", [[1.0, -3.0, 2.5], [-1.0, 4.0], [2.0, 3.0]])
def test_bars_of_a_waterfall_begin_where_the_one_before_ends(sizes):
    parts = [(str(place), size) for place, size in enumerate(sizes)]
    clear_up, up, clear_down, down = (each["data"] for each in waterfall(parts, ("all", sum(sizes)), "")["series"])
    ends = np.cumsum([0.0, *sizes])
    for place in range(len(sizes)):
        low, high = sorted((ends[place], ends[place + 1]))
        drawn = up[place]["value"] - down[place]["value"]
        assert drawn == pytest.approx(high - low)
        assert max(low, 0.0) == pytest.approx(clear_up[place])
        assert min(high, 0.0) == pytest.approx(clear_down[place])


def test_pictures_side_by_side_share_an_axis_that_holds_all_intervals():
    rows = [("a", 0.1, -0.03, 0.37), ("b", -0.02, -0.11, 0.05)]
    low, high = limits_of(rows)
    assert (low, high) == pytest.approx((-0.15, 0.4))
    axes = [dots([row], "%", (low, high))["xAxis"] for row in rows]
    assert {(axis["min"], axis["max"]) for axis in axes} == {(round(low, 9), round(high, 9))}
    assert "min" not in dots(rows, "%")["xAxis"]
    assert limits_of([("none", 0.0, 0.0, 0.0)]) == (-1.0, 1.0)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_table_of_all_levers_and_indicators_and_its_file_hold_the_shipped_effects(language):
    words, matrix = Words(language), shipped_matrix()
    heads, rows = all_effects(words)
    assert len(heads) == 2 + len(PLAN_INDICATORS) and len(rows) == len(lever_ids()) == 30
    text = all_effects_csv("made with", words)
    told = pd.read_csv(io.StringIO(text), comment="#").set_index(["lever", "indicator"])
    assert len(told) == len(lever_ids()) * len(PLAN_INDICATORS) and "# made with" in text
    share = told.loc["bond_market_access", "foreign_bond_share"]
    median, low, high = matrix.effects["bond_market_access"]["foreign_bond_share"]
    assert (share["median"], share["low"], share["high"]) == pytest.approx((100 * median, 100 * low, 100 * high))
    row = rows[lever_ids().index("bond_market_access")]
    assert f"{100 * median:+.2f}"[:4] in row[2 + PLAN_INDICATORS.index("foreign_bond_share")]


def test_the_shipped_effects_cover_all_levers_with_intervals_and_pairs_enough():
    matrix = shipped_matrix()
    assert set(matrix.effects) == set(lever_ids())
    assert matrix.pairs >= 8
    for found in matrix.effects.values():
        assert set(found) == set(PLAN_INDICATORS)
        assert all(low <= median <= high for median, low, high in found.values())


def test_levers_are_ranked_by_effect_city_and_nation_apart():
    city, nation = (ranked("foreign_bond_share", handles, EN) for handles in (AUTHORITIES[:2], AUTHORITIES[2:]))
    assert len(city) + len(nation) == len(lever_ids())
    assert [row[1] for row in nation] == sorted((row[1] for row in nation), reverse=True)
    assert nation[0][0] in ("Bond market access for foreigners", "Inclusion in global indices")


def test_an_attribution_that_the_operator_kept_is_shown_without_simulating_it_again(tmp_path, monkeypatch):
    base = sim.Scenario(**{**load("committed").plain(), "end": "2021-12", "scale": 0.05})
    levers = {lever: {"2021-03": 0.9} for lever in ("fintech_hub", "reits_pilot")}
    target = base.with_levers(levers).model_copy(update={"name": "desk"})
    monkeypatch.setattr(simulations, "_server", simulations.Server(tmp_path / "none", None, None))
    assert kept_attribution(target, base, EN) is None
    folder = tmp_path / "runs"
    made = attribute(target, base, runs=1, store=folder, workers=1)
    monkeypatch.setattr(simulations, "_server", simulations.Server(folder, None, None))
    found, record = kept_attribution(target, base, EN)
    assert found.players == made.players
    assert np.array_equal(found.parts, made.parts)
    design = Store.open(folder).designs()[-1]
    assert "experiment 1 of the server's store" in record and "1 runs a combination" in record and "5% of" in record
    for words in (EN, ZH):
        _, record = kept_attribution(target, base, words)
        assert [each for each in (design.version, str(design.runs[0].seed)) if each not in record] == []
    assert kept_attribution(base.with_levers({"fintech_hub": {"2021-03": 0.4}}), base, EN) is None
