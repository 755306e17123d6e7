"""Forecasts from earlier origins, rival rules, variants and conditions, on runs made up for the purpose."""

import json
import re
from functools import cache

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm

from app.cli import command_line
from calibration.backtest import backtest, starting_state
from calibration.conditions import conditions, filtered
from calibration.earlier_years import earlier_year, policy_steps
from calibration.events import event_moments, events
from calibration.held_back import held_back
from calibration.history import SCORED, known_series
from calibration.learning import learn
from calibration.moments import moments
from calibration.naive import NaiveForecast, forecasts_from
from calibration.origins import origins_summary, rolling_origins
from calibration.past_runs import PastRequest, PastRun
from calibration.placebo import NO_STEPS, SHIFTS, placebo_dates
from calibration.rivals import RIVALS, rivals
from calibration.scores import crps_of_rule, scored
from calibration.variants import VARIANTS, variants
from scenarios.baseline import observations
from sim.experiments.requests import ensemble_requests

COLUMNS = tuple(dict.fromkeys([*SCORED, *(name for moment in moments() for name in moment.simulated)]))
GROWN_BY = {
    (2017, 6): 0.087,
    (2018, 4): 0.422,
    (2018, 9): 0.991,
    (2019, 3): 0.035,
    (2019, 6): 0.492,
    (2020, 6): 0.342,
    (2020, 9): 0.744,
}
"""Share of the growth of foreign holdings in a year that was over by a month, in logs, as observed."""
HOLDINGS = {2016: 1.0, 2017: 1.4348, 2018: 2.1832, 2019: 2.7447, 2020: 4.0642}
"""Foreign holdings that grow as observed."""


@cache
def _months_from(year):
    return pd.date_range(f"{year}-01-31", "2020-12-31", freq="ME", name="month")


class MadeUpRuns:
    """Stands in for kept runs of the past: `value(request, indicator, year)` says what each gave in a year.

    December holds the year's value; other months are nothing, but for foreign holdings, which grow within the year as
    they did.
    """

    def __init__(self, value):
        self.value = value
        self.failed = {}
        self.made = {}

    def of(self, requests, *_):
        for request in requests:
            if request not in self.made:
                self.made[request] = PastRun(request, self.months(request))
        return [self.made[request] for request in requests]

    def months(self, request):
        years = range(request.base_year, 2021)
        values = np.zeros((len(years), 12, len(COLUMNS)))
        values[:, 11] = [[self.value(request, name, year) for name in COLUMNS] for year in years]
        held = values[:, :, COLUMNS.index("foreign_bond_holdings")]
        for at, year in enumerate(years[1:], start=1):
            parts = np.array([GROWN_BY.get((year, month), 0.0) for month in range(1, 12)])
            held[at, :11] = held[at - 1, 11] ** (1.0 - parts) * held[at, 11] ** parts
        index = _months_from(request.base_year)
        return pd.DataFrame(values.reshape(len(index), -1), index=index, columns=list(COLUMNS))


def perfect(request, name, year):
    series = known_series(name) if name in SCORED else {}
    return series.get(year, 1.0) * (1.0 + 0.001 * (request.seed % 3 - 1))


def test_what_is_known_comes_in_the_unit_of_the_indicator():
    assert known_series("foreign_bond_holdings")[2020] == pytest.approx(3.25)
    assert known_series("turnover_total")[2020] == pytest.approx(2274.84, rel=1e-3)
    assert known_series("turnover_total")[2016] == pytest.approx(1355.9, rel=1e-3)
    assert known_series("turnover_total")[2012] == 528
    assert known_series("institution_count")[2012] == 1227


def test_a_naive_rule_sees_nothing_after_its_origin():
    past = {year: value for year, value in known_series("institution_count").items() if year <= 2017}
    rules = forecasts_from(past, 2017, 2019)
    assert rules["no change"].median == 1537
    assert rules["drift"].median == pytest.approx(1537 * (1537 / 1227) ** (2 / 5))
    later = {**known_series("institution_count"), 2018: 9999.0, 2019: 9999.0}
    assert forecasts_from(later, 2017, 2019) == rules


