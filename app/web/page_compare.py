"""Scenarios of the server's store, or of the desk, side by side on the same axes and with the same draws."""

from collections.abc import Iterable
from typing import Any

import numpy as np
import solara

from app.briefing.words import Wording
from app.terminal.numbers import known
from app.web import charts, session
from app.web.attributed import Attributed
from app.web.comparison_charts import MOST_OVERLAID, dots, overlaid
from app.web.components import Chart, Form, Table
from app.web.desk import BASELINES, LEAST_RUNS, Desk
from app.web.desk_answer import Waiting, use_answer
from app.web.lever_ranking import LeverRanking
from app.web.named import goal_name, indicator_name, unit_name
from app.web.offered import offered
from app.web.problems import problems_told
from app.web.recorded import Record, record_told
from app.web.simulations import Answer, the_server
from app.web.words import Words
from calibration.observations import observed_under
from scenarios import names as ready_scenarios
from scenarios.errors import InputError
from scenarios.run_conditions import REPLAY
from sim.experiments.ensemble import Ensemble
from sim.experiments.store import Store
from sim.experiments.stored_design import StoredDesign

PLACES = ("first", "second", "third", "fourth")
"""Fields of the scenarios that are overlaid."""
SEPARATOR = "|"
"""Between their names in a link."""
NAMED = 4
"""Scenarios of an experiment that are named in its line."""


def stored_designs() -> list[StoredDesign]:
    """The experiments of the server's store that can be read, the last one first; none where there is no store."""
    folder = the_server().store
    try:
        return Store.open(folder).designs()[::-1] if folder is not None and folder.exists() else []
    except InputError:
        return []


def stored_ensemble(design: int | None = None) -> Ensemble | InputError | None:
    """The runs of an experiment of the server's store, the last one where none is named.

    Why they cannot be read, where they cannot; None where there is no store or nothing in it.
    """
    folder = the_server().store
    if folder is None or not folder.exists():
        return None
    try:
        return Ensemble.of_store(Store.open(folder), design=design)
    except InputError as error:
        return error


def design_told(design: StoredDesign, words: Words) -> str:
    """An experiment of a store in one line: time, kind and progress."""
    named = [charts.scenario_name(name, words) for name in design.scenarios[:NAMED]]
    if len(design.scenarios) > NAMED:
        named.append(words("compare.more_scenarios", number=len(design.scenarios) - NAMED))
    return words(
        "compare.design",
        number=design.number,
        time=design.time[:16].replace("T", " "),
        kind=words.known(f"experiment.{design.kind}", design.kind),
        names=words("desk.between").join([*named, design.label] if design.label else named),
        done=design.done,
        all=design.asked,
    )


def why_missing(stored: Ensemble | InputError | None, words: Words) -> str:
    """Why a store has nothing to show: it cannot be read, there is none, or it is empty."""
    if isinstance(stored, InputError):
        return problems_told(stored, words, with_place=False)
    return words("compare.none" if the_server().store is None else "compare.empty")


