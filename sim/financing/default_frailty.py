"""The latent factor of default that all domestic firms share, over the months."""

from dataclasses import dataclass

from agents.default_frailty import log_multiplier, next_frailty, next_variance
from agents.draws import Draws
from scenarios.parameters import Parameters
from sim.clock import Clock
from sim.component import Changes
from sim.world.interactions import Interactions


@dataclass
class DefaultFrailty:
    """State of the factor; zero in the base year, whose default rate is as observed."""

    frailty: float = 0.0
    """Factor of the log default rate."""
    variance: float = 0.0
    """Its variance between the paths that are possible since the base year."""

    @property
    def log_multiplier(self) -> float:
        """Effect on the log default rate of a domestic firm."""
        return log_multiplier(self.frailty, self.variance)


def default_frailty_moves(
    clock: Clock,
    parameters: Parameters,
    interactions: Interactions,
    draws: Draws,
    frailty: Changes[DefaultFrailty],
) -> None:
    """The common factor of firms' defaults moves.

    It begins at zero after the base year: the parameter `default_rate` is the rate that was observed, with its
    uncertainty. Nothing moves in the base year.
    """
    if clock.in_base_year or not interactions.on("default_frailty"):
        return
    volatility, reversion = parameters.frailty_volatility, parameters.frailty_reversion
    normal = float(draws["issuer.frailty"].normals(clock.month, 1)[0])
    frailty.frailty = next_frailty(frailty.frailty, volatility, reversion, normal)
    frailty.variance = next_variance(frailty.variance, volatility, reversion)
