"""Tables of the description read from data: patterns, observations, drivers, indicators, parameters."""

import csv
from collections import Counter
from functools import cache
from importlib import resources

from app.odd.markdown import table
from scenarios.baseline import baseline_rows
from scenarios.drivers import DRIVERS
from scenarios.parameters import parameter_table
from sim.base_year.tables import table as rows_of
from sim.closing.dictionary import dictionary

DRIVERS_TOLD = {
    "usdcny": "yuan per US dollar",
    "us10y_pct": "ten-year government yield of the United States, per cent",
    "vix": "VIX, index",
    "csi300_close": "CSI 300, close of the month",
    "cn10y_pct": "ten-year government yield of China, per cent",
}


@cache
def _facts() -> tuple[dict[str, str], ...]:
    text = resources.files("sim.evidence").joinpath("stylised_facts.csv").read_text(encoding="utf-8")
    return tuple(csv.DictReader(text.splitlines()))


def patterns() -> str:
    """Stylised facts with their bands."""
    rows = [
        (each["name"], each["statistic"], f"{each['low'] or 'any'} to {each['high'] or 'any'}", each["kind"])
        for each in _facts()
    ]
    return table(("pattern", "statistic", "band", "built in or emergent"), rows)


def indicator_count() -> int:
    """Number of recorded indicators."""
    return len(dictionary())


def observation() -> str:
    """Recorded indicators by component."""
    of_component: dict[str, list[str]] = {}
    for each in dictionary().values():
        of_component.setdefault(each.component, []).append(f"`{each.id}`")
    return table(("component", "indicators"), [(name, ", ".join(ids)) for name, ids in of_component.items()])


def observation_count() -> int:
    """Number of observations of the base year."""
    return len(baseline_rows())


def initial() -> str:
    """Observations of the base year."""
    rows = [
        (f"`{row['id']}`", row["value"], row["unit"], row["date"], row["status"], row["definition"])
        for row in baseline_rows()
    ]
    return table(("observation", "value", "unit", "date", "status", "definition"), rows)


def drivers() -> str:
    """External drivers and the months that they are observed in."""
    months = [row["month"] for row in rows_of("macro_history")]
    told = f"Monthly drivers, observed from {months[0]} to {months[-1]} (`sim/data/macro_history.csv`):\n\n"
    return told + table(("driver", "content"), [(f"`{name}`", DRIVERS_TOLD[name]) for name in DRIVERS])


def parameter_count() -> int:
    """Number of parameters."""
    return len(parameter_table())


def statuses() -> str:
    """Number of parameters of each status."""
    counted = Counter(each.status for each in parameter_table())
    return ", ".join(f"{count} {status}" for status, count in counted.most_common())


def parameters() -> str:
    """Parameters with the prior of 2020."""
    rows = [
        (
            f"`{each.id}`",
            each.agent,
            each.description,
            each.unit,
            f"`{each.distribution_prior_2020 or each.distribution}`",
            each.status,
        )
        for each in parameter_table()
    ]
    return table(("parameter", "of", "meaning", "unit", "prior of 2020", "status"), rows)
