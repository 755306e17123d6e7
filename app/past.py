"""What `validate` asks of runs of the past, and how the answers are printed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.shown import between, known, print_notes

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class _Question:
    """A question about runs of the past: what answers it, what --quiet prints of it, and how it is shown."""

    answer: Callable[..., pd.DataFrame]
    quiet: tuple[str, ...]
    show: Callable[[pd.DataFrame], None]
    summed: Callable[[pd.DataFrame], pd.DataFrame] | None = None
    more: Callable[[], dict[str, Any]] = dict
    """What --json tells besides."""
    least: Callable[[], int] | None = None
    """Runs of a group that its weights need; None where it has but intervals."""
    needs: str = "intervals"
    """What fewer runs do not give."""


def _questions() -> dict[str, _Question]:
    from calibration.backtest import backtest, starting_state
    from calibration.events import event_moments, events
    from calibration.held_back import held_back
    from calibration.origins import origins_summary, rolling_origins
    from calibration.placebo import JUDGED_BY as PLACEBO_JUDGED_BY
    from calibration.placebo import placebo_dates
    from calibration.rivals import JUDGED_BY as RIVALS_JUDGED_BY
    from calibration.rivals import rivals
    from calibration.weighing import least_for_weight, places_of

    def least_for_rivals() -> int:
        return least_for_weight(len(places_of((RIVALS_JUDGED_BY,))))

    def least_for_placebo() -> int:
        return least_for_weight(len(places_of(PLACEBO_JUDGED_BY)))

    def least_for_events() -> int:
        return max(least_for_weight(len(event.moments)) for event in events())

    origins = _Question(rolling_origins, ("kind", "indicator", "crps"), _print_origins, origins_summary)
    return {
        "backtest": _Question(
            backtest,
            ("kind", "indicator", "year", "median"),
            _print_backtest,
            more=lambda: {"start": starting_state().to_dict("records")},
        ),
        "origins": origins,
        "rivals": _Question(rivals, ("rival", "weight"), _print_rivals, least=least_for_rivals, needs="weights"),
        "placebo": _Question(
            placebo_dates, ("dates", "weight"), _print_placebo, least=least_for_placebo, needs="weights"
        ),
        "events": _Question(
            event_moments,
            ("event", "moment", "effect", "weight"),
            _print_events,
            least=least_for_events,
            needs="weights and intervals",
        ),
        "until": _Question(held_back, ("moment", "crps_prior", "crps"), _print_held_back),
    }


def answer_from_the_past(
    kind: str,
    until: int | None,
    runs: int,
    scale: str | None,
    store: Path | None,
    workers: int | None,
    json: bool,
    quiet: bool,
) -> None:
    """Answer one of `validate`'s questions by runs of the past, and print the answer."""
    from app.asked import scenario_asked
    from app.output import print_json
    from app.progress import RunsBar
    from calibration.past_runs import PastRuns
    from scenarios.extras import needs_extra
    from sim.experiments.least_runs import LEAST_FOR_INTERVAL, few_runs_note
    from sim.experiments.pool import usual_workers

    needs_extra("calibrate", "sklearn", "emcee", what="a fit")
    question = _questions()[kind]
    size = scenario_asked("frozen", [], [], macro=None, scale=scale).scale
    kept = PastRuns(store or Path("past-runs"))
    with RunsBar(hidden=json or quiet) as bar:
        more = {"until": until} if until is not None else {}
        table = question.answer(kept, runs, workers or usual_workers(), size, bar.show, **more)
    summed = table if question.summed is None else question.summed(table)
    conditions = _conditions_of_the_past(size)
    warnings = few_runs_note(
        _runs_of(table, runs), question.needs, question.least() if question.least else LEAST_FOR_INTERVAL
    )
    if kept.failed:
        warnings.append(f"{len(kept.failed)} runs could not be finished and are left out.")
    if json:
        told: dict[str, Any] = {"runs": runs, "conditions": {"scale": size, "notes": conditions}, "warnings": warnings}
        told |= {} if question.summed is None else {"summary": summed.to_dict("records")}
        print_json({kind: table.to_dict("records"), **told, **question.more()})
    elif quiet:
        print(summed[list(question.quiet)].to_csv(sep="\t", header=False, index=False), end="")
    else:
        print_notes(conditions)
        question.show(summed)
        print_notes(warnings)


def _runs_of(table: pd.DataFrame, asked: int) -> int:
    """Fewest runs, or pairs, behind a row of a table."""
    counts = [int(table[column].min()) for column in ("runs", "pairs") if column in table.columns]
    return min(counts, default=asked)


