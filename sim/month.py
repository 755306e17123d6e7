"""The month, step by step. Read `MONTH` aloud: it is the model."""

import time
from typing import TYPE_CHECKING, Any

from scenarios.parameters import Parameters
from sim.added.month import month_with
from sim.authorities.component import AUTHORITIES
from sim.banking.bond_funding import repo_funds_bond_holders
from sim.banking.interbank import interbank_market_clears
from sim.banking.leverage import institutions_set_leverage
from sim.bond_market.certificates import banks_roll_certificates
from sim.bond_market.clearing import bond_market_clears
from sim.bond_market.foreign_investors import foreign_investors_enter, foreign_investors_trade
from sim.bond_market.foreign_value import foreign_bonds_are_valued
from sim.bond_market.geopolitics import geopolitical_events_happen
from sim.bond_market.public_supply import public_sector_issues
from sim.clock import Clock
from sim.closing.accounts import Verification, accounts_close
from sim.closing.base_year_sums import add_month_of_base_year
from sim.closing.indicators import indicators_are_read
from sim.component import ContractError, Month, Part, States, Step, state_name
from sim.components import Components, remember_base_year
from sim.declared import Watch
from sim.failures.clearing_member_default import clearing_members_default
from sim.failures.platform_outage import platform_goes_down
from sim.failures.small_bank_failure import small_banks_fail
from sim.financing.default_frailty import default_frailty_moves
from sim.financing.direct_financing import direct_financing_is_summed
from sim.financing.firm_balance import firms_earn
from sim.financing.issuance import issuers_raise_money
from sim.financing.listings import gate_moves, listing_queue_moves
from sim.financing.maturities import debt_matures
from sim.financing.need_cycle import need_cycle_moves
from sim.financing.panda_bonds import foreign_issuers_decide
from sim.financing.relations import firms_keep_relations
from sim.fintech.component import FINTECH
from sim.institutions.component import INSTITUTIONS
from sim.opening.month_opens import open_month
from sim.redline.component import REDLINE
from sim.side_markets.carbon import CARBON
from sim.side_markets.digital_yuan import DIGITAL_YUAN
from sim.side_markets.insurance import INSURANCE
from sim.side_markets.private_funds import PRIVATE_FUNDS
from sim.side_markets.trade_settlement import TRADE_SETTLEMENT
from sim.trading.component import FOREIGN_SHAREHOLDERS, TRADING
from sim.world.policy import Channels, Policy

if TYPE_CHECKING:
    import pandas as pd

MONTH = Month(
    (
        *AUTHORITIES.steps,
        Step(small_banks_fail, owner="World"),
        Step(clearing_members_default, owner="World"),
        Step(platform_goes_down, owner="World"),
        Step(need_cycle_moves, owner="World"),
        Step(default_frailty_moves, owner="World"),
        Step(firms_earn, owner="Issuer"),
        Step(firms_keep_relations, owner="Issuer"),
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
        Step(foreign_bonds_are_valued, owner="Market"),
        *INSTITUTIONS.steps,
        *FINTECH.steps,
        *TRADE_SETTLEMENT.steps,
        *DIGITAL_YUAN.steps,
        *CARBON.steps,
        *INSURANCE.steps,
        *PRIVATE_FUNDS.steps,
        Step(institutions_set_leverage, owner="FinancialInstitution"),
        Step(interbank_market_clears, owner="FinancialInstitution"),
        Step(repo_funds_bond_holders, owner="FinancialInstitution"),
        *TRADING.steps,
        Step(direct_financing_is_summed, owner="Accounts"),
        *REDLINE.steps,
        Step(accounts_close, owner="Accounts"),
        Step(indicators_are_read, owner="Indicators"),
    )
)
"""The steps of a month, in order. Policy and world finance of the month are known before the first step."""
UNWATCHED = (Parameters, Policy, Channels)
"""States that are not watched: parameters refuse a change, and policy keeps a note of the channels that are read."""
_ADD_TO_SUMS = Part(add_month_of_base_year)


def month_of(states: States) -> Month:
    """The steps of the month of a model: those of `MONTH`, with those of the components of others that it has."""
    added = states[Components].added
    return month_with(MONTH, added) if added else MONTH


def refuse_missing_states(states: States, month: Month | None = None) -> None:
    """Refuse a month of which a step names a state that is not there.

    Raises
    ------
    ContractError
        If a state is missing: it names the step and the state.
    """
    for step in month_of(states) if month is None else month:
        for kind, _ in step.needs:
            if kind not in states:
                raise ContractError(f"the step {step.name!r} needs {state_name(kind)}, which no component brings")


def simulate_month(states: dict[Any, Any], seconds: dict[str, float] | None = None, month: Month | None = None) -> None:
    """Simulate the next month: open it, run the steps in order, and add it to the sums of the base year.

    Parameters
    ----------
    states
        States of the model by their type; where every check is wanted, a change that a step has not declared is
        refused.
    seconds
        Time spent in each step, to which that of the month is added.
    month
        The steps; None takes `month_of` the states.

    Raises
    ------
    AccountingError
        If an identity breaks.
    ContractError
        If a state is missing, or a step changes one that it has not declared.
    """
    open_month(states)
    watch = Watch(states, UNWATCHED) if states[Verification].wanted else None
    for step in month_of(states) if month is None else month:
        started = time.perf_counter()
        if watch is None:
            step.on(states)
        else:
            watch.run(step, states)
        if seconds is not None:
            seconds[step.name] = seconds.get(step.name, 0.0) + time.perf_counter() - started
    clock: Clock = states[Clock]
    if clock.in_base_year:
        _ADD_TO_SUMS.on(states)
    if clock.ends_base_year:
        remember_base_year(states)


def month_table(month: Month | None = None) -> "pd.DataFrame":
    """The steps of a month: order, step, owner, function, what happens, which states it reads and changes."""
    import pandas as pd

    rows = [
        {
            "order": position,
            "step": step.name,
            "owner": step.owner,
            "function": step.function,
            "what": step.what,
            "reads": step.reads_named,
            "writes": step.changes_named,
        }
        for position, step in enumerate(MONTH if month is None else month, start=1)
    ]
    return pd.DataFrame(rows).set_index("order")
