"""Tables of a store as files for other tools."""

import json
import shutil
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from scenarios.added.records import indicators_of
from scenarios.errors import InputError, unknown
from scenarios.extras import needs_extra
from scenarios.problem_texts import coded
from scenarios.spreadsheet import plain_cells
from sim.closing.dictionary import dictionary
from sim.experiments.designs import Design
from sim.experiments.ensemble import Ensemble
from sim.experiments.exported_columns import ExportedColumn, column_told, columns_table
from sim.experiments.exported_design import TABLE as DESIGN
from sim.experiments.exported_design import design_columns, design_table, sweep_exported
from sim.experiments.labelled_files import write_parquet, write_stata
from sim.experiments.store import Store, levers_table
from sim.experiments.store_files import reason

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

KINDS = {"parquet": ".parquet", "csv": ".csv", "netcdf": ".nc", "stata": ".dta"}
FREE = ("seconds", "finished")
"""Columns that differ between two batches of the same runs."""
UNFINISHED = ".unfinished"
"""Folder in which an export is written; it stays where an export was killed."""
ABOUT = "about.json"
DICTIONARY = "dictionary.csv"
TABLES = ("runs", "indicators", "levers")


def export_store(store: Store, folder: str | Path, kind: str = "parquet", *, design: int | None = None) -> list[Path]:
    """Write the tables of an experiment of a store into a new or empty folder and return the files.

    Parquet, CSV and Stata: `runs`, `indicators` (with scenario, run and seed) and `levers`, in an order that does not
    depend on how the batch ran, with one row for each scenario, run and month that is done, and `about.json` with the
    conditions of the numbers. A sweep has the table `design` too, with the value of each factor at each point; `point`
    in `runs` is the point of a run. netCDF: one file with the dimensions scenario, run and month, a variable for each
    indicator, for a sweep the point and the value of each factor along run, and the conditions as attributes; it needs
    the extra `netcdf`. `dictionary.csv` has name, unit, kind and definition of each column; Parquet and netCDF hold
    them in their metadata too, Stata as labels of its variables, whose names have at most 32 letters. All files are
    written or none: an export that was stopped is begun anew by the next one.

    Parameters
    ----------
    store
        The store.
    folder
        A new or empty folder.
    kind
        `parquet`, `csv`, `netcdf` or `stata`.
    design
        Number of an experiment of the store; None takes the last one, or all runs of a store without experiments.

    Raises
    ------
    scenarios.InputError
        For an unknown kind, a folder with something in it or one that cannot be written to, or a store without runs.
    """
    path, where = Path(folder), str(folder)
    if kind not in KINDS:
        raise InputError(unknown("file_kind", kind, KINDS, key="--format"))
    if kind == "netcdf":
        needs_extra("netcdf", what="what.netcdf", key="--format")
    try:
        made = _begun(path, where)
    except OSError as error:
        raise InputError(coded("file.unwritable", reason=reason(error)), where=where, key="--to", value=where) from None
    draft = path / UNFINISHED
    written: list[Path] = []
    try:
        ensemble = Ensemble.of_store(store, design=design)
        about = provenance(store, ensemble, design)
        if kind == "netcdf":
            names = _netcdf(ensemble, about, draft, sweep_exported(store, design))
        else:
            names = _tables(store, design, about, kind, draft)
        written.extend(path / name for name in names)
        for name in sorted(each.name for each in draft.iterdir()):
            (draft / name).replace(path / name)
        draft.rmdir()
    except BaseException as error:
        for each in (*written, path / ABOUT):
            each.unlink(missing_ok=True)
        shutil.rmtree(draft, ignore_errors=True)
        if made:
            path.rmdir()
        if isinstance(error, OSError):
            raise InputError(
                coded("file.unwritable", reason=reason(error)), where=where, key="--to", value=where
            ) from None
        raise
    return written


def _begun(path: Path, where: str) -> bool:
    """Make the folder and in it one to write in; whether the former is new. Remains of a killed export are removed."""
    made = not path.exists()
    if not made:
        if not path.is_dir():
            raise InputError(coded("store.not_a_folder"), where=where, key="--to", value=where)
        there = {entry.name for entry in path.iterdir()}
        ours = {
            UNFINISHED,
            ABOUT,
            DICTIONARY,
            *(f"{name}{end}" for name in (*TABLES, DESIGN) for end in KINDS.values()),
        }
        if there and (UNFINISHED not in there or there - ours):
            raise InputError(
                coded("folder.not_empty"), where=where, key="--to", value=where, allowed=coded("allowed.empty_folder")
            )
        for name in there - {UNFINISHED}:
            (path / name).unlink()
        shutil.rmtree(path / UNFINISHED, ignore_errors=True)
    (path / UNFINISHED).mkdir(parents=True)
    return made


