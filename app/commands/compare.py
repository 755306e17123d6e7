"""The command `compare`: the scenarios of a store side by side."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from app.terminal.numbers import between, known, or_blank
from app.terminal.options import DesignNumber, Json, Quiet, StoreFolder
from app.terminal.report import Part, Table, answer, once
from scenarios.errors import InputError

if TYPE_CHECKING:
    from sim.experiments.ensemble import Ensemble
    from sim.experiments.stored_design import StoredDesign

CAVEAT = (
    "Intervals are of the median effect over the runs. Effects of levers are priors without causal evidence; "
    "a run is one possible future, and the spread between runs is that of parameter and random draws."
)


def compare(
    store: StoreFolder,
    baseline: Annotated[
        str, typer.Option(metavar="SCENARIO", help="Scenario with which the others are compared.")
    ] = "committed",
    design: DesignNumber = None,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Compare the scenarios of a store: paired effects with intervals, probabilities of the targets, regret."""
    from sim.experiments.ensemble import Ensemble
    from sim.experiments.store import Store

    opened = Store.open(store)
    ensemble = Ensemble.of_store(opened, design=design)
    known_designs = opened.designs()
    chosen = StoreDesign(store, opened.design(design), len(known_designs)) if known_designs else None
    answer(Comparison(compared(ensemble, baseline), chosen), json, quiet)


def compared(ensemble: Ensemble, baseline: str) -> dict[str, Any]:
    """Effects against the baseline, chances of the targets and regret, as records.

    A scenario that has no pair with the baseline, or no year, is in `not_compared` with the reason.

    Raises
    ------
    InputError
        If there are no runs of the baseline, or no scenario has a pair with it.
    """
    effects, displacement, pairs, apart = [], [], [], []
    refused = None
    others = [name for name in ensemble.values if name != baseline]
    if len(ensemble.values) > 1:
        ensemble.last_month(baseline)  # refuses a baseline that is not there
        for scenario in others:
            try:
                found = ensemble.pairs(scenario, baseline)
                table = ensemble.difference(scenario, baseline)
            except InputError as error:
                refused = refused or error
                apart.append({"scenario": scenario, "why": error.problems[0].message})
                continue
            told = {"pairs": len(found), "left_out": found.left_out, "why": found.reason}
            pairs.append({"scenario": scenario, **told, "year": ensemble.common_year(scenario, baseline)})
            effects += [{"scenario": scenario, **row} for row in table.to_dict("records")]
            displacement += _displacement(ensemble, scenario, baseline)
        if refused is not None and not pairs:
            raise refused
    targets = ensemble.probability_of_target().to_dict("records")
    return {
        "baseline": baseline,
        "runs": max((int(ensemble.done(name).sum()) for name in ensemble.values), default=0),
        "done": {name: int(ensemble.done(name).sum()) for name in ensemble.values},
        "years": {name: ensemble.target_year_of(name) for name in ensemble.values},
        "failures": list(ensemble.failures),
        "conditions": ensemble.conditions.as_dict(),
        "caveat": CAVEAT,
        "settings": {name: list(each.settings) for name, each in ensemble.scenarios.items() if each.settings},
        "warnings": _warnings(ensemble, pairs, apart, targets),
        "pairs": pairs,
        "not_compared": apart,
        "effects": effects,
        "displacement": displacement,
        "targets": targets,
        "regret": ensemble.regret().to_dict("records") if len(ensemble.values) > 1 else [],
        "triggers": [
            {"scenario": scenario, **row}
            for scenario in ensemble.values
            for row in ensemble.fired(scenario).reset_index().to_dict("records")
        ],
    }


def _displacement(ensemble: Ensemble, scenario: str, baseline: str) -> list[dict[str, Any]]:
    """Rows on displacement; none for a store of an earlier version, which did not record the rivals."""
    try:
        moved = ensemble.displacement(scenario, baseline)
    except InputError:
        return []
    return [{"scenario": scenario, **row} for row in moved.to_dict("records")]  # type: ignore[dict-item]


def _warnings(
    ensemble: Ensemble,
    pairs: Iterable[Mapping[str, Any]],
    apart: Iterable[Mapping[str, Any]],
    targets: Iterable[Mapping[Hashable, Any]],
) -> list[str]:
    """Notes on the tables: scenarios left out, statistics that so few runs do not support, the year compared."""
    from scenarios.whole_years import TARGET_YEAR
    from sim.experiments.least_runs import LEAST_FOR_INTERVAL, too_few

    told = [f"{each['scenario']} is not compared: {each['why']}." for each in apart]
    for each in pairs:
        if each["left_out"]:
            told.append(f"{each['scenario']}: {each['left_out']} runs without a partner are left out: {each['why']}.")
        if each["pairs"] < LEAST_FOR_INTERVAL:
            told.append(f"{each['scenario']}: {too_few(each['pairs'])} for intervals of effects.")
    for name in ensemble.values:
        done = int(ensemble.done(name).sum())
        if not done:
            told.append(f"{name}: no run is done.")
            continue
        if done < LEAST_FOR_INTERVAL:
            told.append(f"{name}: {too_few(done)} for standard errors.")
        if ensemble.target_year_of(name) != TARGET_YEAR:
            told.append(f"{name} is held against the targets of 2025 in {ensemble.target_year_told(name)}.")
        unknown = [str(row["indicator"]) for row in targets if row["scenario"] == name and not row["runs"]]
        if unknown and ensemble.target_year_of(name) is not None:
            told.append(f"{name}: its runs do not have {', '.join(unknown)}.")
    return told


