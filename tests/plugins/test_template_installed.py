"""The template package, built and installed into an empty environment, is used as its page says."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TEMPLATE = Path(__file__).parent / "template"
PAGE = ROOT / "docs" / "how-to" / "own-component.md"


def blocks():
    """Files on the page by their names: the name stands in bold before each block."""
    text = PAGE.read_text(encoding="utf-8")
    return dict(re.findall(r"^\*\*`([\w/.]+)`\*\*\n+```\w*\n(.*?)^```$", text, re.MULTILINE | re.DOTALL))


def test_the_page_shows_exactly_the_files_of_the_template():
    files = {
        path.relative_to(TEMPLATE).as_posix(): path.read_text(encoding="utf-8")
        for path in TEMPLATE.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert blocks() == files


def test_the_commands_on_the_page_are_those_that_the_installed_package_is_tried_with():
    assert [line for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("lujiazui ")] == COMMANDS


COMMANDS = [
    "lujiazui month --component weather_market --step weather_traders_buy_cover",
    "lujiazui run plan --component weather_market --set weather_contract_support=0.7@2022-01 --shock cold_spell",
    "lujiazui measures W01 --component weather_market",
]


def called(program, environment, *arguments):
    done = subprocess.run(
        [sys.executable, "-P", *program, *arguments], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.slow
def test_the_package_is_built_installed_and_used(tmp_path):
    target = tmp_path / "installed"
    how = ["-q", "--no-deps", "--no-build-isolation", "--no-index", "--disable-pip-version-check"]
    called(["-m", "pip", "install", *how, "--target", str(target)], dict(os.environ), str(TEMPLATE))
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "app" / "names"), str(target)])}
    month, run, measure = (command.split()[1:] for command in COMMANDS)
    assert "Cheaper weather contracts" in called(["-m", "app"], environment, *measure)
    assert "weather_market.component" in called(["-m", "app"], environment, *month)
    answer = json.loads(called(["-m", "app"], environment, *run, "--scale", "0.05", "--json"))
    (component,) = answer["provenance"]["components"]
    assert (component["name"], component["version"]) == ("weather_market", "1.0")
    assert answer["conditions"]["components"] == [f"weather_market 1.0 ({component['digest']})"]
    assert answer["annual"]["2025"]["weather_cover"] > answer["annual"]["2020"]["weather_cover"] > 0.0
    scenario = tmp_path / "mine.yaml"
    scenario.write_text(
        "extends: plan\nscale: 0.02\nend: 2021-12\ncomponents: [weather_market]\n"
        "levers: {weather_contract_support: 0.7}\n",
        encoding="utf-8",
    )
    store = str(tmp_path / "store")
    called(["-m", "app"], environment, "batch", str(scenario), "--runs", "3", "--workers", "2", "--store", store)
    program = f"from sim.experiments.store import Store; print(Store.open({store!r}).runs['components'].unique()[0])"
    assert called(["-c", program], environment).strip() == answer["conditions"]["components"][0]
    key = called(
        ["-c", f"from sim.experiments.store import Store; print(Store.open({store!r}).runs['key'][0])"], environment
    ).strip()
    assert called(["-m", "app"], environment, "rerun", store, key, "--json")
    assert (
        "has the name 'weather_market'"
        in subprocess.run(
            [sys.executable, "-P", "-m", "app", *run],
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            check=False,
        ).stderr
    )
