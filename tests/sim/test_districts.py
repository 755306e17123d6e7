"""Where in the city institutions and fintech firms settle."""

import numpy as np
import pytest

from agents.districts import NOWHERE, District
from agents.institutions import Sector
from sim.institutions.districts import FINTECH, occupants, shares_2020


def test_shares_of_districts_are_illustrative_and_add_up():
    shares = shares_2020()
    assert shares.shape == (len(Sector) + 1, len(District))
    np.testing.assert_allclose(shares.sum(axis=1), 1.0)
    assert (shares > 0.0).all()


def test_everybody_in_the_city_has_a_district_and_nobody_outside(centre):
    model = centre("plan", rng=2)
    model.run_for(12)
    firms = model.fintech
    assert (model.institutions["district"] != NOWHERE).all()
    np.testing.assert_array_equal(firms["district"] != NOWHERE, firms["in_shanghai"])
    counts = occupants(model.institutions, model.fintech)
    assert counts[:FINTECH].sum() == len(model.institutions)
    assert counts[FINTECH].sum() == firms["in_shanghai"].sum()
    last = model.records[-1]
    told = np.array([last[f"institutions_{each.name.lower()}"] for each in District])
    np.testing.assert_array_equal(told, np.bincount(model.institutions["district"], minlength=len(District)))
    assert last["district_concentration"] == pytest.approx(float(((told / told.sum()) ** 2).sum()))


def test_the_first_settlers_spread_by_the_shares_of_2020(centre):
    frozen = centre("frozen")
    counts = occupants(frozen.institutions, frozen.fintech)
    found = counts[:FINTECH].sum(axis=0) / counts[:FINTECH].sum()
    np.testing.assert_allclose(found, shares_2020()[0], atol=0.04)
    np.testing.assert_allclose(counts[FINTECH] / counts[FINTECH].sum(), shares_2020()[FINTECH], atol=0.06)
