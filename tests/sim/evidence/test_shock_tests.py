"""Stress tests by named stresses."""

from types import SimpleNamespace

import numpy as np
import pytest

import sim
from app.cli import command_line
from scenarios.errors import InputError
from scenarios.stresses import MOST_SEVERITY, stresses
from sim.evidence.failure_paths import FailurePath
from sim.evidence.shock_tests import (
    before,
    compared,
    followed,
    least_severity,
    reverse_stress,
    shock_tests,
)
from sim.experiments.requests import ensemble_requests


def centre(risk, lacking=0.0, warned=(), broken=()):
    """Stands for a centre: a record of its indicators for each of six months."""
    return SimpleNamespace(
        records=[
            {
                "systemic_risk": each,
                "capital_shortfall": 0.2 + lacking,
                "redline_warning": float(month in warned),
                "redline_broken": float(month in broken),
            }
            for month, each in enumerate(risk)
        ]
    )


NOBODY = FailurePath("", float("nan"), float("nan"), 0, 0.0, 0.0, ())
"""No institution fails."""


def test_a_run_is_compared_with_itself_without_the_stress():
    usual = centre([0.1, 0.2, 0.3, 0.2, 0.1, 0.0])
    struck = centre([9.0, 0.2, 1.3, 0.7, 0.2, 0.1], lacking=0.05, warned=(0, 3, 4), broken=(4,))
    found = compared(usual, struck, 5, NOBODY)
    assert found.risk_rise == pytest.approx(1.0) and found.shortfall_rise == pytest.approx(0.05)
    # The first month lies before the stress; the index is back from the fourth of five months on.
    assert (found.warning_months, found.broken, found.recovery_months) == (2, True, 3.0)


def test_what_does_not_come_back_has_not_recovered_and_what_never_moved_has():
    usual = centre([0.0] * 6)
    assert np.isnan(compared(usual, centre([0.0, 0.0, 0.0, 0.0, 0.0, 2.0]), 6, NOBODY).recovery_months)
    same = compared(usual, usual, 6, NOBODY)
    assert (same.risk_rise, same.shortfall_rise, same.broken, same.recovery_months) == (0.0, 0.0, False, 0.0)


@pytest.mark.parametrize(
    ("how", "names"),
    [
        ({"at": "2020-12"}, ["joint"]),
        ({"at": "2022-1"}, ["joint"]),
        ({"severity": MOST_SEVERITY + 1.0}, ["joint"]),
        ({"severity": float("nan")}, ["joint"]),
        ({}, ["jiont"]),
    ],
)
def test_what_cannot_be_used_is_refused_before_anything_runs(how, names):
    with pytest.raises(InputError) as found:
        shock_tests(["plan"], names, runs=1, **how)
    assert names != ["jiont"] or found.value.problems[0].nearest == "joint"


@pytest.fixture(scope="module")
def request_of_2021(short):
    return ensemble_requests([short("committed", "2022-06")], runs=1, draws=0)[0]


@pytest.mark.slow
def test_without_shocks_a_fork_is_the_run_itself_to_the_bit(request_of_2021):
    forked = followed(before(request_of_2021, "2021-04"), request_of_2021.scenario)
    whole = sim.run(request_of_2021.scenario, seed=request_of_2021.seed, parameters=request_of_2021.parameters)
    assert forked.indicators.equals(whole.indicators)


@pytest.mark.slow
def test_a_severer_stress_raises_risk_more_and_its_least_severity_lies_where_the_redline_breaks(request_of_2021):
    past, joint, scenario = before(request_of_2021, "2021-04"), stresses()["joint"], request_of_2021.scenario
    usual = followed(past, scenario)
    months = usual.month - past.month

    def struck(severity):
        return compared(usual, followed(past, scenario, joint.at("2021-04", severity, scenario.end)), months, NOBODY)

    rises = [struck(severity).risk_rise for severity in (0.5, 1.5, 3.0)]
    assert rises == sorted(rises) and rises[0] > 0.0
    least = least_severity(request_of_2021, stress=joint, at="2021-04")
    assert 0.0 < least <= MOST_SEVERITY
    assert struck(least).broken and not struck(least - MOST_SEVERITY / 32.0).broken


@pytest.mark.slow
def test_the_command_tells_of_policies_side_by_side_and_refuses_options_that_are_not_read(short, capsys):
    both = [short("committed", "2022-06"), short("stretch", "2022-06")]
    table = shock_tests(both, ["us_rates", "joint"], severity=2.0, at="2021-07", runs=1, workers=1)
    assert list(table[["scenario", "stress"]].itertuples(index=False, name=None)) == [
        (name, stress) for name in ("committed", "stretch") for stress in ("us_rates", "joint")
    ]
    least = reverse_stress(both, ["us_rates"], at="2021-07", runs=1, workers=1)
    assert least["never"].tolist() == [1.0, 1.0] and np.isinf(least["median"]).all()
    tail = ["--runs", "1", "--scale", "0.05", "--workers", "1", "--at", "2025-10"]
    assert command_line(["stress", "committed", "--under", "bank_failure", "--severity", "2", *tail]) == 0
    told = capsys.readouterr().out
    assert "redline broken" in told and "Who fails first" in told and "Links with the largest losses" in told
    assert table["first_sector"].ne("").any() and all(len(links) <= 10 for links in table["links"])
    assert command_line(["stress", "committed", "--under", "us_rates", "--reverse", *tail]) == 0
    assert "over 4" in capsys.readouterr().out
    assert command_line(["stress", "committed", "--reverse"]) == 2
    assert "--under" in capsys.readouterr().err
