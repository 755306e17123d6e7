"""Solved constants that come with the model: of this model, as solved to the bit, and never in the way."""

import json
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from scenarios.parameters import central_parameters, parameter_set
from sim.base_year.base_year import YEAR_2020, BaseYear
from sim.experiments import solved_draws
from sim.experiments.requests import ensemble_requests
from sim.provenance.kernels import kernels
from sim.provenance.model_digest import model_digest
from sim.solved_constants import Match, Matches, Solution
from sim.solving import history, shipped
from sim.solving.cache import constants_as_data
from sim.solving.history import solved_2020, state_at_baseline
from sim.solving.shipped import about_shipped, member_name, shipped_constants
from sim.solving.solve import first_guess

FILE = Path(shipped.__file__).with_name(shipped.FILE)
CENTRAL = central_parameters("posterior_2020")


@pytest.fixture
def forgotten(monkeypatch, tmp_path):
    """A process that has simulated no year yet, and an empty cache."""
    monkeypatch.setenv("LUJIAZUI_CACHE", str(tmp_path / "cache"))
    for past in history._pasts.values():
        past.let_go()
    history._pasts.clear()
    return tmp_path / "cache"


@pytest.fixture
def archive_in_place(monkeypatch, tmp_path):
    """A function that puts other content in the place of the archive."""

    class Elsewhere:
        def joinpath(self, name):
            return tmp_path / name

    def put(content):
        (tmp_path / shipped.FILE).write_bytes(content)
        monkeypatch.setattr(shipped.resources, "files", lambda _package: Elsewhere())
        shipped._archive.cache_clear()

    yield put
    monkeypatch.undo()
    shipped._archive.cache_clear()


def test_they_are_of_this_model_and_hold_the_draws_they_name():
    about = about_shipped()
    assert about is not None, "solved for another model: python -P -m sim.experiments.solved_draws"
    assert about["model"] == model_digest()
    with zipfile.ZipFile(FILE) as archive:
        names = set(archive.namelist())
    assert {member_name(*each) for each in solved_draws.asked_for()} == names - {shipped.ABOUT}
    assert about["draws"] == {f"{scale:g}": count for scale, count in solved_draws.DRAWS.items()}


@pytest.mark.parametrize("scale", solved_draws.DRAWS)
def test_an_ensemble_draws_what_is_there(scale):
    for request in ensemble_requests(["plan", "committed"], runs=20, scale=scale):
        assert shipped_constants(request.parameters, scale, (), YEAR_2020) is not None
    (other,) = ensemble_requests(["plan"], runs=1, seed=2, scale=scale)
    assert shipped_constants(other.parameters, scale, (), YEAR_2020) is None


def test_they_are_what_is_solved_anew():
    draw = parameter_set(solved_draws.SET).draw(1_000_003)
    known = shipped_constants(draw, 0.1, (), YEAR_2020)
    anew = solved_2020(draw, 0.1).states[Solution]
    assert known.worst_miss == pytest.approx(anew.worst_match.scaled_miss, rel=0.2)
    if about_shipped()["kernels"] == kernels():
        assert constants_as_data(known.constants) == constants_as_data(anew.constants)
        assert known.worst_miss == anew.worst_match.scaled_miss


def test_with_them_the_year_runs_once_and_leaves_nothing_in_the_cache(forgotten, monkeypatch):
    passes = []
    once = history.simulate_2020
    monkeypatch.setattr(history, "simulate_2020", lambda *asked: passes.append(asked) or once(*asked))
    monkeypatch.setattr(history, "altered_values", tuple)
    monkeypatch.setattr(shipped, "alterations", tuple)
    past = state_at_baseline(CENTRAL, 0.02)
    assert len(passes) == 1
    assert list(forgotten.rglob("*.json")) == []
    known = shipped_constants(CENTRAL, 0.02, (), YEAR_2020)
    assert past.states[Solution].worst_match.scaled_miss == pytest.approx(known.worst_miss, rel=1e-6)


@pytest.mark.usefixtures("forgotten")
def test_where_the_year_is_not_met_with_them_it_is_solved(monkeypatch):
    known = shipped_constants(CENTRAL, 0.02, (), YEAR_2020)
    others = replace(known, constants=first_guess(CENTRAL, YEAR_2020), worst_miss=0.0)
    monkeypatch.setattr(history, "shipped_constants", lambda *_: others)
    monkeypatch.setattr(history, "altered_values", tuple)
    found = constants_as_data(state_at_baseline(CENTRAL, 0.02).states[Solution].constants)
    assert found != constants_as_data(others.constants)
    if about_shipped()["kernels"] == kernels():
        assert found == constants_as_data(known.constants)


def test_a_miss_counts_where_it_is_larger_than_the_tolerance_and_than_it_was():
    known = shipped_constants(CENTRAL, 0.02, (), YEAR_2020)
    assert replace(known, worst_miss=0.5).met_by(Solution(known.constants, _missed_by(0.9)))
    assert replace(known, worst_miss=1.5).met_by(Solution(known.constants, _missed_by(1.5)))
    assert not replace(known, worst_miss=0.5).met_by(Solution(known.constants, _missed_by(1.5)))


def _missed_by(tolerances):
    return Matches({"one": Match("one", 1.0 + 0.01 * tolerances, 1.0)})


@pytest.mark.parametrize(
    "other", [("scale", 0.07), ("interactions_off", ("forced_sales",)), ("base_year", BaseYear(2019))]
)
def test_another_model_size_interaction_or_year_has_none(other):
    asked = {"scale": 0.1, "interactions_off": (), "base_year": YEAR_2020}
    assert shipped_constants(CENTRAL, **asked) is not None
    assert shipped_constants(CENTRAL, **asked | dict([other])) is None


@pytest.mark.parametrize("content", [b"", b"no archive", FILE.read_bytes()[:-400], FILE.read_bytes()[400:]])
def test_a_spoilt_archive_costs_a_solution_and_nothing_else(archive_in_place, content):
    archive_in_place(content)
    assert shipped_constants(CENTRAL, 0.1, (), YEAR_2020) is None


def test_an_archive_of_another_model_is_not_taken(archive_in_place, tmp_path):
    with zipfile.ZipFile(FILE) as archive:
        members = {name: archive.read(name).decode() for name in archive.namelist()}
    about = json.loads(members.pop(shipped.ABOUT))
    made = tmp_path / "made.zip"
    solved_draws.write(made, members, about)
    archive_in_place(made.read_bytes())
    assert shipped_constants(CENTRAL, 0.1, (), YEAR_2020) is not None
    solved_draws.write(made, members, {**about, "model": "0" * 16})
    archive_in_place(made.read_bytes())
    assert shipped_constants(CENTRAL, 0.1, (), YEAR_2020) is None


def test_equal_constants_give_equal_bytes(tmp_path):
    members = {"1/b.json": "{}", "1/a.json": "[]"}
    solved_draws.write(tmp_path / "one.zip", members, {"model": "m"})
    solved_draws.write(tmp_path / "two.zip", dict(reversed(members.items())), {"model": "m"})
    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "two.zip").read_bytes()
