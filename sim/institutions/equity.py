"""Equity of institutions: what they earn, lose, pay out and raise in a month."""

import numpy as np

from agents.arrays import Flags, Floats, one_of
from agents.balance_sheets import (
    capital_raised_bn,
    income_terms_bn,
    loan_losses_bn,
    payout_bn,
    target_equity_ratio,
)
from agents.bank_capital import lending_room, lending_share
from agents.institutions import Institutions, Sector
from scenarios.parameters import Parameters
from sim.accounting.securities import COUNTED, Holder, SecurityBook
from sim.banking.capital import capital_requirement, room_and_excess
from sim.banking.state import LendingCapacity, RepoFunding
from sim.bond_market.state import GovernmentYield, china_yield_pct
from sim.clock import Clock
from sim.component import Changes
from sim.financing.state import Defaults
from sim.institutions.state import SectorTraits
from sim.world.conditions import china_yield_12m_pct, china_yield_2020_pct
from sim.world.interactions import Interactions
from sim.world.macro import MacroPath
from sim.world.policy import Channels

BANK_HOLDERS = (Sector.BANK, Sector.INSURER)
"""Sectors that stand for the country's banks and insurers among holders of bonds; the others stand for its managers."""
LENDERS = (Sector.BANK, Sector.LEASING)
"""Sectors whose other assets are loans."""


def hold_as_banks(institutions: Institutions) -> Flags:
    """Which institutions hold bonds as banks do; the others hold them as asset managers do."""
    return one_of(institutions["sector"], BANK_HOLDERS)


def trend_growth(parameters: Parameters, institutions: Institutions) -> Floats:
    """Trend of each institution's assets, 1/year."""
    trend: Floats = np.where(
        hold_as_banks(institutions), parameters.bank_asset_growth, parameters.assets_organic_growth
    )
    return trend


def loans_bn(institutions: Institutions) -> Floats:
    """Loans to customers of each institution, CNY bn."""
    lent = institutions["interbank_lent_bn"] + institutions["repo_lent_bn"] + institutions["bonds_bn"]
    return np.where(one_of(institutions["sector"], LENDERS), np.maximum(institutions["assets_bn"] - lent, 0.0), 0.0)


def loss_rates(book: SecurityBook, lost_bn: Floats) -> Floats:
    """Part of their bonds that banks and asset managers lose in a month, shape (2,).

    Every holder of a class loses the same part of it. `lost_bn` by class, of what was outstanding before the month.
    """
    before = book.opening_holdings_bn[1:]
    rate = np.divide(lost_bn, book.opening_bn, out=np.zeros_like(book.opening_bn), where=book.opening_bn > 0.0)
    held = before.sum(axis=1)
    return np.divide((before * rate).sum(axis=1), held, out=np.zeros(2), where=held > 0.0)


def usual_losses_by_class_bn(book: SecurityBook, defaults: Defaults) -> Floats:
    """Losses that ratings imply in the month, shared out among the classes of credit by what is outstanding."""
    usual: Floats = np.zeros_like(book.opening_bn)
    credit = book.opening_bn[COUNTED]
    usual[COUNTED] = defaults.expected_bn * credit / credit.sum()
    return usual


def credit_losses_bn(
    parameters: Parameters,
    book: SecurityBook,
    defaults: Defaults,
    institutions: Institutions,
    loans: Floats,
    *,
    usual: bool,
) -> Floats:
    """Losses of each institution in the month on bonds and loans, CNY bn; the usual ones are those margins cover.

    `loans` are those of `loans_bn`.
    """
    rates = loss_rates(book, usual_losses_by_class_bn(book, defaults) if usual else book.defaulted_bn)
    place = np.where(hold_as_banks(institutions), Holder.BANKS - 1, Holder.ASSET_MANAGERS - 1)
    on_loans = loan_losses_bn(
        loans,
        parameters.loan_loss_charge,
        0.0 if usual else defaults.unexpected_share,
        parameters.nonperforming_response,
        parameters.loan_loss_given_default,
    )
    losses: Floats = institutions["bonds_bn"] * rates[place] + on_loans
    return losses


