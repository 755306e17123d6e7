import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from agents.certificates import certificate_target_growth
from agents.credit_events import default_probability
from agents.draws import Draws, agent_key
from agents.issuers import (
    NESTS,
    Instrument,
    all_in_cost_pp,
    choose_instrument,
    exchange_share,
    filing_probability,
    follow_on_rate,
    funding_need_bn,
    instrument_utility,
    panda_issue_probability,
    regional_search_cost_pp,
    registration_rate,
    tastes_that_count,
)
from agents.listing_queue import review_stage_probability
from agents.need_cycle import next_deviation

MANY = 100_000
KEYS = agent_key(2020 * 12, np.arange(MANY), "Issuer")
GUMBEL = Draws(11).stream("issuer.financing").gumbel(KEYS, 2021 * 12, count=13)
DISSIMILARITY = np.array([1.0, 0.65, 0.7, 1.0])
UTILITY = np.array([0.4, 0.9, 0.1, -0.6, -0.3, -0.8, -0.2, -1.0, -0.5])
ALL = np.ones(9, dtype=bool)
FEW = 400


def choose(utility, eligible=ALL, dissimilarity=DISSIMILARITY, count=MANY):
    def everybody(row):
        return np.repeat(np.asarray(row)[:, None], count, axis=1)

    return choose_instrument(
        everybody(utility), everybody(eligible), np.asarray(dissimilarity), GUMBEL[:4, :count], GUMBEL[4:, :count]
    )


def closed_form(utility, eligible=ALL, dissimilarity=DISSIMILARITY):
    """McFadden's probabilities of the nested logit, by instrument."""
    probability = np.zeros(9)
    for scale, members in zip(dissimilarity, NESTS, strict=True):
        weight = {k: np.exp(utility[k] / scale) for k in members if eligible[k]}
        total = sum(weight.values())
        for k, w in weight.items():
            probability[k] = w / total * total**scale
    return probability / probability.sum()


def without(*instruments):
    mask = ALL.copy()
    mask[list(instruments)] = False
    return mask


def dearer(instrument, by):
    utility = UTILITY.copy()
    utility[instrument] -= by
    return utility


masks = st.lists(st.booleans(), min_size=9, max_size=9).map(np.array)
utilities = st.lists(st.floats(-8, 8), min_size=9, max_size=9).map(np.array)


# The choice: who may take what


@settings(max_examples=60)
@given(utilities, masks)
def test_nobody_takes_an_instrument_it_may_not_use_and_who_may_use_none_takes_none(utility, eligible):
    choice = choose(utility, eligible, count=FEW)
    if eligible.any():
        assert eligible[choice].all()
    else:
        assert (choice == -1).all()


def test_each_issuer_is_bound_by_its_own_eligibility():
    eligible = np.zeros((9, 4), dtype=bool)
    eligible[Instrument.REIT, 0] = eligible[Instrument.LOAN, 1] = eligible[Instrument.ABS, 3] = True
    choice = choose_instrument(np.zeros((9, 4)), eligible, DISSIMILARITY, GUMBEL[:4, :4], GUMBEL[4:, :4])
    assert choice.tolist() == [Instrument.REIT, Instrument.LOAN, -1, Instrument.ABS]


def test_an_instrument_without_hope_does_not_break_the_choice():
    hopeless = np.full(9, -5000.0)
    hopeless[Instrument.LOAN] = 0.0
    assert (choose(hopeless, count=FEW) == Instrument.LOAN).all()
    assert (choose(np.full(9, -5000.0), without(Instrument.LOAN), count=FEW) != Instrument.LOAN).all()


# The choice: how often


@pytest.mark.parametrize(
    ("eligible", "dissimilarity"),
    [
        (ALL, DISSIMILARITY),
        (ALL, np.array([1.0, 0.3, 0.9, 1.0])),
        (ALL, np.ones(4)),
        (without(Instrument.BOND, Instrument.IPO_STAR, Instrument.PANDA), DISSIMILARITY),
        (without(Instrument.BOND, Instrument.COMMERCIAL_PAPER, Instrument.GREEN_BOND, Instrument.ABS), DISSIMILARITY),
    ],
    ids=["as in the model", "close substitutes", "no nests", "some barred", "no bond market"],
)
def test_frequencies_are_those_of_the_nested_logit(eligible, dissimilarity):
    counts = np.bincount(choose(UTILITY, eligible, dissimilarity), minlength=9)
    probability = closed_form(UTILITY, eligible, dissimilarity)
    assert (counts[~eligible] == 0).all()
    assert stats.chisquare(counts[eligible], probability[eligible] * MANY).pvalue > 0.001


