"""What a component of others is made of; see docs/how-to/own-component.md."""

from scenarios.added.reading import added_data
from scenarios.added.records import AddedData
from sim.added.component import AddedComponent
from sim.component import AllStates, Changes, Component, ContractError, Explanation, Identity, Reading, Step

__all__ = [
    "AddedComponent",
    "AddedData",
    "AllStates",
    "Changes",
    "Component",
    "ContractError",
    "Explanation",
    "Identity",
    "Reading",
    "Step",
    "added_data",
]