def test_the_distribution_of_a_rule_is_made_of_its_errors_before_the_origin():
    # No change: ln 2 over one year, then ln 2 over four years, which is ln 2 / 2 a root year.
    past = {2010: 100.0, 2011: 200.0, 2015: 400.0}
    one_year = np.log(2.0) * np.sqrt((1.0 + 0.25) / 2.0)
    no_change = forecasts_from(past, 2015, 2017)["no change"]
    assert no_change.median == 400.0
    assert no_change.log_sd == pytest.approx(np.sqrt(2.0) * one_year)
    # Drift: applied in 2011 it expected 100 % a year, 3200 in 2015; one error is too few for a distribution.
    drift = forecasts_from(past, 2015, 2017)["drift"]
    assert drift.median == pytest.approx(400.0 * 4.0 ** (2 / 5))
    assert not drift.distributed and np.isnan(crps_of_rule(drift, 1.0))
    # With one more year, and a second error: ln(800 / (400 * 4^(1/5))), its weight sqrt(1 * (1 + 1/5)).
    first = np.log(400.0 / 3200.0) / np.sqrt(4.0 * (1.0 + 4.0))
    second = np.log(800.0 / (400.0 * 4.0**0.2)) / np.sqrt(1.2)
    drift = forecasts_from({**past, 2016: 800.0}, 2016, 2018)["drift"]  # from 2011: T = 5
    assert drift.log_sd == pytest.approx(np.sqrt((first**2 + second**2) / 2.0) * np.sqrt(2.0 * (1.0 + 2.0 / 5.0)))


def test_a_distribution_is_not_better_than_the_same_distribution():
    """Skill compares scores of one kind: an ensemble drawn from the rule's own distribution has none.

    Against the absolute error of the rule's median it would have a skill above a third when the rule errs by less.
    """
    past = {year: 100.0 * 1.1 ** ((year - 2010) % 2) for year in range(2010, 2016)}
    rule = forecasts_from(past, 2015, 2016)["no change"]
    observed = rule.median * float(np.exp(rule.log_sd))
    members = rule.median * np.exp(rule.log_sd * norm.ppf((np.arange(4000) + 0.5) / 4000))
    own = scored(members, observed, {"no change": rule})
    assert own["naive_crps"] == pytest.approx(own["crps"], rel=2e-3)
    assert own["skill"] == pytest.approx(0.0, abs=2e-3)
    assert own["error, no change"] > 1.5 * own["crps"]
    assert own["error"] == pytest.approx(-own["error, no change"], rel=1e-3)


def test_the_score_of_a_rule_is_that_of_the_lognormal_distribution():
    # Baran and Lerch 2015: y (2 F(y) - 1) - 2 e^(m + s^2/2) (Phi((ln y - m - s^2) / s) + Phi(s / sqrt(2)) - 1)
    m, s, y = np.log(50.0), 0.3, 40.0
    exact = y * (2.0 * norm.cdf((np.log(y) - m) / s) - 1.0) - 2.0 * np.exp(m + s * s / 2.0) * (
        norm.cdf((np.log(y) - m - s * s) / s) + norm.cdf(s / np.sqrt(2.0)) - 1.0
    )
    assert crps_of_rule(NaiveForecast(50.0, s), y) == pytest.approx(exact)
    assert crps_of_rule(NaiveForecast(50.0, 0.0), y) == 10.0


def test_forecasts_without_a_rule_that_has_errors_are_not_compared():
    table = rolling_origins(MadeUpRuns(perfect), 8, 1)
    panda = table[(table["indicator"] == "panda_issuance") & (table["kind"] == "forecast")].set_index(
        ["origin", "year"]
    )
    assert panda.loc[2016, "skill"].isna().all() and (panda.loc[2016, "best_naive"] == "").all()
    assert panda.loc[2019, "skill"].notna().all()
    whole = origins_summary(table).set_index(["kind", "indicator"]).loc[("forecast", "panda_issuance")]
    compared = panda[panda["naive_crps"].notna()]
    assert 0 < whole["compared"] == len(compared) < whole["forecasts"] == 10
    assert whole["skill"] == pytest.approx(1.0 - compared["crps"].sum() / compared["naive_crps"].sum())
    assert whole["median skill, no change"] == pytest.approx(
        1.0 - panda["error"].abs().sum() / panda["error, no change"].sum()
    )


