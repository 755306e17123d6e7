import math
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

import sim.world.macro
from agents.draws import Draws
from scenarios.calendar import BASELINE, month_ordinal, month_text
from scenarios.drivers import DRIVERS, read_drivers
from scenarios.errors import InputError
from scenarios.parameters import ParameterSet
from scenarios.user_files import LARGEST_BYTES
from sim.world.macro import (
    HISTORY_START,
    innovation_factor,
    make_macro_path,
    package_drivers,
    student_t_scale,
)

CENTRAL = ParameterSet.prior_2020().central()
END = month_ordinal("2026-12")
SEED = 5
PAST = slice(0, BASELINE - HISTORY_START + 1)
FUTURE = slice(BASELINE - HISTORY_START + 1, None)
SERIES = ("china_yield_pct", "us_yield_pct", "log_vix", "usdcny", "equity_index", "log_volatility")


def path_of(kind, seed=SEED, last_month=END, **changes):
    parameters = CENTRAL.replace(**changes)
    drivers = read_drivers(kind) if isinstance(kind, Path) else None
    return make_macro_path(str(kind), last_month, parameters, Draws(seed).stream("macro.innovations"), drivers=drivers)


def levels(macro):
    """The drivers in the units of a file."""
    return {
        "usdcny": macro.usdcny,
        "us10y_pct": macro.us_yield_pct,
        "vix": np.exp(macro.log_vix),
        "csi300_close": macro.equity_index,
        "cn10y_pct": macro.china_yield_pct,
    }


def write(folder, *lines, name="drivers.csv", header="month,usdcny,us10y_pct,vix,csi300_close,cn10y_pct"):
    file = Path(folder, name)
    file.write_text("\n".join([header, *lines]) + "\n", encoding="utf-8")
    return file


# The past


@pytest.mark.parametrize("kind", ["neutral", "realised", "adverse"])
def test_to_the_end_of_2020_every_path_is_what_was_observed_to_the_bit(kind):
    macro = path_of(kind)
    history = package_drivers("macro_history")
    for month in range(HISTORY_START, BASELINE + 1):
        at, seen = macro.position(month), history[month]
        assert macro.china_yield_pct[at] == seen["cn10y_pct"]
        assert macro.us_yield_pct[at] == seen["us10y_pct"]
        assert macro.log_vix[at] == math.log(seen["vix"])
        assert macro.usdcny[at] == seen["usdcny"]
        assert macro.equity_index[at] == seen["csi300_close"]


def test_the_past_happened_once_whatever_the_seed_of_the_future():
    one, other = path_of("neutral", seed=1), path_of("neutral", seed=2)
    for series in SERIES:
        assert (getattr(one, series)[PAST] == getattr(other, series)[PAST]).all()
        assert (getattr(one, series)[FUTURE] != getattr(other, series)[FUTURE]).all()


# The future: drawn


def test_the_same_seed_gives_the_same_future_and_a_longer_horizon_leaves_it_alone():
    short, again, long = path_of("neutral"), path_of("neutral"), path_of("neutral", last_month=END + 60)
    for series in SERIES:
        np.testing.assert_array_equal(getattr(short, series), getattr(again, series))
        np.testing.assert_array_equal(getattr(short, series), getattr(long, series)[: len(short.usdcny)])


def test_only_what_was_realised_or_given_is_labelled_as_conditional(tmp_path):
    assert path_of("realised").conditional
    part = path_of(write(tmp_path, "2021-01,6.5,,,,"))
    assert not part.conditional and part.kind == "drivers given in part"
    assert part.drawn[0] == "usdcny from 2021-02" and part.drawn[-1] == "cn10y_pct from 2021-01"
    assert not path_of("neutral").conditional
    assert not path_of("adverse").conditional


def test_a_neutral_path_knows_nothing_of_what_was_realised():
    drawn, seen = path_of("neutral"), package_drivers("macro_realised")
    us = [drawn.us_yield_pct[drawn.position(month)] for month in seen]
    assert all(value != seen[month]["us10y_pct"] for value, month in zip(us, seen, strict=True))


def test_the_long_run_mean_of_the_american_yield_is_uncertain_and_centred_on_the_past():
    prior = ParameterSet.prior_2020()
    draws = np.array([prior.draw(seed).us_yield_mean_deviation for seed in range(200)])
    assert CENTRAL.us_yield_mean_deviation == 0.0
    assert draws.std() == pytest.approx(0.79, rel=0.15) and abs(draws.mean()) < 0.15
    low, high = (path_of("neutral", us_yield_mean_deviation=value, us10_floor=-1e9) for value in (-0.5, 0.5))
    apart = high.us_yield_pct[high.position(BASELINE) :] - low.us_yield_pct[low.position(BASELINE) :]
    # With the same draws the paths part by the deviation, as fast as the yield reverts to its mean.
    expected = 1.0 - CENTRAL.us_yield_persistence ** np.arange(len(apart))
    np.testing.assert_allclose(apart, expected, atol=1e-12)


