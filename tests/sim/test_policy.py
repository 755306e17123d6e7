from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scenarios.calendar import BASELINE, month_ordinal
from scenarios.loader import load
from scenarios.parameters import ParameterSet
from scenarios.plan import channels, levers
from sim.world.policy import Policy, capped_intensities, channel_paths, component_changes, effective_changes

LEVERS = levers()
CHANNELS = channels()
CENTRAL = ParameterSet.prior_2020().central()
# Lags as they stand, everything delivered in full, levers that do not help one another.
PLAIN = CENTRAL.replace(
    effect_lag_scale=1.0, delivery_slippage_months=0.0, municipal_fidelity=1.0, complement_strength=0.0
)
MONTHS = 60
START = np.array([lever.intensity_2020 for lever in LEVERS])
PLACE = {lever.id: column for column, lever in enumerate(LEVERS)}
BASELINES = np.array([channel.baseline_2020 for channel in CHANNELS])
ids = pytest.mark.parametrize("lever", LEVERS, ids=lambda lever: lever.id)

intensities = st.lists(st.floats(0.0, 1.0), min_size=len(LEVERS), max_size=len(LEVERS)).map(np.array)


def arm(name, months=MONTHS):
    return np.array([[lever.intensity(name, BASELINE + 1 + t) for lever in LEVERS] for t in range(months)])


def at_rest(months=MONTHS):
    return np.tile(START, (months, 1))


def held(values, months=MONTHS):
    return np.tile(values, (months, 1))


def moved(**values):
    """Intensities of 2020 but for some levers, whose value holds from the first month on."""
    path = at_rest()
    for lever, value in values.items():
        path[:, PLACE[lever]] = value
    return path


def changes(path, parameters=PLAIN, levers=LEVERS):
    return effective_changes(path, levers, parameters)


def values(path, parameters=PLAIN, levers=LEVERS, channels=CHANNELS, departures=None):
    if departures is None:
        departures = np.zeros((len(path), sum(len(lever.components) for lever in levers)))
    by_component = component_changes(path, departures, levers, parameters)
    return channel_paths(changes(path, parameters, levers), levers, channels, parameters.betas, by_component)


def in_own_space(paths):
    """Channel values as shifts in the space in which levers add up: log, logit or plain."""
    shifts = np.empty_like(paths)
    for position, channel in enumerate(CHANNELS):
        x, base = paths[:, position], channel.baseline_2020
        if channel.form == "log":
            shifts[:, position] = np.log(x / base)
        elif channel.form == "logit":
            shifts[:, position] = np.log(x / (1 - x)) - np.log(base / (1 - base))
        else:
            shifts[:, position] = x - base
    return shifts


def unhindered(lever):
    return replace(lever, prerequisites=())


# Nothing out of nothing


def test_levers_that_stay_as_in_2020_leave_every_channel_at_its_baseline_to_the_bit():
    for seed in range(5):
        drawn = ParameterSet.prior_2020().draw(seed)
        assert (values(at_rest(), drawn) == BASELINES).all()


def test_if_no_lever_has_an_effect_the_plan_equals_the_frozen_arm_to_the_bit():
    for seed in range(5):
        drawn = ParameterSet.prior_2020().draw(seed)
        powerless = drawn.replace(betas=dict.fromkeys(drawn.betas, 0.0))
        assert (values(arm("plan"), powerless) == values(arm("frozen"), powerless)).all()
        assert (values(arm("plan"), drawn) != values(arm("frozen"), drawn)).any()


@ids
def test_a_lever_moves_its_own_channels_and_no_others(lever):
    path = moved(**{lever.id: 1.0})
    touched = {effect.channel for effect in lever.effects if PLAIN.betas[lever.id, effect.channel] != 0.0}
    last = values(path, levers=[unhindered(other) for other in LEVERS])[-1]
    assert {
        channel.id for channel, value in zip(CHANNELS, last, strict=True) if value != channel.baseline_2020
    } == touched


