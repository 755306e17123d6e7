"""The decision of an agent in the reader's language: its terms, their units, and a sentence with their sum."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from agents.institutions import Centre
from agents.issuers import Instrument
from app.briefing.amounts import grouped, signed
from app.briefing.words import Wording
from app.web.words import Words, catalogue

if TYPE_CHECKING:
    import pandas as pd

IN_YUAN, IN_CHINESE = "CNY bn", 10.0
"""Unit of amounts, and the factor from it to 0.1 bn, in which Chinese gives amounts."""
LARGEST_TERMS = 3
"""Terms of a decision that its sentence names."""
SENTENCE_DIGITS, TABLE_DIGITS, MOST_DECIMALS = 2, 3, 4
"""Digits of the sum of the terms in a sentence and in a table, which set the decimals of all terms."""
MOST_EXPONENT = 700.0
"""Largest logarithm whose number is a floating-point number."""
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
        return words("problem.joint").join((name, _named(rest, words)))
    own, between, centre = term.partition(AGAINST)
    if between and centre in CENTRES:
        rival = words(f"centre.{CENTRES[centre].name.lower()}")
        return words("agents.against", term=_named(own, words), rival=rival)
    return _named(term, words)


def _named(term: str, words: Words) -> str:
    """A term as the app names it; most English names are the model's own."""
    key = f"decided.{term}"
    return words.known(key, words.of_data(key, term))


def _shown(value: float, unit: str, words: Words) -> tuple[float, str]:
    times = IN_CHINESE if unit == IN_YUAN and words.language == "zh" else 1.0
    return value * times, words.of_data(f"decided_unit.{unit}", unit)


def size_digits(value: float, digits: int) -> int:
    """Decimals with which a number has so many digits that count, 0 to `MOST_DECIMALS`."""
    if value == 0.0:
        return 0
    return int(np.clip(digits - 1 - math.floor(math.log10(abs(float(f"{value:.6g}")))), 0, MOST_DECIMALS))


def term_rows(terms: Sequence[Term], words: Words) -> list[list[str]]:
    """Terms as rows of a table, to the decimals that their sum supports, without those that are zero to them."""
    places = _decimals(terms, TABLE_DIGITS)
    kept = [each for each in terms if round(each.value, places) != 0.0]
    return [[each.name, signed(each.value, places, Wording(words.language)), each.unit] for each in kept]


def decision_told(decision: str, who: str, month: str, explained: pd.DataFrame, words: Words) -> str:
    """A decision in a sentence: what the agent did, by how much, and the largest terms with what the others add.

    Parameters
    ----------
    decision
        Decision, such as `purchases`.
    who
        The agent, as it is named.
    month
        Month of the decision.
    explained
        Its explanation, with columns term, value and unit.
    words
        Language.
    """
    terms = terms_of(explained, words)
    if not terms:
        return words("agents.plainly", told=words("did.nothing", who=who, month=month))
    places = _decimals(terms, SENTENCE_DIGITS)
    total = float(explained["value"].sum())
    shown = round(sum(each.value for each in terms), places)
    way = "none" if shown == 0.0 else "up" if shown > 0.0 else "down"
    key = next(key for key in (f"did.{decision}", f"did.{decision}_{way}", f"did.{decision}_up") if key in catalogue())
    wording = Wording(words.language)
    size = grouped(abs(shown), places, wording)
    told = words(
        key,
        who=who,
        month=month,
        money=words("replay.bn", amount=size),
        count=size,
        value=grouped(shown, places, wording),
        chance=_percent(1.0 / (1.0 + math.exp(min(-total, MOST_EXPONENT))), words),
        hazard=_percent(-math.expm1(-math.exp(min(total, MOST_EXPONENT))), words),
        rate=_percent(math.exp(min(total, MOST_EXPONENT)), words),
        share=_percent(abs(total), words),
        percent=_percent(abs(math.expm1(min(total, MOST_EXPONENT))), words),
        odds=told_to(math.exp(min(abs(total), MOST_EXPONENT)), SENTENCE_DIGITS),
    )
    largest = [each for each in sorted(terms, key=lambda term: -abs(term.value)) if round(each.value, places) != 0.0]
    named = [(each.name, round(each.value, places)) for each in largest[:LARGEST_TERMS]]
    rest = round(shown - sum(value for _, value in named), places)
    if rest != 0.0:
        named.append((words("agents.other_terms"), rest))
    if not largest:
        return words("agents.plainly", told=told)
    parts = words("desk.comma").join(f"{name} {signed(value, places, wording)}" for name, value in named)
    return words("agents.because", told=told, terms=parts, unit=_common_unit(largest))


def _decimals(terms: Sequence[Term], digits: int) -> int:
    """Decimals of the terms of a decision: those of their sum, of the largest where they cancel, none for counts."""
    if all(each.value.is_integer() for each in terms):
        return 0
    total = sum(each.value for each in terms)
    if abs(total) < 0.5 * 10.0**-MOST_DECIMALS:
        total = max((each.value for each in terms), key=abs)
    return size_digits(total, digits)


def _common_unit(terms: Sequence[Term]) -> str:
    """The unit of most terms: a logarithm of a rate has terms that only shift it."""
    return Counter(each.unit for each in terms).most_common(1)[0][0]


def _percent(share: float, words: Words) -> str:
    """A share in per cent with two digits, and as many as tell it from 0 and 1 where it is close to one of them."""
    nearest = min(share, abs(1.0 - share)) if share < 1.0 else share
    number = f"{100.0 * share:,.{size_digits(100.0 * nearest, SENTENCE_DIGITS)}f}"
    return words("agents.percent", number=number)


def told_to(value: float, digits: int, sign: str = "") -> str:
    """A number with so many digits that count, with commas and no power of ten; `+` as sign shows either sign."""
    return f"{float(f'{value:.{digits}g}'):{sign},.10g}"
