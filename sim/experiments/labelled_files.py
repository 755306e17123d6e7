"""Tables as files that carry units, kinds and definitions of their columns: Parquet and Stata."""

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, BinaryIO

from sim.experiments.exported_columns import ExportedColumn, column_told

if TYPE_CHECKING:
    import pandas as pd

LONGEST_LABEL = 80
"""Letters that the label of a variable may have in Stata."""


def write_parquet(
    table: "pd.DataFrame",
    file: BinaryIO,
    name: str,
    about: Mapping[str, Any] | None = None,
    own: Mapping[str, ExportedColumn] | None = None,
) -> None:
    """Write a table as Parquet with name, unit, kind and definition in the metadata of each column.

    Parameters
    ----------
    table
        The table; a named index becomes a column.
    file
        An open file.
    name
        Which table it is: `runs`, `indicators`, `levers` or `design`.
    about
        Conditions of the numbers, kept as JSON in the metadata of the table under the key `lujiazui`.
    own
        What the columns of the factors of a sweep mean.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    arrow = pa.Table.from_pandas(table, preserve_index=table.index.name is not None)
    fields = []
    for field in arrow.schema:
        told = column_told(name, field.name, own)
        described = {"name": told.name, "unit": told.unit, "kind": told.kind, "definition": told.definition}
        fields.append(field.with_metadata({key: text for key, text in described.items() if text}))
    metadata = dict(arrow.schema.metadata or {})
    if about is not None:
        metadata[b"lujiazui"] = json.dumps(about, ensure_ascii=False).encode()
    pq.write_table(arrow.cast(pa.schema(fields, metadata=metadata)), file)


def write_monthly(table: "pd.DataFrame", file: BinaryIO) -> None:
    """Write the monthly indicators of one run as Parquet with the metadata of `write_parquet`."""
    write_parquet(table, file, "indicators")


def write_stata(
    table: "pd.DataFrame", file: BinaryIO, name: str, own: Mapping[str, ExportedColumn] | None = None
) -> None:
    """Write a table for Stata 14 and later: names of at most 32 letters, a label for each variable, monthly dates.

    A label is the name of the indicator and its unit, cut at 80 letters; the data dictionary has it whole.
    """
    columns = {column: column_told(name, column, own) for column in table.columns}
    plain = table.copy()
    for column in plain.columns:
        if str(plain[column].dtype) == "Int64":
            plain[column] = plain[column].astype("float64")
        elif plain[column].dtype.kind in "OT" or str(plain[column].dtype) == "str":
            plain[column] = plain[column].fillna("").astype(object)
    labels = {told.short_name: _label(told.name, told.unit) for told in columns.values()}
    plain = plain.rename(columns={column: told.short_name for column, told in columns.items()})
    dates = {"month": "tm"} if "month" in plain else {}
    options: dict[str, Any] = {"variable_labels": labels, "convert_dates": dates}
    plain.to_stata(file, write_index=False, version=118, **options)


def _label(name: str, unit: str) -> str:
    return (f"{name}, {unit}" if unit else name)[:LONGEST_LABEL]
