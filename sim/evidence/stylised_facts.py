"""Stylised facts over many runs: statistic, band, value, whether it holds, and whether it emerges or is built in."""

import csv
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from scipy import stats

from agents.arrays import Floats
from agents.foreign_investors import InvestorGroup
from scenarios.schema import Scenario
from sim.evidence.probe import Probe, watched
from sim.experiments.least_runs import LEAST_FOR_VERDICT, quantiles_known
from sim.experiments.pool import mapped
from sim.experiments.requests import RunRequest, ensemble_requests

if TYPE_CHECKING:
    import pandas as pd

    from sim.model import FinancialCenter

TAIL = 0.1
"""Part of a population, from the largest down, on which a tail is measured."""
FEWEST = 5
"""Investors that have to trade in a group for its herding to be measured."""


@dataclass(frozen=True)
class Fact:
    """A stylised fact: its statistic and the expected band."""

    id: str
    name: str
    statistic: str
    low: float
    high: float
    kind: str
    """`emergent`, or `built in` where a rule or a starting value states it."""
    why: str
    basis: str

    def holds(self, value: float) -> bool:
        """Whether a value lies in the band."""
        return bool(self.low <= value <= self.high)


@cache
def facts() -> tuple[Fact, ...]:
    """All facts, from the package's data."""
    text = resources.files("sim.evidence").joinpath("stylised_facts.csv").read_text(encoding="utf-8")
    return tuple(
        Fact(
            **{
                **row,
                "low": float(row["low"] or "-inf"),
                "high": float(row["high"] or "inf"),
            }  # type: ignore[arg-type]
        )
        for row in csv.DictReader(text.splitlines())
    )


def stylised_facts(
    scenario: str | Path | Scenario = "plan",
    *,
    runs: int = 200,
    seed: int = 1,
    scale: float | None = None,
    draws: int | None = 0,
    interactions_off: Iterable[str] = (),
    workers: int | None = None,
) -> "pd.DataFrame":
    """Stylised facts over runs.

    Parameters
    ----------
    scenario, runs, seed, scale, draws, interactions_off, workers
        As in `sim.ensemble`; by default every run takes the central point of the parameters.

    Returns
    -------
    One row a fact: name, statistic, low, high, median, p05, p95 (over the runs; NaN below eight), inside (share of
    runs in the band), passed (the median lies in the band; NA below eight runs), runs (in which the statistic is
    known), kind, why, basis.

    Raises
    ------
    scenarios.InputError
        If an argument cannot be used.
    """
    requests = ensemble_requests(
        [scenario], runs=runs, seed=seed, scale=scale, draws=draws, interactions_off=interactions_off
    )
    return summary(measured(requests, workers))


def measured(requests: Sequence[RunRequest], workers: int | None = None) -> dict[str, Floats]:
    """Statistic of every fact in every run, shape (runs,) each."""
    found = mapped(statistics_of, requests, workers)
    return {fact.id: np.array([each[fact.id] for each in found]) for fact in facts()}


def summary(values: Mapping[str, Floats]) -> "pd.DataFrame":
    """The table of facts from the statistics of the runs."""
    import pandas as pd

    rows = []
    for fact in facts():
        seen = values[fact.id][np.isfinite(values[fact.id])]
        median, low, high = quantiles_known(seen, [0.5, 0.05, 0.95])
        rows.append(
            {
                "fact": fact.id,
                "name": fact.name,
                "statistic": fact.statistic,
                "low": fact.low,
                "high": fact.high,
                "median": median,
                "p05": low,
                "p95": high,
                "inside": float(np.mean([fact.holds(value) for value in seen])) if len(seen) else np.nan,
                "passed": fact.holds(median) if len(seen) >= LEAST_FOR_VERDICT else None,
                "runs": len(seen),
                "kind": fact.kind,
                "why": fact.why,
                "basis": fact.basis,
            }
        )
    return pd.DataFrame(rows).set_index("fact").astype({"passed": "boolean"})


def statistics_of(request: RunRequest) -> dict[str, float]:
    """Statistic of every fact in one run."""
    from sim.model import FinancialCenter

    centre = FinancialCenter(
        request.scenario, rng=request.seed, parameters=request.parameters, interactions_off=request.interactions_off
    )
    return statistics(centre, watched(centre))


def statistics(centre: "FinancialCenter", seen: Probe) -> dict[str, float]:
    """Statistic of every fact from the records of a probe and the centre at the end."""
    parameters = centre.parameters
    growth = np.concatenate(seen.issuer_growth)
    firms = np.concatenate(seen.fintech, axis=1)
    stayed = firms[:, firms[2] == 0.0]
    flow, filings, listings = np.array(seen.flow_bn), np.array(seen.filings), np.array(seen.listings)
    defaults, usual = np.array(seen.defaults), np.array(seen.expected_defaults)
    season, february = seasonality(np.array(seen.gross_bn))
    days = float(np.mean(parameters.trading_days_by_month))
    overnight = parameters.overnight_repo_share * days
    return {
        "size_tail_issuers": tail_exponent(_firm_debt(centre)),
        "size_tail_institutions": tail_exponent(centre.institutions["assets_bn"]),
        "size_tail_fintech": tail_exponent(np.exp(centre.fintech["log_size"])),
        "growth_kurtosis_issuers": float(stats.kurtosis(growth)),
        "growth_laplace_issuers": laplace_gain(growth),
        "growth_kurtosis_fintech": float(stats.kurtosis(stayed[0])),
        "young_grow_faster": slope_t(stayed[1], stayed[0]),
        "young_exit_more": slope_t(firms[1], firms[2]),
        "foreign_flow_ac1": autocorrelation(flow),
        "foreign_flow_vr6": variance_ratio(flow, 6),
        "flows_follow_returns": correlation(flow, np.array(seen.last_return)),
        "flow_herding": herding(np.array(seen.buyers)),
        "issuance_season": season,
        "issuance_february_march": february,
        "rollover_share": float(np.sum(seen.redeemed_bn) / np.sum(seen.gross_bn)),
        "ipo_dispersion": dispersion(listings),
        "ipo_autocorrelation": ljung_box_p(listings, 3),
        "ipo_returns": correlation(filings, np.array(seen.return_6m)),
        "volume_volatility": correlation(np.diff(seen.log_volume), np.diff(seen.log_volatility)),
        "overnight_share": overnight
        / (overnight + (1.0 - parameters.overnight_repo_share) * days / parameters.term_repo_days),
        "return_tails": float(stats.kurtosis(seen.equity_return)),
        "volatility_clusters": autocorrelation(np.array(seen.log_volatility)),
        "foreign_licences": float(np.mean(seen.foreign_share_here)),
        "default_clusters": dispersion(defaults, usual),
        "interbank_core": float(np.nanmean(seen.core_share)),
    }


