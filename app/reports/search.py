"""Report of the command `search`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.terminal import amounts
from app.terminal.numbers import percent, plain
from app.terminal.report import Part, Table, once

if TYPE_CHECKING:
    from scenarios.run_conditions import RunConditions
    from sim.experiments.robust_search import Found, Objective, Search


MOST_SHOWN = 12


@dataclass(frozen=True)
class SearchFound:
    """The policies that a search found, and the store of its runs."""

    store: Path
    found: Found

    def as_dict(self) -> dict[str, Any]:
        """Return policies and generations."""
        from scenarios.whole_years import checked_year

        return {
            "store": str(self.store),
            "runs": self.found.runs,
            "year": checked_year(self.found.search.scenario),
            "conditions": _conditions(self.found.search).as_dict(),
            "warnings": _warnings(self.found.search),
            "policies": self.found.policies.reset_index().to_dict("records"),
            "generations": self.found.generations.to_dict("records"),
        }

    def quiet_lines(self) -> Iterable[str]:
        """Return the values of each policy."""
        return [" ".join(f"{value}" for value in row.values()) for row in self.found.policies.to_dict("records")]

    def parts(self) -> Iterable[Part]:
        """Return a table of objectives, one of levers, and notes."""
        found = self.found
        yield from once(_conditions(found.search).lines)
        of_column = {objective.title: objective for objective in found.search.objectives}
        of_column |= {f"{title}_check": objective for title, objective in of_column.items()}
        goals = [column for column in found.policies.columns if column in of_column]
        names = amounts.names_of([found.search.scenario.plan])
        rows = list(found.policies.iterrows())
        if len(rows) > MOST_SHOWN:  # evenly along the front, which is in the order of the first objective
            rows = [rows[round(place * (len(rows) - 1) / (MOST_SHOWN - 1))] for place in range(MOST_SHOWN)]
        headings = ["policy", *(_heading(column, of_column[column], names) for column in goals)]
        cells = [[str(place), *(_shown(of_column[column], row[column]) for column in goals)] for place, row in rows]
        yield Table(f"{len(found.policies)} policies that no other one beats", headings, cells, right=headings)
        levers = [column for column in found.policies.columns if column not in goals]
        headings = ["policy", *(name.replace("_", " ") for name in levers)]
        cells = [[str(place), *(plain(row[name]) for name in levers)] for place, row in rows]
        yield Table("Their levers", headings, cells, right=headings)
        last = found.generations.iloc[-1]
        yield f"{found.runs} runs; {int(last['policies'])} policies tried; hypervolume {last['hypervolume']:.3f}."
        if len(found.policies) > MOST_SHOWN:
            yield f"{MOST_SHOWN} of {len(found.policies)} are shown; --out FILE writes all."
        yield from once(_warnings(found.search))
        yield "Columns that end in check are from worlds that the search has not used; rely on those."


def _heading(column: str, objective: Objective, names: Mapping[str, str]) -> str:
    """Name, statistic and unit of an objective; `check` for the worlds that the search has not used."""
    from sim.experiments.robust_search import OF_POLICY

    check = ", check" if column.endswith("_check") else ""
    if objective.name in OF_POLICY:
        return f"{objective.name}{check}"
    unit = "" if objective.measure == "chance" else f", {amounts.unit_of_level(objective.name)}"
    return f"{amounts.name(objective.name, names)}, {objective.measure}{unit}{check}"


def _shown(objective: Objective, value: float) -> str:
    """The value of an objective: a chance in per cent, a statistic as the indicator, effort and cost as they are."""
    from sim.experiments.robust_search import OF_POLICY

    if objective.name in OF_POLICY:
        return plain(value)
    return percent(value, ".0%") if objective.measure == "chance" else amounts.level(objective.name, value)


def _conditions(search: Search) -> RunConditions:
    """Conditions of the runs of a search: its scenario under each macro path."""
    from sim.experiments.run_conditions import conditions_of

    return conditions_of([search.scenario.with_macro(path) for path in search.macro] or [search.scenario])


def _warnings(search: Search) -> list[str]:
    """Statistics that so few worlds do not support, and the year if it is not 2025."""
    from sim.experiments.least_runs import few_runs_note
    from sim.experiments.run_conditions import year_notes

    paths = max(len(search.macro), 1)
    what = "a tenth or a chance"
    return [
        *few_runs_note(search.worlds * paths, f"{what} in the search", of="worlds"),
        *few_runs_note(search.check_worlds * paths, f"{what} in the check", of="worlds"),
        *year_notes([search.scenario]),
    ]
