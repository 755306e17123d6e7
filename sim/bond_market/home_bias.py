"""Home bias of foreign investors in bonds."""

import numpy as np

from agents.draws import Draws
from agents.foreign_investors import ForeignInvestors
from agents.home_bias import experience_at_start, home_bias_shift, mean_experience_at_start, next_experience
from scenarios.parameters import Parameters
from sim.component import Changes
from sim.world.interactions import Interactions
from sim.world.policy import Channels


def experience_begins(month: int, parameters: Parameters, draws: Draws, investors: Changes[ForeignInvestors]) -> None:
    """Give the investors of the start the experience of their time in the market."""
    investors["experience"][:] = experience_at_start(
        draws["investor.experience"].uniform(investors.draw_keys, month),
        parameters.incumbent_months_2019,
        parameters.experience_months,
    )


def home_bias_falls(
    parameters: Parameters, channels: Channels, interactions: Interactions, investors: Changes[ForeignInvestors]
) -> None:
    """Investors learn from holding bonds; experience, cheaper hedges and settlement, and law lower their home bias."""
    months = parameters.experience_months
    experience = investors["experience"]
    experience[:] = next_experience(experience, investors["holdings_bn"] > 0.0, months)
    gain = experience - mean_experience_at_start(parameters.incumbent_months_2019, months)
    law, law_2020 = channels["legal_certainty"], channels.baseline("legal_certainty")
    investors["home_bias_shift"][:] = home_bias_shift(
        parameters.home_bias,
        gain if interactions.on("experience") else np.zeros(len(gain)),
        channels.ratio("hedging_cost"),
        float(np.log(law / (1.0 - law)) - np.log(law_2020 / (1.0 - law_2020))),
        channels.ratio("settlement_cost"),
        parameters.home_bias_experience,
        parameters.home_bias_hedging,
        parameters.home_bias_law,
        parameters.home_bias_settlement,
        investors["group"],
    )
