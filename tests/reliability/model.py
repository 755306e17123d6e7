"""The model itself: accounts under random draws, extremes, and the same bits under other settings of the machine."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np

from scenarios import Scenario, plan, shock_kinds
from scenarios.parameters import parameter_set
from tests.reliability.bench import place
from tests.reliability.tally import Tally

LARGEST_ERROR = 1e-9
"""Largest relative error of any accounting identity that counts as none."""


def _checked(tally, what, **how):
    import sim

    tally.begin()
    try:
        result = sim.run(**how)
        finite = np.isfinite(result.indicators.to_numpy(dtype=float)).all(axis=0)
        wrong = "" if result.largest_accounting_error < LARGEST_ERROR else f"error {result.largest_accounting_error:g}"
        if not finite.all():
            wrong = wrong or f"not finite: {list(result.indicators.columns[~finite])[:3]}"
    except Exception as error:
        wrong = f"{type(error).__name__}: {str(error)[:150]}"
    tally.end(wrong and f"{what}: {wrong}")


def identities(count, rng):
    """Identities of the accounts in every month, for random draws of the parameters under random levers."""
    tally = Tally("accounts under random draws")
    for _ in range(count):
        levers = {lever: round(rng.random(), 2) for lever in rng.sample(plan.lever_ids(), 5)}
        draw = rng.randrange(10**6)
        asked = Scenario(name="x", policy=rng.choice(plan.ARMS), levers=levers, scale=0.05, end="2022-06")
        parameters = parameter_set(rng.choice(("posterior_2020", "prior_2020"))).draw(draw)
        _checked(tally, f"draw {draw}", scenario=asked, seed=draw, parameters=parameters)
    return tally


def extremes(count, rng):
    """All levers at an end, shocks at the ends of their ranges, several at once, in the smallest and large centres."""
    tally = Tally("extremes")
    for number in range(count):
        kinds = rng.sample(list(shock_kinds().values()), rng.randint(1, 4))
        shocks = [
            {"name": kind.name, "size": rng.choice((kind.low, kind.high)), "from": "2021-02", "to": "2021-12"}
            for kind in kinds
        ]
        levers = {lever: float(number % 2) for lever in plan.lever_ids()} if number % 3 else {}
        macro = rng.choice(("neutral", "adverse"))
        scale = rng.choice((0.02, 0.05, 0.1))
        asked = Scenario(name="x", policy="plan", levers=levers, shocks=shocks, macro=macro, scale=scale, end="2022-03")
        _checked(tally, f"{[(each['name'], each['size']) for each in shocks]}", scenario=asked, seed=number)
    return tally


WORLDS = (
    {}, {"PYTHONHASHSEED": "1"}, {"PYTHONHASHSEED": "99"}, {"TZ": "Asia/Shanghai"}, {"TZ": "America/St_Johns"},
    {"LC_ALL": "C"}, {"LC_ALL": "C.UTF-8"}, {"LANG": "zh_CN.GBK"}, {"PYTHONOPTIMIZE": "2"}, {"OMP_NUM_THREADS": "2"},
    {"OPENBLAS_NUM_THREADS": "2"}, {"PYTHONDONTWRITEBYTECODE": "1"}, {"LUJIAZUI_CACHE": "off"}, {"COLUMNS": "20"},
    {"PYTHONUTF8": "0"}, {"PYTHONMALLOC": "debug"}, {"MALLOC_PERTURB_": "165"}, {"HOME": "/nonexistent"},
)  # fmt: skip
"""Settings of a machine that may change nothing."""


def configurations(count, rng):
    """One batch under other workers, hash seeds, locales, time zones, threads and caches: the same to the bit."""
    from tests.reliability.bench import contents, elsewhere

    tally = Tally("the same bits under other settings")
    usual = None
    with place() as folder:
        (folder / "short.yaml").write_text("extends: plan\nend: 2021-06\nscale: 0.05\n")
        worlds = [*WORLDS[:1], *rng.sample(WORLDS[1:], min(count - 1, len(WORLDS) - 1))]
        for number, world in enumerate(worlds):
            store = folder / f"runs{number}"
            how = ["--workers", str(1 + number % 2), *(["--fork-at", "2021-03"] if number % 3 == 2 else [])]
            tally.begin()
            done = subprocess.run(
                [sys.executable, "-m", "app", "batch", "short.yaml", "--runs", "3", "--store", str(store), *how],
                env={**os.environ, "LUJIAZUI_CACHE": str(folder / "cache"), **world, "PYTHONPATH": str(Path.cwd())},
                cwd=folder,
                capture_output=True,
                text=True,
                timeout=300,
                check=False,
            )
            state, there = elsewhere(contents, store) if done.returncode == 0 else ("broke", done.stderr[-200:])
            usual = usual or there
            tally.end("" if state == "done" and there == usual else f"{world} {how}: {state}, {str(there)[:200]}")
    return tally


AREAS = {each.__name__: each for each in (identities, extremes, configurations)}
