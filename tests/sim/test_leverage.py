"""Institutions borrow repo: the whole model."""

import numpy as np
import pytest

from agents.institutions import Sector
from scenarios.parameters import central_parameters
from sim.banking.leverage import borrowers, institutions_set_leverage, mean_leverage, repo_outstanding_bn
from sim.banking.state import RepoFunding
from sim.component import Part
from sim.markets import Product
from sim.trading.state import Turnover
from sim.trading.turnover import markets_turn_over


def outstanding(model):
    return repo_outstanding_bn(model.institutions, model.book)


def test_repo_outstanding_of_2020_is_met_and_borrowers_are_who_they_should_be(centre):
    model = centre("plan")
    assert repo_outstanding_bn(model.institutions, model.book)[0] == pytest.approx(
        1000.0 * model.parameters.repo_outstanding, rel=0.01
    )
    sector = model.institutions["sector"][borrowers(model.institutions)]
    assert set(sector.tolist()) == {
        Sector.BANK,
        Sector.WEALTH_MANAGEMENT,
        Sector.BROKER,
        Sector.FUND,
        Sector.PRIVATE_FUND,
    }
    banks = model.institutions["sector"] == Sector.BANK
    lends = banks & (model.institutions["normal_leverage"] == 0.0)
    assert lends.sum() == pytest.approx(0.15 * banks.sum(), rel=0.15)
    assert model.institutions["assets_bn"][lends].mean() > 5.0 * model.institutions["assets_bn"][banks & ~lends].mean()


def test_twice_the_leverage_is_twice_the_repo_and_twice_its_turnover(centre):
    model = centre("frozen")
    model.step()
    before, turnover = (
        np.array(repo_outstanding_bn(model.institutions, model.book)),
        model.state(Turnover).activity.copy(),
    )
    model.institutions["leverage"] *= 2.0
    np.testing.assert_allclose(repo_outstanding_bn(model.institutions, model.book), 2.0 * before)
    Part(markets_turn_over).on(model.states_now())
    for product in (Product.INTERBANK_MONEY, Product.SSE_REPO_BONDS_FUNDS):
        assert model.state(Turnover).activity[product] == pytest.approx(2.0 * turnover[product])


def test_more_overnight_money_turns_over_more_often_without_more_repo(centre):
    plain, short = centre("frozen", rng=2), centre("frozen", rng=2)
    short.parameters = short.parameters.replace(overnight_repo_share=plain.parameters.overnight_repo_share + 0.1)
    plain.run_for(6)
    short.run_for(6)
    assert repo_outstanding_bn(short.institutions, short.book) == repo_outstanding_bn(plain.institutions, plain.book)
    ratio = short.state(Turnover).turnover_trn / plain.state(Turnover).turnover_trn
    repo = [Product.INTERBANK_MONEY, Product.SSE_REPO_BONDS_FUNDS]
    assert (ratio[repo] > 1.15).all()
    assert (np.delete(ratio, repo) == 1.0).all()


def test_equal_institutions_together_follow_the_law_of_one(centre):
    model = centre("plan", rng=2, interactions_off=("leverage_response",))
    model.parameters = model.parameters.replace(leverage_own_noise=0.0)
    rows, normal = borrowers(model.institutions), 0.2
    model.institutions["normal_leverage"][rows] = model.institutions["leverage"][rows] = normal
    log_leverage = 0.0
    for _ in range(24):
        model.month += 1
        model._open_month()
        Part(institutions_set_leverage).on(model.states_now())
        seen, parameters = model.state(RepoFunding).signals, model.parameters
        target = parameters.carry_leverage * seen.carry_change_pp
        target -= parameters.macropru_leverage * seen.tightness_change
        kept = parameters.leverage_persistence
        log_leverage = kept * log_leverage + (1.0 - kept) * target + seen.common_noise
        leverage = model.institutions["leverage"][borrowers(model.institutions)]
        np.testing.assert_allclose(leverage, normal * np.exp(log_leverage), rtol=1e-12)
    assert abs(log_leverage) > 0.01


def leverage_after(model, volatility):
    model.macro.log_volatility[:] += volatility
    model.run_for(3)
    return mean_leverage(model.institutions)


@pytest.mark.parametrize(("off", "answers"), [((), True), (("leverage_response",), False)])
def test_volatility_takes_leverage_down_unless_the_answer_is_switched_off(centre, off, answers):
    calm, wild = (leverage_after(centre("frozen", rng=2, interactions_off=off), more) for more in (0.0, 0.5))
    if answers:
        # Three months close 1 - 0.5 ** 3 of the gap.
        answer = central_parameters("posterior_2020").leverage_procyclicality
        np.testing.assert_allclose(np.log(wild / calm), answer * 0.5 * 0.875, rtol=0.05)
    else:
        np.testing.assert_allclose(wild, calm, rtol=1e-12)


def test_institutions_differ_and_newcomers_borrow_from_their_first_month(centre):
    model = centre("plan", rng=2)
    leverage = model.institutions["leverage"][borrowers(model.institutions)]
    assert 0.3 < np.log(leverage).std() < 0.6
    model.run_for(12)
    rows = borrowers(model.institutions)
    new = rows[model.institutions["birth_month"][rows] > model.month - 12]
    assert len(new) > 5
    assert (model.institutions["repo_borrowed_bn"][new] > 0.0).all()


def test_tighter_rules_lower_leverage_and_turnover(centre):
    plain, tight = centre("frozen", rng=2), centre("frozen", rng=2)
    names = list(tight.policy.baseline)
    tight.policy.paths[:, names.index("macropru_tightness")] += 0.3
    plain.run_for(12)
    tight.run_for(12)
    assert (mean_leverage(tight.institutions) < 0.97 * mean_leverage(plain.institutions)).all()
    money = [model.state(Turnover).turnover_trn[Product.INTERBANK_MONEY] for model in (tight, plain)]
    assert money[0] < money[1]
