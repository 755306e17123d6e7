"""Both ways to a posterior on problems whose answer is known."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm, qmc

from app.cli import command_line
from calibration import inference as inference_module
from calibration.inference import (
    ADJUSTED,
    ALL,
    EMULATOR,
    PRIOR_CRPS,
    by_adjustment,
    by_emulator,
    compared,
    scored_draws,
)
from calibration.regression_adjusted import Draws, regression_adjusted, with_tolerance

NAMES = ("first", "second", "third")
TOLERANCE = np.array([0.3, 0.3, 0.3])


def linear(runs, seed=1):
    """Normal scores of two of three parameters plus noise: the posterior is normal and known."""
    points = qmc.Sobol(3, seed=seed).random(runs)
    scores = norm.ppf(points)
    noise = 0.4 * np.random.default_rng(seed).standard_normal((runs, 3))
    return points, np.column_stack([scores[:, 0], scores[:, 1], np.zeros(runs)]) + noise


def moments_of(drawn):
    scores = norm.ppf(np.clip(drawn.points, 1e-9, 1.0 - 1e-9))
    mean = drawn.weights @ scores
    return mean, np.sqrt(drawn.weights @ (scores - mean) ** 2)


@pytest.mark.parametrize("fitted", [by_emulator, by_adjustment])
def test_the_posterior_of_a_linear_normal_problem_is_the_exact_one(fitted):
    """Prior N(0, 1), data with variance 0.4^2 + 0.3^2 = 1/4: mean 4 y / 5, variance 1/5; nothing on the third."""
    points, values = linear(128)
    mean, spread = moments_of(fitted(points, values, TOLERANCE)(np.array([1.0, -0.5, 0.0])))
    assert mean[:2] == pytest.approx([0.8, -0.4], abs=0.12)
    assert spread[:2] == pytest.approx([np.sqrt(0.2)] * 2, rel=0.2)
    assert mean[2] == pytest.approx(0.0, abs=0.2) and spread[2] == pytest.approx(1.0, abs=0.15)


def test_the_adjustment_moves_each_run_along_the_regression():
    """With moments that are the parameters without noise, every run is moved onto the data."""
    points = qmc.Sobol(2, seed=3).random(64)
    drawn = regression_adjusted(points, norm.ppf(points), norm.ppf(np.array([0.3, 0.6])))
    assert drawn.points == pytest.approx(np.tile([0.3, 0.6], (len(drawn.points), 1)), abs=1e-3)
    assert drawn.weights.sum() == pytest.approx(1.0) and len(drawn.points) == 32


def test_a_moment_that_never_moves_is_no_evidence():
    points, values = linear(64)
    values[:, 2] = 5.0
    still = np.array([0.3, 0.3, 0.0])
    with_it = by_adjustment(points, values, still)(np.array([1.0, 0.0, 9.0]))
    without = by_adjustment(points, values[:, :2], still[:2])(np.array([1.0, 0.0]))
    assert with_it.points.shape == without.points.shape
    assert (with_it.weights @ with_it.points)[0] == pytest.approx((without.weights @ without.points)[0], abs=0.05)


def test_the_tolerance_is_drawn_about_each_run():
    noisy = with_tolerance(np.zeros((50, 2)), np.array([0.1, 2.0]), seed=1, replicates=40)
    assert noisy.shape == (2000, 2) and noisy.std(axis=0) == pytest.approx([0.1, 2.0], rel=0.1)


def test_the_score_of_weighted_draws_is_that_of_the_integral():
    rng = np.random.default_rng(4)
    drawn = Draws(rng.random((60, 2)), rng.dirichlet(np.ones(60)))
    crps, inside = scored_draws(drawn, np.array([0.4, 1.2]))
    grid = np.linspace(-0.5, 2.0, 25001)
    for place, truth in enumerate((0.4, 1.2)):
        below = (drawn.weights[:, None] * (drawn.points[:, [place]] <= grid)).sum(axis=0)
        exact = np.trapezoid((below - (grid >= truth)) ** 2, grid)
        assert crps[place] == pytest.approx(exact, abs=1e-3)
    assert inside[0, 1] and not inside[1].any()
    uniform = Draws(np.linspace(0.0005, 0.9995, 1000)[:, None], np.full(1000, 0.001))
    scores = [scored_draws(uniform, np.array([truth]))[0][0] for truth in np.linspace(0.005, 0.995, 100)]
    assert np.mean(scores) == pytest.approx(PRIOR_CRPS, rel=0.01)


def test_runs_left_out_score_both_and_name_what_is_known():
    points, values = linear(64)
    values = np.column_stack([values, np.random.default_rng(0).standard_normal(64)])
    used = np.array([True, True, True, False])
    told = compared(points, values, np.full(4, 0.3), np.array([1.0, 0.0, 0.0, 0.0]), used, NAMES)
    assert set(told["runs"]) == {64} and set(told["moments"]) == {3}
    assert list(told["parameter"].unique()) == [*NAMES, ALL]
    table = told.set_index(["parameter", "method"])
    for method in (EMULATOR, ADJUSTED):
        assert table.loc[("first", method), "crps_skill"] > 0.3 > 0.1 > table.loc[("third", method), "crps_skill"]
        assert table.loc[("first", method), "sd_ratio"] < 0.7 < table.loc[("third", method), "sd_ratio"]
        assert table.loc[("first", method), "mean"] > 0.65
    assert table.loc[(ALL, ADJUSTED), "inside_90"] == pytest.approx(0.9, abs=0.08)
    assert table.loc[(ALL, EMULATOR), "advantage"] == 0.0
    gap = table.loc[(ALL, ADJUSTED), "crps_skill"] - table.loc[(ALL, EMULATOR), "crps_skill"]
    assert table.loc[(ALL, ADJUSTED), "advantage"] == pytest.approx(gap)
    assert table.loc[(ALL, ADJUSTED), "advantage_se"] > 0.0


def made_up_table():
    rows = []
    for parameter, gain in (("first", 0.1), ("second", -0.1), (ALL, 0.0)):
        for method, advantage in ((EMULATOR, 0.0), (ADJUSTED, gain)):
            row = {
                "parameter": parameter,
                "method": method,
                "mean": 0.4,
                "sd_ratio": 0.7,
                "crps_skill": 0.2 + advantage,
            }
            row |= {"inside_50": 0.5, "inside_90": 0.9, "advantage": advantage, "advantage_se": 0.02}
            rows.append({**row, "runs": 512, "moments": 3})
    return pd.DataFrame(rows)


def test_the_command_writes_its_table_and_the_blocks_of_the_page(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(inference_module, "inference", lambda *_: made_up_table())
    page = tmp_path / "page.md"
    blocks = "".join(f"<!-- measured: {name} -->\n<!-- end -->\n" for name in ("inference", "inference_verdict"))
    page.write_text(f"Before.\n{blocks}After.\n", encoding="utf-8")
    asked = ["validate", "inference", "--store", str(tmp_path / "runs"), "--out", str(tmp_path / "tables"), "--quiet"]
    assert command_line([*asked, "--page", str(page)]) == 0
    assert "first\temulator\t0.2" in capsys.readouterr().out
    text = page.read_text(encoding="utf-8")
    assert text.startswith("Before.\n") and text.endswith("After.\n")
    assert "| first | 0.40 | 0.40 | 0.70 | 0.70 | +0.200 | +0.300 | +0.100 (0.020) | 90% | 90% |" in text
    assert "scores like the emulator" in text and "it is better for first; the emulator is better for second." in text
    pd.testing.assert_frame_equal(pd.read_csv(tmp_path / "tables" / "inference.csv"), made_up_table())


def test_a_page_needs_a_folder_and_its_blocks(tmp_path, capsys):
    page = tmp_path / "page.md"
    page.write_text("Nothing here.\n", encoding="utf-8")
    assert command_line(["validate", "inference", "--page", str(page)]) == 2
    assert "--page needs --out beside it" in capsys.readouterr().err
    assert command_line(["validate", "inference", "--out", str(tmp_path), "--page", str(page)]) == 2
    assert "inference, inference_verdict" in capsys.readouterr().err
