"""The cards of the desk: one for each indicator of the plan, with its range, verdict and change."""

from __future__ import annotations

from typing import Any

from app.briefing.bullet import bullet
from app.web import charts
from app.web.named import indicator_name, unit_name
from app.web.words import Words
from scenarios import plan
from sim.experiments.summary import Effect, Outlook, Summary

TARGETS = {"at least": "desk.floor", "qualitative": "desk.no_number"}
WITHOUT_CHANGE = {"no effect": "desk.no_effect", "too few runs": "desk.too_few_runs"}
"""Texts in place of a change."""
TONES = {"reaches": "good", "likely": "good", "unlikely": "poor", "misses": "poor"}
"""Colours of verdicts; a verdict is a word too."""


def indicator_card(
    indicator: plan.Indicator, summary: Summary, baseline: str, words: Words, *, chosen: bool
) -> dict[str, Any]:
    """The card of an indicator under the desk's scenario.

    Parameters
    ----------
    indicator
        An indicator of the plan.
    summary
        Summary of the desk's runs.
    baseline
        Name of the baseline as it is shown.
    words
        Language.
    chosen
        Whether its chart is chosen.
    """
    id, outlook = indicator.id, summary.outlooks["desk"][indicator.id]
    target = words(
        TARGETS.get(indicator.qualifier, "desk.target"), value=charts.number(id, indicator.target_value, words)
    )
    quantiles = [float(each) for each in outlook.at_target]
    told = _range_told(id, outlook, words)
    effect, comma = summary.effects.get("desk", {}).get(id), words("desk.comma")
    base = words("desk.value_2020", value=charts.number(id, indicator.value_2020, words))
    return {
        "id": id,
        "name": indicator_name(indicator, words),
        "unit": comma.join((unit_name(indicator, words), words("desk.in_year", year=summary.year))),
        "value": charts.number(id, quantiles[2], words),
        "bullet": bullet(quantiles, indicator.value_2020, indicator.target_value, comma.join((told, target))),
        "verdict": words(f"verdict.{outlook.verdict}"),
        "tone": TONES.get(outlook.verdict, "open"),
        "change": "" if effect is None else change_told(indicator, effect, baseline, words),
        "target": comma.join((target, base)),
        "share": comma.join((words("desk.share", met=outlook.met, runs=outlook.runs), told)),
        "chosen": chosen,
    }


def _range_told(id: str, outlook: Outlook, words: Words) -> str:
    low, high = (charts.number(id, float(outlook.at_target[place]), words) for place in (0, 4))
    return words("desk.range", low=low, high=high)


def change_told(indicator: plan.Indicator, effect: Effect, baseline: str, words: Words) -> str:
    """The effect against the baseline with its interval, or that there is none, or none that is clear."""
    if effect.verdict in WITHOUT_CHANGE:
        return words(WITHOUT_CHANGE[effect.verdict], baseline=baseline)
    change, low, high = charts.effect(indicator.id, effect.median, effect.low, effect.high, words)
    unit = charts.change_unit(indicator, words)
    told = words("desk.change", change=change, unit=unit, low=low, high=high, baseline=baseline)
    return told + (words("desk.not_clear") if effect.verdict == "no clear effect" else "")
