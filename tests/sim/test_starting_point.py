from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.fintech_firms import Origin
from agents.foreign_investors import IndexFamily, InvestorGroup
from agents.institutions import Centre, Sector
from agents.issuers import LADDER_MONTHS, Industry, Instrument, IssuerClass, ListingRoute
from agents.population import PopulationModel
from scenarios.calendar import month_ordinal
from scenarios.parameters import ParameterSet
from sim.accounting.securities import Holder, SecurityClass
from sim.base_year.base_year import YEAR_2020
from sim.base_year.first_agents import pareto_shares
from sim.bond_market.index_weights import live_index_weights
from sim.bond_market.state import BondMarketConstants
from sim.components import COMPONENTS
from sim.financing.filing_stages import passed_share
from sim.financing.issuers_2019 import industry_shares, steady_ladder
from sim.financing.state import FinancingConstants
from sim.fintech.state import FintechConstants
from sim.institutions.state import RivalCentres, SectorTraits
from sim.model import FinancialCenter
from sim.opening.beginning import states_at_the_beginning
from sim.solved_constants import Match, Matches, Solution
from sim.solving.solve import SOLVED, first_guess, solve

observed = YEAR_2020.observed

CENTRAL = ParameterSet.prior_2020().central()
FIRST = Solution(first_guess(CENTRAL, YEAR_2020))
END_2019 = month_ordinal("2019-12")


class Beginning(PopulationModel):
    """A centre at end-2019, with the names that `FinancialCenter` gives to its states."""

    issuers, investors, institutions, fintech, book, macro = (
        vars(FinancialCenter)[name] for name in ("issuers", "investors", "institutions", "fintech", "book", "macro")
    )

    def __init__(self, scale):
        super().__init__(rng=1)
        self.states = states_at_the_beginning(self, CENTRAL, FIRST, scale, (), YEAR_2020)

    def state(self, kind):
        return self.states[kind]


@pytest.fixture(scope="module")
def centre():
    """End-2019 at a tenth of the issuers."""
    return Beginning(0.1)


# Sizes and ladders


@given(st.integers(1, 2000), st.floats(1.02, 3.0), st.floats(0.001, 1.0))
def test_shares_fall_from_the_largest_add_to_one_and_respect_the_cap(count, tail, largest):
    shares = pareto_shares(count, tail, largest)
    assert len(shares) == count
    assert shares.sum() == pytest.approx(1.0)
    assert (np.diff(shares) <= 1e-15).all()
    assert shares.max() <= max(largest, 1.0 / count) * (1 + 1e-9)


@given(st.floats(1.05, 2.5))
def test_sizes_follow_the_pareto_law_they_are_named_after(tail):
    sizes = np.log(pareto_shares(5000, tail))
    ranks = np.log(np.arange(5000) + 0.5)
    assert -np.polyfit(sizes, ranks, 1)[0] == pytest.approx(tail, rel=1e-6)


LADDERS = (
    st.lists(st.tuples(st.floats(1e-6, 1e5), st.integers(1, LADDER_MONTHS)), min_size=1, max_size=8),
    st.integers(2000 * 12, 2030 * 12),
)


@given(*LADDERS)
def test_a_steady_stock_falls_due_in_equal_parts_over_its_tenor(stocks, month):
    amount = np.array([stock for stock, _ in stocks])
    tenor = np.array([months for _, months in stocks])
    ladder = steady_ladder(amount, tenor, month, 0.0)
    assert ladder.shape == (LADDER_MONTHS, len(stocks))
    np.testing.assert_allclose(ladder.sum(axis=0), amount, atol=1e-300)
    for ahead in range(1, LADDER_MONTHS + 1):
        due = np.where(ahead <= tenor, amount / tenor, 0.0)
        np.testing.assert_allclose(ladder[(month + ahead) % LADDER_MONTHS], due, atol=1e-300)


