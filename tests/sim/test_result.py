"""What a run gives back, and that results move the way the world does."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import sim
from scenarios import plan
from scenarios.calendar import month_text
from scenarios.drivers import DRIVERS
from scenarios.loader import load
from scenarios.parameters import central_parameters
from sim.closing.indicators import FLOWS, PLAN_INDICATORS

SEEDS = range(3)


@pytest.fixture(scope="module")
def result(small):
    return small("plan", seed=7)


@pytest.fixture(scope="module")
def until():
    """A ready scenario with few issuers that ends early."""

    def named(name, end="2021-03"):
        return sim.Scenario(**{**load(name).plain(), "scale": 0.1, "end": end})

    return named


def test_months_run_from_january_2020_to_the_end_of_2025(result):
    table = result.indicators
    assert list(table.columns[:7]) == [each.id for each in plan.indicators()] == list(PLAN_INDICATORS)
    assert (table.index == pd.date_range("2020-01-31", "2025-12-31", freq="ME")).all()
    assert table.index.name == "month"
    assert np.isfinite(table.to_numpy(dtype=float)).all()


def test_a_year_sums_flows_and_takes_december_of_the_rest(result):
    annual = result.annual()
    assert list(annual.index) == list(range(2020, 2026))
    assert list(annual.columns) == list(result.indicators.columns)
    assert set(annual.columns) >= FLOWS
    for column in annual.columns:
        for year in annual.index:
            months = result.indicators.loc[str(year), column]
            expected = months.sum() if column in FLOWS else months.iloc[-1]
            assert annual.loc[year, column] == pytest.approx(expected, rel=1e-12)


def test_the_cumulative_panda_bonds_are_the_sum_of_what_was_issued_within_their_perimeter(result):
    annual = result.annual()
    risen = annual["panda_cumulative"].diff().dropna()
    counted = central_parameters("posterior_2020")["panda_series_splice"]
    assert risen.to_numpy() == pytest.approx(counted * annual["panda_issuance"].loc[2021:].to_numpy())
    assert (risen >= 0).all()


def test_the_share_is_financing_of_twelve_months_over_the_countrys(result):
    table = result.indicators
    ratio = table["direct_financing"].rolling(12).sum() / table["direct_financing_national"].rolling(12).sum()
    assert table["direct_financing_share"].iloc[11:].to_numpy() == pytest.approx(ratio.iloc[11:].to_numpy())
    assert table["direct_financing_share"].iloc[0] == pytest.approx(
        table["direct_financing"].iloc[0] / table["direct_financing_national"].iloc[0]
    )


def test_products_add_up_to_the_turnover_of_the_market(result):
    table = result.indicators
    products = [name for name in table.columns if name.startswith("turnover_") and name != "turnover_total"]
    assert len(products) == 8
    assert table[products].sum(axis=1).to_numpy() == pytest.approx(table["turnover_total"].to_numpy())


def test_targets_compare_2025_with_the_plan(result):
    table = result.targets()
    annual = result.annual()
    assert list(table.index) == list(PLAN_INDICATORS)
    for indicator in plan.indicators():
        row = table.loc[indicator.id]
        assert row["value_2020"] == annual.loc[2020, indicator.id]
        assert row["value_2025"] == annual.loc[2025, indicator.id]
        assert row["target_2025"] == indicator.target_value
        assert row["distance"] == row["value_2025"] - row["target_2025"]
        assert row["met"] == (row["value_2025"] >= indicator.met_from)
        room = 0.005 if indicator.qualifier == "at least" else 0.05 * row["target_2025"]
        assert row["within_rounding"] == (abs(row["distance"]) <= room)


def test_a_target_is_met_from_its_threshold_on_and_not_below(result):
    reached = result.targets().loc["panda_cumulative", "value_2025"]
    import dataclasses

    for threshold, met in ((reached, True), (np.nextafter(reached, np.inf), False)):
        moved = tuple(
            dataclasses.replace(each, met_from=threshold) if each.id == "panda_cumulative" else each
            for each in plan.indicators()
        )
        own_plan = dataclasses.replace(plan.shipped_plan(), indicators=moved)
        under = dataclasses.replace(result, scenario=result.scenario.model_copy(update={"own_plan": own_plan}))
        assert under.targets().loc["panda_cumulative", "met"] == met


def test_a_scenario_that_ends_early_is_compared_in_its_last_year(tmp_path, small):
    asked = tmp_path / "short.yaml"
    asked.write_text("extends: plan\nend: 2023-12\n", encoding="utf-8")
    short = small(asked, seed=7)
    assert short.targets()["value_2025"].to_list() == short.annual().loc[2023, list(PLAN_INDICATORS)].to_list()


def test_provenance_says_what_was_run(result):
    told = result.provenance
    assert told["model"] == "lujiazui"
    assert told["scenario"] == "plan" and told["scenario_hash"] == result.scenario.content_hash()
    assert told["parameters_hash"] == result.parameters.hash
    assert (told["parameter_set"], told["macro"], told["seed"], told["scale"]) == ("posterior_2020", "neutral", 7, 0.1)
    assert told["information_until"] == {"data": "2020-12", "policy": "2021-07"}
    assert isinstance(told["version"], str)
    assert set(result.step_seconds) == set(sim.FinancialCenter.steps_table()["step"])


def test_provenance_tells_changes_apart(until, central):
    # A beta does not enter 2020, which is therefore not solved again.
    moved = central.replace(betas={pair: 2.0 * beta for pair, beta in central.betas.items()})
    plain = sim.run(until("plan"), seed=7)
    other = sim.run(until("plan"), seed=7, levers={"reits_pilot": 1.0}, parameters=moved)
    assert other.provenance["scenario_hash"] != plain.provenance["scenario_hash"]
    assert other.provenance["parameters_hash"] != plain.provenance["parameters_hash"]
    assert (plain.provenance["parameter_set"], other.provenance["parameter_set"]) == ("posterior_2020", "given")


def drivers_of(scenario, seed, parameters, tmp_path, **shift):
    """Write the drivers of a run to a file, some of them moved by a constant."""
    model = sim.FinancialCenter(scenario, rng=seed, parameters=parameters)
    path = model.macro
    rows = []
    for month in range(model.month + 1, model.last_month + 1):
        at = path.position(month)
        values = {
            "usdcny": path.usdcny[at],
            "us10y_pct": path.us_yield_pct[at],
            "vix": np.exp(path.log_vix[at]),
            "csi300_close": path.equity_index[at],
            "cn10y_pct": path.china_yield_pct[at],
        }
        rows.append({"month": month_text(month)} | {name: value + shift.get(name, 0) for name, value in values.items()})
    file = tmp_path / f"{seed}{'_'.join(shift)}.csv"
    pd.DataFrame(rows)[["month", *DRIVERS]].to_csv(file, index=False)
    return str(file)


@pytest.mark.parametrize(("path", "kind"), [("neutral", "simulation"), ("adverse", "simulation")])
def test_a_drawn_world_is_called_a_simulation(until, path, kind):
    assert sim.run(until("plan"), macro=path).provenance["kind"] == kind


def test_only_a_given_world_is_called_a_conditional_replay(until, central, tmp_path):
    given = drivers_of(until("plan"), 1, central, tmp_path)
    for path in ("realised", given):
        assert sim.run(until("plan"), macro=path).provenance["kind"] == "conditional replay"


def test_a_file_of_the_drawn_drivers_gives_the_drawn_path(until, central, tmp_path):
    asked = until("plan", "2022-12")
    given = drivers_of(asked, 1, central, tmp_path)
    drawn, read = (sim.run(asked, seed=1, macro=path).indicators for path in ("neutral", given))
    np.testing.assert_allclose(read.to_numpy(float), drawn.to_numpy(float), rtol=1e-9)


@pytest.fixture(scope="module")
def worlds(until, central, tmp_path_factory):
    """Years of runs of three seeds: as drawn, with Chinese yields 1 pp higher, with US yields 2 pp higher."""
    folder, asked = tmp_path_factory.mktemp("worlds"), until("committed", "2022-12")
    shifts = {"drawn": {}, "china": {"cn10y_pct": 1.0}, "us": {"us10y_pct": 2.0}}
    return {
        name: [
            sim.run(asked, seed=seed, macro=drivers_of(asked, seed, central, folder, **shift)).annual()
            for seed in SEEDS
        ]
        for name, shift in shifts.items()
    }


def each_seed(worlds, world, column):
    return [
        moved.loc[2021:, column] - drawn.loc[2021:, column]
        for moved, drawn in zip(worlds[world], worlds["drawn"], strict=True)
    ]


def test_higher_chinese_yields_do_not_lower_foreign_holdings(worlds):
    for change in each_seed(worlds, "china", "foreign_bond_holdings"):
        assert (change > 0).all()


def test_higher_us_yields_lower_foreign_holdings_and_raise_panda_bonds(worlds):
    for change in each_seed(worlds, "us", "foreign_bond_holdings"):
        assert (change < 0).all()
    for change in each_seed(worlds, "us", "panda_cumulative"):
        assert (change >= 0).all() and change.iloc[-1] > 0


def test_yields_abroad_do_not_move_the_city(worlds):
    for column in ("institution_count", "fintech_total"):
        for change in each_seed(worlds, "us", column):
            assert (change == 0).all()


def test_no_policy_and_policy_without_effect_are_the_same(until, without_effects):
    frozen = sim.run(until("frozen", "2022-12"), seed=3, parameters=without_effects)
    without = sim.run(until("plan", "2022-12"), seed=3, parameters=without_effects)
    assert without.indicators.equals(frozen.indicators)
    # Betas are all that parameters changed: the frozen path has no levers, so it is that of the central point.
    assert frozen.indicators.equals(sim.run(until("frozen", "2022-12"), seed=3).indicators)


def test_opening_the_bond_market_raises_what_foreigners_hold(until):
    for seed in range(3):
        closed, opened = (
            sim.run(until("frozen", "2022-12"), seed=seed, levers=levers).annual().loc[2022]
            for levers in ({}, {"bond_market_access": 1.0})
        )
        assert opened["foreign_bond_holdings"] > closed["foreign_bond_holdings"]
        assert opened["foreign_bond_share"] > closed["foreign_bond_share"]


def test_progress_is_told_after_each_month(until):
    told = []
    sim.run(until("frozen", "2021-12"), progress=lambda done, months: told.append((done, months)))
    assert told == [(month, 12) for month in range(1, 13)]


@pytest.mark.parametrize(
    ("options", "named"),
    [
        ({"scenario": "plam"}, "plan"),
        ({"seed": "seven"}, "seven"),
        ({"levers": {"reit_pilot": 1.0}}, "reits_pilot"),
        ({"levers": {"reits_pilot": float("nan")}}, "reits_pilot"),
        ({"macro": "realized"}, "realised"),
        ({"macro": "nowhere.csv"}, "nowhere.csv"),
        ({"parameters": "posterior"}, "posterior"),
        ({"scale": 0.0}, "scale"),
    ],
)
def test_bad_input_is_refused_with_what_is_allowed(options, named):
    with pytest.raises(sim.InputError, match=named):
        sim.run(**options)


def test_a_result_says_what_it_is_in_one_line_and_shows_its_targets_in_a_notebook(result):
    assert repr(result).startswith("<Result 'plan', seed ")
    assert "\n" not in repr(result)
    shown = result._repr_html_()
    assert "&lt;Result" in shown
    assert shown.count("<tr") >= 8
    assert f"{result.targets().loc['foreign_bond_share', 'value_2025']:.4g}" in shown and "within_rounding" not in shown


def test_the_register_says_which_secondary_indicators_a_result_has(result):
    recorded = {each.id for each in plan.secondary_indicators() if each.recorded}
    assert recorded == {each.id for each in plan.secondary_indicators()} & set(result.indicators.columns)
    assert recorded
    missing = {each.id for each in plan.secondary_indicators() if each.not_modelled}
    assert missing == {each.id for each in plan.secondary_indicators()} - recorded


def test_a_result_can_be_looked_into_at_any_month(result, bits):
    centre = result.centre_at("2022-06")
    assert bits(centre.indicators) == bits(result.indicators.loc[:"2022-06"])
    investor = max(centre.investors, key=lambda agent: agent.holdings_bn)
    same = centre.agent("ForeignInvestor", investor.unique_id)
    assert same == investor
    assert sim.explain(centre, same)["value"].sum() == pytest.approx(investor.net_purchases_bn)


@pytest.mark.parametrize("month", ["2020-12", "2026-01", "2022-13", "June 2022"])
def test_a_month_outside_the_run_is_refused(result, month):
    with pytest.raises(sim.InputError, match=r"2021-01\.\.2025-12"):
        result.centre_at(month)


def test_an_agent_that_is_not_there_is_refused(centre):
    model = centre("plan")
    with pytest.raises(sim.InputError, match="Issuer"):
        model.agent("Isuer", 1)
    with pytest.raises(sim.InputError, match=r"no FintechFirm has the id 1 in 2020-12 \(ids of the"):
        model.agent("FintechFirm", 1)


def test_a_result_put_together_by_hand_has_no_fork(result):
    with pytest.raises(ValueError, match="only the result of a run has a fork"):
        replace(result, run=None).fork("2023-01", {"fintech_hub": 0.5})
