"""Triggers of a scenario: the past of an indicator sets the future of a lever."""

from collections.abc import Container
from dataclasses import dataclass, field
from typing import Any

from scenarios.calendar import month_ordinal, month_text
from scenarios.triggers import Trigger
from sim.accounting.record import Record
from sim.clock import Clock
from sim.closing.indicators import FLOWS
from sim.component import Changes
from sim.components import Components
from sim.world.policy import Policy

YEAR = 12
"""Months over which a flow is summed before it is compared with a threshold."""


@dataclass
class Triggers:
    """Triggers of the scenario and what they did so far."""

    given: tuple[Trigger, ...] = ()
    rests_until: list[int] = field(default_factory=list)
    """Month from which each trigger may act again."""
    events: list[dict[str, Any]] = field(default_factory=list)
    """What triggers did: month, trigger, indicator, value, lever, intensity before and after."""

    @classmethod
    def of(cls, given: tuple[Trigger, ...]) -> "Triggers":
        """Triggers that have not acted yet."""
        return cls(given, [0] * len(given))


def watched_value(
    records: list[dict[str, float]], indicator: str, ago: int, flows: Container[str] = FLOWS
) -> float | None:
    """An indicator as it stood `ago` months before the last: flows over twelve months; None where it has no past."""
    end = len(records) - ago
    if end < (YEAR if indicator in flows else 1):
        return None
    if indicator in flows:
        return float(sum(record[indicator] for record in records[end - YEAR : end]))
    return float(records[end - 1][indicator])


def is_due(records: list[dict[str, float]], trigger: Trigger, flows: Container[str] = FLOWS) -> bool:
    """Whether the threshold has been passed in as many of the last months as the trigger states."""
    values = (watched_value(records, trigger.indicator, ago, flows) for ago in range(trigger.months))
    return all(value is not None and trigger.is_met(value) for value in values)


def policy_after_triggers(
    clock: Clock, components: Components, record: Record, policy: Policy, triggers: Changes[Triggers]
) -> Policy:
    """The policy with the levers of the triggers that are due set from this month on; what they did is kept.

    A trigger holds to the end, or to the month until which it acts; then the lever is on the scenario's path again. All
    triggers use the same past; where two set one lever, the later one in the file holds.
    """
    after = policy
    for place, trigger in enumerate(triggers.given):
        last = policy.last_month
        if trigger.until is not None:
            last = min(last, month_ordinal(trigger.until))
        if not triggers.rests_until[place] <= clock.month <= last or not is_due(
            record.months, trigger, components.flows
        ):
            continue
        column = policy.lever_ids.index(trigger.lever)
        at = clock.month - policy.first_month
        triggers.events.append(
            {
                "month": month_text(clock.month),
                "trigger": str(trigger),
                "indicator": trigger.indicator,
                "value": watched_value(record.months, trigger.indicator, 0, components.flows) or 0.0,
                "lever": trigger.lever,
                "before": float(after.intensities[at, column]),
                "after": trigger.to,
            }
        )
        after = after.with_lever(column, at, last - policy.first_month, trigger.to)
        triggers.rests_until[place] = clock.month + trigger.cooldown
    return after