def test_a_flipped_beta_flips_the_effect():
    flipped = PLAIN.replace(betas={pair: -beta for pair, beta in PLAIN.betas.items()})
    shift, mirrored = in_own_space(values(arm("plan"))), in_own_space(values(arm("plan"), flipped))
    assert np.abs(shift[-1]).max() > 0.1
    np.testing.assert_allclose(mirrored, -shift, atol=1e-12)


# How effects combine


@settings(max_examples=25)
@given(intensities, st.integers(0, len(LEVERS) - 1))
def test_levers_add_up_in_the_space_of_the_channel(target, split):
    free = [unhindered(lever) for lever in LEVERS]
    first, second = START.copy(), START.copy()
    first[:split], second[split:] = target[:split], target[split:]
    together = in_own_space(values(held(target), levers=free))
    apart = in_own_space(values(held(first), levers=free)) + in_own_space(values(held(second), levers=free))
    np.testing.assert_allclose(together, apart, atol=1e-10)


@settings(max_examples=25)
@given(intensities, st.permutations(range(len(LEVERS))), st.integers(0, 20))
def test_the_order_in_which_levers_are_listed_plays_no_part(target, order, seed):
    drawn = ParameterSet.prior_2020().draw(seed)
    path = held(target)
    straight = values(path, drawn)
    shuffled = values(path[:, order], drawn, levers=[LEVERS[column] for column in order])
    np.testing.assert_allclose(shuffled, straight, rtol=1e-12)


@settings(max_examples=25)
@given(intensities, st.integers(0, 50))
def test_costs_stay_positive_and_shares_between_nothing_and_everything_whatever_is_set(target, seed):
    last = values(held(target), ParameterSet.prior_2020().draw(seed))[-1]
    for channel, value in zip(CHANNELS, last, strict=True):
        if channel.form == "log":
            assert value > 0.0, channel.id
        elif channel.form == "logit":
            assert 0.0 < value < 1.0, channel.id
        assert np.isfinite(value)


@ids
def test_more_of_a_lever_never_turns_its_effect_round(lever):
    free = [unhindered(other) for other in LEVERS]
    steps = np.linspace(lever.intensity_2020, 1.0, 5)
    shifts = np.array([in_own_space(values(moved(**{lever.id: step}), levers=free))[-1] for step in steps])
    for position, channel in enumerate(CHANNELS):
        beta = PLAIN.betas.get((lever.id, channel.id), 0.0)
        assert (np.diff(shifts[:, position]) * np.sign(beta) >= 0.0).all()
        np.testing.assert_allclose(shifts[-1, position], beta * (1.0 - lever.intensity_2020), atol=1e-10)


# Documented long-run values of the plan: no lag, no slippage, full delivery, no complements.
PLAN_2025 = {
    "foreign_access_cost": 23.2626,
    "eligible_universe": 0.7811,
    "index_tracking_demand": 0.895,
    "connect_quota": 65.1208,
    "hedging_cost": 32.9211,
    "futures_access_cost": 5.8646,
    "licence_scope": 0.6694,
    "panda_issuance_cost": 38.8436,
    "fx_conversion_friction": 22.9932,
    "cross_border_payment_cost": 16.0504,
    "settlement_cost": 2.4834,
    "collateral_haircut": 8.8692,
    "market_liquidity_premium": 19.9839,
    "listing_lead_time": 6.2904,
    "gatekeeper_screening": 0.8249,
    "venture_funding_supply": 144.7445,
    "bond_issuance_cost": 33.4192,
    "securitisable_share": 0.0679,
    "reits_eligible_assets": 0.0591,
    "long_term_equity_allocation": 0.1707,
    "qflp_quota": 62.7325,
    "hq_location_benefit": 114.225,
    "operating_cost": 97.1183,
    "guarantee_coverage": 0.0549,
    "msme_screening_cost": 0.9326,
    "directed_credit_weight": 1.1096,
    "green_financing_spread": -8.856,
    "esg_information_cost": 76.9126,
    "underwriting_capacity": 125.9104,
    "compliance_lead_time": 14.5032,
    "data_access": 0.3685,
    "talent_international_share": 0.1108,
    "legal_certainty": 0.6654,
    "misconduct_rate": 84.6834,
    "risk_detection_lag": 2.8499,
    "macropru_tightness": 0.496,
    "resolution_lag": 9.9037,
    "search_cost_regional": 88.2497,
    "cross_centre_linkage": 120.623,
    "offshore_business_scope": 0.326,
    "qualification_cost": 83.1936,
}