def test_without_nests_the_choice_is_a_plain_logit():
    plain = np.exp(UTILITY) / np.exp(UTILITY).sum()
    counts = np.bincount(choose(UTILITY, dissimilarity=np.ones(4)), minlength=9)
    assert stats.chisquare(counts, plain * MANY).pvalue > 0.001


def test_inside_a_nest_the_odds_of_two_instruments_do_not_depend_on_a_third():
    counts = np.bincount(choose(UTILITY), minlength=9)
    barred = np.bincount(choose(UTILITY, without(Instrument.ABS, Instrument.IPO_MAIN)), minlength=9)
    table = [
        [counts[Instrument.BOND], counts[Instrument.COMMERCIAL_PAPER]],
        [barred[Instrument.BOND], barred[Instrument.COMMERCIAL_PAPER]],
    ]
    assert stats.chi2_contingency(table).pvalue > 0.001
    odds = np.exp((UTILITY[Instrument.BOND] - UTILITY[Instrument.COMMERCIAL_PAPER]) / 0.65)
    assert barred[Instrument.BOND] / barred[Instrument.COMMERCIAL_PAPER] == pytest.approx(odds, rel=0.05)


def test_a_new_instrument_takes_more_from_its_close_substitutes_than_from_loans():
    before = np.bincount(choose(UTILITY, without(Instrument.GREEN_BOND)), minlength=9)
    after = np.bincount(choose(dearer(Instrument.GREEN_BOND, -1.5)), minlength=9)
    kept = after / np.maximum(before, 1)
    assert kept[Instrument.BOND] < kept[Instrument.LOAN] - 0.05
    assert kept[Instrument.LOAN] == pytest.approx(kept[Instrument.IPO_STAR], abs=0.03)


@settings(max_examples=60)
@given(utilities, masks, st.integers(0, 8), st.floats(0.0, 6.0))
def test_with_the_same_tastes_nobody_turns_to_an_instrument_that_got_dearer(utility, eligible, instrument, rise):
    before = choose(utility, eligible, count=FEW) == instrument
    utility = utility.copy()
    utility[instrument] -= rise
    after = choose(utility, eligible, count=FEW) == instrument
    assert not (after & ~before).any()


@settings(max_examples=60)
@given(utilities, st.integers(0, 8), st.floats(0.0, 6.0))
def test_with_the_same_tastes_who_stays_away_from_the_dearer_instrument_keeps_its_choice_outside_that_nest(
    utility, instrument, rise
):
    nest = next(members for members in NESTS if instrument in members)
    before = choose(utility, count=FEW)
    utility = utility.copy()
    utility[instrument] -= rise
    after = choose(utility, count=FEW)
    outside = ~np.isin(before, nest)
    assert (after[outside] == before[outside]).all()


def test_only_differences_of_utility_matter():
    assert (choose(UTILITY) == choose(UTILITY + 64.0)).all()


# Costs and utilities


def costs(**changed):
    given_costs = {
        "loan_rate_pct": 3.85,
        "loan_spread_pp": np.array([-0.2, 0.1, 0.6, 1.4]),
        "government_yield_pct": 3.2,
        "credit_spread_pp": np.array([0.75, 1.15, 2.2, 4.0]),
        "class_premium_pp": np.zeros(9),
        "paper_spread_share": 0.6,
        "abs_premium_pp": 0.6,
        "bond_issue_cost_pp": 0.14,
        "paper_issue_cost_pp": 0.56,
        "green_spread_pp": -0.02,
        "equity_cost_pct": 9.0,
        "equity_fee_pp": 0.75,
        "bond_liquidity_premium_pp": 0.0,
        "share_liquidity_premium_pp": 0.0,
        "reit_yield_pct": 5.7,
    }
    return all_in_cost_pp(**(given_costs | changed))


BONDS = {Instrument.BOND, Instrument.COMMERCIAL_PAPER, Instrument.GREEN_BOND, Instrument.ABS}
OFFERS = {Instrument.IPO_MAIN, Instrument.IPO_STAR}


