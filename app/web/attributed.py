"""The difference between two scenarios by groups of levers, computed in the background on request."""

import threading
from typing import Any

import solara

from app.web import charts, session
from app.web.comparison_charts import waterfall
from app.web.components import Chart, Form, Table
from app.web.link import BETWEEN
from app.web.named import group_name, indicator_name
from app.web.problems import problems_told
from app.web.recorded import Record, attribution_told, kept_attribution_told
from app.web.simulations import the_server
from app.web.words import Words
from scenarios.errors import InputError
from scenarios.plan import Indicator, Plan
from scenarios.schema import Scenario
from sim.experiments.attribution import Attribution, attribute
from sim.experiments.store import Store
from sim.experiments.stored_attribution import attribution_of_design

SEEDS = (1, 2, 4)
SCALE = 0.1
"""Share of the issuers in the runs of an attribution."""


def choices(plan: Plan, told: str | None = None) -> tuple[int, str]:
    """Runs and indicator of a link, by default of the session's; the usual where one is missing or not offered."""
    seeds, _, indicator = (session.viewed("split") if told is None else told).partition(BETWEEN)
    return (
        int(seeds) if seeds in map(str, SEEDS) else SEEDS[0],
        indicator if indicator in plan.indicator_ids else plan.indicator_ids[0],
    )


def look(plan: Plan, seeds: int | None = None, split: str | None = None) -> None:
    """Choose runs or an indicator, where it is one of the plan."""
    now = choices(plan)
    chosen = (seeds or now[0], split if split in plan.indicator_ids else now[1])
    session.look(split=BETWEEN.join(map(str, chosen)))


@solara.component
def Attributed(target: Scenario, base: Scenario) -> None:
    """Start an attribution, watch it, stop it, and show its result."""
    words = session.words()
    seeds, _ = choices(target.plan)
    asked, set_asked = solara.use_state(0)
    busy, set_busy = solara.use_state(False)
    progress, set_progress = solara.use_state((0, 0))
    failure, set_failure = solara.use_state("")
    found, set_found = solara.use_state(None)
    stops = solara.use_ref(threading.Event())
    kept = solara.use_memo(lambda: kept_attribution(target, base, words), [words.language])

    def begin() -> Any:
        stop = threading.Event()
        if not asked:
            return None

        def work() -> None:
            try:
                made = attribute(
                    target,
                    base,
                    runs=seeds,
                    seed=1,
                    scale=SCALE,
                    workers=the_server().patient_pool,
                    progress=lambda _, done, wanted: set_progress((done, wanted)),
                    cancel=stop.is_set,
                )
                if not stop.is_set():
                    set_found(
                        (made, attribution_told(target, charts.scenario_name(base.name, words), seeds, 1, SCALE, words))
                    )
            except InputError as error:
                if not stop.is_set():
                    set_failure(problems_told(error, words, with_place=False))
            finally:
                set_busy(False)

        set_busy(True)
        set_failure("")
        set_progress((0, 0))
        stops.current = stop
        threading.Thread(target=work, daemon=True).start()
        return stop.set

    solara.use_effect(begin, [asked])

    def chosen(event: dict[str, str]) -> None:
        if event["value"] in map(str, SEEDS):
            look(target.plan, seeds=int(event["value"]))

    def pressed(button: str) -> None:
        if button == "attribute":
            set_asked(asked + 1)
        else:
            stops.current.set()

    solara.HTML(tag="h2", unsafe_innerHTML=words("attributed.title"))
    solara.Div(classes=["lj-muted"], children=[words("attributed.note", scale=f"{SCALE:.0%}")])
    options = [{"value": str(each), "text": str(each)} for each in SEEDS]
    buttons = [
        {"id": "attribute", "text": words("attributed.start"), "off": busy},
        {"id": "halt", "text": words("attributed.stop"), "off": not busy},
    ]
    fields = [{"id": "seeds", "label": words("attributed.seeds"), "value": str(seeds), "options": options}]
    Form(fields=fields, buttons=buttons, event_chosen=chosen, event_pressed=pressed)
    told = words("attributed.busy", done=progress[0], all=progress[1]) if busy else ""
    solara.Div(classes=["lj-muted"], children=[told], attributes={"role": "status", "data-attributing": str(busy)})
    if failure:
        solara.Div(classes=["lj-bad"], children=[failure], attributes={"role": "alert"})
    shown = found or kept
    if shown is kept and kept is not None:
        solara.Div(classes=["lj-muted"], children=[words("attributed.kept")])
    if shown is not None:
        Parts(*shown, target.plan)


def kept_attribution(target: Scenario, base: Scenario, words: Words) -> tuple[Attribution, Record] | None:
    """The last attribution of two scenarios in the server's store, with its record; None where there is none."""
    folder = the_server().store
    if folder is None or not folder.exists():
        return None
    try:
        found = attribution_of_design(Store.open(folder), target, base)
    except InputError:  # the page says elsewhere why a store cannot be read
        return None
    if found is None:
        return None
    made, scale, design = found
    return made, kept_attribution_told(target, charts.scenario_name(base.name, words), design, scale, words)


@solara.component
def Parts(found: Attribution, record: Record, plan: Plan) -> None:
    """The parts as a waterfall for one indicator, and all of them as a table to unfold."""
    words = session.words()
    _, wanted = choices(plan)
    indicator = next(each for each in plan.indicators if each.id == wanted)
    options = [{"value": each.id, "text": indicator_name(each, words)} for each in plan.indicators]
    field = {"id": "split", "label": words("table.indicator"), "value": indicator.id, "options": options}
    Form(fields=[field], buttons=[], event_chosen=lambda event: look(plan, split=event["value"]))
    part = found.table.set_index(["player", "indicator"])["part"].to_dict()
    scaled, unit = charts.factor(indicator.id, words), charts.change_unit(indicator, words)
    sizes = [(group_name(player, words, plan), scaled * float(part[player, indicator.id])) for player in found.players]
    lines = "".join(f'"{name}",{size:.6g}\n' for name, size in sizes)
    Chart(
        option=waterfall(sizes, (words("attributed.whole"), scaled * float(part["whole", indicator.id])), unit),
        title=f"{words('attributed.waterfall')}{words('problem.joint')}{indicator_name(indicator, words)}",
        subtitle=unit,
        name=f"waterfall-{indicator.id}",
        csv=f"group,part\n{lines}",
        record=record,
        height=320,
    ).key(f"waterfall-{indicator.id}")
    solara.Div(classes=["lj-caption"], children=[record])
    with solara.v.Html(tag="details", class_="lj-folded"):
        solara.v.Html(tag="summary", children=[words("attributed.table", year=found.year)])
        _parts(found, plan, words)


def _parts(found: Attribution, plan: Plan, words: Words) -> None:
    part = found.table.set_index(["player", "indicator"])["part"].to_dict()
    names = {"whole": words("attributed.whole"), "interaction": words("attributed.interaction")}
    rows = [
        [
            names.get(player) or group_name(player, words, plan),
            *(f"{part[player, each.id] * charts.factor(each.id, words):+.4f}" for each in plan.indicators),
        ]
        for player in (*found.players, *names)
    ]
    heads = [words("attributed.group"), *(_head(indicator, words) for indicator in plan.indicators)]
    Table(title=words("attributed.table", year=found.year), heads=heads, rows=rows)


def _head(indicator: Indicator, words: Words) -> str:
    return f"{indicator_name(indicator, words)} ({charts.change_unit(indicator, words)})"