def _conditions_of_the_past(size: float) -> list[str]:
    """What runs of the past rest on, in words."""
    at = "full size" if size == 1.0 else f"scale {size:g}: so many issuers for one of the full model"
    return [f"Rests on: runs of 2016-2020, parameters prior_2020, {at}."]


def _print_origins(summed: pd.DataFrame) -> None:
    heads = ("kind", "indicator", "forecasts", "CRPS", "error of best naive rule", "skill", "in 50 %", "80 %", "95 %")
    rows = [
        [
            row["kind"],
            row["indicator"],
            row["forecasts"],
            f"{row['crps']:.3g}",
            f"{row['naive_error']:.3g}",
            known(row["skill"], "+.2f"),
            *(known(row[f"inside_{level}"], ".0%") for level in (50, 80, 95)),
        ]
        for row in summed.to_dict("records")
    ]
    print_table("Forecasts from the end of 2016 to 2019 of the years to 2020", heads, rows)
    print("Skill below 0: the naive rule that turned out best was closer.")


def _print_backtest(table: pd.DataFrame) -> None:
    from calibration.backtest import starting_state

    heads = ("kind", "indicator", "year", "observed", "5 %", "median", "95 %", "CRPS", "best naive rule", "its error")
    rows = [
        [
            row["kind"],
            row["indicator"],
            row["year"],
            *(known(row[key], ".4g") for key in ("observed", "q05", "median", "q95")),
            f"{row['crps']:.3g}",
            row["best_naive"],
            f"{row['naive_error']:.3g}",
        ]
        for row in table.to_dict("records")
    ]
    print_table("2017-2020 from the stocks of end-2015, levels solved on 2016", heads, rows)
    counted = starting_state()["how"].value_counts()
    print(f"Starting levels: {', '.join(f'{count} {how}' for how, count in counted.items())}; --json lists them.")
    print("A forecast draws the outside world and knows of no step of policy; a replay is told both.")


def _print_rivals(table: pd.DataFrame) -> None:
    _print_weights("Rules of foreign investors on holdings of 2017-2020", "rule", "rival", table)


def _print_placebo(table: pd.DataFrame) -> None:
    _print_weights("Dates of policy on moments of 2017-2020", "steps of policy at", "dates", table)
    print("Where wrong dates weigh as much as the true ones, the data do not say what the steps did.")


def _print_events(table: pd.DataFrame) -> None:
    rows = [
        [
            row["event"],
            row["month"],
            row["moment"],
            *(f"{row[key]:.3g}" for key in ("observed", "simulated", "without")),
            f"{row['effect']:+.3g} ({between(row['low'], row['high'], '+.2g')})",
            known(row["weight"], ".2f"),
        ]
        for row in table.to_dict("records")
    ]
    heads = ("event", "month", "moment", "observed", "with it", "without", "effect (90 %)", "weight of with")
    print_table("Events of policy and the moments around them", heads, rows)
    print("A weight near 0.50: the data do not tell whether the event did what the model says.")


def _print_weights(title: str, head: str, column: str, table: pd.DataFrame) -> None:
    rows = [
        [row[column], *(known(row[key], ".2f") for key in ("log_score", "weight", "root_mean_square_miss"))]
        for row in table.to_dict("records")
    ]
    print_table(title, (head, "log score", "weight", "miss in tolerances"), rows)


def _print_held_back(table: pd.DataFrame) -> None:
    later = table[~table["used"]]
    keys = ("observed", "prior_q05", "prior_q50", "prior_q95", "q05", "q50", "q95", "crps_prior", "crps")
    rows = [
        [row["moment"], *(f"{row[key]:.3g}" for key in keys), "yes" if row["inside"] else "no"]
        for row in later.to_dict("records")
    ]
    heads = (
        "moment",
        "observed",
        "prior 5 %",
        "50 %",
        "95 %",
        "fit 5 %",
        "50 %",
        "95 %",
        "CRPS prior",
        "fit",
        "inside",
    )
    print_table("Moments that the fit did not know", heads, rows)
    better = int((later["crps"] < later["crps_prior"]).sum())
    print(f"The fit foretells {better} of {len(later)} better than the prior; the outside world is known to both.")


def print_table(title: str, heads: tuple[str, ...], rows: list[list[Any]]) -> None:
    """Print rows under a title, all columns but the first to the right."""
    from app.tables import show, table

    show(table(title, heads, rows, right=heads[1:]))
