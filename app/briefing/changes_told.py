"""What is changed, as a list: on the desk in its own sentences, of a store from the paths of the two scenarios."""

from collections.abc import Iterator
from html import escape

from app.briefing.amounts import signed
from app.briefing.brief import Brief
from app.briefing.markup import bullets, tag, words
from app.briefing.moved import Move, moves
from app.briefing.words import Wording
from app.web.named import lever_name
from app.web.words import Words
from scenarios.schema import Scenario


def changes_told(brief: Brief, wording: Wording, most: int) -> list[str]:
    """Return a sentence for each change against the baseline, at most so many, and one on those that are left out.

    Parameters
    ----------
    brief
        The brief; without a baseline there is no change.
    wording
        Language.
    most
        Most levers that have a sentence of their own.
    """
    summary = brief.summary
    if summary.baseline is None:
        return []
    scenario, baseline = (summary.scenarios[each] for each in (summary.main, summary.baseline))
    found = moves(scenario, baseline, summary.year)
    named = wording.scenario(summary.baseline)
    told = list(brief.changed.values()) or [_moved(each, summary.year, wording) for each in found]
    left = [wording("moved.left", count=len(told) - most)] if len(told) > most else []
    others = len([each for each in found if each.lever.id not in brief.changed]) if brief.changed else 0
    left += [wording("moved.beside", count=others, baseline=named)] if others else []
    if left:
        left = [wording("moved.besides", text=wording("join.clauses").join(left))]
    rest = list(_beside_levers(scenario, baseline, named, wording))
    return [*told[:most], *left, *rest] or [wording("moved.nothing", baseline=named)]


def changes(brief: Brief, wording: Wording, most: int) -> str:
    """The list under its heading; empty without a baseline."""
    told = changes_told(brief, wording, most)
    heading = escape(wording("moved.heading", baseline=wording.scenario(brief.summary.baseline or "")))
    note = words("small", wording("moved.intensity"))
    return tag("h2", heading, " ", note) + bullets(told, _class="moved") if told else ""


def _moved(move: Move, year: int, wording: Wording) -> str:
    """One change of a lever: what it comes to, or how far it went and when."""
    name = lever_name(move.lever, Words(wording.language))
    before, after = (f"{each:.2f}" for each in (move.before, move.after))
    months = {"first": move.first, "last": move.last, "year": year}
    if move.gap == 0.0:
        return wording("moved.parts", name=name, **months)
    if before == after:
        return wording("moved.while", name=name, gap=signed(move.gap, 2, wording), after=after, **months)
    return wording("moved.to", name=name, before=before, after=after, **months)


def _beside_levers(scenario: Scenario, baseline: Scenario, named: str, wording: Wording) -> Iterator[str]:
    """Rules and shocks that the two do not share."""
    if scenario.triggers != baseline.triggers:
        count, there = len(scenario.triggers), len(baseline.triggers)
        yield wording("moved.rules", count=count, there=there, baseline=named)
    for shock in scenario.shocks:
        if shock not in baseline.shocks:
            first, last = shock.window
            name = Words(wording.language).of_data(f"shock.{shock.name}", shock.kind.title)
            yield wording("moved.shock" if first == last else "moved.shock_while", name=name, first=first, last=last)
