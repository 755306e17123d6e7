"""Results of the store's last sweep: important factors and conditions of meeting a target, computed on request."""

import threading
from collections.abc import Callable, Mapping
from concurrent.futures import CancelledError
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import numpy as np
import solara

from app.terminal.numbers import UNKNOWN, known
from app.web import charts, session
from app.web.components import Chart, Form, Table
from app.web.link import BETWEEN
from app.web.named import indicator_name, unit_name
from app.web.offered import offered
from app.web.page_compare import design_told, stored_designs
from app.web.recorded import Record, sweep_told
from app.web.simulations import the_server
from app.web.words import Words
from scenarios.errors import InputError
from scenarios.extras import MissingExtra
from scenarios.plan import Indicator
from scenarios.spreadsheet import plain_cells
from sim.experiments.designs import Design
from sim.experiments.held_back import FOLDS, BoxHeldBack, box_held_back
from sim.experiments.least_runs import LEAST_FOR_VERDICT
from sim.experiments.sensitivity import discover, indices, strength, swept
from sim.experiments.store import Store

if TYPE_CHECKING:
    import pandas as pd

MOST_FACTORS = 12
"""Factors in a picture; the others matter less."""


def sweep_of(number: int | None) -> "tuple[Design, pd.DataFrame] | None":
    """A sweep of the server's store, the last one by default, or None where it is not whole."""
    folder = the_server().store
    try:
        return swept(Store.open(folder), number, offered().plan.indicator_ids) if folder is not None else None
    except InputError:
        return None


@solara.component
def Swept(counts: dict[str, int]) -> None:
    """The section of the page; the store is read again when it holds more."""
    words = session.words()
    designs = solara.use_memo(stored_designs, [counts])
    sweeps = {str(each.number): each for each in designs if each.kind == "sweep"}
    picked = session.viewed("sweep") if session.viewed("sweep") in sweeps else next(iter(sweeps), "")
    sweep = solara.use_memo(lambda: sweep_of(int(picked) if picked else None), [counts, picked])
    of_plan = {each.id: each for each in offered().plan.indicators}
    indicator, level = reached(of_plan)
    asked, set_asked = solara.use_state("")
    answer, set_answer = solara.use_state(None)
    failure, set_failure = solara.use_state("")

    def begin() -> Any:
        if not asked or sweep is None:
            return None
        closed = threading.Event()

        def work() -> None:
            design, found = sweep
            try:
                if asked == "indices":
                    made: Any = _elsewhere(indices, design, found)
                else:
                    made = _elsewhere(_box_and_quality, design, found, indicator, level)
                if not closed.is_set():
                    set_answer((asked, indicator, level, made))
            except MissingExtra as error:
                set_failure(words("swept.extra", extra=error.extra))
            except InputError as error:
                set_failure("; ".join(problem.message for problem in error.problems))
            except BrokenProcessPool:
                set_failure(words("swept.died"))
            except CancelledError:
                pass
            finally:
                set_asked("")

        set_failure("")
        threading.Thread(target=work, daemon=True).start()
        return closed.set

    solara.use_effect(begin, [asked])
    solara.HTML(tag="h2", unsafe_innerHTML=words("swept.title"))
    if len(sweeps) > 1:
        listed = [{"value": each, "text": design_told(sweeps[each], words)} for each in sweeps]
        field = {"id": "sweep", "label": words("swept.choose"), "value": picked, "options": listed}

        def choose(event: dict[str, str]) -> None:
            session.look(sweep=event["value"])
            set_answer(None)

        Form(fields=[field], buttons=[], event_chosen=choose)
    if sweep is None:
        solara.Div(classes=["lj-muted"], children=[words("swept.none")])
        return
    design, found = sweep
    told = words(
        "swept.told",
        kind=words.known(f"design.{design.kind}", design.kind),
        points=len(found),
        factors=len(design.factors),
    )
    solara.Div(classes=["lj-muted"], children=[f"{design.title} {told}".strip()])

    def chosen(event: dict[str, str]) -> None:
        if event["id"] == "swept" and event["value"] in of_plan:
            session.look(reached=event["value"])
        elif event["id"] == "level":
            with suppress(ValueError):
                wanted = float(event["value"]) / charts.factor(indicator, words)
                session.look(reached=f"{indicator}{BETWEEN}{wanted}" if np.isfinite(wanted) else indicator)

    options = [{"value": id, "text": indicator_name(each, words)} for id, each in of_plan.items()]
    buttons = [
        {"id": "indices", "text": words("swept.indices"), "off": bool(asked)},
        {"id": "box", "text": words("swept.box"), "off": bool(asked)},
    ]
    shown = float(f"{level * charts.factor(indicator, words):.6g}")
    fields: list[dict[str, Any]] = [
        {"id": "swept", "label": words("table.indicator"), "value": indicator, "options": options},
        {"id": "level", "label": words("swept.level"), "value": shown, "type": "number", "step": "any"},
    ]
    Form(fields=fields, buttons=buttons, event_chosen=chosen, event_pressed=set_asked)
    told = words("swept.busy") if asked else ""
    solara.Div(classes=["lj-muted"], children=[told], attributes={"role": "status", "data-analysing": str(bool(asked))})
    if failure:
        solara.Div(classes=["lj-bad"], children=[failure], attributes={"role": "alert"})
    if answer is not None:
        kind, of_indicator, least, made = answer
        record = sweep_told(design, len(found), words, sweeps[picked].version)
        if kind == "indices":
            _indices(design, made, record, words)
        else:
            box, shares, unseen = made
            _box(design, found, of_indicator, least, box, shares, record, words)
            _quality(shares, unseen, words)


