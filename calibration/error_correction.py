"""Error correction to nominal product: a series that is tied to the economy returns to its mean ratio to it."""

from collections.abc import Mapping

import numpy as np

from calibration.naive import LEAST_ERRORS, NaiveForecast

RULE = "error correction to nominal product"
GROWTH_YEARS = 5
"""Longest span of the mean growth of nominal product: a five-year plan."""
LEAST_STEPS = 3
"""Steps from one year to the next from which the speed of return is estimated."""


def error_correction(
    past: Mapping[int, float], product: Mapping[int, float], origin: int, year: int
) -> NaiveForecast | None:
    """Forecast for a year from the values of a series and of nominal product known at the end of `origin`.

    r_t = ln(x_t / Y_t),  rbar its mean over the known years
    ln x_{o+h} = ln Y_o + g h + rbar + phi^h (r_o - rbar)

    with g the mean growth of the log of nominal product over the last five years, and phi the regression of
    r_{t+1} - rbar on r_t - rbar over years without a gap, held within 0 and 1; phi is 1, a constant ratio, where there
    are fewer than three such steps. The distribution is lognormal with the root mean square of the rule's own errors
    on the known years before the origin, per root year, as in `naive.forecasts_by`; None where no forecast is
    possible.

    Parameters
    ----------
    past
        Values of the series by year; later years than `origin` play no part.
    product
        Nominal product by year; later years than `origin` play no part.
    origin
        Last year that is known.
    year
        Year to forecast.

    Source: Engle and Granger 1987, with a coefficient of one on product. With so few years phi is biased downwards.
    """
    known = {each: past[each] for each in sorted(past) if each <= origin and each in product}
    median = _median(known, product, origin, year)
    if median is None:
        return None
    errors = []
    for at, later in zip(list(known), list(known)[1:], strict=False):
        earlier = _median({each: known[each] for each in known if each <= at}, product, at, later)
        if earlier is not None:
            errors.append(float(np.log(known[later] / earlier) / np.sqrt(later - at)))
    spread = float(np.sqrt(np.mean(np.square(errors)))) if len(errors) >= LEAST_ERRORS else float("nan")
    return NaiveForecast(median, spread * float(np.sqrt(year - origin)))


def _median(known: Mapping[int, float], product: Mapping[int, float], origin: int, year: int) -> float | None:
    years = [each for each in range(origin - GROWTH_YEARS, origin + 1) if each in product]
    if origin not in known or len(years) < 2 or years[-1] != origin:
        return None
    growth = np.log(product[origin] / product[years[0]]) / (origin - years[0])
    ratio = {each: float(np.log(known[each] / product[each])) for each in known}
    mean = float(np.mean(list(ratio.values())))
    pairs = np.array([(ratio[each] - mean, ratio[each + 1] - mean) for each in ratio if each + 1 in ratio])
    persistence = 1.0
    if len(pairs) >= LEAST_STEPS and (pairs[:, 0] ** 2).sum() > 0.0:
        persistence = float(np.clip((pairs[:, 0] * pairs[:, 1]).sum() / (pairs[:, 0] ** 2).sum(), 0.0, 1.0))
    ahead = year - origin
    return float(product[origin] * np.exp(growth * ahead + mean + persistence**ahead * (ratio[origin] - mean)))
