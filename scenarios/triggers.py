"""Adaptive levers: when an indicator has been somewhere for so long, a lever goes to an intensity."""

from __future__ import annotations

from functools import cache
from typing import Annotated, Any

from pydantic import ConfigDict, Field, ValidationInfo, field_validator, model_validator

from scenarios.added.records import indicators_of
from scenarios.calendar import PLAN_START, is_month, month_ordinal, month_text
from scenarios.errors import InputError, unknown
from scenarios.number_types import InputModel
from scenarios.plan import indicators, lever_ids, secondary_indicators
from scenarios.plausible import threshold_problem
from scenarios.problem_texts import coded


def watchable() -> tuple[str, ...]:
    """Indicators that a trigger can watch: the plan's, and the secondary ones that runs record."""
    recorded = (each.id for each in secondary_indicators() if each.recorded)
    return (*(each.id for each in indicators()), *recorded)


@cache
def _unit_and_value_2020() -> dict[str, tuple[str, float | None]]:
    """Unit of every watchable indicator, and its value in 2020 where the plan states one."""
    of_plan = {each.id: (each.unit, float(each.value_2020)) for each in indicators()}
    return {**{each.id: (each.unit, None) for each in secondary_indicators()}, **of_plan}


class Trigger(InputModel):
    """Set `lever` to `to` once `indicator` has been below or above a threshold for `months` months in a row.

    Flows are taken over twelve months, in the unit of the indicator. The new intensity holds from the month after the
    last of those months and takes effect with the lever's lag. A trigger that has fired rests for `cooldown` months.
    With `until` it fires up to that month only, and its setting ends with it.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    indicator: Annotated[str, Field(strict=True, min_length=1, max_length=100)]
    below: Annotated[float, Field(strict=True, allow_inf_nan=False)] | None = None
    above: Annotated[float, Field(strict=True, allow_inf_nan=False)] | None = None
    months: Annotated[int, Field(strict=True, ge=1, le=60)] = 1
    lever: Annotated[str, Field(strict=True, min_length=1, max_length=100)]
    to: Annotated[float, Field(strict=True, ge=0, le=1, allow_inf_nan=False)]
    cooldown: Annotated[int, Field(strict=True, ge=1, le=120)] = 12
    until: str | None = None

    @field_validator("indicator", "lever")
    @classmethod
    def _is_known(cls, value: str, info: ValidationInfo) -> str:
        components = (info.context or {}).get("components", ())
        known: tuple[str, ...] = (*watchable(), *indicators_of(components))
        if info.field_name == "lever":
            known = tuple(lever.id for lever in (info.context or {}).get("levers", ())) or lever_ids()
        if value not in known:
            if info.field_name == "lever":
                raise InputError(unknown("lever", value, known, allowed=coded("allowed.see_levers")))
            raise InputError(unknown("indicator", value, known, allowed=coded("allowed.see_indicators")))
        return value

    @field_validator("until")
    @classmethod
    def _is_month(cls, value: str | None) -> str | None:
        if value is not None and (not is_month(value) or value < PLAN_START):
            raise InputError(coded("month.too_early", value=value, first=PLAN_START), value=value)
        return value

    @model_validator(mode="after")
    def _has_one_threshold(self) -> Trigger:
        if (self.below is None) == (self.above is None):
            raise ValueError(coded("trigger.one_threshold"))
        return self

    @model_validator(mode="after")
    def _has_a_threshold_in_its_unit(self) -> Trigger:
        side = "below" if self.below is not None else "above"
        threshold = getattr(self, side)
        # Indicators of components have a unit of their own, of which nothing is known here.
        problem = threshold_problem(*_unit_and_value_2020().get(self.indicator, ("", None)), threshold)
        if problem:
            raise InputError(problem[0], key=side, value=threshold, allowed=problem[1])
        return self

    def is_met(self, value: float) -> bool:
        """Whether a value of the indicator is on the far side of the threshold."""
        return value < self.below if self.below is not None else value > float(self.above or 0.0)

    def released(self, month: str) -> Trigger | None:
        """Return the trigger as it is when its lever is taken out of its hands in a month; None if it never acts."""
        if month <= PLAN_START:
            return None
        before = month_text(month_ordinal(month) - 1)
        return self if self.until is not None and self.until <= before else self.model_copy(update={"until": before})

    def plain(self) -> dict[str, Any]:
        """Return the trigger as it is written in a file."""
        return self.model_dump(exclude_none=True)

    def __str__(self) -> str:
        side = f"below {self.below:g}" if self.below is not None else f"above {self.above:g}"
        until = "" if self.until is None else f", until {self.until}"
        return f"{self.indicator} {side} for {self.months} months: {self.lever} to {self.to:g}{until}"