@dataclass(frozen=True)
class StoreDesign:
    """An experiment of a store, and the number of experiments in it."""

    store: Path
    design: StoredDesign
    of: int

    @property
    def line(self) -> str:
        """The experiment in a line, or nothing where it is the only one, has no label and is done."""
        if self.of == 1 and not self.design.label and self.design.done >= self.design.asked:
            return ""
        others = f"; {self.of} experiments, see: lujiazui designs {self.store}" if self.of > 1 else ""
        return f"Design {self.design}{others}"


@dataclass(frozen=True)
class Comparison:
    """The result of `compared`, and the experiment that it comes from."""

    found: Mapping[str, Any]
    design: StoreDesign | None = None

    def as_dict(self) -> dict[str, Any]:
        """Return the records with the experiment that they come from."""
        from app.commands.designs import design_data

        return {"design": None if self.design is None else design_data(self.design.design), **self.found}

    def quiet_lines(self) -> Iterable[str]:
        """Return the median effects."""
        return [f"{row['scenario']} {row['indicator']} {known(row['median'], 'g')}" for row in self.found["effects"]]

    def parts(self) -> Iterable[Part]:
        """Return a table for each question, then the notes."""
        found = self.found
        if self.design is not None and self.design.line:
            yield self.design.line
        yield from once(found["conditions"]["notes"])
        if found["pairs"]:
            yield self._effects()
        if found["displacement"]:
            yield self._displacement()
        yield self._targets()
        if len(found["done"]) > 1:
            yield self._regret()
        if found["triggers"]:
            yield self._triggers()
        for name, settings in found["settings"].items():
            yield f"Scenario {name} with {', '.join(settings)}."
        yield from once([*found["warnings"], found["caveat"], *(f"failed: {failure}" for failure in found["failures"])])

    def _effects(self) -> Table:
        counts = sorted({each["pairs"] for each in self.found["pairs"]})
        pairs = " to ".join(str(each) for each in dict.fromkeys((counts[0], counts[-1])))
        rows = [
            (
                row["scenario"],
                row["indicator"],
                known(row["median"], "+.4g"),
                between(row["low"], row["high"], "+.4g"),
                row["runs"],
                known(row["share_positive"], ".0%"),
                or_blank(row["pairing"], ".0f", " x"),
            )
            for row in self.found["effects"]
        ]
        return Table(
            f"Effect in {_years(self.found['pairs'])} against {self.found['baseline']}, {pairs} paired runs",
            ("scenario", "indicator", "median", "95 % interval", "pairs", "runs above", "runs saved by pairing"),
            rows,
            right=("median", "pairs", "runs above", "runs saved by pairing"),
        )

    def _displacement(self) -> Table:
        rows = [
            (
                row["scenario"],
                row["measure"],
                row["centre"].replace("_", " "),
                known(row["change"], "+.3g"),
                between(row["low"], row["high"], "+.3g"),
                or_blank(row["share_of_gain"], ".0%"),
            )
            for row in self.found["displacement"]
        ]
        return Table(
            f"Displacement in {_years(self.found['pairs'])}: what Shanghai gains and other centres lose, mean",
            ("scenario", "measure", "centre", "change", "95 % interval", "part of Shanghai's gain"),
            rows,
            right=("change", "part of Shanghai's gain"),
        )

    def _targets(self) -> Table:
        rows = [
            (
                row["scenario"],
                row["indicator"],
                row["runs"],
                known(row["probability"], ".0%"),
                known(row["standard_error"], ".1%"),
                row["expected_month"],
            )
            for row in self.found["targets"]
        ]
        return Table(
            f"Share of runs that meet the target, in {_years(self.found['targets'])}",
            ("scenario", "indicator", "runs", "share", "standard error", "median month of meeting"),
            rows,
            right=("runs", "share", "standard error"),
        )

    def _regret(self) -> Table:
        rows = [
            (row["scenario"], row["indicator"], row["runs"], known(row["mean"], ".2%"), known(row["p95"], ".2%"))
            for row in self.found["regret"]
        ]
        return Table(
            "Regret: behind the best scenario of the same run, % of the target",
            ("scenario", "indicator", "runs", "mean", "95th percentile"),
            rows,
            right=("runs", "mean", "95th percentile"),
        )

    def _triggers(self) -> Table:
        rows = [
            (row["scenario"], row["trigger"], known(row["share"], ".0%"), row["first_month"])
            for row in self.found["triggers"]
        ]
        return Table(
            "Triggers: in which part of the runs they fire, and when first",
            ("scenario", "trigger", "share", "median month"),
            rows,
            right=("share",),
        )


def _years(rows: Iterable[Mapping[str, Any]]) -> str:
    """The years of some rows."""
    years = sorted({row["year"] for row in rows if isinstance(row["year"], int)})
    return ", ".join(str(year) for year in years) or "no year"
