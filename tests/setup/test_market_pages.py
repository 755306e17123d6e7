"""Pages on markets: what they name is there, and their figures show the values beside them, which a run gives again."""

import importlib.util
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from scenarios import plan
from sim.closing.indicators import COLUMNS
from sim.month import MONTH

FOLDER = Path(__file__).parents[2] / "docs" / "markets"
PAGES = sorted(FOLDER.glob("*.md"))


@pytest.fixture
def renew():
    """The script that draws the figures."""
    spec = importlib.util.spec_from_file_location("renew_markets", FOLDER / "renew.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_every_page_has_its_figure(renew):
    assert [page.stem for page in PAGES] == sorted(renew.FIGURES) and len(PAGES) == 7
    for page in PAGES:
        assert f"]({page.stem}.png)" in page.read_text(encoding="utf-8")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_steps_and_channels_of_a_page_are_there(page):
    text = page.read_text(encoding="utf-8")
    steps = {step.name for step in MONTH}
    named = re.findall(r"`(\w+)`", text.partition("Steps of the month:")[2].partition("In detail")[0])
    assert named and set(named) <= steps
    channels = {channel.id for channel in plan.channels()}
    assert set(re.findall(r"`(\w+)`", text.partition("**Policy.**")[2].partition("![")[0])) <= channels


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_figure_is_drawn_from_the_values_beside_it(page, renew):
    values = pd.read_csv(renew.VALUES)
    mine = values[values["page"] == page.stem]
    assert set(mine["indicator"]) == set(renew.FIGURES[page.stem]) <= set(COLUMNS)
    assert set(mine["scenario"]) == {"plan", "committed"}
    with Image.open(FOLDER / f"{page.stem}.png") as picture:
        assert picture.text["Description"] == renew.digest_of(values, page.stem)


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_runs_give_the_values_of_the_figures_again(renew):
    kept, found = pd.read_csv(renew.VALUES), renew.values_of(renew.measured())
    told = "python docs/markets/renew.py"
    names = ["page", "indicator", "scenario", "year"]
    assert found[names].astype(str).equals(kept[names].astype(str)), told
    others = [name for name in kept.columns if name not in names]
    np.testing.assert_allclose(found[others], kept[others], rtol=1e-3, err_msg=told)
