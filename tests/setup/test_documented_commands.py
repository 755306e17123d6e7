"""Every command line in README and docs names a command that there is, with options that it takes."""

import re
import shlex
from pathlib import Path

import pytest
import typer

from app.cli import commands

ROOT = Path(__file__).parents[2]
WRITTEN = [ROOT / "docs" / name for name in ("commands.md", "tested-commands.md")]
"""Written from the commands and from the other pages; tests of their own compare them."""
PAGES = [ROOT / "README.md", *sorted(page for page in (ROOT / "docs").rglob("*.md") if page not in WRITTEN)]
KNOWN = typer.main.get_command(commands)
SHOWN = re.compile(r"^(?:\$ )?(?:sh start|lujiazui) ([^|>#\n]*)|`lujiazui ([^`\n]+)`", re.MULTILINE)
NO_COMMANDS = {"dev", "test"}
"""Words of `start` that are no commands of `lujiazui`."""
DECISIONS = ROOT / "docs" / "decisions"
"""Decisions are of their time: a command that they name may have another name today."""


def shown():
    """Command lines with their page: those of blocks and those within sentences."""
    for page in PAGES:
        if DECISIONS in page.parents:
            continue
        for block, inline in SHOWN.findall(page.read_text(encoding="utf-8")):
            line = re.split(r"\s{2,}|;", block or inline)[0].strip()
            if line and line.split()[0] not in NO_COMMANDS:
                yield page.relative_to(ROOT).as_posix(), line


LINES = list(dict.fromkeys(shown()))


def known_names(command=KNOWN, before=""):
    """Names of all commands, those under another one with its name before."""
    found = [f"{before}{name}" for name in getattr(command, "commands", ())]
    return found + [each for name in found for each in known_names(command.commands[name[len(before) :]], f"{name} ")]


def options_of(words):
    """Options of the command that some words name, and how many words name it."""
    command, named = KNOWN, 0
    for word in words:
        if word not in getattr(command, "commands", ()):
            break
        command, named = command.commands[word], named + 1
    return named, {opt for each in command.params for opt in (*each.opts, *each.secondary_opts)}


def test_the_pages_show_commands():
    assert len(LINES) > 100


@pytest.mark.parametrize(("page", "line"), LINES, ids=lambda text: text[:60])
def test_a_command_on_a_page_is_one_that_there_is(page, line):
    words = shlex.split(line, comments=True)
    named, options = options_of(words)
    typed = {word.split("=")[0] for word in words if re.match(r"--?[a-z]", word)} - {"--help", "--version"}
    assert named or not words or words[0].startswith("-") or words[0] in ("COMMAND", "..."), f"{page}: {line}"
    assert typed <= options | {"--help"}, f"{page}: {line}: no option {typed - options}"
