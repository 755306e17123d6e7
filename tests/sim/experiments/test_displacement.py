"""Displacement: gains of Shanghai that are losses of others."""

import numpy as np
import pytest

import sim
from sim.experiments.displacement import REST, displaced

RIVALS = ("beijing", "shenzhen", "hong_kong", "singapore", "other_mainland")


def world(gain, losses, national):
    """Ten runs in which Shanghai gains institutions and direct financing, and others lose."""
    noise = np.random.default_rng(1).normal(0.0, 0.01, 10)
    here = {
        "institution_count": gain + noise,
        "direct_financing": 2.0 + noise,
        "direct_financing_national": national + noise,
    }
    here |= {f"seats_{name}": -losses.get(name, 0.0) + noise for name in RIVALS}

    return displaced(here.__getitem__).set_index(["measure", "centre"])


def test_what_others_lose_is_a_part_of_the_gain():
    table = world(10.0, {"beijing": 4.0, "hong_kong": 1.0}, national=1.5)
    shares = table["share_of_gain"]
    assert shares["institutions", "beijing"] == pytest.approx(0.4, abs=0.01)
    assert shares["institutions", "hong_kong"] == pytest.approx(0.1, abs=0.01)
    assert shares["institutions", "singapore"] == pytest.approx(0.0, abs=0.01)
    assert shares["direct_financing", REST] == pytest.approx(0.25, abs=0.01)
    assert np.isnan(shares["institutions", "shanghai"])
    assert (table["low"] <= table["change"]).all() and (table["change"] <= table["high"]).all()


def test_a_gain_that_cannot_be_told_from_zero_has_no_parts():
    assert world(0.0, {"beijing": 4.0}, national=2.0)["share_of_gain"].loc["institutions"].isna().all()


def test_a_scenario_against_itself_displaces_nobody(outcomes):
    table = sim.Ensemble.of_outcomes(outcomes).displacement("plan", "plan")
    assert (table["change"] == 0.0).all() and (table["runs"] == 3).all()
    assert table[["low", "high", "share_of_gain"]].isna().all(axis=None)  # three pairs have no interval
