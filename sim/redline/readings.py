"""Readings of systemic risk and of the redline."""

from agents.redline import Level, Signal, systemic_risk_index
from scenarios.parameters import Parameters
from sim.component import Reading
from sim.redline.state import SystemicRisk


def capital_shortfall(risk: SystemicRisk) -> float:
    """Capital that institutions of the city would lack in a long crisis of markets, over their equity."""
    return float(risk.signals[Signal.CAPITAL_SHORTFALL])


def absorption_ratio(risk: SystemicRisk) -> float:
    """Part of the variance of sectors' returns on equity over a year that two common components explain."""
    return float(risk.signals[Signal.ABSORPTION])


def debtrank(risk: SystemicRisk) -> float:
    """Part of banks' equity that a common loss of assets destroys through claims between them, beyond the loss."""
    return float(risk.signals[Signal.DEBTRANK])


def exposure_concentration(risk: SystemicRisk) -> float:
    """Herfindahl index of banks' claims on single banks over their capital."""
    return float(risk.signals[Signal.CONCENTRATION])


def interbank_stress(risk: SystemicRisk) -> float:
    """Unmet demand for interbank loans, repo and certificates, in usual spreads over the base year."""
    return float(risk.deviations[Signal.INTERBANK_STRESS])


def liquidity_coverage(risk: SystemicRisk) -> float:
    """Liquid assets of banks over their net outflows in a month of stress."""
    return float(risk.signals[Signal.LIQUIDITY_COVERAGE])


def margin_spiral(risk: SystemicRisk) -> float:
    """Fall of the bond price that forced sales of borrowers of repo would bring about after a common loss of assets."""
    return risk.margin_spiral_bp


def systemic_risk(parameters: Parameters, risk: SystemicRisk) -> float:
    """Mean rise of the six signals of systemic risk over the base year, in usual spreads."""
    return systemic_risk_index(risk.deviations, parameters.signal_bound)


def redline_warning(risk: SystemicRisk) -> float:
    """Months in which signals of systemic risk give an early warning."""
    return float(risk.broken[Level.EARLY_WARNING])


def redline_broken(risk: SystemicRisk) -> float:
    """Months in which the redline of systemic risk is broken."""
    return float(risk.broken[Level.CRISIS])


SPREADS = "standard deviations"
READINGS = (
    Reading("capital_shortfall", "share", "ratio", capital_shortfall),
    Reading("absorption_ratio", "share", "ratio", absorption_ratio),
    Reading("debtrank", "share", "ratio", debtrank),
    Reading("exposure_concentration", "Herfindahl", "ratio", exposure_concentration),
    Reading("interbank_stress", SPREADS, "ratio", interbank_stress),
    Reading("liquidity_coverage", "ratio", "ratio", liquidity_coverage),
    Reading("margin_spiral", "bp", "ratio", margin_spiral),
    Reading("systemic_risk", SPREADS, "ratio", systemic_risk),
    Reading("redline_warning", "months per year", "flow", redline_warning),
    Reading("redline_broken", "months per year", "flow", redline_broken),
)
