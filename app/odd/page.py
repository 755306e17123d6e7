"""The page docs/odd.md: the template with the tables of the code."""

from collections.abc import Mapping
from importlib import resources

from app.odd import code_tables, data_tables


def page() -> str:
    """The whole page."""
    text = resources.files("app.odd").joinpath("template.md").read_text(encoding="utf-8")
    return text.format_map(parts())


def parts() -> Mapping[str, str]:
    """Each placeholder of the template with what stands in its place."""
    return {
        "patterns": data_tables.patterns(),
        "agents": code_tables.agents(),
        "states": code_tables.states(),
        "month": code_tables.month(),
        "decisions": code_tables.decisions(),
        "interactions": code_tables.interactions(),
        "streams": code_tables.streams(),
        "indicators": str(data_tables.indicator_count()),
        "observation": data_tables.observation(),
        "observations": str(data_tables.observation_count()),
        "initial": data_tables.initial(),
        "drivers": data_tables.drivers(),
        "submodels": code_tables.submodels(),
        "count": str(data_tables.parameter_count()),
        "statuses": data_tables.statuses(),
        "parameters": data_tables.parameters(),
    }
