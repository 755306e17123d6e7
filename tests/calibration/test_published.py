"""Published figures and the calendar of policy: sound, sourced, nothing later than 2020, and what moments rest on."""

import numpy as np
import pytest

from calibration.earlier_years import level, policy_steps
from calibration.events import events
from calibration.moments import dates_of, moments
from calibration.observations import series
from calibration.published import (
    LAST_MONTH,
    monthly_table,
    policy_calendar,
    published,
    published_value,
)

TOLERANCE_FLOORS = {"published": 0.04, "derived": 0.04, "recalled": 0.12}
"""Least tolerance of a moment in logs by the status of its data."""


def test_every_published_figure_has_a_source_and_a_quotation_and_none_is_later_than_2020():
    rows = published()
    assert len(rows) == 847
    for row in rows:
        assert row.date <= LAST_MONTH
        assert np.isfinite(row.value)
        assert row.series and row.component and row.unit and row.source
        assert row.address.startswith(("http", "withheld")), row
        assert row.quote or row.definition or row.address.startswith("withheld"), row
        assert row.status != "derived" or row.definition, row
    assert len({(row.series, row.component, row.date, row.value, row.source) for row in rows}) == len(rows)


def test_sources_that_give_one_figure_twice_agree():
    by_key = {}
    for row in published():
        by_key.setdefault((row.series, row.component, row.date, row.unit), []).append(row.value)
    for key, values in by_key.items():
        # Holdings of January 2018 come from a rounded and an exact level.
        assert max(values) - min(values) <= 0.04 * abs(min(values)), key


def test_a_figure_of_several_sources_is_their_median_and_components_add_up():
    assert published_value("interbank_money_market", "total", "2019-01") == pytest.approx(89.73)
    parts = published_value("bond_issuance_china", "corporate credit & asset-backed", "2019-05")
    assert parts == pytest.approx(0.48886 + 0.07204)
    with pytest.raises(KeyError, match="2019-03"):
        published_value("interbank_money_market", "total", "2019-03")


def test_monthly_tables_are_whole():
    rates, listings = monthly_table("shibor"), monthly_table("sse_listings")
    for table in (rates, listings):
        assert (min(table), max(table), len(table)) == ("2010-01", "2020-12", 132)
    assert all(0.5 < rates[month]["shibor_on_avg_pct"] < 9.0 for month in rates)
    star = {month: row["star_new_listings"] for month, row in listings.items()}
    assert not any(star[month] for month in star if month < "2019-07")
    assert sum(star[month] for month in star if month < "2020-01") == 70 == series("star_listed")[2019].value
    for year in (2016, 2017, 2018, 2019):
        listed = sum(row["sse_main_new_listings"] for month, row in listings.items() if month.startswith(str(year)))
        # Levels are the rise of companies listed, which departures lower.
        assert 0 <= listed - level("ipo_count_main", year) <= 3


def test_the_calendar_of_policy_is_dated_in_order_and_holds_every_step_and_event():
    calendar = policy_calendar()
    assert len(calendar) > 50
    assert [event.month for event in calendar] == sorted(event.month for event in calendar)
    assert all(event.what and event.source for event in calendar)
    assert len({(event.month, event.what) for event in calendar}) == len(calendar)
    known = {(event.lever, event.month) for event in calendar}
    assert {(step.lever, step.month) for step in policy_steps()} <= known
    assert {event.month for event in events()} <= {event.month for event in calendar}


def test_moments_of_published_months_are_computed_from_them():
    checked = 0
    for moment in moments():
        if not moment.published:
            continue
        name, components = moment.published.split("|")
        first, last = (
            np.mean([published_value(name, components, date) for date in dates_of(when)])
            for when in (moment.first, moment.last)
        )
        assert moment.observed == pytest.approx(np.log(last / first), abs=1e-4), moment.id
        checked += 1
    assert checked == 9


def test_moments_of_holdings_are_those_of_the_annual_figures_and_of_published_months():
    held = series("foreign_holdings_interbank_or_total")
    checked = 0
    for moment in moments():
        if moment.id in {f"foreign_holdings_{year}" for year in range(2017, 2021)}:
            growth = np.log(held[int(moment.last)].value / held[int(moment.first)].value)
            assert moment.observed == pytest.approx(growth, abs=1e-4), moment.id
            checked += 1
    assert checked == 4
    both = "CCDC+SHCH (interbank)"
    for year in (2016, 2017):
        known = published_value("foreign_bond_holdings", both, f"{year}-12")
        assert held[year].value * 1000.0 == pytest.approx(known)
    assert published_value("panda_registered", "issuers registered at NAFMII, end", "2018") == 41.0
    assert (
        published_value("turnover_total", "Shanghai financial markets", "2018") == series("turnover_total")[2018].value
    )


def test_no_moment_is_trusted_more_than_its_data_deserve():
    for moment in moments():
        assert moment.status in TOLERANCE_FLOORS
        if moment.unit == "log":
            assert moment.tolerance >= TOLERANCE_FLOORS[moment.status], moment.id
        else:
            assert moment.tolerance >= 12.0


def test_dates_of_a_moment_are_years_or_months_one_by_one():
    assert dates_of("2017") == ("2017",)
    assert dates_of("2017..2019") == ("2017", "2018", "2019")
    assert dates_of("2018-11..2019-01+2020-05") == ("2018-11", "2018-12", "2019-01", "2020-05")
