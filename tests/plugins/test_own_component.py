"""A component of others swaps a rule, adds a lever with a channel and a market, and is named wherever it ran."""

import copy
import json
import os
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

import sim
from agents.foreign_investors import ForeignInvestors, InvestorGroup
from scenarios.errors import InputError
from scenarios.plan import levers
from sim.added.component import AddedComponent
from sim.bond_market.foreign_investors import foreign_investors_trade
from sim.bond_market.state import ForeignDemand
from sim.component import Component, Part, Reading
from sim.experiments.repeating import repeated
from sim.experiments.requests import ensemble_requests
from sim.experiments.store import Store
from sim.world.policy import Channels

ROOT = Path(sim.__file__).parent.parent


@pytest.fixture(scope="module")
def without(tiny):
    """The run of `changed` without the component."""
    return sim.run(tiny(end="2022-03"))


def test_a_run_with_a_component_is_another_run_and_says_so(changed, without, weather_market):
    usual = without
    (told,) = changed.provenance["components"]
    assert told == {"name": "weather_market", "version": "1.0", "digest": weather_market.digest}
    assert usual.provenance["components"] == [] and changed.provenance["code"] == "as installed"
    assert list(changed.indicators.columns) == [*usual.indicators.columns, "weather_cover", "weather_cover_share"]
    assert not changed.indicators[usual.indicators.columns].equals(usual.indicators)
    assert changed.scenario.content_hash() != usual.scenario.content_hash()
    assert changed.largest_accounting_error < 1e-9


def test_what_the_component_does_not_touch_stays_as_it_is(changed, without):
    for name in ("us_yield", "usdcny"):
        np.testing.assert_array_equal(changed.indicators[name], without.indicators[name])


def test_the_swapped_rule_acts_on_hedged_buyers_alone(weather_market, tiny):
    centre = sim.FinancialCenter(tiny(), components=[weather_market])
    centre.step()
    ours, theirs = copy.deepcopy(centre), copy.deepcopy(centre)
    Part(foreign_investors_trade).on(ours.states)
    Part(weather_market.replaces["foreign_investors_trade"].run).on(theirs.states)
    terms = [each.state(ForeignDemand).signals.group_terms for each in (ours, theirs)]
    assert np.argwhere(terms[0] != terms[1]).tolist() == [[1, InvestorGroup.HEDGED_BUYER]]
    weights = [each.state(ForeignInvestors)["target_weight"] for each in (ours, theirs)]
    hedged = centre.state(ForeignInvestors)["group"] == InvestorGroup.HEDGED_BUYER
    np.testing.assert_array_equal(weights[0] != weights[1], hedged)


def test_the_lever_moves_its_channel_and_the_channel_its_market(weather_market, tiny):
    def run(intensity):
        return sim.run(
            tiny(end="2021-12"), components=[weather_market], levers={"weather_contract_support": intensity}
        ).indicators

    usual, supported = run(0.0), run(1.0)
    before, after = slice("2020-01", "2021-02"), slice("2021-03", None)  # its effect comes after two months
    np.testing.assert_array_equal(usual.loc[before], supported.loc[before])
    assert (supported["weather_cover"][after] > usual["weather_cover"][after]).all()
    others = [name for name in usual.columns if not name.startswith("weather")]
    np.testing.assert_array_equal(usual[others], supported[others])


def test_an_arm_leaves_a_lever_without_a_path_where_it_is(weather_market, tiny):
    for arm in ("frozen", "committed", "plan", "stretch"):
        asked = tiny(arm).with_components([weather_market])
        assert not asked.intensities(24252, 24257)[:, len(levers())].any()


def test_the_shock_strikes_in_its_months_and_flows_are_summed_by_year(changed, weather_market, tiny):
    struck = sim.run(tiny(end="2022-03"), components=[weather_market], shocks=[{"name": "cold_spell"}])
    cover, usual = struck.indicators["weather_cover"], changed.indicators["weather_cover"]
    np.testing.assert_array_equal(cover[:"2021-12"], usual[:"2021-12"])
    assert (cover["2022-01":] > usual["2022-01":]).all()
    annual = changed.annual()
    assert annual.loc[2021, "weather_cover"] == pytest.approx(usual["2021"].sum())
    assert annual.loc[2021, "weather_cover_share"] == changed.indicators["weather_cover_share"]["2021-12"].item()
    with pytest.raises(InputError, match=r"cold_spell.*2.5 is outside|2.5.*-1 to 1"):
        tiny().with_components([weather_market]).with_shocks([{"name": "cold_spell", "size": 2.5}])


