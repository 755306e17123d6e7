"""Robust search: what a file asks for, and policies that no other one beats."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from scenarios.errors import InputError
from sim.experiments import robust_search as module
from sim.experiments.pictures import search_picture
from sim.experiments.robust_search import Choice, Objective, Search, read_search, robust_search

CHOICES = (
    Choice("bond_market_access", 0.4, 1.0),
    Choice("panda_bond_framework", 0.3, 1.0, "2021-01", "2021-06"),
)
OBJECTIVES = (Objective("foreign_bond_share", "mean", True), Objective("effort", "mean", False))


@pytest.fixture(scope="module")
def search(short):
    return Search(
        short("committed", end="2021-12"), CHOICES, OBJECTIVES, worlds=2, check_worlds=2, population=6, generations=3
    )


@pytest.fixture(scope="module")
def found(search, tmp_path_factory):
    return robust_search(search, store=tmp_path_factory.mktemp("search") / "runs", workers=1)


def test_points_are_rounded_to_hundredths_and_months(search):
    (point,) = search.rounded(np.array([[0.4567, 1.2, 7.8]]))
    assert point.tolist() == [0.46, 1.0, 5.0]
    levers = search.policy(point).levers
    assert levers["bond_market_access"].plain() == 0.46
    assert levers["panda_bond_framework"].plain() == {"2021-06": 1.0}


def test_every_policy_has_the_same_worlds(search):
    asked = search.requests(np.array([[0.5, 0.5, 0.0], [0.9, 0.5, 0.0]]), range(2))
    first, second = ([request for request in asked if request.run // 2 == place] for place in (0, 1))
    assert [request.seed for request in first] == [request.seed for request in second]
    assert [r.parameters.hash for r in first] == [r.parameters.hash for r in second]
    assert len({request.parameters.hash for request in first}) == 2
    checked = search.requests(np.array([[0.5, 0.5, 0.0]]), range(2, 4))
    assert not {request.seed for request in checked} & {request.seed for request in asked}


def test_macro_paths_multiply_the_worlds(search):
    both = replace(search, macro=("neutral", "adverse"))
    asked = both.requests(np.array([[0.5, 0.5, 0.0]]), range(2))
    assert sorted((request.scenario.macro, request.run) for request in asked) == [
        ("adverse", 2),
        ("adverse", 3),
        ("neutral", 0),
        ("neutral", 1),
    ]


@pytest.mark.slow
def test_no_policy_found_is_beaten_and_each_can_be_run(found, search):
    table = found.policies
    share, effort = table["foreign_bond_share_mean"].to_numpy(), table["effort"].to_numpy()
    assert (np.diff(share) <= 0).all() and (np.diff(effort) <= 0).all()
    assert len(table) > 1 and np.isfinite(table["foreign_bond_share_mean_check"]).all()
    policy = found.scenario(0)
    assert policy.levers["bond_market_access"].plain() == table["bond_market_access"][0]
    assert policy.name == f"{search.scenario.name}_policy_0"
    with pytest.raises(InputError, match="there is no policy 99"):
        found.scenario(99)
    volumes = found.generations["hypervolume"]
    assert (volumes.diff().dropna() >= -1e-12).all() and 0.0 < volumes.iloc[-1] <= 1.0


@pytest.mark.slow
def test_a_search_repeats_to_the_bit_and_takes_runs_from_its_store(found, search, tmp_path):
    again = robust_search(search, store=tmp_path / "runs", workers=2)
    assert again.policies.equals(found.policies)
    done = []
    once_more = robust_search(search, store=tmp_path / "runs", workers=1, progress=lambda *told: done.append(told))
    assert done == [] and once_more.policies.equals(found.policies)


@pytest.mark.slow
def test_a_picture_of_a_search_is_written(found, tmp_path):
    search_picture(found, tmp_path / "search.png")
    assert (tmp_path / "search.png").stat().st_size > 5000


GOOD = "levers: {reits_pilot: [0, 1]}\nhighest: {direct_financing: p10}\nlowest: {effort: mean}\n"


def test_a_file_is_read(tmp_path):
    path = tmp_path / "search.yaml"
    path.write_text(
        "title: A\nscenario: committed\nscale: 0.05\nmacro: [neutral, adverse]\nworlds: 3\n"
        "levers:\n  reits_pilot: {intensity: [0, 1], from: [2021-01, 2022-12]}\n"
        "highest: {direct_financing: p10}\nlowest: {effort: mean}\n"
    )
    search = read_search(path)
    assert (search.worlds, search.macro, search.scenario.scale) == (3, ("neutral", "adverse"), 0.05)
    assert search.highs.tolist() == [1.0, 23.0]
    assert [objective.title for objective in search.objectives] == ["direct_financing_p10", "effort"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[1]\n", "is not a search"),
        ("lever: {reits_pilot: [0, 1]}\n" + GOOD, "did you mean 'levers'"),
        (GOOD.replace("reits", "reit"), "did you mean 'reits_pilot'"),
        (GOOD.replace("[0, 1]", "[0, 2]"), "not a range of intensity"),
        (GOOD.replace("[0, 1]", "{intensity: [0, 1], form: [2021-01, 2022-01]}"), "did you mean 'from'"),
        (GOOD.replace("[0, 1]", "{intensity: [0, 1], from: [2020-01, 2022-01]}"), "not a range of months"),
        (GOOD.replace("direct_financing", "direct_finance"), "did you mean 'direct_financing'"),
        (GOOD.replace("p10", "p11"), "unknown measure 'p11'"),
        (GOOD.replace("direct_financing: p10", "talent_stock: chance"), "search.yaml"),
        (GOOD.replace("lowest: {effort: mean}\n", ""), "one objective alone"),
        (GOOD.replace("effort", "cost"), "needs a budget"),
        (GOOD.replace("highest: {", "highest: {effort: mean, "), "the effort of a policy"),
        (GOOD.replace("effort: mean", "effort: p10"), "unknown measure 'p10'"),
        (GOOD + "macro: [neutral, neutral]\n", "names a path twice"),
        (GOOD + "macro: [calm]\n", "unknown macro path 'calm'"),
        (GOOD + "worlds: 1\n", "not a whole number from 2"),
        (GOOD + "generations: 100000\n", "needs 12800000 runs"),
        (GOOD + "scenario: plann\n", "did you mean 'plan'"),
    ],
)
def test_a_bad_file_is_refused(tmp_path, text, message):
    path = tmp_path / "search.yaml"
    path.write_text(text)
    with pytest.raises(InputError, match=message):
        read_search(path)


def test_one_macro_path_may_stand_without_a_list(tmp_path):
    path = tmp_path / "search.yaml"
    path.write_text(GOOD + "macro: adverse\n")
    assert read_search(path).macro == ("adverse",)


def budgeted(tmp_path, cap):
    base, path = tmp_path / "base.yaml", tmp_path / "search.yaml"
    base.write_text(f"extends: committed\nbudget: {{unit: mn yuan, a_year: {{reits_pilot: 100}}, cap: {cap}}}\n")
    path.write_text(
        f"scenario: {base}\nlevers:\n  reits_pilot: {{intensity: [0.4, 1], from: [2021-01, 2023-12]}}\n"
        "highest: {direct_financing: mean}\nlowest: {cost: mean}\nworlds: 2\ncheck_worlds: 2\npopulation: 8\n"
        "generations: 4\n"
    )
    return path


def test_policies_above_the_cap_are_not_run_and_the_search_goes_on_among_the_others(tmp_path, monkeypatch):
    asked = read_search(budgeted(tmp_path, 200))
    assert asked.excess([1.0, 0.0]) > 0.0 > asked.excess([0.4, 35.0])
    tried = []

    def measured(self, points, *_):
        tried.extend(map(tuple, points))
        costs = [sum(self.policy(point).costs().values()) for point in points]
        return pd.DataFrame({self.objectives[0].title: points[:, 0], self.objectives[1].title: costs})

    monkeypatch.setattr(Search, "measured", measured)
    monkeypatch.setattr(module, "_ran", lambda *_: None)
    found = robust_search(asked, workers=1)
    assert len(tried) > 4 and all(asked.excess(point) <= 0.0 for point in tried)
    assert found.policies["cost"].max() <= 200.0 and found.generations["policies"].is_monotonic_increasing


def test_a_search_in_which_nothing_can_be_afforded_is_refused_before_the_work(tmp_path):
    with pytest.raises(InputError, match="more than the cap"):
        read_search(budgeted(tmp_path, 50))


@pytest.mark.slow
def test_the_command_searches_and_writes_policies_that_can_be_checked(tmp_path, capsys):
    from app.cli import command_line

    spec = tmp_path / "search.yaml"
    spec.write_text(
        "scenario: committed\nscale: 0.05\nworlds: 2\ncheck_worlds: 2\npopulation: 4\ngenerations: 2\n"
        "levers:\n  bond_market_access: [0.4, 1]\nhighest: {foreign_bond_share: mean}\nlowest: {effort: mean}\n"
    )
    out, folder = tmp_path / "found.csv", tmp_path / "found"
    asked = ["search", str(spec), "--store", str(tmp_path / "runs"), "--out", str(out), "--policies", str(folder)]
    assert command_line(asked) == 0
    printed = " ".join(capsys.readouterr().out.split())
    assert "rely on those" in printed and " % " in printed and "foreign_bond_share_mean" not in printed
    assert "foreign_bond_share_mean_check" in out.read_text()
    assert command_line(["check", str(folder / "policy-0.yaml")]) == 0
    assert command_line(["search", str(spec), "--policies", str(spec / "no")]) == 2
    assert "cannot be written" in capsys.readouterr().err
