"""Systemic risk: six signals a month, the redline that they are held against, and a margin spiral beside them."""

from collections.abc import Iterator

import numpy as np

from agents.redline import Signal
from sim.component import Component, Identity, Step
from sim.redline.judgement import redline_is_judged
from sim.redline.margins import margin_spiral_is_measured
from sim.redline.readings import READINGS
from sim.redline.signals import systemic_risk_is_measured
from sim.redline.state import SystemicRisk

SHARES = [Signal.ABSORPTION, Signal.DEBTRANK]


def redline_identities(risk: SystemicRisk) -> Iterator[Identity]:
    """Shares are shares, no signal is negative, and a broken redline implies an early warning."""
    shares = risk.signals[SHARES]
    yield "signals of risk within 0..1", float(np.abs(np.clip(shares, 0.0, 1.0) - shares).sum()), 0.0
    yield "signals of risk are not negative", float(min(risk.signals.min(), 0.0)), 0.0
    warned, crossed = (float(each) for each in risk.broken)
    yield "a broken redline was announced", max(crossed - warned, 0.0), 0.0


REDLINE = Component(
    name="redline",
    states=(SystemicRisk,),
    steps=(
        Step(systemic_risk_is_measured, owner="Authority"),
        Step(redline_is_judged, owner="Authority"),
        Step(margin_spiral_is_measured, owner="Authority"),
    ),
    readings=READINGS,
    identities=redline_identities,
)