@pytest.mark.parametrize(
    ("what", "rise", "who_pays"),
    [
        ("loan_rate_pct", 4.85, {Instrument.LOAN}),
        ("government_yield_pct", 4.2, BONDS),
        ("bond_issue_cost_pp", 0.2, {Instrument.BOND, Instrument.GREEN_BOND}),
        ("paper_issue_cost_pp", 0.6, {Instrument.COMMERCIAL_PAPER}),
        ("paper_spread_share", 0.7, {Instrument.COMMERCIAL_PAPER}),
        ("abs_premium_pp", 0.7, {Instrument.ABS}),
        ("green_spread_pp", 0.05, {Instrument.GREEN_BOND}),
        ("equity_cost_pct", 10.0, OFFERS),
        ("equity_fee_pp", 0.85, OFFERS),
        ("bond_liquidity_premium_pp", 0.1, BONDS),
        ("share_liquidity_premium_pp", 0.1, OFFERS),
        ("reit_yield_pct", 6.0, {Instrument.REIT}),
    ],
)
def test_a_cost_is_paid_by_those_who_bear_it_and_by_nobody_else(what, rise, who_pays):
    extra = costs(**{what: rise}) - costs()
    for instrument in Instrument:
        if instrument in who_pays:
            assert (extra[:, instrument] > 0.0).all()
        else:
            assert (extra[:, instrument] == 0.0).all()


def test_a_supply_premium_is_paid_by_its_own_class():
    premium = np.zeros(9)
    premium[Instrument.ABS] = 0.3
    extra = costs(class_premium_pp=premium) - costs()
    np.testing.assert_allclose(extra[:, Instrument.ABS], 0.3)
    assert (np.delete(extra, Instrument.ABS, axis=1) == 0.0).all()


def test_a_worse_rating_pays_more_for_debt_and_the_same_for_what_does_not_look_at_it():
    rise = np.diff(costs(), axis=0)
    assert (rise[:, [Instrument.LOAN, Instrument.BOND, Instrument.COMMERCIAL_PAPER, Instrument.GREEN_BOND]] > 0).all()
    assert (rise[:, [Instrument.ABS, Instrument.IPO_MAIN, Instrument.REIT]] == 0).all()
    assert (rise[:, Instrument.COMMERCIAL_PAPER] < rise[:, Instrument.BOND]).all()


@given(
    st.floats(0.0, 3.0), st.floats(0.0, 1.0), st.floats(0.01, 5.0), st.integers(0, 8), st.sampled_from(["cost", "wait"])
)
def test_cost_and_waiting_never_make_an_instrument_more_attractive(sensitivity, disutility, rise, instrument, what):
    constant, lead = np.zeros(9), np.zeros(9)
    cost = np.full((4, 9), 4.0)
    before = instrument_utility(constant, cost, sensitivity, lead, disutility)
    if what == "cost":
        cost[:, instrument] += rise
        loss = sensitivity * rise
    else:
        lead[instrument] += rise
        loss = disutility * rise
    change = (instrument_utility(constant, cost, sensitivity, lead, disutility) - before).sum(axis=0)
    np.testing.assert_allclose(change[:, instrument], -loss, atol=1e-12)
    assert (np.delete(change, instrument, axis=1) == 0.0).all()


# Needs


def test_a_deviation_fades_and_keeps_its_spread():
    assert next_deviation(1.0, 0.9, 0.5, 0.0) == pytest.approx(0.9)
    assert next_deviation(1.0, 0.9, 0.5, 1.0) == pytest.approx(0.9 + 0.5 * np.sqrt(0.19))
    normal, value, seen = np.random.default_rng(5).standard_normal(40_000), 0.0, []
    for each in normal:
        value = next_deviation(value, 0.9, 0.5, each)
        seen.append(value)
    assert np.std(seen) == pytest.approx(0.5, rel=0.05)


def funding(
    maturing=0.0, debt=1200.0, cash=0.0, growth=0.11, shock=0.0, sd=0.3, season=1.0, repayment=0.2, spending=0.1
):
    amounts = np.array([maturing]), np.array([debt]), np.array([cash])
    need, spent = funding_need_bn(*amounts, growth, np.array([shock]), sd, season, repayment, spending)
    return need[0], spent[0]


