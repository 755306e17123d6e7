"""Rules for platforms change, and platforms win or lose by them."""

import numpy as np

from agents.arrays import Floats
from agents.draws import Draws
from agents.fintech_firms import FintechFirms, is_subsidiary
from agents.platform_rules import is_platform, next_stance, rule_change_probability
from scenarios.parameters import Parameters
from sim.base_year.base_year import BaseYear
from sim.base_year.dated_events import PLATFORM_DRAFT_RULES
from sim.clock import Clock
from sim.component import Changes
from sim.fintech.state import PlatformRules
from sim.world.interactions import Interactions
from sim.world.policy import Channels
from sim.world.shock_values import ShockValues


def rules_for_platforms_change(
    clock: Clock,
    parameters: Parameters,
    draws: Draws,
    channels: Channels,
    shocks: ShockValues,
    interactions: Interactions,
    base_year: BaseYear,
    rules: Changes[PlatformRules],
) -> None:
    """Rules for platforms change at random, and platforms adapt to them.

    The draft rules of 2020-11 are dated; after the base year the time, direction and strength of a change are drawn,
    alike under every policy. In Shanghai platforms adapt faster to tighter rules the sooner a launch is permitted.
    """
    if interactions.on("rules_for_platforms"):
        change = 0.0
        if PLATFORM_DRAFT_RULES.months_in_force(base_year, clock.month) == 0:
            change = parameters.platform_draft_rules
        elif not clock.in_base_year:
            stream = draws["platform.rules"]
            changes = stream.scalar(clock.month) < rule_change_probability(parameters.platform_rule_rate)
            normal = float(stream.normals(clock.month, count=2)[1])
            change = changes * (parameters.platform_rule_mean + parameters.platform_rule_spread * normal)
        lead_time = np.array([1.0, channels.ratio("compliance_lead_time")])
        rules.stance = next_stance(rules.stance, change, parameters.platform_rule_half_life, lead_time)
    rules.in_force = rules.stance + shocks["platform_growth"]


def rules_of_firms(parameters: Parameters, rules: PlatformRules, fintech: FintechFirms) -> Floats:
    """What rules give each firm in growth, log a year, zero for those that are no platforms, shape (n,)."""
    platform = is_platform(fintech["log_size"], is_subsidiary(fintech["kind"]), parameters.platform_size)
    return np.where(platform, rules.in_force[fintech["in_shanghai"].astype(np.int64)], 0.0)
