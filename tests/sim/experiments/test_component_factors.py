"""Components of levers as factors: of sweeps, searches and the model of the EMA workbench."""

import numpy as np
import pandas as pd
import pytest

from scenarios.errors import InputError
from scenarios.loader import load
from sim.experiments.designs import Design, Factor, read_design
from sim.experiments.export import export_store
from sim.experiments.requests import RunRequest
from sim.experiments.robust_search import read_search
from sim.experiments.sensitivity import discover, enough, indices, tree
from sim.experiments.store import Store
from sim.experiments.workbench import answer, workbench_model
from tests.sim.experiments.fabricated import fabricated

ACCOUNT, PILOT = "rmb_convertibility.capital_account", "fintech_hub.ecny_pilot"
DESIGN = "scenario: committed\nscale: 0.02\nkind: points\npoints: [[0.25, 0.75]]\nfactors:\n"
SEARCH = "scenario: committed\nscale: 0.02\nhighest: {turnover_total: mean}\nlowest: {effort: mean}\nlevers:\n"
READERS = {"design": (read_design, DESIGN), "search": (read_search, SEARCH)}
BOTH = f"  {ACCOUNT}: [0.2, 0.9]\n  {PILOT}: [0.1, 0.8]\n"
FILE = """name: committed
policy: committed
scale: 0.02
levers:
  rmb_convertibility: {components: {capital_account: 0.25}}
  fintech_hub: {components: {ecny_pilot: 0.75}}
"""


@pytest.fixture
def written(tmp_path):
    def write(text, name="asked.yaml"):
        path = tmp_path / name
        path.write_text(text)
        return path

    return write


@pytest.fixture
def by_file(written):
    """The scenario file that sets the same components."""
    return load(written(FILE, "mine.yaml"))


def problems_of(written, kind, lines):
    reader, head = READERS[kind]
    with pytest.raises(InputError) as caught:
        reader(written(head + lines))
    return caught.value.problems


def test_a_component_as_a_factor_makes_the_scenario_of_the_file_that_sets_it(written, by_file):
    (request,) = read_design(written(DESIGN + BOTH)).requests()
    assert request.scenario.content_hash() == by_file.content_hash()
    assert request.scenario.content_hash() != load("committed").with_changes(scale=0.02).content_hash()
    again = Design.from_plain(read_design(written(DESIGN + BOTH)).plain()).requests()
    assert [each.key for each in again] == [request.key]
    assert read_search(written(SEARCH + BOTH)).policy([0.25, 0.75]).content_hash() == by_file.content_hash()


@pytest.mark.slow
def test_a_run_of_the_point_is_that_of_the_file_to_the_bit_and_another_than_without(written, by_file):
    (request,) = read_design(written(DESIGN + BOTH)).requests()
    found = request.execute().indicators
    pd.testing.assert_frame_equal(
        found, RunRequest(by_file, request.seed, request.parameters).execute().indicators, check_exact=True
    )
    base = load("committed").with_changes(scale=0.02)
    without = RunRequest(base, request.seed, request.parameters).execute().indicators
    assert not np.array_equal(found["turnover_total"], without["turnover_total"])


def test_two_components_of_one_lever_are_set_together(written):
    other = "rmb_convertibility.accounts_and_platforms"
    (request,) = read_design(written(f"{DESIGN}  {ACCOUNT}: [0.2, 0.9]\n  {other}: [0.1, 0.8]\n")).requests()
    assert request.scenario.levers["rmb_convertibility"].plain() == {
        "components": {"capital_account": 0.25, "accounts_and_platforms": 0.75}
    }


def test_a_search_counts_the_rise_of_a_component_as_effort_and_dates_it(written):
    search = read_search(
        written(f"{SEARCH}  {ACCOUNT}: {{intensity: [0.2, 0.9], from: [2021-01, 2022-12]}}\n  {PILOT}: [0.1, 0.8]\n")
    )
    path = search.policy([0.5, 12.0, 0.3]).levers["rmb_convertibility"].plain()
    assert path == {"components": {"capital_account": {"2022-01": 0.5}}}
    assert search._effort([0.9, 0.0, 0.8]) > search._effort([0.9, 20.0, 0.8]) > search._effort([0.5, 20.0, 0.8])