@pytest.fixture(scope="module")
def long_path():
    """A thousand years of the neutral path without volatility jumps and without a floor under yields."""
    return path_of("neutral", last_month=BASELINE + 12_000, vix_jump_rate=0.0, us10_floor=-1e9)


@pytest.fixture(scope="module")
def innovations(long_path):
    """Innovations by driver in units of their standard deviation, solved from the path, shape (5, months)."""
    p, start = CENTRAL, BASELINE - HISTORY_START

    def reverting(series, persistence, mean, sd):
        return ((series[1:] - mean) - persistence * (series[:-1] - mean))[start:] / sd

    history = package_drivers("macro_history")
    months = range(HISTORY_START, BASELINE + 1)
    us_mean = np.mean([history[m]["us10y_pct"] for m in months])
    gap_mean = np.mean([history[m]["cn10y_pct"] - history[m]["us10y_pct"] for m in months])
    currency = np.diff(np.log(long_path.usdcny))
    gap = (long_path.china_yield_pct - long_path.us_yield_pct)[start:-1]
    pull = p.fx_carry * (gap - gap_mean) / 1200.0
    return np.array(
        [
            reverting(long_path.china_yield_pct, p.china_yield_persistence, p.china_yield_mean, p.china_yield_sd),
            reverting(long_path.us_yield_pct, p.us_yield_persistence, us_mean, p.us_yield_sd),
            reverting(long_path.log_vix, p.log_vix_persistence, p.log_vix_mean, p.log_vix_sd),
            (currency[start:] - p.exchange_rate_persistence * currency[start - 1 : -1] + pull) / p.exchange_rate_sd,
            (np.diff(np.log(long_path.equity_index))[start:] - p.equity_drift) / p.equity_return_sd,
        ]
    )


def test_innovations_have_the_variances_asked_for_and_the_tails_of_four_degrees_of_freedom(innovations):
    for series in innovations:
        assert series.mean() == pytest.approx(0.0, abs=0.04)
        assert series.std() == pytest.approx(1.0, rel=0.06)
        assert stats.kstest(series * np.sqrt(2.0), stats.t(4).cdf).pvalue > 0.001
        assert stats.kstest(series, stats.norm.cdf).pvalue < 1e-6


def test_innovations_have_the_correlations_asked_for_and_no_others(innovations):
    asked = np.eye(5)
    for first, second, value in (
        (4, 2, CENTRAL.correlation_equity_vix),
        (1, 2, CENTRAL.correlation_us_yield_vix),
        (4, 3, CENTRAL.correlation_equity_exchange_rate),
        (2, 3, CENTRAL.corr_vix_fx),
        (0, 1, CENTRAL.correlation_china_us_yields),
    ):
        asked[first, second] = asked[second, first] = value
    for first in range(5):
        for second in range(first):
            # Of an elliptical law, heavy tails or not: correlation = sin(pi/2 * Kendall's tau).
            tau = stats.kendalltau(innovations[first], innovations[second]).statistic
            assert math.sin(math.pi / 2 * tau) == pytest.approx(asked[first, second], abs=0.035)


def test_months_are_independent_of_one_another(innovations):
    for series in innovations:
        ranks = stats.rankdata(series)
        assert abs(np.corrcoef(ranks[1:], ranks[:-1])[0, 1]) < 0.035


def test_heavy_tails_strike_all_markets_in_the_same_month(innovations):
    extreme = np.abs(innovations) > 3.0
    independent = extreme[0].mean() * extreme[3].mean()
    assert (extreme[0] & extreme[3]).mean() > 5 * independent


def test_the_common_factor_of_a_month_turns_normals_into_four_degrees_of_freedom():
    draws = np.random.default_rng(0)
    scale = np.array([student_t_scale(a, b) for a, b in 1.0 - draws.random((20_000, 2))])
    values = scale * draws.normal(size=20_000)
    assert stats.kstest(values * np.sqrt(2.0), stats.t(4).cdf).pvalue > 0.001


