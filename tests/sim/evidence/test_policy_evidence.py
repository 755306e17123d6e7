"""Effects of policy: in pairs, without interactions, of levers together, and the most that policy reaches."""

import numpy as np
import pytest

from scenarios.parameters import central_parameters
from scenarios.plan import levers as plan_levers
from sim.closing.indicators import PLAN_INDICATORS
from sim.evidence.levers_together import LeversTogether, at_full_intensity, interval_of_ratio, levers_together
from sim.evidence.policy_ceiling import policy_ceiling, with_effects
from sim.evidence.policy_effects import policy_effects
from sim.evidence.without_interactions import ALL, without_interactions


def together(alone, joint):
    """Effects of two levers in ten runs, the same on every indicator."""
    wide = np.ones(len(PLAN_INDICATORS))
    alone = np.asarray(alone, dtype=float)[..., None] * wide
    joint = np.asarray(joint, dtype=float)[:, None] * wide
    return LeversTogether(("one", "two"), np.zeros_like(joint), alone, joint)


def test_levers_that_add_up_have_no_interaction_and_complements_have_one():
    runs = np.linspace(0.9, 1.1, 10)
    added = together([runs, 2.0 * runs], 3.0 * runs).table
    assert added["interaction"].to_numpy() == pytest.approx(0.0) and added["share"].to_numpy() == pytest.approx(0.0)
    more = together([runs, 2.0 * runs], 4.0 * runs).table
    assert more["share"].to_numpy() == pytest.approx(0.25)
    assert (more["low"] <= 0.25 + 1e-9).all() and (more["high"] >= 0.25 - 1e-9).all()
    assert together([runs[:3], runs[:3]], runs[:3]).table["low"].isna().all()  # three runs have no interval
    nothing = np.linspace(-1.0, 1.0, 10)
    assert together([runs, runs], nothing).table["share"].isna().all()  # a part of nothing is unknown


def test_the_interval_of_a_ratio_holds_the_ratio_and_needs_a_whole():
    rng = np.random.default_rng(5)
    whole = rng.normal(10.0, 1.0, 60)
    low, high = interval_of_ratio(0.3 * whole + rng.normal(0.0, 0.2, 60), whole)
    assert low < 0.3 < high and high - low < 0.05
    assert np.isnan(interval_of_ratio(whole, np.zeros(60))).all()


def test_the_largest_effects_are_the_ends_of_their_priors_that_are_farther_from_zero():
    central = central_parameters("posterior_2020")
    largest = with_effects(central, "largest")
    assert with_effects(central, "central") == central
    for lever in plan_levers():
        for effect in lever.effects:
            found = largest.betas[lever.id, effect.channel]
            assert found in (effect.beta_min, effect.beta_max)
            assert abs(found) >= abs(central.betas[lever.id, effect.channel])


@pytest.mark.slow
def test_policies_are_compared_in_the_same_draws(short):
    plan = short("plan")
    same = policy_effects(plan, plan.model_copy(update={"name": "again"}), runs=1, draws=0, workers=1)
    assert (same["effect"] == 0.0).all() and same["p10"].isna().all()
    table = policy_effects(plan, "committed", runs=1, draws=0, workers=1)
    assert table.loc["foreign_bond_share", "effect"] > 0.0
    np.testing.assert_allclose(table["with"] - table["without"], table["effect"], atol=1e-12)


@pytest.mark.slow
def test_without_an_interaction_facts_and_effects_are_those_of_runs_without_it(short):
    found = without_interactions(["experience"], short("plan", end="2022-12"), "committed", runs=1, workers=1)
    assert list(found.facts) == [ALL, "experience"] and (found.effects.loc[ALL, "difference"] == 0.0).all()
    effects = found.effects.loc["experience"]
    np.testing.assert_allclose(effects["effect"] - effects["effect_with_all"], effects["difference"])
    # Foreigners who learn from holding want more of a market that opens.
    assert effects.loc["foreign_bond_share", "difference"] < 0.0


@pytest.mark.slow
def test_the_ceiling_takes_the_levers_that_raise_an_indicator(short):
    base = short("committed", end="2022-12")
    full = levers_together(at_full_intensity(base), base, runs=1, workers=1)
    assert len(full.levers) == len(plan_levers())
    table = policy_ceiling(full, base, runs=1, workers=1)
    central, largest = (table.xs(each, level="effects") for each in ("central", "largest"))
    committed = full.base[0, PLAN_INDICATORS.index("turnover_total")]
    # Supervision lowers turnover, so that not all levers serve it.
    assert central.loc["turnover_total", "favourable"] > max(committed, central.loc["turnover_total", "all_levers"])
    assert largest.loc["foreign_bond_share", "favourable"] > central.loc["foreign_bond_share", "favourable"]
