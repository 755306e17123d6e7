"""Text from users as it may be shown: letters that a terminal or a reader's eye would obey are spelt out.

An escape can wipe the screen or rename the window, a mark of direction lets a line read in another order than it is
stored, and a letter without width hides in a name. Chinese, accents and wide spaces are letters like any other.
"""

from __future__ import annotations

from collections.abc import Callable
from unicodedata import category


def in_python(letter: str) -> str:
    r"""A letter as Python and YAML write it between quotes, such as \x1b or \u202e."""
    return repr(letter)[1:-1]


def in_json(letter: str) -> str:
    r"""A letter as JSON writes it between quotes, such as \u001b."""
    import json

    return json.dumps(letter)[1:-1]


def spelt_out(text: str, *, keep: str = "", how: Callable[[str], str] = in_python) -> str:
    r"""Return text in which every letter shows and none acts.

    Control characters (C0, DEL, C1), marks of direction, letters without width, unpaired surrogates and what no
    alphabet has are written by their code.

    Parameters
    ----------
    text
        Any text; codes in it stay as they are.
    keep
        Letters that stay as they are, such as line ends; without any, the result is one line.
    how
        How a letter is written: `in_python` or `in_json`.
    """
    if text.isprintable():
        return text
    if "\n" in keep and "\n" in text:  # long texts have few odd lines
        return "\n".join(spelt_out(line, keep=keep, how=how) for line in text.split("\n"))
    return "".join(
        letter if letter.isprintable() or letter in keep or category(letter) == "Zs" else how(letter) for letter in text
    )
