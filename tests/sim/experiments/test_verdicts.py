"""Verdicts by rule from numbers: each case of the rule, and what must hold for all numbers."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.experiments.verdicts import change, reaching, share_interval

ORDER = ("misses", "unlikely", "unclear", "likely", "reaches")
COUNTS = st.integers(8, 500).flatmap(lambda runs: st.tuples(st.integers(0, runs), st.just(runs)))


@pytest.mark.parametrize(
    ("met", "runs", "verdict"),
    [
        (60, 60, "reaches"),
        (35, 35, "reaches"),  # the fewest runs, all of which reach it, with an interval from 90 % on
        (34, 34, "likely"),
        (8, 8, "likely"),  # interval from 68 %
        (59, 60, "reaches"),
        (58, 60, "likely"),  # 97 %, interval from 89 %
        (40, 60, "likely"),  # two thirds, interval from 54 %
        (8, 11, "unclear"),  # more than two thirds, but the interval holds one half
        (30, 60, "unclear"),
        (20, 60, "unlikely"),
        (2, 60, "unlikely"),
        (1, 60, "misses"),
        (0, 8, "unlikely"),  # interval to 32 %
        (0, 35, "misses"),
        (7, 7, "too few runs"),
        (0, 0, "too few runs"),
    ],
)
def test_the_verdict_on_a_target_follows_the_share_of_runs(met, runs, verdict):
    assert reaching(met, runs) == verdict


@given(COUNTS)
def test_one_more_run_that_meets_the_target_never_makes_the_verdict_worse(counts):
    met, runs = counts
    if met < runs:
        assert ORDER.index(reaching(met + 1, runs)) >= ORDER.index(reaching(met, runs))


@given(COUNTS)
def test_no_verdict_says_more_than_the_interval_of_the_share(counts):
    low, high = share_interval(*counts)
    verdict = reaching(*counts)
    assert (verdict == "reaches") == (low >= 0.9)
    assert verdict != "likely" or low > 0.5
    assert verdict != "unlikely" or high < 0.5


@given(COUNTS)
def test_missing_mirrors_reaching(counts):
    met, runs = counts
    assert ORDER.index(reaching(met, runs)) == 4 - ORDER.index(reaching(runs - met, runs))


@pytest.mark.parametrize(
    ("met", "runs", "low", "high"),
    # Newcombe, 1998, Statistics in Medicine 17, table I, method 3 (score, without continuity correction).
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_the_interval_of_a_share_is_the_published_one(met, runs, low, high):
    assert share_interval(met, runs) == pytest.approx((low, high), abs=6e-5)


def test_no_runs_have_no_interval():
    assert all(math.isnan(end) for end in share_interval(0, 0))


@pytest.mark.parametrize(
    ("low", "high", "pairs", "verdict"),
    [
        (0.2, 0.4, 20, "better"),
        (-0.4, -0.2, 20, "worse"),
        (-0.2, 0.4, 20, "no clear effect"),
        (0.0, 0.4, 20, "no clear effect"),
        (0.0, 0.0, 20, "no effect"),
        (0.0002, 0.0009, 20, "no effect"),  # sure, and less than a thousandth of the target
        (0.2, 0.4, 7, "too few runs"),
        (math.nan, math.nan, 20, "too few runs"),
    ],
)
def test_the_verdict_on_an_effect_follows_its_interval_and_its_size(low, high, pairs, verdict):
    assert change(low, high, pairs, target=1.0) == verdict


@given(st.floats(-10, 10), st.floats(0, 5), st.integers(8, 99))
def test_an_effect_and_its_mirror_have_mirrored_verdicts(middle, reach, pairs):
    mirrored = {"better": "worse", "worse": "better"}
    here = change(middle - reach, middle + reach, pairs, 1.0)
    there = change(-middle - reach, -middle + reach, pairs, 1.0)
    assert there == mirrored.get(here, here)
