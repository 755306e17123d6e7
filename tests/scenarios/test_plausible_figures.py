"""Figures in another unit than theirs are refused with what was probably meant; what was ever observed is taken."""

import csv
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scenarios import load
from scenarios.bounds import LEAST_SCALE
from scenarios.calendar import month_ordinal, month_text
from scenarios.drivers import DRIVERS, parse_drivers, read_drivers
from scenarios.errors import InputError
from scenarios.plausible import driver_ranges, limits, unit_ranges
from scenarios.schema import Scenario
from scenarios.shocks import shock_kinds
from scenarios.triggers import Trigger

TABLES = Path(__file__).parents[2] / "sim" / "data"
USUAL = {"usdcny": 6.5, "us10y_pct": 1.5, "vix": 20.0, "csi300_close": 5000.0, "cn10y_pct": 3.2}


def observed(table):
    """Months of a table of the package that have every driver."""
    lines = (line for line in (TABLES / f"{table}.csv").read_text(encoding="utf-8").splitlines() if line[:1] != "#")
    return [{name: float(row[name]) for name in DRIVERS} for row in csv.DictReader(lines) if all(map(row.get, DRIVERS))]


def file_of(folder, rows):
    lines = ["month," + ",".join(DRIVERS)]
    for at, row in enumerate(rows):
        month = month_text(month_ordinal("2021-01") + at)
        lines.append(",".join([month, *(str(row[name]) for name in DRIVERS)]))
    file = folder / "drivers.csv"
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return file


def problems_of(call):
    with pytest.raises(InputError) as refused:
        call()
    return [str(problem) for problem in refused.value.problems]


def test_the_ranges_rest_on_what_was_observed():
    months = observed("macro_history")
    assert set(driver_ranges()) == set(DRIVERS)
    for name, known in driver_ranges().items():
        values = [month[name] for month in months]
        assert known.observed == (min(values), max(values)), name
        assert known.end_2020 == values[-1], name
        assert known.low < known.observed[0] < known.observed[1] < known.high, name
        assert known.basis.split(",")[0].split(":")[0] in ("judgement", "literature"), name
    assert all(low < high for low, high in unit_ranges().values())
    assert limits().least_yield < min(known.observed[0] for known in driver_ranges().values())


def test_every_month_that_was_observed_is_taken(tmp_path):
    months = observed("macro_history")
    assert len(months) > 100 and len(read_drivers(file_of(tmp_path, months)).rows) == len(months)


@pytest.mark.parametrize(
    ("column", "change", "says"),
    [
        (
            "us10y_pct",
            lambda value: value / 100.0,
            "no value is above 0.2; did you mean 1.5, in per cent, for 0.015?",
        ),
        ("cn10y_pct", lambda value: value / 100.0, "did you mean 3.2, in per cent, for 0.032?"),
        (
            "us10y_pct",
            lambda value: value * 100.0,
            "150 is not usable; did you mean 1.5, in per cent",
        ),
        (
            "usdcny",
            lambda value: round(1.0 / value, 4),
            "did you mean 6.502, yuan per dollar, not dollars per yuan?",
        ),
        ("vix", lambda value: value / 100.0, "0.2 is not usable; did you mean 20, in index points, not as a fraction?"),
        ("csi300_close", lambda value: value / 1000.0, "5 is not usable; did you mean 5000, in full?"),
    ],
)
def test_a_column_in_another_unit_is_refused_with_what_was_meant(tmp_path, column, change, says):
    rows = [{**USUAL, column: change(USUAL[column])} for _ in range(3)]
    told = problems_of(lambda: read_drivers(file_of(tmp_path, rows)))
    assert all("drivers.csv:" in line for line in told)
    assert any(says in line for line in told), told
    plain = {month_text(month_ordinal("2021-01") + at): row for at, row in enumerate(rows)}
    assert any(says in line for line in problems_of(lambda: parse_drivers(plain)))


@pytest.mark.parametrize(
    ("trigger", "says"),
    [
        (
            {"indicator": "foreign_bond_share", "below": 3},
            "below: 3 is no share; did you mean 0.03 (3 %)?",
        ),
        ({"indicator": "direct_financing_share", "above": 85}, "above: 85 is no share; did you mean 0.85 (85 %)?"),
        ({"indicator": "foreign_bond_share", "below": -0.1}, "-0.1 is no share (0 to 1 share)"),
        ({"indicator": "default_rate", "above": 101}, "101 is no percent per year (0 to 100 percent per year)"),
        (
            {"indicator": "turnover_total", "above": 2400000},
            "did you mean 2400, trn yuan per year?",
        ),
        ({"indicator": "panda_cumulative", "above": 50000}, "50000 is out of reach; did you mean 500"),
    ],
)
def test_a_threshold_in_another_unit_is_refused_with_what_was_meant(trigger, says):
    (told,) = problems_of(lambda: Scenario(name="x", triggers=[{**trigger, "lever": "reits_pilot", "to": 0.5}]))
    assert says in told


def test_thresholds_that_are_always_or_never_met_are_no_wrong_unit():
    for threshold in (0.0, 1e-4, 0.9, 1.0):
        assert Trigger(indicator="foreign_bond_share", below=threshold, lever="reits_pilot", to=0.5)
    for threshold in (0.0, 1.0, 20_000.0):
        assert Trigger(indicator="turnover_total", below=threshold, lever="reits_pilot", to=0.5)


