"""A run that is repeated with other bits comes with the reason."""

import dataclasses

import numpy as np
import pytest

import sim.accounting.securities
from sim.closing.indicators import PLAN_INDICATORS
from sim.experiments.outcomes import executed
from sim.experiments.repeating import relative_difference, repeated
from sim.experiments.requests import ensemble_requests
from sim.experiments.store import Store
from sim.provenance import notices
from sim.provenance.kernels import kernels


@pytest.fixture(scope="module")
def outcome(short):
    (request,) = ensemble_requests([short("plan", end="2021-02")], runs=1, draws=0)
    return executed(request)


def store_with(folder, outcome, **changes):
    with Store.writing(folder) as store:
        store.append([dataclasses.replace(outcome, **changes)])
    return Store.open(folder)


def moved(outcome, name, factor):
    values = outcome.values.copy()
    values[-1, outcome.indicators.index(name)] *= factor
    return values


def test_the_same_bits_need_no_reason(tmp_path, outcome):
    told = repeated(store_with(tmp_path / "s", outcome), outcome.key)
    assert told.same
    assert told.reason == ""
    assert told.kernels == told.kernels_here == kernels()


def test_other_kernels_are_both_named_with_the_size_of_the_difference(tmp_path, outcome):
    store = store_with(tmp_path / "s", outcome, kernels="another", values=moved(outcome, "default_rate", 1.001))
    told = repeated(store, outcome.key)
    assert not told.same
    assert told.largest_difference == pytest.approx(0.001, rel=1e-2)
    assert told.largest_difference_of_plan == 0.0
    assert "'another'" in told.reason
    assert kernels() in told.reason
    assert "1.0e-03" in told.reason


def test_an_altered_model_is_the_reason_before_any_other(tmp_path, outcome, monkeypatch):
    store = store_with(tmp_path / "s", outcome, kernels="another", values=moved(outcome, PLAN_INDICATORS[0], 1.1))
    monkeypatch.setattr(notices, "_said", set())
    monkeypatch.setattr(sim.accounting.securities, "MOST_HELD", 0.89)
    with pytest.warns(UserWarning, match="not the installed one"):
        told = repeated(store, outcome.key)
    assert told.altered == ("sim.accounting.securities.MOST_HELD",)
    assert "sim.accounting.securities.MOST_HELD" in told.reason
    assert "another" not in told.reason
    assert told.largest_difference_of_plan > 0.05


def test_a_difference_without_a_cause_is_said_to_have_none(tmp_path, outcome):
    told = repeated(store_with(tmp_path / "s", outcome, values=moved(outcome, "default_rate", 1.1)), outcome.key)
    assert "which nothing explains" in told.reason


def test_differences_are_parts_of_the_larger_value():
    one, other = np.array([0.0, 2.0, np.nan, np.nan]), np.array([0.0, 1.0, np.nan, 1.0])
    assert relative_difference(one, other).tolist() == [0.0, 0.5, 0.0, np.inf]