def test_a_trigger_may_watch_its_indicator_and_set_its_lever(weather_market, tiny):
    rule = {"indicator": "weather_cover_share", "above": 0.1, "lever": "weather_contract_support", "to": 0.9}
    asked = sim.Scenario(**{**tiny().plain(), "components": [weather_market], "triggers": [rule]})
    result = sim.run(asked)
    assert result.events["lever"].tolist() == ["weather_contract_support"]
    with pytest.raises(InputError, match="unknown lever 'weather_contract_support'"):
        sim.Scenario(**{**tiny().plain(), "triggers": [{**rule, "indicator": "repo_leverage"}]})


def test_agents_of_the_new_kind_are_agents_of_the_model(weather_market, tiny):
    centre = sim.FinancialCenter(tiny(), components=[weather_market])
    centre.step()
    kinds = {kind.__name__: kind for kind in centre.agent_types}
    traders = centre.agents_by_type[kinds["WeatherTrader"]]
    assert len(traders) == 200
    found = centre.agent("WeatherTrader", int(traders.unique_ids[0]))
    assert found.exposure_mn > 0.0 and found in centre.agents
    with pytest.raises(InputError, match="WeatherTrader"):
        sim.explain(centre, found)


def test_a_fork_and_the_centre_at_a_month_have_the_component(changed):
    forked = changed.fork("2022-01", {"weather_contract_support": 1.0})
    np.testing.assert_array_equal(forked.indicators[:"2021-12"], changed.indicators[:"2021-12"])
    centre = changed.centre_at("2021-01")
    assert centre.records[-1] == changed.indicators.loc["2021-01"].iloc[0].to_dict()


@pytest.fixture(scope="module")
def alone(weather_market, tiny):
    """Runs with the component in this process."""
    return sim.ensemble([tiny("plan"), tiny("committed")], runs=2, workers=1, components=[weather_market])


def same(one, other):
    """Whether two ensembles are the same to the bit."""
    assert not one.failures + other.failures and one.values.keys() == other.values.keys()
    return all(np.array_equal(other.values[name], values) for name, values in one.values.items())


def test_in_a_store_with_a_shared_past_and_run_again_the_bits_are_the_same(alone, weather_market, tiny, tmp_path):
    asked, how = [tiny("plan"), tiny("committed")], {"runs": 2, "workers": 1, "components": [weather_market]}
    stored = sim.ensemble(asked, store=tmp_path / "store", **how)
    assert same(alone, stored) and same(alone, sim.ensemble(asked, fork_at="2021-01", **how))
    assert stored.pairings == alone.pairings
    told = f"With components of others: weather_market 1.0 ({weather_market.digest})."
    assert told in alone.conditions.lines and told in stored.conditions.lines
    store = Store.open(tmp_path / "store")
    assert set(store.runs["components"]) == {f"weather_market 1.0 ({weather_market.digest})"}
    again = repeated(store, store.runs["key"][0])
    assert again.same and [each.name for each in again.request.scenario.components] == ["weather_market"]
    assert again.request.scenario.components[0].code is None  # read as data, and found among those installed
    assert [request.key for request in store.requests_of_design()] == [run.key for run in store.design().runs]


def test_with_and_without_the_component_runs_are_no_pairs(alone, tiny):
    usual = {request.pairing for request in ensemble_requests([tiny("committed")], runs=2)}
    assert len(usual) == 2 and usual.isdisjoint(alone.pairings["plan"])


