"""Results draw themselves in notebooks, with names, units and as much as the runs support."""

import ast
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import sim
from scenarios.errors import InputError
from sim.closing.dictionary import dictionary
from sim.runs.one_run import model_version
from sim.runs.plots import months_picture
from tests.app.briefing.made_up import ensemble_of, values_of

SIGNATURE = b"\x89PNG\r\n"


@pytest.fixture(scope="module")
def ensemble():
    return ensemble_of({"plan": values_of({}, 9, gain=0.1), "committed": values_of({}, 9)})


def titles(picture):
    return [axes.get_title(loc="left") for axes in picture.figure.axes]


def test_a_fan_has_name_unit_bands_target_and_the_other_scenario(ensemble):
    picture = ensemble.plot.fan("foreign_bond_share")
    (axes,) = picture.figure.axes
    assert titles(picture) == [dictionary()["foreign_bond_share"].name] and axes.get_title(loc="right") == "share"
    assert len(axes.collections) == 2
    labels = [text.get_text() for text in axes.get_legend().get_texts()]
    assert labels == ["plan, median of 9", "committed", "target"]
    median = ensemble.quantiles("foreign_bond_share").loc["plan"][0.5].to_numpy()
    np.testing.assert_array_equal(axes.lines[0].get_ydata(), median)
    assert picture._repr_png_().startswith(SIGNATURE)


def test_few_runs_have_a_median_and_no_bands():
    few = ensemble_of({"plan": values_of({}, 7)})
    (axes,) = few.plot.fan("turnover_total").figure.axes
    assert len(axes.collections) == 0 and len(axes.lines) == 2


def test_several_indicators_have_a_panel_each(ensemble):
    assert titles(ensemble.plot.fan(["turnover_total", "panda_cumulative"])) == [
        dictionary()[name].name for name in ("turnover_total", "panda_cumulative")
    ]


def test_effects_are_in_parts_of_the_targets(ensemble):
    picture = ensemble.plot.effects()
    (axes,) = picture.figure.axes
    np.testing.assert_allclose(axes.lines[1].get_xdata(), 10.0)
    assert repr(picture) == "<Picture of 'plan against committed, 9 pairs'>"


def test_a_long_title_of_effects_stays_within_the_picture():
    name = "a scenario with a name of many words"
    figure = ensemble_of({name: values_of({}, 8), "committed": values_of({}, 8)}).plot.effects().figure
    figure.draw_without_rendering()
    written, whole = figure._suptitle.get_window_extent(), figure.bbox
    assert whole.x0 <= written.x0 and written.x1 <= whole.x1


def test_one_scenario_has_no_effects():
    with pytest.raises(InputError, match="itself"):
        ensemble_of({"plan": values_of({}, 8)}).plot.effects()


def test_what_is_not_there_is_refused(ensemble):
    with pytest.raises(InputError, match="foreign_bond_shar"):
        ensemble.plot.fan("foreign_bond_shar")
    with pytest.raises(InputError, match="plam"):
        ensemble.plot.fan("turnover_total", scenario="plam")


def test_flows_of_a_run_are_drawn_over_twelve_months(tmp_path):
    months = pd.DataFrame(
        {"turnover_total": np.arange(24.0), "usdcny": 6.5},
        index=pd.date_range("2020-01-31", periods=24, freq="ME", name="month"),
    )
    picture = months_picture(months, ["turnover_total", "usdcny"], {"turnover_total": 250.0}, "one run")
    flow, rate = picture.figure.axes
    assert flow.lines[0].get_ydata()[-1] == sum(range(12, 24)) and np.isnan(flow.lines[0].get_ydata()[:11]).all()
    assert set(rate.lines[0].get_ydata()) == {6.5}
    picture.save(tmp_path / "run.png")
    assert (tmp_path / "run.png").read_bytes().startswith(SIGNATURE)


def test_a_picture_says_what_it_is_of(ensemble):
    assert repr(ensemble.plot.fan("turnover_total")) == "<Picture of 'Market turnover'>"


def test_the_record_stands_within_the_picture_under_the_panels(ensemble):
    for picture in (ensemble.plot.fan("turnover_total"), ensemble.plot.effects()):
        figure = picture.figure
        figure.draw_without_rendering()
        told = figure.get_supxlabel()
        assert f"Lujiazui {model_version()}" in told and "seeds 0 to 8" in told.replace("\n", " ")
        assert re.search(r"9 (pairs of )?runs", told) and "macro neutral" in told.replace("\n", " ")
        written, whole = figure._supxlabel.get_window_extent(), figure.bbox
        assert whole.x0 <= written.x0 and written.x1 <= whole.x1 and whole.y0 <= written.y0
        assert all(axes.get_tightbbox().y0 >= written.y1 for axes in figure.axes)


def test_no_picture_is_saved_or_shown_without_its_record():
    """Whatever draws is found in the code: figures that are saved, and pictures of notebooks."""
    found = 0
    for folder in ("sim", "calibration", "app"):
        for file in (Path(sim.__file__).parents[1] / folder).rglob("*.py"):
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
                if not isinstance(node, ast.Call) or file.name == "plots.py":
                    continue
                shown = None
                if isinstance(node.func, ast.Attribute) and node.func.attr == "savefig":
                    shown = node.func.value
                elif isinstance(node.func, ast.Name) and node.func.id == "Picture":
                    shown = node.args[0]
                if shown is not None:
                    found += 1
                    assert isinstance(shown, ast.Call) and ast.unparse(shown.func) == "signed", (file, node.lineno)
    assert found >= 9