@given(*LADDERS, st.floats(0.01, 0.3))
def test_issues_that_grew_leave_more_to_fall_due_later(stocks, month, growth):
    amount = np.array([stock for stock, _ in stocks])
    tenor = np.array([months for _, months in stocks])
    ladder = steady_ladder(amount, tenor, month, growth)
    np.testing.assert_allclose(ladder.sum(axis=0), amount)
    for ahead in range(2, LADDER_MONTHS + 1):
        now, before = ladder[(month + ahead) % LADDER_MONTHS], ladder[(month + ahead - 1) % LADDER_MONTHS]
        run = ahead <= tenor
        np.testing.assert_allclose(now[run], before[run] * np.exp(growth / 12.0), atol=1e-9)


# Issuers


def test_the_ladder_of_every_issuer_adds_up_to_its_debt_and_no_debt_is_negative(centre):
    issuers = centre.issuers
    np.testing.assert_allclose(issuers["maturing_bn"].sum(axis=0), issuers["debt_bn"], atol=1e-9)
    assert (issuers["maturing_bn"] >= 0.0).all()


def test_debt_adds_up_to_the_national_stocks_at_any_number_of_agents(centre):
    other = Beginning(0.05)
    assert len(other.issuers) < len(centre.issuers)
    for one in (centre, other):
        debt, kind = one.issuers["debt_bn"], one.issuers["issuer_class"]
        credit = (kind != IssuerClass.BANK) & (kind != IssuerClass.FOREIGN)
        assert debt[Instrument.LOAN].sum() == pytest.approx(observed("enterprise_loans_outstanding_2019"))
        bonds = debt[[Instrument.BOND, Instrument.COMMERCIAL_PAPER, Instrument.GREEN_BOND]][:, credit].sum()
        assert bonds == pytest.approx(observed("corporate_bonds_outstanding_2019"))
        assert debt[Instrument.ABS].sum() == pytest.approx(observed("abs_outstanding_2019"))
        assert debt[Instrument.BOND, kind == IssuerClass.FOREIGN].sum() == pytest.approx(
            observed("panda_outstanding_2019")
        )
        assert debt[Instrument.BOND, kind == IssuerClass.BANK].sum() == pytest.approx(
            one.state(FinancingConstants).financial_bonds_2019_bn
        )


def test_only_issuers_large_enough_for_the_bond_market_have_bonds(centre):
    issuers = centre.issuers
    outsiders = ~issuers["market_access"] & (issuers["issuer_class"] != IssuerClass.BANK)
    outsiders &= issuers["issuer_class"] != IssuerClass.FOREIGN
    assert outsiders.any()
    assert (issuers["debt_bn"][1:, outsiders] == 0.0).all()
    assert (issuers["debt_bn"][Instrument.GREEN_BOND, ~issuers["green"]] == 0.0).all()


def test_larger_firms_of_a_class_are_rated_better(centre):
    issuers = centre.issuers
    local = issuers["issuer_class"] == IssuerClass.LOCAL_SOE
    mean = [
        issuers["debt_bn"][Instrument.LOAN, local & (issuers["rating"] == rating)].mean() for rating in (0, 1, 2, 3)
    ]
    assert (np.diff(mean) < 0.0).all()


def test_no_firm_holds_more_than_a_fiftieth_of_the_loans_of_a_class_of_many(centre):
    issuers = centre.issuers
    loans = issuers["debt_bn"][Instrument.LOAN, issuers["issuer_class"] == IssuerClass.LOCAL_SOE]
    # At a tenth of the issuers an agent stands for ten, none of which holds more than a fiftieth.
    assert loans.max() / loans.sum() < 10.0 * CENTRAL.largest_issuer_share


def test_only_private_firms_with_the_technology_may_file_for_star(centre):
    issuers = centre.issuers
    kind = issuers["issuer_class"]
    private = (kind == IssuerClass.PRIVATE_LARGE) | (kind == IssuerClass.PRIVATE_MID)
    assert not (issuers["hard_technology"] & ~private).any()
    share = issuers["hard_technology"][private].mean()
    assert share == pytest.approx(CENTRAL.hard_technology_share, abs=0.08)


