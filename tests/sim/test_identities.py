"""The accounts close in every month of any scenario, and a fault in them is found and named."""

import copy
import dataclasses
import random
import re
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

import sim
from agents.districts import NOWHERE
from agents.institutions import Sector
from agents.issuers import Instrument, IssuerClass, ListingRoute
from agents.redline import Level, Signal
from scenarios import plan, shock_kinds
from scenarios.calendar import month_text
from scenarios.errors import InputError
from scenarios.parameters import ParameterSet
from scenarios.schema import Scenario
from sim.accounting.ledger import Account
from sim.accounting.securities import Holder, SecurityClass
from sim.banking.state import InterbankClaims
from sim.bond_market.state import ForeignBondValue, ResidualHolders
from sim.closing.accounts import TOLERANCE, accounts_close, identities
from sim.component import Part
from sim.financing.state import FinancingConstants, Issuance, ListingQueue, PandaProgramme, SmallFirmCredit
from sim.fintech.state import ClientMarket, FintechFlows
from sim.institutions.state import Adopters, EquityFlows, LicenceQueue
from sim.redline.state import SystemicRisk
from sim.side_markets.digital_yuan import DigitalYuan
from sim.side_markets.private_funds import Commitments
from sim.side_markets.trade_settlement import CrossBorderPayments
from sim.trading.state import ForeignShareholdings, PriceDiscovery, ShareMarket, Turnover

LEVERS = plan.lever_ids()


def months():
    return st.builds("{:04d}-{:02d}".format, st.integers(2021, 2023), st.integers(1, 12))


def lever_paths():
    intensity = st.floats(0.0, 1.0)
    steps = st.dictionaries(months(), intensity, min_size=1, max_size=4)
    pulse = st.tuples(months(), months(), intensity).map(
        lambda given: {"pulse": {"from": min(given[:2]), "to": max(given[:2]), "value": given[2]}}
    )
    return st.one_of(intensity, st.sampled_from(plan.ARMS), steps, steps.map(lambda dated: {"ramp": dated}), pulse)


def shocks():
    def of(kind):
        return st.builds(
            lambda size, at: {"name": kind.name, "size": size, "from": min(at), "to": max(at)},
            st.floats(kind.low, kind.high),
            st.tuples(months(), months()),
        )

    return st.sampled_from(list(shock_kinds().values())).flatmap(of)


def scenario_or_none(**asked):
    """A scenario, or none where shocks that add up leave their range."""
    try:
        return Scenario(**asked)
    except InputError:
        return None


def scenarios():
    return st.builds(
        scenario_or_none,
        name=st.just("drawn"),
        policy=st.sampled_from(plan.ARMS),
        macro=st.sampled_from(["neutral", "adverse", "realised"]),
        levers=st.dictionaries(st.sampled_from(LEVERS), lever_paths(), max_size=len(LEVERS)),
        shocks=st.lists(shocks(), max_size=6),
        scale=st.just(0.1),
        end=st.sampled_from(["2023-12", "2025-12"]),
    ).filter(lambda scenario: scenario is not None)


def parameters(number):
    """The central point for 0, else a draw."""
    prior = ParameterSet.prior_2020()
    return prior.draw(number) if number else prior.central()


def worst_error(scenario, seed, drawn, verify=None):
    model = sim.FinancialCenter(scenario, rng=seed, parameters=drawn, verify=verify)
    model.run_to_end()
    assert np.isfinite(model.indicators.to_numpy(dtype=float)).all()
    return model.largest_error


@settings(
    max_examples=4,
    deadline=None,
    derandomize=True,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.too_slow],
)
@given(scenario=scenarios(), seed=st.integers(0, 2**63), number=st.integers(0, 2))
def test_no_identity_breaks_in_a_random_scenario(scenario, seed, number):
    assert worst_error(scenario, seed, parameters(number)) < TOLERANCE


