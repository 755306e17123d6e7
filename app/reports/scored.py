"""Tables of scores beside those of naive rules."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.terminal import amounts
from app.terminal.numbers import in_words, known
from app.terminal.report import Table

if TYPE_CHECKING:
    import pandas as pd

READ_SKILL = (
    "Skill is 1 - CRPS / that of a naive rule, a distribution with its own past errors. Below 0 the naive rule was"
    " better; blank where no rule has two earlier errors. So few years do not allow a significance test."
)


def observation_table(title: str, scores: pd.DataFrame) -> Table:
    """Return a table of the scores on each observation."""
    names = amounts.shipped_names()
    rows = [
        [
            amounts.named(row["indicator"], names),
            row["year"],
            amounts.level(row["indicator"], row["observed"]),
            amounts.level(row["indicator"], row["median"]),
            amounts.distance(row["indicator"], row["error"], row["observed"], plus=True),
            amounts.size(row["indicator"], row["crps"]),
            in_words(row["inside_80"]),
            row["best_naive"],
            amounts.size(row["indicator"], row["naive_crps"]),
            known(row["skill"], "+.2f"),
        ]
        for row in scores.to_dict("records")
    ]
    heads = (
        "indicator, unit",
        "year",
        "observed",
        "median",
        "error",
        "CRPS",
        "inside 80 %",
        "best naive rule",
        "its CRPS",
        "skill",
    )
    return Table.of_numbers(title, heads, rows)