def test_every_class_spreads_over_industries_as_the_table_says_and_hard_technology_over_its_own():
    shares = industry_shares()
    np.testing.assert_allclose(shares.sum(axis=1), 1.0)
    issuers = Beginning(1.0).issuers
    hard = issuers["hard_technology"]
    groups = [(shares[-1], hard)]
    groups += [(shares[kind], (issuers["issuer_class"] == kind) & ~hard) for kind in IssuerClass]
    for expected, members in groups:
        count = np.bincount(issuers["industry"][members], minlength=len(Industry))
        assert (count[expected == 0.0] == 0).all()
        error = np.sqrt(expected * (1.0 - expected) / members.sum())
        assert (np.abs(count / members.sum() - expected) <= 4.0 * error).all()


def test_the_queue_holds_what_the_listings_of_2020_and_the_lead_time_ask_for():
    centre = Beginning(0.5)
    issuers = centre.issuers
    waiting = issuers["waiting_for"]
    lead = sum(CENTRAL.queue_star) / 30.4
    asked = 0.5 * observed("ipo_count_star") / 12.0 / passed_share(CENTRAL)[ListingRoute.STAR] * lead
    assert (waiting == ListingRoute.STAR).sum() == round(asked)
    assert issuers["hard_technology"][waiting == ListingRoute.STAR].all()
    assert not issuers["hard_technology"][waiting == ListingRoute.MAIN].any()
    filed = issuers["waiting_months"][waiting != ListingRoute.NONE]
    assert (filed >= 1.0).all()
    assert (waiting != ListingRoute.REIT).all()


# Foreign investors


def test_foreign_investors_hold_the_observed_stock_and_the_book_agrees(centre):
    total = centre.investors["holdings_bn"].sum()
    assert total == pytest.approx(observed("foreign_bond_holdings_2019"))
    assert centre.book.holdings_bn[Holder.FOREIGN].sum() == pytest.approx(total)


def test_what_an_investor_holds_is_its_weight_of_its_assets(centre):
    investors = centre.investors
    rate = centre.macro.usdcny[centre.macro.position(END_2019)]
    implied = investors["weight"] * investors["assets_usd_bn"] * rate
    np.testing.assert_allclose(implied, investors["holdings_bn"])
    assert (investors["assets_usd_bn"] > 0.0).all()


def test_reserve_managers_hold_their_own_part_and_mean_to_hold_more(centre):
    investors = centre.investors
    reserve = investors["group"] == InvestorGroup.RESERVE_MANAGER
    held = investors["holdings_bn"][reserve].sum()
    assert held == pytest.approx(centre.state(BondMarketConstants).reserve_holdings_2019_bn)
    ahead = CENTRAL.rmb_reserve_share_target / CENTRAL.rmb_reserve_share_2020
    np.testing.assert_allclose(investors["target_weight"][reserve] / investors["weight"][reserve], ahead)
    money = (investors["group"] == InvestorGroup.REAL_MONEY) | (investors["group"] == InvestorGroup.HEDGED_BUYER)
    np.testing.assert_allclose(investors["target_weight"][money] / investors["weight"][money], 1.0)


def test_benchmark_funds_have_the_assets_of_their_index_and_hold_about_the_weight_that_is_live(centre):
    investors = centre.investors
    followers = {
        IndexFamily.GLOBAL_AGGREGATE: CENTRAL.global_aggregate_assets,
        IndexFamily.EMERGING_MARKETS: CENTRAL.gbi_em_assets,
        IndexFamily.WORLD_GOVERNMENT: CENTRAL.wgbi_assets,
    }
    live = live_index_weights(CENTRAL, YEAR_2020, END_2019, 0.0)
    assert live[IndexFamily.WORLD_GOVERNMENT] == 0.0
    assert live[IndexFamily.GLOBAL_AGGREGATE] == pytest.approx(0.0603 * 9 / 20)
    for family, assets in followers.items():
        members = investors["index_family"] == family
        held = investors["assets_usd_bn"][members]
        assert held.sum() == pytest.approx(assets)
        assert held.max() <= CENTRAL.largest_investor_share * assets * (1 + 1e-9)
        normal = CENTRAL.off_benchmark_weight + CENTRAL.benchmark_passthrough * live[family]
        assert investors["weight"][members].mean() == pytest.approx(normal, rel=0.2)