def random_scenario(dice):
    last = dice.randint(2021, 2025)

    def path():
        at = [f"{dice.randint(2021, last)}-{dice.randint(1, 12):02d}" for _ in range(2)]
        forms = (
            dice.random(),
            dice.choice(plan.ARMS),
            {at[0]: dice.random(), at[1]: dice.random()},
            {"ramp": {at[0]: dice.random(), at[1]: dice.random()}},
            {"pulse": {"from": min(at), "to": max(at), "value": dice.random()}},
        )
        return dice.choice(forms)

    return Scenario(
        name="drawn",
        policy=dice.choice(plan.ARMS),
        macro=dice.choice(["neutral", "adverse", "realised"]),
        levers={lever: path() for lever in dice.sample(LEVERS, dice.randint(0, len(LEVERS)))},
        scale=0.1,
        end=f"{last}-12",
    )


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_two_hundred_random_pairs_of_scenario_and_seed_close(capsys, record_property):
    dice = random.Random(200)
    worst = 0.0
    for number in range(10):
        drawn = parameters(number)
        for pair in range(20):
            # Every check in every month, undeclared changes among them, takes nine times as long: one pair of twenty.
            verify = True if pair == 0 else None
            worst = max(worst, worst_error(random_scenario(dice), dice.getrandbits(63), drawn, verify))
    record_property("largest_relative_error", worst)
    with capsys.disabled():
        print(f"\n200 scenario-seed pairs: largest relative error of any identity {worst:.1e}")
    assert worst < 0.1 * TOLERANCE


# Faults. Each entry says how to spoil the accounts so that exactly this identity is the first to break.


def add_to_debt(model, instrument, kinds):
    """Debt that nobody holds, with its place in the ladder."""
    row = np.flatnonzero(np.isin(model.issuers["issuer_class"], kinds))[0]
    model.issuers["debt_bn"][instrument, row] += 1.0
    model.issuers["maturing_bn"][0, instrument, row] += 1.0


def move_cash(model, account):
    model.ledger.month_cash_bn[account] += 1.0
    model.ledger.month_cash_bn[Account.BANKS] -= 1.0


def book_twice(model, what):
    flow = next(key for key in model.ledger.flows if key[0] == what)
    model.ledger.flows[flow] += 1.0


def book_negative_issue(model):
    model.book.opening_bn[SecurityClass.CORPORATE] += model.book.gross_bn[SecurityClass.CORPORATE] + 1.0
    model.book.gross_bn[SecurityClass.CORPORATE] = -1.0


def hold_less_than_nothing(model):
    lent = model.book.holdings_bn[Holder.BANKS, SecurityClass.PANDA] + 1.0
    model.book.holdings_bn[Holder.BANKS, SecurityClass.PANDA] -= lent
    model.book.holdings_bn[Holder.ASSET_MANAGERS, SecurityClass.PANDA] += lent


def owe_less_than_nothing(model):
    """One slot of an issuer's ladder is negative, another makes up for it."""
    ladder = model.issuers["maturing_bn"]
    owed = ladder[3, Instrument.LOAN, 0] + 1.0
    ladder[3, Instrument.LOAN, 0] -= owed
    ladder[4, Instrument.LOAN, 0] += owed


def take_panda_bonds_back(model):
    """The month's issue is negative, in every place where it is booked."""
    back = model.state(Issuance).issued_bn[Instrument.PANDA] + 1.0
    model.state(Issuance).issued_bn[Instrument.PANDA] -= back
    model.state(PandaProgramme).cumulative_bn -= model.parameters.panda_series_splice * back


def hold(model, security):
    model.book.holdings_bn[Holder.BANKS, security] += 1.0


def grow(array, place, amount=1.0):
    array[place] += amount


def grow_field(state, name):
    setattr(state, name, getattr(state, name) + 1)


def owed_by_nobody(model, kind):
    """A claim on somebody who is gone: its lender still has it."""
    claims = getattr(model.state(InterbankClaims), {"interbank": "loans"}.get(kind, kind))
    row = model.institutions.rows_of(claims.borrower[:1])
    model.institutions[f"{kind}_borrowed_bn"][row] -= claims.amount_bn[0]
    claims.borrower[0] = 10**9


