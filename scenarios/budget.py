"""Costs of policies, by the user's figures; the package has none of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import ConfigDict, Field, ValidationInfo, field_validator

from scenarios.errors import InputError, Problem, unknown
from scenarios.frozen import FrozenMapping
from scenarios.number_types import InputModel, real_number
from scenarios.paths import shown
from scenarios.plan import Lever, lever_ids
from scenarios.problem_texts import coded

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class Budget(InputModel):
    """Cost of a year of full intensity above that of end-2020, by lever, and the most that a scenario may cost."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)

    unit: Annotated[str, Field(strict=True, min_length=1, max_length=100)]
    a_year: FrozenMapping[str, float]
    cap: Annotated[float, Field(strict=True, ge=0, allow_inf_nan=False)] | None = None

    @field_validator("a_year", mode="before")
    @classmethod
    def _are_costs(cls, value: Any, info: ValidationInfo) -> FrozenMapping[str, float]:
        known = [lever.id for lever in (info.context or {}).get("levers", ())] or lever_ids()
        if not isinstance(value, Mapping) or not value:
            raise InputError(coded("budget.no_costs", value=shown(value)), allowed=coded("allowed.costs"))
        problems = []
        for lever, cost in value.items():
            if lever not in known:
                problems.append(unknown("lever", lever, known, key=str(lever), allowed=""))
                continue
            number = real_number(cost)
            if number is None or number < 0.0:
                message = coded("budget.no_cost", value=shown(cost))
                problems.append(Problem(message, key=lever, value=cost, allowed=coded("allowed.cost")))
        if problems:
            raise InputError(problems)
        return FrozenMapping({lever: float(value[lever]) for lever in known if lever in value})

    def costs(self, intensities: NDArray[np.float64], levers: Sequence[Lever]) -> dict[str, float]:
        """Cost of each lever over some months, in the budget's unit.

        cost = cost of a year at full intensity * sum over months of max(I - I_2020, 0) / 12

        Parameters
        ----------
        intensities
            Intensity by month and lever, shape (months, levers).
        levers
            The levers, in the order of the columns.
        """
        spent = {}
        for column, lever in enumerate(levers):
            if lever.id in self.a_year:
                above = (intensities[:, column] - lever.intensity_2020).clip(0.0)
                spent[lever.id] = float(self.a_year[lever.id] * above.sum() / 12.0)
        return spent

    def plain(self) -> dict[str, Any]:
        """Return the budget as it is written in a file."""
        data: dict[str, Any] = {"unit": self.unit, "a_year": dict(self.a_year)}
        return data if self.cap is None else {**data, "cap": self.cap}
