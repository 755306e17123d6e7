"""What is no component, is not there or does not fit gets one clear error."""

import sys
from dataclasses import dataclass, replace

import pytest

import sim
from app.cli import command_line
from scenarios.added.reading import added_data
from scenarios.added.records import AddedData, AddedParameter
from scenarios.errors import InputError
from scenarios.loader import load, parse_scenario
from sim.added.component import AddedComponent
from sim.bond_market.state import Geopolitics
from sim.clock import Clock
from sim.component import Component, Reading, Step
from sim.model import components_of
from sim.month import MONTH


@dataclass
class Nowhere:
    """A state that nobody brings."""


def needs_what_is_not_there(state: Nowhere) -> None:
    """A step."""


def reads_clock(clock: Clock) -> float:
    """A reading."""
    return float(clock.month)


def has_no_type(clock) -> None:
    """A step."""


def firms_earn(clock: Clock) -> None:
    """A step with the name of one of the model."""


def made(name="own", **more):
    component = {key: more.pop(key) for key in ("readings", "states", "streams", "start") if key in more}
    return AddedComponent(Component(name, **component), **{"version": "1", **more})


def refusal(*components, scenario="plan"):
    with pytest.raises(InputError) as refused:
        asked = load(scenario).with_components(components)
        sim.FinancialCenter(sim.Scenario(**{**asked.as_given(), "scale": 0.02}))
    return str(refused.value)


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"version": ""}, "'own' does not fit the model: version is ''"),
        ({"version": 1.0}, "version is 1.0"),
        ({"replaces": {"firms_earn": firms_earn}}, "replaces.firms_earn is"),
        ({"after": {"firms_earn": Step(firms_earn)}}, "after.firms_earn is"),
        ({"before": [Step(firms_earn)]}, "before is"),
        ({"agents": {Clock: 3}}, "agents is"),
        ({"data": {}}, "data is"),
        ({"after": {"firms_earn": (Step(has_no_type),)}}, "the parameter 'clock' has no type"),
        ({"start": has_no_type}, "the parameter 'clock' has no type"),
    ],
)
def test_a_field_of_another_type_is_named_when_the_component_is_made(fields, told):
    with pytest.raises(InputError) as refused:
        made(**fields)
    assert told in str(refused.value)


def test_a_step_of_the_component_itself_has_no_place():
    with pytest.raises(InputError, match="give them in replaces, before or after"):
        AddedComponent(Component("own", steps=(Step(firms_earn),)), version="1")


@pytest.mark.parametrize("field", ["replaces", "before", "after"])
def test_an_unknown_step_is_named_with_the_nearest(field):
    step = Step(needs_what_is_not_there)
    told = refusal(made(**{field: {"firm_earns": step if field == "replaces" else (step,)}}))
    assert told.startswith(f"own: {field}: no step has the name 'firm_earns'; did you mean 'firms_earn'?")


def test_a_state_that_nobody_brings_is_named():
    told = refusal(made(after={"firms_earn": (Step(needs_what_is_not_there),)}))
    assert "the step 'needs_what_is_not_there' needs Nowhere, which no component brings" in told
    assert "needs Nowhere, which no component brings" in refusal(made(start=needs_what_is_not_there))


@pytest.mark.parametrize(
    ("components", "told"),
    [
        ([made(), made(version="2")], "the component 'own' is there already, in own"),
        ([made(readings=(Reading("turnover_total", "trn", "flow", reads_clock),))], "indicator 'turnover_total'"),
        ([made(states=(Geopolitics,))], "the state 'Geopolitics' is there already, in bond market"),
        ([made(streams=("issuer.carbon",))], "the stream 'issuer.carbon' is there already, in carbon"),
        ([made(before={"firms_earn": (Step(firms_earn),)})], "the step 'firms_earn' is there already, in the model"),
        (
            [
                made("a", replaces={"firms_earn": Step(firms_earn)}),
                made("b", replaces={"firms_earn": Step(firms_earn)}),
            ],
            "two components replace the step 'firms_earn': a, b",
        ),
        ([made("Own market")], "'Own market' cannot be the name of a component"),
    ],
)
def test_names_that_are_there_already_are_refused(components, told):
    assert told in refusal(*components)


def test_parameters_of_a_component_need_unit_status_source_and_a_distribution():
    rows = (
        AddedParameter("own_share", "", "N(0,1)", "hypothetical", "made up"),
        AddedParameter("peer_bound", "share", "Fixed(1)", "hypothetical", "made up"),
        AddedParameter("own_size", "share", "N(0,-1)", "hypothetical", "made up"),
    )
    told = refusal(made(data=AddedData(parameters=rows)))
    assert "own: parameters.own_share.unit: is missing" in told
    assert "the parameter 'peer_bound' is there already, in the model" in told
    assert "'N(0,-1)' is no number and no distribution" in told


def test_levers_have_effects_on_channels_that_are_there(weather_market):
    (lever,) = weather_market.data.levers
    (effect,) = lever.effects
    wrong = replace(lever, id="own_lever", effects=(replace(effect, channel="weather_contract_costs"),))
    told = refusal(weather_market, made(data=AddedData(levers=(wrong,))))
    assert "unknown channel 'weather_contract_costs'; did you mean 'weather_contract_cost'?" in told
    wrong = replace(lever, id="own_lever", effects=(replace(effect, beta=3.0),), intensity_2020=1.5)
    told = refusal(weather_market, made(data=AddedData(levers=(wrong,))))
    assert "no beta between beta_min and beta_max" in told and "intensity_2020" in told


