"""Estimates by superposition of step responses: what they are made of, what they cover, and what is shipped."""

import json
from dataclasses import replace

import numpy as np
import pytest

import sim
from scenarios import InputError, load
from scenarios.calendar import month_ordinal
from scenarios.plan import lever_ids, levers
from scenarios.schema import Scenario
from sim.closing.indicators import PLAN_INDICATORS
from sim.experiments.measured_steps import DATES, DRAWS, YEARS, plain, random_policies, steps, with_errors, written
from sim.experiments.step_responses import (
    FIRST_MONTH,
    StepResponses,
    estimate,
    of_plain,
    shipped_responses,
    weights_of_dates,
)

SHAPE = (len(lever_ids()), len(DATES), 3, len(PLAN_INDICATORS), len(YEARS))
TRIGGER = {"indicator": "foreign_bond_share", "below": 0.03, "lever": "fintech_hub", "to": 0.9}
KNOWN = np.ones(SHAPE[-2:])


@pytest.fixture
def made_up():
    """Responses with random effects, which are zero in years that are over when the step begins."""
    effects = np.random.default_rng(5).normal(size=SHAPE)
    for place, date in enumerate(DATES):
        effects[:, place, :, :, [year < int(date[:4]) for year in YEARS]] = 0.0
    return StepResponses(
        version="1",
        model="none",
        parameters="posterior_2020",
        scale=0.1,
        seed=1,
        draws=3,
        dates=DATES,
        levers=lever_ids(),
        indicators=PLAN_INDICATORS,
        years=YEARS,
        effects=effects,
        desks=2,
        error=KNOWN,
        worst=KNOWN,
        explained=KNOWN,
    )


def moved(paths, base="committed"):
    return load(base).with_levers(paths)


def of(scenario, responses, baseline="committed"):
    return estimate(scenario, load(baseline), responses).by_draw


def test_equal_policies_have_no_effect(made_up):
    assert not of(load("plan"), made_up, "plan").any()
    assert not of(moved({"fintech_hub": 0.26}), made_up).any()  # its intensity of 2020


@pytest.mark.parametrize("place", range(len(DATES)))
def test_a_step_at_a_measured_date_has_the_measured_response(place, made_up):
    lever = levers()[0]
    found = of(moved({lever.id: {DATES[place]: 1.0}}), made_up)
    np.testing.assert_allclose(found, made_up.effects[0, place] * (1.0 - lever.intensity_2020))


def test_effects_add_up_and_are_proportional_to_the_step(made_up):
    one, other = {"fintech_hub": {"2021-09": 0.5}}, {"carbon_market": {"ramp": {"2022-02": 0.0, "2024-12": 0.9}}}
    both = of(moved(one | other), made_up)
    np.testing.assert_allclose(both, of(moved(one), made_up) + of(moved(other), made_up))
    start = next(lever.intensity_2020 for lever in levers() if lever.id == "fintech_hub")
    double = of(moved({"fintech_hub": {"2021-09": start + 2 * (0.5 - start)}}), made_up)
    np.testing.assert_allclose(double, 2.0 * of(moved(one), made_up))
    assert double.any()
    np.testing.assert_allclose(estimate(load("committed"), moved(one), made_up).by_draw, -of(moved(one), made_up))


def test_a_ramp_is_its_monthly_steps(made_up):
    ramp = moved({"fintech_hub": {"ramp": {"2022-01": 0.26, "2022-11": 0.76}}})
    steps_of_it = {f"2022-{month:02d}": 0.26 + 0.05 * (month - 1) for month in range(1, 12)}
    np.testing.assert_allclose(of(ramp, made_up), of(moved({"fintech_hub": steps_of_it}), made_up), atol=1e-12)


def test_responses_are_straight_lines_between_dates_and_end_with_the_year():
    weights = weights_of_dates(DATES, 2022)
    months = {date: month_ordinal(date) - FIRST_MONTH for date in (*DATES, "2021-10", "2022-12", "2023-01")}
    assert weights[months["2021-10"]] == pytest.approx([0.5, 0.5, 0.0])
    assert weights[months["2022-07"]] == pytest.approx([0.0, 1.0, 0.0])
    assert weights[months["2022-12"]] == pytest.approx([0.0, 1.0 / 6.0, 0.0])
    assert not weights[months["2023-01"] :].any()


def test_a_lever_that_its_prerequisite_holds_back_has_no_more_effect(made_up):
    """rmb_convertibility stays at or below 0.553 while macroprudential_framework is below 0.5, as it is here."""
    held = moved({"rmb_convertibility": 0.553}), moved({"rmb_convertibility": 1.0})
    np.testing.assert_array_equal(of(held[0], made_up), of(held[1], made_up))
    freed = moved({"rmb_convertibility": 1.0, "macroprudential_framework": 0.6})
    alone = of(moved({"macroprudential_framework": 0.6}), made_up)
    assert np.abs(of(freed, made_up) - alone).max() > np.abs(of(held[1], made_up)).max()


