"""A random walk whose drift is shrunk to growth of nominal product, with a spread learned from all series together."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import product as combinations
from typing import NamedTuple

import numpy as np
from scipy.special import gammaln

from agents.arrays import Floats
from calibration.naive import NaiveForecast

RULE = "shrunk drift"
GROWTH_YEARS = 5
"""Longest span of the mean growth of nominal product: a five-year plan."""
TIGHTNESS = (0.1, 0.2, 0.4, 0.8, 1.6)
"""Standard deviations of the drift about growth of product that are tried, over the spread of a year's change."""
SPREADS = (0.02, 0.04, 0.08, 0.16, 0.32)
"""Prior spreads of a year's change that are tried, in logs."""
DEGREES = (4.0, 8.0)
"""Years that the prior spread counts for: at least four, so that the forecast has a variance."""


class Shrinkage(NamedTuple):
    """Prior: drift ~ N(growth of product, (tightness s)^2), s^2 ~ scaled inverse chi^2(degrees, spread^2)."""

    tightness: float
    spread: float
    degrees: float


@dataclass(frozen=True)
class Drift:
    """Posterior of a series' drift and spread.

    Parameters
    ----------
    mean
        Of the drift, log per year.
    years
        Years that the drift counts for: those of the prior, 1 / tightness^2, and those observed.
    variance
        Scale of the variance of a year's change.
    degrees
        Degrees of freedom of that scale.
    evidence
        Log density of the changes under the prior.
    """

    mean: float
    years: float
    variance: float
    degrees: float
    evidence: float


def posterior(changes: Floats, spans: Floats, centre: float, prior: Shrinkage) -> Drift:
    """Posterior of the drift and the spread of a random walk.

    y_k ~ N(k g, k s^2) over k years,  g ~ N(centre, (tightness s)^2),  s^2 ~ scaled inverse chi^2

    Parameters
    ----------
    changes
        Log changes between known years, shape (changes,).
    spans
        Their lengths in years, shape (changes,).
    centre
        Growth of nominal product, log per year.
    prior
        The prior.

    Source: Litterman 1986 (Minnesota prior: a random walk with tightness), here with a drift and conjugate spread as in
    Zellner 1971, chapter 3.
    """
    before = 1.0 / prior.tightness**2
    years = before + float(spans.sum())
    mean = (before * centre + float(changes.sum())) / years
    degrees = prior.degrees + len(changes)
    whole = prior.degrees * prior.spread**2 + float((changes**2 / spans).sum()) + before * centre**2 - years * mean**2
    evidence = (
        0.5 * np.log(before / years)
        - 0.5 * float(np.log(spans).sum())
        + gammaln(degrees / 2.0)
        - gammaln(prior.degrees / 2.0)
        + 0.5 * prior.degrees * np.log(prior.degrees * prior.spread**2)
        - 0.5 * degrees * np.log(whole)
        - 0.5 * len(changes) * np.log(np.pi)
    )
    return Drift(mean, years, whole / degrees, degrees, float(evidence))


def shrunk_drift(
    past: Mapping[int, float], product: Mapping[int, float], origin: int, year: int, prior: Shrinkage
) -> NaiveForecast | None:
    """Forecast for a year from what was known at the end of `origin`; None where product or the series is not known.

    The predictive distribution is Student's t in logs, with location x + h g and squared scale s^2 (h + h^2 / years);
    it is given as the lognormal distribution with the same median and the same variance of the log.
    """
    centre = growth_of_product(product, origin)
    if origin not in past or centre is None:
        return None
    changes, spans = changes_to(past, origin)
    found, ahead = posterior(changes, spans, centre, prior), float(year - origin)
    variance = found.variance * (ahead + ahead**2 / found.years) * found.degrees / (found.degrees - 2.0)
    return NaiveForecast(float(past[origin] * np.exp(found.mean * ahead)), float(np.sqrt(variance)))


def learned_shrinkage(
    series: Iterable[Mapping[int, float]], product: Mapping[int, float], origin: int
) -> Shrinkage | None:
    """Prior with the highest density of all series' changes to the end of `origin`; None where product is not known.

    No later year plays a part, so that the prior differs from origin to origin.
    """
    centre = growth_of_product(product, origin)
    if centre is None:
        return None
    known = [changes_to(each, origin) for each in series]
    tried = [Shrinkage(*each) for each in combinations(TIGHTNESS, SPREADS, DEGREES)]
    return max(tried, key=lambda prior: sum(posterior(*each, centre, prior).evidence for each in known))


def growth_of_product(product: Mapping[int, float], origin: int) -> float | None:
    """Mean growth of the log of nominal product over the last five years known at an origin."""
    years = [each for each in range(origin - GROWTH_YEARS, origin + 1) if each in product]
    if len(years) < 2 or years[-1] != origin:
        return None
    return float(np.log(product[origin] / product[years[0]]) / (origin - years[0]))


def changes_to(past: Mapping[int, float], origin: int) -> tuple[Floats, Floats]:
    """Log changes between known years to an origin, and their lengths in years, shape (changes,) each."""
    years = np.array([each for each in sorted(past) if each <= origin])
    logs = np.log([past[int(each)] for each in years])
    return np.diff(logs), np.diff(years).astype(np.float64)
