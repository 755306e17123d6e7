"""The answer in sentences made by rule from numbers; nothing in them is free text."""

from collections.abc import Mapping, Sequence

from app.briefing import amounts
from app.briefing.money import in_sentence
from app.briefing.words import Wording
from app.web.recorded_units import recorded_name, recorded_unit
from app.web.words import Words
from sim.closing.dictionary import unit_of
from sim.experiments.least_runs import LEAST_FOR_VERDICT
from sim.experiments.summary import Effect, Summary
from sim.experiments.verdicts import Change, Reaching

LEFT: tuple[Reaching, ...] = ("likely", "unclear", "unlikely")
NAMED_LATER: tuple[Reaching, ...] = ("likely", "unclear")
"""Verdicts of which the headline has the number alone."""
LEVELS = ("index", "standard deviations")
"""Begin the units of indicators that rise and fall, where amounts grow and shrink."""
CHANGED: tuple[Change, ...] = ("better", "worse", "no clear effect", "no effect")


def question(summary: Summary, wording: Wording) -> str:
    """The question that a report answers where its author names none."""
    scenario = wording.scenario(summary.main)
    about = {"scenario": scenario, "title": wording.plan_title, "year": summary.plan.target_year}
    if summary.baseline is None:
        return wording.of_plan("page.asked_alone", **about)
    return wording.of_plan("page.asked", baseline=wording.scenario(summary.baseline), **about)


def headline(summary: Summary, wording: Wording) -> str:
    """How many targets are reached, missed, likely, open and unlikely, and how many runs meet all of them at once.

    Targets that are reached, missed or unlikely to be reached are named, so that good news never stands alone.
    """
    verdicts = summary.verdicts(summary.main)
    if summary.target_years[summary.main] is None:
        return wording("answer.no_year")
    if "too few runs" in verdicts:
        return wording("answer.few", runs=summary.runs[summary.main], least=LEAST_FOR_VERDICT)
    begun = wording("answer.begin", year=summary.year, scenario=wording.scenario(summary.main))
    whole = len(summary.outlooks[summary.main])
    if whole == 1:
        verdict, only = next(iter(verdicts.items()))
        return begun + wording(f"answer.{verdict}_only", names=_named(only, wording)) + wording("join.stop")
    told = [_sure(verdicts, whole, wording)]
    for verdict in LEFT:
        if names := verdicts.get(verdict, []):
            key = f"answer.are_{verdict}_{'1' if len(names) == 1 else 'n'}"
            told.append(wording(key, number=wording.count(len(names)), names=_named(names, wording)))
    first = begun + wording("join.clauses").join(told) + wording("join.stop")
    return wording("join.sentences").join([first, _together(summary, wording)])


def _sure(verdicts: Mapping[Reaching, Sequence[str]], whole: int, wording: Wording) -> str:
    """The clause on targets that are reached and missed."""
    reached, missed = (verdicts.get(each, []) for each in ("reaches", "misses"))
    count = wording.count(whole)
    if whole in (len(reached), len(missed)):
        return wording("answer.reaches_all" if reached else "answer.misses_all", count=count)
    told = [wording("answer.reaches_none", count=count)]
    if reached:
        number, names = wording.count(len(reached)), _named(reached, wording)
        told = [wording("answer.reaches_some", number=number, count=count, names=names)]
    if missed:
        told.append(wording("answer.misses_some", number=wording.count(len(missed)), names=_named(missed, wording)))
    return wording("answer.and").join(told)


def _together(summary: Summary, wording: Wording) -> str:
    """How many runs meet all targets at once."""
    met, runs = summary.all_met[summary.main]
    key = {0: "answer.none_all", 1: "answer.all_1"}.get(met, "answer.all")
    return wording(key, met=met, runs=runs, count=wording.count(len(summary.outlooks[summary.main])))


def less_sure(summary: Summary, wording: Wording) -> str:
    """Names of the targets of which the headline has the number alone: likely and open; empty where there is none."""
    verdicts = summary.verdicts(summary.main)
    if len(summary.outlooks[summary.main]) == 1:
        return ""
    named = [each for each in NAMED_LATER if each in verdicts]
    return wording("join.sentences").join(
        wording(f"answer.{each}", names=_named(verdicts[each], wording)) for each in named
    )


def _named(indicators: Sequence[str], wording: Wording) -> str:
    return wording.listed([wording.name(each) for each in indicators])


