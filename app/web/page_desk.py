"""The policy desk: levers, assumptions, seven cards and their fans."""

from __future__ import annotations

import base64
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import solara

from app.web import charts, session
from app.web.adaptive import Adaptive
from app.web.adaptive import told as trigger_told
from app.web.address import query_of_session
from app.web.changes import changed, world_of_file
from app.web.components import LOG, Cards, Chart, Form, Levers, Save, Table
from app.web.desk import BASELINES, LARGEST_FILE, LEAST_RUNS, LONGEST, MACRO, RUNS, SCALES, Change, Desk
from app.web.discrepancy_band import discrepancy_band
from app.web.named import group_name, indicator_name, lever_name, unit_name
from app.web.offered import offered
from app.web.problems import problems_told, without_places
from app.web.redline_told import CARD, redline_card
from app.web.simulations import Answer, answers
from app.web.words import Words
from calibration.observations import observed_indicator
from scenarios import names
from scenarios.calendar import month_ordinal
from scenarios.errors import InputError
from scenarios.parameters import PARAMETER_SETS, posterior_draws
from scenarios.plan import TASK_GROUPS, Indicator
from scenarios.problem_texts import coded
from scenarios.user_files import decoded

OTHERS = "components of others"
"""Group of the levers of components of others that belong to none."""
OPENED = "opened"
"""Stands for the opened file among the ready scenarios."""
CHOICES = ("preset", "baseline", "macro", "parameters", "parameter_set", "runs", "scale", "seed")
"""Settings of the form of assumptions."""

BETWEEN_TICKS, BEFORE_FIRST_TICK = 0.5, 1.0
"""Least seconds between two tellings of how far the runs are, and before the first."""


@dataclass(frozen=True)
class Progress:
    """Runs that are done of those wanted for a desk, both arms counted."""

    desk: Desk | None
    done: int
    wanted: int

    def of(self, desk: Desk) -> Progress:
        """The progress of a desk: none yet, where this is another's."""
        return self if self.desk == desk else Progress(desk, 0, 2 * desk.runs)


NOTHING_YET = Progress(None, 0, 0)


@solara.component
def DeskPage() -> None:
    """The page."""
    words, desk = session.words(), session.desk.value
    halted, set_halted = solara.use_state(False)
    progress = solara.use_reactive(NOTHING_YET)
    failure, set_failure = solara.use_state("")
    round_, set_round = solara.use_state(0)

    def simulate() -> Any:
        stop = threading.Event()
        told = time.monotonic()

        def tick(done: int, wanted: int) -> None:
            # A page that is drawn anew for each run takes the processors from the runs, and the first answer its time.
            nonlocal told
            waited = time.monotonic() - told
            if done == wanted or waited > (BETWEEN_TICKS if progress.value.desk == desk else BEFORE_FIRST_TICK):
                told = time.monotonic()
                progress.value = Progress(desk, done, wanted)

        def work() -> None:
            set_halted(False)
            set_failure("")
            try:
                for given in answers(desk, stop.is_set, tick):
                    if stop.is_set():
                        return
                    if given.ensemble is None:
                        set_failure(without_places(given.failed))
                    else:
                        session.answer.value = given
            except Exception:
                LOG.exception("an answer could not be worked out")
                set_failure(words("desk.failed_inside"))

        thread = threading.Thread(target=work, daemon=True)
        thread.start()
        stops.current = stop
        return stop.set

    stops = solara.use_ref(threading.Event())
    solara.use_effect(simulate, [desk, round_])

    def pressed(button: str) -> None:
        if button == "cancel":
            stops.current.set()
            set_halted(True)
        elif button == "go_on":
            set_round(round_ + 1)
        else:
            actions: dict[str, Callable[[], None]] = {
                "undo": session.undo,
                "redo": session.redo,
                "reset": lambda: session.put(Desk()),
            }
            actions[button]()

    with solara.Div(classes=["lj-page"], attributes={"id": "lj-main", "role": "main"}):
        solara.HTML(tag="h1", unsafe_innerHTML=words("desk.heading"))
        if desk.title:
            solara.Div(classes=["lj-named"], children=[desk.title])
        Caveats(desk)
        _printed(desk, words)
        with solara.Div(classes=["lj-desk"]):
            with solara.Div():
                Assumptions(desk)
                Controls(desk, progress, halted, bool(failure), pressed)
                _costs(desk, words)
                LeverGroups(desk)
                Adaptive(desk)
            with solara.Div():
                State(desk, progress, halted, failure)
                Shown(desk)
                FileAndLink(desk)


