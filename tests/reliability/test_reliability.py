"""A small part of the reliability table, as continuous integration runs it; the whole: python -m tests.reliability."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.reliability.tally import Tally

ROOT = Path(__file__).parents[2]


def table(*arguments):
    done = subprocess.run(
        [sys.executable, "-m", "tests.reliability", *arguments],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=540,
        check=False,
    )
    return done.returncode, done.stdout, done.stderr


@pytest.mark.slow
@pytest.mark.parametrize(
    ("areas", "share"),
    [
        (("kills", "system_calls", "limits", "tampering", "flips", "names"), "0.03"),
        (("scenario_files", "settings", "designs"), "0.2"),
        (("identities", "extremes", "probes"), "0.1"),
    ],
)
def test_everything_that_is_tried_survives(areas, share):
    code, out, err = table(*areas, "--count", share)
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in out.splitlines()[2:]]
    assert len(rows) == len(areas), err
    assert [tried for _, tried, survived, _ in rows if tried == survived and int(tried) > 0] == [
        tried for _, tried, _, _ in rows
    ], err
    assert code == 0


def test_a_case_that_does_not_survive_is_counted_and_told():
    tally = Tally("an area")
    for wrong in ("", "lost", ""):
        tally.begin()
        tally.end(wrong)
    assert (tally.tried, tally.survived, tally.failures) == (3, 2, ["lost"])
    assert tally.row().startswith("| an area | 3 | 2 |")


def test_an_area_that_is_not_known_is_refused():
    code, out, err = table("killz")
    assert (code, out) == (2, "") and "unknown area killz" in err and "kills" in err