def month_income_terms(
    clock: Clock,
    parameters: Parameters,
    macro: MacroPath,
    traits: SectorTraits,
    book: SecurityBook,
    government: GovernmentYield,
    funding: RepoFunding,
    institutions: Institutions,
    loans: Floats,
    usual_losses_bn: Floats,
) -> Floats:
    """Terms of each institution's income of the month, CNY bn, shape (5, n)."""
    bank = hold_as_banks(institutions)
    margin = parameters.bank_margin_yield_slope * (china_yield_12m_pct(clock, macro) - china_yield_2020_pct(macro))
    marked = np.where(bank, parameters.bank_marked_bond_share, 1.0) * parameters.managed_bond_duration
    return income_terms_bn(
        institutions["equity_bn"],
        loans,
        institutions["bonds_bn"],
        traits.return_on_equity[institutions["sector"]],
        usual_losses_bn,
        institutions["profitability"],
        parameters.return_on_equity_spread,
        margin,
        funding.signals.carry_change_pp,
        china_yield_pct(clock, macro, book) - government.last_month_pct,
        marked,
    )


def institutions_earn_and_lose(
    clock: Clock,
    parameters: Parameters,
    channels: Channels,
    interactions: Interactions,
    macro: MacroPath,
    traits: SectorTraits,
    book: SecurityBook,
    government: GovernmentYield,
    funding: RepoFunding,
    defaults: Defaults,
    institutions: Changes[Institutions],
    capacity: Changes[LendingCapacity],
) -> None:
    """Institutions earn income, bear credit losses, pay dividends and adjust their capital.

    Equity moves by these four flows and by nothing else. What is left decides how much institutions may grow and banks
    may lend in the next month (interaction `bank_capital`). Without the interaction `credit_losses` nobody bears what
    issuers write off, and margins cover nothing of it.
    """
    loans = loans_bn(institutions)
    if interactions.on("credit_losses"):
        usual, losses = (
            credit_losses_bn(parameters, book, defaults, institutions, loans, usual=each) for each in (True, False)
        )
    else:
        usual = losses = np.zeros(len(institutions))
    income = month_income_terms(
        clock, parameters, macro, traits, book, government, funding, institutions, loans, usual
    ).sum(axis=0)
    dividends = payout_bn(income - losses, parameters.payout_ratio)
    target = target_equity_ratio(
        institutions["normal_equity_ratio"] * capital_requirement(parameters, channels),
        trend_growth(parameters, institutions),
        traits.return_on_equity[institutions["sector"]],
        parameters.payout_ratio,
        parameters.capital_adjustment_speed,
    )
    raised = capital_raised_bn(
        institutions["equity_bn"] + income - losses - dividends,
        institutions["assets_bn"],
        target,
        parameters.capital_adjustment_speed,
        parameters.least_equity_ratio,
        parameters.largest_equity_ratio,
    )
    institutions["income_bn"][:] = income
    institutions["losses_bn"][:] += losses
    institutions["payout_bn"][:] = dividends
    institutions["raised_bn"][:] = raised
    institutions["equity_bn"][:] += income - losses - dividends + raised
    institutions["liabilities_bn"][:] = institutions["assets_bn"] - institutions["equity_bn"]
    if interactions.on("bank_capital"):
        room, excess = room_and_excess(parameters, channels, institutions)
        institutions["capital_room"][:], institutions["excess_leverage"][:] = room, excess
        banks = institutions["sector"] == int(Sector.BANK)
        mean = lending_room(room[banks], loans[banks])
        if clock.in_base_year:
            capacity.usual_room = mean
        capacity.share = lending_share(mean, capacity.usual_room)


def equity_terms(institutions: Institutions, row: int) -> list[tuple[str, float, str]]:
    """Terms of the change of an institution's equity over the month, which add up to it: (term, value, unit)."""
    flows = (("income", 1.0), ("losses", -1.0), ("payout", -1.0), ("raised", 1.0))
    names = {"losses": "credit losses", "payout": "dividends", "raised": "capital raised less surplus taken out"}
    return [(names.get(name, name), sign * float(institutions[f"{name}_bn"][row]), "CNY bn") for name, sign in flows]
