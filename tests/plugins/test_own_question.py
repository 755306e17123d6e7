"""The page that leads from a lever of one's own to a brief: its files and its commands, one after the other."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "how-to" / "own-question.md").read_text(encoding="utf-8")
SMALLER = {"--runs 8": "--runs 2", "--scale 0.1": "--scale 0.02"}


def files():
    """Files on the page by their names: the name stands in bold before each block."""
    return dict(re.findall(r"^\*\*`([\w/.]+)`\*\*\n+```\w*\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL))


def lines():
    """Command lines of the page."""
    return "".join(re.findall(r"^```sh\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)).splitlines()


def short(name, text):
    """A scenario ends after two years, and a sweep has few issuers."""
    if name == "sweep.yaml":
        return text.replace("scale: 0.1", "scale: 0.02")
    return text + "end: 2022-12\n" if name.endswith(".yaml") else text


@pytest.mark.slow
def test_the_page_leads_from_a_lever_to_a_brief(tmp_path):
    for name, text in files().items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(short(name, text), encoding="utf-8")
    target = tmp_path / "installed"
    paths = [str(ROOT), str(ROOT / "app" / "names"), str(target)]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(paths), "COLUMNS": "200"}
    told = {}

    def called(*command):
        done = subprocess.run(
            [sys.executable, "-P", *command], env=environment, cwd=tmp_path, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    for line in lines():
        for long, few in SMALLER.items():
            line = line.replace(long, few)
        program, verb, *rest = shlex.split(line)
        if program == "pip":
            how = ["-q", "--no-index", "--disable-pip-version-check", "--target", str(target)]
            told[program] = called("-m", "pip", verb, *how, *rest)
        else:
            assert program == "lujiazui"
            told[verb] = called("-m", "app", verb, *rest)
    assert "Night desk for currency hedges" in told["levers"] and "hedging_cost" in told["levers"]
    assert "hedging_night_desk" in told["effects"]
    assert told["check"].startswith("ok: night desk")
    runs = pd.read_csv(tmp_path / "tables" / "runs.csv")
    assert len(runs) == 12 and runs["components"].str.startswith("hedge_desk 1.0").all()
    design = pd.read_csv(tmp_path / "tables" / "design.csv")
    assert design["access_elasticity"].between(0.1, 0.3).all()  # the priors of the file, not those of the model
    assert "hedging_night_desk" in called("sweep.py")
    brief = (tmp_path / "brief.html").read_text(encoding="utf-8")
    assert "worth asking for" in brief and "no night desk" in brief