def test_the_plan_reaches_its_documented_channel_values_in_the_long_run():
    end = np.array([lever.intensity("plan", month_ordinal("2025-12")) for lever in LEVERS])
    last = dict(zip((channel.id for channel in CHANNELS), values(held(end))[-1], strict=True))
    for channel, documented in PLAN_2025.items():
        assert last[channel] == pytest.approx(documented, abs=6e-5), channel


def test_the_plan_makes_shanghai_cheaper_to_enter_and_quicker_to_list_in():
    last = dict(zip((channel.id for channel in CHANNELS), values(arm("plan"), CENTRAL)[-1], strict=True))
    for channel in CHANNELS:
        if channel.id in ("foreign_access_cost", "panda_issuance_cost", "listing_lead_time", "institution_setup_cost"):
            assert last[channel.id] < channel.baseline_2020
        if channel.id in ("eligible_universe", "reits_eligible_assets", "venture_funding_supply", "data_access"):
            assert last[channel.id] > channel.baseline_2020


# When and how much of it is delivered


@ids
def test_an_effect_comes_once_after_the_levers_own_lag(lever):
    column, lag = PLACE[lever.id], lever.effect_lag_months
    felt = changes(moved(**{lever.id: 1.0}), levers=[unhindered(other) for other in LEVERS])[:, column]
    assert (felt[:lag] == 0.0).all()
    np.testing.assert_allclose(felt[lag:], 1.0 - lever.intensity_2020)


def test_a_path_is_felt_as_it_was_a_lag_ago():
    path = at_rest()
    path[:, PLACE["reits_pilot"]] = np.linspace(0.05, 0.64, MONTHS)
    felt = changes(path)[:, PLACE["reits_pilot"]]
    np.testing.assert_allclose(felt[12:], path[:-12, PLACE["reits_pilot"]] - 0.05)


def test_a_lag_beyond_the_horizon_is_never_felt():
    patient = PLAIN.replace(effect_lag_scale=100.0)
    assert (changes(arm("plan"), patient) == 0.0).all()
    assert (values(arm("plan"), patient) == BASELINES).all()


def test_slippage_delays_all_but_the_citys_levers_and_haste_never_makes_an_effect_precede_its_lever():
    free = [unhindered(lever) for lever in LEVERS]
    path = held(np.ones(len(LEVERS)))
    late, early = (changes(path, PLAIN.replace(delivery_slippage_months=s), free) for s in (6.0, -1000.0))
    for column, lever in enumerate(LEVERS):
        first = {name: int(np.flatnonzero(felt[:, column])[0]) for name, felt in (("late", late), ("early", early))}
        slips = lever.authority != "municipal"
        assert first["late"] == lever.effect_lag_months + (6 if slips else 0)
        assert first["early"] == (0 if slips else lever.effect_lag_months)
    assert {lever.authority for lever in LEVERS} == {"national", "market institution", "municipal"}


def test_the_scale_of_lags_holds_for_all_levers():
    free = [unhindered(lever) for lever in LEVERS]
    felt = changes(held(np.ones(len(LEVERS))), PLAIN.replace(effect_lag_scale=2.0), free)
    for column, lever in enumerate(LEVERS):
        assert np.flatnonzero(felt[:, column])[:1].tolist() == [2 * lever.effect_lag_months] * (
            2 * lever.effect_lag_months < MONTHS
        )