@solara.component
def Caveats(desk: Desk) -> None:
    """Description of the numbers below, and the number of runs behind them."""
    words = session.words()
    fit = posterior_draws()
    size = {"wanted": desk.runs, "scale": f"{desk.scale:.0%}"}
    known = {"fitted": len(fit.names), "identified": len(fit.about["identified"])}
    told = [words(f"knowledge.{desk.parameter_set}", **(known if desk.parameter_set == "posterior_2020" else {}))]
    given = session.answer.value
    if given is None or given.desk != desk:
        told.append(words("desk.caveat_2_none", least=LEAST_RUNS, **size))
    elif desk.parameters == "drawn":
        told.append(words("desk.caveat_2", runs=given.runs, draws=min(desk.draws, given.runs), **size))
    else:
        told.append(words("desk.caveat_2_central", runs=given.runs, **size))
    told.append(words("desk.caveat_3"))
    if desk.scenario().macro == "realised":
        told.insert(0, words("desk.replay"))
    solara.Div(classes=["lj-note"], children=[" ".join(told)])


def _printed(desk: Desk, words: Words) -> None:
    """The settings in print, where forms and levers cannot be used."""
    told = [
        f"{words('desk.preset')}: {desk.start().title if desk.file else charts.scenario_name(desk.preset, words)}",
        f"{words('desk.baseline')}: {charts.scenario_name(desk.baseline, words)}",
        f"{words('desk.macro')}: {words(f'macro.{desk.macro}')}",
        f"{words('desk.parameters')}: {words(f'desk.{desk.parameters}')}",
        f"{words('desk.parameter_set')}: {words(f'parameter_set.{desk.parameter_set}')}",
        *(f"{words(f'desk.{key}')}: {getattr(desk, key):g}" for key in ("runs", "scale", "seed")),
    ]
    sentences = [changed(lever, desk, words) for lever in desk.changes]
    sentences += [trigger_told(trigger, words) for trigger in desk.scenario().triggers]
    with solara.Div(classes=["lj-printed"]):
        solara.HTML(tag="h2", unsafe_innerHTML=words("desk.asked"))
        for line in ("; ".join(told), *world_of_file(desk, words), *sentences, desk.note):
            solara.Div(children=[line])


def _costs(desk: Desk, words: Words) -> None:
    """Costs of the levers by the figures of the opened file, and its cap."""
    scenario = desk.scenario()
    if scenario.budget is not None:
        total, unit, cap = sum(scenario.costs().values()), scenario.budget.unit, scenario.budget.cap
        told = words("desk.costs", total=f"{total:,.0f}", unit=unit)
        if cap is not None:
            told += words("desk.costs_cap", cap=f"{cap:,.0f}", unit=unit)
        if scenario.triggers:
            told += words("desk.costs_triggers")
        solara.Div(classes=["lj-muted"], children=[told], attributes={"data-cost": f"{total:.6g}"})


# The following are separate components, so that frequent updates of progress redraw nothing else.


@solara.component
def Assumptions(desk: Desk) -> None:
    """Preset, baseline, world, parameters, runs."""
    words = session.words()

    def select(id: str, value: Any, options: list[tuple[Any, str]]) -> dict[str, Any]:
        shown = [{"value": str(each), "text": text} for each, text in options]
        return {"id": id, "label": words(f"desk.{id}"), "value": str(value), "options": shown}

    presets = [(name, charts.scenario_name(name, words)) for name in names()]
    if desk.file:  # none of the ready scenarios is where the desk starts
        presets.insert(0, (OPENED, desk.start().title or words("desk.opened")))
    fields = [
        select("preset", OPENED if desk.file else desk.preset, presets),
        select("baseline", desk.baseline, [(name, charts.scenario_name(name, words)) for name in BASELINES]),
        select("macro", desk.macro, [(name, words(f"macro.{name}")) for name in MACRO]),
        select("parameters", desk.parameters, [(each, words(f"desk.{each}")) for each in ("drawn", "central")]),
        select(
            "parameter_set", desk.parameter_set, [(name, words(f"parameter_set.{name}")) for name in PARAMETER_SETS]
        ),
        select("runs", desk.runs, [(number, str(number)) for number in sorted({*RUNS, desk.runs})]),
        select("scale", desk.scale, [(size, f"{size:g}") for size in SCALES]),
        {"id": "seed", "label": words("desk.seed"), "value": desk.seed, "type": "number", "min": 1, "max": 1_000_000},
    ]

    def chosen(event: dict[str, str]) -> None:
        kinds = {"runs": int, "scale": float, "seed": int}
        try:
            changes: dict[str, Any] = {event["id"]: kinds.get(event["id"], str)(event["value"])}
            if event["id"] not in CHOICES or event["value"] == OPENED:
                return
            if event["id"] == "preset":
                changes["file"] = ""
            session.put(replace(desk, **changes))
            session.message.value = ""
        except (InputError, ValueError) as error:
            session.message.value = problems_told(error, words)

    Form(fields=fields, buttons=[], event_chosen=chosen)
    world = world_of_file(desk, words)
    if world:
        told = words("problem.joint").join((words("desk.world"), words("desk.between").join(world)))
        solara.Div(classes=["lj-muted", "lj-world"], children=[told])


