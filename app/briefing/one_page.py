"""The one-page brief: question, answer, what is changed, targets, two charts, and the record that goes with them."""

from html import escape

from app.briefing import amounts, sentences
from app.briefing.answer_page import opening, targets, targets_heading
from app.briefing.brief import Brief
from app.briefing.changes_told import changes, changes_told
from app.briefing.markup import tag, words
from app.briefing.words import Wording
from app.briefing.years_page import fan_figure, legend
from sim.experiments.summary import Summary

MOST_CHANGES = 4
CHART_HEIGHT = {"en": 98.0, "zh": 136.0}
TALLER = 34.0
"""Height of a chart in its own units, in which it is 340 wide, and what a short text adds to it."""
SHORT_TEXT = {"en": 1400, "zh": 560}
"""Letters of sentences and changes up to which a text is short."""
LONGEST_LINK = 400
"""Characters of a link or a command that the page has room for; the whole brief has any."""


def content(brief: Brief, wording: Wording) -> str:
    """The sheet."""
    summary = brief.summary
    parts = [
        opening(brief, wording),
        *(words("p", each) for each in _lead(brief, wording)),
        changes(brief, wording, MOST_CHANGES),
        words("h2", targets_heading(summary, wording)),
        targets(summary, wording),
        words("p", wording("page.legend_bullet"), _class="note"),
        _charts(brief, wording),
        tag("div", *_record(brief, wording), _class="record-line"),
    ]
    return tag("div", *parts, _class="one")


def _lead(brief: Brief, wording: Wording) -> list[str]:
    """What the policy changes, and then the rest of the answer in one paragraph."""
    summary = brief.summary
    told = sentences.supporting(summary, wording, brief.outcomes)
    effects = ""
    if summary.main in summary.effects:
        effects = sentences.effects(summary, summary.main, wording, brief.outcomes)
    rest = wording("join.sentences").join(each for each in told if each != effects)
    return [each for each in (effects, rest) if each]


def charts_shown(summary: Summary) -> list[tuple[str, str]]:
    """Return the two indicators that the page has room for, each with the reason why it is one of them.

    The first is that of the largest clear effect in relation to its target. The second is the nearest miss: of the
    targets that fewer than half of the runs meet, the one that most of them do. Where there is no effect, or no target
    that is missed, the targets that the fewest runs meet stand in.
    """
    outlooks = summary.outlooks[summary.main]
    share = {id: each.met / max(each.runs, 1) for id, each in outlooks.items()}
    effects, aims = summary.effects.get(summary.main, {}), summary.plan.targets
    found: dict[str, str] = {}
    clear = [id for id, each in effects.items() if each.verdict in ("better", "worse")]
    if clear:
        found[max(clear, key=lambda id: abs(effects[id].median / aims[id]))] = "page.largest_effect"
    missed = [id for id in share if share[id] < 0.5 and id not in found]
    if missed:
        found[max(missed, key=lambda id: share[id])] = "page.nearest_miss"
    for id in sorted(share, key=lambda id: share[id]):
        found.setdefault(id, "page.least_sure")
    return [(why, id) for id, why in found.items()][:2]


def _charts(brief: Brief, wording: Wording) -> str:
    summary = brief.summary
    by_id = {each.id: each for each in summary.plan.indicators}
    texts = [*sentences.qualifications(summary, wording), *_lead(brief, wording)]
    letters = len("".join([*texts, *changes_told(brief, wording, MOST_CHANGES)]))
    height = CHART_HEIGHT[wording.language] + (TALLER if letters <= SHORT_TEXT[wording.language] else 0.0)
    figures = [
        fan_figure(brief, by_id[id], wording, why=wording(why), height=height) for why, id in charts_shown(summary)
    ]
    note = wording("page.fans_note_narrow", scenario=wording.scenario(summary.main), year=summary.plan.target_year)
    return (
        legend(summary, list(summary.scenarios), wording)
        + tag("div", *figures, _class="fans")
        + words("p", note, _class="note")
    )


def _record(brief: Brief, wording: Wording) -> list[str]:
    """Where the numbers come from, and how the settings are opened or the runs repeated."""
    summary, known, conditions = brief.summary, brief.summary.provenance, brief.summary.conditions
    seeds = [str(each) for each in known.get("seed", [])]
    between = wording("join.between")
    facts = {
        "version": between.join(map(str, known.get("version", []))),
        "seeds": wording("join.range", low=seeds[0], high=seeds[-1]) if seeds else amounts.UNKNOWN,
        "runs": summary.runs[summary.main],
        "pairs": summary.pairs,
        "scale": between.join(amounts.whole_percent(each, wording) for each in conditions.scale),
        "parameters": between.join(wording.known(f"read.parameters_{each}", each) for each in conditions.parameters),
        "macro": between.join(wording.known(f"record.{each}", each) for each in conditions.macro),
    }
    told = [tag("p", words("b", wording("page.record")), escape(wording("page.record_line", **facts)))]
    told.append(words("p", wording.of_plan("page.sources", title=wording.plan_title, year=summary.plan.target_year)))
    if 0 < len(brief.link) <= LONGEST_LINK:
        told.append(tag("p", words("b", wording("page.open")), words("a", brief.link, href=brief.link)))
    elif brief.commands and len(brief.commands[0]) <= LONGEST_LINK:
        told.append(tag("p", words("b", wording("page.repeat")), words("code", brief.commands[0])))
    return told
