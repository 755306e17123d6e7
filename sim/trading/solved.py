"""The solved constants of trading."""

from collections.abc import Iterator

import numpy as np

from agents.arrays import Floats
from sim.base_year.base_year import BaseYear
from sim.base_year.derived import observed_turnover_trn
from sim.base_year.sums import BaseYearSums
from sim.markets import Product
from sim.solved_constants import Match, Matches, SolvedConstant, Solving
from sim.trading.state import TradingConstants


def first_guess() -> TradingConstants:
    """Constants to start the solution from, near those of the base year 2020; only its speed depends on them."""
    return TradingConstants(velocity=np.array([0.0015, 1e-5, 1.15, 1e-5, 0.002, 0.66, 0.42, 0.1]))


def trading_matches(base_year: BaseYear, constants: TradingConstants, year: BaseYearSums) -> Iterator[Match]:
    """Turnover of the base year by product."""
    turnover = observed_turnover_trn(base_year)
    for product in Product:
        simulated = constants.velocity[product] * year.activity[product]
        yield Match(f"turnover {product.name}", float(simulated), float(turnover[product]))


def velocity_corrected(base_year: BaseYear, year: BaseYearSums, matches: Matches) -> Floats:
    """Observed turnover over activity; repo will be as much larger as its leverage is corrected."""
    velocity = observed_turnover_trn(base_year) / year.activity
    velocity[[Product.INTERBANK_MONEY, Product.SSE_REPO_BONDS_FUNDS]] /= matches["repo outstanding"].factor
    return np.asarray(velocity)


TRADING_SOLVED = Solving(
    TradingConstants,
    first_guess,
    trading_matches,
    (SolvedConstant("velocity", "turnover by product", velocity_corrected),),
)
