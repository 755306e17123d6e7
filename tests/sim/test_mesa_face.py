"""FinancialCenter behaves like any Mesa model, though its agents live in arrays."""

import importlib
import inspect
import multiprocessing
import pickle
import pkgutil
import warnings

import mesa
import numpy as np
import pytest

import sim
from agents.equity_investors import ForeignEquityInvestor
from agents.fintech_firms import FintechFirm
from agents.foreign_investors import ForeignInvestor
from agents.institutions import FinancialInstitution
from agents.issuers import Issuer
from scenarios.calendar import month_ordinal
from sim.closing.indicators import PLAN_INDICATORS
from sim.institutions.state import SeatFlows
from sim.month import MONTH


@pytest.fixture
def model(centre):
    return centre("plan", rng=7)


def test_the_model_is_a_mesa_model_with_its_kinds_of_agents(model):
    assert isinstance(model, mesa.Model)
    assert {kind: len(agents) for kind, agents in model.agents_by_type.items()} == {
        FinancialInstitution: 1674,
        ForeignInvestor: 905,
        ForeignEquityInvestor: 400,
        Issuer: 1365 + round(model.parameters.panda_pool),  # of which some kinds are as many at every scale
        FintechFirm: len(model.fintech),
    }
    public = {sim.FinancialInstitution, sim.ForeignInvestor, sim.Issuer, sim.FintechFirm}
    assert set(model.agent_types) == {*public, ForeignEquityInvestor}
    assert len(model.agents) == sum(len(agents) for agents in model.agents_by_type.values())


def test_a_step_is_a_month_and_run_for_takes_several(model):
    assert model.month == month_ordinal("2020-12") and model.time == 0
    model.step()
    assert (model.month, model.time, model.steps) == (month_ordinal("2021-01"), 1, 1)
    model.run_for(11)
    assert (model.month, model.time, model.steps) == (month_ordinal("2021-12"), 12, 12)
    assert model.indicators.index[-1].strftime("%Y-%m-%d") == "2021-12-31"
    assert len(model.indicators) == 24


def test_run_until_and_run_model_end_where_the_scenario_ends(centre):
    model = centre("frozen", rng=1)
    model.run_until(6)
    assert model.month == month_ordinal("2021-06") and model.running
    model.run_model()
    assert model.month == model.last_month == month_ordinal("2025-12")
    assert not model.running
    with pytest.raises(RuntimeError, match="ends in 2025-12"):
        model.step()
    assert model.month == model.last_month and len(model.records) == 72


def test_agents_are_read_and_written_one_by_one_and_as_sets(model):
    largest = model.agents_by_type[Issuer].sort("cash_bn", ascending=False)[0]
    assert largest.model is model and isinstance(largest, Issuer)
    banks = model.agents_by_type[FinancialInstitution].select(lambda agent: agent.sector == 0)
    assert 0 < len(banks) < 1674
    total = sum(agent.assets_bn for agent in banks)
    assert total == pytest.approx(banks.agg("assets_bn", np.sum))
    one = model.agents_by_type[ForeignInvestor][0]
    one.base_log_weight = -20.0
    model.step()
    assert one.target_weight < 1e-6


def test_an_agent_that_is_removed_has_left_the_accounts_and_the_model(model):
    closes = model.agents_by_type[FinancialInstitution][3]
    closes.remove()
    assert closes not in model.agents
    model.step()  # the accounts open with the institutions that are there
    assert model.state(SeatFlows).opening == 1673


def test_the_models_own_collector_holds_the_seven_indicators(model):
    model.run_for(3)
    collected = model.datacollector.get_model_vars_dataframe()
    assert list(collected.columns) == list(PLAN_INDICATORS)
    assert np.array_equal(collected.to_numpy(), model.indicators[list(PLAN_INDICATORS)].to_numpy()[-4:])


def total_foreign(model):
    return float(model.investors["holdings_bn"].sum())


def test_a_collector_with_model_and_agent_reporters_takes_the_model(model):
    model.datacollector = mesa.DataCollector(
        model_reporters={"foreign_bn": total_foreign, "month": "month"},
        agenttype_reporters={ForeignInvestor: {"holdings_bn": "holdings_bn"}, Issuer: {"cash_bn": "cash_bn"}},
    )
    model.run_for(2)
    totals = model.datacollector.get_model_vars_dataframe()
    held = model.datacollector.get_agenttype_vars_dataframe(ForeignInvestor)["holdings_bn"]
    assert list(totals["month"]) == [month_ordinal("2021-01"), month_ordinal("2021-02")]
    assert held.groupby(level="Step").sum().to_numpy() == pytest.approx(totals["foreign_bn"].to_numpy())
    assert len(model.datacollector.get_agenttype_vars_dataframe(Issuer)) == 2 * len(model.issuers)


def test_a_collector_of_all_agents_takes_the_model(model):
    model.datacollector = mesa.DataCollector(agent_reporters={"kind": lambda agent: type(agent).__name__})
    model.step()
    kinds = model.datacollector.get_agent_vars_dataframe()["kind"].value_counts()
    assert kinds["Issuer"] == len(model.issuers) and kinds.sum() == len(model.agents)


@pytest.fixture
def start_method():
    """Mesa's batch_run forces a start method on the whole process; give it back."""
    before = multiprocessing.get_start_method(allow_none=True)
    yield
    multiprocessing.set_start_method(before, force=True)


