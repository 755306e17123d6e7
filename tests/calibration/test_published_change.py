"""What published figures changed in the answer for 2025: on posteriors whose answer is known."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import qmc

from app.cli import command_line
from calibration import published_change as published_module
from calibration.moments import moments, observed_moments, tolerances
from calibration.published_change import BASES, EVERYTHING, PRIOR, RECALLED, change_table, points_given
from scenarios.plan import indicators

NAMES = [moment.id for moment in moments()]
RECALLED_ONE, PUBLISHED_ONE = NAMES.index("panda_issue_2017_2018"), NAMES.index("foreign_holdings_2017")


def test_each_set_of_figures_moves_the_parameters_that_its_moments_depend_on():
    """The first parameter decides a recalled moment, the second a published one; both are observed above the middle."""
    points = qmc.Sobol(3, seed=1).random(64)
    values = np.tile(observed_moments(), (64, 1))
    for place, parameter in ((RECALLED_ONE, 0), (PUBLISHED_ONE, 1)):
        values[:, place] += 10.0 * tolerances()[place] * (points[:, parameter] - 0.8)
    used = np.isin(np.arange(len(NAMES)), (RECALLED_ONE, PUBLISHED_ONE))
    recalled = np.array([moment.status == "recalled" for moment in moments()])
    kept = {PRIOR: used & False, RECALLED: used & recalled, EVERYTHING: used}
    drawn = points_given(points, values, kept, used, 400)
    assert drawn[PRIOR].mean(axis=0) == pytest.approx([0.5] * 3, abs=0.05)
    assert drawn[RECALLED].mean(axis=0) == pytest.approx([0.8, 0.5, 0.5], abs=0.06)
    assert drawn[EVERYTHING].mean(axis=0) == pytest.approx([0.8, 0.8, 0.5], abs=0.06)
    assert drawn[RECALLED][:, 0].std() < 0.15 < 0.25 < drawn[RECALLED][:, 1].std()


def table():
    rng = np.random.default_rng(0)
    common = rng.standard_normal(200)
    shifts = {PRIOR: (0.0, 2.0), RECALLED: (0.0, 1.0), EVERYTHING: (3.0, 1.0)}
    answers = {
        basis: {each.id: each.met_from + shift + width * common for each in indicators()}
        for basis, (shift, width) in shifts.items()
    }
    answers[EVERYTHING] = {name: np.where(np.arange(200) == 7, np.nan, value) for name, value in
                           answers[EVERYTHING].items()}  # fmt: skip
    return change_table(answers, {PRIOR: 0, RECALLED: 1, EVERYTHING: 2})


def test_the_change_is_that_of_the_medians_and_its_error_that_of_pairs():
    told = table().set_index(["indicator", "basis"]).loc["turnover_total"]
    assert told.loc[PRIOR, ["change", "change_se", "spread"]].isna().all()
    assert told.loc[RECALLED, "spread"] == pytest.approx(0.5)
    assert told.loc[EVERYTHING, "change"] == pytest.approx(3.0, abs=0.02)
    assert told.loc[EVERYTHING, "change_se"] < 0.02  # the same draws: only the shift differs
    assert told.loc[EVERYTHING, "spread"] == pytest.approx(1.0, abs=0.02)
    assert told["runs"].tolist() == [200, 200, 199] and told["moments"].tolist() == [0, 1, 2]
    assert told.loc[EVERYTHING, "chance"] > 0.98 > 0.6 > told.loc[RECALLED, "chance"] > 0.4


def test_the_command_writes_what_changed(tmp_path, monkeypatch, capsys):
    asked = {}

    def answered(*_, scenario, futures):
        asked.update(scenario=scenario, futures=futures)
        return table()

    monkeypatch.setattr(published_module, "published_change", answered)
    page = tmp_path / "page.md"
    page.write_text("<!-- measured: published -->\n<!-- end -->\n", encoding="utf-8")
    line = ["validate", "published", "--futures", "7", "--scale", "0.1", "--store", str(tmp_path / "runs")]
    assert command_line([*line, "--out", str(tmp_path), "--page", str(page), "--quiet"]) == 0
    assert (asked["scenario"].name, asked["scenario"].scale, asked["futures"]) == ("plan", 0.1, 7)
    assert len(capsys.readouterr().out.splitlines()) == len(indicators()) * len(BASES)
    text = page.read_text(encoding="utf-8")
    assert "recalled and published, 2 moments" in text and "| turnover_total |" in text
    pd.testing.assert_frame_equal(pd.read_csv(tmp_path / "published.csv"), table().round(6))
