"""Names that a shell completes: read from the data files of the scenarios alone, since a shell waits for them."""

from __future__ import annotations

from pathlib import Path

SCENARIOS = Path(__file__).parents[2] / "scenarios"


def _named(file: str, key: str, *tables: str) -> list[str]:
    """The value of a key in each row of some tables of a file."""
    import tomllib  # not for the help, which reads no data

    with (SCENARIOS / file).open("rb") as opened:
        read = tomllib.load(opened)
    return [str(row[key]) for table in tables for row in read[table]]


def _beginning(incomplete: str, names: list[str]) -> list[str]:
    return [name for name in names if name.startswith(incomplete)]


def scenario_names(incomplete: str) -> list[str]:
    """Ready scenarios; a shell completes files where none begins so."""
    return _beginning(incomplete, sorted(file.stem for file in (SCENARIOS / "library").glob("*.yaml")))


def lever_names(incomplete: str) -> list[str]:
    """Levers of the plan."""
    return _beginning(incomplete, _named("plan/levers.toml", "id", "lever"))


def lever_settings(incomplete: str) -> list[str]:
    """Levers as a setting begins: with the sign after which the intensity is typed."""
    return [f"{name}=" for name in lever_names(incomplete)]


def shock_names(incomplete: str) -> list[str]:
    """Kinds of shocks."""
    return _beginning(incomplete, _named("data/shocks.toml", "name", "shock"))


def indicator_names(incomplete: str) -> list[str]:
    """Indicators of the plan and secondary ones."""
    return _beginning(incomplete, _named("plan/indicators.toml", "id", "indicator", "secondary"))


def measure_names(incomplete: str) -> list[str]:
    """Measures of the plan."""
    return _beginning(incomplete, _named("plan/measures.toml", "id", "measure"))
