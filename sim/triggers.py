"""Triggers of a scenario, looked at before each month: an indicator's past sets a lever's future."""

from typing import TYPE_CHECKING, Any

from scenarios.calendar import month_ordinal, month_text
from scenarios.plan import lever_ids
from sim.indicators import FLOWS

if TYPE_CHECKING:
    from scenarios.triggers import Trigger
    from sim.model import FinancialCenter
    from sim.policy import Policy

YEAR = 12
"""Months over which a flow is summed before it is compared with a threshold."""


def watched_value(records: "list[dict[str, float]]", indicator: str, ago: int) -> float | None:
    """An indicator as it stood `ago` months before the last: flows over twelve months; None where it has no past."""
    end = len(records) - ago
    if end < (YEAR if indicator in FLOWS else 1):
        return None
    if indicator in FLOWS:
        return float(sum(record[indicator] for record in records[end - YEAR : end]))
    return float(records[end - 1][indicator])


def is_due(records: "list[dict[str, float]]", trigger: "Trigger") -> bool:
    """Whether the threshold has been passed in each of the last months of the trigger's condition."""
    values = (watched_value(records, trigger.indicator, ago) for ago in range(trigger.months))
    return all(value is not None and trigger.is_met(value) for value in values)


def policy_after_triggers(centre: "FinancialCenter") -> "tuple[Policy, list[tuple[int, dict[str, Any]]]]":
    """The policy with the levers of triggers that are due set from this month on, and the triggers that fired.

    It holds to the end, or to the month until which the trigger acts; then the lever is on the scenario's path again.
    All triggers use the same past; if two set one lever, the later one in the file prevails. For each that fired, the
    place of the trigger in the file and an event: month, trigger, indicator, value, lever, intensity before and after.
    """
    policy, fired = centre.policy, []
    for place, trigger in enumerate(centre.triggers):
        last = centre.last_month if trigger.until is None else min(centre.last_month, month_ordinal(trigger.until))
        if not centre.trigger_rests[place] <= centre.month <= last or not is_due(centre.records, trigger):
            continue
        column = lever_ids().index(trigger.lever)
        at = centre.month - policy.first_month
        event = {
            "month": month_text(centre.month),
            "trigger": str(trigger),
            "indicator": trigger.indicator,
            "value": watched_value(centre.records, trigger.indicator, 0) or 0.0,
            "lever": trigger.lever,
            "before": float(policy.intensities[at, column]),
            "after": trigger.to,
        }
        policy = policy.with_lever(column, at, last - policy.first_month, trigger.to)
        fired.append((place, event))
    return policy, fired
