"""The sandbox admits young fintech firms."""

from agents.draws import Draws
from agents.fintech_firms import FintechFirms
from agents.sandbox import NOT_ADMITTED, admissions_per_month, admitted, applicants, merit
from scenarios.parameters import Parameters
from sim.base_year.base_year import BaseYear
from sim.base_year.dated_events import SANDBOX_OPENED
from sim.clock import Clock
from sim.component import Changes
from sim.fintech.state import Sandbox
from sim.world.policy import Channels


def firms_enter_the_sandbox(
    clock: Clock,
    parameters: Parameters,
    draws: Draws,
    channels: Channels,
    base_year: BaseYear,
    fintech: Changes[FintechFirms],
    sandbox: Changes[Sandbox],
) -> None:
    """The sandbox admits young fintech firms: the best of those that apply, as many as it has places."""
    if not SANDBOX_OPENED.in_force(base_year, clock.month):
        return
    months = fintech["sandbox_months"]
    months += months != NOT_ADMITTED
    sandbox.places += admissions_per_month(parameters.sandbox_slots, channels.ratio("compliance_lead_time"))
    rows = applicants(fintech["in_shanghai"], fintech["age_months"], months, parameters.sandbox_age_bound)
    normal = draws["fintech.sandbox"].normal(fintech.draw_keys[rows], clock.month)
    best = admitted(
        rows, merit(fintech["capability"][rows], normal, parameters.sandbox_merit_weight), int(sandbox.places)
    )
    months[best] = 0
    sandbox.places -= len(best)