def lend_to_itself(model):
    claims = model.state(InterbankClaims).loans
    rows = model.institutions.rows_of([claims.borrower[0], claims.lender[0]])
    model.institutions["interbank_borrowed_bn"][rows] += np.array([-1.0, 1.0]) * claims.amount_bn[0]
    claims.borrower[0] = claims.lender[0]


def commit_above_the_quota(model):
    more = model.channels["qflp_quota"] + 1.0 - model.institutions["commitment_bn"].sum()
    model.institutions["commitment_bn"][0] += more
    model.state(Commitments).granted_bn += more


ORDINARY = (IssuerClass.CENTRAL_SOE, IssuerClass.LOCAL_SOE)
FAULTS = {
    **{f"holders of {each.name}": lambda m, each=each: hold(m, each) for each in SecurityClass},
    "holdings are not negative": hold_less_than_nothing,
    "stocks and flows": lambda m: grow(m.book.gross_bn, SecurityClass.SOVEREIGN),
    "flows are not negative": book_negative_issue,
    "ladder": lambda m: grow(m.issuers["maturing_bn"], (0, 0, 0)),
    "maturities are not negative": owe_less_than_nothing,
    "loans": lambda m: add_to_debt(m, Instrument.LOAN, ORDINARY),
    "demand for loans": lambda m: grow_field(m.state(SmallFirmCredit), "refused_bn"),
    "debt written off": lambda m: grow(m.issuers["defaulted_bn"], 0),
    "corporate debt": lambda m: add_to_debt(m, Instrument.GREEN_BOND, ORDINARY),
    "financial debt": lambda m: add_to_debt(m, Instrument.BOND, IssuerClass.BANK),
    "Panda debt": lambda m: add_to_debt(m, Instrument.BOND, IssuerClass.FOREIGN),
    "commercial paper debt": lambda m: add_to_debt(m, Instrument.COMMERCIAL_PAPER, ORDINARY),
    "securitised debt": lambda m: add_to_debt(m, Instrument.ABS, ORDINARY),
    "certificates": lambda m: grow(m.issuers["certificates_bn"], (0, 0)),
    "cash of all accounts": lambda m: grow(m.ledger.month_cash_bn, Account.BANKS),
    "balance sheets of firms": lambda m: grow(m.issuers["assets_bn"], 0),
    "cash of issuers": lambda m: grow(m.issuers["cash_bn"], 0),
    "proceeds of issues": lambda m: book_twice(m, "issue proceeds"),
    "redemptions": lambda m: book_twice(m, "redemption"),
    "foreign holdings": lambda m: grow(m.investors["holdings_bn"], 0),
    "foreign cash": lambda m: move_cash(m, Account.FOREIGN_INVESTORS),
    "foreign issuers' cash": lambda m: move_cash(m, Account.FOREIGN_ISSUERS),
    "Panda bonds issued": lambda m: grow_field(m.state(PandaProgramme), "cumulative_bn"),
    "Panda bonds issued never fall": take_panda_bonds_back,
    "Panda bonds outstanding": lambda m: grow(m.book.gone_bn, SecurityClass.PANDA),
    "balance sheets": lambda m: grow(m.institutions["equity_bn"], 0),
    **{
        name: fault
        for kind in ("interbank", "repo")
        for name, fault in {
            f"{kind} claims by lender": lambda m, kind=kind: grow(m.institutions[f"{kind}_lent_bn"], 0),
            f"{kind} claims by borrower": lambda m, kind=kind: grow(m.institutions[f"{kind}_borrowed_bn"], 0),
            f"{kind} lent is borrowed": lambda m, kind=kind: owed_by_nobody(m, kind),
        }.items()
    },
    "no institution lends to itself": lend_to_itself,
    "collateral pledged is held": lambda m: grow(
        m.institutions["bonds_bn"], m.institutions["repo_borrowed_bn"].argmax(), -1e3
    ),
    "parts of balance sheets fit into them": lambda m: grow(m.institutions["bonds_bn"], 0, 1e6),
    "institutions": lambda m: m.institutions.remove([np.flatnonzero(m.institutions["sector"] == Sector.INSURER)[0]]),
    "queue for licences": lambda m: grow(m.state(LicenceQueue).waiting, (0, 0, 0), 1),
    "assets under management": lambda m: grow(m.institutions["managed_assets"], 0),
    "adopters fall by exit alone": lambda m: (
        grow(m.institutions["adopted"], m.institutions["adopted"].argmax(), True)
        or grow_field(m.state(Adopters), "left")
    ),
    "equity of each institution": lambda m: grow(m.institutions["income_bn"], 0),
    "equity of the city's institutions": lambda m: grow_field(m.state(EquityFlows), "taken_along_bn"),
    "institutions by district": lambda m: grow(m.institutions["district"], 0, NOWHERE - m.institutions["district"][0]),
    "fintech firms": lambda m: grow_field(m.state(FintechFlows), "left"),
    "fintech firms in Shanghai": lambda m: grow_field(m.state(FintechFlows), "moved_in"),
    "clients of fintech firms": lambda m: grow_field(m.state(ClientMarket), "lost"),
    "funding rounds": lambda m: grow(m.fintech["funding_round"], 0, 1),
    **{
        f"queue {route.name}": lambda m, route=route: grow(m.state(ListingQueue).filed, route, 1)
        for route in ListingRoute
        if route is not ListingRoute.NONE
    },
    "demand for bonds equals supply": lambda m: grow(m.state(ResidualHolders).demanded_bn, (0, 0)),
    "purchases of all holders": lambda m: grow(m.state(ResidualHolders).bought_bn, 0),
    "value of foreign holdings": lambda m: grow_field(m.state(ForeignBondValue), "opening_usd_bn"),
    "foreign holdings at their price": lambda m: (
        grow_field(m.state(ForeignBondValue), "usd_bn") or grow_field(m.state(ForeignBondValue), "opening_usd_bn")
    ),
    "foreign net purchases": lambda m: grow(m.investors["net_purchases_bn"], 0),
    "shares held by foreigners": lambda m: grow(m.equity_investors["holdings_bn"], 0),
    "share trades of foreigners": lambda m: book_twice(m, "share trade"),
    "market value of shares": lambda m: grow_field(m.state(ShareMarket), "value_bn"),
    "foreign stakes in companies": lambda m: grow(m.state(ForeignShareholdings).stakes, 0, 0.01),
    "Shanghai is part of the country": lambda m: m.states.update(
        {FinancingConstants: dataclasses.replace(m.state(FinancingConstants), shenzhen_share_of_exchange_credit=-9.0)}
    ),
    "turnover of products": lambda m: grow(m.state(Turnover).turnover_trn, 0),
    "weights of foreign investors within 0..1": lambda m: grow(m.investors["weight"], 0, -2.0),
    "live weights of indices within 0..1": lambda m: setattr(
        m, "parameters", m.parameters.replace(gbi_em_china_weight=1.5)
    ),
    "shares of price discovery within 0..1": lambda m: grow(m.state(PriceDiscovery).shares, 0),
    "foreign share within 0..1": lambda m: grow(m.book.interbank_share, slice(None), -0.96),
    "trade by currency": lambda m: grow_field(m.state(CrossBorderPayments), "trade_in_other_currencies_bn"),
    "yuan payments": lambda m: grow_field(m.state(CrossBorderPayments), "through_correspondents_bn"),
    "acceptors of e-CNY": lambda m: grow_field(m.state(DigitalYuan), "new"),
    "allowances bought and sold": lambda m: grow(m.issuers["allowances_bought"], 0),
    "premiums": lambda m: grow(m.issuers["premium"], 0),
    "commitments of private funds": lambda m: grow(m.institutions["commitment_bn"], 0, -1.0),
    "commitments within the quota": commit_above_the_quota,
    "signals of risk within 0..1": lambda m: grow(m.state(SystemicRisk).signals, Signal.ABSORPTION),
    "signals of risk are not negative": lambda m: grow(m.state(SystemicRisk).signals, Signal.LIQUIDITY_COVERAGE, -9.0),
    "a broken redline was announced": lambda m: grow(m.state(SystemicRisk).broken, Level.CRISIS, True),
}


