"""Tables on their way to a spreadsheet, which would take some texts for formulas and work them out."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""First letters by which a spreadsheet takes a text for a formula."""


def plain_cells(table: "pd.DataFrame") -> "pd.DataFrame":
    """Return a table whose texts no spreadsheet takes for a formula.

    An apostrophe stands before a text, a column's name included, that begins with `=`, `+`, `-`, `@`, a tab or a
    carriage return. Numbers and dates stay as they are.
    """
    import pandas as pd

    def plain(cell: object) -> object:
        return f"'{cell}" if isinstance(cell, str) and cell.startswith(FORMULA) else cell

    changed = {
        str(name): column.map(plain)
        for name, column in table.items()
        if not pd.api.types.is_numeric_dtype(column) and not pd.api.types.is_datetime64_any_dtype(column)
    }
    return table.assign(**changed).rename(columns=plain)
