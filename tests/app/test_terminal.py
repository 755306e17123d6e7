"""Whatever is in a title, a name or a path: the terminal shows it and never obeys it."""

import io
import json
import re
import sys
from contextlib import contextmanager
from pathlib import Path
from unicodedata import category

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.cli import command_line
from app.terminal.output import print_json
from app.terminal.progress import RunsBar
from app.terminal.report import Table
from app.terminal.streams import console, say, spelling_streams
from app.terminal.tables import show
from scenarios import InputError, Scenario, load
from scenarios.errors import Problem
from scenarios.printable import in_json, spelt_out

NASTY = (
    "\x1b[2J\x1b]0;renamed\x07 \x9b31m \x7f \x85 \u202emoc\u202c \u2066x\u2069 "
    "\u200b\u200d\ufeff\u2028 \u00ad \U000e0041 \r\b"
)
"""Escapes of two kinds, C1, DEL, marks of direction, letters without width, ends of lines, a tag, a lone return."""
LETTERS = st.characters(codec="utf-8", exclude_characters="\n")
TEXT = st.text(LETTERS, min_size=1, max_size=30) | st.text(st.sampled_from(NASTY + "上海 é"), min_size=1, max_size=30)


def acts(text, allowed="\n\t"):
    """Letters of a text that a terminal would obey or hide; colours and lines that are asked for aside."""
    return [each for each in text if each not in allowed and category(each) in ("Cc", "Cf", "Cs", "Zl", "Zp")]


def test_the_nasty_text_is_nasty_and_chinese_is_not():
    assert len(acts(NASTY)) > 15
    assert spelt_out("上海\u3000金融 é\u00a0ß") == "上海\u3000金融 é\u00a0ß"
    assert spelt_out(NASTY).startswith(r"\x1b[2J\x1b]0;renamed\x07 \x9b31m \x7f \x85 \u202emoc\u202c")


@given(TEXT)
@settings(max_examples=300, deadline=None)
def test_what_is_spelt_out_shows_every_letter_and_stays_as_it_is(text):
    told = spelt_out(text)
    assert not acts(told, "")
    assert spelt_out(told) == told
    assert json.loads('"' + spelt_out(json.dumps(text, ensure_ascii=False)[1:-1], how=in_json) + '"') == text


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("nasty")


def written(folder, data):
    """A scenario file as another program may write it, with nothing but letters of ASCII."""
    path = folder / "mine.yaml"
    path.write_text(json.dumps(data, ensure_ascii=True))
    return path


@given(TEXT, TEXT)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_command_lets_a_text_of_a_scenario_file_act(capsys, folder, title, unit):
    costs = {"unit": unit, "a_year": {"reits_pilot": 1.0}}
    data = {"policy": "plan", "name": title, "title": title, "author": unit, "description": title, "budget": costs}
    path = written(folder, data)
    scenario = load(path)
    assert (scenario.name, scenario.author) == (title, unit)
    for arguments in (["check", path], ["check", path, "--json"], ["scenarios", path, "--quiet"]):
        assert command_line([str(each) for each in arguments]) == 0
        said = capsys.readouterr()
        assert not acts(said.out + said.err)
    command_line(["scenarios", str(path), "--json"])
    said = capsys.readouterr().out
    assert not acts(said) and json.loads(said)["title"] == title
    command_line(["scenarios", str(path)])
    said = capsys.readouterr().out
    assert not acts(said)
    (folder / "again.yaml").write_text(said, encoding="utf-8")
    assert {**load(folder / "again.yaml").plain(), "name": title} == scenario.plain()


@given(st.dictionaries(st.sampled_from(["policy", "macro", "end", "scale", "titel", "shocks", "levers"]), TEXT))
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_refusal_lets_a_value_or_key_act(capsys, folder, data):
    path = written(folder, {**data, "\x1b[5m": "\u202e"})
    assert command_line(["check", str(path)]) == 2
    said = capsys.readouterr()
    assert not said.out and not acts(said.err) and all(line.startswith("error: ") for line in said.err.splitlines())


@pytest.mark.parametrize(
    "arguments",
    [
        ("check", NASTY),
        ("run", NASTY),
        ("run", "plan", "--set", NASTY),
        ("run", "plan", "--shock", f"{NASTY}=1"),
        ("run", "plan", "--seed", NASTY),
        ("levers", NASTY),
        (NASTY,),
        ("run", f"--{NASTY}"),
        ("compare", NASTY),
        ("batch", "plan", "--macro", NASTY),
    ],
)
def test_no_argument_acts_when_it_is_refused(capsys, arguments):
    assert command_line(arguments) == 2
    said = capsys.readouterr()
    assert not acts(said.out + said.err) and r"\x1b" in said.err


