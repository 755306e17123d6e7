"""Observations of the base year of a user's own plan: rows that replace those of the package, and their checks."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from scenarios.baseline import observations
from scenarios.errors import Problem, nearest_name, unknown
from scenarios.plan.records import OwnObservation
from scenarios.plausible import limits
from scenarios.problem_texts import coded
from scenarios.typed_rows import read_table

COLUMNS = ("id", "value", "unit", "status", "source")
"""Columns that the file must have."""
STATUSES = ("observed", "estimated", "literature", "judgement", "hypothetical")
"""What the status of an observation can be."""
NOT_READ = ("financial_bond_issuance_recalled",)
"""Observations of the package that stand beside a solved value and that no rule reads."""
STAR = ("ipo_proceeds_star", "ipo_count_star", "star_listed_2019")
"""Observations that are zero together where the city has no second board."""
VENUES = ("turnover_interbank_total", "turnover_sse_total", "turnover_shfe", "turnover_cffex", "turnover_sge")
"""Turnover of the venues, which adds up to the total."""
TOTAL = "turnover_total"
SUM_ROUNDING = 1e-3
"""Relative difference of a stated total from the sum of its parts that is rounding."""
MOST_LEADING = 99
"""Leading fintech firms of one city: the list is of a hundred firms, of which one at least is elsewhere."""
LARGEST_GROWTH = 0.5
"""Largest growth or fall in a year that is taken for one."""


@dataclass(frozen=True)
class _Room:
    """A whole that must be larger than its parts: the rest is something that the model has too."""

    whole: str
    parts: tuple[str, ...]


_ROOMS = (
    _Room("turnover_interbank_total", ("turnover_interbank_money_market", "turnover_interbank_spot_bonds")),
    _Room("turnover_sse_total", ("turnover_sse_equity",)),
    _Room("equity_raised_national", ("equity_raised_sse",)),
    _Room("equity_raised_sse", ("ipo_proceeds_main", "ipo_proceeds_star")),
    _Room("corporate_bonds_outstanding_2019", ("commercial_paper_outstanding_2019", "green_bonds_outstanding_2019")),
    _Room("bond_custody_total", ("bond_custody_interbank",)),
    _Room(
        "bond_custody_total_2019",
        (
            "ncd_outstanding_2019",
            "financial_bonds_outstanding_2019",
            "corporate_bonds_outstanding_2019",
            "abs_outstanding_2019",
            "panda_outstanding_2019",
        ),
    ),
    _Room("bond_custody_interbank", ("foreign_bond_holdings",)),
    _Room("bond_custody_total_2019", ("foreign_bond_holdings_2019",)),
    _Room("cross_border_rmb", ("cross_border_rmb_trade",)),
    _Room("cross_border_rmb_2019", ("cross_border_rmb_trade_2019",)),
    _Room("panda_cumulative", ("panda_issuance",)),
    _Room("listed_companies_sse_2019", ("star_listed_2019",)),
    _Room("sse_market_value_2020", ("equity_raised_sse", "foreign_equity_holdings_2019")),
)
_INDICATORS: Mapping[str, Callable[[Mapping[str, float]], float]] = {
    "turnover_total": lambda known: known[TOTAL],
    "direct_financing": lambda known: known["direct_financing"],
    "direct_financing_share": lambda known: known["direct_financing_share"],
    "foreign_bond_share": lambda known: known["foreign_bond_holdings"] / known["bond_custody_interbank"],
    "panda_cumulative": lambda known: known["panda_cumulative"],
    "leading_fintech_count": lambda known: known["fintech_leading"],
}
"""Value of 2020 of indicators of the plan of the package, from observations."""


def read_baseline(rows: Sequence[Mapping[str, Any]]) -> tuple[OwnObservation, ...]:
    """Return rows of a user's table as observations.

    Raises
    ------
    InputError
        For an unknown or missing field, or a value of another type.
    """
    return read_table(OwnObservation, rows, "", "baseline")


def with_total(own: Mapping[str, float]) -> dict[str, float]:
    """Return replaced observations with the total turnover that follows where a venue alone is replaced."""
    if TOTAL in own or not any(name in own for name in VENUES):
        return dict(own)
    return {**own, TOTAL: sum(own.get(name, observations()[name].value) for name in VENUES)}


def values_2020(own: Mapping[str, float]) -> dict[str, float]:
    """Return the value of 2020 of each indicator that replaced observations move."""
    usual = {name: each.value for name, each in observations().items()}
    known = {**usual, **with_total(own)}
    return {name: of(known) for name, of in _INDICATORS.items() if of(known) != of(usual)}


def baseline_problems(rows: Sequence[OwnObservation]) -> Iterable[Problem]:
    """Yield observations that are unknown, in another unit, without a basis, implausible, or do not fit one another."""
    sound = True
    for row in rows:
        for problem in _row_problems(row):
            sound = False
            yield problem
    if sound:
        yield from _sum_problems({row.id: row.value for row in rows})


def _row_problems(row: OwnObservation) -> Iterable[Problem]:
    key, known = f"baseline.{row.id}", observations()
    if row.id not in known:
        names = [name for name in known if name not in NOT_READ]
        yield unknown("observation", row.id, names, key=f"{key}.id", allowed=coded("allowed.see_baseline"))
        return
    if row.id in NOT_READ:
        yield Problem(coded("baseline.not_read", name=row.id), key=f"{key}.id", value=row.id)
        return
    low, high = _range(row.id)
    if row.unit != known[row.id].unit:
        message = coded("parameter.other_unit", name=row.id, unit=row.unit)
        yield Problem(message, key=f"{key}.unit", value=row.unit, allowed=known[row.id].unit)
    elif not low <= row.value <= high:
        allowed = coded("allowed.range_in_unit", low=low, high=high, unit=row.unit)
        message = coded("value.outside_range", value=row.value)
        yield Problem(message, key=f"{key}.value", value=row.value, allowed=allowed)
    elif row.unit.startswith("count") and not row.value.is_integer():
        message = coded("value.no_whole_number", value=row.value, least=1)
        yield Problem(message, key=f"{key}.value", value=row.value, allowed=coded("allowed.whole_number"))
    if row.status not in STATUSES:
        message = coded("baseline.status", status=row.status)
        near = nearest_name(row.status, STATUSES)
        yield Problem(message, key=f"{key}.status", value=row.status, allowed=", ".join(STATUSES), nearest=near)
    if not row.source:
        yield Problem(coded("value.missing"), key=f"{key}.source")


def _range(name: str) -> tuple[float, float]:
    """Least and largest value of an observation: what its unit can be, or a multiple of that of the package."""
    each = observations()[name]
    if each.unit == "share":
        return 0.001, 0.999
    if each.unit == "1/year":
        return -LARGEST_GROWTH, LARGEST_GROWTH
    most = MOST_LEADING if name == "fintech_leading" else limits().highest_multiple * each.value
    least = 0.0 if name in STAR else limits().lowest_part * each.value
    return (max(least, 1.0) if each.unit.startswith("count") and name not in STAR else least), most


def _sum_problems(own: Mapping[str, float]) -> Iterable[Problem]:
    known = {name: each.value for name, each in observations().items()} | with_total(own)
    total = sum(known[name] for name in VENUES)
    if abs(known[TOTAL] / total - 1.0) > SUM_ROUNDING:
        message = coded("baseline.sum", whole=TOTAL, total=total)
        yield Problem(message, key=f"baseline.{TOTAL}.value", value=known[TOTAL], allowed=f"{total:g}")
    for room in _ROOMS:
        yield from _no_room(own, room.whole, known[room.whole], {name: known[name] for name in room.parts})
    green = {"green_bond_issuance": known["green_bond_issuance"]}
    bonds = (1.0 - known["commercial_paper_share"]) * known["corporate_bond_issuance"]
    yield from _no_room(own, "corporate_bond_issuance", bonds, green)
    national = 1000.0 * known["direct_financing"] / known["direct_financing_share"]
    debt = {name: known[name] for name in ("corporate_bond_issuance", "abs_issuance", "panda_issuance")}
    raised = {**debt, "equity_raised_national": known["equity_raised_national"]}
    yield from _no_room(own, "direct_financing", national, raised)
    financial = national - sum(raised.values())
    issued = {**debt, "ncd_issuance": known["ncd_issuance"], "direct_financing": financial}
    yield from _no_room(own, "bond_issuance_total", known["bond_issuance_total"], issued)
    zero = [name for name in STAR if known[name] == 0.0]
    if zero and len(zero) < len(STAR):
        name = zero[0]
        message = coded("baseline.zero_together", names=", ".join(STAR))
        yield Problem(message, key=f"baseline.{name}.value", value=0.0)


def _no_room(own: Mapping[str, float], whole: str, value: float, parts: Mapping[str, float]) -> Iterable[Problem]:
    total = sum(parts.values())
    if total < value:
        return
    given = next((name for name in (*parts, whole) if name in own), None)
    if given is None:  # nothing of it was replaced
        return
    message = coded("baseline.no_room", whole=whole, value=value, parts=", ".join(parts), total=total)
    yield Problem(message, key=f"baseline.{given}.value", value=own[given])
