"""The template package, importable in this process and in those it starts, as if it were installed."""

import importlib
import os
import sys
from pathlib import Path

import pytest

import sim
from scenarios.added import installed
from scenarios.loader import load

TEMPLATE = Path(__file__).parent / "template"
ENTRY_POINTS = """[lujiazui.components]
weather_market = weather_market.component:WEATHER_MARKET
broken = weather_market.component:start_weather_market
gone = weather_market.nowhere:NOTHING
renamed = weather_market.component:WEATHER_MARKET
"""


@pytest.fixture(scope="session")
def weather_market(tmp_path_factory):
    """The component of the template package, with entry points that name it and others that are faulty."""
    folder = tmp_path_factory.mktemp("installed") / "weather_market-1.0.dist-info"
    folder.mkdir()
    (folder / "METADATA").write_text("Metadata-Version: 2.1\nName: weather-market\nVersion: 1.0\n", encoding="utf-8")
    (folder / "entry_points.txt").write_text(ENTRY_POINTS, encoding="utf-8")
    paths = [str(TEMPLATE), str(folder.parent)]
    before = os.environ.get("PYTHONPATH", "")
    sys.path[:0] = paths
    os.environ["PYTHONPATH"] = os.pathsep.join([*paths, before])
    assert installed.installed_components() == ("broken", "gone", "renamed", "weather_market")
    yield importlib.import_module("weather_market.component").WEATHER_MARKET
    os.environ["PYTHONPATH"] = before
    for path in paths:
        sys.path.remove(path)


@pytest.fixture(scope="session")
def tiny():
    """A scenario by name with one issuer in fifty that ends in June 2021."""

    def named(name="plan", end="2021-06"):
        return sim.Scenario(**{**load(name).plain(), "scale": 0.02, "end": end})

    return named


@pytest.fixture(scope="session")
def changed(weather_market, tiny):
    """A run with the component."""
    return sim.run(tiny(end="2022-03"), components=[weather_market], verify=True)