def test_realised_volatility_reverts_to_its_mean_and_answers_to_the_size_of_returns(long_path, innovations):
    p, state = CENTRAL, long_path.log_volatility[FUTURE]
    assert state.mean() == pytest.approx(p.volatility_mean, abs=0.02)
    shock = (state[1:] - p.volatility_mean - p.realised_volatility_persistence * (state[:-1] - p.volatility_mean)) / (
        p.volatility_sd
    )
    assert shock.std() == pytest.approx(1.0, rel=0.05)
    size = np.minimum(np.abs(innovations[4][1:]), 3.0)
    assert np.corrcoef(shock, size)[0, 1] == pytest.approx(p.corr_volatility_return, abs=0.05)
    assert abs(np.corrcoef(shock, np.clip(innovations[4][1:], -3, 3))[0, 1]) < 0.04


def test_volatility_jumps_happen_as_often_as_asked():
    calm, jumpy = (path_of("neutral", last_month=BASELINE + 600, vix_jump_rate=rate) for rate in (0.0, 0.2))
    apart = (jumpy.log_vix - calm.log_vix)[PAST.stop - 1 :]
    jumps = apart[1:] - CENTRAL.log_vix_persistence * apart[:-1]
    struck = jumps > 0.3
    np.testing.assert_allclose(jumps[struck], CENTRAL.vix_jump_size)
    np.testing.assert_allclose(jumps[~struck], 0.0, atol=1e-12)
    assert 0.14 < struck.mean() < 0.26


def test_drawn_yields_stay_above_the_floor():
    low = path_of("neutral", us10_floor=1.5, us_yield_sd=0.5)
    drawn = low.us_yield_pct[FUTURE]
    assert drawn.min() == 1.5
    assert drawn.max() > 1.5


def test_correlations_that_cannot_hold_together_are_bent_to_some_that_can():
    impossible = CENTRAL.replace(
        correlation_equity_vix=-0.95, correlation_us_yield_vix=-0.95, correlation_china_us_yields=0.9, corr_vix_fx=0.9
    )
    for parameters in (CENTRAL, impossible):
        factor = innovation_factor(parameters)
        np.testing.assert_allclose(np.diag(factor @ factor.T), 1.0)
        assert np.isfinite(factor).all()
    assert (innovation_factor(impossible) @ innovation_factor(impossible).T)[4, 2] < -0.6


# The future: replayed


def test_a_realised_path_replays_the_record_to_the_bit_and_draws_its_gaps():
    macro, record = path_of("realised"), package_drivers("macro_realised")
    drawn, gaps = path_of("neutral"), 0
    for month, seen in record.items():
        at = macro.position(month)
        for column, series in levels(macro).items():
            if column not in seen:
                gaps += 1
                assert 0.0 < series[at] < 10.0
            elif column == "vix":
                assert macro.log_vix[at] == np.log(seen["vix"])
            else:
                assert series[at] == seen[column]
    assert gaps > 0  # the ten-year yield of China in 2025
    after = slice(macro.position(max(record)) + 1, None)
    for series in SERIES:
        assert np.isfinite(getattr(macro, series)).all()
        assert (getattr(macro, series)[after] != getattr(drawn, series)[after]).all()


def test_a_given_value_stands_as_it_is_even_below_the_floor_of_draws(tmp_path):
    macro = path_of(write(tmp_path, "2021-01,6.5,0.1,20,5000,3.0"))
    at = macro.position(BASELINE + 1)
    given = [macro.usdcny[at], macro.us_yield_pct[at], macro.log_vix[at], macro.equity_index[at]]
    assert given == [6.5, 0.1, np.log(20.0), 5000.0]
    assert macro.china_yield_pct[at] == 3.0


def test_what_a_file_leaves_open_is_drawn_on_from_what_it_gave(tmp_path):
    neutral = path_of("neutral")
    macro = path_of(write(tmp_path, "2021-03,,,,,5.0", "2021-06,,,40,,"))
    given, later = macro.position(month_ordinal("2021-03")), macro.position(month_ordinal("2021-06"))
    assert (macro.china_yield_pct[:given] == neutral.china_yield_pct[:given]).all()
    assert macro.china_yield_pct[given] == 5.0
    apart = (macro.china_yield_pct - neutral.china_yield_pct)[given : given + 12]
    np.testing.assert_allclose(apart[1:] / apart[:-1], CENTRAL.china_yield_persistence)
    assert (macro.log_vix[:later] == neutral.log_vix[:later]).all()
    assert macro.log_vix[later] == np.log(40.0)
    assert (macro.us_yield_pct == neutral.us_yield_pct).all()
    assert (macro.equity_index == neutral.equity_index).all()


# The future: stressed