def test_a_run_tells_of_a_nasty_scenario_without_obeying_it(call, folder):
    path = written(folder, {"policy": "plan", "name": NASTY, "title": NASTY})
    for options in ((), ("--json",), ("--quiet",)):
        answer = call("run", path.as_posix(), *options)
        assert answer.code == 0 and not acts(answer.out + answer.err)


class Screen(io.StringIO):
    """A terminal that keeps what it is sent."""

    def isatty(self):
        return True


@pytest.fixture
def screen(monkeypatch):
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("COLUMNS", "120")

    @contextmanager
    def shown():
        out, err = Screen(), Screen()
        with monkeypatch.context() as patch:
            patch.setattr(sys, "stdout", out)
            patch.setattr(sys, "stderr", err)
            yield out, err

    return shown


COLOUR = re.compile(r"\x1b\[[0-9;]*m")


def test_a_table_on_a_terminal_has_its_colours_and_spells_out_what_its_cells_would_do(screen):
    with screen() as (out, _), spelling_streams():
        show(Table(NASTY, ("name", "value"), [(NASTY, "1"), ("上海", NASTY)]))
    told = out.getvalue()
    assert COLOUR.search(told)
    plain = COLOUR.sub("", told)
    assert not acts(plain)
    assert max(len(line) for line in plain.splitlines()) <= 120


def test_styled_text_on_a_terminal_is_spelt_out_too(screen):
    from rich.text import Text

    with screen() as (out, _):
        console().print(Text(NASTY, style="bold"))
    assert not acts(COLOUR.sub("", out.getvalue())) and COLOUR.search(out.getvalue())


def test_a_progress_bar_moves_the_cursor_and_the_lines_above_it_do_not(screen):
    with screen() as (_, err), spelling_streams(), RunsBar(hidden=False) as bar:
        bar.show(1, 3)
        bar.say(f"failed: {NASTY}")
        print(NASTY, file=sys.stderr)
        bar.show(2, 3)
    told = err.getvalue()
    assert "\x1b[" in told  # the bar's own
    for letter in set(NASTY) - set("\x1b\r\n ") - {each for each in NASTY if each.isprintable()}:
        assert letter not in told
    assert "\x1b[2J" not in told and "\x1b]0" not in told


def test_help_keeps_its_looks_on_a_terminal(screen):
    with screen() as (out, _):
        assert command_line(["run", "--help"]) == 0
    assert "Usage" in out.getvalue() and r"\x1b" not in out.getvalue()


def test_print_and_say_are_spelt_out_and_streams_are_put_back(screen):
    with screen() as (out, err):
        with spelling_streams():
            print(NASTY, "next\tcell\nline")
            say(f"{NASTY}\nsecond")
            print_json({"title": NASTY})
        assert (sys.stdout, sys.stderr) == (out, err)
    assert not acts(out.getvalue() + err.getvalue())
    assert "next\tcell\nline" in out.getvalue()
    assert err.getvalue().count("\n") == 1


def test_a_problem_is_one_line_that_shows_everything():
    problem = Problem(f"unknown {NASTY}", where="a\nb.yaml:3", key=NASTY, value=NASTY, allowed=NASTY, nearest=NASTY)
    assert not acts(str(problem), "") and str(InputError([problem, problem])).count("\n") == 1


def test_a_scenario_written_as_yaml_is_read_by_any_reader_as_what_it_was():
    scenario = Scenario(name="x", title=NASTY, description=f"two\nlines {NASTY}")
    text = scenario.to_yaml()
    assert not acts(text)
    assert yaml.safe_load(text)["title"] == NASTY and yaml.safe_load(text)["description"] == scenario.description
    assert "\ntitle: plain words\n" in Scenario(name="x", title="plain words").to_yaml()


def test_every_console_is_made_in_one_place():
    files = {path.name: path.read_text(encoding="utf-8") for path in (Path(__file__).parents[2] / "app").rglob("*.py")}
    assert [name for name, text in files.items() if re.search(r"\bimport .*\bConsole\b", text)] == ["streams.py"]
    odd = re.compile(r"typer\.echo|__stdout__|__stderr__|std(out|err)\.(write|buffer)")
    assert [name for name, text in files.items() if odd.search(text)] == []
