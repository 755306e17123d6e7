"""Side markets in the whole model: what each channel moves, and what it leaves alone."""

import numpy as np
import pandas as pd
import pytest

from agents.asset_managers import ASSET_MANAGERS
from agents.institutions import Sector
from scenarios import plan
from sim.base_year.base_year import YEAR_2020
from sim.indicators import PLAN_INDICATORS
from sim.institutions.state import LicenceQueue
from sim.side_markets.digital_yuan import PILOT_STARTS

observed = YEAR_2020.observed

MONTHS = 36
BASELINE = {channel.id: channel.baseline_2020 for channel in plan.channels()}
# Channel, value that eases the decision, coefficient that a neutral rule would have at zero, what should rise.
EASED = {
    "rmb_invoicing_cost": (50.0, "yuan_invoicing_cost_slope", "rmb_trade_share"),
    "fx_conversion_friction": (10.0, "yuan_conversion_friction_slope", "rmb_trade_share"),
    "cross_border_payment_cost": (10.0, "payment_cost_slope", "cips_volume"),
    "ecny_acceptance_cost": (20.0, "ecny_cost_elasticity", "ecny_adoption_share"),
    "carbon_trading_cost": (20.0, "carbon_least_gain", "carbon_turnover"),
    "underwriting_capacity": (150.0, "reinsurance_capital_slope", "reinsurance_premium"),
    "qflp_quota": (60.0, "commitment_speed", "qflp_qdlp_committed"),
}


@pytest.fixture(scope="module")
def steered(centre):
    """Run the frozen path with channels set by hand, and parameters changed after 2020."""
    ran = {}

    def run(parameters=(), **channels):
        key = (tuple(parameters), tuple(channels.items()))
        if key not in ran:
            model = centre("frozen", rng=2)
            if parameters:
                model.parameters = model.parameters.replace(**dict(parameters))
            names = list(model.policy.baseline)
            for name, value in channels.items():
                model.policy.paths[:, names.index(name)] = value
            model.run_for(MONTHS)
            ran[key] = model
        return ran[key]

    return run


def after_2020(model, indicator):
    return model.indicators.loc["2021":, indicator].to_numpy()


@pytest.mark.parametrize("channel", EASED)
def test_an_eased_channel_never_lowers_what_agents_take_up_and_raises_it_in_the_end(steered, channel):
    value, _, indicator = EASED[channel]
    eased, frozen = (after_2020(model, indicator) for model in (steered(**{channel: value}), steered()))
    assert (eased >= frozen * (1.0 - 1e-9)).all()
    assert eased[-12:].mean() > 1.02 * frozen[-12:].mean()


@pytest.mark.parametrize("channel", EASED)
def test_a_channel_of_a_side_market_acts_through_its_coefficient_alone(steered, channel):
    value, coefficient, indicator = EASED[channel]
    neutral = ((coefficient, 0.0),)
    one, other = (after_2020(model, indicator) for model in (steered(neutral, **{channel: value}), steered(neutral)))
    assert one.tobytes() == other.tobytes()


def test_a_channel_at_its_value_of_2020_changes_nothing_to_the_bit(steered, bits):
    fixed = {channel: BASELINE[channel] for channel in [*EASED, "insurance_cover_cost", "asset_manager_setup_cost"]}
    assert bits(steered(**fixed).indicators) == bits(steered().indicators)


def test_no_side_market_moves_an_indicator_of_the_plan(steered, bits):
    eased = steered(**{channel: value for channel, (value, _, _) in EASED.items()}, insurance_cover_cost=60.0)
    columns = list(PLAN_INDICATORS)
    assert bits(eased.indicators[columns]) == bits(steered().indicators[columns])


def test_cheaper_cover_insures_more_firms_and_only_those_ranked_next(steered):
    cheap, frozen = steered(insurance_cover_cost=60.0).issuers, steered().issuers
    assert (cheap["insured"] >= frozen["insured"]).all()
    added = cheap["insured"] & ~frozen["insured"]
    assert added.sum() > 20
    assert cheap["risk_rank"][added].min() > frozen["risk_rank"][frozen["insured"]].max()


def test_dear_cover_lowers_what_is_ceded_with_what_is_written(steered):
    dear, frozen = (model.indicators.iloc[-12:] for model in (steered(insurance_cover_cost=300.0), steered()))
    # A loading three times as high leaves far fewer policies, each of them dearer.
    assert dear["insurance_premium"].sum() < frozen["insurance_premium"].sum()
    ratio = dear["reinsurance_premium"] / dear["insurance_premium"]
    np.testing.assert_allclose(ratio, frozen["reinsurance_premium"] / frozen["insurance_premium"])


