"""The month, step by step. Read `MONTH` aloud: it is the model."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sim import (
    accounts,
    balance_sheets,
    carbon,
    certificates,
    city,
    cross_border_funds,
    digital_currency,
    districts,
    fintech,
    foreign_equity,
    foreign_flows,
    indicators,
    insurance,
    interbank,
    issuance,
    leverage,
    licences,
    listings,
    location,
    managed_assets,
    maturities,
    panda_bonds,
    public_supply,
    rivals,
    shocks,
    trade_settlement,
    trading,
)

if TYPE_CHECKING:
    from sim.model import FinancialCenter


@dataclass(frozen=True)
class Step:
    """One step of the month: who acts, what happens, what it reads and writes."""

    owner: str
    run: "Callable[[FinancialCenter], None]"
    what: str
    reads: str
    writes: str

    @property
    def name(self) -> str:
        """Name of the step, from its function."""
        return self.run.__name__

    @property
    def function(self) -> str:
        """Where the step lives, as module:function."""
        return f"{self.run.__module__}:{self.run.__name__}"


MONTH: tuple[Step, ...] = (
    Step("World", shocks.shocks_strike, "Dated shocks of the scenario strike", "scenario", "shock"),
    Step(
        "World",
        shocks.small_banks_fail,
        "A small bank fails where a shock says so",
        "shock",
        "debt, certificates, institutions, stress",
    ),
    Step(
        "Issuer", maturities.debt_matures, "Debt matures, some issuers default", "ladders, ratings", "debt, cash, flows"
    ),
    Step("Supply", public_supply.public_sector_issues, "Government and policy banks issue", "outstanding", "flows"),
    Step("Supply", certificates.banks_roll_certificates, "Banks renew certificates of deposit", "yields", "flows"),
    Step(
        "Issuer",
        issuance.issuers_raise_money,
        "Issuers choose how to meet their need",
        "costs, channels",
        "debt, cash, filings",
    ),
    Step("World", listings.gate_moves, "The regulator lets more or fewer filings through", "luck", "gate"),
    Step(
        "Issuer",
        listings.listing_queue_moves,
        "Filings pass a stage, list, wait or end; listed firms sell more shares",
        "queue, gate, underwriters' capital, channels",
        "cash, flows",
    ),
    Step(
        "Issuer",
        panda_bonds.foreign_issuers_decide,
        "Foreign issuers sell Panda bonds or stay offshore",
        "yields, channels",
        "debt, flows",
    ),
    Step(
        "World",
        foreign_flows.geopolitical_events_happen,
        "Geopolitical events happen and fade",
        "luck",
        "tension",
    ),
    Step(
        "ForeignInvestor",
        foreign_flows.foreign_investors_enter,
        "Foreign institutions enter the market",
        "channels",
        "investors",
    ),
    Step(
        "ForeignInvestor",
        foreign_flows.foreign_investors_trade,
        "Foreign investors move towards their targets",
        "yields, currency, volatility, tension, channels",
        "holdings",
    ),
    Step(
        "ForeignEquityInvestor",
        foreign_equity.equity_investors_trade,
        "Foreign holders of shares move towards their targets within the quota",
        "share prices, volatility, tension, channels",
        "shares held, cash",
    ),
    Step(
        "Market",
        foreign_flows.bond_market_clears,
        "Residual holders take the rest at a spread",
        "flows, holdings",
        "spreads, holdings",
    ),
    Step(
        "City",
        city.city_states_move,
        "Wages and rents follow crowding; talent, law and services move",
        "seats, channels",
        "city states",
    ),
    Step(
        "City",
        rivals.rivals_answer,
        "Rival centres match a part of the city's offers where the scenario says so",
        "channels",
        "rival response",
    ),
    Step(
        "City",
        districts.districts_crowd,
        "Districts crowd, rents follow, classes gather",
        "institutions, fintech firms, channels",
        "shares of districts",
    ),
    Step(
        "FinancialInstitution",
        location.institutions_leave_and_move,
        "Institutions close or move",
        "profitability, city states, channels",
        "institutions, rival seats",
    ),
    Step(
        "FinancialInstitution",
        licences.licence_queue_moves,
        "Filings pass a stage, are withdrawn or wait",
        "queue",
        "institutions, queue",
    ),
    Step(
        "FinancialInstitution",
        location.entrants_choose,
        "Entrants choose among six centres and file",
        "seats, city states, channels",
        "queue, rival seats",
    ),
    Step("FinancialInstitution", balance_sheets.balance_sheets_grow, "Balance sheets grow", "growth", "assets, equity"),
    Step(
        "FinancialInstitution",
        managed_assets.managed_assets_grow,
        "Managed assets earn returns and follow performance",
        "equity index, yields",
        "managed assets",
    ),
    Step(
        "FintechFirm",
        fintech.firms_enter_the_sandbox,
        "The sandbox admits young fintech firms",
        "age, capability, channels",
        "sandbox",
    ),
    Step(
        "FintechFirm",
        fintech.firms_grow_and_raise_funds,
        "Fintech firms grow and close funding rounds",
        "sandbox, rounds of like firms, channels",
        "size, capital",
    ),
    Step(
        "FintechFirm",
        fintech.firms_exit_and_start,
        "Fintech firms leave and start",
        "size, age, institutions, talent, channels",
        "firms",
    ),
    Step(
        "FinancialInstitution",
        fintech.institutions_adopt,
        "Institutions adopt technology as their neighbours did",
        "neighbours, size, local fintech firms",
        "adopters",
    ),
    Step(
        "Issuer",
        trade_settlement.issuers_settle_trade,
        "Issuers settle trade in yuan or not; banks route the payments",
        "peers, currency, channels",
        "currency of trade, payments",
    ),
    Step(
        "Issuer",
        digital_currency.small_firms_accept_ecny,
        "Small firms begin to accept the digital yuan",
        "acceptors, local fintech firms, channels",
        "acceptors",
    ),
    Step(
        "Issuer",
        carbon.issuers_trade_allowances,
        "Emitters trade allowances",
        "emissions, channels",
        "allowances",
    ),
    Step(
        "Issuer",
        insurance.firms_insure_and_insurers_cede,
        "Firms insure or bear risks; insurers cede here or abroad",
        "debt, channels",
        "premiums",
    ),
    Step(
        "FinancialInstitution",
        cross_border_funds.private_funds_commit,
        "Private funds commit capital across the border",
        "managed assets, channels",
        "commitments",
    ),
    Step(
        "FinancialInstitution",
        leverage.institutions_set_leverage,
        "Institutions set how much repo they borrow against their bonds",
        "carry, volatility, channels",
        "leverage",
    ),
    Step(
        "FinancialInstitution",
        interbank.interbank_market_clears,
        "Banks lend to each other, anew each quarter, and to those that borrow repo",
        "balance sheets, leverage",
        "exposures",
    ),
    Step(
        "Market",
        trading.markets_turn_over,
        "Markets turn over",
        "stocks, volatility, repo, dealers' capital",
        "turnover",
    ),
    Step(
        "Market",
        trading.prices_are_discovered,
        "Shanghai and its rivals share price discovery",
        "turnover, channels",
        "price influence",
    ),
    Step("Accounts", accounts.accounts_close, "Accounts are checked", "everything", "largest error"),
    Step("Indicators", indicators.indicators_are_read, "Indicators are read", "everything", "record"),
)
"""What happens in a month, in order. Policy and world finance of the month are known before the first step."""