def test_fidelity_scales_what_the_city_delivers_and_nothing_else():
    full, half = changes(arm("plan")), changes(arm("plan"), PLAIN.replace(municipal_fidelity=0.5))
    municipal = np.array([lever.authority == "municipal" for lever in LEVERS])
    assert municipal.sum() > 0
    assert np.abs(full[-1, municipal]).min() > 0.0
    np.testing.assert_allclose(half[:, municipal], 0.5 * full[:, municipal])
    assert (half[:, ~municipal] == full[:, ~municipal]).all()


# Prerequisites and complements

NEEDS = [(lever, need) for lever in LEVERS for need in lever.prerequisites]
needs = pytest.mark.parametrize(("lever", "need"), NEEDS, ids=[f"{a.id} needs {b.lever}" for a, b in NEEDS])


@needs
def test_a_lever_whose_prerequisite_is_unmet_is_held_at_its_cap_and_freed_when_it_is_met(lever, need):
    path = held(np.ones(len(LEVERS)))
    path[:20, PLACE[need.lever]] = need.at_least - 0.01
    path[20:, PLACE[need.lever]] = need.at_least
    capped = capped_intensities(path, LEVERS)[:, PLACE[lever.id]]
    assert (capped[:20] == need.cap).all()
    assert (capped[20:] == 1.0).all()


@needs
def test_a_cap_never_lifts_a_lever(lever, need):
    path = at_rest()
    path[:, PLACE[lever.id]] = 0.0
    path[:, PLACE[need.lever]] = 0.0
    assert (capped_intensities(path, LEVERS)[:, PLACE[lever.id]] == 0.0).all()


@settings(max_examples=50)
@given(intensities)
def test_caps_take_away_from_levers_with_unmet_prerequisites_and_from_no_others(target):
    path = held(target, 2)
    capped = capped_intensities(path, LEVERS)
    assert (capped <= path).all()
    for column, lever in enumerate(LEVERS):
        if all(target[PLACE[need.lever]] >= need.at_least for need in lever.prerequisites):
            assert (capped[:, column] == path[:, column]).all()
    assert (path == target).all()


def test_the_plan_meets_its_own_prerequisites():
    assert (capped_intensities(arm("plan"), LEVERS) == arm("plan")).all()


@ids
def test_progress_of_its_complements_makes_a_lever_stronger_and_their_absence_leaves_it_as_it_is(lever):
    free = [unhindered(other) for other in LEVERS]
    helped = PLAIN.replace(complement_strength=0.2)
    column = PLACE[lever.id]
    alone = moved(**{lever.id: 1.0})
    assert (changes(alone, helped, free)[:, column] == changes(alone, PLAIN, free)[:, column]).all()
    together = moved(**{lever.id: 1.0, **dict.fromkeys(lever.complements, 1.0)})
    felt = changes(together, helped, free)[lever.effect_lag_months :, column]
    np.testing.assert_allclose(felt, 1.2 * (1.0 - lever.intensity_2020))
    first = lever.complements[0]
    one = changes(moved(**{lever.id: 1.0, first: 1.0}), helped, free)[lever.effect_lag_months :, column]
    np.testing.assert_allclose(one, (1.0 + 0.2 / len(lever.complements)) * (1.0 - lever.intensity_2020))


@ids
def test_a_lever_in_full_force_in_2020_can_be_taken_back_but_makes_no_progress_and_helps_nobody(lever):
    column = PLACE[lever.id]
    full = [replace(unhindered(other), intensity_2020=1.0) if other == lever else unhindered(other) for other in LEVERS]
    path = held(np.ones(len(LEVERS)))
    path[:, column] = 0.5
    strong = PLAIN.replace(complement_strength=0.2)
    felt = changes(path, strong, full)
    assert (felt[lever.effect_lag_months :, column] < 0.0).all()
    for position, other in enumerate(LEVERS):
        helpers = [name for name in other.complements if name != lever.id]
        gain = 1.0 + 0.2 * len(helpers) / len(other.complements)
        begins = 0.5 if position == column else 1.0
        start = 1.0 if position == column else other.intensity_2020
        np.testing.assert_allclose(felt[-1, position], gain * (begins - start), atol=1e-12)


