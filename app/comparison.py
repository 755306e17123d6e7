"""The scenarios of a store side by side, for the terminal and as JSON."""

from __future__ import annotations

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

    Raises
    ------
    InputError
        If the store holds no runs of the baseline.
    """
    effects, displacement = [], []
    if len(ensemble.values) > 1:
        for scenario in ensemble.values:
            if scenario != baseline:
                table = ensemble.difference(scenario, baseline)
                effects += [{"scenario": scenario, **row} for row in table.to_dict("records")]
                displacement += _displacement(ensemble, scenario, baseline)
    return {
        "baseline": baseline,
        "runs": len(ensemble.runs),
        "failures": list(ensemble.failures),
        "caveat": CAVEAT,
        "settings": {name: list(each.settings) for name, each in ensemble.scenarios.items() if each.settings},
        "effects": effects,
        "displacement": displacement,
        "targets": ensemble.probability_of_target().to_dict("records"),
        "regret": ensemble.regret().to_dict("records"),
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


def show(ensemble: Ensemble, told: dict[str, Any]) -> None:
    """Print the comparison as tables."""
    from app.tables import show as print_table
    from app.tables import table

    print_table(
        table(
            f"Effect in 2025 against {told['baseline']}, {told['runs']} paired runs",
            ("scenario", "indicator", "median", "95 % interval", "runs above", "runs saved by pairing"),
            [
                (
                    row["scenario"],
                    row["indicator"],
                    f"{row['median']:+.4g}",
                    f"{row['low']:+.4g} .. {row['high']:+.4g}",
                    f"{row['share_positive']:.0%}",
                    f"{row['pairing']:.0f} x" if row["pairing"] == row["pairing"] else "",
                )
                for row in told["effects"]
            ],
            right=("median", "runs above", "runs saved by pairing"),
        )
    )
    if told["displacement"]:
        print_table(
            table(
                "Displacement in 2025: what Shanghai gains and other centres lose, mean",
                ("scenario", "measure", "centre", "change", "95 % interval", "part of Shanghai's gain"),
                [
                    (
                        row["scenario"],
                        row["measure"],
                        row["centre"].replace("_", " "),
                        f"{row['change']:+.3g}",
                        f"{row['low']:+.3g} .. {row['high']:+.3g}",
                        f"{row['share_of_gain']:.0%}" if row["share_of_gain"] == row["share_of_gain"] else "",
                    )
                    for row in told["displacement"]
                ],
                right=("change", "part of Shanghai's gain"),
            )
        )
    print_table(
        table(
            "Share of runs that meet the target in 2025",
            ("scenario", "indicator", "share", "standard error", "median month of meeting"),
            [
                (
                    row["scenario"],
                    row["indicator"],
                    f"{row['probability']:.0%}",
                    f"{row['standard_error']:.1%}",
                    row["expected_month"],
                )
                for row in told["targets"]
            ],
            right=("share", "standard error"),
        )
    )
    if len(ensemble.values) > 1:
        print_table(
            table(
                "Regret: behind the best scenario of the same run, % of the target",
                ("scenario", "indicator", "mean", "95th percentile"),
                [
                    (row["scenario"], row["indicator"], f"{row['mean']:.2%}", f"{row['p95']:.2%}")
                    for row in told["regret"]
                ],
                right=("mean", "95th percentile"),
            )
        )
    if told["triggers"]:
        print_table(
            table(
                "Triggers: in which part of the runs they fire, and when first",
                ("scenario", "trigger", "share", "median month"),
                [
                    (row["scenario"], row["trigger"], f"{row['share']:.0%}", row["first_month"])
                    for row in told["triggers"]
                ],
                right=("share",),
            )
        )
    for scenario in ensemble.scenarios.values():
        if scenario.settings:
            print(f"Scenario {scenario.label}.")
    print(told["caveat"])
    for failure in told["failures"]:
        print(f"failed: {failure}")
