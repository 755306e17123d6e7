"""The month with the steps of components of others."""

from collections.abc import Sequence
from functools import cache

from scenarios.errors import InputError, Problem, unknown
from scenarios.problem_texts import coded
from sim.added.component import AddedComponent
from sim.component import Month, Step


@cache
def month_with(month: Month, added: tuple[AddedComponent, ...]) -> Month:
    """A month in which components replace steps and add their own before and after others.

    Names are those of the month as it is given. A step before or after one that is replaced stands where that one was.

    Raises
    ------
    scenarios.InputError
        For a step that is not in the month, one that two components replace, or two steps of one name.
    """
    _checked(month, added)
    replaced = {name: step for each in added for name, step in each.replaces.items()}
    steps: list[Step] = []
    for step in month:
        steps += [one for each in added for one in each.before.get(step.name, ())]
        steps.append(replaced.get(step.name, step))
        steps += [one for each in added for one in each.after.get(step.name, ())]
    return Month(steps)


def _checked(month: Month, added: Sequence[AddedComponent]) -> None:
    names = [step.name for step in month]
    problems: list[Problem] = []
    for each in added:
        for field in ("replaces", "before", "after"):
            for name in getattr(each, field):
                if name not in names:
                    allowed = coded("allowed.see_month")
                    problems += [unknown("step", name, names, where=each.name, key=field, allowed=allowed)]
    for name in names:
        owners = [each.name for each in added if name in each.replaces]
        if len(owners) > 1:
            message = coded("added.several_replace", step=name, names=", ".join(owners))
            problems.append(Problem(message, owners[1], "replaces", name))
    owner = dict.fromkeys(names, "the model")
    for each in added:
        for name in each.replaces:
            owner.pop(name, None)
    for each in added:
        for step in each.steps():
            if step.name in owner:
                message = coded("added.clash", kind="step", name=step.name, owner=owner[step.name])
                problems.append(Problem(message, each.name, "step", step.name))
            owner[step.name] = each.name
    if problems:
        raise InputError(problems)
