"""The first sheet: question, answer, the seven targets and the redline."""

from html import escape

from app.briefing import amounts, sentences
from app.briefing.brief import Brief
from app.briefing.bullet import bullet
from app.briefing.markup import table, tag, words
from app.briefing.words import Wording
from scenarios.plan import Indicator
from sim.experiments.summary import Outlook, Summary
from sim.experiments.verdicts import Reaching

SHADES = ("main", "second", "third", "fourth")
"""Classes of the scenarios in their order; the baseline, the last one, has the class of a baseline."""


def shade(summary: Summary, scenario: str) -> str:
    """The class that a scenario is drawn with."""
    return "against" if scenario == summary.baseline else SHADES[list(summary.scenarios).index(scenario)]


def opening(brief: Brief, wording: Wording) -> str:
    """Head, question, the answer in a sentence, and cautions: of the first sheet and of the brief of one page."""
    summary = brief.summary
    return "".join(
        (
            tag("header", words("span", wording("page.kind"), _class="kind"), words("span", brand(brief, wording))),
            words("p", brief.question or sentences.question(summary, wording), _class="question"),
            words("h1", sentences.headline(summary, wording)),
            *(words("p", each, _class="caution") for each in sentences.qualifications(summary, wording)),
        )
    )


def content(brief: Brief, wording: Wording) -> str:
    """The sheet."""
    summary = brief.summary
    parts = [
        opening(brief, wording),
        tag(
            "div", *(words("p", each) for each in sentences.supporting(summary, wording, brief.outcomes)), _class="lead"
        ),
        words("h2", targets_heading(summary, wording)),
        targets(summary, wording),
        words("p", wording("page.legend_bullet"), _class="note"),
        words("p", wording("page.legend_verdict"), _class="note"),
    ]
    if len(summary.scenarios) > 1:
        parts += [words("h2", wording("page.chances")), _chances(summary, wording)]
    return "".join(parts)


def brand(brief: Brief, wording: Wording) -> str:
    """What the simulator is: of Shanghai, unless the plan has observations of another city."""
    return wording("own_plan.brand" if brief.summary.plan.baseline else "page.brand")


def _targets_counted(summary: Summary, wording: Wording) -> str:
    return wording.count(len(summary.outlooks[summary.main]))


def chip(key: str, verdict: str, wording: Wording) -> str:
    """A verdict as a word on its colour; the word alone carries the meaning."""
    return words("span", wording(f"{key}.{verdict}"), _class=f"chip {verdict.replace(' ', '-')}")


def targets_heading(summary: Summary, wording: Wording) -> str:
    """Heading of the table of targets."""
    return wording("page.table", count=_targets_counted(summary, wording), scenario=wording.scenario(summary.main))


def targets(summary: Summary, wording: Wording) -> str:
    """The targets and the redline as a table: 2020, target, simulated range, runs that meet it, verdict."""
    heads = [
        wording("page.indicator"),
        wording("page.observed_2020"),
        wording("page.target", year=summary.plan.target_year),
        wording("page.simulated", year=summary.year),
        wording("page.range"),
        wording("page.bar"),
        wording("page.chance"),
        wording("page.verdict"),
    ]
    outlooks = summary.outlooks[summary.main]
    rows = [_row(each, outlooks[each.id], wording) for each in summary.plan.indicators if each.id in outlooks]
    redline = summary.redlines.get(summary.main)
    if redline is not None:
        told = wording("page.of_runs", met=redline.runs - redline.broken_runs, runs=redline.runs)
        share = amounts.percent(redline.runs - redline.broken_runs, redline.runs, wording)
        name = words("b", wording("title.redline"))
        verdict = chip("redline_verdict", redline.kept, wording)
        rows.append([name, "", "", "", "", "", f"{escape(share)} {words('small', told)}", verdict])
    return table(heads, rows, _class="targets")


def _row(indicator: Indicator, outlook: Outlook, wording: Wording) -> list[str]:
    id, unit = indicator.id, wording.unit(indicator.id)
    p05, _, median, _, p95 = map(float, outlook.at_target)
    span = amounts.between(id, p05, p95, wording)
    goal = amounts.target(indicator, wording)
    label = wording("join.colon").join((wording.title(id), f"{span} ({goal})"))
    told = wording("page.of_runs", met=outlook.met, runs=outlook.runs)
    return [
        words("b", wording.title(id)) + words("small", unit),
        escape(amounts.amount(id, indicator.value_2020, wording)),
        escape(goal),
        words("b", amounts.amount(id, median, wording)),
        escape(span),
        bullet([float(each) for each in outlook.at_target], indicator.value_2020, indicator.target_value, label),
        escape(amounts.percent(outlook.met, outlook.runs, wording)) + " " + words("small", told),
        chip("verdict", outlook.verdict, wording),
    ]


def _chances(summary: Summary, wording: Wording) -> str:
    names = list(summary.scenarios)
    heads = ["", *(wording.scenario(name) for name in names)]
    rows = []
    for indicator in summary.plan.indicators:
        cells = [_chance(summary.outlooks.get(name, {}).get(indicator.id), wording) for name in names]
        rows.append([escape(wording.title(indicator.id)), *cells])
    together = [summary.all_met[name] for name in names]
    rows.append(
        [
            escape(wording("page.all", count=_targets_counted(summary, wording))),
            *(_cell(amounts.percent(met, runs, wording), None) for met, runs in together),
        ]
    )
    lines = [summary.redlines.get(name) for name in names]
    if any(line is not None for line in lines):
        broken = [
            amounts.UNKNOWN if each is None else amounts.percent(each.broken_runs, each.runs, wording) for each in lines
        ]
        rows.append([escape(wording("page.redline_broken")), *(_cell(each, None) for each in broken)])
    return table(heads, rows, _class="chances")


def _chance(outlook: Outlook | None, wording: Wording) -> str:
    if outlook is None:
        return _cell(amounts.UNKNOWN, None)
    return _cell(amounts.percent(outlook.met, outlook.runs, wording), outlook.verdict)


def _cell(told: str, verdict: Reaching | None) -> str:
    return words("span", told, _class="chip plain" if verdict is None else f"chip {verdict.replace(' ', '-')}")
