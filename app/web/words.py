"""Texts of the app, in English and Chinese."""

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

from app.briefing.money import in_english

LANGUAGES = ("en", "zh")


@cache
def catalogue() -> dict[str, tuple[str, str]]:
    """Every entry by its key, such as "desk.undo": English, Chinese."""
    with (Path(__file__).parent / "words.toml").open("rb") as file:
        groups = tomllib.load(file)
    return {f"{group}.{key}": (text[0], text[1]) for group, texts in groups.items() for key, text in texts.items()}


@cache
def data_in_chinese() -> dict[str, str]:
    """Texts of the data in Chinese by their key, such as "measure.M01"; English pages show the data's own.

    Texts without an id of their own, units and sources, are their own key.
    """
    found: dict[str, str] = {}
    for name in ("plan_zh.toml", "numbers_zh.toml"):
        with (Path(__file__).parent / name).open("rb") as file:
            groups = tomllib.load(file)
        found |= {f"{group}.{key}": text for group, texts in groups.items() for key, text in texts.items()}
    return found


class Words:
    """The entries in one language: `words("desk.undo")`, `words("desk.share", met=3, runs=24)`."""

    def __init__(self, language: str) -> None:
        self.language = language if language in LANGUAGES else LANGUAGES[0]
        self._place = LANGUAGES.index(self.language)

    def __call__(self, key: str, **values: Any) -> str:
        """An entry with its values filled in; a missing one raises KeyError."""
        text = catalogue()[key][self._place]
        return text.format(**values) if values else text

    def known(self, key: str, otherwise: str) -> str:
        """An entry, or other text where there is none, such as the name of a user's own scenario."""
        return catalogue()[key][self._place] if key in catalogue() else otherwise

    def of_data(self, key: str, text: str) -> str:
        """A text of the data: in Chinese where there is a translation, in English with money as the app writes it.

        Sources keep the words of their publications.
        """
        if self.language == "zh":
            return data_in_chinese().get(key, text)
        return text if key.startswith("source.") else in_english(text)
