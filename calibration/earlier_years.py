"""Earlier base years: their observations, parameters that describe the year, and dated policy."""

import csv
from dataclasses import dataclass
from functools import cache
from importlib import resources

import numpy as np

from agents.foreign_investors import InvestorGroup
from scenarios.baseline import observations
from scenarios.calendar import month_ordinal, month_text
from scenarios.distributions import Value
from scenarios.parameters import Parameters, ParameterSet
from scenarios.plan import levers
from scenarios.schema import Scenario
from sim.base_year.base_year import FIRST_BASE_YEAR, LAST_BASE_YEAR, BaseYear
from sim.financing.need_cycle import nominal_gdp_trn, nominal_growth_observed

STATUSES = ("observed", "estimated", "literature", "judgement")


@dataclass(frozen=True)
class EarlierLevel:
    """One observation before 2020, in the unit of the observation or parameter that it replaces."""

    series: str
    year: int
    value: float
    unit: str
    status: str
    confidence: int
    source: str


@cache
def earlier_levels() -> tuple[EarlierLevel, ...]:
    """Every level, in the order of the file.

    Raises
    ------
    ValueError
        If a row is not from before 2020 or has an unknown status: the file is part of the package and must be sound.
    """
    text = resources.files("calibration").joinpath("data", "earlier_levels.csv").read_text(encoding="utf-8")
    rows = tuple(
        EarlierLevel(
            row["series"],
            int(row["year"]),
            float(row["value"]),
            row["unit"],
            row["status"],
            int(row["confidence"]),
            row["source"],
        )
        for row in csv.DictReader(text.splitlines())
    )
    for row in rows:
        if row.year >= LAST_BASE_YEAR or row.status not in STATUSES:
            raise ValueError(f"earlier_levels.csv: {row.series} {row.year} is not usable")
    return rows


def stem_and_lag(id: str) -> tuple[str, int]:
    """Series that a baseline observation belongs to, and how many years before the base year it is dated."""
    if id.endswith("_2019"):
        return id.removesuffix("_2019"), 1
    return id.removesuffix("_2020"), 0


@cache
def _known() -> dict[str, dict[int, float]]:
    """Known years of each series, with those of the baseline itself."""
    known: dict[str, dict[int, float]] = {}
    for row in earlier_levels():
        known.setdefault(row.series, {})[row.year] = row.value
    for id, observation in observations().items():
        stem, lag = stem_and_lag(id)
        if stem in known:
            known[stem].setdefault(LAST_BASE_YEAR - lag, observation.value)
    return known


def level(series: str, year: int) -> float:
    """Level of a series in a year: known, or between two known years.

    ln x(t) is linear between known years (x itself where one of the two is zero).

    Raises
    ------
    KeyError
        If the series is unknown or the year lies outside its known range.
    """
    known = _known()[series]
    if year in known:
        return known[year]
    before = [each for each in known if each < year]
    after = [each for each in known if each > year]
    if not before or not after:
        raise KeyError(f"{series} is not known in {year}")
    first, last = max(before), min(after)
    part = (year - first) / (last - first)
    if min(known[first], known[last]) <= 0.0:
        return known[first] + part * (known[last] - known[first])
    return float(np.exp((1.0 - part) * np.log(known[first]) + part * np.log(known[last])))


@cache
def earlier_year(base_year: int, replays: bool = True) -> BaseYear:
    """Data of an earlier base year; see `sim.base_year`. With `replays`, later announcements are in force too.

    Raises
    ------
    ValueError
        If the base year is before 2016 or after 2019.
    """
    if base_year >= LAST_BASE_YEAR:
        raise ValueError(f"an earlier base year is before {LAST_BASE_YEAR}, not {base_year}")
    values: dict[str, float] = {}
    for id in observations():
        stem, lag = stem_and_lag(id)
        if stem in _known():
            values[id] = level(stem, base_year - lag)
    # The market opened in July 2019: companies listed at the end of the year before are the offers to then.
    values["star_listed_2019"] = sum(level("ipo_count_star", year) for year in range(FIRST_BASE_YEAR, base_year))
    return BaseYear(base_year, values, replays)


ACCESS_FRICTION = {2016: 0.60, 2017: 0.40, 2018: 0.40, 2019: 0.40}
"""Index of access barriers at the end of the year; see the source of parameter `access_friction_2020`."""
DESCRIBES_YEAR = ("repo_outstanding", "rmb_reserve_share_2020", "foreign_institution_share_2020")


