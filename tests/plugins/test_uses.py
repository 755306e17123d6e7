"""A component of others in sweeps, searches and effects, and on the policy desk where the operator gives it."""

from dataclasses import replace

import pytest

from app.cli import command_line
from app.web.desk import Change, Desk
from app.web.offered import offer
from scenarios.errors import InputError
from scenarios.loader import load
from sim.experiments.designs import read_design
from sim.experiments.effects import effects
from sim.experiments.robust_search import read_search


@pytest.mark.usefixtures("weather_market")
def test_a_sweep_takes_its_lever_and_its_parameter_as_factors(tmp_path):
    spec = tmp_path / "sweep.yaml"
    (tmp_path / "base.yaml").write_text("extends: plan\nscale: 0.02\ncomponents: [weather_market]\n", encoding="utf-8")
    spec.write_text(
        "kind: factorial\nlevels: 2\nscenario: base.yaml\n"
        "factors: {weather_contract_support: [0.1, 0.9], weather_loss_share: prior}\n",
        encoding="utf-8",
    )
    design = read_design(spec)
    assert [factor.kind for factor in design.factors] == ["lever", "parameter"]
    requests = design.requests()
    assert len({each.parameters.weather_loss_share for each in requests}) == 2
    month = 24252  # 2021-01
    supports = {float(each.scenario.intensities(month, month)[0, -1]) for each in requests}
    assert supports == {0.1, 0.9}
    assert {each.scenario.components[0].code is not None for each in requests} == {True}
    spec.write_text(spec.read_text("utf-8").replace("weather_contract_support", "weather_contract_suport"), "utf-8")
    with pytest.raises(InputError, match="did you mean 'weather_contract_support'"):
        read_design(spec)


@pytest.mark.usefixtures("weather_market")
def test_a_search_takes_its_lever_and_its_indicator(tmp_path):
    (tmp_path / "base.yaml").write_text("extends: plan\nscale: 0.02\ncomponents: [weather_market]\n", encoding="utf-8")
    spec = tmp_path / "search.yaml"
    spec.write_text(
        "scenario: base.yaml\nlevers: {weather_contract_support: [0.0, 1.0]}\n"
        "highest: {weather_cover_share: mean}\nlowest: {effort: mean}\n",
        encoding="utf-8",
    )
    search = read_search(spec)
    assert search.choices[0].lever == "weather_contract_support"
    assert {each.name for each in search.objectives} == {"weather_cover_share", "effort"}


def test_effects_measures_its_lever(weather_market, tiny):
    base = tiny("committed", end="2021-12").with_components([weather_market])
    table = effects(
        ["weather_contract_support"], baseline=base, runs=1, intensities=2, indicators=["weather_cover"], workers=1
    )
    full = table.set_index("intensity").loc[1.0]
    assert full["effect"] > 0.0 and full["change"] == 1.0 and full["year"] == 2021
    with pytest.raises(InputError, match="did you mean 'weather_contract_support'"):
        effects(["weather_contract_suport"], baseline=base)


@pytest.mark.usefixtures("weather_market")
def test_the_desk_has_it_where_the_operator_gives_it():
    with pytest.raises(InputError, match="weather_contract_support"):
        Desk(changes={"weather_contract_support": Change(0.7)})
    offer(components=["weather_market"])
    try:
        desk = Desk(changes={"weather_contract_support": Change(0.7)})
        (parts,) = desk.scenario().components
        assert parts.code is not None and parts == desk.baseline_scenario().components[0]
        assert Desk().opening(desk.scenario().to_yaml()).scenario().content_hash() == desk.scenario().content_hash()
        assert Desk().opening("extends: plan\ncomponents: [weather_market]\n").scenario().components == (parts,)
        with pytest.raises(InputError, match="names no components"):
            Desk().opening("extends: plan\ncomponents: [another]\n")
    finally:
        offer()
    with pytest.raises(InputError, match="names no components"):
        Desk().opening("extends: plan\ncomponents: [weather_market]\n")
    with pytest.raises(InputError, match="weather_marke"):
        offer(components=["weather_marke"])


@pytest.mark.usefixtures("weather_market")
def test_its_measures_are_listed_with_the_chain_of_their_lever(capsys):
    command_line(["measures", "--component", "weather_market", "--quiet"])
    listed = capsys.readouterr().out.split()
    assert listed[0] == "M01" and listed[-1] == "W01"
    command_line(["measures", "W01", "--component", "weather_market"])
    told = capsys.readouterr().out
    assert "weather_contract_cost" in told and "none: a component of others" in told


@pytest.mark.usefixtures("weather_market")
def test_its_lever_is_listed_with_the_step_that_reads_its_channel(capsys):
    command_line(["levers", "weather_contract_support", "--component", "weather_market"])
    told = capsys.readouterr().out
    assert "weather_contract_cost" in told and "a step of the component" in told and "not read yet" not in told
    command_line(["levers", "--component", "weather_market", "--quiet"])
    assert capsys.readouterr().out.split()[-1] == "weather_contract_support"


def test_a_measure_of_a_component_names_levers_that_there_are_and_an_id_of_its_own(weather_market):
    (measure,) = weather_market.data.measures

    def refused(**changes):
        data = replace(weather_market.data, measures=(replace(measure, **changes),))
        with pytest.raises(InputError) as error:
            load("plan").with_components([replace(weather_market, data=data)])
        return str(error.value)

    gone = (replace(measure.instruments[0], lever="weather_contract_suport"),)
    assert "did you mean 'weather_contract_support'" in refused(instruments=gone)
    assert "is there already, in the model" in refused(id="M01")
