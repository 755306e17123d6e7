"""Parameters of one's own, from a file or a fit: checked, drawn, named with their sources, part of the scenario."""

import json
import shutil
from statistics import median

import pytest

import sim
from app.cli import command_line
from scenarios.errors import InputError
from scenarios.loader import load, parse_scenario
from scenarios.own_parameters import read_own_parameters
from scenarios.parameters import central_parameters, parameter_set, posterior_draws
from scenarios.schema import Scenario
from sim.experiments.designs import read_design
from sim.experiments.repeating import repeated
from sim.experiments.requests import ensemble_requests
from sim.experiments.store import Store

HEAD = "id,value,unit,status,source\n"
MINE = HEAD + (
    "peer_bound,0.3,x,judgement,my own\n"
    'access_elasticity,"U(0.2,0.4)",log per unit,estimated,"a paper, 2019"\n'
    "bond_market_access.foreign_access_cost,-0.25,log per unit of intensity,literature,another paper\n"
)


@pytest.fixture
def mine(tmp_path):
    file = tmp_path / "mine.csv"
    file.write_text(MINE, encoding="utf-8")
    return file


@pytest.fixture
def fit(tmp_path):
    """A fit of two parameters in the form of `lujiazui calibrate --out`."""
    folder = tmp_path / "fit"
    folder.mkdir()
    (folder / "posterior_2020.csv").write_text("peer_bound,access_elasticity\n0.2,0.5\n0.4,0.7\n0.3,0.9\n", "utf-8")
    (folder / "posterior_2020.json").write_text(json.dumps({"date": "2026-01-02", "runs": 5}), "utf-8")
    return folder


def test_values_and_distributions_replace_those_of_the_set_and_nothing_else(mine):
    asked = load("plan").with_parameters(mine)
    usual, own = central_parameters("posterior_2020"), asked.values()
    changed = {name for name in usual if usual[name] != own[name]}
    assert changed == {"peer_bound", "access_elasticity"}
    assert (own.peer_bound, own.access_elasticity) == (0.3, pytest.approx(0.3))
    moved = {pair for pair in usual.betas if usual.betas[pair] != own.betas[pair]}
    assert moved == {("bond_market_access", "foreign_access_cost")}
    assert own.betas["bond_market_access", "foreign_access_cost"] == -0.25


def test_draws_are_from_the_distribution_and_all_other_draws_stay(mine):
    asked = load("plan").with_parameters(mine)
    for seed in range(40):
        usual, own = parameter_set("posterior_2020").draw(seed), asked.set_of_parameters().draw(seed)
        assert 0.2 <= own.access_elasticity <= 0.4 and own.peer_bound == 0.3
        assert {name for name in usual if usual[name] != own[name]} == {"peer_bound", "access_elasticity"}


def test_a_fit_is_drawn_jointly_and_has_its_medians_at_the_centre(fit):
    asked = load("plan").with_parameters(fit)
    own = asked.values()
    assert (own.peer_bound, own.access_elasticity) == (0.3, 0.7)
    pairs = {(each.peer_bound, each.access_elasticity) for each in map(asked.set_of_parameters().draw, range(60))}
    assert pairs == {(0.2, 0.5), (0.4, 0.7), (0.3, 0.9)}
    # What only the shipped fit has is drawn from its prior again.
    name = next(each for each in posterior_draws().names if each not in ("peer_bound", "access_elasticity"))
    assert own[name] == central_parameters("prior_2020")[name]


def test_the_shipped_fit_loads_as_a_users_own_does(tmp_path):
    folder = tmp_path / "shipped"
    folder.mkdir()
    for name in ("posterior_2020.csv", "posterior_2020.json"):
        shutil.copy(sim.__path__[0] + f"/../scenarios/data/{name}", folder / name)
    own = Scenario(**{**load("plan").plain(), "parameters": "prior_2020"}).with_parameters(folder)
    assert own.values() == central_parameters("posterior_2020")
    assert own.set_of_parameters().draw(3) == parameter_set("posterior_2020").draw(3)


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        ("peer_bonud,0.3,x,judgement,me", "mine.csv: peer_bonud: unknown parameter 'peer_bonud'; did you mean 'peer_b"),
        ("peer_bound,0.3,bp,judgement,me", "mine.csv: peer_bound: peer_bound is given in 'bp' (x)"),
        ("peer_bound,much,x,judgement,me", "mine.csv:2: value: 'much' is no number and no distribution"),
        ("peer_bound,0.3,x,,me", "mine.csv:2: status: is missing"),
        ("peer_bound,0.3,x,judgement,", "mine.csv:2: source: is missing"),
        ("peer_bound,0.3,x,judgement,me\npeer_bound,0.4,x,judgement,me", "mine.csv:3: id: the parameter peer_bound "),
        ("peer_bound,Fixed(1;2),x,judgement,me", "does not fit"),
        ("reits_pilot.no_channel,1,x,judgement,me", "unknown parameter 'reits_pilot.no_channel'"),
    ],
)  # fmt: skip
def test_what_cannot_be_used_is_named_with_file_and_line(mine, rows, told):
    mine.write_text(f"{HEAD}{rows}\n", encoding="utf-8")
    with pytest.raises(InputError) as refused:
        load("plan").with_parameters(mine)
    assert told in str(refused.value)


