"""The decision of an agent in the reader's language: its terms, their units, and a sentence with their sum."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from agents.institutions import Centre
from agents.issuers import Instrument
from app.web.words import Words

if TYPE_CHECKING:
    import pandas as pd

IN_YUAN, IN_CHINESE = "CNY bn", 10.0
"""Unit of amounts, and the factor from it to 0.1 bn, in which Chinese gives amounts."""
LARGEST_TERMS = 3
"""Terms of a decision that its sentence names."""
OF_INSTRUMENT, AGAINST = ": ", " against "
"""What stands between an instrument and a term of its utility, and between a term and the rival centre."""
CENTRES = {each.name: each for each in Centre}
INSTRUMENTS = {each.name.lower().replace("_", " "): each for each in Instrument}
"""Instruments by the name that terms begin with."""


@dataclass(frozen=True)
class Term:
    """A term of a decision as it is shown."""

    name: str
    value: float
    unit: str


def terms_of(explained: pd.DataFrame, words: Words) -> list[Term]:
    """The terms of an explanation with columns term, value and unit; amounts in Chinese are in 0.1 bn."""
    return [
        Term(term_name(str(row.term), words), *_shown(float(str(row.value)), str(row.unit), words))
        for row in explained.itertuples()
    ]


def term_name(term: str, words: Words) -> str:
    """The name of a term, with the instrument or the rival centre that it is about."""
    instrument, between, rest = term.partition(OF_INSTRUMENT)
    if between and instrument in INSTRUMENTS:
        name = words(f"instrument.{INSTRUMENTS[instrument].name.lower()}")
        return words("problem.joint").join((name, words.of_data(f"decided.{rest}", rest)))
    own, between, centre = term.partition(AGAINST)
    if between and centre in CENTRES:
        rival = words(f"centre.{CENTRES[centre].name.lower()}")
        return words("agents.against", term=words.of_data(f"decided.{own}", own), rival=rival)
    return words.of_data(f"decided.{term}", term)


def _shown(value: float, unit: str, words: Words) -> tuple[float, str]:
    times = IN_CHINESE if unit == IN_YUAN and words.language == "zh" else 1.0
    return value * times, words.of_data(f"decided_unit.{unit}", unit)


def sum_told(terms: Sequence[Term], words: Words) -> str:
    """A decision in a sentence: the sum of its terms, and the largest of them."""
    largest = sorted(terms, key=lambda term: -abs(term.value))[:LARGEST_TERMS]
    told = words("desk.comma").join(f"{term.name} {term.value:+.4g}" for term in largest)
    total = sum(term.value for term in terms)
    return words("agents.sum", total=f"{total:+.4g}", unit=terms[0].unit if terms else "", terms=told)
