"""An agent of a model by the name of its class and its id."""

from agents.population import ArrayAgent, PopulationModel
from agents.views import view
from scenarios.calendar import month_text
from scenarios.errors import InputError, unknown
from scenarios.problem_texts import coded


def agent_of(model: PopulationModel, kind: str, unique_id: int, month: int) -> ArrayAgent:
    """An agent by the name of its class and its id, such as ("Issuer", 1234), in the current month.

    Raises
    ------
    scenarios.InputError
        If the model has no such class of agents, or no agent of the class has this id (any more).
    """
    kinds = {population.agent_type.__name__: population for population in model.populations.values()}
    if kind not in kinds:
        raise InputError(unknown("agent_kind", kind, kinds, key="kind"))
    population = kinds[kind]
    if population.rows_of([unique_id])[0] < 0:
        ids = population.unique_ids
        raise InputError(
            coded("agent.unknown_id", kind=kind, id=unique_id, month=month_text(month)),
            key="unique_id",
            value=unique_id,
            allowed=coded("allowed.ids", count=len(ids), first=ids.min(), last=ids.max()),
        )
    found: ArrayAgent = view(population.agent_type, population, unique_id)
    return found
