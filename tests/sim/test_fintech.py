"""Fintech firms in the whole: the sandbox, rounds of like firms, births, both rules of who leads, adoption."""

import numpy as np
import pytest

from agents.city_state import CityState
from agents.institutions import Centre
from agents.sandbox import NOT_ADMITTED
from scenarios.loader import load
from scenarios.shock_paths import ShockPaths
from sim.base_year.base_year import YEAR_2020
from sim.fintech.sandbox import SANDBOX_OPENED
from sim.fintech.state import FundingMemory, LeadingScore
from sim.institutions.state import Adopters, City


def rounds(model):
    """Rounds that the firms of Shanghai have behind them."""
    return int(model.fintech["funding_round"][model.fintech["in_shanghai"]].sum())


def untouched(model):
    """Change nothing."""


def after(centre, months, change=untouched, off=()):
    """A frozen path after some months, with something changed at its start; exits are shut off."""
    model = centre("frozen", rng=2)
    model.interactions_off = off
    model.parameters = model.parameters.replace(fintech_exit_hazard=1e-9)
    change(model)
    model.run_for(months)
    return model


def with_parameters(**values):
    def change(model):
        model.parameters = model.parameters.replace(**values)

    return change


# The sandbox


def test_the_sandbox_admits_its_slots_a_year_from_its_opening_on(centre):
    model = centre("frozen")
    months = model.month - SANDBOX_OPENED + 1
    assert (model.fintech["sandbox_months"] != NOT_ADMITTED).sum() == pytest.approx(months, abs=2)
    model.parameters = model.parameters.replace(sandbox_slots=24.0, fintech_exit_hazard=1e-9)
    model.run_for(12)
    inside = model.fintech["sandbox_months"]
    assert ((inside >= 0) & (inside < 12)).sum() == pytest.approx(24, abs=1)
    admitted = inside != NOT_ADMITTED
    assert model.fintech["in_shanghai"][admitted].all()
    assert model.fintech["age_months"][admitted].max() <= model.parameters.sandbox_age_bound + inside.max() + 1
    # Capability is standard normal among all.
    assert model.fintech["capability"][admitted].mean() > 0.5


def test_a_shorter_way_to_permitted_launch_lets_more_firms_in(centre):
    admitted = []
    for intensity in (0.2, 1.0):
        model = centre(load("frozen").with_levers({"regulatory_sandbox": {"2021-01": intensity}}), rng=2)
        model.parameters = model.parameters.replace(fintech_exit_hazard=1e-9)
        model.run_for(36)
        admitted.append(int((model.fintech["sandbox_months"] != NOT_ADMITTED).sum()))
    lag, slots = 12, model.parameters.sandbox_slots
    faster = model.policy.baseline["compliance_lead_time"] / model.channels["compliance_lead_time"]
    assert faster > 1.4
    assert admitted[1] - admitted[0] == pytest.approx(slots / 12.0 * (faster - 1.0) * (36 - lag), abs=1.5)


def test_more_slots_bring_no_fewer_rounds_with_the_same_draws(centre):
    counts = [
        rounds(after(centre, 24, with_parameters(sandbox_slots=slots), off=("funding_peers",)))
        for slots in (1e-9, 60.0, 600.0)
    ]
    assert counts[0] < counts[1] < counts[2]


def everybody_inside(**values):
    """Put all firms of Shanghai into the sandbox, with its help set anew."""

    def change(model):
        model.fintech["sandbox_months"][model.fintech["in_shanghai"]] = 0
        model.parameters = model.parameters.replace(**values)

    return change


def test_a_firm_in_the_sandbox_raises_more_often(centre):
    started = rounds(centre("frozen"))
    alone, helped = (
        rounds(after(centre, 11, everybody_inside(sandbox_probability=percent), off=("funding_peers",))) - started
        for percent in (0.0, 50.0)
    )
    assert 1.25 < helped / alone < 1.75


def test_a_firm_in_the_sandbox_raises_larger_rounds(centre):
    """For one month the same firms close rounds whatever they raise."""
    model = centre("frozen")
    started = float(model.fintech["capital"][model.fintech["in_shanghai"]].sum())
    raised = []
    for percent in (0.0, 20.0):
        model = after(centre, 1, everybody_inside(sandbox_capital=percent))
        raised.append(float(model.fintech["capital"][model.fintech["in_shanghai"]].sum()) - started)
    assert raised[1] == pytest.approx(1.2 * raised[0])


# Rounds


class FundingShift:
    """Shocks that are neutral but for a shift of the ease of funding, of any size."""

    def __init__(self, shift):
        self.shift = shift

    def at(self, month):
        return {**ShockPaths((), month, None).at(month), "platform_rules": self.shift}

    def value(self, name, month):
        return self.at(month)[name]


