"""The points of a sweep as a table of an export: the value of each factor at each point, and what the columns mean."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from scenarios.added.records import parameters_of
from scenarios.parameters import parameter_table
from sim.closing.dictionary import LONGEST_SHORT_NAME
from sim.experiments.designs import Design, Factor
from sim.experiments.exported_columns import UNITS, ExportedColumn

if TYPE_CHECKING:
    import pandas as pd

    from sim.experiments.store import Store

TABLE = "design"
CHOICES = {"macro": "Macro path of the point", "scenario": "Scenario of the point, as the design names it"}
"""What the factors of names are."""


def sweep_exported(store: "Store", design: int | None = None) -> Design | None:
    """The sweep that an experiment of a store is; None for another kind of experiment or a store without any."""
    if design is None and not store.designs():
        return None
    plain = store.design(design).sweep
    return Design.from_plain(plain) if plain else None


def design_table(sweep: Design) -> "pd.DataFrame":
    """Points of a sweep: a row for each point, the number of the point and a column for each factor.

    Numbers are those that the runs were made with, to the bit. Macro paths and scenarios stand under their names.
    """
    table = sweep.points()
    for factor in sweep.factors:
        if factor.names:
            table[factor.name] = [factor.name_at(value) for value in table[factor.name]]
    table.insert(0, "point", range(len(table)))
    return table


def design_columns(sweep: Design) -> dict[str, ExportedColumn]:
    """What the column of each factor means, by the name of the factor; short names are unique."""
    names = [factor.name for factor in sweep.factors]
    short = dict(zip(names, short_names(names, taken=("point",)), strict=True))
    return {factor.name: _told(factor, short[factor.name], sweep) for factor in sweep.factors}


def short_names(names: Sequence[str], taken: Sequence[str] = ()) -> list[str]:
    """Names of variables in Stata, at most 32 letters, digits and underscores each, no two the same and none taken.

    Of a name that is too long the last words are kept, by which the components of a lever differ.
    """
    found: list[str] = []
    for name in names:
        plain = "".join(letter if letter.isascii() and letter.isalnum() else "_" for letter in name)
        if len(plain) > LONGEST_SHORT_NAME:
            plain = plain[-LONGEST_SHORT_NAME:].partition("_")[2].lstrip("0123456789_") or plain[:LONGEST_SHORT_NAME]
        short, number = plain, 1
        while short in (*taken, *found):
            number += 1
            short = f"{plain[: LONGEST_SHORT_NAME - len(str(number)) - 1]}_{number}"
        found.append(short)
    return found


def _told(factor: Factor, short: str, sweep: Design) -> ExportedColumn:
    if factor.names:
        return ExportedColumn(TABLE, factor.name, short, CHOICES[factor.kind], "", "factor", CHOICES[factor.kind])
    if factor.kind == "parameter":
        unit, told = _parameters(sweep).get(factor.name, ("", ""))
        definition = f"Value of the parameter {factor.name} in the runs of the point"
        return ExportedColumn(TABLE, factor.name, short, told or factor.name, unit, "factor", definition)
    lever_id, _, part = factor.name.partition(".")
    lever = next((each for each in sweep.scenario.all_levers if each.id == lever_id), None)
    name = factor.name if lever is None else lever.name
    told = f"Intensity of the lever {lever_id} from 2021-01 on"
    if part:
        covers = [] if lever is None else [each.covers for each in lever.components if each.id == part]
        name, told = next(iter(covers), factor.name), f"Intensity of the component {factor.name} from 2021-01 on"
    return ExportedColumn(TABLE, factor.name, short, name, UNITS["intensity"], "factor", told)


def _parameters(sweep: Design) -> Mapping[str, tuple[str, str]]:
    """Unit and description of each parameter of the model, and of components of others."""
    own = {row.id: (row.unit, row.description) for row in parameters_of(sweep.scenario.components)}
    return {row.id: (row.unit, row.description) for row in parameter_table()} | own
