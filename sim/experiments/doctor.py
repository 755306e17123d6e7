"""Examination of a store, and a repair that keeps all sound data and deletes nothing."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from scenarios.bounds import SEEDS_APART
from scenarios.errors import InputError, Problem
from scenarios.parameters import Parameters
from scenarios.problem_texts import coded
from scenarios.schema import Scenario
from sim.experiments.outcomes import indicators_hash
from sim.experiments.requests import parameter_draw
from sim.experiments.store import Store, StoredRun, asked_of_row, parameters_as_data, rows_table, scenario_file
from sim.experiments.store_files import (
    ABOUT,
    ADDRESSED,
    ASIDE,
    DRAFT,
    EARLIER_YEARS,
    LISTED,
    LOCK,
    TABLES,
    Catalogue,
    digest_in,
    digest_of_file,
    holds_tables,
    is_numbered,
    literal_folder,
    locked,
    names_in,
    now,
    number_of,
    problem_at,
    problems_of_files,
    sync_folder,
    system_told,
    unlisted,
)
from sim.experiments.stored_design import AskedRun, StoredDesign

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Examination:
    """Result of an examination of a store."""

    problems: tuple[Problem, ...]
    done: int
    """Runs that are whole."""
    lost: tuple[AskedRun, ...]
    """Requested runs that are missing or damaged: a resumed batch computes them."""
    incomplete: tuple[int, ...] = ()
    """Numbers of the experiments with missing or damaged runs."""

    @property
    def sound(self) -> bool:
        """Whether nothing is wrong; runs that have not been computed yet are no fault."""
        return not self.problems


@dataclass(frozen=True)
class Repair:
    """Result of a repair."""

    found: Examination
    """Problems before the repair."""
    moved: tuple[str, ...]
    """Files that were moved into the folder `aside`, as they are named inside it."""
    restored: tuple[str, ...]
    """Files restored from the rest of the store."""
    after: Examination


def examined(folder: str | Path) -> Examination:
    """Look for everything that is wrong with a store, changing nothing.

    Raises
    ------
    scenarios.InputError
        If the folder is no store, is of another format, or cannot be read.
    """
    store = Store(_a_store(folder))
    with system_told(store.folder, "cannot be read"):
        problems: list[Problem] = []
        try:
            catalogue = Catalogue.read(store.folder)
        except InputError as error:
            problems += error.problems
            catalogue = _of_files(store.folder)
        problems += problems_of_files(store.folder, catalogue)
        unsound = {problem.where for problem in problems}
        whole = _Whole(store, catalogue, unsound)
        problems += whole.problems
        asked = [run for design in whole.designs for run in design.runs]
        lost = {run.key: run for run in (*whole.dropped, *asked) if run.key not in whole.done}
        incomplete = [each.number for each in whole.designs if any(run.key in lost for run in each.runs)]
        return Examination(_once(problems), len(whole.done), tuple(lost.values()), tuple(incomplete))


def _once(problems: list[Problem]) -> tuple[Problem, ...]:
    """Each file once, with the first thing that is wrong with it."""
    by_file: dict[str, Problem] = {}
    for problem in problems:
        by_file.setdefault(problem.where, problem)
    return tuple(by_file.values())


def repaired(folder: str | Path) -> Repair:
    """Keep all that is whole in a store and move the rest into its folder `aside`; nothing is deleted.

    A partly damaged part is written again with its sound runs. A scenario is restored from a design that contains it,
    parameters if they can be drawn again to the bit. Lost runs are computed by a resumed batch.

    Raises
    ------
    scenarios.InputError
        If the folder is no store, cannot be written to, or another process writes to it.
    """
    path = _a_store(folder)
    found = examined(path)
    with system_told(path):
        lock = locked(path / LOCK, path)
        try:
            moved, restored = _mended(path)
        finally:
            lock.close()
    return Repair(found, moved, restored, examined(path))


def _a_store(folder: str | Path) -> Path:
    """The folder, refused where doctor can do nothing: no store, or one of another format."""
    path = literal_folder(folder)
    with system_told(path, "cannot be read"):
        try:
            Catalogue.read(path)
        except InputError as error:
            key = error.problems[0].key
            if key == "format" or not path.is_dir() or not ((path / ABOUT).exists() or holds_tables(path)):
                raise
    return path


def _of_files(folder: Path) -> Catalogue:
    """A catalogue of all existing parts and designs, for a store that has lost its own."""
    listed = {table: tuple(name for name in names_in(folder / table) if is_numbered(name, table)) for table in LISTED}
    return Catalogue(now(), **listed)


class _Whole:
    """Sound contents of a store, and problems beyond single files.

    Parameters
    ----------
    store
        The store.
    catalogue
        Parts and designs to look at.
    unsound
        Paths of files that are known to be missing, damaged or foreign.
    """

    def __init__(self, store: Store, catalogue: Catalogue, unsound: set[str]) -> None:
        self.problems: list[Problem] = []
        self._store = store
        self._unsound = unsound
        self._addresses: dict[tuple[str, str], bool] = {}
        self.designs = tuple(self._designs(catalogue))
        self.done: set[str] = set()
        """Keys of the runs that are done and whole."""
        self.dropped: list[AskedRun] = []
        """Runs with rows but damaged values."""
        self.parts: dict[str, tuple[str | None, pd.DataFrame, list[StoredRun]]] = {}
        """By part of the table of runs: its part of indicators, the rows that are whole, and their indicators."""
        indicators = {number_of(name): name for name in catalogue.indicators}
        for name in catalogue.runs:
            self._part(name, indicators.get(number_of(name)))
        for table in ADDRESSED:
            for name in names_in(store.folder / table):
                if not name.endswith(DRAFT) and str(store.folder / table / name) not in unsound:
                    self.is_whole(table, name.removesuffix(".json"))

    def is_whole(self, table: str, digest: str) -> bool:
        """Whether a file named by a hash exists and has that hash."""
        if (table, digest) not in self._addresses:
            self._addresses[table, digest] = self._tried(lambda: self._store.check_address(table, digest))
        return self._addresses[table, digest]

    def refers_well(self, run: AskedRun) -> bool:
        """Whether all that a run refers to is whole; every fault is noted."""
        found = [self.is_whole("scenarios", run.scenario_hash), self.is_whole("parameters", run.parameters_hash)]
        return all([*found, not run.base_year or self.is_whole(EARLIER_YEARS, run.base_year)])

    def _tried(self, read: Callable[[], object]) -> bool:
        try:
            read()
        except InputError as error:
            self.problems += error.problems
            return False
        return True

    def _designs(self, catalogue: Catalogue) -> Iterator[StoredDesign]:
        for name in catalogue.designs:
            if str(self._store.folder / "designs" / name) in self._unsound:
                continue
            try:
                design = self._store.design_of_file(name)
            except InputError as error:
                self.problems += error.problems
                continue
            for run in design.runs:
                self.refers_well(run)
            yield design

    def _part(self, name: str, indicators: str | None) -> None:
        store = self._store
        path = store.folder / "runs" / name
        if str(path) in self._unsound:
            return
        try:
            rows = store.rows_of_part(name)
        except InputError as error:
            self.problems += error.problems
            return
        asked = {run.key: run for run in (asked_of_row(dict(row)) for row in rows.to_dict("records"))}  # type: ignore[arg-type]
        rows = rows.loc[np.array([self.refers_well(asked[key]) for key in rows["key"]], dtype=bool)]
        twice = rows["key"].isin(self.done) & (rows["status"] == "done")
        if twice.any():
            self.problems.append(
                problem_at(path, coded("store.duplicate_run_count", count=int(twice.sum())), store.folder)
            )
            rows = rows[~twice]
        found: dict[str, StoredRun] = {}
        if indicators is not None:
            part = store.folder / "indicators" / indicators
            try:
                found = {run.key: run for run in store.runs_of_part(part)}
            except InputError as error:
                if str(part) not in self._unsound:
                    self.problems += error.problems
        stored = dict(zip(rows["key"], rows["indicators_hash"], strict=True))
        whole = {
            key: run
            for key, run in found.items()
            if key in stored and indicators_hash(run.columns, run.first_month, run.values) == stored[key]
        }
        done = rows["status"] == "done"
        lost = int((done & ~rows["key"].isin(whole)).sum())
        where = store.folder / "indicators" / (indicators or f"{number_of(name):08d}-*.parquet")
        if lost and str(where) not in self._unsound:
            message = (
                coded("value.missing") if indicators is None else coded("store.other_indicators_of_runs", count=lost)
            )
            self.problems.append(problem_at(where, message, store.folder))
        rows = rows[~done | rows["key"].isin(whole)]
        self.parts[name] = indicators, rows, [whole[key] for key in rows["key"] if key in whole]
        self.done |= set(whole)
        self.dropped += [asked[key] for key in asked if key not in self.done]


def _mended(folder: Path) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Move damaged and foreign files aside and list the rest again; names of moved and restored files."""
    aside = _Aside(folder)
    for table in TABLES:
        if (folder / table).exists() and not (folder / table).is_dir():
            aside.move(folder / table)
        (folder / table).mkdir(exist_ok=True)
    try:
        catalogue = Catalogue.read(folder)
    except InputError:
        catalogue = _of_files(folder)
        if (folder / ABOUT).exists():
            aside.move(folder / ABOUT)
    else:
        more = {table: unlisted(folder, catalogue, table) for table in LISTED}
        listed = {table: (*catalogue.of(table), *more[table]) for table in LISTED}
        catalogue = Catalogue(catalogue.made, **listed)
    for problem in problems_of_files(folder, catalogue):
        aside.move(Path(problem.where))
    there = {
        table: tuple(name for name in catalogue.of(table) if _is_intact(folder / table / name)) for table in LISTED
    }
    catalogue = Catalogue(catalogue.made, **there)
    store = Store(folder)
    whole = _Whole(store, catalogue, set())
    restored = _restored(store, whole, aside)
    if restored:
        store = Store(folder)
        whole = _Whole(store, catalogue, set())
    for table in ADDRESSED:
        for name in names_in(folder / table):
            if not name.endswith(DRAFT) and not whole.is_whole(table, name.removesuffix(".json")):
                aside.move(folder / table / name)
    kept = Catalogue(catalogue.made, designs=tuple(_design_names(catalogue, whole)))
    for name in catalogue.designs:
        if name not in kept.designs:
            aside.move(folder / "designs" / name)
    unfit: list[tuple[pd.DataFrame, list[StoredRun]]] = []
    for name in catalogue.runs:
        indicators, rows, runs = whole.parts.get(name, (None, None, []))
        if rows is not None and len(rows) == len(store.rows_of_part(name)):
            kept = kept.with_files(runs=name, indicators=indicators)
        else:
            if rows is not None and len(rows):
                unfit.append((rows, runs))
            aside.move(folder / "runs" / name)
    for name in catalogue.indicators:
        if name not in kept.indicators:
            aside.move(folder / "indicators" / name)
    kept.write(folder)
    for rows, runs in unfit:
        records = [{str(name): value for name, value in row.items()} for row in rows.to_dict("records")]
        kept = store.add_part(kept, rows_table(records), runs)
    return tuple(aside.moved), restored