def test_the_data_files_of_a_package_are_read_with_all_their_problems(tmp_path, monkeypatch):
    folder = tmp_path / "faulty_market"
    folder.mkdir()
    (folder / "__init__.py").write_text("", encoding="utf-8")
    (folder / "levers.toml").write_text('[[lever]]\nid = "own"\nintensity2020 = 0.1\n', encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(InputError) as refused:
        added_data("faulty_market")
    assert "levers.toml: lever.own.intensity2020: unknown field 'intensity2020'" in str(refused.value)
    assert "levers.toml: lever.own.name: is missing" in str(refused.value)
    (folder / "levers.toml").unlink()
    (folder / "parameters.csv").write_text("id,value,unit,status,source\na b,x,,y,z\n", encoding="utf-8")
    with pytest.raises(InputError) as refused:
        added_data("faulty_market")
    assert "parameters.csv:2: unit: is missing" in str(refused.value)
    assert "'a b' cannot be the name of a parameter" in str(refused.value)
    assert "'x' is no number and no distribution" in str(refused.value)
    sys.modules.pop("faulty_market", None)


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("weather_markets", "did you mean 'weather_market'? (installed: broken, gone, renamed, weather_market)"),
        (
            "gone",
            "the component 'gone' cannot be loaded: ModuleNotFoundError: No module named 'weather_market.nowhere'",
        ),
        ("broken", "is no component"),
        ("renamed", "the entry point 'renamed' gives a component of another name, 'weather_market'"),
    ],
)
def test_a_name_that_gives_no_component_is_refused_on_the_command_line(weather_market, name, told, capsys):
    assert weather_market is not None
    assert command_line(["run", "plan", "--component", name, "--scale", "0.02"]) == 2
    error = capsys.readouterr().err
    assert told in error and "--component" in error and "Traceback" not in error


def test_a_package_is_imported_only_when_its_component_is_named(weather_market):
    assert weather_market is not None
    before = set(sys.modules)
    sim.run(sim.Scenario(**{**load("plan").plain(), "scale": 0.02, "end": "2021-01"}))
    assert not {name for name in set(sys.modules) - before if name.startswith("weather")}


def test_scenario_files_name_installed_components_and_their_levers(weather_market, tmp_path):
    parent, child = tmp_path / "parent.yaml", tmp_path / "child.yaml"
    parent.write_text(
        "extends: plan\nscale: 0.02\nend: 2021-03\ncomponents: [weather_market]\n"
        "levers: {weather_contract_support: 0.5}\nshocks: [{name: cold_spell, month: 2021-02}]\n",
        encoding="utf-8",
    )
    child.write_text("extends: parent.yaml\nlevers: {weather_contract_support: {2021-02: 0.9}}\n", encoding="utf-8")
    asked = load(child)
    assert [each.name for each in asked.components] == ["weather_market"]
    assert sim.run(asked).provenance["components"][0]["digest"] == weather_market.digest
    again = tmp_path / "again.yaml"
    again.write_text(asked.to_yaml(), encoding="utf-8")
    assert load(again) == asked and load(again).content_hash() == asked.content_hash()
    child.write_text("extends: plan\ncomponents: [weather_markt]\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"child.yaml:2: components: no installed component has the name"):
        load(child)
    child.write_text("extends: plan\ncomponents: weather_market\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"child.yaml:2: components: .*is no list of components"):
        load(child)


def test_a_text_that_was_sent_runs_no_code_of_others():
    with pytest.raises(InputError, match="a text that was sent names no components"):
        parse_scenario("extends: plan\ncomponents: [weather_market]\n", "sent.yaml")


def test_a_component_that_is_no_constant_of_a_module_stays_in_its_process(tiny):
    alone = made(readings=(Reading("own_month", "month", "stock", reads_clock),))
    assert sim.run(tiny(end="2021-01"), components=[alone]).indicators["own_month"].iloc[-1] == 2021 * 12
    with pytest.raises(InputError, match="other processes cannot import the component 'own'"):
        sim.ensemble([tiny(end="2021-01")], runs=2, workers=2, components=[alone])


def test_a_model_without_components_is_made_of_ours_alone():
    assert components_of(load("plan")).added == ()
    assert [step.name for step in MONTH] == sim.FinancialCenter.steps_table()["step"].tolist()


def test_an_effect_acts_in_the_form_of_its_channel_unless_it_names_one(tmp_path, monkeypatch):
    package = tmp_path / "plain_market"
    package.mkdir()
    (package / "__init__.py").write_text("", encoding="utf-8")
    (package / "levers.toml").write_text(
        """
[[lever]]
id = "plain_lever"
name = "Plain lever"
name_zh = "普通杠杆"
unit = "share"
authority = "municipal"
kind = "continuous"
intensity_2020 = 0.0
effect_lag_months = 2
effects = [
  { channel = "foreign_access_cost", beta_min = -1.2, beta = -0.8, beta_max = -0.4 },
  { channel = "eligible_universe", beta_min = 0.1, beta = 0.2, beta_max = 0.3 },
  { channel = "settlement_cost", form = "add", beta_min = -0.3, beta = -0.2, beta_max = -0.1 },
]
basis = "hypothetical"
""",
        encoding="utf-8",
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    (lever,) = added_data("plain_market").levers
    assert [effect.form for effect in lever.effects] == ["log", "logit", "add"]
    sys.modules.pop("plain_market", None)
