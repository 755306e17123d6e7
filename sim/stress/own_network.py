"""A user's own network of exposures: read from two files, and tested by the failure of each institution."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from agents.arrays import Floats
from scenarios.csv_rows import CsvRow, CsvRows, number_in, read_csv
from scenarios.errors import InputError, Problem, unknown
from scenarios.problem_texts import coded, said
from sim.stress.debtrank import debtrank
from sim.stress.default_cascade import default_cascade

if TYPE_CHECKING:
    import pandas as pd
    from scipy.sparse import csr_array


@dataclass(frozen=True)
class OwnNetwork:
    """Institutions, their equity, and what they have lent each other; amounts in one unit of the user's choice."""

    names: tuple[str, ...]
    equity: Floats
    """Shape (n,)."""
    exposures: "csr_array"
    """What row i has lent to column j, shape (n, n)."""


def read_network(exposures: str | Path, equity: str | Path) -> OwnNetwork:
    """Read a network from two CSV files.

    Parameters
    ----------
    exposures
        File with the columns `lender`, `borrower` and `amount`, a row a claim; several rows of a pair add up.
    equity
        File with the columns `institution` and `equity`, a row an institution.

    Raises
    ------
    scenarios.InputError
        With every problem of a file: a missing column, no number, a negative amount, an institution that is listed
        twice, lends to itself or is not in the file of equity.
    """
    from scipy.sparse import coo_array

    listed = read_csv(equity, ("institution", "equity"), what="the file of equity")
    rows: dict[str, float] = {}
    for row in listed.rows:
        name = row["institution"]
        if not name:
            listed.problems.append(Problem(coded("institution.nameless"), row.where, key="institution"))
        elif name in rows:
            listed.problems.append(Problem(coded("institution.twice", name=name), row.where, key="institution"))
        rows[name] = _amount(row, "equity", listed)
    listed.check()
    if not rows:
        raise InputError(coded("institution.none"), where=listed.where)
    place = {name: at for at, name in enumerate(rows)}
    claims = read_csv(exposures, ("lender", "borrower", "amount"), what="the file of exposures")
    places: list[tuple[int, int]] = []
    amounts: list[float] = []
    for row in claims.rows:
        for side in ("lender", "borrower"):
            if row[side] not in place:
                allowed = coded("allowed.listed_institution", file=listed.where)
                claims.problems.append(
                    unknown("institution", row[side], place, where=row.where, key=side, allowed=allowed)
                )
        if row["lender"] == row["borrower"]:
            claims.problems.append(Problem(coded("exposures.own_claim", name=row["lender"]), row.where, key="borrower"))
        places.append((place.get(row["lender"], 0), place.get(row["borrower"], 0)))
        amounts.append(_amount(row, "amount", claims))
    claims.check()
    ends = np.array(places, dtype=np.int64).reshape(-1, 2)
    network = coo_array((np.array(amounts, dtype=np.float64), (ends[:, 0], ends[:, 1])), shape=(len(rows), len(rows)))
    return OwnNetwork(tuple(rows), np.array(list(rows.values())), network.tocsr())


def failures_one_by_one(network: OwnNetwork, loss_given_default: float = 1.0) -> "pd.DataFrame":
    """Let each institution fail alone.

    Returns
    -------
    One row an institution, those first whose failure costs others most: `institution`; `equity_share`, its share of all
    equity; `debtrank`, the share of all equity that the others lose in value before any default (linear DebtRank);
    `failures`, the number of others that fail once claims are written off; `lost`, what the others write off, in the
    unit of the files; `rounds`, the length of the chain.

    Raises
    ------
    scenarios.InputError
        If `loss_given_default` is no number from 0 to 1.
    """
    import pandas as pd

    total = float(network.equity.sum())
    rows = []
    for at, name in enumerate(network.names):
        alone = np.zeros(len(network.names))
        alone[at] = 1.0
        rank = debtrank(network.exposures, network.equity, alone, loss_given_default=loss_given_default)
        chain = default_cascade(network.exposures, network.equity, alone, loss_given_default)
        rows.append(
            {
                "institution": name,
                "equity_share": network.equity[at] / total if total else 0.0,
                "debtrank": rank.index,
                "failures": int(chain.failed.sum()) - 1,
                "lost": float(chain.written_off.sum()),
                "rounds": chain.rounds,
            }
        )
    return pd.DataFrame(rows).sort_values("debtrank", ascending=False, kind="stable", ignore_index=True)


def _amount(row: CsvRow, column: str, rows: CsvRows) -> float:
    """The amount in a cell; a problem is noted where it is none."""
    try:
        value = number_in(row[column])
    except ValueError as error:
        rows.problems.append(Problem(said(error), row.where, key=column, value=row[column]))
        return 0.0
    if value < 0.0:
        allowed = coded("allowed.finite_at_least", low=0.0)
        rows.problems.append(Problem(coded("array.outside", value=value), row.where, column, value, allowed))
        return 0.0
    return value