@solara.component
def ComparePage() -> None:
    """The page."""
    words = session.words()
    designs = solara.use_memo(stored_designs, [])
    numbers = {str(design.number): design for design in designs}
    # The points of a sweep are rarely pairs of many runs: the last batch is meant where nothing is chosen.
    usual = next((number for number, each in numbers.items() if each.kind == "batch"), next(iter(numbers), ""))
    design = session.viewed("design") if session.viewed("design") in numbers else usual
    stored = solara.use_memo(lambda: stored_ensemble(int(design) if design else None), [design])
    source = session.viewed("source", "store" if isinstance(stored, Ensemble) else "desk")
    desk, asked = session.desk.value, tuple(session.viewed("scenarios").split(SEPARATOR))
    if source == "desk" and not any(asked):
        asked = ("desk", desk.baseline)
    beside = ready_beside(desk, asked) if source == "desk" else ()
    work = use_answer(desk, wanted=source == "desk", beside=beside)
    given = latest_answer(desk)
    of_desk = given.ensemble if given is not None else None
    with solara.Div(classes=["lj-page"], attributes={"id": "lj-main", "role": "main"}):
        solara.HTML(tag="h1", unsafe_innerHTML=words("compare.heading"))
        ensemble = of_desk if source == "desk" else stored
        sources = [{"value": each, "text": words(f"source.{each}")} for each in ("store", "desk")]
        fields: list[dict[str, Any]] = [
            {"id": "source", "label": words("compare.source"), "value": source, "options": sources}
        ]
        if source == "store" and designs:
            listed = [{"value": number, "text": design_told(each, words)} for number, each in numbers.items()]
            fields.append({"id": "design", "label": words("compare.designs"), "value": design, "options": listed})
        names: tuple[str, ...] = ()

        def chosen(event: dict[str, str]) -> None:
            name, value = event["id"], event["value"]
            if (name == "source" and value in ("store", "desk")) or (name == "design" and value in numbers):
                session.look(**{name: value, "scenarios": ""})
            elif name in PLACES and isinstance(ensemble, Ensemble):
                session.look(scenarios=SEPARATOR.join(placed(names, PLACES.index(name), value)))

        if not isinstance(ensemble, Ensemble):
            Form(fields=fields, buttons=[], event_chosen=chosen)
            if source == "desk":
                Waiting(work, given)
            else:
                solara.Div(classes=["lj-note"], children=[why_missing(stored, words)])
            _ranking()
            return
        chosen_now = chosen_scenarios(ensemble.values, asked)
        available = list(ensemble.values)
        if source == "desk":
            available = list(dict.fromkeys(("desk", desk.baseline, *ready_scenarios())))
        names = chosen_scenarios(available, asked)
        options = [{"value": name, "text": charts.scenario_name(name, words)} for name in available]
        none = {"value": "", "text": words("compare.nothing")}
        for place, label in enumerate(PLACES[: min(len(available), MOST_OVERLAID)]):
            shown = names[place] if place < len(names) else ""
            listed = options if place < 2 else [none, *options]
            fields.append({"id": label, "label": words(f"compare.{label}"), "value": shown, "options": listed})
        first, second = chosen_now[0], chosen_now[1] if len(chosen_now) > 1 else chosen_now[0]
        Form(
            fields=fields,
            buttons=[{"id": "swap", "text": words("compare.swap")}],
            event_chosen=chosen,
            event_pressed=lambda _: session.look(scenarios=SEPARATOR.join((*names[1::-1], *names[2:]))),
        )
        if source == "desk":
            solara.Div(classes=["lj-muted"], children=[words("compare.beside")])
            Waiting(work, given)
        if _can_be_compared(
            ensemble, first, second, numbers[design].kind if source == "store" and design else "", words
        ):
            if source == "desk" and given is not None:
                record = record_told(ensemble, given.desk, words)
            else:
                record = record_told(ensemble, None, words, numbers[design].version if design else "")
            _compared(ensemble, chosen_now, record, words)
        _ranking()


def _ranking() -> None:
    """The ranking of levers, whose effects are shipped for the plan of the package alone."""
    if offered().own_plan is None:
        LeverRanking()


def _can_be_compared(ensemble: Ensemble, first: str, second: str, kind: str, words: Words) -> bool:
    """Whether two scenarios have pairs enough; a note says why not."""
    try:
        pairs = int(ensemble.paired(first, second).sum())
        ensemble.year_compared(first, second)
    except InputError as error:
        solara.Div(classes=["lj-note"], children=[problems_told(error, words, with_place=False)])
        return False
    if pairs < LEAST_RUNS:
        solara.Div(classes=["lj-note"], children=[words("compare.too_few", runs=pairs, least=LEAST_RUNS)])
        return False
    if first == second:
        alone = kind in ("", "batch")
        solara.Div(classes=["lj-note"], children=[words("compare.alone" if alone else "compare.no_pairs")])
        return alone
    return True


def _compared(ensemble: Ensemble, names: tuple[str, ...], record: Record, words: Words) -> None:
    """Charts first, then what makes the difference, then tables to unfold."""
    first, second = names[0], names[1] if len(names) > 1 else names[0]
    if first != second:
        _dots(ensemble, first, second, record, words)
    with solara.Div(classes=["lj-charts"]):
        plan = ensemble.plan_of(first)
        for indicator in plan.indicators:
            Chart(
                option=overlaid(ensemble, names, indicator, observed_under(plan, indicator.id), words),
                title=indicator_name(indicator, words),
                subtitle=unit_name(indicator, words),
                name=f"compare-{indicator.id}",
                csv=charts.fan_csv(ensemble, names, indicator.id, words),
                record=record,
                height=290,
            ).key(f"compare-{indicator.id}-{'-'.join(names)}")
    solara.Div(classes=["lj-caption"], children=[words("compare.caption"), record])
    if first != second:
        target, base = (ensemble.scenarios[name] for name in (first, second))
        Attributed(target, base).key(f"attributed-{target.content_hash()}-{base.content_hash()}")
    with solara.v.Html(tag="details", class_="lj-folded"):
        solara.v.Html(tag="summary", children=[words("compare.tables")])
        _rests_on(ensemble, words)
        _tables(ensemble, first, second, words)
        _goals(ensemble, first, second, words)


