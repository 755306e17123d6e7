"""A real shell completes commands, options and names; the page on it shows what it does."""

import os
import re
import resource
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from app.cli import EXAMPLES
from app.terminal.completion import indicator_names, lever_names, measure_names, scenario_names, shock_names
from scenarios import loader, plan, shocks

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "how-to" / "command-line.md").read_text(encoding="utf-8")
ROWS = re.findall(r"^\| `([^`]+)` \| [^`|]*`?([\w=]+)`?[^|]*\|$", PAGE, re.MULTILINE)
MOST_SECONDS = 0.5


@pytest.fixture
def shell(tmp_path):
    """Run lines in bash, with `lujiazui` on its path and a home of its own."""
    bash = shutil.which("bash")
    if bash is None:
        pytest.fail("this needs bash")
    command = tmp_path / "bin" / "lujiazui"
    command.parent.mkdir()
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -P -m app "$@"\n', encoding="utf-8")
    command.chmod(0o755)
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("_")},
        "HOME": str(tmp_path),
        "PATH": f"{command.parent}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT),
    }

    def run(lines, *options):
        done = subprocess.run(
            [bash, *options, "-c", lines], env=environment, cwd=tmp_path, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    return run


def typed(line):
    """Lines of bash that complete the last word of a line, as its tab key does, and print what it offers."""
    words = ["lujiazui", *line.split(" ")]
    quoted = " ".join(f"'{word}'" for word in words)
    return (
        f'eval "$(lujiazui --show-completion)"; COMP_WORDS=({quoted}); COMP_CWORD={len(words) - 1}; '
        'COMPREPLY=(); _lujiazui_completion lujiazui; printf "%s\\n" "${COMPREPLY[@]}"'
    )


def test_the_page_has_a_row_for_each_kind_of_name():
    assert len(ROWS) == 7


@pytest.mark.parametrize(("line", "completed"), ROWS, ids=[line for line, _ in ROWS])
def test_bash_completes_what_the_page_says(shell, line, completed):
    offered = shell(typed(line)).split()
    if completed == "M1":
        assert len(offered) > 5 and all(each.startswith("M1") for each in offered)
    else:
        assert offered == [completed]


@pytest.mark.parametrize("other", ["zsh", "fish"])
@pytest.mark.parametrize(("line", "completed"), ROWS, ids=[line for line, _ in ROWS])
def test_other_shells_get_the_same_words(shell, other, line, completed):
    """What the script of a shell calls, without the shell: it may not be on the machine."""
    asked = f'_LUJIAZUI_COMPLETE=complete_{other} _TYPER_COMPLETE_ARGS="lujiazui {line}"'
    offered = shell(f"{asked} _TYPER_COMPLETE_FISH_ACTION=get-args lujiazui")
    words = (
        re.findall(r'(?<=[ (])"([^":]+)[":]', offered.replace("\n", " "))
        if other == "zsh"
        else [word.split("\t")[0] for word in offered.splitlines()]
    )
    if completed == "M1":
        assert len(words) > 5 and all(each.startswith("M1") for each in words)
    else:
        assert completed in words and all(each.startswith(line.split(" ")[-1]) for each in words)


def test_bash_is_left_to_complete_files_where_no_scenario_begins_so(shell):
    assert shell(typed("run mine")).split() == []
    # With one command alone bash would become that command, and no shell be left to find.
    assert "complete -o default" in shell("lujiazui --show-completion; true")


def test_commands_under_a_command_are_completed_for_help(shell):
    assert shell(typed("help validate bac")).split() == ["backtest"]
    assert shell(typed("run --sh")).split() == ["--shock"]


def test_the_installed_completion_is_there_in_the_next_shell(shell, tmp_path):
    shell("lujiazui --install-completion; true")
    assert (tmp_path / ".bashrc").exists()
    assert shell("complete -p lujiazui", "-i").strip() == "complete -o default -F _lujiazui_completion lujiazui"


def test_names_are_those_of_the_package():
    assert scenario_names("") == sorted(loader.names())
    assert lever_names("") == [each.id for each in plan.levers()]
    assert shock_names("") == list(shocks.shock_kinds())
    assert measure_names("") == [each.id for each in plan.measures()]
    assert indicator_names("") == [each.id for each in (*plan.indicators(), *plan.secondary_indicators())]


def test_completion_loads_no_model_and_is_quick():
    environment = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "_LUJIAZUI_COMPLETE": "complete_bash",
        "COMP_WORDS": "lujiazui run plan --set reits",
        "COMP_CWORD": "4",
    }
    code = (
        "import atexit, sys; from app.entry import main; "
        "atexit.register(lambda: print(sorted({'mesa', 'numpy', 'pandas', 'scipy', 'sim'} & set(sys.modules)))); main()"
    )
    seconds = []
    for _ in range(5):  # a busy machine delays some, not all
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        done = subprocess.run(
            [sys.executable, "-P", "-c", code], env=environment, capture_output=True, text=True, check=True
        )
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        seconds.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
        assert done.stdout.splitlines() == ["reits_pilot=", "[]"]
    assert min(seconds) < MOST_SECONDS


class TestHelp:
    @pytest.mark.parametrize("words", ["", "run", "validate", "validate backtest"])
    def test_help_is_what_the_option_shows(self, call, words):
        answer = call("help", *words.split())
        assert answer.code == 0 and answer.out == call(*words.split(), "--help").out

    def test_an_unknown_command_is_refused(self, call):
        answer = call("help", "rum")
        assert answer.refused() and "rum" in answer.err

    @pytest.mark.parametrize("function", EXAMPLES, ids=lambda function: function.__name__)
    def test_help_of_a_command_names_a_page_that_names_the_command(self, call, function):
        (page,) = re.findall(r"Page: (docs/\S+\.md)", call(function.__name__, "--help").out)
        text = (ROOT / page).read_text(encoding="utf-8")
        assert re.search(rf"lujiazui {function.__name__}\b|`{function.__name__}`", text)

    def test_help_names_the_documents(self, call):
        said = " ".join(call("--help").out.split())
        for named in ("docs/tutorial.md", "docs/commands.md", "man lujiazui"):
            assert named in said
