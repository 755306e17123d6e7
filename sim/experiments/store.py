"""A folder of results that outlives a crash and can be read while a batch writes to it.

Parts are Parquet files, written under another name, synced and renamed; the part with the keys of the runs comes last,
so a run is either there as a whole or not at all. One process writes; readers need no lock. See docs/store.md.
"""

import fcntl
import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from scenarios.errors import InputError
from scenarios.parameters import Parameters
from scenarios.schema import Scenario
from sim.experiments.outcomes import RunOutcome, month_index
from sim.experiments.requests import RunRequest
from sim.levels_cache import model_digest
from sim.vintage import Vintage

if TYPE_CHECKING:
    import pandas as pd

FORMAT = 1
"""Version of the folder's layout; a store of another one is refused, or migrated where a migration is written."""
ABOUT = "store.json"
LOCK = "lock"
TABLES = ("runs", "indicators", "scenarios", "parameters", "vintages", "designs")
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
    "finished": "string",
}
"""Columns of the table of runs and their types."""


class Store:
    """Results of many runs in a folder.

    Open one with `Store.open` to read, with `Store.writing` to add to it.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._lock: Any = None
        self._written: set[Path] = set()

    @classmethod
    def open(cls, folder: str | Path) -> Self:
        """Open a store to read it.

        Raises
        ------
        scenarios.InputError
            If the folder is no store, is damaged, or has another format.
        """
        path = Path(folder)
        about = path / ABOUT
        where = str(path)
        if not path.is_dir():
            raise InputError("is not a folder", where=where, key="store", value=where, allowed="the folder of a store")
        if not about.is_file():
            raise InputError(f"is no store: it has no {ABOUT}", where=where, key="store", value=where)
        try:
            told = json.loads(about.read_text(encoding="utf-8"))
            number = told["format"]
        except (OSError, ValueError, KeyError, TypeError):
            raise InputError("is damaged: it cannot be read", where=str(about), key="store", value=where) from None
        if number != FORMAT:
            raise InputError(
                f"has the format {number!r}; this version reads {FORMAT}",
                where=str(about),
                key="format",
                value=number,
                allowed=str(FORMAT),
            )
        return cls(path)

    @classmethod
    def writing(cls, folder: str | Path) -> Self:
        """Open a store to add runs, making it where there is none; use it in a `with` block, which holds its lock.

        Raises
        ------
        scenarios.InputError
            If the folder holds something else, cannot be written to, or another process writes to it.
        """
        path = Path(folder)
        where = str(path)
        try:
            if path.is_dir() and any(path.iterdir()) and not (path / ABOUT).exists():
                others = [entry.name for entry in path.iterdir() if entry.name != LOCK]
                if others:
                    raise InputError(
                        f"is a folder with other things in it ({others[0]}, ...)",
                        where=where,
                        key="store",
                        value=where,
                        allowed="a new or empty folder, or a store",
                    )
            path.mkdir(parents=True, exist_ok=True)
            lock = (path / LOCK).open("a+", encoding="utf-8")
        except OSError as error:
            raise InputError(f"cannot be written: {_reason(error)}", where=where, key="store", value=where) from None
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.close()
            raise InputError(
                "another process is writing to this store", where=where, key="store", value=where, allowed="one writer"
            ) from None
        try:
            if not (path / ABOUT).exists():
                for table in TABLES:
                    (path / table).mkdir(exist_ok=True)
                _write_whole(path / ABOUT, json.dumps({"format": FORMAT, "made": _now()}).encode())
            store = cls.open(path)
            store._forget_drafts()
        except OSError as error:
            lock.close()
            raise InputError(f"cannot be written: {_reason(error)}", where=where, key="store", value=where) from None
        except InputError:
            lock.close()
            raise
        store._lock = lock
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

    def _forget_drafts(self) -> None:
        """Remove what a writer that was killed left half done: drafts, and indicators without their runs."""
        for table in TABLES:
            for draft in (self.folder / table).glob("*.part"):
                draft.unlink(missing_ok=True)
        finished = {path.name for path in (self.folder / "runs").glob("*.parquet")}
        for path in (self.folder / "indicators").glob("*.parquet"):
            if path.name not in finished:
                path.unlink()

    # Writing

    def append(self, outcomes: Sequence[RunOutcome]) -> None:
        """Add outcomes, all of them or none.

        Raises
        ------
        scenarios.InputError
            If the disk is full or the folder is gone; what was there before is untouched.
        """
        if not outcomes:
            return
        if self._lock is None:
            raise RuntimeError("a store is written to inside `with Store.writing(folder)`")
        try:
            self._append(outcomes)
        except OSError as error:
            where = str(self.folder)
            raise InputError(f"cannot be written: {_reason(error)}", where=where, key="store", value=where) from None

    def _append(self, outcomes: Sequence[RunOutcome]) -> None:
        import pandas as pd
        import pyarrow as pa

        self._keep_scenarios([outcome.request for outcome in outcomes])
        self._keep_parameters([outcome.request for outcome in outcomes])
        self._keep_vintages([outcome.request for outcome in outcomes])
        name = f"{self._next_part():08d}.parquet"
        done = [outcome for outcome in outcomes if outcome.status == "done"]
        for number, columns in enumerate(sorted({outcome.indicators for outcome in done})):
            if number:  # runs of models with other indicators cannot share a table
                raise ValueError("outcomes of one part have different indicators")
            same = [outcome for outcome in done if outcome.indicators == columns]
            keys = np.repeat([outcome.key for outcome in same], [len(outcome.values) for outcome in same])
            months = np.concatenate([month_index(outcome.first_month, len(outcome.values)) for outcome in same])
            values = np.concatenate([outcome.values for outcome in same])
            arrays = [
                pa.array(keys).dictionary_encode(),
                pa.array(months.astype("datetime64[D]")),
                *(pa.array(np.ascontiguousarray(column)) for column in values.T),
            ]
            table = pa.table(arrays, names=["key", "month", *columns])
            self._write_part("indicators", name, table)
        runs = pd.DataFrame([_row(outcome) for outcome in outcomes]).astype(RUN_COLUMNS)
        self._write_part("runs", name, pa.Table.from_pandas(runs, preserve_index=False))

    def keep_design(self, requests: Sequence[RunRequest], sweep: Mapping[str, Any] | None = None) -> None:
        """Write down what is asked for, so that an interrupted batch can be gone on with from the store alone.

        `sweep` is the plain form of the sweep that the requests are of.
        """
        self._keep_scenarios(requests)
        self._keep_parameters(requests)
        rows = [
            [
                request.scenario.content_hash(),
                request.seed,
                request.parameters.hash,
                request.draw,
                list(request.interactions_off),
                request.run,
            ]
            for request in requests
        ]
        text = json.dumps({"asked": _now(), "model": model_digest(), "requests": rows, "sweep": sweep})
        numbers = [int(path.stem) for path in (self.folder / "designs").glob("*.json")]
        latest = self.folder / "designs" / f"{max(numbers, default=0):08d}.json"
        if latest.exists() and _read_json(latest)["requests"] == rows:
            return
        _write_whole(self.folder / "designs" / f"{max(numbers, default=0) + 1:08d}.json", text.encode())

    def last_sweep(self) -> Mapping[str, Any]:
        """Plain form of the sweep that was asked for last.

        Raises
        ------
        scenarios.InputError
            If none was.
        """
        where = str(self.folder)
        for design in self._designs():
            told: Mapping[str, Any] | None = design.get("sweep")
            if told is not None:
                return told
        raise InputError("holds no sweep", where=where, key="store", value=where, allowed="see: lujiazui sweep")

    def _designs(self) -> Iterator[dict[str, Any]]:
        """What was asked for, the last first."""
        numbers = sorted((int(path.stem) for path in (self.folder / "designs").glob("*.json")), reverse=True)
        for number in numbers:
            yield _read_json(self.folder / "designs" / f"{number:08d}.json")

    def requests_of_last_design(self) -> list[RunRequest]:
        """Requests of what was asked for last.

        Raises
        ------
        scenarios.InputError
            If nothing was, or another version of the model did.
        """
        where, told = str(self.folder), next(self._designs(), None)
        if told is None:
            raise InputError("holds no design to go on with", where=where, key="store", value=where)
        if told["model"] != model_digest():
            raise InputError(
                "was begun by another version of the model; name the scenarios to begin anew",
                where=where,
                key="model",
                value=told["model"],
                allowed=model_digest(),
            )
        parameters: dict[str, Parameters] = {}
        requests = []
        for scenario, seed, digest, draw, off, run in told["requests"]:
            if digest not in parameters:
                parameters[digest] = self.parameters(digest)
            requests.append(RunRequest(self.scenarios[scenario], seed, parameters[digest], draw, tuple(off), run))
        return requests

    def _keep_scenarios(self, requests: Iterable[RunRequest]) -> None:
        by_hash = {request.scenario.content_hash(): request.scenario for request in requests}
        for digest, scenario in by_hash.items():
            self._keep(self.folder / "scenarios" / f"{digest}.json", scenario.plain())

    def _keep_parameters(self, requests: Iterable[RunRequest]) -> None:
        for parameters in {id(request.parameters): request.parameters for request in requests}.values():
            path = self.folder / "parameters" / f"{parameters.hash}.json"
            if path not in self._written:
                self._keep(path, parameters_as_data(parameters))

    def _keep_vintages(self, requests: Iterable[RunRequest]) -> None:
        for vintage in {id(request.vintage): request.vintage for request in requests if request.vintage}.values():
            path = self.folder / "vintages" / f"{vintage.digest}.json"
            path.parent.mkdir(exist_ok=True)  # stores from before runs of the past were kept have no such folder
            self._keep(path, asdict(vintage))

    def _keep(self, path: Path, data: Mapping[str, Any]) -> None:
        if path not in self._written and not path.exists():
            _write_whole(path, json.dumps(data).encode())
        self._written.add(path)

    def _next_part(self) -> int:
        numbers = [int(path.stem) for path in (self.folder / "runs").glob("*.parquet")]
        return max(numbers, default=0) + 1

    def _write_part(self, table: str, name: str, content: Any) -> None:
        import pyarrow.parquet as pq

        path = self.folder / table / name
        draft = path.with_suffix(".part")
        try:
            pq.write_table(content, draft, compression="zstd")
            _sync_and_move(draft, path)
        except BaseException:
            draft.unlink(missing_ok=True)
            raise

    # Reading

    def query(self, sql: str, parameters: Sequence[Any] = ()) -> "pd.DataFrame":
        """Ask the store in SQL (DuckDB).

        Tables: `runs`, one row a run; `indicators`, one row a run and month with a column for each indicator, of runs
        that are done; see docs/store.md. Values for `?` in the text go into `parameters`.

        Raises
        ------
        scenarios.InputError
            If the text cannot be answered.
        """
        import duckdb

        with duckdb.connect(":memory:") as connection:
            connection.execute("set threads to 2")
            for table in ("runs", "indicators"):
                connection.execute(f"create view {table} as select * from {self._source(table)}")
            try:
                answer: pd.DataFrame = connection.execute(sql, list(parameters)).df()
            except duckdb.Error as error:
                reason = str(error).splitlines()[0]
                raise InputError(f"the query cannot be answered: {reason}", key="sql", value=sql) from None
            return answer

    def _source(self, table: str) -> str:
        """What DuckDB reads: the parts whose runs are complete, or an empty table of the same columns."""
        runs = sorted((self.folder / "runs").glob("*.parquet"))
        parts = [self.folder / table / path.name for path in runs]
        parts = [path for path in parts if path.exists()]
        if not parts:
            columns = RUN_COLUMNS if table == "runs" else {"key": "string", "month": "date"}
            types = {"string": "varchar", "int64": "bigint", "Int64": "bigint", "float64": "double", "date": "date"}
            empty = ", ".join(f"null::{types[kind]} as {name}" for name, kind in columns.items())
            return f"(select {empty} where false)"
        listed = ", ".join("'" + str(path).replace("'", "''") + "'" for path in parts)
        return f"read_parquet([{listed}], union_by_name=true)"

    @property
    def runs(self) -> "pd.DataFrame":
        """One row a run, in the order in which they were stored."""
        return self.query("select * from runs")

    @property
    def indicators(self) -> "pd.DataFrame":
        """Indicators by run and month, with the scenario, the number and the seed of the run."""
        return self.query(
            "select scenario, run, seed, indicators.* from indicators join runs using (key) "
            "order by scenario, run, month"
        )

    @property
    def levers(self) -> "pd.DataFrame":
        """Intensity of every lever by scenario and month: columns scenario, scenario_hash, month, lever, intensity."""
        import pandas as pd

        from scenarios.calendar import BASELINE, month_ordinal
        from scenarios.plan import lever_ids

        tables = []
        for digest, scenario in self.scenarios.items():
            path = scenario.intensities(BASELINE + 1, month_ordinal(scenario.end))
            table = pd.DataFrame(path, columns=list(lever_ids()), index=month_index(BASELINE + 1, len(path)))
            long = table.reset_index().melt("month", var_name="lever", value_name="intensity")
            tables.append(long.assign(scenario=scenario.name, scenario_hash=digest))
        return pd.concat(tables, ignore_index=True) if tables else pd.DataFrame()

    @cached_property
    def scenarios(self) -> dict[str, Scenario]:
        """Scenarios of the store by their hash."""
        return {path.stem: Scenario(**_read_json(path)) for path in sorted((self.folder / "scenarios").glob("*.json"))}

    def parameters(self, digest: str) -> Parameters:
        """Parameters of the store by their hash.

        Raises
        ------
        scenarios.InputError
            If they are not there or damaged.
        """
        return self._kept("parameters", digest, parameters_from, lambda found: found.hash)

    def counts(self) -> dict[str, int]:
        """Number of runs by status."""
        table = self.query("select status, count(*) as runs from runs group by status")
        return dict(zip(table["status"], (int(count) for count in table["runs"]), strict=True))

    def keys(self) -> set[str]:
        """Addresses of the runs that are done."""
        return set(self.query("select key from runs where status = 'done'")["key"])

    def request(self, run: str) -> RunRequest:
        """The request of a stored run, from the store alone, by its key or the beginning of it.

        Raises
        ------
        scenarios.InputError
            If no run, or more than one, has such a key, or it was made by another version of the model.
        """
        rows = self.query("select * from runs where starts_with(key, ?)", [run]).drop_duplicates("key")
        if len(rows) != 1:
            found = "no run has" if rows.empty else f"{len(rows)} runs have"
            raise InputError(f"{found} a key that begins with {run!r}", where=str(self.folder), key="run", value=run)
        row = rows.iloc[0]
        if row["model"] != model_digest():
            raise InputError(
                "was made by another version of the model, which alone can repeat it",
                where=str(self.folder),
                key="model",
                value=str(row["model"]),
                allowed=model_digest(),
            )
        _read_json(self.folder / "scenarios" / f"{row['scenario_hash']}.json")
        return RunRequest(
            scenario=Scenario(**_read_json(self.folder / "scenarios" / f"{row['scenario_hash']}.json")),
            seed=int(row["seed"]),
            parameters=self.parameters(str(row["parameters_hash"])),
            draw=None if bool(rows["draw"].isna().iloc[0]) else int(row["draw"]),
            interactions_off=tuple(name for name in str(row["interactions_off"]).split(",") if name),
            run=int(row["run"]),
            vintage=self.vintage(digest) if isinstance(digest := row.get("vintage"), str) and digest else None,
        )

    def vintage(self, digest: str) -> Vintage:
        """Data of an earlier base year of the store by their hash.

        Raises
        ------
        scenarios.InputError
            If they are not there or damaged.
        """
        return self._kept("vintages", digest, lambda data: Vintage(**data), lambda found: found.digest)

    def _kept[T](self, table: str, digest: str, made: Callable[[Any], T], hashed: Callable[[T], str]) -> T:
        """What a file of a table holds, refused where its content is not what its name says."""
        path = self.folder / table / f"{digest}.json"
        data = _read_json(path)
        try:
            found = made(data)
        except (AttributeError, KeyError, TypeError, ValueError):
            raise InputError("is missing or damaged", where=str(path), key=table, value=digest) from None
        if hashed(found) != digest:
            raise InputError("is damaged: its values have another hash", where=str(path), key=table, value=digest)
        return found

    def months_of(self, keys: Sequence[str]) -> "pd.DataFrame":
        """Indicators of some runs: key, month and a column each, in the order of keys and months."""
        table = self.query("select * from indicators where key in (select unnest(?))", [list(keys)])
        return table.drop_duplicates(["key", "month"]).sort_values(["key", "month"])

    def values(self, key: str) -> "pd.DataFrame":
        """Indicators of one run by month, as they were stored."""
        return self.months_of([key]).drop(columns="key").set_index("month")


def missing(requests: Iterable[RunRequest], store: Store) -> list[RunRequest]:
    """Requests whose result the store does not hold yet."""
    there = store.keys()
    return [request for request in requests if request.key not in there]


def parameters_as_data(parameters: Parameters) -> dict[str, Any]:
    """Parameters as what JSON keeps to the bit."""
    betas = {f"{lever} {channel}": beta for (lever, channel), beta in parameters.betas.items()}
    return {"values": dict(parameters), "betas": betas}


def parameters_from(data: Mapping[str, Any]) -> Parameters:
    """Parameters from what `parameters_as_data` gave."""
    values = {name: tuple(value) if isinstance(value, list) else value for name, value in data["values"].items()}
    betas = {(lever, channel): beta for name, beta in data["betas"].items() for lever, channel in [name.split(" ")]}
    return Parameters(values, betas)


def _row(outcome: RunOutcome) -> dict[str, Any]:
    from sim.one_run import model_version

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
        "vintage": "" if request.vintage is None else request.vintage.digest,
        "macro": request.scenario.macro,
        "scale": request.scenario.scale,
        "kind": outcome.kind,
        "status": outcome.status,
        "error": outcome.error,
        "seconds": outcome.seconds,
        "version": model_version(),
        "model": model_digest(),
        "finished": _now(),
    }


def _reason(error: OSError) -> str:
    """What the system says; Arrow wraps it into words of its own."""
    return os.strerror(error.errno) if error.errno else str(error)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def _read_json(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        raise InputError("is missing or damaged", where=str(path), key="store", value=str(path)) from None


def _write_whole(path: Path, content: bytes) -> None:
    draft = path.with_name(f"{path.name}.part")
    try:
        draft.write_bytes(content)
        _sync_and_move(draft, path)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise


def _sync_and_move(draft: Path, path: Path) -> None:
    with draft.open("rb") as file:
        os.fsync(file.fileno())
    draft.replace(path)
