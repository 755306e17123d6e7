"""The scenarios of a store side by side, for the terminal and as JSON."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from scenarios.errors import InputError

if TYPE_CHECKING:
    from sim.experiments.ensemble import Ensemble

CAVEAT = (
    "Intervals are of the median effect over the runs. Effects of levers are priors without causal evidence; "
    "a run is one possible future, and the spread between runs is that of parameters and luck."
)


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
    """What the tables cannot say: who is left out and why, what so few runs do not give, which year is meant."""
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


def show(ensemble: Ensemble, told: dict[str, Any]) -> None:
    """Print the comparison as tables."""
    from app.shown import between, known, print_notes
    from app.tables import show as print_table
    from app.tables import table

    print_notes(told["conditions"]["notes"])
    if told["pairs"]:
        counts = sorted({each["pairs"] for each in told["pairs"]})
        some = " to ".join(str(each) for each in dict.fromkeys((counts[0], counts[-1])))
        print_table(
            table(
                f"Effect in {_years(told['pairs'])} against {told['baseline']}, {some} paired runs",
                ("scenario", "indicator", "median", "95 % interval", "pairs", "runs above", "runs saved by pairing"),
                [
                    (
                        row["scenario"],
                        row["indicator"],
                        known(row["median"], "+.4g"),
                        between(row["low"], row["high"], "+.4g"),
                        row["runs"],
                        known(row["share_positive"], ".0%"),
                        f"{row['pairing']:.0f} x" if row["pairing"] == row["pairing"] else "",
                    )
                    for row in told["effects"]
                ],
                right=("median", "pairs", "runs above", "runs saved by pairing"),
            )
        )
    if told["displacement"]:
        print_table(
            table(
                f"Displacement in {_years(told['pairs'])}: what Shanghai gains and other centres lose, mean",
                ("scenario", "measure", "centre", "change", "95 % interval", "part of Shanghai's gain"),
                [
                    (
                        row["scenario"],
                        row["measure"],
                        row["centre"].replace("_", " "),
                        known(row["change"], "+.3g"),
                        between(row["low"], row["high"], "+.3g"),
                        f"{row['share_of_gain']:.0%}" if row["share_of_gain"] == row["share_of_gain"] else "",
                    )
                    for row in told["displacement"]
                ],
                right=("change", "part of Shanghai's gain"),
            )
        )
    print_table(
        table(
            f"Share of runs that meet the target, in {_years(told['targets'])}",
            ("scenario", "indicator", "runs", "share", "standard error", "median month of meeting"),
            [
                (
                    row["scenario"],
                    row["indicator"],
                    row["runs"],
                    known(row["probability"], ".0%"),
                    known(row["standard_error"], ".1%"),
                    row["expected_month"],
                )
                for row in told["targets"]
            ],
            right=("runs", "share", "standard error"),
        )
    )
    if len(ensemble.values) > 1:
        print_table(
            table(
                "Regret: behind the best scenario of the same run, % of the target",
                ("scenario", "indicator", "runs", "mean", "95th percentile"),
                [
                    (
                        row["scenario"],
                        row["indicator"],
                        row["runs"],
                        known(row["mean"], ".2%"),
                        known(row["p95"], ".2%"),
                    )
                    for row in told["regret"]
                ],
                right=("runs", "mean", "95th percentile"),
            )
        )
    if told["triggers"]:
        print_table(
            table(
                "Triggers: in which part of the runs they fire, and when first",
                ("scenario", "trigger", "share", "median month"),
                [
                    (row["scenario"], row["trigger"], known(row["share"], ".0%"), row["first_month"])
                    for row in told["triggers"]
                ],
                right=("share",),
            )
        )
    for scenario in ensemble.scenarios.values():
        if scenario.settings:
            print(f"Scenario {scenario.label}.")
    print_notes([*told["warnings"], told["caveat"], *(f"failed: {failure}" for failure in told["failures"])])


def _years(rows: Iterable[Mapping[str, Any]]) -> str:
    """The years that some rows are of, in one word if it is one; a note names the others."""
    years = sorted({row["year"] for row in rows if isinstance(row["year"], int)})
    return ", ".join(str(year) for year in years) or "no year"
