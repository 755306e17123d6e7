"""Texts of the report, in English and Chinese."""

import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import resources
from typing import Any

from app.briefing.money import in_sentence
from app.web.words import data_in_chinese
from scenarios.plan import Goal, Indicator, Lever, Plan, secondary_indicators, shipped_plan
from sim.closing.dictionary import dictionary

LANGUAGES = ("en", "zh")


@cache
def catalogue() -> dict[str, tuple[str, str]]:
    """Every entry by its key, such as "page.verdict": English, Chinese."""
    text = resources.files("app.briefing").joinpath("words.toml").read_text(encoding="utf-8")
    groups = tomllib.loads(text)
    return {f"{group}.{key}": (each[0], each[1]) for group, entries in groups.items() for key, each in entries.items()}


def in_plan(named: Indicator | Lever | Goal, language: str) -> str:
    """Name of something of a plan as the plan has it: in Chinese where it gives that, else in English.

    An indicator that every run records and that keeps its name has its Chinese name from the data dictionary.
    """
    if language == "zh" and isinstance(named, Indicator) and not named.name_zh:
        usual = {each.id: each.name for each in secondary_indicators()}
        if named.name == usual.get(named.id):
            return dictionary()[named.id].name_zh
    return (named.name_zh if language == "zh" else "") or named.name


def group_in_plan(group: str, language: str, plan: Plan) -> str:
    """Name that a plan gives to a group of its levers; empty where it gives none."""
    found = next((each for each in plan.groups if each.id == group), None)
    return "" if found is None else (found.name_zh if language == "zh" else "") or found.name


class Wording:
    """The entries in one language: `wording("page.verdict")`, `wording("page.simulated", year=2025)`.

    Indicators and groups that a user's own plan names have the names of the plan.
    """

    def __init__(self, language: str, names: Mapping[str, str] | None = None, plan: Plan | None = None) -> None:
        self.language = language
        self._names = names or {}
        """Names of scenarios of a user's own, by their name in the runs."""
        self._place = LANGUAGES.index(language)
        self.plan = shipped_plan() if plan is None else plan
        usual = {each.id: each.name for each in shipped_plan().indicators}
        self._own = {each.id: each for each in self.plan.indicators if each.name != usual.get(each.id)}
        """Indicators that have another name than the catalogue gives them."""

    def __call__(self, key: str, **values: Any) -> str:
        """An entry with its values filled in; a missing one raises KeyError."""
        text = catalogue()[key][self._place]
        return text.format(**values) if values else text

    def known(self, key: str, otherwise: str) -> str:
        """An entry, or other text where there is none, such as the name of a user's own scenario."""
        return catalogue()[key][self._place] if key in catalogue() else otherwise

    def of_plan(self, key: str, **values: Any) -> str:
        """An entry, or under a user's own plan the one of the same key for such plans."""
        return self(f"own_plan.{key.partition('.')[2]}" if self.plan.digest else key, **values)

    def scenario(self, name: str) -> str:
        """Name of a scenario as it is written in a sentence."""
        own = f"own_scenario.{name}"
        usual = self.known(f"scenario.{name}", name)
        return self._names.get(name) or (self.known(own, usual) if self.plan.digest else usual)

    def title(self, indicator: str) -> str:
        """Name of an indicator as it stands alone."""
        return in_plan(self._own[indicator], self.language) if indicator in self._own else self(f"title.{indicator}")

    def name(self, indicator: str) -> str:
        """Name of an indicator as it is written in a sentence."""
        return f"“{self.title(indicator)}”" if indicator in self._own else self(f"name.{indicator}")

    def unit(self, indicator: str) -> str:
        """Unit in which values of an indicator are written."""
        return self.known(f"unit.{indicator}", self._unit_of_plan(indicator, "%"))

    def change_unit(self, indicator: str) -> str:
        """Unit in which changes of an indicator are written."""
        return self.known(f"change_unit.{indicator}", self._unit_of_plan(indicator, self("unit.points")))

    def size(self, verdict: str, indicator: str, **values: str) -> str:
        """The size of a change of an indicator in a sentence."""
        key = f"size_{verdict}.{indicator}"
        if key in catalogue():
            return self(key, name=self.name(indicator), **values)
        size, unit = in_sentence(values["size"], self.change_unit(indicator))
        return self(f"size_{verdict}.other", name=self.name(indicator), **{**values, "size": size, "unit": unit})

    def definition(self, indicator: str) -> str:
        """Definition of an indicator: that of the plan where it is its own.

        In Chinese it is the plan's, or for an indicator that keeps its definition the translation of that.
        """
        own = next(each for each in self.plan.indicators if each.id == indicator)
        given = own.definition_zh if self.language == "zh" else ""
        usual = next((each.definition for each in shipped_plan().indicators if each.id == indicator), None)
        if given or own.definition != usual:
            return given or self._of_recorded(own)
        text = self(f"definition.{indicator}")
        return self.known(f"own_definition.{indicator}", text) if self.plan.digest else text

    def _of_recorded(self, own: Indicator) -> str:
        """Definition of an indicator beside those of the package's plan; there is Chinese for the usual one alone."""
        usual = {each.id: each.model_measure for each in secondary_indicators()}
        if self.language == "zh" and own.definition == usual.get(own.id):
            return data_in_chinese()[f"definition.{own.id}"]
        return own.definition

    def group(self, group: str) -> str:
        """Name of a group of levers."""
        return group_in_plan(group, self.language, self.plan) or self.known(f"group.{group}", group)

    @property
    def plan_title(self) -> str:
        """Title of the plan, in Chinese where it gives that."""
        return (self.plan.head.title_zh if self.language == "zh" else "") or self.plan.head.title

    def listed(self, names: Sequence[str]) -> str:
        """Names in a sentence: "A, B and C"."""
        if len(names) < 2:
            return "".join(names)
        return self("join.between").join(names[:-1]) + self("join.last") + names[-1]

    def count(self, number: int) -> str:
        """A count in a sentence: in words up to ten."""
        return self.known(f"count.{number}", str(number))

    def _unit_of_plan(self, indicator: str, share: str) -> str:
        unit = next((each.unit for each in self.plan.indicators if each.id == indicator), "")
        return share if unit == "share" else self.known(f"unit_of_data.{unit}", unit)
