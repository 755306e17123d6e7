"""The first hour as a reader has it: each command and each line of Python on the page, in its order."""

import re
import shlex
from pathlib import Path

import pytest

from app.cli import EXAMPLES, command_line
from app.commands.batch import batch

PAGE = (Path(__file__).parent.parent.parent / "docs" / "tutorial.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```(sh|python)\n(.*?)```", PAGE, flags=re.DOTALL)
COMMANDS = [line for kind, text in BLOCKS if kind == "sh" for line in text.splitlines()]


def test_the_page_names_only_commands_that_there_are():
    names = {function.__name__ for function in EXAMPLES}
    assert batch.__name__ in names
    assert {line.split()[1] for line in COMMANDS} <= names
    assert all(line.startswith("lujiazui ") for line in COMMANDS) and len(COMMANDS) > 9


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_every_command_and_every_line_of_python_on_the_page_works(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.stdin", None)
    names = {}
    for kind, text in BLOCKS:
        if kind == "python":
            exec(compile(text, "tutorial.md", "exec"), names)
            capsys.readouterr()
            continue
        for line in text.splitlines():
            words = shlex.split(line)[1:]
            target = words[words.index(">") + 1] if ">" in words else None
            words = words[: words.index(">")] if ">" in words else words
            code = command_line(words)
            out, err = capsys.readouterr()
            assert code == 0, f"{line}: {err}"
            if target is not None:
                Path(target).write_text(out, encoding="utf-8")
    assert Path("brief.html").stat().st_size > 10_000
    assert sorted(path.name for path in Path("tables").iterdir()) == [
        "about.json",
        "dictionary.csv",
        "indicators.csv",
        "levers.csv",
        "runs.csv",
    ]
    table = names["table"]
    assert len(table) > 3 and table.attrs["explains"]
    assert names["ensemble"].runs == tuple(range(8))