def reached(of_plan: Mapping[str, Indicator], told: str | None = None) -> tuple[str, float]:
    """Indicator and level of a link, by default of the session's; or the first one, from the level where it is met."""
    id, _, text = (session.viewed("reached") if told is None else told).partition(BETWEEN)
    indicator = id if id in of_plan else next(iter(of_plan))
    level = of_plan[indicator].met_from
    if id in of_plan:
        with suppress(ValueError):
            level = float(text) if np.isfinite(float(text)) else level
    return indicator, level


def _elsewhere(function: Callable[..., Any], *arguments: Any) -> Any:
    """Work out something heavy in the pool, so that other sessions are served meanwhile."""
    return the_server().patient_pool.map(function, *([each] for each in arguments))[0]


def _box_and_quality(
    design: Design, found: "pd.DataFrame", indicator: str, least: float
) -> tuple["pd.DataFrame", dict[str, float], BoxHeldBack]:
    """The box of all points, and its quality on points held back."""
    return *discover(design, found, indicator, least), box_held_back(design, found, indicator, least)


def _indices(design: Design, found: "pd.DataFrame", record: Record, words: Words) -> None:
    key = strength(design.kind)
    with solara.Div(classes=["lj-charts"]):
        for indicator in offered().plan.indicators:
            id = indicator.id
            own = found[found["indicator"] == id].sort_values(key, ascending=False).head(MOST_FACTORS)
            shown = {words(f"swept.{key}"): own[key].tolist()}
            if key == "total":
                shown[words("swept.first")] = own["first"].tolist()
            if own.empty:
                continue
            names = [words.known(f"lever.{factor}", str(factor).replace("_", " ")) for factor in own["factor"]]
            Chart(
                option=charts.bars(names, shown),
                title=indicator_name(indicator, words),
                subtitle=unit_name(indicator, words) if key != "total" else _held_back(own, words),
                name=f"sensitivity-{id}",
                csv=str(plain_cells(own).to_csv(index=False, lineterminator="\n")),
                record=record,
            ).key(f"sensitivity-{id}")


