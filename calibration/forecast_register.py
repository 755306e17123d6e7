"""A forecast that is frozen: its whole distribution with hashes, so that it can be scored later and not tuned."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from agents.arrays import Floats
from scenarios.errors import InputError
from scenarios.problem_texts import coded
from scenarios.user_files import read_json
from scenarios.whole_years import BASE_YEAR
from sim.closing.indicators import PLAN_INDICATORS
from sim.experiments.ensemble import Ensemble
from sim.provenance.loaded_code import refuse_altered
from sim.provenance.model_digest import model_digest

FORMAT = 1
LARGEST_FILE = 50_000_000


@dataclass(frozen=True)
class RegisteredForecast:
    """Values of the plan's indicators by year over the runs, and their origin."""

    about: Mapping[str, Any]
    years: tuple[int, ...]
    values: Mapping[str, Floats]
    """By indicator, shape (runs, years)."""

    def members(self, indicator: str, year: int) -> Floats | None:
        """Values of an indicator in a year over the runs, None where the forecast has none."""
        if indicator not in self.values or year not in self.years:
            return None
        return self.values[indicator][:, self.years.index(year)]


def forecast_of(ensemble: Ensemble, scenario: str, about: Mapping[str, Any]) -> RegisteredForecast:
    """The whole years after 2020 of one scenario of an ensemble, over the runs that are done.

    `about` records further origins, such as runs, seed and date; digests of the model and of the scenario are added.

    Raises
    ------
    scenarios.InputError
        If there is no such year.
    """
    asked = ensemble.scenarios[scenario]
    last, done = ensemble.last_month(scenario), ensemble.done(scenario)
    years = [year for year in ensemble.years if year > BASE_YEAR and last is not None and year * 12 + 11 <= last]
    if not years:
        raise InputError(
            ensemble.target_year_told(scenario),
            key="end",
            value=asked.end,
            allowed=coded("allowed.end_of_a_whole_year"),
        )
    places = [ensemble.years.index(year) for year in years]
    values = {name: ensemble.yearly(scenario, name)[done][:, places] for name in PLAN_INDICATORS}
    whole = {
        **about,
        "scenario": scenario,
        "scenario_hash": asked.content_hash(),
        "parameter_set": asked.parameters,
        "macro": asked.macro_identity,
        "scale": asked.scale,
        "model_digest": model_digest(),
        "kinds": sorted(ensemble.kinds),
        "conditions": ensemble.conditions.as_dict(),
        "failures": list(ensemble.failures),
        "information_until": {"data": "2020-12", "policy": "2021-07"},
    }
    return RegisteredForecast(whole, tuple(years), values)


def _content(forecast: RegisteredForecast) -> dict[str, Any]:
    values = {name: np.round(array, 9).tolist() for name, array in forecast.values.items()}
    return {"format": FORMAT, "about": dict(forecast.about), "years": list(forecast.years), "values": values}


def _digest(content: Mapping[str, Any]) -> str:
    text = json.dumps(content, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def checked_new(path: str | Path) -> Path:
    """A free path in an existing folder, checked before a long run.

    Raises
    ------
    scenarios.InputError
        Otherwise: a registered forecast is never replaced.
    """
    file = Path(path)
    if file.exists():
        raise InputError(
            coded("forecast.never_replaced"), where=str(file), key="--register", allowed=coded("allowed.new_file")
        )
    if not file.resolve().parent.is_dir():
        raise InputError(coded("forecast.no_folder"), where=str(file.parent), key="--register")
    return file


def register(forecast: RegisteredForecast, path: str | Path) -> str:
    """Write a forecast into a new file and return its digest; publish the digest to prove the date.

    Raises
    ------
    scenarios.InputError
        If the file exists, since a registered forecast is never replaced, or cannot be written.
    """
    refuse_altered("a registered forecast stands for the installed one")
    content = _content(forecast)
    digest = _digest(content)
    text = json.dumps({**content, "sha256": digest}, sort_keys=True, separators=(",", ":"))
    file = checked_new(path)
    try:
        with file.open("x", encoding="utf-8") as new:
            new.write(text + "\n")
    except OSError as error:
        raise InputError(
            coded("forecast.unwritable", reason=error.strerror), where=str(file), key="--register"
        ) from None
    return digest


def read_registered(path: str | Path) -> RegisteredForecast:
    """Read a registered forecast and check that nothing in it was changed.

    Raises
    ------
    scenarios.InputError
        If it cannot be read, is no registered forecast, or does not meet its own digest.
    """
    file = Path(path)
    content = read_json(file, what=coded("what.forecast"), largest=LARGEST_FILE)
    foreign = InputError(
        coded("forecast.not_registered"), where=str(file), allowed=coded("allowed.registered_forecast")
    )
    if not isinstance(content, dict) or content.get("format") != FORMAT:
        raise foreign
    digest = content.pop("sha256", "")
    if _digest(content) != digest:
        raise InputError(coded("forecast.changed"), where=str(file), key="sha256")
    try:  # a digest proves nothing about the content
        values = {str(name): np.array(rows, dtype=np.float64) for name, rows in content["values"].items()}
        forecast = RegisteredForecast(dict(content["about"]), tuple(int(year) for year in content["years"]), values)
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError):
        raise foreign from None
    if any(array.ndim != 2 or array.shape[1] != len(forecast.years) for array in values.values()):
        raise foreign
    return forecast