def test_no_index_is_reached_twice(centre):
    """What goes live between end-2019 and end-2020 is in the target already."""
    investors = centre.investors
    aggregate = investors["index_family"] == IndexFamily.GLOBAL_AGGREGATE
    off, passed = CENTRAL.off_benchmark_weight, CENTRAL.benchmark_passthrough
    gain = (off + passed * 0.0603) / (off + passed * 0.0603 * 9 / 20)
    ratio = investors["target_weight"][aggregate] / investors["weight"][aggregate]
    np.testing.assert_allclose(ratio, gain)
    world = investors["index_family"] == IndexFamily.WORLD_GOVERNMENT
    np.testing.assert_allclose(investors["target_weight"][world] / investors["weight"][world], 1.0)


def test_index_families_belong_to_benchmark_funds_alone(centre):
    investors = centre.investors
    fund = investors["group"] == InvestorGroup.BENCHMARK_FUND
    assert (investors["index_family"][~fund] == IndexFamily.NONE).all()
    assert (investors["index_family"][fund] != IndexFamily.NONE).all()
    world = (investors["index_family"][fund] == IndexFamily.WORLD_GOVERNMENT).mean()
    assert world == pytest.approx(CENTRAL.world_index_fund_share, abs=0.1)


# Institutions and fintech firms


def test_the_licensed_institutions_are_all_there_with_balanced_books(centre):
    institutions = centre.institutions
    assert len(institutions) == observed("institutions_2019")
    np.testing.assert_allclose(
        institutions["assets_bn"], institutions["equity_bn"] + institutions["liabilities_bn"], rtol=1e-12
    )
    assert (institutions["equity_bn"] > 0.0).all()
    assert set(institutions["sector"].tolist()) == {sector.value for sector in Sector}


def test_nearly_a_third_of_institutions_is_foreign(centre):
    assert centre.institutions["foreign"].mean() == pytest.approx(CENTRAL.foreign_institution_share_2020, abs=0.03)
    traits = centre.state(SectorTraits)
    expected = (traits.share * traits.foreign_share).sum()
    assert expected == pytest.approx(CENTRAL.foreign_institution_share_2020)


def test_entrants_of_2020_choose_among_six_centres_and_better_rated_rivals_draw_more(centre):
    share = centre.state(RivalCentres).entrant_share
    assert share.sum() == pytest.approx(1.0)
    assert share[Centre.SHANGHAI] == CENTRAL.entrant_share_shanghai
    assert share[Centre.HONG_KONG] > share[Centre.SINGAPORE] > share[Centre.SHENZHEN] > share[Centre.OTHER_MAINLAND]
    seats = centre.state(RivalCentres).seats_base_year
    ratio = seats / seats[..., :1]
    np.testing.assert_allclose(ratio, np.broadcast_to(share / share[0], ratio.shape))


def test_fintech_firms_of_the_rest_of_the_country_are_four_times_as_many_and_smaller_by_the_premium(centre):
    firms = centre.fintech
    local = firms["in_shanghai"]
    assert local.sum() == round(CENTRAL.fintech_firms_2020)
    assert (~local).sum() == round(CENTRAL.fintech_firms_2020 * CENTRAL.rest_of_china_firms)
    assert firms["log_size"][local].min() >= centre.state(FintechConstants).size_premium
    # Sizes are Pareto: log sizes are exponential with the tail as their rate.
    assert firms["log_size"][~local].mean() == pytest.approx(1 / CENTRAL.fintech_size_tail, rel=0.08)


