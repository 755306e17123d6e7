"""The page on tested examples: every block and command has a row, every test that it names is there and fits."""

import ast
import re

import pytest

from tests.setup.documented import BLOCKS, COMMANDS, PAGE, ROOT, WRITTEN, blocks, page_of
from tests.setup.test_documented_commands import LINES, known_names

TEST = re.compile(r"tests/[\w/]+\.py")
NAMED = sorted({path for text in (*BLOCKS.values(), *COMMANDS.values()) for path in TEST.findall(text)})


def words_of(path):
    """Every text in a file of tests."""
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    return [node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)]


def test_every_block_has_a_row_and_every_row_a_block():
    assert blocks() == set(BLOCKS)


def test_the_page_is_up_to_date():
    assert PAGE.read_text(encoding="utf-8") == page_of(LINES, known_names()), "python -m tests.setup.documented"


def test_lines_for_stata_which_cannot_be_had_freely_alone_are_not_run():
    assert {kind for (_, kind), test in BLOCKS.items() if "not run" in test} == {"stata"}


@pytest.mark.parametrize("path", [*NAMED, *WRITTEN.values()])
def test_a_test_that_the_page_names_is_there(path):
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    assert [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")]


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_the_test_of_a_command_names_it(name):
    assert name in known_names()
    assert any(
        re.search(rf"\b{word}\b", text)
        for word in name.split()[-1:]
        for text in words_of(TEST.findall(COMMANDS[name])[0])
    )


@pytest.mark.parametrize(("page", "kind"), [key for key, test in BLOCKS.items() if key[1] == "python"])
def test_the_test_of_a_page_with_python_reads_the_page(page, kind):
    name = page.rpartition("/")[2].removesuffix(".md")
    assert any(name in text for text in words_of(BLOCKS[page, kind]))