@given(st.floats(0, 1e3), st.floats(0.0, 1e4), st.floats(-1e4, 1e4), st.floats(-0.5, 0.5), st.floats(0.5, 1.5))
def test_a_need_is_never_negative_and_cash_never_raises_it(maturing, debt, cash, growth, season):
    need, _ = funding(maturing, debt, cash, growth, season=season)
    richer, _ = funding(maturing, debt, cash + 10.0, growth, season=season)
    assert need >= 0.0
    assert richer <= need


def test_debt_that_falls_due_is_raised_again_in_full_when_nothing_grows():
    assert funding(maturing=40.0, growth=0.0) == (40.0, 0.0)


def test_investment_is_a_twelfth_of_yearly_growth_and_waits_for_no_season():
    need, spent = funding(sd=0.0, season=0.7)
    assert spent == pytest.approx(11.0)
    assert need == pytest.approx(0.7 * 11.0)


def test_shocks_of_issuers_leave_the_growth_of_all_of_them_as_it_is():
    shocks = np.random.default_rng(1).standard_normal(400_000)
    nothing = np.zeros(len(shocks))
    for sd in (0.0, 0.3, 0.8):
        _, spent = funding_need_bn(nothing, nothing + 1200.0, nothing, 0.11, shocks, sd, 1.0, 0.2, 0.1)
        assert spent.mean() == pytest.approx(11.0, rel=0.005)
    assert funding(shock=1.0, sd=0.5)[1] / funding(shock=0.0, sd=0.5)[1] == pytest.approx(np.exp(0.5))


def test_an_overdraft_is_made_good_in_parts_and_idle_cash_is_invested_in_parts():
    assert funding(cash=-50.0, sd=0.0)[0] == pytest.approx(11.0 + 0.2 * 50.0)
    assert funding(cash=-50.0, sd=0.0)[1] == pytest.approx(11.0)
    assert funding(cash=30.0, sd=0.0)[0] == pytest.approx(11.0 - 0.2 * 30.0)
    assert funding(cash=30.0, sd=0.0)[1] == pytest.approx(11.0 + 0.1 * 30.0)


def test_a_year_of_seasons_raises_the_needs_of_a_year():
    seasons = np.array([0.78, 0.72, 1.18, 1.08, 0.92, 1.05, 1.02, 1.12, 1.1, 0.88, 1.08, 1.07])
    seasons /= seasons.mean()
    cash, raised = 0.0, []
    for month in range(120):
        need, spent = funding(maturing=60.0, cash=cash, season=seasons[month % 12])
        raised.append(need)
        cash += need - spent - 60.0
    assert np.mean(raised[-12:]) == pytest.approx(71.0, rel=0.01)
    shape = np.array(raised[-12:]) / np.mean(raised[-12:])
    assert np.abs(shape - seasons).max() < 0.2


# Queue, default, offers, Panda bonds, certificates


def test_the_mean_wait_in_a_stage_is_its_length():
    months = np.arange(1, 5000)
    for lead in (5.0, 17.0):
        leaves = review_stage_probability(np.array([lead]))[0]
        mean = (months * leaves * (1 - leaves) ** (months - 1)).sum()
        assert mean == pytest.approx(lead + 0.5, abs=0.1)  # someone who leaves within a month is seen at its end


def test_twelve_monthly_chances_of_default_make_the_yearly_rate():
    rate = np.array([0.0, 0.006, 0.05, 0.5, 1.0])
    np.testing.assert_allclose(1 - (1 - default_probability(rate)) ** 12, rate, rtol=1e-12)


def test_follow_on_offers_come_after_high_returns():
    assert follow_on_rate(0.12, 0.0, 0.15) == pytest.approx(0.01)
    assert follow_on_rate(0.12, 0.2, 0.15) == pytest.approx(0.01 * np.exp(0.3))
    assert follow_on_rate(0.12, -0.2, 0.15) < 0.01


def panda(advantage=0.5, cost=60.0, rate=0.045, elasticity=0.25):
    return float(panda_issue_probability(rate, np.array([advantage]), cost, 60.0, elasticity)[0])


def test_at_the_usual_advantage_and_the_cost_of_2020_panda_bonds_come_at_their_base_rate():
    assert panda(advantage=0.0) == pytest.approx(-np.expm1(-0.045))