@solara.component
def LeverGroups(desk: Desk) -> None:
    """The levers in the plan's groups."""
    words = session.words()
    start = desk.start()
    last = month_ordinal(offered().last_month)
    planned = start.intensities(last, last)[0]
    groups: dict[str, list[dict[str, Any]]] = {group: [] for group in TASK_GROUPS}
    for place, lever in enumerate(start.all_levers):
        change = desk.changes.get(lever.id)
        usual = round(float(planned[place]), 3)
        name = lever_name(lever, words)
        value = usual if change is None else change.value
        shown = change or Change(usual)
        sentence = "" if change is None else changed(lever.id, desk, words)
        groups.setdefault(lever.task_group or OTHERS, []).append(
            {
                "id": lever.id,
                "name": name,
                "value": value,
                "value_2020": lever.intensity_2020,
                "planned": usual,
                "moved": change is not None,
                "start": shown.start,
                "months": shown.months,
                "sentence": sentence,
                "authority": words(f"authority.{lever.municipal_handle}"),
                "authority_told": words(f"authority.{lever.municipal_handle}_told"),
                "unit": words.of_data(f"lever_measured.{lever.id}", lever.natural_unit),
                "ends": words.of_data(f"lever_scale.{lever.id}", lever.unit),
                "acts": f"{words('desk.acts')}: "
                + ", ".join(words.known(f"channel.{effect.channel}", effect.channel) for effect in lever.effects),
            }
        )
    shown_groups = []
    for group, levers in ((group, levers) for group, levers in groups.items() if levers):
        moved = sum(lever["moved"] for lever in levers)
        title = f"{group.removeprefix('III')} {group_name(group, words) if group in TASK_GROUPS else group}"
        shown_groups.append(
            {"id": group, "title": title, "levers": levers, "moved": moved, "open": moved > 0 or group == "III(III)"}
        )

    def moved_to(event: dict[str, Any]) -> None:
        try:
            change = Change(round(float(event["value"]), 4), str(event["start"]), int(event["months"]))
            session.put(session.desk.value.with_change(str(event["lever"]), change))
            session.message.value = ""
        except (InputError, ValueError, TypeError) as error:
            session.message.value = problems_told(error, words)

    texts: dict[str, Any] = {
        "intensity": words("desk.intensity"),
        "in_2020": words("desk.in_2020"),
        "preset": words("desk.planned"),
        "start": words("desk.from"),
        "months": words("desk.months"),
        "last": offered().last_month,
        "reset": words("desk.reset_one"),
        "what": words("desk.what"),
        "words": words("desk.words").split("|"),
    }
    solara.HTML(tag="h2", unsafe_innerHTML=words("desk.policy"), classes=["lj-policy"])
    Levers(
        groups=shown_groups,
        texts=texts,
        event_moved=moved_to,
        event_reset=lambda lever: session.put(session.desk.value.with_change(str(lever), None)),
    )


@solara.component
def Controls(
    desk: Desk, progress: solara.Reactive[Progress], halted: bool, failed: bool, pressed: Callable[[str], None]
) -> None:
    """Undo, redo, reset, and stop or go on."""
    words, now = session.words(), progress.value.of(desk)
    finished = halted or failed or now.done >= now.wanted
    last: dict[str, Any] = {"id": "go_on", "text": words("desk.go_on")}
    if not halted:
        last = {"id": "cancel", "text": words("desk.cancel"), "off": finished}
    buttons = [
        {"id": "undo", "text": words("desk.undo"), "off": not session.past.value},
        {"id": "redo", "text": words("desk.redo"), "off": not session.future.value},
        {"id": "reset", "text": words("desk.reset"), "off": desk == Desk()},
        last,
    ]
    Form(fields=[], buttons=buttons, event_pressed=pressed)


