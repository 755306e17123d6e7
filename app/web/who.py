"""What an agent is called: its kind and number, and what sets it apart from others of its kind."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from agents.districts import NOWHERE, District
from agents.equity_investors import EquityStyle
from agents.foreign_investors import Bloc, InvestorGroup
from agents.institutions import Sector

if TYPE_CHECKING:
    from agents.population import Population
    from app.web.words import Words


def name_of(kind: str, population: Population[Any], row: int, words: Words) -> str:
    """Kind and number of one agent, such as "Bank 2662"; an institution goes by its class."""
    number = int(population.unique_ids[row])
    called = Sector(int(population["sector"][row])).name if kind == "FinancialInstitution" else kind
    return words(f"one.{called}", id=number)


def traits_of(kind: str, population: Population[Any], row: int, words: Words) -> str:
    """What is known of one agent beside its kind; nothing for a kind without traits of its own."""
    codes: list[str] = []
    if kind == "ForeignInvestor":
        codes = [f"trait.{InvestorGroup(int(population['group'][row])).name}", _bloc(population, row)]
    elif kind == "ForeignEquityInvestor":
        codes = [f"trait.{EquityStyle(int(population['style'][row])).name}", _bloc(population, row)]
    elif kind == "FintechFirm":
        codes = ["trait.in_shanghai" if population["in_shanghai"][row] else "trait.elsewhere"]
    elif kind == "FinancialInstitution":
        codes = ["trait.foreign" if population["foreign"][row] else "trait.domestic"]
        district = int(population["district"][row])
        if district != NOWHERE:
            codes.append(f"district.{District(district).name}")
    return words("desk.comma").join(words(code) for code in codes)


def who(kind: str, population: Population[Any], row: int, words: Words) -> str:
    """An agent with its traits, as the subject of a sentence."""
    name, traits = name_of(kind, population, row, words), traits_of(kind, population, row, words)
    return words("agents.traits", name=name, traits=traits) if traits else name


def _bloc(population: Population[Any], row: int) -> str:
    return f"trait.{Bloc(int(population['bloc'][row])).name}"
