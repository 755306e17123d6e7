"""The second sheet: each indicator year by year, and the redline; growth against resilience, where that is known."""

from collections.abc import Sequence

import numpy as np

from agents.arrays import Floats
from app.briefing import amounts
from app.briefing.answer_page import shade
from app.briefing.brief import Brief
from app.briefing.fan import HEIGHT, Fan, fan
from app.briefing.frontier_shown import frontier_shown
from app.briefing.markup import figure, tag, words
from app.briefing.words import Wording
from scenarios.plan import Indicator
from sim.experiments.summary import Summary

LOWER = 144.0
"""Height of a fan where a frontier stands below all of them."""


def content(brief: Brief, wording: Wording) -> str:
    """The sheet."""
    summary = brief.summary
    shown = [each for each in summary.plan.indicators if each.id in summary.outlooks[summary.main]]
    frontier = frontier_shown(brief, wording)
    height = LOWER if frontier else HEIGHT
    figures = [fan_figure(brief, each, wording, height=height) for each in shown]
    if summary.main in summary.redlines:
        figures.append(_redline(summary, wording, height))
    note = "page.fans_note" if brief.wide else "page.fans_note_narrow"
    return "".join(
        [
            words("h2", wording("page.fans"), _class="first"),
            legend(summary, list(summary.scenarios), wording),
            tag("div", *figures, _class="fans"),
            words(
                "p",
                wording(note, scenario=wording.scenario(summary.main), year=summary.plan.target_year),
                _class="note",
            ),
            frontier,
        ]
    )


def legend(summary: Summary, names: Sequence[str], wording: Wording) -> str:
    """Names of the scenarios beside the colour of each."""
    keys = [
        tag("span", tag("i", _class=f"key {shade(summary, name)}"), words("span", wording.scenario(name)))
        for name in names
    ]
    return tag("p", *keys, _class="legend")


def fan_figure(brief: Brief, indicator: Indicator, wording: Wording, *, why: str = "", height: float = HEIGHT) -> str:
    """The fan of an indicator under its title and unit.

    Parameters
    ----------
    brief
        The brief.
    indicator
        An indicator of its plan.
    wording
        Language.
    why
        Why it is shown, before its title; a chart that is chosen leaves out the band with the model's own error.
    height
        Height of the picture in its own units.
    """
    id, summary = indicator.id, brief.summary
    times = amounts.factor(id, wording)
    target = amounts.target(indicator, wording)
    wide = None if why else brief.wide.get(id)
    shown = Fan(
        years=summary.years,
        bands=summary.outlooks[summary.main][id].by_year * times,
        others={
            shade(summary, name): outlooks[id].by_year[:, 2] * times
            for name, outlooks in summary.outlooks.items()
            if name != summary.main and id in outlooks
        },
        observed={year: value * times for year, value in brief.observed.get(id, {}).items()},
        target=indicator.target_value * times,
        target_label=wording("page.target_short", value=target),
        wide=None if wide is None else wide * times,
    )
    title = wording("join.colon").join((why, wording.title(id))) if why else wording.title(id)
    return figure(title, wording.unit(id), fan(shown, title, amounts.ticker(wording), height))


def _redline(summary: Summary, wording: Wording, height: float) -> str:
    mine = summary.redlines[summary.main]
    title = wording("title.redline")
    others = {
        shade(summary, name): _over(summary.years, each.years, each.broken)
        for name, each in summary.redlines.items()
        if name != summary.main
    }
    blank = np.full((len(summary.years), 5), np.nan)
    blank[:, 2] = _over(summary.years, mine.years, mine.broken)
    others["warning"] = _over(summary.years, mine.years, mine.warned)
    drawn = fan(
        Fan(summary.years, blank, others, {}, None, ""),
        title,
        amounts.ticker(wording),
        height,
    )
    return figure(title, wording("unit.redline"), drawn)


def _over(years: tuple[int, ...], known: tuple[int, ...], shares: Floats) -> Floats:
    """Shares of runs in per cent, zero in the base year and unknown in years without a value."""
    by_year = dict(zip(known, shares, strict=True))
    return np.array([100.0 * by_year.get(year, 0.0 if year < min(known) else np.nan) for year in years])
