"""Goals and shortcomings: the plan as tests of indicators, and what they say of runs."""

import numpy as np
import pytest

import sim
from scenarios.parameters import parameter_set
from scenarios.plan import GoalTest, goals, indicators, secondary_indicators
from sim.experiments.goals import lights, looked_at, way_gone


@pytest.fixture(scope="module")
def result():
    return sim.run("plan", seed=3, scale=0.1)


def ratio(**limits):
    return GoalTest("any", "ratio", "known", **limits)


@pytest.mark.parametrize(
    ("test", "end", "way"),
    [
        (ratio(at_least=1.5), [100.0, 125.0, 150.0, 200.0, 80.0], [0.0, 0.5, 1.0, 2.0, -0.4]),
        (ratio(at_most=0.8), [100.0, 90.0, 80.0, 110.0], [0.0, 0.5, 1.0, -0.5]),
        # No change is enough: a value on the far side is the whole way, any other none.
        (ratio(at_least=1.0), [100.0, 99.0, 120.0], [1.0, 0.0, 1.0]),
        (ratio(at_most=1.5), [100.0, 149.0, 160.0], [1.0, 1.0, 0.0]),
        (GoalTest("any", "level", "known", at_least=150.0), [125.0, 150.0], [0.5, 1.0]),
        (GoalTest("any", "change", "known", at_least=10.0), [105.0, 110.0], [0.5, 1.0]),
    ],
)
def test_the_way_to_a_threshold_is_counted_from_no_change(test, end, way):
    end = np.array(end)
    assert way_gone(test, np.full(len(end), 100.0), end).tolist() == pytest.approx(way)


def test_a_gap_is_what_is_left_to_one():
    gap = GoalTest("any", "gap", "known", at_most=0.8)
    start, end = np.array([0.5]), np.array([0.6])
    assert looked_at(gap, start, end).tolist() == pytest.approx([0.8])
    assert way_gone(gap, start, np.array([0.55])).tolist() == pytest.approx([0.5])


def test_six_goals_and_eleven_shortcomings_rest_on_indicators_that_runs_record(result):
    assert [goal.kind for goal in goals()].count("goal") == 6
    assert [goal.kind for goal in goals()].count("shortcoming") == 11
    for goal in goals():
        assert goal.tests or goal.not_modelled
        for test in goal.tests:
            assert (test.at_least is None) != (test.at_most is None), goal.id
            assert {test.indicator, test.over or test.indicator} <= set(result.indicators.columns)
    known = {each.id for each in (*indicators(), *secondary_indicators())}
    assert len({test.indicator for goal in goals() for test in goal.tests} & known) >= 15


def test_a_goal_is_as_good_as_its_worst_test():
    values = {
        (test.indicator, when): np.full(8, 1.0) for goal in goals() for test in goal.tests for when in (2020, 2025)
    } | {(test.over, when): np.full(8, 1.0) for goal in goals() for test in goal.tests for when in (2020, 2025)}
    values["msme_acceptance_rate", 2020] = values["msme_acceptance_rate", 2025] = np.full(8, 0.5)
    values["price_discovery_share", 2025] = np.array([1.3, 1.3, 1.1, 1.0] * 2)
    values["benchmark_adoption", 2025] = np.array([1.3, 1.15, 1.3, 1.3] * 2)
    table = lights(lambda indicator, year: values[indicator, year], 2025, goals())
    assert table.loc["1c", ["green", "amber", "red"]].tolist() == pytest.approx([0.25, 0.5, 0.25])
    assert (table.loc["1c", "light"], table.loc["1c", "worst"]) == ("amber", "price_discovery_share")
    assert table.loc["2b", "light"] == "not modelled" and np.isnan(table.loc["2b", "green"])
    assert table.loc["4b", "light"] == "red"


def test_secondary_indicators_add_up_and_stay_where_they_belong(result):
    table, annual = result.indicators, result.annual()
    for share in ("equity_financing_share", "foreign_futures_share", "price_discovery_share", "benchmark_adoption"):
        assert table[share].between(0.0, 1.0).all()
    assert table["centre_attractiveness"].between(0.3, 0.7).all()
    for running in ("star_listings", "star_proceeds"):
        assert (table[running].diff().dropna() >= 0.0).all()
    equity, all_direct = annual["equity_financing"], annual["direct_financing_national"]
    np.testing.assert_allclose(annual["equity_financing_share"], equity / all_direct)
    np.testing.assert_allclose(annual["star_listings"].diff().dropna(), annual["star_new_listings"].iloc[1:])
    parts = annual[["turnover_interbank_fx_derivatives", "turnover_shfe_futures", "turnover_cffex_futures"]]
    np.testing.assert_allclose(annual["derivatives_turnover"], parts.sum(axis=1))
    bought = table["foreign_net_purchases"].iloc[-12:].to_numpy()
    expected = bought.std() / (table["foreign_bond_holdings"].iloc[-1] * 1000.0)
    assert table["capital_flow_volatility"].iloc[-1] == pytest.approx(expected)
    assert (table.loc[:"2020-12", ["product_breadth", "talent_stock", "business_env_score"]] == [100.0, 0.0, 0.0]).all(
        axis=None
    )


def test_secondary_indicators_say_what_their_markets_did(result):
    table, annual = result.indicators, result.annual()
    assert (table["reits_cap"].diff().dropna() >= 0.0).all()
    np.testing.assert_allclose(annual["reits_cap"].diff().dropna(), annual["reit_issuance"].iloc[1:])
    assert (annual["yrd_financing"] < annual["direct_financing_national"]).all()
    assert annual["yrd_financing"].min() > 0.0
    for index in ("strategic_credit", "bid_ask_spread", "am_market_share"):
        assert table.loc["2020-12", index].iloc[-1] == pytest.approx(100.0)
    assert annual.loc[2020, "venture_investment"] == pytest.approx(100.0)
    # Small firms are rated third or fourth: their spread lies between those of the two ratings.
    third, fourth = parameter_set("prior_2020").central().loan_spread[2:]
    assert table["msme_spread"].between(100.0 * third, 100.0 * fourth).all()
    assert (table.loc[:"2020-12", "misconduct_losses"] == 0.0).all()


@pytest.mark.slow
def test_the_command_shows_lights_tests_and_what_is_not_modelled(capsys):
    from app.cli import command_line

    assert command_line(["goals", "plan", "--runs", "2", "--scale", "0.05", "--workers", "1"]) == 0
    shown = capsys.readouterr().out
    assert "not modelled" in shown and "leading_fintech_count" in shown and "judgement" in shown
    assert command_line(["goals", "plann"]) == 2
    assert "did you mean 'plan'" in capsys.readouterr().err
