"""Agents say why they acted, in terms that add up to what they did."""

import numpy as np
import pytest

import sim
from agents.fintech_firms import FUNDING_TERMS, GROWTH_TERMS, LEADING_RANKS
from agents.foreign_investors import TARGET_TERMS, InvestorGroup
from agents.institutions import Centre, choice_shares
from agents.issuers import Instrument, IssuerClass
from agents.population import DeadAgentError
from scenarios.errors import InputError
from sim.clock import Clock
from sim.financing.state import Issuance
from sim.institutions.state import City, SeatFlows


@pytest.fixture(scope="module")
def model(centre):
    """A centre in the third year, with politics in it."""
    parameters = sim.FinancialCenter("plan").parameters
    model = centre("plan", parameters=parameters.replace(geopolitical_hazard=50.0, geopolitical_jump_west=-0.2))
    model.run_for(36)
    return model


def terms(model, agent, decision=None):
    table = sim.explain(model, agent, decision=decision)
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
    assert table.equals(model.explain(next(iter(model.investors)), decision="purchases"))


def test_a_first_purchase_is_a_newcomers_alone(model):
    for agent in model.investors:
        first = terms(model, agent)["first position"]
        assert (first > 0.0) == (agent.birth_month == model.month)


def test_each_group_names_its_own_reasons(model):
    reasons = {
        InvestorGroup.RESERVE_MANAGER: {"trust in the regime", "use as collateral"},
        InvestorGroup.BENCHMARK_FUND: {
            "yield gap and currency",
            "world volatility",
            "access",
            "index weights",
            "home bias",
        },
        InvestorGroup.REAL_MONEY: {
            "yield gap and currency",
            "world volatility",
            "access",
            "peers",
            "own view",
            "trust in the regime",
            "home bias",
        },
        InvestorGroup.HEDGED_BUYER: {
            "hedged pick-up",
            "access",
            "peers",
            "own view",
            "use as collateral",
            "trust in the regime",
            "home bias",
        },
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


# Fintech firms


@pytest.mark.parametrize("month", [0, 36])
def test_growth_and_score_of_every_fintech_firm_are_explained(centre, model, month):
    model = model if month else centre("plan")
    for agent in list(model.fintech)[::17]:
        growth = terms(model, agent)
        assert sum(growth.values()) == pytest.approx(agent.growth, abs=1e-12)
        assert set(growth) == (set() if agent.birth_month == model.month else set(GROWTH_TERMS))
        score = terms(model, agent, "score")
        weights = model.parameters.leading_score_weights
        of_capital = weights[1] * np.log1p(agent.capital)
        assert score == pytest.approx(
            {"size": weights[0] * agent.log_size, "capital": of_capital, "capability": weights[2] * agent.capability}
        )


def test_ranks_are_those_of_the_score_and_say_who_stands_before(model):
    rank, score = {}, {}
    for agent in model.fintech:
        if agent.in_shanghai:
            parts = terms(model, agent, "rank")
            assert parts["itself"] == 1.0
            rank[agent], score[agent] = sum(parts.values()), sum(terms(model, agent, "score").values())
    ordered = sorted(score, key=score.__getitem__, reverse=True)
    ranks = [rank[agent] for agent in ordered]
    assert ranks == sorted(set(ranks))
    assert [terms(model, agent, "rank")["higher in Shanghai"] for agent in ordered[:9]] == list(range(9))
    assert sum(place <= LEADING_RANKS for place in ranks) == model.records[-1]["leading_fintech_national_hundred"]


def test_the_rate_of_rounds_names_the_sandbox_policy_and_like_firms(model):
    seen = dict.fromkeys(FUNDING_TERMS, False)
    for agent in model.fintech:
        reasons = terms(model, agent, "funding")
        if not reasons:
            continue
        inside = 0 <= agent.sandbox_months < model.parameters.sandbox_effect_months
        assert (reasons["sandbox"] > 0.0) == inside
        assert reasons["usual rate"] == pytest.approx(
            np.log(model.parameters.funding_round_followon_share / model.parameters.funding_round_gap)
        )
        has_moved = agent.city_weighed_month == model.state(Clock).month
        if not agent.in_shanghai and not has_moved:
            assert reasons["cost of scaling"] == reasons["venture capital"] == reasons["sandbox"] == 0.0
        seen |= {name: True for name, value in reasons.items() if value != 0.0}
    assert seen == {**dict.fromkeys(FUNDING_TERMS, True), "shock": False}


def test_a_firm_that_can_close_no_round_has_no_rate_to_explain(centre):
    model = centre("plan")
    agents = list(model.fintech)[:5]
    for agent in agents:
        agent.funding_round = round(model.parameters.most_funding_rounds)
    model.step()
    there = [agent for agent in agents if agent in model.fintech]
    assert len(there) > 2
    assert all(terms(model, agent, "funding") == {} for agent in there)


def test_who_cannot_be_asked_is_said_so(centre, model):
    with pytest.raises(InputError, match=r"takes no decision 'purchase'; did you mean 'purchases'"):
        model.explain(next(iter(model.investors)), decision="purchase")
    other = centre("plan")
    agent = next(iter(other.investors))
    with pytest.raises(InputError, match="belongs to another model"):
        model.explain(agent)
    agent.remove()
    with pytest.raises(DeadAgentError):
        other.explain(agent)


# Institutions


@pytest.fixture(scope="module")
def institutions(centre):
    """A centre after ten months with a cheaper city and wider licences."""
    model = centre("plan", rng=5)
    model.run_for(10)
    return model


def values(model, agent, decision=None):
    table = sim.explain(model, agent, decision)
    assert table["term"].is_unique
    return dict(zip(table["term"], table["value"], strict=True)), table.attrs["explains"]


def test_the_terms_of_staying_are_those_of_the_exit_rule(institutions):
    parameters = institutions.parameters
    for agent in list(institutions.institutions)[:200]:
        terms, explains = values(institutions, agent)
        assert explains == "log odds of staying open over closing"
        column = institutions.institutions
        row = column.rows_of([agent.unique_id])[0]
        hazard = parameters.institution_exit_hazard / 12.0
        hazard *= np.exp(-parameters.exit_profitability_slope * column["opening_profitability"][row])
        hazard *= column["unit_cost"][row] / 100.0
        hazard *= np.exp(parameters.exit_capital_slope * column["opening_capital_gap"][row])
        assert sum(terms.values()) == pytest.approx(-np.log(np.expm1(hazard)))
        assert abs(terms["from a rate to the odds of a month"]) < 0.01
        dearer = terms["technology"] != 0.0
        assert dearer == (column["unit_cost"][row] != institutions.state(City).operating_cost)


def test_profit_dear_cities_and_technology_each_have_a_term_with_their_own_sign(centre):
    model = centre("plan", rng=5)
    names = list(model.policy.baseline)
    model.policy.paths[:, names.index("operating_cost")] = 150.0
    model.institutions["adopted"][:] = True
    model.parameters = model.parameters.replace(adoption_cost_effect=-10.0)
    model.step()
    for agent in list(model.institutions)[:50]:
        terms, _ = values(model, agent)
        if agent.birth_month == model.month:
            continue
        assert terms["cost of the city"] == pytest.approx(-np.log(1.5))
        assert terms["technology"] == pytest.approx(-np.log(0.9))
        assert np.sign(terms["profitability"]) == np.sign(agent.opening_profitability)


def test_the_terms_of_a_seat_add_up_to_the_odds_against_the_best_rival(institutions):
    shares, _ = choice_shares(institutions.state(SeatFlows).location_terms.sum(axis=0))
    for agent in list(institutions.institutions)[:200]:
        terms, explains = values(institutions, agent, "seat")
        assert "best rival" in explains
        mine = shares[agent.sector, int(agent.foreign)]
        bonus = institutions.parameters.relocation_stay_bonus
        own = agent.bond_of_experience + agent.bond_of_size
        assert sum(terms.values()) == pytest.approx(np.log(mine[0] / mine[1:].max()) + bonus + own)
        assert terms.pop("bond to the seat") == bonus
        assert terms.pop("years in the city") + terms.pop("size") == pytest.approx(own, abs=1e-12)
        assert {name.split(" against ")[1] for name in terms} == {Centre(1 + int(mine[1:].argmax())).name}


def test_the_terms_of_leverage_add_up_to_its_change(institutions):
    borrows = 0
    for agent in institutions.institutions:
        terms, explains = values(institutions, agent, "leverage")
        assert explains == "change of log repo leverage"
        if not terms:
            assert agent.leverage == 0.0
            continue
        borrows += 1
        change = np.log(agent.leverage / agent.opening_leverage)
        assert sum(terms.values()) == pytest.approx(change, abs=1e-12)
    assert borrows > 500


def test_the_terms_of_equity_add_up_to_its_change(institutions):
    for agent in list(institutions.institutions)[:200]:
        terms, explains = values(institutions, agent, "equity")
        assert explains == "change of equity over the month"
        change = agent.equity_bn - agent.opening_equity_bn
        assert sum(terms.values()) == pytest.approx(change, rel=1e-9, abs=1e-9)
        assert terms["credit losses"] <= 0.0 and terms["dividends"] <= 0.0


def test_a_decision_that_a_kind_does_not_take_is_refused(institutions):
    agent = next(iter(institutions.institutions))
    with pytest.raises(InputError, match=r"takes no decision 'price'.*seat, .*subsidiary"):
        institutions.explain(agent, decision="price")
    with pytest.raises(InputError, match=r"takes no decision 'seat'.*purchases"):
        institutions.explain(next(iter(institutions.investors)), decision="seat")


# Issuers


def test_the_terms_of_an_instrument_say_why_it_was_dearer_or_cheaper_than_a_loan(model):
    issuers, asked = model.issuers, 0
    for row in range(0, len(issuers), 7):
        agent = model.agent("Issuer", int(issuers.unique_ids[row]))
        table = model.explain(agent)
        if not len(table):
            assert not agent.market_access or agent.issuer_class in (IssuerClass.BANK, IssuerClass.FOREIGN)
            continue
        asked += 1
        instrument = table["term"].str.split(":").str[0].unique()
        assert len(instrument) == 1
        if agent.last_choice > Instrument.LOAN:
            assert instrument[0] == Instrument(agent.last_choice).name.lower().replace("_", " ")
    assert asked > 20
    assert model.explain(agent).attrs["explains"] == "utility of an instrument over a bank loan, before its random term"


def test_the_explained_cost_is_that_of_the_choice(model):
    """The terms of a bond over a loan are those the rule of choice has added up for its rating."""
    kind = model.issuers["issuer_class"]
    row = int(np.flatnonzero((kind == IssuerClass.CENTRAL_SOE) & (model.issuers["last_choice"] == Instrument.BOND))[0])
    told = terms(model, model.agent("Issuer", int(model.issuers.unique_ids[row])))
    by_rating = model.state(Issuance).choice_terms[0][:, model.issuers["rating"][row]]
    gap = by_rating.sum(axis=0)[Instrument.BOND] - by_rating.sum(axis=0)[Instrument.LOAN]
    own = 0.0
    for name, instruments, values in model.state(Issuance).own_terms:
        own += values[row] * ((Instrument.BOND in instruments) - (Instrument.LOAN in instruments))
        assert f"bond: {name}" in told
    assert sum(told.values()) - told["bond: defaults of others"] - own == pytest.approx(gap, abs=1e-12)
    assert told["bond: own leverage"] != 0.0 and told["bond: own history"] > 0.0
    assert told["bond: all-in cost"] != 0.0 and told["bond: filings in the industry"] == 0.0


def test_rationed_firms_alone_explain_whether_a_bank_accepts(model):
    for kind, explains in ((IssuerClass.MSME, True), (IssuerClass.CENTRAL_SOE, False)):
        row = int(np.flatnonzero(model.issuers["issuer_class"] == kind)[0])
        agent = model.agent("Issuer", int(model.issuers.unique_ids[row]))
        assert bool(terms(model, agent, "acceptance")) is explains


def test_the_terms_of_default_add_up_to_its_hazard(model):
    for row in range(40):
        agent = model.agent("Issuer", int(model.issuers.unique_ids[row]))
        told = terms(model, agent, "default")
        assert 0.0 < np.exp(sum(told.values())) < 1.0
        assert (told["distress"] > 0.0) == bool(agent.distressed)
