"""The micro-model of `tests.benchmarks.peers` is the same on our populations, on plain Mesa and in C."""

import csv
import gc
import itertools
import subprocess
import sys
import time

import pytest

from tests.benchmarks.peers import c_bound, mesa_arrays, ours, plain_mesa, rules

AGENTS, SEEDS = 2000, range(20)
FARTHEST = 4.5
"""Standard errors. Equal models are farther apart in one of the 14 statistics in fewer than one of 1,000 samples."""
SAFE_RATIO = 4.0
"""Plain Mesa took 10 times as long when this was written."""
MODELS = {"ours": ours, "plain Mesa": plain_mesa, "arrays of Mesa": mesa_arrays}
if c_bound.COMPILER:
    MODELS["C"] = c_bound


@pytest.fixture(scope="module")
def samples():
    return {name: rules.sample(module.Peer, AGENTS, SEEDS) for name, module in MODELS.items()}


def far_apart(one, other):
    distances = rules.distances(one, other)
    return {name: round(far, 1) for name, far in zip(rules.STATISTICS, distances, strict=True) if not far < FARTHEST}


@pytest.mark.parametrize(("one", "other"), list(itertools.combinations(MODELS, 2)))
def test_peers_agree_on_holdings_choices_and_firms(samples, one, other):
    assert not far_apart(samples[one], samples[other])


@pytest.mark.parametrize(
    ("constant", "change", "statistic"),
    [
        ("SPEED", 1.15, "mean holdings after 6 months"),
        ("SPREAD_EFFECT", 1.1, "mean holdings"),
        ("NOISE", 1.4, "spread of holdings"),
        ("EXIT_RATE", 1.3, "firms"),
        ("EXIT_SLOPE", 2.5, "mean log size"),
        ("GROWTH_SD", 1.3, "spread of log size"),
    ],
)
def test_another_figure_in_a_rule_would_be_seen(samples, monkeypatch, constant, change, statistic):
    monkeypatch.setattr(rules, constant, change * getattr(rules, constant))
    other = rules.sample(ours.Peer, AGENTS, SEEDS)
    assert statistic in far_apart(samples["plain Mesa"], other)


def test_another_worth_of_an_instrument_would_be_seen(samples, monkeypatch):
    monkeypatch.setattr(rules, "CONSTANT", (*rules.CONSTANT[:-1], rules.CONSTANT[-1] + 0.15))
    assert "share of option 6" in far_apart(samples["plain Mesa"], rules.sample(ours.Peer, AGENTS, SEEDS))


def cpu_of_a_month(module):
    """Least CPU seconds of a few months of ten thousand agents."""
    peer = module.Peer(10_000, 1)
    gc.disable()
    spent = []
    for _ in range(6):
        start = time.process_time()
        peer.month()
        spent.append(time.process_time() - start)
    gc.enable()
    return min(spent)


def test_a_month_on_populations_is_several_times_faster_than_on_plain_agents():
    assert SAFE_RATIO * cpu_of_a_month(ours) < cpu_of_a_month(plain_mesa)


@pytest.mark.slow
def test_the_command_writes_a_line_for_each_peer_and_size(tmp_path):
    asked = [
        "--sizes",
        "500",
        "1000",
        "--peers",
        "mesa",
        "--cache",
        str(tmp_path / "none"),
        "--out",
        str(tmp_path / "table.csv"),
    ]
    done = subprocess.run(
        [sys.executable, "-m", "tests.benchmarks.peers", *asked], capture_output=True, text=True, check=True
    )
    with (tmp_path / "table.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [(row["framework"], row["agents"]) for row in rows] == [
        ("populations of this project", "500"),
        ("Mesa, plain agents", "500"),
        ("populations of this project", "1000"),
        ("Mesa, plain agents", "1000"),
    ]
    for mine, plain in itertools.batched(rows, 2):
        times = [float(row["nanoseconds_of_cpu_an_agent_and_month"]) for row in (mine, plain)]
        assert float(plain["ratio_to_ours"]) == pytest.approx(times[1] / times[0])
        assert float(plain["largest_distance_in_standard_errors"]) < FARTHEST
        assert all(0.0 < float(row["set_up_cpu_seconds"]) < 5.0 for row in (mine, plain))
        assert 20.0 < float(mine["peak_memory_mb"]) < 1000.0
    assert f"| Mesa, plain agents | 1,000 | {times[1]:,.0f} |" in done.stdout