@pytest.mark.parametrize("made_up", [False, True], ids=["the table's stress", "a stress of every driver"])
def test_the_adverse_path_is_the_neutral_one_plus_the_stress_in_its_months_which_then_fades(monkeypatch, made_up):
    if made_up:
        every = dict(zip(DRIVERS, (0.02, 0.3, 0.4, -0.1, -0.2), strict=True))
        tables = {"macro_history": package_drivers("macro_history"), "macro_adverse": {month_ordinal("2023-05"): every}}
        monkeypatch.setattr(sim.world.macro, "package_drivers", tables.__getitem__)
    neutral, adverse = (path_of(kind, us10_floor=-1e9) for kind in ("neutral", "adverse"))
    stress = sim.world.macro.package_drivers("macro_adverse")

    def added(column):
        return np.array([stress.get(month, {}).get(column, 0.0) for month in range(HISTORY_START, END + 1)])

    def unexplained(series, persistence):
        apart = getattr(adverse, series) - getattr(neutral, series)
        return apart[1:] - persistence * apart[:-1]

    def close(left, right):
        np.testing.assert_allclose(left, right, atol=1e-9)

    close(unexplained("us_yield_pct", CENTRAL.us_yield_persistence), added("us10y_pct")[1:])
    close(unexplained("china_yield_pct", CENTRAL.china_yield_persistence), added("cn10y_pct")[1:])
    close(unexplained("log_vix", CENTRAL.log_vix_persistence), added("vix")[1:])
    close(np.diff(np.log(adverse.equity_index / neutral.equity_index)), added("csi300_close")[1:])
    currency = np.diff(np.log(adverse.usdcny / neutral.usdcny))
    gap = (adverse.china_yield_pct - adverse.us_yield_pct) - (neutral.china_yield_pct - neutral.us_yield_pct)
    pull = CENTRAL.fx_carry * gap[:-1] / 1200.0
    close(currency[1:] - CENTRAL.exchange_rate_persistence * currency[:-1] + pull[1:], added("usdcny")[2:])
    before = adverse.position(min(stress))
    for series in SERIES:
        assert (getattr(adverse, series)[:before] == getattr(neutral, series)[:before]).all()


def test_the_stress_is_one_dollar_rates_up_yuan_down_fear_up_shares_down():
    neutral, adverse = path_of("neutral"), path_of("adverse")
    worst = adverse.position(month_ordinal("2022-08"))
    assert adverse.us_yield_pct[worst] > neutral.us_yield_pct[worst] + 1.0
    assert adverse.usdcny[worst] > 1.05 * neutral.usdcny[worst]
    assert adverse.log_vix[worst] > neutral.log_vix[worst] + 0.5
    assert adverse.equity_index[worst] < 0.8 * neutral.equity_index[worst]


# Changes


def test_a_change_is_the_log_of_a_ratio_over_the_months_asked_for():
    macro = path_of("neutral")
    month = month_ordinal("2020-06")
    history = package_drivers("macro_history")
    year = history[month]["usdcny"] / history[month - 12]["usdcny"]
    assert macro.change(macro.usdcny, month, 12) == pytest.approx(math.log(year))
    assert macro.change(macro.usdcny, month, 0) == 0.0


# A user's file


def test_a_file_may_have_a_byte_order_mark_windows_line_ends_blank_lines_and_columns_of_its_own(tmp_path):
    file = Path(tmp_path, "odd.csv")
    lines = [
        "month,note,usdcny,us10y_pct,vix,csi300_close,cn10y_pct",
        "",
        "2021-01,a,6.5,1.1,,5000,-0.1",
        "2021-02,b,,,,,",
    ]
    file.write_bytes("\r\n".join(lines).encode("utf-8-sig"))
    given = {"usdcny": 6.5, "us10y_pct": 1.1, "csi300_close": 5000.0, "cn10y_pct": -0.1}
    assert read_drivers(file).by_month() == {month_ordinal("2021-01"): given}


GOOD = "2021-01,6.5,1.1,20,5000,3.1"
COLUMNS = "month,usdcny,us10y_pct,vix,csi300_close,cn10y_pct"