@pytest.fixture(scope="module")
def may_2021(centre):
    model = centre("plan", rng=4, verify=True)
    model.run_for(5)
    return model


def test_there_is_a_fault_for_every_identity(may_2021):
    assert sorted(name for name, _, _ in identities(may_2021.states)) == sorted(FAULTS)


def test_the_page_of_identities_names_each_of_them_and_no_other():
    page = (Path(__file__).parents[2] / "docs" / "accounts.md").read_text(encoding="utf-8")
    cells = [row.split("|")[2] for row in page.splitlines() if row.startswith("| ") and row[2].isdigit()]
    told = {name for cell in cells for name in re.findall("`([^`]+)`", cell) if "/" not in name}
    of_classes = {f"holders of {security.name}" for security in SecurityClass}
    assert sorted(told - {"PANDA"}) == sorted({*FAULTS} - of_classes | {"holders of SOVEREIGN"})


@pytest.mark.parametrize("identity", FAULTS)
def test_a_fault_of_a_billion_is_found_and_named_with_its_month(may_2021, identity):
    model = copy.deepcopy(may_2021)
    Part(accounts_close).on(model.states)
    FAULTS[identity](model)
    with pytest.raises(sim.AccountingError) as found:
        Part(accounts_close).on(model.states)
    assert str(found.value).startswith(f"{identity} in 2021-05: ")
    assert " against " in str(found.value)