def test_a_forecast_that_knows_the_future_has_skill_and_one_of_no_change_has_none():
    table = rolling_origins(MadeUpRuns(perfect), 8, 1)
    assert set(table["origin"]) == {2016, 2017, 2018, 2019}
    assert list(dict.fromkeys(table["kind"])) == [
        "forecast",
        "forecast with discrepancy",
        "pool",
        "shrunk drift",
        "conditional replay",
    ]
    assert len(table[(table["indicator"] == "turnover_total") & (table["kind"] == "forecast")]) == 10
    good = origins_summary(table).set_index("kind")
    assert (good.loc[["forecast", "forecast with discrepancy", "conditional replay"], "skill"] > 0.9).all()
    flat = MadeUpRuns(lambda request, name, _: perfect(request, name, request.base_year))
    poor = origins_summary(rolling_origins(flat, 8, 1)).set_index("kind")
    assert (poor.loc[["forecast", "conditional replay"], "skill"] < 0.1).all()


def test_what_is_learned_is_scored_as_the_forecasts_of_the_origins_are():
    def noisy(request, name, year):
        ahead, phase = year - request.base_year, 7.0 * request.seed + 3.0 * year + len(name)
        return perfect(request, name, year) * np.exp((0.1 + 0.05 * np.sin(phase)) * np.sqrt(ahead))

    runs = MadeUpRuns(noisy)
    lesson = learn(runs, 8, 1)
    assert all(not request.conditional for request in runs.made)
    assert lesson.by_indicator["turnover_total"].discrepancy == pytest.approx(0.1, abs=0.03)
    table = rolling_origins(runs, 8, 1)
    whole = origins_summary(table[table["kind"] != "conditional replay"])
    pd.testing.assert_frame_equal(
        lesson.scores[whole.columns.intersection(lesson.scores.columns)],
        whole[whole.columns.intersection(lesson.scores.columns)],
    )


def test_the_backtest_is_the_origin_of_2016_alone():
    runs = MadeUpRuns(perfect)
    table = backtest(runs, 8, 1)
    assert set(table["origin"]) == {2016}
    assert set(table["year"]) == {2017, 2018, 2019, 2020}
    assert {request.base_year for request in runs.made} == {2016}
    assert (table["q05"] <= table["median"]).all()
    assert (table["median"] <= table["q95"]).all()
    assert (table["q05"] < table["q95"]).all()
    whole = rolling_origins(runs, 8, 1)
    assert set(table["kind"]) == {"forecast", "conditional replay"}  # one origin teaches nothing of itself
    alone = whole[(whole["origin"] == 2016) & whole["kind"].isin(table["kind"])].reset_index(drop=True)
    pd.testing.assert_frame_equal(table, alone)


def test_the_command_tells_years_and_starting_state_with_documented_keys(monkeypatch, capsys, request):
    monkeypatch.setattr("calibration.past_runs.PastRuns", lambda _: MadeUpRuns(perfect))

    def said(*more):
        assert command_line(("validate", "backtest", "--runs", "8", *more)) == 0
        return capsys.readouterr().out

    told = json.loads(said("--json"))
    documented = (request.config.rootpath / "docs" / "json.md").read_text(encoding="utf-8")
    keys = {re.sub(", .+", ", RULE", key) for key in (*told, *told["backtest"][0], *told["start"][0])}
    assert all(f"`{key}`" in documented for key in keys)
    assert len(told["start"]) == len(starting_state())
    first = told["backtest"][0]
    assert said("--quiet").splitlines()[0].split("\t")[:3] == [first["kind"], first["indicator"], str(first["year"])]
    shown = said()
    assert "conditional" in shown  # the kind is in two lines beside long names
    assert "46 known" in shown


