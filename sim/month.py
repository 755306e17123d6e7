"""The month, step by step. Read `MONTH` aloud: it is the model."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from agents.population import PopulationModel
from sim import (
    accounts,
    certificates,
    indicators,
    issuance,
    listings,
    maturities,
    panda_bonds,
    shocks,
)
from sim.banking.component import BANKING
from sim.bond_market.clearing import bond_market_clears
from sim.bond_market.foreign_investors import foreign_investors_enter, foreign_investors_trade
from sim.bond_market.geopolitics import geopolitical_events_happen
from sim.bond_market.public_supply import public_sector_issues
from sim.component import Month, States, Step
from sim.fintech.component import FINTECH
from sim.institutions.component import INSTITUTIONS
from sim.side_markets.carbon import CARBON
from sim.side_markets.digital_yuan import DIGITAL_YUAN
from sim.side_markets.insurance import INSURANCE
from sim.side_markets.private_funds import PRIVATE_FUNDS
from sim.side_markets.trade_settlement import TRADE_SETTLEMENT
from sim.trading.component import FOREIGN_SHAREHOLDERS, TRADING


@dataclass(frozen=True)
class CentreStep(Step):
    """A step that takes the whole centre, of a market that is no component yet; it states by hand what it touches."""

    told: tuple[str, str, str] = ("", "", "")
    """What happens, what is read and what is written."""

    @property
    def what(self) -> str:
        """What happens in it."""
        return self.told[0]

    @property
    def reads_named(self) -> str:
        """What it reads, in words."""
        return self.told[1]

    @property
    def changes_named(self) -> str:
        """What it changes, in words."""
        return self.told[2]

    def on(self, states: States, *more: Any) -> Any:
        """Run it on the centre."""
        return self.run(states[PopulationModel], *more)


def _of_centre(owner: str, run: Callable[[Any], None], what: str, reads: str, writes: str) -> CentreStep:
    return CentreStep(run, owner, (what, reads, writes))


MONTH = Month(
    (
        _of_centre("World", shocks.shocks_strike, "Dated shocks of the scenario strike", "scenario", "shock"),
        _of_centre(
            "World",
            shocks.small_banks_fail,
            "A small bank fails where a shock says so",
            "shock",
            "debt, certificates, institutions, stress",
        ),
        _of_centre(
            "Issuer",
            maturities.debt_matures,
            "Debt matures, some issuers default",
            "ladders, ratings",
            "debt, cash, flows",
        ),
        Step(public_sector_issues, owner="Supply"),
        _of_centre(
            "Supply", certificates.banks_roll_certificates, "Banks renew certificates of deposit", "yields", "flows"
        ),
        _of_centre(
            "Issuer",
            issuance.issuers_raise_money,
            "Issuers choose how to meet their need",
            "costs, channels",
            "debt, cash, filings",
        ),
        _of_centre("World", listings.gate_moves, "The regulator lets more or fewer filings through", "luck", "gate"),
        _of_centre(
            "Issuer",
            listings.listing_queue_moves,
            "Filings pass a stage, list, wait or end; listed firms sell more shares",
            "queue, gate, underwriters' capital, channels",
            "cash, flows",
        ),
        _of_centre(
            "Issuer",
            panda_bonds.foreign_issuers_decide,
            "Foreign issuers sell Panda bonds or stay offshore",
            "yields, channels",
            "debt, flows",
        ),
        Step(geopolitical_events_happen, owner="World"),
        Step(foreign_investors_enter, owner="ForeignInvestor"),
        Step(foreign_investors_trade, owner="ForeignInvestor"),
        *FOREIGN_SHAREHOLDERS.steps,
        Step(bond_market_clears, owner="Market"),
        *INSTITUTIONS.steps,
        *FINTECH.steps,
        *TRADE_SETTLEMENT.steps,
        *DIGITAL_YUAN.steps,
        *CARBON.steps,
        *INSURANCE.steps,
        *PRIVATE_FUNDS.steps,
        *BANKING.steps,
        *TRADING.steps,
        _of_centre("Accounts", accounts.accounts_close, "Accounts are checked", "everything", "largest error"),
        _of_centre("Indicators", indicators.indicators_are_read, "Indicators are read", "everything", "record"),
    )
)
"""What happens in a month, in order. Policy and world finance of the month are known before the first step."""
