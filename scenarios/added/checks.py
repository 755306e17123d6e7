"""Whether components of others fit the data of the plan and one another."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from scenarios.added.parameter_file import checked_rows
from scenarios.added.records import AddedParts, channels_of, levers_of
from scenarios.errors import InputError, Problem, unknown
from scenarios.parameters import parameter_table
from scenarios.plan import channels, levers, measures
from scenarios.plan.records import Channel, Lever, Measure
from scenarios.problem_texts import coded
from scenarios.shocks import shock_kinds

NAME = re.compile(r"[a-z][a-z0-9_]{0,59}")
"""What the name of a component, lever, channel, shock or indicator looks like."""
MODEL = "the model"
CARRIERS = ("context", "delivery")
"""What an instrument can name in place of a lever."""


def checked_together(components: Sequence[AddedParts]) -> None:
    """Refuse components that do not fit together.

    Raises
    ------
    InputError
        With all problems: names that are none or are there already, effects on unknown channels, numbers out of range.
    """
    problems = [*_names(components), *_effects(components), *_measures(components)]
    for each in components:
        try:
            checked_rows(each.data.parameters, each.name)
        except InputError as error:
            problems += error.problems
    if problems:
        raise InputError(problems)


def _names(components: Sequence[AddedParts]) -> Iterable[Problem]:
    kinds: dict[str, dict[str, str]] = {
        "component": {},
        "lever": {lever.id: MODEL for lever in levers()},
        "channel": {channel.id: MODEL for channel in channels()},
        "parameter": {row.id: MODEL for row in parameter_table()},
        "shock": dict.fromkeys(shock_kinds(), MODEL),
        "indicator": {},
        "measure": {measure.id: MODEL for measure in measures()},
    }
    for each in components:
        named = {
            "component": [each.name],
            "lever": [lever.id for lever in each.data.levers],
            "channel": [channel.id for channel in each.data.channels],
            "parameter": [parameter.id for parameter in each.data.parameters],
            "shock": [kind.name for kind in each.data.shocks],
            "indicator": [indicator.name for indicator in each.indicators],
            "measure": [measure.id for measure in each.data.measures],
        }
        for kind, names in named.items():
            for name in names:
                if name in kinds[kind]:
                    message = coded("added.clash", kind=kind, name=name, owner=kinds[kind][name])
                    yield Problem(message, each.name, kind, name)
                elif kind not in ("parameter", "measure") and not NAME.fullmatch(name):
                    message = coded("added.no_name", kind=kind, name=name)
                    yield Problem(message, each.name, kind, name, coded("allowed.short_name"))
                kinds[kind].setdefault(name, each.name)


def _measures(components: Sequence[AddedParts]) -> Iterable[Problem]:
    known = (*levers(), *levers_of(components))
    for each in components:
        yield from instrument_problems(each.name, each.data.measures, known)


def instrument_problems(where: str, of: Sequence[Measure], known: Sequence[Lever]) -> Iterable[Problem]:
    """Yield instruments of measures on levers or components that are not there."""
    of_id = {lever.id: [part.id for part in lever.components] for lever in known}
    for measure in of:
        for place, each in enumerate(measure.instruments):
            key = f"measure.{measure.id}.instruments.{place}"
            if each.lever in CARRIERS:
                continue
            if each.lever not in of_id:
                names, allowed = (*of_id, *CARRIERS), coded("allowed.see_levers")
                yield unknown("lever", each.lever, names, where=where, key=f"{key}.lever", allowed=allowed)
            elif each.component and each.component not in of_id[each.lever]:
                yield unknown("component", each.component, of_id[each.lever], where=where, key=f"{key}.component")


def _effects(components: Sequence[AddedParts]) -> Iterable[Problem]:
    known = {channel.id: channel for channel in (*channels(), *channels_of(components))}
    ids = {lever.id for lever in (*levers(), *levers_of(components))}
    for each in components:
        for lever in each.data.levers:
            yield from _lever_problems(each.name, lever, ids)
            yield from effect_problems(each.name, lever, known)


def effect_problems(where: str, lever: Lever, known: Mapping[str, Channel]) -> Iterable[Problem]:
    """Yield effects of a lever on unknown channels, of another form than their channel, or with betas out of order."""
    for effect in lever.effects:
        key = f"lever.{lever.id}.effects"
        if effect.channel not in known:
            yield unknown("channel", effect.channel, known, where=where, key=key, allowed="")
        elif effect.form != known[effect.channel].form:
            allowed = known[effect.channel].form
            yield Problem(coded("value.not_allowed", value=effect.form), where, key, effect.form, allowed)
        if not effect.beta_min <= effect.beta <= effect.beta_max:
            yield Problem(coded("added.beta", channel=effect.channel), where, key, effect.beta)


def _lever_problems(where: str, lever: Lever, known: Iterable[str]) -> Iterable[Problem]:
    key = f"lever.{lever.id}"
    for name in ("intensity_2020", "intensity_2025_plan"):
        value = getattr(lever, name)
        if not 0.0 <= value <= 1.0:
            message = coded("value.outside_range", value=value)
            yield Problem(message, where, f"{key}.{name}", value, coded("allowed.between", least=0, most=1))
    if not lever.components or abs(sum(each.weight for each in lever.components) - 1.0) > 1e-9:
        yield Problem(coded("added.weights"), where, f"{key}.components")
    yield from reference_problems(where, lever, known)


def reference_problems(where: str, lever: Lever, known: Iterable[str]) -> Iterable[Problem]:
    """Yield prerequisites and complements of a lever that are no levers."""
    for other in (*(each.lever for each in lever.prerequisites), *lever.complements):
        if other not in known:
            allowed = coded("allowed.see_levers")
            yield unknown("lever", other, known, where=where, key=f"lever.{lever.id}", allowed=allowed)
