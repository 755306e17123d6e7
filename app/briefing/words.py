"""Texts of the report, in English and Chinese."""

import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import resources
from typing import Any

LANGUAGES = ("en", "zh")


@cache
def catalogue() -> dict[str, tuple[str, str]]:
    """Every entry by its key, such as "page.verdict": English, Chinese."""
    text = resources.files("app.briefing").joinpath("words.toml").read_text(encoding="utf-8")
    groups = tomllib.loads(text)
    return {f"{group}.{key}": (each[0], each[1]) for group, entries in groups.items() for key, each in entries.items()}


class Wording:
    """The entries in one language: `wording("page.verdict")`, `wording("page.simulated", year=2025)`."""

    def __init__(self, language: str, names: Mapping[str, str] | None = None) -> None:
        self.language = language
        self._names = names or {}
        """Names of scenarios of a user's own, by their name in the runs."""
        self._place = LANGUAGES.index(language)

    def __call__(self, key: str, **values: Any) -> str:
        """An entry with its values filled in; a missing one raises KeyError."""
        text = catalogue()[key][self._place]
        return text.format(**values) if values else text

    def known(self, key: str, otherwise: str) -> str:
        """An entry, or other text where there is none, such as the name of a user's own scenario."""
        return catalogue()[key][self._place] if key in catalogue() else otherwise

    def scenario(self, name: str) -> str:
        """Name of a scenario as it is written in a sentence."""
        return self._names.get(name) or self.known(f"scenario.{name}", name)

    def listed(self, names: Sequence[str]) -> str:
        """Names in a sentence: "A, B and C"."""
        if len(names) < 2:
            return "".join(names)
        return self("join.between").join(names[:-1]) + self("join.last") + names[-1]

    def count(self, number: int) -> str:
        """A count in a sentence: in words up to ten."""
        return self.known(f"count.{number}", str(number))
