"""Tables of the page on forecasts: discrepancies, weights of the pool, and scores at origins that are left out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from app.measured.blocks import percent, signed, table

if TYPE_CHECKING:
    from calibration.learning import Lesson

TABLES = ("discrepancies", "pool_weights", "left_out_scores", "left_out_verdict", "left_out_histogram")
"""Names of the blocks."""


def tables_of(lesson: Lesson) -> dict[str, str]:
    """The tables of a lesson, by the name of their block."""
    return tables_from(
        lesson.discrepancies.to_dict("records"), lesson.weights.to_dict("records"), lesson.scores.to_dict("records")
    )


def tables_from(
    discrepancies: Sequence[Mapping[Any, Any]],
    weights: Sequence[Mapping[Any, Any]],
    scores: Sequence[Mapping[Any, Any]],
) -> dict[str, str]:
    """The tables from the rows of the three files; numbers may be text, and empty where there is none."""
    return {
        "discrepancies": _discrepancies(discrepancies),
        "pool_weights": _weights(weights),
        "left_out_scores": _scores(scores),
        "left_out_verdict": _verdict(scores),
        "left_out_histogram": _histogram(scores),
    }


def _number(value: object) -> float:
    return float("nan") if value in ("", None) else float(str(value))


def _decimal(value: object) -> str:
    return f"{_number(value):.3f}"


def _discrepancies(rows: Sequence[Mapping[Any, Any]]) -> str:
    lines = []
    for row in rows:
        known = row["status"] == "estimated"
        between = f"{_decimal(row['low'])} to {_decimal(row['high'])}" if known else ""
        size = _decimal(row["discrepancy"]) if known else "not identified"
        lines.append((row["indicator"], size, between, row["forecasts"], row["origins"]))
    heads = ("indicator", "discrepancy, log per root year", "with one origin left out", "forecasts", "origins")
    return table(heads, lines)


def _weights(rows: Sequence[Mapping[Any, Any]]) -> str:
    components = list(dict.fromkeys(row["component"] for row in rows))
    by_indicator: dict[str, dict[str, str]] = {}
    for row in rows:
        by_indicator.setdefault(row["indicator"], {})[row["component"]] = f"{_number(row['weight']):.2f}"
    lines = [(name, *(own.get(each, "") for each in components)) for name, own in by_indicator.items()]
    return table(("indicator", *components), lines)


def _scores(rows: Sequence[Mapping[Any, Any]]) -> str:
    order = list(dict.fromkeys(row["indicator"] for row in rows))
    lines = [
        (
            row["indicator"],
            row["kind"],
            row["forecasts"],
            *(percent(_number(row[f"inside_{level}"])) for level in (50, 80, 90)),
            f"{_number(row['crps']):.3g}",
            row["compared"],
            *(signed_skill(row[key]) for key in ("skill", "skill, no change", "skill, drift")),
            " ".join(str(row[f"bin_{place}"]) for place in range(1, 6)),
        )
        for row in sorted(rows, key=lambda row: order.index(row["indicator"]))
    ]
    heads = ("indicator", "distribution", "forecasts", "in 50 %", "in 80 %", "in 90 %", "CRPS", "compared")
    return table((*heads, "skill, best rule", "against no change", "against drift", "in fifths"), lines)


def _verdict(rows: Sequence[Mapping[Any, Any]]) -> str:
    """Say where skill is negative and where 80 % intervals hold less or more than 70 to 90 %."""
    lines = []
    for kind in dict.fromkeys(row["kind"] for row in rows):
        own = [row for row in rows if row["kind"] == kind]
        skills = {row["indicator"]: _number(row["skill"]) for row in own}
        held = {row["indicator"]: _number(row["inside_80"]) for row in own}
        better = [f"{name} ({skill:+.2f})" for name, skill in skills.items() if skill > 0.0]
        worse = [f"{name} ({skill:+.2f})" for name, skill in skills.items() if skill <= 0.0]
        right = [name for name, share in held.items() if 0.7 - 1e-9 <= share <= 0.9 + 1e-9]
        wrong = [f"{name} ({percent(share)})" for name, share in held.items() if name not in right]
        lines.append(
            f"- {kind}: better than the best rule for {_listed(better)}; not better for {_listed(worse)}. 80 % "
            f"intervals hold 70 to 90 % for {_listed(right)}; less or more for {_listed(wrong)}."
        )
    return "\n".join(lines)


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names) or "none"


def signed_skill(value: object) -> str:
    """A skill with its sign and two decimals; a dash where no rule has a distribution."""
    known = _number(value)
    return signed(known) if known != known else f"{known:+.2f}"


def _histogram(rows: Sequence[Mapping[Any, Any]]) -> str:
    bins = [f"bin_{place}" for place in range(1, 6)]
    totals: dict[str, list[int]] = {}
    for row in rows:
        counts = totals.setdefault(row["kind"], [0] * len(bins))
        totals[row["kind"]] = [count + int(row[each]) for count, each in zip(counts, bins, strict=True)]
    edges = [f"{place * 20} to {place * 20 + 20} %" for place in range(5)]
    return table(("distribution", *edges), [(kind, *counts) for kind, counts in totals.items()])