@given(st.floats(-4, 4), st.floats(-4, 4), st.floats(1, 200), st.floats(0, 1))
def test_dollar_funding_that_gets_dearer_never_keeps_issuers_from_panda_bonds(one, other, cost, elasticity):
    low, high = sorted((one, other))
    assert 0.0 <= panda(low, cost, elasticity=elasticity) <= panda(high, cost, elasticity=elasticity) <= 1.0


@given(st.floats(-4, 4), st.floats(1, 200), st.floats(0, 100), st.floats(0, 1))
def test_a_basis_point_of_issue_cost_weighs_as_much_as_one_of_yield(gap, cost, rise, elasticity):
    dearer_issue = panda(gap, cost + rise, elasticity=elasticity)
    assert dearer_issue <= panda(gap, cost, elasticity=elasticity)
    assert dearer_issue == pytest.approx(panda(gap - rise / 100.0, cost, elasticity=elasticity))


def test_banks_aim_at_more_certificates_when_loans_earn_more_than_certificates_cost():
    assert certificate_target_growth(0.008, 0.0, 0.3) == 0.008
    assert certificate_target_growth(0.008, 1.0, 0.3) == pytest.approx(0.008 + 0.025)
    assert certificate_target_growth(0.008, 1.0, 0.6) == pytest.approx(0.008 + 0.05)
    assert certificate_target_growth(0.008, -1.0, 0.3) < 0.008


# The delta, links abroad


def test_firms_of_the_delta_alone_pay_for_being_hard_to_find():
    delta = np.array([True, False])
    assert regional_search_cost_pp(100.0, 100.0, 5.0, delta).tolist() == [0.0, 0.0]
    assert regional_search_cost_pp(60.0, 100.0, 5.0, delta).tolist() == pytest.approx([-0.02, 0.0])


def test_links_abroad_bring_foreign_issuers():
    assert registration_rate(0.004, 100.0, 100.0, 0.5) == 0.004
    assert registration_rate(0.004, 121.0, 100.0, 0.5) == pytest.approx(0.0044)


def test_a_quicker_way_to_list_draws_issuers_to_the_exchange():
    assert exchange_share(0.6, 0.0, 0.05) == 0.6
    quicker = exchange_share(0.6, -4.0, 0.05)
    assert quicker == pytest.approx(1.5 * np.exp(0.2) / (1.0 + 1.5 * np.exp(0.2)))
    assert exchange_share(0.6, 4.0, 0.05) < 0.6 < quicker


def test_a_taste_that_does_not_count_changes_no_choice():
    draw = np.random.default_rng(4)
    utility, eligible = draw.normal(size=(9, 3_000)), draw.random((9, 3_000)) < 0.4
    tastes = -np.log(-np.log(draw.random((11, 3_000))))
    counted = tastes_that_count(eligible)
    other = np.where(counted, tastes, draw.normal(scale=50.0, size=tastes.shape))
    before = choose_instrument(utility, eligible, DISSIMILARITY, tastes[:4], tastes[3:])
    after = choose_instrument(utility, eligible, DISSIMILARITY, other[:4], other[3:])
    np.testing.assert_array_equal(before, after)
    assert 0.2 < counted.mean() < 0.8


def test_filings_are_as_probable_as_choices_make_them():
    draw = np.random.default_rng(11)
    count, scale = 200_000, np.array([1.0, 0.5, 0.6, 1.0])
    utility = np.repeat(draw.normal(size=(9, 1)), count, axis=1)
    eligible = np.ones((9, count), dtype=bool)
    eligible[Instrument.PANDA] = eligible[Instrument.ABS] = False
    tastes = -np.log(-np.log(draw.random((13, count))))
    choice = choose_instrument(utility, eligible, scale, tastes[:4], tastes[4:])
    chance = filing_probability(utility[:, :1], eligible[:, :1], scale)[:, 0]
    offers = (Instrument.IPO_MAIN, Instrument.IPO_STAR, Instrument.REIT)
    np.testing.assert_allclose(chance, [(choice == each).mean() for each in offers], atol=0.005)
    eligible[Instrument.IPO_MAIN : Instrument.REIT + 1] = False
    assert not filing_probability(utility[:, :1], eligible[:, :1], scale).any()
    assert not filing_probability(utility[:, :1], np.zeros((9, 1), dtype=bool), scale).any()
