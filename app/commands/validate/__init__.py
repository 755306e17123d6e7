"""The commands under `validate`, one a file: each validates the model in one way."""

from collections.abc import Callable

import typer

from app.commands.validate.alarms import alarms
from app.commands.validate.backtest import backtest
from app.commands.validate.discrepancy import discrepancy
from app.commands.validate.events import events
from app.commands.validate.forecast import forecast
from app.commands.validate.holdout import holdout
from app.commands.validate.inference import inference
from app.commands.validate.origins import origins
from app.commands.validate.placebo import placebo
from app.commands.validate.published import published
from app.commands.validate.rivals import rivals

EXAMPLES: dict[Callable[..., None], str] = {
    forecast: "forecast --observed later.csv --runs 100",
    origins: "origins --store past-runs",
    discrepancy: "discrepancy --store past-runs",
    backtest: "backtest --store past-runs",
    holdout: "holdout --until 2018 --store past-runs",
    inference: "inference --store past-runs",
    published: "published --store past-runs",
    rivals: "rivals --store past-runs",
    placebo: "placebo --store past-runs",
    events: "events --store past-runs",
    alarms: "alarms --runs 40 --scale 0.2 --store past-runs",
}
"""The commands under `validate` with an example of each, in the order of the help."""

validate = typer.Typer(name="validate", epilog="Example: lujiazui validate backtest --store past-runs")
for function, example in EXAMPLES.items():
    validate.command(epilog=f"Example: lujiazui validate {example}")(function)


@validate.callback()
def about() -> None:
    """Validate the model against observations: forecast scores, backtests of 2016-2020, rival assumptions."""