def _tables(store: Store, design: int | None, about: Mapping[str, Any], kind: str, folder: Path) -> list[str]:
    sweep = sweep_exported(store, design)
    own = {} if sweep is None else design_columns(sweep)
    # Files are opened here: pandas and Arrow read more into a path than its letters.
    writers: dict[str, Callable[[pd.DataFrame, Any, str], None]] = {
        "parquet": lambda table, file, name: write_parquet(table, file, name, about, own),
        "csv": lambda table, file, _: plain_cells(table).to_csv(file, index=False),
        "stata": lambda table, file, name: write_stata(table, file, name, own),
    }
    tables = dict(
        zip(TABLES, (runs_asked(store, design), months_asked(store, design), _levers_asked(store, design)), strict=True)
    )
    if sweep is not None:
        tables[DESIGN] = design_table(sweep)
    for name, table in tables.items():
        with (folder / f"{name}{KINDS[kind]}").open("wb") as file:
            writers[kind](table, file, name)
    _dictionary({name: table.columns for name, table in tables.items()}, folder, own)
    (folder / ABOUT).write_text(json.dumps(about, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    return [*(f"{name}{KINDS[kind]}" for name in tables), DICTIONARY]


def _dictionary(
    columns: Mapping[str, Iterable[str]], folder: Path, own: Mapping[str, ExportedColumn] | None = None
) -> None:
    with (folder / DICTIONARY).open("wb") as file:
        plain_cells(columns_table(columns, own)).to_csv(file, index=False)


def runs_asked(store: Store, design: int | None = None) -> "pd.DataFrame":
    """The table of runs of an experiment, under the requested names and numbers, in their order.

    Runs that are not there have the status `absent` and no results.
    """
    import pandas as pd

    there = store.runs
    asked = pd.DataFrame(
        [
            (
                run.key,
                run.run,
                run.scenario,
                run.scenario_hash,
                run.seed,
                run.draw,
                run.parameters_hash,
                ",".join(run.interactions_off),
                run.base_year,
            )
            for run in store.asked(design)
        ],
        columns=list(there.columns[:9]),
    )
    asked["draw"] = asked["draw"].astype("Int64")
    table = asked.merge(there[["key", *there.columns[9:]]], on="key", how="left")
    table["status"] = table["status"].fillna("absent")
    sweep = sweep_exported(store, design)
    numbers = pd.Series([pd.NA] * len(table)) if sweep is None else table["run"] // sweep.runs
    table["point"] = numbers.astype("Int64")
    return table.sort_values(["scenario", "run"], kind="stable", ignore_index=True)


def months_asked(store: Store, design: int | None = None) -> "pd.DataFrame":
    """Indicators of the runs of an experiment that are done: one row for each scenario, run and month."""
    import pandas as pd

    asked = [(run.scenario, run.run, run.seed, run.key) for run in store.asked(design)]
    names = pd.DataFrame(asked, columns=["scenario", "run", "seed", "key"]).drop_duplicates()
    table = names.merge(store.months_of(names["key"]), on="key", how="inner")
    return table.sort_values(["scenario", "run", "month"], kind="stable", ignore_index=True)


def _levers_asked(store: Store, design: int | None) -> "pd.DataFrame":
    import pandas as pd

    pairs = dict.fromkeys((run.scenario, run.scenario_hash) for run in store.asked(design))
    return pd.concat(
        [levers_table(store.scenario(digest, {"name": name})) for name, digest in pairs], ignore_index=True
    )


def provenance(store: Store, ensemble: Ensemble, design: int | None = None) -> dict[str, Any]:
    """Conditions of the numbers of an experiment, as plain data."""
    asked = store.asked(design)
    rows = store.rows()
    done = [rows[run.key] for run in asked if run.key in rows and rows[run.key]["status"] == "done"]
    known = store.design(design) if store.designs() else None

    def each(column: str) -> list[Any]:
        return sorted({row[column] for row in done})

    return {
        "source": "lujiazui",
        "version": each("version"),
        "model": each("model"),
        "kernels": each("kernels"),
        "kind": each("kind"),
        "conditional_replay": "conditional replay" in ensemble.kinds,
        "design": None
        if known is None
        else {"number": known.number, "time": known.time, "kind": known.kind, "label": known.label},
        "scenarios": {
            name: {
                "title": scenario.title,
                "hash": scenario.content_hash(),
                "macro": scenario.macro,
                "parameters": scenario.parameters_told,
                "scale": scenario.scale,
                "end": scenario.end,
            }
            for name, scenario in ensemble.scenarios.items()
        },
        "macro": each("macro"),
        "scale": each("scale"),
        "parameters": sorted({scenario.parameters_told for scenario in ensemble.scenarios.values()}),
        "parameters_hash": each("parameters_hash")
        if len(each("parameters_hash")) == 1
        else "one for each run, see runs",
        "interactions_off": each("interactions_off"),
        "seed": [min(each("seed")), max(each("seed"))],
        "runs_asked": len(asked),
        "runs_done": len([run for run in asked if run.key in rows and rows[run.key]["status"] == "done"]),
        "failures": list(ensemble.failures),
        "units": {name: unit for name, unit in month_units().items() if name in ensemble.columns},
        "caveat": (
            "Simulated, not observed. Effects of levers are priors without causal evidence."
            + (
                " In a conditional replay external drivers follow history after 2020: no forecast."
                if "conditional replay" in ensemble.kinds
                else ""
            )
        ),
    }


def month_units() -> dict[str, str]:
    """Monthly unit of each indicator: flows are those of the month, not of the year."""
    return {name: recorded.unit_of_month for name, recorded in dictionary().items()}


def _netcdf(ensemble: Ensemble, about: Mapping[str, Any], folder: Path, sweep: Design | None) -> list[str]:
    data = to_xarray(ensemble, about)
    columns: dict[str, list[str]] = {"indicators": list(ensemble.columns)}
    own: dict[str, ExportedColumn] = {}
    if sweep is not None:
        along_runs, own = _factors_along_runs(ensemble, sweep)
        data = data.assign_coords(along_runs)
        columns[DESIGN] = ["point", *own]
    data.to_netcdf((folder / "indicators.nc").absolute(), engine="scipy")
    _dictionary(columns, folder, own)
    return ["indicators.nc", DICTIONARY]


def _factors_along_runs(ensemble: Ensemble, sweep: Design) -> tuple[dict[str, Any], dict[str, ExportedColumn]]:
    """Point and factors of each run as coordinates of netCDF, and what those of the factors mean.

    Their names begin with `factor_`, since some parameters are called as an indicator or a dimension is.
    """
    point = np.array(ensemble.runs) // sweep.runs
    table = design_table(sweep).iloc[point]
    coordinates: dict[str, Any] = {"point": ("run", point, {"long_name": column_told(DESIGN, "point").name})}
    own: dict[str, ExportedColumn] = {}
    for factor, told in design_columns(sweep).items():
        name = f"factor_{''.join(letter if letter.isalnum() else '_' for letter in factor)}"
        values = table[factor].to_numpy()
        attributes = {"units": told.unit, "long_name": told.name, "kind": told.kind, "definition": told.definition}
        coordinates[name] = ("run", values.astype(object) if values.dtype.kind not in "fi" else values, attributes)
        own[name] = replace(told, column=name)
    return coordinates, own


def to_xarray(ensemble: Ensemble, about: Mapping[str, Any] | None = None) -> "xr.Dataset":
    """An ensemble as an xarray data set with the dimensions scenario, run and month.

    Flows are those of the month and have its unit; `cell_methods` states how a value refers to the month, `long_name`,
    `kind` and `definition` what it is. The conditions of the numbers are in the attributes.

    Raises
    ------
    scenarios.InputError
        Without the extra `netcdf`.
    """
    needs_extra("netcdf", what="what.netcdf", key="--format")
    import xarray

    # Readers of netCDF take a unit with "since" for a date.
    added = {name: each.unit for s in ensemble.scenarios.values() for name, each in indicators_of(s.components).items()}
    units = {name: unit.replace(" since ", " from ") for name, unit in {**month_units(), **added}.items()}
    values = np.stack([ensemble.values[name] for name in ensemble.values])
    variables = {
        name: (
            ("scenario", "run", "month"),
            values[..., place],
            {"units": units.get(name, ""), "cell_methods": "month: sum" if name in ensemble.flows else "month: point"}
            | _described(name),
        )
        for place, name in enumerate(ensemble.columns)
    }
    # An object array of plain text: netCDF does not accept the text type of pandas.
    coordinates = {
        "scenario": np.array(list(ensemble.values), dtype=object),
        "run": np.array(ensemble.runs),
        "month": ensemble.months.to_numpy(),
    }
    data: xr.Dataset = xarray.Dataset(variables, coords=coordinates, attrs=_attributes(about or _of_ensemble(ensemble)))
    return data


def _described(indicator: str) -> dict[str, str]:
    """Name, kind and definition of an indicator as attributes of a variable; empty for an unknown one."""
    known = dictionary().get(indicator)
    return {} if known is None else {"long_name": known.name, "kind": known.monthly, "definition": known.definition}


def _of_ensemble(ensemble: Ensemble) -> dict[str, Any]:
    """Known provenance of an ensemble that is in no store."""
    from sim.runs.one_run import model_version

    pairings = [each for of_runs in ensemble.pairings.values() for each in of_runs if each is not None]
    return {
        "source": "lujiazui",
        "version": [model_version()],
        "model": sorted({each.model for each in pairings}),
        "kind": sorted(ensemble.kinds),
        "conditional_replay": "conditional replay" in ensemble.kinds,
        "macro": sorted({each.macro for each in pairings}),
        "scale": sorted({each.scale for each in pairings}),
        "parameters": sorted({scenario.parameters_told for scenario in ensemble.scenarios.values()}),
        "seed": [min(each.seed for each in pairings), max(each.seed for each in pairings)],
        "failures": list(ensemble.failures),
    }


def _attributes(about: Mapping[str, Any]) -> dict[str, str]:
    """Provenance as attributes of netCDF: texts; lists of one element as the element."""
    attributes = {"Conventions": "CF-1.11"}
    for name, value in about.items():
        if name == "units":
            continue
        plain = value[0] if isinstance(value, list) and len(value) == 1 else value
        attributes[name] = plain if isinstance(plain, str) else json.dumps(plain, ensure_ascii=False)
    return attributes
