"""Interactions can be switched off by name, and a result says which were."""

import pytest

import sim
from scenarios.errors import InputError
from sim.solving.history import state_at_baseline
from sim.world.interactions import INTERACTIONS, checked_interactions


def test_names_are_taken_once_and_in_order():
    assert checked_interactions(()) == ()
    assert checked_interactions(["peers", "peers"]) == ("peers",)
    assert checked_interactions(reversed(list(INTERACTIONS))) == tuple(sorted(INTERACTIONS))


def test_an_unknown_interaction_is_refused_with_the_nearest_name():
    with pytest.raises(InputError, match="unknown interaction 'peer'; did you mean 'peers'"):
        sim.run("plan", interactions_off=["peer"])


@pytest.mark.parametrize("names", ["peers", 3])
def test_one_text_or_number_is_not_a_collection_of_names(names):
    with pytest.raises(InputError, match="not a collection of names") as refused:
        sim.FinancialCenter("plan", interactions_off=names)
    assert refused.value.problems[0].key == "interactions_off"


def test_the_year_2020_is_kept_apart_for_each_choice_of_interactions(centre):
    model = centre("plan", interactions_off=("peers",))
    without = state_at_baseline(model.parameters, 0.1, ("peers",))
    assert without is not state_at_baseline(model.parameters, 0.1)
    assert without is state_at_baseline(model.parameters, 0.1, ("peers",))
    assert model.interactions_off == ("peers",)
    assert centre("plan").interactions_off == ()


def test_a_result_says_what_was_switched_off_and_its_forks_keep_to_it(short, bits):
    result, usual = (sim.run(short("plan"), interactions_off=off) for off in (("peers",), ()))
    assert result.provenance["interactions_off"] == ["peers"]
    branch = result.fork("2021-07", {"reits_pilot": "plan"})
    assert branch.provenance["interactions_off"] == ["peers"]
    assert bits(branch.indicators) == bits(result.indicators)
    assert bits(usual.indicators) != bits(result.indicators)
    assert usual.provenance["interactions_off"] == []