@pytest.mark.parametrize(
    ("name", "size", "says"),
    [
        ("us_yield", 200, "did you mean 2, in percentage points, not in basis points?"),
        ("currency", 8, "did you mean 0.08, as a logarithm, not in per cent?"),
        ("equity", -25, "did you mean -0.25, as a logarithm, not in per cent?"),
        ("bond_fund_redemptions", 5, "did you mean 0.05, as a share, not in per cent?"),
        ("public_supply", 5000, "did you mean 5, in CNY trn, not in bn?"),
        ("lockdown", 7, "7.0 is outside 0..1 (0 to 1 times the usual number)"),
    ],
)
def test_a_shock_in_another_unit_is_refused_with_what_was_meant(name, size, says):
    (told,) = problems_of(lambda: load("plan").with_shocks([{"name": name, "size": size}]))
    assert says in told


def test_the_usual_size_the_ends_of_the_range_and_no_size_at_all_are_taken():
    for kind in shock_kinds().values():
        for size in {kind.size, kind.low, kind.high, 1.0 if kind.form == "factor" else 0.0}:
            assert load("plan").with_shocks([{"name": kind.name, "size": size}]).shocks


# Shocks that add up


def test_one_shock_repeated_cannot_leave_the_range_of_its_kind():
    shock = {"name": "us_yield", "from": "2022-01", "to": "2022-12", "size": 2.0}
    plan = load("plan")
    assert len(plan.with_shocks([shock] * 3).shocks) == 3
    (told,) = problems_of(lambda: plan.with_shocks([shock] * 1900))
    assert told == "shocks.1899: 1900 shocks us_yield come to 3800 pp in 2022-01 (-4 to 6 pp)"
    (told,) = problems_of(lambda: plan.with_shocks([shock] * 2).with_shocks([shock] * 2))
    assert "4 shocks us_yield come to 8 pp in 2022-01" in told
    assert problems_of(lambda: Scenario(name="x", shocks=[shock] * 4))


@pytest.mark.parametrize("kind", shock_kinds().values(), ids=lambda kind: kind.name)
def test_of_every_kind_a_few_shocks_are_too_many(kind):
    size = kind.high if kind.form == "factor" and kind.high > 1.0 else max(kind.low, kind.high, key=abs)
    size = 0.5 * size if kind.name == "lockdown" else size
    shock = {"name": kind.name, "month": "2022-03", "size": size}
    if kind.high == 1.0 and kind.form == "factor":  # parts of a whole stay parts of it
        assert load("plan").with_shocks([shock] * 50).shocks
        return
    told = problems_of(lambda: load("plan").with_shocks([shock] * 2))
    assert any(f"2 shocks {kind.name} come to" in line and kind.allowed in line for line in told)


def test_parts_that_are_spread_add_up_over_the_months():
    fall = [{"name": "currency", "from": f"202{year}-01", "to": f"202{year}-12", "size": 0.2} for year in (1, 3)]
    (told,) = problems_of(lambda: load("plan").with_shocks(fall))
    assert "2 shocks currency come to 0.3167 log in 2023-07" in told
    back = {**fall[1], "size": -0.2}
    assert load("plan").with_shocks([fall[0], back]).shocks


def test_a_driver_may_not_be_moved_out_of_its_range(tmp_path):
    high = [{**USUAL, "cn10y_pct": 14.0} for _ in range(12)]
    world = load("plan").with_macro(file_of(tmp_path, high))
    assert world.with_shocks([{"name": "china_yield", "month": "2023-01", "size": 3.0}]).shocks
    (told,) = problems_of(lambda: world.with_shocks([{"name": "china_yield", "month": "2021-06", "size": 3.0}]))
    assert "with these shocks cn10y_pct would be 17 in 2021-06 (-1 to 16 per cent)" in told
    drift = {"name": "equity_drift", "from": "2021-01", "to": "2035-12", "size": 0.05}
    (told,) = problems_of(lambda: Scenario(name="x", end="2035-12", shocks=[drift]))
    assert "with these shocks csi300_close would be" in told


KINDS = list(shock_kinds().values())


def sized(kind):
    """Shocks of a kind within its range: kind, size, first month and further months."""
    return st.tuples(st.just(kind), st.floats(kind.low, kind.high), st.integers(0, 59), st.integers(0, 24))


@given(st.lists(st.sampled_from(KINDS).flatmap(sized), max_size=12))
@settings(max_examples=200, deadline=None)
def test_any_stack_of_shocks_is_taken_or_refused_with_its_kind_or_its_driver(stack):
    shocks = []
    for kind, size, first, length in stack:
        months = [month_text(month_ordinal("2021-01") + at) for at in (first, min(first + length, 59))]
        shocks.append({"name": kind.name, "from": months[0], "to": months[1], "size": size})
    try:
        assert len(Scenario(name="x", shocks=shocks).shocks) == len(shocks)
    except InputError as error:
        named = {*(kind.name for kind in KINDS), *DRIVERS}
        assert all(any(name in str(each) for name in named) for each in error.problems)


def test_a_small_shock_is_a_shock():
    for size in (0.0, 1e-9, 0.02, -0.05):
        (shock,) = load("plan").with_shocks([{"name": "us_yield", "size": size}]).shocks
        assert shock.full_size == size


# Scale


def test_a_scale_at_which_2020_is_missed_is_refused_with_the_reason():
    for scale in (1e-9, 0.001, 0.0099):
        (told,) = problems_of(lambda scale=scale: Scenario(name="x", scale=scale))
        assert "are too few: the equity raised in 2020 would differ" in told and "(from 0.01 to 300)" in told
    for scale in (0, -1, 300.1):
        (told,) = problems_of(lambda scale=scale: Scenario(name="x", scale=scale))
        assert "(from 0.01 to 300)" in told
    assert Scenario(name="x", scale=LEAST_SCALE).scale == 0.01
