"""What the desk prints for the command line and for Python asks for the very runs that the desk shows."""

from contextlib import contextmanager
from types import SimpleNamespace

import pytest
import typer
from hypothesis import HealthCheck, given, settings

import sim
from app.cli import commands
from app.web.desk import BASELINE_FILE, Desk
from app.web.moves import Change
from app.web.simulations import paired_requests
from scenarios import InputError, load
from sim.experiments.requests import ensemble_requests
from sim.experiments.store import Store
from tests.app.web.desks import desks

WORLD = ("macro", "parameters", "rival_centres", "scale", "start", "end", "shocks")


class Asked(Exception):
    """In place of runs: what was asked for."""


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder with nothing in it but what the desk offers to save; no command in it runs anything."""

    @contextmanager
    def writing(_):
        def told(requests, **_):
            raise Asked(requests)

        yield SimpleNamespace(keep_design=told)

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(Store, "writing", writing)
    return tmp_path


def saved(desk, folder):
    (folder / "desk.yaml").write_text(desk.scenario().to_yaml(), encoding="utf-8")
    (folder / BASELINE_FILE).write_text(desk.baseline_policy().to_yaml(), encoding="utf-8")


def of_the_command(text):
    """The runs that a printed line asks for, read by the parser of the command line itself."""
    name, *arguments = text.split()
    assert name == "lujiazui"
    with pytest.raises(Asked) as caught:
        typer.main.get_command(commands)(arguments, standalone_mode=False)
    return caught.value.args[0]


def of_the_python(text, monkeypatch):
    """The runs that printed Python asks for."""
    asked = []

    def instead(scenarios, *, store, **options):
        assert store == "runs"
        asked.extend(ensemble_requests(scenarios, **options))
        return SimpleNamespace(difference=lambda *names: [each.values for each in names if False])

    monkeypatch.setattr(sim, "ensemble", instead)
    exec(compile(text, "printed", "exec"), {})
    return asked


def told(requests):
    return [(each.key, each.run, each.scenario.name, each.draw) for each in requests]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(desk=desks())
def test_the_printed_command_and_python_ask_for_the_runs_of_the_desk(desk, folder, monkeypatch):
    saved(desk, folder)
    shown = told(paired_requests(desk))
    assert len(shown) == 2 * desk.runs
    assert told(of_the_command(desk.command_line())) == shown
    assert told(of_the_python(desk.python(), monkeypatch)) == shown
    again = load(folder / "desk.yaml")
    assert (again.title, again.description) == (desk.scenario().title, desk.scenario().description)


@settings(max_examples=25, deadline=None)
@given(desk=desks())
def test_only_policy_differs_between_the_desk_and_its_baseline(desk):
    policy = ("name", "title", "author", "description", "policy", "levers", "triggers", "budget")
    ours, theirs = desk.scenario().plain(), desk.baseline_scenario().plain()
    assert {key: ours[key] for key in ours if key not in policy} == {
        key: theirs[key] for key in theirs if key not in policy
    }
    committed = desk.baseline_policy().plain()
    assert {key: theirs.get(key) for key in policy} == {key: committed.get(key) for key in policy}
    assert ours["macro"] == desk.macro and ours["parameters"] == desk.parameter_set and ours["scale"] == desk.scale
    for here, there in zip(*[iter(paired_requests(desk))] * 2, strict=True):
        assert here.pairing == there.pairing


def test_a_desk_that_stands_on_its_baseline_does_nothing_whatever_the_world_of_its_file():
    file = "extends: committed\nmacro: adverse\nparameters: prior_2020\nrival_centres: matching\nend: 2024-12\n"
    requests = paired_requests(Desk().opening(file))
    assert len({each.key for each in requests}) == len(requests) / 2


def test_a_second_policy_needs_a_world_and_another_name(folder):
    command = typer.main.get_command(commands)
    with pytest.raises(InputError, match="--against"):
        command(["batch", "--against", "committed"], standalone_mode=False)
    saved(Desk().with_change("fintech_hub", Change(0.9)), folder)
    with pytest.raises(InputError, match="two scenarios have the name"):
        command(["batch", "committed", "--against", "committed"], standalone_mode=False)
