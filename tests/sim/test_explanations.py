"""Agents say why they acted, in terms that add up to what they did."""

import pytest

import sim
from agents.foreign_investors import TARGET_TERMS, InvestorGroup
from agents.population import DeadAgentError
from scenarios.errors import InputError


@pytest.fixture(scope="module")
def model(centre):
    """A centre in the third year, with politics in it."""
    parameters = sim.FinancialCenter("plan").parameters
    model = centre("plan", parameters=parameters.replace(geopolitical_hazard=50.0, geopolitical_jump_west=-0.2))
    model.run_for(36)
    return model


def terms(model, agent):
    table = sim.explain(model, agent)
    return dict(zip(table["term"], table["value"], strict=True))


def test_the_terms_add_up_to_what_every_investor_bought(model):
    for agent in model.investors:
        assert sum(terms(model, agent).values()) == pytest.approx(agent.net_purchases_bn, rel=1e-9, abs=1e-9)


def test_the_terms_are_named_once_and_carry_their_unit(model):
    table = model.explain(next(iter(model.investors)))
    assert list(table.columns) == ["term", "value", "unit"]
    assert table["term"].is_unique and set(TARGET_TERMS) < set(table["term"])
    assert (table["unit"] == "CNY bn").all()
    assert table.attrs["explains"] == "net purchases of the month"
    assert table.equals(model.explain(next(iter(model.investors)), decision="net purchases of the month"))


def test_a_first_purchase_is_a_newcomers_alone(model):
    for agent in model.investors:
        first = terms(model, agent)["first position"]
        assert (first > 0.0) == (agent.birth_month == model.month)


def test_each_group_names_its_own_reasons(model):
    reasons = {
        InvestorGroup.RESERVE_MANAGER: {"geopolitics"},
        InvestorGroup.BENCHMARK_FUND: {"yield gap and currency", "world volatility", "access", "index weights"},
        InvestorGroup.REAL_MONEY: {"yield gap and currency", "world volatility", "access", "peers"},
        InvestorGroup.HEDGED_BUYER: {"hedged pick-up", "access", "peers"},
    }
    for group, expected in reasons.items():
        moved = set()
        for agent in model.investors:
            if agent.group == group:
                moved |= {name for name, value in terms(model, agent).items() if value != 0.0}
        assert moved & set(TARGET_TERMS) == expected | {"geopolitics"}


def test_a_term_that_is_switched_off_explains_nothing(centre):
    model = centre("plan", interactions_off=["peers"])
    model.run_for(3)
    assert all(terms(model, agent)["peers"] == 0.0 for agent in model.investors)


def test_agents_explain_themselves_from_the_first_state_on(centre):
    model = centre("plan")
    agent = next(iter(model.investors))
    assert sum(terms(model, agent).values()) == pytest.approx(agent.net_purchases_bn, abs=1e-9)


def test_who_cannot_be_asked_is_said_so(centre, model):
    with pytest.raises(InputError, match=r"Issuer does not explain itself.*ForeignInvestor"):
        model.explain(next(iter(model.issuers)))
    with pytest.raises(InputError, match=r"explains no 'net purchase'; did you mean 'net purchases of the month'"):
        model.explain(next(iter(model.investors)), decision="net purchase")
    other = centre("plan")
    agent = next(iter(other.investors))
    with pytest.raises(InputError, match="lives in another model"):
        model.explain(agent)
    agent.remove()
    with pytest.raises(DeadAgentError):
        other.explain(agent)
