"""Issuers decide for themselves: a model with one issuer for each rating and eligibility would not add up to them."""

import numpy as np
import pytest

from agents.issuers import Instrument, Issuers
from agents.population import PopulationModel
from scenarios.parameters import ParameterSet
from sim.base_year.base_year import YEAR_2020
from sim.component import Part
from sim.financing.firm_balance import own_utilities
from sim.financing.state import Issuance
from sim.month import simulate_month
from sim.opening.beginning import states_at_the_beginning
from sim.solved_constants import Solution
from sim.solving.solve import first_guess


def vectors(interactions_off=()):
    """Firms that can choose, and distinct vectors of what decides their choice, after three months."""
    parameters = ParameterSet.prior_2020().central()
    guess = Solution(first_guess(parameters, YEAR_2020))
    on = states_at_the_beginning(PopulationModel(rng=1), parameters, guess, 0.1, interactions_off, YEAR_2020)
    for _ in range(3):
        simulate_month(on)
    issuers, eligible = on[Issuers], on[Issuance].eligible
    own = np.zeros((len(Instrument), len(issuers)))
    for _, instruments, values in Part(own_utilities).on(on):
        own[list(instruments)] += values
    choose = eligible[Instrument.LOAN] & (eligible.sum(axis=0) > 1)
    decides = np.concatenate([issuers["rating"][None], eligible, np.where(eligible, own, 0.0)])[:, choose]
    return int(choose.sum()), np.unique(decides, axis=1).shape[1]


def test_nearly_every_firm_that_can_choose_has_a_utility_of_its_own():
    firms, distinct = vectors()
    assert firms > 500 and distinct > 0.95 * firms


@pytest.mark.parametrize("off", [("own_balance_sheets", "financing_relations")])
def test_without_balance_sheets_and_relations_a_few_vectors_stand_for_all(off):
    firms, distinct = vectors(off)
    assert distinct < 0.15 * firms
