"""A folder of results that outlives a crash, notices damage, and can be read while a batch writes to it.

Parts are Parquet files, written under another name, synced and renamed; the catalogue that lists them comes last, so a
run is either there as a whole or not at all. Everything lies under a digest that is checked when it is read. One
process writes; readers need no lock. See docs/store.md.
"""

import io
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from agents.arrays import Floats
from scenarios.errors import InputError
from scenarios.parameters import Parameters
from scenarios.paths import shown
from scenarios.problem_texts import coded
from scenarios.schema import Scenario
from sim.base_year.base_year import YEAR_2020, BaseYear
from sim.experiments.outcomes import RunOutcome, indicators_hash, month_index
from sim.experiments.requests import RunRequest
from sim.experiments.store_files import (
    ABOUT,
    ASIDE,
    DRAFT,
    EARLIER_YEARS,
    FORMAT,
    LOCK,
    TABLES,
    Catalogue,
    damaged,
    digest_in,
    digest_of_data,
    holds_tables,
    literal_folder,
    locked,
    names_in,
    now,
    number_of,
    problem_at,
    problems_of_files,
    read_data,
    reason,
    sync_folder,
    system_told,
    unlisted,
    write_numbered,
    write_whole,
)
from sim.experiments.stored_design import AskedRun, StoredDesign, content_of
from sim.provenance.loaded_code import refuse_altered
from sim.provenance.model_digest import model_digest

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

INTO_A_STORE = "a store would keep its results under the key of the installed one"

__all__ = ["ABOUT", "FORMAT", "RUN_COLUMNS", "Store", "StoredDesign", "missing"]

RUN_COLUMNS = {
    "key": "string",
    "run": "int64",
    "scenario": "string",
    "scenario_hash": "string",
    "seed": "int64",
    "draw": "Int64",
    "parameters_hash": "string",
    "interactions_off": "string",
    "vintage": "string",
    "macro": "string",
    "scale": "float64",
    "kind": "string",
    "status": "string",
    "error": "string",
    "seconds": "float64",
    "version": "string",
    "model": "string",
    "kernels": "string",
    "indicators_hash": "string",
    "finished": "string",
    "components": "string",
}
"""Columns of the table of runs and their types."""


@dataclass(frozen=True)
class StoredRun:
    """The indicators of a run, as they were stored and checked against its digest."""

    key: str
    columns: tuple[str, ...]
    first_month: int
    values: Floats
    """Shape (months, indicators)."""