@pytest.mark.parametrize("spoilt", [np.nan, np.inf])
def test_a_holding_that_is_no_number_is_found(may_2021, spoilt):
    model = copy.deepcopy(may_2021)
    model.book.holdings_bn[Holder.BANKS, SecurityClass.PAPER] = spoilt
    with pytest.raises(sim.AccountingError, match="holders of PAPER"):
        Part(accounts_close).on(model.states)


def test_a_smaller_fault_than_the_tolerance_passes_and_a_larger_one_does_not(may_2021):
    held = float(may_2021.book.outstanding_bn[SecurityClass.SOVEREIGN])
    for share, breaks in ((0.1, False), (10.0, True)):
        model = copy.deepcopy(may_2021)
        model.book.holdings_bn[Holder.BANKS, SecurityClass.SOVEREIGN] += share * TOLERANCE * held
        if breaks:
            with pytest.raises(sim.AccountingError):
                Part(accounts_close).on(model.states)
        else:
            Part(accounts_close).on(model.states)
            assert model.largest_error > 0.01 * TOLERANCE


def test_a_fault_between_two_months_is_found_in_the_month_that_follows(may_2021):
    for fault, identity in (
        (
            lambda m: grow(m.issuers["certificates_bn"], ((m.month + 5) % 13, m.issuers["bank_tier"].argmax())),
            "certificates",
        ),
        (lambda m: grow(m.issuers["debt_bn"], (Instrument.LOAN, 0)), "ladder"),
    ):
        model = copy.deepcopy(may_2021)
        fault(model)
        with pytest.raises(sim.AccountingError, match=f"{identity} in 2021-06"):
            model.step()


def test_by_default_the_ladder_is_added_up_in_december(centre):
    model = centre("frozen", rng=1)
    model.run_for(5)
    model.issuers["maturing_bn"][(model.month + 30) % 60, Instrument.LOAN, 0] += 1.0
    while month_text(model.month) < "2021-11":
        model.step()
    with pytest.raises(sim.AccountingError, match="ladder in 2021-12"):
        model.step()


def test_without_verification_a_fault_passes_and_no_error_is_claimed(centre):
    model = centre("frozen", verify=False)
    model.issuers["certificates_bn"][0, 0] += 1.0
    model.step()
    briefly = {"name": "frozen", "policy": "frozen", "scale": 0.1, "end": "2021-06"}
    assert np.isnan(sim.run(Scenario(**briefly), verify=False).largest_accounting_error)
    assert 0.0 < sim.run(Scenario(**briefly), verify=True).largest_accounting_error < TOLERANCE
