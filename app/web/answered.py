"""The desk's answer: its summary, its sentences by rule from numbers, and the brief that leaves the building."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from app.briefing import sentences
from app.briefing.brief import Brief
from app.briefing.moved import outcome_effects
from app.briefing.words import Wording
from app.web.adaptive import told as rule_told
from app.web.changes import changed
from app.web.discrepancy_band import discrepancy_band
from app.web.offered import offered
from app.web.words import Words
from calibration.observations import observed_under
from sim.experiments.summary import Effect, Summary

if TYPE_CHECKING:
    from app.web.desk import Desk
    from app.web.simulations import Answer
    from sim.experiments.ensemble import Ensemble


def scenario_names(desk: Desk, words: Words) -> dict[str, str]:
    """Names of the desk's scenario and of its baseline as they are written in a sentence.

    A desk without a change has the name of the scenario it starts from; a title of the user's comes before both.
    """
    named = Wording(words.language, plan=offered().plan)
    start = (desk.start().title or named.scenario("start")) if desk.file else named.scenario(desk.preset)
    moved = bool(desk.changes or desk.triggers)
    own = desk.title or (words("answer.changed", start=start) if moved else start)
    return {"desk": own, "start": start}


def summary_of(ensemble: Ensemble, desk: Desk) -> Summary:
    """The summary of the desk's runs against its baseline.

    Raises
    ------
    scenarios.InputError
        If a scenario has no finished run.
    """
    return Summary.of(ensemble, provenance=_provenance(ensemble), scenario="desk", baseline=desk.baseline)


def _provenance(ensemble: Ensemble) -> Mapping[str, Any]:
    from sim.runs.one_run import model_version

    drawn = [each for each in ensemble.pairings["desk"] if each is not None]
    seeds = sorted(each.seed for each in drawn)
    return {
        "version": [model_version()],
        "model": sorted({each.model for each in drawn}),
        "seed": [seeds[0], seeds[-1]],
    }


def outcomes_told(ensemble: Ensemble, desk: Desk) -> Mapping[str, Effect]:
    """Effects of the desk on the outcomes that its moved levers aim at, beside the targets of the plan."""
    levers = [each for each in desk.start().all_levers if each.id in desk.changes]
    return outcome_effects(ensemble, "desk", desk.baseline, levers)


def answer_told(summary: Summary, outcomes: Mapping[str, Effect], desk: Desk, words: Words) -> dict[str, Any]:
    """The answer in sentences: what it says about the targets, what was changed, and what the change does.

    Returns
    -------
    dict
        `headline`, one sentence; `cautions`, which must be read with it; `changed`, a sentence for each change;
        `effects`, one sentence on what the desk changes against its baseline; `more`, further sentences.
    """
    wording = Wording(words.language, scenario_names(desk, words), summary.plan)
    supporting = sentences.supporting(summary, wording, outcomes)
    effects = sentences.effects(summary, "desk", wording, outcomes) if "desk" in summary.effects else ""
    return {
        "headline": sentences.headline(summary, wording),
        "cautions": sentences.qualifications(summary, wording),
        "changed": [changed(lever, desk, words) for lever in desk.changes],
        "effects": effects,
        "more": wording("join.sentences").join(each for each in supporting if each != effects),
    }


def _described(summary: Summary, desk: Desk, words: Words) -> Summary:
    """The summary with automatic rules in words as the description of a desk that has nothing else changed."""
    if not desk.triggers or desk.note:
        return summary
    rules = words("desk.between").join(rule_told(each, words) for each in desk.scenario().triggers)
    own = summary.scenarios["desk"].model_copy(update={"description": rules})
    return replace(summary, scenarios={**summary.scenarios, "desk": own})


def brief_of(given: Answer, words: Words, link: str) -> Brief:
    """The brief of the desk's runs, as `lujiazui report` writes it from a store.

    Parameters
    ----------
    given
        Runs of a desk.
    words
        Language of the page.
    link
        Address under which the desk can be opened.
    """
    ensemble, desk = given.ensemble, given.desk
    assert ensemble is not None
    plan = ensemble.plan_of("desk")
    bands = {each: discrepancy_band(ensemble, "desk", each) for each in plan.indicator_ids if each in ensemble.columns}
    return Brief(
        _described(summary_of(ensemble, desk), desk, words),
        observed={each: observed_under(plan, each) for each in plan.indicator_ids},
        wide={name: band for name, band in bands.items() if band is not None},
        names=scenario_names(desk, words),
        changed={lever: changed(lever, desk, words) for lever in desk.changes},
        outcomes=outcomes_told(ensemble, desk),
        link=link,
        commands=(desk.command_line(), "lujiazui report runs --scenario desk"),
    )
