"""The third sheet: what the policy changes against the baseline, and which task groups make the difference."""

from collections.abc import Callable
from html import escape

from app.briefing import amounts
from app.briefing.answer_page import chip, shade
from app.briefing.brief import Brief
from app.briefing.changes_told import changes
from app.briefing.effects_figure import Bar, Scale, interval, interval_axis, waterfall
from app.briefing.markup import figure, table, tag, words
from app.briefing.words import Wording
from app.briefing.years_page import legend
from scenarios.plan import Indicator
from scenarios.problem_texts import in_language
from sim.experiments.attribution import Attribution
from sim.experiments.least_runs import LEAST_FOR_INTERVAL
from sim.experiments.summary import MOST_SCENARIOS, Effect, Summary

MOST_WATERFALLS = 4
MOST_BESIDE_MANY = 2
"""Waterfalls beside the effects of three scenarios."""
MOST_CHANGES = 12
MOST_BESIDE_WATERFALLS = 4
"""Changes that have a line where waterfalls take their room."""
NEGLIGIBLE_PART = 0.01
"""Part of the largest one below which parts are drawn together."""


def content(brief: Brief, wording: Wording) -> str:
    """The sheet."""
    summary = brief.summary
    baseline = wording.scenario(summary.baseline or "")
    parts = [
        changes(brief, wording, MOST_CHANGES if summary.attribution is None else MOST_BESIDE_WATERFALLS),
        words("h2", wording("page.effects", year=summary.year, baseline=baseline)),
    ]
    if summary.baseline is None:
        parts = [words("h2", wording("page.effect"), _class="first"), words("p", wording("page.no_effects"))]
    for name, why in summary.not_compared.items():
        told = in_language(why, wording.language)
        parts.append(words("p", wording("page.not_compared", scenario=wording.scenario(name), why=told)))
    if summary.effects:
        shown = [each for each in summary.plan.indicators if all(each.id in mine for mine in summary.effects.values())]
        note = wording("page.effects_note", pairs=max(summary.pairs, *(_pairs(summary, n) for n in summary.effects)))
        parts += [
            legend_of_compared(summary, wording),
            _table(summary, shown, wording),
            words("p", note, _class="note"),
        ]
    if summary.attribution is not None:
        parts.append(_waterfalls(summary, summary.attribution, wording))
    return "".join(parts)


def legend_of_compared(summary: Summary, wording: Wording) -> str:
    """The legend, where more than one scenario is compared with the baseline."""
    return legend(summary, list(summary.effects), wording) if len(summary.effects) > 1 else ""


def _pairs(summary: Summary, scenario: str) -> int:
    return max((each.pairs for each in summary.effects[scenario].values()), default=0)


def _table(summary: Summary, shown: list[Indicator], wording: Wording) -> str:
    keys = ("page.effect", "page.interval", "page.axis_share", "page.verdict")
    heads = ["", *map(wording, keys)]
    bars = {
        (each.id, name): _bar(effects[each.id], each.target_value, shade(summary, name))
        for each in shown
        for name, effects in summary.effects.items()
    }
    scale = Scale.of(bars.values())
    rows = []
    for indicator in shown:
        for place, (name, effects) in enumerate(summary.effects.items()):
            key = tag("i", _class=f"key {shade(summary, name)}") if len(summary.effects) > 1 else ""
            title = escape(wording.title(indicator.id)) if place == 0 else ""
            drawn = interval(bars[indicator.id, name], scale, wording.title(indicator.id))
            rows.append([title, *_cells(indicator, effects[indicator.id], key, drawn, wording)])
    axis = interval_axis(scale, wording("page.axis_share"), amounts.ticker(wording))
    rows.append(["", "", "", axis, ""])
    several = " several" if len(summary.effects) > 1 else ""
    return table(heads, rows, _class=f"changes{several}")


def _cells(indicator: Indicator, effect: Effect, key: str, drawn: str, wording: Wording) -> list[str]:
    median, low, high = amounts.effect(indicator.id, effect.median, effect.low, effect.high, wording)
    unit = wording.change_unit(indicator.id)
    span = amounts.UNKNOWN if low == amounts.UNKNOWN else wording("join.range", low=low, high=high)
    size = key + words("b", median) + " " + words("small", unit)
    return [size, escape(span), drawn, chip("change", effect.verdict, wording)]


def _bar(effect: Effect, target: float, drawn: str) -> Bar:
    median, low, high = (100.0 * value / target for value in (effect.median, effect.low, effect.high))
    return Bar(median, low, high, drawn)


def _waterfalls(summary: Summary, found: Attribution, wording: Wording) -> str:
    effects = summary.effects.get(summary.main, {})
    clear = [name for verdict in ("better", "worse") for name in summary.changes(summary.main).get(verdict, [])]
    rows = found.table
    figures = []
    most = MOST_WATERFALLS if len(summary.effects) < MOST_SCENARIOS - 1 else MOST_BESIDE_MANY
    for id in [name for name in clear if name in effects][:most]:
        times = amounts.factor(id, wording)
        part = rows[rows["indicator"] == id].set_index("player")["part"] * times
        named = [(wording.group(player), float(part[player])) for player in found.players]
        ordered = largest_parts(named, wording)
        total = (wording("group.whole"), float(part["whole"]))
        title = wording.title(id)
        drawn = waterfall(ordered, total, title, _signed(wording))
        figures.append(figure(title, wording.change_unit(id), drawn))
    if not figures:
        return ""
    scale = amounts.whole_percent(summary.attribution_scale or 1.0, wording)
    seeds = found.whole.shape[0]
    note = wording("page.waterfall_note", runs=seeds, scale=scale)
    if seeds < LEAST_FOR_INTERVAL:
        note += wording("page.few_seeds", runs=seeds, least=LEAST_FOR_INTERVAL)
    heading = words("h2", wording("page.waterfall"))
    return heading + tag("div", *figures, _class="fans") + words("p", note, _class="note")


def largest_parts(parts: list[tuple[str, float]], wording: Wording) -> list[tuple[str, float]]:
    """Parts by size, the largest first; those below a hundredth of the largest as one, the last."""
    ordered = sorted(parts, key=lambda each: -abs(each[1]))
    small = [size for _, size in ordered if abs(size) < NEGLIGIBLE_PART * abs(ordered[0][1])]
    shown = ordered[: len(ordered) - len(small)]
    return [*shown, (wording("group.others"), sum(small))] if small else shown


def _signed(wording: Wording) -> Callable[[float, int], str]:
    return lambda value, decimals: amounts.signed(value, decimals, wording)