def test_the_starting_state_of_2015_names_what_is_known_and_what_is_taken_from_2020(request):
    start = starting_state().set_index("observation")
    assert set(start.index) == set(observations()) - {"turnover_total"}
    assert start.loc["institutions_2019", ["year", "value", "how", "status"]].tolist() == [
        2015,
        1478,
        "known",
        "observed",
    ]
    assert start.loc["turnover_sge", ["year", "value", "how"]].tolist() == [2016, 8.725, "known"]
    kept = start[start["how"] == "as in 2020"]
    assert 0 < len(kept) < len(start) / 2
    assert all(kept.loc[id, "value"] == observations()[id].value for id in kept.index)
    restated = earlier_year(2016).restated
    assert all(start.loc[id, "value"] == value for id, value in restated.items())
    # Written anew by starting_state().to_csv(path, index=False, float_format="%.6g").
    listed = pd.read_csv(request.config.rootpath / "docs" / "forecasts" / "start-2015.csv", index_col="observation")
    pd.testing.assert_frame_equal(listed, start, rtol=1e-5)


def test_origins_draw_the_prior_and_are_told_the_world_only_in_replays():
    asked = []

    class Noted(MadeUpRuns):
        def of(self, requests, *_):
            asked.extend(requests)
            return super().of(requests)

    rolling_origins(Noted(perfect), 4, 1)
    forecast, replay = ({each for each in asked if each.conditional is told} for told in (False, True))
    assert {each.point for each in forecast} == {each.point for each in replay}
    assert {each.base_year for each in forecast} == {each.base_year for each in replay} == {2016, 2017, 2018, 2019}


def test_the_rival_that_predicts_best_gets_the_weight():
    wrong = {2016: 1.0, 2017: 1.0, 2018: 1.1, 2019: 1.1, 2020: 1.2}

    def value(request, name, year):
        if name != "foreign_bond_holdings":
            return 1.0 + request.seed
        told = HOLDINGS if request.changes == RIVALS[1].changes else wrong
        return told[year] * (1.0 + 0.02 * np.sin(7.0 * request.seed + year))

    table = rivals(MadeUpRuns(value), 24, 1).set_index("rival")
    assert table.loc[RIVALS[1].name, "weight"] > 0.95
    assert table["weight"].sum() == pytest.approx(1.0)
    assert table.loc[RIVALS[1].name, "root_mean_square_miss"] == table["root_mean_square_miss"].min()


def test_the_dates_that_predict_best_get_the_weight():
    """All sets of dates take the same parameter and random draws; what decides is what the steps do when they come."""
    shifts = set()

    def value(request, name, year):
        shifts.add(request.policy_shift)
        if name != "foreign_bond_holdings":
            return 1.0 + request.seed
        told = HOLDINGS[year] if request.policy_shift == 0 else 1.0
        return told * (1.0 + 0.02 * np.sin(7.0 * request.seed + year))

    table = placebo_dates(MadeUpRuns(value), 48, 1).set_index("dates")
    assert shifts == {*SHIFTS, NO_STEPS}
    assert table.loc["true dates", "weight"] > 0.95
    assert set(table.index) == {"true dates", "-12 months", "-6 months", "+6 months", "+12 months", "no steps"}


def test_what_an_event_did_is_told_by_pairs_and_weighed_by_the_moments_around_it():
    """Bond Connect doubles what foreigners hold at the end of 2018; the observed rise is the one with it."""

    def value(request, name, year):
        if name != "foreign_bond_holdings":
            return 1.0 + request.seed
        grown = HOLDINGS[year] if year < 2019 else 2.7
        without = request.without == ("bond_market_access", "2017-07") and year >= 2018
        return grown * (0.5 if without else 1.0) * (1.0 + 0.02 * np.sin(7.0 * request.seed + year))

    table = event_moments(MadeUpRuns(value), 16, 1).set_index(["event", "moment"])
    connect = table.loc[("bond_connect", "foreign_holdings_2018")]
    assert connect["effect"] == pytest.approx(np.log(2.0)) == pytest.approx(connect["low"])
    assert connect["weight"] > 0.99
    assert connect["observed"] == pytest.approx(connect["simulated"], abs=0.01)
    other = table.loc[("ownership_caps_end", "institutions_2020")]
    assert other["effect"] == 0.0 and other["weight"] == pytest.approx(0.5)