@pytest.mark.usefixtures("start_method")
def test_batch_run_takes_the_model(small, tmp_path):
    asked = tmp_path / "short.yaml"
    asked.write_text("extends: plan\nend: 2021-02\nscale: 0.1\n", encoding="utf-8")
    rows = mesa.batch_run(
        sim.FinancialCenter,
        {"scenario": [str(asked)], "verify": [True]},
        rng=[1, 2],
        number_processes=1,
        display_progress=False,
    )
    assert [row["rng"] for row in rows] == [1, 2]
    for row in rows:
        alone = small(asked, seed=row["rng"]).indicators.iloc[-1]
        assert row["Step"] == 2
        assert [row[name] for name in PLAN_INDICATORS] == [alone[name] for name in PLAN_INDICATORS]


@pytest.mark.usefixtures("start_method")
def test_batch_run_without_a_seed_runs_seed_zero(small, tmp_path):
    asked = tmp_path / "short.yaml"
    asked.write_text("extends: plan\nend: 2021-03\nscale: 0.1\n", encoding="utf-8")
    with pytest.warns(UserWarning, match="seed 0"):
        (row,) = mesa.batch_run(sim.FinancialCenter, {"scenario": str(asked)}, display_progress=False)
    assert row["turnover_total"] == small(asked, seed=0).indicators["turnover_total"].iloc[-1]


@pytest.mark.filterwarnings("ignore:The `iterations` keyword argument:DeprecationWarning")  # of Mesa 3.5
@pytest.mark.usefixtures("start_method")
def test_iterations_without_seeds_are_one_run_and_a_warning_says_what_to_give(tmp_path):
    asked = tmp_path / "short.yaml"
    asked.write_text("extends: plan\nend: 2021-01\nscale: 0.05\n", encoding="utf-8")

    def turnover(**how):
        rows = mesa.batch_run(sim.FinancialCenter, {"scenario": str(asked)}, display_progress=False, **how)
        return [row["turnover_total"] for row in rows]

    with pytest.warns(UserWarning, match=r"iterations=5\) gives one run five times; give rng=range\(5\)") as caught:
        same = turnover(iterations=3)
    assert len(set(same)) == 1
    told = [each for each in caught if each.category is UserWarning]
    assert told and all(each.filename.endswith("batchrunner.py") for each in told)
    with warnings.catch_warnings(action="error", category=UserWarning):
        several = turnover(rng=range(3))
    assert len(set(several)) == 3 and several[0] == same[0]


def test_an_event_before_the_month_acts_in_it(centre):
    model = centre("frozen", rng=1)

    class Visit:
        def lift(self):
            model.investors["base_log_weight"] += 1.0

    visit = Visit()
    model.schedule_event(visit.lift, at=3, priority=mesa.time.Priority.HIGH)
    model.run_for(3)
    plain = centre("frozen", rng=1)
    plain.run_for(3)
    same = model.indicators["foreign_bond_holdings"] == plain.indicators["foreign_bond_holdings"]
    assert same.iloc[:-1].all() and not same.iloc[-1]


def test_the_models_collector_survives_pickle(model):
    model.run_for(2)
    twin = pickle.loads(pickle.dumps(model))
    twin.step()
    assert len(twin.datacollector.get_model_vars_dataframe()) == 4


def test_the_table_of_steps_is_the_month(model):
    table = sim.FinancialCenter.steps_table()
    assert list(table["step"]) == [stage.name for stage in MONTH]
    assert table["step"].is_unique
    assert list(table.index) == list(range(1, len(MONTH) + 1))
    assert table[["owner", "what", "reads", "writes"]].map(bool).all().all()
    for function in table["function"]:
        module, name = function.split(":")
        assert callable(getattr(__import__(module, fromlist=[name]), name))
    model.step()
    assert set(model.step_seconds) == set(table["step"])
    assert list(table["step"])[-2:] == ["accounts_close", "indicators_are_read"]


def test_every_function_that_changes_the_centre_in_a_month_is_in_the_table():
    """A step takes the centre and gives nothing back; a new one that is not in the table would never run."""
    listed = {stage.run for stage in MONTH}
    modules = [found.name for found in pkgutil.walk_packages(sim.__path__, "sim.")]
    assert len(modules) > 80
    for found in modules:
        # What is done to whole models.
        if found.startswith(("sim.evidence", "sim.experiments")):
            continue
        module = importlib.import_module(found)
        for name, function in inspect.getmembers(module, inspect.isfunction):
            # What is named a start happens once, before the first month.
            own = function.__module__ == module.__name__ and not name.startswith(("_", "start_"))
            signature = inspect.signature(function)
            if own and list(signature.parameters) == ["centre"] and signature.return_annotation is None:
                assert function in listed, f"{module.__name__}.{name}"


def test_steps_run_in_the_order_of_the_table(model, monkeypatch):
    ran = []
    listed = list(sim.FinancialCenter.steps_table()["step"])

    def noted(stage):
        class Noted:
            name = stage.name

            @staticmethod
            def on(states):
                ran.append(stage.name)
                stage.on(states)

        return Noted

    monkeypatch.setattr("sim.month.MONTH", tuple(noted(stage) for stage in MONTH))
    model.step()
    assert ran == listed


@pytest.mark.parametrize(
    ("options", "named"),
    [
        ({"rng": -1}, "-1"),
        ({"rng": 1.5}, "1.5"),
        ({"rng": True}, "True"),
        ({"parameters": "prior_2002"}, "prior_2020"),
        ({"scenario": "plam"}, "plan"),
    ],
)
def test_what_cannot_be_used_is_refused_by_name(options, named):
    with pytest.raises(sim.InputError, match=named):
        sim.FinancialCenter(**options)
