"""The quality of boxes and trees on points held back: of a rule that is there, of noise, and of few points."""

import numpy as np
import pandas as pd
import pytest

from scenarios import load
from sim.experiments.designs import Design, Factor
from sim.experiments.held_back import box_held_back, tree_held_back
from sim.experiments.sensitivity import discover, tree

FACTORS = (
    Factor("bond_market_access", "lever", 0.4, 1.0),
    Factor("sovereign_growth", "parameter", 0.08, 0.14),
    Factor("reits_pilot", "lever", 0.0, 1.0),
    Factor("futures_market_opening", "lever", 0.0, 1.0),
)
VALUE = 0.7


def sweep(answer, samples=200, seed=1, factors=FACTORS, **options):
    """A design, and an indicator that is an answer to its points and to numbers between 0 and 1."""
    design = Design(load("plan"), "latin_hypercube", factors, samples=samples, seed=seed, **options)
    points = design.points()
    draws = np.random.default_rng([seed, 5]).random(len(points))
    return design, pd.DataFrame({"known": np.asarray(answer(points, draws), dtype=float)}), "known", VALUE


def noise(_, draws):
    return draws


def rule(points, _):
    return (points["bond_market_access"] > 0.7) & (points["reits_pilot"] > 0.4)


def test_a_box_of_noise_is_no_better_than_the_base_rate_on_points_held_back():
    told, unseen, base = [], [], []
    for seed in range(6):
        asked = sweep(noise, seed=seed)
        found = box_held_back(*asked)
        told.append(discover(*asked)[1]["density"])
        unseen.append(found.density[0])
        base.append(found.base_rate)
        assert found.density[1] < found.base_rate < found.density[2]
    assert np.mean(told) > np.mean(base) + 0.15
    assert abs(np.mean(unseen) - np.mean(base)) < 0.05


def test_a_box_that_is_there_holds_for_points_held_back():
    found = box_held_back(*sweep(rule))
    density, low, high = found.density
    assert 0.0 < low <= density <= high <= 1.0
    assert low > 2 * found.base_rate
    assert found.coverage[0] > 0.7
    assert (found.points, found.reached) == (200, int(rule(sweep(rule)[0].points(), None).sum()))


def test_a_tree_of_noise_loses_against_the_base_rate_and_one_of_a_rule_gains():
    of_noise, of_rule = tree_held_back(*sweep(noise)), tree_held_back(*sweep(rule))
    assert of_noise.gain[0] < 0.0 and of_noise.brier[0] > of_noise.brier[1]
    assert of_noise.accuracy[1] < of_noise.accuracy_of_base_rate
    assert of_rule.gain[1] > 0.05 and of_rule.accuracy[1] > of_rule.accuracy_of_base_rate
    assert of_rule.gain[0] == pytest.approx(of_rule.brier[1] - of_rule.brier[0])


@pytest.mark.parametrize("held_back", [box_held_back, tree_held_back])
def test_the_same_points_are_held_back_on_every_call(held_back):
    assert held_back(*sweep(rule)).as_dict() == held_back(*sweep(rule)).as_dict()


@pytest.mark.parametrize("held_back", [box_held_back, tree_held_back])
def test_few_points_on_a_side_have_no_quality(held_back):
    def seven(points, _):
        return np.arange(len(points)) < 7

    found = held_back(*sweep(seven))
    assert found.warnings == [
        "Quality on points held back cannot be stated: too few points on one side (7; from 8 on)."
    ]
    numbers = {key: value for key, value in found.as_dict().items() if key.startswith(("density", "coverage", "brier"))}
    assert numbers and all(np.isnan(value) for value in numbers.values())


def test_a_box_of_few_points_has_a_coverage_but_no_density():
    """A rule of a corner: the boxes of the folds hold few of its points."""

    def corner(points, _):
        return np.argsort(np.argsort(points["reits_pilot"])) >= 16

    found = box_held_back(*sweep(corner, samples=24))
    assert found.lacking == "" and np.isfinite(found.coverage).all()
    assert found.inside < 8 and np.isnan(found.density).all()
    assert found.warnings == [
        f"Too few points in the box ({found.inside}; from 8 on) for the density of the box on points held back."
    ]


def test_a_point_that_a_design_repeats_counts_once_and_is_not_known_from_its_twin():
    names = (Factor.of_names("macro", ["neutral", "adverse", "realised"]), FACTORS[0])
    given = tuple((float(k % 3), 0.4 + 0.1 * (k % 5)) for k in range(60))
    design = Design(load("plan"), "points", names, given=given, runs=2)
    found = pd.DataFrame({"known": [row[1] for row in given]})
    unseen = tree_held_back(design, found, "known", 0.55)
    assert (unseen.points, unseen.reached, unseen.runs) == (15, 9, 2)
    assert unseen.warnings and len(tree(design, found, "known", 0.55))