def test_cheaper_setting_up_brings_asset_managers_and_no_other_filings_at_first(centre):
    counts = {}
    for cost in (100.0, 5.0):
        model = centre("frozen", rng=2)
        model.policy.paths[:, list(model.policy.baseline).index("asset_manager_setup_cost")] = cost
        model.step()
        counts[cost] = model.state(LicenceQueue).waiting.sum(axis=(0, 2))
        model.run_for(23)
        counts[cost, "later"] = model.state(LicenceQueue).waiting.sum(axis=(0, 2)) + model.institutions_by_class().sum(
            axis=1
        )
    managers = np.isin(np.arange(len(Sector)), ASSET_MANAGERS)
    assert (counts[5.0] >= counts[100.0]).all()
    assert (counts[5.0][~managers] == counts[100.0][~managers]).all()
    assert counts[5.0, "later"][managers].sum() > counts[100.0, "later"][managers].sum() + 3


def test_the_simulated_year_2020_agrees_with_what_was_observed(centre):
    year = centre("plan").indicators
    assert len(year) == 12
    assert year["rmb_cross_border_share"].mean() == pytest.approx(observed("cross_border_rmb_share"), abs=0.035)
    trade = observed("cross_border_rmb_trade")
    all_trade = trade + observed("cross_border_rmb") * (1.0 / observed("cross_border_rmb_share") - 1.0)
    assert year["rmb_trade_share"].mean() == pytest.approx(trade / all_trade, abs=0.03)
    assert year["cips_volume"].sum() == pytest.approx(observed("cips_volume"))
    for index in ("carbon_turnover", "insurance_premium", "reinsurance_premium"):
        assert year[index].sum() == pytest.approx(100.0)
    assert observed("qflp_qdlp_committed_2019") < year["qflp_qdlp_committed"].iloc[-1] <= BASELINE["qflp_quota"]


def test_nobody_accepts_e_cny_before_the_pilot_comes_to_the_city(steered):
    months = steered().indicators["ecny_adoption_share"]
    start = pd.Timestamp(year=PILOT_STARTS // 12, month=PILOT_STARTS % 12 + 1, day=1)
    assert (months[months.index < start] == 0.0).all()
    assert months.iloc[-1] > 0.0
    assert months.is_monotonic_increasing


def test_the_quota_of_private_funds_binds_when_what_they_want_outgrows_it(steered):
    tight, wide = steered().indicators, steered(qflp_quota=400.0).indicators
    assert (tight["qflp_qdlp_committed"] <= BASELINE["qflp_quota"] * (1.0 + 1e-12)).all()
    assert tight["qflp_qdlp_refused"].iloc[-1] > 0.2
    assert (wide["qflp_qdlp_refused"] == 0.0).loc["2021":].all()
    assert wide["qflp_qdlp_committed"].iloc[-1] > BASELINE["qflp_quota"]


def test_what_funds_commit_is_paid_across_the_border(centre):
    model = centre("frozen", rng=2)
    model.policy.paths[:, list(model.policy.baseline).index("qflp_quota")] = 400.0
    model.run_for(3)
    before = model.institutions["commitment_bn"].sum()
    model.step()
    inward, outward = model.ledger.total("inward private funds"), model.ledger.total("outward private funds")
    assert inward > 0.0 and outward > 0.0
    assert inward + outward == pytest.approx(model.institutions["commitment_bn"].sum() - before)


@pytest.mark.parametrize(
    ("interaction", "indicator"), [("yuan_peers", "rmb_trade_share"), ("ecny_network", "ecny_adoption_share")]
)
def test_a_network_that_is_switched_off_takes_its_effect_along(centre, interaction, indicator):
    eased = ("rmb_invoicing_cost", "ecny_acceptance_cost")
    rise = {}
    for off in ((), (interaction,)):
        ends = []
        for factor in (1.0, 0.3):
            model = centre("frozen", rng=2)
            model.interactions_off = off
            for channel in eased:
                model.policy.paths[:, list(model.policy.baseline).index(channel)] *= factor
            model.run_for(MONTHS)
            ends.append(model.indicators[indicator].iloc[-1])
        rise[off] = ends[1] - ends[0]
    assert rise[()] > rise[interaction,] > 0.0


def test_newcomers_have_a_leaning_of_their_own(centre):
    model = centre("plan", rng=1)
    model.run_for(24)
    new = model.institutions["birth_month"] > PILOT_STARTS
    assert new.sum() > 20
    leaning = model.institutions["local_leaning"]
    assert len(np.unique(leaning)) == len(leaning)
    assert abs(leaning[new].mean()) < 0.6