class Store:
    """Results of many runs in a folder.

    Open one with `Store.open` to read, with `Store.writing` to add to it.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._lock: Any = None
        self._checked_files: set[Path] = set()
        self._known_rows: tuple[tuple[str, ...], pd.DataFrame] | None = None
        self._known_designs: tuple[tuple[str, ...], tuple[StoredDesign, ...]] = ((), ())

    @classmethod
    def open(cls, folder: str | Path) -> Self:
        """Open a store to read it.

        Raises
        ------
        scenarios.InputError
            If the folder is no store, is damaged, or has another format.
        """
        path = literal_folder(folder)
        with system_told(path, "cannot be read"):
            Catalogue.read(path)
        return cls(path)

    @classmethod
    def writing(cls, folder: str | Path) -> Self:
        """Open a store to add runs, making it where there is none; use it in a `with` block, which holds its lock.

        A store whose making was cut short is completed.

        Raises
        ------
        scenarios.InputError
            If the folder holds something else, is damaged, cannot be written to, or another process writes to it.
        """
        path = literal_folder(folder)
        with system_told(path):
            lock = _made(path)
            try:
                store = cls(path)
                store._lock = lock
                store._settled(store.catalogue())
                store.catalogue()
            except BaseException:
                lock.close()
                raise
        return store

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def __repr__(self) -> str:
        counts = self.counts()
        return f"<Store {str(self.folder)!r}: {counts.get('done', 0)} runs done, {counts.get('failed', 0)} failed>"

    def _repr_html_(self) -> str:
        import html

        by = self.query("select scenario, status, count(*) as runs, min(version) as version from runs group by all")
        return f"<p>{html.escape(repr(self))}</p>{by.to_html(index=False)}"

    def catalogue(self) -> Catalogue:
        """Contents of the catalogue, after a check that exactly the listed files exist and are sound.

        Raises
        ------
        scenarios.InputError
            If the store is gone, or something in it is missing, damaged or foreign.
        """
        with system_told(self.folder, "file.unreadable"):
            if not self.folder.exists():
                where = str(self.folder)
                raise InputError(coded("store.gone"), where=where, key="store", value=where)
            catalogue = Catalogue.read(self.folder)
            problems = problems_of_files(self.folder, catalogue)
            if problems:
                first, others = problems[0], len(problems) - 1
                if others:
                    code = "store.one_more_file" if others == 1 else "store.more_files"
                    first = replace(first, message=coded(code, problem=first.message, count=others))
                raise InputError(first)
            return catalogue

    def _settled(self, catalogue: Catalogue) -> Catalogue:
        """Remove unfinished files of a killed writer, and list its finished but unlisted ones."""
        for table in TABLES:
            for draft in (self.folder / table).glob(f"*{DRAFT}"):
                draft.unlink(missing_ok=True)
        (self.folder / (ABOUT + DRAFT)).unlink(missing_ok=True)
        before = catalogue
        for name in unlisted(self.folder, catalogue, "designs"):
            catalogue = catalogue.with_files(designs=name)
        parts = unlisted(self.folder, catalogue, "runs")
        indicators = {number_of(name): name for name in unlisted(self.folder, catalogue, "indicators")}
        for name in parts:
            catalogue = catalogue.with_files(runs=name, indicators=indicators.pop(number_of(name), None))
        for name in indicators.values():  # the runs they are of come after them, and never came
            (self.folder / "indicators" / name).unlink()
        if catalogue != before:
            self._whole(before, catalogue)
            catalogue.write(self.folder)
        return catalogue

    def _whole(self, before: Catalogue, after: Catalogue) -> None:
        """Check that files about to be listed are sound and new."""
        problems = problems_of_files(self.folder, after)
        if problems:
            raise InputError(problems)
        self._known_designs = ((), ())
        for design in self._designs_of(after):
            for digest in dict.fromkeys(run.scenario_hash for run in design.runs):
                self._content(digest)
        known = set(self._done_rows(self._rows_of(before.runs))["key"])
        for name in after.runs[len(before.runs) :]:
            rows = self._done_rows(self._rows_of((name,)))
            if known & set(rows["key"]):
                raise damaged(self.folder / "runs" / name, coded("store.duplicate_runs"), self.folder)
            known |= set(rows["key"])
            for _ in self._read_part(after, rows):
                pass

    # Writing

    def append(self, outcomes: Sequence[RunOutcome]) -> None:
        """Add outcomes, all of them or none; runs that the store holds already are left as they are.

        Raises
        ------
        scenarios.InputError
            If the disk is full or the folder is missing; earlier contents are not changed.
        """
        if not outcomes:
            return
        self._writable()
        refuse_altered(INTO_A_STORE, [name for outcome in outcomes for name in outcome.altered])
        with system_told(self.folder):
            self._append(outcomes)

    def _writable(self) -> None:
        if self._lock is None:
            raise RuntimeError("a store is written to inside `with Store.writing(folder)`")

    def _append(self, outcomes: Sequence[RunOutcome]) -> None:
        catalogue = self._settled(Catalogue.read(self.folder))
        there = set(self._done_rows(self._rows_of(catalogue.runs))["key"])
        fresh: dict[str, RunOutcome] = {}
        for outcome in outcomes:
            if outcome.key not in there and (outcome.key not in fresh or fresh[outcome.key].status != "done"):
                fresh[outcome.key] = outcome
        self._keep_what_is_referred_to([outcome.request for outcome in fresh.values()])
        # Runs of models with other indicators cannot share a table.
        by_columns: dict[tuple[str, ...], list[RunOutcome]] = {}
        for outcome in fresh.values():
            by_columns.setdefault(outcome.indicators, []).append(outcome)
        for columns, same in sorted(by_columns.items()):
            catalogue = self._append_part(catalogue, columns, same)

    def _append_part(self, catalogue: Catalogue, columns: tuple[str, ...], outcomes: Sequence[RunOutcome]) -> Catalogue:
        done = [outcome for outcome in outcomes if outcome.status == "done"]
        runs = [StoredRun(outcome.key, columns, outcome.first_month, outcome.values) for outcome in done]
        return self.add_part(catalogue, rows_table([_row(outcome) for outcome in outcomes]), runs)

    def add_part(self, catalogue: Catalogue, rows: "pa.Table", runs: Sequence[StoredRun]) -> Catalogue:
        """Write the rows of some runs, and the indicators of those that are done, as a new part."""
        number = catalogue.next_number("runs", "indicators")
        indicators = None
        if runs:
            indicators = write_numbered(self.folder, "indicators", number, _parquet(_months_table(runs)))
        listed = write_numbered(self.folder, "runs", number, _parquet(rows))
        catalogue = catalogue.with_files(runs=listed, indicators=indicators)
        catalogue.write(self.folder)
        return catalogue

    def keep_design(
        self,
        requests: Sequence[RunRequest],
        sweep: Mapping[str, Any] | None = None,
        *,
        kind: str = "",
        label: str = "",
    ) -> None:
        """Record an experiment, so that it can be shown, selected and resumed from the store alone.

        Parameters
        ----------
        requests
            Requests, under the names of their scenarios. Requests equal to those of the last design change nothing.
        sweep
            Plain form of the sweep that the requests are of.
        kind
            Kind of experiment; `sweep` where there is one, else `batch`.
        label
            Description of the request beside the names of the scenarios, such as settings, for readers.

        Raises
        ------
        scenarios.InputError
            If the store cannot be written to, or a seed is too large for it; nothing has run by then.
        """
        from sim.runs.one_run import model_version

        self._writable()
        if not requests:
            return
        with system_told(self.folder):
            catalogue = self._settled(Catalogue.read(self.folder))
            design = StoredDesign.of(
                requests,
                number=catalogue.next_number("designs"),
                time=now(),
                version=model_version(),
                kind=kind or ("batch" if sweep is None else "sweep"),
                label=label,
                sweep=sweep,
            )
            self._keep_what_is_referred_to(requests)
            known = self._designs_of(catalogue)
            if known and design.asks_the_same_as(known[-1]):
                return
            content = json.dumps(design.plain()).encode()
            name = write_numbered(self.folder, "designs", design.number, content)
            catalogue.with_files(designs=name).write(self.folder)

    def _keep_what_is_referred_to(self, requests: Iterable[RunRequest]) -> None:
        """Keep scenarios, parameters and earlier base years; existing files are checked and kept."""
        asked = list(requests)
        written: set[str] = set()
        for scenario in {id(request.scenario): request.scenario for request in asked}.values():
            digest = scenario.content_hash()
            written |= self.keep("scenarios", digest, scenario_file(digest, content_of(scenario), model_digest()))
        for parameters in {id(request.parameters): request.parameters for request in asked}.values():
            if (self.folder / "parameters" / f"{parameters.hash}.json") not in self._checked_files:
                written |= self.keep("parameters", parameters.hash, parameters_as_data(parameters))
        for base_year in {request.base_year.digest: request.base_year for request in asked}.values():
            if base_year.digest:
                written |= self.keep(EARLIER_YEARS, base_year.digest, base_year.as_data())
        for table in written:
            sync_folder(self.folder / table)

    def keep(self, table: str, digest: str, data: Mapping[str, Any]) -> set[str]:
        """Write a file that is named by a hash, or check the existing one; returns the table if it was written."""
        path = self.folder / table / f"{digest}.json"
        if path in self._checked_files:
            return set()
        fresh = not path.exists()
        if fresh:
            write_whole(path, json.dumps(data).encode())
        else:
            self.check_address(table, digest)
        self._checked_files.add(path)
        return {table} if fresh else set()

    def check_address(self, table: str, digest: str) -> None:
        """Check that a file named by a hash has that hash.

        Raises
        ------
        scenarios.InputError
            If it is missing or damaged.
        """
        {"scenarios": self._content, "parameters": self.parameters, EARLIER_YEARS: self.base_year}[table](digest)

    # Reading

    def query(self, sql: str, parameters: Sequence[Any] = ()) -> "pd.DataFrame":
        """Ask the store in SQL (DuckDB).

        Tables: `runs`, one row a run; `indicators`, one row a run and month with a column for each indicator, of runs
        that are done; see docs/store.md. Values for `?` in the text go into `parameters`.

        Raises
        ------
        scenarios.InputError
            If the text cannot be answered, or something in the store is missing or damaged.
        """
        import duckdb
        import pyarrow as pa

        catalogue = self.catalogue()
        rows = self._rows(catalogue).drop(columns="part")
        with system_told(self.folder, "cannot be read"), duckdb.connect(":memory:") as connection:
            connection.execute("set threads to 2")
            connection.register("runs", pa.Table.from_pandas(rows, schema=_run_schema(), preserve_index=False))
            connection.register("indicators", self._months_source(catalogue))
            if not isinstance(sql, str):
                raise InputError(coded("query.no_text", value=shown(sql)), key="sql", value=sql)
            try:
                answered = connection.execute(sql, list(parameters))
                if answered is None:  # no statement in it
                    raise InputError(coded("query.empty"), key="sql", value=sql)
                answer: pd.DataFrame = answered.df()
            except duckdb.Error as error:
                message = str(error).splitlines()[0]
                raise InputError(coded("query.refused", reason=message), key="sql", value=sql) from None
            return answer

    def _months_source(self, catalogue: Catalogue) -> Any:
        """Tables for DuckDB: the parts of the table of indicators by their literal paths, or an empty table."""
        import pyarrow as pa
        import pyarrow.dataset as ds
        import pyarrow.parquet as pq

        paths = [self.folder / "indicators" / name for name in catalogue.indicators]
        if not paths:
            return pa.table({"key": pa.array([], pa.string()), "month": pa.array([], pa.date32())})
        schemas = []
        for path in paths:
            with path.open("rb") as file:
                schemas.append(pq.read_schema(file).remove_metadata())
        return ds.dataset([str(path) for path in paths], schema=pa.unify_schemas(schemas), format="parquet")

    def _rows(self, catalogue: Catalogue | None = None) -> "pd.DataFrame":
        """One row a run with its part: as it is done, or how it failed last."""
        names = (catalogue or self.catalogue()).runs
        if self._known_rows is None or self._known_rows[0] != names:
            import pandas as pd

            rows = self._rows_of(names)
            done = self._done_rows(rows).drop_duplicates("key")
            others = rows[(rows["status"] != "done") & ~rows["key"].isin(done["key"])]
            table = pd.concat([done, others.drop_duplicates("key", keep="last")]).sort_index()
            self._known_rows = names, table.reset_index(drop=True)
        return self._known_rows[1]

    def _rows_of(self, names: Iterable[str]) -> "pd.DataFrame":
        import pyarrow as pa

        parts = [self._part(name) for name in names]
        table = pa.concat_tables(parts) if parts else _run_schema().empty_table()
        numbers = np.repeat([number_of(name) for name in names], [len(part) for part in parts]).astype(np.int64)
        rows: pd.DataFrame = table.to_pandas().astype({"draw": "Int64"})
        return rows.assign(part=numbers)

    def rows_of_part(self, name: str) -> "pd.DataFrame":
        """Rows of one part of the table of runs, with its number."""
        return self._rows_of((name,))

    def _part(self, name: str) -> "pa.Table":
        import pyarrow as pa

        path = self.folder / "runs" / name
        try:
            return _rows_in(str(path), digest_in(name))
        except FileNotFoundError:
            raise damaged(path, coded("value.missing"), self.folder) from None
        except (pa.ArrowException, KeyError, OSError) as error:
            _refused_by_system(error, path, self.folder)
            raise damaged(path, coded("store.bad_runs"), self.folder) from None

    @staticmethod
    def _done_rows(rows: "pd.DataFrame") -> "pd.DataFrame":
        return rows[rows["status"] == "done"]

    def stored_runs(self, keys: Iterable[str]) -> Iterator[StoredRun]:
        """Indicators of those of some runs that are done, each checked against the digest in its row.

        Raises
        ------
        scenarios.InputError
            If those of a run are missing or differ from their digest.
        """
        catalogue = self.catalogue()
        rows, wanted = self._done_rows(self._rows(catalogue)), set(keys)
        yield from self._read_part(catalogue, rows[rows["key"].isin(wanted)])

    def _read_part(self, catalogue: Catalogue, rows: "pd.DataFrame") -> Iterator[StoredRun]:
        """Indicators of the runs of some rows, part by part."""
        parts = {number_of(name): self.folder / "indicators" / name for name in catalogue.indicators}
        for part, of_part in rows.groupby("part", sort=True):
            path = parts.get(int(str(part)))
            if path is None:
                missed = self.folder / "indicators" / f"{int(str(part)):08d}-*.parquet"
                raise damaged(missed, coded("store.indicators_missing", count=len(of_part)), self.folder)
            found = {run.key: run for run in self.runs_of_part(path)}
            for key, digest in zip(of_part["key"], of_part["indicators_hash"], strict=True):
                run = found.get(key)
                if run is None or indicators_hash(run.columns, run.first_month, run.values) != digest:
                    problem = coded("store.other_indicators", key=key[:12])
                    raise damaged(path, problem, self.folder)
                yield run

    def runs_of_part(self, path: Path) -> Iterator[StoredRun]:
        """Indicators of each run of a part."""
        import pyarrow as pa
        import pyarrow.parquet as pq

        try:
            with path.open("rb") as file, pq.ParquetFile(file) as part:
                table = part.read()
            columns = tuple(name for name in table.column_names if name not in ("key", "month"))
            keys = np.asarray(table["key"].cast(pa.string()).to_pylist(), dtype=object)
            months = table["month"].to_numpy().astype("datetime64[M]").astype(int) + 1970 * 12
            values = np.empty((len(keys), len(columns)))
            for place, name in enumerate(columns):
                values[:, place] = table[name].to_numpy()
        except FileNotFoundError:
            raise damaged(path, coded("value.missing"), self.folder) from None
        except (pa.ArrowException, KeyError, ValueError, TypeError, OSError) as error:
            _refused_by_system(error, path, self.folder)
            raise damaged(path, coded("store.bad_indicators"), self.folder) from None
        edges = [0, *(np.flatnonzero(keys[1:] != keys[:-1]) + 1), len(keys)]
        for start, stop in pairwise(edges):
            own = months[start:stop]
            if (own == own[0] + np.arange(stop - start)).all():
                yield StoredRun(str(keys[start]), columns, int(own[0]), values[start:stop])

    @property
    def runs(self) -> "pd.DataFrame":
        """One row a run, in the order in which they were stored: as it is done, or how it failed last."""
        return self.query("select * from runs")

    @property
    def indicators(self) -> "pd.DataFrame":
        """Indicators by run and month, with the scenario, the number and the seed under which the run was stored."""
        return self.query(
            "select scenario, run, seed, indicators.* from indicators join runs using (key) "
            "order by scenario, run, month, key"
        )

    @property
    def levers(self) -> "pd.DataFrame":
        """Intensity of every lever by scenario and month: columns scenario, scenario_hash, month, lever, intensity."""
        import pandas as pd

        rows = self._rows()
        asked = {(run.scenario, run.scenario_hash): None for design in self.designs() for run in design.runs}
        asked |= dict.fromkeys(zip(rows["scenario"], rows["scenario_hash"], strict=True))
        tables = [levers_table(self.scenario(digest, {"name": name})) for name, digest in asked]
        return pd.concat(tables, ignore_index=True) if tables else pd.DataFrame()

    @property
    def scenarios(self) -> dict[str, Scenario]:
        """Scenarios of the store by their hash, under the latest requested name of each."""
        names: dict[str, Mapping[str, Any]] = {}
        rows = self._rows()
        for name, digest in zip(rows["scenario"], rows["scenario_hash"], strict=True):
            names[digest] = {"name": name}
        for design in self.designs():
            heads = {head["name"]: head for head in design.heads}
            names |= {run.scenario_hash: heads.get(run.scenario, {"name": run.scenario}) for run in design.runs}
        return {digest: self.scenario(digest, head) for digest, head in sorted(names.items())}

    def scenario(self, digest: str, head: Mapping[str, Any]) -> Scenario:
        """A scenario of the store by its hash, under a name and the rest of its head.

        Raises
        ------
        scenarios.InputError
            If it is not there, damaged, or of a version of the model with other scenarios.
        """
        content = self._content(digest)
        try:
            return Scenario.from_plain({**content, **head})
        except (InputError, TypeError):
            path = self.folder / "scenarios" / f"{digest}.json"
            raise damaged(path, coded("store.other_scenarios"), self.folder) from None

    def _content(self, digest: str) -> Mapping[str, Any]:
        """Content of a scenario, checked against its hash."""
        path = self.folder / "scenarios" / f"{digest}.json"
        stored = read_data(path, self.folder)
        try:
            content: dict[str, Any] = stored["content"]
            unsound = stored["hash"] != digest or stored["digest"] != digest_of_data(
                [stored["hash"], stored["model"], content]
            )
            # Another version of the model may take the hash of a scenario in another way.
            if not unsound and stored["model"] == model_digest():
                unsound = Scenario.from_plain({"name": "stored", **content}).content_hash() != digest
        except (KeyError, TypeError, InputError):
            unsound = True
        if unsound:
            raise damaged(path, coded("store.bad_content_hash"), self.folder)
        return content

    def parameters(self, digest: str) -> Parameters:
        """Parameters of the store by their hash.

        Raises
        ------
        scenarios.InputError
            If they are not there or damaged.
        """
        return self._kept("parameters", digest, parameters_from, lambda found: found.hash)

    def base_year(self, digest: str) -> BaseYear:
        """Data of an earlier base year of the store by their hash.

        Raises
        ------
        scenarios.InputError
            If they are not there or damaged.
        """
        return self._kept(EARLIER_YEARS, digest, BaseYear.from_data, lambda found: found.digest)

    def _kept[T](self, table: str, digest: str, made: Callable[[Any], T], hashed: Callable[[T], str]) -> T:
        """Content of a file of a table, refused if it does not match the digest in the name."""
        path = self.folder / table / f"{digest}.json"
        data = read_data(path, self.folder)
        try:
            found = made(data)
            same = hashed(found) == digest
        except (AttributeError, KeyError, TypeError, ValueError):
            raise damaged(path, coded("store.unreadable"), self.folder) from None
        if not same:
            raise damaged(path, coded("store.bad_values_hash"), self.folder)
        return found

    def counts(self) -> dict[str, int]:
        """Number of runs by status."""
        return {str(status): int(runs) for status, runs in self._rows()["status"].value_counts().items()}

    def keys(self) -> set[str]:
        """Addresses of the runs that are done."""
        return set(self._done_rows(self._rows())["key"])

    def months_of(self, keys: Iterable[str]) -> "pd.DataFrame":
        """Indicators of some runs: key, month and a column each, in the order of keys and months."""
        import pandas as pd

        tables = []
        for run in sorted(self.stored_runs(keys), key=lambda run: run.key):
            table = pd.DataFrame(run.values, columns=list(run.columns))
            table.insert(0, "month", month_index(run.first_month, len(table)))
            table.insert(0, "key", run.key)
            tables.append(table)
        return pd.concat(tables, ignore_index=True) if tables else pd.DataFrame(columns=["key", "month"])

    def values(self, key: str) -> "pd.DataFrame":
        """Indicators of one run by month, as they were stored."""
        return self.months_of([key]).drop(columns="key").set_index("month")

    # Designs

    def designs(self) -> list[StoredDesign]:
        """The experiments of the store, the latest one last: requests, time and finished runs."""
        catalogue = self.catalogue()
        status = dict(zip(*(self._rows(catalogue)[column] for column in ("key", "status")), strict=True))
        counted = []
        for design in self._designs_of(catalogue):
            states = [status.get(run.key) for run in design.runs]
            counted.append(replace(design, done=states.count("done"), failed=states.count("failed")))
        return counted

    def _designs_of(self, catalogue: Catalogue) -> tuple[StoredDesign, ...]:
        if self._known_designs[0] != catalogue.designs:
            self._known_designs = catalogue.designs, tuple(self.design_of_file(name) for name in catalogue.designs)
        return self._known_designs[1]

    def design_of_file(self, name: str) -> StoredDesign:
        """The design that a file holds."""
        path = self.folder / "designs" / name
        data = read_data(path, self.folder)
        try:
            return StoredDesign.from_plain(number_of(name), data)
        except (KeyError, IndexError, TypeError, ValueError):
            raise damaged(path, coded("store.bad_design"), self.folder) from None

    def design(self, number: int | None = None, *, kind: str | None = None) -> StoredDesign:
        """One experiment of the store: that of a number, or the last one (of a kind).

        Raises
        ------
        scenarios.InputError
            If there is none.
        """
        where, known = str(self.folder), self.designs()
        fitting = [each for each in known if kind in (None, each.kind) and number in (None, each.number)]
        if not fitting:
            if number is None:
                problem = coded("store.no_design_at_all") if kind is None else coded("store.no_experiment", kind=kind)
                allowed = "" if kind is None else coded("allowed.see_command", command=kind)
                raise InputError(problem, where=where, key="store", value=where, allowed=allowed)
            is_of_another_kind = kind is not None and number in {each.number for each in known}
            raise InputError(
                coded("store.no_design_of_kind", number=number, kind=kind)
                if is_of_another_kind
                else coded("store.no_design", number=number),
                where=where,
                key="design",
                value=number,
                allowed=", ".join(str(each.number) for each in known if kind in (None, each.kind)) or "none",
            )
        return fitting[-1]

    def asked(self, design: int | None = None) -> tuple[AskedRun, ...]:
        """The runs of a design, of the last one if none is named; of a store without designs all that it holds.

        Raises
        ------
        scenarios.InputError
            If there is no such design.
        """
        if design is not None or self.designs():
            return self.design(design).runs
        return tuple(asked_of_row(row) for row in self.rows().values())

    def rows(self) -> dict[str, dict[str, Any]]:
        """Rows of the table of runs by key."""
        return {
            row["key"]: {str(name): value for name, value in row.items()} for row in self._rows().to_dict("records")
        }

    def last_sweep(self) -> Mapping[str, Any]:
        """Plain form of the latest sweep.

        Raises
        ------
        scenarios.InputError
            If none was.
        """
        return self.design(kind="sweep").sweep or {}

    def requests_of_last_design(self) -> list[RunRequest]:
        """Requests of the latest design, as `requests_of_design`."""
        return self.requests_of_design()

    def requests_of_design(self, number: int | None = None) -> list[RunRequest]:
        """Requests of a design, or of the last one, from the store alone.

        Raises
        ------
        scenarios.InputError
            If there is none, its files are damaged, or it is of another version of the model.
        """
        where = str(self.folder)
        if number is None and not self.designs():
            raise InputError(coded("store.no_design_to_resume"), where=where, key="store", value=where)
        design = self.design(number)
        if not design.resumable:
            raise InputError(
                coded("store.other_model"),
                where=where,
                key="model",
                value=design.model,
                allowed=model_digest(),
            )
        scenarios: dict[tuple[str, str], Scenario] = {}
        parameters: dict[str, Parameters] = {}
        requests = []
        for run in design.runs:
            named = run.scenario, run.scenario_hash
            if named not in scenarios:
                scenarios[named] = self.scenario(run.scenario_hash, design.head(run.scenario))
            if run.parameters_hash not in parameters:
                parameters[run.parameters_hash] = self.parameters(run.parameters_hash)
            requests.append(
                RunRequest(
                    scenarios[named],
                    run.seed,
                    parameters[run.parameters_hash],
                    run.draw,
                    run.interactions_off,
                    run.run,
                    run.fork_month,
                    self.base_year(run.base_year) if run.base_year else YEAR_2020,
                )
            )
        return requests

    def request(self, run: str) -> RunRequest:
        """The request of a stored run, from the store alone, by its key or the beginning of it.

        Raises
        ------
        scenarios.InputError
            If no run, or more than one, has such a key, its files are missing or damaged, or it was made by another
            version of the model.
        """
        rows = [row for key, row in self.rows().items() if key.startswith(run)]
        if len(rows) != 1:
            problem = coded("store.several_keys", count=len(rows), key=run) if rows else coded("store.no_key", key=run)
            raise InputError(problem, where=str(self.folder), key="run", value=run)
        row = rows[0]
        if row["model"] != model_digest():
            raise InputError(
                coded("store.run_of_other_model"),
                where=str(self.folder),
                key="model",
                value=str(row["model"]),
                allowed=model_digest(),
            )
        asked = asked_of_row(row)
        heads = [
            design.head(asked.scenario)
            for design in self.designs()
            if any(each.key == asked.key and each.scenario == asked.scenario for each in design.runs)
        ]
        request = RunRequest(
            scenario=self.scenario(asked.scenario_hash, heads[-1] if heads else {"name": asked.scenario}),
            seed=asked.seed,
            parameters=self.parameters(asked.parameters_hash),
            draw=asked.draw,
            interactions_off=asked.interactions_off,
            run=asked.run,
            base_year=self.base_year(asked.base_year) if asked.base_year else YEAR_2020,
        )
        if request.key != asked.key:
            where = str(self.folder)
            raise InputError(coded("store.key_differs"), where=where, key="run", value=asked.key)
        return request


def _refused_by_system(error: Exception, path: Path, folder: Path) -> None:
    """Separate errors of the system from damage that Arrow finds in a file, which is an OSError too."""
    if isinstance(error, OSError) and error.errno:
        raise damaged(path, coded("file.unreadable", reason=reason(error)), folder) from None


@lru_cache(maxsize=512)
def _rows_in(path: str, digest: str) -> "pa.Table":  # noqa: ARG001  the content of a digest does not change
    """Rows in a part of the table of runs whose digest has been checked."""
    import pyarrow.parquet as pq

    with open(path, "rb") as file, pq.ParquetFile(file) as part:  # noqa: PTH123
        table = part.read()
    if "components" not in table.column_names:  # of a version that knew none
        import pyarrow as pa

        table = table.append_column("components", pa.array([""] * len(table), pa.string()))
    return table.select(list(RUN_COLUMNS)).cast(_run_schema())


def missing(requests: Iterable[RunRequest], store: Store) -> list[RunRequest]:
    """Requests whose result the store does not hold yet."""
    there = store.keys()
    return [request for request in requests if request.key not in there]


def _made(path: Path) -> Any:
    """Make the folder of a store where there is none or a half-made one, and return its lock.

    The catalogue comes last: without it the next call begins again.
    """
    where = str(path)
    if path.is_dir() and not (path / ABOUT).exists():
        if holds_tables(path):
            raise InputError([problem_at(path / ABOUT, coded("value.missing"), path)])
        others = [entry.name for entry in path.iterdir() if entry.name not in (LOCK, ASIDE, ABOUT + DRAFT, *TABLES)]
        others += [f"{table}/{name}" for table in TABLES for name in names_in(path / table) if not name.endswith(DRAFT)]
        if others:
            raise InputError(
                coded("store.other_things", name=others[0]),
                where=where,
                key="store",
                value=where,
                allowed=coded("allowed.new_store"),
            )
    made = not path.exists()
    if not made and not path.is_dir():
        raise InputError(
            coded("store.not_a_folder"), where=where, key="store", value=where, allowed=coded("allowed.new_store")
        )
    path.mkdir(parents=True, exist_ok=True)
    lock = locked(path / LOCK, path)
    try:
        for table in TABLES:  # copies of a store may lack empty folders
            (path / table).mkdir(exist_ok=True)
        if not (path / ABOUT).exists():
            Catalogue(now()).write(path)
        if made:
            sync_folder(path.parent)
    except BaseException:
        lock.close()
        raise
    return lock


def scenario_file(digest: str, content: Mapping[str, Any], model: str) -> dict[str, Any]:
    """Data of the file of a scenario: its content under its hash, the model that took it, and a digest of all."""
    plain = json.loads(json.dumps(content))
    return {"hash": digest, "model": model, "content": plain, "digest": digest_of_data([digest, model, plain])}


def parameters_as_data(parameters: Parameters) -> dict[str, Any]:
    """Parameters as JSON data that preserve every bit."""
    betas = {f"{lever} {channel}": beta for (lever, channel), beta in parameters.betas.items()}
    return {"values": dict(parameters), "betas": betas}


def parameters_from(data: Mapping[str, Any]) -> Parameters:
    """Parameters from the data of `parameters_as_data`."""
    values = {name: tuple(value) if isinstance(value, list) else value for name, value in data["values"].items()}
    betas = {(lever, channel): beta for name, beta in data["betas"].items() for lever, channel in [name.split(" ")]}
    return Parameters(values, betas)


def levers_table(scenario: Scenario) -> "pd.DataFrame":
    """Intensity of every lever by month: columns month, lever, intensity, scenario, scenario_hash."""
    import pandas as pd

    from scenarios.calendar import BASELINE, month_ordinal

    path = scenario.intensities(BASELINE + 1, month_ordinal(scenario.end))
    names = [lever.id for lever in scenario.all_levers]
    table = pd.DataFrame(path, columns=names, index=month_index(BASELINE + 1, len(path)))
    long = table.reset_index().melt("month", var_name="lever", value_name="intensity")
    return long.assign(scenario=scenario.name, scenario_hash=scenario.content_hash())


def rows_table(rows: Sequence[Mapping[str, Any]]) -> "pa.Table":
    """Rows of the table of runs for Parquet."""
    import pandas as pd
    import pyarrow as pa

    table = pd.DataFrame(list(rows), columns=list(RUN_COLUMNS)).astype(RUN_COLUMNS)
    return pa.Table.from_pandas(table, schema=_run_schema(), preserve_index=False).replace_schema_metadata()


def _run_schema() -> "pa.Schema":
    import pyarrow as pa

    types = {"string": pa.string(), "int64": pa.int64(), "Int64": pa.int64(), "float64": pa.float64()}
    return pa.schema([(name, types[kind]) for name, kind in RUN_COLUMNS.items()])


def _months_table(runs: Sequence[StoredRun]) -> "pa.Table":
    """Indicators of runs of the same columns, one row a month."""
    import pyarrow as pa

    keys = np.repeat([run.key for run in runs], [len(run.values) for run in runs])
    months = np.concatenate([month_index(run.first_month, len(run.values)) for run in runs])
    values = np.concatenate([run.values for run in runs])
    arrays = [
        pa.array(keys).dictionary_encode(),
        pa.array(months.astype("datetime64[D]")),
        *(pa.array(np.ascontiguousarray(column)) for column in values.T),
    ]
    return pa.table(arrays, names=["key", "month", *runs[0].columns])


def _parquet(table: "pa.Table") -> bytes:
    import pyarrow.parquet as pq

    buffer = io.BytesIO()
    pq.write_table(table, buffer, compression="zstd")
    return buffer.getvalue()


def _row(outcome: RunOutcome) -> dict[str, Any]:
    from sim.runs.one_run import model_version

    request = outcome.request
    return {
        "key": outcome.key,
        "run": request.run,
        "scenario": request.scenario.name,
        "scenario_hash": request.scenario.content_hash(),
        "seed": request.seed,
        "draw": request.draw,
        "parameters_hash": request.parameters.hash,
        "interactions_off": ",".join(request.interactions_off),
        "vintage": request.base_year.digest,
        "macro": request.pairing.macro,
        "scale": request.scenario.scale,
        "kind": outcome.kind,
        "status": outcome.status,
        "error": outcome.error,
        "seconds": outcome.seconds,
        "version": model_version(),
        "model": model_digest(),
        "kernels": outcome.kernels,
        "indicators_hash": outcome.indicators_hash,
        "finished": now(),
        "components": request.pairing.components,
    }


def asked_of_row(row: Mapping[str, Any]) -> AskedRun:
    """Request of a run of the table of runs."""
    import pandas as pd

    return AskedRun(
        key=row["key"],
        scenario=row["scenario"],
        scenario_hash=row["scenario_hash"],
        run=int(row["run"]),
        seed=int(row["seed"]),
        parameters_hash=row["parameters_hash"],
        draw=None if pd.isna(row["draw"]) else int(row["draw"]),
        interactions_off=tuple(name for name in row["interactions_off"].split(",") if name),
        base_year=row["vintage"],
    )
