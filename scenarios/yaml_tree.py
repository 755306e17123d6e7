"""YAML as plain data with line numbers.

A file is read as a tree of nodes, never as objects: a month such as 2021-07 stays text, 1e-3 is a number, duplicate
keys, anchors and tags are refused, and size and depth are bounded.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, cast

import yaml

from scenarios.errors import InputError, Problem
from scenarios.printable import spelt_out
from scenarios.problem_texts import coded
from scenarios.user_files import DEEPEST, LARGEST_BYTES, read_text

type Key = tuple[str, ...]

_INTEGER = re.compile(r"[-+]?[0-9]+")
_NUMBER = re.compile(r"[-+]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][-+]?[0-9]+)?")
_LONGEST_INTEGER = 300
_SURROGATES = re.compile("[\ud800-\udbff][\udc00-\udfff]")
_NOT_FINITE = re.compile(r"[-+]?\.?(nan|inf|infinity)", re.IGNORECASE)
_SENTENCES = {
    "mapping values are not allowed here": "yaml.mapping_values",
    "found unexpected end of stream": "yaml.end_of_stream",
    "could not find expected ':'": "yaml.no_colon",
    "expected <block end>, but found ": "yaml.no_block_end",
    "expected the node content, but found ": "yaml.no_content",
    "found character ": "yaml.odd_character",
}
"""Codes of the usual sentences of the parser, by how these begin."""
_WORDS: dict[str, bool | None] = {"true": True, "false": False, "null": None, "~": None, "": None}


class Tree:
    """Plain data read from a file, with the line of every key.

    Attributes
    ----------
    data
        Dictionaries, lists, text, numbers, true, false and None.
    name
        The file's name, for messages.
    problems
        Duplicate keys and keys that are not text; the data hold the first of duplicates.
    """

    def __init__(self, data: Any, name: str, lines: dict[Key, int], problems: list[Problem]) -> None:
        self.data = data
        self.name = name
        self.problems = problems
        self._lines = lines

    def where(self, key: str) -> str:
        """Return the file and line of a dotted key, or of the closest one above it."""
        parts: Key = tuple(key.split(".")) if key else ()
        while parts and parts not in self._lines:
            parts = parts[:-1]
        return f"{self.name}:{self._lines[parts]}" if parts in self._lines else self.name


def read_yaml(path: Path) -> Tree:
    """Read a file as plain data.

    Raises
    ------
    InputError
        If it cannot be opened, is not text, is not YAML or is refused here, naming file and line.
    """
    name = str(path)
    return parse_yaml(read_text(path), name)


def parse_yaml(text: str, name: str) -> Tree:
    """Read text as plain data; `name` stands for the file in messages.

    Raises
    ------
    InputError
        As `read_yaml`.
    """
    if len(text) > LARGEST_BYTES:
        raise InputError(
            coded("file.too_large", what=coded("what.file")),
            where=name,
            allowed=coded("allowed.bytes", most=f"{LARGEST_BYTES:,}"),
        )
    try:
        _refuse_odd_tokens(text, name)
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        where = name if mark is None else f"{name}:{mark.line + 1}"
        raise InputError(
            coded("yaml.invalid", reason=_reason(error.problem or error.context or "")), where=where
        ) from None
    except yaml.YAMLError as error:
        raise InputError(coded("yaml.invalid", reason=str(error).splitlines()[0]), where=name) from None
    builder = _Builder(name)
    data = builder.build(node, ()) if node is not None else None
    return Tree(data, name, builder.lines, builder.problems)


def write_yaml(data: dict[str, Any]) -> str:
    """Write plain data as YAML that `read_yaml` reads back unchanged."""
    text = yaml.dump(data, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=100, default_flow_style=False)
    return spelt_out(text, keep="\n")  # all such letters stand between double quotes, where their codes are read


def _reason(said: str) -> str:
    """What the parser says, with a code where it is one of its usual sentences."""
    for beginning, code in _SENTENCES.items():
        if said.startswith(beginning):
            return coded(code, found=said.removeprefix(beginning).removesuffix(" that cannot start any token"))
    return said


def _refuse_odd_tokens(text: str, name: str) -> None:
    """Refuse deep nesting, anchors, aliases and tags before anything recursive touches the text."""
    depth = documents = 0
    for event in yaml.parse(text, Loader=yaml.SafeLoader):
        where = name if event.start_mark is None else f"{name}:{event.start_mark.line + 1}"
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        elif isinstance(event, yaml.DocumentStartEvent):
            documents += 1
        if depth > DEEPEST:
            raise InputError(
                coded("file.too_deep"), where=where, allowed=coded("allowed.levels_of_nesting", most=DEEPEST)
            )
        if documents > 1:
            raise InputError(coded("yaml.second_document"), where=where, allowed=coded("allowed.one_document"))
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None) is not None:
            raise InputError(coded("yaml.anchors"), where=where)
        tag = getattr(event, "tag", None)
        if tag is not None:
            raise InputError(coded("yaml.tag", tag=tag), where=where)


class _Builder:
    def __init__(self, name: str) -> None:
        self.name = name
        self.lines: dict[Key, int] = {}
        self.problems: list[Problem] = []

    def build(self, node: yaml.Node, key: Key) -> Any:
        self.lines.setdefault(key, node.start_mark.line + 1)
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, key)
        if isinstance(node, yaml.SequenceNode):
            return [self.build(item, (*key, str(place))) for place, item in enumerate(node.value)]
        return self._scalar(cast("yaml.ScalarNode", node))

    def _mapping(self, node: yaml.MappingNode, key: Key) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for name_node, value_node in node.value:
            line = name_node.start_mark.line + 1
            if not isinstance(name_node, yaml.ScalarNode):
                self._wrong(coded("yaml.key_not_text"), line, key)
                continue
            name = name_node.value
            here = (*key, name)
            if name in found:
                self._wrong(coded("yaml.key_twice", key=name, line=self.lines[here]), line, here)
                continue
            self.lines[here] = line
            found[name] = self.build(value_node, here)
        return found

    def _scalar(self, node: yaml.ScalarNode) -> Any:
        text = node.value
        if node.style is not None:  # quoted or block text is text
            return _SURROGATES.sub(_whole_letter, text)
        if text.lower() in _WORDS:
            return _WORDS[text.lower()]
        if _INTEGER.fullmatch(text) and len(text) <= _LONGEST_INTEGER:
            return int(text)
        if _NUMBER.fullmatch(text):
            return float(text)
        if _NOT_FINITE.fullmatch(text):
            return float(text.replace(".", ""))
        return text

    def _wrong(self, message: str, line: int, key: Key) -> None:
        self.problems.append(Problem(message, where=f"{self.name}:{line}", key=".".join(key)))


def _whole_letter(halves: re.Match[str]) -> str:
    r"""The letter that JSON writes as two codes, such as \ud83d\ude00, which are one letter in YAML too."""
    return halves[0].encode("utf-16", "surrogatepass").decode("utf-16")


class _Dumper(yaml.SafeDumper):
    """Writes without anchors and quotes whatever would not be read back as the same text."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002 - named so by PyYAML
        return True


def _quoted_when_needed(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    word_or_number = text.lower() in _WORDS or _NOT_FINITE.fullmatch(text) or _NUMBER.fullmatch(text)
    odd = word_or_number or spelt_out(text, keep="\n") != text
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style='"' if odd else None)


def _shortest(dumper: yaml.SafeDumper, number: float) -> yaml.ScalarNode:
    text = repr(number)
    return dumper.represent_scalar("tag:yaml.org,2002:float", text if "." in text else text.replace("e", ".0e"))


_Dumper.add_representer(str, _quoted_when_needed)
_Dumper.add_representer(float, _shortest)