def parameters_of(parameters: Parameters, base_year: int, *, replays: bool = True) -> Parameters:
    """Parameters with those that describe end-2020 restated for an earlier base year.

    Repo outstanding and two shares keep their ratio to the central value of 2020, the appetite for issuers' debt its
    distance from it, so that their uncertainty is preserved. Steps of policy are dated by their effect, so that lags
    are zero, and the access barrier falls with them from its level of the base year to that of end-2020. Only in a
    replay does public debt follow history to 2020. The observed yields of a replay contain what that growth of supply
    costs; premia answer departures from it.
    """
    central = ParameterSet.prior_2020().central()
    changes: dict[str, Value] = {"effect_lag_scale": 0.0, "delivery_slippage_months": 0.0}
    for name in DESCRIBES_YEAR:
        changes[name] = level(name, base_year) * parameters[name] / central[name]  # type: ignore[operator]
    changes["nominal_growth_2020"] = nominal_growth_observed()[base_year]
    changes["market_appetite_2020"] = parameters.market_appetite_2020 + (
        excess_of_direct_financing(base_year) / APPETITE_RESPONSE - central.market_appetite_2020
    )
    part = (base_year - FIRST_BASE_YEAR) / (LAST_BASE_YEAR - FIRST_BASE_YEAR)
    shares = np.array([_known()[f"holdings_share_{group.name.lower()}"][FIRST_BASE_YEAR] for group in InvestorGroup])
    mixed = (1.0 - part) * shares + part * np.array(parameters.holdings_share_by_type)
    changes["holdings_share_by_type"] = tuple((mixed / mixed.sum()).tolist())
    if replays:
        growth = np.log(level("bond_custody_total", LAST_BASE_YEAR) / level("bond_custody_total", base_year))
        changes["sovereign_growth"] = float(growth / (LAST_BASE_YEAR - base_year))
    ratio = ACCESS_FRICTION[base_year] / central.access_friction_2020
    changes["access_friction_2020"] = ratio * parameters.access_friction_2020
    rise = sum(step.rise for step in policy_steps() if step.lever == ACCESS_LEVER and step.year > base_year)
    betas = {(ACCESS_LEVER, ACCESS_CHANNEL): -float(np.log(ratio)) / rise}
    return parameters.replace(betas=betas, **changes)


APPETITE_RESPONSE = 0.3
"""Rise of log direct financing in the model per unit of the market's appetite, kept for some years."""


def excess_of_direct_financing(base_year: int) -> float:
    """Log of direct financing over nominal product in a year, less its mean from 2015 to that year."""
    product = nominal_gdp_trn()
    ratios = [np.log(level("direct_financing", year) / product[year]) for year in range(2015, base_year + 1)]
    return float(ratios[-1] - np.mean(ratios))


ACCESS_LEVER = "bond_market_access"
ACCESS_CHANNEL = "foreign_access_cost"


@dataclass(frozen=True)
class PolicyStep:
    """A dated step of policy before 2021: by how much a lever's intensity rose, and when it was felt."""

    lever: str
    month: str
    rise: float
    what: str
    status: str
    source: str

    @property
    def year(self) -> int:
        """Year of the step."""
        return int(self.month[:4])


@cache
def policy_steps() -> tuple[PolicyStep, ...]:
    """Every dated step, in the order of the file."""
    text = resources.files("calibration").joinpath("data", "policy_2017_2020.csv").read_text(encoding="utf-8")
    rows = csv.DictReader(text.splitlines())
    return tuple(PolicyStep(**{**row, "rise": float(row["rise"])}) for row in rows)  # type: ignore[arg-type]


def past_scenario(
    base_year: int,
    *,
    policy: bool = True,
    macro: str = "realised",
    scale: float = 1.0,
    shift: int = 0,
    without: tuple[str, str] | None = None,
) -> Scenario:
    """The years from a base year to 2020 as a scenario in the model's dates; see `sim.base_year`.

    Parameters
    ----------
    base_year
        2016 to 2019.
    policy
        False leaves out the dated steps of policy.
    macro
        "realised" takes the outside world as it was to 2020, "neutral" draws it.
    scale
        Number of issuers against the full model.
    shift
        Months by which the dated steps are moved; none comes before the first month after the base year, and those that
        come after 2020 are not seen.
    without
        Lever and month of a step that is left out.
    """
    ahead = LAST_BASE_YEAR - base_year
    intensity = {lever.id: lever.intensity_2020 for lever in levers()}
    paths: dict[str, dict[str, float]] = {}
    first, last = month_ordinal(f"{base_year + 1}-01"), month_ordinal(f"{LAST_BASE_YEAR}-12")
    for step in policy_steps() if policy else ():
        month = max(month_ordinal(step.month) + shift, first)
        if step.year > base_year and month <= last and (step.lever, step.month) != without:
            intensity[step.lever] += step.rise
            paths.setdefault(step.lever, {})[month_text(month + 12 * ahead)] = round(intensity[step.lever], 6)
    asked = Scenario(name="past", policy="frozen", macro=macro, scale=scale, end=f"{LAST_BASE_YEAR + ahead}-12")
    return asked.with_levers(paths) if paths else asked