def _is_intact(path: Path) -> bool:
    try:
        return digest_of_file(path) == digest_in(path.name)
    except OSError:
        return False


def _design_names(catalogue: Catalogue, whole: _Whole) -> Iterator[str]:
    """Designs that can be read and whose scenarios exist."""
    numbers = {
        design.number
        for design in whole.designs
        if all(whole.is_whole("scenarios", run.scenario_hash) for run in design.runs)
    }
    return (name for name in catalogue.designs if number_of(name) in numbers)


class _Aside:
    """The folder for files moved aside; each repair has its own."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        number = max((int(name) for name in names_in(folder / ASIDE) if name.isdecimal()), default=0) + 1
        self._into = folder / ASIDE / f"{number:04d}"
        self.moved: list[str] = []

    def move(self, path: Path) -> None:
        """Move a file or folder of the store, if it exists."""
        if not path.exists() and not path.is_symlink():
            return
        target = self._into / path.relative_to(self._folder)
        target.parent.mkdir(parents=True, exist_ok=True)
        path.rename(target)
        for folder in (target.parent, path.parent):
            sync_folder(folder)
        self.moved.append(str(target.relative_to(self._folder / ASIDE)))


def _restored(store: Store, whole: _Whole, aside: _Aside) -> tuple[str, ...]:
    """Write scenarios and parameters again that are lost and can be known from the rest, to the bit."""
    lost: dict[tuple[str, str], dict[str, Any]] = {}
    for design in whole.designs:
        for digest, content in design.contents.items():
            if not whole.is_whole("scenarios", digest):
                lost["scenarios", digest] = scenario_file(digest, content, design.model)
        for run in design.runs:
            digest = run.parameters_hash
            if not whole.is_whole("parameters", digest) and ("parameters", digest) not in lost:
                drawn = _drawn_again(run, design)
                if drawn is not None:
                    lost["parameters", digest] = parameters_as_data(drawn)
    for (table, digest), data in lost.items():
        aside.move(store.folder / table / f"{digest}.json")
        store.keep(table, digest, data)
    return tuple(f"{table}/{digest}.json" for table, digest in lost)


def _drawn_again(run: AskedRun, design: StoredDesign) -> Parameters | None:
    """Parameters of a run drawn once more, where that gives the same; None for those that a user gave."""
    content = design.contents.get(run.scenario_hash)
    if not design.resumable or content is None:
        return None
    scenario = Scenario.from_plain({**content, "name": run.scenario})
    if run.draw is None:
        drawn = scenario.set_of_parameters().central()
    else:
        drawn = parameter_draw(scenario, run.seed // SEEDS_APART, run.draw)
    return drawn if drawn.hash == run.parameters_hash else None
