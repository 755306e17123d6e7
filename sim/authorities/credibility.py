"""Foreigners judge how much of the regime will stay."""

import numpy as np

from agents.arrays import Flags, Floats
from agents.authorities import Curb
from agents.credibility import furthest_opening, kept_share, learning_speed, next_trust
from agents.draws import Draws
from agents.foreign_investors import ForeignInvestors
from agents.institutions import Institutions
from scenarios.parameters import Parameters
from sim.authorities.state import Curbs, Regimes
from sim.clock import Clock
from sim.component import Changes
from sim.world.interactions import Interactions
from sim.world.policy import Channels


def foreigners_judge_the_regime(
    clock: Clock,
    parameters: Parameters,
    draws: Draws,
    channels: Channels,
    interactions: Interactions,
    curbs: Curbs,
    regimes: Changes[Regimes],
    investors: Changes[ForeignInvestors],
    institutions: Changes[Institutions],
) -> None:
    """Foreign investors and foreign-owned institutions update what they believe will stay of the opening.

    Investors look at the cost of access, institutions at the scope of licences; both at curbs on outflows. Each learns
    at its own speed, and faster from bad news. In the base year all believe what they believed before.
    """
    if clock.in_base_year or not interactions.on("credibility"):
        return
    start, half_life = parameters.trust_start, parameters.trust_half_life
    access = -float(np.log(channels.ratio("foreign_access_cost")))
    scope = float(np.log(channels.ratio("licence_scope")))
    regimes.furthest_access = furthest_opening(regimes.furthest_access, access, half_life)
    regimes.furthest_licences = furthest_opening(regimes.furthest_licences, scope, half_life)
    free = float(not curbs.in_force[Curb.OUTFLOWS])
    evidence = parameters.trust_evidence
    regimes.investors_signal = free * kept_share(access, regimes.furthest_access, start, evidence) - start
    regimes.institutions_signal = free * kept_share(scope, regimes.furthest_licences, start, evidence) - start
    stream = draws["foreigner.learning"]
    for agents, signal, who in (
        (investors, regimes.investors_signal, slice(None)),
        (institutions, regimes.institutions_signal, institutions["foreign"]),
    ):
        _learn(parameters, agents["trust"], signal, who, stream.normal(agents.draw_keys[who], 0))


def _learn(parameters: Parameters, trust: Floats, signal: float, who: slice | Flags, normal: Floats) -> None:
    speed = learning_speed(parameters.trust_learning, parameters.trust_learning_spread, normal)
    trust[who] = next_trust(trust[who], signal, speed, parameters.trust_bad_news)


def mean_trust(trust: Floats) -> float:
    """Mean belief less that of the start; zero if there is nobody."""
    return float(trust.mean()) if len(trust) else 0.0
