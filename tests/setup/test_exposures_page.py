"""The page own-exposures: its files, its commands, its table and its Python."""

import re
import shlex
from pathlib import Path

import pytest

from app.cli import command_line

PAGE = (Path(__file__).parents[2] / "docs" / "how-to" / "own-exposures.md").read_text(encoding="utf-8")
FILES = dict(re.findall(r"\*\*`(\w+\.csv)`\*\*\n\n```text\n(.*?)```", PAGE, re.DOTALL))
(COMMANDS,) = re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL)
(PYTHON,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
LINES = re.findall(r"^\| [a-z]+ \| \d.*$", PAGE, re.MULTILINE)
ROWS = [[cell.strip() for cell in line.strip("|").split("|")] for line in LINES]
NAMES = [row[0] for row in ROWS]


@pytest.fixture(autouse=True)
def _with_the_files(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name, text in FILES.items():
        Path(name).write_text(text, encoding="utf-8")


def test_the_commands_give_the_table_of_the_page(capsys):
    shown = []
    for line in COMMANDS.splitlines():
        assert command_line(shlex.split(line)[1:]) == 0
        shown.append(capsys.readouterr().out)
    first, second = (
        [
            re.split(r"\s{2,}", line.strip())[:5]
            for line in text.splitlines()
            if line.split()[:1] and line.split()[0] in NAMES
        ]
        for text in shown
    )
    assert first == ROWS
    assert {row[3] for row in second} == {"0"}  # nobody else fails where most is recovered


def test_the_python_of_the_page():
    names = {}
    exec(compile(PYTHON, "own-exposures.md", "exec"), names)
    assert names["everyone"].index > 0.0
    assert names["chain"].failed.sum() == 3