def _dots(ensemble: Ensemble, first: str, second: str, record: Record, words: Words) -> None:
    """Effects on all indicators on one axis, in per cent of the target."""
    effect = ensemble.difference(first, second).set_index("indicator")
    rows, lines = [], ["indicator,median,low,high"]
    for indicator in ensemble.plan_of(first).indicators:
        id = indicator.id
        sizes = [100.0 * float(effect[key][id]) / indicator.target_value for key in ("median", "low", "high")]
        rows.append((indicator_name(indicator, words), sizes[0], sizes[1], sizes[2]))
        lines.append(",".join([id, *(f"{size:.6g}" for size in sizes)]))
    pair = {"first": charts.scenario_name(first, words), "second": charts.scenario_name(second, words)}
    Chart(
        option=dots(rows, words("compare.of_target")),
        title=words("compare.effect_title", **pair, year=ensemble.year_compared(first, second)),
        subtitle=words("compare.of_target"),
        caption=words("compare.note", runs=int(ensemble.paired(first, second).sum())),
        name="effects",
        csv="\n".join(lines) + "\n",
        record=record,
        height=260,
    ).key(f"effects-{first}-{second}")


def _rests_on(ensemble: Ensemble, words: Words) -> None:
    """Conditions of the runs: replays, drivers carried forward or drawn, and size, as on the command line."""
    rests = ensemble.conditions
    comma = words("desk.comma")
    named = {
        "macro": [words.known(f"macro.{each}", each) for each in rests.macro],
        "parameters": [words.known(f"parameter_set.{each}", each) for each in rests.parameters],
        "scale": [f"{each:g}" for each in rests.scale],
        "end": rests.end,
    }
    told = [words("compare.rests_on", **{name: comma.join(parts) for name, parts in named.items()})]
    if REPLAY in rests.kind:
        told.append(words("desk.replay"))
    if rests.carried_forward:
        told.append(words("compare.carried", carried=_drivers(rests.carried_forward, words)))
    if rests.drivers_drawn:
        told.append(words("compare.drawn", drawn=_drivers(rests.drivers_drawn, words)))
    solara.Div(classes=["lj-muted"], children=[Wording(words.language)("join.sentences").join(told)])


def _drivers(names: Iterable[str], words: Words) -> str:
    """External variables by name, those of a run as runs record them."""
    return words("desk.comma").join(words.known(f"driver.{each}", each) for each in names)


def ready_beside(desk: Desk, asked: Iterable[str]) -> tuple[str, ...]:
    """Ready scenarios among those asked that are not the desk's baseline, and so have to be simulated too."""
    wanted = dict.fromkeys(name for name in asked if name in ready_scenarios() and name != desk.baseline)
    return tuple(wanted)[:MOST_OVERLAID]


def latest_answer(desk: Desk) -> Answer | None:
    """The answer of a desk with ready scenarios beside it, else without, else of earlier settings."""
    given = [each for each in (session.overlaid.value, session.answer.value) if each is not None]
    return next((each for each in given if each.desk == desk), given[-1] if given else None)


def chosen_scenarios(available: Iterable[str], wanted: tuple[str, ...]) -> tuple[str, ...]:
    """The scenarios to overlay, at most four: those wanted that exist, else the first against a baseline."""
    there = tuple(available)
    known = tuple(dict.fromkeys(name for name in wanted if name in there))
    first, second = chosen_pair(there, (*wanted, "", "")[:2])  # type: ignore[arg-type]
    return tuple(dict.fromkeys((first, second, *known)))[:MOST_OVERLAID]


def placed(names: tuple[str, ...], place: int, name: str) -> list[str]:
    """Names with another one in a place, or none there; a name that stands elsewhere changes places with it."""
    shown = [*names, *[""] * (MOST_OVERLAID - len(names))]
    if name and name in shown:
        shown[shown.index(name)] = shown[place]
    shown[place] = name
    return [each for each in shown if each]


def chosen_pair(available: Iterable[str], wanted: tuple[str, str]) -> tuple[str, str]:
    """The two scenarios to compare: the chosen ones if they exist, else the first against a baseline."""
    names = list(available)
    usual = "desk" if "desk" in names else names[0]
    first = wanted[0] if wanted[0] in names else usual
    others = [name for name in names if name != first] or [first]
    against = next((name for name in BASELINES if name in others), others[-1])
    return first, wanted[1] if wanted[1] in names else against


