"""Conditions of a set of runs, in words and as data, for all reports on runs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from scenarios.schema import Scenario

SIMULATION, REPLAY, GIVEN_IN_PART = "simulation", "conditional replay", "drivers given in part"
"""Kinds of runs by the observations after 2020 that their drivers use: none, all or some."""
REPLAY_TOLD = "driven by a world after 2020 that nobody could know then"
GIVEN_TOLD = "the outside world after 2020 is given for some months and drivers and drawn for the others"


@dataclass(frozen=True)
class RunConditions:
    """Conditions of a set of runs; a field with several values says that the runs differ in it."""

    kind: tuple[str, ...]
    """`simulation`, `conditional replay`, or `drivers given in part`."""
    macro: tuple[str, ...]
    carried_forward: tuple[str, ...]
    """Drivers of a replay whose last observation stands for the months after it, with the first of these."""
    drivers_drawn: tuple[str, ...]
    """Drivers that the user's own values leave to be drawn, with the months."""
    scale: tuple[float, ...]
    """Number of issuers against the full model."""
    parameters: tuple[str, ...]
    end: tuple[str, ...]
    interactions_off: tuple[str, ...]
    """Interactions that are off in all runs; sets of them, joined by a plus sign, where runs differ."""
    models: tuple[str, ...] = ()
    """Digests of the model's source and data, where known."""
    components: tuple[str, ...] = ()
    """Name, version and digest of each component of others."""
    plans: tuple[str, ...] = ()
    """Name and digest of each plan of the user's own."""
    baselines: tuple[str, ...] = ()
    """Number and statuses of the observations of 2020 that plans of the user's own replace."""

    def as_dict(self) -> dict[str, Any]:
        """Return the conditions under the keys that docs/json.md lists, with `notes`: the same in words."""
        return {field.name: list(getattr(self, field.name)) for field in fields(self)} | {"notes": list(self.lines)}

    @classmethod
    def of_provenance(cls, scenario: Scenario, provenance: Mapping[str, Any]) -> RunConditions:
        """Return the conditions of one run, from its provenance."""
        return cls(
            kind=(provenance["kind"],),
            macro=(scenario.macro_identity,),
            carried_forward=tuple(provenance["carried_forward"]),
            drivers_drawn=tuple(provenance["drivers_drawn"]),
            scale=(scenario.scale,),
            parameters=(provenance.get("parameter_set", scenario.parameters_told),),
            end=(scenario.end,),
            interactions_off=tuple(provenance["interactions_off"]),
            components=tuple(each.identity for each in scenario.components),
            plans=() if scenario.own_plan is None else (scenario.own_plan.identity,),
            baselines=(scenario.plan.baseline_told,) if scenario.plan.baseline else (),
        )

    @property
    def lines(self) -> tuple[str, ...]:
        """The conditions in words: one line for those common to all runs, and one for each further remark."""
        scales = ", ".join("full size" if each == 1.0 else f"scale {each:g}" for each in self.scale)
        parameters = f"parameters {', '.join(self.parameters)}" if self.parameters else ""
        ends = f"to {', '.join(self.end)}" if self.end else ""
        parts = [f"macro {', '.join(self.macro)}", parameters, scales, ends]
        lines = [f"Rests on: {'; '.join(part for part in parts if part)}."]
        if self.components:
            lines.append(f"With components of others: {', '.join(self.components)}.")
        if self.plans:
            lines.append(f"Plan of the user's own: {', '.join(self.plans)}.")
        if self.baselines:
            lines.append(
                f"Observations of 2020 of the user's own: {', '.join(self.baselines)}. The others are of Shanghai, "
                "and parameters and errors of forecasts are fitted to its past."
            )
        if REPLAY in self.kind:
            lines.append(f"{self._part_of(REPLAY)}: {REPLAY_TOLD}; no forecast.")
        if GIVEN_IN_PART in self.kind:
            drawn = f" ({', '.join(self.drivers_drawn)} drawn)" if self.drivers_drawn else ""
            lines.append(f"{self._part_of(GIVEN_IN_PART)}: {GIVEN_TOLD}{drawn}.")
        if self.carried_forward:
            lines.append(f"Last observation carried forward: {', '.join(self.carried_forward)}.")
        small = [each for each in self.scale if each != 1.0]
        if small:
            each = ", ".join(f"{value:.3g}" for value in small)
            lines.append(
                f"Scale {each}: {each} times the issuers of the full model, with weights that keep the totals."
            )
        if self.interactions_off:
            lines.append(f"Interactions off: {', '.join(self.interactions_off)}.")
        if len(self.models) > 1:
            lines.append(
                f"Runs of {len(self.models)} versions of the model: {', '.join(each[:8] for each in self.models)}."
            )
        return tuple(lines)

    def _part_of(self, kind: str) -> str:
        return kind.capitalize() if len(self.kind) == 1 else f"{kind.capitalize()} in part of the runs"
