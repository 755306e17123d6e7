"""House banks and lead underwriters of firms, and their habit of going to the market."""

import numpy as np

from agents.arrays import Floats, Integers, one_of, rows_where
from agents.draws import Draws
from agents.firm_balance import next_market_habit
from agents.institutions import Institutions, Sector
from agents.issuers import Issuers
from scenarios.parameters import Parameters
from sim.clock import Clock
from sim.component import Changes
from sim.financing.firm_balance import are_firms
from sim.financing.underwriting import UNDERWRITERS

NOBODY = -1
"""In place of an institution where there is none."""


def _drawn_by_weight(institutions: Institutions, able: Integers, weight: Floats, uniform: Floats) -> Integers:
    """One of these institutions for each uniform number, with chances in proportion to the weights, by unique_id."""
    if not len(able) or weight.sum() <= 0.0:
        return np.full(len(uniform), NOBODY)
    numbers = institutions["unique_id"][able]
    order = np.argsort(numbers, kind="stable")  # who is drawn does not depend on the order of rows
    edges = np.cumsum(weight[order])
    place = np.minimum(np.searchsorted(edges / edges[-1], uniform), len(weight) - 1)
    return np.asarray(numbers[order][place])


def start_relations(clock: Clock, draws: Draws, institutions: Institutions, issuers: Changes[Issuers]) -> None:
    """Every firm has a house bank, those on the market a lead underwriter; both are drawn by size."""
    uniform = draws["issuer.relation"].uniform(issuers.draw_keys, clock.month, count=2)
    firms = rows_where(are_firms(issuers))
    issuers["house_bank"][firms] = _house_banks(institutions, uniform[0][firms])
    _take_capital_as_usual(institutions, issuers, firms)
    active = firms[issuers["market_access"][firms]]
    issuers["lead_underwriter"][active] = _lead_underwriters(institutions, uniform[1][active])
    debt = issuers["debt_bn"]
    owed = debt.sum(axis=0)
    issuers["market_habit"][:] = np.divide(debt[1:].sum(axis=0), owed, out=np.zeros_like(owed), where=owed > 0.0)


def _house_banks(institutions: Institutions, uniform: Floats) -> Integers:
    """Banks of the city in proportion to their assets, by unique_id."""
    banks = rows_where(institutions["sector"] == int(Sector.BANK))
    return _drawn_by_weight(institutions, banks, institutions["assets_bn"][banks], uniform)


def _lead_underwriters(institutions: Institutions, uniform: Floats) -> Integers:
    """Banks and brokers in proportion to their capital, by unique_id."""
    able = rows_where(one_of(institutions["sector"], UNDERWRITERS))
    return _drawn_by_weight(institutions, able, institutions["equity_bn"][able], uniform)


def _take_capital_as_usual(institutions: Institutions, issuers: Changes[Issuers], firms: Integers) -> None:
    """Take the capital ratio of their house banks as the usual one of these firms."""
    rows = institutions.rows_of(issuers["house_bank"][firms])
    there, rows = firms[rows >= 0], rows[rows >= 0]
    issuers["house_bank_usual"][there] = institutions["equity_bn"][rows] / institutions["assets_bn"][rows]


def usual_capital_is_remembered(institutions: Institutions, issuers: Changes[Issuers]) -> None:
    """Take the capital of house banks at the end of the base year as the usual one."""
    _take_capital_as_usual(institutions, issuers, rows_where(issuers["house_bank"] != NOBODY))


def firms_keep_relations(clock: Clock, draws: Draws, institutions: Institutions, issuers: Changes[Issuers]) -> None:
    """Firms whose house bank has left turn to another; a lead underwriter that has left is lost.

    A new house bank is taken as usual at its capital of the time. What a bank's capital does to its loans enters after
    the base year.
    """
    firms = rows_where(issuers["house_bank"] != NOBODY)
    left = firms[institutions.rows_of(issuers["house_bank"][firms]) < 0]
    issuers["house_bank"][left] = _house_banks(
        institutions, draws["issuer.relation"].uniform(issuers.draw_keys[left], clock.month)
    )
    _take_capital_as_usual(institutions, issuers, left)
    led = rows_where(issuers["lead_underwriter"] != NOBODY)
    issuers["lead_underwriter"][led[institutions.rows_of(issuers["lead_underwriter"][led]) < 0]] = NOBODY
    if clock.in_base_year:
        return
    rows = institutions.rows_of(issuers["house_bank"])
    there, rows = rows_where(rows >= 0), rows[rows >= 0]
    ratio = institutions["equity_bn"][rows] / institutions["assets_bn"][rows]
    usual = issuers["house_bank_usual"][there]
    # A bank without capital is taken to have a thousandth of the usual ratio.
    issuers["house_bank_capital"][:] = 0.0
    issuers["house_bank_capital"][there] = np.log(np.maximum(ratio / usual, LEAST_CAPITAL))


LEAST_CAPITAL = 1e-3
"""Least ratio of a bank's capital to the usual one."""


def market_is_remembered(
    clock: Clock,
    parameters: Parameters,
    draws: Draws,
    institutions: Institutions,
    issuers: Changes[Issuers],
    on_market_bn: Floats,
    raised_bn: Floats,
) -> None:
    """Habit of the market follows what was raised there and in all; who sold there has a lead underwriter after.

    Amounts of the month, CNY bn, shape (issuers,).
    """
    issuers["market_habit"][:] = next_market_habit(
        issuers["market_habit"], on_market_bn, raised_bn, parameters.market_habit_memory
    )
    new = rows_where((on_market_bn > 0.0) & (issuers["lead_underwriter"] == NOBODY) & are_firms(issuers))
    uniform = draws["issuer.relation"].uniform_of(issuers.draw_keys[new], clock.month, 1)
    issuers["lead_underwriter"][new] = _lead_underwriters(institutions, uniform)
