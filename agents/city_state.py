"""Slow states of the financial centres: talent, law and services, and the effect of density on wages and rents.

States are in standard deviations between centres. Each centre's are measured against its own level at end-2020; the
differences between centres at that date are in the intercepts of the location choice. At the seats and the channels of
end-2020 every rule here gives zero to the bit.
"""

from enum import IntEnum

import numpy as np

from agents.arrays import Floats
from agents.institutions import Centre


class CityState(IntEnum):
    """Slowly changing states of a centre."""

    TALENT = 0
    INTERNATIONAL_TALENT = 1
    LAW = 2
    SERVICES = 3


def log_real_wage(
    log_density: Floats,
    productivity: float,
    congestion: float,
    rent_share: float,
    relocation_cost: float,
    training_share: float,
    qualification_cost: float,
) -> Floats:
    """Log real wage of finance staff against end-2020, net of settling in and qualifying, shape (6,).

    wage = productivity * log_density - rent_share * congestion * log_density,
    in Shanghai less rent_share * ln(relocation_cost / 100) and training_share * ln(qualification_cost / 100)

    Density is the number of institutions over that of end-2020; rents rise with it by the congestion elasticity, and
    settling in weighs on a wage as rents do. Training and certificates that are cheaper to come by leave more of a
    wage. Parameters `agglomeration_productivity`, `congestion_elasticity`, `rent_share_of_wage`,
    `training_share_of_wage`; channels `talent_relocation_cost`, `qualification_cost` (indices, 2020 = 100). Density and
    productivity after the survey of Combes and Gobillon.
    """
    wage: Floats = (productivity - rent_share * congestion) * log_density
    wage[Centre.SHANGHAI] -= rent_share * np.log(relocation_cost / 100.0)
    wage[Centre.SHANGHAI] -= training_share * np.log(qualification_cost / 100.0)
    return wage


def state_targets(
    wage: Floats,
    log_density: Floats,
    international_share_ratio: float,
    legal_certainty_change: float,
    wage_elasticity: float,
    international_slope: float,
    law_slope: float,
    services_slope: float,
) -> Floats:
    """Levels that the states of each centre move towards, standard deviations, shape (4, 6).

    talent        = wage_elasticity * (log real wage - mean log real wage of the five others)
    international = international_slope * ln(share of professionals / share of 2020), in Shanghai
    law           = law_slope * change of legal certainty, in Shanghai
    services      = services_slope * log_density

    Legal certainty changes in log odds against 2020. Parameters `talent_wage_elasticity`,
    `international_talent_slope`, `legal_certainty_slope`, `services_density_slope`; channels
    `talent_international_share`, `legal_certainty`.
    """
    targets = np.zeros((len(CityState), len(Centre)))
    others = (wage.sum() - wage) / (len(Centre) - 1)
    targets[CityState.TALENT] = wage_elasticity * (wage - others)
    targets[CityState.INTERNATIONAL_TALENT, Centre.SHANGHAI] = international_slope * np.log(international_share_ratio)
    targets[CityState.LAW, Centre.SHANGHAI] = law_slope * legal_certainty_change
    targets[CityState.SERVICES] = services_slope * log_density
    return targets


def next_states(states: Floats, targets: Floats, speeds: Floats) -> Floats:
    """States a month later, shape (4, 6): each closes a fixed part of its gap.

    state' = state + speed * (target - state)

    Speeds are per month, shape (4,). Parameters `talent_speed` (both kinds of talent), `law_speed`, `service_speed`.
    """
    moved: Floats = states + speeds[:, None] * (targets - states)
    return moved


ENVIRONMENT_TERMS = ("talent", "international talent", "law", "services", "wages and rents")
"""Terms of the utility of a centre that depend on its state."""


def environment_terms(
    states: Floats, log_density: Floats, environment_slope: float, cost_slope: float, congestion: float
) -> Floats:
    """Contribution of the state of each centre to its utility, by ownership, log points, shape (5 terms, 2, 6).

    environment = environment_slope * (talent + law + services [+ international talent])
                  + cost_slope * (ln wage + ln rent),  ln wage = ln rent = congestion * log_density

    International talent counts for foreign-funded entrants, the second row. The cost slope is negative. Parameters
    `location_environment_slope`, `location_cost_slope`, `congestion_elasticity`.
    """
    terms = np.zeros((len(ENVIRONMENT_TERMS), 2, len(Centre)))
    terms[: len(CityState)] = environment_slope * states[:, None]
    terms[CityState.INTERNATIONAL_TALENT, 0] = 0.0
    terms[-1] = 2.0 * cost_slope * congestion * log_density
    return terms


def unit_operating_cost(operating_cost: float, log_density: float, productivity: float, congestion: float) -> float:
    """Cost of operating per unit of output in the city, index, 2020 = 100 at the density of end-2020.

    cost = operating_cost * exp((congestion - productivity) * log_density)

    Wages and rents rise with density, and so does productivity. Parameters `congestion_elasticity`,
    `agglomeration_productivity`; channel `operating_cost`.
    """
    return float(operating_cost * np.exp((congestion - productivity) * log_density))
