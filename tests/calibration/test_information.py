"""Which series and single figures of the past would narrow 2025: on runs made up for the purpose."""

import numpy as np
import pandas as pd
import pytest

from app.measured.calibration_tables import NOT_MEASURED, tables_in
from calibration.figures import (
    Figure,
    chosen_figures,
    figures_chosen,
    publications,
    status_today,
    to_look_up,
)
from calibration.information import explained_share, information_table, yearly_growth
from calibration.past_runs import PastRequest, PastRun
from sim.closing.dictionary import dictionary

RUNS = 120


def test_a_series_that_moves_with_the_answer_is_worth_knowing():
    rng = np.random.default_rng(3)
    told, noise = rng.standard_normal((200, 4)), rng.standard_normal(200)
    assert explained_share(told, told @ [1.0, 0.5, 0.0, 0.0] + 0.1 * noise) > 0.95
    assert explained_share(told, noise) < 0.06
    assert explained_share(told, np.ones(200)) == 0.0


def test_growth_leaves_out_what_does_not_move():
    values = np.array([[1.0, 2.0, 2.0], [1.0, 4.0, 4.0]])
    assert yearly_growth(values) == pytest.approx(np.log([[2.0], [4.0]]))
    assert yearly_growth(np.array([[0.0, 1.0], [0.0, 3.0]])) == pytest.approx(np.array([[1.0], [3.0]]))


def test_a_second_figure_that_repeats_the_first_is_worth_nothing_after_it():
    rng = np.random.default_rng(0)
    figures = rng.standard_normal((RUNS, 40))
    figures[:, 7] = 3.0 - 2.0 * figures[:, 3]
    answers = np.stack([figures[:, 3] + 0.5 * figures[:, 9], figures[:, 3] + rng.standard_normal(RUNS)], axis=1)
    first, second, *_ = chosen_figures(figures, answers)
    assert first.place in (3, 7) and second.place == 9
    assert (first.gains > first.by_chance).all()
    assert second.gains[0] > second.by_chance[0] and second.gains[1] < second.by_chance[1]
    # The shares of both add up to that of the regression on both.
    assert first.gains[0] + second.gains[0] == pytest.approx(1.0, abs=0.02)


def test_an_unrelated_figure_stays_within_chance():
    rng = np.random.default_rng(5)
    figures, answer = rng.standard_normal((RUNS, 60)), rng.standard_normal((RUNS, 1))
    beyond = sum(bool(each.gains[0] > each.by_chance[0]) for each in chosen_figures(figures, answer))
    assert beyond <= 1
    assert chosen_figures(np.ones((RUNS, 3)), answer) == []


def test_every_publication_is_of_a_recorded_series_and_names_who_publishes():
    assert set(publications()) <= set(dictionary())
    assert all(len(each.publication) > 20 for each in publications().values())


def test_what_is_published_already_need_not_be_looked_up():
    assert status_today(Figure("panda_issuance", 2019)) == "published"
    assert status_today(Figure("direct_financing", 2018)) == "recalled"
    assert status_today(Figure("bond_custody_total", 2018)) == "recalled"
    assert status_today(Figure("yrd_financing", 2018)) == "not at hand"
    assert not to_look_up(Figure("panda_issuance", 2019))
    assert not to_look_up(Figure("centre_attractiveness", 2018))  # nobody publishes it
    assert to_look_up(Figure("direct_financing", 2018))


def test_the_table_names_the_figure_behind_the_answer_with_its_source():
    """What financing of the delta grew by in 2018 decides what foreigners hold in 2025; nothing else matters."""
    rng = np.random.default_rng(2)
    index = pd.date_range("2016-01-31", "2020-12-31", freq="ME", name="month")
    names = ["yrd_financing", "centre_attractiveness", "repo_outstanding"]
    runs, grown = [], []
    for seed in range(RUNS):
        growth = rng.normal(0.1, 0.1, (4, 3))
        yearly = np.exp(np.vstack([np.zeros(3), np.cumsum(growth, axis=0)]))
        table = pd.DataFrame(np.repeat(yearly, 12, axis=0), index=index, columns=names)
        runs.append(PastRun(PastRequest((0.5,), seed), table))
        grown.append(growth[1, 0])
    answer = np.array(grown) + 0.02 * rng.standard_normal(RUNS)
    table = information_table(runs, {"foreign_bond_share": answer, "panda_cumulative": rng.standard_normal(RUNS)})
    series = table[table["rank"].isna()].set_index(["indicator", "series"])["share"]
    assert series["foreign_bond_share", "yrd_financing"] > 0.9 > 0.2 > series["foreign_bond_share", "repo_outstanding"]
    first, *_ = figures_chosen(table)
    assert (first.series, first.year, first.status) == ("yrd_financing", 2018, "not at hand")
    assert [name for name, _ in first.gains] == ["foreign_bond_share"] and first.gains[0][1] > 0.9
    assert "People's Bank of China" in first.publication
    assert "centre_attractiveness" not in {each.series for each in figures_chosen(table)}


def test_a_file_of_an_earlier_version_has_series_and_no_figures(tmp_path):
    rows = (
        "indicator,series,share,used",
        "turnover_total,repo_outstanding,0.23,False",
        "turnover_total,x,0.4,True",
        "",
    )
    former = "\n".join(rows)
    (tmp_path / "information.csv").write_text(former, encoding="utf-8")
    tables = tables_in(tmp_path)
    assert "| turnover_total | repo_outstanding 23% |" in tables["information"]
    assert tables["figures"] == tables["inference"] == NOT_MEASURED