def test_help_that_comes_later_than_the_lever_is_felt_with_the_lag_of_the_lever_it_helps():
    free = [unhindered(other) for other in LEVERS]
    lever = next(one for one in LEVERS if one.effect_lag_months >= 6)
    path = moved(**{lever.id: 1.0})
    path[10:, [PLACE[name] for name in lever.complements]] = 1.0
    felt = changes(path, PLAIN.replace(complement_strength=0.2), free)[:, PLACE[lever.id]]
    alone = changes(path, PLAIN, free)[:, PLACE[lever.id]]
    helped_from = 10 + lever.effect_lag_months
    assert (felt[:helped_from] == alone[:helped_from]).all()
    np.testing.assert_allclose(felt[helped_from:], 1.2 * alone[helped_from:])


def test_a_complement_held_by_its_own_prerequisite_helps_no_more_than_its_cap_allows():
    strong = PLAIN.replace(complement_strength=0.2)
    path = moved(benchmark_reform=1.0, index_inclusion=1.0, bond_market_access=0.0)
    column, lag = PLACE["benchmark_reform"], 24
    felt = changes(path, strong)[lag:, column]
    plain = changes(path)[lag:, column]
    np.testing.assert_allclose(felt, plain)  # the index stands at 0.58, where it stood in 2020


# Reading channels


def make_policy(path, parameters=CENTRAL):
    return Policy(path, BASELINE + 1, LEVERS, CHANNELS, parameters)


def test_before_the_first_month_every_channel_is_at_its_baseline_and_after_it_on_its_path():
    policy = make_policy(arm("plan"))
    before, last = policy.at(BASELINE), policy.at(BASELINE + MONTHS)
    paths = values(arm("plan"), CENTRAL)
    for position, channel in enumerate(CHANNELS):
        assert before[channel.id] == policy.baseline[channel.id] == channel.baseline_2020
        assert last[channel.id] == paths[-1, position]
    assert set(last) == {channel.id for channel in CHANNELS}
    assert len(last) == len(CHANNELS)


def test_the_first_month_of_a_path_already_counts():
    path = moved(reits_pilot=1.0)
    policy = make_policy(path, CENTRAL.replace(effect_lag_scale=0.0))
    assert policy.at(BASELINE)["reits_eligible_assets"] == 0.02
    assert policy.at(BASELINE + 1)["reits_eligible_assets"] > 0.02


def test_a_policy_remembers_which_channels_the_rules_asked_for():
    policy = make_policy(arm("plan"))
    policy.baseline["connect_quota"]
    assert policy.read == set()
    policy.at(BASELINE + 5)["foreign_access_cost"]
    policy.at(BASELINE + 9)["settlement_cost"]
    assert policy.read == {"foreign_access_cost", "settlement_cost"}


def test_a_month_that_has_not_been_planned_has_no_policy():
    with pytest.raises(IndexError):
        make_policy(arm("plan")).at(BASELINE + MONTHS + 1)


# Components of levers

PARTED = [lever for lever in LEVERS if any(effect.carried_by for effect in lever.effects)]
parted = pytest.mark.parametrize("lever", PARTED, ids=lambda lever: lever.id)


def of_parts(lever, levels, base="frozen"):
    """Channel values of a scenario in which components of a lever stand at the given levels."""
    scenario = load(base).with_levers({lever.id: {"components": levels}})
    span = (BASELINE + 1, BASELINE + MONTHS)
    return values(scenario.intensities(*span), departures=scenario.departures(*span), levers=FREE)


FREE = [
    replace(
        lever, prerequisites=(), components=tuple(replace(component, lag_months=None) for component in lever.components)
    )
    for lever in LEVERS
]
"""Levers without prerequisites whose components have the lag of the lever."""