@pytest.mark.parametrize(
    ("changes", "key"),
    [
        ({"macro": "adverse"}, "macro"),
        ({"parameters": "prior_2020"}, "parameters"),
        ({"rival_centres": "matching"}, "rival_centres"),
        ({"end": "2024-12"}, "end"),
        ({"shocks": [{"name": "us_yield", "month": "2022-01"}]}, "shocks"),
        (
            {"triggers": [{"indicator": "foreign_bond_share", "below": 0.03, "lever": "fintech_hub", "to": 0.9}]},
            "triggers",
        ),
        ({"levers": {"fintech_hub": {"components": {levers()[27].components[0].id: 0.9}}}}, "levers.fintech_hub"),
    ],
)
def test_what_estimates_do_not_cover_is_refused_by_its_key(changes, key, made_up):
    scenario = Scenario(**{**load("committed").plain(), **changes})
    with pytest.raises(InputError) as refused:
        estimate(scenario, load("committed"), made_up)
    assert [problem.key for problem in refused.value.problems] == [key]
    with pytest.raises(InputError):
        estimate(load("committed"), scenario, made_up)


def test_an_indicator_that_estimates_explain_too_little_of_has_none(made_up):
    poor = KNOWN.copy()
    poor[2] = 0.49
    rows = estimate(load("plan"), load("committed"), replace(made_up, explained=poor)).in_year(2025)
    assert [row["indicator"] for row in rows if row["estimate"] is None] == [PLAN_INDICATORS[2]]
    assert all(row["low"] <= row["estimate"] <= row["high"] for row in rows if row["estimate"] is not None)


def test_a_file_holds_what_was_measured(made_up):
    again = of_plain(json.loads(written(made_up)))
    np.testing.assert_allclose(again.effects, made_up.effects, rtol=1e-4, atol=1e-12)
    assert plain(again) == plain(made_up)
    assert (again.levers, again.dates, again.years) == (made_up.levers, made_up.dates, made_up.years)


def test_each_lever_steps_to_full_intensity_at_each_date_and_only_then():
    for step in steps():
        place = lever_ids().index(step.lever)
        first = month_ordinal(step.date)
        with_it, without = (each.intensities(FIRST_MONTH, FIRST_MONTH + 59) for each in (step.scenario, step.without))
        gap = with_it - without
        assert not gap[: first - FIRST_MONTH].any()
        assert not np.delete(gap, place, axis=1).any()
        assert np.ptp(gap[first - FIRST_MONTH :, place]) == 0.0 < gap[-1, place]
    assert len(steps()) == len(lever_ids()) * len(DATES)


def test_random_policies_move_levers_of_both_arms_and_are_the_same_each_time():
    policies = random_policies()
    assert policies == random_policies()
    assert {against.name for _, against in policies} == {"plan", "committed"}
    assert {policy.policy for policy, _ in policies} == {"plan", "committed"}
    assert all(2 <= len(policy.levers) <= 6 for policy, _ in policies)


class Simulated:
    """An ensemble in which the effect of a policy on every indicator is a given number in each run."""

    def __init__(self, effects):
        self.effects = effects

    def in_year(self, scenario, *_):
        return np.full(3, self.effects.get(scenario, 0.0))


def test_errors_are_those_of_median_estimates_against_simulated_medians(made_up):
    lever = "fintech_hub"
    policies = [
        (moved({lever: {"2021-01": to}}).model_copy(update={"name": f"to {to}"}), load("committed"))
        for to in (0.5, 0.9)
    ]
    flat = replace(made_up, effects=np.ones(SHAPE))
    found = with_errors(flat, policies, Simulated({"to 0.5": 0.24, "to 0.9": 0.74}))
    assert found.desks == 2
    np.testing.assert_allclose(found.error, np.sqrt(0.1**2 / 2))  # 0.9 - 0.26 is 0.64, and 0.5 - 0.26 is right
    np.testing.assert_allclose(found.worst, -0.1)
    np.testing.assert_allclose(found.explained, 1.0 - 0.1**2 / (2 * 0.25**2))
    unmoved = with_errors(flat, policies, Simulated({}))
    assert not unmoved.usable.any()
    assert of_plain(json.loads(written(unmoved))).usable.sum() == 0


def test_the_shipped_responses_cover_all_levers_and_indicators():
    shipped = shipped_responses()
    assert (shipped.levers, shipped.indicators, shipped.years) == (lever_ids(), PLAN_INDICATORS, YEARS)
    assert shipped.effects.shape == (len(lever_ids()), len(DATES), shipped.draws, len(PLAN_INDICATORS), len(YEARS))
    assert np.isfinite(shipped.effects).all()
    assert np.isfinite(shipped.error).all()
    assert shipped.desks == len(random_policies())
    assert shipped.draws == DRAWS
    assert shipped.usable[:, -1].all()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("lever", "indicator"),
    [
        ("bond_market_access", "foreign_bond_share"),
        ("derivatives_expansion", "turnover_total"),
        ("bond_issuance_reform", "direct_financing"),
        ("futures_market_opening", "shanghai_price_influence"),
    ],
)
def test_an_estimate_has_the_sign_of_the_simulated_effect_of_a_strong_lever(lever, indicator):
    base = load("committed").with_changes(scale=0.05)
    strong = base.with_levers({lever: {"2021-06": 0.95}}).model_copy(update={"name": "strong"})
    simulated = sim.ensemble([strong, base], runs=2, seed=3, workers=1).difference("strong", base.name)
    effect = simulated.set_index("indicator")["mean"][indicator]
    row = next(each for each in estimate(strong, base).in_year(2025) if each["indicator"] == indicator)
    assert np.sign(row["estimate"]) == np.sign(effect) != 0.0