@pytest.mark.parametrize(
    ("draws", "told"),
    [
        ("peer_bound\n", "holds no joint draws"),
        ("peer_bonud\n0.2\n", "unknown parameter 'peer_bonud'; did you mean 'peer_bound'?"),
        ("peer_bound\nx\n", "posterior_2020.csv:2: 'x' is not a number"),
    ],
)
def test_a_fit_that_cannot_be_used_is_named(fit, draws, told):
    (fit / "posterior_2020.csv").write_text(draws, encoding="utf-8")
    with pytest.raises(InputError) as refused:
        read_own_parameters(fit)
    assert told in str(refused.value)


def test_a_scenario_holds_the_rows_and_needs_the_file_no_more(mine, fit):
    for source in (mine, fit):
        asked = load("plan").with_parameters(source)
        plain = json.loads(json.dumps(asked.plain()))
        again = Scenario.from_plain(plain)
        assert again == asked and again.content_hash() == asked.content_hash() != load("plan").content_hash()
        assert again.values() == asked.values()
    with pytest.raises(InputError, match=r"mine\.csv"):
        Scenario.from_plain({**load("plan").plain(), "parameters": str(mine)})
    with pytest.raises(InputError, match=r"mine\.csv"):
        parse_scenario("extends: plan\nparameters: mine.csv\n", "sent.yaml")


def test_a_scenario_file_names_it_relative_to_itself_and_a_child_may_take_another_set(mine, tmp_path, monkeypatch):
    parent, child = mine.parent / "parent.yaml", mine.parent / "child.yaml"
    parent.write_text("extends: plan\nparameters: mine.csv\n", encoding="utf-8")
    child.write_text("extends: parent.yaml\nlevers: {reits_pilot: 0.5}\n", encoding="utf-8")
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    assert load(child).own_parameters == load(parent).own_parameters == read_own_parameters(mine)
    assert load(child).with_policy_of(load("committed")).own_parameters == read_own_parameters(mine)
    child.write_text("extends: parent.yaml\nparameters: prior_2020\n", encoding="utf-8")
    assert load(child).own_parameters is None
    child.write_text("extends: plan\nparameters: none.csv\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"child.yaml:2: parameters: .*none.csv"):
        load(child)


@pytest.fixture(scope="module")
def brief():
    return Scenario(**{**load("plan").plain(), "scale": 0.02, "end": "2021-02"})


def test_a_run_states_name_and_sources(mine, brief):
    result = sim.run(brief, parameters=mine)
    told = result.provenance["own_parameters"]
    assert told["name"] == "mine.csv" and [row["source"] for row in told["rows"]][1] == "a paper, 2019"
    assert result.provenance["parameter_set"] == f"posterior_2020 with mine.csv ({told['digest']})"
    assert "mine.csv" in result.provenance["information_until"]["data"]
    assert result.parameters.peer_bound == 0.3
    assert sim.FinancialCenter(brief, parameters=str(mine)).parameters.peer_bound == 0.3
    assert sim.run(brief).provenance["own_parameters"] is None


def test_in_a_store_the_runs_draw_from_the_file_and_are_repeated_without_it(mine, brief, tmp_path):
    usual = ensemble_requests([brief], runs=2)
    own = ensemble_requests([brief], runs=2, parameters=str(mine))
    assert {each.key for each in usual}.isdisjoint(each.key for each in own)
    assert len({each.parameters.access_elasticity for each in own}) == 2
    found = sim.ensemble([brief], runs=1, parameters=str(mine), workers=1, store=tmp_path / "store")
    assert "parameters posterior_2020 with mine.csv" in found.conditions.lines[0]
    mine.unlink()
    store = Store.open(tmp_path / "store")
    assert repeated(store, own[0].key).same


def test_a_sweep_takes_the_file_and_its_distribution_as_a_range(mine):
    spec = mine.parent / "sweep.yaml"
    (mine.parent / "base.yaml").write_text("extends: plan\nparameters: mine.csv\n", encoding="utf-8")
    spec.write_text(
        "kind: factorial\nlevels: 2\nscenario: base.yaml\n"
        "factors: {access_elasticity: prior, peer_bound: [0.1, 0.2]}\n",
        encoding="utf-8",
    )
    design = read_design(spec)
    assert (design.factors[0].low, design.factors[0].high) == pytest.approx((0.21, 0.39))
    requests = design.requests()
    assert {each.parameters.betas["bond_market_access", "foreign_access_cost"] for each in requests} == {-0.25}
    assert median(each.parameters.peer_bound for each in requests) == pytest.approx(0.15)


def test_the_command_line_takes_a_file(mine, capsys):
    run = ["run", "plan", "--scale", "0.02", "--json"]
    assert command_line([*run, "--parameters", str(mine)]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["provenance"]["own_parameters"]["name"] == "mine.csv"
    assert answer["parameters"].startswith("posterior_2020 with mine.csv")
    mine.write_text(f"{HEAD}peer_bound,much,x,judgement,me\n", encoding="utf-8")
    assert command_line([*run, "--parameters", str(mine)]) == 2
    error = capsys.readouterr().err
    assert "mine.csv:2: value: 'much' is no number" in error and "Traceback" not in error
    assert command_line([*run, "--parameters", "no_such_set"]) == 2
