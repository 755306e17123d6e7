"""Institutions of all classes at the start of the whole model."""

import numpy as np
import pytest

from sim.institutions.location import institutions_by_class
from sim.institutions.state import SectorTraits


def test_all_eleven_classes_are_there_in_both_ownerships_in_their_shares(centre):
    model = centre("plan")
    count = institutions_by_class(model.institutions)
    assert count.shape == (11, 2)
    assert (count[:, 0] > 0).all()
    share = count[:, 1] / count.sum(axis=1)
    expected = model.state(SectorTraits).foreign_share
    spread = np.sqrt(expected * (1.0 - expected) / count.sum(axis=1))
    assert (np.abs(share - expected) < 4.0 * spread).all()
    assert (count[:, 1] > 0)[expected > 0.03].all()
    assert count[:, 1].sum() / count.sum() == pytest.approx(0.31, abs=0.03)