@pytest.mark.parametrize(
    ("text", "line", "key", "says"),
    [
        (f"{COLUMNS}\n{GOOD}\n{GOOD}\n", 3, "month", "twice"),
        (f"{COLUMNS}\n2021-13,6.5,1.1,20,5000,3.1\n", 2, "month", "2021-13"),
        (f"{COLUMNS}\n,6.5,1.1,20,5000,3.1\n", 2, "month", "not a month"),
        (f"{COLUMNS}\n2020-12,6.5,1.1,20,5000,3.1\n", 2, "month", "after 2020-12"),
        (f"{COLUMNS}\n{GOOD}\n2015-06,6.5,1.1,20,5000,3.1\n", 3, "month", "after 2020-12"),
        (f"{COLUMNS}\n2021-01,six,1.1,20,5000,3.1\n", 2, "usdcny", "six"),
        (f"{COLUMNS}\n2021-01,6.5,nan,20,5000,3.1\n", 2, "us10y_pct", "nan"),
        (f"{COLUMNS}\n2021-01,6.5,1.1,inf,5000,3.1\n", 2, "vix", "inf"),
        (f"{COLUMNS}\n2021-01,6.5,1.1,20,-5000,3.1\n", 2, "csi300_close", "above 0"),
        (f"{COLUMNS}\n2021-01,0,1.1,20,5000,3.1\n", 2, "usdcny", "above 0"),
        (f"{COLUMNS}\n2021-01,6.5,1.1,20,5000,3e7\n", 2, "cn10y_pct", "-1 to 16 per cent"),
        (f"{COLUMNS}\n\n\n{GOOD}\n\n2021-02,6.5,1.1,x,5000,3\n", 6, "vix", "x"),
        (f'{COLUMNS},note\n{GOOD},"two\nlines"\n2021-02,6.5,1.1,x,5000,3,\n', 4, "vix", "x"),
        ("month,usdcny,vix,csi300_close,cn10y_pct\n2021-01,6.5,20,5000,3\n", 1, "us10y_pct", "missing: us10y_pct"),
        ("month;usdcny;us10y_pct;vix;csi300_close;cn10y_pct\n", 1, "month", "missing"),
        (f"{COLUMNS},vix\n{GOOD},21\n", 1, "vix", "twice"),
    ],
)
def test_a_fault_in_a_file_is_told_once_with_its_line_and_column(tmp_path, text, line, key, says):
    file = Path(tmp_path, "drivers.csv")
    file.write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as fault:
        path_of(file)
    (problem,) = fault.value.problems
    assert problem.where == f"{file}:{line}"
    assert problem.key == key
    assert says in str(problem)


def test_all_faults_of_a_file_are_told_at_once(tmp_path):
    file = write(tmp_path, "2021-01,x,1,20,5000,y", "2021-01,6,1,20,5000,3", "never,6,1,20,5000,3")
    with pytest.raises(InputError) as fault:
        read_drivers(file)
    lines = [problem.where.rsplit(":", 1)[1] for problem in fault.value.problems]
    assert lines == ["2", "2", "3", "4"]


def unreadable(folder, what):
    file = Path(folder, what)
    if what == "directory":
        file.mkdir()
    elif what == "binary":
        file.write_bytes(bytes(range(256)) * 40)
    elif what == "utf-16":
        file.write_bytes(f"{COLUMNS}\n{GOOD}\n".encode("utf-16"))
    elif what == "empty":
        file.touch()
    elif what == "no rows":
        file.write_text(f"{COLUMNS}\n", encoding="utf-8")
    elif what == "too large":
        file.write_bytes(b"0" * (LARGEST_BYTES + 1))
    elif what == "one endless cell":
        file.write_text(f"{COLUMNS}\n{'9' * 200_000}\n", encoding="utf-8")
    elif what == "null in the name":
        return Path(folder, "a\0b")
    return file


@pytest.mark.parametrize(
    ("what", "says"),
    [
        ("missing", "no such file"),
        ("directory", "is a folder"),
        ("binary", "not a text file"),
        ("utf-16", "is UTF-16 text, not UTF-8"),
        ("empty", "missing"),
        ("no rows", "needs a row"),
        ("too large", "too large"),
        ("one endless cell", "a cell is too long"),
        ("null in the name", "cannot be read"),
    ],
)
def test_a_file_that_cannot_be_used_at_all_is_one_error_that_names_it(tmp_path, what, says):
    file = unreadable(tmp_path, what)
    with pytest.raises(InputError) as fault:
        path_of(file)
    (problem,) = fault.value.problems
    assert problem.where.startswith(str(file))
    assert says in str(problem)


# The package's own tables


@pytest.mark.parametrize("name", ["macro_history", "macro_realised", "macro_adverse"])
def test_the_months_of_a_table_follow_one_another_without_a_gap(name):
    months = list(package_drivers(name))
    assert all(later == earlier + 1 for earlier, later in pairwise(months))


def test_history_is_complete_to_the_end_of_2020_and_the_record_starts_there():
    history, record = package_drivers("macro_history"), package_drivers("macro_realised")
    assert month_text(max(history)) == "2020-12"
    assert month_text(min(record)) == "2021-01"
    assert min(history) <= HISTORY_START - 12
    assert all(len(values) == len(DRIVERS) for values in history.values())
