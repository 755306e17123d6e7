"""What `validate` asks of runs of the past, and how the answers are printed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

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


def _questions() -> dict[str, _Question]:
    from calibration.backtest import backtest, starting_state
    from calibration.events import event_moments
    from calibration.held_back import held_back
    from calibration.origins import origins_summary, rolling_origins
    from calibration.placebo import placebo_dates
    from calibration.rivals import rivals

    origins = _Question(rolling_origins, ("kind", "indicator", "crps"), _print_origins, origins_summary)
    return {
        "backtest": _Question(
            backtest,
            ("kind", "indicator", "year", "median"),
            _print_backtest,
            more=lambda: {"start": starting_state().to_dict("records")},
        ),
        "origins": origins,
        "rivals": _Question(rivals, ("rival", "weight"), _print_rivals),
        "placebo": _Question(placebo_dates, ("dates", "weight"), _print_placebo),
        "events": _Question(event_moments, ("event", "moment", "effect", "weight"), _print_events),
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
    from sim.experiments.pool import usual_workers

    needs_extra("calibrate", "sklearn", "emcee", what="a fit")
    question = _questions()[kind]
    size = scenario_asked("frozen", [], [], macro=None, scale=scale).scale
    kept = PastRuns(store or Path("past-runs"))
    with RunsBar(hidden=json or quiet) as bar:
        more = {"until": until} if until is not None else {}
        table = question.answer(kept, runs, workers or usual_workers(), size, bar.show, **more)
    summed = table if question.summed is None else question.summed(table)
    if json:
        told = {} if question.summed is None else {"summary": summed.to_dict("records")}
        print_json({kind: table.to_dict("records"), **told, **question.more()})
    elif quiet:
        print(summed[list(question.quiet)].to_csv(sep="\t", header=False, index=False), end="")
    else:
        question.show(summed)


def _print_origins(summed: pd.DataFrame) -> None:
    heads = ("kind", "indicator", "forecasts", "CRPS", "error of best naive rule", "skill", "in 50 %", "80 %", "95 %")
    rows = [
        [
            row["kind"],
            row["indicator"],
            row["forecasts"],
            f"{row['crps']:.3g}",
            f"{row['naive_error']:.3g}",
            f"{row['skill']:+.2f}",
            *(f"{row[f'inside_{level}']:.0%}" for level in (50, 80, 95)),
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
            *(f"{row[key]:.4g}" for key in ("observed", "q05", "median", "q95")),
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
            f"{row['effect']:+.3g} ({row['low']:+.2g} to {row['high']:+.2g})",
            f"{row['weight']:.2f}",
        ]
        for row in table.to_dict("records")
    ]
    heads = ("event", "month", "moment", "observed", "with it", "without", "effect (90 %)", "weight of with")
    print_table("Events of policy and the moments around them", heads, rows)
    print("A weight near 0.50: the data do not tell whether the event did what the model says.")


def _print_weights(title: str, head: str, column: str, table: pd.DataFrame) -> None:
    rows = [
        [row[column], f"{row['log_score']:.2f}", f"{row['weight']:.2f}", f"{row['root_mean_square_miss']:.2f}"]
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