def test_rounds_closed_come_with_capital_and_with_age(centre):
    firms = centre.fintech
    raised = firms["capital"] > 0.0
    alone = firms["kind"] < Origin.SUBSIDIARY  # which begins with the capital of its parent
    np.testing.assert_array_equal(raised[alone], firms["funding_round"][alone] > 0)
    assert firms["age_months"][raised].mean() > firms["age_months"][~raised].mean()


# The whole


def test_public_bonds_are_what_all_custody_leaves(centre):
    assert centre.book.outstanding_bn.sum() == pytest.approx(observed("bond_custody_total_2019"))
    assert centre.book.outstanding_bn[SecurityClass.SOVEREIGN] > 0.5 * centre.book.outstanding_bn.sum()


def test_the_past_is_the_same_for_everyone_to_the_bit(centre):
    again = Beginning(0.1)
    for population in ("investors", "issuers", "institutions", "fintech"):
        one, other = getattr(centre, population), getattr(again, population)
        for name in one.agent_type.columns:
            np.testing.assert_array_equal(one[name], other[name])


def test_the_worst_miss_is_measured_in_tolerances_and_flows_that_jump_have_wider_ones():
    panda, green = "Panda bonds issued", "green bonds issued"

    def solution(panda_bn, green_bn):
        return Solution({}, Matches({panda: Match(panda, panda_bn, 100.0), green: Match(green, green_bn, 100.0, 0.06)}))

    far = solution(98.0, 106.0)
    assert (far.worst_match.name, far.worst_match.scaled_miss) == (panda, pytest.approx(2.0))
    assert far.total_miss == pytest.approx(3.0) and far.large_misses == {panda: -0.02, green: pytest.approx(0.06)}
    near = solution(100.5, 95.2)
    assert (near.worst_match.name, near.worst_match.scaled_miss) == (green, pytest.approx(0.8))
    assert near.large_misses == {}


def test_a_market_that_did_not_exist_in_the_base_year_misses_nothing_and_corrects_nothing():
    assert (Match("none", 3.0, 0.0).miss, Match("none", 3.0, 0.0).factor) == (0.0, 1.0)


def test_of_passes_that_never_meet_the_base_year_the_best_is_kept():
    """Every pass doubles a constant whose observation nothing can meet; the one that comes nearest is the third."""

    def one_pass(constants, _):
        tried = constants[int]
        return Matches({"stock": Match("stock", abs(tried - 8) + 50.0, 40.0)}), {int: 2 * tried}

    assert solve({int: 2}, one_pass).constants == {int: 8}


def test_steps_of_the_solution_get_shorter_and_end_at_nothing():
    taken = []

    def one_pass(constants, step):
        taken.append(step.part)
        return Matches({"stock": Match("stock", 50.0, 40.0)}), constants

    solve({}, one_pass)
    assert taken == sorted(taken, reverse=True) and (taken[0], taken[-1]) == (1.0, 0.0)


def test_every_solved_constant_is_a_field_of_its_market_and_is_corrected_once():
    for market in SOLVED:
        assert sorted(row.name for row in market.table) == sorted(each.name for each in fields(market.kind))
        assert all(row.meets for row in market.table)


def test_the_page_of_the_model_lists_every_solved_constant_with_the_observation_it_meets():
    page = (Path(__file__).parents[2] / "docs" / "model.md").read_text(encoding="utf-8")
    section = page.partition("## Solved constants")[2].partition("\n## ")[0]
    told = [tuple(cell.strip(" `") for cell in row.split("|")[1:4]) for row in section.splitlines() if row[:3] != "|--"]
    known = [(each.name, row.name, row.meets) for each in COMPONENTS if each.solving for row in each.solving.table]
    assert [cells for cells in told if len(cells) == 3][1:] == known