def _firm_debt(centre: "FinancialCenter") -> Floats:
    """Debt of a firm of each domestic issuer, CNY bn."""
    debt = centre.issuers["debt_bn"].sum(axis=0) / centre.issuers["firms"]
    return np.asarray(debt[debt > 0.0])


def tail_exponent(sizes: Floats) -> float:
    """Exponent of the largest tenth: slope of log(rank - 1/2) on log size (Gabaix and Ibragimov 2011), sign changed."""
    largest = np.sort(sizes)[::-1][: max(10, round(TAIL * len(sizes)))]
    return -float(stats.linregress(np.log(largest), np.log(np.arange(len(largest)) + 0.5)).slope)


def laplace_gain(values: Floats) -> float:
    """Log likelihood of a Laplace law less that of a normal law, per value, both fitted."""
    return float(stats.laplace.logpdf(values, *stats.laplace.fit(values)).mean()) - float(
        stats.norm.logpdf(values, *stats.norm.fit(values)).mean()
    )


def slope_t(regressor: Floats, values: Floats) -> float:
    """T value of the slope of a linear regression."""
    line = stats.linregress(regressor, values)
    return float(line.slope / line.stderr)


def correlation(left: Floats, right: Floats) -> float:
    """Pearson correlation; NaN where one of the two does not move."""
    if np.ptp(left) == 0.0 or np.ptp(right) == 0.0:
        return float("nan")
    return float(stats.pearsonr(left, right).statistic)


def autocorrelation(series: Floats, lag: int = 1) -> float:
    """Autocorrelation about the mean of the series."""
    gaps = series - series.mean()
    return float((gaps[lag:] @ gaps[:-lag]) / (gaps @ gaps))


def variance_ratio(series: Floats, months: int) -> float:
    """Variance of overlapping sums over so many months, over months times the variance of one."""
    sums = np.convolve(series, np.ones(months), mode="valid")
    return float(sums.var() / (months * series.var()))


def dispersion(counts: Floats, expected: Floats | None = None) -> float:
    """Variance over mean of counts, or of counts over expected counts, scaled to the same mean."""
    if expected is None:
        return float(counts.var(ddof=1) / counts.mean()) if counts.mean() > 0.0 else float("nan")
    level = expected * counts.sum() / expected.sum()
    return float(((counts - level) ** 2 / level).mean())


def ljung_box_p(series: Floats, lags: int) -> float:
    """P value of the Ljung-Box test that the first autocorrelations are zero."""
    n = len(series)
    statistic = n * (n + 2) * sum(autocorrelation(series, lag) ** 2 / (n - lag) for lag in range(1, lags + 1))
    return float(stats.chi2.sf(statistic, lags))


def seasonality(monthly: Floats) -> tuple[float, float]:
    """P value of month dummies in log flows without a linear trend, and February over March, both over whole years."""
    years = len(monthly) // 12
    logs = np.log(monthly[: 12 * years])
    flat = logs - np.polyval(np.polyfit(np.arange(len(logs)), logs, 1), np.arange(len(logs)))
    by_month = flat.reshape(years, 12)
    p_value = float(stats.f_oneway(*by_month.T).pvalue) if years > 1 else float("nan")
    whole = monthly[: 12 * years].reshape(years, 12)
    return p_value, float((whole[:, 1] / whole[:, 2]).mean())


def herding(buyers: Floats) -> float:
    """Measure of Lakonishok, Shleifer and Vishny, mean over groups and months.

    Buyers and traders, shape (months, 2, groups). |p - mean p of the group| less its mean under binomial sampling,
    for groups in which enough trade. Reserve managers, which follow a fixed share, are left out.
    """
    values = []
    for group in range(InvestorGroup.BENCHMARK_FUND, len(InvestorGroup)):
        bought, traded = buyers[:, 0, group], buyers[:, 1, group]
        enough = traded >= FEWEST
        if not enough.any():
            continue
        usual = float(bought[enough].sum() / traded[enough].sum())
        by_chance = partial(_absolute_gap, usual)
        values += [abs(b / n - usual) - by_chance(int(n)) for b, n in zip(bought[enough], traded[enough], strict=True)]
    return float(np.mean(values)) if values else float("nan")


def _absolute_gap(usual: float, traders: int) -> float:
    """Mean of |p - usual| for a binomial share of so many traders."""
    counts = np.arange(traders + 1)
    return float(np.abs(counts / traders - usual) @ stats.binom.pmf(counts, traders, usual))