def _held_back(own: "pd.DataFrame", words: Words) -> str:
    """Quality of the emulator behind shares of variance, on points that it has not seen."""
    return words("swept.held_back", r2=known(float(own["held_back_r2"].iloc[0]), ".2f"))


def _box(
    design: Design,
    found: "pd.DataFrame",
    indicator: str,
    least: float,
    box: "pd.DataFrame",
    shares: dict[str, float],
    record: Record,
    words: Words,
) -> None:
    rows = [
        [
            words.known(f"lever.{row['factor']}", str(row["factor"]).replace("_", " ")),
            *((row["names"], "") if row["names"] else (f"{row['low']:.3g}", f"{row['high']:.3g}")),
        ]
        for row in box.to_dict("records")
    ]
    told_of = next(each for each in offered().plan.indicators if each.id == indicator)
    name, unit = indicator_name(told_of, words), unit_name(told_of, words)
    shown = f"{least * charts.factor(indicator, words):.6g}"
    title = words("swept.reaches", indicator=name, least=shown, unit=unit, year=found.attrs["year"])
    Table(title=title, heads=[words(f"swept.{each}") for each in ("factor", "from", "to")], rows=rows)
    told = words("swept.box_told", **{key: f"{value:.0%}" for key, value in shares.items()})
    bounded = [str(factor) for factor in box["factor"]]
    names = [*bounded, *(factor.name for factor in design.factors if factor.name not in bounded)][:2]
    if len(names) < 2:
        solara.Div(classes=["lj-muted"], children=[told])
    else:
        points = design.points()[names].to_numpy(dtype=float)
        limits = {row["factor"]: (row["low"], row["high"]) for row in box.to_dict("records")}
        ends = {factor.name: (factor.low, factor.high) for factor in design.factors}
        option = charts.points_and_box(
            points,
            found[indicator].to_numpy() >= least,
            [limits.get(each, ends[each]) for each in names],
            [words.known(f"lever.{each}", each.replace("_", " ")) for each in names],
            (words("swept.reached"), words("swept.missed")),
        )
        bounds = words("desk.between").join(" ".join((row[0], _ends(row[1], row[2], words))) for row in rows)
        Chart(
            option=option,
            title=title,
            subtitle=words("swept.box_bounds", bounds=bounds) if rows else words("swept.no_box"),
            caption=told,
            name="discovery",
            record=record,
            height=340,
        )


def _ends(low: str, high: str, words: Words) -> str:
    """Two ends in words, or names as they are."""
    return words("swept.ends", low=low, high=high) if high else low


def _quality(shares: dict[str, float], unseen: BoxHeldBack, words: Words) -> None:
    """Density and coverage of the box on points that had no part in finding it, or that there are too few."""
    if unseen.lacking:
        fewer = min(unseen.reached, unseen.points - unseen.reached)
        lacking = words("swept.unseen_too_few", fewer=fewer, least=LEAST_FOR_VERDICT)
        solara.Div(classes=["lj-muted"], children=[lacking], attributes={"data-held-back": "too few"})
        return
    rows = [
        [
            words(f"swept.{name}"),
            f"{shares[name]:.0%}",
            known(share, ".0%"),
            _ends(known(low, ".0%"), known(high, ".0%"), words) if share == share else UNKNOWN,
            str(count),
        ]
        for name, (share, low, high), count in (
            ("density", unseen.density, unseen.inside),
            ("coverage", unseen.coverage, unseen.reached),
        )
    ]
    rows.append([words("swept.base_rate"), f"{unseen.base_rate:.0%}", "", "", str(unseen.points)])
    heads = [words(f"swept.{each}") for each in ("measure", "all_points", "unseen", "interval", "points")]
    Table(title=words("swept.quality"), heads=heads, rows=rows)
    how = words("swept.unseen_how", folds=FOLDS, points=unseen.points, runs=unseen.points * unseen.runs)
    solara.Div(classes=["lj-muted"], children=[how])
