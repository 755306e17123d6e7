"""State of the desk: a preset, changes of levers, assumptions, from which scenarios and a command are made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Literal

from app.web.moves import Change, DeskTrigger, Operation, Policy, problems_of
from app.web.offered import Offered, offered
from scenarios.calendar import PLAN_START
from scenarios.errors import InputError, Problem, unknown
from scenarios.frozen import FrozenMapping
from scenarios.number_types import whole_number
from scenarios.parameters import PARAMETER_SETS
from scenarios.paths import shown
from scenarios.problem_texts import coded
from sim.experiments.least_runs import LEAST_FOR_INTERVAL

if TYPE_CHECKING:
    from scenarios.schema import Scenario

BASELINES = ("committed", "frozen", "plan", "start", "last")
"""What the desk is compared with: ready scenarios, the scenario it starts from, and its last setting."""
OF_THE_DESK = ("start", "last")
"""Baselines that are no ready scenario."""
BASELINE_FILE = "baseline.yaml"
MACRO = ("neutral", "adverse", "realised")
LEAST_RUNS, MOST_RUNS = LEAST_FOR_INTERVAL, 200
"""Numbers of paired runs of a desk; results are shown from eight on."""
RUNS = (8, 24, 50, 100, 200)
SCALES = (0.05, 0.1, 0.2, 1.0)
DRAWS = 8
"""Draws of the parameters on the desk; more would cost the first answer its speed."""
LONGEST = {"title": 120, "note": 1000}
"""Characters of texts of the user."""

MOST_TRIGGERS = 12

LARGEST_FILE = 100_000
"""Bytes of a scenario file that a browser may send."""


def opened_scenario(text: str, file_name: str = "scenario.yaml") -> Scenario:
    """The scenario in a text that a browser sent: data alone, which names no file of the server.

    It has the plan and the components that the operator gives to every desk.

    Raises
    ------
    scenarios.InputError
        As for a file of the command line, and for input that the app does not support: a text that is too large, a file
        of drivers, months after the plan, a size of the model that the desk does not offer.
    """
    return _opened(text, file_name, offered())


@lru_cache(maxsize=64)
def _opened(text: str, file_name: str, of_operator: Offered) -> Scenario:
    from scenarios.loader import parse_scenario

    if len(text.encode(errors="replace")) > LARGEST_FILE:
        raise InputError(
            coded("file.too_large", what=coded("what.file")),
            where=file_name,
            allowed=coded("allowed.bytes", most=LARGEST_FILE),
        )
    scenario = parse_scenario(text, file_name, plan=of_operator.own_plan, components=of_operator.components)
    scenario = of_operator.with_parameters(scenario)
    last = of_operator.last_month
    problems = []
    if scenario.macro not in MACRO:
        problems.append(
            Problem(
                coded("desk.own_drivers"),
                where=file_name,
                key="macro",
                value=scenario.macro,
                allowed=", ".join(MACRO),
            )
        )
    if scenario.end > last:
        problems.append(
            Problem(
                coded("desk.late_end", month=last),
                where=file_name,
                key="end",
                value=scenario.end,
                allowed=coded("allowed.month_or_command_line", first=PLAN_START, last=last),
            )
        )
    scale = _stated_scale(text, file_name)
    if scale is not None and scale not in SCALES:
        problems.append(
            Problem(
                coded("desk.scale", scale=scale),
                where=file_name,
                key="scale",
                value=scale,
                allowed=", ".join(f"{each:g}" for each in SCALES),
            )
        )
    if problems:
        raise InputError(problems)
    return scenario


def _stated_scale(text: str, file_name: str) -> float | None:
    """The size of the model that a file gives; None where it leaves that to the desk."""
    from scenarios.yaml_tree import parse_yaml

    stated = parse_yaml(text, file_name).data.get("scale")
    return None if stated is None else float(stated)


KINDS = {
    "preset": "scenario",
    "baseline": "scenario",
    "macro": "macro_path",
    "parameters": "parameter_choice",
    "parameter_set": "parameter_set",
    "scale": "scale",
}
"""Subjects of the choices of a desk, in codes of problems."""


@dataclass(frozen=True)
class Desk:
    """All settings of a session; frozen, so that undo is a list of desks."""

    preset: str = "plan"
    baseline: str = "committed"
    changes: Mapping[str, Change | Operation] = field(default_factory=FrozenMapping)
    triggers: tuple[DeskTrigger, ...] = ()
    """Levers that respond to an indicator, after those of the file."""
    macro: str = "neutral"
    parameters: Literal["drawn", "central"] = "drawn"
    parameter_set: str = "posterior_2020"
    runs: int = 24
    scale: float = 0.1
    seed: int = 1
    file: str = ""
    """A scenario file that was opened, in its own words; its policy takes the place of the preset's."""
    title: str = ""
    note: str = ""
    """Title and notes of the scenario by the user; part of its file and its link."""
    before: Policy = field(default_factory=Policy)
    """Policy of the last setting, for the baseline `last`."""

    def __post_init__(self) -> None:
        problems = [*self._choices(), *self._changes()]
        if problems:
            raise InputError(problems)
        # The file, its horizon and its budget may refuse a combination of valid settings, its horizon a baseline.
        self.baseline_scenario()

    @property
    def draws(self) -> int:
        """Draws of the parameters that the runs share; none takes the central point."""
        return 0 if self.parameters == "central" else DRAWS

    def _choices(self) -> list[Problem]:
        from scenarios import names

        allowed: dict[str, tuple[Any, ...]] = {
            "preset": tuple(names()),
            "baseline": BASELINES,
            "macro": MACRO,
            "parameters": ("drawn", "central"),
            "parameter_set": PARAMETER_SETS,
            "scale": SCALES,
        }
        problems = []
        for key, known in allowed.items():
            value = getattr(self, key)
            if value not in known:
                problems.append(unknown(KINDS[key], value, known, key=key))
        for key, least, most in (("runs", LEAST_RUNS, MOST_RUNS), ("seed", 1, 1_000_000)):
            value = getattr(self, key)
            number = whole_number(value)
            if number is None or not least <= number <= most:
                told = coded("allowed.whole_number_between", least=least, most=most)
                problems.append(
                    Problem(coded("value.not_usable", value=shown(value)), key=key, value=value, allowed=told)
                )
        if len(self.triggers) > MOST_TRIGGERS:
            problems.append(
                Problem(
                    coded("desk.too_many_triggers"), key="trigger", allowed=coded("allowed.at_most", most=MOST_TRIGGERS)
                )
            )
        for key, longest in LONGEST.items():
            value = getattr(self, key)
            if not isinstance(value, str) or len(value) > longest:
                problems.append(
                    Problem(coded("text.too_long"), key=key, allowed=coded("allowed.characters", most=longest))
                )
            elif any("\ud800" <= letter <= "\udfff" for letter in value):  # halves of letters: no file can hold them
                problems.append(Problem(coded("text.unreadable_letter"), key=key))
        return problems

    def _changes(self) -> list[Problem]:
        known = [lever.id for lever in offered().levers]
        problems = []
        for lever, change in self.changes.items():
            if lever not in known:
                problems.append(unknown("lever", lever, known, key=f"levers.{lever}", allowed=""))
            problems += problems_of(lever, change)
        return problems

    def with_change(self, lever: str, change: Change | Operation | None) -> Desk:
        """The desk with a lever moved, or back on the preset's path."""
        changes = {name: each for name, each in self.changes.items() if name != lever}
        if change is not None:
            changes[lever] = change
        return replace(self, changes=FrozenMapping(changes))

    def opening(self, text: str, file_name: str = "scenario.yaml") -> Desk:
        """The desk with a scenario file opened: its policy is the starting point, its world the desk's.

        Macro path, parameter set and size of the model, where the file gives one, become choices of the desk, which
        shows them and can change them. Shocks, the response of rival centres and the end stay the file's.

        Raises
        ------
        scenarios.InputError
            If the file cannot be used; see `opened_scenario`.
        """
        scenario, scale = opened_scenario(text, file_name), _stated_scale(text, file_name)
        return Desk(
            file=text,
            baseline=self.baseline,
            macro=scenario.macro,
            parameters=self.parameters,
            parameter_set=scenario.parameters,
            runs=self.runs,
            scale=self.scale if scale is None else scale,
            seed=self.seed,
        )

    def start(self) -> Scenario:
        """The scenario that the changes start from: the file that was opened, or the preset."""
        from scenarios import load

        return opened_scenario(self.file) if self.file else offered().given_to(load(self.preset))

    def scenario(self) -> Scenario:
        """The simulated scenario.

        The name says that it is the desk's, so that a preset and the desk can stand side by side.
        """
        base = self.start()
        plain = {**base.as_given(), "macro": self.macro, "parameters": self.parameter_set, "scale": self.scale}
        if self.triggers:
            plain["triggers"] = [*plain.get("triggers", ()), *(trigger.plain() for trigger in self.triggers)]
        moved = [*self.changes, *(trigger.lever for trigger in self.triggers)]
        told = f"Changed on the policy desk: {', '.join(dict.fromkeys(moved))}." if moved else base.description
        plain["name"] = "desk"
        plain |= {"title": self.title or base.title + (", changed" if moved else ""), "description": self.note or told}
        budget = plain.pop("budget", None)  # it limits all changes together
        asked = type(base)(**plain)
        asked = asked.with_levers({lever: change.path(lever, base) for lever, change in self.changes.items()})
        return asked if budget is None else type(base)(**{**asked.as_given(), "budget": budget})

    @property
    def policy(self) -> Policy:
        """The policy alone, without the world."""
        return Policy(self.preset, self.file, self.changes, self.triggers)

    def baseline_policy(self) -> Scenario:
        """The scenario whose policy the desk is compared with, under the baseline's name."""
        from scenarios import load

        if self.baseline not in OF_THE_DESK:
            return load(self.baseline)
        if self.baseline == "start":
            found = self.start()
        else:
            found = replace(self, **vars(self.before), before=Policy(), baseline=BASELINES[0], title="").scenario()
        return found.model_copy(update={"name": self.baseline})

    def baseline_scenario(self) -> Scenario:
        """The baseline: other policy in the same world."""
        return self.scenario().with_policy_of(self.baseline_policy())

    @property
    def baseline_file(self) -> str:
        """What the command line calls the baseline: a ready scenario, or the file in which its policy is saved."""
        return BASELINE_FILE if self.baseline in OF_THE_DESK else self.baseline

    def command_line(self) -> str:
        """The command that runs the same comparison, beside the file of the scenario."""
        return (
            f"lujiazui batch desk.yaml --against {self.baseline_file} --runs {self.runs} --seed {self.seed}"
            f" --draws {self.draws} --store runs"
        )

    def python(self) -> str:
        """The same in Python."""
        return (
            "import sim\n"
            "from scenarios import load\n\n"
            'desk = load("desk.yaml")\n'
            f'{self.baseline} = desk.with_policy_of(load("{self.baseline_file}"))\n'
            "ensemble = sim.ensemble(\n"
            f'    [desk, {self.baseline}], runs={self.runs}, seed={self.seed}, draws={self.draws}, store="runs"\n'
            ")\n"
            f'print(ensemble.difference("desk", "{self.baseline}"))\n'
        )
