"""Growth against resilience in a brief: which policies have a row, and how they are named."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from app.briefing.brief import Brief
from app.briefing.frontier_shown import MOST_ROWS, frontier_shown, numbered
from app.briefing.words import Wording
from sim.experiments.frontier import Frontier
from sim.experiments.stored_frontier import KnownFrontier, own_frontier
from tests.app.briefing.made_up import ensemble_of, summary_of, values_of


def table_of(count, runs=20):
    """Policies in which each has more targets and more risk than the one before: all are efficient but the last."""
    names = ["plan", "committed", "plan + reits_pilot", *(f"other{each}" for each in range(count - 4)), "beaten"]
    targets, risk = (np.linspace(1.0, 6.0, count), np.linspace(0.5, 2.0, count))
    targets[-1] = 0.5
    rows = {"scenario": names, "targets": targets, "shortfall": risk, "broken": 0.1, "runs": runs}
    return pd.DataFrame(rows).assign(lever="", efficient=[*[True] * (count - 1), False])


def brief_with(table, intensities=None):
    known = KnownFrontier(Frontier("plan", table), 0.1, intensities or {})
    return Brief(summary_of(), frontier=known)


def test_the_reported_policy_its_baseline_and_the_efficient_ones_have_rows():
    shown = numbered(table_of(12), "plan", "committed")
    assert len(shown) == MOST_ROWS and {"plan", "committed"} < set(shown["scenario"])
    assert "beaten" not in set(shown["scenario"]) and shown["targets"].is_monotonic_decreasing
    beaten = numbered(table_of(12), "beaten", "committed")
    assert "beaten" in set(beaten["scenario"])


@pytest.mark.parametrize(
    ("language", "named", "others"),
    [("en", "the plan, REITs pilot at 0.9", "2 further policies"), ("zh", "，基础设施REITs试点力度0.9", "其余2项政策")],
)
def test_policies_are_named_and_the_rest_counted(language, named, others):
    table = table_of(8)
    table.loc[2, "targets"] = 7.0
    drawn = frontier_shown(brief_with(table, {"plan + reits_pilot": 0.9}), Wording(language))
    assert named in drawn and others in drawn and drawn.count("numbered") == MOST_ROWS


def test_few_runs_or_no_frontier_draw_nothing():
    assert frontier_shown(Brief(summary_of()), Wording("en")) == ""
    assert frontier_shown(brief_with(table_of(8, runs=7)), Wording("en")) == ""


def test_three_scenarios_have_a_frontier_and_two_have_none():
    values = {name: values_of({}, 9) for name in ("plan", "committed", "stretch")}
    risk = np.zeros((9, 72, 1))

    def with_risk(names):
        made = ensemble_of({name: np.concatenate([values[name], risk], axis=2) for name in names})
        return replace(made, columns=(*made.columns, "systemic_risk"))

    assert own_frontier(with_risk(("plan", "committed")), "plan") is None
    assert own_frontier(ensemble_of(values), "plan") is None
    known = own_frontier(with_risk(tuple(values)), "plan")
    assert known.found.base == "plan" and known.runs == 9 and len(known.found.table) == 3