@parted
def test_the_components_together_have_the_effect_of_the_whole_lever(lever):
    """Every component at a part of its way to 2025 is the lever at that part of its way, in every channel."""
    for part in (0.5, 1.0):
        levels = {each.id: each.i2020 + part * (each.i2025 - each.i2020) for each in lever.components}
        whole = lever.intensity_2020 + part * (lever.intensity_2025_plan - lever.intensity_2020)
        for effect in lever.effects:
            alone = [lever.effect_of(effect, each) * (levels[each.id] - each.i2020) for each in lever.carriers(effect)]
            assert sum(alone) == pytest.approx(whole - lever.intensity_2020, abs=2e-3)
            if effect.carried_by:
                assert sum(alone) == pytest.approx(whole - lever.intensity_2020, abs=1e-12)
        together = in_own_space(of_parts(lever, levels))[-1]
        one_by_one = sum(in_own_space(of_parts(lever, {name: level}))[-1] for name, level in levels.items())
        named_as_a_whole = in_own_space(values(moved(**{lever.id: whole}), levers=FREE))[-1]
        np.testing.assert_allclose(together, one_by_one, atol=1e-10)
        carried = [effect.channel for effect in lever.effects if effect.carried_by]
        places = [place for place, channel in enumerate(CHANNELS) if channel.id in carried]
        np.testing.assert_allclose(together[places], named_as_a_whole[places], atol=1e-10)


@parted
def test_a_component_moves_the_channels_whose_effect_it_carries_and_no_others(lever):
    for component in lever.components:
        moved_by_it = of_parts(lever, {component.id: 1.0})[-1]
        carried = {
            effect.channel
            for effect in lever.effects
            if component in lever.carriers(effect) and PLAIN.betas[lever.id, effect.channel]
        }
        if component.i2020 == 1.0:
            carried = set()
        assert {
            channel.id
            for channel, value in zip(CHANNELS, moved_by_it, strict=True)
            if value != pytest.approx(channel.baseline_2020, rel=1e-12)
        } == carried, component.id


def test_a_component_is_felt_after_its_own_lag_and_the_lever_as_a_whole_after_those_of_all():
    lever = LEVERS[PLACE["talent_programme"]]
    lags = {each.id: lever.lag_of(each) for each in lever.components}
    assert lags["services_and_safeguards"] < lever.effect_lag_months < lags["training"]
    scenario = load("frozen").with_levers({lever.id: {"components": {"services_and_safeguards": 1.0}}})
    span = (BASELINE + 1, BASELINE + MONTHS)
    felt = values(scenario.intensities(*span), departures=scenario.departures(*span))
    cost = felt[:, [channel.id for channel in CHANNELS].index("talent_relocation_cost")]
    assert (cost[:12] == 100.0).all()
    assert (cost[12:] < 100.0).all()
    whole = values(moved(talent_programme=1.0))[:, [c.id for c in CHANNELS].index("talent_relocation_cost")]
    assert np.flatnonzero(np.diff(whole)).tolist() == [11, 23]


def test_a_lever_held_by_its_prerequisite_holds_its_components():
    span = (BASELINE + 1, BASELINE + MONTHS)
    scenario = load("frozen").with_levers(
        {
            "legal_business_environment": 0.3,
            "star_registration_reform": {"components": {"market_making_and_trading": 1.0}},
        }
    )
    held = values(scenario.intensities(*span), departures=scenario.departures(*span))
    alone = values(moved(legal_business_environment=0.3))
    np.testing.assert_allclose(held, alone, rtol=1e-12)


def test_a_lever_set_as_a_whole_sets_its_components_aside():
    scenario = load("frozen").with_levers({"talent_programme": {"components": {"training": 1.0}}})
    span = (BASELINE + 1, BASELINE + MONTHS)
    policy = Policy(
        scenario.intensities(*span), BASELINE + 1, LEVERS, CHANNELS, PLAIN, departures=scenario.departures(*span)
    )
    column = PLACE["talent_programme"]
    set_later = policy.with_lever(column, 5, MONTHS - 1, 0.7)
    assert set_later.departures[:5].any() and not set_later.departures[5:].any()
    np.testing.assert_array_equal(set_later.intensities[5:, column], 0.7)
