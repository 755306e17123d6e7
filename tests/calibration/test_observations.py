"""What was observed: sound, sourced, and nothing of it later than 2020."""

import pytest

from calibration.observations import LAST_YEAR, STATUSES, annual_observations, observed_indicator, series
from scenarios import plan
from sim.base_year.base_year import YEAR_2020


def test_every_row_is_sourced_and_none_is_later_than_2020():
    rows = annual_observations()
    assert len(rows) > 100
    for row in rows:
        assert row.year <= LAST_YEAR == 2020
        assert row.status in STATUSES
        assert row.unit
        assert row.definition
        assert (row.status == "recalled") == (row.source == "background knowledge, no source found"), row
        assert 0.0 <= row.weight <= 1.0
    assert len({(row.series, row.year) for row in rows}) == len(rows)


def test_what_is_known_less_well_weighs_less():
    by_status = {}
    for row in annual_observations():
        by_status.setdefault(row.tier, set()).add(row.weight)
    assert min(by_status["A"]) > max(by_status["B"]) > max(by_status["C"]) > max(by_status["D"])


def test_back_solved_totals_of_the_interbank_market_are_not_fitted_to():
    assert series("turnover_interbank")[2016].weight == 0.0


@pytest.mark.parametrize("indicator", [each.id for each in plan.indicators()])
def test_what_is_shown_as_observed_meets_the_baseline_of_2020(indicator):
    shown = observed_indicator(indicator)
    if shown:
        wanted = next(each.value_2020 for each in plan.indicators() if each.id == indicator)
        assert shown[2020] == pytest.approx(wanted, rel=0.005)


def test_series_that_measure_something_else_are_not_mixed_in():
    assert set(observed_indicator("panda_cumulative")) == {2020}
    assert observed_indicator("panda_cumulative")[2020] == YEAR_2020.observed("panda_cumulative")
    assert set(observed_indicator("foreign_bond_share")) == {2020}
