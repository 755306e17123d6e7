"""Earlier base years: the same model started from what was observed in another year, and nothing after 2020-12."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import sim
from calibration.earlier_years import (
    ACCESS_CHANNEL,
    ACCESS_FRICTION,
    ACCESS_LEVER,
    earlier_levels,
    earlier_year,
    level,
    parameters_of,
    past_scenario,
    policy_steps,
    stem_and_lag,
)
from scenarios.baseline import observations
from scenarios.calendar import BASELINE, month_ordinal
from scenarios.parameters import ParameterSet, parameter_table
from scenarios.plan import lever_ids, levers
from sim.base_year.base_year import YEAR_2020, BaseYear
from sim.bond_market.index_weights import live_index_weights
from sim.world.macro import drivers_after_base_year, drivers_to_base_year, package_drivers

SMALL = 0.1


@pytest.fixture(scope="module")
def central():
    return ParameterSet.prior_2020().central()


@pytest.fixture(scope="module")
def replay(central):
    result = sim.run(
        past_scenario(2016, scale=SMALL),
        parameters=parameters_of(central, 2016),
        base_year=earlier_year(2016),
    )
    annual = result.annual()
    annual.index = annual.index - 4
    return result, annual


def test_every_level_has_the_unit_of_what_it_stands_in_for():
    units = {stem_and_lag(id)[0]: row.unit for id, row in observations().items()}
    units |= {row.id: row.unit for row in parameter_table()}
    for row in earlier_levels():
        if not row.series.startswith("holdings_share_"):
            assert row.unit == units[row.series], row.series


def test_no_level_is_after_2019_and_every_one_says_where_it_is_from():
    for row in earlier_levels():
        assert row.year <= 2019
        assert row.source
        assert 1 <= row.confidence <= 5


def test_shares_of_holders_add_up():
    assert sum(row.value for row in earlier_levels() if row.series.startswith("holdings_share_")) == pytest.approx(1.0)


@given(
    st.sampled_from(["bond_custody_interbank", "direct_financing_share", "foreign_investors"]), st.integers(2016, 2020)
)
def test_between_known_years_a_level_lies_between_them(series, year):
    ends = level(series, 2016), level(series, 2020)
    assert min(ends) <= level(series, year) <= max(ends)


def test_a_year_outside_what_is_known_is_refused():
    with pytest.raises(KeyError, match="not known in 2012"):
        level("bond_custody_total", 2012)
    with pytest.raises(ValueError, match="2016 to 2020"):
        BaseYear(2015, {})
    with pytest.raises(ValueError, match="before 2020"):
        earlier_year(2020)


def test_an_earlier_base_year_has_observations_dates_and_a_digest_of_its_own():
    earlier = earlier_year(2018)
    assert YEAR_2020.observed("institutions") == 1674
    assert earlier.observed("institutions") == 1605
    assert earlier.observed("institutions_2019") == 1537
    assert earlier.observed("fintech_leading") == 23  # counted once
    assert earlier.months_back == 24
    assert earlier.calendar_month(BASELINE) == month_ordinal("2018-12")
    assert YEAR_2020.digest == ""
    assert earlier.digest != earlier_year(2018, replays=False).digest != ""
    assert BaseYear.from_data(earlier.as_data()) == earlier


@pytest.mark.parametrize("year", [2016, 2017, 2018, 2019])
def test_drivers_move_by_whole_years_and_end_with_2020(year):
    earlier = earlier_year(year)
    back = earlier.months_back
    before, after = drivers_to_base_year(earlier), drivers_after_base_year(earlier)
    assert max(before) == BASELINE
    assert min(after) == BASELINE + 1
    assert max(after) - back == BASELINE
    then = drivers_to_base_year(YEAR_2020)[month_ordinal(f"{year}-06")]
    assert before[month_ordinal("2020-06")] == then


def test_steps_of_an_index_count_when_they_are_replayed_or_were_announced(central):
    model_month = month_ordinal("2023-12")  # 2019-12 from 2016, 2021-12 from 2018
    replayed = earlier_year(2016, replays=True)
    assert live_index_weights(central, replayed, model_month, 0.0)[1] > 0.0
    assert live_index_weights(central, replayed, BASELINE, 0.0)[1] == 0.0
    assert live_index_weights(central, earlier_year(2016, replays=False), model_month, 0.0)[1] == 0.0
    announced = live_index_weights(central, earlier_year(2018, replays=False), model_month, 0.0)  # in March 2018
    assert announced[1] == pytest.approx(central.global_aggregate_china_weight)
    assert announced[2] == 0.0


def test_steps_of_policy_are_dated_before_2021_and_lift_known_levers():
    for step in policy_steps():
        assert "2017-01" <= step.month <= "2020-12"
        assert step.lever in lever_ids()
        assert step.rise > 0.0
    start = {each.id: each.intensity_2020 for each in levers()}
    asked = past_scenario(2016)
    paths = asked.intensities(BASELINE + 1, BASELINE + 48)
    assert paths.max() <= 1.0
    place = lever_ids().index(ACCESS_LEVER)
    connect = month_ordinal("2021-07") - BASELINE - 1  # Bond Connect, July 2017
    assert paths[connect - 1, place] == start[ACCESS_LEVER]
    assert paths[connect, place] > start[ACCESS_LEVER]


def test_steps_of_policy_can_be_moved_to_dates_that_are_wrong():
    place = lever_ids().index(ACCESS_LEVER)
    start = {each.id: each.intensity_2020 for each in levers()}[ACCESS_LEVER]
    rises = [step.rise for step in policy_steps() if step.lever == ACCESS_LEVER]  # July 2017 and May 2020

    def path(shift):
        return past_scenario(2016, shift=shift).intensities(BASELINE + 1, BASELINE + 48)[:, place]

    assert (path(6)[6:] == path(0)[:-6]).all()
    assert path(-12)[0] == pytest.approx(start + rises[0])  # not before the first month after the base year
    assert path(12)[-1] == pytest.approx(start + rises[0])  # the step of 2020 comes too late to be seen
    assert (path(10_000) == start).all()


def test_a_forecast_from_an_earlier_origin_is_not_told_what_came_after(central):
    told, forecast = (parameters_of(central, 2016, replays=replays) for replays in (True, False))
    assert forecast.sovereign_growth == central.sovereign_growth != told.sovereign_growth


def test_the_premium_for_supply_is_asked_in_a_replay_and_the_ten_year_rises_by_no_more_than_was_seen(central, replay):
    result, _ = replay
    assert parameters_of(central, 2016).demand_semielasticity == central.demand_semielasticity
    history = package_drivers("macro_history")
    back = earlier_year(2016).months_back
    simulated = result.indicators["china_yield"].to_numpy()
    observed = np.array([history[BASELINE - 11 - back + at]["cn10y_pct"] for at in range(len(simulated))])
    premium, seen = simulated - observed, observed[-1] - observed[11]
    assert premium[11] == 0.0 and np.ptp(premium) > 0.02  # the premium is there
    assert premium[-1] <= seen and np.abs(premium).max() < 0.5


@pytest.mark.parametrize("year", [2016, 2018])
def test_the_access_barrier_falls_to_that_of_2020(central, year):
    restated = parameters_of(central, year)
    rise = sum(step.rise for step in policy_steps() if step.lever == ACCESS_LEVER and step.year > year)
    at_end = restated.access_friction_2020 * np.exp(restated.betas[ACCESS_LEVER, ACCESS_CHANNEL] * rise)
    assert restated.access_friction_2020 == pytest.approx(ACCESS_FRICTION[year])
    assert at_end == pytest.approx(central.access_friction_2020)


def test_the_base_year_is_met_and_accounts_close(replay):
    result, annual = replay
    assert result.largest_accounting_error < 1e-9
    assert annual.loc[2016, "institution_count"] == 1515
    assert annual.loc[2016, "foreign_investor_count"] == pytest.approx(432, rel=0.01)
    assert annual.loc[2016, "foreign_bond_holdings"] == pytest.approx(0.7997, rel=0.02)
    assert annual.loc[2016, "turnover_total"] == pytest.approx(1355.9, rel=0.02)
    assert annual.loc[2016, "direct_financing"] == pytest.approx(9.5, rel=0.03)


def test_markets_that_did_not_exist_have_no_deals(replay):
    _, annual = replay
    assert (annual.loc[2016:2019, "star_new_listings"] == 0.0).all()
    assert (annual.loc[2016:2019, "star_listings"] == 0.0).all()
    assert earlier_year(2019).observed("star_listed_2019") == 0.0
    assert (annual.loc[2016:2019, "reit_issuance"] == 0.0).all()


def test_a_replay_of_the_past_leaves_runs_of_2020_as_they_were(central):
    frozen = sim.Scenario(name="frozen", policy="frozen", scale=SMALL, end="2021-12")
    first = sim.run(frozen, seed=3).annual()
    sim.run(past_scenario(2019, scale=SMALL), parameters=parameters_of(central, 2019), base_year=earlier_year(2019))
    assert sim.run(frozen, seed=3).annual().equals(first)


def test_flows_of_the_base_year_are_scaled_to_what_was_observed_in_that_year(replay):
    # A level read when the module is imported would be that of 2020 for every base year.
    _, annual = replay
    assert annual["cips_volume"][2016] == pytest.approx(level("cips_volume", 2016))
    assert level("cips_volume", 2016) < 0.2 * YEAR_2020.observed("cips_volume")
