"""What every column of an exported table means."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sim.closing.dictionary import dictionary

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class ExportedColumn:
    """A column of an exported table."""

    table: str
    column: str
    short_name: str
    name: str
    unit: str
    kind: str
    definition: str


RUNS: Mapping[str, str] = {
    "key": "Address of the run: hash of scenario, seed, parameters, interactions that are off, and model",
    "run": "Number of the run in the ensemble, the same for all scenarios of a pair",
    "scenario": "Name under which the scenario was requested",
    "scenario_hash": "Hash of the content of the scenario",
    "seed": "Seed of all random draws",
    "draw": "Number of the parameter draw; empty for the central point",
    "parameters_hash": "Hash of the parameter values",
    "interactions_off": "Interactions that are switched off, separated by commas",
    "vintage": "Hash of the data of an earlier base year or of one of the user's own; empty for 2020",
    "macro": "Macro path: a name, or a file of drivers with the digest of its values",
    "scale": "Size of the population against the full model",
    "kind": "Simulation, conditional replay, or drivers given in part",
    "status": "Done, failed or absent",
    "error": "Error of a run that failed",
    "seconds": "Computing time, seconds",
    "version": "Version of the software",
    "model": "Digest of the model's source and data",
    "kernels": "Processor, libraries and loops that computed the run",
    "indicators_hash": "Digest of the run's values",
    "finished": "Time at which the run ended, UTC",
    "components": "Components of others: name, version and digest of each, separated by semicolons",
    "point": "Number of the point of a sweep, from 0 on; empty for other experiments",
}
"""Columns of the table of runs."""
MONTHS: Mapping[str, str] = {name: RUNS[name] for name in ("scenario", "run", "seed", "key")} | {
    "month": "Last day of the month"
}
"""Columns of the table of indicators before the indicators."""
LEVERS: Mapping[str, str] = {
    "month": MONTHS["month"],
    "lever": "Policy lever",
    "intensity": "Intensity of the lever in force at the end of the month, from 0 to 1",
    "scenario": RUNS["scenario"],
    "scenario_hash": RUNS["scenario_hash"],
}
"""Columns of the table of levers."""
DESIGN: Mapping[str, str] = {"point": RUNS["point"]}
"""Columns of the table of the points of a sweep before its factors."""
PLAIN: Mapping[str, Mapping[str, str]] = {"runs": RUNS, "indicators": MONTHS, "levers": LEVERS, "design": DESIGN}
UNITS: Mapping[str, str] = {"seconds": "s", "intensity": "0 to 1"}
"""Units of columns that are no indicators."""


def column_told(table: str, column: str, own: Mapping[str, ExportedColumn] | None = None) -> ExportedColumn:
    """What a column of a table means; an indicator that this version does not record has a name alone.

    `own` has the columns that differ from one sweep to the next, those of its factors.
    """
    if own and column in own and own[column].table == table:
        return own[column]
    recorded = dictionary().get(column) if table == "indicators" else None
    if recorded is not None:
        return ExportedColumn(
            table,
            column,
            recorded.short_name,
            recorded.name,
            recorded.unit_of_month,
            recorded.monthly,
            recorded.definition,
        )
    told = PLAIN[table].get(column, "")
    return ExportedColumn(table, column, column, told, UNITS.get(column, ""), "", "")


def columns_table(
    columns: Mapping[str, Iterable[str]], own: Mapping[str, ExportedColumn] | None = None
) -> "pd.DataFrame":
    """The data dictionary of exported tables, given the columns of each: a row for each column."""
    import pandas as pd

    told = [column_told(table, column, own) for table, names in columns.items() for column in names]
    return pd.DataFrame([vars(each) for each in told])