def test_every_event_is_a_step_of_policy_or_a_parameter_and_is_near_its_moments():
    steps = {(step.lever, step.month): step for step in policy_steps()}
    known = {moment.id: moment for moment in moments()}
    one = PastRequest((0.5,) * 3, 1)
    for event in events():
        assert bool(event.parameter) != ((event.lever, event.month) in steps)
        assert not event.lever or steps[event.lever, event.month].what
        assert all(
            known[each].first[:4] <= event.month[:4] <= known[each].last.split("..")[-1][:4]
            for each in event.moments[:1]
        )
        taken = event.taken_out_of(one).run_request()
        assert taken.key != one.run_request().key
    levers = {event.lever for event in events()}
    assert levers >= {"bond_market_access", "foreign_ownership_liberalisation", "panda_bond_framework"}


class Growing(MadeUpRuns):
    """Foreign holdings grow by the first searched parameter, and by noise; nothing else is moved by a parameter."""

    def __init__(self):
        super().__init__(self.size)

    def size(self, request, name, year):
        noise = 1.0 + 0.05 * np.sin(13.0 * request.seed + 3.0 * year + len(name))
        return noise * np.exp(request.point[0] * (year - 2016)) if name == "foreign_bond_holdings" else noise


@pytest.mark.slow
def test_a_fit_to_the_first_years_predicts_the_last_where_something_carries_over():
    table = held_back(Growing(), 64, 1, until=2018).set_index("moment")
    assert table.loc["foreign_holdings_2018", "used"] and not table.loc["foreign_holdings_2019", "used"]
    assert not table.loc["panda_issue_2019_2020", "used"]
    carried = table.loc[["foreign_holdings_2019", "foreign_holdings_2020"]]
    assert (carried["crps"] < 0.7 * carried["crps_prior"]).all() and carried["inside"].all()
    assert (carried["q95"] - carried["q05"] < carried["prior_q95"] - carried["prior_q05"]).all()
    other = table.loc["institutions_2020"]
    assert other["crps"] == pytest.approx(other["crps_prior"], rel=0.1)


def test_each_variant_changes_what_it_says():
    fitted, prior = (ensemble_requests(["plan"], runs=1, parameters=name)[0] for name in ("prior_2020", "prior_2020"))
    changed = {variant.name: variant.changed(fitted, prior) for variant in VARIANTS}
    assert changed["posterior"] == fitted
    assert set(changed["no lever has an effect"].parameters.betas.values()) == {0.0}
    assert len(changed["no interaction between agents"].interactions_off) >= 10
    assert all(each.seed == fitted.seed for each in changed.values())


@pytest.mark.slow
def test_variants_of_a_small_forecast():
    table = variants("plan", runs=2, scale=0.05, workers=1)
    assert len(table) == 7 * len(VARIANTS)
    assert (table.loc[table["variant"] == "posterior", "difference"] == 0.0).all()


def test_conditions_find_what_tells_runs_apart():
    rng = np.random.default_rng(1)
    cause, other = rng.standard_normal(200), rng.standard_normal(200)
    found = filtered("x", cause > 0.3, {("parameter", "cause"): cause, ("world", "other"): other})
    assert found.table["factor"].iloc[0] == "cause"
    assert found.table["p"].iloc[0] < 1e-6 < found.table["p"].iloc[1]
    assert not filtered("x", cause > 9.0, {("parameter", "cause"): cause}).comparable


@pytest.mark.slow
def test_conditions_of_a_small_forecast():
    found = conditions("plan", "foreign_bond_share", runs=2, scale=0.05, workers=1)
    assert found.runs == 2
    assert not found.comparable
    assert found.table.empty