@solara.component
def State(desk: Desk, progress: solara.Reactive[Progress], halted: bool, failure: str) -> None:
    """Progress of the runs, and errors."""
    words, now = session.words(), progress.value.of(desk)
    told = words("desk.running", done=now.done, all=now.wanted)
    if halted:
        told = f"{words('desk.stopped')} {told}"
    elif session.answer.value is None:
        told = words("desk.then").join((told, words("desk.waiting", least=LEAST_RUNS) + words("desk.first")))
    elif session.answer.value.desk != desk:
        told = words("desk.then").join((told, words("desk.waiting", least=LEAST_RUNS) + words("desk.earlier")))
    solara.Div(
        classes=["lj-muted"],
        children=[told],
        attributes={"role": "status", "data-runs": f"{now.done}/{now.wanted}"},
    )
    solara.v.ProgressLinear(
        value=100.0 * now.done / max(now.wanted, 1), height=3, attributes={"aria-label": words("desk.runs")}
    )
    if failure:
        solara.Div(classes=["lj-bad"], children=[words("desk.failed", why=failure)], attributes={"role": "alert"})


def _card(indicator: Indicator, given: Answer, baseline: str, words: Words) -> dict[str, Any]:
    ensemble, id = given.ensemble, indicator.id
    assert ensemble is not None
    year = ensemble.target_year
    ours, theirs = ensemble.yearly("desk", id)[:, year], ensemble.yearly(baseline, id)[:, year]
    met = int((ours >= indicator.met_from).sum())
    shown = charts.number(id, indicator.target_value)
    target = {"at least": "desk.floor", "qualitative": "desk.no_number"}.get(indicator.qualifier, "desk.target")
    change = charts.signed(id, float(np.median(ours - theirs)), words)
    return {
        "id": id,
        "name": indicator_name(indicator, words),
        "unit": unit_name(indicator, words),
        "value": charts.number(id, float(np.median(ours))),
        "change": words("desk.change", change=change, baseline=charts.scenario_name(baseline, words)),
        "target": words(target, value=shown),
        "share": words("desk.share", met=met, runs=len(ours)),
        "chosen": id in session.chosen_indicators.value,
    }


@solara.component
def Shown(desk: Desk) -> None:
    """The current results; dimmed while they belong to the previous settings."""
    given = session.answer.value
    earlier = given is not None and given.desk != desk
    # A separate component inside, so that dimming redraws no chart.
    solara.Div(
        classes=["lj-answer", *(["lj-earlier"] if earlier else [])],
        attributes={"aria-busy": str(earlier).lower()},
        children=[Results()],
    )


@solara.component
def Results() -> None:
    """Cards, fan charts and numbers of the current results, of this desk or of the previous settings."""
    words = session.words()
    router = solara.use_router()
    given = session.answer.value
    if given is None or given.ensemble is None:
        return
    desk, ensemble = given.desk, given.ensemble
    baseline, year = desk.baseline, ensemble.years[ensemble.target_year]
    plan = ensemble.plan_of("desk")
    indicators = plan.indicators

    def choose(id: str) -> None:
        now = session.chosen_indicators.value
        if id == CARD:
            router.push(f"/risk?{query_of_session()}")
            return
        if id not in plan.indicator_ids:
            raise ValueError(f"{id!r} is no indicator of the plan")
        session.chosen_indicators.value = tuple(each for each in now if each != id) if id in now else (*now, id)

    if ensemble.target_year_of("desk") is None:
        no_year = words("desk.no_year", month=ensemble.scenarios["desk"].end)
        solara.Div(classes=["lj-note"], children=[no_year])
        return
    if year != plan.target_year:
        solara.Div(
            classes=["lj-note"], children=[words("desk.other_year", month=ensemble.scenarios["desk"].end, year=year)]
        )
    cards = [_card(indicator, given, baseline, words) for indicator in indicators]
    Cards(cards=[*cards, redline_card(ensemble, "desk", baseline, words)], event_choose=choose)
    all_met = int(ensemble.met("desk")["all"].sum())
    told = [
        words("desk.all_met", met=all_met, runs=given.runs),
        words("desk.shown", runs=given.runs, wanted=given.wanted),
    ]
    solara.Div(classes=["lj-muted"], children=["".join(each + words("desk.then") for each in told)])
    wanted = session.chosen_indicators.value or plan.indicator_ids
    with solara.Div(classes=["lj-charts"]):
        for indicator in indicators:
            if indicator.id in wanted:
                _fan(ensemble, baseline, indicator, words)
    solara.Div(classes=["lj-caption"], children=[words("desk.caption"), words("desk.caption_wide")])
    _numbers(ensemble, words)
    parameters = f"{ensemble.scenarios['desk'].parameters}, {words(f'desk.{desk.parameters}')}"
    from sim.runs.one_run import model_version

    solara.Div(
        classes=["lj-muted"],
        children=[
            words("desk.version", version=model_version(), parameters=parameters, seed=desk.seed, runs=given.runs)
        ],
    )


