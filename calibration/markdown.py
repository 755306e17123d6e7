"""Tables of a fit in Markdown, as the page on the calibration shows them."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

    from calibration.calibrate import Calibration

LARGEST_SHIFTS = 11
"""Shifts of a parameter by one moment that are listed."""
LEAST_CORRELATION = 0.25
"""Correlation of two parameters in the posterior from which it is named."""


def _table(heads: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    lines = [heads, tuple("---" for _ in heads), *rows]
    return "\n".join(
        "|" + "|".join(cell if cell == "---" else f" {cell} ".replace("  ", " ") for cell in row) + "|" for row in lines
    )


def _records(table: "pd.DataFrame") -> list[dict[str, Any]]:
    return [{str(name): value for name, value in row.items()} for row in table.to_dict("records")]


def _three(low: float, middle: float, high: float) -> str:
    return " / ".join(f"{value:.3g}" for value in (low, middle, high))


def identification_table(table: "pd.DataFrame") -> str:
    """Prior and posterior of each parameter, the ratio of their spreads, and the verdict."""
    rows: list[tuple[str, ...]] = [
        (
            f"{row['parameter']} ({row['unit']})",
            _three(row["prior_q05"], row["prior_q50"], row["prior_q95"]),
            _three(row["q05"], row["q50"], row["q95"]),
            f"{row['sd_ratio']:.2f}",
            row["verdict"],
        )
        for row in _records(table)
    ]
    return _table(("parameter", "prior 5 / 50 / 95 %", "posterior 5 / 50 / 95 %", "sd ratio", ""), rows)


def moments_table(table: "pd.DataFrame") -> str:
    """Observed moments beside those of the prior and the posterior."""
    rows: list[tuple[str, ...]] = [
        (
            str(row["moment"]).replace("_", " "),
            f"{row['observed']:.3g}",
            f"{row['tolerance']:g}",
            _three(row["prior_q05"], row["prior_q50"], row["prior_q95"]),
            _three(row["q05"], row["q50"], row["q95"]),
            "yes" if row["inside"] else "**no**",
            f"{100.0 * max(row['explained'], 0.0):.0f}%",
            row["status"],
        )
        for row in _records(table)
    ]
    heads = ("moment", "observed", "tolerance", "prior 5 / 50 / 95 %", "posterior 5 / 50 / 95 %", "inside", "explained")
    return _table((*heads, "status"), rows)


def recovery_table(table: "pd.DataFrame") -> str:
    """How often known parameters are found again in simulated data."""
    rows: list[tuple[str, ...]] = [
        (
            row["parameter"],
            f"{row['coverage_90']:.2f}",
            f"{row['coverage_90_of_20']:.2f}",
            f"{row['uniform_p']:.2f}",
            f"{row['width_ratio']:.2f}",
        )
        for row in _records(table)
    ]
    heads = ("parameter", "90 % intervals that contain the truth", "of the first 20", "ranks uniform (p)")
    return _table((*heads, "width over the prior's"), rows)


def influence_table(table: "pd.DataFrame") -> str:
    """The largest shifts of a parameter when one moment is left out, in standard deviations of the posterior."""
    shifts = [
        (str(moment), str(name), float(value))
        for moment, row in zip(table.index, table.to_numpy(float), strict=True)
        for name, value in zip(table.columns, row, strict=True)
    ]
    largest = sorted(shifts, key=lambda shift: -abs(shift[2]))[:LARGEST_SHIFTS]
    rows: list[tuple[str, ...]] = [(moment.replace("_", " "), name, f"{value:+.2f}") for moment, name, value in largest]
    return _table(("moment left out", "parameter", "shift (posterior sd)"), rows)


def correlated(table: "pd.DataFrame") -> list[tuple[str, str, float]]:
    """Pairs of parameters whose correlation in the posterior is beyond a quarter, the strongest first."""
    names, values = [str(name) for name in table.columns], table.to_numpy(float)
    pairs = [
        (names[one], names[other], float(values[one, other]))
        for one in range(len(names))
        for other in range(one + 1, len(names))
        if abs(values[one, other]) > LEAST_CORRELATION
    ]
    return sorted(pairs, key=lambda pair: -abs(pair[2]))


def page_of(fit: "Calibration") -> str:
    """All tables of a fit, each below its heading."""
    pairs = "; ".join(f"{one} and {other} {value:.2f}" for one, other, value in correlated(fit.correlations)) or "none"
    return "\n\n".join(
        (
            "## Identification",
            identification_table(fit.identification),
            f"Correlations of the posterior beyond {LEAST_CORRELATION}: {pairs}.",
            "## Moments",
            moments_table(fit.moments),
            "## Recovery of known parameters",
            recovery_table(fit.recovery),
            "## Influence of single moments",
            influence_table(fit.influence),
            "",
        )
    )
