"""Whether what a link says of the pages beside the desk means something to them."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from app.web import attributed, failure_shown, lever_groups, page_experiments, shock_tested
from app.web.desk import BASELINES, MOST_RUNS
from app.web.link import BETWEEN
from app.web.offered import offered
from app.web.page_agents import Looked
from app.web.page_compare import SEPARATOR, stored_designs
from app.web.swept import reached
from scenarios import names
from sim.closing.dictionary import dictionary
from sim.closing.indicators import PLAN_INDICATORS

SOURCES = ("store", "desk")


def unknown_views(view: Mapping[str, str]) -> tuple[str, ...]:
    """Names of the parts of a view that a page would not show as they stand.

    Parameters
    ----------
    view
        Choices of the pages by their name in a link, as in `session.view`.
    """
    return tuple(name for name, text in view.items() if name in KNOWN and text and not KNOWN[name](text))


def _designs(text: str) -> bool:
    return text in [str(design.number) for design in stored_designs()]


def _scenarios(text: str) -> bool:
    known = {*names(), *BASELINES, "desk"}
    asked = {each for each in text.split(SEPARATOR) if each}
    return asked <= known or asked <= known.union(*(design.scenarios for design in stored_designs()))


def _reached(text: str) -> bool:
    of_plan = {each.id: each for each in offered().plan.indicators}
    indicator, level = reached(of_plan, text)
    return text in (indicator, f"{indicator}{BETWEEN}{level}")


KNOWN: Mapping[str, Callable[[str], bool]] = {
    "source": lambda text: text in SOURCES,
    "risk_source": lambda text: text in SOURCES,
    "design": _designs,
    "sweep": _designs,
    "scenarios": _scenarios,
    "replayed": lambda text: text.isdecimal() and len(text) < 7 and 1 <= int(text) <= MOST_RUNS,
    "ranked": lambda text: text in PLAN_INDICATORS,
    "pinned": lambda text: {each for each in text.split(BETWEEN) if each} <= {*dictionary()},
    "agent": lambda text: Looked.read(text).told == text,
    "failed": lambda text: BETWEEN.join(failure_shown.choices(text).values()) == text,
    "reached": _reached,
    "batch": lambda text: page_experiments.BatchAsked.read(text).told == text,
    "stress": lambda text: BETWEEN.join(shock_tested.choices(text).values()) == text,
    "split": lambda text: BETWEEN.join(map(str, attributed.choices(offered().plan, text))) == text,
    "listed": lambda text: BETWEEN.join(lever_groups.way_listed(text)) == text,
}
"""By name, whether a text is one that the page writes itself; a search is free."""
