"""The month, step by step. Read `MONTH` aloud: it is the model."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from agents.population import PopulationModel
from sim import accounts, indicators
from sim.banking.interbank import interbank_market_clears
from sim.banking.leverage import institutions_set_leverage
from sim.banking.small_bank_failure import small_banks_fail
from sim.bond_market.certificates import banks_roll_certificates
from sim.bond_market.clearing import bond_market_clears
from sim.bond_market.foreign_investors import foreign_investors_enter, foreign_investors_trade
from sim.bond_market.geopolitics import geopolitical_events_happen
from sim.bond_market.public_supply import public_sector_issues
from sim.component import Month, States, Step
from sim.financing.issuance import issuers_raise_money
from sim.financing.listings import gate_moves, listing_queue_moves
from sim.financing.maturities import debt_matures
from sim.financing.panda_bonds import foreign_issuers_decide
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
        Step(small_banks_fail, owner="World"),
        Step(debt_matures, owner="Issuer"),
        Step(public_sector_issues, owner="Supply"),
        Step(banks_roll_certificates, owner="Supply"),
        Step(issuers_raise_money, owner="Issuer"),
        Step(gate_moves, owner="World"),
        Step(listing_queue_moves, owner="Issuer"),
        Step(foreign_issuers_decide, owner="Issuer"),
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
        Step(institutions_set_leverage, owner="FinancialInstitution"),
        Step(interbank_market_clears, owner="FinancialInstitution"),
        *TRADING.steps,
        _of_centre("Accounts", accounts.accounts_close, "Accounts are checked", "everything", "largest error"),
        _of_centre("Indicators", indicators.indicators_are_read, "Indicators are read", "everything", "record"),
    )
)
"""What happens in a month, in order. Policy and world finance of the month are known before the first step."""
