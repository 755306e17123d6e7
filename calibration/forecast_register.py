"""A forecast that is frozen: its whole distribution with hashes, so that it can be scored later and not tuned."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from agents.arrays import Floats
from calibration.discrepancy import LARGEST
from calibration.learned import Learned
from calibration.shipped_discrepancy import UNKNOWN, shipped_discrepancy
from calibration.widened import WAYS, forecast_points
from scenarios.errors import InputError
from scenarios.problem_texts import coded
from scenarios.user_files import read_json
from scenarios.whole_years import BASE_YEAR
from sim.closing.indicators import PLAN_INDICATORS
from sim.experiments.ensemble import Ensemble
from sim.experiments.least_runs import quantiles_known
from sim.provenance.loaded_code import refuse_altered
from sim.provenance.model_digest import model_digest

FORMAT = 1
LARGEST_FILE = 50_000_000
COMPANIONS = ("institution_count", "star_listings")
"""Indicators beside the plan's that are forecast too."""
QUANTILES = (0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95)

type Quantiles = Mapping[str, Mapping[str, list[list[float]]]]
"""By distribution and indicator, a list for each year of the QUANTILES."""


@dataclass(frozen=True)
class RegisteredForecast:
    """Values of the plan's indicators by year over the runs, and their origin."""

    about: Mapping[str, Any]
    years: tuple[int, ...]
    values: Mapping[str, Floats]
    """By indicator, shape (runs, years)."""
    quantiles: Quantiles = field(default_factory=dict)
    """Of the model alone, of the model with its discrepancy and of the pool; empty in forecasts of earlier versions."""

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
    own = (name for name in (*asked.plan.indicator_ids, *COMPANIONS) if name in ensemble.columns)
    names = tuple(dict.fromkeys((*PLAN_INDICATORS, *own)))
    values = {name: ensemble.yearly(scenario, name)[done][:, places] for name in names}
    whole = {
        **about,
        "scenario": scenario,
        "scenario_hash": asked.content_hash(),
        "parameter_set": asked.parameters_told,
        "macro": asked.macro_identity,
        "scale": asked.scale,
        "model_digest": model_digest(),
        "kinds": sorted(ensemble.kinds),
        "conditions": ensemble.conditions.as_dict(),
        "failures": list(ensemble.failures),
        "information_until": {"data": "2020-12", "policy": "2021-07"},
        "discrepancy": discrepancy_used(values, known=not asked.plan.baseline),
    }
    frozen = RegisteredForecast(whole, tuple(years), values)
    return replace(frozen, quantiles={way: quantiles_of(frozen, way) for way in WAYS})


def discrepancy_used(names: Iterable[str], *, known: bool = True) -> dict[str, Any]:
    """The discrepancies of the package, log per root year, None where one is not identified, and their origin.

    None is identified where the model starts from observations of the user's own: errors were measured in Shanghai.
    """
    shipped = shipped_discrepancy()
    learned = {name: shipped.of(name) if known else UNKNOWN for name in names}
    return {
        "log_per_root_year": {name: each.discrepancy if each.identified else None for name, each in learned.items()},
        "weights": {name: dict(each.weights) for name, each in learned.items() if each.identified},
        **{key: shipped.about[key] for key in ("model_digest", "history_digest", "information_until", "date")},
    }


def points_of(forecast: RegisteredForecast, indicator: str, year: int, way: str) -> Floats | None:
    """Points of a forecast by one of the ways of `widened`, with what was learned when it was made.

    None where the forecast has no such indicator or year.
    """
    members = forecast.members(indicator, year)
    if members is None:
        return None
    return forecast_points(members, indicator, year, way, learned_of(forecast, indicator))


def learned_of(forecast: RegisteredForecast, indicator: str) -> Learned:
    """What was known of an indicator's discrepancy when a forecast was made; nothing in those of earlier versions.

    Raises
    ------
    ValueError
        If a number is out of range.
    """
    used = forecast.about.get("discrepancy", {})
    size = used.get("log_per_root_year", {}).get(indicator)
    weights = {str(name): float(weight) for name, weight in used.get("weights", {}).get(indicator, {}).items()}
    if any(not weight >= 0.0 for weight in weights.values()) or not (size is None or 0.0 <= float(size) <= LARGEST):
        raise ValueError(f"discrepancy of {indicator} is out of range")
    return Learned(float("nan") if size is None else float(size), weights, 0, 0)


def quantiles_of(forecast: RegisteredForecast, way: str) -> dict[str, list[list[float]]]:
    """QUANTILES of every indicator and year by one of the ways; NaN where so few runs have none."""
    found: dict[str, list[list[float]]] = {}
    for indicator in forecast.values:
        by_year = [points_of(forecast, indicator, year, way) for year in forecast.years]
        found[indicator] = [quantiles_known(points, QUANTILES) for points in by_year if points is not None]
    return found


def _content(forecast: RegisteredForecast) -> dict[str, Any]:
    values = {name: np.round(array, 9).tolist() for name, array in forecast.values.items()}
    content = {"format": FORMAT, "about": dict(forecast.about), "years": list(forecast.years), "values": values}
    if not forecast.quantiles:
        return content
    rounded = {
        way: {name: [[_json_number(at) for at in year] for year in years] for name, years in own.items()}
        for way, own in forecast.quantiles.items()
    }
    return {**content, "quantiles": {"levels": list(QUANTILES), **rounded}}


def _json_number(value: float) -> float | None:
    return round(value, 9) if np.isfinite(value) else None


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


def _read_quantiles(content: Mapping[str, Any]) -> dict[str, dict[str, list[list[float]]]]:
    """Quantiles by distribution, none in a file of an earlier version."""
    ways = {way: own for way, own in content.get("quantiles", {}).items() if way != "levels"}
    return {
        str(way): {
            str(name): [[float("nan") if at is None else float(at) for at in year] for year in years]
            for name, years in own.items()
        }
        for way, own in ways.items()
    }


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
        years = tuple(int(year) for year in content["years"])
        forecast = RegisteredForecast(dict(content["about"]), years, values, _read_quantiles(content))
        for name in values:
            learned_of(forecast, name)
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError):
        raise foreign from None
    if any(array.ndim != 2 or array.shape[1] != len(forecast.years) for array in values.values()):
        raise foreign
    return forecast
