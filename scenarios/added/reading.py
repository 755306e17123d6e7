"""Levers, channels, parameters, kinds of shocks and measures of a component, from the data files of its package."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Any

from scenarios.added.parameter_file import read_parameters
from scenarios.added.records import AddedData
from scenarios.calendar import PLAN_START
from scenarios.errors import InputError
from scenarios.plan import channels as known_channels
from scenarios.plan.records import Channel, Lever, Measure
from scenarios.problem_texts import coded
from scenarios.shocks import ShockKind
from scenarios.typed_rows import read_table, with_tables

FILES = {"levers.toml": "lever", "channels.toml": "channel", "shocks.toml": "shock", "measures.toml": "measure"}
"""Files of tables and the name of the table in each; each file may be left out."""
PARAMETERS = "parameters.csv"
USUAL_LEVER: dict[str, Any] = {
    "task_group": "",
    "family": "",
    "measures": [],
    "natural_unit": "",
    "kind": "continuous",
    "municipal_handle": "own",
    "start": PLAN_START,
    "ramp_months": 1,
    "main_kpi": "",
    "strength": "medium",
    "expected_sign": {},
    "expected_sign_secondary": {},
    "fiscal_cost": "none",
    "risk_note": "",
    "prerequisites": [],
    "complements": [],
    "substitutes": [],
    "milestones": [],
    "note": "",
}
"""Fields of a lever that the plan's own levers fill and others may leave out."""
USUAL_CHANNEL: dict[str, Any] = {"read_by": [], "agent_decision": "", "rule": "", "term": "", "coefficient": ""}
"""Fields of a channel that others may leave out."""
USUAL_MEASURE: dict[str, Any] = {
    "kind": "measure",
    "section": "",
    "section_title": "",
    "source": "",
    "acts_on": [],
    "mechanism": "",
    "channel": "",
    "channels_secondary": [],
    "kpis": [],
    "direction": {},
    "lag_months": 0,
    "lag_basis": "",
    "strength": "medium",
    "strength_reason": "",
    "authority": "municipal",
    "authority_note": "",
    "modelled_as": "lever",
    "modelled_note": "",
    "start": "",
    "ramp_months": 0,
    "interactions": [],
}
"""Fields of a measure that the plan of the package fills and others may leave out."""
YEARS = 6
"""Points of the path on the plan's arm, from 2020 to 2025."""


def added_data(package: str) -> AddedData:
    """Return what the data files of a package add.

    They are `levers.toml`, `channels.toml`, `shocks.toml`, `measures.toml` and `parameters.csv`. Each file may be left
    out. A lever stays at its intensity of 2020 on all arms unless it gives a path.

    Parameters
    ----------
    package
        Name of the package, such as `__package__`.

    Raises
    ------
    InputError
        With all problems of the files, each with file, key, value and what is allowed.
    """
    folder = resources.files(package)
    tables: dict[str, Sequence[Mapping[str, Any]]] = {}
    for file, table in FILES.items():
        entry = folder.joinpath(file)
        tables[table] = _rows(entry, file, table) if entry.is_file() else []
    channels = read_table(Channel, [{**USUAL_CHANNEL, **row} for row in tables["channel"]], "channels.toml", "channel")
    forms = {channel.id: channel.form for channel in (*known_channels(), *channels)}
    levers = read_table(Lever, [whole_lever(row, forms) for row in tables["lever"]], "levers.toml", "lever")
    shocks = read_table(ShockKind, tables["shock"], "shocks.toml", "shock")
    rows = [whole_measure(row, place) for place, row in enumerate(tables["measure"], start=1)]
    measures = read_table(Measure, rows, "measures.toml", "measure")
    entry = folder.joinpath(PARAMETERS)
    if not entry.is_file():
        return AddedData(levers, channels, (), shocks, measures)
    with resources.as_file(entry) as path:
        return AddedData(levers, channels, read_parameters(path), shocks, measures)


def whole_measure(row: Mapping[str, Any], number: int) -> dict[str, Any]:
    """Return a row of a measure with the fields that it leaves out, its place among the others included."""
    return {**USUAL_MEASURE, "number": number, **row}


def _rows(entry: Traversable, file: str, table: str) -> Sequence[Mapping[str, Any]]:
    try:
        found = tomllib.loads(entry.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError(coded("file.what_unreadable", what=table, reason=str(error)), where=file) from None
    rows: Sequence[Mapping[str, Any]] = with_tables(found, file, (table,))[table]
    return rows


def whole_lever(row: Mapping[str, Any], forms: Mapping[str, str], years: int = YEARS) -> dict[str, Any]:
    """Return a row of a lever with the fields that it leaves out.

    Parameters
    ----------
    row
        Fields that are given.
    forms
        Form of each channel, which its effects have where they name none.
    years
        Points of its path.
    """
    start = row.get("intensity_2020", 0.0)
    path = row.get("path_plan", [start] * years)
    end = path[-1] if isinstance(path, list) and path else start
    effects = row.get("effects", [])
    usual = {
        **USUAL_LEVER,
        "path_plan": path,
        "intensity_2025_plan": end,
        "components": [{"id": "whole", "weight": 1.0, "i2020": start, "i2025": end, "covers": ""}],
    }
    whole = {**usual, **row}
    whole["effects"] = [
        {"form": forms.get(str(each.get("channel")), "add"), **each} if isinstance(each, Mapping) else each
        for each in (effects if isinstance(effects, list) else [])
    ]
    return whole