@pytest.mark.slow
def test_in_two_processes_and_on_a_cluster_the_bits_are_the_same(alone, weather_market, tiny):
    asked, how = [tiny("plan"), tiny("committed")], {"runs": 2, "components": [weather_market]}
    assert same(alone, sim.ensemble(asked, workers=2, **how))
    program = """
from distributed import Client, LocalCluster
import sim
from scenarios.loader import load
if __name__ == "__main__":
    asked = [sim.Scenario(**{**load(name).plain(), "scale": 0.02, "end": "2021-06"}) for name in ("plan", "committed")]
    with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster, Client(cluster) as client:
        found = sim.ensemble(asked, runs=2, components=["weather_market"], executor=client.get_executor())
    print([values.tobytes().hex() for values in found.values.values()])
"""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([os.environ["PYTHONPATH"], str(ROOT)])}
    done = subprocess.run(
        [sys.executable, "-P", "-c", program], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    expected = [values.tobytes().hex() for values in alone.values.values()]
    assert json.loads(done.stdout.splitlines()[-1].replace("'", '"')) == expected


@pytest.mark.slow
def test_a_rule_set_by_hand_is_not_what_other_processes_run(weather_market, tiny, monkeypatch):
    before = weather_market.digest
    monkeypatch.setattr(sys.modules["weather_market.component"], "risk_and_access", lambda *_: (9.0, 0.0))
    with pytest.raises(InputError, match="'weather_market' here has the digest"):
        sim.ensemble([tiny(), tiny("frozen")], runs=1, workers=2, components=[weather_market])
    assert weather_market.digest != before


def test_no_result_lies_under_the_key_of_the_model_without_the_component(weather_market, tiny, tmp_path):
    (usual,) = ensemble_requests([tiny()], runs=1)
    (own,) = ensemble_requests([tiny()], runs=1, components=[weather_market])
    assert usual.key != own.key and usual.pairing != own.pairing
    assert usual.shares_2020_with != own.shares_2020_with
    sim.ensemble([tiny()], runs=1, workers=1, store=tmp_path / "store", components=[weather_market])
    assert Store.open(tmp_path / "store").keys() == {own.key}


def test_a_store_is_read_where_the_component_is_not_and_its_runs_are_refused(weather_market, tiny, tmp_path):
    sim.ensemble([tiny()], runs=1, workers=1, store=tmp_path / "store", components=[weather_market])
    program = f"""
import json
from scenarios.errors import InputError
from sim.experiments.ensemble import Ensemble
from sim.experiments.repeating import repeated
from sim.experiments.store import Store
store = Store.open({str(tmp_path / "store")!r})
read = Ensemble.of_store(store)
try:
    repeated(store, store.runs["key"][0])
except InputError as error:
    print(json.dumps([float(read.yearly("plan", "weather_cover")[0, 0]), str(error)]))
"""
    bare = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, "-P", "-c", program], env=bare, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    cover, refusal = json.loads(done.stdout)
    assert cover > 0.0 and "the component 'weather_market' is not available here" in refusal


def test_a_rule_of_the_component_that_is_set_by_hand_gives_it_another_digest(weather_market, tiny, monkeypatch):
    asked = tiny().with_components([weather_market])
    before = weather_market.digest
    home = sys.modules["weather_market.component"]
    monkeypatch.setattr(home, "risk_and_access", lambda *_: (9.0, 0.0))
    assert weather_market.digest != before
    with pytest.raises(InputError, match="'weather_market' here has the digest"):
        sim.run(asked)
    (altered,) = ensemble_requests([tiny()], runs=1, components=[weather_market])
    assert altered.scenario.components[0].digest == weather_market.digest != before


@pytest.mark.parametrize("constant", ["a number", "a table"])
def test_the_digest_covers_plain_values_that_a_rule_reads(constant):
    def made(value):
        home = ModuleType("home_of_a_rule")
        home.TAKEN = value if constant == "a number" else {"share": np.array([value])}
        text = "def reads(channels) -> float:\n    '''Read.'''\n    return float(TAKEN)\n"
        exec(text, vars(home))
        home.reads.__annotations__["channels"] = Channels
        component = Component("own", readings=(Reading("own_share", "share", "ratio", home.reads),))
        return AddedComponent(component, version="1").digest

    assert made(1.0) == made(1.0) != made(2.0)
