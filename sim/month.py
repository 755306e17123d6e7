"""The month, step by step. Read `MONTH` aloud: it is the model."""

from sim.accounts import accounts_close
from sim.banking.interbank import interbank_market_clears
from sim.banking.leverage import institutions_set_leverage
from sim.banking.small_bank_failure import small_banks_fail
from sim.bond_market.certificates import banks_roll_certificates
from sim.bond_market.clearing import bond_market_clears
from sim.bond_market.foreign_investors import foreign_investors_enter, foreign_investors_trade
from sim.bond_market.geopolitics import geopolitical_events_happen
from sim.bond_market.public_supply import public_sector_issues
from sim.component import Month, Step
from sim.financing.direct_financing import direct_financing_is_summed
from sim.financing.issuance import issuers_raise_money
from sim.financing.listings import gate_moves, listing_queue_moves
from sim.financing.maturities import debt_matures
from sim.financing.panda_bonds import foreign_issuers_decide
from sim.fintech.component import FINTECH
from sim.indicators import indicators_are_read
from sim.institutions.component import INSTITUTIONS
from sim.side_markets.carbon import CARBON
from sim.side_markets.digital_yuan import DIGITAL_YUAN
from sim.side_markets.insurance import INSURANCE
from sim.side_markets.private_funds import PRIVATE_FUNDS
from sim.side_markets.trade_settlement import TRADE_SETTLEMENT
from sim.trading.component import FOREIGN_SHAREHOLDERS, TRADING

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
        Step(direct_financing_is_summed, owner="Accounts"),
        Step(accounts_close, owner="Accounts"),
        Step(indicators_are_read, owner="Indicators"),
    )
)
"""The steps of a month, in order. Policy and world finance of the month are known before the first step."""
