"""What is wrong in the file of a design or a search is told with that file, its line and its key."""

import pytest

from scenarios import InputError
from sim.experiments import designs, robust_search
from sim.experiments.designs import read_design
from sim.experiments.robust_search import read_search

DESIGN = "kind: points\nfactors: {reits_pilot: [0, 1]}\npoints: [[0.5]]\n"
SEARCH = "levers: {reits_pilot: [0, 1]}\nhighest: {turnover_total: mean}\nlowest: {effort: mean}\n"
READERS = {"design.yaml": (read_design, DESIGN), "search.yaml": (read_search, SEARCH)}
NUMBERS = [
    *(("design.yaml", key) for key in designs.KEYS if key in ("samples", "levels", "seed", "runs", "draws", "scale")),
    *(("search.yaml", key) for key in robust_search.KEYS if key in (*robust_search.COUNTS, "scale")),
]


@pytest.fixture
def refused(tmp_path):
    def told(name, line, base=None):
        reader, whole = READERS[name]
        file = tmp_path / name
        file.write_text((whole if base is None else base) + line)
        with pytest.raises(InputError) as caught:
            reader(file)
        return [str(problem).removeprefix(f"{tmp_path}/") for problem in caught.value.problems]

    return told


@pytest.mark.parametrize("value", ["-1", ".nan", "many", "true", "[1]", "1e-400"])
@pytest.mark.parametrize(("name", "key"), NUMBERS)
def test_a_wrong_number_is_told_with_file_line_key_and_what_it_may_be(refused, name, key, value):
    (told,) = refused(name, f"{key}: {value}\n")
    assert told.startswith(f"{name}:4: {key}: ")
    assert ("from 0.01 to 300" if key == "scale" else "whole number from") in told


@pytest.mark.parametrize("name", READERS)
@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("scenario: 5\n", ":4: scenario: 5 is not a scenario"),
        ("scenario: plam\n", ":4: scenario: unknown scenario 'plam'; did you mean 'plan'?"),
        ("scenari: plan\n", ":4: scenari: unknown key 'scenari'; did you mean 'scenario'?"),
        ("\n\nscenario: gone.yaml\n", ":6: scenario: 'gone.yaml': no such file"),
    ],
)
def test_a_wrong_scenario_is_told_with_file_line_and_key(refused, name, line, told):
    (only,) = refused(name, line)
    assert told in only


def test_a_wrong_scenario_and_a_wrong_scale_are_both_told(refused):
    assert [each.partition(" is ")[0] for each in refused("design.yaml", "scenario: 5\nscale: 301\n")] == [
        "design.yaml:4: scenario: 5",
        "design.yaml:5: scale: 301",
    ]


def test_what_is_wrong_in_a_scenario_file_keeps_the_line_of_that_file(refused, tmp_path):
    mine = tmp_path / "mine.yaml"
    mine.write_text("policy: plan\nscale: 301\nend: 2040-01\n")
    for name in READERS:
        told = refused(name, f"scenario: {mine}\n")
        assert [each.partition(": ")[0] for each in told] == ["mine.yaml:2", "mine.yaml:3"]
    base = "kind: factorial\nfactors:\n  scenario: [plan, " + str(mine) + "]\n"
    assert [each.partition(": ")[0] for each in refused("design.yaml", "", base)] == ["mine.yaml:2", "mine.yaml:3"]


def test_a_scenario_among_factors_that_is_none_is_told_with_the_line_of_the_factor(refused):
    base = "kind: factorial\nfactors:\n  scenario: [plan, 5]\n"
    assert refused("design.yaml", "", base)[0].startswith("design.yaml:3: factors.scenario.1: 5 is not a scenario")


@pytest.mark.parametrize(
    ("name", "line", "told"),
    [
        ("design.yaml", "kind: sobal\nfactors: {reits_pilot: [0, 1]}\n", ":1: kind: unknown kind 'sobal'; did you"),
        ("design.yaml", "factors: {reits_pilot: [0, 1]}\n", "design.yaml:1: kind: is missing"),
        ("design.yaml", "kind: sobol\n", "design.yaml:1: factors: is missing"),
        ("design.yaml", "kind: sobol\nfactors: {macro: [neutral, advers]}\n", ":2: factors.macro: unknown macro path"),
        ("search.yaml", "highest: {turnover_total: mean}\nlowest: {effort: mean}\n", ":1: levers: is missing"),
        (
            "search.yaml",
            "levers: {reits_pilot: [0, 1]}\nhighest: {turnover_total: p11}\nlowest: {effort: mean}\n",
            ":2: highest.turnover_total: unknown measure 'p11'; did you mean 'p10'? (mean, p10, median, p90, chance)",
        ),
    ],
)
def test_a_wrong_or_missing_word_is_told_with_file_line_key_and_what_is_meant(refused, name, line, told):
    assert any(told in each for each in refused(name, "", line))


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("design.yaml", "kind: sobol\n", ["design.yaml:1: factors: is missing"]),
        (
            "search.yaml",
            "highest: {turnover_total: mean}\nlowest: {effort: mean}\n",
            ["search.yaml:1: levers: is missing"],
        ),
        ("design.yaml", "# nothing\n", None),
        ("search.yaml", "# nothing\n", None),
    ],
)
def test_what_is_missing_is_told_once(refused, name, text, told):
    found = refused(name, "", text)
    assert found == told if told else (len(found) == 1 and "(keys title, scenario, " in found[0])
