"""Report of the command `validate holdout`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from app.reports.past import PastAnswer, tab_separated
from app.terminal.report import Part, Table, once


@dataclass(frozen=True)
class Holdout:
    """Moments of 2016-2020 under prior and fit, a row each."""

    found: PastAnswer

    def as_dict(self) -> dict[str, Any]:
        """Return all moments, those that the fit used as well."""
        return self.found.as_dict("until", self.found.warnings())

    def quiet_lines(self) -> Iterable[str]:
        """Return the CRPS of prior and fit."""
        return tab_separated(self.found.table, "moment", "crps_prior", "crps")

    def parts(self) -> Iterable[Part]:
        """Return a table of the moments that the fit did not use."""
        table = self.found.table
        later = table[~table["used"]]
        keys = ("observed", "prior_q05", "prior_q50", "prior_q95", "q05", "q50", "q95", "crps_prior", "crps")
        rows = [
            [row["moment"], *(f"{row[key]:.3g}" for key in keys), "yes" if row["inside"] else "no"]
            for row in later.to_dict("records")
        ]
        heads = (
            "moment",
            "observed",
            "prior 5 %",
            "50 %",
            "95 %",
            "fit 5 %",
            "50 %",
            "95 %",
            "CRPS prior",
            "fit",
            "inside",
        )
        yield from once(self.found.conditions)
        yield Table.of_numbers("Moments that the fit did not use", heads, rows)
        better = int((later["crps"] < later["crps_prior"]).sum())
        yield (
            f"The fit has a lower CRPS than the prior in {better} of {len(later)}; both take external drivers as they "
            "were."
        )
        yield from once(self.found.warnings())
