"""Report of the command `calibrate`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.terminal.numbers import percent
from app.terminal.report import Part, Table, once

if TYPE_CHECKING:
    import pandas as pd

    from calibration.calibrate import Calibration
    from calibration.own_moments import OwnMoments


CAVEAT = (
    "The fit is conditional on external drivers as they were in 2017-2020 and on dated steps of policy whose sizes are "
    "judgement. Many of the data are recalled; their tolerances say so. Effects of levers stay priors."
)


@dataclass(frozen=True)
class Fitted:
    """A fit to 2016-2020.

    Parameters
    ----------
    fit
        The fit.
    information
        What each series of the past would add, or None.
    written
        Files that were written.
    own
        Moments of the user's own, or None.
    """

    fit: Calibration
    information: pd.DataFrame | None
    written: Sequence[Path]
    own: OwnMoments | None = None

    @property
    def warnings(self) -> list[str]:
        """Statistics that so few runs do not support, and the scale if it is below full size."""
        from calibration.diagnostics import least_runs
        from sim.experiments.least_runs import few_runs_note

        about = self.fit.about
        runs = about["runs"] + about["runs_second_round"]
        small = [] if about["scale"] == 1.0 else [f"Scale: {about['scale']:g} times the issuers of the full model."]
        return [*few_runs_note(runs, "saying what the data identify", least_runs()), *small]

    def as_dict(self) -> dict[str, Any]:
        """Return the tables as records."""
        fit = self.fit
        tables = {name: getattr(fit, name).to_dict("records") for name in ("identification", "moments", "recovery")}
        if self.information is not None:
            tables["information"] = self.information.to_dict("records")
        return {
            **tables,
            "about": fit.about,
            "warnings": self.warnings,
            "written": [str(path) for path in self.written],
            "caveat": CAVEAT,
        }

    def quiet_lines(self) -> Iterable[str]:
        """Return the files written, or else the parameters that the data identify."""
        return [str(path) for path in self.written] or list(self.fit.identified)

    def parts(self) -> Iterable[Part]:
        """Return a table of parameters, of moments and of the check on made-up data."""
        if self.own is not None:
            yield f"Moments of the user's own: {self.own.told}."
        yield self._parameters()
        yield self._moments()
        yield self._recovery()
        yield from once(self.warnings)
        if self.information is not None:
            yield _most_informative(self.information)
            yield _figures(self.information)
        yield CAVEAT
        for path in self.written:
            yield f"wrote {path}"

    def _parameters(self) -> Table:
        rows = [
            [
                row["parameter"],
                *(f"{row[key]:.3g}" for key in ("prior_q05", "prior_q50", "prior_q95", "q05", "q50", "q95")),
                f"{row['sd_ratio']:.2f}",
                row["verdict"],
            ]
            for row in self.fit.identification.to_dict("records")
        ]
        heads = ("parameter", "prior 5 %", "50 %", "95 %", "posterior 5 %", "50 %", "95 %", "sd ratio", "verdict")
        return Table("Searched parameters given 2016-2020", heads, rows, right=heads[1:8])

    def _moments(self) -> Table:
        rows = [
            [
                row["moment"],
                *(f"{row[key]:.3g}" for key in ("observed", "tolerance", "prior_q50", "q05", "q50", "q95")),
                "yes" if row["inside"] else "no",
            ]
            for row in self.fit.moments.to_dict("records")
        ]
        heads = ("moment", "observed", "tolerance", "prior median", "posterior 5 %", "50 %", "95 %", "inside 90 %")
        return Table("Moments", heads, rows, right=heads[1:7])

    def _recovery(self) -> Table:
        rows = [
            [
                row["parameter"],
                f"{row['coverage_90']:.2f}",
                f"{row['coverage_90_of_20']:.2f}",
                f"{row['uniform_p']:.2f}",
            ]
            for row in self.fit.recovery.to_dict("records")
        ]
        heads = ("parameter", "90 % intervals that hold the truth", "of the first 20", "ranks even, p")
        return Table.of_numbers("Known parameters recovered from made-up data", heads, rows)


def _most_informative(value: pd.DataFrame) -> Table:
    """Return the series that would narrow each indicator most and that the fit lacks."""
    unknown = value[~value["used"] & (value["share"] > 0.0) & value["year"].isna()]
    rows = [
        [row["indicator"], row["series"], percent(row["share"], ".0%")]
        for row in unknown.groupby("indicator", sort=False).head(3).to_dict("records")
    ]
    heads = ("indicator in 2025", "series of 2017-2020 that the fit lacks", "of the variance it would take away")
    return Table("Most informative series", heads, rows, right=heads[2:])


def _figures(value: pd.DataFrame) -> Table:
    """Return the figures to look up, in the order of choice."""
    from calibration.figures import figures_chosen

    rows = [
        [
            f"{each.series} {each.year}",
            each.status,
            ", ".join(f"{name} {percent(gain, '.0%')}" for name, gain in each.gains),
        ]
        for each in figures_chosen(value)
    ]
    heads = ("growth of a series in a year", "today", "further share of the variance in 2025 it would take away")
    return Table("Figures to look up", heads, rows)
