"""Side markets in the whole model: what each channel moves, and what it leaves alone."""

import pytest

from scenarios import plan
from sim.base_year.base_year import YEAR_2020
from sim.closing.indicators import PLAN_INDICATORS

observed = YEAR_2020.observed

MONTHS, SOON = 36, 6
"""Months after which what agents take up has risen, and after which any influence shows."""
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
READ_BY_FOREIGNERS = {"fx_conversion_friction", "cross_border_payment_cost"}


@pytest.fixture(scope="module")
def steered(centre):
    """Run the frozen path with channels set by hand, and parameters changed after 2020."""
    ran = {}

    def run(parameters=(), months=MONTHS, **channels):
        key = (tuple(parameters), months, tuple(channels.items()))
        if key not in ran:
            model = centre("frozen", rng=2)
            if parameters:
                model.parameters = model.parameters.replace(**dict(parameters))
            names = list(model.policy.baseline)
            for name, value in channels.items():
                model.policy.paths[:, names.index(name)] = value
            model.run_for(months)
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
    models = steered(neutral, SOON, **{channel: value}), steered(neutral, SOON)
    one, other = (after_2020(model, indicator) for model in models)
    assert one.tobytes() == other.tobytes()


def test_a_channel_at_its_value_of_2020_changes_nothing_to_the_bit(steered, bits):
    fixed = {channel: BASELINE[channel] for channel in [*EASED, "insurance_cover_cost", "asset_manager_setup_cost"]}
    assert bits(steered(months=SOON, **fixed).indicators) == bits(steered(months=SOON).indicators)


def test_no_side_market_moves_an_indicator_of_the_plan(steered, bits):
    """Conversion and payments reach foreign investors too, by flight and by home bias; the other channels do not."""
    own = {name: value for name, (value, *_) in EASED.items() if name not in READ_BY_FOREIGNERS}
    eased = steered(**own, insurance_cover_cost=60.0)
    columns = list(PLAN_INDICATORS)
    assert bits(eased.indicators[columns]) == bits(steered().indicators[columns])


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
