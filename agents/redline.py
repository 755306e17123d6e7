"""The redline: how far signals of systemic risk have left their usual range, and when that counts as broken."""

from enum import IntEnum

import numpy as np

from agents.arrays import Flags, Floats, Integers


class Signal(IntEnum):
    """Signals of systemic risk."""

    CAPITAL_SHORTFALL = 0
    ABSORPTION = 1
    DEBTRANK = 2
    CONCENTRATION = 3
    INTERBANK_STRESS = 4
    LIQUIDITY_COVERAGE = 5


class Level(IntEnum):
    """Labelled sets of thresholds."""

    EARLY_WARNING = 0
    CRISIS = 1


SMALLEST = 1e-6
"""In place of a signal that is zero, so that it has a logarithm."""


def deviations(signals: Floats, usual: Floats, usual_spread: Floats) -> Floats:
    """How far each signal has moved towards risk, in usual spreads, shape (signals,).

    deviation = ln(signal / usual) / usual spread, with the other sign for liquidity coverage

    Usual is the mean of the base year. Parameter `signal_usual_spread`.
    """
    moved: Floats = np.log(np.maximum(signals, SMALLEST) / np.maximum(usual, SMALLEST))
    moved[Signal.LIQUIDITY_COVERAGE] *= -1.0
    return moved / usual_spread


def systemic_risk_index(deviation: Floats, bound: float) -> float:
    """Mean deviation of the signals, in usual spreads; each counts for at most `bound` either way.

    The bound keeps one signal from deciding the index alone. Parameter `signal_bound`.
    """
    return float(np.clip(deviation, -bound, bound).mean())


def months_over(before: Integers, deviation: Floats, thresholds: Floats, signals_needed: Floats) -> Integers:
    """Successive months to this one in which enough signals exceeded their threshold, by `Level`, shape (2,).

    months = before + 1 if the number of deviations above the threshold is at least what is needed, else 0

    Parameters `redline_threshold`, `redline_signals`.
    """
    above = (deviation[None, :] > thresholds[:, None]).sum(axis=1)
    return np.where(above >= signals_needed, before + 1, 0)


def broken(months: Integers, months_needed: Floats) -> Flags:
    """Whether a line is broken, by `Level`, shape (2,): enough signals for enough months.

    Parameter `redline_months`.
    """
    return np.asarray(months >= months_needed)


def warning_level(deviation: Floats, signals_needed: int, months_needed: int) -> Floats:
    """Highest threshold at which a line would hold in each month, shape (months,), from deviations (months, signals).

    level = least over the last n months of the m-th largest deviation

    A line with a threshold holds exactly where the level exceeds it. Before n months there is none: minus infinity.
    """
    ranked = np.sort(deviation, axis=1)[:, -signals_needed]
    level = np.full(len(ranked), -np.inf)
    if len(ranked) >= months_needed:
        windows = np.lib.stride_tricks.sliding_window_view(ranked, months_needed)
        level[months_needed - 1 :] = windows.min(axis=1)
    return level
