"""How the app writes an indicator that runs record beside the plan's: its name and its unit."""

from __future__ import annotations

from dataclasses import dataclass

from app.briefing.money import in_hundreds_of_millions
from app.web.words import Words
from sim.closing.dictionary import Recorded, dictionary

SHARE = "share"


@dataclass(frozen=True)
class ShownUnit:
    """A unit of the app: the factor from the model's own unit, its text, and the text for a change."""

    factor: float
    text: str
    of_change: str


def recorded_name(indicator: str, words: Words) -> str:
    """The name of a recorded indicator; a component of others may record one without a name in Chinese."""
    known = dictionary().get(indicator)
    if known is None:
        return indicator
    return (known.name_zh if words.language == "zh" else known.name) or known.name


def recorded_unit(indicator: str, words: Words) -> ShownUnit:
    """The unit of a recorded indicator: shares in per cent, billions as 0.1 bn in Chinese, others as recorded."""
    known = dictionary().get(indicator)
    unit = "" if known is None else known.unit
    if unit == SHARE:
        return ShownUnit(100.0, "%", words("unit.points"))
    text = words.of_data(f"recorded_unit.{unit}", unit)
    return ShownUnit(in_hundreds_of_millions(unit) if words.language == "zh" else 1.0, text, text)


def definition(recorded: Recorded, words: Words) -> str:
    """What a recorded indicator is, in a sentence."""
    return words.of_data(f"definition.{recorded.id}", recorded.definition)
