"""The server's store: its contents, the current batch, and a batch to start and leave."""

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Self

import solara

from app.terminal.numbers import known
from app.web import charts, session
from app.web.components import Form, Table
from app.web.desk import LEAST_RUNS, MOST_RUNS
from app.web.link import BETWEEN
from app.web.page_compare import NAMED, design_told, stored_designs, stored_ensemble
from app.web.problems import problems_told
from app.web.simulations import the_server
from app.web.swept import Swept
from app.web.waiting_time import Pace, duration, expected_seconds
from app.web.words import Words
from scenarios import load, names
from scenarios.errors import InputError
from scenarios.schema import Scenario
from sim.experiments.ensemble import Ensemble, ensemble
from sim.experiments.outcomes import RunOutcome
from sim.experiments.store import Store

ROWS = 12
DESK, DESK_BASELINE = "of the desk", "baseline of the desk"
"""In place of a ready scenario: that of the desk, and its baseline."""
VIEW = "batch"
"""Name of the form in a link."""
KEY_LETTERS = 10
"""Letters of a run's key that tell it from others in a table."""


@dataclass
class Batch:
    """The batch of this server that is under way; it outlives the page that started it."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    stop: threading.Event = field(default_factory=threading.Event)
    busy: bool = False
    began: float = 0.0
    pace: Pace | None = None
    """From the first run of the batch on."""
    done: int = 0
    wanted: int = 0
    error: InputError | None = None

    def start(self, scenarios: list[str | Scenario], runs: int, seed: int = 1) -> None:
        """Begin a batch in the background where the operator allows it; one at a time."""
        with self.lock:
            if self.busy or not the_server().batches:
                return
            self.busy, self.done, self.wanted, self.error = True, 0, runs * len(scenarios), None
            self.pace, self.began = None, time.monotonic()
            self.stop.clear()
        threading.Thread(target=self._run, args=(scenarios, runs, seed), daemon=True).start()

    def left(self) -> tuple[float, float] | None:
        """Runs a minute so far and seconds left, or None before the first few runs of the batch itself."""
        now, pace = time.monotonic(), self.pace
        seconds = None if pace is None else pace.seconds_left(self.done, self.wanted, now)
        if pace is None or seconds is None:
            return None
        return 60.0 * (self.done - pace.there) / (now - pace.began), seconds

    def _run(self, scenarios: list[str | Scenario], runs: int, seed: int) -> None:
        server = the_server()

        def told(_: RunOutcome, done: int, wanted: int) -> None:
            if self.pace is None:  # the store had those before the first that is told
                self.pace = Pace(self.began, done - 1)
            self.done, self.wanted = done, wanted

        try:
            ensemble(
                scenarios,
                runs=runs,
                seed=seed,
                store=server.store,
                workers=server.patient_pool,
                progress=told,
                cancel=self.stop.is_set,
            )
        except InputError as error:
            self.error = error
        finally:
            self.busy = False


BATCH = Batch()


@dataclass(frozen=True)
class BatchAsked:
    """The form for a batch: a scenario, another one or none, and runs of each."""

    first: str = "plan"
    second: str = "committed"
    runs: int = 20

    @classmethod
    def read(cls, text: str) -> Self:
        """The form of a link; the usual in place of what is missing or not offered."""
        usual = cls()
        first, second, runs = (*text.split(BETWEEN), *[""] * 3)[:3]
        number = int(runs) if runs.isdecimal() and len(runs) < 7 else 0
        return cls(
            first if first in (DESK, *names()) else usual.first,
            second if second in (DESK_BASELINE, *names()) or (text and not second) else usual.second,
            number if 1 <= number <= MOST_RUNS else usual.runs,
        )

    @property
    def told(self) -> str:
        """The same as part of a link."""
        return BETWEEN.join((self.first, self.second, str(self.runs))) if self != type(self)() else ""


def ask(**changes: Any) -> None:
    """Change the form, on top of what was chosen meanwhile, where what is chosen is offered."""
    asked = replace(BatchAsked.read(session.viewed(VIEW)), **changes)
    session.look(**{VIEW: BatchAsked.read(asked.told).told})


def wanted_scenarios(asked: BatchAsked) -> list[str | Scenario]:
    """The scenarios of a form: ready ones by name, those of the desk as they are now.

    Beside a scenario of the desk a ready one has the desk's world, because runs are pairs in one world only. Where its
    policy does not fit into that world it stays as it is.
    """
    desk = session.desk.value
    of_desk = {DESK: desk.scenario, DESK_BASELINE: desk.baseline_scenario}
    chosen = dict.fromkeys(each for each in (asked.first, asked.second) if each)
    if not of_desk.keys() & chosen:
        return list(chosen)
    world = desk.scenario()
    return [of_desk[each]() if each in of_desk else _in_the_world_of(world, each) for each in chosen]


def _in_the_world_of(world: Scenario, ready: str) -> str | Scenario:
    try:
        return world.with_policy_of(load(ready))
    except InputError:
        return ready


def usual_batch_seconds(scenarios: Sequence[str | Scenario], runs: int) -> float | None:
    """Seconds that a batch takes by the stored runs of its scenarios; None where one of them has none yet.

    Raises
    ------
    scenarios.InputError
        If the store cannot be read.
    """
    server = the_server()
    if server.store is None or not server.store.exists():
        return None
    done = Store.open(server.store).runs
    done = done[done["status"] == "done"]
    total = 0.0
    for each in scenarios:
        scenario = load(each) if isinstance(each, str) else each
        seconds = done.loc[done["scenario_hash"] == scenario.content_hash(), "seconds"].tolist()
        expected = expected_seconds(runs, seconds, server.patient_pool.count)
        if expected is None:
            return None
        total += expected
    return total


def _usual_told(scenarios: Sequence[str | Scenario], runs: int, words: Words) -> str:
    """The time that the batch of the form takes, where earlier runs say it."""
    try:
        seconds = usual_batch_seconds(scenarios, runs)
    except InputError:  # what is wrong with the store is said below
        return ""
    return "" if seconds is None else words("experiments.usual", time=duration(seconds, words))


@solara.component
def ExperimentsPage() -> None:
    """The page."""
    words = session.words()
    asked = BatchAsked.read(session.viewed(VIEW))
    first, second, runs = asked.first, asked.second, asked.runs
    has_desk = bool({DESK, DESK_BASELINE} & {first, second})
    wanted = wanted_scenarios(asked)
    _, set_seen = solara.use_state(0)

    def watch() -> Any:
        closed = threading.Event()

        def look() -> None:
            seen = 0
            while not closed.wait(1.0):
                if BATCH.busy or seen == 0 or seen % 10 == 0:
                    set_seen(seen)
                seen += 1

        threading.Thread(target=look, daemon=True).start()
        return closed.set

    solara.use_effect(watch, [])

    def chosen(event: dict[str, str]) -> None:
        if event["id"] == "runs" and event["value"].isdecimal() and len(event["value"]) < 7:
            ask(runs=min(max(int(event["value"]), 1), MOST_RUNS))
        elif event["id"] in ("first", "second"):
            ask(**{event["id"]: event["value"]})

    def pressed(button: str) -> None:
        if button == "stop":
            BATCH.stop.set()
        else:
            BATCH.start(wanted, runs, session.desk.value.seed if has_desk else 1)
        set_seen(-1)

    with solara.Div(classes=["lj-page"], attributes={"id": "lj-main", "role": "main"}):
        solara.HTML(tag="h1", unsafe_innerHTML=words("experiments.heading"))
        folder = the_server().store
        if folder is None:
            solara.Div(classes=["lj-note"], children=[words("compare.none")])
            return
        ready = [{"value": name, "text": charts.scenario_name(name, words)} for name in names()]
        of_desk = {"value": DESK, "text": words("experiments.desk")}
        its_baseline = {"value": DESK_BASELINE, "text": words("experiments.desk_baseline")}
        fields = [
            {"id": "first", "label": words("experiments.scenarios"), "value": first, "options": [of_desk, *ready]},
            {
                "id": "second",
                "label": words("compare.second"),
                "value": second,
                "options": [{"value": "", "text": words("compare.nothing")}, its_baseline, *ready],
            },
            {
                "id": "runs",
                "label": words("experiments.runs"),
                "value": runs,
                "type": "number",
                "min": 1,
                "max": MOST_RUNS,
            },
        ]
        buttons = [
            {"id": "start", "text": words("experiments.start"), "off": BATCH.busy},
            {"id": "stop", "text": words("experiments.stop"), "off": not BATCH.busy},
        ]
        if the_server().batches:
            Form(fields=fields, buttons=buttons, event_chosen=chosen, event_pressed=pressed)
        else:
            solara.Div(classes=["lj-note"], children=[words("experiments.not_allowed")])
        told = words("experiments.idle") + _usual_told(wanted, runs, words)
        if has_desk and {first, second} & set(names()) and not any(isinstance(each, str) for each in wanted):
            told += words("experiments.world")
        if BATCH.busy:
            so_far, left = words("experiments.busy", done=BATCH.done, all=BATCH.wanted), BATCH.left()
            if left is not None:
                so_far += words("experiments.pace", rate=f"{left[0]:.0f}", time=duration(left[1], words))
            told = words("desk.then").join((so_far, words("experiments.leave")))
        solara.Div(classes=["lj-muted"], children=[told], attributes={"role": "status", "data-busy": str(BATCH.busy)})
        if BATCH.error is not None:
            failure = problems_told(BATCH.error, words, with_place=False)
            solara.Div(classes=["lj-bad"], children=[failure], attributes={"role": "alert"})
        if not folder.exists():
            solara.Div(children=[words("compare.empty")])
            return
        _contents(folder, words)


def _contents(folder: Path, words: Words) -> None:
    try:
        store = Store.open(folder)
        counts, runs = store.counts(), store.runs
    except InputError as error:
        solara.Div(classes=["lj-bad"], children=[problems_told(error, words, with_place=False)])
        return
    solara.Div(children=[words("experiments.counts", done=counts.get("done", 0), failed=counts.get("failed", 0))])
    _designs(store, words)
    Chances(counts)
    Swept(counts)
    columns = ("scenario", "run", "seed", "status", "seconds", "kind", "key")
    latest = runs.tail(ROWS).iloc[::-1]
    rows = [
        [
            charts.scenario_name(str(row["scenario"]), words),
            *(_shown(row[column]) for column in ("run", "seed")),
            words.known(f"experiments.{row['status']}", str(row["status"])),
            _shown(row["seconds"]),
            words.known(f"run_kind.{row['kind']}", str(row["kind"])),
            str(row["key"])[:KEY_LETTERS],
        ]
        for row in latest.to_dict("records")
    ]
    heads = [words(f"table.{column}") for column in columns]
    with solara.v.Html(tag="details", class_="lj-folded"):
        solara.v.Html(tag="summary", children=[words("experiments.latest")])
        Table(title=words("experiments.latest"), heads=heads, rows=rows)


def _designs(store: Store, words: Words) -> None:
    """The experiments of the store, the latest first."""
    rows = []
    for design in store.designs()[: -ROWS - 1 : -1]:
        names = [charts.scenario_name(name, words) for name in design.scenarios[:NAMED]]
        if len(design.scenarios) > NAMED:
            names.append(words("compare.more_scenarios", number=len(design.scenarios) - NAMED))
        kind = words.known(f"experiment.{design.kind}", design.kind)
        told = words("desk.between").join([*names, design.label] if design.label else names)
        counted = (len(design.runs), design.done, design.failed)
        rows.append(
            [str(design.number), design.time[:16].replace("T", " "), kind, told, *(f"{each}" for each in counted)]
        )
    heads = [words(f"experiments.{each}") for each in ("number", "time")]
    heads += [words("table.kind"), words("table.scenario")]
    heads += [words(f"experiments.{each}") for each in ("asked", "done", "failed")]
    Table(title=words("experiments.designs"), heads=heads, rows=rows)


@solara.component
def Chances(counts: dict[str, int]) -> None:
    """Shares of the stored runs that meet each target; the store is read again when it holds more."""
    words = session.words()
    designs = solara.use_memo(stored_designs, [counts])
    numbers = {str(design.number): design for design in designs}
    viewed = session.viewed("design")
    chosen = viewed if viewed in numbers else next(iter(numbers), "")
    number = int(chosen) if chosen else None
    found = solara.use_memo(lambda: stored_ensemble(number), [counts, number])
    solara.HTML(tag="h2", unsafe_innerHTML=words("experiments.results"))
    if len(numbers) > 1:
        listed = [{"value": each, "text": design_told(numbers[each], words)} for each in numbers]
        field = {"id": "shown_design", "label": words("compare.designs"), "value": chosen, "options": listed}
        Form(fields=[field], buttons=[], event_chosen=lambda event: session.look(design=event["value"]))
    if isinstance(found, Ensemble):
        done = {name: int(found.done(name).sum()) for name in found.values}
        if max(done.values()) < LEAST_RUNS:
            solara.Div(classes=["lj-muted"], children=[words("experiments.too_few", least=LEAST_RUNS)])
            return
        shares = found.probability_of_target()
        counted = [name for name in done if done[name] >= LEAST_RUNS]
        of = {(str(row.scenario), str(row.indicator)): row.probability for row in shares.itertuples()}
        rows = [
            [
                words.known(f"indicator.{indicator}", words("compare.all")),
                # A scenario under another plan has other targets.
                *(known(of[name, indicator], ".0%") if (name, indicator) in of else "" for name in counted),
            ]
            for indicator in dict.fromkeys(str(each) for each in shares["indicator"])
        ]
        heads = [words("table.indicator"), *(charts.scenario_name(name, words) for name in counted)]
        Table(title=words("experiments.bands", number=number), heads=heads, rows=rows)


def _shown(value: Any) -> str:
    return f"{value:.2f}" if isinstance(value, float) else str(value)
