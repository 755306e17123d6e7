"""The page on a plan of one's own: its files are those that the tests use, and its commands and its Python run."""

import re
import shlex
import shutil
from pathlib import Path

import pytest

from app.cli import command_line

HERE = Path(__file__).parent
PAGE = (HERE.parents[1] / "docs" / "how-to" / "own-plan.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```(sh|python)\n(.*?)```", PAGE, flags=re.DOTALL)
COMMANDS = [line for kind, text in BLOCKS if kind == "sh" for line in text.splitlines()]
SMALL = {
    "run": ["--scale", "0.02"],
    "batch": ["--scale", "0.02", "--runs", "1", "--workers", "1"],
    "attribute": ["--scale", "0.02", "--runs", "1", "--workers", "1"],
    "goals": ["--scale", "0.02", "--runs", "1", "--workers", "1"],
    "effects": ["--scale", "0.02", "--runs", "1", "--workers", "1"],
}
"""Options that make the commands small."""


def _end_with_2022(folder):
    """Give the plan targets for 2022, and its levers paths to it."""
    head, levers = folder / "plan.toml", folder / "levers.toml"
    head.write_text(head.read_text("utf-8").replace("target_year = 2030", "target_year = 2022"), "utf-8")
    shorter = re.sub(r"path_plan = \[(\S+, \S+, [\d.]+).*\]", r"path_plan = [\1]", levers.read_text("utf-8"))
    levers.write_text(shorter, "utf-8")


def test_the_page_shows_the_files_of_the_plan():
    files = dict(re.findall(r"\*\*`(\w+\.toml)`\*\*\n\n```toml\n(.*?)```", PAGE, flags=re.DOTALL))
    assert files == {path.name: path.read_text(encoding="utf-8") for path in (HERE / "centre_2030").iterdir()}


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_every_command_and_the_python_on_the_page_work(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    shutil.copytree(HERE / "centre_2030", "centre_2030")
    shown = {}
    for line in COMMANDS:
        if len(shown) == 1:  # one run goes to 2030; years take time, and the others end with 2022
            _end_with_2022(Path("centre_2030"))
        name, *words = shlex.split(line)[1:]
        assert command_line([name, *words, *SMALL.get(name, [])]) == 0, capsys.readouterr().err
        shown[name] = capsys.readouterr().out
    assert set(shown) == {*SMALL, "compare", "report"}
    assert "2030" in shown["run"] and "plan centre_2030" in " ".join(shown["run"].split())
    assert "technology" in shown["attribute"] and "in 2022" in shown["attribute"]
    assert "A market open to the world" in shown["goals"]
    assert all(
        "Plan of the user's own: centre_2030" in " ".join(shown[name].split())
        for name in shown
        if name not in ("batch", "report")
    )
    shutil.copytree(HERE / "centre_2030", "centre_2030", dirs_exist_ok=True)
    names = {}
    for kind, text in BLOCKS:
        if kind == "python":
            small = text.replace('run("plan", ', 'run("plan", scale=0.02, ').replace("runs=40", "runs=1, scale=0.02")
            small = small.replace('"committed"], ', '"committed"], workers=1, ')
            exec(compile(small, "own-plan.md", "exec"), names)
    assert list(names["result"].targets()["target_2030"]) == [3400.0, 0.08, 80.0, 0.6]
    assert names["result"].target_year == 2030