def test_a_higher_ease_of_funding_never_lowers_the_number_of_rounds(centre):
    def shifted(shift):
        def change(model):
            model.shock_paths = FundingShift(shift)

        return change

    for peers in ((), ("funding_peers",)):
        counts = [rounds(after(centre, 12, shifted(shift), peers)) for shift in (-0.5, 0.0, 0.5)]
        assert counts[0] < counts[1] < counts[2]


def test_a_shock_to_funding_weighs_on_firms_everywhere(centre):
    calm, struck = centre("frozen", rng=2), centre("frozen", rng=2)
    struck.shock_paths = FundingShift(-50.0)
    before = struck.fintech["funding_round"].copy()
    for model in (calm, struck):
        model.parameters = model.parameters.replace(fintech_exit_hazard=1e-9)
        model.step()
    assert (struck.fintech["funding_round"][: len(before)] == before).all()
    assert (calm.fintech["funding_round"][: len(before)] > before).any()


def test_rounds_come_in_waves_among_like_firms_unless_peers_are_switched_off(centre):
    model = after(centre, 2, off=("funding_peers",))
    assert (model.fintech["funding_terms"][5] == 0.0).all()
    assert model.state(FundingMemory).closed.sum() > 0.0
    model = centre("frozen", rng=2)
    stage = model.fintech["in_shanghai"] & (model.fintech["funding_round"] == 1)
    model.state(FundingMemory).closed[1, 1] = 3.0 * model.state(FundingMemory).expected[1, 1]
    model.step()
    kept = model.fintech["birth_month"] < model.month
    shifts = model.fintech["funding_terms"][5][kept]
    assert np.abs(shifts).max() <= model.parameters.peer_coefficient_funding
    assert len(np.unique(shifts)) <= model.state(FundingMemory).closed.size
    assert stage.any() and shifts.max() == pytest.approx(model.parameters.peer_coefficient_funding, rel=0.05)


def test_without_a_surprise_like_firms_change_nothing_and_memory_fades(centre):
    model = centre("frozen", rng=2)
    model.state(FundingMemory).closed[:] = model.state(FundingMemory).expected
    before = model.state(FundingMemory).expected.copy()
    model.step()
    kept = model.fintech["birth_month"] < model.month
    assert (model.fintech["funding_terms"][5][kept] == 0.0).all()
    fading = np.exp(-1.0 / model.parameters.peer_memory)
    assert (model.state(FundingMemory).expected >= fading * before).all()
    new = (model.state(FundingMemory).expected - fading * before).sum()
    assert new == pytest.approx((model.state(FundingMemory).closed - fading * before).sum(), rel=0.4)


# Births


def test_births_rise_with_talent_and_with_institutions(centre):
    def talented(state):
        def change(model):
            model.state(City).slow_states[CityState.TALENT, Centre.SHANGHAI] = state
            model.parameters = model.parameters.replace(talent_speed=1e-9)

        return change

    def born(model):
        return int((model.fintech["in_shanghai"] & (model.fintech["birth_month"] > 2020 * 12 + 11)).sum())

    counts = [born(after(centre, 12, talented(state))) for state in (-3.0, 0.0, 3.0)]
    assert counts[0] < counts[1] < counts[2]
    assert counts[2] / counts[1] == pytest.approx(np.exp(3.0 * 0.3), rel=0.4)


# Who leads


def test_at_the_end_of_2020_both_rules_count_the_same_firms_and_later_the_bar_stands_still(centre):
    model = centre("plan", rng=3)
    last = model.records[-1]
    assert last["leading_fintech_absolute"] == last["leading_fintech_count"] == YEAR_2020.observed("fintech_leading")
    bar = model.state(LeadingScore).base_year
    model.run_for(6)
    assert model.state(LeadingScore).base_year == bar
    model.fintech["log_size"][:] += 1.0
    model.step()
    # All firms grow alike: nobody gains a rank, and more of them reach the bar of 2020.
    assert model.records[-1]["leading_fintech_absolute"] > model.records[-2]["leading_fintech_absolute"] + 5
    assert abs(model.records[-1]["leading_fintech_count"] - model.records[-2]["leading_fintech_count"]) <= 4


# Adoption


def test_without_the_network_nobody_adopts_as_neighbours_did(centre):
    adopted = {}
    for off in ((), ("adoption_network",)):
        model = after(centre, 12, with_parameters(bass_innovation=1e-9), off)
        adopted[off] = float(model.institutions["adopted"].mean())
        assert (model.state(Adopters).adopted > 0) == (off == ())
    assert adopted[()] > adopted[("adoption_network",)]