def _tables(ensemble: Ensemble, first: str, second: str, words: Words) -> None:
    if first != second:
        _effects(ensemble, first, second, words)
    both = list(dict.fromkeys((first, second)))
    chances = ensemble.probability_of_target()
    rows = []
    names = {each.id: indicator_name(each, words) for each in ensemble.plan_of(first).indicators}
    for id, name in {**names, "all": words("compare.all")}.items():
        mine = chances[chances["indicator"] == id].set_index("scenario")
        cells = [
            f"{known(float(mine['probability'][each]), '.0%')} {mine['expected_month'][each]!s}".strip()
            if each in mine.index  # a scenario under another plan has other targets
            else ""
            for each in both
        ]
        rows.append([name, *cells])
    columns: list[str] = [words("table.indicator"), *(charts.scenario_name(each, words) for each in both)]
    Table(title=words("desk.between").join((words("compare.chances"), words("table.month"))), heads=columns, rows=rows)
    if first != second:
        _displacement(ensemble, first, second, words)
        _regret(ensemble, words)


def _regret(ensemble: Ensemble, words: Words) -> None:
    plans = [ensemble.plan_of(name) for name in ensemble.values]
    names = {each.id: indicator_name(each, words) for plan in reversed(plans) for each in plan.indicators}
    regret = [
        [
            charts.scenario_name(str(row["scenario"]), words),
            names.get(str(row["indicator"]), words("compare.all")),
            f"{row['mean']:.1%}",
            f"{row['p95']:.1%}",
        ]
        for row in ensemble.regret().to_dict("records")
        if row["runs"] >= LEAST_RUNS
    ]
    heads = [words(f"table.{key}") for key in ("scenario", "indicator", "regret", "worst")]
    Table(title=words("compare.regret"), heads=heads, rows=regret)


def _effects(ensemble: Ensemble, first: str, second: str, words: Words) -> None:
    effect = ensemble.difference(first, second).set_index("indicator")
    rows = []
    for indicator in ensemble.plan_of(first).indicators:
        median, low, high = (float(effect[key][indicator.id]) for key in ("median", "low", "high"))
        shown = charts.effect(indicator.id, median, low, high, words)
        rows.append([indicator_name(indicator, words), charts.change_unit(indicator, words), *shown])
    heads = [words(f"table.{key}") for key in ("indicator", "unit", "median", "low", "high")]
    Table(title=words("compare.effects", year=_year(ensemble, first, second)), heads=heads, rows=rows)
    pairs = int(ensemble.paired(first, second).sum())
    solara.Div(classes=["lj-muted"], children=[words("compare.note", runs=pairs)])


def _displacement(ensemble: Ensemble, first: str, second: str, words: Words) -> None:
    try:
        moved = ensemble.displacement(first, second)
    except InputError:  # a store of an earlier version
        return
    rows = [
        [
            words(f"displacement.{row['measure']}"),
            words(f"centre.{str(row['centre']).replace(' ', '_')}"),
            *(f"{row[key]:+.3g}".replace("-", "\N{MINUS SIGN}") for key in ("change", "low", "high")),
            f"{row['share_of_gain']:.0%}".replace("-", "\N{MINUS SIGN}") if np.isfinite(row["share_of_gain"]) else "",
        ]
        for row in moved.to_dict("records")
    ]
    heads = ["measure", "centre", "change", "low", "high", "share_of_gain"]
    Table(
        title=words("displacement.title", year=_year(ensemble, first, second)),
        heads=[words(f"displacement.{each}") for each in heads],
        rows=rows,
    )
    solara.Div(classes=["lj-muted"], children=[words("displacement.note")])


def _year(ensemble: Ensemble, first: str, second: str) -> int:
    """Year in which two scenarios are compared: that of the targets, or the last whole year of both."""
    return ensemble.common_year(first, second) or ensemble.plan_of(first).target_year


def _goals(ensemble: Ensemble, first: str, second: str, words: Words) -> None:
    try:
        lights = {name: ensemble.goals(name) for name in (first, second)}
    except InputError:
        solara.Div(classes=["lj-note"], children=[words("compare.goals_missing")])
        return
    rows = []
    for goal in ensemble.plan_of(first).goals:
        cells = []
        for name in lights:
            if goal.id not in lights[name].index:  # a scenario under another plan has other goals
                cells.append("")
                continue
            told = lights[name].loc[goal.id]
            share = f" {told['green']:.0%}" if told["runs"] else ""
            cells.append(words(f"light.{told['light']}") + share)
        rows.append([f"{goal.id} {goal_name(goal, words)}", *cells])
    heads = [words("compare.goal"), *(charts.scenario_name(each, words) for each in lights)]
    Table(title=words("compare.goals", year=_year(ensemble, first, second)), heads=heads, rows=rows)
    solara.Div(classes=["lj-muted"], children=[words("compare.goals_note")])
