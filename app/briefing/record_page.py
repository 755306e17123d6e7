"""The last sheet: what is not modelled, how to read the numbers, where they come from, how to repeat them."""

from collections import Counter
from collections.abc import Iterator
from html import escape

from app.briefing import amounts
from app.briefing.answer_page import shade
from app.briefing.brief import Brief
from app.briefing.markup import bullets, table, tag, words
from app.briefing.words import Wording
from scenarios.baseline import observations
from scenarios.plan import Plan
from sim.experiments.least_runs import error_of_share
from sim.experiments.summary import Summary

NEUTRAL = "neutral"


def content(brief: Brief, wording: Wording) -> str:
    """The sheet."""
    summary = brief.summary
    parts = [
        words("h2", wording("page.scenarios"), _class="first"),
        _scenarios(brief, wording),
        words("h2", wording("page.not_modelled")),
        bullets(_limits(summary, wording)),
        words("h2", wording("page.reading")),
        bullets(_reading(summary, wording)),
        words("h2", wording("page.definitions")),
        _definitions(summary, wording),
        words("h2", wording("page.provenance")),
        _record(summary, wording),
        *([words("p", wording("page.link", link=brief.link), _class="note")] if brief.link else []),
        words("h2", wording("page.reproduce")),
        words("pre", "\n".join(brief.commands)),
        words("p", wording("page.reproduce_note"), _class="note"),
    ]
    if summary.failures:
        parts += [words("h2", wording("page.failed")), bullets(summary.failures)]
    return "".join(parts)


def _scenarios(brief: Brief, wording: Wording) -> str:
    summary, items = brief.summary, []
    for name, scenario in summary.scenarios.items():
        role = {summary.main: "page.main", summary.baseline: "page.baseline"}.get(name, "")
        told = wording("join.brackets", text=wording(role)) if role else ""
        own = "" if wording.language == "zh" and name in _ready() else scenario.description or scenario.title
        listed = brief.changed and name == summary.main
        about = wording("moved.elsewhere") if listed else _about(name, own, summary, wording)
        text = wording("join.colon") + about if about else ""
        settings = tag("small", escape(" ".join(["", *scenario.settings])))
        key = tag("i", _class=f"key {shade(summary, name)}")
        named = words("b", wording.scenario(name)) + escape(told + text)
        items.append(tag("li", key, named, " ", words("code", name), settings))
    return tag("ul", *items, _class="scenarios")


def _about(name: str, own: str, summary: Summary, wording: Wording) -> str:
    """What a scenario is: that of the catalogue for a ready one, else its own description."""
    if name == "plan" and summary.plan.digest:
        return wording("own_plan.plan", year=summary.plan.target_year)
    return wording.known(f"about.{name}", own)


def _ready() -> frozenset[str]:
    from scenarios.loader import names

    return frozenset(names())


def _limits(summary: Summary, wording: Wording) -> Iterator[str]:
    drawn = set(summary.conditions.macro) == {NEUTRAL}
    yield wording("limit.priors")
    yield wording("limit.rest" if drawn else "limit.rest_given")
    yield wording("limit.later_replay" if summary.is_replay else "limit.later")
    for key in ("politics", "costs", "risk", "quality"):
        yield wording(f"limit.{key}")
    if summary.plan.digest:
        yield wording("own_plan.user")


def _reading(summary: Summary, wording: Wording) -> Iterator[str]:
    yield wording("read.run")
    runs = summary.runs[summary.main]
    error = error_of_share(runs // 2, runs)
    if error == error:
        yield wording("read.error", runs=runs, error=amounts.whole_percent(error, wording))
    yield wording("read.outside")
    sets = [wording.known(f"read.parameters_{each}", each) for each in summary.conditions.parameters]
    yield wording("read.fit", parameters=wording("join.clauses").join(sets))
    if summary.plan.baseline:
        yield wording("own_plan.start", count=len(summary.plan.baseline), all=len(observations()))
    small = [each for each in summary.conditions.scale if each != 1.0]
    if small:
        yield wording("read.small", scale=", ".join(amounts.whole_percent(each, wording) for each in small))


def _definitions(summary: Summary, wording: Wording) -> str:
    known = [each.id for each in summary.plan.indicators if each.id in summary.outlooks[summary.main]]
    told = {id: (wording.title(id), wording.definition(id)) for id in known}
    if summary.redlines:
        told["redline"] = (wording("title.redline"), wording("definition.redline"))
    rows = [tag("div", words("dt", title), words("dd", definition)) for title, definition in told.values()]
    return tag("dl", *rows)


def _record(summary: Summary, wording: Wording) -> str:
    known, conditions = summary.provenance, summary.conditions
    design = known.get("design") or {}
    seeds = [str(each) for each in known.get("seed", [])]
    scales = [wording("record.full") if each == 1.0 else f"{each:g}" for each in conditions.scale]
    macros = [wording.known(f"record.{each}", each) for each in conditions.macro]
    facts = [
        ("version", ", ".join(map(str, known.get("version", [])))),
        ("model", ", ".join(str(each)[:16] for each in known.get("model", []))),
        ("time", str(design.get("time", ""))[:19].replace("T", " ")),
        ("kind", ", ".join(wording.known(f"record.{each}", each) for each in conditions.kind)),
        ("runs", wording("join.between").join(f"{name} {count}" for name, count in summary.runs.items())),
        ("seeds", wording("join.range", low=seeds[0], high=seeds[-1]) if seeds else ""),
        ("macro", wording("join.between").join(macros)),
        ("parameters", ", ".join(conditions.parameters)),
        ("scale", wording("join.between").join(scales)),
        ("off", ", ".join(conditions.interactions_off)),
    ]
    rows = [[escape(wording(f"record.{key}")), escape(text)] for key, text in facts if text]
    rows += [[escape(wording(f"own_plan.{key}")), escape(text)] for key, text in _plan_told(summary.plan, wording)]
    for name, scenario in summary.scenarios.items():
        rows.append([escape(wording("record.scenario", name=name)), escape(scenario.content_hash()[:16])])
    return table(["", ""], rows, _class="record")


def _plan_told(plan: Plan, wording: Wording) -> Iterator[tuple[str, str]]:
    """What a plan of the user's own is and rests on; nothing for that of the package."""
    if not plan.digest:
        return
    title, identity = wording.plan_title, plan.identity
    yield "label", wording("own_plan.named", title=title, year=plan.target_year, identity=identity)
    yield "basis", plan.head.basis
    if plan.baseline:
        counts = Counter(each.status for each in plan.baseline)
        parts = [wording(f"status.{name}") + f" {number}" for name, number in counts.items()]
        statuses = wording("join.between").join(parts)
        count, whole = len(plan.baseline), len(observations())
        yield "observations", wording("own_plan.replaced", count=count, all=whole, statuses=statuses)