def _fan(ensemble: Any, baseline: str, indicator: Indicator, words: Words) -> None:
    id = indicator.id
    name, unit = indicator_name(indicator, words), unit_name(indicator, words)
    median = charts.number(id, float(np.median(ensemble.yearly("desk", id)[:, ensemble.target_year])))
    year, observed = ensemble.years[ensemble.target_year], observed_indicator(id)
    wide = discrepancy_band(ensemble, "desk", id)
    # the target is always in the picture
    limits = charts.common_limits(ensemble, id, indicator.target_value, observed, wide)
    Chart(
        option=charts.fan(ensemble, "desk", baseline, id, indicator.target_value, observed, words, limits, wide),
        title=name,
        subtitle=unit,
        name=id,
        alt=f"{name}: {words('desk.median')} {year} {median} {unit}",
        csv=charts.fan_csv(ensemble, ["desk", baseline], id),
    ).key(f"fan-{id}")


def _numbers(ensemble: Any, words: Words) -> None:
    rows = []
    for indicator in ensemble.plan_of("desk").indicators:
        id = indicator.id
        values = ensemble.quantiles(id, charts.QUANTILES).loc["desk"].iloc[ensemble.target_year]
        met = float((ensemble.yearly("desk", id)[:, ensemble.target_year] >= indicator.met_from).mean())
        rows.append(
            [
                indicator_name(indicator, words),
                unit_name(indicator, words),
                *(charts.number(id, float(values[q])) for q in (0.05, 0.5, 0.95)),
                charts.number(id, indicator.target_value),
                f"{met:.0%}",
            ]
        )
    heads = [words(f"table.{key}") for key in ("indicator", "unit", "low", "median", "high", "target", "share")]
    year = ensemble.years[ensemble.target_year]
    Table(title=words("desk.table_title", year=year), heads=heads, rows=rows)


@solara.component
def FileAndLink(desk: Desk) -> None:
    """Scenario file, title and notes, link, and commands that reproduce the results."""
    words = session.words()

    def uploaded(event: dict[str, Any]) -> None:
        name = str(event["name"])[:200]
        try:
            if event["content"] is None:
                raise InputError(
                    coded("file.too_large", what=coded("what.file")),
                    where=name,
                    allowed=coded("allowed.bytes", most=LARGEST_FILE),
                )
            text = decoded(base64.b64decode(event["content"]), name)
            opened = session.desk.value.opening(text, name)
            session.put(opened)
            choices = [
                f"{words('desk.macro')} {words(f'macro.{opened.macro}')}",
                f"{words('desk.parameter_set')} {words(f'parameter_set.{opened.parameter_set}')}",
                f"{words('desk.scale')} {opened.scale:g}",
            ]
            session.message.value = ""
            session.notice.value = words("desk.good_file", name=name, choices=words("desk.between").join(choices))
        except InputError as error:
            session.message.value = "\n".join([words("desk.bad_file", name=name), problems_told(error, words)])

    def named(event: dict[str, str]) -> None:
        try:
            if event["id"] in LONGEST:
                session.put(replace(desk, **{event["id"]: event["value"]}))  # type: ignore[arg-type]
        except InputError as error:
            session.message.value = problems_told(error, words)

    solara.HTML(tag="h2", unsafe_innerHTML=words("desk.reproduce"))
    texts = [
        {"id": key, "label": words(f"desk.{key}"), "value": getattr(desk, key), "longest": longest}
        for key, longest in LONGEST.items()
    ]
    Form(fields=texts, buttons=[], event_chosen=named)
    Form(fields=[], buttons=[], upload=words("desk.upload"), most_bytes=LARGEST_FILE, event_uploaded=uploaded)
    with solara.Div(classes=["lj-bar"]):
        Save(label=words("desk.download"), filename="desk.yaml", content=desk.scenario().to_yaml())
        solara.Div(classes=["lj-muted"], children=[words("desk.link")])
    baseline = charts.scenario_name(desk.baseline, words)
    solara.Div(classes=["lj-muted"], children=[words("desk.reproduce_told", baseline=baseline)])
    solara.Preformatted(desk.command_line())
    solara.Preformatted(desk.python())
