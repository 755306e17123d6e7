"""Designs and searches find scenarios beside them, and what a store keeps of them needs no file."""

import json
from pathlib import Path

import numpy as np
import pytest

import sim
from scenarios import InputError, load
from sim.experiments.designs import Design, read_design
from sim.experiments.requests import ensemble_requests
from sim.experiments.robust_search import read_search
from sim.experiments.store import Store

DRIVERS = "month,usdcny,us10y_pct,vix,csi300_close,cn10y_pct\n2021-01,6.5,1.1,25,5350,3.2\n"
DESIGN = "kind: factorial\nlevels: 2\nscale: 0.05\n{}factors:\n  reits_pilot: [0, 1]\n{}"
SEARCH = "{}levers: {{reits_pilot: [0, 1]}}\nhighest: {{turnover_total: mean}}\nlowest: {{effort: mean}}\nscale: 0.05\n"


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A scenario, its drivers and designs in a folder that is not the working directory, which has namesakes."""
    for name, policy in (("files", "stretch"), ("elsewhere", "frozen")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "mine.yaml").write_text(f"policy: {policy}\nmacro: drivers.csv\n")
        (tmp_path / name / "drivers.csv").write_text(DRIVERS)
    monkeypatch.chdir(tmp_path / "elsewhere")
    return tmp_path / "files"


def write(folder: Path, text: str) -> Path:
    (folder / "spec.yaml").write_text(text)
    return folder / "spec.yaml"


@pytest.mark.parametrize(("reader", "text"), [(read_design, DESIGN.format("scenario: mine.yaml\n", "")),
                                              (read_search, SEARCH.format("scenario: mine.yaml\n"))])  # fmt: skip
def test_a_scenario_is_found_beside_the_file_that_names_it(folder, reader, text):
    found = reader(write(folder, text)).scenario
    assert found.policy == "stretch" and found.drivers.plain()["2021-01"]["vix"] == 25.0


@pytest.mark.parametrize(
    ("reader", "text", "told"),
    [
        (read_design, DESIGN.format("scenario: gone.yaml\n", ""), "spec.yaml:4: scenario: 'gone.yaml': no such file"),
        (read_search, SEARCH.format("scenario: gone.yaml\n"), "spec.yaml:1: scenario: 'gone.yaml': no such file"),
        (
            read_design,
            DESIGN.format("", "  scenario:\n    - plan\n    - gone.yaml\n"),
            "spec.yaml:8: factors.scenario.1: 'gone.yaml': no such file",
        ),
        (read_design, DESIGN.format("", "  scenario: [plan, bad.yaml]\n"), "bad.yaml:2: scale: "),
        (read_design, DESIGN.format("", "  scenario: [plan, odd.yaml]\n"), "odd.csv:2: vix: 'x' is not a number"),
    ],
)
def test_a_scenario_that_is_missing_or_bad_is_told_when_the_file_is_read(folder, reader, text, told):
    (folder / "bad.yaml").write_text("policy: plan\nscale: 0\n")
    (folder / "odd.yaml").write_text("policy: plan\nmacro: odd.csv\n")
    (folder / "odd.csv").write_text(DRIVERS.replace("25", "x"))
    with pytest.raises(InputError) as caught:
        reader(write(folder, text))
    (problem,) = caught.value.problems
    assert str(problem).removeprefix(f"{folder}/").startswith(told)


def test_what_a_store_keeps_of_a_sweep_gives_the_same_runs_without_the_files(folder):
    factors = "  scenario: [plan, mine.yaml]\n"
    design = read_design(write(folder, DESIGN.format("scenario: mine.yaml\n", factors)))
    kept = json.dumps(design.plain())
    for file in folder.iterdir():
        file.unlink()
    Path("mine.yaml").unlink()
    again = Design.from_plain(json.loads(kept))
    assert again == design
    assert [request.key for request in again.requests()] == [request.key for request in design.requests()]
    assert {request.scenario.policy for request in again.requests()} == {"plan", "stretch"}
    assert {request.scenario.macro for request in again.requests()} == {"neutral", "drivers"}


def test_runs_under_other_values_of_drivers_are_no_pair(folder):
    (folder / "other.csv").write_text(DRIVERS.replace("25", "26"))
    (folder / "copy.csv").write_text(DRIVERS)
    pairs = {
        name: ensemble_requests([load("plan")], runs=1, draws=0, macro=folder / name)[0].pairing
        for name in ("drivers.csv", "copy.csv", "other.csv")
    }
    assert pairs["drivers.csv"] == pairs["copy.csv"]
    assert pairs["drivers.csv"].differences(pairs["other.csv"]) == ("macro",)


def test_an_edited_file_of_drivers_is_another_run(folder):
    file = folder / "mine.yaml"
    first = ensemble_requests([file], runs=1, draws=0)[0]
    (folder / "drivers.csv").write_text(DRIVERS.replace("25", "26"))
    assert ensemble_requests([file], runs=1, draws=0)[0].key != first.key


def test_a_store_answers_an_edited_file_afresh_and_repeats_a_run_when_the_file_is_gone(folder, tmp_path):
    file = folder / "mine.yaml"
    file.write_text("policy: plan\nmacro: drivers.csv\nscale: 0.05\nend: 2021-12\n")
    (folder / "drivers.csv").write_text(DRIVERS + "2021-02,6.5,1.1,60,5350,3.2\n")
    asked = {"runs": 1, "draws": 0, "workers": 1, "store": tmp_path / "runs"}
    first = sim.ensemble(file, **asked)
    (folder / "drivers.csv").write_text(DRIVERS + "2021-02,6.5,1.1,20,5350,3.2\n")
    second = sim.ensemble(file, **asked)
    assert not np.array_equal(first.values["mine"], second.values["mine"])
    (folder / "drivers.csv").unlink()
    file.unlink()
    store = Store.open(tmp_path / "runs")
    keys = list(store.runs["key"])
    assert len(keys) == 2
    assert {store.request(key).scenario.drivers.digest for key in keys} == {
        each.scenarios["mine"].drivers.digest for each in (first, second)
    }
    again = store.request(keys[0]).execute().indicators
    assert np.array_equal(again.to_numpy(), store.values(keys[0]).to_numpy())