@pytest.mark.parametrize(("kind", "group"), [("design", "factors"), ("search", "levers")])
def test_an_unknown_component_is_one_problem_with_all_names_and_the_nearest(written, kind, group):
    name = "rmb_convertibility.capital_acount"
    (problem,) = problems_of(written, kind, f"  {name}: [0.2, 0.9]\n  {PILOT}: [0.1, 0.8]\n")
    assert problem.where.startswith(str(written("", "x.yaml").parent / "asked.yaml:"))
    assert (problem.key, problem.value, problem.nearest) == (f"{group}.{name}", name, ACCOUNT)
    assert problem.code == "component.unknown" and ACCOUNT in problem.allowed.split(", ")
    (problem,) = problems_of(written, kind, f"  rmb_convertibilty.capital_account: [0, 1]\n  {PILOT}: [0.1, 0.8]\n")
    assert problem.nearest == ACCOUNT


@pytest.mark.parametrize(("kind", "group"), [("design", "factors"), ("search", "levers")])
def test_a_lever_beside_its_component_is_refused(written, kind, group):
    (problem,) = problems_of(written, kind, f"  {ACCOUNT}: [0.2, 0.9]\n  rmb_convertibility: [0.1, 0.8]\n")
    assert (problem.key, problem.value) == (f"{group}.{ACCOUNT}", ACCOUNT)
    assert problem.code == "added.clash" and "rmb_convertibility |" in problem.allowed


@pytest.mark.parametrize("range_", ["[0.2, 1.1]", "prior", "[0.5, 0.5]"])
def test_a_range_of_a_component_is_within_0_and_1(written, range_):
    (problem,) = problems_of(written, "design", f"  {ACCOUNT}: {range_}\n")[:1]
    assert problem.code == "design.no_range" and problem.key == f"factors.{ACCOUNT}"


def test_sensitivity_and_discovery_show_components(short):
    factors = (Factor(ACCOUNT, "component", 0.2, 0.9), Factor("sovereign_growth", "parameter", 0.08, 0.14))
    for kind in ("morris", "sobol"):
        design = Design(short("committed"), kind, factors, samples=64)
        found = pd.DataFrame({"known": design.shares()[:, 0]})
        shown = indices(design, found)
        assert set(shown["factor"]) == {ACCOUNT, "sovereign_growth"}
    box, _ = discover(design, found, "known", 0.6)
    assert ACCOUNT in set(box["factor"]) and ACCOUNT in set(tree(design, found, "known", 0.6)["factor"])
    assert enough(design, len(found))


def test_an_export_has_a_column_for_a_component(short, tmp_path):
    design = Design(short("committed"), "sobol", (Factor(PILOT, "component", 0.1, 0.8),), samples=4)
    with Store.writing(tmp_path / "runs") as store:
        store.keep_design(design.requests(), design.plain())
        store.append([fabricated(each) for each in design.requests()])
    opened = Store.open(tmp_path / "runs")
    table = pd.read_csv(export_store(opened, tmp_path / "csv", "csv")[3])
    assert table[PILOT].tolist() == design.points()[PILOT].tolist()
    told = pd.read_csv(tmp_path / "csv" / "dictionary.csv").set_index("column").loc[PILOT]
    assert told["unit"] == "0 to 1" and PILOT in told["definition"] and told["short_name"] == "fintech_hub_ecny_pilot"
    stata = pd.read_stata(export_store(opened, tmp_path / "stata", "stata")[3])
    assert stata["fintech_hub_ecny_pilot"].tolist() == table[PILOT].tolist()


@pytest.mark.slow
def test_the_workbench_sets_components_as_a_file_does(by_file):
    base = load("committed").with_changes(scale=0.02)
    model = workbench_model(base, levers={ACCOUNT: (0.2, 0.9), PILOT: (0.1, 0.8)})
    names = [each.name for each in model.levers]
    assert names == ["rmb_convertibility__capital_account", "fintech_hub__ecny_pilot"]
    assert model.function(**dict(zip(names, (0.25, 0.75), strict=True))) == answer(by_file, (), (0,))


def test_the_workbench_refuses_what_a_sweep_refuses():
    with pytest.raises(InputError, match=f"did you mean '{ACCOUNT}'"):
        workbench_model(levers={"rmb_convertibility.capital_acount": (0.0, 1.0)})
    with pytest.raises(InputError, match="is there already, in rmb_convertibility"):
        workbench_model(levers={ACCOUNT: (0.0, 1.0), "rmb_convertibility": (0.0, 1.0)})
