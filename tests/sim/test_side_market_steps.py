"""Steps of the side markets alone, on states made by hand: no model is built."""

import numpy as np
import pytest

from agents.draws import Draws
from agents.fintech_firms import FintechFirm
from agents.institutions import FinancialInstitution, Sector
from agents.issuers import Issuer, IssuerClass
from agents.population import Population, PopulationModel
from scenarios.calendar import BASELINE, month_ordinal
from scenarios.plan import channels as plan_channels
from sim.baseline import BaseYear
from sim.clock import Clock
from sim.component import Part
from sim.components import COMPONENTS
from sim.interactions import Interactions
from sim.ledger import Account, Ledger
from sim.policy import Channels
from sim.side_markets.carbon import allowances_bought, carbon_identities, issuers_trade_allowances
from sim.side_markets.digital_yuan import PILOT_STARTS, DigitalYuan, accepting_share, small_firms_accept_ecny
from sim.side_markets.insurance import Premiums, firms_insure_and_insurers_cede, insurance_identities
from sim.side_markets.private_funds import (
    Commitments,
    commitment_identities,
    commitments_end,
    commitments_open,
    private_funds_commit,
    refused_share,
)

JANUARY = Clock(month_ordinal("2021-01"))
VALUES = {channel.id: channel.baseline_2020 for channel in plan_channels()}


def channels(**values):
    return Channels({**VALUES, **values}, VALUES)


def population(kind, count, **columns):
    made = Population(PopulationModel(rng=1), kind, capacity=max(count, 1))
    made.add(count, BASELINE, **columns)
    return made


@pytest.fixture
def draws():
    made = Draws(7)
    for component in COMPONENTS:
        for stream in component.streams:
            made.stream(stream)
    return made


@pytest.fixture
def emitters():
    issuers = population(Issuer, 40, issuer_class=int(IssuerClass.CENTRAL_SOE))
    issuers["emissions"][:] = 1.0
    issuers["abatement_cost"][:] = np.linspace(-1.0, 1.0, 40)
    return issuers


def test_emitters_buy_what_others_sell_and_trade_less_where_a_trade_costs_more(central, draws, emitters):
    issuers_trade_allowances(JANUARY, central, draws, channels(), emitters)
    cheap = allowances_bought(emitters)
    ((_, bought, sold),) = carbon_identities(emitters)
    assert cheap > 0.0 and bought == pytest.approx(sold)
    issuers_trade_allowances(JANUARY, central, draws, channels(carbon_trading_cost=1e6), emitters)
    assert allowances_bought(emitters) == 0.0


def test_small_firms_accept_the_digital_yuan_from_the_pilot_on_and_not_before(central, draws):
    issuers = population(Issuer, 3000, issuer_class=int(IssuerClass.MSME))
    firms, acceptors = population(FintechFirm, 300), DigitalYuan()
    firms["in_shanghai"][:] = True
    told = (central, draws, channels(), Interactions(), firms, issuers, acceptors)
    small_firms_accept_ecny(Clock(PILOT_STARTS - 1), *told)
    assert accepting_share(issuers) == 0.0
    for month in range(PILOT_STARTS, PILOT_STARTS + 24):
        before = issuers["accepts_ecny"].copy()
        small_firms_accept_ecny(Clock(month), *told)
        assert (issuers["accepts_ecny"] >= before).all()
        assert acceptors.new == issuers["accepts_ecny"].sum() - before.sum()
    assert 0.0 < accepting_share(issuers) < 1.0


def test_firms_decide_on_cover_in_their_month_and_insurers_split_the_premiums(central):
    issuers = population(Issuer, 12, issuer_class=int(IssuerClass.MSME))
    issuers["renewal_month"][:] = np.arange(12)
    issuers["risk_rank"][:] = 0.0
    issuers["debt_bn"][0, :] = 10.0
    insurers = population(FinancialInstitution, 2, sector=int(Sector.INSURER))
    insurers["assets_bn"][:] = (1.0, 3.0)
    premiums = Premiums()
    firms_insure_and_insurers_cede(JANUARY, central, channels(), issuers, insurers, premiums)
    assert issuers["insured"].tolist() == [month == 0 for month in range(12)]
    assert premiums.written > 0.0 and premiums.ceded_locally < premiums.written
    ((_, paid, split),) = insurance_identities(issuers, premiums)
    assert paid == pytest.approx(split)


@pytest.fixture
def managers():
    managers = population(FinancialInstitution, 4, sector=int(Sector.PRIVATE_FUND))
    managers["managed_assets"][:] = 1.0
    managers["foreign"][:] = (True, True, False, False)
    managers["commitment_bn"][:] = 5.0
    return managers


def test_private_funds_share_the_quota_and_every_flow_has_a_payer(central, managers):
    commitments, ledger = Commitments(per_managed=50.0), Ledger()
    commitments_open(managers, commitments)
    told = channels(qflp_quota=24.0)
    private_funds_commit(central, told, managers, commitments, ledger)
    for name, left, right in commitment_identities(managers, told, commitments):
        assert left == pytest.approx(right), name
    assert managers["commitment_bn"].sum() <= 24.0 + 1e-9
    assert 0.0 < refused_share(commitments) < 1.0
    assert ledger.net("inward private funds", Account.REST_OF_WORLD) > 0.0


def test_commitments_of_managers_that_leave_end_with_them(managers):
    commitments = Commitments()
    commitments_open(managers, commitments)
    commitments_end(managers, commitments, np.array([True, False, True, False]))
    assert (commitments.left_inward_bn, commitments.left_outward_bn) == (5.0, 5.0)


def test_every_part_of_a_component_names_states_alone():
    for component in COMPONENTS:
        parts = [component.start, component.opens, component.identities, *(step.run for step in component.steps)]
        parts += [reading.formula for reading in component.readings]
        assert all(Part(part).needs for part in parts if part is not None), component.name
        assert all(Part(r.scaled_to).reads in ((), (BaseYear,)) for r in component.readings if r.scaled_to), component


def test_readings_have_the_unit_that_the_plan_gives_their_indicator():
    from scenarios.plan import secondary_indicators

    units = {indicator.id: indicator.unit for indicator in secondary_indicators()}
    readings = {reading.name: reading.unit for component in COMPONENTS for reading in component.readings}
    shared = units.keys() & readings.keys()
    assert len(shared) >= 5
    assert {name: readings[name] for name in shared} == {name: units[name] for name in shared}