def qualifications(summary: Summary, wording: Wording) -> list[str]:
    """What must be read with the headline: a replay, another year than that of the targets."""
    told = [wording("answer.replay")] if summary.is_replay else []
    if summary.target_years[summary.main] not in (None, summary.plan.target_year):
        told.append(wording("answer.other_year", year=summary.year, target_year=summary.plan.target_year))
    return told


def supporting(summary: Summary, wording: Wording, outcomes: Mapping[str, Effect]) -> list[str]:
    """Further sentences: targets that are likely or open, what the policy changes, the redline."""
    told = [each for each in (less_sure(summary, wording),) if each]
    if summary.main in summary.effects:
        told.append(effects(summary, summary.main, wording, outcomes))
    redline = summary.redlines.get(summary.main)
    if redline is not None and redline.kept != "too few runs":
        key = "answer.redline" if redline.broken_runs else "answer.redline_kept"
        told.append(wording(key, broken=redline.broken_runs, runs=redline.runs, year=redline.years[-1]))
    return told


def effects(summary: Summary, scenario: str, wording: Wording, outcomes: Mapping[str, Effect]) -> str:
    """One sentence on what a scenario changes against the baseline.

    The outcomes that its levers aim at come first, then the targets, the largest effects first.

    Parameters
    ----------
    summary
        The runs.
    scenario
        The scenario.
    wording
        Language.
    outcomes
        Effects on indicators beside the targets, as of `app.briefing.moved.outcome_effects`.
    """
    changes = summary.changes(scenario)
    if "too few runs" in changes:
        return wording("answer.few_pairs", pairs=summary.pairs, least=LEAST_FOR_VERDICT)
    clauses: list[str] = []
    for verdict in CHANGED:
        aimed = [name for name, each in outcomes.items() if each.verdict == verdict]
        names = changes.get(verdict, [])
        if not names and not aimed:
            continue
        if verdict in ("better", "worse"):
            what = [_by_outcome(name, outcomes[name], verdict, wording) for name in aimed]
            what += [_by(summary, scenario, name, verdict, wording) for name in names]
        else:
            what = [*(_quoted(name, wording) for name in aimed), *(wording.name(name) for name in names)]
        clauses.append(wording(f"answer.{verdict}", what=wording.listed(what)))
    baseline = wording.scenario(summary.baseline or "")
    begun = wording("answer.against", baseline=baseline, scenario=wording.scenario(scenario))
    verdicts = {*changes, *(each.verdict for each in outcomes.values())}
    sized = wording("answer.intervals") if {"better", "worse"} & verdicts else ""
    return begun + wording("join.clauses").join(clauses) + wording("join.stop") + sized


def _by(summary: Summary, scenario: str, indicator: str, verdict: Change, wording: Wording) -> str:
    """The size of an effect without its sign, which the verb has."""
    found = summary.effects[scenario][indicator]
    low, high = sorted((abs(found.low), abs(found.high)))
    texts = amounts.effect(indicator, abs(found.median), low, high, wording)
    size, least, most = (each.removeprefix("+") for each in texts)
    return wording.size(verdict, indicator, size=size, low=least, high=most)


def _quoted(outcome: str, wording: Wording) -> str:
    """Name of an indicator beside the targets in a sentence."""
    return f"“{recorded_name(outcome, Words(wording.language))}”"


def _by_outcome(outcome: str, found: Effect, verdict: Change, wording: Wording) -> str:
    """The size of an effect on an indicator beside the targets, of which neither more nor less need be better."""
    unit = recorded_unit(outcome, Words(wording.language))
    recorded = unit_of(outcome)
    kind = "share" if recorded == "share" else "level" if recorded.startswith(LEVELS) else "amount"
    # The year in which an index or a scale is 100 or zero is part of a level's unit, and not of a change's.
    scale = unit.of_change.split(wording("join.of_scale"))[0]
    text = wording("change_unit.shanghai_price_influence") if recorded.startswith("index") else scale
    low, high = sorted((abs(found.low), abs(found.high)))
    sizes = amounts.signed_with_ends(abs(found.median) * unit.factor, low * unit.factor, high * unit.factor, wording)
    size, least, most = (each.removeprefix("+") for each in sizes)
    size, text = in_sentence(size, text)
    name = _quoted(outcome, wording)
    return wording(f"outcome_{verdict}.{kind}", name=name, size=size, unit=text, low=least, high=most)
