"""Rival centres that match what Shanghai offers take back a part of what it gains."""

import numpy as np
import pytest

import sim
from agents.rival_response import next_response
from scenarios.errors import InputError
from scenarios.loader import load

OFFER = {"headquarters_incentives": {"2021-01": 1.0}, "foreign_ownership_liberalisation": {"2021-01": 1.0}}


def asked(rival_centres, levers=OFFER, end="2022-12"):
    base = load("committed")
    return type(base)(
        **{**base.plain(), "scale": 0.05, "end": end, "rival_centres": rival_centres}
    ).with_levers(levers)  # fmt: skip


@pytest.fixture(scope="module")
def matched(central):
    """Rivals that match all at once; short lags, so that two years are enough to feel an offer."""
    return central.replace(rival_matched_share=1.0, rival_matching_months=3.0, effect_lag_scale=0.25)


def institutions(scenario, parameters):
    return [
        sim.run(scenario, seed=seed, parameters=parameters).indicators["institution_count"].iloc[-1]
        for seed in range(2)
    ]


def test_a_response_closes_a_part_of_the_gap_and_ends_at_the_matched_share():
    response = np.zeros(2)
    for _ in range(400):
        response = next_response(response, np.array([1.0, -0.5]), 0.6, 12.0)
    assert response == pytest.approx([0.6, -0.3])
    assert next_response(np.zeros(1), np.array([1.2]), 0.5, 12.0) == pytest.approx([0.05])


def test_matching_takes_back_what_the_offer_gains(matched):
    alone, answered, without = (
        np.mean(institutions(scenario, matched))
        for scenario in (asked("passive"), asked("matching"), asked("passive", {}))
    )
    assert without < answered < alone


def test_without_a_new_offer_there_is_nothing_to_match(matched):
    frozen = load("frozen")
    quiet = [
        type(frozen)(**{**frozen.plain(), "scale": 0.05, "end": "2021-12", "rival_centres": each})
        for each in ("passive", "matching")
    ]
    first, second = (sim.run(each, seed=1, parameters=matched).indicators for each in quiet)
    assert np.array_equal(first.to_numpy(), second.to_numpy(), equal_nan=True)


def test_an_unknown_kind_of_rivals_is_refused():
    with pytest.raises(InputError, match=r"rival_centres.*passive, matching"):
        asked("aggressive")
