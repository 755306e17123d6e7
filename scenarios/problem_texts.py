"""Texts of problems by their codes, in English and Chinese.

A text is the English sentence and remembers its code and what is named in it, so that it can be written in another
language. All texts stand in `texts/problems.toml`; the places named in them are named, as in "unknown lever {name}".
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any


@cache
def catalogue() -> dict[str, dict[str, str]]:
    """Return the text of every code by language: `en`, with the formats of what is named, and `zh`."""
    import tomllib
    from importlib import resources

    found: dict[str, dict[str, str]] = tomllib.loads(
        resources.files("scenarios").joinpath("texts", "problems.toml").read_text(encoding="utf-8")
    )
    return found


@cache
def _parts(code: str) -> tuple[tuple[str, str | None, str], ...]:
    """The English text of a code: pieces of text, each with the name after it and that name's format."""
    import string

    formatted = string.Formatter().parse(catalogue()[code]["en"])
    return tuple(
        (text, name, (f"!{how}" if how else "") + (f":{form}" if form else "")) for text, name, form, how in formatted
    )


class CodedText(str):
    """A text with a code: the English sentence, and what it takes to write the sentence in another language.

    Attributes
    ----------
    code
        Code of the text, such as "lever.unknown".
    named
        What is named in it, as it is written there.
    """

    __slots__ = ("code", "named")

    code: str
    named: Mapping[str, str]

    def __new__(cls, code: str, named: Mapping[str, str]) -> CodedText:  # noqa: D102
        english = "".join(text + ("" if name is None else named[name]) for text, name, _ in _parts(code))
        made = super().__new__(cls, english)
        made.code, made.named = code, named
        return made

    def __reduce__(self) -> tuple[type[CodedText], tuple[str, Mapping[str, str]]]:
        return CodedText, (self.code, self.named)

    def in_language(self, language: str) -> str:
        """Return the text in a language, `en` or `zh`, and so what is named in it where that is such a text too."""
        if language == "en":
            return str(self)
        named = {name: in_language(value, language) for name, value in self.named.items()}
        return catalogue()[self.code][language].format(**named)


def coded(code: str, **named: Any) -> CodedText:
    """Return the text of a code.

    Parameters
    ----------
    code
        A code of `texts/problems.toml`.
    named
        What is named in the text. Where it is itself such a text it stays one.
    """
    written = {}
    for _, name, form in _parts(code):
        if name is not None:
            value = named[name]
            written[name] = value if isinstance(value, CodedText) else f"{{{form}}}".format(value)
    return CodedText(code, written)


def said(error: Exception) -> str:
    """Return what an error says, as the text with a code that it was raised with if that is what it was."""
    return error.args[0] if error.args and isinstance(error.args[0], CodedText) else str(error)


def in_language(text: str, language: str) -> str:
    """Return a text in a language; one without a code stays as it is."""
    return text.in_language(language) if isinstance(text, CodedText) else text
