"""The code of the components that a scenario names."""

from collections.abc import Iterable

from scenarios.added.installed import installed_component
from scenarios.added.records import AddedParts
from scenarios.errors import InputError
from scenarios.problem_texts import coded
from sim.added.component import AddedComponent


def components_found(parts: Iterable[AddedParts]) -> tuple[AddedComponent, ...]:
    """The components that a scenario holds, as they are in this process.

    Raises
    ------
    scenarios.InputError
        If one is not there, or its code is not the code that the scenario was made with.
    """
    return tuple(_found(each) for each in parts)


def refuse_unimportable(parts: Iterable[AddedParts]) -> None:
    """Refuse components that other processes could not import.

    Raises
    ------
    scenarios.InputError
        If one is no constant of a module other than the script itself.
    """
    for each in parts:
        if isinstance(each.code, AddedComponent):
            each.code.__reduce__()


def _found(parts: AddedParts) -> AddedComponent:
    component = parts.code
    if component is None:
        try:
            component = installed_component(parts.name).code
        except InputError as error:
            message = coded("added.not_here", name=parts.name, reason=str(error))
            raise InputError(message, key="components", value=parts.identity) from None
    assert isinstance(component, AddedComponent)
    here = component.digest
    if here != parts.digest:
        message = coded("added.other_code", name=parts.name, here=here, asked=parts.digest)
        raise InputError(message, key="components", value=parts.name, allowed=coded("allowed.same_component"))
    return component
